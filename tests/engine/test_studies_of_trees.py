"""Chance and hidden moves at many points: what is read off the tree is what the solver of single points says."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np
import pytest

import kgsim
from kgsim.engine.engine import Engine
from kgsim.engine.exact import solve_exactly
from kgsim.engine.solutions import EquilibriumSets
from kgsim.results import StructureSolution

HEAD = """
kgsim: 1
title: Random
question: x?
players: {A: first, B: second, C: third}
parameters:
  k: {label: k, value: 1, range: [0, 4], because: x, certainty: judgement}
  p: {label: p, value: 0.5, range: [0, 1], because: x, certainty: judgement}
terms: {a: x, b: x, c: x}
utilities: {A: a + k*b, B: b + c, C: c + k*a}
moves: {A: {l: x, r: x}, B: {l: x, m: x, r: x}, C: {l: x, r: x}}
chance: {dice: {high: p, low: 1 - p}}
"""

PLAYS = {
    "hidden draw": "[{who: dice, seen by: [A]}, A, B]",
    "hidden move": "[dice, {who: A, seen by: []}, {who: B, if: {A: l}}]",
    "after it": "[{who: A, seen by: []}, {who: dice, if: {A: l}, seen by: [A]}, {who: B, if: [{A: r}, {dice: high}]}]",
    "seen": "[A, dice, B]",
    "at once": "[dice, [A, B]]",
    "three": "[{who: A, seen by: [B]}, {who: B, if: {A: l}}, {who: C, if: {A: r}}]",
}


def random_scenario(play: str, seed: int) -> kgsim.Scenario:
    """Small whole payoffs by everything that may have been done, so that there are ties at whole values of k."""
    draw = np.random.default_rng(seed)
    rules = []
    for number, moves in enumerate(product(["high", "low"], "lr", "lmr", "lr")):
        when = ", ".join(f"{name}: {move}" for name, move in zip(["dice", "A", "B", "C"], moves, strict=True))
        a, b, c = draw.integers(-2, 3, 3)
        rules.append(f"  e{number}: {{when: {{{when}}}, terms: {{a: {a}, b: {b}, c: {c}}}}}")
    fixed = ", fixed: {dice: high}" if play == "three" else ", fixed: {C: l}"
    lines = [*rules[:-1], "  rest: {otherwise: true}"]
    return kgsim.loads(
        HEAD
        + "outcomes:\n"
        + "\n".join(lines)
        + f"\nstructures: {{all: {{play: [dice, A, B, C]}}, game: {{play: {PLAYS[play]}{fixed}}}}}\n",
        name=play,
    )


def told(sets: EquilibriumSets, point: int) -> set[tuple[float, ...]]:
    """Payoffs and outcomes of the equilibria at a point."""
    here = sets.mixed.only(sets.mixed.point == point)
    return {tuple(np.round(each, 6) + 0.0) for each in np.vstack([here.payoffs, here.outcomes]).T}


def by_itself(
    scenario: kgsim.Scenario, values: Mapping[str, float]
) -> tuple[StructureSolution, set[tuple[float, ...]]]:
    """The same, as the solver of single points finds them."""
    solution = solve_exactly(scenario, "game", values)
    rules = [rule.name for rule in scenario.outcomes]
    return solution, {
        tuple(np.round([*each.payoffs.values(), *(each.outcomes.get(rule, 0.0) for rule in rules)], 6) + 0.0)
        for each in solution.equilibria
    }


def check(play: str, seed: int) -> int:
    """Compare both at points with ties and without; returns how many were read off the tree."""
    scenario = random_scenario(play, seed)
    points = {"k": np.array([1.0, 2.3, 0.37]), "p": np.array([0.25, 0.0, 0.61])}
    engine = Engine(scenario, ("game",))
    sets = engine.solve(points)["game"]
    for point in range(3):
        solution, expected = by_itself(scenario, {name: float(values[point]) for name, values in points.items()})
        assert bool(expected) == bool(sets.some[point])
        assert told(sets, point) == expected, (play, seed, point)
        if solution.complete:
            assert sets.doubt[point] == 0
    tree = engine.trees["game"]
    deals = engine.deals.tied(scenario, points)
    environment = {**{name: np.array([value]) for name, value in scenario.base.items()}, **points}
    return int(tree.solve(deals, environment).where.sum())


@pytest.mark.parametrize(
    ("play", "seed"), [("hidden move", 4), ("after it", 4), ("seen", 3), ("at once", 4), ("three", 0)]
)
def test_every_point_is_as_the_solver_of_single_points_says(play: str, seed: int) -> None:
    assert check(play, seed) > 1


@pytest.mark.slow
@pytest.mark.parametrize("play", PLAYS)
def test_every_point_of_many_games_is_as_the_solver_of_single_points_says(play: str) -> None:
    for seed in range(100, 115):
        check(play, seed)
