"""Profiles, outcomes and payoffs, against a loop written by hand."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgsim.errors import GameError
from kgsim.scenario.load import load, loads
from kgsim.scenario.model import Action
from kgsim.scenario.payoffs import LARGEST, actions_of, outcome_of, outcomes_of, payoff_table, payoffs_at, terms_of

DATA = Path(__file__).parents[1] / "data"
BORDER = load(DATA / "border.yaml")


def by_hand(profile: dict[str, Action], p: dict[str, float]) -> tuple[str, list[float]]:
    """The rules and utilities of border.yaml, typed again."""
    relief = profile["P"].menu.get("relief", 0.0)
    moves = {decision: action.move for decision, action in profile.items()}
    deal = alone = granted = 0.0
    if moves["P"] == "offer" and moves["N"] == "accept":
        outcome, granted, deal, alone = "separate deal", relief, 1.0, 1.0
    elif moves["P"] == "joint" and moves["A"] == "back" and moves["N"] == "accept":
        outcome, granted, deal = "joint deal", relief, 1.0
    elif moves["P"] in {"offer", "joint"} and moves["N"] == "refuse":
        outcome, alone = "snub", 0.5
    else:
        outcome = "status quo"
    ratio = p["gain"] / p["cost"] if p["cost"] > 0 else 0.0
    return outcome, [
        p["gain"] * deal - p["cost"] * granted - 2 * alone,
        (p["gain"] - p["cost"]) * deal - p["shame"] * alone,
        12 * granted - 5 * deal + 0.1 * ratio * deal,
    ]


ranges = {name: parameter.range for name, parameter in BORDER.parameters.items()}
points = st.fixed_dictionaries({name: st.floats(*limits) for name, limits in ranges.items()})


@pytest.mark.parametrize("structure", list(BORDER.structures))
@given(point=points)
def test_every_profile_against_the_hand(structure: str, point: dict[str, float]) -> None:
    table = payoff_table(BORDER, structure, point)
    assert table.actions == actions_of(BORDER, BORDER.structures[structure])
    for index in product(*(range(len(choices)) for choices in table.actions)):
        profile = {name: choices[i] for name, choices, i in zip(BORDER.decisions, table.actions, index, strict=True)}
        outcome, payoffs = by_hand(profile, point)
        assert BORDER.outcomes[table.outcomes[index]].name == outcome
        payoffs = [payoff if abs(payoff) <= LARGEST else np.nan for payoff in payoffs]
        np.testing.assert_allclose(table.payoffs[:, *index], payoffs, rtol=1e-12, atol=1e-12)


@given(st.lists(points, min_size=1, max_size=5))
def test_many_points_at_once_are_the_points_one_by_one(batch: list[dict[str, float]]) -> None:
    columns = {name: np.array([point[name] for point in batch]) for name in batch[0]}
    together = payoffs_at(BORDER, "parallel", columns)
    apart = np.stack([payoff_table(BORDER, "parallel", point).payoffs for point in batch])
    np.testing.assert_allclose(together, apart, rtol=1e-12)


def test_axes_follow_the_decisions_and_the_structure() -> None:
    table = payoff_table(BORDER, "alone", {})
    assert table.payoffs.shape == (3, 4, 1, 2, 2)  # P wait or offer x 3; A fixed; N; reply
    assert [action.name for action in table.actions[0]] == [
        "wait",
        "offer(relief=0)",
        "offer(relief=0.5)",
        "offer(relief=1)",
    ]
    assert [action.name for action in table.actions[1]] == ["stand"]
    assert table.outcomes.shape == (4, 1, 2, 2)
    np.testing.assert_array_equal(outcomes_of(BORDER, BORDER.structures["alone"]), table.outcomes)


def test_menus_expand_with_the_last_term_fastest() -> None:
    text = (DATA / "border.yaml").read_text(encoding="utf-8")
    text = text.replace("menu: {relief: [0, 0.5, 1]}", "menu: {relief: [0, 1], deal: {from: 0.1, to: 0.5, step: 0.1}}")
    scenario = loads(text, directory=DATA)
    menus = [dict(action.menu) for action in scenario.decisions["P"].actions if action.move == "offer"]
    assert menus == [{"relief": r, "deal": d} for r in (0, 1) for d in (0.1, 0.2, 0.3, 0.4, 0.5)]


def test_values_left_out_stay_at_the_base_and_arrays_broadcast() -> None:
    swept = payoffs_at(BORDER, "parallel", {"cost": np.array([1.0, 4.0, 8.0])})
    assert swept.shape == (3, 3, 7, 2, 2, 2)
    np.testing.assert_array_equal(swept[1], payoff_table(BORDER, "parallel", {}).payoffs)
    np.testing.assert_array_equal(
        payoffs_at(BORDER, "parallel", {"cost": np.array([1.0, 2.0]), "gain": 9.0}),
        payoffs_at(BORDER, "parallel", {"cost": [1.0, 2.0], "gain": [9.0, 9.0]}),
    )


def test_the_first_rule_wins() -> None:
    moves = {"P": "offer", "A": "back", "N": "accept", "reply": "calm"}
    rule = outcome_of(BORDER, moves)
    assert rule is not None
    assert rule.name == "separate deal"
    fallback = outcome_of(BORDER, {**moves, "P": "wait"})
    assert fallback is not None
    assert fallback.name == "status quo"


def test_terms_of_an_outcome() -> None:
    rule = BORDER.outcomes[1]
    actions = {"P": Action("joint", {"relief": 0.5}), "A": Action("back"), "N": Action("accept")}
    assert terms_of(BORDER, rule, actions, {}) == {"relief": 0.5, "deal": 1.0, "alone": 0.0}


def test_a_positive_affine_change_of_a_utility_changes_its_payoffs_alone() -> None:
    text = (DATA / "border.yaml").read_text(encoding="utf-8")
    text = text.replace("P: gain*deal - cost*relief - 2*alone", "P: 3*(gain*deal - cost*relief - 2*alone) + 7")
    before, after = payoff_table(BORDER, "parallel", {}), payoff_table(loads(text, directory=DATA), "parallel", {})
    np.testing.assert_allclose(after.payoffs[0], 3 * before.payoffs[0] + 7)
    np.testing.assert_array_equal(after.payoffs[1:], before.payoffs[1:])


def test_unknown_names_suggest_the_nearest() -> None:
    with pytest.raises(GameError, match=r"no structure 'paralel'.*'parallel'"):
        payoff_table(BORDER, "paralel", {})
    with pytest.raises(GameError, match=r"no parameter 'gian'.*'gain'"):
        payoff_table(BORDER, "parallel", {"gian": 1.0})


def test_batches_of_different_lengths_are_refused() -> None:
    with pytest.raises(GameError, match="one length"):
        payoffs_at(BORDER, "parallel", {"gain": [1.0, 2.0], "cost": [1.0, 2.0, 3.0]})
