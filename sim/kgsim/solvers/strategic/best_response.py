"""Vertices of a best-response polyhedron, in exact arithmetic.

For a player with payoffs ``a[i, j]`` against the opponent's action ``j`` the polyhedron

    {(y, v): y >= 0, sum(y) = 1, a y <= v}

has as its vertices the opponent's mixed strategies ``y`` at which an equilibrium can sit; each carries
labels: which ``y_j`` are zero and which actions ``i`` are best responses. They are found by the double
description method (Motzkin and others 1953; Fukuda and Prodon 1996) on the homogeneous cone. Everything is
integers and bit masks, so ties are seen exactly and no tolerance decides a label.
"""

from __future__ import annotations

from math import gcd
from typing import NamedTuple

from kgsim.solvers.effort import Effort


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


def vertices(matrix: list[list[int]], *, effort: Effort | None = None, tight: int = 0) -> list[Vertex]:
    """All vertices of the best-response polyhedron of a non-negative integer matrix, in lexicographic order.

    Parameters
    ----------
    matrix
        One row per action of the replying player, one column per action of the opponent; entries >= 0.
    effort
        What the enumeration may cost: a step for every few pairs of rays compared, and more for new ones that are long.
    tight
        Bit mask of actions of the replying player that must be best responses: the vertices of that face alone.

    Raises
    ------
    OutOfEffort
        If that is not enough.
    """
    columns = len(matrix[0])
    effort = effort or Effort()
    # A ray is (y_0, ..., y_n-1, v) with the mask of the constraints that hold with equality: bit j for y_j =
    # 0 and bit n + i for "action i is a best response". One row gives a simplicial cone to start from; rows that
    # must hold with equality come first, since they keep the cone small.
    zeros = (1 << columns) - 1
    order = sorted(range(len(matrix)), key=lambda i: not tight >> i & 1)
    base = order[0]
    rays = [] if tight >> base & 1 else [((0,) * columns + (1,), zeros)]
    for j in range(columns):
        unit = (*(int(k == j) for k in range(columns)), matrix[base][j])
        rays.append((unit, zeros ^ (1 << j) | 1 << columns + base))
    for i in order[1:]:
        rays = _insert(rays, matrix[i], 1 << columns + i, columns, effort, exactly=bool(tight >> i & 1))

    found = [Vertex(ray[:columns], zeros & ~held, held >> columns) for ray, held in rays if held & zeros != zeros]
    return sorted(found, key=lambda vertex: (vertex.support.bit_count(), vertex.support, vertex.best))


_Ray = tuple[tuple[int, ...], int]


def _insert(rays: list[_Ray], row: list[int], bit: int, columns: int, effort: Effort, *, exactly: bool) -> list[_Ray]:
    """Cut the cone with ``v >= row . y``, or with equality, and return its extreme rays."""
    above: list[tuple[tuple[int, ...], int, int]] = []
    below: list[tuple[tuple[int, ...], int, int]] = []
    result: list[_Ray] = []
    for ray in rays:
        point, tight = ray
        slack = point[columns] - sum(map(int.__mul__, row, point))
        if slack > 0:
            above.append((point, tight, slack))
            if not exactly:
                result.append(ray)
        elif slack == 0:
            result.append((point, tight | bit))
        else:
            below.append((point, tight, -slack))

    masks = [tight for _, tight in rays]
    least = columns - 1
    for low, low_tight, depth in below:
        effort.spend(len(above) / 4)
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
            effort.spend(columns // 4)
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
