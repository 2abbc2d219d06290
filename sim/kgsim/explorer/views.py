"""What an explorer shows, as plain data: the regime map around a point, and every structure at the point."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from kgsim.claims.at_points import Answers, AtPoints
from kgsim.claims.functions import structures_of
from kgsim.errors import GameError
from kgsim.explorer.borders import borders
from kgsim.plots.sweeps import distinct_sets
from kgsim.results import VERDICTS, Verdict
from kgsim.scenario.arguments import structures_given
from kgsim.scenario.model import Parameter, Scenario
from kgsim.scenario.names import suggestion
from kgsim.structures.solution import in_order
from kgsim.studies.design import Grid, Listed
from kgsim.studies.table import REASONS, Table, entered, tabulate
from kgsim.wording import Interval

P = ParamSpec("P")
T = TypeVar("T")

#: Points times cells of a structure's plan that a map may take: while a slider moves, and when it rests.
MOVING, RESTING = 5e5, 3e6

#: Points a side of a map.
FEWEST, MOST = 11, 31

#: Answers that are kept, at most.
MOST_KEPT = 256

#: Values of each parameter at which `telling` looks.
LOOKS = 9


@dataclass(frozen=True, eq=False)
class RegimeMap:
    """Which outcomes are equilibria over two parameters, the others held fixed.

    Attributes
    ----------
    x, y
        Values of the two parameters, shapes (m,) and (n,).
    regimes
        The distinct sets of equilibrium outcomes; an empty one is where there is no solution.
    number
        Which of `regimes` holds at a point; shape (n, m).
    complete
        Whether every equilibrium is accounted for; shape (n, m).
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    regimes: tuple[tuple[str, ...], ...]
    number: NDArray[np.intp]
    complete: NDArray[np.bool_]


@dataclass(frozen=True)
class Standing:
    """One structure at one point.

    Attributes
    ----------
    outcomes
        Outcomes that some equilibrium reaches; empty if there is no solution.
    values
        Player to the least and largest payoff over all equilibria.
    reason
        Why there is no solution, or why there may be further equilibria; empty if neither.
    """

    outcomes: tuple[str, ...]
    values: Mapping[str, Interval]
    reason: str


@dataclass(frozen=True)
class Situation:
    """Every structure at one point, and the verdict on each claim that speaks of them alone."""

    standings: Mapping[str, Standing]
    verdicts: Mapping[str, Verdict]


def kept(find: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], T]:
    """Keep what a method of `Views` found: every page that is opened asks the same at its start."""

    @wraps(find)
    def found(views: Any, /, *asked: P.args, **named: P.kwargs) -> T:
        words = [tuple(each.items()) if isinstance(each, Mapping) else each for each in asked]
        key = (find.__name__, *words)
        if key not in views.found:
            if len(views.found) >= MOST_KEPT:
                views.found.clear()
            views.found[key] = find(views, *asked, **named)
        return views.found[key]  # type: ignore[no-any-return]

    return found


class Views:
    """A scenario laid out for looking at many points in quick succession.

    Parameters
    ----------
    scenario
        As `kgsim.load` gives it.
    structures
        Names of the structures to look at; all if not given.

    Raises
    ------
    GameError
        If a structure is unknown, or fewer than two parameters have a range to move in.
    """

    def __init__(self, scenario: Scenario, structures: str | Sequence[str] | None = None) -> None:
        self.scenario = scenario
        self.found: dict[tuple[object, ...], Any] = {}
        self.structures = structures_given(scenario, structures)
        if not self.structures:
            raise GameError("there is no structure to explore: name one or more")
        if len(self.movable) < 2:
            raise GameError("exploring needs two parameters whose range is wider than a point; give them a range")
        claims = [name for name, each in scenario.claims.items() if set(structures_of(each)) <= set(self.structures)]
        self._all = AtPoints(scenario, self.structures, claims)
        self._single = {name: AtPoints(scenario, (name,)) for name in self.structures}

    @property
    def movable(self) -> dict[str, Parameter]:
        """Parameters with a range to move in, in the scenario's order."""
        return {name: each for name, each in self.scenario.parameters.items() if each.range[0] < each.range[1]}

    def check(self, name: str) -> str:
        """Return the name of a parameter that can be moved.

        Raises
        ------
        GameError
            If there is none of that name.
        """
        if name not in self.movable:
            hint = suggestion(name, self.movable, "parameter")
            raise GameError(f"there is no parameter {name!r} to move in scenario {self.scenario.name}. {hint}")
        return name

    def side(self, structure: str, effort: float) -> int:
        """Points a side of a structure's map, for an effort such as `MOVING`; the fewest where types are private."""
        if self.scenario.types:
            return FEWEST
        plans = self._single[structure].engine.plans
        cells = sum(
            len(layer.entry_cell) + len(layer.cell_child)
            for name in in_order(self.scenario, [structure])
            for layer in plans[name].layers
        )
        return int(np.clip((effort / max(cells, 1)) ** 0.5, FEWEST, MOST))

    @kept
    def map(self, structure: str, axes: tuple[str, str], values: Mapping[str, float], effort: float) -> RegimeMap:
        """Solve a structure over the ranges of two parameters, the others as `values` say."""
        side = self.side(structure, effort)
        x, y = (np.linspace(*self.scenario.parameters[name].range, side) for name in axes)
        others = {name: value for name, value in values.items() if name not in axes}
        grid = Grid({axes[1]: y, axes[0]: x}, others)
        table = tabulate(self._single[structure], grid, settle=self._settled)
        regimes, number = distinct_sets(self._outcomes, table.reached[0])
        return RegimeMap(x, y, tuple(regimes), number.reshape(grid.shape), table.complete[0].reshape(grid.shape))

    @kept
    def borders(
        self, structure: str, axes: tuple[str, str], values: Mapping[str, float]
    ) -> tuple[list[list[float]], list[list[float]]]:
        """Return where the answer changes on the map at rest, as `kgsim.explorer.borders.borders` does."""

        def reached(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
            columns = {name: np.full(len(x), float(value)) for name, value in values.items()}
            return self.reached(structure, {**columns, axes[0]: x, axes[1]: y})

        return borders(self.map(structure, axes, values, RESTING), reached)

    def reached(self, structure: str, points: Mapping[str, NDArray[np.float64]]) -> NDArray[np.bool_]:
        """Which outcomes some equilibrium reaches at some points; shape (outcomes, points)."""
        listed = Listed(points, len(next(iter(points.values()))))
        return np.asarray(tabulate(self._single[structure], listed, settle=self._settled).reached[0])

    @kept
    def at(self, structure: str, values: Mapping[str, float]) -> Standing:
        """Solve one structure at one point."""
        return self._standing(Table(**entered(self._single[structure], self._answers(structure, values))), 0)

    @kept
    def everywhere(self, values: Mapping[str, float]) -> Situation:
        """Solve every structure at one point, and judge the claims on them."""
        answers = self._answers(None, values)
        table = Table(**entered(self._all, answers))
        standings = {name: self._standing(table, row) for row, name in enumerate(self.structures)}
        verdicts = zip(self._all.claims, answers.verdict[:, 0], strict=True)
        return Situation(standings, {name: VERDICTS[verdict] for name, verdict in verdicts})

    @cached_property
    def base(self) -> Situation:
        """The situation at the values that the file states."""
        return self.everywhere(self.scenario.base)

    def _answers(self, structure: str | None, values: Mapping[str, float]) -> Answers:
        play = self._all if structure is None else self._single[structure]
        return play.at({name: np.array([value]) for name, value in values.items()}, settle=1)

    def telling(self, structure: str, values: Mapping[str, float]) -> tuple[str, str]:
        """The two parameters along whose ranges a structure's outcomes change most often, in the scenario's order."""
        changes = self.turns(structure, values)
        names = list(changes)
        first, second = sorted(sorted(range(len(names)), key=lambda place: -changes[names[place]])[:2])
        return names[first], names[second]

    @kept
    def turns(self, structure: str, values: Mapping[str, float]) -> dict[str, int]:
        """How often a structure's outcomes change along each parameter's range, the others as `values` say."""
        names = list(self.movable)
        looks = [np.linspace(*self.movable[name].range, LOOKS) for name in names]
        columns = {name: np.full(LOOKS * len(names), float(value)) for name, value in values.items()}
        for place, (name, look) in enumerate(zip(names, looks, strict=True)):
            columns[name][place * LOOKS : (place + 1) * LOOKS] = look
        reached = self.reached(structure, columns).reshape(len(self._outcomes), len(names), LOOKS)
        changes = (reached[..., 1:] != reached[..., :-1]).any(axis=0).sum(axis=-1)
        return dict(zip(names, changes.tolist(), strict=True))

    @property
    def _settled(self) -> int | None:
        """Points that go to the solver of single points: none but where private types leave nothing else."""
        return None if self.scenario.types else 0

    @property
    def _outcomes(self) -> list[str]:
        return [rule.name for rule in self.scenario.outcomes]

    def _standing(self, table: Table, row: int) -> Standing:
        reached = table.reached[row, :, 0]
        bounds = zip(self.scenario.players, table.low[row, :, 0], table.high[row, :, 0], strict=True)
        return Standing(
            outcomes=tuple(name for name, there in zip(self._outcomes, reached, strict=True) if there),
            values={player: (float(low), float(high)) for player, low, high in bounds} if reached.any() else {},
            reason=REASONS[table.reason[row, 0]],
        )
