"""Vertices of the best-response polyhedra of small two-player games in machine integers; numba compiles it as is.

What `kgsim.solvers.strategic.best_response` does in Python's integers, by the same method, for the games of a batch
that show a tie: 64 bits hold the numbers of all but the rarest, and a number that might not fit is noticed before it is
computed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kgsim.games.exact import LARGEST_DENOMINATOR
from kgsim.solvers.masks import ones
from kgsim.solvers.strategic.rationals import denominator
from kgsim.tolerances import READ_AS_FRACTION

COUNTERS = ("a", "b")

# Weights of a vertex are at most this when multiplied by the denominator of the payoffs. So every slack fits, a label
# that is missed is missed by more than `kgsim.tolerances.NEAR_TIE`, and weights are exact as floats.
LARGEST = float(1 << 35)
LARGEST_SUM = float(1 << 62)


def read_integers(own: NDArray[np.float64], rows: int, columns: int, table: NDArray[np.int64]) -> int:
    """What `kgsim.solvers.strategic.rationals.as_integers` reads, where all have a small common denominator.

    Parameters
    ----------
    own
        Scaled payoffs; the first `rows` and `columns` are read.
    table
        Receives integers proportional to them.

    Returns
    -------
    int
        The common denominator, at most `LARGEST_DENOMINATOR`; 0 if there is none.
    """
    # Half the tolerance there, since the levels come in another order here: what is accepted here is accepted there.
    tolerance = READ_AS_FRACTION / 2
    common = 1
    for row in range(rows):
        for column in range(columns):
            level = own[row, column]
            if abs(level * common - round(level * common)) > tolerance * common:
                other = denominator(level)
                if other == 0:
                    return 0
                common *= other // _divisor(common, other)
                if common > LARGEST_DENOMINATOR:
                    return 0
    for row in range(rows):
        for column in range(columns):
            table[row, column] = round(own[row, column] * common)
    return common


def exact_vertices(
    own: NDArray[np.float64],
    rows: int,
    columns: int,
    table: NDArray[np.int64],
    points: NDArray[np.int64],
    tight: NDArray[np.int64],
    slacks: NDArray[np.int64],
    vertices: NDArray[np.int64],
) -> int:
    """All vertices of the best-response polyhedron of the player with payoffs `own`, and their labels, exactly.

    Parameters
    ----------
    own
        Scaled payoffs, shape (rows, columns); `rows` are the player's actions, `columns` the opponent's.
    table
        Scratch space for these as integers.
    points
        Receives in row k + 1 the integer weights of vertex k, and last its value; at least as long as `tight`.
    tight, slacks
        Scratch space; its length is the most rays to deal with.
    vertices
        Receives, per vertex, the support, the best responses, and 2, for certain and with weights in `points`.

    Returns
    -------
    int
        Number of vertices; -1 if the numbers, or how many there are, would be too large.
    """
    common = read_integers(own, rows, columns, table)
    if common == 0:
        return -1
    # Rays (y_0, ..., y_n-1, v) with the mask of the constraints that hold with equality, as in `best_reply`.
    zeros = (1 << columns) - 1
    for ray in range(columns + 1):
        for column in range(columns):
            points[ray, column] = 0
        points[ray, columns] = 1
        tight[ray] = zeros
    for column in range(columns):
        points[column + 1, column] = 1
        points[column + 1, columns] = table[0, column]
        tight[column + 1] = zeros ^ (1 << column) | 1 << columns
    count = columns + 1
    for row in range(1, rows):
        count = _insert(table[row], 1 << (columns + row), columns, LARGEST / common, points, tight, slacks, count)
        if count < 0:
            return -1
    # The first ray is the one without weights: it lies above every row.
    for vertex in range(count - 1):
        mask = tight[vertex + 1]
        vertices[vertex, 0] = zeros & ~mask
        vertices[vertex, 1] = mask >> columns
        vertices[vertex, 2] = 2
    return count - 1


def _insert(
    row: NDArray[np.int64],
    bit: int,
    columns: int,
    most: float,
    points: NDArray[np.int64],
    tight: NDArray[np.int64],
    slacks: NDArray[np.int64],
    count: int,
) -> int:
    """Cut the cone of `count` rays with ``v >= row . y``; returns how many there are then, -1 if too many or large.

    Which pairs of rays span an edge is told as in `kgsim.solvers.strategic.best_response`.
    """
    for ray in range(count):
        slack = points[ray, columns]
        for column in range(columns):
            slack -= row[column] * points[ray, column]
        slacks[ray] = slack
    end = count
    for low in range(count):
        if slacks[low] >= 0:
            continue
        simple = ones(tight[low]) == columns
        for high in range(count):
            if slacks[high] <= 0:
                continue
            shared = tight[low] & tight[high]
            if ones(shared) < columns - 1:
                continue
            if not simple and ones(tight[high]) > columns and _third(shared, tight, count):
                continue
            if end == len(tight) or not _meet(
                points[low], -slacks[low], points[high], slacks[high], columns, most, points[end]
            ):
                return -1
            tight[end] = shared | bit
            end += 1
    kept = 0
    for ray in range(end):
        if ray < count:
            if slacks[ray] < 0:
                continue
            if slacks[ray] == 0:
                tight[ray] |= bit
        if kept < ray:
            tight[kept] = tight[ray]
            for column in range(columns + 1):
                points[kept, column] = points[ray, column]
        kept += 1
    return kept


def _third(shared: int, tight: NDArray[np.int64], count: int) -> bool:
    """Whether more than two rays lie on all the `shared` facets."""
    seen = 0
    for ray in range(count):
        seen += shared & ~tight[ray] == 0
        if seen > 2:
            return True
    return False


def _meet(
    low: NDArray[np.int64],
    depth: int,
    high: NDArray[np.int64],
    height: int,
    columns: int,
    most: float,
    edge: NDArray[np.int64],
) -> bool:
    """Where the edge between a ray below and one above meets the plane, in lowest terms.

    Returns
    -------
    bool
        False if a number would not fit, or the weights sum to over `most`.
    """
    divisor = _divisor(depth, height)
    down = depth // divisor
    up = height // divisor
    for column in range(columns + 1):
        if float(up) * float(low[column]) + float(down) * float(high[column]) > LARGEST_SUM:
            return False
    divisor = 0
    for column in range(columns + 1):
        entry = up * low[column] + down * high[column]
        edge[column] = entry
        if divisor != 1:
            divisor = _divisor(entry, divisor)
    total = 0.0
    for column in range(columns + 1):
        if divisor > 1:
            edge[column] //= divisor
        if column < columns:
            total += float(edge[column])
    return total <= most


def _divisor(a: int, b: int) -> int:
    """Greatest common divisor of two numbers that are not negative."""
    while b > 0:
        a, b = b, a % b
    return a
