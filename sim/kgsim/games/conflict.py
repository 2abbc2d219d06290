"""A conflict as a graph: states, who can move play from which to which, and how each player ranks them.

The graph model for conflict resolution (Kilgour, Hipel and Fang 1987; Fang, Hipel and Kilgour 1993) takes rankings
alone: nothing in it depends on how far apart two states are for a player.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

import numpy as np

from kgsim.arrays import Bools, Integers
from kgsim.errors import GameError

#: States up to which the states that lead to states are held, as bits: some 13 MB for each player.
MOST_STATES = 10_000


@dataclass(frozen=True, eq=False)
class Moves:
    """Moves from states to states, by where they start.

    Attributes
    ----------
    first
        Where the moves from each state begin in `target`, and their number; shape (states + 1,).
    target
        The state that each move leads to; shape (moves,).
    """

    first: Integers
    target: Integers

    @classmethod
    def of(cls, states: int, source: Integers, target: Integers) -> Moves:
        """Moves given one by one, each once; those that lead nowhere are left out."""
        leaving = source != target
        pairs = np.unique(np.stack([source[leaving], target[leaving]]), axis=1)
        return cls(np.searchsorted(pairs[0], np.arange(states + 1)), pairs[1])

    @classmethod
    def between(cls, leads: Bools) -> Moves:
        """Moves as a matrix that says whether one leads from the row to the column."""
        return cls.of(len(leads), *np.nonzero(leads))

    @cached_property
    def source(self) -> Integers:
        """The state that each move starts from; shape (moves,)."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))

    def only(self, kept: Bools) -> Moves:
        """Those of the moves that are kept."""
        return Moves(np.concatenate([[0], np.cumsum(kept)])[self.first], self.target[kept])

    def of_state(self, state: int) -> Integers:
        """The states that moves from a state lead to."""
        return self.target[self.first[state] : self.first[state + 1]]


@dataclass(frozen=True, eq=False)
class Conflict:
    """A conflict of a few players over many states.

    Parameters
    ----------
    players, states
        Their names.
    moves
        For each player, what it can do alone. A move that cannot be taken back stands in one direction only.
    rank
        How high each player ranks each state: integers, larger is better, equal is as good; shape (players, states).
    unknown
        For each player, whether it is not known which of two states it prefers: symmetric, shape (players, states,
        states); None if all is known. The ranks of such pairs count for nothing.

    Raises
    ------
    GameError
        If shapes disagree, nobody can move, or there are too many states.
    """

    players: tuple[str, ...]
    states: tuple[str, ...]
    moves: tuple[Moves, ...]
    rank: Integers
    unknown: Bools | None = field(default=None)

    def __post_init__(self) -> None:
        shape = len(self.players), len(self.states)
        if self.rank.shape != shape or len(self.moves) != len(self.players):
            raise GameError(f"rank: expected shape (players, states), {shape}, and moves for each player")
        if self.unknown is not None and self.unknown.shape != (*shape, len(self.states)):
            raise GameError(f"unknown: expected shape (players, states, states), got {self.unknown.shape}")
        if len(self.states) > MOST_STATES:
            raise GameError(
                f"the conflict has {len(self.states):,} states, and at most {MOST_STATES:,} are possible. Leave out "
                "moves (`only` in a structure), or use fewer values in menus"
            )
        if not any(len(own.target) for own in self.moves):
            raise GameError("nobody can move in this conflict: every state would be stable. Give some player a move")

    def compared(self, player: int, source: Integers, target: Integers) -> tuple[Bools, Bools]:
        """Whether a player certainly prefers each of some targets to the source, and whether it is not known."""
        better = self.rank[player, target] > self.rank[player, source]
        if self.unknown is None:
            return better, np.zeros_like(better)
        open_ = self.unknown[player, source, target]
        return better & ~open_, open_

    def improvements(self, members: Iterable[int], moves: Moves, *, doubtful: bool) -> Moves:
        """Those of some moves that every member prefers; `doubtful` adds those that they may prefer."""
        kept = np.ones(len(moves.target), dtype=bool)
        for member in members:
            better, open_ = self.compared(member, moves.source, moves.target)
            kept &= better | open_ if doubtful else better
        return moves.only(kept)

    def deterring(self, members: Iterable[int], *, doubtful: bool) -> Bools:
        """Which states would deter a coalition from leaving each state: those that some member does not prefer to it.

        `doubtful` counts states that it may not prefer too. Shape (states left, states).
        """
        deters = np.zeros((len(self.states), len(self.states)), dtype=bool)
        for member in members:
            rank = self.rank[member]
            worse = rank[None, :] <= rank[:, None]
            if self.unknown is not None:
                worse = worse | self.unknown[member] if doubtful else worse & ~self.unknown[member]
            deters |= worse
        return deters

    def coalitions(self) -> Iterator[tuple[int, ...]]:
        """All coalitions of two players or more, small ones first."""
        for size in range(2, len(self.players) + 1):
            yield from combinations(range(len(self.players)), size)
