"""A scenario at one parameter point: every structure solved, every claim decided. Pure: same input, same result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import monotonic

import numpy as np

from kgsim.claims.decide import decide
from kgsim.claims.functions import structures_of
from kgsim.errors import GameError, StructureError
from kgsim.execution.deadline import TimeUpError, until
from kgsim.results import Interval, Result, StructureSolution
from kgsim.scenario.arguments import structures_given, together
from kgsim.scenario.model import Scenario
from kgsim.scenario.names import ByName, suggestion
from kgsim.scenario.payoffs import LARGEST, PayoffTable, payoff_table, type_points
from kgsim.structures.solution import in_order, not_solved, solve_structure
from kgsim.wording import number

OUT_OF_TIME = "the time limit"


def solve(
    scenario: Scenario,
    given: Mapping[str, float] | None = None,
    /,
    *,
    structures: str | Sequence[str] | None = None,
    time_limit: float | None = None,
    progress: Callable[[int, int], None] | None = None,
    **values: float,
) -> Result:
    """Solve a scenario's structures of play and decide its claims.

    Parameters
    ----------
    scenario
        As `kgsim.load` gives it.
    structures
        Names of the structures to solve; all of them if not given. A structure that another falls back on is solved
        for that, but reported only if it is named.
    time_limit
        Seconds for all structures together. Those that it cuts short are reported as not solved; which ones depends on
        the machine.
    progress
        Told how many structures are solved and how many there are.
    given
        The same as `**values` in a mapping, for a parameter that has the name of an argument.
    **values
        Parameters to change, by name; the others stay as the file states them. Values outside a parameter's declared
        range are allowed here.

    Returns
    -------
    Result

    Raises
    ------
    GameError
        If a structure or parameter is unknown, or a value is not a finite number.
    StructureError
        If payoffs are not finite at these values.

    Examples
    --------
    >>> import kgsim
    >>> scenario = kgsim.load("scenarios/bypass.yaml")  # doctest: +SKIP
    >>> kgsim.solve(scenario, A=5).structures["bypass"].values["US"]  # doctest: +SKIP
    (17.5, 17.5)
    """
    values = together(scenario, given, values)
    check_values(scenario, values)
    wanted = structures_given(scenario, structures)
    used = {**scenario.base, **{name: float(value) for name, value in values.items()}}
    order = wanted if scenario.types else in_order(scenario, wanted)
    if scenario.types:
        from kgsim.structures.private import solve_private

        tables = [
            payoff_table(scenario, name, {**used, **point})
            for point in type_points(scenario).values()
            for name in scenario.structures
        ]
    else:
        by_name = {name: payoff_table(scenario, name, used) for name in scenario.structures}
        tables = list(by_name.values())

    def solution(name: str, solved: Mapping[str, StructureSolution]) -> StructureSolution:
        structure = scenario.structures[name]
        if scenario.types:
            return solve_private(scenario, structure, used)
        return solve_structure(scenario, structure, by_name[name], used, solved)

    solved = _in_time(scenario, order, solution, time_limit, progress)
    reported = {name: solved[name] for name in wanted}
    outcomes = _outcome_payoffs(scenario, tables)
    return Result(
        scenario=scenario,
        values=used,
        changed={name: value for name, value in used.items() if value != scenario.parameters[name].value},
        structures=ByName("structure", reported),
        claims=ByName(
            "claim",
            {
                name: decide(scenario, claim, used, solved, outcomes, _proven(scenario, used, solved))
                for name, claim in scenario.claims.items()
            },
        ),
        outcome_payoffs=outcomes,
    )


def _in_time(
    scenario: Scenario,
    order: Sequence[str],
    solution: Callable[[str, Mapping[str, StructureSolution]], StructureSolution],
    time_limit: float | None,
    progress: Callable[[int, int], None] | None,
) -> dict[str, StructureSolution]:
    """Solve structures in an order, each knowing those before it, as many as the time allows."""
    end = None if time_limit is None else monotonic() + time_limit
    solved: dict[str, StructureSolution] = {}
    for name in order:
        if progress is not None:
            progress(len(solved), len(order))
        try:
            with until(end):
                solved[name] = solution(name, solved)
        except TimeUpError:
            # As time is up for all that follow too, nothing is ever built on a structure that was cut short.
            why = f"{OUT_OF_TIME} of {number(time_limit or 0.0)} s was over"
            solved[name] = not_solved(scenario, scenario.structures[name], why)
    if progress is not None:
        progress(len(order), len(order))
    return solved


def check_values(scenario: Scenario, values: Mapping[str, float]) -> None:
    """Raise GameError if a parameter is unknown or its value is not a finite number."""
    for name, value in values.items():
        if name not in scenario.parameters:
            hint = suggestion(name, scenario.parameters, "parameter")
            raise GameError(f"there is no parameter {name!r} in scenario {scenario.name}. {hint}")
        try:
            finite = bool(np.isfinite(float(value)))
        except (TypeError, ValueError):
            finite = False
        if not finite:
            raise GameError(f"parameter {name}: expected a finite number, got {value!r}")


def _proven(
    scenario: Scenario, values: Mapping[str, float], solved: Mapping[str, StructureSolution]
) -> Callable[[str], int] | None:
    """What the engine for many points proves of a claim at these values, by bounds, where sets may lack equilibria."""
    if scenario.types or all(solution.complete for solution in solved.values()):
        return None
    if any(solution.unsolved.startswith(OUT_OF_TIME) for solution in solved.values()):
        return None  # there is no time left for that either

    def verdict(claim: str) -> int:
        from kgsim.claims.at_points import AtPoints

        play = AtPoints(scenario, structures_of(scenario.claims[claim]), [claim])
        return int(play.at({name: np.array([value]) for name, value in values.items()}).verdict[0, 0])

    return verdict


def _outcome_payoffs(scenario: Scenario, tables: Sequence[PayoffTable]) -> dict[str, dict[str, Interval]]:
    found: dict[str, dict[str, Interval]] = {}
    for index, rule in enumerate(scenario.outcomes):
        payoffs = [table.payoffs[:, table.outcomes == index] for table in tables]
        joined = np.concatenate(payoffs, axis=1)
        if not np.isfinite(joined).all():
            raise StructureError(
                f"outcome {rule.name!r}: a payoff is not a finite number up to {LARGEST:g} at these parameter values; "
                "look for a division by zero or an overflow in the utilities"
            )
        if joined.size:
            found[rule.name] = {
                player: (float(row.min()), float(row.max()))
                for player, row in zip(scenario.players, joined, strict=True)
            }
    return found
