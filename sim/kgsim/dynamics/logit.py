"""Quantal response in rounds of play (`kgsim.structures.quantal`), the future included in what an action is worth."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kgsim.dynamics.grid import StateGrid, expectations
from kgsim.dynamics.markov import Continuation, check_memory
from kgsim.dynamics.policy import Policy
from kgsim.dynamics.world import World
from kgsim.errors import GameError
from kgsim.structures.quantal import Tree, respond

#: Numbers worked on at once.
CELLS = 4_000_000


def tree_of(world: World) -> Tree:
    """A world's structure as a table of its movers' actions."""
    return Tree(world.scenario, world.structure, world.engine.deals.labels[world.structure])


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
    tree = tree_of(world)
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
