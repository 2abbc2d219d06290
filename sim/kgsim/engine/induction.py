"""One structure of play at many parameter points: backward induction on sets, stage by stage.

A structure whose blocs fall back on another one is played once for every equilibrium of that one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Bools, Floats, Integers
from kgsim.engine.blocs import best_position, best_sum, picked, scores, standing
from kgsim.engine.mixed import Start, list_mixed
from kgsim.engine.plan import Layer, Plan, laid_out, starts
from kgsim.engine.sets import Payoffs, Sets, widened
from kgsim.engine.solutions import (
    DOUBTS,
    FAILURES,
    MIXTURES,
    NEIGHBOURS,
    NO_FALLBACK,
    NO_POSITION,
    NO_PURE_BLOC,
    NO_WEIGHT,
    NOT_FINITE,
    OPEN_FALLBACK,
    PURE_BLOC,
    VETO_AT_ONCE,
    EquilibriumSets,
    FallbackBranches,
    Mixed,
    distinct,
)
from kgsim.engine.stages import one_mover, several_movers, surplus
from kgsim.engine.trees import Tree
from kgsim.errors import StructureError
from kgsim.games.objectives import EXACT_BETWEEN, Objective
from kgsim.scenario.deals import Deals
from kgsim.scenario.model import Bloc, Scenario
from kgsim.structures.blocs import objective
from kgsim.structures.offers.boxes import has_intervals
from kgsim.structures.offers.exchange import reduced
from kgsim.structures.offers.play import OFFERS_MEET, Goal, corners
from kgsim.structures.solution import fallback_structures
from kgsim.tolerances import merged_if_crowded

#: Equilibria in mixtures that a bloc's fallback is sought among at a point; with more the set is open.
MOST_FALLBACKS = 64


class _Rests(NamedTuple):
    """Equilibria that blocs fall back on: their points, ascending and repeated, and what all have there."""

    points: Integers
    fallback: Floats


@dataclass(frozen=True, eq=False)
class Common:
    """What the structures of a scenario have in common at some points, each found once.

    Attributes
    ----------
    scenario, deals, fast
        As the engine has them.
    points
        Parameters to values, as they were given.
    environment
        Name to value, for expressions.
    payoffs
        Of every deal, ties being exact; shape (players, deals, points).
    finite
        Whether all of them are.
    solved
        The structures solved so far.
    layouts, trees
        Plans of structures with offers from intervals, and trees of those with chance or hidden moves, kept by the
        engine.
    sets, rests
        Ends of equal subgames, and what blocs fall back on.
    parts
        Sets at some of the points.
    """

    scenario: Scenario
    deals: Deals
    fast: bool
    points: Mapping[str, Floats]
    environment: Mapping[str, Floats]
    payoffs: Floats
    finite: bool
    layouts: dict[object, Plan] = field(default_factory=dict)
    trees: dict[str, Tree] = field(default_factory=dict)
    solved: dict[str, EquilibriumSets] = field(default_factory=dict)
    sets: dict[object, tuple[Sets, Start | None]] = field(default_factory=dict)
    rests: dict[object, _Rests] = field(default_factory=dict)
    parts: dict[object, tuple[Sets, object]] = field(default_factory=dict)

    @cached_property
    def size(self) -> Floats:
        """The largest payoff at each point, by size."""
        return np.asarray(np.maximum(self.payoffs.max(axis=(0, 1)), -self.payoffs.min(axis=(0, 1))))


def ends(common: Common, name: str, plan: Plan) -> EquilibriumSets:
    """Solve a structure; those that it falls back on are solved already."""
    return _Induction(common, name, plan).ends()


class _Induction:
    def __init__(self, common: Common, name: str, plan: Plan) -> None:
        self.common, self.name, self.plan = common, name, plan
        self.structure = common.scenario.structures[name]
        self.payoffs, self.outcomes = common.payoffs, common.deals.outcomes
        points = self.payoffs.shape[-1]
        self.offering = has_intervals(common.scenario, self.structure)
        self.tables: Sequence[Floats] = ()
        self.chosen: Sequence[Layer] = ()
        self.open: Sequence[Bools] = ()
        self.failure = np.zeros(points, dtype=np.int8)
        self.doubt = np.zeros(points, dtype=np.int8)
        self.failing = self.failure
        self.rests: FallbackBranches | None = None
        self.start: Start | None = None
        self.fast = common.fast and common.finite

    def ends(self) -> EquilibriumSets:
        finite = np.ones(self.payoffs.shape[-1], dtype=bool)
        if not self.common.finite:
            finite = np.asarray(np.isfinite(self.payoffs[:, self.plan.deals]).all(axis=(0, 1)))
            # Zeros keep the arithmetic quiet; the points are struck out at the end.
            self.payoffs = np.where(finite, self.payoffs, 0.0)
        self._fail(~finite, NOT_FINITE)
        self.tables = [self.payoffs] * len(self.structure.play)
        others = fallback_structures(self.structure)
        if self.offering:
            self._offer(self._rests(self.common.solved[others[0]]) if others else None)
        if others:
            sets = self._with_fallback(others)
        else:
            sets, failing = self._play(np.arange(len(self.failure)), None)
            self.failure = np.where(self.failure > 0, self.failure, failing)
        first = self.plan.layers[0]
        inner = sets.inner & (self.failure == 0)
        self._judge(first, inner, sets)
        wide = np.zeros(inner.shape[1], dtype=bool)
        wide[sets.wide] = True
        residual = np.zeros(inner.shape[1])
        mixed = self._mixed(inner, residual)
        return EquilibriumSets(
            first.slot_deal,
            inner,
            self.failure,
            self.doubt,
            residual,
            self.outcomes[first.slot_deal],
            self.payoffs if self.offering else self.common.payoffs,
            mixed,
            wide,
            self.rests,
            self.fast,
        )

    def _offer(self, rests: _Rests | None) -> None:
        """Exchange intervals for the offers that can matter at these points (`kgsim.structures.offers`)."""
        every = np.arange(len(self.failure))
        self.failing = np.zeros(len(every), dtype=np.int8)
        scenario, structure = self.common.scenario, self.structure
        goals = [self._goals(mover, rests) for stage in structure.play for mover in stage]
        play = corners(scenario, structure, self.common.deals, self.tables, goals)
        chosen = [any(play.boxes[axis] for axis in axes) for axes in play.stages]
        play = reduced(play)
        self._fail(np.zeros(len(every), dtype=bool) if play.meets is None else play.meets, OFFERS_MEET)
        used = np.unique(play.labels)
        used = used[np.argsort(play.outcomes[used], kind="stable")]
        place = np.empty(len(play.outcomes), dtype=np.intp)
        place[used] = np.arange(len(used))
        tables = {id(table): _with_ties(table[:, used]) for table in play.payoffs}
        self.tables = [tables[id(table)] for table in play.payoffs]
        self.payoffs, self.outcomes = self.tables[0], play.outcomes[used]
        key = self.name, tuple(len(each) for axis in play.axes.values() for each in axis.offers)
        if key not in self.common.layouts:
            sizes = [tuple(play.labels.shape[axis] for axis in stage) for stage in play.stages]
            self.common.layouts[key] = laid_out(place[play.labels], sizes)
        self.plan = self.common.layouts[key]
        self.chosen = [layer for layer, here in zip(self.plan.layers, chosen, strict=False) if here]
        self.open = [
            np.logical_or.reduce([play.axes[axis].open for axis in axes if axis in play.axes])
            for axes, here in zip(play.stages, chosen, strict=True)
            if here
        ]

    def _goals(self, mover: tuple[str, ...], rests: _Rests | None) -> tuple[Goal, ...]:
        """What a mover wants, for each of the fallbacks."""
        every, seats = np.arange(len(self.failure)), tuple(self._seat(decision) for decision in mover)
        bloc = self.structure.blocs.get(mover)
        if rests is None or bloc is None or not isinstance(bloc.disagreement, str):
            return (Goal(self._objective(mover, every, None), seats, np.ones(len(every), dtype=bool)),)
        points, payoffs = rests
        number = np.arange(len(points)) - np.searchsorted(points, points)
        found = []
        for each in range(number.max(initial=0) + 1):
            here = np.flatnonzero(number == each)
            fallback = np.zeros((len(payoffs), len(every)))
            fallback[:, points[here]] = payoffs[:, here]
            found.append(Goal(self._objective(mover, every, fallback), seats, np.isin(every, points[here])))
        return tuple(found)

    def _mixed(self, inner: Bools, residual: Floats) -> Mixed:
        """List all equilibria where mixtures may matter, and where those of several are fallen back on."""
        outcome, outcomes = self.outcomes, len(self.common.scenario.outcomes)
        if self.start is None:
            return Mixed.none(len(self.payoffs), outcomes)
        where = self.doubt == DOUBTS.index(MIXTURES)
        if any(self.name in fallback_structures(other) for other in self.common.scenario.structures.values()):
            where |= inner.sum(axis=0) > 1
        mixed, regret = list_mixed(self.start, where, self.payoffs, outcome, outcomes, self.fast)
        self.doubt[mixed.points] = 0
        np.maximum.at(residual, mixed.point, regret)
        return mixed

    def _fail(self, where: Bools, why: str) -> None:
        self.failure[where & (self.failure == 0)] = FAILURES.index(why)

    def _judge(self, first: Layer, inner: Bools, sets: Sets) -> None:
        """Mark the points at which the outer set means other outcomes or values than the inner one."""
        if len(sets.wide):
            points = sets.wide
            outcomes = self.outcomes[first.slot_deal]
            groups = np.flatnonzero(np.diff(outcomes, prepend=-1))
            sure = np.logical_or.reduceat(inner[:, points], groups, axis=0)
            more = (np.logical_or.reduceat(sets.outer, groups, axis=0) & ~sure).any(axis=0)
            for player in self.payoffs:
                worth = player[first.slot_deal][:, points]
                low = np.where(inner[:, points], worth, np.inf).min(axis=0)
                high = np.where(inner[:, points], worth, -np.inf).max(axis=0)
                more |= (sets.outer & ((worth < low) | (worth > high))).any(axis=0)
            doubtful = points[more]
            self.doubt[doubtful[self.doubt[doubtful] == 0]] = DOUBTS.index(MIXTURES)
        self.doubt[~inner.any(axis=0) & (self.doubt == 0)] = DOUBTS.index(MIXTURES)
        self.doubt[self.failure > 0] = 0

    def _with_fallback(self, names: Sequence[str]) -> Sets:
        """Solve once for every deal that the fallback structure may end in."""
        if len(names) > 1:
            raise StructureError(
                f"structure {self.name}: its blocs fall back on different structures ({', '.join(names)}); name one"
            )
        other = self.common.solved[names[0]]
        self._fail(other.failure > 0, NO_FALLBACK)
        points, fallback = self._rests(other)
        sets, failing = self._play(points, fallback)
        fine = failing == 0
        whole = len(self.failure)
        inner = np.zeros((len(self.plan.layers[0].slot_deal), whole), dtype=bool)
        reasons = np.zeros(whole, dtype=np.int8)
        solvable = np.zeros(whole, dtype=bool)
        solvable[points[fine]] = True
        np.maximum.at(reasons, points, failing)
        self.rests = FallbackBranches(points, fallback, sets.inner & fine)
        if len(points):
            first = starts(points)
            inner[:, points[first]] = np.logical_or.reduceat(self.rests.inner, first, axis=1)
        wide, column = np.unique(points[sets.wide], return_inverse=True)
        outer = inner[:, wide]
        there = fine[sets.wide]
        np.logical_or.at(outer.T, column[there], sets.outer[:, there].T)
        self.failure = np.where(self.failure > 0, self.failure, np.where(solvable, 0, reasons)).astype(np.int8)
        several = np.bincount(points, minlength=whole) > 1
        # Of a continuum only the ends are fallen back on.
        several &= ~other.listed
        several[other.mixed.point[(other.mixed.group >= 0) | (other.mixed.place >= MOST_FALLBACKS)]] = True
        open_ = several | (other.doubt > 0) | (solvable & (reasons > 0)) | ~other.some
        self.doubt[open_] = DOUBTS.index(OPEN_FALLBACK)
        return widened(Sets.exact(inner), wide, outer)

    def _rests(self, other: EquilibriumSets) -> _Rests:
        """The equilibria to fall back on that differ in what somebody has."""
        key = id(other) if self.common.finite else None
        if key in self.common.rests:
            return self.common.rests[key]
        left, worth = self._ends_of(other)
        left &= self.failure == 0
        parts, fallbacks = [np.empty(0, dtype=np.intp)], [np.empty((len(worth), 0))]
        while left.any():
            points = np.flatnonzero(left.any(axis=0))
            chosen = left[:, points].argmax(axis=0)
            parts.append(points)
            fallbacks.append(worth[:, chosen, points])
            _strike(left, worth, chosen, points)
        points = np.concatenate(parts)
        order = np.argsort(points, kind="stable")
        found = _Rests(points[order], np.concatenate(fallbacks, axis=1)[:, order])
        if key is not None:
            self.common.rests[key] = found
        return found

    def _ends_of(self, other: EquilibriumSets) -> tuple[Bools, Floats]:
        """What can be fallen back on: which ends of play, shape (ends, points), and everybody's payoffs of these."""
        kept = other.mixed.place < MOST_FALLBACKS
        place, point = other.mixed.place[kept], other.mixed.point[kept]
        lotteries = np.zeros((place.max(initial=-1) + 1, len(self.failure)), dtype=bool)
        worth = np.zeros((len(self.payoffs), *lotteries.shape))
        lotteries[place, point] = True
        worth[:, place, point] = other.mixed.payoffs[:, kept]
        rows = np.flatnonzero(other.inner.any(axis=1))
        ends = np.concatenate([other.inner[rows] & ~other.listed, lotteries])
        pure = other.payoffs[:, other.deals[rows]]
        return ends, np.concatenate([pure if self.common.finite else np.nan_to_num(pure), worth], axis=1)

    def _play(self, points: Integers, fallback: Floats | None) -> tuple[Sets, NDArray[np.int8]]:
        """Backward induction at some points, which ascend and may be repeated.

        `fallback` is what blocs fall back on, shape (players, len(points)). Returns also what fails there, as
        `EquilibriumSets.failure`.
        """
        self.failing = np.zeros(len(points), dtype=np.int8)
        layers = self.plan.layers
        every = np.arange(len(self.failure))
        sets = Sets.exact(np.ones((len(layers[-1].slot_deal), len(every)), dtype=bool))
        key: object = self.name if self.offering else None
        stages = list(zip(layers[:-1], layers[1:], self.structure.play, self.tables, strict=True))
        while stages and not any(mover in self.structure.blocs for mover in stages[-1][2]):
            # What follows a bloc's choice does not depend on what the bloc falls back on, nor on the structure.
            layer, below, movers, table = stages.pop()
            key = (key, movers, layer.key, self.plan.key)
            if key not in self.common.sets:
                sets = self._stage(layer, below, sets, movers, table, every, None)
                self.common.sets[key] = sets, self.start
            sets, self.start = self.common.sets[key]
        if not stages:
            return sets, self.failing
        if not np.array_equal(points, every):
            if len(stages) == 1:
                sets.follows(stages[0][0], self.fast)
            sets = self._at(sets, points)
        for layer, below, movers, table in reversed(stages):
            sets = self._stage(layer, below, sets, movers, table, points, fallback)
        return sets, self.failing

    def _at(self, sets: Sets, points: Integers) -> Sets:
        """Sets at some points, once for all structures that look there."""
        key = id(sets), id(points)
        if key not in self.common.parts:
            # What the key names is kept, so that no other object takes its place.
            self.common.parts[key] = sets.only(points), (sets, points)
        return self.common.parts[key][0]

    def _stage(
        self,
        layer: Layer,
        below: Layer,
        sets: Sets,
        movers: Sequence[tuple[str, ...]],
        payoffs: Floats,
        points: Integers,
        fallback: Floats | None,
    ) -> Sets:
        wanted = [self._objective(mover, points, fallback) for mover in movers]
        known = self.common.finite and not self.offering
        size = self.common.size if known else np.full(payoffs.shape[-1], np.inf)
        worth = [
            Payoffs(_chosen(payoffs, [self._seat(decision) for decision in mover]), size, points) for mover in movers
        ]
        if len(movers) == 1 and len(movers[0]) > 1 and wanted[0].linear and not self.offering:
            return best_sum(layer, below, sets, wanted[0], worth[0], self.fast)
        if len(movers) == 1 and not wanted[0].linear:
            choose = best_position if wanted[0].ranks else picked if wanted[0].chooses else standing
            position = choose(layer, below, sets, wanted[0], worth[0], self.fast)
            self._fail_at(position.failed, NO_POSITION)
            for each, open_ in zip(self.chosen, self.open, strict=True):
                if layer is each:
                    return self._between_corners(
                        layer, position.sets, wanted[0], worth[0].whole(), points, open_[points]
                    )
            return position.sets
        if not all(objective.ranks for objective in wanted):
            self._fail_at(np.ones(len(points), dtype=bool), VETO_AT_ONCE)
            return Sets.exact(np.zeros((len(layer.slot_deal), len(points)), dtype=bool))
        # A player's own payoffs have exact ties already.
        ranked = [
            own[0] if len(own) == 1 else scores(objective, own)
            for objective, own in zip(wanted, (each.whole() for each in worth), strict=True)
        ]
        if len(movers) == 1:
            found = one_mover(layer, below, sets, ranked[0], self.fast)
            if any(layer is each for each in self.chosen):
                self.doubt[points[surplus(layer, below, sets, ranked[0], found.inner)]] = DOUBTS.index(NEIGHBOURS)
            return found
        linear = all(objective.linear for objective in wanted)
        found = several_movers(layer, below, sets, ranked, randomise=linear, fast=self.fast)
        if linear and layer is self.plan.layers[0] and fallback is None:
            self.start = Start(layer, below, sets, ranked)
        if not linear:
            self.doubt[points] = DOUBTS.index(PURE_BLOC)
            none = np.asarray(~layer.slots.fold(np.logical_or, found.inner).all(axis=0))
            self._fail_at(none, NO_PURE_BLOC)
        return found

    def _between_corners(
        self, layer: Layer, sets: Sets, objective: Objective, payoffs: Floats, points: Integers, open_: Bools
    ) -> Sets:
        """What a bloc chooses from intervals; where that may lie between listed offers, nothing is sure."""
        if objective.ranks and len(objective.members) in EXACT_BETWEEN:
            rows, inner = layer.slot_deal, sets.inner
            open_ = np.zeros(len(points), dtype=bool)
            if len(objective.members) > 2:
                # Where the product is 0 members may want different things of what lies between, but for one end.
                score = np.where(inner, scores(objective, payoffs)[rows], -np.inf).max(axis=0)
                several = distinct(inner, self.outcomes[rows], self.payoffs[:, rows][..., points]) > 1
                open_ = (score <= objective.floor) & (score > -np.inf) & several
        self.doubt[points[open_]] = DOUBTS.index(NEIGHBOURS)
        return Sets(sets.inner & ~open_, sets.wide, sets.outer)

    def _fail_at(self, where: Bools, why: str) -> None:
        self.failing[where & (self.failing == 0)] = FAILURES.index(why)

    def _objective(self, mover: tuple[str, ...], points: Integers, fallback: Floats | None) -> Objective:
        """What a mover makes of its members' payoffs at some points."""
        scenario = self.common.scenario
        return objective(
            scenario,
            mover,
            self.structure.blocs.get(mover),
            [scenario.decisions[decision].player for decision in mover],
            self.common.environment,
            None if fallback is None else dict(zip(scenario.players, fallback, strict=False)),
            points,
            self._check,
        )

    def _check(self, bloc: Bloc, members: Sequence[str], weights: Floats | None, disagreement: Floats | None) -> None:
        if weights is not None:
            self._fail_at(np.asarray(~(weights > 0.0).all(axis=-1)), NO_WEIGHT)

    def _seat(self, decision: str) -> int:
        scenario = self.common.scenario
        return list(scenario.players).index(scenario.decisions[decision].player)


def _chosen(payoffs: Floats, seats: Sequence[int]) -> Floats:
    """Some players' payoffs; a view where they sit side by side, which saves a copy."""
    if list(seats) == list(range(seats[0], seats[0] + len(seats))):
        return payoffs[seats[0] : seats[0] + len(seats)]
    return payoffs[list(seats)]


def _with_ties(payoffs: Floats) -> Floats:
    """Payoffs (players, deals, points) of which those that differ by rounding alone are one number."""
    return np.ascontiguousarray(
        merged_if_crowded(payoffs.swapaxes(0, 1), lambda w: np.abs(payoffs.swapaxes(0, 1)[:, w])).swapaxes(0, 1)
    )


def _strike(left: Bools, worth: Floats, chosen: Integers, points: Integers) -> None:
    """Drop the chosen deal of each point, and all that are worth the same to everybody."""
    left[chosen, points] = False
    more = left[:, points].any(axis=0)
    points, chosen = points[more], chosen[more]
    rows = np.flatnonzero(left[:, points].any(axis=1))
    gap = np.abs(worth[:, rows[:, None], points] - worth[:, chosen, points][:, None])
    left[np.ix_(rows, points)] &= ~(gap == 0.0).all(axis=0)
