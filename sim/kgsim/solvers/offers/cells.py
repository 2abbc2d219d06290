"""What is worth offering from a unit cube that later movers' indifferences cut into cells.

Inside a cell every later choice is fixed and payoffs are affine, so what anybody would most like to offer is a corner
of the cell. At a corner later movers are indifferent, and what they do there is up to the equilibrium; but an offer may
come as close to it as it likes from within the cell, where they are not. Both count (`Offers`): the corner by itself,
and the corner as the limit of offers from a cell. No equilibrium gives the mover less than any of these limits.

Everything is done for many parameter points at once, along the last axis.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from kgsim.arrays import Bools, Floats, Integers
from kgsim.tolerances import ON_A_PLANE

#: Unequal speeds along the edges of a cell, so that no way into a cell runs along one of its sides.
_SPEEDS = (1.0, 0.754877666, 0.569840291, 0.430159709)


@dataclass(frozen=True, eq=False)
class Planes:
    """Hyperplanes ``normal . t + offset = 0`` in the unit cube.

    Attributes
    ----------
    normal
        Shape (planes, n, points); scaled so that the largest entry is 1 in size.
    offset
        Shape (planes, points).
    valid
        Whether there is such a plane at a point; shape (planes, points).
    """

    normal: Floats
    offset: Floats
    valid: Bools

    @classmethod
    def of(cls, normal: Floats, offset: Floats, valid: Bools) -> Planes:
        """The distinct ones of some planes, and at each point no more than the most there are at any."""
        size = np.abs(normal).max(axis=1, initial=0.0)
        valid = valid & (size > 0.0)
        scale = np.where(valid, size, 1.0)
        leading = np.take_along_axis(normal, np.abs(normal).argmax(axis=1)[:, None], axis=1)[:, 0]
        scale = np.where(leading < 0.0, -scale, scale)
        normal, offset = normal / scale[:, None], offset / scale
        for later in range(1, len(normal)):
            gap = np.maximum(np.abs(normal[:later] - normal[later]).max(axis=1), np.abs(offset[:later] - offset[later]))
            valid[later] &= ~((gap <= ON_A_PLANE) & valid[:later]).any(axis=0)
        order = np.argsort(~valid, axis=0, kind="stable")[: int(valid.sum(axis=0).max(initial=0))]
        return cls(
            np.take_along_axis(normal, order[:, None], axis=0),
            np.take_along_axis(offset, order, axis=0),
            np.take_along_axis(valid, order, axis=0),
        )

    def at(self, place: Floats) -> Floats:
        """On which side of each plane a place (n, points) is, shape (planes, points)."""
        return np.asarray(np.einsum("kim,im->km", self.normal, place) + self.offset)

    def cells(self, places: Floats) -> Integers:
        """A number for the cell that each place, shape (places, n, points), is in; shape (places, points)."""
        above = np.einsum("kim,sim->skm", self.normal, places) + self.offset > 0.0
        return np.asarray(np.einsum("skm,k->sm", above & self.valid, 1 << np.arange(len(self.offset))))


@dataclass(frozen=True, eq=False)
class Offers:
    """Offers that can matter.

    Attributes
    ----------
    value
        The offer; shape (offers, n, points).
    chooser
        The offer that later movers decide on: the same, or one within the cell whose limit it is.
    valid
        Whether there is such an offer at a point; shape (offers, points).
    itself
        The offer that is the same and no limit, its own number where it is none; shape (offers,).
    """

    value: Floats
    chooser: Floats
    valid: Bools
    itself: Integers

    def __len__(self) -> int:
        return len(self.value)

    def beside(self, others: Offers) -> Offers:
        """These and others."""
        return Offers(
            np.concatenate([self.value, others.value]),
            np.concatenate([self.chooser, others.chooser]),
            np.concatenate([self.valid, others.valid]),
            np.concatenate([self.itself, others.itself + len(self)]),
        )

    def as_nearby(self) -> Offers:
        """These without offers that are met as offers of no cell are: what has limits is met as one of them."""
        limit = self.itself != np.arange(len(self))
        approached = np.zeros(self.valid.shape, dtype=bool)
        for number in np.flatnonzero(limit):
            approached[self.itself[number]] |= self.valid[number]
        return self.only(self.valid & (limit[:, None] | ~approached))

    def only(self, kept: Bools) -> Offers:
        """Some of the offers at each point, each once; the first of them is repeated where another point has more."""
        valid = self.valid & kept
        valid[0] |= ~valid.any(axis=0)
        few = _first(self, valid)
        return _first(few, few.valid & ~repeated(few))


def critical_offers(planes: Planes) -> Offers:
    """The corners of all cells, each by itself and as the limit of each cell that it is a corner of."""
    corners = list(_corners(planes))
    limits = [(number, limit) for number, corner in enumerate(corners) for limit in _limits(planes, corner)]
    stacked = [(corner.place, corner.place, corner.valid) for corner in corners] + [limit for _, limit in limits]
    value, chooser, valid = (np.array(each) for each in zip(*stacked, strict=True))
    return Offers(value, chooser, valid, np.array([*range(len(corners)), *(number for number, _ in limits)]))


@dataclass(frozen=True, eq=False)
class _Corner:
    """A corner: the planes it is on, its coordinates on the cube's sides (0 or 1, else nan), its place and validity."""

    on: tuple[int, ...]
    sides: tuple[float | None, ...]
    place: Floats
    valid: Bools


def _corners(planes: Planes) -> Iterator[_Corner]:
    count, n, points = planes.normal.shape
    for meeting in range(n + 1):
        for on in combinations(range(count), meeting):
            for free in combinations(range(n), meeting):
                for ends in product((0.0, 1.0), repeat=n - meeting):
                    rest = iter(ends)
                    sides = tuple(None if i in free else next(rest) for i in range(n))
                    place, valid = _meeting(planes, on, sides, points)
                    if valid.any():
                        yield _Corner(on, sides, place, valid)


def _meeting(planes: Planes, on: tuple[int, ...], sides: tuple[float | None, ...], points: int) -> tuple[Floats, Bools]:
    """Where some planes meet on some sides of the cube, and whether they do inside it."""
    place = np.array([np.full(points, 0.0 if side is None else side) for side in sides]).reshape(len(sides), points)
    if not on:
        return place, np.ones(points, dtype=bool)
    free = [i for i, side in enumerate(sides) if side is None]
    found, regular = _solved(planes.normal[np.ix_(on, free)], -planes.at(place)[list(on)])
    for end in (0.0, 1.0):
        found = np.where(np.abs(found - end) <= ON_A_PLANE, end, found)
    place[free] = found
    inside = ((found >= 0.0) & (found <= 1.0)).all(axis=0)
    return np.clip(place, 0.0, 1.0), np.asarray(regular & inside & planes.valid[list(on)].all(axis=0))


def _solved(matrix: Floats, right: Floats) -> tuple[Floats, Bools]:
    """Solve square systems (n, n, points) for right sides (n, points), and tell where they are regular."""
    stacked = np.moveaxis(matrix, -1, 0)
    regular = np.abs(np.linalg.det(stacked)) > ON_A_PLANE
    stacked = np.where(regular[:, None, None], stacked, np.eye(stacked.shape[-1]))
    if stacked.shape[-1] == 1:
        return np.asarray(right / stacked[:, :, 0].T), np.asarray(regular)
    return np.asarray(np.linalg.solve(stacked, right.T[:, :, None])[:, :, 0].T), np.asarray(regular)


def _limits(planes: Planes, corner: _Corner) -> Iterator[tuple[Floats, Floats, Bools]]:
    """The ways into the cells at a corner: the corner, a place inside the cell, and whether there is such a cell."""
    n, points = corner.place.shape
    here = planes.at(corner.place)
    free = [i for i, side in enumerate(corner.sides) if side is None]
    inward = np.zeros((n, points))
    for i, side in enumerate(corner.sides):
        if side is not None:
            inward[i] = _SPEEDS[-1 - i] * (1.0 if side == 0.0 else -1.0)
    for signs in product((1.0, -1.0), repeat=len(corner.on)):
        direction = inward.copy()
        if free:
            speed = np.array([sign * each for sign, each in zip(signs, _SPEEDS, strict=False)])[:, None]
            along = np.einsum("kim,im->km", planes.normal[list(corner.on)], inward)
            direction[free], _ = _solved(planes.normal[np.ix_(corner.on, free)], speed - along)
        reach = _reach(planes, here, corner.place, direction)
        valid = corner.valid & (reach > ON_A_PLANE) & np.isfinite(reach)
        yield corner.place, corner.place + np.where(valid, 0.5 * reach, 0.0) * direction, valid


def _reach(planes: Planes, here: Floats, place: Floats, direction: Floats) -> Floats:
    """How far one can go from a place before a side of the cube or a plane is met; shape (points,)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.einsum("kim,im->km", planes.normal, direction)
        meets = planes.valid & (np.abs(here) > ON_A_PLANE) & (here * slope < 0.0)
        to_planes = np.where(meets, -here / slope, np.inf).min(axis=0, initial=np.inf)
        room = np.where(direction > 0.0, 1.0 - place, -place) / direction
    return np.asarray(np.minimum(to_planes, np.where(direction == 0.0, np.inf, room).min(axis=0)))


def _first(offers: Offers, valid: Bools) -> Offers:
    """The valid offers of each point, as many as there are at any."""
    order: Integers = np.argsort(~valid, axis=0, kind="stable")[: int(valid.sum(axis=0).max())]
    here = np.take_along_axis(valid, order, axis=0)
    order = np.where(here, order, order[:1])
    value, chooser = (np.take_along_axis(each, order[:, None], axis=0) for each in (offers.value, offers.chooser))
    # In another order at every point, an offer is no longer told by number.
    return Offers(value, chooser, here, np.arange(len(value)))


def repeated(offers: Offers) -> Bools:
    """Which offers say what an earlier one does."""
    both = np.concatenate([offers.value, offers.chooser], axis=1)
    repeated = np.zeros(offers.valid.shape, dtype=bool)
    for later in range(1, len(both)):
        same = np.abs(both[:later] - both[later]).max(axis=1) <= ON_A_PLANE
        repeated[later] = (same & offers.valid[:later]).any(axis=0)
    return repeated


def corner_weights(place: Floats) -> Floats:
    """The weights of the cube's corners, in C order, of which a place is the mean.

    Shape (..., n, points) to (..., 2**n, points).
    """
    weights = np.ones((*place.shape[:-2], 1, place.shape[-1]))
    for i in range(place.shape[-2]):
        share = place[..., i, :][..., None, None, :]
        weights = (weights[..., None, :] * np.concatenate([1.0 - share, share], axis=-2)).reshape(
            *weights.shape[:-2], -1, weights.shape[-1]
        )
    return weights
