"""Levers: what a player can do about a situation before it is played, and the situation that is left then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from kgsim.arrays import Floats
from kgsim.errors import GameError
from kgsim.scenario.expressions import Expression
from kgsim.scenario.payoffs import actions_of

if TYPE_CHECKING:
    from kgsim.scenario.model import Scenario


@dataclass(frozen=True)
class Lever:
    """Something that a player may do before play begins.

    Attributes
    ----------
    name, says
        Such as ``more_aid``, and what that is.
    values
        Parameter to what it becomes, an expression over the parameters as they are.
    moves
        Decision to the moves left to it.
    """

    name: str
    says: str
    values: Mapping[str, Expression] = field(default_factory=dict)
    moves: Mapping[str, frozenset[str]] = field(default_factory=dict)
    because: str = ""
    evidence: tuple[str, ...] = ()

    def possible(self, scenario: Scenario, structure: str) -> bool:
        """Whether a structure leaves every decision some of these moves; it is played as it is where not."""
        return all(left & moves_in(scenario, structure, name) for name, left in self.moves.items())

    def bind(self, scenario: Scenario) -> Scenario:
        """The scenario with decisions bound in every structure that leaves them these moves."""
        structures = dict(scenario.structures)
        for name, each in structures.items():
            open_to = {decision: moves_in(scenario, name, decision) for decision in self.moves}
            bound = {decision: own & self.moves[decision] for decision, own in open_to.items()
                     if not own <= self.moves[decision]}  # fmt: skip
            if bound and self.possible(scenario, name):
                structures[name] = replace(each, only={**each.only, **bound})
        return replace(scenario, structures=structures) if self.moves else scenario

    def at(self, points: Mapping[str, Floats]) -> dict[str, Floats]:
        """The parameters that it sets; shape (draws,) each, as the values of all parameters in `points`."""
        shape = next(iter(points.values())).shape
        found = {name: formula.evaluate(points, shape=shape) for name, formula in self.values.items()}
        for name, values in found.items():
            if not np.isfinite(values).all():
                raise GameError(f"lever {self.name!r} sets {name} to what is not a finite number in some draws")
        return found


def moves_in(scenario: Scenario, structure: str, decision: str) -> frozenset[str]:
    """The moves that a structure leaves a decision."""
    actions = dict(zip(scenario.decisions, actions_of(scenario, scenario.structures[structure]), strict=True))
    return frozenset(action.move for action in actions[decision])


def idle_levers(scenario: Scenario) -> Iterator[tuple[str, str, str]]:
    """Yield key, message and remedy for every lever that binds no structure to anything."""
    for player, own in scenario.levers.items():
        for lever in own.values():
            if not lever.values and lever.bind(scenario) == scenario:
                message = f"the lever {lever.name!r} moves nothing: no structure that has its moves has any others"
                yield f"levers.{player}.{lever.name}", message, "Name moves that some structure has, or delete it."
