"""All structures over a grid of parameter points, as arrays."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kgsim.errors import GameError, StructureError
from kgsim.results import StructureSolution
from kgsim.scenario.model import Scenario
from kgsim.scenario.payoffs import structure_of
from kgsim.studies.design import Grid, Listed
from kgsim.studies.engine import CHUNK, DOUBTS, FAILURES, Ends, Engine
from kgsim.studies.exact import quick, solve_exactly

Mixed: TypeAlias = Literal["auto", "always", "never"]

#: Points that ``mixed="auto"`` hands to the exact solver, over all structures.
MOST_EXACT = 12

#: Share of the machine's memory that a study may fill.
SHARE = 0.5


@dataclass(frozen=True, eq=False)
class Table:
    """Every structure at every point of a grid, points in the grid's order.

    Attributes
    ----------
    structures
        Names, in the order of the first axis of every array.
    reached
        Whether some equilibrium reaches an outcome; shape (structures, outcomes, points).
    low, high
        Least and largest payoff over all equilibria, NaN where there is none; shape (structures, players, points).
    equilibria
        Distinct pure ends, by outcome and payoffs; mixtures of them are not counted. Shape (structures, points).
    complete
        Whether `reached`, `low` and `high` are certain to account for every equilibrium; shape (structures, points).
    exact
        Whether the point was settled by the exact solver; shape (structures, points).
    residual
        Bound on the largest gain from a deviation; shape (structures, points).
    reason, reasons
        Index into `reasons`: why the set may be incomplete or there is no solution, 0 for neither.
    """

    structures: tuple[str, ...]
    reached: NDArray[np.bool_]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    equilibria: NDArray[np.int32]
    complete: NDArray[np.bool_]
    exact: NDArray[np.bool_]
    residual: NDArray[np.float64]
    reason: NDArray[np.int16]
    reasons: tuple[str, ...]


def tabulate(
    scenario: Scenario,
    grid: Grid | Listed,
    structures: Sequence[str] | None = None,
    *,
    mixed: Mixed = "auto",
    engine: Engine | None = None,
    progress: Callable[[int], None] | None = None,
) -> Table:
    """Solve structures at every point of a grid or list.

    Parameters
    ----------
    scenario, grid
        What to solve, and where.
    structures
        Names; all if not given.
    mixed
        Where mixed equilibria may add outcomes or values: ``"auto"`` settles at most `MOST_EXACT` points with the
        exact solver, of structures for which that takes a fraction of a second; ``"always"`` all of them, ``"never"``
        none. What is not settled is marked as not complete.
    engine
        Laid out before, for these structures or more; one is laid out if it is not given.
    progress
        Called with the number of points done since the last call.

    Raises
    ------
    GameError
        If a structure is unknown, or the result would not fit into memory.
    """
    names = tuple(scenario.structures) if structures is None else tuple(dict.fromkeys(structures))
    for name in names:
        structure_of(scenario, name)
    _check_memory(scenario, grid, len(names))
    engine = Engine(scenario, names) if engine is None else engine
    work = _Work(scenario, engine, grid, names)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        # NumPy lets go of the interpreter's lock while it computes, so threads share the chunks out.
        for count in pool.map(work.chunk, range(0, grid.size, CHUNK)):
            if progress is not None:
                progress(count)
    if mixed != "never":
        work.settle(MOST_EXACT if mixed == "auto" else None)
    return work.table()


def _check_memory(scenario: Scenario, grid: Grid | Listed, structures: int) -> None:
    each = structures * (len(scenario.outcomes) + 16 * len(scenario.players) + 20)
    needed = 2.0 * grid.size * each
    memory = float(os.sysconf("SC_PAGE_SIZE")) * os.sysconf("SC_PHYS_PAGES")
    if needed > SHARE * memory:
        raise GameError(
            f"the grid has {grid.size:,} points and would take about {needed / 2**30:.1f} GiB, more than half of this "
            f"machine's {memory / 2**30:.1f} GiB: take fewer values of a parameter, or fewer structures"
        )


class _Work:
    """A table being filled."""

    def __init__(self, scenario: Scenario, engine: Engine, grid: Grid | Listed, names: tuple[str, ...]) -> None:
        self.scenario, self.engine, self.grid, self.names = scenario, engine, grid, names
        shape = (len(names), grid.size)
        self.reached = np.zeros((len(names), len(scenario.outcomes), grid.size), dtype=bool)
        self.low = np.full((len(names), len(scenario.players), grid.size), np.nan)
        self.high = self.low.copy()
        self.equilibria = np.zeros(shape, dtype=np.int32)
        self.exact = np.zeros(shape, dtype=bool)
        self.residual = np.zeros(shape)
        self.reason = np.zeros(shape, dtype=np.int16)
        self.doubtful = np.zeros(shape, dtype=bool)
        self.reasons = ["", *FAILURES[1:], *DOUBTS[1:]]

    def chunk(self, first: int) -> int:
        """Solve the chunk of points that starts at `first`; returns how many they are."""
        last = min(first + CHUNK, self.grid.size)
        points = self.grid.points(first, last)
        payoffs = self.engine.payoffs(points)
        solved = self.engine.solve(points, payoffs)
        for row, name in enumerate(self.names):
            self.enter(row, first, solved[name], payoffs)
        return last - first

    def enter(self, row: int, first: int, ends: Ends, payoffs: NDArray[np.float64]) -> None:
        """Enter a structure's solution at the points of a chunk."""
        here = slice(first, first + len(ends.failure))
        rows = np.flatnonzero(ends.inner.any(axis=1))
        inner, deals = ends.inner[rows], ends.deals[rows]
        outcomes = self.engine.deals.outcomes[deals]
        for rule in np.unique(outcomes):
            self.reached[row, rule, here] = inner[outcomes == rule].any(axis=0)
        some = inner.any(axis=0)
        for player, worth in enumerate(payoffs[:, deals]):
            low = np.where(inner, worth, np.inf).min(axis=0, initial=np.inf)
            high = np.where(inner, worth, -np.inf).max(axis=0, initial=-np.inf)
            self.low[row, player, here] = np.where(some, low, np.nan)
            self.high[row, player, here] = np.where(some, high, np.nan)
        self.equilibria[row, here] = distinct(inner, outcomes, payoffs[:, deals])
        self.residual[row, here] = np.where(some, ends.residual, np.nan)
        self.doubtful[row, here] = ends.doubt > 0
        doubt = np.where(ends.doubt > 0, ends.doubt + len(FAILURES) - 1, 0)
        self.reason[row, here] = np.where(ends.failure > 0, ends.failure, doubt)

    def settle(self, most: int | None) -> None:
        """Hand doubtful points to the exact solver, at most `most` (any number if None)."""
        rows = [
            row for row, name in enumerate(self.names) if most is None or quick(self.scenario, name, self.engine.plans)
        ]
        left = sum(int(self.doubtful[row].sum()) for row in rows) if most is None else most
        for row in sorted(rows, key=lambda row: int(self.doubtful[row].sum())):
            points = np.flatnonzero(self.doubtful[row])
            if len(points) <= left:
                left -= len(points)
                for point in points:
                    self._settle(row, int(point))

    def _settle(self, row: int, point: int) -> None:
        values = {name: float(column[0]) for name, column in self.grid.points(point, point + 1).items()}
        self.exact[row, point] = True
        self.doubtful[row, point] = False
        self.reached[row, :, point] = False
        self.low[row, :, point] = self.high[row, :, point] = self.residual[row, point] = np.nan
        self.equilibria[row, point] = 0
        try:
            solution = solve_exactly(self.scenario, self.names[row], values)
        except StructureError as error:
            self.reason[row, point] = self._number(str(error))
            return
        self.reason[row, point] = self._number(_why(solution))
        self.doubtful[row, point] = not solution.complete and not solution.unsolved
        if solution.equilibria:
            self._enter_solution(row, point, solution)

    def _enter_solution(self, row: int, point: int, solution: StructureSolution) -> None:
        reached = [rule.name in solution.outcomes for rule in self.scenario.outcomes]
        bounds = np.array([solution.values[player] for player in self.scenario.players])
        self.reached[row, :, point] = reached
        self.low[row, :, point], self.high[row, :, point] = bounds.T
        self.equilibria[row, point] = sum(equilibrium.pure for equilibrium in solution.equilibria)
        self.residual[row, point] = solution.residual

    def _number(self, reason: str) -> int:
        if reason not in self.reasons:
            self.reasons.append(reason)
        return self.reasons.index(reason)

    def table(self) -> Table:
        """The finished table."""
        return Table(
            structures=self.names,
            reached=self.reached,
            low=self.low,
            high=self.high,
            equilibria=self.equilibria,
            complete=self.reached.any(axis=1) & ~self.doubtful,
            exact=self.exact,
            residual=self.residual,
            reason=self.reason,
            reasons=tuple(self.reasons),
        )


def _why(solution: StructureSolution) -> str:
    if solution.unsolved:
        return solution.unsolved
    return "" if solution.complete else "; ".join(solution.reasons)


def distinct(members: NDArray[np.bool_], outcomes: NDArray[np.intp], payoffs: NDArray[np.float64]) -> NDArray[np.int32]:
    """How many members of each point's set differ by outcome or payoffs.

    Shapes (deals, points), (deals,) and (players, deals, points) to (points,).
    """
    count: NDArray[np.int32] = members.sum(axis=0, dtype=np.int32)
    several = np.flatnonzero(count > 1)
    rows = np.flatnonzero(members[:, several].any(axis=1))
    for place, row in enumerate(rows):
        for other in rows[:place]:
            if outcomes[row] != outcomes[other]:
                continue
            both = several[members[row, several] & members[other, several]]
            gap = np.abs(payoffs[:, row, both] - payoffs[:, other, both])
            same = both[(gap <= 1e-9 * (1.0 + np.abs(payoffs[:, row, both]))).all(axis=0)]
            count[same] -= 1
    return count
