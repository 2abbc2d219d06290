"""Nash equilibria of many games of one shape, as flat arrays.

Compiled kernels (`kgsim.solvers.batch_kernels`) reduce every game and solve the generic ones; whatever shows
a tie, or is too ill posed to tell, goes to `kgsim.solvers.nash.nash`. The probabilities are the same to the
last bit either way, so neither the chunks nor numba's presence changes a result, only the time it takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kgsim.solvers import compiled
from kgsim.solvers.bimatrix_kernels import support_tables
from kgsim.solvers.nash import TOLERANCE, nash
from kgsim.solvers.raw import Profile

#: Smaller batches are not worth loading (let alone compiling) the kernels.
WORTH_COMPILING = 50

#: Two players with more actions than this are solved one game at a time.
MOST_ACTIONS = 10

_KERNELS = "kgsim.solvers.batch_kernels"
_PAIR_KERNELS = "kgsim.solvers.bimatrix_kernels"


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
    complete: NDArray[np.bool_]
    profiles: NDArray[np.float64]
    indices: NDArray[np.int8]
    isolated: NDArray[np.bool_]
    regrets: NDArray[np.float64]
    relative_regrets: NDArray[np.float64]


#: Which fields of a part have a row per game, and which have one per equilibrium.
_PER_GAME = ("games", "counts", "complete")
_PER_EQUILIBRIUM = ("profiles", "indices", "isolated", "regrets", "relative_regrets")


def solve_games(payoffs: NDArray[np.float64], *, chunk: int, time_limit: float | None) -> NashBatch:
    """Solve a checked batch, shape (games, players, a1, ..., an); see `kgsim.nash_batch`."""
    players, shape = payoffs.shape[1], payoffs.shape[2:]
    fast = compiled.available() and len(payoffs) >= WORTH_COMPILING
    parts = [_solve_chunk(payoffs[first : first + chunk], fast, time_limit) for first in range(0, len(payoffs), chunk)]
    part = _join(parts) if parts else _empty(0, 0, players, sum(shape))
    return NashBatch(
        actions=shape,
        offsets=_offsets(part.counts),
        profiles=part.profiles,
        indices=part.indices,
        isolated=part.isolated,
        regrets=part.regrets,
        relative_regrets=part.relative_regrets,
        complete=part.complete,
    )


def _solve_chunk(payoffs: NDArray[np.float64], fast: bool, time_limit: float | None) -> _Part:
    """One chunk's equilibria, in the order of the games."""
    parts: list[_Part] = []
    if fast and payoffs.shape[1] == 2 and max(payoffs.shape[2:]) <= MOST_ACTIONS:
        parts.append(_pairs(payoffs))
    elif fast and payoffs.shape[1] > 2:
        parts += _several(payoffs)
    rest = np.ones(len(payoffs), dtype=np.bool_)
    for part in parts:
        rest[part.games] = False
    if rest.any():
        parts.append(_one_by_one(payoffs, np.flatnonzero(rest), time_limit))
    part = parts[0] if len(parts) == 1 else _in_order(_join(parts))
    if part.relative_regrets.max() > TOLERANCE:
        raise AssertionError(f"a profile was found of relative regret {part.relative_regrets.max()}")
    return part


def _offsets(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))


def _empty(games: int, equilibria: int, players: int, actions: int) -> _Part:
    """Room for the equilibria of some games."""
    return _Part(
        games=np.arange(games),
        counts=np.empty(games, dtype=np.int64),
        complete=np.ones(games, dtype=np.bool_),
        profiles=np.empty((equilibria, actions)),
        indices=np.empty(equilibria, dtype=np.int8),
        isolated=np.empty(equilibria, dtype=np.bool_),
        regrets=np.empty((equilibria, players)),
        relative_regrets=np.empty((equilibria, players)),
    )


def _join(parts: list[_Part]) -> _Part:
    if len(parts) == 1:
        return parts[0]
    names = (*_PER_GAME, *_PER_EQUILIBRIUM)
    return _Part(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def _in_order(part: _Part) -> _Part:
    """Sort a part so that the games ascend."""
    order = np.argsort(part.games)
    sizes = part.counts[order]
    starts = (np.cumsum(part.counts) - part.counts)[order]
    rows = np.repeat(starts - _offsets(sizes)[:-1], sizes) + np.arange(sizes.sum())
    return _Part(
        **{name: getattr(part, name)[order] for name in _PER_GAME},
        **{name: getattr(part, name)[rows] for name in _PER_EQUILIBRIUM},
    )


def _one_by_one(payoffs: NDArray[np.float64], games: NDArray[np.int64], time_limit: float | None) -> _Part:
    found = [nash(payoffs[game], method="engine", time_limit=time_limit) for game in games]
    isolated = []
    for one in found:
        shared = {number for group in one.components for number in group}
        isolated += [number not in shared for number in range(len(one))]
    return _Part(
        games=games,
        counts=np.array([len(one) for one in found]),
        complete=np.array([one.complete for one in found]),
        profiles=np.array([np.concatenate(profile) for one in found for profile in one.equilibria]),
        indices=np.array([index or 0 for one in found for index in one.indices], dtype=np.int8),
        isolated=np.array(isolated),
        regrets=np.concatenate([one.regrets for one in found]),
        relative_regrets=np.concatenate([one.relative_regrets for one in found]),
    )


def _pairs(payoffs: NDArray[np.float64]) -> _Part:
    """Two-player games, without those that take exact arithmetic."""
    solve_pairs = compiled.compiled(_PAIR_KERNELS).solve_pairs
    games, _, *shape = payoffs.shape
    tables = support_tables(max(shape))
    room = [_empty(games, 2 * games + 100, 2, sum(shape))]
    begin = stop = 0
    while True:
        begin, stop = solve_pairs(
            payoffs, *tables, begin, stop, *(getattr(room[0], name) for name in _PER_EQUILIBRIUM), room[0].counts
        )
        if begin == games:
            break
        room[0] = _grown(room[0])
    solved = room[0].counts > 0
    return _Part(
        **{name: getattr(room[0], name)[solved] for name in _PER_GAME},
        **{name: getattr(room[0], name)[:stop] for name in _PER_EQUILIBRIUM},
    )


def _grown(part: _Part) -> _Part:
    longer = {name: getattr(part, name) for name in _PER_EQUILIBRIUM}
    return replace(part, **{name: np.concatenate([array, array]) for name, array in longer.items()})


def _several(payoffs: NDArray[np.float64]) -> Iterator[_Part]:
    """Games of three or more players, by the numbers of actions that are left, without those with identical ones."""
    kernels = compiled.compiled(_KERNELS)
    shape = np.array(payoffs.shape[2:])
    games, players = payoffs.shape[:2]
    table = payoffs.reshape(games, players, -1)
    scaled = np.empty_like(table)
    kept = np.zeros((games, players, shape.max()), dtype=np.int64)
    counts = np.empty((games, players), dtype=np.int64)
    special = np.empty(games, dtype=np.bool_)
    kernels.reduce_games(table, shape, scaled, kept, counts, special)

    # One number for each way the numbers of actions left can be; distinct numbers are found faster than rows.
    names: NDArray[np.intp] = np.asarray(np.ravel_multi_index(tuple(counts.T), tuple(shape + 1)))
    for name in np.unique(names[~special]):
        chosen = np.flatnonzero(~special & (names == name))
        left = counts[chosen[0]]
        movers = np.flatnonzero(left > 1)
        if len(movers) == 1 or (len(movers) == 2 and left.max() > MOST_ACTIONS):
            continue
        small = np.ascontiguousarray(scaled[chosen][:, movers, : left.prod()])
        reduced = _solve_reduced(small.reshape(len(chosen), len(movers), *left[movers]))
        if not len(reduced.games):
            continue
        solved = chosen[reduced.games]
        profiles = _placed(reduced, kept[solved], left, shape)
        regrets, relative = np.empty((2, len(profiles), players))
        kernels.measure(table[solved], shape, profiles, _offsets(reduced.counts), regrets, relative)
        yield replace(reduced, games=solved, profiles=profiles, regrets=regrets, relative_regrets=relative)


def _solve_reduced(small: NDArray[np.float64]) -> _Part:
    """Games among the players who have a choice left; regrets are not measured yet."""
    games, movers = small.shape[:2]
    if movers == 0:
        part = _empty(games, games, 0, 0)
        part.counts[:] = part.indices[:] = part.isolated[:] = 1
        return part
    if movers == 2:
        return _pairs(small)
    from kgsim.solvers import nplayer

    batch = nplayer.solve_batch(small)
    none = np.empty((len(batch.profiles), 0))
    counts = np.diff(batch.offsets)
    isolated = batch.components < 0
    return _Part(np.arange(games), counts, batch.complete, batch.profiles, batch.indices, isolated, none, none)


def _placed(
    part: _Part, kept: NDArray[np.int64], left: NDArray[np.int64], shape: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Probabilities over all actions of all players, from those over the movers' actions that are left."""
    of_game = np.repeat(np.arange(len(part.counts)), part.counts)
    rows = np.arange(len(of_game))
    profiles = np.zeros((len(of_game), shape.sum()))
    places = np.cumsum(shape) - shape
    column = 0
    for player, count in enumerate(left):
        for action in range(count):
            target = places[player] + kept[of_game, player, action]
            profiles[rows, target] = 1.0 if count == 1 else part.profiles[:, column + action]
        column += count if count > 1 else 0
    return profiles
