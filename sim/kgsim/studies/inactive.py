"""Swept parameters that change nothing: told, since a map that repeats one game looks like a finding."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from kgsim.scenario.deals import deals_of
from kgsim.scenario.expressions import Expression
from kgsim.scenario.model import Bloc, Scenario
from kgsim.scenario.nodes import Name, walk
from kgsim.scenario.payoffs import parameter_values

#: Points of the other parameters at which one is moved.
SAMPLE = 8


def idle(scenario: Scenario, name: str, values: NDArray[np.float64]) -> bool:
    """Whether a parameter moves no payoff, bloc's rule or claim between these values, wherever the others stand."""
    stated = [expression for claim in scenario.claims.values() for expression in claim.expressions]
    if any(name in _named(expression, scenario) for expression in stated):
        return False
    steps = np.array([values.min(), np.median(values), values.max()])
    shares = np.random.default_rng(0).random((SAMPLE, len(scenario.parameters)))
    points = {
        other: np.repeat([parameter.value, *(parameter.range[0] + column * np.ptp(parameter.range))], len(steps))
        for (other, parameter), column in zip(scenario.parameters.items(), shares.T, strict=True)
    }
    points[name] = np.tile(steps, SAMPLE + 1)
    payoffs = deals_of(scenario).payoffs(scenario, points)
    environment = parameter_values(scenario, points)
    rules = [np.broadcast_to(formula.evaluate(environment), len(points[name])) for formula in _rules(scenario)]
    table = np.concatenate([payoffs.reshape(-1, payoffs.shape[-1]), *(row[None] for row in rules)])
    groups = table.reshape(len(table), -1, len(steps))
    return bool(np.allclose(groups, groups[..., :1], rtol=1e-12, atol=1e-12, equal_nan=True))


def _rules(scenario: Scenario) -> Iterable[Expression]:
    blocs: list[Bloc] = [bloc for structure in scenario.structures.values() for bloc in structure.blocs.values()]
    for bloc in blocs:
        yield from bloc.weights.values()
        if bloc.disagreement is not None and not isinstance(bloc.disagreement, str):
            yield from bloc.disagreement.values()


def _named(formula: Expression, scenario: Scenario) -> set[str]:
    """The names that a claim depends on, those inside quantities and calls included."""
    pending = [node.name for node, _ in walk(formula.root) if isinstance(node, Name)]
    found: set[str] = set()
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            if name in scenario.quantities:
                pending += scenario.quantities[name].formula.names
    return found
