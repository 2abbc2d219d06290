"""What games of three and more players go through in a batch, as scalar kernels that numba compiles as they stand.

`reduce_games` does to many games what `kgsim.games.reduction.reduce_game` does to one, with the same operations in
the same order; `place` takes the equilibria of what is left back to the full games.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kgsim.solvers.batch.payoff_kernels import measure_pure, measure_regrets, scale

ENTRY_POINTS = ("reduce_games", "gather", "place")


def reduce_games(
    payoffs: NDArray[np.float64],
    shape: NDArray[np.int64],
    scaled: NDArray[np.float64],
    kept: NDArray[np.int64],
    counts: NDArray[np.int64],
    special: NDArray[np.bool_],
    spans: NDArray[np.float64],
    cells: NDArray[np.int64],
    drop: NDArray[np.bool_],
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
    spans
        Receives the players' payoff ranges in the full games that are not special. Shape (games, players).
    cells, drop
        Scratch space for a number per profile, and for one like a game of `kept`.
    """
    games, players = payoffs.shape[:2]
    for game in range(games):
        special[game] = False
        for player in range(players):
            counts[game, player] = shape[player]
            for action in range(shape[player]):
                kept[game, player, action] = action
        size = payoffs.shape[2]
        whole = True
        while True:
            left = size if whole else _cells(shape, kept[game], counts[game], cells)
            ties = 0
            for player in range(players):
                row = scaled[game, player]
                for cell in range(left):
                    row[cell] = payoffs[game, player, cell if whole else cells[cell]]
                span, tied, near = scale(row, left)
                if whole:
                    spans[game, player] = span
                special[game] |= near
                ties += tied
            if special[game] or not _dominated(scaled[game], counts[game], left, drop):
                break
            for player in range(players):
                stay = 0
                for action in range(counts[game, player]):
                    if not drop[player, action]:
                        kept[game, player, stay] = kept[game, player, action]
                        stay += 1
                counts[game, player] = stay
            whole = False
        if ties == players and not special[game]:
            special[game] = _identical(scaled[game], counts[game], left)


def gather(
    scaled: NDArray[np.float64], games: NDArray[np.int64], movers: NDArray[np.int64], small: NDArray[np.float64]
) -> None:
    """Copy the payoffs of some games and players into `small`, shape (games, movers, profiles)."""
    for number in range(len(games)):
        for mover in range(len(movers)):
            for cell in range(small.shape[2]):
                small[number, mover, cell] = scaled[games[number], movers[mover], cell]


def place(
    payoffs: NDArray[np.float64],
    shape: NDArray[np.int64],
    strides: NDArray[np.int64],
    kept: NDArray[np.int64],
    left: NDArray[np.int64],
    spans: NDArray[np.float64],
    games: NDArray[np.int64],
    counts: NDArray[np.int64],
    reduced: NDArray[np.float64],
    reduced_indices: NDArray[np.int8],
    reduced_isolated: NDArray[np.bool_],
    offsets: NDArray[np.int64],
    profiles: NDArray[np.float64],
    indices: NDArray[np.int8],
    isolated: NDArray[np.bool_],
    gains: NDArray[np.float64],
    relative: NDArray[np.float64],
    actions: NDArray[np.int64],
    cells: NDArray[np.int64],
    weights: NDArray[np.float64],
) -> None:
    """Put equilibria of reduced games where those of the full games belong, and measure them there.

    Parameters
    ----------
    payoffs, shape, strides
        The full games, as for `reduce_games`, and how far apart a player's actions are in them.
    kept, left, spans
        From `reduce_games`: the actions that are left, their numbers, the same in all of `games`, and payoff ranges.
    games, counts
        The reduced games, and how many equilibria each of them has.
    reduced, reduced_indices, reduced_isolated
        Probabilities of the actions left to players with more than one, index, and whether isolated; a row per
        equilibrium.
    offsets
        Where the equilibria of each of the full games begin.
    profiles, indices, isolated, gains, relative
        Receive the equilibria, as in `kgsim.solvers.batch.nash_batch.NashBatch`.
    actions, cells, weights
        Scratch space for a number per player, and per profile.
    """
    players = len(shape)
    row = 0
    for number in range(len(games)):
        game = games[number]
        for at in range(offsets[game], offsets[game] + counts[number]):
            profiles[at, :] = 0.0
            start, column, sure = 0, 0, 0
            for player in range(players):
                if left[player] == 1:
                    profiles[at, start + kept[game, player, 0]] = 1.0
                    actions[player] = kept[game, player, 0]
                    sure += 1
                else:
                    for action in range(left[player]):
                        probability = reduced[row, column + action]
                        profiles[at, start + kept[game, player, action]] = probability
                        if probability == 1.0:
                            actions[player] = kept[game, player, action]
                            sure += 1
                    column += left[player]
                start += shape[player]
            if sure == players:
                measure_pure(payoffs[game], shape, strides, spans[game], actions, gains[at], relative[at])
            else:
                measure_regrets(
                    payoffs[game], shape, strides, spans[game], profiles[at], cells, weights, gains[at], relative[at]
                )
            indices[at] = reduced_indices[row]
            isolated[at] = reduced_isolated[row]
            row += 1


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


def _dominated(scaled: NDArray[np.float64], counts: NDArray[np.int64], size: int, drop: NDArray[np.bool_]) -> bool:
    """Mark the strictly dominated actions of every player; returns whether there is one."""
    some = False
    after = 1
    for player in range(len(counts) - 1, -1, -1):
        block = after * counts[player]
        drop[player, : counts[player]] = False
        for other in range(1, counts[player]):
            for action in range(other):
                shift = (other - action) * after
                better, worse, against = 0, 0, 0
                # Counted to the end, since leaving early is a guess that random payoffs make wrong half the time.
                for start in range(action * after, size, block):
                    for cell in range(start, start + after):
                        better += scaled[player, cell + shift] > scaled[player, cell]
                        worse += scaled[player, cell + shift] < scaled[player, cell]
                    against += after
                drop[player, action] |= better == against
                drop[player, other] |= worse == against
                some |= better == against or worse == against
        after = block
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
