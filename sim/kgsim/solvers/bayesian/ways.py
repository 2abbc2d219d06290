"""Ways to play on after a history, and what matters of them to those who move before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kgsim.arrays import Floats
from kgsim.solvers.bayesian.beliefs import History, Supporting
from kgsim.solvers.bayesian.joint_beliefs import Row

#: What a type does: (mover, history of earlier stages, type of the mover's player) to the action.
Choices = Mapping[tuple[int, History, int], int]


@dataclass(frozen=True, eq=False)
class Assessment:
    """Strategies for a subgame, what they are worth, and the beliefs that support them.

    Attributes
    ----------
    choices
        See `Choices`.
    values
        Payoff of every player for every combination of types, shape (t1, ..., tk, players).
    ends
        The terminal history of every combination of types.
    rows
        Inequalities still open, on free beliefs from further up.
    beliefs
        See `Supporting`.
    """

    choices: Choices
    values: Floats
    ends: tuple[History, ...]
    rows: tuple[Row, ...] = ()
    beliefs: Supporting = field(default_factory=dict)

    @property
    def key(self) -> object:
        """What matters of it to those who move before."""
        return self.ends, self.values.tobytes(), tuple(row.key for row in self.rows)


@dataclass(frozen=True, eq=False)
class Partial:
    """How play goes on after some of a stage's action profiles, what that asks of beliefs, and those settled."""

    after: Mapping[History, Assessment]
    rows: tuple[Row, ...] = ()
    beliefs: Supporting = field(default_factory=dict)


def least_demanding(ways: Sequence[Partial]) -> list[Partial]:
    """Of ways to go on that nobody takes, one for each thing asked of beliefs, and none that asks more than another."""
    distinct: dict[frozenset[object], Partial] = {}
    for way in ways:
        distinct.setdefault(frozenset(row.key for row in way.rows), way)
    return [way for asked, way in distinct.items() if not any(other < asked for other in distinct)]


def merged(ways: Iterable[Partial]) -> list[Partial]:
    """One way to go on for each list of what matters of it; what supports one may be found in several parts."""
    found: dict[object, Partial] = {}
    for way in ways:
        key = (tuple(each.key for each in way.after.values()), tuple(row.key for row in way.rows))
        known = found.get(key)
        if known is None:
            found[key] = way
        elif all(known.after[actions].choices == each.choices for actions, each in way.after.items()):
            found[key] = Partial(known.after, known.rows, _hull(known.beliefs, way.beliefs))
    return list(found.values())


def enter(merged: dict[object, Assessment], found: Assessment) -> None:
    """Enter a way to play a subgame under what matters of it."""
    known = merged.get(found.key)
    if known is None:
        merged[found.key] = found
    elif known.choices == found.choices:
        beliefs = _hull(known.beliefs, found.beliefs)
        merged[found.key] = Assessment(known.choices, known.values, known.ends, known.rows, beliefs)


def _hull(first: Supporting, second: Supporting) -> Supporting:
    return {
        where: first[where].joined(second[where]) if where in first and where in second else {**first, **second}[where]
        for where in {**first, **second}
    }
