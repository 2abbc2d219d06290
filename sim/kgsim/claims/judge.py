"""The judge of claims: whether a claim holds at all equilibria, at none, or depends on which one is played.

At every point the claim is first judged on the bounds that the equilibria of each structure span, which no mixture of
them leaves: what is surely true or false there needs no further look. Elsewhere it is evaluated at every combination of
equilibria, a structure whose bloc falls back on another's value being combined only with the equilibrium it rests on,
and inside the continua between them. Where equilibria are not ruled out that might contradict, it is undecided.

A claim with a premise is judged at the equilibria that meet it. So two things are looked for, equilibria that bear the
claim out (premise met, statement true) and equilibria that break it (premise met, statement false): it depends if there
are both, holds or fails if there is one kind alone, and is vacuous if there is neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Bools, Floats, Integers
from kgsim.claims.continua import Face, Inside, look_inside
from kgsim.claims.equilibria import Continuum, Equilibria, Members
from kgsim.claims.functions import OF_PLAY, Setting, in_play, over_all, structure_of_call, structures_of
from kgsim.claims.truth import Known, bounds, truth
from kgsim.results import DEPENDS, FAILS, HOLDS, UNDECIDED, VACUOUS
from kgsim.scenario.evaluation import evaluate
from kgsim.scenario.expressions import is_truth
from kgsim.scenario.model import Claim
from kgsim.scenario.nodes import And, Call, Comparison, Node, Not, walk
from kgsim.structures.solution import fallback_structures, in_order
from kgsim.tolerances import EQUAL, SAME_FALLBACK

#: Combinations of equilibria at which a claim is evaluated at one point, and at all points at once, at most. Where
#: there are more at a point, only those of the equilibria with the least and largest quantities are tried.
MOST_COMBINATIONS, MOST_AT_ONCE = 4096, 2_000_000


@dataclass(frozen=True, eq=False)
class Combinations:
    """Combinations of one equilibrium for each of some structures, all possible ones at some points.

    Attributes
    ----------
    setting
        Where.
    known
        What is known of every call at every point, whichever equilibria are played.
    point
        The point of each combination; shape (n,).
    rows
        Structure to the quantities of its equilibrium in each combination, see
        `kgsim.claims.functions.Setting.quantity`; shape (n, quantities).
    every
        Whether these are all there are; shape (points,).
    members
        Structure to its equilibria at the points.
    """

    setting: Setting
    known: Mapping[Call, Known]
    point: Integers
    rows: Mapping[str, Floats]
    every: Bools
    members: Mapping[str, Members]

    @cached_property
    def environment(self) -> Mapping[str, Floats]:
        """Every name to its value in each combination."""
        return {
            name: value if len(value) == 1 else value[self.point] for name, value in self.setting.environment.items()
        }

    @cached_property
    def calls(self) -> Mapping[Call, Known]:
        """Every call to its value in each combination."""
        return {call: self.call(call) for call in self.known}

    def call(self, call: Call) -> Known:
        """A call's value in each combination, at the scale of all its values there."""
        known = self.known[call]
        low, size = (np.broadcast_to(each, (self.setting.count,))[self.point] for each in (known.low, known.size))
        if call.function not in OF_PLAY:
            return Known(low, low, size)
        value, _ = in_play(call, self.setting, self.rows[structure_of_call(call)][:, None])
        return Known(value, value, np.where(np.isfinite(size), size, np.abs(value)))

    def holds(self, statement: Node, equal: float) -> Bools:
        """Whether a statement is true in each combination."""
        return np.broadcast_to(truth(statement, self.environment, self.calls, equal)[0], self.point.shape)

    def some(self, chosen: Bools) -> Combinations:
        """Some of the combinations."""
        return replace(self, point=self.point[chosen], rows={name: row[chosen] for name, row in self.rows.items()})

    def value(self, node: Node, equal: float) -> Floats:
        """A node's value in each combination, truths as 1 and 0."""
        if is_truth(node):
            return self.holds(node, equal).astype(np.float64)
        calls = {call: known.low for call, known in self.calls.items()}
        return np.broadcast_to(evaluate(node, self.environment, calls), self.point.shape)


@dataclass(frozen=True, eq=False)
class Judgement:
    """How a claim was judged at some points.

    Attributes
    ----------
    verdict
        Numbers of `kgsim.results.VERDICTS`; shape (points,).
    solvable
        Where every structure it speaks of has a solution.
    """

    verdict: NDArray[np.int8]
    solvable: Bools


class Judge:
    """Claims of one scenario at some points.

    Parameters
    ----------
    setting
        The points.
    solved
        Structure to its equilibria there; those that others fall back on included.
    equal
        Numbers that differ by up to this share of the values they are made of are equal.
    """

    def __init__(self, setting: Setting, solved: Mapping[str, Equilibria], equal: float = EQUAL) -> None:
        self.setting, self.solved, self.equal = setting, solved, equal
        self._known: dict[Call, Known] = {}

    def judge(self, claim: Claim) -> Judgement:
        """Judge one claim at all points; it speaks of structures that are solved."""
        count = self.setting.count
        verdict = np.full(count, UNDECIDED, dtype=np.int8)
        solvable = np.ones(count, dtype=bool)
        for name in structures_of(claim):
            solvable &= self.solved[name].some
        (borne, may_be_borne), (broken, may_be_broken) = (
            [np.broadcast_to(each, (count,)) for each in self._truth(claim, statement)]
            for statement in (borne_out(claim), broken_by(claim))
        )
        verdict[solvable & borne], verdict[solvable & broken] = HOLDS, FAILS
        verdict[solvable & ~may_be_borne & ~may_be_broken] = VACUOUS
        left = np.flatnonzero(solvable & ~borne & ~broken & (may_be_borne | may_be_broken) & self._told(claim))
        for first in range(0, len(left), self._at_once):
            here = left[first : first + self._at_once]
            verdict[here] = self._one_by_one(claim, here, may_be_borne[here], may_be_broken[here])
        return Judgement(verdict, solvable)

    def _told(self, claim: Claim) -> Bools:
        """Where every number that does not depend on play is known; looking at equilibria tells none that is not."""
        told: Bools = np.ones(self.setting.count, dtype=bool)
        for call, known in self.known(claim).items():
            if call.function not in OF_PLAY:
                told &= ~(known.low < known.high)
        return told

    def _truth(self, claim: Claim, statement: Node) -> tuple[Bools, Bools]:
        """Whether a statement on a claim's calls is surely true, and whether it is possibly, whatever is played."""
        return truth(statement, self.setting.environment, self.known(claim), self.equal)

    @property
    def _at_once(self) -> int:
        return max(1, MOST_AT_ONCE // MOST_COMBINATIONS)

    def known(self, claim: Claim) -> dict[Call, Known]:
        """Bounds of every call of a claim, over all equilibria that are not ruled out."""
        for call in claim.calls:
            if call not in self._known:
                self._known[call] = over_all(call, self.setting, self.solved)
        return {call: self._known[call] for call in claim.calls}

    def sides(self, claim: Claim) -> dict[str, Known]:
        """What a claim compares: the text of each side that speaks of play, and bounds of its values; (points,)."""
        calls, found = self.known(claim), {}
        compared = (node for node, _ in walk(claim.holds.root) if isinstance(node, Comparison))
        for side in (operand for node in compared for operand in node.operands):
            if any(isinstance(part, Call) and part in calls for part, _ in walk(side)):
                known = bounds(side, self.setting.environment, calls)
                shaped = (np.broadcast_to(each, (self.setting.count,)) for each in (known.low, known.high, known.size))
                found[claim.holds.text[side.start : side.end]] = Known(*shaped)
        return found

    def together(self, claim: Claim) -> tuple[str, ...]:
        """The structures whose equilibria are combined: those that others fall back on decide what goes together."""
        return tuple(name for name in in_order(self.setting.scenario, structures_of(claim)) if name in self.solved)

    def combinations(self, claim: Claim, points: Integers) -> Combinations:
        """All combinations of equilibria at some points, which ascend and are numbered from 0 on."""
        members = {name: self.solved[name].members(points) for name in self.together(claim)}
        starts = {name: np.searchsorted(each.point, np.arange(len(points) + 1)) for name, each in members.items()}
        counts = np.array([np.diff(each) for each in starts.values()], dtype=np.intp).reshape(len(members), len(points))
        every = counts.prod(axis=0, dtype=np.float64) <= MOST_COMBINATIONS
        chosen = [_combined(counts * every, [each[:-1] for each in starts.values()])]
        for number in np.flatnonzero(~every):
            few = [
                self._extremes(claim, name, each, np.arange(starts[name][number], starts[name][number + 1]))
                for name, each in members.items()
            ]
            grid = np.array([axis.ravel() for axis in np.meshgrid(*few, indexing="ij")])
            chosen.append((np.full(grid.shape[1], number), grid))
        point = np.concatenate([point for point, _ in chosen])
        rows_of = dict(zip(members, np.concatenate([rows for _, rows in chosen], axis=1), strict=True))
        kept = np.flatnonzero(self._possible(members, rows_of, len(point)))
        kept = kept[np.argsort(point[kept], kind="stable")]
        return Combinations(
            self._at(points),
            {call: _taken(each, points, self.setting.count) for call, each in self.known(claim).items()},
            point[kept],
            {name: each.quantities[rows_of[name][kept]] for name, each in members.items()},
            every,
            members,
        )

    def inside(self, statement: Node, at: Combinations, point: int) -> Inside:
        """Whether a statement is true inside the continua of one of the points that `at` combines equilibria of."""
        here = np.array([point])
        known = {call: _taken(each, here, at.setting.count) for call, each in at.known.items()}
        environment = {name: _some(values, here) for name, values in at.setting.environment.items()}

        def judged(parts: Mapping[str, Floats]) -> tuple[Bools, Bools]:
            calls, corners = dict(known), {call: each.low[:, None] for call, each in known.items()}
            places = _places({name: ends.shape[1] for name, ends in parts.items()})
            for call, each in known.items():
                if call.function in OF_PLAY:
                    ends = parts[structure_of_call(call)]
                    calls[call] = Known(*in_play(call, at.setting, ends), each.size)
                    corners[call] = ends[:, places[structure_of_call(call)], at.setting.quantity(call)]
                    if call.function == "reached":
                        del corners[call]
            shape = (len(next(iter(parts.values()))),)
            surely, possibly = truth(statement, environment, calls, self.equal, corners)
            return np.broadcast_to(surely, shape), np.broadcast_to(possibly, shape)

        members = {name: each.at(here) for name, each in at.members.items()}
        return look_inside(self._faces(members), judged, self.equal)

    def _at(self, points: Integers) -> Setting:
        """The setting at some of the points."""
        whole = self.setting
        return Setting(
            whole.scenario,
            len(points),
            {name: _some(values, points) for name, values in whole.points.items()},
            {name: _some(values, points) for name, values in whole.environment.items()},
            whole.lens,
            whole.span,
        )

    def _extremes(self, claim: Claim, name: str, members: Members, rows: Integers) -> Integers:
        """Of some equilibria of a structure those that have the least or largest of what the claim asks of it."""
        asked = [call for call in claim.calls if call.function in OF_PLAY and structure_of_call(call) == name]
        values = members.quantities[rows][:, [self.setting.quantity(call) for call in asked] or [0]]
        return np.unique(rows[np.concatenate([values.argmin(axis=0), values.argmax(axis=0)])])

    def _possible(self, members: Mapping[str, Members], rows: Mapping[str, Integers], count: int) -> Bools:
        """Which combinations pair a structure with the equilibrium of its fallback that it rests on."""
        possible = np.ones(count, dtype=bool)
        for name, other in self._fallen_back_on(members):
            rests = members[name].fallback[:, rows[name]]
            possible &= _same(rests, members[other].payoffs[:, rows[other]])
        return possible

    def _fallen_back_on(self, members: Mapping[str, Members]) -> Iterator[tuple[str, str]]:
        """Structures with those they fall back on."""
        for name in members:
            for other in fallback_structures(self.setting.scenario.structures[name]):
                if other in members:
                    yield name, other

    def _faces(self, members: Mapping[str, Members]) -> Iterator[dict[str, Face]]:
        """What may be played together at one point: an equilibrium or a continuum of each structure."""
        pairs = list(self._fallen_back_on(members))
        for chosen in product(*(each.components() for each in members.values())):
            rows = dict(zip(members, chosen, strict=True))
            for name, other in pairs:
                # Nothing rests on a mixture of what it falls back on.
                rests = members[name].fallback[:, rows[name].members[:1]]
                if not np.isnan(rests).all():
                    ends = rows[other].members
                    rows[other] = Continuum(ends[_same(rests, members[other].payoffs[:, ends])][:1], True)
            if all(len(each.members) for each in rows.values()):
                yield {name: Face(members[name].quantities[each.members], each.convex) for name, each in rows.items()}

    def _one_by_one(
        self, claim: Claim, points: Integers, may_be_borne: Bools, may_be_broken: Bools
    ) -> NDArray[np.int8]:
        """Verdicts at points that bounds do not decide; the bounds may rule out either kind of equilibria there."""
        at = self.combinations(claim, points)
        # Where a search is through, what was not found is not there.
        through = at.every & np.isin(np.arange(len(points)), at.point)
        for name in structures_of(claim):
            through &= self.solved[name].complete[points]
        statements = borne_out(claim), broken_by(claim)
        seen = np.zeros((2, len(points)), dtype=bool)
        for row, statement in zip(seen, statements, strict=True):
            row[at.point[at.holds(statement, self.equal)]] = True
        sought = np.array([may_be_borne, may_be_broken]) & ~seen
        open_ = sought & ~through
        mixed = {int(each.point[group.members[0]]) for each in at.members.values() for group in each.continua}
        for kind, point in product(range(2), sorted(mixed)):
            if sought[kind, point] and through[point]:
                inside = self.inside(statements[kind], at, point)
                seen[kind, point] = inside.found is not None
                open_[kind, point] = not inside.decided
        borne, broken = seen
        decided = [borne & broken, open_.any(axis=0), borne, broken]
        return np.select(decided, [DEPENDS, UNDECIDED, HOLDS, FAILS], VACUOUS).astype(np.int8)


def borne_out(claim: Claim) -> Node:
    """What is true at equilibria that bear a claim out."""
    return claim.holds.root if claim.given is None else And((claim.given.root, claim.holds.root))


def broken_by(claim: Claim) -> Node:
    """What is true at equilibria that break a claim."""
    fails = Not(claim.holds.root)
    return fails if claim.given is None else And((claim.given.root, fails))


def _places(counts: Mapping[str, int]) -> dict[str, Integers]:
    """Every combination of one end for each structure: structure to the number of its end."""
    grid = np.meshgrid(*(np.arange(count) for count in counts.values()), indexing="ij")
    return {name: axis.ravel() for name, axis in zip(counts, grid, strict=True)}


def _combined(counts: Integers, first: Sequence[Integers]) -> tuple[Integers, Integers]:
    """Every combination of one row for each structure, at every point.

    Parameters
    ----------
    counts, first
        How many rows each structure has at each point, one after the other, and the first; shape (structures, points).

    Returns
    -------
    point, rows
        Shapes (n,) and (structures, n).
    """
    total = counts.prod(axis=0)
    point: Integers = np.repeat(np.arange(counts.shape[1]), total)
    number: Integers = np.arange(len(point)) - np.repeat(np.cumsum(total) - total, total)
    rows: list[Integers] = []
    for place in reversed(range(len(counts))):
        number, own = np.divmod(number, np.maximum(counts[place], 1)[point])
        rows.append(first[place][point] + own)
    return point, np.array(rows[::-1], dtype=np.intp).reshape(len(counts), len(point))


def _same(rests: Floats, payoffs: Floats) -> Bools:
    """Whether equilibria rest on nothing or on these payoffs; shape (players, n) to (n,)."""
    gap = np.abs(rests - payoffs)
    return np.asarray((np.isnan(rests) | (gap <= SAME_FALLBACK * (1.0 + np.abs(payoffs)))).all(axis=0))


def _some(values: Floats, points: Integers) -> Floats:
    return values if len(values) == 1 else values[points]


def _taken(known: Known, points: Integers, count: int) -> Known:
    low, high, size = (np.broadcast_to(each, (count,))[points] for each in (known.low, known.high, known.size))
    return Known(low, high, size)
