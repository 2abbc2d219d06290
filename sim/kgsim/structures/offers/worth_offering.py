"""Which offers a mover may want to make: those that nothing else is surely better than, whatever follows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Bools, Floats, Integers
from kgsim.solvers.offers.cells import Offers
from kgsim.solvers.offers.indifference import Answers
from kgsim.structures.offers.play import Bundled, Goal, Play
from kgsim.tolerances import ON_A_PLANE, ROUNDED_WORTH

#: Large odd numbers whose sums tell sets of bundles apart.
_PRIMES = np.random.default_rng(0).integers(1 << 40, 1 << 50, 4096) | 1


def worth_offering(
    play: Play, axis: int, bundled: Sequence[Bundled], offers: Sequence[Offers], goal: Goal
) -> list[Bools]:
    """Which offers their mover may want to make, in some history before the stage."""
    stage = bundled[0].stage
    plain = play.unboxed(axis)
    nothing = np.empty((1, 0, play.payoffs[stage].shape[-1]))
    sure = Offers(nothing, nothing, np.ones((1, nothing.shape[-1]), dtype=bool), np.zeros(1, dtype=np.intp))
    every = [*bundled, *(Bundled.of(play, stage, {axis: box}) for box in plain)]
    ways = [*offers, *[sure] * len(plain)]
    others = [own[0] for other, own in enumerate(play.goals) if other in play.stages[stage] and other != axis]
    spans = [list(_spans(play, each, offer, goal, others)) for each, offer in zip(every, ways, strict=True)]
    known = np.stack([each.history(play) for each in every])
    # What was done before the stage, and what the others do at the same time.
    known = known.reshape(len(every), prod(play.labels.shape[: play.stages[stage][0]]), -1)
    kept = [np.zeros(each.valid.shape, dtype=bool) for each in offers]
    for histories in np.unique(known, axis=1).swapaxes(0, 1):
        at_once = np.unique(histories, axis=1)
        here = [[own[number] for number in numbers] for own, numbers in zip(spans, at_once, strict=True)]
        low = np.concatenate([np.stack([span.low for span in own]) for own in here], axis=1)
        high = np.concatenate([np.stack([span.high for span in own]) for own in here], axis=1)
        slack = ROUNDED_WORTH * np.max([span.size for own in here for span in own], axis=0)
        wanted = _undominated(low, high, slack)
        for mask, part in zip(kept, np.split(wanted, np.cumsum([len(way) for way in ways])[:-1]), strict=False):
            mask |= part
    # Offers after which the terms make no difference are all one, such as those that are refused.
    kept = [mask & ~_idle_again(own, mask) for mask, own in zip(kept, spans, strict=False)]
    return [mask & ~_replaced(own, offer, mask) for mask, own, offer in zip(kept, spans, offers, strict=False)]


def _replaced(spans: Sequence[_Span], offers: Offers, kept: Bools) -> Bools:
    """Which offers that are kept one of their limits stands for in every equilibrium; shape (offers, points)."""
    stands = np.logical_and.reduce([span.stands for span in spans])
    found = np.zeros(stands.shape, dtype=bool)
    limits = np.flatnonzero(offers.itself != np.arange(len(offers)))
    np.logical_or.at(found, offers.itself[limits], stands[limits])
    # Where more planes than need be meet, a corner is there several times, each with some of the limits.
    some = np.flatnonzero(found.any(axis=1))
    again = np.setdiff1d(np.flatnonzero((kept & ~found).any(axis=1)), limits)
    for number in again:
        same = np.abs(offers.value[some] - offers.value[number]).max(axis=1, initial=0.0) <= ON_A_PLANE
        found[number] |= (same & found[some]).any(axis=0)
    return found


def _undominated(low: Floats, high: Floats, slack: Floats) -> Bools:
    """Which ways to move nothing else is surely better than, whatever the others do; shape (ways, points).

    Parameters
    ----------
    low, high
        The least and the most that each is worth; shape (others' choices, ways, points). If nobody else chooses, the
        best of the least is what counts.
    slack
        Differences up to this are none; shape (points,).
    """
    if len(low) == 1:
        return np.asarray(high[0] >= low[0].max(axis=0) - slack)
    wanted = np.asarray((high > -np.inf).any(axis=0))
    for rival in np.flatnonzero((low > -np.inf).any(axis=(0, 2))):
        wanted &= ~(high < low[:, [rival]] - slack).all(axis=0)
    return wanted


def _idle_again(spans: Sequence[_Span], kept: Bools) -> Bools:
    """Which offers end like an earlier one that is kept, whatever the terms; shape (offers, points)."""
    idle = np.zeros(kept.shape, dtype=np.int64)
    some = np.ones(kept.shape, dtype=bool)
    for number, span in enumerate(spans):
        idle += span.idle * (2 * number + 1)
        some &= span.idle > 0
    again = np.zeros(kept.shape, dtype=bool)
    for number in np.unique(idle[some & kept]):
        same = kept & some & (idle == number)
        again |= same & (np.cumsum(same, axis=0) > 1)
    return again


class _Span(NamedTuple):
    """What offers may be worth to their mover, and whether terms matter to what follows; shape (offers, points).

    `idle` is 0 where they do, and elsewhere a number for each set of what may follow. `stands` tells limits that
    stand for the offer itself: whatever else may follow that is strictly worse for the mover, and so is no reason to
    make it, and no worse for any who choose at the same time, and so no threat.
    """

    low: Floats
    high: Floats
    size: Floats
    idle: Integers
    stands: Bools


class _Made(NamedTuple):
    """The offers that there are, each at each of its points: their numbers, and what everybody decides on."""

    offer: Integers
    point: Integers
    itself: Integers

    @classmethod
    def of(cls, offers: Offers) -> _Made:
        """`itself` is the place of the same offer that is no limit, -1 where there is none."""
        offer, point = np.nonzero(offers.valid)
        place = np.full(offers.valid.shape, -1)
        place[offer, point] = np.arange(len(offer))
        return cls(offer, point, np.where(offers.itself[offer] == offer, -1, place[offers.itself[offer], point]))

    def worths(self, corners: Floats, place: Floats) -> Floats:
        """What is affine between the corners of a box, (..., corners, points), at places (offers, n, points)."""
        n = place.shape[1]
        worth = corners[..., 0, :].take(self.point, axis=-1)
        for i in range(n):
            slope = corners[..., 1 << (n - 1 - i), :] - corners[..., 0, :]
            worth += slope.take(self.point, axis=-1) * place[self.offer, i, self.point]
        return worth

    def largest(self, values: Floats, points: int) -> Floats:
        """The largest of values (..., offers made) at each point, by size; what is not finite does not count."""
        size = np.abs(np.where(np.isfinite(values), values, 0.0)).max(axis=tuple(range(values.ndim - 1)))
        found = np.zeros(points)
        np.maximum.at(found, self.point, size)
        return found

    def spread(self, values: NDArray[Any], offers: Offers, elsewhere: float) -> NDArray[Any]:
        """Values of the offers made as an array of shape (offers, points)."""
        found = np.full(offers.valid.shape, elsewhere, dtype=values.dtype)
        found[self.offer, self.point] = values
        return found


def _spans(play: Play, bundled: Bundled, offers: Offers, goal: Goal, others: Sequence[Goal]) -> Iterator[_Span]:
    """What each offer may be worth to its mover, in each block; `others` choose at the same time."""
    made, points = _Made.of(offers), offers.valid.shape[1]
    answers = Answers([made.worths(each, offers.chooser) for each in bundled.worths(play)], mixing=True)
    payoffs = made.worths(play.payoffs[bundled.stage][:, bundled.bundles], offers.value)
    here = goal.at(made.point)
    own, rivals = here.score(payoffs), [each.at(made.point).score(payoffs) for each in others]
    size = made.largest(own, points)
    changing = (bundled.bundles != bundled.bundles[:, :1]).any(axis=1)
    for block in bundled.blocks(play):
        ids, masks = answers.gather(block)
        mask = np.broadcast_to(masks, (len(ids), len(made.point)))
        low = np.where(mask, own[ids], np.inf).min(axis=0)
        high = np.where(mask, own[ids], -np.inf).max(axis=0)
        number = _PRIMES[ids % len(_PRIMES)] @ mask
        idle = np.where(mask[changing[ids]].any(axis=0), 0, number)
        slack = ROUNDED_WORTH * made.largest(own[ids], points)[made.point]
        ends = None if goal.objective.linear else payoffs[:, ids]
        stands = _standing_for(made, mask, slack, here, ends, own[ids], [each[ids] for each in rivals])
        yield _Span(
            made.spread(low, offers, -np.inf),
            made.spread(high, offers, -np.inf),
            size,
            made.spread(idle, offers, 0),
            made.spread(stands, offers, False),
        )


def _standing_for(
    made: _Made, mask: Bools, slack: Floats, goal: Goal, payoffs: Floats | None, own: Floats, others: Sequence[Floats]
) -> Bools:
    """See `_Span.stands`; shape (offers made,).

    Parameters
    ----------
    made, mask, slack
        Offers, which bundles may follow each, shape (bundles, offers), and what makes no difference to its mover.
    goal, payoffs, own, others
        What the mover wants, what everybody has from each bundle, players first, None if mixtures are worth what lies
        between, and what the mover and the others make of that.
    """
    limits = np.flatnonzero((made.itself >= 0) & (mask.sum(axis=0) == 1))
    sure = mask[:, limits].argmax(axis=0)
    best = own[:, limits]
    each = np.arange(len(limits))
    fine = best < best[sure, each] - slack[limits]
    if payoffs is not None:
        there = payoffs[:, :, limits]
        way = goal.at(limits).between(there[:, sure, each][:, None], there)
        if way is not None:
            # A mixture of the two is worse as well.
            fine &= np.isnan(way)
    for score in others:
        fine &= score[:, limits] >= score[sure, limits]
    fine |= ~mask[:, made.itself[limits]] | (np.arange(len(mask))[:, None] == sure)
    found = np.zeros(len(made.point), dtype=bool)
    found[limits] = fine.all(axis=0)
    return found
