"""How far an offer from an interval may be changed, one term at a time, before later movers answer it otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from kgsim.arrays import Floats
from kgsim.results import AnsweredAlike
from kgsim.scenario.model import Scenario
from kgsim.solvers.offers.cells import corner_weights
from kgsim.solvers.offers.indifference import Answers
from kgsim.structures.offers.boxes import Box
from kgsim.structures.offers.play import Bundled, Play
from kgsim.tolerances import SAME_PLACE


def answered_alike(
    scenario: Scenario, movers: Sequence[Sequence[str]], play: Play, exchanged: Play, history: tuple[int, ...]
) -> tuple[AnsweredAlike, ...]:
    """Between which values of each term later movers go on as they do after what is offered.

    Parameters
    ----------
    scenario, movers
        Whose play it is, and the decisions of each axis.
    play, exchanged
        The play at one point, with a corner for each end of an interval, and with the offers that can matter instead.
    history
        A course of play of the latter.

    Returns
    -------
    tuple
        For each term from an interval that is straight; none if several movers have intervals, whose offers' values
        would matter to each other's answers.
    """
    axes = [axis for axis, boxes in enumerate(play.boxes) if boxes]
    if len(axes) != 1:
        return ()
    (axis,) = axes
    chosen, action = exchanged.axes[axis], history[axes[0]]
    if chosen.box[action] < 0:
        return ()
    box = chosen.boxes[chosen.box[action]]
    place = chosen.offers[chosen.box[action]].value[chosen.slot[action], :, 0]
    found = []
    for i, (member, term, low, high) in enumerate(box.terms):
        decision = scenario.decisions[movers[axis][member]]
        ends = [own[term] for own in decision.intervals.values() if own.get(term, ())[:1] == (low,)]
        span = _span(play, axis, box, place, i, history)
        if span and (low, high) in ends:
            offered, first, last = (float(low + (high - low) * share) for share in (place[i], *span))
            found.append(AnsweredAlike(decision.name, term, offered, first, last, (low, high)))
    return tuple(found)


def _span(
    play: Play, axis: int, box: Box, place: Floats, term: int, history: tuple[int, ...]
) -> tuple[float, float] | None:
    """Between which shares of a term's interval play goes on as it does; None if it does nowhere nearby."""
    stage = next(number for number, axes in enumerate(play.stages) if axis in axes)
    bundled = Bundled.of(play, stage, {axis: box})
    known = {other for axes in play.stages[: stage + 1] for other in axes} - {axis}
    block = bundled.numbers[tuple(history[other] for other in sorted(known))]
    later = tuple(history[other] for axes in play.stages[stage + 1 :] for other in axes)
    if not later:
        return None
    line = np.repeat(place[None, :, None], 2, axis=0)
    line[:, term, 0] = 0.0, 1.0
    ends = [np.einsum("bc,sc->bs", each[..., 0], corner_weights(line)[..., 0]) for each in bundled.worths(play)]
    here = float(place[term])
    cuts = _breaks(ends, here)
    middles = (cuts[1:] + cuts[:-1]) / 2.0
    ids, mask = Answers([end[:, :1] + (end[:, 1:] - end[:, :1]) * middles for end in ends]).gather(block)
    mask = np.broadcast_to(mask, (len(ids), len(middles)))
    same = mask[ids == block[later]].any(axis=0) & (mask.sum(axis=0) == 1)
    first = last = int(np.abs(cuts - here).argmin())
    while first > 0 and same[first - 1]:
        first -= 1
    while last < len(same) and same[last]:
        last += 1
    return (float(cuts[first]), float(cuts[last])) if last > first else None


def _breaks(ends: Sequence[Floats], here: float) -> Floats:
    """The shares of a line at which a later mover is indifferent between two bundles, its ends, and a place on it."""
    found = [0.0, 1.0, here]
    for start, stop in ((each[:, 0], each[:, 1]) for each in ends):
        for one, other in combinations(range(len(start)), 2):
            first, second = start[one] - start[other], stop[one] - stop[other]
            if first * second < 0.0:
                found.append(first / (first - second))
    ordered = np.unique(np.where(np.abs(np.array(found) - here) <= SAME_PLACE, here, found))
    return np.asarray(ordered[np.append(True, np.diff(ordered) > SAME_PLACE)])
