"""Two-player games by the thousand, in scalar code that numba compiles as it stands.

`solve_pairs` does what `kgsim.solvers.bimatrix` does, but in floating point with error bounds: a game with an
equilibrium at a vertex whose labels the bounds do not settle is left to exact arithmetic.
"""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import NDArray

from kgsim.solvers.bimatrix_reduction import reduce_pair
from kgsim.solvers.bimatrix_vertices import list_vertices
from kgsim.solvers.indifference import indifference
from kgsim.solvers.payoff_kernels import measure_regrets

ENTRY_POINTS = ("solve_pairs",)


def solve_pairs(
    payoffs: NDArray[np.float64],
    members: NDArray[np.int64],
    masks: NDArray[np.int64],
    starts: NDArray[np.int64],
    binomial: NDArray[np.int64],
    begin: int,
    stop: int,
    profiles: NDArray[np.float64],
    indices: NDArray[np.int8],
    isolated: NDArray[np.bool_],
    gains: NDArray[np.float64],
    relative: NDArray[np.float64],
    numbers: NDArray[np.int64],
) -> tuple[int, int]:
    """Solve two-player games from `begin` on until all are done or the room for equilibria is used up.

    Parameters
    ----------
    payoffs
        Shape (games, 2, m, n).
    members, masks, starts, binomial
        From `support_tables`, for the larger of m and n.
    begin, stop
        The first game to do, and the first free row.
    profiles, indices, isolated, gains, relative
        Receive the equilibria, as in `kgsim.solvers.batch.NashBatch`.
    numbers
        Receives the number of equilibria per game; -1 if an equilibrium is degenerate in a way that takes
        exact arithmetic to tell.

    Returns
    -------
    tuple of int
        The first game not done and the first free row.
    """
    most = binomial.shape[0] - 1
    first = np.empty((most, most))
    second = np.empty((most, most))
    kept_rows = np.empty(most, dtype=np.int64)
    kept_columns = np.empty(most, dtype=np.int64)
    beaten_rows = np.empty((most, most), dtype=np.int64)
    beaten_columns = np.empty((most, most), dtype=np.int64)
    levels = np.empty(most * most)
    spans = np.empty(2)
    work = np.empty((most, most))
    weights = np.empty(most)
    support = np.empty(most, dtype=np.int64)
    best = np.empty(most, dtype=np.int64)
    xs = np.empty((8 << most, 3), dtype=np.int64)
    suitors = np.empty(8 << most, dtype=np.int64)
    ys = np.empty((8 << most, 3), dtype=np.int64)
    pairs = np.empty((64 << most, 2), dtype=np.int64)
    shape = np.array(payoffs.shape[2:])
    table = payoffs.reshape(len(payoffs), 2, shape[0] * shape[1])
    for game in range(begin, len(payoffs)):
        numbers[game] = -1
        rows, columns = reduce_pair(
            payoffs[game], first, second, kept_rows, kept_columns, beaten_rows, beaten_columns, levels, spans
        )
        if rows == 0:
            continue
        if rows == columns == 1:
            # Dominance has decided: one vertex each, the only action being used and best.
            xs[0] = ys[0] = 1
            pairs[0] = 0
            count = 1
        else:
            x_count = list_vertices(
                second, columns, rows, beaten_columns, members, masks, starts, binomial, work, weights, xs[:0],
                suitors, xs,
            )  # fmt: skip
            if x_count < 0:
                continue
            y_count = list_vertices(
                first, rows, columns, beaten_rows, members, masks, starts, binomial, work, weights, xs[:x_count],
                suitors, ys,
            )  # fmt: skip
            count = _match(xs, x_count, ys, y_count, pairs) if y_count > 0 else -1
        if count <= 0:
            continue
        if stop + count > len(profiles):
            return game, stop
        total = 0
        regular = True
        for number in range(count):
            x = xs[pairs[number, 0]]
            y = ys[pairs[number, 1]]
            row = profiles[stop + number]
            row[:] = 0.0
            x_sign, size = _place(second, x, support, best, work, weights)
            for k in range(size):
                row[kept_rows[support[k]]] = weights[k]
            y_sign, size = _place(first, y, support, best, work, weights)
            for k in range(size):
                row[shape[0] + kept_columns[support[k]]] = weights[k]
            index = 0
            if x[0] == y[1] and y[0] == x[1]:
                index = x_sign * y_sign if size % 2 else -x_sign * y_sign
            regular = regular and index != 0
            total += index
            indices[stop + number] = index
            partners = 0
            for other in range(count):
                if pairs[other, 0] == pairs[number, 0] or pairs[other, 1] == pairs[number, 1]:
                    partners += 1
            isolated[stop + number] = partners == 1
            measure_regrets(
                table[game], shape, spans, row, support, weights, gains[stop + number], relative[stop + number]
            )
        if regular and total != 1:
            continue
        numbers[game] = count
        stop += count
    return len(payoffs), stop


def _match(xs: NDArray[np.int64], x_count: int, ys: NDArray[np.int64], y_count: int, pairs: NDArray[np.int64]) -> int:
    """Pair the vertices at which every action is unused or a best reply, smallest supports first.

    Returns the number of pairs, or -1 if one of them is uncertain or there is no room.
    """
    count = 0
    for i in range(x_count):
        for j in range(y_count):
            if xs[i, 0] & ~ys[j, 1] or ys[j, 0] & ~xs[i, 1]:
                continue
            if xs[i, 2] == 0 or ys[j, 2] == 0 or count == len(pairs):
                return -1
            place = count
            while place > 0 and _before(xs[i], ys[j], xs[pairs[place - 1, 0]], ys[pairs[place - 1, 1]]):
                pairs[place] = pairs[place - 1]
                place -= 1
            pairs[place, 0] = i
            pairs[place, 1] = j
            count += 1
    return count


def _before(x: NDArray[np.int64], y: NDArray[np.int64], other_x: NDArray[np.int64], other_y: NDArray[np.int64]) -> bool:
    """The order of equilibria: size of the supports, supports, best replies."""
    size = _size(x[0]) + _size(y[0])
    other_size = _size(other_x[0]) + _size(other_y[0])
    if size != other_size:
        return size < other_size
    for column in range(2):
        if x[column] != other_x[column]:
            return bool(x[column] < other_x[column])
        if y[column] != other_y[column]:
            return bool(y[column] < other_y[column])
    return False


def _size(mask: int) -> int:
    size = 0
    while mask:
        mask &= mask - 1
        size += 1
    return size


def _place(
    own: NDArray[np.float64],
    vertex: NDArray[np.int64],
    support: NDArray[np.int64],
    best: NDArray[np.int64],
    work: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> tuple[int, int]:
    """Probabilities of a certain vertex on its support; returns the determinant's sign and the support's size."""
    size = _list_actions(vertex[0], support)
    if _list_actions(vertex[1], best) != size:
        weights[0] = 1.0
        return 0, size
    sign, _ = indifference(own, best, support, size, work, weights)
    return sign, size


def _list_actions(mask: int, actions: NDArray[np.int64]) -> int:
    size = 0
    action = 0
    while mask >> action:
        if mask >> action & 1:
            actions[size] = action
            size += 1
        action += 1
    return size


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
