"""Back-tests: Selten's measure by hand, shares in closed form, and that nothing passes by admitting everything."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from click.testing import CliRunner

import kgsim
from first_edition import FIRST_EDITION
from kgsim.cli import main
from kgsim.plots.backtests import backtest_figure
from kgsim.report import backtests as report
from kgsim.report import plain
from kgsim.scenario.freezing import frozen_digest

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


def test_a_history_admitted_in_fewer_draws_than_its_rival_fails(scores):
    """Where the responder's gain is mostly negative the deal at the file's values is the exception of the range."""
    rare = OFFER.replace("range: [-1, 3]", "range: [-3, 1.5]")
    taken, _ = kgsim.backtest(kgsim.loads(rare, name="rare"), draws=500)
    assert taken.admits_history and not taken.admits_rival and taken.outdone
    assert (taken.verdict, taken.why) == ("fails", "admits a rival in more draws")
    assert not scores[0].outdone


def test_a_history_admitted_in_every_draw_cannot_miss():
    sure = OFFER.replace("range: [-1, 3]", "range: [0.5, 3]")
    taken, refused = kgsim.backtest(kgsim.loads(sure, name="sure"), draws=50)
    assert (taken.verdict, taken.cannot_miss) == ("passes", True)
    assert not refused.cannot_miss
    text = plain.render(report.of_scores([taken, refused], 1))
    assert "1 of 2 histories passed, with a mean success of 0.17" in " ".join(text.split())
    assert "1 could not miss, being admitted in every draw" in " ".join(text.split())
    assert "It cannot miss: history is admitted in every draw" in text


#: What the responder gains was taken from two accounts of the very offer that is scored, the toll from elsewhere.
FITTED = (
    OFFER.replace("certainty: judgement}\n  toll", "certainty: low, evidence: [minutes]}\n  toll")
    .replace("frozen: 2020-01-01}", "frozen: 2020-01-01, evidence: [minutes, press]}", 1)
    .replace(
        "structures:",
        """evidence:
  minutes: {title: m, fact: It was taken., source: made up, certainty: low}
  press: {title: p, fact: It was taken., source: made up, certainty: low}
structures:""",
    )
)


def test_parameters_fitted_on_the_history_are_listed_and_left_to_their_ranges():
    """The gain's value was chosen knowing that the offer was taken; anywhere in its range it is taken in 3/4."""
    taken, refused = kgsim.backtest(kgsim.loads(FITTED, name="fitted"), draws=2000)
    assert (taken.fitted, refused.fitted) == (("gain",), ())
    (left,) = taken.left_out
    assert (left.events, left.parameters) == (("minutes",), ("gain",))
    assert left.history.low == pytest.approx(0.75, abs=0.03)
    assert left.rival.low == pytest.approx(0.25, abs=0.03)
    assert left.success == pytest.approx(left.history.low - 1 / 3)
    text = " ".join(plain.render(report.of_score(taken)).split())
    assert "Fitted on what it is scored on: 1 of 2 parameters (gain)." in text
    assert "Without minutes, with gain anywhere in their ranges" in text
    assert not refused.left_out


def test_events_are_left_out_one_by_one_and_together():
    toll = "range: [0.5, 2], because: made up, certainty"
    both = FITTED.replace(f"{toll}: judgement", f"{toll}: low, evidence: [press]")
    taken, _ = kgsim.backtest(kgsim.loads(both, name="both"), draws=200)
    assert [each.events for each in taken.left_out] == [("minutes",), ("press",), ("minutes", "press")]
    assert [each.parameters for each in taken.left_out] == [("gain",), ("toll",), ("gain", "toll")]
    assert taken.left_out[1].history.low == 1.0  # the toll moves nothing here


def digest_of(text: str) -> str:
    scenario = kgsim.loads(text, name="offer")
    return frozen_digest(scenario, scenario.backtests["taken"])


def frozen(text: str, digest: str) -> str:
    return text.replace("frozen: 2020-01-01}", f"frozen: {{date: 2020-01-01, digest: {digest}}}}}", 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("value: 1, range: [-1, 3]", "value: 1.5, range: [-1, 3]"),
        ("range: [-1, 3]", "range: [-1, 4]"),
        ("range: [-1, 3]", "range: [-1, 3], distribution: {shape: triangular, mode: 1}"),
        ("R: gain*deal", "R: 2*gain*deal"),
        ("terms: {deal: 1}", "terms: {deal: 0.5}"),
        ("play: [P, R]", "play: [[P, R]]"),
    ],
)
def test_whatever_moves_the_score_breaks_the_freeze(old, new):
    text = frozen(OFFER, digest_of(OFFER))
    assert kgsim.backtest(kgsim.loads(text, name="offer"), draws=5)[0].frozen
    assert OFFER.count(old) == 1
    (broken, _) = kgsim.backtest(kgsim.loads(text.replace(old, new), name="offer"), draws=5)
    assert not broken.frozen
    told = " ".join(plain.render(report.of_score(broken)).split())
    assert "Said to be frozen since 2020-01-01: not verified, the digest does not fit" in told
    assert report.document([broken], 1)["backtests"][0]["frozen"]["verified"] is False


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("label: gain", "label: what it gains"),
        ("accept: accept", "accept: take it"),
        ("accept: accept", "accept: {en: accept, ko: 받는다}"),
        ("because: made up", "because: it was measured"),
        ("structures: {offer: {play: [P, R]}}", "structures: {offer: {play: [P, R]}, other: {play: [R, P]}}"),
        ("says: It was taken.", "says: It was accepted."),
    ],
)
def test_words_and_what_is_not_scored_leave_the_freeze_alone(old, new):
    changed = OFFER.replace(old, new, 1)
    assert changed != OFFER
    assert digest_of(changed) == digest_of(OFFER)


def test_a_date_alone_is_not_verified(scores):
    told = " ".join(plain.render(report.of_score(scores[0])).split())
    assert "Said to be frozen since 2020-01-01: not verified, as no digest is stated" in told
    assert "untouched" not in told


@pytest.mark.parametrize(
    ("day", "verified", "said"),
    [
        ("2019-07", True, "nothing was touched since; the date itself is the file's word. What it is scored on had"),
        ("2020-01-02", False, "not verified, since parameters rest on what is dated later (minutes)."),
    ],
)
def test_a_freeze_older_than_what_its_numbers_rest_on_is_not_verified(day: str, verified: bool, said: str):
    """Nobody could have taken a number in 2020 from minutes of the day after; from 2019 one knew the end."""
    source = "fact: It was taken., source: made up"
    text = FITTED.replace(source, f"{source}, date: {day}")
    at = "frozen: {date: 2020-01-01, digest: " + digest_of(text) + "}, evidence"
    (score, _) = kgsim.backtest(kgsim.loads(text.replace("frozen: 2020-01-01, evidence", at), name="x"), draws=5)
    assert (score.frozen, score.hindsight) == (verified, verified)
    assert said in " ".join(plain.render(report.of_score(score)).split())


def test_shipped_freezes_are_what_they_say():
    """Whoever moves a number of a frozen history has to say so, by a new digest with a new date."""
    for path in sorted((ROOT / "scenarios").glob("*.yaml")):
        scenario = kgsim.load(path)
        for name, history in scenario.backtests.items():
            assert history.digest in ("", frozen_digest(scenario, history)), (path.stem, name)


def test_the_command_prints_digests(tmp_path):
    file = tmp_path / "offer.yaml"
    file.write_text(OFFER)
    done = CliRunner().invoke(main, ["backtest", str(file), "--digest"])
    assert done.exit_code == 0 and f"offer: taken: {digest_of(OFFER)}" in done.output


def test_the_same_seed_gives_the_same_scores(scores):
    again = kgsim.backtest(kgsim.loads(OFFER, name="offer"), draws=4_000, seed=3)
    other = kgsim.backtest(kgsim.loads(OFFER, name="offer"), draws=4_000, seed=4)
    assert [score.history for score in again] == [score.history for score in scores]
    assert [score.history for score in other] != [score.history for score in scores]


def test_mixed_equilibria_count_as_admitting_a_rival():
    """A stag hunt's mixed equilibrium reaches the one-sided outcomes, so a rival among them is not ruled out."""
    scenario = kgsim.load(FIRST_EDITION / "freeze_for_freeze.yaml")
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
        for score in kgsim.backtest(kgsim.load(path), draws=300):
            found[f"{path.stem}: {score.backtest.name}"] = score.verdict
    expected = {
        "agreed_framework_1994: geneva": "passes",
        "freeze_for_freeze: refused_2017": "fails",
        "freeze_for_freeze: done_2018": "fails",
        "hanoi_2019: walkout": "fails",
        "hanoi_2019_known: walkout": "fails",
        "letter_2025: june_2025": "fails",
        "loudspeaker_reciprocity: june_2025": "fails",
        "moon_mediator_2018: singapore": "passes",
        "parallel_outreach: june_2025": "fails",
        "six_party_2005: detour": "passes",
        "six_party_2005: verification": "passes",
    }
    # History and its rival stand in about the same share of draws there, so that the draws decide.
    del found["agreed_framework_1994: breakdown"]
    assert found == expected


def test_known_types_rule_the_walkout_of_hanoi_out():
    """Whoever knows that a summit will fail stays at home; unsure of each other, an equilibrium ends in the walkout.

    For the types that history suggests it is then certain: 0.3 x 0.4 before types are drawn.
    """
    scenario = kgsim.load(FIRST_EDITION / "hanoi_2019.yaml")
    for m, r in product((0.0, 1.0), repeat=2):
        known = kgsim.solve(scenario, structures=["hanoi"], m=m, r=r).structures["hanoi"]
        assert known.equilibria and not any("walkout" in each.outcomes for each in known.equilibria)
    unsure = kgsim.solve(scenario, structures=["hanoi"]).structures["hanoi"]
    chances = [each.outcomes.get("walkout", 0.0) for each in unsure.equilibria]
    assert chances == pytest.approx([0.0, 0.12, 0.6 * 0.6 * 4 / 17])  # in the third the unready come now and then


LOUD, ALONE, CALM = "noise on both sides", "Pyongyang alone is loud", "calm"


@pytest.fixture(scope="module")
def border():
    return kgsim.load(FIRST_EDITION / "loudspeaker_reciprocity.yaml")


def test_a_path_is_admitted_by_the_sustained_profiles_that_play_it(border):
    """Grim stays calm or loud, win-stay lose-shift also ends noise at once; nobody else is sustained: 3 of 64 paths."""
    (score,) = kgsim.backtest(border, draws=50)
    assert set(score.predicted) == {" → ".join(path) for path in ([CALM] * 3, [LOUD, CALM, CALM], [LOUD] * 3)}
    assert len(score.feasible) == 64 and score.success == pytest.approx(-3 / 64)
    assert (score.verdict, score.why) == ("fails", "misses history")


def test_forgiveness_that_nobody_minds_admits_the_path_with_its_probability(border):
    """Broadcasting gains 1 now and costs 3 x 0.8 x (1 - mercy) next round: at a mercy of 7/12 nobody minds.

    Neither forgives; then Seoul does and Pyongyang does not; then Seoul does again.
    """
    mercy = replace(border.parameters["mercy"], value=7 / 12)
    (score,) = kgsim.backtest(replace(border, parameters={**border.parameters, "mercy": mercy}), draws=5)
    assert score.predicted[" → ".join([LOUD, ALONE, CALM])] == pytest.approx((5 / 12) ** 3 * (7 / 12) ** 2)
    assert (score.verdict, score.why) == ("passes", "")


def test_a_history_that_cannot_be_drawn_names_its_file(tmp_path):
    text = (FIRST_EDITION / "loudspeaker_reciprocity.yaml").read_text(encoding="utf-8")
    path = tmp_path / "loud.yaml"
    ledger = (FIRST_EDITION.parent / "seeds" / "evidence.yaml").as_posix()
    text = text.replace("range: [0.3, 0.95]", "range: [0.3, 1.5]").replace("../seeds/evidence.yaml", ledger)
    path.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(main, ["backtest", str(path), "--out", str(tmp_path / "out")])
    assert done.exit_code == 2 and f"{path}: repeated game border: the discount must lie" in done.output
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("repeated: border\n    happened", "repeated: boarder\n    happened", "no repeated game named 'boarder'"),
        ("repeated: border\n    happened", "structure: once\n    repeated: border\n    happened", "both a structure"),
        ("repeated: border\n    happened", "happened", "neither a structure nor a repeated game"),
        (f"rival: [{LOUD}, {ALONE}, {ALONE}]", f"rival: [{LOUD}, {ALONE}]", "the rival path has 2 rounds"),
        (f"rival: [{LOUD}, {ALONE}, {ALONE}]", f"rival: [{LOUD}, {ALONE}, {CALM}]", "is what happened too"),
    ],
)
def test_a_broken_path_is_told_with_its_key(border, old, new, says):
    text = border.text[0]
    assert text.count(old) == 1
    with pytest.raises(kgsim.ScenarioError) as error:
        kgsim.loads(text.replace(old, new), name="border", directory=FIRST_EDITION)
    problem = error.value.problems[0]
    assert says in str(problem) and str(problem.key).startswith("backtests.") and problem.line


def test_the_report_shows_failures(scores):
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
    (
        "rival: no deal, frozen: 2020-01-01",
        "rival: no deal, frozen: {date: 2020-01-01, digest: x}",
        "not a SHA-256 digest",
    ),
]


@pytest.mark.parametrize(("old", "new", "says"), FAULTS)
def test_a_broken_backtest_is_told_with_its_key(old, new, says):
    assert OFFER.count(old) == 1
    with pytest.raises(kgsim.ScenarioError) as error:
        kgsim.loads(OFFER.replace(old, new), name="offer")
    (problem,) = error.value.problems
    assert says in str(problem) and str(problem.key).startswith("backtests.") and problem.line


def test_draws_honour_the_declared_distribution_and_say_so() -> None:
    # Between -1 and 3 with the peak at -1, the gain is positive in 9/16 of the draws and not in 3/4.
    peaked = OFFER.replace("range: [-1, 3],", "range: [-1, 3], distribution: {shape: triangular, mode: -1},")
    declared = kgsim.backtest(kgsim.loads(peaked, name="peaked"), draws=4000)[0]
    uniform = kgsim.backtest(kgsim.loads(OFFER, name="flat"), draws=4000)[0]
    assert (declared.prior, uniform.prior) == ("declared", "uniform")
    assert uniform.history.low == pytest.approx(0.75, abs=0.03)
    assert declared.history.low == pytest.approx(9 / 16, abs=0.03)
    assert [entry["prior"] for entry in report.document([declared, uniform], 1)["backtests"]] == ["declared", "uniform"]
