"""Support enumeration for generic two-player games, as scalar kernels that numba compiles as they stand.

One game at a time and the compiled batch both take an equilibrium's probabilities from `indifference`, whose
operations come in a fixed order, so they agree bit for bit.
"""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import NDArray

#: Below this pivot the floating-point indifference system is too ill posed, and exact arithmetic takes over.
LEAST_PIVOT = 1e-9

#: Weights and payoff differences this close to 0 may be ties; the second, over the pivot, bounds their
#: rounding error.
CLEAR = 1e-9
ROUNDING = 1e-14


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


def scan(
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    rows: int,
    columns: int,
    members: NDArray[np.int64],
    masks: NDArray[np.int64],
    starts: NDArray[np.int64],
    binomial: NDArray[np.int64],
    beaten_rows: NDArray[np.int64],
    beaten_columns: NDArray[np.int64],
    feasible: NDArray[np.uint8],
    work: NDArray[np.float64],
    weights: NDArray[np.float64],
    found: NDArray[np.float64],
    found_index: NDArray[np.int64],
    offset: int,
    place_rows: NDArray[np.int64],
    place_columns: NDArray[np.int64],
) -> int:
    """All equilibria of one generic game by support enumeration, or a refusal if it is not clearly generic.

    Every vertex of both best-reply polyhedra has supports of equal size in a nondegenerate game, so each
    pair of supports is solved for both players. A vertex with a tie beyond its support, or one too ill posed
    to tell, ends the scan: a degenerate equilibrium always shows as such a vertex, hence what is returned is
    complete. Pairs in which an action is strictly dominated on the other support are skipped; no vertex has
    such an action as a best reply.

    Parameters
    ----------
    first, second
        Scaled payoffs of player 1, shape (rows, columns), and of player 2, transposed: shape (columns, rows).
    rows, columns
        Numbers of actions.
    members, masks, starts, binomial
        Tables of supports from `support_tables`.
    beaten_rows, beaten_columns, feasible, work, weights
        Scratch space.
    found, found_index, offset
        Receive probabilities (one row per equilibrium, all actions of both players) and indices from row
        `offset`.
    place_rows, place_columns
        Columns of `found` at which the weights of the actions go.

    Returns
    -------
    int
        Number of equilibria; -1 if the game is not clearly generic, -2 if `found` is full.
    """
    _beaten(first, rows, columns, beaten_rows)
    _beaten(second, columns, rows, beaten_columns)
    count = 0
    total = 0
    for size in range(1, min(rows, columns) + 1):
        start = starts[size]
        wide = binomial[columns, size]
        tall = binomial[rows, size]
        feasible[: tall * wide] = 0
        for t in range(wide):
            allowed = _allowed(masks[start + t], beaten_rows, rows)
            for s in range(tall):
                if masks[start + s] & ~allowed:
                    continue
                verdict = _vertex(
                    first, rows, members[start + s], masks[start + s], members[start + t], size, work, weights
                )
                if verdict < 0:
                    return -1
                feasible[s * wide + t] = verdict
        for s in range(tall):
            allowed = _allowed(masks[start + s], beaten_columns, columns)
            for t in range(wide):
                if masks[start + t] & ~allowed:
                    continue
                verdict = _vertex(
                    second, columns, members[start + t], masks[start + t], members[start + s], size, work, weights
                )
                if verdict < 0:
                    return -1
                if verdict == 0 or feasible[s * wide + t] == 0:
                    continue
                if offset + count >= len(found):
                    return -2
                row = found[offset + count]
                row[:] = 0.0
                x_sign, _ = indifference(second, members[start + t], members[start + s], size, work, weights)
                for k in range(size):
                    row[place_rows[members[start + s, k]]] = weights[k]
                y_sign, _ = indifference(first, members[start + s], members[start + t], size, work, weights)
                for k in range(size):
                    row[place_columns[members[start + t, k]]] = weights[k]
                index = x_sign * y_sign if size % 2 else -x_sign * y_sign
                found_index[offset + count] = index
                total += index
                count += 1
    if total != 1:
        return -1
    return count


def _beaten(own: NDArray[np.float64], rows: int, columns: int, beaten: NDArray[np.int64]) -> None:
    """For each pair of actions, the mask of the opponent's actions against which the second beats the first."""
    for i in range(rows):
        for other in range(rows):
            mask = 0
            for j in range(columns):
                if own[other, j] > own[i, j]:
                    mask |= 1 << j
            beaten[i, other] = mask


def _allowed(mask: int, beaten: NDArray[np.int64], rows: int) -> int:
    """Mask of the actions that no other pure action strictly dominates on the opponent's support `mask`."""
    allowed = 0
    for i in range(rows):
        dominated = False
        for other in range(rows):
            if mask & ~beaten[i, other] == 0:
                dominated = True
                break
        if not dominated:
            allowed |= 1 << i
    return allowed


def _vertex(
    own: NDArray[np.float64],
    rows: int,
    support: NDArray[np.int64],
    support_mask: int,
    columns: NDArray[np.int64],
    size: int,
    work: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> int:
    """Whether a pair of supports gives a vertex: 1 yes, 0 no, -1 too close to call (a tie, or ill posed)."""
    _, pivot = indifference(own, support, columns, size, work, weights)
    if pivot == 0.0:
        return -1
    largest = 1.0
    least = 1.0
    for k in range(size):
        largest = max(largest, abs(weights[k]))
        least = min(least, weights[k])
    doubt = max(CLEAR, ROUNDING / pivot) * largest
    if least < -doubt:
        return 0
    tied = pivot < LEAST_PIVOT or least < doubt
    value = 0.0
    for k in range(size):
        value += weights[k] * own[support[0], columns[k]]
    for i in range(rows):
        if support_mask >> i & 1:
            continue
        other = 0.0
        for k in range(size):
            other += weights[k] * own[i, columns[k]]
        if other > value + doubt:
            return 0
        if other > value - doubt:
            tied = True
    return -1 if tied else 1


def support_tables(actions: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Supports of up to `actions` actions, by size and then by mask.

    Returns
    -------
    members
        The actions of each support, ascending; shape (supports, actions).
    masks
        The same as bit masks.
    starts
        Where the supports of each size start. Those within the first k actions come first in each size.
    binomial
        ``binomial[k, size]``, how many supports of a size there are within the first k actions.
    """
    masks = sorted(range(1, 1 << actions), key=lambda mask: (mask.bit_count(), mask))
    members = np.zeros((len(masks), actions), dtype=np.int64)
    for number, mask in enumerate(masks):
        inside = [i for i in range(actions) if mask >> i & 1]
        members[number, : len(inside)] = inside
    binomial = np.array([[comb(k, size) for size in range(actions + 1)] for k in range(actions + 1)], dtype=np.int64)
    starts = np.concatenate(([0, 0], np.cumsum(binomial[actions, 1:])))
    return members, np.array(masks, dtype=np.int64), starts, binomial
