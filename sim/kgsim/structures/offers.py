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
from itertools import pairwise, product
from math import prod
from typing import NamedTuple, TypeAlias

import numpy as np

from kgsim.arrays import Bools, Floats, Integers
from kgsim.games.objectives import Objective
from kgsim.scenario.deals import Deals
from kgsim.scenario.model import Action, Decision, Scenario, Structure
from kgsim.scenario.payoffs import actions_of
from kgsim.solvers.offers.cells import Offers, Planes, corner_weights, critical_offers
from kgsim.solvers.offers.indifference import Indifferences
from kgsim.tolerances import ROUNDED_WORTH, ROUNDING

#: What a mover of a stage makes of payoffs (players, deals, points): (deals, points); None if that is no number.
Worth: TypeAlias = Callable[[Floats], Floats]

#: The same for any axes between players and points.
Rank: TypeAlias = Worth

#: Bundles up to which sets of them are told apart by number.
MOST_IDLE = 62


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
    ranks
        Of each axis, the mover's score of payoffs, if its objective has one.
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
    ranks: tuple[Rank | None, ...]
    boxes: tuple[tuple[Box, ...], ...]
    axes: Mapping[int, Axis] = field(default_factory=dict)
    meets: Bools | None = None


#: Why a structure in which offers meet is not solved.
OFFERS_MEET = (
    "terms are chosen from intervals by a bloc that maximises no sum, or what later movers make of one such offer "
    "turns on another player's: give them a step or a list of values"
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
    objectives: Sequence[Objective],
    worths: Sequence[Worth],
) -> Play:
    """A structure at many points, its intervals standing for their corners; a worth for each mover's objective."""
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
        worths=tuple(worth if each.linear else None for each, worth in zip(objectives, worths, strict=True)),
        ranks=tuple(worth if each.ranks else None for each, worth in zip(objectives, worths, strict=True)),
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
    rank = play.ranks[axis]
    if len(play.stages[stage]) == 1 and rank is not None:
        kept = _worth_offering(play, axis, bundled, offers, rank)
    else:
        kept = [np.ones(each.valid.shape, dtype=bool) for each in offers]
    chosen = tuple(each.only(mask) for each, mask in zip(offers, kept, strict=True))
    return replace(_laid_out(play, stage, axis, chosen), meets=meets if play.meets is None else play.meets | meets)


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
    play: Play, axis: int, bundled: Sequence[Bundled], offers: Sequence[Offers], rank: Rank
) -> list[Bools]:
    """Which offers may be worth as much to the mover as the worst that can follow any other thing it can do."""
    stage = bundled[0].stage
    boxed = {int(corner) for box in play.boxes[axis] for corner in box.corners}
    plain = [Box(np.array([action]), ()) for action in range(play.labels.shape[axis]) if action not in boxed]
    nothing = np.empty((1, 0, play.payoffs[stage].shape[-1]))
    sure = Offers(nothing, nothing, np.ones((1, nothing.shape[-1]), dtype=bool))
    every = [*bundled, *(Bundled.of(play, stage, axis, box) for box in plain)]
    spans = [
        list(_spans(play, each, offer, rank))
        for each, offer in zip(every, [*offers, *[sure] * len(plain)], strict=True)
    ]
    kept = [np.zeros(each.valid.shape, dtype=bool) for each in offers]
    # Each history so far begins a game of its own, in which all that the mover can do is compared.
    for history in np.unique(np.stack([each.history(play) for each in every]), axis=1).T:
        here = [own[number] for own, number in zip(spans, history, strict=True)]
        level = np.max([span.low.max(axis=0) for span in here], axis=0)
        for mask, span in zip(kept, here[: len(kept)], strict=True):
            mask |= span.high >= level - ROUNDED_WORTH * span.size
    if all(len(own) == 1 for own in spans):
        # Offers after which the terms make no difference are all one, such as those that are refused.
        kept = [mask & ~_idle_again(own[0].idle, mask) for mask, own in zip(kept, spans, strict=False)]
    return kept


def _idle_again(idle: Integers, kept: Bools) -> Bools:
    """Which offers end like an earlier one that is kept, whatever the terms; shape (offers, points)."""
    again = np.zeros(kept.shape, dtype=bool)
    for number in np.unique(idle[idle > 0]):
        same = kept & (idle == number)
        again |= same & (np.cumsum(same, axis=0) > 1)
    return again


class _Span(NamedTuple):
    """What offers may be worth to their mover, and whether terms matter to what follows; shape (offers, points).

    `idle` is 0 where they do, and elsewhere a number for each set of what may follow.
    """

    low: Floats
    high: Floats
    size: Floats
    idle: Integers


def _spans(play: Play, bundled: Bundled, offers: Offers, rank: Rank) -> Iterator[_Span]:
    """What each offer may be worth to its mover, in each block."""
    weights = corner_weights(offers.chooser)
    worths = [np.einsum("bcm,scm->bsm", each, weights) for each in bundled.worths(play)]
    alive = Indifferences([each.reshape(len(each), 1, -1) for each in worths], mixing=True)
    corners = play.payoffs[bundled.stage][:, bundled.bundles]
    own = rank(np.einsum("pbcm,scm->pbsm", corners, corner_weights(offers.value)))
    size = np.abs(np.where(np.isfinite(own), own, 0.0)).max(axis=(0, 1))
    changing = (bundled.bundles != bundled.bundles[:, :1]).any(axis=1)
    for block in bundled.blocks(play):
        ids, masks = alive.gather(block)
        mask = np.broadcast_to(masks, (len(ids), own[0].size)).reshape(len(ids), *own.shape[1:])
        low = np.where(mask, own[ids], np.inf).min(axis=0)
        high = np.where(mask, own[ids], -np.inf).max(axis=0)
        number = np.einsum("b,bsm->sm", 1 << np.arange(len(ids)), mask) if len(ids) < MOST_IDLE else 0
        idle = np.where(mask[changing[ids]].any(axis=0), 0, number)
        yield _Span(np.where(offers.valid, low, -np.inf), np.where(offers.valid, high, -np.inf), size, idle)


def _laid_out(play: Play, stage: int, axis: int, offers: tuple[Offers, ...]) -> Play:
    """The play with an axis whose boxes have become offers; new deals come after the known ones."""
    labels = np.moveaxis(play.labels, axis, -1)
    payoffs, outcomes = list(play.payoffs), play.outcomes
    corner_of = {int(corner): number for number, box in enumerate(play.boxes[axis]) for corner in box.corners}
    blocks: dict[int, Integers] = {}
    for number, (box, offer) in enumerate(zip(play.boxes[axis], offers, strict=True)):
        rows = labels[..., box.corners]
        bundles, numbers = np.unique(rows.reshape(-1, rows.shape[-1]), axis=0, return_inverse=True)
        first = len(outcomes)
        new = numbers.reshape(*rows.shape[:-1], 1) * len(offer) + np.arange(len(offer)) + first
        blocks[number] = new
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
