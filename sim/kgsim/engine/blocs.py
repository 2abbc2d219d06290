"""Stages at which a bloc chooses one joint position: the Nash product and mutual veto, at many points at once.

As in `kgsim.solvers.staged.one_mover`, a Nash product that is zero wherever it is defined ranks nothing, and efficiency
is what remains of it. Neither rule is expected utility, so where mixtures of what follows might be judged differently
from their ends, everything that can follow counts as possible.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ulp

import numpy as np

from kgsim.arrays import Bools, Floats, Integers
from kgsim.engine.plan import Layer
from kgsim.engine.sets import Sets, gathered, kernels, widened
from kgsim.engine.stages import best
from kgsim.games.objectives import gains
from kgsim.tolerances import crowded, merged

#: Weights of the first member's gains by which positions are found that dominate most others.
_STRONG = (0.0, 0.03, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 1.0)

#: Pairs of positions compared at once.
_PAIRS = 100_000

#: Pairs at a point from which on a few strong rivals go first.
_MANY = 1000


@dataclass(frozen=True, eq=False)
class Position:
    """What a bloc settles on.

    Attributes
    ----------
    sets
        The deals that can follow; empty where the rule cannot be applied.
    failed
        Where some subgame leaves the bloc without a joint position that every member would sign; shape (points,).
    """

    sets: Sets
    failed: Bools


def nash_product(
    layer: Layer,
    below: Layer,
    sets: Sets,
    payoffs: Floats,
    fallback: Floats,
    fast: bool = False,
) -> Position:
    """Apply the Nash product.

    Parameters
    ----------
    layer, below, sets
        The stage, the layer below it and that layer's solution.
    payoffs
        Members' payoffs of each deal; shape (members, deals, points).
    fallback
        Members' disagreement payoffs; shape (members, points).
    fast
        Whether to use compiled kernels, which give the same answer.
    """
    score = product(payoffs, fallback, fast)
    inner, level = best(layer, below, sets, score, fast)
    # Zero wherever it is defined, it ranks nothing; defined nowhere, it fails.
    flat, failed = (level <= 0.0) & (level > -np.inf), np.asarray((level == -np.inf).any(axis=0))
    points: Integers = sets.wide
    tied = sets.several(below, fast)
    if len(tied):
        members, fallbacks = payoffs[..., tied], fallback[:, tied]
        inner[:, tied], flat[:, tied], failed[tied], open_ = _held(
            layer, below, sets.only(tied), score[:, tied], members, fallbacks
        )
        points = np.union1d(points, tied[open_])
    found = Sets.exact(inner)
    if flat.any():
        columns = np.flatnonzero(flat.any(axis=0))
        rest = mutual_veto(layer, below, sets.only(columns), payoffs[:, :, columns], fallback[:, columns], fast)
        there = flat[:, columns][layer.slot_game]
        inner[:, columns] = np.where(there, rest.sets.inner, inner[:, columns])
        failed[columns] |= rest.failed
        points = np.union1d(points, columns[rest.sets.wide]).astype(np.intp)
    return Position(widened(found, points, gathered(layer, sets.at(points)[layer.entry_below])), failed)


def _held(
    layer: Layer, below: Layer, sets: Sets, score: Floats, payoffs: Floats, fallback: Floats
) -> tuple[Bools, Bools, Bools, Bools]:
    """What the product picks where several deals may follow a position.

    Returns
    -------
    inner
        The deals picked; shape (slots, points).
    flat
        Where the product ranks nothing; shape (subgames, points).
    failed
        See `Position`.
    open
        Where mixtures of what follows might be picked; shape (points,).
    """
    members = sets.members(below)
    low, high = members.bounds(score)
    top = layer.cells.fold(np.maximum, high[layer.cell_child])
    level = layer.cells.fold(np.maximum, low[layer.cell_child])
    # Where some continuations leave no joint gain at all the product cannot say what is chosen then.
    idle = (level <= 0.0) & (top > 0.0)
    level = np.where(idle, ulp(0.0), level)
    worth = score[layer.slot_deal]
    inner = sets.follows(layer) & (worth >= level[layer.slot_game]) & (worth > -np.inf)
    # Mixtures of tied continuations can have a larger product than their ends; at most that of the best of each gain.
    most = product(np.array([members.best(member) for member in payoffs]), fallback)
    matters = ((low < high) & (most > -np.inf))[layer.cell_child]
    matters &= most[layer.cell_child] >= level[layer.cell_game]
    flat, failed = (top <= 0.0) & (top > -np.inf), (top == -np.inf).any(axis=0)
    return inner, flat, np.asarray(failed), np.asarray(idle.any(axis=0) | matters.any(axis=0))


def product(payoffs: Floats, fallback: Floats, fast: bool = False) -> Floats:
    """The geometric mean of members' gains, -inf where a member is left below its fallback; ties are exact.

    Shapes (members, deals, points) and (members, points) to (deals, points); see `kgsim.games.objectives.NashProduct`.
    """
    with np.errstate(invalid="ignore"):
        if fast and len(payoffs) == 2 and np.isfinite(fallback).all():
            found = np.empty(payoffs.shape[1:])
            kernels().gains(payoffs, fallback, found)
        else:
            each = gains(payoffs, fallback[:, None])
            mean = np.prod(np.maximum(each, 0.0) ** (1.0 / len(payoffs)), axis=0)
            found = np.where((each < 0.0).any(axis=0), -np.inf, mean)
        if not crowded(np.maximum(found, 0.0)):
            return found
        each = gains(payoffs, fallback[:, None])
        known = np.abs(payoffs) + np.abs(fallback[:, None])
        share = np.divide(known, each, out=np.zeros_like(each), where=each > 0.0).mean(axis=0)
        return merged(found, np.maximum(found, 0.0) * share)


def mutual_veto(
    layer: Layer,
    below: Layer,
    sets: Sets,
    payoffs: Floats,
    fallback: Floats | None,
    fast: bool = False,
) -> Position:
    """Apply mutual veto; parameters as for `nash_product`, `fallback` None if there is none."""
    if fast and (fallback is None or np.isfinite(fallback).all()):
        inner = np.zeros((len(layer.slot_deal), payoffs.shape[-1]), dtype=bool)
        failed = np.zeros(payoffs.shape[-1], dtype=bool)
        stated = np.empty((len(payoffs), 0)) if fallback is None else fallback
        follows = sets.follows(layer, fast)
        kernels().veto(layer.slot_first, layer.slot_deal, follows, payoffs, stated, inner, failed)
        tied = sets.several(below, fast)
        if len(tied):
            point = None if fallback is None else fallback[:, tied]
            inner[:, tied], failed[tied] = _standing(layer, below, sets.only(tied), payoffs[..., tied], point)
    else:
        inner, failed = _standing(layer, below, sets, payoffs, fallback)
    points = np.union1d(sets.several(below, fast), sets.wide).astype(np.intp)
    found = Sets.exact(inner)
    failed[points] = False
    return Position(widened(found, points, gathered(layer, sets.at(points)[layer.entry_below])), failed)


def _standing(layer: Layer, below: Layer, sets: Sets, payoffs: Floats, fallback: Floats | None) -> tuple[Bools, Bools]:
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
        stands = follows[slots]
        usable = np.isfinite(rivals).all(axis=0)
        if fallback is not None:
            stands &= (gains(worth, fallback[:, None]) >= 0.0).all(axis=0)
            # What improves upon a position that stands reaches the fallback too.
            with np.errstate(invalid="ignore"):
                usable &= (gains(rivals, fallback[:, None]) >= 0.0).all(axis=0)
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
    """Whether a rival is worse for no member and better for one; members along the first axis."""
    return np.asarray((rival >= worth).all(axis=0) & (rival > worth).any(axis=0))
