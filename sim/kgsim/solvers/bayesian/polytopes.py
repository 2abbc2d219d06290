"""Vertices of small sets of probabilities cut by linear inequalities."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from math import comb

import numpy as np

from kgsim.arrays import Floats, Integers
from kgsim.tolerances import PRESENT, SAME_STRATEGY

#: Determinants of systems, or spreads of equations, from here on count as other than 0.
SINGULAR = 1e-12


def count_bases(cuts: Floats, equal: Floats) -> int:
    """How many choices of active inequalities `vertices` looks at."""
    size = equal.shape[1]
    return comb(len(cuts) + size, _solutions(equal.shape, equal.tobytes())[1].shape[1])


def vertices(cuts: Floats, equal: Floats, totals: Floats, slack: float) -> list[Floats] | None:
    """Vertices of the closure of {x > 0: cuts @ x >= 0, equal @ x = totals}, a bounded set; None if it is empty.

    The equations should leave few dimensions, since every choice of as many active inequalities is tried.

    Parameters
    ----------
    cuts, equal, totals
        Shapes (inequalities, n), (equations, n) and (equations,).
    slack
        Ties are kept by allowing so much.
    """
    if ((cuts <= slack).all(axis=1) & (cuts < -slack).any(axis=1)).any():
        return None  # no positive x satisfies such a row
    inverse, free = _solutions(equal.shape, equal.tobytes())
    start = inverse @ totals
    if not free.shape[1]:
        solved = (start > PRESENT).all() and (cuts @ start >= -slack).all()
        return [np.asarray(start, dtype=np.float64)] if solved else None
    sides, levels = np.vstack([cuts @ free, free]), np.concatenate([cuts @ start, start])
    chosen = _choices(len(sides), free.shape[1])
    systems = sides[chosen]
    regular = np.abs(np.linalg.det(systems)) > SINGULAR
    moves = np.linalg.solve(systems[regular], -levels[chosen[regular]][..., None])[..., 0]
    inside = (moves @ sides.T + levels >= -slack).all(axis=1)
    ends: list[Floats] = []
    for move in moves[inside]:
        end = np.asarray(start + free @ move, dtype=np.float64)
        if not any(np.abs(end - other).max() < SAME_STRATEGY for other in ends):
            ends.append(end)
    if not ends or np.mean(ends, axis=0).min() <= PRESENT:
        return None
    return ends


@lru_cache(maxsize=4096)
def _solutions(shape: tuple[int, int], equal: bytes) -> tuple[Floats, Floats]:
    """What gives one solution of linear equations, and a basis of the differences to all others; few systems recur."""
    matrix = np.frombuffer(equal).reshape(shape)
    _, spread, rows = np.linalg.svd(matrix)
    return np.asarray(np.linalg.pinv(matrix), dtype=np.float64), rows[int((spread > SINGULAR).sum()) :].T


@lru_cache(maxsize=256)
def _choices(sides: int, count: int) -> Integers:
    """All ways to choose so many of some sides; shape (ways, count)."""
    return np.array(list(combinations(range(sides), count)))
