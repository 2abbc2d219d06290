"""A stage of a game as its movers see it: what can be chosen, and the equilibria of what follows each choice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kgsim.games.objectives import Efficient, Linear, NashProduct, Objective
from kgsim.solvers.staged.continuations import Collector, Continuations, Piece, Play, Point, Score

Actions = tuple[int, ...]

#: Relative to a mover's range of objective values, the difference below which two values are a tie. Small, because one
#: forbidding payoff of -1e9 stretches the range; what it has to absorb is the rounding of mixtures.
TOLERANCE = 1e-11

#: Relative to the size of payoffs, the difference below which an objective's values differ by rounding alone.
ROUNDING = 1e-14


@dataclass(frozen=True)
class Caps:
    """How far sets are enumerated before the solution says that it is not complete.

    Attributes
    ----------
    points
        Lotteries kept in one subgame.
    selections
        Selections of continuation equilibria for which the mixed equilibria of one stage are sought.
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
    tolerances
        For each mover, the difference of objective values below which two are a tie.
    shape
        Actions of each mover.
    cells
        The equilibria that can follow each action profile, in C order; equal subgames share one object.
    """

    objectives: tuple[Objective, ...]
    tolerances: tuple[float, ...]
    shape: tuple[int, ...]
    cells: tuple[Continuations, ...]

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
    def bounds(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Worst and best continuation of each profile for each mover with a scalar objective.

        Each of shape (movers, *shape).
        """
        ranges = []
        for cell in self.distinct:
            payoffs = payoffs_of([cell])
            scores = np.array([_scalar(objective).score(payoffs) for objective in self.objectives])
            ranges.append((scores.min(axis=1), scores.max(axis=1)))
        worst, best = np.moveaxis(np.array(ranges)[self.identity], (-2, -1), (0, 1))
        return worst, best

    def grouped(self) -> Iterator[tuple[Continuations, list[Actions]]]:
        """Distinct sets of continuations, each with the action profiles that lead to it."""
        for number, cell in enumerate(self.distinct):
            yield cell, [tuple(int(a) for a in index) for index in np.argwhere(self.identity == number)]


def scorer(objective: Objective) -> Score:
    """A scalar objective as a function of a point."""
    scalar = _scalar(objective)
    return lambda point: float(scalar.score(point.payoffs))


def _scalar(objective: Objective) -> Linear | NashProduct:
    if isinstance(objective, Efficient):
        raise TypeError("mutual veto ranks no two positions that some member prefers each way")
    return objective


def start(profile: Actions, point: Point) -> Point:
    """The point of a subgame that plays `profile` for certain and goes on to `point`."""
    mixes = tuple(((action, 1.0),) for action in profile)
    return Point(point.lottery, point.payoffs, [Play(mixes, {profile: point})])


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


def tie(payoffs: NDArray[np.float64], objective: Linear | NashProduct | Efficient) -> float:
    """The difference of an objective's values below which they are a tie, from all payoff vectors (m, players)."""
    if isinstance(objective, Linear):
        scores = objective.score(payoffs)
        size = np.abs(payoffs).max(axis=0) @ np.abs(np.array(objective.weights))
        return float(max(TOLERANCE * np.ptp(scores), ROUNDING * size, np.finfo(float).tiny))
    return float(np.exp(np.log(member_ties(payoffs, objective)).mean()))


def member_ties(payoffs: NDArray[np.float64], bloc: NashProduct | Efficient) -> NDArray[np.float64]:
    """For each member of a bloc the difference of payoffs below which they are a tie, shape (members,)."""
    members = payoffs[:, list(bloc.members)]
    ties = np.maximum(TOLERANCE * np.ptp(members, axis=0), ROUNDING * np.abs(members).max(axis=0))
    return np.asarray(np.maximum(ties, np.finfo(float).tiny))


def tied(values: NDArray[np.float64], tolerance: float) -> NDArray[np.float64]:
    """Values of any shape in which those that differ from a neighbour by no more than a tolerance are one number."""
    distinct, inverse = np.unique(values, return_inverse=True)
    apart = np.diff(distinct, prepend=-np.inf) > tolerance
    return np.asarray(distinct[apart][np.cumsum(apart) - 1][inverse]).reshape(values.shape)


def payoffs_of(cells: Sequence[Continuations]) -> NDArray[np.float64]:
    """Payoff vectors of all points of some sets, shape (points, players)."""
    return np.array([point.payoffs for cell in cells for point in cell.points])
