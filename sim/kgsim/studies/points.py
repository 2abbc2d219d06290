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

from kgsim.claims.at_points import AtPoints, settled_of
from kgsim.claims.functions import structures_of
from kgsim.engine.engine import CHUNK, worth_compiling
from kgsim.execution.run import Arrays
from kgsim.scenario.model import Scenario
from kgsim.scenario.on_the_table import offers_asked
from kgsim.scenario.transforms import without_moves
from kgsim.structures.solution import in_order
from kgsim.studies.design import Grid
from kgsim.studies.table import entered, offered

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


#: What is known of every point. A chunk has each with its points along the last axis.
VARIABLES: Mapping[str, Variable] = {
    "reached": Variable(("structure", "outcome"), np.bool_, "some equilibrium reaches the outcome"),
    "low": Variable(("structure", "player"), np.float64, "least payoff over all equilibria"),
    "high": Variable(("structure", "player"), np.float64, "largest payoff over all equilibria"),
    "equilibria": Variable(("structure",), np.int32, "distinct pure ends of equilibria"),
    "complete": Variable(("structure",), np.bool_, "every equilibrium is accounted for"),
    "exact": Variable(("structure",), np.bool_, "settled by the solver of single points"),
    "residual": Variable(("structure",), np.float64, "bound on the largest gain from a deviation"),
    "reason": Variable(("structure",), np.int16, "why not complete or not solved, 0 if neither"),
    "offer_low": Variable(("structure", "offer"), np.float64, "least that is offered and taken up over all equilibria"),
    "offer_high": Variable(("structure", "offer"), np.float64, "most that is offered and taken up over all equilibria"),
    "verdict": Variable(("claim",), np.int8, "whether the claim holds"),
}


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
        Whether points at which equilibria are not ruled out go to the solver of single points: ``"always"`` all of
        them; ``"auto"`` as many as the work allows; ``"never"`` none.
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
    def offers(self) -> tuple[str, ...]:
        """The menu values that claims ask for."""
        return offers_asked(self.scenario)

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
            "offer": len(self.offers),
            "claim": len(self.claims),
        }

    def variables(self) -> dict[str, Variable]:
        """The variables of this study; those of claims and of offers only if it has any."""
        lengths = self.lengths()
        return {name: each for name, each in VARIABLES.items() if all(lengths[axis] for axis in each.leading)}

    def bounds(self, chunk: int) -> tuple[int, int]:
        """The points of a chunk: the first, and the one after the last."""
        combination, part = divmod(chunk, ceil(self.grid.each / self.points))
        first = combination * self.grid.each + part * self.points
        return first, min(first + self.points, (combination + 1) * self.grid.each)

    def __call__(self, chunk: int, /) -> Arrays:
        """Solve a chunk: the arrays of `VARIABLES`."""
        first, last = self.bounds(chunk)
        parts = [self._solved(start, min(start + CHUNK, last)) for start in range(first, last, CHUNK)]
        return {name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]}

    def check_moves(self) -> None:
        """Raise GameError if a swept move cannot be taken away from a structure, alone or together with others."""
        without_moves(self.scenario, tuple(self.grid.switches), self.solved)

    @cached_property
    def _known(self) -> dict[int, AtPoints]:
        return {}

    def _ready(self, combination: int) -> AtPoints:
        if combination not in self._known:
            self._known.clear()
            self._known[combination] = AtPoints(
                without_moves(self.scenario, self.grid.missing(combination), self.solved),
                self.structures,
                self.claims,
                fast=worth_compiling(self.grid.size),
                certified=True,
            )
        return self._known[combination]

    def _solved(self, first: int, last: int) -> Arrays:
        play = self._ready(first // self.grid.each)
        settle = {"never": 0, "auto": settled_of(self.grid.size, CHUNK), "always": None}[self.mixed]
        answers = play.at(self.grid.points(first, last), settle=settle)
        found = entered(play, answers) | (offered(play, answers) if self.offers else {})
        return found | ({"verdict": answers.verdict} if self.claims else {})

    def __getstate__(self) -> dict[str, Any]:
        # What was prepared is prepared again elsewhere: it is large, and quick to make.
        return {name: getattr(self, name) for name in ("scenario", "structures", "grid", "mixed", "points")}


def digest(values: NDArray[Any]) -> str:
    """SHA-256 of an array's type and numbers."""
    return hashlib.sha256(f"{values.dtype.str} {values.shape} ".encode() + values.tobytes()).hexdigest()
