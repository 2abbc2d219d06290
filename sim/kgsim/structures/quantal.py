"""Quantal response: movers choose better actions more often, and none never (McKelvey and Palfrey 1995, 1998).

Each mover's payoffs are divided by their range over all ends of the game, so a precision means the same whatever the
units of a utility. Movers who choose at once respond to each other: of several fixed points the one is told that damped
iteration from even play reaches.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Floats
from kgsim.errors import GameError
from kgsim.games.objectives import RULES
from kgsim.scenario.model import Scenario
from kgsim.scenario.payoffs import parameter_values
from kgsim.structures.blocs import objective
from kgsim.tolerances import FIXED_POINT

#: Steps of the iteration, at most, and the share of each that is taken.
STEPS, DAMPING = 2_000, 0.5


@dataclass(frozen=True, eq=False)
class Tree:
    """A structure as a table of its movers' actions in order of play.

    Attributes
    ----------
    scenario, structure
        The structure.
    deal
        The deal of each profile, one axis a decision (`kgsim.scenario.deals.Deals.labels`).
    """

    scenario: Scenario
    structure: str
    deal: NDArray[np.intp]

    @cached_property
    def stages(self) -> tuple[tuple[int, ...], ...]:
        """Axes of each stage's movers; every mover has one axis, in order of play."""
        found, axis = [], 0
        for stage in self._structure.play:
            found.append(tuple(range(axis, axis + len(stage))))
            axis += len(stage)
        return tuple(found)

    @cached_property
    def labels(self) -> NDArray[np.intp]:
        """The deal of each profile, one axis a mover."""
        decisions, labels = list(self.scenario.decisions), self.deal
        movers = [mover for stage in self._structure.play for mover in stage]
        order = [decisions.index(decision) for mover in movers for decision in mover]
        rest = [axis for axis in range(len(decisions)) if axis not in order]
        shape = [prod(labels.shape[decisions.index(decision)] for decision in mover) for mover in movers]
        return labels.transpose(*order, *rest).reshape(shape)

    @property
    def _structure(self):  # type: ignore[no-untyped-def]
        return self.scenario.structures[self.structure]

    def objectives(self, payoffs: Floats) -> Floats:
        """Every mover's objective at every deal; shape (movers, deals, states).

        Raises
        ------
        GameError
            If a bloc's rule is no maximisation of expected utility.
        """
        scenario, blocs = self.scenario, self._structure.blocs
        for bloc in blocs.values():
            if not RULES[bloc.rule].linear:
                raise GameError(
                    f"structure {self.structure}: a bloc under the rule {bloc.rule!r} has no expected "
                    "utility to respond to; use a bloc with weights, or --policy markov in rounds"
                )
        players, base = list(scenario.players), parameter_values(scenario, {})
        movers = [mover for stage in self._structure.play for mover in stage]
        wanted = [objective(scenario, mover, blocs.get(mover), players, base, None) for mover in movers]
        return np.array([each.score(np.moveaxis(payoffs, 0, -1)) for each in wanted])


def respond(tree: Tree, payoffs: Floats, precision: float | Floats) -> tuple[Floats, Floats]:
    """Quantal responses at some states.

    Parameters
    ----------
    tree
        The structure.
    payoffs
        Of every deal; shape (players, deals, states).
    precision
        0 is even play; as it grows, play approaches best responses. One number, or one for each state.

    Returns
    -------
    chances, residual
        Chance of each deal, shape (deals, states), and how far the chances of movers who choose at once are from the
        response to each other, shape (states,).
    """
    chances, residual = behaviour(tree, payoffs, precision)
    count = payoffs.shape[-1]
    path = np.ones((1, count))
    for chance in chances:
        path = (path.reshape(*chance.shape[:-2], 1, count) * chance).reshape(-1, count)
    deals = np.zeros((payoffs.shape[1], count))
    np.add.at(deals, tree.labels.ravel(), path)
    return deals, residual


def behaviour(tree: Tree, payoffs: Floats, precision: float | Floats) -> tuple[list[Floats], Floats]:
    """Return the chances of what is chosen at each stage, and the residual; see `respond`.

    One array a stage: all actions of earlier stages, then the stage's actions, those of movers who choose at once
    combined in one axis, then the states.
    """
    objectives = tree.objectives(payoffs)
    spread = np.ptp(objectives[:, np.unique(tree.labels)], axis=1)
    objectives = objectives / np.where(spread > 0.0, spread, 1.0)[:, None]
    worth = objectives[:, tree.labels]
    count = payoffs.shape[-1]
    residual = np.zeros(count)
    chances: list[Floats] = []
    for movers in reversed(tree.stages):
        if len(movers) == 1:
            own = np.moveaxis(worth[movers[0]], movers[0], -2)
            chance = _softmax(precision * own, axis=-2)
            worth = np.einsum("...am,p...am->p...m", chance, np.moveaxis(worth, 1 + movers[0], -2))
            chances.append(chance)
            continue
        joint, off = _at_once(worth, movers, precision)
        residual = np.maximum(residual, off)
        flat = worth.reshape(*worth.shape[: 1 + movers[0]], -1, count)
        worth = np.einsum("...am,p...am->p...m", joint, flat)
        chances.append(joint)
    return chances[::-1], residual


def _at_once(worth: Floats, movers: tuple[int, ...], precision: float | Floats) -> tuple[Floats, Floats]:
    """The joint chances of movers who choose at once, actions flattened, and their residual by state."""
    sizes = [worth.shape[1 + mover] for mover in movers]
    prefix = worth.shape[1 : 1 + movers[0]]
    count = worth.shape[-1]
    own = [worth[mover].reshape(-1, *sizes, count) for mover in movers]
    games = own[0].shape[0]
    play = [np.full((games, size, count), 1.0 / size) for size in sizes]
    gap = np.zeros((games, count))
    for _ in range(STEPS):
        answer = []
        for place in range(len(movers)):
            expected = own[place]
            for other in reversed(range(len(movers))):
                if other != place:
                    weight = play[other].reshape(
                        games, *(sizes[other] if axis == other else 1 for axis in range(len(movers))), count
                    )
                    expected = (expected * weight).sum(axis=1 + other, keepdims=True)
            answer.append(_softmax(precision * expected.reshape(games, sizes[place], count), axis=1))
        gap = np.max([np.abs(new - old).max(axis=1) for new, old in zip(answer, play, strict=True)], axis=0)
        if gap.max() <= FIXED_POINT:
            break
        play = [old + DAMPING * (new - old) for new, old in zip(answer, play, strict=True)]
    joint = play[0]
    for chance in play[1:]:
        joint = (joint[:, :, None] * chance[:, None]).reshape(games, -1, count)
    return joint.reshape(*prefix, -1, count), gap.max(axis=0)


def _softmax(values: Floats, axis: int) -> Floats:
    raised = np.exp(values - values.max(axis=axis, keepdims=True))
    return np.asarray(raised / raised.sum(axis=axis, keepdims=True))
