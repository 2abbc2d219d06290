"""Nash equilibria of many games of one shape, as flat arrays.

Compiled kernels (`kgsim.solvers.batch.pairs`, `kgsim.solvers.batch.several`) reduce every game and solve the generic
ones, for two players those with ties too; the rest goes to `kgsim.solvers.strategic.nash.nash`. The probabilities are
the same to the last bit either way, so neither the chunks nor numba's presence changes a result, only the time.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kgsim.errors import GameError
from kgsim.games.strategic import as_payoff_batch
from kgsim.solvers import compiled
from kgsim.solvers.batch.pairs import MOST_ACTIONS, solve_pairs
from kgsim.solvers.batch.part import Part, Room, in_order, join, starts
from kgsim.solvers.batch.several import solve_several
from kgsim.solvers.effort import WORK_LIMIT, check_limits
from kgsim.solvers.equilibria import Profile
from kgsim.solvers.strategic.nash import nash

#: Smaller batches are not worth loading (let alone compiling) the kernels.
WORTH_COMPILING = 50


@dataclass(frozen=True)
class NashBatch:
    """Equilibria of a batch of games.

    Attributes
    ----------
    actions
        Actions per player.
    offsets
        The equilibria of game g are the rows ``offsets[g]:offsets[g + 1]`` of the arrays below. Shape (games
        + 1,).
    profiles
        Probabilities of player 0's actions, then player 1's and so on. Shape (equilibria, sum of actions).
    indices
        Index of each equilibrium, +1 or -1; 0 where it is not defined. Shape (equilibria,).
    isolated
        Whether an equilibrium belongs to no continuum; `kgsim.nash` on that game gives the continuum.
        (equilibria,).
    regrets, relative_regrets
        Largest gain of each player from deviating, in payoff units and as a share of the player's payoff
        range. Shape (equilibria, players).
    complete
        Whether every isolated equilibrium of a game is listed (two players: every extreme one). Shape
        (games,).
    """

    actions: tuple[int, ...]
    offsets: NDArray[np.int64]
    profiles: NDArray[np.float64]
    indices: NDArray[np.int8]
    isolated: NDArray[np.bool_]
    regrets: NDArray[np.float64]
    relative_regrets: NDArray[np.float64]
    complete: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.complete)

    @property
    def counts(self) -> NDArray[np.int64]:
        """Number of equilibria of each game."""
        return np.diff(self.offsets)

    @property
    def index_sums(self) -> NDArray[np.int64]:
        """Sum of the indices of each game's equilibria; +1 in every nondegenerate game."""
        sums = np.concatenate(([0], np.cumsum(self.indices, dtype=np.int64)))
        return sums[self.offsets[1:]] - sums[self.offsets[:-1]]

    def equilibria(self, game: int) -> tuple[Profile, ...]:
        """The equilibria of one game, one array of probabilities per player each."""
        cuts = np.cumsum(self.actions)[:-1]
        rows = self.profiles[self.offsets[game] : self.offsets[game + 1]]
        return tuple(tuple(np.split(row, cuts)) for row in rows)

    def __repr__(self) -> str:
        return (
            f"{len(self)} games of {'×'.join(map(str, self.actions))} actions: {len(self.profiles)} equilibria, "
            f"{int(self.complete.sum())} games complete, largest relative regret "
            f"{self.relative_regrets.max(initial=0.0):.1e}"
        )


def nash_batch(payoffs: ArrayLike, *, chunk: int = 10_000, time_limit: float | None = None) -> NashBatch:
    """Nash equilibria of many games of one shape, with the engine, as flat arrays.

    Parameters
    ----------
    payoffs
        Shape (games, players, a1, ..., an); there may be no games.
    chunk
        Games worked on at a time, which bounds the memory; the result does not depend on it.
    time_limit
        As for `nash`, for each game that needs it.

    Returns
    -------
    NashBatch
        The same equilibria, to the last bit, as `nash` finds game by game with ``method="engine"``.

    Raises
    ------
    GameError
        If an argument is not valid.

    Examples
    --------
    >>> pennies = [[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]]
    >>> nash_batch([pennies, pennies]).profiles
    array([[0.5, 0.5, 0.5, 0.5],
           [0.5, 0.5, 0.5, 0.5]])
    """
    games = as_payoff_batch(payoffs)
    if chunk < 1:
        raise GameError(f"chunk: expected a positive number of games, got {chunk!r}.")
    check_limits(time_limit, WORK_LIMIT)
    return _solve_games(games, chunk, time_limit)


def _solve_games(payoffs: NDArray[np.float64], chunk: int, time_limit: float | None) -> NashBatch:
    games, players, *shape = payoffs.shape
    fast = compiled.available() and games >= WORTH_COMPILING
    room = Room(games, players, sum(shape))
    for first in range(0, games, chunk):
        _solve_chunk(payoffs[first : first + chunk], slice(first, first + chunk), room, fast, time_limit)
    profiles, indices, isolated, regrets, relative_regrets = (array[: room.stop] for array in room.arrays)
    return NashBatch(
        actions=tuple(shape),
        offsets=starts(room.counts),
        profiles=profiles,
        indices=indices,
        isolated=isolated,
        regrets=regrets,
        relative_regrets=relative_regrets,
        complete=room.complete,
    )


def _solve_chunk(payoffs: NDArray[np.float64], chunk: slice, room: Room, fast: bool, time_limit: float | None) -> None:
    """Put one chunk's equilibria into the room, in the order of the games."""
    begin = room.stop
    alone = functools.partial(_one_by_one, payoffs, time_limit=time_limit)
    if fast and payoffs.shape[1] == 2 and max(payoffs.shape[2:]) <= MOST_ACTIONS:
        solve_pairs(payoffs, room, chunk)
    elif fast and payoffs.shape[1] > 2:
        solve_several(payoffs, room, chunk, alone)
    rest = np.flatnonzero(room.counts[chunk] <= 0)
    if len(rest):
        part = in_order(join([room.taken(chunk, begin), alone(rest)]))
        room.put(part, chunk, begin)


def _one_by_one(payoffs: NDArray[np.float64], games: NDArray[np.int64], time_limit: float | None) -> Part:
    found = [nash(payoffs[game], method="engine", time_limit=time_limit) for game in games]
    isolated = []
    for one in found:
        shared = {number for group in one.components for number in group}
        isolated += [number not in shared for number in range(len(one))]
    return Part(
        games=games,
        counts=np.array([len(one) for one in found]),
        complete=np.array([one.complete for one in found]),
        profiles=np.array([np.concatenate(profile) for one in found for profile in one.equilibria]),
        indices=np.array([index or 0 for one in found for index in one.indices], dtype=np.int8),
        isolated=np.array(isolated),
        regrets=np.concatenate([one.regrets for one in found]),
        relative_regrets=np.concatenate([one.relative_regrets for one in found]),
    )
