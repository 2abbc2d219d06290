"""Claims decided on sets of equilibria: a claim holds, fails, or depends on which equilibrium is played.

A claim is evaluated at every combination of one equilibrium for each structure it speaks of; the middle of each
continuum stands for the mixtures in it. A structure whose bloc falls back on another's value is combined only with the
equilibrium of that other structure on which it rests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from kgsim.claims.sentences import tell
from kgsim.results import ClaimResult, Interval, StructureSolution, Verdict
from kgsim.scenario.evaluation import evaluate
from kgsim.scenario.model import Claim, Scenario
from kgsim.scenario.nodes import Call, Name, Node, Not, Text
from kgsim.scenario.payoffs import parameter_values
from kgsim.structures.solution import fallback_structures

#: Points of its declared range at which `rises` and `falls` look at a quantity.
GRID = 201

#: Combinations of equilibria at which one claim is evaluated, at most.
MOST_COMBINATIONS = 4_000_000

#: Decimals, relative to the largest payoff, to which values are compared: beyond them differences are rounding.
DECIMALS = 10

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
        The solved structures. A claim that needs another one, or one that has no solution here, is undecided.
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
    choices = {name: _Choice.of(structures[name], axis, len(needed), scenario) for axis, name in enumerate(needed)}
    shape = tuple(choice.size for choice in choices.values())
    if np.prod([float(size) for size in shape]) > MOST_COMBINATIONS:
        return undecided(
            sentence=f"Cannot be decided: too many combinations of equilibria ({' x '.join(map(str, shape))})."
        )
    calls = {call: _value(call, scenario, values, choices, outcomes) for call in claim.holds.calls}
    environment = {name: value[0] for name, value in parameter_values(scenario, values).items()}
    possible = _possible(scenario, choices, shape)

    def at(node: Node) -> NDArray[np.float64]:
        """A node's value at every possible combination of equilibria."""
        return np.asarray(np.broadcast_to(evaluate(node, environment, calls), shape)[possible])

    truth = at(claim.holds.root) != 0.0
    verdict: Verdict = "holds" if truth.all() else "depends" if truth.any() else "fails"
    open_sets = [name for name in needed if not structures[name].complete]
    return ClaimResult(
        claim.name,
        claim.says,
        verdict,
        tell(scenario, claim.holds, verdict, at, open_sets),
        _numbers(claim, environment, at),
    )


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
    """The equilibria of one structure laid along one axis, the middles of its continua at the end.

    Attributes
    ----------
    payoffs
        Player to values; shape (1, ..., size, ..., 1).
    outcomes
        Outcome to probabilities; same shape.
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
        groups = [(index,) for index in range(len(solution.equilibria))] + list(solution.continua)
        shape = tuple(len(groups) if other == axis else 1 for other in range(axes))

        def along(entries: list[float]) -> NDArray[np.float64]:
            return np.array([np.mean([entries[index] for index in group]) for group in groups]).reshape(shape)

        members = solution.equilibria
        scale = max((abs(value) for member in members for value in member.payoffs.values()), default=1.0) or 1.0
        decimals = DECIMALS - int(np.ceil(np.log10(scale)))
        alone = [members[group[0]] if len(group) == 1 else None for group in groups]
        return cls(
            len(groups),
            axis,
            {
                player: np.round(along([member.payoffs[player] for member in members]), decimals)
                for player in solution.players
            },
            {
                rule.name: np.round(along([member.outcomes.get(rule.name, 0.0) for member in members]), DECIMALS)
                for rule in scenario.outcomes
            },
            tuple(None if member is None else tuple(member.payoffs.values()) for member in alone),
            tuple(
                None if member is None or member.disagreement is None else tuple(member.disagreement.values())
                for member in alone
            ),
        )


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
