"""Where movers who choose at once might randomise: every support that dominance cannot rule out.

Weak dominance is no licence to delete actions from a game, but it is one within a *given* support. If the others
play every profile of a set S with positive probability, an action that is never better than another on S and somewhere
worse is no best response. And if an action of S is never better than another against the rows R that may be played, a
row of R at which it is worse is not played. Applied in turn to every support S of all movers but one, this conditional
dominance (Porter, Nudelman and Shoham 2008 use the strict form) leaves the cells R x S that an equilibrium with support
S can reach. It rules out most of what ties leave open, and it never rules out an equilibrium.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from math import prod

import numpy as np

from kgsim.arrays import Bools, Floats, Integers
from kgsim.engine.pairs import ROUNDS, possible_pairs
from kgsim.tolerances import ROUNDING

#: Supports of the movers other than the one with most actions that are gone through; with more, all cells count.
MOST_SUPPORTS = 512


def possible_cells(low: Floats, high: Floats, fast: bool = False) -> Bools:
    """Find the cells of one strategic game that an equilibrium might reach, at many parameter points.

    Parameters
    ----------
    low, high
        Bounds of every mover's utility of each cell, ties being exact; shape (movers, a1, ..., an, points).
    fast
        Whether to use compiled kernels, which give the same answer.

    Returns
    -------
    ndarray
        Shape (a1, ..., an, points). Every equilibrium of every game within the bounds has its support in there.
    """
    if len(low) == 2:
        possible, left = possible_pairs(low, high, fast)
        if len(left):
            possible[..., left] = _searched(low[..., left], high[..., left])
        return possible
    return _searched(low, high)


def _searched(low: Floats, high: Floats) -> Bools:
    """The same, support by support, for any number of movers."""
    movers, shape = len(low), low.shape[1:-1]
    rows = int(np.argmax(shape))
    order = [rows, *(mover for mover in range(movers) if mover != rows)]
    axes = [1 + mover for mover in order]
    low, high = (values[order].transpose(0, *axes, movers + 1) for values in (low, high))
    alive = _undominated(low, high)
    possible = np.zeros(low.shape[1:], dtype=bool)
    patterns, which = np.unique(np.concatenate(alive[1:]), axis=1, return_inverse=True)
    for number, pattern in enumerate(patterns.T):
        columns = np.flatnonzero(which.ravel() == number)
        others = [np.flatnonzero(part) for part in np.split(pattern, np.cumsum([len(mask) for mask in alive[1:]])[:-1])]
        kept = np.flatnonzero(alive[0][:, columns].any(axis=1))
        grid = np.ix_(kept, *others, columns)
        worst, best = (np.array([values[mover][grid] for mover in range(movers)]) for values in (low, high))
        standing = alive[0][np.ix_(kept, columns)]
        first, twin = _twins(worst, best, standing)
        found = _within(worst[:, first], best[:, first], standing[first])
        possible[grid] = found[twin]
    back = np.argsort(order)
    return possible.transpose(*back, movers)


def _within(low: Floats, high: Floats, alive: Bools) -> Bools:
    """The cells R x S of every support S of the movers other than the first."""
    shape = low.shape[2:-1]
    possible = np.zeros(low.shape[1:], dtype=bool)
    if prod(2**size - 1 for size in shape) > MOST_SUPPORTS:
        possible |= alive[(slice(None), *[None] * len(shape))]
        return possible
    for support in product(*map(_subsets, shape)):
        rows = alive & _replies(low[0], high[0], support)
        kept, points = np.flatnonzero(rows.any(axis=1)), np.arange(low.shape[-1])
        rows, here = rows[kept], [(low[mover][kept], high[mover][kept]) for mover in range(1, len(low))]
        for _ in range(ROUNDS):
            before = int(rows.sum())
            for axis, (worst, best) in enumerate(here):
                _indifferent(worst, best, support, axis, rows)
            left = rows.any(axis=0)
            if int(rows.sum()) in (before, 0):
                break
            if not left.all():
                points, rows = points[left], rows[:, left]
                here = [(worst[..., left], best[..., left]) for worst, best in here]
        grid = np.ix_(kept, *(np.array(chosen) for chosen in support), points)
        possible[grid] |= rows[(slice(None), *[None] * len(shape))]
    return possible


def _twins(low: Floats, high: Floats, alive: Bools) -> tuple[Integers, Integers]:
    """One row of each group of rows that are alike at all points, and for each row the number of its group."""
    numbers: dict[bytes, int] = {}
    twin = [
        numbers.setdefault(low[:, row].tobytes() + high[:, row].tobytes() + alive[row].tobytes(), len(numbers))
        for row in range(len(alive))
    ]
    return np.unique(twin, return_index=True)[1], np.array(twin)


def _replies(low: Floats, high: Floats, support: tuple[tuple[int, ...], ...]) -> Bools:
    """The rows that may be best responses to play that gives every profile of `support` positive probability."""
    for place, chosen in enumerate(support):
        low, high = (np.take(values, chosen, axis=1 + place) for values in (low, high))
    low, high = (values.reshape(len(values), -1, values.shape[-1]) for values in (low, high))
    total = low.sum(axis=1)
    better = [_row(low, total.argmax(axis=0))]
    kept = ~_worse(better[0], high)
    if low.shape[1] == 1:
        return kept
    spread = low + 1e-6 * total[:, None]
    better = [_row(low, spread[:, cell].argmax(axis=0)) for cell in range(low.shape[1])]
    left = np.flatnonzero(kept.any(axis=1))
    for rival in better:
        kept[left] &= ~_worse(rival, high[left])
    kept[left] &= ~_worse(np.mean(better, axis=0), high[left], ROUNDING * np.abs(better).mean(axis=0))
    return kept


def _row(values: Floats, rows: Integers) -> Floats:
    """One row of `values` (rows, cells, points) for each point."""
    return np.ascontiguousarray(values[rows, :, np.arange(values.shape[-1])].T)


def _worse(rival: Floats, high: Floats, rounding: Floats | float = 0.0) -> Bools:
    """Whether each row is never better than `rival`, which has been rounded by so much, and somewhere worse."""
    gain = rival - high
    return np.asarray((gain >= 0.0).all(axis=1) & (gain > rounding).any(axis=1))


def _indifferent(low: Floats, high: Floats, support: tuple[tuple[int, ...], ...], axis: int, rows: Bools) -> None:
    """Drop the rows that leave some action of a mover's support worse than another that is never worse."""
    for place, chosen in enumerate(support):
        if place != axis:
            low, high = (np.take(values, chosen, axis=1 + place) for values in (low, high))
    low, high = (
        np.moveaxis(values, 1 + axis, 1).reshape(len(low), low.shape[1 + axis], -1, low.shape[-1])
        for values in (low, high)
    )
    for action in support[axis]:
        gain = low - high[:, action, None]
        least = np.where(rows[:, None], gain.min(axis=2), np.inf).min(axis=0)
        never_worse = least >= 0.0
        never_worse[action] = False
        rows &= ~((gain.max(axis=2) > 0.0) & never_worse).any(axis=1)


def _undominated(low: Floats, high: Floats) -> list[Bools]:
    """Each mover's actions that survive rounds of strict dominance; shape (actions, points) each."""
    movers, points = len(low), low.shape[-1]
    alive = [np.ones((size, points), dtype=bool) for size in low.shape[1:-1]]
    for _ in range(ROUNDS):
        before = sum(int(mask.sum()) for mask in alive)
        for mover in range(movers):
            ours, theirs = (
                np.moveaxis(values[mover], mover, 0).reshape(len(alive[mover]), -1, points) for values in (low, high)
            )
            dead = ~_cells([mask for other, mask in enumerate(alive) if other != mover])
            for rival in _rivals(ours, alive[mover], dead):
                alive[mover] &= ~((rival > theirs) | dead).all(axis=1)
        if sum(int(mask.sum()) for mask in alive) == before:
            break
    return alive


def _rivals(low: Floats, alive: Bools, dead: Bools) -> Iterator[Floats]:
    """Actions worth holding against all others: every one of few, of many those best on average or somewhere."""
    if len(low) <= 8:
        yield from (np.where(alive[action], low[action], -np.inf) for action in range(len(low)))
        return
    values = np.where(alive[:, None] & ~dead, low, 0.0)
    total = np.where(alive, values.sum(axis=1), -np.inf)
    best = [total.argmax(axis=0)]
    best += [np.where(alive, low[:, cell], -np.inf).argmax(axis=0) for cell in range(low.shape[1])]
    yield from (np.take_along_axis(low, rival[None, None], axis=0)[0] for rival in best)


def _cells(masks: list[Bools]) -> Bools:
    """Whether all of a profile's actions are alive; shape (profiles, points)."""
    cells = np.ones((1, masks[0].shape[1]), dtype=bool)
    for mask in masks:
        cells = (cells[:, None] & mask).reshape(-1, mask.shape[1])
    return cells


def _subsets(size: int) -> list[tuple[int, ...]]:
    return [chosen for count in range(1, size + 1) for chosen in combinations(range(size), count)]
