"""Where on a product of two polytopes some bilinear conditions hold: products again, or regions of a rectangle.

Two players mix, and others, who do not, must have no reason to deviate. What they lose by it is linear in each of the
two mixtures, so a condition leaves all of the product, none of it, a smaller product, or, where it changes sign and
both mixtures are free, a region that is no product. If each mixture lies on a segment, that region is told exactly:
over each point of the one segment lies a piece of the other, so its connected parts are those of its shadow, whose
ends are roots of quadratics.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from kgsim.arrays import Floats
from kgsim.solvers.corners import half
from kgsim.solvers.strategic.nash_subsets import maximal_nash_subsets
from kgsim.tolerances import TIED_GAINS


class NotDescribed(Exception):
    """A condition cuts a product of which one factor is no segment."""


@dataclass(frozen=True, eq=False)
class Region:
    """A connected set of pairs of mixtures.

    Attributes
    ----------
    xs, ys
        Corners of the two polytopes in whose product it lies; shapes (corners, actions).
    shadow
        If it is not all of the product: how far along the segment of ``xs`` it reaches, from and to.
    ends
        Then, pairs of mixtures at its ends.
    """

    xs: Floats
    ys: Floats
    shadow: tuple[float, float] | None = None
    ends: tuple[tuple[Floats, Floats], ...] = ()


def cut(xs: Floats, ys: Floats, losses: Floats) -> list[Region]:
    """The connected parts of a product of polytopes on which no loss is negative.

    Parameters
    ----------
    xs, ys
        The corners; shapes (corners, actions).
    losses
        What each deviation loses at each pair of corners; shape (deviations, corners of xs, corners of ys).

    Raises
    ------
    NotDescribed
        If what is left is no product, and not both polytopes are segments.
    """
    losses = losses[(losses < -TIED_GAINS).any(axis=(1, 2))]
    if not len(losses):
        return [Region(xs, ys)]
    most = losses.max(axis=(1, 2))
    if most.min() < -TIED_GAINS:
        return []
    first = int(most.argmin())
    rest = np.delete(losses, first, axis=0)
    if most[first] <= TIED_GAINS:
        flat = list(_products(losses[first]))
        return [region for i, j in flat for region in cut(xs[i], ys[j], rest[:, i][:, :, j])]
    if len(ys) == 1:
        shares = half(losses[first, :, 0], TIED_GAINS)
        return cut(shares @ xs, ys, np.einsum("sx,dxy->dsy", shares, rest))
    if len(xs) == 1:
        shares = half(losses[first, 0], TIED_GAINS)
        return cut(xs, shares @ ys, np.einsum("sy,dxy->dxs", shares, rest))
    if len(xs) == len(ys) == 2:
        return list(_parts(xs, ys, losses))
    raise NotDescribed


def _products(loss: Floats) -> Iterator[tuple[list[int], list[int]]]:
    """Corners whose products are all that a loss which is nowhere positive leaves: those that it is zero on."""
    pairs = [(int(i), int(j)) for i, j in np.argwhere(loss >= -TIED_GAINS)]
    subsets, _ = maximal_nash_subsets(pairs)
    covered = {number for subset in subsets for number in subset}
    for subset in (*subsets, *((number,) for number in range(len(pairs)) if number not in covered)):
        yield sorted({pairs[k][0] for k in subset}), sorted({pairs[k][1] for k in subset})


def _parts(xs: Floats, ys: Floats, losses: Floats) -> Iterator[Region]:
    """The connected parts of a rectangle cut by bilinear conditions."""
    ticks = _ticks(losses)
    grid = sorted({*ticks, *((a + b) / 2.0 for a, b in pairwise(ticks))})
    spans = [_span(losses, s) for s in grid]
    start = 0
    for stop in range(len(grid) + 1):
        if stop < len(grid) and spans[stop] is not None:
            continue
        inside = [(s, span) for s, span in zip(grid[start:stop], spans[start:stop], strict=True) if span]
        if inside:
            yield _region(xs, ys, inside)
        start = stop + 1


def _region(xs: Floats, ys: Floats, inside: list[tuple[float, tuple[float, float]]]) -> Region:
    def x(s: float) -> Floats:
        return np.asarray((1.0 - s) * xs[0] + s * xs[1])

    def y(t: float) -> Floats:
        return np.asarray((1.0 - t) * ys[0] + t * ys[1])

    (low, first), (high, _) = inside[0], inside[-1]
    if all(np.allclose(span, first, rtol=0.0, atol=TIED_GAINS) for _, span in inside):
        return Region(
            np.array([x(s) for s in dict.fromkeys((low, high))]), np.array([y(t) for t in dict.fromkeys(first)])
        )
    ends = [(x(s), y(t)) for s, span in inside for t in dict.fromkeys(span)]
    return Region(xs, ys, (low, high), tuple(ends))


def _ticks(losses: Floats) -> list[float]:
    """Places on the first segment between which the conditions bind in one order; the ends among them."""
    starts, ends = _lines(losses, 0), _lines(losses, 1)
    found = [0.0, 1.0]
    polynomials = [*starts, *ends]
    polynomials += [
        np.polysub(np.polymul(a, d), np.polymul(b, c))
        for k, (a, b) in enumerate(zip(starts, ends, strict=True))
        for c, d in zip(starts[:k], ends[:k], strict=True)
    ]
    for polynomial in polynomials:
        exact = np.where(np.abs(polynomial) > TIED_GAINS, polynomial, 0.0)
        # A double root that rounding has made complex touches all the same.
        roots = np.roots(exact)
        found += [float(root.real) for root in roots if abs(root.imag) < 1e-7 and 0.0 < root.real < 1.0]
    return sorted(set(found))


def _lines(losses: Floats, end: int) -> list[Floats]:
    """Each loss at one end of the second segment, as a polynomial in the place on the first."""
    return [np.array([loss[1, end] - loss[0, end], loss[0, end]]) for loss in losses]


def _span(losses: Floats, s: float) -> tuple[float, float] | None:
    """From where to where the conditions hold on the second segment, at a place on the first."""
    low, high = 0.0, 1.0
    for loss in losses:
        start, end = (1.0 - s) * loss[0] + s * loss[1]
        if abs(end - start) <= TIED_GAINS:
            if start < -TIED_GAINS:
                return None
        elif end > start:
            low = max(low, -start / (end - start))
        else:
            high = min(high, start / (start - end))
    if low > high + TIED_GAINS:
        return None
    return (low, max(low, high)) if high - low > TIED_GAINS else (low, low)
