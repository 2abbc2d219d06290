"""Questions with an answer at every parameter point: is an outcome reached, does a claim hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kgsim.claims.verdicts import GRID, name_of, selected, structures_of
from kgsim.errors import GameError
from kgsim.results import Interval
from kgsim.scenario.evaluation import evaluate
from kgsim.scenario.model import Claim, Scenario
from kgsim.scenario.names import suggestion
from kgsim.scenario.nodes import Call
from kgsim.scenario.payoffs import parameter_values, structure_of
from kgsim.studies.engine import CHUNK, Ends, Engine

Floats: TypeAlias = NDArray[np.float64]
Points: TypeAlias = Mapping[str, Floats]

#: Ties are held much tighter than elsewhere, since a tie's width is a boundary's error.
TOLERANCE = 1e-12

#: Combinations of equilibria at which a claim is evaluated, at most.
MOST_COMBINATIONS = 4096

NO, YES, DEPENDS, UNDECIDED = range(4)


@dataclass(frozen=True, eq=False)
class Answers:
    """A question's answers at some points.

    Attributes
    ----------
    verdict
        `NO`, `YES`, `DEPENDS` (on which equilibrium is played) or `UNDECIDED` (no solution); shape (points,).
    sure
        Whether equilibria that might change the answer are ruled out; shape (points,).
    """

    verdict: NDArray[np.int8]
    sure: NDArray[np.bool_]


class Question(Protocol):
    """Something that is asked at every point."""

    scenario: Scenario

    def at(self, points: Points) -> Answers:
        """Answer at parameter points, shape (m,) each; parameters left out stay at their base values."""
        ...

    def says(self, verdict: int) -> str:
        """Tell a verdict as a clause."""
        ...


class Reached:
    """Whether an outcome is an equilibrium outcome of a structure.

    Raises
    ------
    GameError
        If the scenario has no such structure or outcome.
    """

    def __init__(self, scenario: Scenario, structure: str, outcome: str) -> None:
        structure_of(scenario, structure)
        names = [rule.name for rule in scenario.outcomes]
        if outcome not in names:
            raise GameError(f"there is no outcome {outcome!r}. {suggestion(outcome, names, 'outcome')}")
        self.scenario, self.structure, self.outcome = scenario, structure, outcome
        self._engine = Engine(scenario, (structure,), TOLERANCE)
        self._rule = names.index(outcome)

    def at(self, points: Points) -> Answers:
        """See `Question`."""
        return _in_chunks(self._at, points)

    def _at(self, points: Points) -> Answers:
        ends = self._engine.solve(points)[self.structure]
        there = ends.inner[self._engine.deals.outcomes[ends.deals] == self._rule].any(axis=0)
        verdict = np.where(ends.failure > 0, UNDECIDED, np.where(there, YES, NO)).astype(np.int8)
        return Answers(verdict, there | (ends.doubt == 0))

    def says(self, verdict: int) -> str:
        """See `Question`."""
        if verdict == UNDECIDED:
            return f"structure {self.structure} has no solution"
        an = "an" if verdict == YES else "no"
        return f"the {self.outcome} is {an} equilibrium outcome of structure {self.structure}"


class Claimed:
    """Whether a claim holds.

    Raises
    ------
    GameError
        If the scenario has no such claim.
    """

    def __init__(self, scenario: Scenario, claim: str) -> None:
        if claim not in scenario.claims:
            raise GameError(f"there is no claim {claim!r}. {suggestion(claim, scenario.claims, 'claim')}")
        self.scenario = scenario
        self.claim: Claim = scenario.claims[claim]
        self._needed = structures_of(self.claim)
        self._engine = Engine(scenario, self._needed, TOLERANCE)

    def at(self, points: Points) -> Answers:
        """See `Question`."""
        return _in_chunks(self._at, points)

    def _at(self, points: Points) -> Answers:
        payoffs = self._engine.payoffs(points)
        solved = self._engine.solve(points, payoffs)
        count = payoffs.shape[-1]
        environment = {
            name: np.broadcast_to(value, (count,)) for name, value in parameter_values(self.scenario, points).items()
        }
        ranked = [_ranked(solved[name], payoffs) for name in self._needed]
        sure = np.ones(count, dtype=bool)
        failed = np.zeros(count, dtype=bool)
        for name in self._needed:
            sure &= solved[name].doubt == 0
            failed |= ~solved[name].inner.any(axis=0)
        if prod(len(deals) for deals in ranked) > MOST_COMBINATIONS:
            return Answers(np.full(count, UNDECIDED, dtype=np.int8), np.zeros(count, dtype=bool))
        fixed = {call: self._fixed(call, points, payoffs) for call in self.claim.holds.calls}
        always, ever = np.ones(count, dtype=bool), np.zeros(count, dtype=bool)
        for chosen in product(*ranked):
            deals = dict(zip(self._needed, chosen, strict=True))
            calls = {
                call: self._played(call, deals, payoffs) if known is None else known for call, known in fixed.items()
            }
            holds = np.broadcast_to(evaluate(self.claim.holds.root, environment, calls) != 0.0, (count,))
            always &= holds
            ever |= holds
        verdict = np.where(failed, UNDECIDED, np.where(always, YES, np.where(ever, DEPENDS, NO)))
        return Answers(verdict.astype(np.int8), sure | failed)

    def _played(self, call: Call, deals: Mapping[str, NDArray[np.intp]], payoffs: Floats) -> Floats:
        """The value of a call at one choice of equilibria, each a deal for every point."""
        names = [name_of(argument) for argument in call.arguments]
        every = np.arange(payoffs.shape[-1])
        if call.function == "value":
            worth = payoffs[list(self.scenario.players).index(names[0])]
            return _rounded(worth[deals[names[1]], every], payoffs)
        rule = [each.name for each in self.scenario.outcomes].index(names[1])
        return np.asarray(self._engine.deals.outcomes[deals[names[0]]] == rule, dtype=np.float64)

    def _fixed(self, call: Call, points: Points, payoffs: Floats) -> Floats | None:
        """The value of a call that does not depend on what is played; None if it does."""
        if call.function in {"rises", "falls"}:
            return self._monotone(call, points, payoffs.shape[-1])
        if call.function not in {"worst", "best"}:
            return None
        known: dict[str, dict[str, Interval]] = {
            self.scenario.outcomes[rule].name: {} for rule in np.unique(self._engine.deals.outcomes)
        }
        names = selected(call, known)
        rows = [self.scenario.outcomes[rule].name in names for rule in self._engine.deals.outcomes]
        worth = payoffs[list(self.scenario.players).index(name_of(call.arguments[0]))][rows]
        return _rounded(worth.min(axis=0) if call.function == "worst" else worth.max(axis=0), payoffs)

    def _monotone(self, call: Call, points: Points, count: int) -> Floats:
        parameter = name_of(call.arguments[1])
        steps = np.linspace(*self.scenario.parameters[parameter].range, GRID)
        spread = {name: np.repeat(values, GRID) for name, values in points.items()}
        spread[parameter] = np.tile(steps, count)
        values = evaluate(call.arguments[0], parameter_values(self.scenario, spread))
        moves = np.diff(np.broadcast_to(values, (count * GRID,)).reshape(count, GRID), axis=1)
        return np.asarray((moves > 0.0 if call.function == "rises" else moves < 0.0).all(axis=1), dtype=np.float64)

    def says(self, verdict: int) -> str:
        """See `Question`."""
        name = self.claim.name
        return (
            f"claim {name} fails",
            f"claim {name} holds",
            f"claim {name} depends on which equilibrium is played",
            f"claim {name} cannot be decided",
        )[verdict]


def _ranked(ends: Ends, payoffs: Floats) -> list[NDArray[np.intp]]:
    """The deals that end equilibria as a list of choices, one deal a point each; points with few repeat their last."""
    left = ends.inner.copy()
    worth = payoffs[:, ends.deals]
    every = np.arange(left.shape[1])
    choices = [ends.deals[left.argmax(axis=0)]]
    while True:
        row = np.searchsorted(ends.deals, choices[-1])
        same = (np.abs(worth - worth[:, row, every][:, None]) <= 0.0).all(axis=0)
        left &= ~same
        left[row, every] = False
        some = left.any(axis=0)
        if not some.any():
            return choices
        choices.append(np.where(some, ends.deals[left.argmax(axis=0)], choices[-1]))


def _rounded(values: Floats, payoffs: Floats) -> Floats:
    """Values without their rounding errors, so that claims may compare them for equality."""
    scale = max(float(np.abs(payoffs[np.isfinite(payoffs)]).max(initial=1.0)), 1.0)
    return np.round(values, 12 - int(np.ceil(np.log10(scale))))


def _in_chunks(answer: Callable[[Points], Answers], points: Points) -> Answers:
    count = max(len(values) for values in points.values())
    parts = [
        answer({name: values[first : first + CHUNK] for name, values in points.items()})
        for first in range(0, count, CHUNK)
    ]
    return Answers(np.concatenate([part.verdict for part in parts]), np.concatenate([part.sure for part in parts]))
