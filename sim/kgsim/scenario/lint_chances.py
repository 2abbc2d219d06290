"""Warnings about probabilities and discounts that leave their limits somewhere in the parameter ranges."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kgsim.scenario.expressions import Expression
from kgsim.scenario.model import Scenario
from kgsim.scenario.payoffs import parameter_values
from kgsim.tolerances import SUM_TO_ONE


def out_of_limits(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Yield a key and what is wrong there: each parameter goes to the ends of its range by itself.

    Judged are priors of types, what may happen by chance, and of repeated play the discount, the noise and what
    strategies play; at the base values they are sound.
    """
    ends = [(name, end) for name, parameter in scenario.parameters.items() for end in parameter.range]
    points = {name: np.full(len(ends), parameter.value) for name, parameter in scenario.parameters.items()}
    for row, (name, end) in enumerate(ends):
        points[name][row] = end
    values = parameter_values(scenario, points)
    for key, what, formula, open_end in _limited(scenario):
        found = formula.evaluate(values, shape=(len(ends),))
        high = found < 1.0 if open_end else found <= 1.0 + SUM_TO_ONE
        bad = np.flatnonzero(~((found >= -SUM_TO_ONE) & high))
        if len(bad):
            name, end = ends[bad[0]]
            limit = "below 1" if open_end else "1"
            yield key, f"at {name} = {end:g} {what} is {found[bad[0]]:g}, which must lie between 0 and {limit}"
    for key, what, formulas in _shared(scenario):
        total = sum((formula.evaluate(values, shape=(len(ends),)) for formula in formulas), np.zeros(len(ends)))
        bad = np.flatnonzero(~(np.abs(total - 1.0) <= SUM_TO_ONE))
        if len(bad):
            name, end = ends[bad[0]]
            yield key, f"at {name} = {end:g} {what} sum to {total[bad[0]]:g}, not to 1"


def _shared(scenario: Scenario) -> Iterator[tuple[str, str, list[Expression]]]:
    """Key, name and formulas of the numbers that must sum to one."""
    for player, kinds in scenario.types.items():
        yield f"types.{player}", f"the priors of {player}'s types", [kind.prior for kind in kinds.values()]
    for event, happenings in scenario.chance.items():
        yield f"chance.{event}", f"the probabilities of {event}", list(happenings.values())


def _limited(scenario: Scenario) -> Iterator[tuple[str, str, Expression, bool]]:
    """Key, name and formula of every number that must lie between 0 and 1, and whether 1 is excluded."""
    for player, kinds in scenario.types.items():
        for name, kind in kinds.items():
            yield f"types.{player}.{name}", f"the prior of {name}", kind.prior, False
    for event, happenings in scenario.chance.items():
        for name, probability in happenings.items():
            yield f"chance.{event}.{name}", f"the probability of {name}", probability, False
    for name, game in scenario.repeated.items():
        yield f"repeated.{name}.discount", "the discount", game.discount, True
        yield f"repeated.{name}.noise", "the noise", game.noise, False
    for name, strategy in scenario.strategies.items():
        for state in strategy.states.values():
            for move, share in state.play.items():
                yield f"strategies.{name}.states", f"the probability of {move} in state {state.name}", share, False
