"""Sets of deals that can end the subgames of one layer, at all parameter points at once.

What is kept of a subgame's equilibria are two sets of deals. Every deal of the *inner* set ends a pure
equilibrium. Every equilibrium, mixed or not, ends in a lottery over deals of the *outer* set. They differ only where a
mixture might matter: an indifferent responder who mixes just so much that an earlier mover is held to its threshold, or
movers who choose at once and randomise. Where both sets come to the same outcomes and the same values at the start of
play, the answer is exact; where they do not, it says so, and `kgsim.solve` can settle it.

Arrays have the parameter points along their last axis, in which memory is contiguous.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from kgsim.arrays import Bools, Floats, Integers
from kgsim.engine.plan import Layer, Runs, starts
from kgsim.solvers.compiled import compiled


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
    """

    inner: Bools
    wide: Integers
    outer: Bools
    _members: Members | None = field(default=None, init=False, repr=False)
    _follows: dict[object, Bools] = field(default_factory=dict, init=False, repr=False)
    _followers: dict[object, Followers] = field(default_factory=dict, init=False, repr=False)
    _several: dict[object, Integers] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def exact(cls, inner: Bools) -> Sets:
        """Sets that hold every equilibrium's deals."""
        return cls(inner, np.empty(0, dtype=np.intp), np.empty((len(inner), 0), dtype=bool))

    def members(self, layer: Layer) -> Members:
        """The inner sets of the layer's subgames; read once."""
        if self._members is None:
            object.__setattr__(self, "_members", Members.of(layer, self.inner))
        assert self._members is not None
        return self._members

    def several(self, layer: Layer, fast: bool = False) -> Integers:
        """The points at which the inner set of some subgame of the layer holds none or several deals."""
        if not layer.shape:
            return np.empty(0, dtype=np.intp)
        if not fast or self._members is not None:
            return self.members(layer).several
        if layer.key not in self._several:
            found = np.zeros(self.inner.shape[1], dtype=bool)
            kernels().several(layer.slot_first, self.inner, found)
            self._several[layer.key] = np.flatnonzero(found)
        return self._several[layer.key]

    def follows(self, layer: Layer, fast: bool = False) -> Bools:
        """The deals that can follow some choice in each subgame of the layer above, shape (its slots, points)."""
        if layer.key not in self._follows:
            if fast:
                found = np.zeros((len(layer.slot_deal), self.inner.shape[1]), dtype=bool)
                kernels().follow(layer.entry_first, layer.entry_below, self.inner, found)
            else:
                found = gathered(layer, self.inner[layer.entry_below])
            self._follows[layer.key] = found
        return self._follows[layer.key]

    def followers(self, layer: Layer, fast: bool = False) -> Followers:
        """The same told one by one."""
        if layer.key not in self._followers:
            point, slot = np.nonzero(np.ascontiguousarray(self.follows(layer, fast).T))
            self._followers[layer.key] = Followers(point, slot, starts(point * layer.games + layer.slot_game[slot]))
        return self._followers[layer.key]

    def only(self, points: Integers) -> Sets:
        """The sets at some points alone, which ascend and may be repeated."""
        known = np.flatnonzero(np.isin(points, self.wide))
        outer = self.outer.take(np.searchsorted(self.wide, points[known]), axis=1)
        chosen = Sets(self.inner.take(points, axis=1), known, outer)
        if self._members is not None:
            object.__setattr__(chosen, "_members", self._members.only(points, chosen.inner))
        for key, follows in self._follows.items():
            chosen._follows[key] = follows.take(points, axis=1)
        for key, several in self._several.items():
            chosen._several[key] = np.flatnonzero(np.isin(points, several))
        return chosen

    def at(self, points: Integers) -> Bools:
        """The outer sets at some points, shape (slots, len(points))."""
        found = self.inner.take(points, axis=1)
        known = np.isin(points, self.wide)
        found[:, known] = self.outer[:, np.searchsorted(self.wide, points[known])]
        return found


class Followers(NamedTuple):
    """The deals that can follow some choice, point by point and then subgame by subgame."""

    point: Integers
    slot: Integers
    first: Integers  # the number of the first of each point and subgame

    @property
    def run(self) -> Integers:
        """The number of the point and subgame of each."""
        return np.repeat(np.arange(len(self.first)), np.diff(self.first, append=len(self.point)))


@dataclass(frozen=True, eq=False)
class Payoffs:
    """Members' payoffs of all deals at the points of a stage, which may be points of the study several times over.

    Attributes
    ----------
    values
        Shape (members, deals, points of the study), in one piece.
    size
        The largest payoff at each, by size.
    points
        The number of the point of the study at each point of the stage.
    """

    values: Floats
    size: Floats
    points: Integers

    def whole(self, where: Integers | slice = slice(None)) -> Floats:
        """The payoffs at some points of the stage; shape (members, deals, points)."""
        points = self.points[where]
        every = len(points) == self.values.shape[-1] and np.array_equal(points, np.arange(len(points)))
        return self.values if every else self.values.take(points, axis=-1)

    def of(self, deals: Integers, where: Integers) -> Floats:
        """The payoffs of some deals, each at a point of the stage; shape (n, members)."""
        return self.values[:, deals, self.points[where]].T

    def only(self, where: Integers) -> Payoffs:
        """The payoffs at some points of the stage alone."""
        return Payoffs(self.values, self.size, self.points[where])


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


def gathered(layer: Layer, entries: Bools, kept: Integers | None = None) -> Bools:
    """Whether any entry of each slot holds; `kept` names the entries given, all if None."""
    if kept is None:
        return layer.entries.fold(np.logical_or, entries)
    found = np.zeros((len(layer.slot_deal), entries.shape[1]), dtype=bool)
    if len(kept):
        slots = layer.entry_slot[kept]
        found[np.unique(slots)] = Runs.of(slots).fold(np.logical_or, entries)
    return found


def widened(exact: Sets, points: Integers, outer: Bools) -> Sets:
    """Add the points at which the outer sets hold more than the inner ones."""
    inner = exact.inner[:, points]
    more = (outer & ~inner).any(axis=0)
    return Sets(exact.inner, points[more], (outer | inner)[:, more])


def kernels() -> SimpleNamespace:
    """`kgsim.engine.kernels`, compiled."""
    return compiled("kgsim.engine.kernels")
