"""Quantal response: movers choose better actions more often, and none never (McKelvey and Palfrey 1995, 1998).

Each mover's payoffs at a state are divided by their range over all ends of the stage game, the future included, so a
precision means the same whatever the units of a utility. Movers who choose at once respond to each other: the fixed
point is the one that damped iteration from uniform play reaches.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Floats
from kgsim.dynamics.grid import StateGrid, expectations
from kgsim.dynamics.markov import Continuation, check_memory
from kgsim.dynamics.policy import Policy
from kgsim.dynamics.world import World
from kgsim.errors import GameError
from kgsim.games.objectives import RULES
from kgsim.scenario.payoffs import parameter_values
from kgsim.structures.blocs import objective
from kgsim.tolerances import FIXED_POINT

#: Steps of the iteration, at most, and the share of each that is taken.
STEPS, DAMPING = 2_000, 0.5

#: Numbers worked on at once.
CELLS = 4_000_000


@dataclass(frozen=True, eq=False)
class Tree:
    """A structure as a table of its movers' actions in order of play.

    Attributes
    ----------
    world
        The structure.
    """

    world: World

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
        scenario = self.world.scenario
        decisions = list(scenario.decisions)
        labels = self.world.engine.deals.labels[self.world.structure]
        movers = [mover for stage in self._structure.play for mover in stage]
        order = [decisions.index(decision) for mover in movers for decision in mover]
        rest = [axis for axis in range(len(decisions)) if axis not in order]
        shape = [prod(labels.shape[decisions.index(decision)] for decision in mover) for mover in movers]
        return labels.transpose(*order, *rest).reshape(shape)

    @property
    def _structure(self):  # type: ignore[no-untyped-def]
        return self.world.scenario.structures[self.world.structure]

    def objectives(self, payoffs: Floats) -> Floats:
        """Every mover's objective at every deal; shape (movers, deals, states).

        Raises
        ------
        GameError
            If a bloc's rule is no maximisation of expected utility.
        """
        scenario, blocs = self.world.scenario, self._structure.blocs
        for bloc in blocs.values():
            if not RULES[bloc.rule].linear:
                raise GameError(
                    f"structure {self.world.structure}: a bloc under the rule {bloc.rule!r} has no expected "
                    "utility to respond to; use --policy markov, or a bloc with weights"
                )
        players, base = list(scenario.players), parameter_values(scenario, {})
        movers = [mover for stage in self._structure.play for mover in stage]
        wanted = [objective(scenario, mover, blocs.get(mover), players, base, None) for mover in movers]
        return np.array([each.score(np.moveaxis(payoffs, 0, -1)) for each in wanted])


def solve_logit(
    world: World, grid: StateGrid, precision: float, progress: Callable[[int, int], None] | None = None
) -> Policy:
    """Find the Markov quantal response of a precision by backward induction.

    Parameters
    ----------
    world, grid
        The structure and the states.
    precision
        0 is uniform play; as it grows, play approaches best responses.
    progress
        Told how many rounds are done, of how many.

    Returns
    -------
    Policy
        Its `accuracy` holds ``residual``, the largest distance of any chance from the response to the others', and
        ``unsettled``, the share of rounds and states at which the iteration did not settle.

    Raises
    ------
    GameError
        If the precision is negative, or a bloc bargains.
    """
    if not (np.isfinite(precision) and precision >= 0.0):
        raise GameError(f"the precision must be 0 or more, not {precision:g}")
    tree = Tree(world)
    states = grid.states
    at = Continuation(world, states, expectations(world, grid, states))
    deals = len(world.engine.deals.outcomes)
    check_memory(world.horizon, grid, deals)
    lotteries = np.zeros((world.horizon, grid.size, deals), dtype=np.float32)
    values = np.zeros((grid.size, len(world.scenario.players)))
    marks = {"residual": 0.0, "unsettled": 0.0}
    chunk = max(1, min(1024, CELLS // (tree.labels.size * max(1, len(tree.labels.shape)))))
    for number in reversed(range(world.horizon)):
        ahead = at.ahead(values)
        values = np.zeros_like(values)
        for first in range(0, grid.size, chunk):
            part = slice(first, min(first + chunk, grid.size))
            table, _ = at.payoffs(part, ahead, world.horizon - 1 - number)
            share, residual = respond(tree, table, precision)
            values[part] = np.einsum("dm,pdm->mp", share, table)
            lotteries[number, part] = np.cumsum(share, axis=0).T
            marks["residual"] = max(marks["residual"], float(residual.max()))
            marks["unsettled"] += int((residual > 1e-6).sum()) / (world.horizon * grid.size)
        if progress is not None:
            progress(world.horizon - number, world.horizon)
    told = f"quantal response with precision {precision:g} on payoffs scaled to each mover's range"
    return Policy("logit", told, grid, None, lotteries, values, marks)


def respond(tree: Tree, payoffs: Floats, precision: float) -> tuple[Floats, Floats]:
    """Quantal responses at some states.

    Parameters
    ----------
    tree
        The structure.
    payoffs
        Of every deal; shape (players, deals, states).
    precision
        As for `solve_logit`.

    Returns
    -------
    chances, residual
        Chance of each deal, shape (deals, states), and how far the chances of movers who choose at once are from the
        response to each other, shape (states,).
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
    path = np.ones((1, count))
    for chance in reversed(chances):
        path = (path.reshape(*chance.shape[:-2], 1, count) * chance).reshape(-1, count)
    deals = np.zeros((payoffs.shape[1], count))
    np.add.at(deals, tree.labels.ravel(), path)
    return deals, residual


def _at_once(worth: Floats, movers: tuple[int, ...], precision: float) -> tuple[Floats, Floats]:
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
