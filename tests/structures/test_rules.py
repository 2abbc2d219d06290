"""Rules of blocs stand in one table: whoever adds one there has it solved, at one point and at many."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

import kgsim
from kgsim.engine.engine import Engine
from kgsim.games.objectives import RULES, Agreement, Efficient, NashProduct, Objective, improves
from kgsim.scenario.model import Scenario
from kgsim.scenario.schema import RULE_NEEDS, BlocEntry
from kgsim.solvers.compiled import available
from three_players import three_by_two


class SmallestGain(Agreement):
    """The smallest of the members' gains over the disagreement point, and nothing to break its ties."""

    title = "the smallest gain"

    def score(self, payoffs: np.ndarray) -> np.ndarray:
        least = self.gains(payoffs).min(axis=-1)
        return np.where(least < 0.0, -np.inf, least)

    def size(self, payoffs: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        return (self.of_members(sizes) + np.abs(np.asarray(self.disagreement))).max(axis=-1)


@pytest.fixture
def smallest(monkeypatch: pytest.MonkeyPatch) -> Scenario:
    """Three players, two of them in a bloc under a rule that this test alone knows."""
    monkeypatch.setitem(RULES, "smallest", SmallestGain)
    scenario = three_by_two()
    structures = {
        name: replace(
            structure,
            blocs={mover: replace(bloc, rule="smallest") for mover, bloc in structure.blocs.items()},
        )
        for name, structure in scenario.structures.items()
        if name in {"in_turn", "nash", "nash_over", "bloc_last", "bloc_at_once"}
    }
    return replace(scenario, structures=structures)


def draw(scenario: Scenario, top: int, points: int) -> dict[str, np.ndarray]:
    numbers = np.random.default_rng(top)
    return {name: numbers.integers(0, top, points).astype(float) for name in scenario.parameters}


@pytest.mark.parametrize("top", [3, 1000], ids=["ties", "few ties"])
@pytest.mark.parametrize("fast", [False, pytest.param(True, marks=pytest.mark.skipif(not available(), reason="numba"))])
def test_a_rule_added_to_the_table_is_solved_alike_everywhere(smallest: Scenario, top: int, fast: bool) -> None:
    points = draw(smallest, top, 30)
    engine = Engine(smallest, tuple(smallest.structures), fast=fast)
    solved = engine.solve(points)
    sure = dict.fromkeys(smallest.structures, 0)
    for point in range(30):
        single = kgsim.solve(smallest, {name: column[point] for name, column in points.items()})
        for name, ends in solved.items():
            one = single.structures[name]
            assert bool(one.unsolved) == (ends.failure[point] > 0), (name, point, one.unsolved)
            if one.unsolved or ends.doubt[point]:
                continue
            sure[name] += 1
            reached = np.flatnonzero(ends.reached(len(smallest.outcomes))[:, point])
            assert {smallest.outcomes[rule].name for rule in reached} == set(one.outcomes), (name, point)
    assert min(sure[name] for name in ("nash", "bloc_last")) > 5


def test_an_added_rule_picks_what_it_says(smallest: Scenario) -> None:
    points = draw(smallest, 1000, 20)
    for point in range(20):
        values = {name: column[point] for name, column in points.items()}
        worth = np.array([[values[f"{player}o{i:03b}"] for i in range(8)] for player in "ABC"])
        # C answers each joint position of A and B, which fall back on 1 each.
        answers = [2 * position + int(worth[2, 2 * position + 1] > worth[2, 2 * position]) for position in range(4)]
        best = max(answers, key=lambda deal: (worth[:2, deal] - 1.0).min())
        found = kgsim.solve(smallest, values, structures=["nash"]).structures["nash"]
        assert list(found.outcomes) == [f"o{best:03b}"]


def test_scenario_files_name_the_rules_of_the_table() -> None:
    names = get_args(BlocEntry.model_fields["rule"].annotation)
    assert tuple(RULES) == tuple(RULE_NEEDS) == names


SHARED = """
  power: {play: [A+B, C], blocs: {A+B: {rule: nash, disagreement: {A: 1, B: 1}, power: {A: 2, B: 1}}}}
  power_over: {play: [A+B, C], blocs: {A+B: {rule: nash, disagreement: in_turn, power: {A: 1, B: 3}}}}
  shares: {play: [A+B, C], blocs: {A+B: {rule: kalai_smorodinsky, disagreement: {A: 1, B: 1}}}}
  shares_over: {play: [A+B, C], blocs: {A+B: {rule: kalai_smorodinsky, disagreement: in_turn}}}
  shares_last: {play: [C, A+B], blocs: {A+B: {rule: kalai_smorodinsky, disagreement: {A: 1, B: 1}}}}
  even: {play: [A+B, C], blocs: {A+B: {rule: egalitarian, disagreement: {A: 1, B: 1}, weights: {A: 1, B: 2}}}}
  even_last: {play: [C, A+B], blocs: {A+B: {rule: egalitarian, disagreement: {A: 1, B: 1}, weights: {A: 1, B: 2}}}}
  rivals: {play: [A+C, B], blocs: {A+C: {rule: kalai_smorodinsky, disagreement: at_once}}}
"""


@pytest.mark.parametrize("top", [3, 1000], ids=["ties", "few ties"])
@pytest.mark.parametrize("fast", [False, pytest.param(True, marks=pytest.mark.skipif(not available(), reason="numba"))])
def test_every_rule_is_solved_alike_at_one_point_and_at_many(top: int, fast: bool) -> None:
    scenario = three_by_two(more=SHARED)
    names = [line.split(":")[0].strip() for line in SHARED.strip().splitlines()]
    points = draw(scenario, top, 25)
    solved = Engine(scenario, tuple(names), fast=fast).solve(points)
    sure = dict.fromkeys(names, 0)
    for point in range(25):
        values = {name: column[point] for name, column in points.items()}
        single = kgsim.solve(scenario, values, structures=names)
        for name in names:
            one, ends = single.structures[name], solved[name]
            if ends.failure[point] or ends.doubt[point]:
                assert ends.doubt[point] or one.unsolved, (name, point)
                continue
            sure[name] += 1
            assert not one.unsolved
            assert one.residual <= 1e-9
            reached = np.flatnonzero(ends.reached(len(scenario.outcomes))[:, point])
            assert {scenario.outcomes[rule].name for rule in reached} == set(one.outcomes), (name, point)
    assert min(sure.values()) > (0 if top == 3 else 2), sure


PAYOFFS = some.lists(some.lists(some.integers(-3, 3), min_size=3, max_size=3), min_size=4, max_size=4)


@given(PAYOFFS, some.lists(some.lists(some.integers(-2, 2), min_size=2, max_size=2), min_size=4, max_size=4))
def test_arrays_of_points_are_judged_as_one_point_is(payoffs: list[list[int]], stated: list[list[int]]) -> None:
    table = np.array([payoffs, payoffs[::-1]], dtype=float)  # deals, points, players
    numbers = np.array(stated, dtype=float)
    for rule in RULES.values():
        objective: Objective = rule((0, 2), numbers, np.abs(numbers) + 1.0)
        for point, own in enumerate(stated):
            alone = rule((0, 2), np.array(own, dtype=float), np.abs(own) + 1.0)
            here = table[:, point]
            np.testing.assert_array_equal(objective.acceptable(table)[:, point], alone.acceptable(here))
            if rule.ranks:
                np.testing.assert_array_equal(objective.score(table)[:, point], alone.score(here))
                size = objective.size(table, np.abs(table))[:, point]
                np.testing.assert_array_equal(size, alone.size(here, np.abs(here)))
            if rule.chooses:
                there = np.ones(table.shape[:2], dtype=bool)
                picked = objective.choose(table, np.abs(table), there)[:, point]
                np.testing.assert_array_equal(picked, alone.choose(here, np.abs(here), there[:, point]))


def test_kinds() -> None:
    assert {name for name, rule in RULES.items() if rule.linear} == {"weighted"}
    assert {name for name, rule in RULES.items() if rule.chooses} == {"kalai_smorodinsky", "egalitarian"}
    assert {name for name, rule in RULES.items() if rule.ordinal} == {"veto"}
    assert not any(rule.linear + rule.ranks > 1 and not rule.linear for rule in RULES.values())
    nash = NashProduct((0, 1), (1.0, 1.0))
    assert nash.remainder == Efficient((0, 1), (1.0, 1.0))
    with pytest.raises(TypeError, match="mutual veto ranks no two"):
        Efficient((0, 1)).score(np.zeros(2))


def test_compiled_code_improves_as_the_definition_does() -> None:
    from kgsim.engine import kernels

    numbers = np.random.default_rng(1).integers(0, 3, (200, 2, 3)).astype(float)
    for rival, worth in numbers:
        assert kernels.improves(rival, worth) == improves(rival, worth)
