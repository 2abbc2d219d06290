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
from math import comb

import numpy as np

from kgsim.arrays import Bools, Floats, Integers
from kgsim.tolerances import ON_A_PLANE

#: Unequal speeds along the edges of a cell, so that no way into a cell runs along one of its sides.
_SPEEDS = (1.0, 0.754877666, 0.569840291, 0.430159709, 0.324717957)

#: Numbers that are worked on at once where there are many corners.
MOST_NUMBERS = 4_000_000


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

    def followed_by(self, others: Offers) -> Offers:
        """These at the points they are of, then others at further points; each list is filled up with its first."""
        count = max(len(self), len(others))
        both = [(each, np.where(np.arange(count) < len(each), np.arange(count), 0)) for each in (self, others)]
        return Offers(
            np.concatenate([each.value[order] for each, order in both], axis=-1),
            np.concatenate([each.chooser[order] for each, order in both], axis=-1),
            np.concatenate([each.valid[order] & (np.arange(count) < len(each))[:, None] for each, order in both], -1),
            np.arange(count),
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
    value, valid, limits, known = [], [], [], 0
    for corners in _corners(planes):
        value.append(corners.place)
        valid.append(corners.valid)
        within, there, of = _limits(planes, corners)
        limits.append((corners.place[of], within, there, of + known))
        known += len(corners.place)
    of_limit, chooser, there, itself = (np.concatenate(each) for each in zip(*limits, strict=True))
    places = np.concatenate(value)
    return Offers(
        np.concatenate([places, of_limit]),
        np.concatenate([places, chooser]),
        np.concatenate([*valid, there]),
        np.concatenate([np.arange(known), itself]),
    )


@dataclass(frozen=True, eq=False)
class _Corners:
    """Corners of cells that lie on as many planes each, and are free in the same coordinates.

    Attributes
    ----------
    on
        The planes, shape (corners, m).
    free
        The m coordinates that these planes fix.
    sides
        Whether the others are at their upper end, shape (corners, n - m).
    place, valid
        Where they are, and whether they are there; shapes (corners, n, points) and (corners, points).
    """

    on: Integers
    free: tuple[int, ...]
    sides: Bools
    place: Floats
    valid: Bools

    @property
    def fixed(self) -> list[int]:
        """The other coordinates."""
        return [i for i in range(self.place.shape[1]) if i not in self.free]


def _corners(planes: Planes) -> Iterator[_Corners]:
    count, n, points = planes.normal.shape
    for meeting in range(n + 1):
        ends = np.array(list(product((False, True), repeat=n - meeting)), dtype=bool)
        meet = np.array(list(combinations(range(count), meeting)), dtype=np.intp)
        meet = meet.reshape(comb(count, meeting), meeting)
        meet = meet[np.any(planes.valid[meet].all(axis=1), axis=1)]
        for few in _batches(meet, len(ends) * (n + 1) ** 2 * points):
            for free in combinations(range(n), meeting):
                place, valid = _meetings(planes, few, free, ends)
                on, sides = np.nonzero(valid.any(axis=2))
                if len(on):
                    yield _Corners(few[on], free, ends[sides], place[on, sides], valid[on, sides])


def _batches(numbers: Integers, size: int) -> list[Integers]:
    """Parts that need no more memory at once than it takes."""
    most = max(1, MOST_NUMBERS // size)
    return np.split(numbers, range(most, len(numbers), most)) if len(numbers) else []


def _meetings(planes: Planes, on: Integers, free: tuple[int, ...], ends: Bools) -> tuple[Floats, Bools]:
    """Where planes meet on sides of the cube, and whether they do inside it.

    Parameters
    ----------
    planes, on, free
        See `_Corners`.
    ends
        The sides.

    Returns
    -------
    place, valid
        Shapes (meetings, sides, n, points) and (meetings, sides, points).
    """
    _, n, points = planes.normal.shape
    place = np.zeros((len(on), len(ends), n, points))
    place[:, :, [i for i in range(n) if i not in free]] = ends[:, :, None]
    if not free:
        return place, np.ones((len(on), len(ends), points), dtype=bool)
    normal = planes.normal[on]  # (meetings, m, n, points)
    height = np.einsum("jkim,jsim->jksm", normal, place) + planes.offset[on][:, :, None]
    found, regular = _solved(normal[:, :, list(free)], -height)
    for end in (0.0, 1.0):
        found = np.where(np.abs(found - end) <= ON_A_PLANE, end, found)
    inside = ((found >= 0.0) & (found <= 1.0)).all(axis=1)
    place[:, :, list(free)] = np.clip(found, 0.0, 1.0).swapaxes(1, 2)
    return place, inside & (regular & planes.valid[on].all(axis=1))[:, None]


def _solved(matrix: Floats, right: Floats) -> tuple[Floats, Bools]:
    """Solve square systems (..., n, n, points) for right sides (..., n, k, points), and tell which are regular."""
    stacked = np.moveaxis(matrix, -1, -3)
    regular = np.abs(np.linalg.det(stacked)) > ON_A_PLANE
    stacked = np.where(regular[..., None, None], stacked, np.eye(stacked.shape[-1]))
    if stacked.shape[-1] == 1:
        return np.asarray(right / stacked[..., 0, 0][..., None, None, :]), np.asarray(regular)
    return np.asarray(np.moveaxis(np.linalg.solve(stacked, np.moveaxis(right, -1, -3)), -3, -1)), np.asarray(regular)


def _limits(planes: Planes, corners: _Corners) -> tuple[Floats, Bools, Integers]:
    """The ways into the cells at corners: places inside, where there is one, and the corner's number.

    There is one for each side of each plane that a corner is on. Shapes (ways, n, points), (ways, points) and (ways,).
    """
    meeting, (_, n, points) = len(corners.free), corners.place.shape
    signs = np.array(list(product((1.0, -1.0), repeat=meeting))).reshape(2**meeting, meeting)
    size = len(signs) * (len(planes.offset) + n) * points
    parts = [_ways(planes, corners, few, signs) for few in _batches(np.arange(len(corners.place)), size)]
    within, valid = (np.concatenate(each) for each in zip(*parts, strict=True))
    of = np.repeat(np.arange(len(corners.place)), len(signs))
    some = valid.any(axis=1)
    return within[some], valid[some], of[some]


def _ways(planes: Planes, corners: _Corners, few: Integers, signs: Floats) -> tuple[Floats, Bools]:
    """See `_limits`, for some of the corners."""
    on, place, free = corners.on[few], corners.place[few], list(corners.free)
    inward = np.zeros(place.shape)
    speed = np.array([_SPEEDS[-1 - i] for i in corners.fixed])
    inward[:, corners.fixed] = np.where(corners.sides[few], -speed, speed)[:, :, None]
    direction = np.repeat(inward[:, None], len(signs), axis=1)
    if free:
        along = np.einsum("ckim,cim->ckm", planes.normal[on], inward)
        wanted = (signs * _SPEEDS[: len(free)]).T[None, :, :, None] - along[:, :, None]
        found, _ = _solved(planes.normal[on][:, :, free], wanted)
        direction[:, :, free] = found.swapaxes(1, 2)
    here = np.einsum("kim,cim->ckm", planes.normal, place) + planes.offset
    reach = _reach(planes, here, place, direction)
    valid = corners.valid[few][:, None] & (reach > ON_A_PLANE) & np.isfinite(reach)
    within = place[:, None] + np.where(valid, 0.5 * reach, 0.0)[:, :, None] * direction
    return within.reshape(-1, *place.shape[1:]), valid.reshape(-1, place.shape[-1])


def _reach(planes: Planes, here: Floats, place: Floats, direction: Floats) -> Floats:
    """How far one can go from corners before a side of the cube or a plane is met; shape (corners, ways, points)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.einsum("kim,csim->cskm", planes.normal, direction)
        height = here[:, None]
        meets = planes.valid & (np.abs(height) > ON_A_PLANE) & (height * slope < 0.0)
        to_planes = np.where(meets, -height / slope, np.inf).min(axis=2, initial=np.inf)
        room = np.where(direction > 0.0, 1.0 - place[:, None], -place[:, None]) / direction
    return np.asarray(np.minimum(to_planes, np.where(direction == 0.0, np.inf, room).min(axis=2)))


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
