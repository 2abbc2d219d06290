"""Vertices of a best-response polyhedron, in exact arithmetic.

For a player with payoffs ``a[i, j]`` against the opponent's action ``j`` the polyhedron

    {(y, v): y >= 0, sum(y) = 1, a y <= v}

has as its vertices the opponent's mixed strategies ``y`` at which an equilibrium can sit; each carries
labels: which ``y_j`` are zero and which actions ``i`` are best responses. They are found by the double
description method (Motzkin and others 1953; Fukuda and Prodon 1996) on the homogeneous cone. Everything is
integers and bit masks, so ties are seen exactly and no tolerance decides a label.
"""

from __future__ import annotations

import time
from math import gcd
from typing import NamedTuple


class OutOfTime(Exception):
    """The deadline passed; what was found so far is not known to be complete."""


class Vertex(NamedTuple):
    """A mixed strategy of the opponent that is a vertex, as exact integer weights.

    Attributes
    ----------
    weights
        Integer weights; the strategy is ``weights / sum(weights)``.
    support
        Bit mask of the actions with positive weight.
    best
        Bit mask of the replying player's best responses.
    """

    weights: tuple[int, ...]
    support: int
    best: int

    @property
    def labels(self) -> tuple[int, int]:
        """What tells the vertex from all others of its polyhedron."""
        return self.support, self.best

    def strategy(self) -> list[float]:
        """The probabilities, each rounded once."""
        total = sum(self.weights)
        return [weight / total for weight in self.weights]


def vertices(matrix: list[list[int]], *, deadline: float | None = None) -> list[Vertex]:
    """All vertices of the best-response polyhedron of a non-negative integer matrix, in lexicographic order.

    Parameters
    ----------
    matrix
        One row per action of the replying player, one column per action of the opponent; entries >= 0.
    deadline
        Give up when ``time.monotonic()`` passes this; None means never.

    Raises
    ------
    OutOfTime
        If the deadline passes first.
    """
    columns = len(matrix[0])
    # A ray is (y_0, ..., y_n-1, v) with the mask of the constraints that hold with equality: bit j for y_j =
    # 0 and bit n + i for "action i is a best response". The first row gives a simplicial cone to start from.
    zeros = (1 << columns) - 1
    rays = [((0,) * columns + (1,), zeros)]
    for j in range(columns):
        unit = (*(int(k == j) for k in range(columns)), matrix[0][j])
        rays.append((unit, zeros ^ (1 << j) | 1 << columns))
    for number, row in enumerate(matrix[1:], start=columns + 1):
        rays = _insert(rays, row, 1 << number, columns, deadline)

    found = [Vertex(ray[:columns], zeros & ~tight, tight >> columns) for ray, tight in rays if tight & zeros != zeros]
    return sorted(found, key=lambda vertex: (vertex.support.bit_count(), vertex.support, vertex.best))


_Ray = tuple[tuple[int, ...], int]


def _insert(rays: list[_Ray], row: list[int], bit: int, columns: int, deadline: float | None) -> list[_Ray]:
    """Cut the cone with ``v >= row . y`` and return its extreme rays."""
    above: list[tuple[tuple[int, ...], int, int]] = []
    below: list[tuple[tuple[int, ...], int, int]] = []
    result: list[_Ray] = []
    for ray in rays:
        point, tight = ray
        slack = point[columns] - sum(map(int.__mul__, row, point))
        if slack > 0:
            above.append((point, tight, slack))
            result.append(ray)
        elif slack == 0:
            result.append((point, tight | bit))
        else:
            below.append((point, tight, -slack))

    masks = [tight for _, tight in rays]
    least = columns - 1
    for low, low_tight, depth in below:
        if deadline is not None and time.monotonic() > deadline:
            raise OutOfTime
        simple = low_tight.bit_count() == columns
        for high, high_tight, height in above:
            common = low_tight & high_tight
            if common.bit_count() < least:
                continue
            # Two rays span an edge if and only if no third ray lies on every facet that they share. A ray on
            # just `columns` facets is simple, and any `columns - 1` of them meet in an edge; that needs no
            # search.
            if not simple and high_tight.bit_count() > columns and _third(common, masks):
                continue
            edge = [height * a + depth * b for a, b in zip(low, high, strict=True)]
            divisor = gcd(*edge)
            if divisor > 1:
                edge = [entry // divisor for entry in edge]
            result.append((tuple(edge), common | bit))
    return result


def _third(common: int, masks: list[int]) -> bool:
    """Whether more than two of the masks contain `common`."""
    seen = 0
    for mask in masks:
        if mask & common == common:
            seen += 1
            if seen > 2:
                return True
    return False
