"""One payoff model for four eras: nothing but values differs, values keep to their scale, and failures are shown."""

from __future__ import annotations

from pathlib import Path

import pytest

import kgsim
from kgsim.scenario.freezing import frozen_digest

ERAS = Path(__file__).parents[2] / "scenarios" / "eras"
SHARED = kgsim.load(ERAS / "shared.yaml")
FOUR = {name: kgsim.load(ERAS / f"{name}.yaml")
        for name in ("geneva_1994", "six_party_2007", "hanoi_2019", "summer_2025")}  # fmt: skip
SAME = ("shock", "share", "slight", "safe", "whole")
SHARES = ("need", "renege", "cheat")


@pytest.mark.parametrize("name", FOUR)
def test_an_era_gives_values_and_changes_nothing_else(name: str) -> None:
    era = FOUR[name]
    assert list(era.parameters) == list(SHARED.parameters)
    for part in ("utilities", "outcomes", "structures", "terms", "decisions", "players", "quantities"):
        assert getattr(era, part) == getattr(SHARED, part), part
    assert all(era.parameters[each] == SHARED.parameters[each] for each in SAME)
    coded = [each for each in SHARED.parameters if each not in SAME]
    assert all(era.parameters[each].because != SHARED.parameters[each].because for each in coded)
    (history,) = era.backtests.values()
    assert history.digest == frozen_digest(era, history)


@pytest.mark.parametrize("name", FOUR)
def test_values_are_steps_of_the_scale_and_ranges_one_step_either_way(name: str) -> None:
    """The rule leaves no room to choose a number that makes history come out."""
    for parameter in (each for each in SHARED.parameters if each not in SAME):
        coded = FOUR[name].parameters[parameter]
        value = coded.value
        if parameter in SHARES:
            assert coded.range == pytest.approx((max(0.0, value - 0.25), min(1.0, value + 0.25)))
        elif parameter == "proof":
            assert coded.range == {0.0: (0, 0.25), 0.25: (0, 0.5), 0.5: (0.25, 1)}[value]
        else:
            assert value in (0.25, 0.5, 1, 2, 4) and coded.range == (value / 2, value * 2)


def test_two_eras_of_four_are_right_and_so_would_be_one_and_the_same_answer_always() -> None:
    """The scorecard as it stands: a deal after a provocation is admitted in all four eras, and came in two."""
    scores = {name: kgsim.backtest(era, draws=400)[0] for name, era in FOUR.items()}
    assert {name: score.verdict for name, score in scores.items()} == {
        "geneva_1994": "passes",
        "six_party_2007": "passes",
        "hanoi_2019": "fails",
        "summer_2025": "fails",
    }
    assert all("deal after a provocation" in score.predicted for score in scores.values())
    assert scores["summer_2025"].outdone and scores["hanoi_2019"].outdone


def test_the_passes_owe_nothing_to_the_parameters_that_rest_on_the_event() -> None:
    for name in ("geneva_1994", "six_party_2007"):
        (score,) = kgsim.backtest(FOUR[name], draws=200)
        assert score.left_out and all(each.history.low == 1.0 and each.rival.high == 0.0 for each in score.left_out)


@pytest.mark.parametrize("name", FOUR)
def test_by_hand_washington_pays_rather_than_confront(name: str) -> None:
    """After a provocation it pays if (growth)(1 - cheat) - (1 - share)(1 - renege) is more than -risk; it always is."""
    at = FOUR[name].base
    assert at["growth"] * (1 - at["cheat"]) - (1 - at["share"]) * (1 - at["renege"]) > -at["risk"]
    worth = at["need"] * (1 - at["renege"]) - at["stop"] * (1 - at["cheat"]) + at["proof"]
    found = kgsim.solve(FOUR[name]).structures["talks"].equilibria
    assert all(each.payoffs["DPRK"] == pytest.approx(worth) for each in found)
    assert worth > 0, "so that Pyongyang has no reason to wait, as it did in 2019 and 2025"
