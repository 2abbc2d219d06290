"""A structure laid out by movers, and what can follow the offers of a box."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from math import prod
from typing import Any, TypeAlias

import numpy as np

from kgsim.arrays import Bools, Floats, Integers
from kgsim.games.objectives import NashProduct, Objective
from kgsim.scenario.deals import Deals
from kgsim.scenario.model import Action, Scenario, Structure
from kgsim.scenario.payoffs import actions_of
from kgsim.solvers.offers.cells import Offers
from kgsim.structures.offers.boxes import Box, boxes_of

#: What a mover of a stage makes of payoffs (players, deals, points): (deals, points); None if that is no number.
Worth: TypeAlias = Callable[[Floats], Floats]


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
    open
        At which points offers that are none of these may matter too; shape (points,).
    """

    source: tuple[int, ...]
    box: tuple[int, ...]
    slot: tuple[int, ...]
    offers: tuple[Offers, ...]
    boxes: tuple[Box, ...]
    open: Bools

    @property
    def among_others(self) -> frozenset[int]:
        """The entries beside which there are further offers with the same ties.

        Of one term alone an offer that makes a later mover indifferent has no neighbour that does.
        """
        if not self.open.any():
            return frozenset()
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

    def at(self, points: Integers) -> Goal:
        """The same at some of the points."""
        return Goal(self.objective.at(points), self.seats, self.where[points])

    def seen(self, payoffs: Floats) -> Floats:
        """Payoffs (players, ..., points) as the objective takes them, (..., points, seats)."""
        return np.moveaxis(payoffs[list(self.seats)], 0, -1)

    def score(self, payoffs: Floats) -> Floats:
        """The objective's score of payoffs (players, ..., points)."""
        return np.asarray(self.objective.score(self.seen(payoffs)))

    def between(self, first: Floats, second: Floats) -> Floats | None:
        """See `kgsim.games.objectives.NashProduct.between`; None if ends are enough."""
        if not isinstance(self.objective, NashProduct):
            return None
        return np.asarray(self.objective.between(self.seen(first), self.seen(second)))


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
    nearby
        Whether whoever is indifferent to an offer made while others choose too answers it as it does to those close by.
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
    nearby: bool = False
    axes: Mapping[int, Axis] = field(default_factory=dict)
    meets: Bools | None = None
    _known: dict[int, Floats] = field(default_factory=dict, init=False)

    def worth_at(self, stage: int) -> Floats:
        """What a stage's mover makes of every deal; shape (deals, points)."""
        if stage not in self._known:
            worth = self.worths[self.stages[stage][0]]
            assert worth is not None
            self._known[stage] = worth(self.payoffs[stage])
        return self._known[stage]

    def unboxed(self, axis: int) -> list[Box]:
        """The actions of an axis that are no box's, each as a box without terms."""
        boxed = {int(corner) for box in self.boxes[axis] for corner in box.corners}
        return [Box(np.array([action]), ()) for action in range(self.labels.shape[axis]) if action not in boxed]

    def at(self, points: Integers) -> Play:
        """The same at some of the points; what was exchanged already is still told of all."""
        goals = tuple(tuple(goal.at(points) for goal in own) for own in self.goals)
        return replace(
            self,
            payoffs=tuple(table[..., points] for table in self.payoffs),
            worths=_worths(goals),
            goals=goals,
            meets=None,
        )


def _worths(goals: Sequence[tuple[Goal, ...]]) -> tuple[Worth | None, ...]:
    return tuple(own[0].score if own[0].objective.linear else None for own in goals)


#: Why a structure in which offers meet is not solved.
OFFERS_MEET = (
    "what later movers make of one offer from an interval turns on another player's offer from an interval: give the "
    "terms of one of the two a step or a list of values"
)


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
        worths=_worths(goals),
        goals=tuple(goals),
        boxes=tuple(
            boxes_of([scenario.decisions[name] for name in mover], own)
            for mover, own in zip(movers, joint, strict=True)
        ),
        nearby=structure.nearby,
    )


@dataclass(frozen=True, eq=False)
class Bundled:
    """What can follow the offers of a box, or of several movers' boxes at once.

    Attributes
    ----------
    stage
        The offers', the last one's of several.
    bundles
        The deal of each bundle at each corner of the box, or of the boxes' product; shape (bundles, corners).
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
    def of(cls, play: Play, stage: int, boxes: Mapping[int, Box]) -> Bundled:
        """Read the histories in which each of some axes' boxes is chosen from."""
        own = np.moveaxis(play.labels, list(boxes), range(-len(boxes), 0))
        grid: tuple[Any, ...] = (..., *np.ix_(*(box.corners for box in boxes.values())))
        rows = own[grid]
        rows = rows.reshape(*rows.shape[: -len(boxes)], -1)
        bundles, numbers = np.unique(rows.reshape(-1, rows.shape[-1]), axis=0, return_inverse=True)
        return cls(stage, bundles, numbers.reshape(rows.shape[:-1]), sum(len(box.terms) for box in boxes.values()))

    def worths(self, play: Play) -> list[Floats]:
        """What each later stage's mover makes of each bundle at the corners; (bundles, corners, points) each."""
        found = []
        for each in range(self.stage + 1, len(play.stages)):
            found.append(play.worth_at(each)[self.bundles])
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
