"""What a briefing rests on: the scenario solved, threshold, map and price, and what could not be had and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import floor, log10
from typing import TYPE_CHECKING, Any

import numpy as np

from kgsim.analysis.backtest_score import Score
from kgsim.analysis.backtests import backtest
from kgsim.analysis.deterrence import Deterrence, price_of_deterrence
from kgsim.analysis.quick import QuickPass, quick_pass
from kgsim.analysis.sensitivity import Sensitivity, sensitivity
from kgsim.analysis.threshold_result import Threshold
from kgsim.analysis.thresholds import threshold
from kgsim.automata.check import ProfileCheck, repeated
from kgsim.dynamics.simulate import Options, simulate
from kgsim.errors import GameError, StructureError
from kgsim.evaluate import solve
from kgsim.results import Result
from kgsim.scenario.arguments import check_scenario
from kgsim.scenario.labels import Labels
from kgsim.scenario.model import Ask, Claim, Scenario
from kgsim.studies.study import sweep

if TYPE_CHECKING:
    from xarray import Dataset

#: Points along each side of the regime map; fewer where private types have every point solved by itself.
MAP_POINTS, FEWER_POINTS = 61, 15

#: Values of the map's other parameter at which the threshold is found again, to give it a range.
SPAN_POINTS = 5

#: Panels of the regime map.
MOST_PANELS = 3

#: Parameter points drawn for the back-tests; a share is then known to about two percentage points.
DRAWS = 500

#: Runs of a situation that drifts; a share is then known to about two percentage points.
RUNS = 500

#: Parameter points drawn for scenario discovery, and with private types.
BOX_DRAWS, FEWER_DRAWS = 3000, 512

SEED = 1


@dataclass(frozen=True)
class Number:
    """The threshold nearest to the base value, and where it lies as another parameter runs over its range.

    Attributes
    ----------
    parameter, value
        What is to pass which value for the answer to change.
    other
        The parameter that was moved to see how far the threshold moves; empty if there is none.
    span
        The lowest and highest threshold met on the way, None where it was met nowhere.
    met
        At how many of the values tried the threshold lay within the parameter's range, and how many were tried.
    """

    parameter: str
    value: float
    other: str = ""
    span: tuple[float, float] | None = None
    met: tuple[int, int] = (0, 0)


@dataclass(frozen=True, eq=False)
class Findings:
    """Everything that a briefing tells; parts that do not apply are None or empty.

    Attributes
    ----------
    ask, threshold, number
        The question watched, where its answer changes, and the briefing's number.
    compare
        The structures whose difference is shown.
    regimes
        The study behind the regime map.
    price
        What deterrence costs and who would pay.
    sensitivity
        How far each parameter alone moves payoffs, and the box in which the answer is the one asked about.
    scores
        The scenario's back-tests.
    absent
        Part that does not apply to the key of the reason, in `kgsim.language`.
    seed
        Of whatever is drawn at random.
    drawn
        In which share of draws the claims hold.
    repeated
        Repeated game to its profiles of strategies, checked.
    path, unplayed
        A simulation of the rounds, where the scenario drifts, and the structures whose rounds could not be simulated.
    today
        The outcome that holds today; empty if nobody says.
    """

    result: Result
    ask: Ask | None
    threshold: Threshold | None
    number: Number | None
    compare: tuple[str, str] | None
    regimes: Dataset | None
    price: Deterrence | None
    sensitivity: Sensitivity | None
    scores: tuple[Score, ...]
    absent: Mapping[str, str]
    seed: int
    drawn: QuickPass | None = None
    repeated: Mapping[str, Mapping[str, ProfileCheck]] = field(default_factory=dict)
    path: Dataset | None = None
    unplayed: tuple[str, ...] = ()
    today: str = ""

    @property
    def asks_of_rounds(self) -> bool:
        """Whether the question watched is about repeated play."""
        claim = None if self.ask is None or self.ask.claim is None else self.scenario.claims[self.ask.claim]
        return claim is not None and _of_rounds(claim)

    @property
    def of_many_rounds(self) -> bool:
        """Whether the situation is one of many rounds, so that what one of them shows does not answer for it."""
        return bool(self.repeated) or self.scenario.dynamics is not None

    @property
    def scenario(self) -> Scenario:
        """The scenario told about."""
        return self.result.scenario

    @property
    def labels(self) -> Labels:
        """The words that stand for its names."""
        return self.scenario.labels


def find(
    scenario: Scenario,
    /,
    *,
    compare: tuple[str, str] | None = None,
    map: tuple[str, str] | None = None,
    ask: Ask | None = None,
    seed: int = SEED,
    values: Mapping[str, float] | None = None,
) -> Findings:
    """Gather what a briefing tells.

    Parameters
    ----------
    scenario
        As `kgsim.load` gives it; its `briefing` section says what matters, and the results decide what it leaves out.
    compare, map, ask
        Structures, parameters and question to use instead.
    seed
        Of whatever is drawn at random.
    values
        Parameters to set.

    Returns
    -------
    Findings

    Raises
    ------
    GameError
        If a name is unknown.
    """
    values = dict(values or {})
    settings: dict[str, Any] = values
    check_scenario(scenario)
    told = scenario.briefing
    absent: dict[str, str] = {}
    today = _today(scenario, absent)
    result = solve(scenario, settings)
    pair = _comparison(result, compare or told.compare, absent)
    question = _question(result, ask or told.ask, pair)
    found = number = None
    if question is None or not _movable(scenario):
        absent["number"] = "absent.question"
    else:
        found = _threshold(scenario, question, values)
        question = replace(question, parameter=found.parameter)
    axes = _axes(scenario, map or told.map, found)
    if found is not None and question is not None:
        number = _number(scenario, question, found, axes, values)
    regimes = None
    if axes is None:
        absent.setdefault("map", "absent.map")
    else:
        panels = dict.fromkeys(
            name for name in (question.structure if question else None, *(pair or ())) if name is not None
        )
        shown = list(panels or dict.fromkeys(_solved(result)))[:MOST_PANELS]
        side = FEWER_POINTS if scenario.types else MAP_POINTS
        grid = {name: np.linspace(*scenario.parameters[name].range, side) for name in axes}
        fixed = {name: value for name, value in values.items() if name not in axes}
        regimes = sweep(scenario, {**grid, **fixed}, structures=shown, beyond_range=True)
    price = None
    if told.price is None:
        absent.setdefault("price", "absent.price")
    else:
        price = price_of_deterrence(scenario, **settings)
    if not scenario.backtests:
        absent["backtests"] = "absent.backtests"
    path, unplayed = _path(scenario, question, pair, seed, values)
    return Findings(
        result=result,
        ask=question,
        threshold=found,
        number=number,
        compare=pair,
        regimes=regimes,
        price=price,
        sensitivity=_sensitivity(scenario, question, pair, seed, values),
        scores=tuple(backtest(scenario, draws=DRAWS, seed=seed)) if scenario.backtests else (),
        absent=absent,
        seed=seed,
        drawn=quick_pass(scenario, values, outcomes=True),
        repeated={game: repeated(scenario, game, **settings) for game in scenario.repeated},
        path=path,
        unplayed=unplayed,
        today=today,
    )


def _today(scenario: Scenario, absent: dict[str, str]) -> str:
    """The outcome that holds today, if the file says."""
    if not scenario.briefing.today:
        absent["today"] = "absent.today"
    return scenario.briefing.today


def _path(
    scenario: Scenario,
    ask: Ask | None,
    pair: tuple[str, str] | None,
    seed: int,
    values: Mapping[str, float],
) -> tuple[Dataset | None, tuple[str, ...]]:
    """A simulation of the structures that the briefing is about, where the situation drifts; those without one."""
    if scenario.dynamics is None:
        return None, ()
    named = (ask.structure if ask else None, *(pair or ()))
    ways = dict.fromkeys(name for name in named if name) or dict.fromkeys(list(scenario.structures)[:1])
    played, unplayed = [], []
    for way in ways:
        try:
            played.append(simulate(scenario, Options(runs=RUNS, seed=seed), values, structures=[way]))
        except (GameError, StructureError):
            unplayed.append(way)
    return _side_by_side(played), tuple(unplayed)


def _side_by_side(played: list[Dataset]) -> Dataset | None:
    """Simulations of one structure each as one; None if there is none."""
    if len(played) < 2:
        return played[0] if played else None
    import xarray

    return xarray.concat(played, "structure", combine_attrs="override")


def _of_rounds(claim: Claim) -> bool:
    return any(call.function in ("sustained", "critical_discount") for call in claim.calls)


def _sensitivity(
    scenario: Scenario, ask: Ask | None, pair: tuple[str, str] | None, seed: int, values: Mapping[str, Any]
) -> Sensitivity | None:
    if ask is None or not _movable(scenario):
        return None
    structure = ask.structure or (pair[0] if pair else next(iter(scenario.structures)))
    draws = FEWER_DRAWS if scenario.types else BOX_DRAWS
    about: dict[str, Any] = {"claim": ask.claim} if ask.claim else {"outcome": ask.outcome}
    return sensitivity(scenario, values, structure=structure, indices=False, draws=draws, seed=seed, **about)


def _movable(scenario: Scenario) -> list[str]:
    return [name for name, each in scenario.parameters.items() if each.range[0] < each.range[1]]


def _solved(result: Result) -> list[str]:
    return [name for name, solution in result.structures.items() if solution.equilibria]


def _comparison(result: Result, wanted: tuple[str, str] | None, absent: dict[str, str]) -> tuple[str, str] | None:
    """The structures wanted; else a bloc's and that on which it falls back; else the first two that are solved."""
    solved = _solved(result)
    if wanted is not None:
        for name in wanted:
            if name not in result.structures:
                raise GameError(f"the scenario has no structure {name!r} to compare")
        if set(wanted) <= set(solved):
            return wanted
        absent["worth"] = "absent.unsolved"
        return None
    for name in solved:
        for bloc in result.scenario.structures[name].blocs.values():
            if isinstance(bloc.disagreement, str) and bloc.disagreement in solved:
                return bloc.disagreement, name
    if len(solved) >= 2:
        return solved[0], solved[1]
    absent["worth"] = "absent.compare"
    return None


def _question(result: Result, wanted: Ask | None, pair: tuple[str, str] | None) -> Ask | None:
    """The question wanted; else the first claim on what is sustained; else whether a structure ends as it does now."""
    if wanted is not None:
        return wanted
    for claim in result.scenario.claims.values():
        if {call.function for call in claim.calls} == {"sustained"}:
            return Ask(claim=claim.name)
    solved = _solved(result)
    if not solved:
        return None
    structure = pair[0] if pair else solved[0]
    return Ask(structure=structure, outcome=result.structures[structure].outcomes[0])


def _threshold(scenario: Scenario, ask: Ask, values: Mapping[str, float]) -> Threshold:
    """Where the answer changes, along the parameter asked for or else the one that changes it first."""
    asked: dict[str, Any] = {"structure": ask.structure, "outcome": ask.outcome, "claim": ask.claim}
    first = ask.parameter or _movable(scenario)[0]
    found = threshold(scenario, first, values, **asked)
    if ask.parameter is not None:
        return found
    able = {name: change.size for name, change in found.alone.items() if change is not None}
    nearest = min(able, key=lambda name: able[name], default=first)
    if nearest == first:
        return found
    along = threshold(scenario, nearest, values, **asked, inverse=False)
    return replace(along, alone=found.alone, together=found.together)


def _axes(scenario: Scenario, wanted: tuple[str, str] | None, found: Threshold | None) -> tuple[str, str] | None:
    """The parameters wanted, or else the threshold's own and the next one that changes the answer first."""
    if wanted is not None:
        return wanted
    if found is None:
        return None
    able = sorted(
        (change.size, name) for name, change in found.alone.items() if change is not None and name != found.parameter
    )
    return (found.parameter, able[0][1]) if able and found.boundaries else None


def _number(
    scenario: Scenario, ask: Ask, found: Threshold, axes: tuple[str, str] | None, values: Mapping[str, float]
) -> Number | None:
    value = _nearest(found)
    if value is None:
        return None
    other = next((name for name in axes or () if name != found.parameter), "")
    if not other:
        return Number(found.parameter, value)
    asked: dict[str, Any] = {"structure": ask.structure, "outcome": ask.outcome, "claim": ask.claim}
    met = []
    for place in np.linspace(*scenario.parameters[other].range, SPAN_POINTS):
        moved = {**values, other: float(place)}
        at = _nearest(threshold(scenario, found.parameter, moved, **asked, inverse=False))
        if at is not None:
            met.append(at)
    span = (min([*met, value]), max([*met, value]))
    return Number(found.parameter, value, other, span, (len(met), SPAN_POINTS))


def _nearest(found: Threshold) -> float | None:
    """The boundary nearest to the base value, without the digits beyond its precision."""
    nearest = min(found.boundaries, key=lambda value: abs(value - found.base), default=None)
    if nearest is None:
        return None
    width = found.segments[-1].high - found.segments[0].low
    return round(nearest, 8 - floor(log10(width)))
