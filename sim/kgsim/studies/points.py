"""A sweep as a job: every structure, and every claim, at the points of one chunk of the grid."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kgsim.claims.claimed import ClaimsAtPoints
from kgsim.claims.decide import structures_of
from kgsim.engine.engine import CHUNK, Engine, in_order, worth_compiling
from kgsim.engine.exact import quick, solve_exactly
from kgsim.errors import StructureError
from kgsim.execution.run import Arrays
from kgsim.results import StructureSolution
from kgsim.scenario.model import Scenario
from kgsim.scenario.transforms import without_moves
from kgsim.studies.design import Grid
from kgsim.studies.table import REASONS, entered

Mixed: TypeAlias = Literal["auto", "always", "never"]

#: Points of a chunk: about a second's work, and the least that an interruption can cost.
POINTS = 4096

#: The same where points may go to the solver of single points.
FEW = 64


class Variable(NamedTuple):
    """One of a study's variables: its dimensions before those of the grid, its type, and what it says."""

    leading: tuple[str, ...]
    dtype: type[Any]
    about: str


#: What is known of every point. A chunk has each with its points along the last axis; as ``doubtful`` also the points
#: that the solver of single points might settle, and as ``further`` the texts of reasons that `REASONS` does not hold.
VARIABLES: Mapping[str, Variable] = {
    "reached": Variable(("structure", "outcome"), np.bool_, "some equilibrium reaches the outcome"),
    "low": Variable(("structure", "player"), np.float64, "least payoff over all equilibria"),
    "high": Variable(("structure", "player"), np.float64, "largest payoff over all equilibria"),
    "equilibria": Variable(("structure",), np.int32, "distinct pure ends of equilibria"),
    "complete": Variable(("structure",), np.bool_, "every equilibrium is accounted for"),
    "exact": Variable(("structure",), np.bool_, "settled by the solver of single points"),
    "residual": Variable(("structure",), np.float64, "bound on the largest gain from a deviation"),
    "reason": Variable(("structure",), np.int16, "why not complete or not solved, 0 if neither"),
    "verdict": Variable(("claim",), np.int8, "whether the claim holds"),
    "sure": Variable(("claim",), np.bool_, "equilibria that might change the verdict are ruled out"),
}


class _Ready(NamedTuple):
    """One combination of moves, ready to be solved."""

    scenario: Scenario
    engine: Engine
    claims: ClaimsAtPoints


@dataclass(frozen=True, eq=False)
class Sweep:
    """The job of solving structures over a grid (see `kgsim.execution.run.Job`).

    Attributes
    ----------
    scenario
        With the swept terms of menus made parameters.
    structures
        Names of the structures to solve.
    grid
        Where.
    mixed
        Whether points at which mixed equilibria may add something go to the solver of single points: ``"always"`` all
        of them, in their chunk; ``"auto"`` a few, once all chunks are done; ``"never"`` none.
    points
        How many of the grid's points make a chunk.
    """

    scenario: Scenario
    structures: tuple[str, ...]
    grid: Grid
    mixed: Mixed
    points: int

    @cached_property
    def solved(self) -> tuple[str, ...]:
        """The structures and those they fall back on."""
        return tuple(in_order(self.scenario, self.structures))

    @cached_property
    def claims(self) -> tuple[str, ...]:
        """The claims that speak of structures solved here alone."""
        return tuple(
            name for name, claim in self.scenario.claims.items() if set(structures_of(claim)) <= set(self.solved)
        )

    @property
    def chunks(self) -> int:
        """Chunks never mix combinations of moves."""
        return (self.grid.size // self.grid.each) * ceil(self.grid.each / self.points)

    @cached_property
    def identity(self) -> Mapping[str, str]:
        """See `kgsim.execution.run.Job`."""
        fixed = " ".join(f"{name}={value!r}" for name, value in sorted(self.grid.fixed.items()))
        return {
            "study": "sweep",
            "scenario": self.scenario.name,
            "text": self.scenario.digest,
            "structures": " ".join(self.structures),
            "swept": " ".join(self.grid.coordinates),
            **{f"values of {name}": digest(values) for name, values in self.grid.coordinates.items()},
            "setting": fixed or "none",
            "mixed": self.mixed,
            "points a chunk": str(self.points),
        }

    def lengths(self) -> dict[str, int]:
        """Length of every dimension that `VARIABLES` name."""
        return {
            "structure": len(self.structures),
            "outcome": len(self.scenario.outcomes),
            "player": len(self.scenario.players),
            "claim": len(self.claims),
        }

    def variables(self) -> dict[str, Variable]:
        """The variables of this study; those of claims only if it has any."""
        return {name: each for name, each in VARIABLES.items() if self.claims or "claim" not in each.leading}

    def bounds(self, chunk: int) -> tuple[int, int]:
        """The points of a chunk: the first, and the one after the last."""
        combination, part = divmod(chunk, ceil(self.grid.each / self.points))
        first = combination * self.grid.each + part * self.points
        return first, min(first + self.points, (combination + 1) * self.grid.each)

    def __call__(self, chunk: int, /) -> Arrays:
        """Solve a chunk: the arrays of `VARIABLES`, ``doubtful`` and ``further``."""
        first, last = self.bounds(chunk)
        parts = [self._solved(start, min(start + CHUNK, last)) for start in range(first, last, CHUNK)]
        arrays = {name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]}
        further: list[str] = []
        if self.mixed == "always":
            for row, point in np.argwhere(arrays["doubtful"]).tolist():
                settled = self.settled(row, first + point)
                further += [settled.reason] if settled.reason not in (*REASONS, *further) else []
                settled.enter(arrays, row, point, [*REASONS, *further].index(settled.reason))
        return {**arrays, "further": np.array(further, dtype=np.str_)}

    def check_moves(self) -> None:
        """Raise GameError if a swept move cannot be taken away from a structure, alone or together with others."""
        without_moves(self.scenario, tuple(self.grid.switches), self.solved)

    def quick(self, row: int) -> bool:
        """Whether single points of a structure are settled in a fraction of a second."""
        return quick(self.scenario, self.structures[row], self._ready(0).engine.plans)

    def settled(self, row: int, point: int) -> Settled:
        """Hand one point of one structure to the solver of single points."""
        values = {name: float(column[0]) for name, column in self.grid.points(point, point + 1).items()}
        scenario = self._ready(point // self.grid.each).scenario
        try:
            return Settled.of(scenario, solve_exactly(scenario, self.structures[row], values))
        except StructureError as error:
            return Settled.failed(scenario, str(error))

    @cached_property
    def _known(self) -> dict[int, _Ready]:
        return {}

    def _ready(self, combination: int) -> _Ready:
        if combination not in self._known:
            self._known.clear()
            scenario = without_moves(self.scenario, self.grid.missing(combination), self.solved)
            engine = Engine(scenario, self.structures, fast=worth_compiling(self.grid.size))
            self._known[combination] = _Ready(scenario, engine, ClaimsAtPoints(scenario, engine, self.claims))
        return self._known[combination]

    def _solved(self, first: int, last: int) -> Arrays:
        ready = self._ready(first // self.grid.each)
        points = self.grid.points(first, last)
        payoffs = ready.engine.payoffs(points)
        solved = ready.engine.solve(points, payoffs)
        rows = [entered(ready.engine, solved[name], payoffs) for name in self.structures]
        arrays = {name: np.array([row[name] for row in rows]) for name in rows[0]}
        if self.claims:
            answers = ready.claims.at(points, payoffs, solved)
            arrays |= {"verdict": answers.verdict, "sure": answers.sure}
        return arrays

    def __getstate__(self) -> dict[str, Any]:
        # What was prepared is prepared again elsewhere: it is large, and quick to make.
        return {name: getattr(self, name) for name in ("scenario", "structures", "grid", "mixed", "points")}


class Settled(NamedTuple):
    """What the solver of single points says of one structure at one point; `values` by variable of `VARIABLES`."""

    values: Mapping[str, Any]
    reason: str

    @classmethod
    def failed(cls, scenario: Scenario, reason: str) -> Settled:
        """Nothing, for a reason."""
        nothing = {"reached": False, "low": np.nan, "high": np.nan, "equilibria": 0, "residual": np.nan}
        return cls({**nothing, "complete": False, "exact": True}, reason)

    @classmethod
    def of(cls, scenario: Scenario, solution: StructureSolution) -> Settled:
        """A solution."""
        if not solution.equilibria:
            return cls.failed(scenario, solution.unsolved or "; ".join(solution.reasons))
        low, high = np.array([solution.values[player] for player in scenario.players]).T
        values = {
            "reached": [rule.name in solution.outcomes for rule in scenario.outcomes],
            "low": low,
            "high": high,
            "equilibria": sum(equilibrium.pure for equilibrium in solution.equilibria),
            "complete": solution.complete,
            "exact": True,
            "residual": solution.residual,
        }
        return cls(values, "" if solution.complete else "; ".join(solution.reasons))

    def enter(self, arrays: Mapping[str, NDArray[Any]], row: int, point: int, reason: int) -> None:
        """Enter it into arrays whose last axis is points; `reason` is the number of its reason."""
        for name, value in {**self.values, "reason": reason}.items():
            arrays[name][row, ..., point] = value


def digest(values: NDArray[Any]) -> str:
    """SHA-256 of an array's type and numbers."""
    return hashlib.sha256(f"{values.dtype.str} {values.shape} ".encode() + values.tobytes()).hexdigest()
