"""Noisy opponents: agent quantal responses of all but one player, who answers them as well as can be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kgsim.errors import GameError
from kgsim.results import Result
from kgsim.scenario.deals import deals_of
from kgsim.scenario.unfit import unfit_for_noise
from kgsim.structures.build import Staging
from kgsim.structures.quantal import Tree, behaviour


def noisy(result: Result, structure: str, player: str, precision: float, staging: Staging) -> list[np.ndarray]:
    """Return strategies, one a mover: noisy ones, and for the player's own moves its best answer to them.

    The noisy ones are the agent quantal response equilibrium at this precision (McKelvey and Palfrey 1998), in which
    the others expect noise of the player too; what it could get at best is told against them as they are.

    Raises
    ------
    GameError
        If the structure cannot be played so, with the reason and what to do.
    """
    scenario = result.scenario
    unfit = unfit_for_noise(scenario, scenario.structures[structure])
    if unfit:
        raise GameError(unfit)
    deals = deals_of(scenario)
    payoffs = deals.payoffs(scenario, {name: np.array([value]) for name, value in result.values.items()})
    stages, _ = behaviour(Tree(scenario, structure, deals.labels[structure]), payoffs, precision)
    mixes: list[np.ndarray] = []
    for stage, chance in enumerate(stages):
        sizes = staging.game.stage_shape(stage)
        joint = chance[..., 0].reshape(*chance.shape[:-2], *sizes)
        own = range(joint.ndim - len(sizes), joint.ndim)
        mixes += [joint.sum(axis=tuple(other for other in own if other != axis)) for axis in own]
    mine = [any(scenario.decisions[name].player == player for name in mover) for mover in staging.movers]
    return best_answer(staging, mixes, mine, list(scenario.players).index(player))


def best_answer(staging: Staging, mixes: Sequence[np.ndarray], mine: Sequence[bool], player: int) -> list[np.ndarray]:
    """Replace a player's own strategies by the best answer to the others', by backward induction."""
    answered, game = list(mixes), staging.game
    worth = game.payoffs[player]
    for stage in reversed(range(len(game.stages))):
        first, last = game.first_axis[stage], game.first_axis[stage + 1]
        for axis in reversed([axis for axis in range(first, last) if not mine[axis]]):
            mix = mixes[axis]
            moved = np.moveaxis(worth, axis, first)
            worth = (moved * mix.reshape(*mix.shape, *[1] * (moved.ndim - mix.ndim))).sum(axis=first)
        own = [axis for axis in range(first, last) if mine[axis]]
        flat = worth.reshape(*worth.shape[:first], -1)
        best = np.unravel_index(flat.argmax(axis=-1), worth.shape[first:]) if own else ()
        for axis, number in zip(own, best, strict=True):
            answered[axis] = np.eye(game.outcomes.shape[axis])[number]
        worth = flat.max(axis=-1) if own else worth
    return answered
