"""Nash equilibria of many games of one shape, as flat arrays.

Compiled kernels (`kgsim.solvers.batch_kernels`) reduce every game and solve the generic ones; whatever shows
a tie, or is too ill posed to tell, goes to `kgsim.solvers.nash.nash`. The probabilities are the same to the
last bit either way, so neither the chunks nor numba's presence changes a result, only the time it takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kgsim.solvers import compiled, nplayer
from kgsim.solvers.bimatrix_kernels import support_tables
from kgsim.solvers.nash import TOLERANCE, nash
from kgsim.solvers.raw import Profile

#: Smaller batches are not worth loading (let alone compiling) the kernels.
WORTH_COMPILING = 50

#: Two players with more actions than this are solved one game at a time.
MOST_ACTIONS = 10

_KERNELS = ("kgsim.solvers.bimatrix_kernels", "kgsim.solvers.batch_kernels")


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


@dataclass(frozen=True)
class _Part:
    """Equilibria of some games of a chunk: `games` names them, `counts` says how many each has."""

    games: NDArray[np.int64]
    counts: NDArray[np.int64]
    profiles: NDArray[np.float64]
    indices: NDArray[np.int8]
    isolated: NDArray[np.bool_]
    complete: NDArray[np.bool_]


def solve_games(payoffs: NDArray[np.float64], *, chunk: int, time_limit: float | None) -> NashBatch:
    """Solve a checked batch, shape (games, players, a1, ..., an); see `kgsim.nash_batch`."""
    shape = payoffs.shape[2:]
    fast = compiled.available() and len(payoffs) >= WORTH_COMPILING
    chunks = [_solve_chunk(payoffs[first : first + chunk], fast, time_limit) for first in range(0, len(payoffs), chunk)]
    none = _Part(
        np.zeros(0, np.int64),
        np.zeros(0, np.int64),
        np.zeros((0, sum(shape))),
        np.zeros(0, np.int8),
        np.zeros(0, np.bool_),
        np.zeros(0, np.bool_),
    )
    parts = [part for part, _, _ in chunks] or [none]
    gains = [part for _, part, _ in chunks] or [np.zeros((0, len(shape)))]
    relative = [part for _, _, part in chunks] or gains
    return NashBatch(
        actions=shape,
        offsets=np.concatenate(([0], np.cumsum(np.concatenate([part.counts for part in parts])))),
        profiles=np.concatenate([part.profiles for part in parts]),
        indices=np.concatenate([part.indices for part in parts]),
        isolated=np.concatenate([part.isolated for part in parts]),
        regrets=np.concatenate(gains),
        relative_regrets=np.concatenate(relative),
        complete=np.concatenate([part.complete for part in parts]),
    )


def _solve_chunk(
    payoffs: NDArray[np.float64], fast: bool, time_limit: float | None
) -> tuple[_Part, NDArray[np.float64], NDArray[np.float64]]:
    """One chunk's equilibria in the order of the games, with their regrets."""
    games = np.arange(len(payoffs))
    parts = list(_fast(payoffs)) if fast else []
    done = np.concatenate([part.games for part in parts]) if parts else games[:0]
    rest = np.setdiff1d(games, done, assume_unique=True)
    if len(rest):
        parts.append(_one_by_one(payoffs, rest, time_limit))
    part = _in_order(parts)
    players, shape = payoffs.shape[1], np.array(payoffs.shape[2:])
    gains, relative = np.empty((len(part.profiles), players)), np.empty((len(part.profiles), players))
    if fast:
        measure = compiled.compiled(*_KERNELS).measure
    else:
        from kgsim.solvers.batch_kernels import measure
    offsets = np.concatenate(([0], np.cumsum(part.counts)))
    measure(payoffs.reshape(len(payoffs), players, -1), shape, part.profiles, offsets, gains, relative)
    if relative.max() > TOLERANCE:
        raise AssertionError(f"a profile was found of relative regret {relative.max()}")
    return part, gains, relative


def _in_order(parts: list[_Part]) -> _Part:
    """Join parts so that the games are in ascending order."""
    games = np.concatenate([part.games for part in parts])
    counts = np.concatenate([part.counts for part in parts])
    order = np.argsort(games)
    starts = np.cumsum(counts) - counts
    sizes = counts[order]
    rows = np.repeat(starts[order] - (np.cumsum(sizes) - sizes), sizes) + np.arange(sizes.sum())
    return _Part(
        games[order],
        sizes,
        np.concatenate([part.profiles for part in parts])[rows],
        np.concatenate([part.indices for part in parts])[rows],
        np.concatenate([part.isolated for part in parts])[rows],
        np.concatenate([part.complete for part in parts])[order],
    )


def _one_by_one(payoffs: NDArray[np.float64], games: NDArray[np.int64], time_limit: float | None) -> _Part:
    counts, profiles, indices, isolated, complete = [], [], [], [], []
    for game in games:
        found = nash(payoffs[game], method="engine", time_limit=time_limit)
        shared = {number for group in found.components for number in group}
        counts.append(len(found))
        profiles += [np.concatenate(profile) for profile in found.equilibria]
        indices += [index or 0 for index in found.indices]
        isolated += [number not in shared for number in range(len(found))]
        complete.append(found.complete)
    return _Part(
        games,
        np.array(counts),
        np.array(profiles),
        np.array(indices, dtype=np.int8),
        np.array(isolated),
        np.array(complete),
    )


def _fast(payoffs: NDArray[np.float64]) -> Iterator[_Part]:
    """Yield what the kernels can solve: groups of games with the same numbers of actions left."""
    kernels = compiled.compiled(*_KERNELS)
    shape = np.array(payoffs.shape[2:])
    games, players = payoffs.shape[:2]
    table = payoffs.reshape(games, players, -1)
    scaled = np.empty_like(table)
    kept = np.zeros((games, players, shape.max()), dtype=np.int64)
    counts = np.empty((games, players), dtype=np.int64)
    special = np.empty(games, dtype=np.bool_)
    kernels.reduce_games(table, shape, scaled, kept, counts, special)
    movers = (counts > 1).sum(axis=1)

    solved = np.flatnonzero(~special & (movers == 0))
    if len(solved):
        profiles = np.zeros((len(solved), shape.sum()))
        places = np.cumsum(shape) - shape
        profiles[np.arange(len(solved))[:, None], places + kept[solved, :, 0]] = 1.0
        ones = np.ones(len(solved))
        yield _Part(solved, ones.astype(np.int64), profiles, ones.astype(np.int8), ones > 0, ones > 0)

    pairs = np.flatnonzero(~special & (movers == 2) & (counts.max(axis=1) <= MOST_ACTIONS))
    if len(pairs):
        yield _pairs(kernels, scaled[pairs], kept[pairs], counts[pairs], shape, pairs)

    several = np.flatnonzero(~special & (movers > 2))
    if len(several):
        shapes, group = np.unique(counts[several], axis=0, return_inverse=True)
        for number, left in enumerate(shapes):
            chosen = several[group.reshape(-1) == number]
            yield _several(scaled[chosen], kept[chosen], left, shape, chosen)


def _pairs(
    kernels: object,
    scaled: NDArray[np.float64],
    kept: NDArray[np.int64],
    counts: NDArray[np.int64],
    shape: NDArray[np.int64],
    games: NDArray[np.int64],
) -> _Part:
    """Games in which two players have a choice left; those that are not clearly generic are left out."""
    movers = np.nonzero(counts > 1)[1].reshape(-1, 2)
    tables = support_tables(int(counts.max()))
    places = np.cumsum(shape) - shape
    numbers = np.empty(len(games), dtype=np.int64)
    found = np.empty((4 * len(games) + 16, shape.sum()))
    index = np.empty(len(found), dtype=np.int64)
    begin = stop = 0
    while True:
        begin, stop = kernels.solve_pairs(  # type: ignore[attr-defined]
            scaled, kept, counts, movers, places, *tables, begin, stop, found, index, numbers
        )
        if begin == len(games):
            break
        found = np.concatenate([found, np.empty_like(found)])
        index = np.concatenate([index, np.empty_like(index)])
    clear = numbers > 0
    ones = np.ones(stop, dtype=np.bool_)
    return _Part(games[clear], numbers[clear], found[:stop], index[:stop].astype(np.int8), ones, ones[: clear.sum()])


def _several(
    scaled: NDArray[np.float64],
    kept: NDArray[np.int64],
    left: NDArray[np.int64],
    shape: NDArray[np.int64],
    games: NDArray[np.int64],
) -> _Part:
    """Games in which three or more players have a choice left, all with the same numbers of actions."""
    movers = np.flatnonzero(left > 1)
    small = np.ascontiguousarray(scaled[:, movers, : left.prod()]).reshape(len(games), len(movers), *left[movers])
    batch = nplayer.solve_batch(small)
    places = np.cumsum(shape) - shape
    counts = np.diff(batch.offsets)
    of_game = np.repeat(np.arange(len(games)), counts)
    rows = np.arange(len(of_game))
    profiles = np.zeros((len(of_game), shape.sum()))
    column = 0
    for player, count in enumerate(left):
        for action in range(count):
            target = places[player] + kept[of_game, player, action]
            profiles[rows, target] = 1.0 if count == 1 else batch.profiles[:, column + action]
        column += count if count > 1 else 0
    return _Part(games, counts, profiles, batch.indices, batch.components < 0, batch.complete)
