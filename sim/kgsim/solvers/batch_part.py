"""Equilibria of some games of a batch as flat arrays: how solvers hand them over, and how they are put together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Part:
    """Equilibria of some games; the arrays are those of `kgsim.solvers.batch.NashBatch`.

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


def empty(games: int, equilibria: int, players: int, actions: int) -> Part:
    """Room for the equilibria of some games, complete unless it is said otherwise."""
    return Part(
        games=np.arange(games),
        counts=np.zeros(games, dtype=np.int64),
        complete=np.ones(games, dtype=np.bool_),
        profiles=np.empty((equilibria, actions)),
        indices=np.empty(equilibria, dtype=np.int8),
        isolated=np.empty(equilibria, dtype=np.bool_),
        regrets=np.empty((equilibria, players)),
        relative_regrets=np.empty((equilibria, players)),
    )


def chosen(part: Part, games: NDArray[np.bool_], equilibria: slice) -> Part:
    """Some games of a part, and some equilibria."""
    return Part(
        **{name: getattr(part, name)[games] for name in PER_GAME},
        **{name: getattr(part, name)[equilibria] for name in PER_EQUILIBRIUM},
    )


def join(parts: list[Part]) -> Part:
    """Several parts as one."""
    if len(parts) == 1:
        return parts[0]
    names = (*PER_GAME, *PER_EQUILIBRIUM)
    return Part(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def in_order(part: Part) -> Part:
    """Sort a part so that the games ascend."""
    order = np.argsort(part.games)
    sizes = part.counts[order]
    begin = starts(part.counts)[:-1][order]
    rows = np.repeat(begin - starts(sizes)[:-1], sizes) + np.arange(sizes.sum())
    return Part(
        **{name: getattr(part, name)[order] for name in PER_GAME},
        **{name: getattr(part, name)[rows] for name in PER_EQUILIBRIUM},
    )
