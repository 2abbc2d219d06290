"""A stage of a game as its movers see it: what can be chosen, and the equilibria of what follows each choice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kgsim.games.objectives import Objective, own_payoff
from kgsim.solvers.staged.continuations import Collector, Continuations, Piece, Play, Point
from kgsim.tolerances import MIXTURES, merged, tied

Actions = tuple[int, ...]


@dataclass(frozen=True)
class Caps:
    """How far sets are enumerated before the solution says that it is not complete.

    Attributes
    ----------
    points
        Lotteries kept in one subgame.
    selections
        Selections of continuation equilibria for which the mixed equilibria of one stage are sought, or the choice of a
        bloc whose rule looks at all positions together.
    branches
        Combinations of tied components that are mixed at one node.
    """

    points: int = 2000
    selections: int = 256
    branches: int = 64


@dataclass(frozen=True, eq=False)
class Stage:
    """The decision of one stage at one history.

    Attributes
    ----------
    objectives
        One per mover.
    shape
        Actions of each mover.
    cells
        The equilibria that can follow each action profile, in C order; equal subgames share one object.
    among_others
        Actions of the first mover beside which there are further ones with like continuations, which are not listed.
    """

    objectives: tuple[Objective, ...]
    shape: tuple[int, ...]
    cells: tuple[Continuations, ...]
    among_others: frozenset[int] = frozenset()

    def after(self, profile: Actions) -> Continuations:
        """The equilibria that can follow an action profile."""
        return self.cells[int(np.ravel_multi_index(profile, self.shape))]

    @cached_property
    def identity(self) -> NDArray[np.intp]:
        """For each action profile the number of its distinct set of continuations, of the stage's shape."""
        numbers = {id(cell): number for number, cell in enumerate(self.distinct)}
        return np.array([numbers[id(cell)] for cell in self.cells]).reshape(self.shape)

    @cached_property
    def distinct(self) -> tuple[Continuations, ...]:
        """The distinct sets of continuations."""
        return tuple({id(cell): cell for cell in self.cells}.values())

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """All that can follow."""
        return tuple({point.lottery: point for cell in self.distinct for point in cell.points}.values())

    @cached_property
    def scores(self) -> tuple[Scores, ...]:
        """What each mover makes of all that can follow, if its objective is a scalar."""
        return tuple(Scores(objective, self.points) for objective in self.objectives)

    @cached_property
    def bounds(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Worst and best continuation of each profile for each mover with a scalar objective.

        Each of shape (movers, *shape).
        """
        ranges = []
        for cell in self.distinct:
            scores = np.array([list(map(score, cell.points)) for score in self.scores])
            ranges.append((scores.min(axis=1), scores.max(axis=1)))
        worst, best = np.moveaxis(np.array(ranges)[self.identity], (-2, -1), (0, 1))
        return worst, best

    def grouped(self) -> Iterator[tuple[Continuations, list[Actions]]]:
        """Distinct sets of continuations, each with the action profiles that lead to it."""
        for number, cell in enumerate(self.distinct):
            yield cell, [tuple(int(a) for a in index) for index in np.argwhere(self.identity == number)]


class Scores:
    """A scalar objective of points, in which values that differ by rounding alone are one number.

    Parameters
    ----------
    objective
        The objective.
    points
        All that can follow a stage; mixtures of them may be asked for later.
    """

    def __init__(self, objective: Objective, points: Sequence[Point]) -> None:
        self._objective = objective
        self._values, self._sizes = self._computed(points)
        self._values = merged(self._values, self._sizes)
        self._known = {point.lottery: float(value) for value, point in zip(self._values, points, strict=True)}

    def __call__(self, point: Point) -> float:
        """The objective of one point."""
        if point.lottery not in self._known:
            values, sizes = self._computed([point])
            same = np.flatnonzero(tied(self._values, values, np.maximum(self._sizes, sizes)))
            self._known[point.lottery] = float(self._values[same[0]] if len(same) else values[0])
        return self._known[point.lottery]

    def _computed(self, points: Sequence[Point]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        payoffs, sizes = np.array([point.payoffs for point in points]), np.array([point.sizes for point in points])
        mixed = np.array([len(point.lottery) > 1 for point in points])
        size = self._objective.size(payoffs, sizes) * np.where(mixed, MIXTURES, 1.0)
        return np.asarray(self._objective.score(payoffs)), np.asarray(size)


def members_payoffs(bloc: Objective, points: Sequence[Point]) -> NDArray[np.float64]:
    """Payoffs of points in which those of a bloc's member that differ by rounding alone are one number."""
    payoffs = np.array([point.payoffs for point in points])
    for member in bloc.members:
        payoffs[:, member] = list(map(Scores(own_payoff(member, payoffs.shape[1]), points), points))
    return payoffs


def start(profile: Actions, point: Point) -> Point:
    """The point of a subgame that plays `profile` for certain and goes on to `point`."""
    mixes = tuple(((action, 1.0),) for action in profile)
    return Point(point.lottery, point.payoffs, point.sizes, [Play(mixes, {profile: point})])


def record(found: Collector, profile: Actions, components: Iterable[Point | Piece]) -> None:
    """Add pure play of `profile` followed by each component."""
    for component in components:
        if isinstance(component, Point):
            found.add(start(profile, component))
        else:
            started = [start(profile, point) for point in component.points]
            for point in started:
                found.add(point)
            found.add_piece(started, convex=component.convex)
