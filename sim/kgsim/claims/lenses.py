"""What claims ask of other lenses: stability by rankings, room for agreement, and noisy play.

None of it depends on which equilibrium is played. What is not known at a point, since a payoff is not finite there or
the noisy responses did not settle, is told as between none and all, so that a claim that rests on it is undecided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from kgsim.arrays import Bools, Floats
from kgsim.claims.truth import Known
from kgsim.scenario.deals import Deals, cells_of, deals_of, made_by, without_deal
from kgsim.scenario.model import Scenario
from kgsim.solvers.agreement import agreeable
from kgsim.solvers.graph.profiles import somewhere_stable
from kgsim.solvers.graph.stability import Concept
from kgsim.structures.conflict import Profiles
from kgsim.structures.quantal import Tree, respond
from kgsim.tolerances import SETTLED_CHANCE

#: Numbers worked on at once.
CELLS = 2_000_000

Found = TypeVar("Found", Profiles, Deals)


@dataclass(frozen=True, eq=False)
class Lens:
    """A scenario as other lenses look at it; what does not depend on parameters is worked out once.

    Attributes
    ----------
    scenario
        The scenario.
    """

    scenario: Scenario
    _profiles: dict[str, Profiles] = field(default_factory=dict)
    _deals: dict[str, Deals] = field(default_factory=dict)

    def profiles(self, structure: str) -> Profiles:
        """A structure's profiles of actions."""
        if structure not in self._profiles:
            self._profiles[structure] = Profiles.of(self.scenario, structure)
        return self._profiles[structure]

    def deals(self, structure: str = "") -> Deals:
        """The deals of one structure, or of all."""
        if structure not in self._deals:
            some = {structure: self.scenario.structures[structure]} if structure else self.scenario.structures
            self._deals[structure] = deals_of(replace(self.scenario, structures=some))
        return self._deals[structure]

    def stable(self, concept: Concept, outcome: int, structure: str, points: Mapping[str, Floats], count: int) -> Known:
        """Whether some state of an outcome is stable for everybody."""
        profiles = self.profiles(structure)
        there = profiles.outcomes == outcome
        part = max(1, CELLS // profiles.numbers.size)
        found = [np.zeros((2, 0))]
        for first in range(0, count, part):
            worth = profiles.worth(_some(points, slice(first, first + part), count))
            finite = np.asarray(np.isfinite(worth).all(axis=tuple(range(worth.ndim - 1))))
            found.append(_between(somewhere_stable(worth, there, concept), finite))
        return _known(np.concatenate(found, axis=1), count)

    def zopa(self, parties: Sequence[int], structure: str, points: Mapping[str, Floats], count: int) -> Known:
        """Whether some deal, on terms from intervals too, gives all of some players more than having none."""
        deals = self.deals(structure)
        payoffs = deals.tied(self.scenario, points)[list(parties)]
        without = deals.outcomes == without_deal(self.scenario, deals.outcomes.tolist())
        gains = payoffs - payoffs[:, without].max(axis=1, keepdims=True)
        found = np.zeros(gains.shape[-1], dtype=bool)
        own = made_by(self.scenario, deals, [list(self.scenario.players)[party] for party in parties])
        for _, corners in cells_of(self.scenario, deals, np.flatnonzero(own & ~without)):
            found |= agreeable(gains[:, corners])
        return _known(_between(found, np.asarray(np.isfinite(payoffs).all(axis=(0, 1)))), count)

    def noisy(self, structure: str, outcome: int, precision: Floats, points: Mapping[str, Floats], count: int) -> Known:
        """The chance of an outcome when better moves are likelier and none is excluded."""
        deals = self.deals(structure)
        tree = Tree(self.scenario, structure, deals.labels[structure])
        part = max(1, CELLS // (tree.labels.size * tree.labels.ndim))
        found = [np.zeros((2, 0))]
        for first in range(0, count, part):
            here = slice(first, first + part)
            payoffs = deals.payoffs(self.scenario, _some(points, here, count))
            sharp = precision[here] if len(precision) > 1 else precision
            with np.errstate(invalid="ignore"):
                chances, off = respond(tree, payoffs, sharp)
            chance = chances[deals.outcomes == outcome].sum(axis=0)
            sure = np.isfinite(chance) & (off <= SETTLED_CHANCE) & (sharp >= 0.0)
            found.append(np.where(sure, chance, [[0.0], [1.0]]))
        return _known(np.concatenate(found, axis=1), count)


def _some(points: Mapping[str, Floats], part: slice, count: int) -> dict[str, Floats]:
    return {name: values[part] if len(values) == count else values for name, values in points.items()}


def _between(truth: Bools, sure: Bools) -> Floats:
    """Bounds of a truth that is not sure everywhere; shape (2, points)."""
    return np.array([truth & sure, truth | ~sure], dtype=np.float64)


def _known(bounds: Floats, count: int) -> Known:
    low, high = np.broadcast_to(bounds, (2, count)) if bounds.shape[1] != count else bounds
    return Known.exactly(low) if (low == high).all() else Known.between(low, high)
