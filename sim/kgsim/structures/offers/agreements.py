"""Where between the corners of a cell a bloc agrees whose rule may pick what lies there.

A mixture of corners of a cell is an offer from it, worth the same mixture of what the corners are worth. The worths
of two members are a polygon and its sides lie between corners; those of three are a polyhedron, and its sides are made
of triangles of corners. So however many terms there are, mixtures of two or three corners are enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Bools, Floats, Integers
from kgsim.games import mixtures
from kgsim.games.objectives import EXACT_BETWEEN, NashProduct
from kgsim.solvers.offers.cells import Offers, Planes, corner_weights, repeated
from kgsim.solvers.offers.indifference import Answers
from kgsim.structures.offers.play import Bundled, Goal, Play
from kgsim.tolerances import ROUNDED_WORTH, ROUNDING

#: Numbers of corners, shape (k, mixtures), and their weights, shape (k, mixtures, points), nan where there is none.
Mixture: TypeAlias = tuple[Integers, Floats]


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
    """The mixtures of corners that a bloc would meet at, as `mixed` has them.

    As an offer comes as close to a limit as it likes, a bloc is sure of the best, and makes no other. Where none gives
    every member something, those stand that leave nobody below its fallback.
    """
    best = np.where(cell >= 0, objective.score(seen), -np.inf).max(axis=0, initial=-np.inf)
    mixes = list(_mixtures(objective, seen, cell))
    scores = [_score(objective, seen, among, weights) for among, weights in mixes]
    best = reduce(np.maximum, [score.max(axis=0, initial=-np.inf) for score in scores], best)
    kept = [score >= best - ROUNDED_WORTH * np.abs(np.where(np.isfinite(best), best, 0.0)) for score in scores]
    found: list[tuple[NDArray[Any], ...]] = [
        mixed(value, chooser, cell, *mix, mask & (best > objective.floor))
        for mix, mask in zip(mixes, kept, strict=True)
    ]
    low = np.flatnonzero(best <= objective.floor)
    if len(low):
        here, seen, points = objective.at(low), seen[:, low], cell.shape[-1]
        value, chooser, cell = value[..., low], chooser[..., low], cell[:, low]
        lines = list(np.moveaxis(here.gains(seen), -1, 0))
        for mix in crossings(lines, cell, len(here.members)):
            some = mixed(value, chooser, cell, *mix, _score(here, seen, *mix) > -np.inf)
            found.append(tuple(_among(each, low, points) for each in some))
    return found


def _among(values: NDArray[Any], some: Integers, points: int) -> NDArray[Any]:
    """What holds at some of the points, last, in a place among them all; elsewhere it is 0."""
    found = np.zeros((*values.shape[:-1], points), dtype=values.dtype)
    found[..., some] = values
    return found


def _mixtures(objective: NashProduct, seen: Floats, cell: Integers) -> Iterator[Mixture]:
    """Between which corners of a cell, and at which weights, the product is largest; weights nan where nowhere."""
    pairs = in_one_cell(cell, 2)
    share = objective.between(*seen[pairs])
    yield pairs, _where(np.stack([1.0 - share, share]), pairs, cell)
    if len(objective.members) == 3:
        triples = in_one_cell(cell, 3)
        yield triples, _where(np.moveaxis(objective.within(*seen[triples]), -1, 0), triples, cell)


def crossings(lines: Sequence[Floats], cell: Integers, members: int) -> Iterator[Mixture]:
    """Between which corners of a cell, and at which weights, as many of some numbers as can are 0.

    With the corners themselves these are the corners of the parts that the numbers, affine on a cell and given at its
    corners, shape (corners, points) each, cut the worths of so many members into.
    """
    for count in range(2, min(members, max(EXACT_BETWEEN)) + 1):
        among = in_one_cell(cell, count)
        for few in combinations(lines, count - 1):
            yield among, _where(mixtures.zeros(*(line[among] for line in few)), among, cell)


def in_one_cell(cell: Integers, count: int) -> Integers:
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


def mixed(
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
    for payoffs, mask in ends_of(play, bundled, value, chooser):
        yield np.take_along_axis(payoffs, mask.argmax(axis=0)[None, None], axis=1)[:, 0]


def ends_of(
    play: Play, bundled: Bundled, value: Floats, chooser: Floats, mixing: bool = False
) -> Iterator[tuple[Floats, Bools]]:
    """What everybody has from each bundle at each offer, and which may follow it, in each block.

    Shapes (players, bundles, offers, points) and (bundles, offers, points).
    """
    weights = corner_weights(chooser)
    worths = [np.einsum("bcm,scm->bsm", each, weights) for each in bundled.worths(play)]
    alive = Answers([each.reshape(len(each), -1) for each in worths], mixing=mixing)
    corners = play.payoffs[bundled.stage][:, bundled.bundles]
    payoffs = np.einsum("pbcm,scm->pbsm", corners, corner_weights(value))
    for block in bundled.blocks(play):
        ids, masks = alive.gather(block)
        mask = np.broadcast_to(masks, (len(ids), payoffs[0, 0].size)).reshape(len(ids), *payoffs.shape[2:])
        yield payoffs[:, ids], mask
