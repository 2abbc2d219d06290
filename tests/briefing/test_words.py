"""What a briefing says comes from the results: change a number, and the sentences change."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from matplotlib.text import Text

import kgsim
from first_edition import FIRST_EDITION
from kgsim.briefing.compose import compose
from kgsim.briefing.findings import find
from kgsim.language import words
from kgsim.plots.size import SIZES
from kgsim.report.content import Table

ROOT = Path(__file__).parents[2]


def section(document, id):
    return next(section for section in document.sections if section.id == id)


def test_the_headline_tells_the_reference_case(document):
    """In the words of labels, and in nobody's points; by hand, the bypass is what play ends in."""
    assert document.headline == (
        "At the values taken here, “Washington offers, Pyongyang answers, Seoul reacts” ends in “bypass deal”. "
        "With “the allies bargain over one position, parallel play being the alternative” instead of “both allies "
        "move at once, Pyongyang answers”, the outcome turns from “bypass deal” to “front deal”."
    )


def test_another_alliance_cost_gives_another_headline_and_price(bypass, document):
    cheap = compose(find(bypass.scenario, values={"A": 5.0}))
    assert cheap.headline != document.headline
    assert "nothing changes" in cheap.headline
    assert "needs no payment" in section(document, "price").message
    assert "asks 5 points" in section(cheap, "price").message
    assert "(20)" in next(row[1].text for row in section(cheap, "provenance").blocks[0].rows if " = 5 (" in row[1].text)


def test_the_number_is_the_threshold_with_its_range(bypass, document):
    """By hand: the best bypass is worth 22.5 - A to Washington, so it ends at A = 22.5."""
    assert bypass.number.parameter == "A" and bypass.number.value == 22.5
    (fact,) = section(document, "answer").blocks
    assert fact.value == "22.5 US points"
    assert "2.5 away, 6% of the range" in " ".join(fact.lines)
    low, high = bypass.number.span
    assert low <= 22.5 <= high


def test_the_worst_cell_of_each_capital_is_marked(bypass, document):
    (table,) = section(document, "outcomes").blocks
    way = bypass.scenario.labels.structure
    seoul = {row[0].text: row[3] for row in table.rows}
    assert seoul[way("bypass")].text == "-32.5 (9)" and seoul[way("bypass")].marked
    assert {name for name, cell in seoul.items() if cell.marked} == {way("parallel"), way("bypass")}
    assert all(any(row[place].marked for row in table.rows) for place in (2, 3, 4))


def test_the_price_rises_to_what_the_alliance_is_not_worth(bypass):
    """Asked is the bypass less the front: 22.5 - A - 12.5 at the base values."""
    for cost, asked in ((20.0, -10.0), (5.0, 5.0), (0.0, 10.0)):
        found = kgsim.price_of_deterrence(bypass.scenario, A=cost)
        assert found.at_base() == (pytest.approx((asked, asked)), pytest.approx((29.0, 29.0)))
    assert found.rates == (0.25, 4.0)
    dear = kgsim.price_of_deterrence(bypass.scenario, A=0.0, rate=0.25)
    assert dear.at_base()[1] == pytest.approx((7.25, 7.25))
    assert not dear.affordable[dear.values == dear.base].any()


def test_without_an_exchange_rate_no_price_is_told():
    scenario = kgsim.load(FIRST_EDITION / "parallel_outreach.yaml")
    with pytest.raises(kgsim.GameError, match="does not say who would pay"):
        kgsim.price_of_deterrence(scenario)


@pytest.mark.parametrize("name", ["agreed_framework_1994", "freeze_for_freeze"])
def test_any_scenario_gives_a_briefing_and_says_what_is_left_out(name):
    document = compose(find(kgsim.load(FIRST_EDITION / f"{name}.yaml")), lang="en")
    ids = [section.id for section in document.sections]
    assert {"answer", "outcomes", "map", "worth", "claims", "backtests", "limits", "provenance"} <= set(ids)
    assert "price" not in ids
    verdicts = {row[2].text for row in section(document, "backtests").blocks[0].rows}
    if name == "freeze_for_freeze":
        assert verdicts == {"fails: it admits a rival too", "fails: a rival is admitted in more draws"}
    assert any("no exchange rate" in reason for reason in document.absent)
    assert not any("back-test" in reason for reason in document.absent)


LEAST = """
kgsim: 1
title: One mover
question: What will it do?
players: {P: Player}
moves: {P: {left: go left, right: go right}}
outcomes: {left: {when: {P: left}, terms: {sweet: 1}}, right: {otherwise: true}}
terms: {sweet: is it sweet}
utilities: {P: 2*sweet}
structures: {alone: {play: [P]}}
"""


def test_a_scenario_with_nothing_to_compare_or_move_still_gives_one():
    document = compose(find(kgsim.loads(LEAST)))
    assert document.headline == "Played as “alone”, this ends in “left”."
    assert [section.id for section in document.sections] == ["first-page", "outcomes", "limits", "provenance"]
    assert len(document.absent) >= 6


def test_a_comparison_and_a_map_may_be_chosen():
    scenario = kgsim.load(FIRST_EDITION / "freeze_for_freeze.yaml")
    found = find(scenario, compare=("drills_first", "at_once"), map=("readiness", "lasting"))
    headline = compose(found).headline
    assert all(scenario.structures[name].label in headline for name in ("drills_first", "at_once"))
    assert found.regimes.reached.dims[2:] == ("readiness", "lasting")


def test_both_languages_have_the_same_strings_with_the_same_slots():
    english, korean = words("en").strings, words("ko").strings
    assert set(english) == set(korean)
    for key, text in english.items():
        said = [(set(re.findall(r"{(\w+)}", each)), set(re.findall(r"{(\w+)", each))) for each in (text, korean[key])]
        (plain, every), (other_plain, other_every) = said
        assert plain <= other_every and other_plain <= every, key
        assert text != korean[key] or not re.search("[a-z]{4}", re.sub("{.*?}", "", text)) or "kgsim" in text, key


def test_korean_is_korean_and_has_the_same_numbers(bypass, document):
    korean = compose(bypass, lang="ko")
    quoted = re.compile("“[^”]+”")
    assert sorted(quoted.findall(korean.headline)) == sorted(quoted.findall(document.headline))
    for section in korean.sections:
        assert re.search("[가-힣]", section.title + section.message), section.id
    tables = [
        [[cell.text for cell in row] for block in each.sections for part in block.blocks if isinstance(part, Table)
         and block.id == "change" for row in part.rows] for each in (korean, document)
    ]  # fmt: skip
    assert tables[0] == tables[1]


def test_what_is_not_certain_is_said(bypass):
    result = bypass.result
    doubtful = {
        name: replace(each, complete=False) if name == "front" else each for name, each in result.structures.items()
    }
    document = compose(replace(bypass, result=replace(result, structures=doubtful)))
    front = bypass.scenario.labels.structure("front")
    assert front in section(document, "limits").blocks[0].items[0]
    assert "perhaps more" in next(
        row[1].text for row in section(document, "outcomes").blocks[0].rows if row[0].text == front
    )


def test_a_game_of_private_types_is_briefed_like_any_other(monkeypatch):
    monkeypatch.setattr("kgsim.analysis.tornado.POINTS", 3)
    monkeypatch.setattr("kgsim.analysis.thresholds.POINTS", 81)
    found = find(kgsim.load(FIRST_EDITION / "letter_2025.yaml"))
    document = compose(found)
    ids = [section.id for section in document.sections]
    assert {"outcomes", "worth", "claims", "backtests", "sensitivity", "evidence", "limits", "provenance"} <= set(ids)
    assert any("not which one the other is" in line for line in section(document, "limits").blocks[0].items)
    # Either way to play may be the worst for either player: no cell is marked, and the message names none. They are not
    # worth the same.
    assert not any(cell.marked for row in section(document, "outcomes").blocks[0].rows for cell in row)
    assert "none is surely the worst for anybody" in section(document, "outcomes").message


def test_figures_speak_the_briefings_language(bypass):
    for picture in compose(bypass, lang="ko").pictures:
        words = " ".join(text.get_text() for text in picture.draw(SIZES["page"]).findobj(Text))
        # Where no font has Hangul, every letter of it is a box.
        assert re.search("[가-힣□]", words) or picture.name == "worth", picture.name


def test_what_was_drawn_at_random_has_its_seed(document):
    seed = next(row[1].text for row in section(document, "provenance").blocks[0].rows if row[0].text == "seed")
    assert seed == "1"


@pytest.mark.parametrize(
    ("key", "slots", "said"),
    [
        (
            "claims.message_results",
            {"count": 2, "holds": 1, "share": "3%", "draws": "64"},
            "Of 2 results 1 holds at these values, and in 3% of 64 draws from the ranges it does",
        ),
        (
            "claims.message_undeclared",
            {"count": 1, "holds": 2, "share": "3%", "draws": "9"},
            "Of 1 claim of undeclared kind 2 hold at these values, and in 3% of 9 draws from the ranges all of these "
            "do",
        ),
        ("claims.fails", {"names": "a and b", "count": 2}, "a and b fail"),
        ("backtests.message", {"passed": 0, "count": 1}, "0 of 1 history admitted, with its rivals ruled out"),
        ("assumptions.message", {"count": 1}, "1 parameter, each with a range and a reason"),
        ("worth.gains", {"players": "A and B", "count": 2}, "A and B gain"),
        ("change.more", {"count": 1}, "1 more turns it too."),
    ],
)
def test_counts_and_words_agree(key, slots, said):
    assert words("en")(key, **slots) == said
    assert words("ko")(key, **slots)


def test_a_scenario_with_nothing_to_vary_has_a_briefing_all_the_same():
    text = (ROOT / "tests" / "data" / "border.yaml").read_text(encoding="utf-8")
    fixed = re.sub(r"value: ([\d.]+), range: \[.*?\]", r"value: \1, range: [\1, \1]", text)
    scenario = kgsim.loads(re.sub(r", distribution: {.*?}", "", fixed), directory=ROOT / "tests" / "data")
    document = compose(find(scenario))
    assert {"answer", "map", "sensitivity"}.isdisjoint(section.id for section in document.sections)
    assert any("range to move in" in line for line in document.absent)
