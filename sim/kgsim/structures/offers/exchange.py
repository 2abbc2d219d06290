"""Exchanges the corners of boxes for the offers that can matter, from the last stage to the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from itertools import product

import numpy as np

from kgsim.arrays import Bools, Floats, Integers
from kgsim.games.objectives import Egalitarian, NashProduct
from kgsim.solvers.offers.cells import Offers, Planes, corner_weights, critical_offers
from kgsim.solvers.offers.indifference import Indifferences
from kgsim.structures.offers.agreements import compromises
from kgsim.structures.offers.play import Axis, Bundled, Goal, Play
from kgsim.structures.offers.settlements import settlements
from kgsim.structures.offers.worth_offering import worth_offering
from kgsim.tolerances import ON_A_PLANE, ROUNDING

#: Of more terms than these there are so many corners that points are taken some at a time, to save memory.
MANY_TERMS, AT_ONCE = 3, 256


def reduced(play: Play, since: int = 0) -> Play:
    """The play with the boxes of its stages, from one on, exchanged for the offers that can matter."""
    for stage in reversed(range(since, len(play.stages))):
        for axis in reversed(play.stages[stage]):
            if play.boxes[axis]:
                play = _exchanged(play, stage, axis)
    return play


def _exchanged(play: Play, stage: int, axis: int) -> Play:
    points = np.arange(play.payoffs[-1].shape[-1])
    many = max(len(box.terms) for box in play.boxes[axis]) > MANY_TERMS
    parts = np.split(points, range(AT_ONCE, len(points), AT_ONCE)) if many and len(points) > AT_ONCE else [points]
    chosen, open_ = zip(
        *(_chosen(play if len(parts) == 1 else play.at(part), stage, axis) for part in parts), strict=True
    )
    offers = tuple(reduce(Offers.followed_by, each) for each in zip(*chosen, strict=True))
    found = _laid_out(play, stage, axis, offers, np.concatenate(open_))
    meets = _meets(play, stage, axis)
    return replace(found, meets=meets if play.meets is None else play.meets | meets)


def _chosen(play: Play, stage: int, axis: int) -> tuple[list[Offers], Bools]:
    """The offers of each box of an axis that can matter, and at which points others may matter too."""
    bundled = [Bundled.of(play, stage, {axis: box}) for box in play.boxes[axis]]
    planes = [_planes(play, each) for each in bundled]
    offers = [critical_offers(each) for each in planes]
    if play.nearby and len(play.stages[stage]) > 1:
        offers = [each.as_nearby() for each in offers]
    objective = play.goals[axis][0].objective
    if objective.ranks or objective.chooses:
        return _for_goals(play, axis, bundled, planes, offers, play.goals[axis])
    return [each.only(each.valid) for each in offers], np.ones(offers[0].valid.shape[1], dtype=bool)


def _for_goals(
    play: Play,
    axis: int,
    bundled: Sequence[Bundled],
    planes: Sequence[Planes],
    offers: Sequence[Offers],
    goals: Sequence[Goal],
) -> tuple[list[Offers], Bools]:
    """The offers that can matter for any goal, and at which points others may."""
    found: list[Offers] = []
    open_ = np.zeros(offers[0].valid.shape[1], dtype=bool)
    for goal in goals:
        every = [replace(each, valid=each.valid & goal.where) for each in offers]
        if isinstance(goal.objective, Egalitarian):
            every, unsure = settlements(play, axis, bundled, planes, every, goal)
            kept, open_ = [each.valid & goal.where for each in every], open_ | (unsure & goal.where)
        else:
            if isinstance(goal.objective, NashProduct):
                every = [
                    each.beside(compromises(play, own, cut, each, goal))
                    for own, cut, each in zip(bundled, planes, every, strict=True)
                ]
            kept, open_ = worth_offering(play, axis, bundled, every, goal), open_ | goal.where
        some = [each.only(mask) for each, mask in zip(every, kept, strict=True)]
        found = some if not found else [each.beside(more) for each, more in zip(found, some, strict=True)]
    return [each.only(each.valid) for each in found] if len(goals) > 1 else found, open_


def offers_meet(play: Play) -> bool:
    """Whether what is made of an offer in the first stage turns on another one there, at any of a play's points."""
    return any(play.boxes[axis] and _meets(play, 0, axis).any() for axis in play.stages[0])


def _meets(play: Play, stage: int, axis: int) -> Bools:
    """At which points what later movers make of an offer turns on another offer from an interval too.

    All boxes are looked at together: an answer may be best only inside several of them at once.
    """
    found = np.zeros(play.payoffs[-1].shape[-1], dtype=bool)
    others = [other for at in play.stages[: stage + 1] for other in at if other != axis and play.boxes[other]]
    for own in play.boxes[axis]:
        for chosen in product(*((None, *play.boxes[other]) for other in others)):
            beside = {other: box for other, box in zip(others, chosen, strict=True) if box is not None}
            if beside:
                planes = _planes(play, Bundled.of(play, stage, {axis: own, **beside}))
                slopes = np.abs(planes.normal) > ON_A_PLANE
                mine, theirs = np.split(slopes, [len(own.terms)], axis=1)
                found |= (planes.valid & mine.any(axis=1) & theirs.any(axis=1)).any(axis=0)
    return found


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


def _laid_out(play: Play, stage: int, axis: int, offers: tuple[Offers, ...], open_: Bools) -> Play:
    """The play with an axis whose boxes have become offers; new deals come after the known ones."""
    labels, outcomes = np.moveaxis(play.labels, axis, -1), play.outcomes
    keys = [(id(table), each > stage) for each, table in enumerate(play.payoffs)]
    tables: dict[tuple[int, bool], tuple[Floats, list[Floats]]] = {
        key: (table, []) for key, table in zip(keys, play.payoffs, strict=True)
    }
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
        for (_, later), (table, added) in tables.items():
            added.append(_worth_of_offers(table, bundles, at["chooser" if later else "value"]))
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
    extended = {key: np.concatenate([table, *added], axis=1) for key, (table, added) in tables.items()}
    return replace(
        play,
        labels=np.moveaxis(np.concatenate(parts, axis=-1), -1, axis),
        payoffs=tuple(extended[key] for key in keys),
        outcomes=outcomes,
        boxes=tuple(() if each == axis else own for each, own in enumerate(play.boxes)),
        axes={**play.axes, axis: Axis(source, of_box, slot, offers, play.boxes[axis], open_)},
    )


def _worth_of_offers(table: Floats, bundles: Integers, weights: Floats) -> Floats:
    """Payoffs of each bundle at each offer, bundle by bundle; (players, deals, points)."""
    corners = table[:, bundles]  # (players, bundles, corners, points)
    worth = np.einsum("pbcm,scm->pbsm", corners, weights)
    size = np.einsum("pbcm,scm->pbsm", np.abs(corners), weights)
    return np.where(np.abs(worth) <= ROUNDING * size, 0.0, worth).reshape(len(table), -1, table.shape[-1])
