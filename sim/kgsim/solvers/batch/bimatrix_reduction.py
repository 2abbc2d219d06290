"""Iterated strict dominance in two-player games, on bit masks of the opponent's actions; identical ones are merged."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kgsim.solvers.batch.bimatrix_identical import merge
from kgsim.solvers.batch.payoff_kernels import merge_ties, scale


def reduce_pair(
    payoffs: NDArray[np.float64],
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    kept_rows: NDArray[np.int64],
    kept_columns: NDArray[np.int64],
    beaten_rows: NDArray[np.int64],
    beaten_columns: NDArray[np.int64],
    levels: NDArray[np.float64],
    order: NDArray[np.float64],
    spans: NDArray[np.float64],
    row_twins: NDArray[np.int64],
    column_twins: NDArray[np.int64],
) -> tuple[int, int, bool, bool]:
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
    levels, order
        Scratch space for m * n numbers each.
    spans
        Receives the payoff ranges in the full game.
    row_twins, column_twins
        Receive masks of identical actions from `merge`, if there are any.

    Returns
    -------
    rows, columns : int
        Numbers of actions left; 0 if some payoffs are closer than floats on 0..1 can tell.
    merged : bool
        Whether some actions were identical; `kept_rows` and `kept_columns` then have the first of each group.
    near : bool
        Whether some payoffs were tied but for rounding, now or before the last deletion.
    """
    rows, columns = payoffs.shape[1:]
    for row in range(rows):
        kept_rows[row] = row
    for column in range(columns):
        kept_columns[column] = column
    nearly_tied = False
    while True:
        for player in range(2):
            own = payoffs[player]
            size = _read(own, kept_rows, rows, kept_columns, columns, levels)
            span, _, close = scale(levels, size)
            if close:
                size = _read(own, kept_rows, rows, kept_columns, columns, levels)
                merge_ties(levels, size, order)
                span, _, close = scale(levels, size)
                if close:
                    return 0, 0, False, True
                nearly_tied = True
            if rows == payoffs.shape[1] and columns == payoffs.shape[2]:
                spans[player] = span
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
            fewer_rows = undominated(beaten_rows, rows, row_mask, column_mask)
            fewer_columns = undominated(beaten_columns, columns, column_mask, fewer_rows)
            if fewer_rows == row_mask and fewer_columns == column_mask:
                break
            row_mask, column_mask = fewer_rows, fewer_columns
        new_rows = _keep(row_mask, rows, kept_rows)
        new_columns = _keep(column_mask, columns, kept_columns)
        same = new_rows == rows and new_columns == columns
        rows, columns = new_rows, new_columns
        if same or rows == columns == 1:
            break
    identical = _identical(first, second, rows, columns, beaten_rows)
    if not identical and not _identical(second, first, columns, rows, beaten_columns):
        return rows, columns, False, nearly_tied
    rows = merge(first, second, rows, columns, kept_rows, row_twins)
    columns = merge(second, first, columns, rows, kept_columns, column_twins)
    compare_actions(first, rows, columns, beaten_rows)
    compare_actions(second, columns, rows, beaten_columns)
    return rows, columns, True, nearly_tied


def _read(
    own: NDArray[np.float64],
    kept_rows: NDArray[np.int64],
    rows: int,
    kept_columns: NDArray[np.int64],
    columns: int,
    levels: NDArray[np.float64],
) -> int:
    """Copy the payoffs of the actions that are left into `levels`; returns their number."""
    size = 0
    for i in range(rows):
        for j in range(columns):
            levels[size] = own[kept_rows[i], kept_columns[j]]
            size += 1
    return size


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


def undominated(beaten: NDArray[np.int64], rows: int, active: int, against: int) -> int:
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
