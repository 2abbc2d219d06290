"""The vectorised engine against the engine that solves one point, equilibria with mixtures included."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import kgsim
from first_edition import FIRST_EDITION
from kgsim.engine.engine import Engine
from kgsim.engine.solutions import FAILURES, EquilibriumSets
from kgsim.results import StructureSolution
from kgsim.scenario.deals import deals_of
from kgsim.scenario.model import Scenario
from kgsim.scenario.payoffs import payoffs_at
from three_players import STRUCTURES, three_by_two

#: What types make of play the vectorised engine does not know.
SHIPPED = [
    path
    for path in [*sorted(FIRST_EDITION.glob("*.yaml")), Path("scenarios/bypass.yaml")]
    if not kgsim.load(path).types
]


def assert_agree(scenario: Scenario, points: dict[str, np.ndarray], structures: tuple[str, ...]) -> dict[str, int]:
    """Hold both engines against each other; returns how often the vectorised one was sure, by structure."""
    engine = Engine(scenario, structures)
    payoffs = engine.payoffs(points)
    solved = engine.solve(points, payoffs)
    sure = dict.fromkeys(structures, 0)
    for point in range(payoffs.shape[-1]):
        values = {name: float(column[point]) for name, column in points.items()}
        for name in structures:
            ends = solved[name]
            try:
                single = kgsim.solve(scenario, values, structures=[name]).structures[name]
            except kgsim.StructureError:
                assert ends.failure[point] > 0, (name, values)
                continue
            assert bool(single.unsolved) == (ends.failure[point] > 0), (name, values, single.unsolved)
            if single.unsolved:
                continue
            sure[name] += ends.doubt[point] == 0
            outcomes = {scenario.outcomes[rule].name for rule in ends.outcomes[ends.inner[:, point]]}
            assert outcomes <= set(single.outcomes), (name, values)
            if ends.doubt[point]:
                continue
            reached = np.flatnonzero(ends.reached(len(scenario.outcomes))[:, point])
            assert {scenario.outcomes[rule].name for rule in reached} == set(single.outcomes), (name, values)
            expected = np.array([single.values[player] for player in scenario.players]).T
            assert np.allclose([side[:, point] for side in ends.values], expected, rtol=0, atol=1e-6), (name, values)
            if ends.listed[point]:
                assert_listed(scenario, ends, point, single)
    return sure


def assert_listed(scenario: Scenario, ends: EquilibriumSets, point: int, single: StructureSolution) -> None:
    """Hold the list of all equilibria at a point against that of the solver of single points."""
    assert single.complete, single.reasons
    here = ends.mixed.point == point
    found = np.vstack([ends.mixed.payoffs[:, here], ends.mixed.outcomes[:, here]]).T
    expected = np.array(
        [
            [*equilibrium.payoffs.values(), *(equilibrium.outcomes.get(rule.name, 0.0) for rule in scenario.outcomes)]
            for equilibrium in single.equilibria
        ]
    )
    assert found.shape == expected.shape
    one, other = (rows[np.lexsort(rows.round(6).T)] for rows in (found, expected))
    np.testing.assert_allclose(one, other, rtol=0, atol=1e-6)
    shared = {number for group in single.continua for number in group}
    assert np.count_nonzero(ends.mixed.group[here] >= 0) == len(shared)


@pytest.mark.parametrize("top", [2, 3, 20], ids=["two levels: ties everywhere", "three levels", "few ties"])
def test_both_engines_agree_on_random_games(top: int) -> None:
    scenario = three_by_two()
    draw = np.random.default_rng(top)
    points = {name: draw.integers(0, top, 25).astype(float) for name in scenario.parameters}
    sure = assert_agree(scenario, points, tuple(STRUCTURES))
    assert sure["in_turn"] > (20 if top == 20 else 2)
    assert sure["pair_then_one"] > (10 if top == 20 else 0)


def test_both_engines_agree_with_three_moves_each() -> None:
    scenario = three_by_two(3)
    draw = np.random.default_rng(7)
    points = {name: draw.uniform(0, 3, 8) for name in scenario.parameters}
    assert_agree(scenario, points, ("in_turn", "pair_then_one", "weighted", "nash", "veto", "at_once"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_both_engines_agree_on_the_shipped_scenarios(path: Path) -> None:
    scenario = kgsim.load(path)
    draw = np.random.default_rng(11)
    points = {name: draw.uniform(*parameter.range, 3) for name, parameter in scenario.parameters.items()}
    sure = assert_agree(scenario, points, tuple(scenario.structures))
    assert sum(sure.values()) > len(sure)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_deals_have_the_payoffs_of_their_profiles(path: Path) -> None:
    scenario = kgsim.load(path)
    deals = deals_of(scenario)
    draw = np.random.default_rng(3)
    points = {name: draw.uniform(*parameter.range, 4) for name, parameter in scenario.parameters.items()}
    payoffs = deals.payoffs(scenario, points)
    for name, labels in deals.labels.items():
        expected = payoffs_at(scenario, name, points)
        np.testing.assert_array_equal(np.moveaxis(payoffs[:, labels], -1, 0), expected)


def test_payoffs_that_are_not_finite_leave_a_structure_unsolved_there_alone() -> None:
    scenario = kgsim.loads(
        """
kgsim: 1
title: A pole
question: Where?
players: {A: A}
parameters: {x: {label: x, value: 1, range: [0, 2], because: x, certainty: judgement}}
terms: {go: x}
moves: {A: {stay: x, go: x}}
outcomes: {gone: {when: {A: go}, terms: {go: 1}}, here: {otherwise: true}}
utilities: {A: go/x}
structures: {alone: {play: [A]}}
""",
        name="pole",
    )
    ends = Engine(scenario, ("alone",)).solve({"x": np.array([0.0, 1.0])})["alone"]
    assert [FAILURES[code] != "" for code in ends.failure] == [True, False]
    assert ends.inner[:, 1].sum() == 1
