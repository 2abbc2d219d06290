"""What claims ask of a structure's equilibria, at one point or at many, whoever found them.

A claim is judged first on bounds, which no equilibrium leaves, and then on equilibria one by one. Both come through
this one interface: from the engine of many points, and from the solution of a single point.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeAlias

import numpy as np

from kgsim.arrays import Bools, Floats, Integers
from kgsim.results import Equilibrium, Interval, StructureSolution

Bounds: TypeAlias = tuple[Floats, Floats]


@dataclass(frozen=True, eq=False)
class Continuum:
    """Equilibria between which there are further ones.

    Attributes
    ----------
    members
        Numbers of the equilibria at its ends.
    convex
        Whether every mixture of them is an equilibrium; else every equilibrium is a mixture of them, but not the other
        way round.
    """

    members: Integers
    convex: bool


@dataclass(frozen=True, eq=False)
class Members:
    """Equilibria of one structure told one by one.

    Attributes
    ----------
    point
        The point of each, ascending; shape (k,).
    payoffs
        Of every player, then every offer that claims ask for; shape (players and offers, k).
    outcomes
        Probability of every outcome; shape (outcomes, k).
    fallback
        The same in the equilibrium of another structure that it rests on, NaN if it rests on none, or if that is not
        known.
    continua
        The continua among them, each within one point.
    """

    point: Integers
    payoffs: Floats
    outcomes: Floats
    fallback: Floats
    continua: tuple[Continuum, ...] = ()

    @cached_property
    def quantities(self) -> Floats:
        """What a claim may ask of each: payoffs and offers, then every outcome's probability; (k, quantities)."""
        return np.concatenate([self.payoffs, self.outcomes]).T

    def components(self) -> list[Continuum]:
        """The continua, and every equilibrium that lies in none by itself."""
        inside = {int(number) for each in self.continua for number in each.members}
        alone = (np.array([number]) for number in range(len(self.point)) if number not in inside)
        return [*self.continua, *(Continuum(number, True) for number in alone)]

    def at(self, points: Integers) -> Members:
        """The equilibria at some points, which ascend and are numbered from 0 on."""
        place = np.searchsorted(points, self.point)
        kept = np.flatnonzero(points[np.minimum(place, len(points) - 1)] == self.point)
        number = np.full(len(self.point), -1)
        number[kept] = np.arange(len(kept))
        continua = (Continuum(number[each.members], each.convex) for each in self.continua)
        return Members(
            place[kept],
            self.payoffs[:, kept],
            self.outcomes[:, kept],
            self.fallback[:, kept],
            tuple(each for each in continua if each.members[0] >= 0),
        )


class Equilibria(Protocol):
    """The equilibria of one structure at m points."""

    @property
    def some(self) -> Bools:
        """Where the structure has a solution; shape (m,)."""
        ...

    @property
    def complete(self) -> Bools:
        """Where every equilibrium is a member or lies in a continuum of members; shape (m,)."""
        ...

    def payoff(self, player: int) -> Bounds:
        """Bounds of a player's payoff over all equilibria that are not ruled out; shape (m,) each.

        The offers that claims ask for are numbered after the players.
        """
        ...

    def chance(self, outcome: int) -> Bounds:
        """The same of the probability of an outcome."""
        ...

    def members(self, points: Integers) -> Members:
        """The equilibria known at some points, which ascend."""
        ...


@dataclass(frozen=True, eq=False)
class OnePoint:
    """A solution at a single point, as `Equilibria`.

    Parameters
    ----------
    solution
        The solution.
    outcomes
        Names of the scenario's outcomes.
    extremes
        The least and the largest payoff of every player over all profiles, then the same of every offer that claims ask
        for: what further equilibria cannot leave.
    """

    solution: StructureSolution
    outcomes: Sequence[str]
    extremes: Mapping[str, Interval]

    @property
    def some(self) -> Bools:
        """See `Equilibria`."""
        return np.array([bool(self.solution.equilibria)])

    @property
    def complete(self) -> Bools:
        """See `Equilibria`."""
        return np.array([self.solution.complete])

    def payoff(self, player: int) -> Bounds:
        """See `Equilibria`."""
        name = list(self.extremes)[player]
        known = [_told(each)[name] for each in self.solution.equilibria]
        return self._spread(known, self.extremes[name])

    def chance(self, outcome: int) -> Bounds:
        """See `Equilibria`."""
        known = [each.outcomes.get(self.outcomes[outcome], 0.0) for each in self.solution.equilibria]
        return self._spread(known, (0.0, 1.0))

    def _spread(self, known: list[float], possible: Interval) -> Bounds:
        found = known if self.solution.complete else [*known, *possible]
        return np.array([min(found, default=np.nan)]), np.array([max(found, default=np.nan)])

    def members(self, points: Integers) -> Members:
        """See `Equilibria`."""
        found, names = self.solution.equilibria, list(self.extremes)
        rests = [each.disagreement or {} for each in found]
        return Members(
            np.zeros(len(found), dtype=np.intp),
            np.array([[_told(each)[name] for each in found] for name in names]),
            np.array([[each.outcomes.get(name, 0.0) for each in found] for name in self.outcomes]),
            np.array([[each.get(name, np.nan) for each in rests] for name in names]),
            tuple(
                Continuum(np.array(group), convex)
                for group, convex in zip(self.solution.continua, self.solution.convex, strict=True)
            ),
        )


def _told(equilibrium: Equilibrium) -> dict[str, float]:
    """Player to payoff, and offer to what is offered."""
    return {**equilibrium.payoffs, **equilibrium.offers}
