"""Which profiles can come about, where stages and moves have conditions."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kgsim.arrays import Bools
from kgsim.scenario.model import IDLE, Action, Condition, Scenario, Structure

Actions = tuple[tuple[Action, ...], ...]


def may_idle(scenario: Scenario, structure: Structure, name: str) -> bool:
    """Whether a decision may have no move to make, because its stage or all of its moves have conditions."""
    decision = scenario.decisions[name]
    moves = structure.only.get(name, decision.moves.keys())
    return name in structure.conditions or all(move in decision.conditions for move in moves)


def possible(scenario: Scenario, structure: Structure, actions: Actions) -> Bools | None:
    """Whether each profile can come about, one axis per decision; None if all can.

    A decision is made where its stage's condition is met, with the moves whose own conditions are; where it has none,
    it stays idle. A condition on a decision that is idle is not met.
    """
    names = conditional(scenario, structure)
    if not names:
        return None
    found = np.ones(tuple(map(len, actions)), dtype=bool)
    for name in names:
        found &= _can_move(scenario, structure, actions, name)
    return found


def conditional(scenario: Scenario, structure: Structure) -> list[str]:
    """Decisions that are played and are conditional, or have moves that are."""
    played = (member for stage in structure.play for mover in stage for member in mover)
    return [name for name in played if name in structure.conditions or scenario.decisions[name].conditions]


def _can_move(scenario: Scenario, structure: Structure, actions: Actions, name: str) -> Bools:
    """Whether each action of a decision is open to it, idleness among them; shapes broadcast to one axis a decision."""
    axis = list(scenario.decisions).index(name)
    decision = scenario.decisions[name]
    played = _met(scenario, actions, structure.conditions.get(name))
    own = []
    for action in actions[axis]:
        made = played & _met(scenario, actions, decision.conditions.get(action.move))
        own.append(made & (action != IDLE))
    table = np.concatenate(np.broadcast_arrays(*own), axis=axis)
    if IDLE in actions[axis]:
        table[(slice(None),) * axis + (actions[axis].index(IDLE),)] = ~table.any(axis=axis)
    return table


def _met(scenario: Scenario, actions: Actions, condition: Condition | None) -> Bools:
    """Where a condition is met, shape 1 along the axes of decisions that it does not speak of."""
    met = np.full((1,) * len(actions), condition is None)
    for way in condition or ():
        met = met | _all_done(scenario, actions, way)
    return met


def _all_done(scenario: Scenario, actions: Actions, way: Mapping[str, frozenset[str]]) -> Bools:
    met = np.ones((1,) * len(actions), dtype=bool)
    for axis, (name, choices) in enumerate(zip(scenario.decisions, actions, strict=True)):
        if name in way:
            fits = np.array([action.move in way[name] for action in choices])
            met = met & fits.reshape([-1 if other == axis else 1 for other in range(len(actions))])
    return met
