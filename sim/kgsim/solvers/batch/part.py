"""Equilibria of some games of a batch as flat arrays: how solvers hand them over, and how they are put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Part:
    """Equilibria of some games; the arrays are those of `kgsim.solvers.batch.nash_batch.NashBatch`.

    Attributes
    ----------
    games
        Their numbers within the chunk.
    counts
        How many equilibria each has.
    """

    games: NDArray[np.int64]
    counts: NDArray[np.int64]
    complete: NDArray[np.bool_]
    profiles: NDArray[np.float64]
    indices: NDArray[np.int8]
    isolated: NDArray[np.bool_]
    regrets: NDArray[np.float64]
    relative_regrets: NDArray[np.float64]


#: Which fields of a part have a row per game, and which have one per equilibrium.
PER_GAME = ("games", "counts", "complete")
PER_EQUILIBRIUM = ("profiles", "indices", "isolated", "regrets", "relative_regrets")


def starts(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each game's equilibria begin, and at the end where the last one's stop."""
    return np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))


class Room:
    """Equilibria of a whole batch, written in place chunk by chunk; the arrays grow as they are needed.

    Parameters
    ----------
    games, players, actions
        Games of the batch, players and actions of all players.
    """

    def __init__(self, games: int, players: int, actions: int) -> None:
        rows = 2 * games + 100
        #: Games without equilibria are yet to be solved.
        self.counts = np.zeros(games, dtype=np.int64)
        self.complete = np.ones(games, dtype=np.bool_)
        #: The arrays of `PER_EQUILIBRIUM`, of which the first `stop` rows are taken.
        self.arrays: list[NDArray[Any]] = [
            np.empty((rows, actions)),
            np.empty(rows, dtype=np.int8),
            np.empty(rows, dtype=np.bool_),
            np.empty((rows, players)),
            np.empty((rows, players)),
        ]
        self.stop = 0

    def reserve(self, rows: int) -> None:
        """Make room for so many equilibria more."""
        while self.stop + rows > len(self.arrays[0]):
            self.arrays = [np.concatenate([array, np.empty_like(array)]) for array in self.arrays]

    def taken(self, games: slice, begin: int) -> Part:
        """What is known of a chunk's solved games, whose equilibria begin at row `begin`."""
        solved = np.flatnonzero(self.counts[games] > 0)
        rows = [array[begin : self.stop] for array in self.arrays]
        return Part(solved, self.counts[games][solved], self.complete[games][solved], *rows)

    def put(self, part: Part, games: slice, begin: int) -> None:
        """Write a chunk of which all games are solved, its equilibria from row `begin` on."""
        self.counts[games], self.complete[games] = part.counts, part.complete
        self.stop = begin
        self.reserve(len(part.indices))
        self.stop += len(part.indices)
        for array, name in zip(self.arrays, PER_EQUILIBRIUM, strict=True):
            array[begin : self.stop] = getattr(part, name)

    def scatter(self, part: Part, offsets: NDArray[np.int64]) -> None:
        """Write the equilibria of a part's games where room has been kept for them, each game's from its offset on."""
        rows = runs(offsets, part.counts)
        for array, name in zip(self.arrays, PER_EQUILIBRIUM, strict=True):
            array[rows] = getattr(part, name)


def runs(begin: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers from each beginning on, as many as its size, one run after the other."""
    return np.repeat(begin - starts(sizes)[:-1], sizes) + np.arange(sizes.sum())


def join(parts: list[Part]) -> Part:
    """Several parts as one."""
    names = (*PER_GAME, *PER_EQUILIBRIUM)
    return Part(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def in_order(part: Part) -> Part:
    """Sort a part so that the games ascend."""
    order = np.argsort(part.games)
    rows = runs(starts(part.counts)[:-1][order], part.counts[order])
    return Part(
        **{name: getattr(part, name)[order] for name in PER_GAME},
        **{name: getattr(part, name)[rows] for name in PER_EQUILIBRIUM},
    )
