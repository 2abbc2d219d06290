"""Every structure of play at many parameter points at once.

Points are worked through in chunks small enough for the arrays to stay in the processor's cache. For each structure and
point the engine says which deals certainly end an equilibrium, and whether that is all there is (see
`kgsim.studies.sets`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kgsim.errors import GameError, StructureError
from kgsim.scenario.deals import Deals, deals_of
from kgsim.scenario.expressions import Expression
from kgsim.scenario.model import Bloc, Scenario, Structure
from kgsim.scenario.payoffs import parameter_values
from kgsim.solvers.stage import TOLERANCE
from kgsim.structures.solution import fallback_structures
from kgsim.studies.blocs import mutual_veto, nash_product, product, ties
from kgsim.studies.plan import Layer, Plan, plan
from kgsim.studies.sets import Sets, one_mover, several_movers, widened

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Integers: TypeAlias = NDArray[np.intp]

#: Parameter points worked through at once.
CHUNK = 1024

#: Payoffs that differ by less are one fallback.
_SAME = 1e-12

NOT_FINITE = "a payoff is not a finite number at these values"
NO_WEIGHT = "a bloc's weight is not positive at these values"
NO_FALLBACK = "the structure that a bloc falls back on has no solution at these values"
NO_POSITION = "no joint position gives every member of a bloc at least its disagreement payoff"
NO_PURE_BLOC = "a bloc that does not randomise leaves a stage of several movers without an equilibrium"
VETO_AT_ONCE = "a bloc under mutual veto cannot move at the same time as others"

#: Why a structure may have no solution at a point; index 0 stands for none of them.
FAILURES = ("", NOT_FINITE, NO_WEIGHT, NO_FALLBACK, NO_POSITION, NO_PURE_BLOC, VETO_AT_ONCE)

MIXTURES = "mixed equilibria that reach further outcomes or values are not ruled out"
PURE_BLOC = "a bloc that chooses one joint position moves at the same time as others: only pure equilibria are sought"
OPEN_FALLBACK = "the structure that a bloc falls back on has several equilibria, or may have further ones"

#: Why a set may be incomplete; index 0 stands for none.
DOUBTS = ("", MIXTURES, PURE_BLOC, OPEN_FALLBACK)


@dataclass(frozen=True, eq=False)
class Ends:
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
        Bound on the largest gain from a deviation, in points of the mover's objective; shape (points,).
    rests
        What of `inner` rests on which equilibrium of the structure that blocs fall back on; empty if they fall back
        on none.
    """

    deals: Integers
    inner: Bools
    failure: NDArray[np.int8]
    doubt: NDArray[np.int8]
    residual: Floats
    rests: tuple[Rest, ...] = ()


@dataclass(frozen=True, eq=False)
class Rest:
    """The ends that rest on one equilibrium of the fallback structure, at some points.

    Attributes
    ----------
    points
        Numbers of the points, ascending.
    fallback
        What every player has in that equilibrium; shape (players, len(points)).
    inner
        As `Ends.inner`, at these points.
    """

    points: Integers
    fallback: Floats
    inner: Bools


@dataclass(eq=False)
class Engine:
    """A scenario laid out for many points.

    Parameters
    ----------
    scenario
        A checked scenario.
    structures
        Structures to solve; those they fall back on are solved too.
    tolerance
        Differences up to this share of a mover's range of payoffs are ties.
    """

    scenario: Scenario
    structures: tuple[str, ...]
    tolerance: float = TOLERANCE
    deals: Deals = field(init=False)
    plans: dict[str, Plan] = field(init=False)

    def __post_init__(self) -> None:
        if self.scenario.types:
            raise GameError(
                f"scenario {self.scenario.name} has private types; studies of many points solve games without them. "
                "Solve it point by point: kgsim run --set, or kgsim.solve in a loop"
            )
        self.deals = deals_of(self.scenario)
        self.plans = {
            name: plan(self.scenario, self.scenario.structures[name], self.deals.labels[name])
            for name in in_order(self.scenario, self.structures)
        }

    def payoffs(self, points: Mapping[str, ArrayLike]) -> Floats:
        """Payoffs of every deal, shape (players, deals, points)."""
        return self.deals.payoffs(self.scenario, points)

    def solve(self, points: Mapping[str, Floats], payoffs: Floats | None = None) -> dict[str, Ends]:
        """Solve every structure at some points, all at once; callers keep to `CHUNK` points or so.

        Parameters
        ----------
        points
            Parameter to values, shape (m,); parameters left out stay at their base values.
        payoffs
            What `payoffs` gives for these points, if it is known already.
        """
        payoffs = self.payoffs(points) if payoffs is None else payoffs
        environment = parameter_values(self.scenario, points)
        solved: dict[str, Ends] = {}
        shared: dict[object, Sets] = {}
        finite = bool(np.isfinite(payoffs).all())
        for name in self.plans:
            solved[name] = _Solver(self, name, environment, payoffs, solved, shared, finite).ends()
        return solved


def in_order(scenario: Scenario, wanted: Iterable[str]) -> list[str]:
    """The structures wanted and those they fall back on, each after what it needs."""
    order: dict[str, None] = {}

    def place(name: str) -> None:
        for other in fallback_structures(scenario.structures[name]):
            place(other)
        order.setdefault(name)

    for name in wanted:
        place(name)
    return list(order)


@dataclass(eq=False)
class _Solver:
    engine: Engine
    name: str
    environment: Mapping[str, Floats]
    payoffs: Floats
    solved: Mapping[str, Ends]
    shared: dict[object, Sets]
    all_finite: bool

    def __post_init__(self) -> None:
        self.structure: Structure = self.engine.scenario.structures[self.name]
        self.plan = self.engine.plans[self.name]
        points = self.payoffs.shape[-1]
        self.failure = np.zeros(points, dtype=np.int8)
        self.doubt = np.zeros(points, dtype=np.int8)
        self.rests: list[Rest] = []

    def ends(self) -> Ends:
        finite = np.ones(self.payoffs.shape[-1], dtype=bool)
        if not self.all_finite:
            finite = np.asarray(np.isfinite(self.payoffs[:, self.plan.deals]).all(axis=(0, 1)))
            # Zeros keep the arithmetic quiet; the points are struck out at the end.
            self.payoffs = np.where(finite, self.payoffs, 0.0)
        self._fail(~finite, NOT_FINITE)
        others = fallback_structures(self.structure)
        sets = self._with_fallback(others) if others else self._play(np.arange(len(self.failure)), None)
        first = self.plan.layers[0]
        inner = sets.inner & (self.failure == 0)
        self._judge(first, inner, sets)
        return Ends(first.slot_deal, inner, self.failure, self.doubt, np.maximum(sets.slack, 0.0), tuple(self.rests))

    def _fail(self, where: Bools, why: str) -> None:
        self.failure[where & (self.failure == 0)] = FAILURES.index(why)

    def _judge(self, first: Layer, inner: Bools, sets: Sets) -> None:
        """Mark the points at which the outer set means other outcomes or values than the inner one."""
        if len(sets.wide):
            points = sets.wide
            outcomes = self.engine.deals.outcomes[first.slot_deal]
            groups = np.flatnonzero(np.diff(outcomes, prepend=-1))
            sure = np.logical_or.reduceat(inner[:, points], groups, axis=0)
            more = (np.logical_or.reduceat(sets.outer, groups, axis=0) & ~sure).any(axis=0)
            for player in self.payoffs:
                worth = player[first.slot_deal][:, points]
                low = np.where(inner[:, points], worth, np.inf).min(axis=0)
                high = np.where(inner[:, points], worth, -np.inf).max(axis=0)
                margin = self.engine.tolerance * np.maximum(np.ptp(worth, axis=0), 1e-300)
                more |= (sets.outer & ((worth < low - margin) | (worth > high + margin))).any(axis=0)
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
        other = self.solved[names[0]]
        self._fail(other.failure > 0, NO_FALLBACK)
        whole = len(self.failure)
        inner = np.zeros((len(self.plan.layers[0].slot_deal), whole), dtype=bool)
        outer, slack = inner.copy(), np.zeros(whole)
        stated, reasons = self.failure.copy(), np.zeros(whole, dtype=np.int8)
        solvable, several = np.zeros(whole, dtype=bool), np.zeros(whole, dtype=bool)
        rows = np.flatnonzero(other.inner.any(axis=1))
        left = other.inner[rows] & (stated == 0)
        worth = self.payoffs[:, other.deals[rows]]
        while left.any():
            points = np.flatnonzero(left.any(axis=0))
            several[points] |= reasons[points] > 0
            several[points] |= solvable[points]
            chosen = left[:, points].argmax(axis=0)
            fallback = worth[:, chosen, points]
            _strike(left, worth, chosen, points)
            self.failure = np.zeros(whole, dtype=np.int8)
            sets = self._play(points, fallback)
            fine = self.failure[points] == 0
            reasons[points] = np.maximum(reasons[points], self.failure[points])
            solvable[points] |= fine
            self.rests.append(Rest(points, fallback, sets.inner & fine))
            inner[:, points] |= self.rests[-1].inner
            outer[:, points] |= sets.at(np.arange(len(points))) & fine
            slack[points] = np.maximum(slack[points], sets.slack)
        self.failure = np.where(stated > 0, stated, np.where(solvable, 0, reasons)).astype(np.int8)
        open_ = several | (other.doubt > 0) | (solvable & (reasons > 0)) | ~other.inner.any(axis=0)
        self.doubt[open_] = DOUBTS.index(OPEN_FALLBACK)
        return widened(Sets.exact(inner, slack), np.arange(whole), outer)

    def _play(self, points: Integers, fallback: Floats | None) -> Sets:
        """Backward induction at some points, `fallback` (players, points) being what blocs fall back on."""
        layers = self.plan.layers
        every = np.arange(len(self.failure))
        sets = Sets.exact(np.ones((len(layers[-1].slot_deal), len(every)), dtype=bool), np.zeros(len(every)))
        key: object = None
        stages = list(zip(layers[:-1], layers[1:], self.structure.play, strict=True))
        while stages and not any(mover in self.structure.blocs for mover in stages[-1][2]):
            # What follows a bloc's choice does not depend on what the bloc falls back on, nor on the structure.
            layer, below, movers = stages.pop()
            key = (key, movers, _identity(layer), self.plan.deals.tobytes())
            if key not in self.shared:
                self.shared[key] = self._stage(layer, below, sets, movers, self.payoffs, every, None)
            sets = self.shared[key]
        if len(points) < len(every):
            sets = sets.only(points)
        payoffs = self.payoffs if len(points) == len(every) else self.payoffs[..., points]
        for layer, below, movers in reversed(stages):
            sets = self._stage(layer, below, sets, movers, payoffs, points, fallback)
        return sets

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
        blocs = [self.structure.blocs.get(mover) for mover in movers]
        if len(movers) == 1:
            bloc = blocs[0]
            if bloc is not None and bloc.rule != "weighted":
                return self._bargain(layer, below, sets, bloc, payoffs, points, fallback)
            return one_mover(layer, below, sets, *self._linear(movers[0], bloc, payoffs, points))
        if any(bloc is not None and bloc.rule == "veto" for bloc in blocs):
            self._fail(np.isin(np.arange(len(self.failure)), points), VETO_AT_ONCE)
            return Sets.exact(np.zeros((len(layer.slot_deal), len(points)), dtype=bool), sets.slack)
        scores, tolerances, linear = [], [], True
        for mover, bloc in zip(movers, blocs, strict=True):
            if bloc is not None and bloc.rule == "nash":
                members = payoffs[self._members(bloc)]
                point = self._fallback(bloc, points, fallback)
                assert point is not None
                scores.append(product(members, point))
                tolerances.append(self._mean_tie(members))
                linear = False
            else:
                score, tolerance = self._linear(mover, bloc, payoffs, points)
                scores.append(score)
                tolerances.append(tolerance)
        found = several_movers(layer, below, sets, scores, tolerances, randomise=linear)
        if not linear:
            self.doubt[points] = DOUBTS.index(PURE_BLOC)
            none = ~layer.slots.fold(np.logical_or, found.inner).all(axis=0)
            self._fail_at(points[none], NO_PURE_BLOC)
        return found

    def _bargain(
        self,
        layer: Layer,
        below: Layer,
        sets: Sets,
        bloc: Bloc,
        payoffs: Floats,
        points: Integers,
        fallback: Floats | None,
    ) -> Sets:
        members = payoffs[self._members(bloc)]
        point = self._fallback(bloc, points, fallback)
        if bloc.rule == "nash":
            assert point is not None
            position = nash_product(layer, below, sets, members, point, self._mean_tie(members), self.engine.tolerance)
        else:
            position = mutual_veto(layer, below, sets, members, point, self.engine.tolerance)
        self._fail_at(points[position.failed], NO_POSITION)
        return position.sets

    def _fail_at(self, points: Integers, why: str) -> None:
        self._fail(np.isin(np.arange(len(self.failure)), points), why)

    def _linear(
        self, mover: tuple[str, ...], bloc: Bloc | None, payoffs: Floats, points: Integers
    ) -> tuple[Floats, Floats]:
        """A mover's utility of each deal, and the difference up to which two are a tie (see `kgsim.solvers.stage`)."""
        if bloc is None:
            score = np.asarray(payoffs[self._seat(mover[0])])
            return score, self._tie(score, np.abs(score[self.plan.deals]).max(axis=0))
        weights = self._numbers(bloc.weights, points)
        members = [self.engine.scenario.decisions[decision].player for decision in mover]
        self._fail_at(points[~np.logical_and.reduce([weights[member] > 0.0 for member in members])], NO_WEIGHT)
        score, size = np.zeros(payoffs.shape[1:]), np.zeros(len(points))
        for decision, member in zip(mover, members, strict=True):
            worth = payoffs[self._seat(decision)]
            score += weights[member] * worth
            size += np.abs(weights[member]) * np.abs(worth[self.plan.deals]).max(axis=0)
        return score, self._tie(score, size)

    def _fallback(self, bloc: Bloc, points: Integers, fallback: Floats | None) -> Floats | None:
        """What each member of a bloc falls back on, shape (members, points); None if nothing is stated."""
        if bloc.disagreement is None:
            return None
        if isinstance(bloc.disagreement, str):
            assert fallback is not None
            return fallback[self._members(bloc)]
        numbers = self._numbers(bloc.disagreement, points)
        players = [self.engine.scenario.decisions[decision].player for decision in bloc.members]
        return np.array([numbers[player] for player in players])

    def _numbers(self, expressions: Mapping[str, Expression], points: Integers) -> dict[str, Floats]:
        whole = len(self.failure)
        return {
            name: np.broadcast_to(expression.evaluate(self.environment), (whole,))[points]
            for name, expression in expressions.items()
        }

    def _members(self, bloc: Bloc) -> list[int]:
        return [self._seat(decision) for decision in bloc.members]

    def _seat(self, decision: str) -> int:
        scenario = self.engine.scenario
        return list(scenario.players).index(scenario.decisions[decision].player)

    def _tie(self, score: Floats, size: Floats) -> Floats:
        return ties(score[self.plan.deals], size, self.engine.tolerance)

    def _mean_tie(self, members: Floats) -> Floats:
        """The tie of a Nash product: the geometric mean of its members'."""
        own = members[:, self.plan.deals]
        each = [ties(worth, np.abs(worth).max(axis=0), self.engine.tolerance) for worth in own]
        return np.asarray(np.exp(np.log(each).mean(axis=0)))


def _strike(left: Bools, worth: Floats, chosen: Integers, points: Integers) -> None:
    """Drop the chosen deal of each point, and all that are worth the same to everybody."""
    left[chosen, points] = False
    more = left[:, points].any(axis=0)
    points, chosen = points[more], chosen[more]
    rows = np.flatnonzero(left[:, points].any(axis=1))
    gap = np.abs(worth[:, rows[:, None], points] - worth[:, chosen, points][:, None])
    left[np.ix_(rows, points)] &= ~(gap <= _SAME).all(axis=0)


def _identity(layer: Layer) -> tuple[bytes, ...]:
    return layer.cell_child.tobytes(), layer.cell_game.tobytes(), layer.slot_deal.tobytes()
