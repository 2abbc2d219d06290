"""Games in which no type is learned while anybody could still act on it: types are players, and chance draws one.

Players without types move first, at one stage or more; a player with types moves last, alone, or not at all. Each of
its types then chooses by itself, for nobody answers, and those who moved before reckon with the prior: the game is one
of observed actions and without private information, whose equilibria backward induction on sets finds, mixtures at ties
included. The types can take turns since none of them cares what another does.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Floats
from kgsim.games.bayesian import BayesianGame, Strategy
from kgsim.games.objectives import own_payoff
from kgsim.games.staged import StagedGame
from kgsim.solvers.staged.mixed_stage import Nash
from kgsim.solvers.staged.strategies import strategy
from kgsim.solvers.staged.subgame_perfect import solve_subgame_perfect

#: Combinations of actions, the last mover's counted once for each type, up to which types are made players.
MOST_CELLS = 200_000


@dataclass(frozen=True, eq=False)
class Unlearned:
    """The equilibria of such a game, the groups of them between which there are more, and why some may be missing.

    Attributes
    ----------
    strategies
        One per lottery over ends and payoffs by type.
    continua, convex
        Groups of places in `strategies`, and whether all mixtures of a group are equilibria.
    gaps
        Empty if none is missing.
    """

    strategies: tuple[Strategy, ...]
    continua: tuple[tuple[int, ...], ...]
    convex: tuple[bool, ...]
    gaps: frozenset[str]


def is_unlearned(game: BayesianGame) -> bool:
    """Whether none but the last mover, who moves alone, has types, and the game with its types as players is small."""
    informed = [axis for axis in range(len(game.actions)) if game.place(axis) is not None]
    if not informed:
        return True
    alone = informed == [len(game.actions) - 1] and len(game.stages[-1]) == 1
    return alone and prod(game.actions[:-1]) * game.actions[-1] ** _last_kinds(game) <= MOST_CELLS


def solve_unlearned(game: BayesianGame, ends: NDArray[np.intp], nash: Nash) -> Unlearned:
    """Find all perfect Bayesian equilibria of a game for which `is_unlearned` holds.

    Parameters
    ----------
    game
        The game.
    ends
        A label for what each combination of types and actions ends in, shape (t1, ..., tk, a1, ..., am).
    nash
        Solves a strategic game given as an array of shape (movers, a1, ..., ak).
    """
    staged = _with_types_as_players(game, ends)
    found = solve_subgame_perfect(staged, nash)
    points = found.equilibria.points
    place = {point.lottery: index for index, point in enumerate(points)}
    return Unlearned(
        tuple(_by_type(game, strategy(found, point)) for point in points),
        tuple(tuple(sorted(place[point.lottery] for point in piece.points)) for piece in found.equilibria.pieces),
        tuple(piece.convex for piece in found.equilibria.pieces),
        found.equilibria.gaps,
    )


def _last_kinds(game: BayesianGame) -> int:
    """The number of types of the last mover; none if it has no private information."""
    place = game.place(len(game.actions) - 1)
    return 0 if place is None else game.kinds[place]


def _with_types_as_players(game: BayesianGame, ends: NDArray[np.intp]) -> StagedGame:
    """The game of observed actions in which every type of the last mover moves in a stage of its own.

    Its players are those of the game, with expected payoffs, and then every type of every informed player.
    """
    count, kinds = len(game.movers), len(game.kinds)
    turns = _last_kinds(game)
    place = game.place(count - 1)

    def played(table: NDArray[Any], types: tuple[int, ...]) -> NDArray[Any]:
        """What depends on the actions, with one axis for the last action of every type."""
        if place is None:
            return table
        shape = [*table.shape[:-1], *(table.shape[-1] if turn == types[place] else 1 for turn in range(turns))]
        return table.reshape(shape)

    shape = (*game.actions[: count - (turns > 0)], *[game.actions[-1]] * turns)
    labels = np.zeros(shape, dtype=np.intp)
    players = game.payoffs.shape[kinds]
    payoffs = np.zeros((players + sum(game.kinds), *shape))
    for types in np.ndindex(*game.kinds):
        labels = _numbered(labels, played(ends[types], types))
        for player in range(players):
            worth = played(game.payoffs[types][player], types)
            payoffs[player] += game.prior[types] * worth
            if player in game.informed:
                own = game.informed.index(player)
                others = prod(game.priors[other][kind] for other, kind in enumerate(types) if other != own)
                payoffs[players + sum(game.kinds[:own]) + types[own]] += others * worth
    seats = [list(stage) for stage in (game.stages[:-1] if turns else game.stages)]
    if place is not None:
        seats += [[players + sum(game.kinds[:place]) + turn] for turn in range(turns)]
    stages = tuple(tuple(own_payoff(seat, len(payoffs)) for seat in stage) for stage in seats)
    if game.can_be is not None:
        can_be = [np.broadcast_to(played(game.can_be, types), shape) for types in np.ndindex(*game.kinds)]
        labels = np.where(np.logical_and.reduce(can_be), labels, -1)
    return StagedGame(payoffs, labels, stages)


def _numbered(labels: NDArray[np.intp], more: NDArray[np.intp]) -> NDArray[np.intp]:
    """A number for every pair of labels."""
    pairs = labels * (int(more.max()) + 1) + more
    return np.asarray(np.unique(pairs, return_inverse=True)[1]).reshape(pairs.shape)


def _by_type(game: BayesianGame, played: list[Floats]) -> Strategy:
    """Behaviour of the types that take turns as behaviour of their player."""
    turns = _last_kinds(game)
    if not turns:
        return [mix[None] for mix in played]
    before, last = played[: len(played) - turns], []
    joint = np.ones(game.actions[:-1])
    for turn, mix in enumerate(played[len(before) :]):
        joint = joint[..., None] * mix
        last.append(joint.sum(axis=tuple(range(joint.ndim - 1 - turn, joint.ndim - 1))))
    return [*(mix[None] for mix in before), np.array(last)]
