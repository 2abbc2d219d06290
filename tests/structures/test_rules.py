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


class Egalitarian(Agreement):
    """The smallest of the members' gains over the disagreement point."""

    title = "the egalitarian rule"

    def score(self, payoffs: np.ndarray) -> np.ndarray:
        least = self.gains(payoffs).min(axis=-1)
        return np.where(least < 0.0, -np.inf, least)

    def size(self, payoffs: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        return (self.of_members(sizes) + np.abs(np.asarray(self.stated))).max(axis=-1)


@pytest.fixture
def egalitarian(monkeypatch: pytest.MonkeyPatch) -> Scenario:
    """Three players, two of them in a bloc under a rule that this test alone knows."""
    monkeypatch.setitem(RULES, "egalitarian", Egalitarian)
    scenario = three_by_two()
    structures = {
        name: replace(
            structure,
            blocs={mover: replace(bloc, rule="egalitarian") for mover, bloc in structure.blocs.items()},
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
def test_a_rule_added_to_the_table_is_solved_alike_everywhere(egalitarian: Scenario, top: int, fast: bool) -> None:
    points = draw(egalitarian, top, 30)
    engine = Engine(egalitarian, tuple(egalitarian.structures), fast=fast)
    solved = engine.solve(points)
    sure = dict.fromkeys(egalitarian.structures, 0)
    for point in range(30):
        single = kgsim.solve(egalitarian, {name: column[point] for name, column in points.items()})
        for name, ends in solved.items():
            one = single.structures[name]
            assert bool(one.unsolved) == (ends.failure[point] > 0), (name, point, one.unsolved)
            if one.unsolved or ends.doubt[point]:
                continue
            sure[name] += 1
            reached = np.flatnonzero(ends.reached(len(egalitarian.outcomes))[:, point])
            assert {egalitarian.outcomes[rule].name for rule in reached} == set(one.outcomes), (name, point)
    assert min(sure[name] for name in ("nash", "bloc_last")) > 5


def test_an_added_rule_picks_what_it_says(egalitarian: Scenario) -> None:
    points = draw(egalitarian, 1000, 20)
    for point in range(20):
        values = {name: column[point] for name, column in points.items()}
        worth = np.array([[values[f"{player}o{i:03b}"] for i in range(8)] for player in "ABC"])
        # C answers each joint position of A and B, which fall back on 1 each.
        answers = [2 * position + int(worth[2, 2 * position + 1] > worth[2, 2 * position]) for position in range(4)]
        best = max(answers, key=lambda deal: (worth[:2, deal] - 1.0).min())
        found = kgsim.solve(egalitarian, values, structures=["nash"]).structures["nash"]
        assert list(found.outcomes) == [f"o{best:03b}"]


def test_scenario_files_name_the_rules_of_the_table() -> None:
    names = get_args(BlocEntry.model_fields["rule"].annotation)
    assert tuple(RULES) == tuple(RULE_NEEDS) == names


PAYOFFS = some.lists(some.lists(some.integers(-3, 3), min_size=3, max_size=3), min_size=4, max_size=4)


@given(PAYOFFS, some.lists(some.lists(some.integers(-2, 2), min_size=2, max_size=2), min_size=4, max_size=4))
def test_arrays_of_points_are_judged_as_one_point_is(payoffs: list[list[int]], stated: list[list[int]]) -> None:
    table = np.array([payoffs, payoffs[::-1]], dtype=float)  # deals, points, players
    numbers = np.array(stated, dtype=float)
    for rule in RULES.values():
        objective: Objective = rule((0, 2), numbers)
        for point, own in enumerate(stated):
            alone = rule((0, 2), [float(number) for number in own])
            here = table[:, point]
            np.testing.assert_array_equal(objective.acceptable(table)[:, point], alone.acceptable(here))
            if rule.ranks:
                np.testing.assert_array_equal(objective.score(table)[:, point], alone.score(here))
                size = objective.size(table, np.abs(table))[:, point]
                np.testing.assert_array_equal(size, alone.size(here, np.abs(here)))


def test_kinds() -> None:
    assert {name for name, rule in RULES.items() if rule.linear} == {"weighted"}
    assert {name for name, rule in RULES.items() if not rule.ranks} == {"veto"}
    nash = NashProduct((0, 1), (1.0, 1.0))
    assert nash.remainder == Efficient((0, 1), (1.0, 1.0))
    with pytest.raises(TypeError, match="mutual veto ranks no two"):
        Efficient((0, 1)).score(np.zeros(2))


def test_compiled_code_improves_as_the_definition_does() -> None:
    from kgsim.engine import kernels

    numbers = np.random.default_rng(1).integers(0, 3, (200, 2, 3)).astype(float)
    for rival, worth in numbers:
        assert kernels.improves(rival, worth) == improves(rival, worth)
