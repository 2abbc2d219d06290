"""Questions with an answer at every parameter point: is an outcome reached, does a claim hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Floats
from kgsim.automata.check import game_of
from kgsim.automata.critical import sustained
from kgsim.automata.joint import joint, numbers
from kgsim.claims.at_points import AtPoints
from kgsim.claims.functions import structures_of
from kgsim.engine.engine import CHUNK
from kgsim.errors import GameError
from kgsim.results import FAILS, HOLDS, UNDECIDED
from kgsim.scenario.model import Claim, Scenario
from kgsim.scenario.names import suggestion
from kgsim.scenario.payoffs import structure_of
from kgsim.tolerances import TIGHT_COMPARISON
from kgsim.wording import quoted

Points: TypeAlias = Mapping[str, Floats]
Verdicts: TypeAlias = NDArray[np.int8]


class Question(Protocol):
    """Something that is asked at every point."""

    scenario: Scenario

    def at(self, points: Points, *, settle: int = 0) -> Verdicts:
        """Numbers of `kgsim.results.VERDICTS` at parameter points, shape (m,) each.

        Of every thousand points or so, `settle` may go to the solver of single points.
        """
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
        self._play = AtPoints(scenario, (structure,))
        self._rule = names.index(outcome)

    def at(self, points: Points, *, settle: int = 0) -> Verdicts:
        """See `Question`."""
        return _in_chunks(partial(self._at, settle=settle), points)

    def _at(self, points: Points, settle: int) -> Verdicts:
        found = self._play.at(points, settle=settle).sets[self.structure]
        there = found.reached(len(self.scenario.outcomes))[self._rule]
        unknown = (found.failure > 0) | (~there & (found.doubt > 0))
        return np.select([unknown, there], [UNDECIDED, HOLDS], FAILS).astype(np.int8)

    def says(self, verdict: int) -> str:
        """See `Question`."""
        said = self.scenario.labels
        outcome, under = quoted(said.outcome(self.outcome)), f"under {quoted(said.structure(self.structure))}"
        if verdict == UNDECIDED:
            return f"whether {outcome} is an equilibrium outcome {under} is undecided"
        return f"{outcome} is {'an' if verdict == HOLDS else 'no'} equilibrium outcome {under}"


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
        self._play = AtPoints(scenario, structures_of(self.claim), [claim], equal=TIGHT_COMPARISON)

    def at(self, points: Points, *, settle: int = 0) -> Verdicts:
        """See `Question`."""
        return _in_chunks(lambda some: np.asarray(self._play.at(some, settle=settle).verdict[0]), points)

    def sides(self, points: Points) -> dict[str, tuple[Floats, Floats]]:
        """The numbers that the claim compares: text to least and largest value over all equilibria, shape (m,) each.

        For a claim such as "what Washington forgoes is at most what Seoul would give" these are the price and the bid.
        """
        return {
            text: (known.low, known.high)
            for text, known in self._play.sides(self.claim.name, points, settle=CHUNK).items()
        }

    def says(self, verdict: int) -> str:
        """See `Question`."""
        told = (
            "fails",
            "holds",
            "depends on which equilibrium is played",
            "cannot be decided",
            "is vacuous, its premise being met at no equilibrium",
        )[verdict]
        return f"{quoted(self.scenario.labels.claim(self.claim.name))} {told}"


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

    def at(self, points: Points, *, settle: int = 0) -> Verdicts:
        """See `Question`; raises GameError where the discount or a probability leaves its limits."""
        return _in_chunks(self._at, points)

    def _at(self, points: Points) -> Verdicts:
        at = numbers(self.scenario, self._run, points)
        return np.where(sustained(self.scenario, self._run, at), HOLDS, FAILS).astype(np.int8)

    def says(self, verdict: int) -> str:
        """See `Question`."""
        an = "an" if verdict == HOLDS else "no"
        game = quoted(self.scenario.labels.of("repeated", self.game))
        return f"{quoted(self.scenario.labels.of('profiles', self.profile))} is {an} equilibrium of {game}, repeated"


def _in_chunks(answer: Callable[[Points], Verdicts], points: Points) -> Verdicts:
    count = max(len(values) for values in points.values())
    starts = range(0, count, CHUNK)
    return np.concatenate(
        [answer({name: values[first : first + CHUNK] for name, values in points.items()}) for first in starts]
    )
