"""One equilibrium of a game with types, selected by following quantal responses (see `kgsim.solvers.extensive`)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kgsim.errors import GameError, StructureError
from kgsim.games.bayesian import BayesianGame, beliefs
from kgsim.games.bayesian_tree import plain_names, unfold
from kgsim.solvers.bayesian.equilibria import BayesianEquilibrium
from kgsim.solvers.bayesian.mixed import with_beliefs
from kgsim.solvers.extensive.logit_path import logit_path
from kgsim.tolerances import VANISHING

#: Nodes of a tree in which a path is followed.
MOST_NODES = 5_000

REMARK = "one of possibly many, selected by following quantal responses to ever fewer errors"


def selected_equilibrium(game: BayesianGame, ends: NDArray[np.intp]) -> BayesianEquilibrium | None:
    """The sequential equilibrium that the agent logit path leads to; None if it leads nowhere or the tree is large."""
    try:
        tree, keys = unfold(game, ends, plain_names(game, ends), MOST_NODES)
        limit = logit_path(tree)
    except (GameError, StructureError):
        return None
    if not limit.arrived:
        return None
    nearly = []
    for axis, seen in enumerate(game.seen):
        place = game.place(axis)
        mix = np.zeros((1 if place is None else game.kinds[place], *game.actions[:seen], game.actions[axis]))
        mix[..., 0] = 1.0
        nearly.append(mix)
    for index, mix in limit.behaviour.items():
        axis, kind, history = keys[index]
        here = nearly[axis][(kind or 0, *history)]
        here[:] = 0.0
        here[list(game.options(axis, history))] = mix
    nearly = list(game.within(nearly))
    strategy = []
    for mix in nearly:
        kept = np.where(mix < VANISHING, 0.0, mix)
        strategy.append(kept / kept.sum(axis=-1, keepdims=True))
    known = beliefs(game, nearly, {})
    everywhere = {
        (history, place): each.belief[(slice(None), *history)]
        for last, after in zip(game.first_axis[1:], known[1:], strict=True)
        for history in np.ndindex(*game.actions[:last])
        for place, each in enumerate(after)
    }
    return with_beliefs(game, strategy, everywhere, REMARK)
