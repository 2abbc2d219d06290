"""Identical actions in two-player games: merge them, and split weight among them again.

What `kgsim.games.reduction` does, for a batch; numba compiles it as it stands.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kgsim.solvers.masks import ones


def merge(
    own: NDArray[np.float64],
    others: NDArray[np.float64],
    actions: int,
    against: int,
    kept: NDArray[np.int64],
    twins: NDArray[np.int64],
) -> int:
    """Merge a player's actions that give both players the same payoffs, in place.

    Parameters
    ----------
    own
        The player's payoffs, shape (actions, against).
    others
        The opponent's, shape (against, actions).
    kept
        The actions' numbers in the full game; of those merged, the first is kept.
    twins
        Receives masks of the actions of the full game that each is merged of.

    Returns
    -------
    int
        Number of actions left.
    """
    left = 0
    for action in range(actions):
        first = 0
        while first < left and not _same(own, others, first, action, against):
            first += 1
        if first < left:
            twins[first] |= 1 << kept[action]
            continue
        twins[left] = 1 << kept[action]
        kept[left] = kept[action]
        for k in range(against):
            own[left, k] = own[action, k]
            others[k, left] = others[k, action]
        left += 1
    return left


def _same(own: NDArray[np.float64], others: NDArray[np.float64], first: int, action: int, against: int) -> bool:
    same = True
    for k in range(against):
        same = same and own[first, k] == own[action, k] and others[k, first] == others[k, action]
    return same


def split_all(
    kept_rows: NDArray[np.int64],
    row_twins: NDArray[np.int64],
    rows: int,
    kept_columns: NDArray[np.int64],
    column_twins: NDArray[np.int64],
    columns: int,
    all_rows: int,
    count: int,
    most: int,
    profiles: NDArray[np.float64],
    indices: NDArray[np.int8],
    isolated: NDArray[np.bool_],
) -> int:
    """Put in the place of each equilibrium all those in which each weight goes to one of identical actions.

    Parameters
    ----------
    kept_rows, row_twins, rows, kept_columns, column_twins, columns
        From `merge`.
    all_rows
        Actions of player 0 in the full game.
    count
        How many equilibria there are.
    most
        How many to make at most.
    profiles, indices, isolated
        The equilibria, with the weight on the first of identical actions, and room for more.

    Returns
    -------
    int
        How many it takes; nothing is done if that is over `most` or the room.
    """
    total = 0
    for number in range(count):
        x, y = profiles[number, :all_rows], profiles[number, all_rows:]
        total += _ways(x, kept_rows, row_twins, rows) * _ways(y, kept_columns, column_twins, columns)
    if total > min(most, len(profiles)):
        return total
    # From the last to the first, so that none is overwritten before its turn.
    end = total
    for number in range(count - 1, -1, -1):
        x, y = profiles[number, :all_rows], profiles[number, all_rows:]
        row_ways = _ways(x, kept_rows, row_twins, rows)
        column_ways = _ways(y, kept_columns, column_twins, columns)
        ways = row_ways * column_ways
        index, alone = indices[number], isolated[number]
        for way in range(ways - 1, -1, -1):
            end -= 1
            if end > number:
                profiles[end, :] = 0.0
                _split(x, kept_rows, row_twins, rows, way // column_ways, profiles[end, :all_rows])
                _split(y, kept_columns, column_twins, columns, way % column_ways, profiles[end, all_rows:])
            indices[end] = index if ways == 1 else 0
            isolated[end] = alone and ways == 1
    return total


def _ways(strategy: NDArray[np.float64], kept: NDArray[np.int64], twins: NDArray[np.int64], actions: int) -> int:
    """In how many ways a strategy's weights can each go to one of identical actions."""
    ways = 1
    for k in range(actions):
        if strategy[kept[k]] != 0.0:
            ways *= ones(twins[k])
    return ways


def _split(
    strategy: NDArray[np.float64],
    kept: NDArray[np.int64],
    twins: NDArray[np.int64],
    actions: int,
    way: int,
    other: NDArray[np.float64],
) -> None:
    """Write one of these ways, in lexicographic order, into `other`."""
    for k in range(actions - 1, -1, -1):
        if strategy[kept[k]] == 0.0:
            continue
        mask = twins[k]
        size = ones(mask)
        for _ in range(way % size):
            mask &= mask - 1
        way //= size
        action = 0
        while mask >> action & 1 == 0:
            action += 1
        other[action] = strategy[kept[k]]
