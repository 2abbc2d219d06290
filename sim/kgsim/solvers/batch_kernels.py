"""What every game of a batch goes through, as scalar kernels that numba compiles as they stand.

`reduce_games` does to many games what `kgsim.games.reduction.reduce_game` does to one, with the same
operations in the same order, and `solve_pairs` runs the two-player scan over those that two players have
left to decide.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kgsim.games.strategic import ROUNDING, TIE


def reduce_games(
    payoffs: NDArray[np.float64],
    shape: NDArray[np.int64],
    scaled: NDArray[np.float64],
    kept: NDArray[np.int64],
    counts: NDArray[np.int64],
    special: NDArray[np.bool_],
) -> None:
    """Delete strictly dominated actions until none is left, scaling anew after every round.

    Parameters
    ----------
    payoffs
        Shape (games, players, profiles), the profiles in C order.
    shape
        Actions per player.
    scaled
        Receives the reduced games on 0..1, the profiles in C order from the front; like `payoffs`.
    kept, counts
        Receive the actions that are left, shape (games, players, most actions), and their numbers (games,
        players).
    special
        Receives whether a game needs `kgsim.nash`: near-ties to be made exact, or identical actions.
        (games,).
    """
    games, players, size = payoffs.shape
    cells = np.empty(size, dtype=np.int64)
    drop = np.empty(kept.shape[1:], dtype=np.bool_)
    for game in range(games):
        special[game] = False
        for player in range(players):
            counts[game, player] = shape[player]
            for action in range(shape[player]):
                kept[game, player, action] = action
        while True:
            left = _cells(shape, kept[game], counts[game], cells)
            for player in range(players):
                if _scale(payoffs[game, player], cells, left, scaled[game, player]):
                    special[game] = True
            if special[game] or not _dominated(scaled[game], counts[game], left, drop):
                break
            for player in range(players):
                stay = 0
                for action in range(counts[game, player]):
                    if not drop[player, action]:
                        kept[game, player, stay] = kept[game, player, action]
                        stay += 1
                counts[game, player] = stay
        if not special[game]:
            special[game] = _identical(scaled[game], counts[game], left)


def _cells(
    shape: NDArray[np.int64], kept: NDArray[np.int64], counts: NDArray[np.int64], cells: NDArray[np.int64]
) -> int:
    """Where the profiles of the reduced game stand in the full one; returns their number."""
    size = 1
    cells[0] = 0
    for player in range(len(shape)):
        # In place from the back, so that what is still to be read is not overwritten.
        for cell in range(size - 1, -1, -1):
            base = cells[cell] * shape[player]
            for action in range(counts[player] - 1, -1, -1):
                cells[cell * counts[player] + action] = base + kept[player, action]
        size *= counts[player]
    return size


def _scale(
    values: NDArray[np.float64],
    cells: NDArray[np.int64],
    size: int,
    scaled: NDArray[np.float64],
) -> bool:
    """Scale one player's payoffs to 0..1; returns whether some differ by less than a tie's tolerance."""
    low = values[cells[0]]
    high = low
    for cell in range(1, size):
        value = values[cells[cell]]
        low = min(low, value)
        high = max(high, value)
    span = high - low
    if 0.0 < span <= ROUNDING * max(abs(low), abs(high)):
        return True
    if span == 0.0:
        span = 1.0
    for cell in range(size):
        scaled[cell] = (values[cells[cell]] - low) / span
    near = 0
    for cell in range(1, size):
        value = scaled[cell]
        for other in range(cell):
            gap = abs(scaled[other] - value)
            near += (gap != 0.0) & (gap < TIE)
    return near > 0


def _dominated(scaled: NDArray[np.float64], counts: NDArray[np.int64], size: int, drop: NDArray[np.bool_]) -> bool:
    """Mark the strictly dominated actions of every player; returns whether there is one."""
    some = False
    after = size
    for player in range(len(counts)):
        block = after
        after = after // counts[player]
        for action in range(counts[player]):
            drop[player, action] = False
            for other in range(counts[player]):
                if other == action:
                    continue
                shift = (other - action) * after
                beaten = True
                start = action * after
                while beaten and start < size:
                    for cell in range(start, start + after):
                        if scaled[player, cell + shift] <= scaled[player, cell]:
                            beaten = False
                            break
                    start += block
                if beaten:
                    drop[player, action] = True
                    some = True
                    break
    return some


def _identical(scaled: NDArray[np.float64], counts: NDArray[np.int64], size: int) -> bool:
    """Whether some player has two actions with the same payoffs to everyone."""
    after = size
    for player in range(len(counts)):
        block = after
        after = after // counts[player]
        for action in range(counts[player]):
            for other in range(action + 1, counts[player]):
                shift = (other - action) * after
                same = True
                start = action * after
                while same and start < size:
                    for cell in range(start, start + after):
                        for affected in range(len(counts)):
                            if scaled[affected, cell + shift] != scaled[affected, cell]:
                                same = False
                        if not same:
                            break
                    start += block
                if same:
                    return True
    return False


def measure(
    payoffs: NDArray[np.float64],
    shape: NDArray[np.int64],
    profiles: NDArray[np.float64],
    offsets: NDArray[np.int64],
    gains: NDArray[np.float64],
    relative: NDArray[np.float64],
) -> None:
    """Regret of each player at each profile, in payoff units and as a share of the player's payoff range.

    Parameters
    ----------
    payoffs
        Shape (games, players, profiles).
    shape
        Actions per player.
    profiles, offsets
        Probabilities of all actions of all players; those of game g are rows ``offsets[g]:offsets[g + 1]``.
    gains, relative
        Receive the regrets, shape (len(profiles), players).
    """
    games, players, size = payoffs.shape
    values = np.empty(shape.max())
    actions = np.empty((size, players), dtype=np.int64)
    for cell in range(size):
        rest = cell
        for player in range(players - 1, -1, -1):
            actions[cell, player] = rest % shape[player]
            rest = rest // shape[player]
    for game in range(games):
        for row in range(offsets[game], offsets[game + 1]):
            place = 0
            for player in range(players):
                own = payoffs[game, player]
                values[: shape[player]] = 0.0
                low = own[0]
                high = own[0]
                for cell in range(size):
                    low = min(low, own[cell])
                    high = max(high, own[cell])
                    share = own[cell]
                    column = 0
                    for other in range(players):
                        if other != player:
                            share *= profiles[row, column + actions[cell, other]]
                        column += shape[other]
                    values[actions[cell, player]] += share
                best = values[0]
                current = 0.0
                for action in range(shape[player]):
                    best = max(best, values[action])
                    current += profiles[row, place + action] * values[action]
                place += shape[player]
                gains[row, player] = max(best - current, 0.0)
                relative[row, player] = gains[row, player] / (high - low) if high > low else 0.0
