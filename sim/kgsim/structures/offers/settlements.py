"""What a bloc whose rule looks at all positions together picks from boxes of offers.

Egalitarian gains and those in equal shares of the most that each member could have are a lexicographic maximin (Imai
1983). While the order of the members' gains is the same, it is a lexicographic linear programme, whose best place is a
corner of the part of a cell with that order: a corner of the cell, or a mixture of two at which two members gain alike,
or of three at which three do. The most that each could have, nobody being left below its fallback, is at a corner of
the part that leaves nobody below, likewise.

As an offer comes as close to a corner of a cell as it likes, a bloc is sure of what its limits are worth. Where later
movers are indifferent they may answer otherwise too, or draw lots; unless that is no better for the bloc, whatever they
do, the set says that it may lack equilibria.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations

import numpy as np

from kgsim.arrays import Bools, Floats, Integers
from kgsim.games.objectives import EXACT_BETWEEN, Egalitarian
from kgsim.solvers.offers.cells import Offers, Planes, repeated
from kgsim.structures.offers.agreements import Mixture, crossings, ends_of, mixed
from kgsim.structures.offers.play import Bundled, Goal, Play
from kgsim.tolerances import ROUNDED_WORTH, ROUNDING


@dataclass(frozen=True, eq=False)
class _Way:
    """Offers of a box, or an action that is none's, as limits from cells.

    Attributes
    ----------
    value, chooser, cell
        The limits, and a number for the cell of each, -1 where there is none; shapes (limits, n, points) and
        (limits, points).
    worth
        What everybody has from them, in each block; shape (players, limits, points).
    open
        At which points something else may be answered, in each block.
    """

    value: Floats
    chooser: Floats
    cell: Integers
    worth: tuple[Floats, ...]
    open: tuple[Bools, ...]

    def any(self) -> Offers:
        """Some limit at each point, to stand for the box where nothing else is picked from it."""
        first = (self.cell >= 0).argmax(axis=0)[None, None]
        value, chooser = (np.take_along_axis(each, first, axis=0) for each in (self.value, self.chooser))
        return Offers(value, chooser, np.zeros((1, self.cell.shape[1]), dtype=bool), np.zeros(1, dtype=np.intp))


def settlements(
    play: Play,
    axis: int,
    bundled: Sequence[Bundled],
    planes: Sequence[Planes],
    offers: Sequence[Offers],
    goal: Goal,
) -> tuple[list[Offers], Bools]:
    """The offers of each box that are picked, or show what a member could have; and where others may be picked."""
    plain = [Bundled.of(play, bundled[0].stage, {axis: box}) for box in play.unboxed(axis)]
    ways = [_of_box(play, *each, goal) for each in zip(bundled, planes, offers, strict=True)]
    ways += [_of_action(play, each) for each in plain]
    known = np.stack([each.history(play) for each in (*bundled, *plain)])
    open_ = np.full(offers[0].valid.shape[1], len(goal.objective.members) not in EXACT_BETWEEN)
    found = [[way.any()] for way in ways[: len(bundled)]]
    for numbers in np.unique(known.reshape(len(ways), -1), axis=1).T:
        for way, number in zip(ways, numbers, strict=True):
            open_ |= way.open[number]
        worths = [way.worth[number] for way, number in zip(ways, numbers, strict=True)]
        chosen, several = _picked(ways, worths, goal)
        open_ |= several
        for own, each in zip(found, chosen, strict=False):
            own.append(each)
    return [reduce(Offers.beside, each) for each in found], open_


def _of_box(play: Play, bundled: Bundled, planes: Planes, offers: Offers, goal: Goal) -> _Way:
    limits = (offers.value != offers.chooser).any(axis=(1, 2))
    value, chooser = offers.value[limits], offers.chooser[limits]
    cell = np.where(offers.valid[limits], planes.cells(chooser), -1)
    sure = list(ends_of(play, bundled, value, chooser))
    corners, there = offers.value[~limits], offers.valid[~limits]
    ties = ends_of(play, bundled, corners, corners, mixing=True)
    return _Way(
        value,
        chooser,
        cell,
        tuple(_first(*each) for each in sure),
        tuple(
            _contested(goal, worth, mask & there) | _several(mine, cell >= 0)
            for (_, mine), (worth, mask) in zip(sure, ties, strict=True)
        ),
    )


def _of_action(play: Play, bundled: Bundled) -> _Way:
    points = play.payoffs[bundled.stage].shape[-1]
    nothing, cell = np.empty((1, 0, points)), np.zeros((1, points), dtype=np.intp)
    ends = list(ends_of(play, bundled, nothing, nothing, mixing=True))
    return _Way(
        nothing,
        nothing,
        cell,
        tuple(_first(*each) for each in ends),
        tuple(_several(mask, cell >= 0) for _, mask in ends),
    )


def _first(payoffs: Floats, mask: Bools) -> Floats:
    return np.asarray(np.take_along_axis(payoffs, mask.argmax(axis=0)[None, None], axis=1)[:, 0])


def _several(mask: Bools, there: Bools) -> Bools:
    """At which points more than one bundle may follow some offer."""
    return np.asarray(((mask.sum(axis=0) > 1) & there).any(axis=0))


def _contested(goal: Goal, payoffs: Floats, mask: Bools) -> Bools:
    """At which points a bloc may want later movers to do one thing at some tie and another one elsewhere.

    It does not if of every two bundles one is worse for no member wherever both may follow, or gives no member more
    than its fallback: then a mixture that leaves nobody below its fallback is no better than one of the two. Where both
    are worth the same to all members, others may have either.
    """
    objective = goal.objective
    assert isinstance(objective, Egalitarian)
    gains = objective.gains(goal.seen(payoffs))  # (bundles, offers, points, members)
    idle = np.asarray((np.all(gains <= 0.0, axis=-1) | ~mask).all(axis=1))
    found = np.zeros(mask.shape[-1], dtype=bool)
    for one, other in combinations(range(len(mask)), 2):
        both = mask[one] & mask[other]
        if both.any():
            gap = gains[one] - gains[other]
            slack = ROUNDED_WORTH * (np.abs(gains[one]) + np.abs(gains[other]))
            worse, better = (_all(each, both) for each in (gap <= slack, gap >= -slack))
            same = (both & np.all(np.abs(gap) <= slack, axis=-1) & np.any(gains[one] > 0.0, axis=-1)).any(axis=0)
            found |= both.any(axis=0) & (same | ~(worse | better | idle[one] | idle[other]))
    return found


def _all(each: Bools, where: Bools) -> Bools:
    return np.asarray((each.all(axis=-1) | ~where).all(axis=0))


def _picked(ways: Sequence[_Way], worths: Sequence[Floats], goal: Goal) -> tuple[list[Offers], Bools]:
    """The offers of each way that are picked or attain the most of a member, and where several are picked."""
    objective = goal.objective
    assert isinstance(objective, Egalitarian)
    members = len(objective.members)
    gains = [objective.gains(goal.seen(worth)) for worth in worths]  # (limits, points, members)
    lines = [list(np.moveaxis(each, -1, 0)) for each in gains]
    first = [_mixes(way, own, members) for way, own in zip(ways, lines, strict=True)]
    sure, _, there = _positions(worths, first)
    most = _left(objective, goal, sure, there).max(axis=0)
    rates = objective.rates(np.maximum(most, 0.0))
    for own, each in zip(lines, gains, strict=True):
        shares = np.moveaxis(rates * each, -1, 0)
        own += [shares[i] - shares[j] for i, j in combinations(range(members), 2)]
    mixes = [_mixes(way, own, members) for way, own in zip(ways, lines, strict=True)]
    payoffs, sizes, there = _positions(worths, mixes)
    picked = objective.choose(goal.seen(payoffs), goal.seen(sizes), there)
    left = _left(objective, goal, payoffs, there)
    kept = picked.copy()
    for member in range(members):
        np.put_along_axis(kept, left[..., member].argmax(axis=0)[None], True, axis=0)
    kept &= left[..., 0] > -np.inf
    low, high = (np.where(picked, payoffs, end) for end in (np.inf, -np.inf))
    apart = high.max(axis=1) - low.min(axis=1) > 2.0 * ROUNDED_WORTH * np.where(picked, sizes, 0.0).max(axis=1)
    ends = np.cumsum([sum(among.shape[1] for among, _ in own) for own in mixes])[:-1]
    every = zip(ways, mixes, np.split(kept, ends), strict=True)
    return [_offers(way, own, mask) for way, own, mask in every if way.value.shape[1]], apart.any(axis=0)


def _left(objective: Egalitarian, goal: Goal, payoffs: Floats, there: Bools) -> Floats:
    """Gains of positions, shape (positions, points, members); minus infinity where some member would not sign."""
    gains = objective.gains(goal.seen(payoffs))
    return np.where((there & (gains >= 0.0).all(axis=-1))[..., None], gains, -np.inf)


def _mixes(way: _Way, lines: Sequence[Floats], members: int) -> list[Mixture]:
    """The limits by themselves, and the mixtures at which some of the lines are 0."""
    alone = np.where(way.cell >= 0, 1.0, np.nan)[None]
    return [(np.arange(len(way.cell))[None], alone), *crossings(lines, way.cell, members)]


def _positions(worths: Sequence[Floats], mixes: Sequence[Sequence[Mixture]]) -> tuple[Floats, Floats, Bools]:
    """What everybody has from mixtures, the size of the numbers in it, and whether there is one.

    Shapes (players, mixtures, points) twice and (mixtures, points).
    """
    parts = []
    for worth, own in zip(worths, mixes, strict=True):
        for among, weights in own:
            there = ~np.isnan(weights).any(axis=0)
            shares = np.where(there, weights, 0.0)
            payoff, size = (np.einsum("ksm,pksm->psm", shares, each[:, among]) for each in (worth, np.abs(worth)))
            parts.append((np.where(np.abs(payoff) <= ROUNDING * size, 0.0, payoff), size, there))
    payoffs, sizes, some = zip(*parts, strict=True)
    return np.concatenate(payoffs, axis=1), np.concatenate(sizes, axis=1), np.concatenate(some)


def _offers(way: _Way, mixes: Sequence[Mixture], kept: Bools) -> Offers:
    """Some mixtures of limits as offers, each once."""
    parts = np.split(kept, np.cumsum([among.shape[1] for among, _ in mixes])[:-1])
    found = [mixed(way.value, way.chooser, way.cell, *mix, mask) for mix, mask in zip(mixes, parts, strict=True)]
    place, within, of_cell, there = (np.concatenate(each) for each in zip(*found, strict=True))
    number = np.arange(len(place))
    there = there & ~repeated(Offers(place, of_cell[:, None], there, number))
    return Offers(place, within, there, number)
