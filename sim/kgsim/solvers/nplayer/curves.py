"""Curves of equilibria on which three players mix two actions each.

Given one player's mixture, the indifference of the second makes that of the third, and the third's that of the second:
a fraction of two linear functions each. Put into the condition that is left they make a polynomial of the second
degree. Where it is zero throughout, the equilibria are a curve, cut where a mixture leaves 0..1 or somebody would
deviate; where it is not, they are among its roots.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from kgsim.arrays import Floats
from kgsim.solvers.nplayer.regions import NotDescribed
from kgsim.tolerances import TIED_GAINS

#: The chances of three second actions.
Point = tuple[float, float, float]

_INSIDE = 1e-9

#: From here on a probability that a double root gives counts as one; on the border fewer players mix.
_MIXED = 1e-6


def curves(ties: Floats, losses: Floats) -> Iterator[list[Point]]:
    """The connected sets of equilibria of three players who mix two actions each, by some of their points in order.

    Parameters
    ----------
    ties
        What each gains from its second action over its first, by everybody's actions; shape (3, 2, 2, 2). Its own
        action makes no difference.
    losses
        What every other deviation loses; shape (deviations, 2, 2, 2).

    Yields
    ------
    list of tuple
        A single point, or points of a curve with its ends, along the third player's mixture.

    Raises
    ------
    NotDescribed
        If at some mixture of the third a player is tied whatever another does: the equilibria may be more than curves,
        or curves along which that mixture stays.
    """
    shares = _shares(ties)
    left = _along(ties[2], shares)
    if np.abs(left.coeffs).max() > TIED_GAINS:
        places = [place for place in _roots(left) if 0.0 <= place <= 1.0]
        points = (_at(shares, place) for place in places if _held(shares, losses, place))
        yield from ([point] for point in points if min(point) > _MIXED and max(point) < 1.0 - _MIXED)
        return
    conditions = [
        *shares,
        *(one - part for one, part in zip((shares[1], shares[3]), (shares[0], shares[2]), strict=True)),
    ]
    conditions += [_along(loss, shares) for loss in losses]
    ticks = sorted({0.0, 1.0, *(place for each in conditions for place in _roots(each) if 0.0 < place < 1.0)})
    grid = sorted({*ticks, *((a + b) / 2.0 for a, b in pairwise(ticks))})
    run: list[Point] = []
    for place in grid:
        if _held(shares, losses, place):
            run.append(_at(shares, place))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _shares(ties: Floats) -> tuple[np.poly1d, np.poly1d, np.poly1d, np.poly1d]:
    """The first player's mixture and the second's, each a numerator and a denominator, by the third's."""
    found: list[np.poly1d] = []
    for low, high in (ties[1, :, 0, :], ties[0, 0, :, :]):
        zero, one = (np.poly1d([line[1] - line[0], line[0]]) for line in (low, high))
        denominator = zero - one
        if np.abs(denominator.coeffs).max() <= TIED_GAINS:
            raise NotDescribed
        for place in _roots(denominator):
            if -_INSIDE <= place <= 1.0 + _INSIDE and abs(zero(place)) <= TIED_GAINS:
                if _INSIDE < place < 1.0 - _INSIDE:
                    raise NotDescribed
                # On the border it does not mix, and the curve leads there with the mixture that it has inside.
                zero, denominator = np.poly1d([zero[1]]), np.poly1d([denominator[1]])
        found += [zero, denominator]
    return found[0], found[1], found[2], found[3]


def _along(table: Floats, shares: tuple[np.poly1d, ...]) -> np.poly1d:
    """What a table is worth along the curve, times both denominators."""
    first, one, second, other = shares
    third = np.poly1d([1.0, 0.0])
    found = np.poly1d([0.0])
    for i, j, k in np.ndindex(2, 2, 2):
        weight = (first if i else one - first) * (second if j else other - second) * (third if k else 1.0 - third)
        found = found + float(table[i, j, k]) * weight
    return found


def _roots(polynomial: np.poly1d) -> list[float]:
    exact = np.where(np.abs(polynomial.coeffs) > TIED_GAINS, polynomial.coeffs, 0.0)
    return [float(root.real) for root in np.roots(exact) if abs(root.imag) < 1e-7]


def _at(shares: tuple[np.poly1d, ...], place: float) -> Point:
    first, one, second, other = (each(place) for each in shares)
    return tuple(float(np.clip(each, 0.0, 1.0)) for each in (first / one, second / other, place))  # type: ignore[return-value]


def _held(shares: tuple[np.poly1d, ...], losses: Floats, place: float) -> bool:
    """Whether the mixtures at a place are some, and nobody would deviate."""
    first, one, second, other = (each(place) for each in shares)
    if min(abs(one), abs(other)) <= TIED_GAINS:
        return False
    mixes = [np.array([1.0 - share, share]) for share in (first / one, second / other, place)]
    inside = all(own.min() >= -_INSIDE for own in mixes)
    return inside and bool((np.einsum("dabc,a,b,c->d", losses, *mixes) >= -_INSIDE).all())
