"""The probabilities that make a player indifferent between some actions, by operations in a fixed order.

Every two-player solver takes its probabilities from here, exact or not, one game at a time or in a batch, so that they
agree to the last bit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

INLINE = ("indifference", "indifference_of_two")  # what is worth compiling into its callers, by measurement


def indifference(
    own: NDArray[np.float64],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    size: int,
    work: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> tuple[int, float]:
    """Solve for weights on `columns` that make all of `rows` equally good for the player with payoffs `own`.

    Substituting the first weight by one minus the others leaves ``size - 1`` linear equations, solved by
    Gaussian elimination with partial pivoting.

    Parameters
    ----------
    own
        Payoffs of the player who is made indifferent, shape (own actions, opponent's actions).
    rows, columns
        The supports; the first `size` entries of each are read.
    size
        Number of actions in each support.
    work
        Scratch space, at least (size, size).
    weights
        Receives the `size` weights; they sum to one and may be negative. Undefined if the pivot returned is
        0.

    Returns
    -------
    sign : int
        Sign of the determinant, 0 if singular.
    pivot : float
        Smallest pivot in absolute value, 1 for pure supports: a measure of how well posed the system is.
    """
    last = size - 1
    first_row = rows[0]
    first_column = columns[0]
    for i in range(last):
        row = rows[i + 1]
        base = own[row, first_column] - own[first_row, first_column]
        for j in range(last):
            column = columns[j + 1]
            work[i, j] = own[row, column] - own[first_row, column] - base
        work[i, last] = -base

    sign = 1
    least = 1.0
    for k in range(last):
        best = k
        for i in range(k + 1, last):
            if abs(work[i, k]) > abs(work[best, k]):
                best = i
        pivot = work[best, k]
        if pivot == 0.0:
            return 0, 0.0
        if best != k:
            sign = -sign
            for j in range(k, size):
                work[k, j], work[best, j] = work[best, j], work[k, j]
        if pivot < 0.0:
            sign = -sign
        least = min(least, abs(pivot))
        for i in range(k + 1, last):
            factor = work[i, k] / pivot
            for j in range(k + 1, size):
                work[i, j] -= factor * work[k, j]

    rest = 1.0
    for k in range(last - 1, -1, -1):
        value = work[k, last]
        for j in range(k + 1, last):
            value -= work[k, j] * weights[j + 1]
        value /= work[k, k]
        weights[k + 1] = value
        rest -= value
    weights[0] = rest
    return sign, least


def indifference_of_two(
    own: NDArray[np.float64], rows: NDArray[np.int64], columns: NDArray[np.int64], weights: NDArray[np.float64]
) -> float:
    """What `indifference` does, written out, since most supports have two actions; returns the pivot."""
    base = own[rows[1], columns[0]] - own[rows[0], columns[0]]
    slope = own[rows[1], columns[1]] - own[rows[0], columns[1]] - base
    if slope != 0.0:
        weights[1] = -base / slope
        weights[0] = 1.0 - weights[1]
    return float(min(abs(slope), 1.0))
