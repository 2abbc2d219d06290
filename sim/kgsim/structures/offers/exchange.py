"""Exchanges the corners of boxes for the offers that can matter, from the last stage to the first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce
from itertools import combinations, product
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Bools, Floats, Integers
from kgsim.games.objectives import NashProduct
from kgsim.solvers.offers.cells import Offers, Planes, corner_weights, critical_offers, repeated
from kgsim.solvers.offers.indifference import Answers, Indifferences
from kgsim.structures.offers.play import Axis, Bundled, Goal, Play
from kgsim.structures.offers.worth_offering import worth_offering
from kgsim.tolerances import ON_A_PLANE, ROUNDED_WORTH, ROUNDING

#: Numbers of corners, shape (k, mixtures), and their weights, shape (k, mixtures, points), nan where there is none.
Mixture: TypeAlias = tuple[Integers, Floats]

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
    chosen = [_chosen(play if len(parts) == 1 else play.at(part), stage, axis) for part in parts]
    found = _laid_out(play, stage, axis, tuple(reduce(Offers.followed_by, each) for each in zip(*chosen, strict=True)))
    meets = _meets(play, stage, axis)
    return replace(found, meets=meets if play.meets is None else play.meets | meets)


def _chosen(play: Play, stage: int, axis: int) -> list[Offers]:
    """The offers of each box of an axis that can matter."""
    bundled = [Bundled.of(play, stage, {axis: box}) for box in play.boxes[axis]]
    planes = [_planes(play, each) for each in bundled]
    offers = [critical_offers(each) for each in planes]
    if play.nearby and len(play.stages[stage]) > 1:
        offers = [each.as_nearby() for each in offers]
    goals = play.goals[axis]
    if goals[0].objective.ranks:
        return _for_goals(play, axis, bundled, planes, offers, goals)
    return [each.only(each.valid) for each in offers]


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
        every = [replace(each, valid=each.valid & goal.where) for each in offers]
        if goal.objective.linear:
            pass
        elif isinstance(goal.objective, NashProduct):
            every = [
                each.beside(compromises(play, own, cut, each, goal))
                for own, cut, each in zip(bundled, planes, every, strict=True)
            ]
        kept = worth_offering(play, axis, bundled, every, goal)
        some = [each.only(mask) for each, mask in zip(every, kept, strict=True)]
        found = some if not found else [each.beside(more) for each, more in zip(found, some, strict=True)]
    return [each.only(each.valid) for each in found] if len(goals) > 1 else found


def compromises(play: Play, bundled: Bundled, planes: Planes, offers: Offers, goal: Goal) -> Offers:
    """Offers between corners of one cell that a bloc would meet at.

    Payoffs of two members that offers from a cell lead to are a polygon, whose sides lie between corners of the cell;
    those of three are a polyhedron, whose sides are made of triangles of corners.
    """
    limits = (offers.value != offers.chooser).any(axis=(1, 2))
    value, chooser, valid = offers.value[limits], offers.chooser[limits], offers.valid[limits]
    cell = np.where(valid, planes.cells(chooser), -1)
    parts = [
        _agreements(goal, payoffs, value, chooser, cell)
        for payoffs in _payoffs_of_limits(play, bundled, value, chooser)
    ]
    return reduce(Offers.beside, parts)


def _agreements(goal: Goal, payoffs: Floats, value: Floats, chooser: Floats, cell: Integers) -> Offers:
    """The best of the mixtures of corners, given what these are worth, (players, corners, points), and their cells.

    Where every corner leaves some member below its fallback, so does what lies between.
    """
    seen, points = goal.seen(payoffs), payoffs.shape[-1]
    assert isinstance(goal.objective, NashProduct)
    gainful = ((goal.objective.gains(seen) >= 0.0) & (cell >= 0)[..., None]).any(axis=0).all(axis=-1)
    some = np.flatnonzero(goal.where & gainful)
    here = goal.objective.at(some)
    found = _best_mixtures(here, seen[:, some], value[..., some], chooser[..., some], cell[:, some])
    place, within, of_cell, there = (np.concatenate(each) for each in zip(*found, strict=True))
    number = np.arange(len(place))
    # Several sets of corners have the same best offer between them.
    there &= ~repeated(Offers(place, of_cell[:, None], there, number))
    place, within, there = (_among(each, some, points) for each in (place, within, there))
    return Offers(place, place, there, number).beside(Offers(place, within, there, number - len(place)))


def _best_mixtures(
    objective: NashProduct, seen: Floats, value: Floats, chooser: Floats, cell: Integers
) -> list[tuple[NDArray[Any], ...]]:
    """The mixtures of corners that a bloc would meet at, as `_mixed` has them.

    As an offer comes as close to a limit as it likes, a bloc is sure of the best, and makes no other. Where none gives
    every member something, those stand that leave nobody below its fallback.
    """
    best = np.where(cell >= 0, objective.score(seen), -np.inf).max(axis=0, initial=-np.inf)
    mixes = list(_mixtures(objective, seen, cell))
    scores = [_score(objective, seen, among, weights) for among, weights in mixes]
    best = reduce(np.maximum, [score.max(axis=0, initial=-np.inf) for score in scores], best)
    kept = [score >= best - ROUNDED_WORTH * np.abs(np.where(np.isfinite(best), best, 0.0)) for score in scores]
    found: list[tuple[NDArray[Any], ...]] = [
        _mixed(value, chooser, cell, *mix, mask & (best > objective.floor))
        for mix, mask in zip(mixes, kept, strict=True)
    ]
    low = np.flatnonzero(best <= objective.floor)
    if len(low):
        here, seen, points = objective.at(low), seen[:, low], cell.shape[-1]
        value, chooser, cell = value[..., low], chooser[..., low], cell[:, low]
        for mix in _crossings(here, seen, cell):
            mixed = _mixed(value, chooser, cell, *mix, _score(here, seen, *mix) > -np.inf)
            found.append(tuple(_among(each, low, points) for each in mixed))
    return found


def _among(values: NDArray[Any], some: Integers, points: int) -> NDArray[Any]:
    """What holds at some of the points, last, in a place among them all; elsewhere it is 0."""
    found = np.zeros((*values.shape[:-1], points), dtype=values.dtype)
    found[..., some] = values
    return found


def _mixtures(objective: NashProduct, seen: Floats, cell: Integers) -> Iterator[Mixture]:
    """Between which corners of a cell, and at which weights, the product is largest; weights nan where nowhere."""
    pairs = _in_one_cell(cell, 2)
    share = objective.between(*seen[pairs])
    yield pairs, _where(np.stack([1.0 - share, share]), pairs, cell)
    if len(objective.members) == 3:
        triples = _in_one_cell(cell, 3)
        yield triples, _where(np.moveaxis(objective.within(*seen[triples]), -1, 0), triples, cell)


def _crossings(objective: NashProduct, seen: Floats, cell: Integers) -> Iterator[Mixture]:
    """Between which corners of a cell, and at which weights, members gain nothing and lose nothing.

    With the corners themselves these are the corners of what leaves nobody below its fallback.
    """
    for count in range(2, len(objective.members) + 1):
        among = _in_one_cell(cell, count)
        for weights in objective.crossings(*seen[among]):
            yield among, _where(np.moveaxis(weights, -1, 0), among, cell)


def _in_one_cell(cell: Integers, count: int) -> Integers:
    """The sets of so many corners that are of one cell at some point; shape (count, sets)."""
    # Cell by cell: of hundreds of corners of dozens of cells, few sets are of one.
    cells = {
        tuple(np.flatnonzero(column == number).tolist())
        for column in np.unique(cell, axis=1).T
        for number in np.unique(column[column >= 0])
    }
    among = sorted({chosen for corners in cells for chosen in combinations(corners, count)})
    return np.array(among, dtype=np.intp).reshape(-1, count).T


def _together(cell: Integers) -> Bools:
    """Whether corners are all of one cell; shape (corners, ...) to (...)."""
    return np.asarray((cell == cell[0]).all(axis=0) & (cell[0] >= 0))


def _where(weights: Floats, among: Integers, cell: Integers) -> Floats:
    return np.where(_together(cell[among]), weights, np.nan)


def _score(objective: NashProduct, seen: Floats, among: Integers, weights: Floats) -> Floats:
    """What the bloc makes of mixtures; minus infinity where there is none."""
    there = ~np.isnan(weights).any(axis=0)
    shares = np.where(there, weights, 0.0)[..., None]
    worth, size = ((shares * each[among]).sum(axis=0) for each in (seen, np.abs(seen)))
    return np.where(there, objective.score(np.where(np.abs(worth) <= ROUNDING * size, 0.0, worth)), -np.inf)


def _mixed(
    value: Floats, chooser: Floats, cell: Integers, among: Integers, weights: Floats, kept: Bools
) -> tuple[Floats, Floats, Integers, Bools]:
    """The mixtures of offers that are kept, side by side at each point, their cells, and whether there is one."""
    order = np.argsort(~kept, axis=0, kind="stable")[: int(kept.sum(axis=0).max(initial=0))]
    there = np.take_along_axis(kept, order, axis=0)
    shares = np.where(there, np.take_along_axis(weights, order[None], axis=1), 0.0)
    point = np.arange(value.shape[-1])
    corner = among[:, order]
    place, within = (
        np.moveaxis((shares[..., None] * np.moveaxis(each, 1, -1)[corner, point]).sum(axis=0), -1, 1)
        for each in (value, chooser)
    )
    return place, within, cell[corner[0], point], there


def _payoffs_of_limits(play: Play, bundled: Bundled, value: Floats, chooser: Floats) -> Iterator[Floats]:
    """What everybody has from each limit, in each block; shape (players, limits, points)."""
    weights = corner_weights(chooser)
    worths = [np.einsum("bcm,scm->bsm", each, weights) for each in bundled.worths(play)]
    alive = Answers([each.reshape(len(each), -1) for each in worths])
    corners = play.payoffs[bundled.stage][:, bundled.bundles]
    payoffs = np.einsum("pbcm,scm->pbsm", corners, corner_weights(value))
    for block in bundled.blocks(play):
        ids, masks = alive.gather(block)
        mask = np.broadcast_to(masks, (len(ids), payoffs[0, 0].size)).reshape(len(ids), *payoffs.shape[2:])
        chosen = ids[mask.argmax(axis=0)]
        yield np.take_along_axis(payoffs, chosen[None, None], axis=1)[:, 0]


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


def _laid_out(play: Play, stage: int, axis: int, offers: tuple[Offers, ...]) -> Play:
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
        axes={**play.axes, axis: Axis(source, of_box, slot, offers, play.boxes[axis])},
    )


def _worth_of_offers(table: Floats, bundles: Integers, weights: Floats) -> Floats:
    """Payoffs of each bundle at each offer, bundle by bundle; (players, deals, points)."""
    corners = table[:, bundles]  # (players, bundles, corners, points)
    worth = np.einsum("pbcm,scm->pbsm", corners, weights)
    size = np.einsum("pbcm,scm->pbsm", np.abs(corners), weights)
    return np.where(np.abs(worth) <= ROUNDING * size, 0.0, worth).reshape(len(table), -1, table.shape[-1])
