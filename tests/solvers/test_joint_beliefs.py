"""Beliefs about two players at once, held against many products of beliefs drawn at random or laid out in a grid."""

from __future__ import annotations

import numpy as np
import pytest

from kgsim.solvers.bayesian.beliefs import supported
from kgsim.solvers.bayesian.joint_beliefs import Free, Row, UndecidedError, jointly_supported


def problem(seed: int, kinds: tuple[int, int]) -> tuple[list[Free], list[Row]]:
    """Two free beliefs, an inequality on each and two on both."""
    rng = np.random.default_rng(seed)
    frees = [Free(((), place, 1), frozenset(range(count))) for place, count in enumerate(kinds)]
    rows = [Row((frees[place],), rng.uniform(-0.5, 1.0, kinds[place])) for place in range(2)]
    rows += [Row((frees[0], frees[1]), rng.uniform(-1.0, 0.8, kinds))]
    rows += [Row((frees[1], frees[0]), rng.uniform(-1.0, 0.8, kinds[::-1]))]
    return frees, rows


def fits(rows: list[Row], first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Which pairs of beliefs, shapes (n, types) and (m, types), satisfy every inequality by at least a little."""
    one, two, both, turned = (row.table for row in rows)
    values = [first @ one[:, None] + 0 * second[:, 0], (second @ two)[None] + 0 * first[:, :1]]
    values += [first @ both @ second.T, first @ turned.T @ second.T]
    return np.min(values, axis=0) >= 0.0


@pytest.mark.parametrize("seed", range(60))
def test_two_types_each_are_decided_exactly(seed: int) -> None:
    frees, rows = problem(seed, (2, 2))
    found = jointly_supported(frees, (2, 2), rows, 1e-10)
    shares = np.linspace(0.0, 1.0, 801)
    grid = np.stack([1.0 - shares, shares], axis=1)
    allowed = fits(rows, grid, grid)
    if found is None:
        assert not allowed[1:-1, 1:-1].any()
        return
    for place, belief in enumerate(found):
        inside = shares[allowed.any(axis=1 - place)]
        if len(inside):
            assert belief.low[1] <= inside.min() + 1e-9 and belief.high[1] >= inside.max() - 1e-9
            assert inside.min() - belief.low[1] < 0.01 and belief.high[1] - inside.max() < 0.01
    example = [np.array([belief.example]) for belief in found]
    assert fits([Row(row.frees, row.table + 1e-9) for row in rows], *example).all()


@pytest.mark.parametrize("seed", range(60))
def test_more_types_are_decided_or_left_open(seed: int) -> None:
    frees, rows = problem(seed, (3, 2))
    rng = np.random.default_rng(seed)
    try:
        found = jointly_supported(frees, (3, 2), rows, 1e-10)
    except UndecidedError:
        return
    if found is None:
        assert not fits(rows, rng.dirichlet(np.ones(3), 400), rng.dirichlet(np.ones(2), 400)).any()
    else:
        example = [np.array([belief.example]) for belief in found]
        assert fits([Row(row.frees, row.table + 1e-9) for row in rows], *example).all()


@pytest.mark.parametrize("seed", range(30))
def test_vertices_and_programmes_give_the_same_ranges(seed: int, monkeypatch) -> None:
    """Beliefs over four types, listed by their vertices or found by linear programmes."""
    rows = list(np.random.default_rng(seed).uniform(-1.0, 1.0, (3, 4)))
    listed = supported(4, range(4), rows, 1e-11)
    monkeypatch.setattr("kgsim.solvers.bayesian.beliefs.MOST_BASES", 0)
    solved = supported(4, range(4), rows, 1e-11)
    assert (listed is None) == (solved is None)
    if listed is not None and solved is not None:
        np.testing.assert_allclose([listed.low, listed.high], [solved.low, solved.high], atol=1e-7)
