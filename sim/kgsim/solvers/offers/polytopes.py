"""Polytopes in the unit cube, told by their corners, and the largest value of what is affine on one over its slices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from kgsim.arrays import Bools, Floats
from kgsim.tolerances import ON_A_PLANE, SAME_PLACE


@dataclass(frozen=True, eq=False)
class Affine:
    """The function ``slope . z + constant`` of a place ``z`` in the cube, in numbers of some `size`."""

    slope: Floats
    constant: float
    size: float

    def at(self, places: Floats) -> Floats:
        """Its values, shape (places, n) to (places,); what is rounding of its numbers is 0."""
        found = places @ self.slope + self.constant
        return np.where(np.abs(found) <= ON_A_PLANE * self.size, 0.0, found)

    @property
    def turned(self) -> Affine:
        """Its negative."""
        return Affine(-self.slope, -self.constant, self.size)

    def less(self, other: Affine) -> Affine:
        """The difference of two."""
        return Affine(self.slope - other.slope, self.constant - other.constant, max(self.size, other.size))


@dataclass(frozen=True, eq=False)
class Polytope:
    """A bounded polyhedron of any dimension.

    Attributes
    ----------
    corners
        Shape (corners, n).
    on
        Whether each corner lies on each of the hyperplanes that bound it; shape (corners, planes).
    """

    corners: Floats
    on: Bools

    @property
    def middle(self) -> Floats:
        """A place inside."""
        return np.asarray(self.corners.mean(axis=0))

    @property
    def dimension(self) -> int:
        """How many directions there are in it."""
        return int(np.linalg.matrix_rank(self.corners - self.corners[0], tol=SAME_PLACE))

    def below(self, limit: Affine) -> Polytope | None:
        """The part in which a function is at most 0, None if there is none (the double description method).

        Two corners have an edge between them if no third lies on all the hyperplanes that both lie on (Fukuda and
        Prodon 1996, proposition 7).
        """
        height = limit.at(self.corners)
        inside, outside = height <= 0.0, height > 0.0
        if not outside.any():
            return self
        if not inside.any():
            return None
        new, on = [], []
        for low in np.flatnonzero(height < 0.0):
            for high in np.flatnonzero(outside):
                both = self.on[low] & self.on[high]
                if self.on[:, both].all(axis=1).sum() == 2:
                    share = height[high] / (height[high] - height[low])
                    new.append(share * self.corners[low] + (1.0 - share) * self.corners[high])
                    on.append(both)
        flat = (height == 0.0)[inside]
        corners = np.concatenate([self.corners[inside], np.array(new).reshape(len(new), self.corners.shape[1])])
        bounds = np.concatenate([self.on[inside], np.array(on, dtype=bool).reshape(len(on), self.on.shape[1])])
        return Polytope(corners, np.column_stack([bounds, np.concatenate([flat, np.ones(len(new), dtype=bool)])]))

    def divided(self, limit: Affine) -> tuple[Polytope | None, Polytope | None]:
        """The parts in which a function is below and above 0, of those that have as many dimensions as it has."""
        height = limit.at(self.corners)
        low, high = (height < 0.0).any(), (height > 0.0).any()
        if not (low and high):
            return (self, None) if low or not high else (None, self)
        return self.below(limit), self.below(limit.turned)

    def holds(self, place: Floats) -> bool:
        """Whether a place is one of its corners."""
        return bool((np.abs(self.corners - place).max(axis=1, initial=0.0) <= SAME_PLACE).any())


def cube(n: int) -> Polytope:
    """The unit cube of n dimensions."""
    corners = np.array(list(product((0.0, 1.0), repeat=n))).reshape(2**n, n)
    return Polytope(corners, np.concatenate([corners == 0.0, corners == 1.0], axis=1))


@dataclass(frozen=True, eq=False)
class Highest:
    """The largest value of an affine function on the slices of a polytope.

    A slice holds the places at which some coordinates, those given, have stated values. Where it is not empty the
    largest value is the least of some affine functions of them (Schrijver 1986, section 7.6; Gal 1979).

    Attributes
    ----------
    least_of
        These functions.
    sides
        Functions that are all at most 0 where the slice is not empty.
    """

    least_of: tuple[Affine, ...]
    sides: tuple[Affine, ...]


def highest(polytope: Polytope, given: Sequence[int], value: Affine) -> Highest:
    """Find the largest value over the slices at which coordinates are given, as functions of these.

    The points below the function's graph over the polytope, seen along the given coordinates alone, are the polyhedron
    whose upper sides are the functions looked for.
    """
    places, heights, size = polytope.corners[:, given], value.at(polytope.corners), value.size
    if not len(given):
        return Highest((Affine(np.zeros(0), float(heights.max()), size),), ())
    scale = max(float(np.ptp(heights)), ON_A_PLANE * size, np.finfo(float).tiny)
    lifted = np.column_stack([places, (heights - heights.max()) / scale])
    lowered = np.column_stack([places, np.full(len(places), -2.0)])
    least_of, sides = [], []
    for *normal, up, offset in _sides(np.concatenate([lifted, lowered])):
        slope = np.array(normal)
        if up > ON_A_PLANE:
            least_of.append(Affine(-slope / up * scale, float(heights.max() - offset / up * scale), size))
        elif up > -ON_A_PLANE:
            sides.append(Affine(slope, offset, 1.0))
    return Highest(tuple(least_of), tuple(sides))


def _sides(points: Floats) -> list[list[float]]:
    """The sides of the convex hull of points, as rows of a unit normal and an offset, each once."""
    from scipy.spatial import ConvexHull

    found: list[Floats] = []
    for row in ConvexHull(points).equations:
        if all(np.abs(row - other).max() > SAME_PLACE for other in found):
            found.append(row)
    return [row.tolist() for row in found]
