"""Claims decided on sets of equilibria: a claim holds, fails, or depends on which equilibrium is played.

A claim is evaluated at every combination of one equilibrium for each structure it speaks of; for a convex continuum its
middle and points along its edges are added. A structure whose bloc falls back on another's value is combined only with
the equilibrium of that other structure on which it rests. Numbers are compared up to rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import combinations, permutations
from math import prod

import numpy as np
from numpy.typing import NDArray

from kgsim.automata.check import repeated
from kgsim.claims.sentences import tell
from kgsim.claims.truth import Known, truth
from kgsim.results import ClaimResult, Interval, StructureSolution, Verdict
from kgsim.scenario.evaluation import evaluate
from kgsim.scenario.expressions import is_truth
from kgsim.scenario.model import Claim, Scenario
from kgsim.scenario.nodes import Call, Name, Node, Not, Text
from kgsim.scenario.payoffs import parameter_values
from kgsim.structures.solution import fallback_structures

#: Points of its declared range at which `rises` and `falls` look at a quantity.
GRID = 201

#: Combinations of equilibria at which one claim is evaluated, at most.
MOST_COMBINATIONS = 4_000_000

#: Shares at which mixtures along each edge of a convex continuum stand for it.
SHARES = tuple(step / 8 for step in range(1, 8))

#: Members of a continuum between which every edge is looked at.
MOST_MEMBERS = 12

OutcomePayoffs = Mapping[str, Mapping[str, Interval]]


def decide(
    scenario: Scenario,
    claim: Claim,
    values: Mapping[str, float],
    structures: Mapping[str, StructureSolution],
    outcomes: OutcomePayoffs,
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
    """
    needed = structures_of(claim)
    undecided = partial(ClaimResult, claim.name, claim.says, "undecided", numbers={})
    for name in needed:
        if name not in structures:
            return undecided(sentence=f"Cannot be decided: it speaks of structure {name}, which was not solved.")
        if structures[name].unsolved:
            why = structures[name].unsolved
            return undecided(sentence=f"Cannot be decided: structure {name} has no solution at these values ({why}).")
    # Structures that those of the claim fall back on decide which equilibria go together.
    together = tuple(name for name in with_fallbacks(scenario, needed) if name in structures)
    choices = {name: _Choice.of(structures[name], axis, len(together), scenario) for axis, name in enumerate(together)}
    shape = tuple(choice.size for choice in choices.values())
    if prod(shape) > MOST_COMBINATIONS:
        sizes = " x ".join(map(str, shape))
        return undecided(sentence=f"Cannot be decided: too many combinations of equilibria ({sizes}).")
    calls = {call: _value(call, scenario, values, choices, outcomes) for call in claim.holds.calls}
    environment = {name: value[0] for name, value in parameter_values(scenario, values).items()}
    known = {call: Known.exactly(value, np.abs(value).max()) for call, value in calls.items()}
    possible = _possible(scenario, choices, shape)

    def at(node: Node) -> NDArray[np.float64]:
        """A node's value at every possible combination of equilibria, truths as 1 and 0."""
        if is_truth(node):
            found: NDArray[np.float64] = truth(node, environment, known)[0].astype(float)
        else:
            found = evaluate(node, environment, calls)
        return np.asarray(np.broadcast_to(found, shape)[possible])

    holds = at(claim.holds.root) != 0.0
    verdict: Verdict = "holds" if holds.all() else "depends" if holds.any() else "fails"
    open_sets = [name for name in needed if not structures[name].complete]
    return ClaimResult(
        claim.name,
        claim.says,
        verdict,
        tell(scenario, claim.holds, verdict, at, open_sets),
        _numbers(claim, environment, at),
    )


def with_fallbacks(scenario: Scenario, needed: Iterable[str]) -> tuple[str, ...]:
    """Structures together with all those that their blocs fall back on."""
    order = list(needed)
    for name in order:
        order += [other for other in fallback_structures(scenario.structures[name]) if other not in order]
    return tuple(order)


def structures_of(claim: Claim) -> tuple[str, ...]:
    """The structures a claim speaks of, in order of first mention."""
    names = {"value": 1, "prob": 0, "reached": 0}
    return tuple(
        dict.fromkeys(
            name_of(call.arguments[names[call.function]]) for call in claim.holds.calls if call.function in names
        )
    )


def name_of(node: Node) -> str:
    """The name that an argument of a claim's function stands for."""
    match node:
        case Name(name) | Text(name) | Not(Name(name)) | Not(Text(name)):
            return name
    raise TypeError(f"not a name: {node}")  # the loader has checked the arguments


def selected(call: Call, outcomes: OutcomePayoffs) -> list[str]:
    """The outcomes that ``worst`` or ``best`` ranges over: those listed, or all but those after ``not``."""
    listed = [name_of(node) for node in call.arguments[1:] if not isinstance(node, Not)]
    excluded = {name_of(node) for node in call.arguments[1:] if isinstance(node, Not)}
    return [name for name in (listed or outcomes) if name in outcomes and name not in excluded]


@dataclass(frozen=True, eq=False)
class _Choice:
    """The equilibria of one structure laid along one axis, with mixtures from its convex continua at the end.

    Attributes
    ----------
    payoffs
        Player to values; shape (1, ..., size, ..., 1).
    outcomes
        Outcome to probabilities; same shape.
    own
        For each entry its payoffs, as a bloc would fall back on them; None for a mixture, on which nothing rests.
    fallbacks
        For each entry the disagreement payoffs it rests on, None where it rests on none.
    """

    size: int
    axis: int
    payoffs: Mapping[str, NDArray[np.float64]]
    outcomes: Mapping[str, NDArray[np.float64]]
    own: tuple[tuple[float, ...] | None, ...]
    fallbacks: tuple[tuple[float, ...] | None, ...]

    @classmethod
    def of(cls, solution: StructureSolution, axis: int, axes: int, scenario: Scenario) -> _Choice:
        members = solution.equilibria
        weights = np.vstack([np.eye(len(members)), *_mixtures(solution)])
        shape = tuple(len(weights) if other == axis else 1 for other in range(axes))

        def along(entries: list[float]) -> NDArray[np.float64]:
            return np.asarray((weights @ np.array(entries)).reshape(shape))

        rests = [None if member.disagreement is None else tuple(member.disagreement.values()) for member in members]
        mixed = [int(row.argmax()) for row in weights[len(members) :]]
        return cls(
            len(weights),
            axis,
            {player: along([member.payoffs[player] for member in members]) for player in solution.players},
            {
                rule.name: along([member.outcomes.get(rule.name, 0.0) for member in members])
                for rule in scenario.outcomes
            },
            (*(tuple(member.payoffs.values()) for member in members), *(None for _ in mixed)),
            # All members of a continuum rest on the same fallback.
            (*rests, *(rests[member] for member in mixed)),
        )


def _mixtures(solution: StructureSolution) -> list[NDArray[np.float64]]:
    """Weights over the equilibria: the middle of each convex continuum, and points along its edges.

    A statement that compares linearly is decided by the ends alone; these are for the others.
    """
    found = []
    for group, convex in zip(solution.continua, solution.convex, strict=True):
        if convex:
            middle = np.zeros((1, len(solution.equilibria)))
            middle[0, list(group)] = 1.0 / len(group)
            found.append(middle)
            for one, other in combinations(group[:MOST_MEMBERS], 2):
                edge = np.zeros((len(SHARES), len(solution.equilibria)))
                edge[:, one], edge[:, other] = SHARES, SHARES[::-1]
                found.append(edge)
    return found


def _possible(scenario: Scenario, choices: Mapping[str, _Choice], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which combinations pair a structure with the equilibrium of its fallback that it rests on."""
    possible = np.ones(shape, dtype=bool)
    for (name, choice), (other, fallback) in permutations(choices.items(), 2):
        if other in fallback_structures(scenario.structures[name]):
            table = np.array(
                [[rests is None or rests == point for point in fallback.own] for rests in choice.fallbacks]
            )
            order = [1] * len(shape)
            order[choice.axis], order[fallback.axis] = choice.size, fallback.size
            possible &= (table if choice.axis < fallback.axis else table.T).reshape(order)
    return possible


def _value(
    call: Call,
    scenario: Scenario,
    values: Mapping[str, float],
    choices: Mapping[str, _Choice],
    outcomes: OutcomePayoffs,
) -> NDArray[np.float64]:
    arguments = call.arguments
    match call.function:
        case "value":
            return choices[name_of(arguments[1])].payoffs[name_of(arguments[0])]
        case "prob":
            return choices[name_of(arguments[0])].outcomes[name_of(arguments[1])]
        case "reached":
            return np.asarray(choices[name_of(arguments[0])].outcomes[name_of(arguments[1])] > 0.0, dtype=float)
        case "worst":
            payoffs = [outcomes[name][name_of(arguments[0])][0] for name in selected(call, outcomes)]
            return np.asarray(min(payoffs, default=np.nan))
        case "best":
            payoffs = [outcomes[name][name_of(arguments[0])][1] for name in selected(call, outcomes)]
            return np.asarray(max(payoffs, default=np.nan))
        case "rises" | "falls":
            return np.asarray(_monotone(call, scenario, values), dtype=float)
        case "sustained" | "critical_discount":
            game, profile = map(name_of, arguments)
            check = repeated(scenario, game, profile, **values)[profile]
            return np.asarray(float(check.sustained) if call.function == "sustained" else check.critical)
    raise TypeError(f"unknown function {call.function}")


def _monotone(call: Call, scenario: Scenario, values: Mapping[str, float]) -> bool:
    """Whether an expression strictly rises (falls) in a parameter over its declared range, others at their values."""
    quantity, parameter = call.arguments[0], name_of(call.arguments[1])
    grid = np.linspace(*scenario.parameters[parameter].range, GRID)
    steps = np.diff(evaluate(quantity, parameter_values(scenario, {**values, parameter: grid})))
    return bool(len(steps) and (steps > 0.0 if call.function == "rises" else steps < 0.0).all())


def _numbers(
    claim: Claim, environment: Mapping[str, NDArray[np.float64]], at: Callable[[Node], NDArray[np.float64]]
) -> dict[str, Interval]:
    """Each call and each name in a claim with the interval of its values."""
    texts = {claim.holds.text[call.start : call.end]: at(call) for call in claim.holds.calls}
    names = {name: np.atleast_1d(environment[name]) for name in sorted(claim.holds.names)}
    return {text: (float(found.min()), float(found.max())) for text, found in {**texts, **names}.items()}
