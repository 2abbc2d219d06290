"""Structures solved and claims judged at many points: what every study asks, and the one place where it is answered.

The engine solves all points at once. Where it leaves a doubt, the solver of single points settles as many as the work
allows, the same ones whoever computes them; where that was not enough a claim is undecided, and a structure's set is
told to be perhaps incomplete.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Bools, Floats, Integers
from kgsim.claims.equilibria import Bounds, Continuum, Equilibria, Members, OnePoint
from kgsim.claims.functions import Setting, structures_of
from kgsim.claims.judge import Judge
from kgsim.claims.lenses import Lens
from kgsim.claims.truth import Known
from kgsim.engine.engine import Engine
from kgsim.engine.exact import quick, solve_exactly
from kgsim.engine.solutions import EquilibriumSets
from kgsim.errors import GameError, StructureError
from kgsim.results import UNDECIDED, StructureSolution
from kgsim.scenario.model import Scenario
from kgsim.scenario.names import suggestion
from kgsim.scenario.on_the_table import offers_asked
from kgsim.scenario.payoffs import parameter_values
from kgsim.tolerances import EQUAL

Points: TypeAlias = Mapping[str, Floats]

#: Points of one study that are handed to the solver of single points, about.
SETTLED = 2048

#: Points of one call of `AtPoints.at` that may be, at least.
FEWEST = 2


@dataclass(frozen=True, eq=False)
class Answers:
    """What is found at some points.

    Attributes
    ----------
    sets
        Structure to its equilibria; those that others fall back on included.
    verdict
        Numbers of `kgsim.results.VERDICTS`; shape (claims, points).
    exact
        Structure to where the solver of single points settled it; shape (points,).
    """

    sets: Mapping[str, EquilibriumSets]
    verdict: NDArray[np.int8]
    exact: Mapping[str, Bools]


@dataclass(frozen=True, eq=False)
class _Look(Answers):
    """The same while points are settled, which changes it, with what it is found from.

    Attributes
    ----------
    sets
        As `Answers` has it, to be changed.
    points, payoffs
        Where, and what every deal is worth there.
    open
        Where a claim is undecided that the solver of single points may decide; shape (claims, points).
    """

    sets: dict[str, EquilibriumSets]
    points: Points
    payoffs: Floats
    open: Bools


@dataclass(frozen=True, eq=False)
class Parts:
    """Outcomes told apart beyond what a scenario tells apart: what play comes to is told by part, claims are not.

    Attributes
    ----------
    scenario
        The scenario with parts for outcomes, which have the payoffs of the outcome that they are part of.
    origin
        Number of that outcome for each part, ascending; shape (parts,).
    """

    scenario: Scenario
    origin: Integers


class AtPoints:
    """A scenario's structures and claims, ready to be looked at at many points.

    Parameters
    ----------
    scenario
        A checked scenario.
    structures
        Structures to solve; those they fall back on are solved too.
    claims
        Names of the claims to judge. A claim on a structure that is not solved is undecided everywhere.
    equal
        Numbers that differ by up to this share of the values compared are equal.
    fast
        Whether to use compiled kernels (see `kgsim.engine.engine.worth_compiling`).
    certified
        Whether residuals of points that go to the solver of single points are wanted; they take as long as solving.
    parts
        Outcomes told apart in `Answers.sets`; claims that this leaves open are not settled.

    Raises
    ------
    GameError
        If there is no claim of a name.
    """

    def __init__(
        self,
        scenario: Scenario,
        structures: Sequence[str],
        claims: Iterable[str] = (),
        *,
        equal: float = EQUAL,
        fast: bool = False,
        certified: bool = False,
        parts: Parts | None = None,
    ) -> None:
        self.certified, self.parts = certified, parts
        self.scenario, self.structures, self.claims = scenario, tuple(structures), tuple(claims)
        for name in self.claims:
            if name not in scenario.claims:
                raise GameError(f"there is no claim {name!r}. {suggestion(name, scenario.claims, 'claim')}")
        # What outcomes are worth at worst or best, which claims may speak of, is a matter of all structures.
        whole = bool(self.claims)
        self.engine = Engine(
            parts.scenario if parts else scenario, self.structures, fast, offers_asked(scenario), whole
        )
        self.equal = equal
        self._lens = Lens(scenario)

    def at(self, points: Points, payoffs: Floats | None = None, *, settle: int | None = 0) -> Answers:
        """Look at some points; callers keep to `kgsim.engine.engine.CHUNK` or so.

        Parameters
        ----------
        points
            Parameter to values, shape (m,) each; parameters left out stay at their base values.
        payoffs
            Payoffs of every deal, ties exact, instead of those of the points, shape (players, deals, m); claims, which
            may speak of parameters, are not judged then, and nothing is settled.
        settle
            How many of the points may go to the solver of single points, for each structure that is quick to solve;
            None for all of them, however slow. With private types any but 0 stands for all, since the engine knows
            nothing of them.
        """
        return self._look(points, payoffs, settle)

    def _look(self, points: Points, payoffs: Floats | None, settle: int | None) -> _Look:
        given = self.engine.payoffs(points) if payoffs is None else payoffs
        sets = self.engine.solve(points, given, tied=payoffs is not None)
        verdict = np.full((len(self.claims), given.shape[-1]), UNDECIDED, dtype=np.int8)
        exact = {name: np.zeros(given.shape[-1], dtype=bool) for name in sets}
        look = _Look(sets, verdict, exact, points, given, np.zeros(verdict.shape, dtype=bool))
        if payoffs is not None:
            return look
        judge = self._judge(look)
        for row, claim in enumerate(map(self.scenario.claims.__getitem__, self.claims)):
            if set(structures_of(claim)) <= set(sets):
                judged = judge.judge(claim)
                verdict[row] = judged.verdict
                look.open[row] = (judged.solvable | bool(self.scenario.types)) & (judged.verdict == UNDECIDED)
        look.open[:] &= self.parts is None
        if settle != 0:
            self._settle(look, None if self.scenario.types else settle)
        return look

    def sides(self, claim: str, points: Points, *, settle: int | None = 0) -> dict[str, Known]:
        """What a claim compares: the text of each side that speaks of play, and bounds of its values; shape (m,)."""
        return self._judge(self._look(points, None, settle)).sides(self.scenario.claims[claim])

    def _judge(self, look: _Look) -> Judge:
        rules, outcomes, sets = len(self.scenario.outcomes), self.engine.deals.outcomes, look.sets
        if self.parts is not None:
            outcomes = self.parts.origin[outcomes]
            sets = {name: each.joined(self.parts.origin, rules) for name, each in sets.items()}
        solved = {name: _AtPoints(each, rules) for name, each in sets.items()}
        return Judge(_setting(self._lens, outcomes, look.points, look.payoffs), solved, self.equal)

    def _settle(self, look: _Look, most: int | None) -> None:
        """Hand points that are open to the solver of single points, and enter what it says."""
        found: dict[str, dict[int, StructureSolution]] = {name: {} for name in look.sets}
        doubtful = {name: set(np.flatnonzero(look.sets[name].doubt > 0).tolist()) for name in self.structures}
        asked = {row: structures_of(self.scenario.claims[name]) for row, name in enumerate(self.claims)}
        wanted: dict[str, list[int]] = {}
        for name in look.sets:
            rows = [row for row, needed in asked.items() if name in needed]
            asked_here = look.open[rows].any(axis=0) & ~look.sets[name].single
            here = doubtful.get(name, set()) | set(np.flatnonzero(asked_here).tolist())
            if most is None or quick(self.scenario, name, self.engine.plans):
                wanted[name] = sorted(here)[:most]
        for point in sorted(set().union(*wanted.values())):
            values = {name: float(column[point if len(column) > 1 else 0]) for name, column in look.points.items()}
            solved: dict[str, StructureSolution] = {}
            for name in (name for name in look.sets if point in wanted.get(name, ())):
                try:
                    found[name][point] = solve_exactly(self.engine.scenario, name, values, solved, told=self.certified)
                except StructureError:
                    continue
            self._judge_again(look, point, solved)
        for name, solutions in found.items():
            look.sets[name] = look.sets[name].settled(solutions, [rule.name for rule in self.engine.scenario.outcomes])
            look.exact[name][list(solutions)] = True

    def _judge_again(self, look: _Look, point: int, solved: Mapping[str, StructureSolution]) -> None:
        """Judge the claims that are open at a point on what the solver of single points says there."""
        here = look.payoffs[..., [point]]
        extremes = {
            name: (float(row.min()), float(row.max()))
            for name, row in zip((*self.scenario.players, *self.engine.offers), here, strict=True)
        }
        rules = [rule.name for rule in self.scenario.outcomes]
        known = {name: each for name, each in look.sets.items() if name not in solved and each.single[point]}
        play: dict[str, Equilibria] = {name: _Here(_AtPoints(each, len(rules)), point) for name, each in known.items()}
        play |= {name: OnePoint(each, rules, extremes) for name, each in solved.items() if each.equilibria}
        column = {name: values[[point]] if len(values) > 1 else values for name, values in look.points.items()}
        judge = Judge(_setting(self._lens, self.engine.deals.outcomes, column, here), play, self.equal)
        for row in np.flatnonzero(look.open[:, point]):
            claim = self.scenario.claims[self.claims[row]]
            if set(structures_of(claim)) <= set(play):
                look.verdict[row, point] = judge.judge(claim).verdict[0]


def settled_of(points: int, calls_of: int) -> int:
    """How many points of each call may be settled in a study of so many points, that many to a call."""
    return max(FEWEST, SETTLED * min(calls_of, points) // max(points, 1))


def _setting(lens: Lens, outcomes: Integers, points: Points, payoffs: Floats) -> Setting:
    scenario = lens.scenario
    rules = [rule.name for rule in scenario.outcomes]

    def span(outcome: str) -> Bounds | None:
        rows = payoffs[:, outcomes == rules.index(outcome)]
        return (rows.min(axis=1), rows.max(axis=1)) if rows.shape[1] else None

    return Setting(scenario, payoffs.shape[-1], points, parameter_values(scenario, points), lens, span)


@dataclass(frozen=True, eq=False)
class _AtPoints:
    """What the engine knows of a structure, as `kgsim.claims.equilibria.Equilibria`."""

    sets: EquilibriumSets
    rules: int

    @property
    def some(self) -> Bools:
        """See `Equilibria`."""
        return np.asarray(self.sets.failure == 0)

    @property
    def complete(self) -> Bools:
        """See `Equilibria`."""
        return self.sets.single | self.sets.listed

    def payoff(self, player: int) -> Bounds:
        """See `Equilibria`."""
        low, high = (each[player] for each in self.sets.values)
        open_ = np.flatnonzero(self.sets.doubt > 0)
        if len(open_):
            worth = self.sets.payoffs[player][self.sets.deals][:, open_]
            low, high = low.copy(), high.copy()
            low[open_], high[open_] = worth.min(axis=0), worth.max(axis=0)
        return low, high

    def chance(self, outcome: int) -> Bounds:
        """See `Equilibria`."""
        low, high = (each[outcome] for each in self.sets.chances)
        open_ = self.sets.doubt > 0
        return np.where(open_, 0.0, low), np.where(open_, 1.0, high)

    def members(self, points: Integers) -> Members:
        """See `Equilibria`."""
        dense, told = self._dense(points), self._told(points)
        order = np.argsort(np.concatenate([dense.point, told.point]), kind="stable")
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        offset = len(dense.point)
        return Members(
            np.concatenate([dense.point, told.point])[order],
            np.concatenate([dense.payoffs, told.payoffs], axis=1)[:, order],
            np.concatenate([dense.outcomes, told.outcomes], axis=1)[:, order],
            np.concatenate([dense.fallback, told.fallback], axis=1)[:, order],
            tuple(Continuum(place[each.members + offset], each.convex) for each in told.continua),
        )

    def _dense(self, points: Integers) -> Members:
        """Pure equilibria at the points that are not told one by one, each that differs once."""
        sets = self.sets
        left = points[~sets.listed[points]]
        if sets.rests is None:
            own, fallback = left, np.full((len(sets.payoffs), len(left)), np.nan)
            inner = sets.inner[sets.rows[:, None], left]
        else:
            kept = np.flatnonzero(np.isin(sets.rests.points, left))
            own, fallback = sets.rests.points[kept], sets.rests.fallback[:, kept]
            inner = sets.rests.inner[sets.rows[:, None], kept]
        row, column = np.nonzero(inner)
        row, own, rests = sets.rows[row], own[column], fallback[:, column]
        point, rule, payoffs = np.searchsorted(points, own), sets.outcomes[row], sets.payoffs[:, sets.deals[row], own]
        keys = np.vstack([rests, payoffs, rule, point])
        order = np.lexsort(keys)
        new = np.ones(len(order), dtype=bool)
        ranked = keys[:, order]
        new[1:] = ((ranked[:, 1:] != ranked[:, :-1]) & ~(np.isnan(ranked[:, 1:]) & np.isnan(ranked[:, :-1]))).any(
            axis=0
        )
        kept = order[new]
        outcomes = np.zeros((self.rules, len(kept)))
        outcomes[rule[kept], np.arange(len(kept))] = 1.0
        return Members(point[kept], payoffs[:, kept], outcomes, rests[:, kept])

    def _told(self, points: Integers) -> Members:
        """The equilibria told one by one."""
        told = self.sets.mixed
        place = np.searchsorted(points, told.point)
        kept = np.flatnonzero(points[np.minimum(place, len(points) - 1)] == told.point)
        point, group = place[kept], told.group[kept]
        inside = np.flatnonzero(group >= 0)
        names = np.stack([point[inside], group[inside]])
        _, number = np.unique(names, axis=1, return_inverse=True)
        continua = (inside[number.ravel() == each] for each in range(int(number.max(initial=-1)) + 1))
        return Members(
            point,
            told.payoffs[:, kept],
            told.outcomes[:, kept],
            np.full((len(told.payoffs), len(kept)), np.nan),
            tuple(Continuum(each, False) for each in continua),
        )


@dataclass(frozen=True, eq=False)
class _Here:
    """One of the points that the engine looked at, as `Equilibria`."""

    whole: _AtPoints
    point: int

    @property
    def some(self) -> Bools:
        """See `Equilibria`."""
        return self.whole.some[[self.point]]

    @property
    def complete(self) -> Bools:
        """See `Equilibria`."""
        return self.whole.complete[[self.point]]

    def payoff(self, player: int) -> Bounds:
        """See `Equilibria`."""
        low, high = self.whole.payoff(player)
        return low[[self.point]], high[[self.point]]

    def chance(self, outcome: int) -> Bounds:
        """See `Equilibria`."""
        low, high = self.whole.chance(outcome)
        return low[[self.point]], high[[self.point]]

    def members(self, points: Integers) -> Members:
        """See `Equilibria`."""
        return self.whole.members(np.full(len(points), self.point))
