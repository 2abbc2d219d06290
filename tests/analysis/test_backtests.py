"""Back-tests: Selten's measure by hand, shares in closed form, and that nothing passes by admitting everything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import kgsim
from kgsim.plots.backtests import backtest_figure
from kgsim.report import backtests as report

ROOT = Path(__file__).parents[2]

#: The responder accepts if its gain, between -1 and 3, is positive: that is in 3/4 of the range.
OFFER = """
kgsim: 1
title: An offer
question: Is it taken?
players: {P: Proposer, R: Responder}
parameters:
  gain: {label: gain, value: 1, range: [-1, 3], because: made up, certainty: judgement}
  toll: {label: toll, value: 1, range: [0.5, 2], because: made up, certainty: judgement}
terms: {deal: a deal, insult: an insult}
moves:
  P: {offer: offer, insult: insult}
  R: {accept: accept, refuse: refuse}
outcomes:
  deal: {when: {P: offer, R: accept}, terms: {deal: 1}}
  insult: {when: {P: insult}, terms: {insult: 1}}
  no deal: {otherwise: true}
utilities: {P: deal - toll*insult, R: gain*deal}
structures: {offer: {play: [P, R]}}
backtests:
  taken: {says: It was taken., structure: offer, happened: deal, rival: no deal, frozen: 2020-01-01}
  refused: {says: It was refused., structure: offer, happened: [no deal], rival: [insult, deal], frozen: 2020-01-01}
"""


@pytest.fixture(scope="module")
def scores():
    return kgsim.backtest(kgsim.loads(OFFER, name="offer"), draws=4_000, seed=3)


def test_verdict_and_success_at_the_files_values(scores):
    """One of three outcomes is admitted: success is 1 - 1/3 if it is history and -1/3 if it is not."""
    taken, refused = scores
    assert (taken.verdict, refused.verdict) == ("passes", "fails")
    assert taken.predicted == {"deal": 1.0} and set(taken.feasible) == {"deal", "insult", "no deal"}
    assert taken.success == pytest.approx(2 / 3) and refused.success == pytest.approx(-1 / 3)
    assert refused.admits_rival and not refused.admits_history


def test_shares_over_the_ranges(scores):
    taken, refused = scores
    assert taken.history.low == taken.history.high == pytest.approx(0.75, abs=4 * taken.history.error)
    assert refused.history.low == pytest.approx(1.0 - taken.history.low)
    assert taken.area == pytest.approx(1 / 3)
    assert taken.mean_success == pytest.approx(taken.history.low - 1 / 3)


def test_a_model_that_admits_everything_scores_nothing():
    flat = OFFER.replace("{P: deal - toll*insult, R: gain*deal}", '{P: "0*toll", R: "0*gain"}')
    taken, refused = kgsim.backtest(kgsim.loads(flat, name="flat"), draws=50)
    assert taken.success == refused.success == taken.mean_success == 0.0
    assert taken.verdict == refused.verdict == "fails"


def test_the_same_seed_gives_the_same_scores(scores):
    again = kgsim.backtest(kgsim.loads(OFFER, name="offer"), draws=4_000, seed=3)
    other = kgsim.backtest(kgsim.loads(OFFER, name="offer"), draws=4_000, seed=4)
    assert [score.history for score in again] == [score.history for score in scores]
    assert [score.history for score in other] != [score.history for score in scores]


def test_mixed_equilibria_count_as_admitting_a_rival():
    """A stag hunt's mixed equilibrium reaches the one-sided outcomes, so a rival among them is not ruled out."""
    scenario = kgsim.load(ROOT / "scenarios" / "freeze_for_freeze.yaml")
    score = next(each for each in kgsim.backtest(scenario, draws=20) if each.backtest.name == "refused_2017")
    assert score.admits_history and score.verdict == "fails"
    base = kgsim.solve(scenario, structures=["at_once"])
    assert len(base.structures["at_once"].equilibria) == 3
    quantity = {name: float(each.formula.evaluate(scenario.base)) for name, each in scenario.quantities.items()}
    mixed = quantity["trust_US"] * quantity["trust_DPRK"]
    lottery = next(each for each in base.structures["at_once"].equilibria if not each.pure)
    assert lottery.outcomes["freeze for freeze"] == pytest.approx(mixed)


def test_an_incomplete_set_leaves_the_verdict_open(scores):
    assert replace(scores[0], complete=False).verdict == "open"
    assert replace(scores[1], complete=False).verdict == "fails"


def test_every_shipped_history_is_scored():
    """The scorecard as it stands; a change of a frozen parameter shows here."""
    found = {}
    for path in sorted((ROOT / "scenarios").glob("*.yaml")):
        for score in kgsim.backtest(kgsim.load(path), draws=20):
            found[f"{path.stem}: {score.backtest.name}"] = score.verdict
    expected = {
        "agreed_framework_1994: geneva": "passes",
        "agreed_framework_1994: breakdown": "passes",
        "freeze_for_freeze: refused_2017": "fails",
        "freeze_for_freeze: done_2018": "passes",
        "hanoi_2019: walkout": "fails",
        "hanoi_2019_known: walkout": "fails",
        "letter_2025: june_2025": "fails",
        "moon_mediator_2018: singapore": "passes",
        "parallel_outreach: june_2025": "passes",
        "six_party_2005: detour": "passes",
        "six_party_2005: verification": "passes",
    }
    assert {name: found[name] for name in expected} == expected


def test_the_report_shows_failures(scores):
    from kgsim.report import plain

    text = plain.render(report.of_scores(scores, 3))
    assert "1 of 2 histories passed" in text and "NOT among them" in text and "fails" in text
    document = report.document(scores, 3)
    assert [entry["verdict"] for entry in document["backtests"]] == ["passes", "fails"]


def test_the_figure_has_a_row_for_every_history(scores):
    texts = [text.get_text() for text in backtest_figure(scores).axes[0].texts]
    assert {"offer: taken", "offer: refused", "passes", "FAILS"} <= set(texts)


def test_draws_must_be_positive():
    with pytest.raises(kgsim.GameError, match="draws: expected"):
        kgsim.backtest(kgsim.loads(OFFER, name="offer"), draws=0)


FAULTS = [
    ("structure: offer, happened: deal", "structure: ofer, happened: deal", "no structure named 'ofer'"),
    ("happened: deal, rival", "happened: dael, rival", "no outcome named 'dael'"),
    ("rival: no deal", "rival: deal", "is what happened too"),
    ("happened: [no deal]", "happened: []", "no outcome is named"),
    ("says: It was taken.,", 'says: " ",', "says nothing"),
    ("rival: no deal, frozen: 2020-01-01", "rival: no deal, frozen: January", "is not a date"),
    ("rival: no deal, frozen: 2020-01-01", "rival: no deal", "lacks the key 'frozen'"),
]


@pytest.mark.parametrize(("old", "new", "says"), FAULTS)
def test_a_broken_backtest_is_told_with_its_key(old, new, says):
    assert OFFER.count(old) == 1
    with pytest.raises(kgsim.ScenarioError) as error:
        kgsim.loads(OFFER.replace(old, new), name="offer")
    (problem,) = error.value.problems
    assert says in str(problem) and str(problem.key).startswith("backtests.") and problem.line
