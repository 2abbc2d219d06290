"""Vertices of small sets of probabilities cut by linear inequalities."""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np

from kgsim.arrays import Floats
from kgsim.tolerances import POSITIVE, SAME_STRATEGY


def count_bases(cuts: Floats, equal: Floats) -> int:
    """How many choices of active inequalities `vertices` looks at."""
    size = equal.shape[1]
    return comb(len(cuts) + size, size - int(np.linalg.matrix_rank(equal)))


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
    start = np.linalg.lstsq(equal, totals, rcond=None)[0]
    _, spread, rows = np.linalg.svd(equal)
    free = rows[int((spread > 1e-12).sum()) :].T
    if not free.shape[1]:
        solved = (start > POSITIVE).all() and (cuts @ start >= -slack).all()
        return [np.asarray(start, dtype=np.float64)] if solved else None
    sides, levels = np.vstack([cuts @ free, free]), np.concatenate([cuts @ start, start])
    chosen = np.array(list(combinations(range(len(sides)), free.shape[1])))
    systems = sides[chosen]
    regular = np.abs(np.linalg.det(systems)) > 1e-12
    moves = np.linalg.solve(systems[regular], -levels[chosen[regular]][..., None])[..., 0]
    inside = (moves @ sides.T + levels >= -slack).all(axis=1)
    ends: list[Floats] = []
    for move in moves[inside]:
        end = np.asarray(start + free @ move, dtype=np.float64)
        if not any(np.abs(end - other).max() < SAME_STRATEGY for other in ends):
            ends.append(end)
    if not ends or np.mean(ends, axis=0).min() <= POSITIVE:
        return None
    return ends
