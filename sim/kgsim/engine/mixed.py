"""Stages of several movers at the start of play, solved whole where movers who randomise might matter.

Where one deal alone follows each action profile, a stage is a game in strategic form whose payoffs are known. All its
extreme equilibria are then listed, each with the lottery over deals that it leads to: what `kgsim.solve` lists too.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Bools, Floats, Integers
from kgsim.engine import mixed_kernels, mixed_several
from kgsim.engine.plan import Layer
from kgsim.engine.sets import Sets
from kgsim.engine.solutions import Mixed
from kgsim.solvers.batch.double_description import UNSURE
from kgsim.solvers.compiled import available, compiled
from kgsim.tolerances import CLOSE_PAYOFFS, NEAR_TIE, cancelled, least_gaps

#: Equilibria of a game, and vertices at a time, up to which it is solved: by compiled kernels, and by plain Python.
MOST, MOST_PLAIN = 2000, 200

#: Points of a chunk that plain Python solves.
POINTS_PLAIN = 100

#: Points turned round together; with a power of 2 their rows would take turns at one place of the processor's cache.
_TOGETHER = 56

#: What `kgsim.engine.mixed_kernels.solve_points` calls `ended`, `scores`, `ties`, `payoffs` and `outcome`.
Game: TypeAlias = tuple[Integers, Floats, Floats, Floats, Integers]

#: Numbers of equilibria at each point, or `UNSURE`; payoffs, outcomes, groups and regrets of these.
Solved: TypeAlias = tuple[Integers, Floats, Floats, Integers, Floats]


class Start(NamedTuple):
    """A stage of several movers who maximise expected utility and begin the game."""

    layer: Layer
    below: Layer
    sets: Sets  # of the layer below
    scores: Sequence[Floats]


class Listed(NamedTuple):
    """Equilibria, and the largest gain from a deviation at each."""

    mixed: Mixed
    regret: Floats


def list_mixed(start: Start, where: Bools, payoffs: Floats, outcome: Integers, outcomes: int, fast: bool) -> Listed:
    """List all equilibria at those of some points at which this is possible.

    Parameters
    ----------
    start
        The stage.
    where
        The points; shape (points,).
    payoffs
        Everybody's payoff of each deal; shape (players, deals, points).
    outcome, outcomes
        Outcome of each deal, and how many outcomes there are.
    fast
        Whether to use compiled kernels, which solve larger games and more points.
    """
    several = start.sets.several(start.below, fast)
    points = np.setdiff1d(np.flatnonzero(where), np.union1d(several, start.sets.wide))
    own = [score[start.layer.slot_deal[:, None], points] for score in start.scores]
    apart = ~np.logical_or.reduce([_close(worth) for worth in own])
    points, own = points[apart], [worth[:, apart] for worth in own]
    # With so many points it is worth loading the kernels for these alone.
    fast = fast or (len(points) > POINTS_PLAIN and available())
    if not fast:
        points, own = points[:POINTS_PLAIN], [worth[:, :POINTS_PLAIN] for worth in own]
    if not len(points):
        return Listed(Mixed.none(len(payoffs), outcomes), np.empty(0))
    payoffs = by_point(payoffs, points)
    first = start.sets.only(points).members(start.below).first.astype(np.int64)
    game = (
        by_point([first], np.arange(len(points)))[:, 0],
        by_point(start.scores, points),
        np.stack([NEAR_TIE * np.ptp(worth, axis=0) for worth in own], axis=-1),
        payoffs,
        outcome,
    )
    counts, worth, chance, group, regret = (_two if len(start.scores) == 2 else _more)(
        start.layer, game, outcomes, fast
    )
    each = np.maximum(counts, 0)
    worth = cancelled(worth, np.abs(payoffs).max(axis=2).repeat(each, axis=0))
    return Listed(Mixed(points.repeat(each), worth.T, chance.T, group), regret)


def _two(layer: Layer, game: Game, outcomes: int, fast: bool) -> Solved:
    """Solve all points of stages of two movers."""
    most = MOST if fast else MOST_PLAIN
    left, players = game[3].shape[:2]
    rows, columns = layer.shape
    work = mixed_kernels.new_work(rows, columns, len(game[-1]), most)
    counts, parts, begin = np.empty(left, dtype=np.int64), [], 0
    while begin < len(counts):
        room = most + 8 * (len(counts) - begin)
        part = np.empty((room, players)), np.empty((room, outcomes)), np.empty(room, np.int64), np.empty(room)
        begin, stop = kernels(fast).solve_points(work, layer.cell_child, *game, begin, counts, *part)
        parts.append([array[:stop] for array in part])
    worth, chance, group, regret = map(np.concatenate, zip(*parts, strict=True))
    return counts, worth, chance, group, regret


def _more(layer: Layer, game: Game, outcomes: int, fast: bool) -> Solved:
    """Solve all points of stages of more movers."""
    ended, scores, _, payoffs, outcome = game
    deal = ended[:, layer.cell_child].reshape(-1, *layer.shape)
    counts = np.full(len(deal), UNSURE)
    worth, chance, regret = [np.empty((0, payoffs.shape[1]))], [np.empty((0, outcomes))], [np.empty(0)]
    for point, ends in enumerate(mixed_several.solve_points(deal, scores, payoffs, outcome)):
        if ends is not None:
            counts[point] = len(ends.regret)
            reached = outcome[ends.deals][:, None] == np.arange(outcomes)
            worth.append(ends.lotteries @ payoffs[point][:, ends.deals].T)
            chance.append(ends.lotteries @ reached)
            regret.append(ends.regret)
    group = np.full(np.maximum(counts, 0).sum(), -1)
    return counts, np.concatenate(worth), np.concatenate(chance), group, np.concatenate(regret)


def _close(worth: Floats) -> Bools:
    """Where payoffs (slots, points) differ by so small a part of their range that floats on 0..1 are too coarse."""
    gap, low, high = least_gaps(worth)
    return np.asarray(gap < CLOSE_PAYOFFS * (high - low))


def by_point(values: Sequence[NDArray[Any]] | NDArray[Any], points: Integers) -> NDArray[Any]:
    """Arrays of shape (rows, all points) at some points, whose numbers lie side by side; (points, arrays, rows)."""
    found = np.empty((len(points), len(values), len(values[0])), dtype=values[0].dtype)
    for number, of in enumerate(values):
        for first in range(0, len(points), _TOGETHER):
            here = slice(first, first + _TOGETHER)
            found[here, number] = of.take(points[here], axis=1).T
    return found


def kernels(fast: bool) -> SimpleNamespace:
    """`kgsim.engine.mixed_kernels`, compiled or as it is."""
    return compiled("kgsim.engine.mixed_kernels", allocates=False) if fast else SimpleNamespace(**vars(mixed_kernels))
