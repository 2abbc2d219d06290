"""Two-player games by the thousand: vertices of the best-reply polyhedra by support enumeration, in scalar code.

The functions are plain Python that numba compiles as it stands. They do what `kgsim.solvers.bimatrix` does,
but in floating point with error bounds: a vertex whose labels the bounds do not settle is called uncertain,
and a game with an equilibrium at such a vertex is left to exact arithmetic. Both take the probabilities from
`indifference`, whose operations come in a fixed order, so they agree to the last bit.
"""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import NDArray

from kgsim.games.strategic import ROUNDING, TIE

#: What is worth compiling into its callers, by measurement.
INLINE = ("indifference", "_indifference_of_two", "_labels", "_nested")

#: Below this pivot the floating-point indifference system is too ill posed, and exact arithmetic takes over.
LEAST_PIVOT = 1e-9

#: Weights and payoff differences this close to 0 may be ties.
CLEAR = 1e-9

#: Error of a solved indifference system, times its smallest pivot.
SOLVING_ERROR = 1e-14


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


def list_vertices(
    own: NDArray[np.float64],
    rows: int,
    columns: int,
    beaten: NDArray[np.int64],
    members: NDArray[np.int64],
    masks: NDArray[np.int64],
    starts: NDArray[np.int64],
    binomial: NDArray[np.int64],
    work: NDArray[np.float64],
    weights: NDArray[np.float64],
    partners: NDArray[np.int64],
    suitors: NDArray[np.int64],
    vertices: NDArray[np.int64],
) -> int:
    """All vertices of the best-reply polyhedron of the player with payoffs `own`, as pairs of bit masks.

    A vertex with opponent's support T has |T| best replies S that determine it. So all pairs of equal size
    are solved, but for those in which an action in S is strictly dominated on T and cannot be a best reply.

    Parameters
    ----------
    own
        Scaled payoffs, shape (rows, columns); `rows` are the player's actions, `columns` the opponent's.
    beaten
        From `compare_actions`.
    members, masks, starts, binomial
        From `support_tables`.
    work, weights
        Scratch space.
    partners
        Vertices of the other polyhedron, or none to list every vertex. Otherwise only those vertices are sure to
        be listed that make an equilibrium with one of them.
    suitors
        Scratch space, as long as `partners`.
    vertices
        Receives, per vertex, the support, the best replies, and whether these are certain (1) or not (0).
        Ties at a pure strategy are certain, since they are equal payoffs; ties at a mixture are not.

    Returns
    -------
    int
        Number of vertices; -1 if a system is too ill posed to tell.
    """
    for column in range(columns):
        best = 0
        high = own[0, column]
        for row in range(rows):
            if own[row, column] > high:
                high = own[row, column]
        for row in range(rows):
            if own[row, column] == high:
                best |= 1 << row
        vertices[column, 0] = 1 << column
        vertices[column, 1] = best
        vertices[column, 2] = 1
    count = columns
    everything = (1 << rows) - 1
    for size in range(2, min(rows, columns) + 1):
        start = starts[size]
        for t in range(start, start + binomial[columns, size]):
            suited = 0
            for partner in range(len(partners)):
                if masks[t] & ~partners[partner, 1] == 0:
                    suitors[suited] = partners[partner, 0]
                    suited += 1
            if suited == 0 and len(partners) > 0:
                continue
            allowed = _undominated(beaten, rows, everything, masks[t])
            for s in range(start, start + binomial[rows, size]):
                if masks[s] & ~allowed or (suited > 0 and not _nested(masks[s], suitors, suited)):
                    continue
                if size == 2:
                    pivot = _indifference_of_two(own, members[s], members[t], weights)
                else:
                    _, pivot = indifference(own, members[s], members[t], size, work, weights)
                if pivot == 0.0:
                    if size == 2 and len(partners) == 0:
                        # Neither action is dominated, so they are equal on T and determine no vertex.
                        continue
                    return -1
                if size == 2 and (weights[0] == 0.0 or weights[1] == 0.0):
                    # A tie at a pure strategy, which is listed already.
                    continue
                support, best, certain = _labels(
                    own, rows, members[s], masks[s], members[t], masks[t], size, weights, pivot
                )
                if best == 0:
                    continue
                if count == len(vertices):
                    return -1
                vertices[count, 0] = support
                vertices[count, 1] = best
                vertices[count, 2] = certain
                count += 1
    return count


def _nested(mask: int, suitors: NDArray[np.int64], suited: int) -> bool:
    """Whether a support S contains, or is contained in, the support of a partner that has T as best replies.

    A vertex with best replies B makes an equilibrium with a partner only if B contains the partner's support X.
    Then some S in B determines the vertex and is nested with X, unless X is dependent on T, and that shows as a
    singular system.
    """
    nested = False
    for k in range(suited):
        nested = nested or mask & ~suitors[k] == 0 or suitors[k] & ~mask == 0
    return nested


def _indifference_of_two(
    own: NDArray[np.float64], rows: NDArray[np.int64], columns: NDArray[np.int64], weights: NDArray[np.float64]
) -> float:
    """What `indifference` does, written out, since most supports have two actions; returns the pivot."""
    base = own[rows[1], columns[0]] - own[rows[0], columns[0]]
    slope = own[rows[1], columns[1]] - own[rows[0], columns[1]] - base
    if slope != 0.0:
        weights[1] = -base / slope
        weights[0] = 1.0 - weights[1]
    return float(min(abs(slope), 1.0))


def _labels(
    own: NDArray[np.float64],
    rows: int,
    support: NDArray[np.int64],
    support_mask: int,
    columns: NDArray[np.int64],
    columns_mask: int,
    size: int,
    weights: NDArray[np.float64],
    pivot: float,
) -> tuple[int, int, bool]:
    """Labels of the point at which the actions in `support` are indifferent.

    Returns
    -------
    used : int
        Mask of the opponent's actions with positive weight.
    best : int
        Mask of the best replies; 0 if the point is no vertex, being infeasible or having a better reply.
    certain : bool
        Whether rounding cannot have changed either; if it might have, `used` errs on the small side and
        `best` on the large one.
    """
    least = 1.0
    largest = 1.0
    for k in range(size):
        least = min(least, weights[k])
        largest = max(largest, abs(weights[k]))
    doubt = max(CLEAR, SOLVING_ERROR / pivot) * largest
    if least < -doubt:
        return 0, 0, True
    value = 0.0
    for k in range(size):
        value += weights[k] * own[support[0], columns[k]]
    certain = pivot >= LEAST_PIVOT and least > doubt
    best = support_mask
    for row in range(rows):
        if support_mask >> row & 1:
            continue
        other = 0.0
        for k in range(size):
            other += weights[k] * own[row, columns[k]]
        if other > value + doubt:
            return 0, 0, True
        if other > value - doubt:
            best |= 1 << row
            certain = False
    used = columns_mask
    if not certain:
        for k in range(size):
            if weights[k] < doubt:
                used &= ~(1 << columns[k])
    return used, best, certain


def compare_actions(own: NDArray[np.float64], rows: int, columns: int, beaten: NDArray[np.int64]) -> None:
    """For each pair of actions, the mask of the opponent's actions against which the second beats the first."""
    for row in range(rows):
        beaten[row, row] = 0
        for other in range(row):
            lower = 0
            higher = 0
            # Shifted comparisons rather than branches, which random payoffs would mispredict half the time.
            for column in range(columns):
                lower |= int(own[other, column] > own[row, column]) << column
                higher |= int(own[row, column] > own[other, column]) << column
            beaten[row, other] = lower
            beaten[other, row] = higher


def reduce_pair(
    payoffs: NDArray[np.float64],
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    kept_rows: NDArray[np.int64],
    kept_columns: NDArray[np.int64],
    beaten_rows: NDArray[np.int64],
    beaten_columns: NDArray[np.int64],
    levels: NDArray[np.float64],
    spans: NDArray[np.float64],
) -> tuple[int, int]:
    """Reduce one game to what `kgsim.games.reduction.reduce_game` gives, in the same scale.

    Which actions survive iterated strict dominance does not depend on the order of deletion, so here they go
    until none is left before the payoffs are scaled anew.

    Parameters
    ----------
    payoffs
        Shape (2, m, n).
    first, second
        Receive the reduced payoffs on 0..1, those of player 2 transposed.
    kept_rows, kept_columns
        Receive the actions that are left.
    beaten_rows, beaten_columns
        Receive `compare_actions` of the reduced game.
    levels
        Scratch space for m * n numbers.
    spans
        Receives the payoff ranges in the full game.

    Returns
    -------
    tuple of int
        Numbers of actions left; (0, 0) if some payoffs are nearly tied or some actions are identical.
    """
    rows, columns = payoffs.shape[1:]
    for row in range(rows):
        kept_rows[row] = row
    for column in range(columns):
        kept_columns[column] = column
    while True:
        for player in range(2):
            own = payoffs[player]
            size = 0
            for i in range(rows):
                for j in range(columns):
                    levels[size] = own[kept_rows[i], kept_columns[j]]
                    size += 1
            low = levels[0]
            high = low
            for k in range(1, size):
                low = min(low, levels[k])
                high = max(high, levels[k])
            span = high - low
            if rows == payoffs.shape[1] and columns == payoffs.shape[2]:
                spans[player] = span
            if 0.0 < span <= ROUNDING * max(abs(low), abs(high)):
                return 0, 0
            if span == 0.0:
                span = 1.0
            for k in range(size):
                levels[k] = (levels[k] - low) / span
            near = 0
            for k in range(1, size):
                for other in range(k):
                    gap = abs(levels[other] - levels[k])
                    near += (gap != 0.0) & (gap < TIE)
            if near:
                return 0, 0
            for i in range(rows):
                for j in range(columns):
                    if player == 0:
                        first[i, j] = levels[i * columns + j]
                    else:
                        second[j, i] = levels[i * columns + j]
        compare_actions(first, rows, columns, beaten_rows)
        compare_actions(second, columns, rows, beaten_columns)
        row_mask = (1 << rows) - 1
        column_mask = (1 << columns) - 1
        while True:
            fewer_rows = _undominated(beaten_rows, rows, row_mask, column_mask)
            fewer_columns = _undominated(beaten_columns, columns, column_mask, fewer_rows)
            if fewer_rows == row_mask and fewer_columns == column_mask:
                break
            row_mask, column_mask = fewer_rows, fewer_columns
        new_rows = _keep(row_mask, rows, kept_rows)
        new_columns = _keep(column_mask, columns, kept_columns)
        same = new_rows == rows and new_columns == columns
        rows, columns = new_rows, new_columns
        if same or rows == columns == 1:
            break
    if _identical(first, second, rows, columns, beaten_rows):
        return 0, 0
    if _identical(second, first, columns, rows, beaten_columns):
        return 0, 0
    return rows, columns


def _undominated(beaten: NDArray[np.int64], rows: int, active: int, against: int) -> int:
    """Mask of the `active` actions that no other strictly dominates on the opponent's actions `against`."""
    stay = 0
    for row in range(rows):
        if active >> row & 1 == 0:
            continue
        dominated = False
        for other in range(rows):
            if against & ~beaten[row, other] == 0:
                dominated = True
                break
        if not dominated:
            stay |= 1 << row
    return stay


def _keep(mask: int, rows: int, kept: NDArray[np.int64]) -> int:
    """Move the actions in `mask` to the front; returns their number."""
    stay = 0
    for row in range(rows):
        if mask >> row & 1:
            kept[stay] = kept[row]
            stay += 1
    return stay


def _identical(
    own: NDArray[np.float64], others: NDArray[np.float64], rows: int, columns: int, beaten: NDArray[np.int64]
) -> bool:
    """Whether two actions give both players the same payoffs."""
    for row in range(rows):
        for other in range(row):
            if beaten[row, other] | beaten[other, row]:
                continue
            same = True
            for column in range(columns):
                if others[column, row] != others[column, other]:
                    same = False
                    break
            if same:
                return True
    return False


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
    place = payoffs.shape[2]
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
                row[place + kept_columns[support[k]]] = weights[k]
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
            _regrets(payoffs[game], row, spans, gains[stop + number], relative[stop + number])
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


def _regrets(
    payoffs: NDArray[np.float64],
    profile: NDArray[np.float64],
    spans: NDArray[np.float64],
    gains: NDArray[np.float64],
    relative: NDArray[np.float64],
) -> None:
    """Regret of both players in the full game, in payoff units and as a share of the payoff range."""
    rows, columns = payoffs.shape[1:]
    best, current = -np.inf, 0.0
    for row in range(rows):
        value = 0.0
        for column in range(columns):
            value += profile[rows + column] * payoffs[0, row, column]
        best = max(best, value)
        current += profile[row] * value
    gains[0] = max(best - current, 0.0)
    best, current = -np.inf, 0.0
    for column in range(columns):
        value = 0.0
        for row in range(rows):
            value += profile[row] * payoffs[1, row, column]
        best = max(best, value)
        current += profile[rows + column] * value
    gains[1] = max(best - current, 0.0)
    for player in range(2):
        relative[player] = gains[player] / spans[player] if spans[player] > 0.0 else 0.0


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
