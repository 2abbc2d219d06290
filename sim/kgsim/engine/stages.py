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


def one_mover(layer: Layer, below: Layer, sets: Sets, score: Floats, tolerance: Floats, fast: bool = False) -> Sets:
    """Solve the subgames of a stage with one mover that maximises expected utility.

    Parameters
    ----------
    layer, below
        The stage's layer and the next.
    sets
        The solution of the layer below.
    score
        The mover's utility of each deal; shape (deals, points).
    tolerance
        Differences of utility up to it are ties; shape (points,).
    fast
        Whether to use compiled kernels, which give the same answer.
    """
    inner, _, slack = best(layer, below, sets, score, tolerance, fast)
    slack = np.maximum(sets.slack, slack)
    split = np.zeros(len(slack), dtype=bool)
    tied = sets.several(below, fast)
    if len(tied):
        inner[:, tied], slack[tied], split[tied] = _held(layer, below, sets.only(tied), score[:, tied], tolerance[tied])
    exact = Sets.exact(inner, slack)
    points = np.union1d(np.flatnonzero(split), sets.wide)
    if not len(points):
        return exact
    possible = sets.at(points)
    score, tolerance = score[:, points], tolerance[points]
    low, high = Members.of(below, possible).bounds(score)
    level = layer.cells.fold(np.maximum, low[layer.cell_child])
    # A deal below the bar may still be one half of a mixture that meets it.
    mixed = high[layer.cell_child] > (level + tolerance)[layer.cell_game]
    reached = (score[layer.entry_deal] >= (level - tolerance)[layer.cell_game[layer.entry_cell]]) | mixed[
        layer.entry_cell
    ]
    return widened(exact, points, gathered(layer, possible[layer.entry_below] & reached))


def several_movers(
    layer: Layer,
    below: Layer,
    sets: Sets,
    scores: Sequence[Floats],
    tolerances: Sequence[Floats],
    *,
    randomise: bool = True,
    fast: bool = False,
) -> Sets:
    """Solve the subgames of a stage whose movers choose at once.

    Parameters as for `one_mover`, with a score and a tolerance for each mover; without `randomise` only pure equilibria
    count.
    """
    if fast and not all(np.isfinite(score).all() for score in scores):
        fast = False
    if fast:
        exact, split, lows, highs = _played(layer, below, sets, scores, tolerances)
    else:
        exact, split, lows, highs = _played_by_arrays(layer, below, sets, scores, tolerances)
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
        for score, high, level, tolerance in zip(chosen, highs, levels, tolerances, strict=True):
            mixed = high[:, points] > level + tolerance[points]
            reached &= (score[layer.entry_deal] >= (level - tolerance[points])[layer.entry_cell]) | mixed[
                layer.entry_cell
            ]
        outer[:, points] |= gathered(layer, reached)
    if randomise:
        randomised = _randomised(layer, lows, highs, tolerances, fast)
        if fast:
            ends = sets.at(every) if len(sets.wide) else sets.inner
            kernels().reached(layer.entry_first, layer.entry_cell, layer.entry_below, randomised, ends, outer)
        else:
            kept = np.flatnonzero(np.asarray(randomised.any(axis=1))[layer.entry_cell])
            if len(kept):
                found = randomised[layer.entry_cell[kept]] & sets.at(every)[layer.entry_below[kept]]
                outer |= gathered(layer, found, kept)
    return widened(exact, every, outer)


def best(
    layer: Layer, below: Layer, sets: Sets, score: Floats, tolerance: Floats, fast: bool = False
) -> tuple[Bools, Floats, Floats]:
    """What is best in each subgame of a stage of one mover, where one deal alone follows each of the mover's choices.

    Parameters as for `one_mover`; a score may be -inf, and such a deal is never chosen.

    Returns
    -------
    inner
        The deals chosen; shape (slots, points).
    level
        What the best is worth, -inf if nothing is; shape (subgames, points).
    slack
        The largest shortfall of a deal chosen; shape (points,).
    """
    points = score.shape[1]
    if fast and not np.isnan(score).any():
        inner, level, slack = (
            np.empty((len(layer.slot_deal), points), bool),
            np.empty((layer.games, points)),
            np.zeros(points),
        )
        follows = sets.follows(layer, fast) if below.shape else np.broadcast_to(True, (len(layer.slot_deal), 1))
        kernels().best(
            layer.slot_first, layer.slot_deal, np.ascontiguousarray(follows), score, tolerance, inner, level, slack
        )
        return inner, level, slack
    worth = score[layer.slot_deal]
    if below.shape:
        worth = np.where(sets.follows(layer), worth, -np.inf)
    level = layer.slots.fold(np.maximum, worth)
    bar = level - tolerance
    inner = (worth >= bar[layer.slot_game]) & (worth > -np.inf)
    if np.count_nonzero(inner) == inner.shape[1] * layer.games:
        # Each set holds the best alone.
        return inner, level, np.zeros(points)
    with np.errstate(invalid="ignore"):
        return inner, level, np.where(inner, level[layer.slot_game] - worth, 0.0).max(axis=0)


def _held(layer: Layer, below: Layer, sets: Sets, score: Floats, tolerance: Floats) -> tuple[Bools, Floats, Bools]:
    """What a mover may choose where several deals may follow its choices, held to the worst of each.

    Returns also the largest shortfall, and where a mixture of what follows might matter.
    """
    low, high = sets.members(below).bounds(score)
    level = layer.cells.fold(np.maximum, low[layer.cell_child])
    apart = low[layer.cell_child] < (level - tolerance)[layer.cell_game]
    apart &= high[layer.cell_child] > (level + tolerance)[layer.cell_game]
    worth = score[layer.slot_deal]
    inner = sets.follows(layer) & (worth >= (level - tolerance)[layer.slot_game])
    lack = np.where(inner, level[layer.slot_game] - worth, 0.0).max(axis=0)
    return inner, np.maximum(sets.slack, lack), np.asarray(apart.any(axis=0))


def _played(
    layer: Layer,
    below: Layer,
    sets: Sets,
    scores: Sequence[Floats],
    tolerances: Sequence[Floats],
) -> tuple[Sets, Bools, Stack, Stack]:
    """As `_played_by_arrays`."""
    points = sets.inner.shape[1]
    lows = np.empty((len(scores), len(layer.cell_child), points))
    exact = not len(sets.several(below, True)) and not len(sets.wide)
    highs = lows if exact else np.empty_like(lows)
    inner = np.zeros((len(layer.slot_deal), points), dtype=bool)
    split, slack = np.zeros(points, dtype=bool), sets.slack.copy()
    kernels().at_once(
        *frames(layer, below, sets),
        layer.entry_cell,
        np.array(layer.shape),
        np.array(scores),
        np.array(tolerances),
        exact,
        lows,
        highs,
        inner,
        split,
        slack,
    )
    return Sets.exact(inner, slack), split, lows, highs


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
    layer: Layer, below: Layer, sets: Sets, scores: Sequence[Floats], tolerances: Sequence[Floats]
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
    played = np.logical_and.reduce(
        [high >= level - tolerance for high, level, tolerance in zip(highs, levels, tolerances, strict=True)]
    )
    split = np.logical_or.reduce(
        [
            (low < level - tolerance) & (high > level + tolerance)
            for low, high, level, tolerance in zip(lows, highs, levels, tolerances, strict=True)
        ]
    )
    kept = np.flatnonzero(played.any(axis=1)[layer.entry_cell])
    cell, deal = layer.entry_cell[kept], layer.entry_deal[kept]
    reached = played[cell] & sets.inner[layer.entry_below[kept]]
    if len(members.several):
        shortfall = np.zeros(reached.shape)
        for score, level, tolerance in zip(scores, levels, tolerances, strict=True):
            lack = level[cell] - score[deal]
            reached &= score[deal] >= (level - tolerance)[cell]
            np.maximum(shortfall, lack, out=shortfall)
        shortfall = np.where(reached, shortfall, 0.0)
    else:
        # Whatever follows a cell is worth the same, so that the cell says it all.
        lacks = [level - low for level, low in zip(levels, lows, strict=True)]
        shortfall = np.where(played, np.maximum.reduce(lacks), 0.0)
    slack = np.maximum(sets.slack, shortfall.max(axis=0, initial=0.0))
    exact = Sets.exact(gathered(layer, reached, kept), slack)
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
    tolerances: Sequence[Floats],
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
        found.append(possible_cells(worst, best, np.array(tolerances), fast))
    return np.array(found).reshape(-1, low.shape[-1])
