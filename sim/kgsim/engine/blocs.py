"""Stages at which a bloc chooses one joint position, the best or one that none improves upon, at many points at once.

As in `kgsim.solvers.staged.one_mover`, where every score is at the objective's floor it ranks nothing, and its
remainder decides. Such objectives are no expected utility, so where mixtures of what follows might be judged
differently from their ends, everything that can follow counts as possible.
"""

from __future__ import annotations

from math import nextafter
from typing import NamedTuple

import numpy as np

from kgsim.arrays import Bools, Floats, Integers
from kgsim.engine.plan import Layer
from kgsim.engine.sets import Payoffs, Sets, gathered, kernels, widened
from kgsim.engine.stages import best, one_mover
from kgsim.games.objectives import Objective, improves
from kgsim.tolerances import NEAR_THE_BEST, merged_if_crowded

#: Weights of the first member's gains by which positions are found that dominate most others.
_STRONG = (0.0, 0.03, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 1.0)

#: Pairs of positions compared at once.
_PAIRS = 100_000

#: Pairs at a point from which on a few strong rivals go first.
_MANY = 1000


class Position(NamedTuple):
    """The deals that can follow a bloc's choice, and the points at which some subgame leaves it none."""

    sets: Sets
    failed: Bools


def scores(objective: Objective, payoffs: Floats) -> Floats:
    """A mover's score of each deal, ties being exact.

    Parameters
    ----------
    objective
        Of the mover's members alone, and one that ranks; it may hold arrays of one entry a point.
    payoffs
        Members' payoffs of each deal; shape (members, deals, points).
    """
    by_member = np.moveaxis(payoffs, 0, -1)
    with np.errstate(invalid="ignore"):
        score = np.ascontiguousarray(objective.score(by_member))

        def sizes(where: Bools) -> Floats:
            here = by_member[:, where]
            return np.asarray(objective.at(np.flatnonzero(where)).size(here, np.abs(here)))

        return merged_if_crowded(score, sizes)


def best_sum(
    layer: Layer, below: Layer, sets: Sets, objective: Objective, payoffs: Payoffs, fast: bool = False
) -> Sets:
    """Choose by a linear objective; parameters as for `best_position`."""
    if len(sets.several(below, fast)) or len(sets.wide):
        return one_mover(layer, below, sets, scores(objective, payoffs.whole()), fast)
    return Sets.exact(_best(layer, below, sets, objective, payoffs, fast)[0])


def best_position(
    layer: Layer, below: Layer, sets: Sets, objective: Objective, payoffs: Payoffs, fast: bool = False
) -> Position:
    """Choose by an objective that ranks positions.

    Parameters
    ----------
    layer, below, sets
        The stage, the layer below it and that layer's solution.
    objective
        As for `scores`.
    payoffs
        Of its members.
    fast
        Whether to use compiled kernels, which give the same answer.
    """
    inner, level = _best(layer, below, sets, objective, payoffs, fast)
    # Where every score is at the floor, it ranks nothing; defined nowhere, it fails.
    flat, failed = (level <= objective.floor) & (level > -np.inf), np.asarray((level == -np.inf).any(axis=0))
    points: Integers = sets.wide
    tied = sets.several(below, fast)
    if len(tied):
        inner[:, tied], flat[:, tied], failed[tied], open_ = _held(
            layer, below, sets.only(tied), objective.at(tied), payoffs.whole(tied)
        )
        points = np.union1d(points, tied[open_])
    found = Sets.exact(inner)
    if flat.any():
        columns = np.flatnonzero(flat.any(axis=0))
        rest = standing(layer, below, sets.only(columns), objective.remainder.at(columns), payoffs.only(columns), fast)
        there = flat[:, columns][layer.slot_game]
        inner[:, columns] = np.where(there, rest.sets.inner, inner[:, columns])
        failed[columns] |= rest.failed
        points = np.union1d(points, columns[rest.sets.wide]).astype(np.intp)
    return Position(widened(found, points, gathered(layer, sets.at(points)[layer.entry_below])), failed)


def _best(
    layer: Layer, below: Layer, sets: Sets, objective: Objective, payoffs: Payoffs, fast: bool
) -> tuple[Bools, Floats]:
    """`kgsim.engine.stages.best` by `scores` of the deals that can follow a choice alone, mostly a third of all.

    Ties are exact where no score but equal ones is near the best, nor the best near 0; elsewhere all deals are scored.
    """
    few = sets.followers(layer, fast)
    run, begins = few.run, few.point[few.first]
    with np.errstate(invalid="ignore"):
        score = objective.at(few.point).score(payoffs.of(layer.slot_deal[few.slot], few.point))
        top = np.maximum.reduceat(score, few.first)
        most = np.maximum.reduceat(np.where(score == -np.inf, 0.0, np.abs(score)), few.first)
        slack = NEAR_THE_BEST * (most + payoffs.size[payoffs.points[begins]])
        near = (score != top[run]) & (np.abs(score - top[run]) <= slack[run])
        close = np.concatenate([few.point[near], begins[(top != 0.0) & (np.abs(top) <= slack)]])
    inner, level = (
        np.zeros((len(layer.slot_deal), len(payoffs.points)), bool),
        np.empty((layer.games, len(payoffs.points))),
    )
    level[layer.slot_game[few.slot[few.first]], begins] = top
    kept = (score >= top[run]) & (score > -np.inf)
    inner[few.slot[kept], few.point[kept]] = True
    if len(close):
        columns = np.unique(close)
        whole = scores(objective.at(columns), payoffs.whole(columns))
        inner[:, columns], level[:, columns] = best(layer, below, sets.only(columns), whole, fast)
    return inner, level


def _held(
    layer: Layer, below: Layer, sets: Sets, objective: Objective, payoffs: Floats
) -> tuple[Bools, Bools, Bools, Bools]:
    """What the best position is where several deals may follow a position.

    Returns
    -------
    inner
        The deals picked; shape (slots, points).
    flat
        Where the objective ranks nothing; shape (subgames, points).
    failed
        Where some subgame leaves the bloc no position that every member would sign; shape (points,).
    open
        Where mixtures of what follows might be picked; shape (points,).
    """
    members, floor, score = sets.members(below), objective.floor, scores(objective, payoffs)
    low, high = members.bounds(score)
    top = layer.cells.fold(np.maximum, high[layer.cell_child])
    level = layer.cells.fold(np.maximum, low[layer.cell_child])
    # Where some continuations leave no joint gain at all the rule cannot say what is chosen then.
    idle = (level <= floor) & (top > floor)
    level = np.where(idle, nextafter(floor, np.inf), level)
    worth = score[layer.slot_deal]
    inner = sets.follows(layer) & (worth >= level[layer.slot_game]) & (worth > -np.inf)
    # Mixtures of tied continuations can score more than their ends; at most what the best of each payoff does.
    most = scores(objective, np.array([members.best(member) for member in payoffs]))
    matters = ((low < high) & (most > -np.inf))[layer.cell_child]
    matters &= most[layer.cell_child] >= level[layer.cell_game]
    flat, failed = (top <= floor) & (top > -np.inf), (top == -np.inf).any(axis=0)
    return inner, flat, np.asarray(failed), np.asarray(idle.any(axis=0) | matters.any(axis=0))


def picked(
    layer: Layer, below: Layer, sets: Sets, objective: Objective, payoffs: Payoffs, fast: bool = False
) -> Position:
    """Choose by an objective that looks at all positions together; parameters as for `best_position`.

    Where several deals may follow a position the choice depends on which do, and everything counts as possible.
    """
    follows = sets.follows(layer, fast)
    inner = np.zeros(follows.shape, dtype=bool)
    failed = np.zeros(follows.shape[1], dtype=bool)
    for game in range(layer.games):
        slots = np.flatnonzero(layer.slot_game == game)
        worth = np.moveaxis(payoffs.whole()[:, layer.slot_deal[slots]], 0, -1)
        inner[slots] = objective.choose(worth, np.abs(worth), follows[slots])
        failed |= ~inner[slots].any(axis=0)
    points = np.union1d(sets.several(below, fast), sets.wide).astype(np.intp)
    inner[:, points], failed[points] = False, False
    return Position(widened(Sets.exact(inner), points, gathered(layer, sets.at(points)[layer.entry_below])), failed)


def standing(
    layer: Layer, below: Layer, sets: Sets, objective: Objective, payoffs: Payoffs, fast: bool = False
) -> Position:
    """Choose what stands under mutual veto; parameters as for `best_position`."""
    if fast:
        inner, signed = np.zeros((2, len(layer.slot_deal), len(payoffs.points)), dtype=bool)
        failed = np.zeros(len(payoffs.points), dtype=bool)
        few = sets.followers(layer, fast)
        kept = objective.at(few.point).acceptable(payoffs.of(layer.slot_deal[few.slot], few.point))
        signed[few.slot[kept], few.point[kept]] = True
        kernels().veto(layer.slot_first, layer.slot_deal, signed, payoffs.values, payoffs.points, inner, failed)
        tied = sets.several(below, fast)
        if len(tied):
            inner[:, tied], failed[tied] = _standing(
                layer, below, sets.only(tied), objective.at(tied), payoffs.whole(tied)
            )
    else:
        inner, failed = _standing(layer, below, sets, objective, payoffs.whole())
    points = np.union1d(sets.several(below, fast), sets.wide).astype(np.intp)
    found = Sets.exact(inner)
    failed[points] = False
    return Position(widened(found, points, gathered(layer, sets.at(points)[layer.entry_below])), failed)


def _standing(layer: Layer, below: Layer, sets: Sets, objective: Objective, payoffs: Floats) -> tuple[Bools, Bools]:
    """The deals that no rival improves upon, as if no tie mattered, and where there are none."""
    follows = sets.follows(layer)
    inner = np.zeros(follows.shape, dtype=bool)
    failed = np.zeros(follows.shape[1], dtype=bool)
    members = sets.members(below)
    most = np.array([members.best(member) for member in payoffs])
    for game in range(layer.games):
        slots = np.flatnonzero(layer.slot_game == game)
        rivals = most[:, layer.cell_child[layer.cell_game == game]]
        worth = payoffs[:, layer.slot_deal[slots]]
        # What improves upon a position that stands reaches the fallback too.
        with np.errstate(invalid="ignore"):
            stands = follows[slots] & objective.acceptable(np.moveaxis(worth, 0, -1))
            usable = np.isfinite(rivals).all(axis=0) & objective.acceptable(np.moveaxis(rivals, 0, -1))
        failed |= ~stands.any(axis=0)
        inner[slots] = _undominated(worth, stands, rivals, usable)
    return inner, failed


def _undominated(worth: Floats, stands: Bools, rivals: Floats, usable: Bools) -> Bools:
    """Which positions (members, slots, points) none of the rivals (members, cells, points) improves upon for all."""
    stands = stands.copy()
    many = np.flatnonzero(stands.sum(axis=0) * usable.sum(axis=0) > _MANY)
    if len(many):
        stands[:, many], usable[:, many] = _thinned(
            worth[..., many], stands[:, many], rivals[..., many], usable[:, many]
        )
    # Each standing position beside each rival at its point, rivals being listed point by point.
    points, slots = np.nonzero(stands.T)
    cells = np.nonzero(usable.T)[1]
    count = usable.sum(axis=0)
    first = np.cumsum(count) - count
    counts = count[points]
    ends = np.cumsum(counts)
    improved = np.zeros(len(points), dtype=bool)
    begin = 0
    while begin < len(points):
        done = ends[begin - 1] if begin else 0
        last = max(int(np.searchsorted(ends, done + _PAIRS, side="right")), begin + 1)
        part = counts[begin:last]
        position = np.repeat(np.arange(begin, last), part)
        rival = np.arange(len(position)) - np.repeat(np.cumsum(part) - part, part) + first[points[position]]
        here = points[position]
        better = _improves(rivals[:, cells[rival], here], worth[:, slots[position], here])
        improved[position[better]] = True
        begin = last
    stands[slots[improved], points[improved]] = False
    return stands


def _thinned(worth: Floats, stands: Bools, rivals: Floats, usable: Bools) -> tuple[Bools, Bools]:
    """Strike what a few strong rivals improve upon, positions and rivals alike."""
    low = np.where(usable, rivals, np.inf).min(axis=1, keepdims=True)
    high = np.where(usable, rivals, -np.inf).max(axis=1, keepdims=True)
    scaled = np.where(usable, (rivals - low) / np.maximum(high - low, 1e-300), -1e9)
    stands, usable = stands.copy(), usable.copy()
    for weight in _STRONG:
        strong = (weight * scaled[0] + (1.0 - weight) * scaled[1:].sum(axis=0)).argmax(axis=0)
        rival = np.take_along_axis(rivals, strong[None, None], axis=1)[:, 0]
        _strike(stands, worth, rival)
        # What is improved upon can improve upon nothing that its better would not.
        _strike(usable, rivals, rival)
    return stands, usable


def _strike(stands: Bools, worth: Floats, rival: Floats) -> None:
    """Drop the positions that one rival (members, points) improves upon."""
    stands &= ~_improves(rival[:, None], worth)


def _improves(rival: Floats, worth: Floats) -> Bools:
    """`kgsim.games.objectives.improves`, members along the first axis."""
    return np.asarray(improves(np.moveaxis(rival, 0, -1), np.moveaxis(worth, 0, -1)))
