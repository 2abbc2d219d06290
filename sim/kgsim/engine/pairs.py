"""Where two movers who choose at once might randomise: the search of `kgsim.engine.supports`, by bits.

At most points actions repeat one another (many refused offers lead to one status quo), so each point's game is first
cut down to distinct actions. Of these every pair is compared once, at every action of the other mover. A comparison is
a bit in a word, and whether one action dominates another *on a support* is then one operation on words, for all
supports and points at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Bools, Floats, Integers
from kgsim.solvers.compiled import compiled
from kgsim.tolerances import ROUNDING

Words: TypeAlias = NDArray[Any]

#: Distinct actions of the mover with more of them, as bits of a word, and of the other one, whose supports are tried.
MOST_ROWS, MOST_COLUMNS = 64, 8

#: Points whose games have up to this many rows are worked through together.
_SIZES = (2, 4, 8, 12, 16, 24, 32, 48, MOST_ROWS)

#: Points between which strict dominance is looked at together.
_POINTS = 256

#: Numbers compared at once, small enough for the processor's cache.
_BLOCK = 200_000

#: Rounds of dominance. Each is sound by itself, so stopping early only rules out less.
ROUNDS = 6


@dataclass(frozen=True, eq=False)
class _Distinct:
    """A mover's actions in classes of actions that are alike at a point.

    Attributes
    ----------
    number
        The class of each action; shape (actions, points).
    first
        An action of each class; shape (actions, points), the first `count` of a column in use.
    count
        Classes at each point.
    alive
        The actions that count at all; shape (actions, points).
    """

    number: Integers
    first: Integers
    count: Integers
    alive: Bools

    @classmethod
    def of(cls, keys: Floats, alive: Bools) -> _Distinct:
        """Tell apart actions by keys of shape (actions, points)."""
        order = keys.argsort(axis=0, kind="stable")
        ranked = np.take_along_axis(keys, order, axis=0)
        new = np.ones(keys.shape, dtype=bool)
        # Not-a-number differs from itself: what cannot be told apart safely stays apart.
        np.not_equal(ranked[1:], ranked[:-1], out=new[1:])
        new &= np.take_along_axis(alive, order, axis=0)
        classes = new.cumsum(axis=0) - 1
        number, first = np.empty_like(order), np.zeros_like(order)
        np.put_along_axis(number, order, classes, axis=0)
        rows, columns = np.nonzero(new)
        first[classes[rows, columns], columns] = order[rows, columns]
        return cls(number, first, classes[-1] + 1, alive)

    def at(self, points: Integers) -> _Distinct:
        return _Distinct(self.number[:, points], self.first[:, points], self.count[points], self.alive[:, points])


def possible_pairs(low: Floats, high: Floats, fast: bool = False) -> tuple[Bools, Integers]:
    """Find the cells of a game of two movers that an equilibrium might reach, at many parameter points.

    Parameters
    ----------
    low, high
        Bounds of both movers' utility of each cell, ties being exact; shape (2, a1, a2, points).
    fast
        Whether to use compiled kernels, which give the same answer.

    Returns
    -------
    possible
        Shape (a1, a2, points). Every equilibrium of every game within the bounds has its support in there.
    left
        The points whose games are too large; nothing is said of them.
    """
    bounds = [low] if low is high or np.array_equal(low, high) else [low, high]
    if fast and all(np.isfinite(values).all() for values in bounds):
        return _searched(bounds)
    alive = _alive(bounds)
    sides = [_Distinct.of(_keys(bounds, alive, axis), alive[axis]) for axis in (0, 1)]
    possible = np.zeros(low.shape[1:], dtype=bool)
    rows, columns = sides[0].count, sides[1].count
    fits = (np.maximum(rows, columns) <= MOST_ROWS) & (np.minimum(rows, columns) <= MOST_COLUMNS)
    for turned in (False, True):
        here = fits & ((rows < columns) == turned)
        many, few = (columns, rows) if turned else (rows, columns)
        sizes = np.searchsorted(_SIZES, many)
        for size, supports in np.unique(np.stack([sizes, few])[:, here], axis=1).T:
            group = np.flatnonzero(here & (sizes == size) & (few == supports))
            for points in np.array_split(group, 1 + len(group) * _SIZES[size] ** 2 // _BLOCK):
                first, second = (side.at(points) for side in (sides[::-1] if turned else sides))
                cells = _Cells.of(bounds, first, second, points, int(supports), turned).possible()
                every = np.arange(len(points))
                grown = cells[first.number[:, None], second.number[None], every]
                grown &= first.alive[:, None] & second.alive
                possible[:, :, points] = grown.swapaxes(0, 1) if turned else grown
    return possible, np.flatnonzero(~fits)


def _searched(bounds: list[Floats]) -> tuple[Bools, Integers]:
    """The same by scalar code, and by arrays what is too large for it."""
    shape = bounds[0].shape
    weights = np.concatenate([_weights(shape[2 - axis], len(bounds)) for axis in (0, 1)])
    possible, left = np.zeros(shape[1:], dtype=bool), np.zeros(shape[-1], dtype=bool)
    compiled("kgsim.engine.pair_kernels").search(bounds[0], bounds[-1], len(bounds) == 1, weights, possible, left)
    rest = np.flatnonzero(left)
    if not len(rest):
        return possible, rest
    possible[..., rest], still = possible_pairs(bounds[0][..., rest], bounds[-1][..., rest])
    return possible, rest[still]


def _weights(others: int, bounds: int) -> Floats:
    """Random numbers by which to tell actions apart: for each bound, mover and action of the other."""
    return np.random.default_rng(0).uniform(1.0, 2.0, bounds * 2 * others)


def _alive(bounds: list[Floats]) -> list[Bools]:
    """Both movers' actions that survive rounds of strict dominance; shape (actions, points) each."""
    parts = [
        _alive_in_block([values[..., first : first + _POINTS] for values in bounds])
        for first in range(0, bounds[0].shape[-1], _POINTS)
    ]
    return [np.concatenate([part[mover] for part in parts], axis=1) for mover in (0, 1)]


def _alive_in_block(bounds: list[Floats]) -> list[Bools]:
    alive = [np.ones((size, bounds[0].shape[-1]), dtype=bool) for size in bounds[0].shape[1:3]]
    better = []
    for mover in (0, 1):
        low, high = (np.moveaxis(values[mover], mover, 1) for values in (bounds[0], bounds[-1]))
        rivals = _champions(low) if low.shape[1] > 8 else low
        # For each action of the other mover, each own action and each rival: whether the rival is better there.
        better.append(rivals[:, None] > high[:, :, None])
    for _ in range(ROUNDS):
        before = [mask.copy() for mask in alive]
        for mover in (0, 1):
            alive[mover] &= ~(better[mover] | ~alive[1 - mover][:, None, None]).all(axis=0).any(axis=1)
        if all(np.array_equal(*pair) for pair in zip(before, alive, strict=True)):
            break
    return alive


def _champions(low: Floats) -> Floats:
    """The actions that are best on average or somewhere, out of (others' actions, actions, points)."""
    with np.errstate(invalid="ignore"):
        best = [low.sum(axis=0).argmax(axis=0), *low.argmax(axis=1)]
    return np.stack([np.take_along_axis(low, rival[None, None], axis=1)[:, 0] for rival in best], axis=1)


def _keys(bounds: list[Floats], alive: list[Bools], axis: int) -> Floats:
    """A number for each action that differs for actions that differ: a random combination of all its payoffs."""
    shape = bounds[0].shape
    weights = iter(_weights(shape[2 - axis], len(bounds)))
    keys = np.zeros((shape[1 + axis], shape[-1]))
    for values in bounds:
        for mover in values:
            for column, counts in zip(np.moveaxis(mover, 1 - axis, 0), alive[1 - axis], strict=True):
                keys += column * (counts * next(weights))
    return np.where(alive[axis], np.where(np.isfinite(keys), keys, np.nan), np.inf)


@dataclass(frozen=True, eq=False)
class _Cells:
    """Games of distinct actions at some points, with all comparisons made.

    Attributes
    ----------
    there
        Whether a row is one of the game's; shape (rows, points).
    row_worse, row_better
        For each row and each rival (all rows, and mixtures of them) a word over columns: where the rival is worse, and
        where it is surely better; shape (rows, rivals, points).
    column_worse, column_better
        The same for each column and each rival column, words over rows; shape (columns, columns, points).
    """

    there: Bools
    row_worse: Words
    row_better: Words
    column_worse: Words
    column_better: Words

    @classmethod
    def of(
        cls,
        bounds: list[Floats],
        first: _Distinct,
        second: _Distinct,
        points: Integers,
        columns: int,
        turned: bool,
    ) -> _Cells:
        rows = int(first.count.max())
        there = np.arange(rows)[:, None] < first.count
        cells = [first.first[:rows, None], second.first[None, :columns]]
        if turned:
            cells.reverse()
        ours, theirs = ([values[mover][*cells, points] for values in bounds] for mover in (int(turned), 1 - turned))
        rivals, rounding = _rivals(ours[0], there)
        worse = np.zeros((rows, len(rivals), len(points)), dtype=np.uint8)
        better = worse.copy()
        for column in range(columns):
            gain = rivals[None, :, column] - ours[-1][:, None, column]
            worse |= (gain < 0.0).view(np.uint8) << np.uint8(column)
            better |= (gain > rounding[None, :, column]).view(np.uint8) << np.uint8(column)
        theirs = [values.swapaxes(0, 1) for values in theirs]
        gain = theirs[0][None] - theirs[-1][:, None]
        return cls(there, worse, better, _packed(gain < 0.0), _packed(gain > 0.0))

    def possible(self) -> Bools:
        """The cells that equilibria might reach; shape (rows, columns, points)."""
        columns = len(self.column_worse)
        rows = _packed(self.there)
        reached = np.zeros((columns, len(rows)), dtype=np.uint64)
        for supports in self._blocks(columns):
            masks = supports[:, None, None, None]
            beaten = ((self.row_worse & masks) == 0) & ((self.row_better & masks) != 0)
            best = _packed(~beaten.any(axis=2)) & rows
            member = (supports[:, None] >> np.arange(columns, dtype=np.uint8)) & np.uint8(1) != 0
            best = self._indifferent(best, member)
            for column in range(columns):
                reached[column] |= np.bitwise_or.reduce(best[member[:, column]], axis=0, initial=np.uint64(0))
        bits = np.arange(len(self.there), dtype=np.uint64)[:, None, None]
        return np.asarray((reached >> bits) & np.uint64(1) != 0)

    def _blocks(self, columns: int) -> Iterator[Words]:
        supports = np.arange(1, 2**columns, dtype=np.uint8)
        return iter(np.array_split(supports, 1 + len(supports) * self.row_worse.size // (8 * _BLOCK)))

    def _indifferent(self, rows: Words, member: Bools) -> Words:
        """Drop the rows that leave some column of a support worse than another that is never worse.

        Shapes (supports, points) and (supports, columns).
        """
        for _ in range(ROUNDS):
            before = rows
            for column in range(len(self.column_worse)):
                here = member[:, column]
                current = rows[here]
                never_worse = (self.column_worse[column][:, None] & current) == 0
                drop = np.where(never_worse, self.column_better[column][:, None], np.uint64(0))
                rows = rows.copy()
                rows[here] = current & ~np.bitwise_or.reduce(drop, axis=0)
            if np.array_equal(rows, before):
                break
        return rows


def _rivals(low: Floats, there: Bools) -> tuple[Floats, Floats]:
    """Rows, and even mixtures of the best ones, to hold against rows, and their rounding.

    Shape (rivals, columns, points).
    """
    usable = np.where(there[:, None], low, -np.inf)
    columns = low.shape[1]
    if columns == 1:
        return usable, np.zeros_like(usable)
    with np.errstate(invalid="ignore"):
        spread = usable + 1e-6 * usable.sum(axis=1, keepdims=True)
    best = spread.argmax(axis=0)
    chosen = usable[best[:, None], np.arange(columns)[None, :, None], np.arange(low.shape[-1])]
    mixed, sizes = _mixtures(chosen), _mixtures(np.abs(chosen))
    return np.concatenate([usable, mixed]), np.concatenate([np.zeros_like(usable), ROUNDING * sizes])


def _mixtures(rows: Floats) -> Floats:
    """Even mixtures of any two rows, and of all of them."""
    mixed = [(rows[one] + rows[other]) / 2 for one, other in combinations(range(len(rows)), 2)]
    if len(rows) > 2:
        mixed.append(rows.sum(axis=0) / len(rows))
    return np.array(mixed)


def _packed(bits: Bools) -> Words:
    """Truths of shape (..., rows, points) as words over rows, shape (..., points)."""
    rows = np.arange(bits.shape[-2], dtype=np.uint64)[:, None]
    return np.asarray(np.bitwise_or.reduce(bits.astype(np.uint64) << rows, axis=-2))
