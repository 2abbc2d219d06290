"""The "why not?" page: its answers against a game solved by hand, its texts as texts, and a real browser."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from click.testing import CliRunner

import kgsim
from first_edition import FIRST_EDITION
from kgsim.cli import main
from kgsim.errors import OutputError
from kgsim.why_not import page as room
from kgsim.why_not.answers import steps

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

#: An entrant stays out (0, 4), or enters and is met by a fight (-1, 1) or not (2, 2).
ENTRY = """
kgsim: 1
title: "Entry </script><script>document.title='broken'</script>"
question: Who enters?
players: {E: "Entrant <b>bold</b>", I: Incumbent}
parameters: {v: {label: what it is worth, value: 1, range: [0, 2], because: the textbook, certainty: judgement}}
moves: {E: {out: stay out, in: enter}, I: {yield: give way, fight: fight}}
terms: {e: to the entrant, i: to the incumbent}
outcomes:
  away: {label: No entry, when: {E: out}, terms: {i: 4}}
  war: {label: A price war, when: {E: in, I: fight}, terms: {e: -1, i: 1}}
  shared: {label: A shared market, otherwise: true, terms: {e: 2, i: 2}}
utilities: {E: v*e, I: v*i}
structures: {sequence: {label: One after the other, play: [E, I]}}
"""


@pytest.fixture(scope="module")
def entry():
    return kgsim.solve(kgsim.loads(ENTRY))


@pytest.fixture(scope="module")
def bypass():
    return kgsim.solve(kgsim.load(FIRST_EDITION / "bypass.yaml"))


def answers(html: str) -> list[dict]:
    return json.loads(re.search(r'id="answers">(.*?)</script>', html, re.DOTALL)[1])


def test_every_move_is_answered_as_by_hand(entry):
    """Entry is answered by yielding; staying out gives up 2; the threat to fight costs the incumbent 1."""
    first, second = steps(entry, "sequence", entry.structures["sequence"].equilibria[0])
    told = {(step.mover, move.actions[step.mover]): move for step in (first, second) for move in step.moves}
    expected = {("E", "out"): (0, 4), ("E", "in"): (2, 2), ("I", "yield"): (2, 2), ("I", "fight"): (-1, 1)}
    assert {key: tuple(move.answer.payoffs.values()) for key, move in told.items()} == expected
    assert {key for key, move in told.items() if move.probability == 1.0} == {("E", "in"), ("I", "yield")}
    assert told["I", "fight"].answer.outcomes == {"war": 1.0}


def test_no_answer_pays_a_lone_mover_and_the_path_is_worth_the_equilibrium(bypass):
    """That is what subgame perfection means, at every turn of every structure."""
    scenario = bypass.scenario
    for name, solution in bypass.structures.items():
        for equilibrium in solution.equilibria:
            for step in steps(bypass, name, equilibrium):
                if equilibrium.pure:
                    assert step.expected.payoffs == pytest.approx(equilibrium.payoffs)
                for move in step.moves:
                    assert sum(move.answer.outcomes.values()) == pytest.approx(1.0)
                    if "+" not in step.mover:
                        owner = scenario.decisions[step.mover].player
                        assert move.answer.payoffs[owner] <= step.expected.payoffs[owner] + 1e-9
                    if move.probability == 1.0:
                        assert move.answer == step.expected


def test_texts_with_markup_stay_texts(entry):
    html = kgsim.page(entry)
    assert "<b>" not in html
    assert html.count("</script>") == 2
    assert "Entrant <b>bold</b>" in " ".join(line for each in answers(html) for line in each["lines"])
    assert json.loads(room.embedded(["</script>&\u2028"])) == ["</script>&\u2028"]


def test_the_words_tell_what_changes_and_who_answers(entry):
    told = {each["heading"]: " ".join(each["lines"]) for each in answers(kgsim.page(entry))}
    assert "Incumbent 4 (+2 against the equilibrium)" in told["stay out"]
    assert "It does not pay" in told["stay out"]
    assert "Nobody would answer" in told["fight"]
    assert "Incumbent: give way" in told["enter"]


def test_no_two_buttons_of_a_turn_read_the_same(bypass):
    html = kgsim.page(bypass)
    for turn in re.findall(r'<div class="moves".*?</div>', html, re.DOTALL):
        labels = re.findall(r'aria-pressed="false">(.*?)(?: <span|</button>)', turn)
        assert labels and len(labels) == len(set(labels))


def test_what_the_page_leaves_out_is_said(bypass, monkeypatch):
    monkeypatch.setattr(room, "MOST_MOVES", 1)
    assert "moves are listed" in kgsim.page(bypass)
    monkeypatch.setattr(room, "MOST_BYTES", 1)
    with pytest.raises(OutputError, match="more than"):
        kgsim.page(bypass)


def test_private_types_are_refused_by_name():
    result = kgsim.solve(kgsim.load(FIRST_EDITION / "letter_2025.yaml"))
    assert kgsim.page(result).count("has private types") == len(result.structures)


def test_the_command_writes_the_page_in_which_nothing_is_fetched(tmp_path):
    arguments = [
        "run",
        str(FIRST_EDITION / "bypass.yaml"),
        "--page",
        "--no-plots",
        "--no-draws",
        "--lang",
        "ko",
        "--out",
        str(tmp_path),
    ]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    html = (tmp_path / "page.html").read_text("utf-8")
    assert not re.search(r"""(src|href)=|url\(|@import""", html)
    assert '<html lang="ko"' in html and "진행 방식" in html
    assert "prefers-color-scheme: dark" in html.split("@media screen and ")[1], "paper is white whatever the screen is"


def test_numbers_have_a_true_minus(bypass):
    payoffs = " ".join(line for each in answers(kgsim.page(bypass)) for line in each["lines"])
    assert "−" in payoffs and not re.search(r"(?<![\w−])-\d", payoffs)


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium")
def test_a_move_chosen_by_keyboard_is_answered(bypass, tmp_path):
    from playwright.sync_api import sync_playwright

    place = tmp_path / "page.html"
    place.write_text(kgsim.page(bypass), "utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 400, "height": 800})
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(place.as_uri())
        page.locator("[role=tab][aria-selected=true]").focus()
        page.keyboard.press("ArrowRight")
        assert page.locator("[role=tab]").nth(1).get_attribute("aria-selected") == "true"
        move = page.locator("[role=tabpanel]:visible .equilibrium:visible [data-answer]").locator("visible=true").first
        move.focus()
        page.keyboard.press("Enter")
        answer = page.locator("[role=tabpanel]:visible [role=status]").locator("visible=true")
        assert (
            answer.inner_text().split("\n")[0]
            == answers(place.read_text("utf-8"))[int(move.get_attribute("data-answer"))]["lines"][0]
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 400
        assert not faults
        browser.close()
