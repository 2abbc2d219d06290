"""Questions with an answer at every parameter point: is an outcome reached, does a claim hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias

import numpy as np

from kgsim.arrays import Floats
from kgsim.automata.check import game_of
from kgsim.automata.critical import sustained
from kgsim.automata.joint import joint, numbers
from kgsim.claims.claimed import DEPENDS, NO, UNDECIDED, YES, Answers, ClaimsAtPoints
from kgsim.claims.decide import structures_of
from kgsim.engine.engine import CHUNK, Engine
from kgsim.errors import GameError
from kgsim.scenario.model import Claim, Scenario
from kgsim.scenario.names import suggestion
from kgsim.scenario.payoffs import structure_of

__all__ = ["DEPENDS", "NO", "UNDECIDED", "YES", "Answers", "Claimed", "Question", "Reached", "Sustained"]

Points: TypeAlias = Mapping[str, Floats]

#: Ties are held much tighter than elsewhere, since a tie's width is a boundary's error.
TOLERANCE = 1e-12


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
        there = ends.chance(self._rule)[1] > 0.0
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
        self._engine = Engine(scenario, structures_of(self.claim), TOLERANCE)
        self._claims = ClaimsAtPoints(scenario, self._engine, [claim], TOLERANCE)

    def at(self, points: Points) -> Answers:
        """See `Question`."""
        return _in_chunks(self._at, points)

    def _at(self, points: Points) -> Answers:
        payoffs = self._engine.payoffs(points)
        answers = self._claims.at(points, payoffs, self._engine.solve(points, payoffs))
        return Answers(answers.verdict[0], answers.sure[0])

    def sides(self, points: Points) -> dict[str, tuple[Floats, Floats]]:
        """The numbers that the claim compares: text to least and largest value over all equilibria, shape (m,) each.

        For a claim such as "what Washington forgoes is at most what Seoul would give" these are the price and the bid.
        """
        payoffs = self._engine.payoffs(points)
        known = self._claims.sides(self.claim.name, points, payoffs, self._engine.solve(points, payoffs))
        return {text: (number.low, number.high) for text, number in known.items()}

    def says(self, verdict: int) -> str:
        """See `Question`."""
        name = self.claim.name
        return (
            f"claim {name} fails",
            f"claim {name} holds",
            f"claim {name} depends on which equilibrium is played",
            f"claim {name} cannot be decided",
        )[verdict]


class Sustained:
    """Whether a profile of strategies is an equilibrium of a repeated game.

    Raises
    ------
    GameError
        If the scenario has no such repeated game or profile.
    """

    def __init__(self, scenario: Scenario, game: str, profile: str) -> None:
        self.scenario, self.game, self.profile = scenario, game, profile
        self._run = joint(scenario, game_of(scenario, game), profile)

    def at(self, points: Points) -> Answers:
        """See `Question`; raises GameError where the discount or a probability leaves its limits."""
        return _in_chunks(self._at, points)

    def _at(self, points: Points) -> Answers:
        at = numbers(self.scenario, self._run, points)
        verdict = np.where(sustained(self.scenario, self._run, at), YES, NO).astype(np.int8)
        return Answers(verdict, np.ones(len(verdict), dtype=bool))

    def says(self, verdict: int) -> str:
        """See `Question`."""
        an = "an" if verdict == YES else "no"
        return f"{self.profile} is {an} equilibrium of the repeated game {self.game}"


def _in_chunks(answer: Callable[[Points], Answers], points: Points) -> Answers:
    count = max(len(values) for values in points.values())
    parts = [
        answer({name: values[first : first + CHUNK] for name, values in points.items()})
        for first in range(0, count, CHUNK)
    ]
    return Answers(np.concatenate([part.verdict for part in parts]), np.concatenate([part.sure for part in parts]))
