"""Intervals of terms as boxes of actions: a corner for each combination of ends, between which payoffs are affine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np

from kgsim.arrays import Floats, Integers
from kgsim.scenario.model import Action, Decision, Scenario, Structure


@dataclass(frozen=True, eq=False)
class Box:
    """Terms that one action may take from intervals.

    Attributes
    ----------
    corners
        The actions at the corners, in C order; shape (2**n,).
    terms
        For each term the member of the mover that offers it, its name and its two ends.
    """

    corners: Integers
    terms: tuple[tuple[int, str, float, float], ...]

    def named(self, actions: Sequence[Action], place: Floats) -> tuple[Action, ...]:
        """The members' actions where the terms have a place (n,) in the unit cube; `actions` are those of a corner."""
        menus = [dict(action.menu) for action in actions]
        for (member, term, low, high), share in zip(self.terms, place, strict=True):
            menus[member][term] = float(low + (high - low) * share)
        return tuple(Action(action.move, menu) for action, menu in zip(actions, menus, strict=True))


def boxes_of(decisions: Sequence[Decision], actions: Sequence[tuple[Action, ...]]) -> tuple[Box, ...]:
    """The boxes among a mover's joint actions."""
    place = {_key(joint): number for number, joint in enumerate(actions)}
    found: list[Box] = []
    for joint in actions:
        spans: list[tuple[int, str, tuple[float, float]]] = []
        for member, (decision, action) in enumerate(zip(decisions, joint, strict=True)):
            for term, ends in decision.intervals.get(action.move, {}).items():
                upper = [pair for pair in pairwise(ends) if pair[0] == action.menu[term]]
                spans += [(member, term, pair) for pair in upper or [(ends[-1], ends[-1])]]
        if not spans or any(low == high for *_, (low, high) in spans):
            continue
        corners = []
        for values in product(*(pair for *_, pair in spans)):
            menus = [dict(action.menu) for action in joint]
            for (member, term, _), value in zip(spans, values, strict=True):
                menus[member][term] = value
            corners.append(place[_key(Action(a.move, menu) for a, menu in zip(joint, menus, strict=True))])
        found.append(Box(np.array(corners), tuple((member, term, *pair) for member, term, pair in spans)))
    return tuple(found)


def _key(joint: object) -> tuple[object, ...]:
    return tuple((action.move, *action.menu.items()) for action in joint)  # type: ignore[attr-defined]


def has_intervals(scenario: Scenario, structure: Structure) -> bool:
    """Whether some move that the structure lets be played has a term from an interval."""
    return any(structure.offering(stage, scenario.decisions) for stage in range(len(structure.play)))


def offers_at_once(scenario: Scenario, structure: Structure) -> bool:
    """Whether several movers of the first stage have terms from intervals."""
    return len(structure.offering(0, scenario.decisions)) > 1
