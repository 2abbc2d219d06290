"""Claims decided at many points: all claims of a scenario on the engine's equilibria of one chunk.

As for a single point (`kgsim.claims.decide`) a claim holds, fails or depends on which equilibrium is played. First
every claim is judged on the box that the equilibria of each structure span, which no mixture of them leaves: what is
surely true or false there needs no further look. Only at the other points is it evaluated at every combination of
equilibria, a bloc being paired with the equilibrium of its fallback that it rests on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Bools, Floats, Integers
from kgsim.automata.check import repeated
from kgsim.automata.critical import sustained
from kgsim.automata.joint import joint, numbers
from kgsim.claims.decide import GRID, name_of, selected, structures_of, with_fallbacks
from kgsim.claims.truth import EQUAL, Known, bounds, truth
from kgsim.engine.engine import Engine
from kgsim.engine.ranked import SAME, DistinctEquilibria
from kgsim.engine.solutions import EquilibriumSets
from kgsim.errors import GameError
from kgsim.results import Interval
from kgsim.scenario.evaluation import evaluate
from kgsim.scenario.model import Claim, Scenario
from kgsim.scenario.names import suggestion
from kgsim.scenario.nodes import Call, Comparison, walk
from kgsim.scenario.payoffs import parameter_values
from kgsim.structures.solution import fallback_structures

Points: TypeAlias = Mapping[str, Floats]

#: Combinations of equilibria at which a claim is evaluated, at most.
MOST_COMBINATIONS = 4096

NO, YES, DEPENDS, UNDECIDED = range(4)


@dataclass(frozen=True, eq=False)
class Answers:
    """Questions' answers at some points.

    Attributes
    ----------
    verdict
        `NO`, `YES`, `DEPENDS` (on which equilibrium is played) or `UNDECIDED` (no solution); int8, shape (points,), or
        (claims, points) for all claims at once.
    sure
        Whether equilibria that might change the answer are ruled out; same shape.
    """

    verdict: NDArray[np.int8]
    sure: Bools


class ClaimsAtPoints:
    """A scenario's claims, ready to be decided at many points.

    Parameters
    ----------
    scenario
        The scenario.
    engine
        The engine that solves it. A claim on a structure that the engine does not solve is undecided everywhere.
    claims
        Names of the claims to decide; all if not given.
    equal
        Numbers that differ by up to this share of the values compared are equal.

    Attributes
    ----------
    names
        The claims, in the order of the answers' rows.

    Raises
    ------
    GameError
        If the scenario has no such claim.
    """

    def __init__(
        self, scenario: Scenario, engine: Engine, claims: Iterable[str] | None = None, equal: float = EQUAL
    ) -> None:
        self.scenario, self.engine, self.equal = scenario, engine, equal
        self.names = tuple(scenario.claims if claims is None else claims)
        for name in self.names:
            if name not in scenario.claims:
                raise GameError(f"there is no claim {name!r}. {suggestion(name, scenario.claims, 'claim')}")

    def at(self, points: Points, payoffs: Floats, solved: Mapping[str, EquilibriumSets]) -> Answers:
        """Decide every claim at the points of a chunk.

        Parameters
        ----------
        points
            Parameter to values, shape (m,); parameters left out stay at their base values.
        payoffs
            Of every deal (`Engine.payoffs`); shape (players, deals, m).
        solved
            What `Engine.solve` gives for these points.

        Returns
        -------
        Answers
            Shape (claims, m). `sure` is False where a further equilibrium, or a mixture, might change the verdict.
        """
        chunk = _Chunk(self.scenario, self.engine, points, payoffs, solved, self.equal)
        count = payoffs.shape[-1]
        answers = Answers(
            np.full((len(self.names), count), UNDECIDED, np.int8), np.zeros((len(self.names), count), dtype=bool)
        )
        for row, name in enumerate(self.names):
            answers.verdict[row], answers.sure[row] = chunk.decide(self.scenario.claims[name])
        return answers

    def sides(
        self, claim: str, points: Points, payoffs: Floats, solved: Mapping[str, EquilibriumSets]
    ) -> dict[str, Known]:
        """What a claim compares: the text of each side that speaks of play, and its values over all equilibria.

        Parameters as for `at`; bounds of shape (m,), NaN where a structure has no solution.
        """
        chunk = _Chunk(self.scenario, self.engine, points, payoffs, solved, self.equal)
        return chunk.sides(self.scenario.claims[claim])


class _Chunk:
    """The points of one chunk, and what claims speak of there."""

    def __init__(
        self,
        scenario: Scenario,
        engine: Engine,
        points: Points,
        payoffs: Floats,
        solved: Mapping[str, EquilibriumSets],
        equal: float,
    ) -> None:
        self.scenario, self.engine, self.points, self.payoffs = scenario, engine, points, payoffs
        self.solved, self.equal = solved, equal
        self.count = payoffs.shape[-1]
        self.environment = parameter_values(scenario, points)
        self.outcomes = engine.deals.outcomes
        self.rules = [rule.name for rule in scenario.outcomes]
        self.players = list(scenario.players)
        self.rankings: dict[str, DistinctEquilibria] = {}
        self.known: dict[Call, Known] = {}
        self.paired: dict[tuple[str, str], Bools] = {}

    def decide(self, claim: Claim) -> tuple[NDArray[np.int8], Bools]:
        """A claim's verdicts, and whether they are sure."""
        verdict, sure = np.full(self.count, UNDECIDED, dtype=np.int8), np.zeros(self.count, dtype=bool)
        needed = structures_of(claim)
        if any(name not in self.solved for name in needed):
            return verdict, sure
        calls = {call: self._bounds(call) for call in claim.holds.calls}
        surely, possibly = (
            np.broadcast_to(each, (self.count,))
            for each in truth(claim.holds.root, self.environment, calls, self.equal)
        )
        closed, solvable, pure = np.ones((3, self.count), dtype=bool)
        for name in needed:
            sure |= self.solved[name].failure > 0
            closed &= self.solved[name].doubt == 0
            solvable &= self.solved[name].some
            pure &= self.solved[name].inner.any(axis=0)
        verdict[solvable & surely], verdict[solvable & ~possibly] = YES, NO
        sure |= solvable & closed & (surely | ~possibly)
        left = np.flatnonzero(solvable & pure & ~surely & possibly)
        if len(left):
            verdict[left] = self._combined(claim, needed, calls, left)
            # Two equilibria that give different answers stay two, whatever else there is.
            sure[left] = verdict[left] == DEPENDS
        return verdict, sure

    def sides(self, claim: Claim) -> dict[str, Known]:
        """See `ClaimsAtPoints.sides`."""
        calls = {call: self._bounds(call) for call in claim.holds.calls}
        compared = (node for node, _ in walk(claim.holds.root) if isinstance(node, Comparison))
        found = {}
        for side in (operand for node in compared for operand in node.operands):
            if any(isinstance(part, Call) and part in calls for part, _ in walk(side)):
                known = bounds(side, self.environment, calls)
                low, high, size = (
                    np.broadcast_to(values, (self.count,)) for values in (known.low, known.high, known.size)
                )
                found[claim.holds.text[side.start : side.end]] = Known(low, high, size)
        return found

    def _ranked(self, name: str) -> DistinctEquilibria:
        if name not in self.rankings:
            self.rankings[name] = DistinctEquilibria.of(self.solved[name])
        return self.rankings[name]

    def _share(self, name: str, outcome: str) -> tuple[Floats, Floats]:
        """The least and largest probability of an outcome in a structure."""
        return self.solved[name].chance(self.rules.index(outcome))

    def _bounds(self, call: Call) -> Known:
        """What is known of a call, whichever equilibria are played."""
        if call not in self.known:
            self.known[call] = self._read(call)
        return self.known[call]

    def _read(self, call: Call) -> Known:
        names = [name_of(argument) for argument in call.arguments if call.function in {"value", "prob", "reached"}]
        if call.function == "value":
            low, high = self.solved[names[1]].values
            player = self.players.index(names[0])
            return Known.between(low[player], high[player])
        if call.function in {"prob", "reached"}:
            return Known.between(*self._share(names[0], names[1]))
        if call.function in {"rises", "falls"}:
            return Known.exactly(self._monotone(call))
        if call.function in {"sustained", "critical_discount"}:
            return Known.exactly(self._repeated(call))
        known: dict[str, dict[str, Interval]] = {self.rules[rule]: {} for rule in np.unique(self.outcomes)}
        chosen = selected(call, known)
        rows = [self.rules[rule] in chosen for rule in self.outcomes]
        worth = self.payoffs[self.players.index(name_of(call.arguments[0]))][rows]
        if not len(worth):
            return Known.exactly(np.full(self.count, np.nan))
        return Known.exactly(worth.min(axis=0) if call.function == "worst" else worth.max(axis=0))

    def _repeated(self, call: Call) -> Floats:
        """Whether a profile of a repeated game is an equilibrium, or from which discount factor on."""
        game, profile = map(name_of, call.arguments)
        if call.function == "sustained":
            run = joint(self.scenario, self.scenario.repeated[game], profile)
            found = sustained(self.scenario, run, numbers(self.scenario, run, self.points))
            return np.broadcast_to(found, (self.count,)).astype(np.float64)
        rows = [{name: float(values[row]) for name, values in self.points.items()} for row in range(self.count)]
        return np.array([repeated(self.scenario, game, profile, **row)[profile].critical for row in rows])

    def _monotone(self, call: Call) -> Floats:
        """Whether an expression strictly rises (falls) in a parameter over its declared range."""
        parameter = name_of(call.arguments[1])
        environment = {name: value[:, None] for name, value in self.environment.items()}
        environment[parameter] = np.linspace(*self.scenario.parameters[parameter].range, GRID)[None]
        for name, quantity in self.scenario.quantities.items():
            environment[name] = quantity.formula.evaluate(environment)
        values = np.atleast_2d(evaluate(call.arguments[0], environment))
        steps = np.diff(np.broadcast_to(values, (len(values), GRID)), axis=1)
        holds = (steps > 0.0 if call.function == "rises" else steps < 0.0).all(axis=1)
        return np.broadcast_to(holds, (self.count,)).astype(np.float64)

    def _combined(
        self, claim: Claim, needed: tuple[str, ...], calls: Mapping[Call, Known], points: Integers
    ) -> NDArray[np.int8]:
        """Verdicts at some points by every possible combination of equilibria."""
        together = [name for name in with_fallbacks(self.scenario, needed) if name in self.solved]
        ranked = {name: self._ranked(name).at(points) for name in together}
        if prod(len(choices) for choices in ranked.values()) > MOST_COMBINATIONS:
            return np.full(len(points), UNDECIDED, dtype=np.int8)
        environment = {name: value if len(value) == 1 else value[points] for name, value in self.environment.items()}
        here = {call: _taken(known, points) for call, known in calls.items()}
        pairs = [
            (name, other, self._pairs(name, other)[..., points])
            for name in together
            for other in fallback_structures(self.scenario.structures[name])
            if other in together
        ]
        always, ever = np.ones(len(points), dtype=bool), np.zeros(len(points), dtype=bool)
        for chosen in product(*(range(len(choices)) for choices in ranked.values())):
            choice = dict(zip(together, chosen, strict=True))
            possible = np.ones(len(points), dtype=bool)
            for name, other, table in pairs:
                possible &= table[choice[name], choice[other]]
            if not possible.any():
                continue
            exact = {call: self._at(call, known, choice, ranked, points) for call, known in here.items()}
            holds, _ = truth(claim.holds.root, environment, exact, self.equal)
            always &= holds | ~possible
            ever |= holds & possible
        return np.where(ever, np.where(always, YES, DEPENDS), NO).astype(np.int8)

    def _at(
        self,
        call: Call,
        known: Known,
        choice: Mapping[str, int],
        ranked: Mapping[str, list[Integers]],
        points: Integers,
    ) -> Known:
        """The value of a call at one combination of equilibria."""
        if call.function not in {"value", "prob", "reached"}:
            return known
        names = [name_of(argument) for argument in call.arguments]
        if call.function == "value":
            deals = ranked[names[1]][choice[names[1]]]
            return Known.exactly(self.payoffs[self.players.index(names[0]), deals, points], known.size)
        deals = ranked[names[0]][choice[names[0]]]
        return Known.exactly((self.outcomes[deals] == self.rules.index(names[1])).astype(np.float64), known.size)

    def _pairs(self, name: str, other: str) -> Bools:
        """Which choice of a structure can rest on which choice of the one it falls back on.

        Shape (choices, choices of the other, points).
        """
        if (name, other) not in self.paired:
            own, rested, rows = self._ranked(name), self._ranked(other), self.solved[name].rows
            table = np.zeros((len(own.deals), len(rested.deals), self.count), dtype=bool)
            for rest in self.solved[name].rests:
                inner, rank = rest.inner[rows], own.rank[:, rest.points]
                mine = np.array([(inner & (rank == place)).any(axis=0) for place in range(len(own.deals))])
                there = np.array([self.payoffs[:, deals[rest.points], rest.points] for deals in rested.deals])
                theirs = (np.abs(there - rest.fallback) <= SAME).all(axis=1)
                table[..., rest.points] |= mine[:, None] & theirs
            self.paired[name, other] = table
        return self.paired[name, other]


def _taken(known: Known, points: Integers) -> Known:
    low, high, size = (
        np.broadcast_to(values, known.low.shape)[points] for values in (known.low, known.high, known.size)
    )
    return Known(low, high, size)
