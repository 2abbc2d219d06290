"""Which states a player, or a coalition, would not leave: the four stabilities of the graph model.

A mover leaves a state for one that it prefers, unless the others could, or would, answer with something it does not
prefer. The definitions differ in how far it looks and in what it believes the others to do:

- *Nash* (Nash 1950): it has nothing better to move to.
- *General metarationality*, GMR (Howard 1971): the others can answer every improvement so that it gains nothing.
- *Symmetric metarationality*, SMR (Howard 1971): and it could not escape from the answer by a further move.
- *Sequential stability*, SEQ (Fraser and Hipel 1979): the others can answer by moves that are improvements to them.

With several opponents the answer is a legal sequence of moves (`kgsim.solvers.graph.reach`). For coalitions (Kilgour,
Hipel, Fang and Peng 2001; Inohara and Hipel 2008) an improvement is one to all members, and an answer deters if one
member does not prefer it. Where preferences are not known, the four attitudes of Li, Hipel, Kilgour and Fang (2004) say
what a mover makes of that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from kgsim.arrays import Bools
from kgsim.games.conflict import Conflict, Moves
from kgsim.solvers.graph.reach import Bits, bits, flags, reached, union

Concept = Literal["nash", "gmr", "smr", "seq"]
CONCEPTS: tuple[Concept, ...] = ("nash", "gmr", "smr", "seq")

#: Whether a mover leaves for what it may prefer, and whether what it may prefer deters it.
ATTITUDES: Mapping[str, tuple[bool, bool]] = {
    "a": (True, False),
    "b": (False, False),
    "c": (True, True),
    "d": (False, True),
}

#: Moves looked at at once.
PART = 20_000


@dataclass(frozen=True, eq=False)
class Side:
    """A player, or a coalition, and what the others can answer.

    Attributes
    ----------
    conflict, members
        The conflict and who is meant.
    own
        What the members can do together.
    answers, willing
        The states that the others can bring about from each state, by any moves and by improvements alone, as bits.
    """

    conflict: Conflict
    members: tuple[int, ...]
    own: Moves
    answers: Bits
    willing: Bits

    @classmethod
    def of(cls, conflict: Conflict, members: tuple[int, ...]) -> Side:
        """A coalition's side of a conflict."""
        others = [player for player in range(len(conflict.players)) if player not in members]
        willing = _willing(conflict, others, coalitions=len(members) > 1)
        answers = [conflict.moves[other] for other in others]
        return cls(conflict, members, _moves(conflict, members), reached(answers), reached(willing))

    def stable(self, attitude: str = "b") -> dict[Concept, Bools]:
        """Whether it stays at each state.

        Parameters
        ----------
        attitude
            What to make of preferences that are not known: "a" leaves for what may be better and is deterred by nothing
            unknown, "b" counts known preferences alone, "c" counts unknown ones for leaving and for deterrence, "d" for
            deterrence alone.

        Returns
        -------
        dict
            Concept to flags of shape (states,).
        """
        leaves, deterred = ATTITUDES[attitude]
        gains = self.conflict.improvements(self.members, self.own, doubtful=leaves)
        return self._judged(gains, self.conflict.deterring(self.members, doubtful=deterred))

    def stable_if_raised(self, state: int, level: int) -> dict[Concept, bool]:
        """Whether its only member would stay at a state if it ranked it at a level, all else being equal."""
        (player,) = self.members
        rank = self.conflict.rank[player].copy()
        rank[state] = level
        deters = rank <= level
        escapes = np.bincount(self.own.source[~deters[self.own.target]], minlength=len(rank)) > 0
        targets = self.own.of_state(state)
        gains = targets[~deters[targets]]

        def held(answers: Bits, binding: Bools) -> bool:
            if not answers.size:
                return not len(gains)
            return bool((answers[gains] & np.packbits(binding)).any(axis=1).all())

        return {
            "nash": not len(gains),
            "gmr": held(self.answers, deters),
            "smr": held(self.answers, deters & ~escapes),
            "seq": held(self.willing, deters),
        }

    def _judged(self, gains: Moves, deters: Bools) -> dict[Concept, Bools]:
        binding = bits(deters)
        return {
            "nash": np.diff(gains.first) == 0,
            "gmr": _deterred(gains, self.answers, binding),
            "smr": _deterred(gains, self.answers, _inescapable(self.own, deters)),
            "seq": _deterred(gains, self.willing, binding),
        }


def sides_of(conflict: Conflict) -> tuple[Side, ...]:
    """Each player's side of a conflict."""
    return tuple(Side.of(conflict, (player,)) for player in range(len(conflict.players)))


def everybody(stable: Iterable[Mapping[Concept, Bools]]) -> dict[Concept, Bools]:
    """States that every one of some sides stays at, flags being given and told alike; shape (states,)."""
    each = list(stable)
    return {concept: np.logical_and.reduce([one[concept] for one in each]) for concept in CONCEPTS}


def _moves(conflict: Conflict, members: tuple[int, ...]) -> Moves:
    """What a coalition can do by legal sequences of its members' moves."""
    if len(members) == 1:
        return conflict.moves[members[0]]
    return Moves.between(flags(reached([conflict.moves[member] for member in members]), len(conflict.states)))


def _willing(conflict: Conflict, others: list[int], *, coalitions: bool) -> list[Moves]:
    """Improvements of each opponent, and of each coalition of opponents where coalitions are looked at."""
    largest = len(others) if coalitions else 1
    groups = [group for size in range(1, largest + 1) for group in combinations(others, size)]
    return [conflict.improvements(group, _moves(conflict, group), doubtful=True) for group in groups]


def _inescapable(own: Moves, deters: Bools) -> Bits:
    """The deterring states from which no move of one's own leads to one that does not deter, as bits."""
    escapes = union(bits(~deters.T), own)
    return bits(deters & ~flags(escapes, len(deters)).T)


def _deterred(gains: Moves, answers: Bits, binding: Bits) -> Bools:
    """Whether every improvement from each state can be answered by a state that binds there."""
    source = gains.source
    held = np.ones(len(gains.first) - 1, dtype=bool)
    if not answers.size:
        held[source] = False
        return held
    for begin in range(0, len(source), PART):
        here = slice(begin, begin + PART)
        answered = (answers[gains.target[here]] & binding[source[here]]).any(axis=1)
        held[source[here][~answered]] = False
    return held
