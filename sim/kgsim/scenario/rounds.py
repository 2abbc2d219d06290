"""What a scenario says about play over several rounds: automata, repeated games and dynamics, as frozen types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from kgsim.scenario.expressions import Expression

BUILT_IN = ("grim", "tit_for_tat", "reciprocate", "generous", "win_stay_lose_shift", "cooperate", "defect")
"""Strategies that need only be told which moves cooperate and which defect."""


@dataclass(frozen=True)
class Transition:
    """A rule of an automaton: the profiles of moves that lead to a state; decisions left out may do anything."""

    to: str
    when: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class StrategyState:
    """One state: the probability of each move played there, and the rules for what follows, tried in order."""

    name: str
    play: Mapping[str, Expression]
    next: tuple[Transition, ...]


@dataclass(frozen=True)
class Strategy:
    """A strategy written in the scenario; `decision` follows it, starting in state `start`."""

    name: str
    label: str
    decision: str
    start: str
    states: Mapping[str, StrategyState]


@dataclass(frozen=True)
class RepeatedGame:
    """A structure of one stage, played again and again.

    `profiles` maps a profile to decision to the name of a strategy, one written in the scenario or of `BUILT_IN`.
    `cooperate` and `defect` map decisions to moves.
    """

    name: str
    label: str
    stage: str
    discount: Expression
    noise: Expression
    cooperate: Mapping[str, str]
    defect: Mapping[str, str]
    generosity: Expression | None
    profiles: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Shock:
    """A number drawn afresh in every round; which fields are set depends on `shape`."""

    name: str
    label: str
    shape: Literal["uniform", "triangular", "normal", "discrete"]
    numbers: Mapping[str, Expression]
    values: tuple[Expression, ...] = ()
    chances: tuple[Expression, ...] = ()


@dataclass(frozen=True)
class StateVariable:
    """A parameter that changes from round to round, within bounds."""

    name: str
    initial: Expression | None
    bounds: tuple[float, float]
    update: Expression
    clamp: bool


@dataclass(frozen=True)
class Dynamics:
    """How the situation changes from one round to the next.

    `discount` maps every player to an expression. `end` maps outcomes to what follows them, `end_when` is a condition
    on the next state. `history` holds rounds played before, decision to move.
    """

    states: Mapping[str, StateVariable]
    shocks: Mapping[str, Shock]
    discount: Mapping[str, Expression]
    horizon: int
    end: Mapping[str, Literal["stops", "lasts"]] = field(default_factory=dict)
    end_when: Expression | None = None
    history: tuple[Mapping[str, str], ...] = ()
