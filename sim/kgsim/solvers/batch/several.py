"""Many games of three and more players: reduce all, and solve together those left with the same numbers of actions.

Each of these groups is gathered into one array, solved by the engine for its number of players with a choice, and its
equilibria are put where those of the full games belong.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from kgsim.solvers import compiled
from kgsim.solvers.batch.pairs import MOST_ACTIONS, solve_pairs
from kgsim.solvers.batch.part import Part, Room, starts


def solve_several(
    payoffs: NDArray[np.float64], room: Room, chunk: slice, alone: Callable[[NDArray[np.int64]], Part]
) -> None:
    """Put the equilibria of games of shape (games, players, a1, ..., an), a chunk of a batch, into its room.

    `alone` solves those of the chunk's games that take `kgsim.nash`: the ones with nearly tied payoffs or identical
    actions, what `solve_pairs` leaves out, and those of more players with continua, which are described there.
    """
    from kgsim.solvers.nplayer.solve import batchable

    kernels = compiled.compiled("kgsim.solvers.batch.kernels", allocates=False)
    shape = np.array(payoffs.shape[2:])
    games, players = payoffs.shape[:2]
    table = payoffs.reshape(games, players, -1)
    scaled = np.empty_like(table)
    kept = np.empty((games, players, shape.max()), dtype=np.int64)
    left = np.empty((games, players), dtype=np.int64)
    special = np.empty(games, dtype=np.bool_)
    spans = np.empty((games, players))
    cells, weights = np.empty(table.shape[2], dtype=np.int64), np.empty(table.shape[2])
    drop = np.empty((players, shape.max()), dtype=np.bool_)
    kernels.reduce_games(table, shape, scaled, kept, left, special, spans, cells, drop)

    counts, complete = room.counts[chunk], room.complete[chunk]
    solved: list[tuple[NDArray[np.int64], NDArray[np.int64], Part]] = []
    for actions, group in _groups(left, shape, special):
        movers = np.flatnonzero(actions > 1)
        if len(movers) == 2 and actions.max() > MOST_ACTIONS:
            continue
        if len(movers) > 2 and not batchable(tuple(actions[movers].tolist())):
            continue
        small = np.empty((len(group), len(movers), *actions[movers]))
        kernels.gather(scaled, group, movers, small.reshape(len(group), len(movers), actions.prod()))
        part = _solve_reduced(small)
        group = group[part.games]
        counts[group], complete[group] = part.counts, part.complete
        solved.append((actions, group, part))

    rest = np.flatnonzero(counts <= 0)
    single = alone(rest) if len(rest) else None
    if single:
        counts[rest], complete[rest] = single.counts, single.complete
    offsets = room.stop + starts(counts)
    room.reserve(int(counts.sum()))
    room.stop = int(offsets[-1])
    strides = table.shape[2] // np.cumprod(shape)
    played = np.empty(players, dtype=np.int64)
    for actions, group, part in solved:
        kernels.place(
            table, shape, strides, kept, actions, spans, group, part.counts, part.profiles, part.indices, part.isolated,
            offsets, *room.arrays, played, cells, weights,
        )  # fmt: skip
    if single:
        room.scatter(single, offsets[rest])


def _groups(
    left: NDArray[np.int64], shape: NDArray[np.int64], special: NDArray[np.bool_]
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Numbers of actions left, each with the games that have them; special games are in no group."""
    # One number for each way the numbers of actions left can be; distinct numbers are found faster than rows.
    names = np.asarray(np.ravel_multi_index(tuple(left.T), tuple(shape + 1)))
    found = []
    for name in np.unique(names[~special]):
        group = np.flatnonzero(~special & (names == name))
        found.append((left[group[0]], group))
    return found


def _solve_reduced(small: NDArray[np.float64]) -> Part:
    """Games among the players who have a choice left; but for two players, regrets are not measured yet."""
    games, movers = small.shape[:2]
    none = np.empty((0, 0))
    if movers < 2:
        # What dominance leaves to a single player is all equally good.
        actions = small.shape[2] if movers else 1
        profiles = np.tile(np.eye(actions)[:, : actions * movers], (games, 1))
        single = np.full(len(profiles), movers == 0)
        counts, complete = np.full(games, actions), np.ones(games, dtype=np.bool_)
        return Part(np.arange(games), counts, complete, profiles, single.astype(np.int8), single, none, none)
    if movers == 2:
        room = Room(games, movers, sum(small.shape[2:]))
        solve_pairs(small, room, slice(games))
        return room.taken(slice(games), 0)
    from kgsim.solvers.nplayer import solve as nplayer

    batch = nplayer.solve_batch(small)
    counts, whole = np.diff(batch.offsets), np.flatnonzero(batch.complete)
    rows = np.repeat(batch.complete, counts)
    isolated = np.ones(int(rows.sum()), dtype=np.bool_)
    known = np.ones(len(whole), dtype=np.bool_)
    return Part(whole, counts[whole], known, batch.profiles[rows], batch.indices[rows], isolated, none, none)
