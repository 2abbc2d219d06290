"""A person's part: the others answer as the equilibrium says, terms are free, and what was lost is told."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import kgsim
from first_edition import FIRST_EDITION
from kgsim.cli import main
from kgsim.errors import OutputError
from kgsim.explorer.play.page import Table, page, read
from kgsim.explorer.play.part import part, replay
from kgsim.explorer.play.server import opened

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

#: An entrant stays out (0, 4), or enters and is met by a fight (-1, 1) or not (2, 2).
ENTRY = """
kgsim: 1
title: "Entry <b>bold</b> 🙂 دخول"
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

#: A proposer offers a share of 1; refusing is worth a fifth to the responder: the offer is 0.2 and is taken.
ULTIMATUM = """
kgsim: 1
title: A share of a pie
question: What is offered?
players: {P: Proposer, R: Responder}
parameters: {d: {label: worth of refusing, value: 0.2, range: [0, 1], because: by hand, certainty: judgement}}
moves:
  P: {offer: {label: an offer, menu: {share: {from: 0, to: 1}}}}
  R: {take: take it, leave: leave it}
terms: {share: share of the responder, deal: a deal, none: no deal}
outcomes:
  deal: {label: A deal, when: {R: take}, terms: {share: P.share, deal: 1}}
  none: {label: No deal, otherwise: true, terms: {none: 1}}
utilities: {P: deal - share, R: share + d*none}
structures: {once: {label: One offer, play: [P, R]}}
"""


@pytest.fixture(scope="module")
def entry() -> kgsim.Scenario:
    return kgsim.loads(ENTRY)


@pytest.mark.parametrize(
    ("pick", "outcome", "got"), [("out", "away", 0.0), ("in", "shared", 2.0), ("0", "away", 0.0), ("1", "shared", 2.0)]
)
def test_the_others_answer_by_equilibrium(entry, pick, outcome, got):
    """Entry is answered by giving way; staying out leaves 2 on the table."""
    own = part(entry, "sequence", "E")
    begun = replay(own, [])
    assert begun.turn is not None and [set(each) for each in begun.turn.moves.values()] == [{"E"}] * 2
    ended = replay(own, [pick])
    assert (ended.outcome, ended.payoffs["E"]) == (outcome, got)
    moves = {move.actions["E"]: move.answer.payoffs["E"] for move in ended.made[0].step.moves}
    assert moves == {"out": 0.0, "in": 2.0} and ended.made[0].expected == got


def test_a_threat_carried_out_costs_who_carries_it_out(entry):
    position = replay(part(entry, "sequence", "I"), ["fight"])
    assert [each.actions for each in position.made] == [{"E": "in"}, {"I": "fight"}]
    html = page(Table(entry, "I"), read("m=fight", Table(entry, "I")))
    assert "You got 1. The equilibrium gives you 2." in html
    assert "best was “give way” with 2: 1 left on the table" in html


def test_a_term_that_no_list_holds_is_answered_by_what_follows_it():
    """Below a fifth the responder refuses, above it takes."""
    own = part(kgsim.loads(ULTIMATUM), "once", "P")
    turn = replay(own, []).turn
    assert turn is not None and turn.intervals == {"offer": {"share": (0.0, 1.0)}}
    payoffs = {share: replay(own, [f"offer(share={share})"]).payoffs for share in (0.1, 0.199, 0.201, 0.5)}
    assert {share: each["P"] for share, each in payoffs.items()} == pytest.approx(
        {0.1: 0, 0.199: 0, 0.201: 0.799, 0.5: 0.5}
    )
    generous = replay(own, ["offer(share=0.5)"]).made[0]
    assert generous.expected == pytest.approx(0.5)
    assert max(move.answer.payoffs["P"] for move in generous.step.moves) == pytest.approx(0.8)
    assert own.equilibrium.payoffs["P"] == pytest.approx(0.8)


@given(worth=st.floats(0.05, 0.95), share=st.floats(0.0, 1.0))
@settings(max_examples=15, deadline=None)
def test_no_term_pays_its_mover_more_than_the_equilibrium(worth, share):
    """That is what makes it one; by hand, an offer is taken if it is worth more than refusing."""
    own = part(kgsim.loads(ULTIMATUM), "once", "P", {"d": worth})
    got = replay(own, [f"offer(share={share!r})"]).payoffs["P"]
    assert got <= own.equilibrium.payoffs["P"] + 1e-9
    if abs(share - worth) > 1e-6:
        assert got == pytest.approx(1.0 - share if share > worth else 0.0)


def test_noisy_others_err_and_the_person_is_held_against_them_as_they_are(entry):
    """At precision 0 the incumbent fights half the time: entry is worth 0.5 to an entrant who knows it."""
    ended = replay(part(entry, "sequence", "E", precision=0.0), ["in"])
    moves = {move.actions["E"]: move.answer.payoffs["E"] for move in ended.made[0].step.moves}
    assert moves == pytest.approx({"out": 0.0, "in": 0.5})
    outcomes = {replay(part(entry, "sequence", "E", precision=0.0, seed=seed), ["in"]).outcome for seed in range(12)}
    assert outcomes == {"war", "shared"}
    same = [replay(part(entry, "sequence", "E", precision=0.0, seed=3), ["in"]).outcome for _ in range(3)]
    assert len(set(same)) == 1
    assert replay(part(entry, "sequence", "E", precision=1e3), ["in"]).outcome == "shared"


def test_following_the_equilibrium_leaves_nothing(entry):
    bypass = kgsim.load(FIRST_EDITION / "bypass.yaml")
    own = part(bypass, "bypass", "US")
    picks = []
    while (position := replay(own, picks)).turn is not None:
        values = {}
        for number in position.turn.moves:
            after = replay(own, [*picks, str(number)])
            values[number] = after.made[-1].expected if after.turn else after.payoffs["US"]
        picks.append(str(max(values, key=values.get)))
    assert position.payoffs["US"] == pytest.approx(max(own.equilibrium.payoffs["US"], position.payoffs["US"]))
    assert position.payoffs["US"] == pytest.approx(own.equilibrium.payoffs["US"])


@pytest.mark.parametrize("query", ["m=nothing", "m=9", "noise=-1", "noise=x", "equilibrium=7", "move=in&t.x=2"])
def test_what_cannot_be_played_is_said(entry, query):
    table = Table(entry, "E")
    html = page(table, read(query, table))
    assert "That cannot be played" in html and "Play again" in html


def test_who_and_what_cannot_be_played_is_said_before_serving(entry):
    letter = kgsim.load(FIRST_EDITION / "letter_2025.yaml")
    with pytest.raises(kgsim.GameError, match="no player 'X'"):
        Table(entry, "X")
    with pytest.raises(kgsim.GameError, match="private types"):
        Table(letter, "US")
    arguments = ["explore", str(FIRST_EDITION / "bypass.yaml"), "--play", "Kim"]
    found = CliRunner().invoke(main, arguments)
    assert found.exit_code == 2 and "no player 'Kim'" in found.output


def test_texts_stay_texts_in_both_languages(entry):
    for lang in ("en", "ko"):
        table = Table(entry, "E", lang=lang)
        html = page(table, read("m=in", table))
        assert "<b>" not in html and "Entrant &lt;b&gt;bold" in html and "دخول" in html
    assert "얻은 점수는 2" in html


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with opened(Table(kgsim.loads(ULTIMATUM), "P"), 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_a_port_in_use_is_told(address):
    with pytest.raises(OutputError, match="is in use"):
        opened(Table(kgsim.loads(ULTIMATUM), "P"), urlsplit(address).port)


def test_only_this_machine_is_answered(address):
    for host, status in ((None, 200), ("rebound.example", 403)):
        with closing(HTTPConnection(urlsplit(address).netloc)) as connection:
            connection.request("GET", "/", headers={} if host is None else {"Host": host})
            answer = connection.getresponse()
            assert answer.status == status and answer.read()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium")
def test_a_part_is_played_by_keyboard_on_a_narrow_screen(address):
    from playwright.sync_api import sync_playwright

    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 400, "height": 800}, bypass_csp=True)
        page.goto(address)
        page.get_by_role("slider").focus()
        for _ in range(30):
            page.keyboard.press("ArrowRight")
        page.keyboard.press("Tab")
        begun = time.perf_counter()
        page.keyboard.press("Enter")
        page.get_by_role("status").wait_for()
        print(f"milliseconds a move: {1000 * (time.perf_counter() - begun):.0f}")
        assert "You got 0.7. The equilibrium gives you 0.8." in page.get_by_role("status").inner_text()
        assert "m=offer%28share%3D0.3%29" in page.url
        assert page.evaluate("document.documentElement.scrollWidth") <= 400
        found = axe.run(page).response
        page.go_back()
        page.get_by_role("slider").wait_for()
        browser.close()
    assert [(each["id"], each["nodes"][0]["html"][:120]) for each in found["violations"]] == []
