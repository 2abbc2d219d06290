"""Stages of three and more movers at the start of play, solved for their mixed equilibria where they are small.

What `kgsim.engine.mixed_kernels` does for two movers, by `kgsim.nash_batch` for all games of one shape at a time.
"""

from __future__ import annotations

from functools import reduce
from typing import NamedTuple

import numpy as np

from kgsim.arrays import Floats, Integers
from kgsim.solvers.batch.nash_batch import NashBatch, nash_batch
from kgsim.tolerances import SAME_LOTTERY

#: Action profiles left after dominance up to which a game is solved.
MOST_PROFILES = 27


class Ends(NamedTuple):
    """How all equilibria of one point's game end: lotteries over some deals, and the largest gain from a deviation."""

    deals: Integers  # (m,)
    lotteries: Floats  # (equilibria, m)
    regret: Floats  # (equilibria,)


class _Game(NamedTuple):
    utilities: Floats  # (movers, a1, ..., an), ties being exact
    ends: Integers  # (a1, ..., an) places in `deals`
    deals: Integers


def solve_points(deal: Integers, scores: Floats, payoffs: Floats, outcome: Integers) -> list[Ends | None]:
    """Solve many points; None where that fails, or some equilibrium is not isolated.

    Parameters
    ----------
    deal
        What each action profile ends in, shape (points, a1, ..., an).
    scores, payoffs, outcome
        As for `kgsim.engine.mixed_kernels.solve_points`.
    """
    games = [_cut_down(*here, outcome) for here in zip(deal, scores, payoffs, strict=True)]
    shapes: dict[tuple[int, ...], list[int]] = {}
    for number, game in enumerate(games):
        if game.ends.size <= MOST_PROFILES:
            shapes.setdefault(game.ends.shape, []).append(number)
    found: list[Ends | None] = [None] * len(games)
    for numbers in shapes.values():
        solved = nash_batch(np.array([games[number].utilities for number in numbers]), time_limit=None)
        for place, number in enumerate(numbers):
            found[number] = _ends(games[number], solved, place)
    return found


def _cut_down(deal: Integers, scores: Floats, payoffs: Floats, outcome: Integers) -> _Game:
    """Keep the actions that are not strictly dominated, and one of those that end alike against everything."""
    places, deals = _numbered(deal, payoffs, outcome)
    utilities = scores[:, deal]
    size = -1
    while size != deal.size:
        size = deal.size
        for mover in range(len(utilities)):
            own = np.moveaxis(utilities[mover], mover, 0).reshape(places.shape[mover], -1)
            ends = np.moveaxis(places, mover, 0).reshape(len(own), -1)
            beaten = (own[:, None] > own).all(axis=2).any(axis=0)
            kept = np.intersect1d(np.unique(ends, axis=0, return_index=True)[1], np.flatnonzero(~beaten))
            places, utilities = places.take(kept, axis=mover), utilities.take(kept, axis=1 + mover)
            deal = deal.take(kept, axis=mover)
    return _Game(utilities, places, deals)


def _numbered(deal: Integers, payoffs: Floats, outcome: Integers) -> tuple[Integers, Integers]:
    """Each profile's place among the deals that differ by outcome or payoffs, and these deals."""
    each, inverse = np.unique(deal, return_inverse=True)
    worth = payoffs[:, each]
    alike = (worth[:, :, None] == worth[:, None]).all(axis=0)
    first = (alike & (outcome[each][:, None] == outcome[each])).argmax(axis=1)
    return first[inverse].reshape(deal.shape), each


def _ends(game: _Game, solved: NashBatch, place: int) -> Ends | None:
    rows = slice(solved.offsets[place], solved.offsets[place + 1])
    if not (solved.complete[place] and solved.isolated[rows].all()):
        return None
    lotteries: list[Floats] = []
    for profile in solved.equilibria(place):
        shares = reduce(np.multiply.outer, profile).ravel()
        lottery = np.asarray(np.bincount(game.ends.ravel(), shares, len(game.deals)), dtype=np.float64)
        if not any(np.abs(lottery - other).max() <= SAME_LOTTERY for other in lotteries):
            lotteries.append(lottery)
    regret = np.full(len(lotteries), solved.regrets[rows].max())
    return Ends(game.deals, np.array(lotteries), regret)
