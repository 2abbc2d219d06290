"""Structures in which terms are offered from intervals, as games with the finitely many offers that can matter.

An interval stands in a game as a *box*: an action for each corner, between which payoffs are affine. Box by box, from
the last stage to the first, the corners are exchanged for the offers of `kgsim.solvers.offers.cells`. As an offer that
is the limit of others is worth what it is itself to whoever makes it, while later movers decide on the others, payoffs
are kept once for each stage: what its movers decide on.

This is the one place that does so, for one parameter point and for many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import pairwise, product
from math import prod
from typing import NamedTuple, TypeAlias

import numpy as np

from kgsim.arrays import Bools, Floats, Integers
from kgsim.games.objectives import NashProduct, Objective
from kgsim.scenario.deals import Deals
from kgsim.scenario.model import Action, Decision, Scenario, Structure
from kgsim.scenario.payoffs import actions_of
from kgsim.solvers.offers.cells import Offers, Planes, corner_weights, critical_offers
from kgsim.solvers.offers.indifference import Indifferences
from kgsim.tolerances import ROUNDED_WORTH, ROUNDING

#: What a mover of a stage makes of payoffs (players, deals, points): (deals, points); None if that is no number.
Worth: TypeAlias = Callable[[Floats], Floats]


#: Large odd numbers whose sums tell sets of bundles apart.
_PRIMES = np.random.default_rng(0).integers(1 << 40, 1 << 50, 4096) | 1


@dataclass(frozen=True, eq=False)
class Box:
    """Terms that one action may take from intervals.

    Attributes
    ----------
    corners
        The actions at the corners, in C order; shape (2**n,).
    terms
        For each term the member of the mover that offers it, its name and its two ends.
    """

    corners: Integers
    terms: tuple[tuple[int, str, float, float], ...]

    def named(self, actions: Sequence[Action], place: Floats) -> tuple[Action, ...]:
        """The members' actions where the terms have a place (n,) in the unit cube; `actions` are those of a corner."""
        menus = [dict(action.menu) for action in actions]
        for (member, term, low, high), share in zip(self.terms, place, strict=True):
            menus[member][term] = float(low + (high - low) * share)
        return tuple(Action(action.move, menu) for action, menu in zip(actions, menus, strict=True))


@dataclass(frozen=True, eq=False)
class Axis:
    """What a mover can do: actions of the axis as it was, and offers from its boxes.

    Attributes
    ----------
    source
        The action, or the first corner of the box, of each entry.
    box
        The number of the box of each entry, -1 for an action that is none's.
    slot
        Which of the box's offers it is.
    offers, boxes
        The offers of each box, and the boxes.
    """

    source: tuple[int, ...]
    box: tuple[int, ...]
    slot: tuple[int, ...]
    offers: tuple[Offers, ...]
    boxes: tuple[Box, ...]

    @property
    def among_others(self) -> frozenset[int]:
        """The entries beside which there are further offers with the same ties.

        Of one term alone an offer that makes a later mover indifferent has no neighbour that does.
        """
        limits = [(offer.value != offer.chooser).any(axis=(1, 2)) for offer in self.offers]
        return frozenset(
            entry
            for entry, (box, slot) in enumerate(zip(self.box, self.slot, strict=True))
            if box >= 0 and (len(self.boxes[box].terms) > 1 or limits[box][slot])
        )

    def actions(self, of: Sequence[tuple[Action, ...]], point: int = 0) -> tuple[tuple[Action, ...], ...]:
        """The joint action of each entry at a point, given those of the axis as it was."""
        return tuple(
            of[source] if box < 0 else self.boxes[box].named(of[source], self.offers[box].value[slot, :, point])
            for source, box, slot in zip(self.source, self.box, self.slot, strict=True)
        )


@dataclass(frozen=True, eq=False)
class Goal:
    """What a mover makes of payoffs, players along the first and points along the last axis.

    Attributes
    ----------
    objective
        With what is stated of its members at each point; they are counted among `seats`.
    seats
        The players whose payoffs it is given.
    where
        The points at which this is its goal; shape (points,).
    """

    objective: Objective
    seats: tuple[int, ...]
    where: Bools

    def score(self, payoffs: Floats) -> Floats:
        """The objective's score of payoffs (players, ..., points)."""
        return np.asarray(self.objective.score(np.moveaxis(payoffs[list(self.seats)], 0, -1)))

    def between(self, first: Floats, second: Floats) -> Floats | None:
        """See `kgsim.games.objectives.NashProduct.between`; None if ends are enough."""
        if not isinstance(self.objective, NashProduct):
            return None
        ends = (np.moveaxis(each[list(self.seats)], 0, -1) for each in (first, second))
        return np.asarray(self.objective.between(*ends))


@dataclass(frozen=True, eq=False)
class Play:
    """A structure laid out by movers in order of play.

    Attributes
    ----------
    labels
        Deal of each history, one axis per mover.
    stages
        The axes of each stage.
    payoffs
        For each stage what its movers decide on; shape (players, deals, points) each.
    outcomes
        Of each deal.
    worths
        Of each axis, the mover's `Worth`, if its objective is linear.
    goals
        Of each axis, what the mover wants to know of payoffs: for each fallback, if several may be fallen back on.
    boxes
        Of each axis, while they are not exchanged for offers.
    axes
        What each axis with boxes has become.
    meets
        At which points what one mover offers turns on what another does, which is not solved; None if nowhere.
    """

    labels: Integers
    stages: tuple[tuple[int, ...], ...]
    payoffs: tuple[Floats, ...]
    outcomes: Integers
    worths: tuple[Worth | None, ...]
    goals: tuple[tuple[Goal, ...], ...]
    boxes: tuple[tuple[Box, ...], ...]
    axes: Mapping[int, Axis] = field(default_factory=dict)
    meets: Bools | None = None


#: Why a structure in which offers meet is not solved.
OFFERS_MEET = (
    "what later movers make of one offer from an interval turns on another player's offer from an interval: give the "
    "terms of one of the two a step or a list of values"
)


def has_intervals(scenario: Scenario, structure: Structure) -> bool:
    """Whether some move that the structure lets be played has a term from an interval."""
    return any(
        set(scenario.decisions[name].intervals) & set(structure.only.get(name, scenario.decisions[name].intervals))
        for stage in structure.play
        for mover in stage
        for name in mover
    )


def boxes_of(decisions: Sequence[Decision], actions: Sequence[tuple[Action, ...]]) -> tuple[Box, ...]:
    """The boxes among a mover's joint actions."""
    place = {_key(joint): number for number, joint in enumerate(actions)}
    found: list[Box] = []
    for joint in actions:
        spans: list[tuple[int, str, tuple[float, float]]] = []
        for member, (decision, action) in enumerate(zip(decisions, joint, strict=True)):
            for term, ends in decision.intervals.get(action.move, {}).items():
                upper = [pair for pair in pairwise(ends) if pair[0] == action.menu[term]]
                spans += [(member, term, pair) for pair in upper or [(ends[-1], ends[-1])]]
        if not spans or any(low == high for *_, (low, high) in spans):
            continue
        corners = []
        for values in product(*(pair for *_, pair in spans)):
            menus = [dict(action.menu) for action in joint]
            for (member, term, _), value in zip(spans, values, strict=True):
                menus[member][term] = value
            corners.append(place[_key(Action(a.move, menu) for a, menu in zip(joint, menus, strict=True))])
        found.append(Box(np.array(corners), tuple((member, term, *pair) for member, term, pair in spans)))
    return tuple(found)


def _key(joint: object) -> tuple[object, ...]:
    return tuple((action.move, *action.menu.items()) for action in joint)  # type: ignore[attr-defined]


def corners(
    scenario: Scenario,
    structure: Structure,
    deals: Deals,
    tables: Sequence[Floats],
    goals: Sequence[tuple[Goal, ...]],
) -> Play:
    """A structure at many points, its intervals standing for their corners; `goals` of each mover."""
    decisions = list(scenario.decisions)
    movers = [mover for stage in structure.play for mover in stage]
    order = [decisions.index(decision) for mover in movers for decision in mover]
    rest = [axis for axis in range(len(decisions)) if axis not in order]
    actions = dict(zip(decisions, actions_of(scenario, structure), strict=True))
    joint = [tuple(product(*(actions[decision] for decision in mover))) for mover in movers]
    axes = iter(range(len(movers)))
    return Play(
        labels=deals.labels[structure.name].transpose(*order, *rest).reshape([len(each) for each in joint]),
        stages=tuple(tuple(next(axes) for _ in stage) for stage in structure.play),
        payoffs=tuple(tables),
        outcomes=deals.outcomes,
        worths=tuple(own[0].score if own[0].objective.linear else None for own in goals),
        goals=tuple(goals),
        boxes=tuple(
            boxes_of([scenario.decisions[name] for name in mover], own)
            for mover, own in zip(movers, joint, strict=True)
        ),
    )


def reduced(play: Play) -> Play:
    """The play with its boxes exchanged for the offers that can matter."""
    for stage in reversed(range(len(play.stages))):
        for axis in reversed(play.stages[stage]):
            if play.boxes[axis]:
                play = _exchanged(play, stage, axis)
    return play


def _exchanged(play: Play, stage: int, axis: int) -> Play:
    bundled = [Bundled.of(play, stage, axis, box) for box in play.boxes[axis]]
    planes = [_planes(play, each) for each in bundled]
    offers = [critical_offers(each) for each in planes]
    meets = _meets(play, stage, axis, planes)
    goals = play.goals[axis]
    if goals[0].objective.ranks:
        chosen = _for_goals(play, axis, bundled, planes, offers, goals)
    else:
        chosen = [each.only(each.valid) for each in offers]
    found = _laid_out(play, stage, axis, tuple(chosen))
    return replace(found, meets=meets if play.meets is None else play.meets | meets)


def _for_goals(
    play: Play,
    axis: int,
    bundled: Sequence[Bundled],
    planes: Sequence[Planes],
    offers: Sequence[Offers],
    goals: Sequence[Goal],
) -> list[Offers]:
    """The offers that can matter for any goal."""
    found: list[Offers] = []
    for goal in goals:
        every = list(offers)
        if goal.objective.linear:
            pass
        elif isinstance(goal.objective, NashProduct):
            every = [
                each.beside(compromises(play, own, cut, each, goal))
                for own, cut, each in zip(bundled, planes, offers, strict=True)
            ]
        kept = _worth_offering(play, axis, bundled, every, goal)
        some = [each.only(mask & goal.where) for each, mask in zip(every, kept, strict=True)]
        found = some if not found else [each.beside(more) for each, more in zip(found, some, strict=True)]
    return [each.only(each.valid) for each in found] if len(goals) > 1 else found


def compromises(play: Play, bundled: Bundled, planes: Planes, offers: Offers, goal: Goal) -> Offers:
    """Offers between corners of one cell that two members of a bloc would meet at.

    Payoffs of two members that offers from a cell lead to are a polygon, whose sides lie between corners of the cell.
    """
    limits = (offers.value != offers.chooser).any(axis=(1, 2))
    value, chooser, valid = offers.value[limits], offers.chooser[limits], offers.valid[limits]
    cell = planes.cells(chooser)
    first, second = np.triu_indices(len(value), 1)
    apart = valid[first] & valid[second] & (cell[first] == cell[second])
    some = np.flatnonzero(apart.any(axis=1))
    first, second, apart = first[some], second[some], apart[some]
    parts = []
    for payoffs in _payoffs_of_limits(play, bundled, value, chooser):
        share = goal.between(payoffs[:, first], payoffs[:, second])
        assert share is not None
        there = apart & ~np.isnan(share)
        way = np.where(there, share, 0.0)[:, None]
        place = (1.0 - way) * value[first] + way * value[second]
        number = np.arange(len(place))
        parts.append(
            Offers(place, place, there, number).beside(Offers(place, chooser[first], there, number - len(place)))
        )
    return reduce(Offers.beside, parts)


def _payoffs_of_limits(play: Play, bundled: Bundled, value: Floats, chooser: Floats) -> Iterator[Floats]:
    """What everybody has from each limit, in each block; shape (players, limits, points)."""
    weights = corner_weights(chooser)
    worths = [np.einsum("bcm,scm->bsm", each, weights) for each in bundled.worths(play)]
    alive = Indifferences([each.reshape(len(each), 1, -1) for each in worths])
    corners = play.payoffs[bundled.stage][:, bundled.bundles]
    payoffs = np.einsum("pbcm,scm->pbsm", corners, corner_weights(value))
    for block in bundled.blocks(play):
        ids, masks = alive.gather(block)
        mask = np.broadcast_to(masks, (len(ids), payoffs[0, 0].size)).reshape(len(ids), *payoffs.shape[2:])
        chosen = ids[mask.argmax(axis=0)]
        yield np.take_along_axis(payoffs, chosen[None, None], axis=1)[:, 0]


def _meets(play: Play, stage: int, axis: int, planes: Sequence[Planes]) -> Bools:
    """At which points what later movers make of an offer turns on another offer from an interval too."""
    found = np.zeros(play.payoffs[-1].shape[-1], dtype=bool)
    count = [each.valid.sum(axis=0) for each in planes]
    for other in (other for at in play.stages[: stage + 1] for other in at if other != axis):
        for box in play.boxes[other]:
            for corner in box.corners:
                kept = [action for action in range(play.labels.shape[other]) if action not in box.corners]
                part = replace(play, labels=play.labels.take([*kept, int(corner)], axis=other))
                for most, own in zip(count, play.boxes[axis], strict=True):
                    found |= most != _planes(part, Bundled.of(part, stage, axis, own)).valid.sum(axis=0)
    return found


@dataclass(frozen=True, eq=False)
class Bundled:
    """What can follow the offers of a box.

    Attributes
    ----------
    stage
        The offers'.
    bundles
        The deal of each bundle at each corner of the box; shape (bundles, corners).
    numbers
        The bundle of each history of the other axes.
    terms
        How many there are.
    """

    stage: int
    bundles: Integers
    numbers: Integers
    terms: int

    @classmethod
    def of(cls, play: Play, stage: int, axis: int, box: Box) -> Bundled:
        """Read the histories in which the box is chosen from."""
        rows = np.moveaxis(play.labels, axis, -1)[..., box.corners]
        bundles, numbers = np.unique(rows.reshape(-1, rows.shape[-1]), axis=0, return_inverse=True)
        return cls(stage, bundles, numbers.reshape(rows.shape[:-1]), len(box.terms))

    def worths(self, play: Play) -> list[Floats]:
        """What each later stage's mover makes of each bundle at the corners; (bundles, corners, points) each."""
        found = []
        for each in range(self.stage + 1, len(play.stages)):
            worth = play.worths[play.stages[each][0]]
            assert worth is not None
            found.append(worth(play.payoffs[each])[self.bundles])
        return found

    def blocks(self, play: Play) -> Iterator[Integers]:
        """The bundles that can follow, one axis per later stage, for each distinct history so far."""
        shape = self._after(play)
        yield from (row.reshape(shape) for row in np.unique(self.numbers.reshape(-1, prod(shape)), axis=0))

    def history(self, play: Play) -> Integers:
        """The number of the block that follows each history so far."""
        rows = self.numbers.reshape(-1, prod(self._after(play)))
        return np.unique(rows, axis=0, return_inverse=True)[1].ravel()

    def _after(self, play: Play) -> tuple[int, ...]:
        later = len(play.stages) - 1 - self.stage
        return self.numbers.shape[self.numbers.ndim - later :]


def _planes(play: Play, bundled: Bundled) -> Planes:
    """Where in a box later movers change their minds, whatever the others do before and at the same time."""
    cuts = Indifferences(bundled.worths(play))
    for block in bundled.blocks(play):
        cuts.gather(block)
    n, points = bundled.terms, play.payoffs[-1].shape[-1]
    normal, offset = np.empty((len(cuts.found), n, points)), np.empty((len(cuts.found), points))
    valid = np.empty((len(cuts.found), points), dtype=bool)
    for row, (gap, where) in enumerate(cuts.found.values()):
        offset[row], valid[row] = gap[0], where
        for i in range(n):
            normal[row, i] = gap[1 << (n - 1 - i)] - gap[0]
    return Planes.of(normal, offset, valid)


def _worth_offering(
    play: Play, axis: int, bundled: Sequence[Bundled], offers: Sequence[Offers], goal: Goal
) -> list[Bools]:
    """Which offers their mover may want to make, in some history before the stage."""
    stage = bundled[0].stage
    boxed = {int(corner) for box in play.boxes[axis] for corner in box.corners}
    plain = [Box(np.array([action]), ()) for action in range(play.labels.shape[axis]) if action not in boxed]
    nothing = np.empty((1, 0, play.payoffs[stage].shape[-1]))
    sure = Offers(nothing, nothing, np.ones((1, nothing.shape[-1]), dtype=bool), np.zeros(1, dtype=np.intp))
    every = [*bundled, *(Bundled.of(play, stage, axis, box) for box in plain)]
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
    return [mask & ~_replaced(own, offer) for mask, own, offer in zip(kept, spans, offers, strict=False)]


def _replaced(spans: Sequence[_Span], offers: Offers) -> Bools:
    """Which offers one of their limits stands for in every equilibrium; shape (offers, points)."""
    stands = np.logical_and.reduce([span.stands for span in spans])
    found = np.zeros(stands.shape, dtype=bool)
    for limit in np.flatnonzero(offers.itself != np.arange(len(offers))):
        found[offers.itself[limit]] |= stands[limit]
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


def _spans(play: Play, bundled: Bundled, offers: Offers, goal: Goal, others: Sequence[Goal]) -> Iterator[_Span]:
    """What each offer may be worth to its mover, in each block; `others` choose at the same time."""
    weights = corner_weights(offers.chooser)
    worths = [np.einsum("bcm,scm->bsm", each, weights) for each in bundled.worths(play)]
    alive = Indifferences([each.reshape(len(each), 1, -1) for each in worths], mixing=True)
    payoffs = np.einsum("pbcm,scm->pbsm", play.payoffs[bundled.stage][:, bundled.bundles], corner_weights(offers.value))
    own = goal.score(payoffs)
    size = np.abs(np.where(np.isfinite(own), own, 0.0)).max(axis=(0, 1))
    rivals = [each.score(payoffs) for each in others]
    changing = (bundled.bundles != bundled.bundles[:, :1]).any(axis=1)
    for block in bundled.blocks(play):
        ids, masks = alive.gather(block)
        mask = np.broadcast_to(masks, (len(ids), own[0].size)).reshape(len(ids), *own.shape[1:])
        low = np.where(mask, own[ids], np.inf).min(axis=0)
        high = np.where(mask, own[ids], -np.inf).max(axis=0)
        number = np.einsum("b,bsm->sm", _PRIMES[ids % len(_PRIMES)], mask)
        idle = np.where(mask[changing[ids]].any(axis=0), 0, number)
        stands = _standing_for(offers, mask, goal, payoffs[:, ids], own[ids], [each[ids] for each in rivals])
        low, high = (np.where(offers.valid, each, -np.inf) for each in (low, high))
        yield _Span(low, high, size, idle, stands)


def _standing_for(
    offers: Offers, mask: Bools, goal: Goal, payoffs: Floats, own: Floats, others: Sequence[Floats]
) -> Bools:
    """See `_Span.stands`; shape (offers, points).

    Parameters
    ----------
    offers, mask
        Offers, and which bundles may follow each; shape (bundles, offers, points).
    payoffs, own, others
        What everybody has from each bundle, players first, and what the mover and the others make of that.
    """
    found = np.zeros(offers.valid.shape, dtype=bool)
    sure, chosen = mask.sum(axis=0) == 1, mask.argmax(axis=0)
    slack = ROUNDED_WORTH * np.abs(np.where(np.isfinite(own), own, 0.0)).max(axis=(0, 1))
    for limit in np.flatnonzero(offers.itself != np.arange(len(offers))):
        here = chosen[limit][None]
        best, there = own[:, limit], payoffs[:, :, limit]
        fine = best < np.take_along_axis(best, here, axis=0) - slack
        way = goal.between(np.take_along_axis(there, here[None], axis=1), there)
        if way is not None:
            # A mixture of the two is worse as well.
            fine &= np.isnan(way)
        for score in others:
            fine &= score[:, limit] >= np.take_along_axis(score[:, limit], here, axis=0)
        fine |= ~mask[:, offers.itself[limit]] | (np.arange(len(mask))[:, None] == here)
        found[limit] = offers.valid[limit] & sure[limit] & fine.all(axis=0)
    return found


def _laid_out(play: Play, stage: int, axis: int, offers: tuple[Offers, ...]) -> Play:
    """The play with an axis whose boxes have become offers; new deals come after the known ones."""
    labels = np.moveaxis(play.labels, axis, -1)
    payoffs, outcomes = list(play.payoffs), play.outcomes
    corner_of = {int(corner): number for number, box in enumerate(play.boxes[axis]) for corner in box.corners}
    blocks: dict[int, Integers] = {}
    for number, (box, offer) in enumerate(zip(play.boxes[axis], offers, strict=True)):
        rows = labels[..., box.corners]
        bundles, numbers = np.unique(rows.reshape(-1, rows.shape[-1]), axis=0, return_inverse=True)
        # What ends alike whatever the terms is the one deal that it was.
        changing = (bundles != bundles[:, :1]).any(axis=1)
        new = np.where(
            changing[:, None],
            len(outcomes) + (np.cumsum(changing) - 1)[:, None] * len(offer) + np.arange(len(offer)),
            bundles[:, :1],
        )
        blocks[number] = new[numbers.reshape(rows.shape[:-1])]
        bundles = bundles[changing]
        at = {"value": corner_weights(offer.value), "chooser": corner_weights(offer.chooser)}
        known: dict[tuple[int, bool], Floats] = {}
        for each, table in enumerate(payoffs):
            key = id(table), each > stage
            if key not in known:
                known[key] = _extended(table, bundles, at["chooser" if each > stage else "value"])
            payoffs[each] = known[key]
        outcomes = np.concatenate([outcomes, np.repeat(outcomes[bundles[:, 0]], len(offer))])
    entries: list[tuple[int, int, int]] = []
    parts = []
    done: set[int] = set()
    for action in range(labels.shape[-1]):
        number = corner_of.get(action, -1)
        if number < 0:
            entries.append((action, -1, 0))
            parts.append(labels[..., [action]])
        for each, box in enumerate(play.boxes[axis]):
            if action in box.corners and each not in done:
                done.add(each)
                entries += [(int(box.corners[0]), each, slot) for slot in range(len(offers[each]))]
                parts.append(blocks[each])
    source, of_box, slot = zip(*entries, strict=True)
    return replace(
        play,
        labels=np.moveaxis(np.concatenate(parts, axis=-1), -1, axis),
        payoffs=tuple(payoffs),
        outcomes=outcomes,
        boxes=tuple(() if each == axis else own for each, own in enumerate(play.boxes)),
        axes={**play.axes, axis: Axis(source, of_box, slot, offers, play.boxes[axis])},
    )


def _extended(table: Floats, bundles: Integers, weights: Floats) -> Floats:
    """Payoffs with those of each bundle at each offer appended, bundle by bundle; (players, deals, points)."""
    corners = table[:, bundles]  # (players, bundles, corners, points)
    worth = np.einsum("pbcm,scm->pbsm", corners, weights)
    size = np.einsum("pbcm,scm->pbsm", np.abs(corners), weights)
    worth = np.where(np.abs(worth) <= ROUNDING * size, 0.0, worth)
    return np.concatenate([table, worth.reshape(len(table), -1, table.shape[-1])], axis=1)
