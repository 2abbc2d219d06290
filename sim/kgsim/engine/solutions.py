"""How structures of play end at many parameter points, and why nothing or not everything is known there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Bools, Floats, Integers
from kgsim.engine.plan import starts
from kgsim.results import StructureSolution
from kgsim.solvers.compiled import compiled
from kgsim.structures.offers.play import OFFERS_MEET

NOT_FINITE = "a payoff is not a finite number at these values"
NO_WEIGHT = "a bloc's weight is not positive at these values"
NO_FALLBACK = "the structure that a bloc falls back on has no solution at these values"
NO_POSITION = "no joint position gives every member of a bloc at least its disagreement payoff"
NO_PURE_BLOC = "a bloc that does not randomise leaves a stage of several movers without an equilibrium"
VETO_AT_ONCE = "a bloc under mutual veto cannot move at the same time as others"

NO_CHANCE = "what may happen by chance has no probabilities that sum to 1 at these values"
UNSOLVED = "solved by itself, the point has no solution: kgsim run tells why"

#: Why a structure may have no solution at a point; index 0 stands for none of them.
FAILURES = (
    "", NOT_FINITE, NO_WEIGHT, NO_FALLBACK, NO_POSITION, NO_PURE_BLOC, VETO_AT_ONCE, OFFERS_MEET, NO_CHANCE, UNSOLVED,
)  # fmt: skip

MIXTURES = "mixed equilibria that reach further outcomes or values are not ruled out"
PURE_BLOC = "a bloc that chooses one joint position moves at the same time as others: only pure equilibria are sought"
OPEN_FALLBACK = "the structure that a bloc falls back on has several equilibria, or may have further ones"

NEIGHBOURS = "an offer from an interval is met with more than its proposer could be sure of, and so may those beside it"

OPEN = "solved by itself, the point has a set of equilibria that may be incomplete: kgsim run tells why"

#: Why a set may be incomplete; index 0 stands for none.
DOUBTS = ("", MIXTURES, PURE_BLOC, OPEN_FALLBACK, NEIGHBOURS, OPEN)


@dataclass(frozen=True, eq=False)
class Mixed:
    """All equilibria, pure and mixed, of points whose stage games were solved: one for each lottery over deals.

    Every other equilibrium there is a mixture of those of one group, and reaches no outcome or value beyond theirs.

    Attributes
    ----------
    point
        Number of the point of each equilibrium, ascending; shape (equilibria,).
    payoffs
        Everybody's expected payoff; shape (players, equilibria).
    outcomes
        Probability of each of the scenario's outcomes; shape (outcomes, equilibria).
    group
        Number, within the point, of the continuum that it is an end of, -1 if it is isolated; shape (equilibria,).
    """

    point: Integers
    payoffs: Floats
    outcomes: Floats
    group: Integers

    @classmethod
    def none(cls, players: int, outcomes: int) -> Mixed:
        """No point is solved."""
        nobody = np.empty(0, dtype=np.intp)
        return cls(nobody, np.empty((players, 0)), np.empty((outcomes, 0)), nobody)

    @classmethod
    def of(cls, point: int, solution: StructureSolution, rules: Sequence[str], rows: int) -> Mixed:
        """The equilibria of one point, with so many rows of payoffs and offers."""
        members = solution.equilibria
        group = np.full(len(members), -1, dtype=np.intp)
        for number, continuum in enumerate(solution.continua):
            # Continua that share an end are told as one.
            ends = group[list(continuum)]
            group[np.isin(group, ends[ends >= 0])] = number
            group[list(continuum)] = number
        return cls(
            np.full(len(members), point, dtype=np.intp),
            np.array([[*each.payoffs.values(), *each.offers.values()][:rows] for each in members]).T,
            np.array([[each.outcomes.get(rule, 0.0) for each in members] for rule in rules]),
            group,
        )

    @classmethod
    def joined(cls, parts: Iterable[Mixed]) -> Mixed:
        """Several records as one, one after the other."""
        fields = zip(*((each.point, each.payoffs, each.outcomes, each.group) for each in parts), strict=True)
        return cls(*(np.concatenate(arrays, axis=-1) for arrays in fields))

    def only(self, kept: Bools | Integers) -> Mixed:
        """Some of the equilibria, by mask or in an order."""
        return Mixed(self.point[kept], self.payoffs[:, kept], self.outcomes[:, kept], self.group[kept])

    def sorted(self) -> Mixed:
        """The same in the order of points."""
        return self.only(np.argsort(self.point, kind="stable"))

    @cached_property
    def points(self) -> Integers:
        """The points solved, ascending."""
        return self.point[starts(self.point)]

    @cached_property
    def place(self) -> Integers:
        """The number of each equilibrium among those of its point."""
        return np.arange(len(self.point)) - np.searchsorted(self.point, self.point)

    def span(self, values: Floats) -> tuple[Floats, Floats]:
        """The least and the largest value at each of `points`, of values whose last axis is equilibria."""
        first = starts(self.point)
        return np.minimum.reduceat(values, first, axis=-1), np.maximum.reduceat(values, first, axis=-1)


@dataclass(frozen=True, eq=False)
class EquilibriumSets:
    """How one structure's equilibria end, at many points.

    Attributes
    ----------
    deals
        Deals that can end the structure's profiles, ascending.
    inner
        Whether a deal certainly ends an equilibrium; shape (deals, points).
    failure
        Index into `FAILURES`: why there is no solution; shape (points,).
    doubt
        Index into `DOUBTS`: why the set may be incomplete; shape (points,).
    residual
        The largest gain from a deviation, in points of the mover's objective, at any equilibrium; shape (points,).
    outcomes
        Index into the scenario's outcomes of each deal; shape (deals,).
    payoffs
        Of every deal of the scenario, ties being exact; shape (players, all deals, points).
    mixed
        Equilibria told one by one, those in which movers randomise among them: all there are where nothing is doubted.
    wide
        Where deals beyond `inner` are not ruled out, though they may mean no further outcome or value; shape (points,).
    rests
        What of `inner` rests on which equilibrium of the structure that blocs fall back on; None if they fall back on
        none.
    fast
        Whether to use compiled kernels, which give the same answers.
    """

    deals: Integers
    inner: Bools
    failure: NDArray[np.int8]
    doubt: NDArray[np.int8]
    residual: Floats
    outcomes: Integers
    payoffs: Floats
    mixed: Mixed
    wide: Bools
    rests: FallbackBranches | None = None
    fast: bool = False

    @cached_property
    def listed(self) -> Bools:
        """Where `mixed` holds all equilibria there are; shape (points,)."""
        found = np.zeros(self.inner.shape[1], dtype=bool)
        found[self.mixed.points] = True
        return np.asarray(found & (self.doubt == 0))

    @cached_property
    def single(self) -> Bools:
        """Where the deals of `inner` are all that equilibria end in, one for each fallback; shape (points,)."""
        inner, points = self.inner, np.arange(self.inner.shape[1])
        if self.rests is not None:
            inner, points = self.rests.inner, self.rests.points
        count = np.asarray(inner.sum(axis=0, dtype=np.int32))
        if (count > 1).any():
            # Offers that are the limits of others may end like these.
            worth = self.payoffs[:, self.deals[self.rows]]
            count = distinct(inner[self.rows], self.outcomes[self.rows], worth[..., points])
        several = np.bincount(points, count != 1, self.inner.shape[1]) > 0
        return np.asarray(~several & self.some & ~self.wide & (self.doubt == 0))

    @cached_property
    def some(self) -> Bools:
        """Where some equilibrium is known; shape (points,)."""
        found = np.asarray(self.inner.any(axis=0))
        found[self.mixed.points] = True
        return found

    @cached_property
    def rows(self) -> Integers:
        """Rows of `inner` that hold at some point; the others need no look."""
        return np.flatnonzero(self.inner.any(axis=1))

    @cached_property
    def values(self) -> tuple[Floats, Floats]:
        """Everybody's least and largest payoff over all equilibria, NaN where there is none; (players, points)."""
        low, high = np.empty((2, len(self.payoffs), self.inner.shape[1]))
        if self.fast:
            kernels().spans(self.rows, self.deals, self.inner, self.payoffs, low, high)
        else:
            inner, deals = self.inner[self.rows], self.deals[self.rows]
            for player, worth in enumerate(self.payoffs):
                worth = worth[deals]
                low[player] = np.where(inner, worth, np.inf).min(axis=0, initial=np.inf)
                high[player] = np.where(inner, worth, -np.inf).max(axis=0, initial=-np.inf)
            low[:, ~self.some] = high[:, ~self.some] = np.nan
        self._widen(low, high, self.mixed.payoffs)
        return low, high

    def settled(self, solutions: Mapping[int, StructureSolution], rules: Sequence[str]) -> EquilibriumSets:
        """The same with some points solved by themselves.

        Parameters
        ----------
        solutions
            Point to its solution; a point without a solution stays as it is.
        rules
            Names of the scenario's outcomes.
        """
        solutions = {point: each for point, each in sorted(solutions.items()) if each.equilibria}
        if not solutions:
            return self
        doubt, residual = self.doubt.copy(), self.residual.copy()
        for point, each in solutions.items():
            doubt[point] = 0 if each.complete else DOUBTS.index(OPEN)
            residual[point] = each.residual
        told = Mixed.joined(Mixed.of(point, each, rules, len(self.payoffs)) for point, each in solutions.items())
        kept = ~np.isin(self.mixed.point, list(solutions))
        mixed = Mixed.joined([self.mixed.only(kept), told]).sorted()
        return replace(self, doubt=doubt, residual=residual, mixed=mixed)

    def joined(self, origin: Integers, outcomes: int) -> EquilibriumSets:
        """The same with outcomes that are parts joined; `origin` tells of which of so many each is one, ascending."""
        of_mixed = np.zeros((outcomes, self.mixed.outcomes.shape[1]))
        np.add.at(of_mixed, origin, self.mixed.outcomes)
        return replace(self, outcomes=origin[self.outcomes], mixed=replace(self.mixed, outcomes=of_mixed))

    def reached(self, outcomes: int) -> Bools:
        """Whether some equilibrium reaches each of so many outcomes; shape (outcomes, points)."""
        return np.asarray(self.chances[1][:outcomes] > 0.0)

    @cached_property
    def chances(self) -> tuple[Floats, Floats]:
        """The least and the largest probability of each outcome over all equilibria, 0 where there is none.

        Shape (outcomes, points).
        """
        may = np.zeros((len(self.mixed.outcomes), self.inner.shape[1]), dtype=bool)
        if len(self.rows):
            outcomes = self.outcomes[self.rows]
            first = starts(outcomes)
            may[outcomes[first]] = np.logical_or.reduceat(self.inner[self.rows], first, axis=0)
        low, high = (may & (may.sum(axis=0) == 1)).astype(np.float64), may.astype(np.float64)
        self._widen(low, high, self.mixed.outcomes)
        return low, high

    def _widen(self, low: Floats, high: Floats, values: Floats) -> None:
        """Widen bounds, points along the last axis, by what the equilibria of `mixed` have, which `values` tells."""
        points = self.mixed.points
        if len(points):
            least, largest = self.mixed.span(values)
            pure = self.inner[:, points].any(axis=0)
            low[..., points] = np.where(pure, np.minimum(low[..., points], least), least)
            high[..., points] = np.where(pure, np.maximum(high[..., points], largest), largest)


def unlooked(outcomes: Integers, payoffs: Floats, rules: int) -> EquilibriumSets:
    """Nothing known of a structure but what can end it: left to the solver of single points wherever it is finite.

    Parameters
    ----------
    outcomes, payoffs
        See `EquilibriumSets`.
    rules
        How many outcomes the scenario has.
    """
    deals, count = len(outcomes), payoffs.shape[-1]
    finite = np.isfinite(payoffs).all(axis=(0, 1))
    return EquilibriumSets(
        np.arange(deals),
        np.zeros((deals, count), dtype=bool),
        np.where(finite, 0, FAILURES.index(NOT_FINITE)).astype(np.int8),
        np.where(finite, DOUBTS.index(OPEN), 0).astype(np.int8),
        np.zeros(count),
        outcomes,
        payoffs,
        Mixed.none(len(payoffs), rules),
        np.zeros(count, dtype=bool),
    )


def distinct(members: Bools, outcomes: Integers, payoffs: Floats) -> NDArray[np.int32]:
    """How many members of each point's set differ by outcome or payoffs, whose ties are exact.

    Shapes (deals, points), (deals,) and (players, deals, points) to (points,).
    """
    count: NDArray[np.int32] = members.sum(axis=0, dtype=np.int32)
    several = np.flatnonzero(count > 1)
    row, place = np.nonzero(members[:, several])
    ends = np.vstack([payoffs[:, row, several[place]], outcomes[row], place])
    ends = ends[:, np.lexsort(ends)]
    new = np.ones(len(place), dtype=bool)
    new[1:] = (ends[:, 1:] != ends[:, :-1]).any(axis=0)
    count[several] = np.bincount(ends[-1, new].astype(np.intp), minlength=len(several))
    return count


def kernels() -> SimpleNamespace:
    """`kgsim.engine.end_kernels`, compiled."""
    return compiled("kgsim.engine.end_kernels")


@dataclass(frozen=True, eq=False)
class FallbackBranches:
    """The ends that rest on each equilibrium of the fallback structure.

    Attributes
    ----------
    points
        Numbers of their points, ascending; a point with several such equilibria is told several times.
    fallback
        What every player has in that equilibrium; shape (players, len(points)).
    inner
        As `EquilibriumSets.inner`, with that fallback.
    """

    points: Integers
    fallback: Floats
    inner: Bools
