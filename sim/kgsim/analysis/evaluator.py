"""What is looked at in every draw: outcomes, values and claims, as arrays over the draws of a block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Bools, Floats, Integers
from kgsim.claims.at_points import AtPoints, Parts, settled_of
from kgsim.claims.functions import structures_of
from kgsim.engine.engine import CHUNK, worth_compiling
from kgsim.scenario.arguments import structures_given
from kgsim.scenario.model import Scenario

Points: TypeAlias = Mapping[str, Floats]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a trial finds in some draws.

    Attributes
    ----------
    reached
        Whether some equilibrium reaches an outcome; shape (structures, outcomes, draws).
    low, high
        Least and largest payoff over the equilibria found, NaN if there are none; shape (structures, players, draws).
    unsolved
        Whether the structure has no solution (a bloc's rule does not apply); shape (structures, draws).
    proven
        Whether no equilibrium can be missing from the above; shape (structures, draws).
    verdict
        Numbers of `kgsim.results.VERDICTS`; shape (claims, draws).
    """

    reached: Bools
    low: Floats
    high: Floats
    unsolved: Bools
    proven: Bools
    verdict: NDArray[np.int8]

    def joined(self, origin: Integers, outcomes: int) -> Evaluation:
        """The same with parts of outcomes joined; `origin` tells of which of so many each is one."""
        reached = np.zeros((self.reached.shape[0], outcomes, self.reached.shape[2]), dtype=bool)
        np.logical_or.at(reached.swapaxes(0, 1), origin, self.reached.swapaxes(0, 1))
        return replace(self, reached=reached)

    def with_draws(self, draws: Integers, others: Evaluation) -> Evaluation:
        """The same with what others say of some draws; `draws` tells which."""
        found = {}
        for each in fields(Evaluation):
            found[each.name] = getattr(self, each.name).copy()
            found[each.name][..., draws] = getattr(others, each.name)
        return Evaluation(**found)

    @property
    def only(self) -> Bools:
        """Whether an outcome is the only one that equilibria reach, with proof; shape as `reached`."""
        return np.asarray(self.reached & (self.reached.sum(axis=1) == 1)[:, None] & self.proven[:, None])


class Evaluator:
    """A scenario laid out to be looked at in many draws; plain data but for the engine, which a copy makes anew.

    Parameters
    ----------
    scenario
        A checked scenario.
    structures
        The structures looked at.
    claims
        The claims decided.
    draws
        How many draws there will be, about: few are worked at harder than many, and many with compiled kernels.
    parts
        Outcomes told apart in `Evaluation.reached`.
    """

    def __init__(
        self,
        scenario: Scenario,
        structures: Sequence[str],
        claims: Sequence[str],
        draws: int = CHUNK,
        parts: Parts | None = None,
    ) -> None:
        self.scenario, self.structures, self.claims, self.draws = scenario, tuple(structures), tuple(claims), draws
        self.parts = parts
        self._play: AtPoints | None = None

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_play": None}

    @property
    def play(self) -> AtPoints:
        """The structures laid out."""
        if self._play is None:
            self._play = AtPoints(
                self.scenario,
                self.structures,
                self.claims,
                fast=worth_compiling(self.draws),
                parts=self.parts,
            )
        return self._play

    def at(self, points: Points, payoffs: Floats | None = None) -> Evaluation:
        """Look at every draw.

        Parameters
        ----------
        points
            Parameter to values, shape (draws,) each; parameters left out stay at their base values.
        payoffs
            Payoffs of every deal instead of those that the points give, shape (players, deals, draws); claims are not
            decided then, since they may speak of parameters.
        """
        count = len(next(iter(points.values()))) if payoffs is None else payoffs.shape[-1]
        parts = []
        for first in range(0, count, CHUNK):
            here = slice(first, first + CHUNK)
            some = {name: values[here] for name, values in points.items()}
            parts.append(self._at(some, None if payoffs is None else payoffs[..., here]))
        return Evaluation(
            *(np.concatenate([getattr(part, field.name) for part in parts], axis=-1) for field in fields(Evaluation))
        )

    def _at(self, points: Points, payoffs: Floats | None) -> Evaluation:
        answers = self.play.at(points, payoffs, settle=settled_of(self.draws, CHUNK))
        ends = [answers.sets[name] for name in self.structures]
        count, players = answers.verdict.shape[-1], len(self.scenario.players)
        outcomes = len((self.parts.scenario if self.parts else self.scenario).outcomes)
        reached, low, high, unsolved, proven = (
            np.array(each).reshape(len(self.structures), *shape, count)
            for each, shape in (
                ([each.reached(outcomes) for each in ends], (outcomes,)),
                ([each.values[0][:players] for each in ends], (players,)),
                ([each.values[1][:players] for each in ends], (players,)),
                ([each.failure > 0 for each in ends], ()),
                ([each.some & (each.doubt == 0) for each in ends], ()),
            )
        )
        return Evaluation(reached, low, high, unsolved, proven, answers.verdict)


def claims_on(scenario: Scenario, structures: Sequence[str]) -> tuple[str, ...]:
    """The claims that speak of no structure but these."""
    return tuple(name for name, claim in scenario.claims.items() if set(structures_of(claim)) <= set(structures))


def trial_of(scenario: Scenario, structures: str | Sequence[str] | None, draws: int = CHUNK) -> Evaluator:
    """A trial of the structures named (all if None) and the claims on them, ready for so many draws.

    Raises GameError if a structure is unknown.
    """
    chosen = structures_given(scenario, structures)
    return Evaluator(scenario, chosen, claims_on(scenario, chosen), draws)
