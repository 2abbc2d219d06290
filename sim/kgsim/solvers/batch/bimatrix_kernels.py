"""Two-player games by the thousand, in scalar code that numba compiles as it stands.

`solve_pairs` does what `kgsim.solvers.strategic.bimatrix` does, but in floating point with error bounds. A game with an
equilibrium at a vertex whose labels the bounds do not settle is done again in machine integers. Where these might
overflow it is done with ties by tolerance, and left to Python's integers if some tie is not clear, or some mixture is
not determined by as many best responses as it has actions.
"""

from __future__ import annotations

from math import comb
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kgsim.games.reduction import MOST_SPLITS
from kgsim.solvers.batch.bimatrix_exact import exact_vertices
from kgsim.solvers.batch.bimatrix_identical import split_all
from kgsim.solvers.batch.bimatrix_matching import few_subsets, match
from kgsim.solvers.batch.bimatrix_reduction import reduce_pair
from kgsim.solvers.batch.bimatrix_vertices import list_vertices
from kgsim.solvers.batch.extreme_equilibria import Room, list_equilibria, new_room
from kgsim.solvers.batch.payoff_kernels import measure_pure, measure_regrets
from kgsim.solvers.masks import list_actions
from kgsim.solvers.strategic.indifference import indifference
from kgsim.tolerances import CERTAIN_TIE, LEAST_PIVOT

ENTRY_POINTS = ("solve_pairs",)

#: Room for vertices in exact arithmetic; more take so long that Python's clock should watch.
MOST_EXACT = 2_000
#: Room for vertices, and for equilibria, where ties are told by tolerance.
MOST_RAYS, MOST_TIED = 500, 1_000
#: Equilibria so few that their maximal Nash subsets are few, and subsets to count before it is left to Python.
FEW_PAIRS = 24
MOST_SUBSETS = 500


class Work(NamedTuple):
    """Scratch space for games of at most k actions a player."""

    first: NDArray[np.float64]  # (k, k) reduced payoffs of player 0
    second: NDArray[np.float64]  # (k, k) those of player 1, transposed
    kept_rows: NDArray[np.int64]  # (k,) the actions left to player 0
    kept_columns: NDArray[np.int64]  # (k,) those left to player 1
    row_twins: NDArray[np.int64]  # (k,) masks of the identical actions that each stands for
    column_twins: NDArray[np.int64]  # (k,)
    beaten_rows: NDArray[np.int64]  # (k, k) from `compare_actions`
    beaten_columns: NDArray[np.int64]  # (k, k)
    levels: NDArray[np.float64]  # (k * k,)
    order: NDArray[np.float64]  # (k * k,)
    spans: NDArray[np.float64]  # (2,) payoff ranges
    system: NDArray[np.float64]  # (k, k) the equations of an indifference
    weights: NDArray[np.float64]  # (k,) and their solution
    support: NDArray[np.int64]  # (k,)
    best: NDArray[np.int64]  # (k,)
    xs: NDArray[np.int64]  # (vertices, 3) vertices of the second player's polyhedron
    ys: NDArray[np.int64]  # (vertices, 3) vertices of the first player's
    suitors: NDArray[np.int64]  # (vertices,)
    played: NDArray[np.int64]  # (2,) the actions of a pure equilibrium
    pairs: NDArray[np.int64]  # (equilibria, 2) which vertices meet
    table: NDArray[np.int64]  # (k, k) payoffs as integers
    x_points: NDArray[np.int64]  # (vertices + 1, k + 1) integer weights from exact arithmetic
    y_points: NDArray[np.int64]  # (vertices + 1, k + 1)
    tight: NDArray[np.int64]  # (rays,)
    slacks: NDArray[np.int64]  # (rays,)
    room: Room  # for games with ties
    labels: NDArray[np.int64]  # (k * k,) different numbers


def workspace(most: int) -> Work:
    """Allocate scratch space for games of at most `most` actions a player."""
    square, vertices = (most, most), 8 << most
    exact = min(vertices, MOST_EXACT)
    return Work(
        first=np.empty(square),
        second=np.empty(square),
        kept_rows=np.empty(most, dtype=np.int64),
        kept_columns=np.empty(most, dtype=np.int64),
        row_twins=np.empty(most, dtype=np.int64),
        column_twins=np.empty(most, dtype=np.int64),
        beaten_rows=np.empty(square, dtype=np.int64),
        beaten_columns=np.empty(square, dtype=np.int64),
        levels=np.empty(most * most),
        order=np.empty(most * most),
        spans=np.empty(2),
        system=np.empty(square),
        weights=np.empty(most),
        support=np.empty(most, dtype=np.int64),
        best=np.empty(most, dtype=np.int64),
        xs=np.empty((vertices, 3), dtype=np.int64),
        ys=np.empty((vertices, 3), dtype=np.int64),
        suitors=np.empty(vertices, dtype=np.int64),
        played=np.empty(2, dtype=np.int64),
        pairs=np.empty((8 * vertices, 2), dtype=np.int64),
        table=np.empty(square, dtype=np.int64),
        x_points=np.empty((vertices + 1, most + 1), dtype=np.int64),
        y_points=np.empty((vertices + 1, most + 1), dtype=np.int64),
        tight=np.empty(exact, dtype=np.int64),
        slacks=np.empty(exact, dtype=np.int64),
        room=new_room(MOST_RAYS, MOST_TIED),
        labels=np.arange(most * most),
    )


def solve_pairs(
    w: Work,
    payoffs: NDArray[np.float64],
    table: NDArray[np.float64],
    shape: NDArray[np.int64],
    strides: NDArray[np.int64],
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
    w
        From `workspace`, for the larger of m and n.
    payoffs, table
        The same payoffs in the shapes (games, 2, m, n) and (games, 2, m * n).
    shape, strides
        The numbers m and n, and how far apart actions are in `table`: n and 1.
    members, masks, starts, binomial
        From `support_tables`, for the larger of m and n.
    begin, stop
        The first game to do, and the first free row.
    profiles, indices, isolated, gains, relative
        Receive the equilibria, as in `kgsim.solvers.batch.nash_batch.NashBatch`.
    numbers
        Receives the number of equilibria per game; -1 if it is left to Python.

    Returns
    -------
    tuple of int
        The first game not done and the first free row.
    """
    first, second, spans, work, weights = w.first, w.second, w.spans, w.system, w.weights
    kept_rows, kept_columns, support, best = w.kept_rows, w.kept_columns, w.support, w.best
    xs, ys, pairs, played = w.xs, w.ys, w.pairs, w.played
    for game in range(begin, len(payoffs)):
        numbers[game] = -1
        rows, columns, merged, near = reduce_pair(
            payoffs[game], first, second, kept_rows, kept_columns, w.beaten_rows, w.beaten_columns, w.levels, w.order,
            spans, w.row_twins, w.column_twins,
        )  # fmt: skip
        if rows == 0:
            continue
        count = 0
        if rows == columns == 1:
            # Dominance has decided: one vertex each, the only action being used and best.
            xs[0] = ys[0] = 1
            pairs[0] = 0
            count = 1
        elif not near:
            # Where some payoffs are nearly tied it takes integers to tell that no mixture is.
            x_count = list_vertices(
                second, columns, rows, w.beaten_columns, members, masks, starts, binomial, work, weights, xs[:0],
                w.suitors, xs,
            )  # fmt: skip
            if x_count > 0:
                y_count = list_vertices(
                    first, rows, columns, w.beaten_rows, members, masks, starts, binomial, work, weights, xs[:x_count],
                    w.suitors, ys,
                )  # fmt: skip
                if y_count > 0:
                    count = match(xs, x_count, ys, y_count, pairs)
        if count <= 0:
            count = _match_exactly(w, rows, columns)
        if count <= 0 and not near:
            count = _match_tied(w, rows, columns)
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
            x_sign, x_size = _place(second, x, w.x_points[pairs[number, 0] + 1], support, best, work, weights)
            for k in range(x_size):
                row[kept_rows[support[k]]] = weights[k]
            played[0] = kept_rows[support[0]]
            y_sign, size = _place(first, y, w.y_points[pairs[number, 1] + 1], support, best, work, weights)
            for k in range(size):
                row[shape[0] + kept_columns[support[k]]] = weights[k]
            played[1] = kept_columns[support[0]]
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
            gain, share = gains[stop + number], relative[stop + number]
            if x_size == size == 1:
                measure_pure(table[game], shape, strides, spans, played, gain, share)
            else:
                measure_regrets(table[game], shape, strides, spans, row, support, weights, gain, share)
        if regular and total != 1:
            continue
        if merged:
            count = split_all(
                kept_rows, w.row_twins, rows, kept_columns, w.column_twins, columns, shape[0], count, MOST_SPLITS,
                profiles[stop:], indices[stop:], isolated[stop:],
            )  # fmt: skip
            if count > MOST_SPLITS:
                continue
            if stop + count > len(profiles):
                return game, stop
            for place in range(stop, stop + count):
                row, gain, share = profiles[place], gains[place], relative[place]
                measure_regrets(table[game], shape, strides, spans, row, support, weights, gain, share)
        numbers[game] = count
        stop += count
    return len(payoffs), stop


def _match_exactly(w: Work, rows: int, columns: int) -> int:
    """Pair the vertices as exact arithmetic finds them; returns the number of pairs, or -1 if Python has to do it."""
    x_count = exact_vertices(w.second, columns, rows, w.table, w.x_points, w.tight, w.slacks, w.xs)
    if x_count < 0:
        return -1
    y_count = exact_vertices(w.first, rows, columns, w.table, w.y_points, w.tight, w.slacks, w.ys)
    if y_count < 0:
        return -1
    return _match_all(w, x_count, y_count)


def _match_tied(w: Work, rows: int, columns: int) -> int:
    """The same with ties by tolerance; -1 also if `indifference` would not give some mixture."""
    first, second, xs, ys = w.first[:rows, :columns], w.second[:columns, :rows], w.xs, w.ys
    if rows < columns:
        first, second, xs, ys = second, first, ys, xs
    room, labels = w.room, w.labels[: rows * columns].reshape(first.shape)
    found = list_equilibria(first, second, CERTAIN_TIE, CERTAIN_TIE, labels, room)
    x_count = y_count = 0
    for number in range(found):
        x, y = room.pairs[number, 0], room.pairs[number, 1]
        # Both are numbered as they come, and new if they exceed all before.
        if x == x_count:
            xs[x_count, 0], xs[x_count, 1], xs[x_count, 2] = room.used[x], room.tight[x], 1
            x_count += 1
        if number == 0 or y != room.pairs[number - 1, 1]:
            ys[y_count, 0], ys[y_count, 1], ys[y_count, 2] = room.few.used[y], room.few.tight[y], 1
            y_count += 1
        if max(x_count, y_count) == len(xs):
            return -1
    for vertex in range(x_count):
        if not _placeable(w, second, xs[vertex]):
            return -1
    for vertex in range(y_count):
        if not _placeable(w, first, ys[vertex]):
            return -1
    if rows < columns:
        x_count, y_count = y_count, x_count
    return _match_all(w, x_count, y_count) if found > 0 else -1


def _placeable(w: Work, own: NDArray[np.float64], vertex: NDArray[np.int64]) -> bool:
    """Whether a vertex is pure, or the solution of a well-posed system."""
    size = list_actions(vertex[0], w.support)
    if size == 1 or list_actions(vertex[1], w.best) != size:
        return size == 1
    return indifference(own, w.best, w.support, size, w.system, w.weights)[1] >= LEAST_PIVOT


def _match_all(w: Work, x_count: int, y_count: int) -> int:
    """Pair vertices; -1 if so many Nash subsets may be maximal that Python has to list them."""
    count = match(w.xs, x_count, w.ys, y_count, w.pairs)
    # Python lists the maximal Nash subsets, and says so if they are too many.
    xs, ys, room = w.pairs[:count, 0], w.pairs[:count, 1], w.suitors[:MOST_SUBSETS]
    few = (
        count <= FEW_PAIRS
        or few_subsets(xs, ys, w.tight[:x_count], w.slacks[:y_count], room)
        or few_subsets(ys, xs, w.tight[:y_count], w.slacks[:x_count], room)
    )
    return count if few else -1


def _place(
    own: NDArray[np.float64],
    vertex: NDArray[np.int64],
    point: NDArray[np.int64],
    support: NDArray[np.int64],
    best: NDArray[np.int64],
    work: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> tuple[int, int]:
    """Probabilities of a certain vertex on its support; returns the determinant's sign and the support's size.

    The integer weights at `point` are meant only if the vertex comes from exact arithmetic; one that does not is pure
    or makes a well-posed system.
    """
    size = list_actions(vertex[0], support)
    if list_actions(vertex[1], best) == size:
        sign, pivot = indifference(own, best, support, size, work, weights)
        if pivot >= LEAST_PIVOT:
            return sign, size
    if size == 1:
        weights[0] = 1.0
        return 0, size
    total = 0
    for k in range(size):
        total += point[support[k]]
    for k in range(size):
        weights[k] = float(point[support[k]]) / float(total)
    return 0, size


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
