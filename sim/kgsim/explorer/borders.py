"""Where the answer changes on a regime map, to a thousandth of a cell: bisection along the edges of its grid."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Floats

if TYPE_CHECKING:
    from kgsim.explorer.views import RegimeMap

#: Halvings of an edge that the border crosses.
HALVINGS = 10

#: Outcomes reached at points whose horizontal and vertical values are given; shape (outcomes, points).
Reached = Callable[[Floats, Floats], NDArray[np.bool_]]


def borders(regimes: RegimeMap, reached: Reached) -> tuple[list[list[float]], list[list[float]]]:
    """Return the lines between regimes, as lists of horizontal and of vertical values.

    Every edge between neighbouring points of different regimes is halved towards its crossing. Within a square of the
    grid, two crossings are joined; three or four, where regimes meet, are joined to their mean. A regime that lies
    wholly between points of the grid is not found.
    """
    starts, ends, squares = _edges(regimes)
    if not len(starts):
        return [], []
    first = reached(*starts.T)
    for _ in range(HALVINGS):
        middle = (starts + ends) / 2
        same = (reached(*middle.T) == first).all(axis=0)[:, None]
        starts, ends = np.where(same, middle, starts), np.where(same, ends, middle)
    crossings = (starts + ends) / 2
    by_square: dict[tuple[int, int], list[int]] = {}
    for edge, around in enumerate(squares):
        for square in around:
            by_square.setdefault(square, []).append(edge)
    lines = [line for edges in by_square.values() for line in _joined(crossings[edges])]
    return [line[:, 0].tolist() for line in lines], [line[:, 1].tolist() for line in lines]


def _edges(regimes: RegimeMap) -> tuple[Floats, Floats, list[list[tuple[int, int]]]]:
    """Both ends of each edge of the grid that a border crosses, shape (edges, 2) each, and the squares beside it."""
    number, x, y = regimes.number, regimes.x, regimes.y
    starts, ends, squares = [], [], []
    for down, right in ((0, 1), (1, 0)):
        rows, columns = np.nonzero(number[: len(y) - down, : len(x) - right] != number[down:, right:])
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            starts.append((x[column], y[row]))
            ends.append((x[column + right], y[row + down]))
            beside = [(row, column), (row - right, column - down)]
            squares.append([(i, j) for i, j in beside if 0 <= i < len(y) - 1 and 0 <= j < len(x) - 1])
    return np.array(starts), np.array(ends), squares


def _joined(crossings: Floats) -> list[Floats]:
    if len(crossings) == 2:
        return [crossings]
    middle = crossings.mean(axis=0)
    return [np.array([each, middle]) for each in crossings]
