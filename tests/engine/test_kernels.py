"""Compiled kernels against the array code that they stand in for: the same sets, to the last bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from test_engine import SHIPPED

import kgsim
from kgsim.engine import blocs
from kgsim.engine.engine import WORTH_COMPILING, Engine, worth_compiling
from kgsim.engine.mixed import POINTS_PLAIN
from kgsim.engine.pairs import possible_pairs
from kgsim.scenario.model import Scenario
from kgsim.solvers.compiled import available, compiled
from three_players import STRUCTURES, three_by_two

pytestmark = pytest.mark.skipif(not available(), reason="numba is not installed")


def assert_same(scenario: Scenario, points: dict[str, np.ndarray]) -> None:
    plain, fast = (Engine(scenario, tuple(scenario.structures), fast=fast) for fast in (False, True))
    one, other = plain.solve(points), fast.solve(points)
    assert list(one) == list(other)
    for name in one:
        for part in ("deals", "inner", "failure", "doubt"):
            np.testing.assert_array_equal(getattr(one[name], part), getattr(other[name], part), f"{name} {part}")
        for part in ("point", "payoffs", "outcomes", "group"):
            np.testing.assert_array_equal(getattr(one[name].mixed, part), getattr(other[name].mixed, part))
        rest, same = one[name].rests, other[name].rests
        assert (rest is None) == (same is None)
        for part in ("points", "fallback", "inner") if rest is not None else ():
            np.testing.assert_array_equal(getattr(rest, part), getattr(same, part))


@pytest.mark.parametrize("top", [2, 3, 20], ids=["two levels: ties everywhere", "three levels", "few ties"])
def test_on_random_games(top: int) -> None:
    scenario = three_by_two()
    draw = np.random.default_rng(top)
    # Where everything ties, plain Python lists hundreds of equilibria at a point.
    count = POINTS_PLAIN // 4 if top == 2 else POINTS_PLAIN
    assert_same(scenario, {name: draw.integers(0, top, count).astype(float) for name in scenario.parameters})
    assert set(scenario.structures) == set(STRUCTURES)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_on_the_shipped_scenarios(path: Path) -> None:
    scenario = kgsim.load(path)
    draw = np.random.default_rng(5)
    points = {name: draw.uniform(*parameter.range, 150) for name, parameter in scenario.parameters.items()}
    assert_same(scenario, points)


def test_payoffs_that_are_not_finite() -> None:
    scenario = three_by_two()
    draw = np.random.default_rng(1)
    points = {name: draw.integers(0, 4, 40).astype(float) for name in scenario.parameters}
    points["Ao000"][::3] = np.inf
    with np.errstate(invalid="ignore"):
        assert_same(scenario, points)


def test_a_point_alone() -> None:
    scenario = three_by_two()
    draw = np.random.default_rng(4)
    for _ in range(20):
        assert_same(scenario, {name: draw.integers(0, 9, 1).astype(float) for name in scenario.parameters})


@pytest.mark.parametrize("shape", [(3, 3), (2, 7), (12, 4), (5, 11), (70, 3)], ids=str)
@pytest.mark.parametrize("top", [3, 1000], ids=["ties", "generic"])
def test_pairs(shape: tuple[int, int], top: int) -> None:
    draw = np.random.default_rng(9)
    low = draw.integers(0, top, (2, *shape, 50)).astype(float)
    for high in (low, low + draw.integers(0, 2, low.shape)):
        possible, left = possible_pairs(low, high)
        same, same_left = possible_pairs(low, high, fast=True)
        np.testing.assert_array_equal(possible, same)
        np.testing.assert_array_equal(left, same_left)


def test_kernels_give_the_same_without_a_compiler() -> None:
    from kgsim.engine import kernels

    draw = np.random.default_rng(2)
    score = draw.integers(0, 3, (6, 40)).astype(float)
    first, deals = np.array([0, 2, 6]), np.arange(6)
    follows = draw.random((6, 40)) < 0.7
    results = []
    for namespace in (kernels, compiled("kgsim.engine.kernels")):
        inner, level = np.zeros((6, 40), bool), np.zeros((2, 40))
        namespace.best(first, deals, follows, score, inner, level)
        results.append((inner, level))
    for plain, fast in zip(*results, strict=True):
        np.testing.assert_array_equal(plain, fast)
    expected = np.where(follows, score, -np.inf)
    np.testing.assert_array_equal(results[0][1], [expected[:2].max(axis=0), expected[2:].max(axis=0)])


def test_few_points_are_not_worth_compiling_for() -> None:
    assert not worth_compiling(WORTH_COMPILING - 1)
    assert worth_compiling(WORTH_COMPILING)


@pytest.mark.parametrize("noise", [0.0, 1e-15, 1e-9, 1e-5])
def test_scoring_what_can_follow_alone_is_scoring_everything(noise: float, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = three_by_two()
    blocs_play = tuple(name for name, each in scenario.structures.items() if each.blocs)
    draw = np.random.default_rng(6)
    points = {name: draw.integers(0, 6, 40) * (1.0 + noise * draw.integers(-3, 4, 40)) for name in scenario.parameters}
    few = Engine(scenario, blocs_play).solve(points)
    monkeypatch.setattr(blocs, "NEAR_THE_BEST", np.inf)
    every = Engine(scenario, blocs_play).solve(points)
    for name, found in few.items():
        for part in ("inner", "failure", "doubt"):
            np.testing.assert_array_equal(getattr(found, part), getattr(every[name], part), f"{name} {part}")
