"""Backward induction on sets of deals: the stages of movers who maximise expected utility.

For all subgames of a stage and all parameter points at once. The recursion is that of `kgsim.solvers`: a mover's
alternatives are held against the *worst* equilibrium of what follows each (see `kgsim.engine.sets`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from kgsim.arrays import Bools, Floats, Integers
from kgsim.engine.plan import Layer
from kgsim.engine.sets import Members, Sets, gathered, kernels, widened
from kgsim.engine.supports import possible_cells

#: An array for each mover.
Stack: TypeAlias = Sequence[Floats] | Floats


def one_mover(layer: Layer, below: Layer, sets: Sets, score: Floats, fast: bool = False) -> Sets:
    """Solve the subgames of a stage with one mover that maximises expected utility.

    Parameters
    ----------
    layer, below
        The stage's layer and the next.
    sets
        The solution of the layer below.
    score
        The mover's utility of each deal, ties being exact; shape (deals, points).
    fast
        Whether to use compiled kernels, which give the same answer.
    """
    inner, _ = best(layer, below, sets, score, fast)
    split = np.zeros(inner.shape[1], dtype=bool)
    tied = sets.several(below, fast)
    if len(tied):
        inner[:, tied], split[tied] = _held(layer, below, sets.only(tied), score[:, tied])
    exact = Sets.exact(inner)
    points = np.union1d(np.flatnonzero(split), sets.wide)
    if not len(points):
        return exact
    possible = sets.at(points)
    score = score[:, points]
    low, high = Members.of(below, possible).bounds(score)
    level = layer.cells.fold(np.maximum, low[layer.cell_child])
    # A deal below the bar may still be one half of a mixture that meets it.
    mixed = high[layer.cell_child] > level[layer.cell_game]
    reached = (score[layer.entry_deal] >= level[layer.cell_game[layer.entry_cell]]) | mixed[layer.entry_cell]
    return widened(exact, points, gathered(layer, possible[layer.entry_below] & reached))


def surplus(layer: Layer, below: Layer, sets: Sets, score: Floats, inner: Bools) -> Integers:
    """The points at which something in a set is worth more to its mover than what it can be sure of."""
    tied = sets.several(below)
    if not len(tied):
        return tied
    low, _ = sets.only(tied).members(below).bounds(score[:, tied])
    level = layer.cells.fold(np.maximum, low[layer.cell_child])
    more = inner[:, tied] & (score[:, tied][layer.slot_deal] > level[layer.slot_game])
    return tied[more.any(axis=0)]


def several_movers(
    layer: Layer,
    below: Layer,
    sets: Sets,
    scores: Sequence[Floats],
    *,
    randomise: bool = True,
    fast: bool = False,
) -> Sets:
    """Solve the subgames of a stage whose movers choose at once.

    Parameters as for `one_mover`, with a score for each mover; without `randomise` only pure equilibria
    count.
    """
    if fast and not all(np.isfinite(score).all() for score in scores):
        fast = False
    if fast:
        exact, split, lows, highs = _played(layer, below, sets, scores)
    else:
        exact, split, lows, highs = _played_by_arrays(layer, below, sets, scores)
    every = np.arange(len(split))
    outer = exact.inner.copy()
    points = np.union1d(np.flatnonzero(split), sets.wide)
    if len(points):
        possible = sets.at(points)
        chosen = [score[:, points] for score in scores]
        outermost = Members.of(below, possible)
        for mover, score in enumerate(chosen):
            low, high = outermost.bounds(score)
            lows[mover][:, points], highs[mover][:, points] = low[layer.cell_child], high[layer.cell_child]
        levels = _levels(layer, [low[:, points] for low in lows])
        reached = possible[layer.entry_below]
        for score, high, level in zip(chosen, highs, levels, strict=True):
            mixed = high[:, points] > level
            reached &= (score[layer.entry_deal] >= level[layer.entry_cell]) | mixed[layer.entry_cell]
        outer[:, points] |= gathered(layer, reached)
    if randomise:
        randomised = _randomised(layer, lows, highs, fast)
        if fast:
            ends = sets.at(every) if len(sets.wide) else sets.inner
            kernels().reached(layer.entry_first, layer.entry_cell, layer.entry_below, randomised, ends, outer)
        else:
            kept = np.flatnonzero(np.asarray(randomised.any(axis=1))[layer.entry_cell])
            if len(kept):
                found = randomised[layer.entry_cell[kept]] & sets.at(every)[layer.entry_below[kept]]
                outer |= gathered(layer, found, kept)
    return widened(exact, every, outer)


def best(layer: Layer, below: Layer, sets: Sets, score: Floats, fast: bool = False) -> tuple[Bools, Floats]:
    """What is best in each subgame of a stage of one mover, where one deal alone follows each of the mover's choices.

    Parameters as for `one_mover`; a score may be -inf, and such a deal is never chosen.

    Returns
    -------
    inner
        The deals chosen; shape (slots, points).
    level
        What the best is worth, -inf if nothing is; shape (subgames, points).
    """
    points = score.shape[1]
    if fast and not np.isnan(score).any():
        inner, level = np.empty((len(layer.slot_deal), points), bool), np.empty((layer.games, points))
        follows = sets.follows(layer, fast) if below.shape else np.empty((len(layer.slot_deal), 0), dtype=bool)
        kernels().best(layer.slot_first, layer.slot_deal, np.ascontiguousarray(follows), score, inner, level)
        return inner, level
    worth = score[layer.slot_deal]
    if below.shape:
        worth = np.where(sets.follows(layer), worth, -np.inf)
    level = layer.slots.fold(np.maximum, worth)
    return (worth >= level[layer.slot_game]) & (worth > -np.inf), level


def _held(layer: Layer, below: Layer, sets: Sets, score: Floats) -> tuple[Bools, Bools]:
    """What a mover may choose where several deals may follow its choices, held to the worst of each.

    Returns also where a mixture of what follows might matter.
    """
    low, high = sets.members(below).bounds(score)
    level = layer.cells.fold(np.maximum, low[layer.cell_child])
    apart = low[layer.cell_child] < level[layer.cell_game]
    apart &= high[layer.cell_child] > level[layer.cell_game]
    inner = sets.follows(layer) & (score[layer.slot_deal] >= level[layer.slot_game])
    return inner, np.asarray(apart.any(axis=0))


def _played(layer: Layer, below: Layer, sets: Sets, scores: Sequence[Floats]) -> tuple[Sets, Bools, Stack, Stack]:
    """As `_played_by_arrays`."""
    points = sets.inner.shape[1]
    lows = np.empty((len(scores), len(layer.cell_child), points))
    exact = not len(sets.several(below, True)) and not len(sets.wide)
    highs = lows if exact else np.empty_like(lows)
    inner = np.zeros((len(layer.slot_deal), points), dtype=bool)
    split = np.zeros(points, dtype=bool)
    kernels().at_once(
        *frames(layer, below, sets),
        layer.entry_cell,
        np.array(layer.shape),
        np.array(scores),
        exact,
        lows,
        highs,
        inner,
        split,
    )
    return Sets.exact(inner), split, lows, highs


def frames(layer: Layer, below: Layer, sets: Sets) -> tuple[Integers | Bools, ...]:
    """What every kernel of a stage begins with: the layer below with its sets, and the stage's layer."""
    return (
        below.slot_first,
        below.slot_deal,
        sets.inner,
        layer.cell_child,
        layer.cell_first,
        layer.slot_first,
        layer.slot_deal,
        layer.entry_first,
        layer.entry_below,
    )


def _played_by_arrays(
    layer: Layer, below: Layer, sets: Sets, scores: Sequence[Floats]
) -> tuple[Sets, Bools, Stack, Stack]:
    """The pure equilibria of a stage of several movers.

    Returns also the points at which a mixture of what follows might matter, and the bounds of every mover's utility of
    each cell.
    """
    members = sets.members(below)
    by_child = [members.bounds(score) for score in scores]
    lows = [low[layer.cell_child] for low, _ in by_child]
    highs = [high[layer.cell_child] for _, high in by_child]
    levels = _levels(layer, lows)
    played = np.logical_and.reduce([high >= level for high, level in zip(highs, levels, strict=True)])
    split = np.logical_or.reduce(
        [(low < level) & (high > level) for low, high, level in zip(lows, highs, levels, strict=True)]
    )
    kept = np.flatnonzero(played.any(axis=1)[layer.entry_cell])
    cell, deal = layer.entry_cell[kept], layer.entry_deal[kept]
    reached = played[cell] & sets.inner[layer.entry_below[kept]]
    if len(members.several):
        for score, level in zip(scores, levels, strict=True):
            reached &= score[deal] >= level[cell]
    exact = Sets.exact(gathered(layer, reached, kept))
    return exact, np.asarray((split & played).any(axis=0)), lows, highs


def _levels(layer: Layer, lows: Sequence[Floats]) -> list[Floats]:
    """For each cell and mover the worst it can be held to by deviating there; shape (cells, points)."""
    levels = []
    for mover, low in enumerate(lows):
        table = low.reshape(layer.games, *layer.shape, -1)
        levels.append(np.broadcast_to(table.max(axis=1 + mover, keepdims=True), table.shape).reshape(low.shape))
    return levels


def _randomised(
    layer: Layer,
    lows: Stack,
    highs: Stack,
    fast: bool,
) -> Bools:
    """The cells that some equilibrium in which movers randomise might reach; shape (cells, points)."""
    shape = (len(lows), layer.games, *layer.shape, -1)
    low = np.asarray(lows).reshape(shape)
    high = low if highs is lows else np.asarray(highs).reshape(shape)
    found = []
    for game in range(layer.games):
        worst = np.ascontiguousarray(low[:, game])
        best = worst if high is low else np.ascontiguousarray(high[:, game])
        found.append(possible_cells(worst, best, fast))
    return np.array(found).reshape(-1, low.shape[-1])
