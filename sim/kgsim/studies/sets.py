"""Backward induction on sets of deals, for all subgames of a stage and all parameter points at once.

The recursion is that of `kgsim.solvers`: a mover's alternatives are held against the *worst* equilibrium of what
follows each. What is kept of a subgame's equilibria are two sets of deals. Every deal of the *inner* set ends a pure
equilibrium. Every equilibrium, mixed or not, ends in a lottery over deals of the *outer* set. They differ only where a
mixture might matter: an indifferent responder who mixes just so much that an earlier mover is held to its threshold, or
movers who choose at once and randomise. Where both sets come to the same outcomes and the same values at the start of
play, the answer is exact; where they do not, it says so, and `kgsim.solve` can settle it.

Arrays have the parameter points along their last axis, in which memory is contiguous.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kgsim.studies.plan import Layer, Runs
from kgsim.studies.supports import possible_cells

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Integers: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Sets:
    """The deals that can end the subgames of one layer in equilibrium.

    Attributes
    ----------
    inner
        Deals that certainly do; shape (slots, points).
    wide
        The points at which others may; ascending.
    outer
        Deals that may at these points, those of `inner` among them; shape (slots, len(wide)).
    slack
        The largest amount by which a mover's choice falls short of its best, at most the tolerance; shape (points,).
    """

    inner: Bools
    wide: Integers
    outer: Bools
    slack: Floats
    _members: Members | None = field(default=None, init=False, repr=False)

    @classmethod
    def exact(cls, inner: Bools, slack: Floats) -> Sets:
        """Sets that hold every equilibrium's deals."""
        return cls(inner, np.empty(0, dtype=np.intp), np.empty((len(inner), 0), dtype=bool), slack)

    def members(self, layer: Layer) -> Members:
        """The inner sets of the layer's subgames; read once."""
        if self._members is None:
            object.__setattr__(self, "_members", Members.of(layer, self.inner))
        assert self._members is not None
        return self._members

    def only(self, points: Integers) -> Sets:
        """The sets at some points alone."""
        known = np.flatnonzero(np.isin(self.wide, points))
        wide = np.searchsorted(points, self.wide[known])
        chosen = Sets(self.inner[:, points], wide, self.outer[:, known], self.slack[points])
        if self._members is not None:
            object.__setattr__(chosen, "_members", self._members.only(points, chosen.inner))
        return chosen

    def at(self, points: Integers) -> Bools:
        """The outer sets at some points, shape (slots, len(points))."""
        found = self.inner[:, points]
        known = np.isin(points, self.wide)
        found[:, known] = self.outer[:, np.searchsorted(self.wide, points[known])]
        return found


def one_mover(layer: Layer, below: Layer, sets: Sets, score: Floats, tolerance: Floats) -> Sets:
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
    """
    worth = score[layer.slot_deal]
    if not below.shape:
        level = layer.slots.fold(np.maximum, worth)[layer.slot_game]
        return _exact(layer, worth >= level - tolerance, worth, level, sets.slack)
    low, high = sets.members(below).bounds(score)
    level = layer.cells.fold(np.maximum, low[layer.cell_child])
    bar = level - tolerance
    split = low[layer.cell_child] < bar[layer.cell_game]
    split &= high[layer.cell_child] > (level + tolerance)[layer.cell_game]
    inner = gathered(layer, sets.inner[layer.entry_below]) & (worth >= bar[layer.slot_game])
    points = np.union1d(np.flatnonzero(split.any(axis=0)), sets.wide)
    exact = _exact(layer, inner, worth, level[layer.slot_game], sets.slack)
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
) -> Sets:
    """Solve the subgames of a stage whose movers choose at once.

    Parameters as for `one_mover`, with a score and a tolerance for each mover; without `randomise` only pure equilibria
    count.
    """
    members = sets.members(below)
    by_child = [members.bounds(score) for score in scores]
    lows, highs = ([bound[side][layer.cell_child] for bound in by_child] for side in (0, 1))
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
            reached &= lack <= tolerance
            np.maximum(shortfall, lack, out=shortfall)
        shortfall = np.where(reached, shortfall, 0.0)
    else:
        # Whatever follows a cell is worth the same, so that the cell says it all.
        lacks = [level - low for level, low in zip(levels, lows, strict=True)]
        shortfall = np.where(played, np.maximum.reduce(lacks), 0.0)
    slack = np.maximum(sets.slack, shortfall.max(axis=0, initial=0.0))
    inner = gathered(layer, reached, kept)
    exact = Sets.exact(inner, slack)
    every = np.arange(inner.shape[1])
    outer = inner.copy()
    points = np.union1d(np.flatnonzero((split & played).any(axis=0)), sets.wide)
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
    if not randomise:
        return widened(exact, every, outer)
    randomised = _randomised(layer, lows, highs, tolerances)
    kept = np.flatnonzero(np.asarray(randomised.any(axis=1))[layer.entry_cell])
    if len(kept):
        outer |= gathered(layer, randomised[layer.entry_cell[kept]] & sets.at(every)[layer.entry_below[kept]], kept)
    return widened(exact, every, outer)


@dataclass(frozen=True, eq=False)
class Members:
    """Which deals each subgame's set holds, ready for utilities to be compared over it.

    Most sets hold a single deal, whose utility is then all there is to know; only at the other points are whole sets
    gone through.

    Attributes
    ----------
    layer
        The subgames' layer.
    sets
        Whether a set holds the deal of a slot; shape (slots, points).
    first
        One deal of each set, shape (games, points).
    several
        The points at which some set holds none or several.
    """

    layer: Layer
    sets: Bools
    first: Integers
    several: Integers

    @classmethod
    def of(cls, layer: Layer, sets: Bools) -> Members:
        """Read sets of shape (slots, points)."""
        if not layer.shape:
            first = np.broadcast_to(layer.slot_deal[:, None], sets.shape)
            return cls(layer, sets, first, np.empty(0, dtype=np.intp))
        deals = layer.slot_deal[:, None].astype(np.int32)
        none = np.int32(layer.slot_deal.max() + 1)
        least = layer.slots.fold(np.minimum, np.where(sets, deals, none))
        if np.count_nonzero(sets) == least.size and int(least.max(initial=0)) < none:
            return cls(layer, sets, least, np.empty(0, dtype=np.intp))
        most = layer.slots.fold(np.maximum, np.where(sets, deals, np.int32(-1)))
        return cls(layer, sets, np.minimum(least, none - 1), np.flatnonzero((least != most).any(axis=0)))

    def only(self, points: Integers, sets: Bools) -> Members:
        """The same at some points alone, `sets` being read there."""
        several = np.flatnonzero(np.isin(points, self.several))
        return Members(self.layer, sets, self.first[:, points], several)

    def bounds(self, score: Floats) -> tuple[Floats, Floats]:
        """The worst and best utility over each set; shape (games, points), inf and -inf where it holds none."""
        low = self._single(score)
        high = low
        if len(self.several):
            high = low.copy()
            worth, sets = self._worth(score)
            low[:, self.several] = self.layer.slots.fold(np.minimum, np.where(sets, worth, np.inf))
            high[:, self.several] = self.layer.slots.fold(np.maximum, np.where(sets, worth, -np.inf))
        return low, high

    def best(self, score: Floats) -> Floats:
        """The best utility over each set; shape (games, points), -inf where it holds none."""
        high = self._single(score)
        if len(self.several):
            worth, sets = self._worth(score)
            high[:, self.several] = self.layer.slots.fold(np.maximum, np.where(sets, worth, -np.inf))
        return high

    def _single(self, score: Floats) -> Floats:
        return np.take_along_axis(score, self.first, axis=0)

    def _worth(self, score: Floats) -> tuple[Floats, Bools]:
        return score[:, self.several][self.layer.slot_deal], self.sets[:, self.several]


def _levels(layer: Layer, lows: Sequence[Floats]) -> list[Floats]:
    """For each cell and mover the worst it can be held to by deviating there; shape (cells, points)."""
    levels = []
    for mover, low in enumerate(lows):
        table = low.reshape(layer.games, *layer.shape, -1)
        levels.append(np.broadcast_to(table.max(axis=1 + mover, keepdims=True), table.shape).reshape(low.shape))
    return levels


def _randomised(layer: Layer, lows: Sequence[Floats], highs: Sequence[Floats], tolerances: Sequence[Floats]) -> Bools:
    """The cells that some equilibrium in which movers randomise might reach; shape (cells, points)."""
    shape = (layer.games, *layer.shape, -1)
    low, high = (np.array([values.reshape(shape) for values in by_mover]) for by_mover in (lows, highs))
    found = [possible_cells(low[:, game], high[:, game], np.array(tolerances)) for game in range(layer.games)]
    return np.array(found).reshape(-1, low.shape[-1])


def gathered(layer: Layer, entries: Bools, kept: Integers | None = None) -> Bools:
    """Whether any entry of each slot holds; `kept` names the entries given, all if None."""
    if kept is None:
        return layer.entries.fold(np.logical_or, entries)
    found = np.zeros((len(layer.slot_deal), entries.shape[1]), dtype=bool)
    if len(kept):
        slots = layer.entry_slot[kept]
        found[np.unique(slots)] = Runs.of(slots).fold(np.logical_or, entries)
    return found


def _exact(layer: Layer, inner: Bools, worth: Floats, level: Floats, before: Floats) -> Sets:
    if np.count_nonzero(inner) == layer.games * inner.shape[1]:
        # Each set holds the best alone.
        return Sets.exact(inner, before)
    return Sets.exact(inner, np.maximum(before, np.where(inner, level - worth, 0.0).max(axis=0)))


def widened(exact: Sets, points: Integers, outer: Bools) -> Sets:
    """Add the points at which the outer sets hold more than the inner ones."""
    inner = exact.inner[:, points]
    more = (outer & ~inner).any(axis=0)
    return Sets(exact.inner, points[more], (outer | inner)[:, more], exact.slack)
