"""Stages at which a bloc chooses one joint position: the Nash product and mutual veto, at many points at once.

As in `kgsim.solvers.one_mover`, a Nash product that is zero wherever it is defined ranks nothing, and efficiency is
what remains of it. Neither rule is expected utility, so where mixtures of what follows might be judged differently from
their ends, everything that can follow counts as possible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kgsim.solvers.stage import ROUNDING
from kgsim.studies.plan import Layer
from kgsim.studies.sets import Sets, gathered, widened

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]

#: Weights of the first member's gains by which positions are found that dominate most others.
_STRONG = (0.0, 0.03, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 1.0)

#: Pairs of positions compared at once.
_PAIRS = 1_000_000


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
    layer: Layer, below: Layer, sets: Sets, payoffs: Floats, fallback: Floats, tolerance: Floats, share: float
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
    tolerance
        Differences of the product up to it are ties; shape (points,).
    share
        The same as a share of the range of members' payoffs.
    """
    score = product(payoffs, fallback)
    members = sets.members(below)
    low, high = members.bounds(score)
    top = layer.cells.fold(np.maximum, high[layer.cell_child])
    level = layer.cells.fold(np.maximum, low[layer.cell_child])
    # Where some continuations leave no joint gain at all the product cannot say what is chosen then.
    idle = (level <= tolerance) & (top > tolerance)
    level = np.where(idle, 2.0 * tolerance, level)
    worth = score[layer.slot_deal]
    follows = gathered(layer, sets.inner[layer.entry_below])
    inner = follows & (worth >= (level - tolerance)[layer.slot_game]) & (worth > -np.inf)
    failed = (top == -np.inf).any(axis=0)
    # Mixtures of tied continuations can have a larger product than their ends; at most that of the best of each gain.
    most = product(np.array([members.best(member) for member in payoffs]), fallback)
    tied = below.slots.fold(np.add, sets.inner.astype(np.int16)) > 1
    open_child = tied & (low < high)
    matters = (open_child & (most > -np.inf))[layer.cell_child]
    matters &= most[layer.cell_child] >= (level - tolerance)[layer.cell_game]
    points = np.union1d(np.flatnonzero((matters.any(axis=0)) | idle.any(axis=0)), sets.wide)
    found = Sets.exact(inner, np.zeros(inner.shape[1]) + tolerance)
    flat = (top <= tolerance) & (top > -np.inf)
    if flat.any():
        columns = np.flatnonzero(flat.any(axis=0))
        rest = mutual_veto(layer, below, sets.only(columns), payoffs[:, :, columns], fallback[:, columns], share)
        there = flat[:, columns][layer.slot_game]
        inner[:, columns] = np.where(there, rest.sets.inner, inner[:, columns])
        failed[columns] |= rest.failed
        points = np.union1d(points, columns[rest.sets.wide])
    return Position(widened(found, points, gathered(layer, sets.at(points)[layer.entry_below])), failed)


def ties(score: Floats, size: Floats, share: float) -> Floats:
    """The difference up to which two utilities (deals, points) are a tie; shape (points,)."""
    spread = score.max(axis=0, initial=-np.inf) - score.min(axis=0, initial=np.inf)
    return np.asarray(np.maximum(np.maximum(share * spread, ROUNDING * size), np.finfo(float).tiny))


def product(payoffs: Floats, fallback: Floats) -> Floats:
    """The geometric mean of members' gains, -inf where a member is left below its fallback.

    Shapes (members, deals, points) and (members, points) to (deals, points); see `kgsim.games.objectives.NashProduct`.
    """
    with np.errstate(invalid="ignore"):
        gains = payoffs - fallback[:, None]
        gains = np.where(np.abs(gains) <= 1e-12 * (1.0 + np.abs(fallback[:, None])), 0.0, gains)
        mean = np.prod(np.maximum(gains, 0.0) ** (1.0 / len(payoffs)), axis=0)
    return np.where((gains < 0.0).any(axis=0), -np.inf, mean)


def mutual_veto(
    layer: Layer, below: Layer, sets: Sets, payoffs: Floats, fallback: Floats | None, share: float
) -> Position:
    """Apply mutual veto; parameters as for `nash_product`, `fallback` None if there is none."""
    follows = gathered(layer, sets.inner[layer.entry_below])
    inner = np.zeros(follows.shape, dtype=bool)
    failed = np.zeros(follows.shape[1], dtype=bool)
    rivals = np.array([sets.members(below).best(member) for member in payoffs])
    for game in range(layer.games):
        slots = np.flatnonzero(layer.slot_game == game)
        cells = np.flatnonzero(layer.cell_game == game)
        worth = payoffs[:, layer.slot_deal[slots]]
        stands = follows[slots]
        top, bottom = np.where(stands, worth, -np.inf).max(axis=1), np.where(stands, worth, np.inf).min(axis=1)
        size = np.where(stands, np.abs(worth), 0.0).max(axis=1)
        tolerance = np.maximum(np.maximum(share * (top - bottom), ROUNDING * size), np.finfo(float).tiny)
        if fallback is not None:
            stands &= (worth - fallback[:, None] >= -tolerance[:, None]).all(axis=0)
        failed |= ~stands.any(axis=0)
        inner[slots] = _undominated(worth, stands, rivals[:, layer.cell_child[cells]], tolerance)
    tied = below.slots.fold(np.add, sets.inner.astype(np.int16)) > 1
    points = np.union1d(np.flatnonzero(tied.any(axis=0)), sets.wide)
    found = Sets.exact(inner, np.zeros(len(failed)))
    failed[points] = False
    return Position(widened(found, points, gathered(layer, sets.at(points)[layer.entry_below])), failed)


def _undominated(worth: Floats, stands: Bools, rivals: Floats, tolerance: Floats) -> Bools:
    """Which positions (members, slots, points) none of the rivals (members, cells, points) improves upon for all."""
    stands = stands.copy()
    lowest = np.where(np.isfinite(rivals), rivals, np.inf).min(axis=1, keepdims=True)
    rivals = np.maximum(rivals, lowest)
    scaled = rivals / np.maximum(rivals.max(axis=1, keepdims=True) - lowest, 1e-300)
    useful = np.ones(rivals.shape[1:], dtype=bool)
    for weight in _STRONG:
        strong = (weight * scaled[0] + (1.0 - weight) * scaled[1:].sum(axis=0)).argmax(axis=0)
        rival = np.take_along_axis(rivals, strong[None, None], axis=1)[:, 0]
        _strike(stands, worth, rival, tolerance)
        _strike(useful, rivals, rival, tolerance)
    # What is improved upon can improve upon nothing that its better would not.
    rivals = rivals[:, useful.any(axis=1)]
    slots, points = np.nonzero(stands)
    for part in np.array_split(np.arange(len(slots)), 1 + len(slots) * rivals.shape[1] // _PAIRS):
        here = points[part]
        change = rivals[:, :, here] - worth[:, slots[part], here][:, None]
        margin = tolerance[:, here][:, None]
        better = (change >= -margin).all(axis=0) & (change > margin).any(axis=0)
        stands[slots[part], here] = ~better.any(axis=0)
    return stands


def _strike(stands: Bools, worth: Floats, rival: Floats, tolerance: Floats) -> None:
    """Drop the positions that one rival (members, points) improves upon."""
    change = rival[:, None] - worth
    margin = tolerance[:, None]
    stands &= ~((change >= -margin).all(axis=0) & (change > margin).any(axis=0))
