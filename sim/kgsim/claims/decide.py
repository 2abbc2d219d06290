"""Claims decided at one point, with the numbers that decide them and a sentence that tells it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from kgsim.arrays import Floats
from kgsim.claims.equilibria import Bounds, OnePoint
from kgsim.claims.functions import Setting, structures_of
from kgsim.claims.judge import Combinations, Judge, borne_out, broken_by
from kgsim.claims.lenses import Lens
from kgsim.claims.sentences import tell, told_of
from kgsim.claims.truth import bounds, truth
from kgsim.results import DEPENDS, UNDECIDED, VERDICTS, ClaimResult, Interval, StructureSolution
from kgsim.scenario.expressions import is_truth
from kgsim.scenario.model import Claim, Scenario
from kgsim.scenario.nodes import Node
from kgsim.scenario.on_the_table import offer_range, offers_asked
from kgsim.scenario.payoffs import parameter_values

OutcomePayoffs = Mapping[str, Mapping[str, Interval]]


def decide(
    scenario: Scenario,
    claim: Claim,
    values: Mapping[str, float],
    structures: Mapping[str, StructureSolution],
    outcomes: OutcomePayoffs,
    proven: Callable[[str], int] | None = None,
) -> ClaimResult:
    """Decide one claim.

    Parameters
    ----------
    scenario, claim
        The scenario and one of its claims.
    values
        Parameter to value.
    structures
        The solved structures, those that others fall back on included. A claim that needs another one, or one that
        has no solution here, is undecided.
    outcomes
        Outcome to player to payoff range over all profiles.
    proven
        Claim to a verdict that is proven otherwise, asked where a structure's set of equilibria leaves it undecided.
    """
    for name in structures_of(claim):
        if name not in structures:
            return _undecided(claim, told_of(scenario, "sentence.not_asked", name))
        if structures[name].unsolved:
            return _undecided(claim, told_of(scenario, "sentence.unsolved", name))
    extremes = {
        player: (min(low for low, _ in spans), max(high for _, high in spans))
        for player in scenario.players
        if (spans := [payoffs[player] for payoffs in outcomes.values()])
    } | {offer: offer_range(scenario, offer) for offer in offers_asked(scenario)}
    rules = [rule.name for rule in scenario.outcomes]
    solved = {name: OnePoint(solution, rules, extremes) for name, solution in structures.items() if solution.equilibria}
    judge = Judge(_setting(scenario, values, outcomes), solved)
    verdict = int(judge.judge(claim).verdict[0])
    if verdict == UNDECIDED and proven is not None:
        verdict = proven(claim.name)
    evidence = _Evidence.of(judge, claim, verdict)
    open_sets = [name for name in structures_of(claim) if not structures[name].complete]
    return ClaimResult(
        claim.name,
        claim.says,
        VERDICTS[verdict],
        tell(scenario, claim, VERDICTS[verdict], evidence.at, open_sets),
        _numbers(claim, evidence),
        claim.kind,
        _premise(claim),
    )


def _undecided(claim: Claim, sentence: str) -> ClaimResult:
    return ClaimResult(claim.name, claim.says, "undecided", sentence, {}, claim.kind, _premise(claim))


def _premise(claim: Claim) -> str:
    return "" if claim.given is None else claim.given.text


def _setting(scenario: Scenario, values: Mapping[str, float], outcomes: OutcomePayoffs) -> Setting:
    def span(outcome: str) -> Bounds | None:
        if outcome not in outcomes:
            return None
        low, high = np.array([outcomes[outcome][player] for player in scenario.players]).T[..., None]
        return low, high

    points = {name: np.array([value]) for name, value in values.items()}
    return Setting(scenario, 1, points, parameter_values(scenario, points), Lens(scenario), span)


@dataclass(frozen=True, eq=False)
class _Evidence:
    """What decides a claim at one point: combinations of equilibria, or bounds where these are too many.

    Attributes
    ----------
    combinations
        Of equilibria; those that meet the premise, if any do.
    further
        From inside continua, where the ends do not tell.
    """

    judge: Judge
    claim: Claim
    combinations: Combinations
    further: tuple[Combinations, ...] = ()

    @classmethod
    def of(cls, judge: Judge, claim: Claim, verdict: int) -> _Evidence:
        """Gather it."""
        found = judge.combinations(claim, np.array([0]))
        of_both = [(each, found.holds(each, judge.equal)) for each in (borne_out(claim), broken_by(claim))]
        met = np.logical_or.reduce([there for _, there in of_both])
        combinations = found.some(met) if met.any() else found
        further = []
        for statement, there in of_both:
            inside = None if verdict != DEPENDS or there.any() else judge.inside(statement, found, 0).found
            if inside is not None:
                rows = {name: row[None] for name, row in inside.items()}
                further.append(replace(found, point=np.array([0]), rows=rows))
        return cls(judge, claim, combinations, tuple(further))

    def at(self, node: Node) -> Floats:
        """A node's values, truths as 1 and 0."""
        if self.combinations.every.all():
            parts = (self.combinations, *self.further)
            return np.concatenate([part.value(node, self.judge.equal) for part in parts])
        calls, environment = self.judge.known(self.claim), self.judge.setting.environment
        if is_truth(node):
            surely, possibly = truth(node, environment, calls, self.judge.equal)
            return np.array([np.all(surely), np.any(possibly)], dtype=np.float64)
        known = bounds(node, environment, calls)
        return np.array([np.min(known.low), np.max(known.high)])


def _numbers(claim: Claim, evidence: _Evidence) -> dict[str, Interval]:
    """Each call and each name in a claim with the interval of its values."""
    texts = {each.text[call.start : call.end]: evidence.at(call) for each in claim.expressions for call in each.calls}
    environment = evidence.judge.setting.environment
    stated = frozenset[str]().union(*(each.names for each in claim.expressions))
    names = {name: np.atleast_1d(environment[name]) for name in sorted(stated)}
    return {text: (float(found.min()), float(found.max())) for text, found in {**texts, **names}.items()}
