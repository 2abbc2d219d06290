"""The part of a structure's game that no parameter changes: which subgames there are and what can end each of them.

A structure's profiles lead to *deals* (`kgsim.scenario.deals`). Subgames with equal deals in equal places are equal at
every parameter point, so each is laid out once: a few hundred subgames stand for thousands of histories. A *layer*
holds the distinct subgames of one stage; the children of its subgames are the subgames of the next layer, and those of
the last layer are the deals themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Integers
from kgsim.scenario.model import Scenario, Structure


@dataclass(frozen=True, eq=False)
class Runs:
    """Rows of a table in groups, laid out so that groups of one size are folded at once.

    (`ufunc.reduceat` does the same along the first axis, several times slower.)

    Attributes
    ----------
    sizes
        For each size of group that occurs, the rows of such groups, shape (groups, size), and the groups' numbers.
    count
        Number of groups.
    """

    sizes: tuple[tuple[Integers, Integers], ...]
    count: int

    @classmethod
    def of(cls, groups: Integers) -> Runs:
        """Group rows by an ascending array of group numbers, each of 0, 1, ... at least once."""
        first = starts(groups)
        length = np.diff(first, append=len(groups))
        return cls(
            tuple(
                (first[length == size, None] + np.arange(size), np.flatnonzero(length == size))
                for size in np.unique(length)
            ),
            len(first),
        )

    def fold(self, operation: np.ufunc, values: NDArray[Any]) -> NDArray[Any]:
        """Fold each group's rows of `values`, shape (rows, points), into one; shape (groups, points)."""
        folded = np.empty((self.count, values.shape[1]), dtype=values.dtype)
        for rows, groups in self.sizes:
            folded[groups] = operation.reduce(values[rows], axis=1) if rows.shape[1] > 1 else values[rows[:, 0]]
        return folded


@dataclass(frozen=True, eq=False)
class Layer:
    """The distinct subgames of one stage, with everything that can end them.

    A *slot* is a subgame together with a deal that can end it; a *cell* is a subgame together with an action profile
    of its stage (where one mover chooses alone: with a distinct child); an *entry* is a cell together with a slot of
    its child.

    Attributes
    ----------
    shape
        Actions of each mover of the stage.
    cell_child, cell_game
        Child and subgame of each cell, subgames ascending; the cells of a stage of several movers are in C order,
        those of chance in the order of what may happen.
    slot_deal, slot_game
        Deal and subgame of each slot, subgames ascending.
    entry_cell, entry_below, entry_slot
        Of each entry: its cell, the slot of the layer below, the slot of this layer it adds to (ascending).
    """

    shape: tuple[int, ...]
    cell_child: Integers
    cell_game: Integers
    slot_deal: Integers
    slot_game: Integers
    entry_cell: Integers
    entry_below: Integers
    entry_slot: Integers

    @cached_property
    def slots(self) -> Runs:
        """Slots by subgame."""
        return Runs.of(self.slot_game)

    @cached_property
    def cells(self) -> Runs:
        """Cells by subgame."""
        return Runs.of(self.cell_game)

    @cached_property
    def entries(self) -> Runs:
        """Entries by slot."""
        return Runs.of(self.entry_slot)

    @cached_property
    def key(self) -> tuple[bytes, ...]:
        """Equal for layers of equal subgames over equal layers below."""
        return self.cell_child.tobytes(), self.cell_game.tobytes(), self.slot_deal.tobytes()

    @cached_property
    def slot_first(self) -> Integers:
        """The first slot of each subgame, and the number of slots."""
        return np.append(starts(self.slot_game), len(self.slot_game))

    @cached_property
    def cell_first(self) -> Integers:
        """The first cell of each subgame, and the number of cells."""
        return np.append(starts(self.cell_game), len(self.cell_game))

    @cached_property
    def entry_first(self) -> Integers:
        """The first entry of each slot, and the number of entries."""
        return np.append(starts(self.entry_slot), len(self.entry_slot))

    @property
    def games(self) -> int:
        """Number of distinct subgames."""
        return self.slots.count

    @cached_property
    def entry_deal(self) -> Integers:
        """Deal of each entry."""
        return self.slot_deal[self.entry_slot]


@dataclass(frozen=True, eq=False)
class Plan:
    """One structure laid out.

    Attributes
    ----------
    layers
        One per stage in order of play, then the ends of play: a layer of no movers whose subgames are the deals. The
        first has one subgame, the whole game.
    deals
        The deals that end the structure's profiles, ascending.
    """

    layers: tuple[Layer, ...]
    deals: Integers

    @cached_property
    def key(self) -> bytes:
        """Equal for structures that end in the same deals."""
        return self.deals.tobytes()


def plan(scenario: Scenario, structure: Structure, labels: Integers) -> Plan:
    """Lay a structure out.

    Parameters
    ----------
    scenario, structure
        The scenario and one of its structures.
    labels
        Deal of each profile, one axis per decision (`kgsim.scenario.deals.Deals.labels`); -1 where it cannot come
        about.
    """
    decisions = list(scenario.decisions)
    movers = [mover for stage in structure.play for mover in stage]
    order = [decisions.index(decision) for mover in movers for decision in mover]
    rest = [axis for axis in range(len(decisions)) if axis not in order]
    sizes = [
        tuple(prod(labels.shape[decisions.index(decision)] for decision in mover) for mover in stage)
        for stage in structure.play
    ]
    drawn = [stage[0][0] in scenario.chance for stage in structure.play]
    return laid_out(labels.transpose(*order, *rest), sizes, drawn)


def laid_out(labels: Integers, sizes: Sequence[tuple[int, ...]], drawn: Sequence[bool] = ()) -> Plan:
    """Lay a structure out whose deals are told by movers in order of play, with the actions of each stage's movers.

    `drawn` tells which stages are chance; none if it is empty.
    """
    children = labels.ravel()
    layers = [_ends(int(labels.max()) + 1)]
    for shape, by_chance in zip(reversed(sizes), reversed(drawn or [False] * len(sizes)), strict=True):
        # One who chooses among equal subgames has one choice; what is drawn counts as often as it is drawn.
        chosen = len(shape) == 1 and not by_chance
        rows = children.reshape(-1, prod(shape))
        can_be = np.asarray((rows >= 0).any(axis=1))
        if (rows < 0).any():
            rows = _filled(rows[can_be], shape)
        if chosen:
            rows = _as_sets(rows)
        games, inverse = np.unique(rows, axis=0, return_inverse=True)
        children = np.full(len(can_be), -1)
        children[can_be] = inverse.ravel()
        layers.append(_layer(shape, [np.unique(row) for row in games] if chosen else [*games], layers[-1]))
    return Plan(tuple(reversed(layers)), np.unique(labels[labels >= 0]))


def _filled(rows: Integers, shape: tuple[int, ...]) -> Integers:
    """Subgames in which an action that a mover does not have, whose children are -1, is like its first one."""
    games = rows.reshape(-1, *shape)
    for axis in range(1, games.ndim):
        has = (games >= 0).any(axis=tuple(other for other in range(1, games.ndim) if other != axis), keepdims=True)
        first = np.take_along_axis(games, has.argmax(axis=axis, keepdims=True), axis=axis)
        games = np.where(has, games, first)
    return games.reshape(rows.shape)


def _as_sets(rows: Integers) -> Integers:
    """Rows of which two are equal exactly if they hold the same numbers, however often and in whatever order."""
    rows = np.sort(rows, axis=1)
    repeated = np.diff(rows, axis=1, prepend=rows[:, :1] - 1) == 0
    return np.sort(np.where(repeated, rows[:, :1], rows), axis=1)


def _ends(deals: int) -> Layer:
    each, none = np.arange(deals), np.empty(0, dtype=np.intp)
    return Layer((), none, none, each, each, none, none, none)


def _layer(shape: tuple[int, ...], cells: list[Integers], below: Layer) -> Layer:
    cell_child = np.concatenate(cells)
    cell_game = np.repeat(np.arange(len(cells)), [len(row) for row in cells])
    first, last = (
        np.searchsorted(below.slot_game, cell_child),
        np.searchsorted(below.slot_game, cell_child, side="right"),
    )
    counts = last - first
    entry_cell = np.repeat(np.arange(len(cell_child)), counts)
    entry_below = np.arange(len(entry_cell)) - np.repeat(np.cumsum(counts) - counts - first, counts)
    keys = np.column_stack([cell_game[entry_cell], below.slot_deal[entry_below]])
    slots, entry_slot = np.unique(keys, axis=0, return_inverse=True)
    # In one piece, as all that goes to kernels: each layout in memory is compiled for anew.
    slot_game, slot_deal = slots.T.copy()
    entry_slot = entry_slot.ravel()
    order = np.argsort(entry_slot, kind="stable")
    return Layer(
        shape=shape,
        cell_child=cell_child,
        cell_game=cell_game,
        slot_deal=slot_deal,
        slot_game=slot_game,
        entry_cell=entry_cell[order],
        entry_below=entry_below[order],
        entry_slot=entry_slot[order],
    )


def starts(groups: Integers) -> Integers:
    """Where each run of equal values of an ascending array starts."""
    return np.flatnonzero(np.diff(groups, prepend=-1))
