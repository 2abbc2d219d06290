"""Whether answers turn on the step of a menu: the scenario is solved at half the step, and compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kgsim.analysis.thresholds import threshold
from kgsim.errors import GameError, Problem, StructureError
from kgsim.evaluate import solve
from kgsim.results import Result
from kgsim.scenario.model import Scenario
from kgsim.scenario.transforms import grids, with_half_steps
from kgsim.wording import listed, number, percent

#: A threshold that moves by no more than this share of its parameter's range is told as standing.
MOVED = 0.01

REMEDY = "Write it as an interval, `{from: 0, to: 1}` without a step, which is solved exactly, or halve the step."


def check_steps(scenario: Scenario, *, moved: float = MOVED) -> tuple[Problem, ...]:
    """Point out the terms whose steps turn an answer: verdicts at the values of the file, outcomes, or the threshold.

    Terms that take three even steps or more are tried one by one, in all the menus that they stand in, with the values
    halfway between too. The threshold is that of the briefing, if `briefing: ask` names one with its parameter.

    Parameters
    ----------
    moved
        The share of its parameter's range by which a threshold may move.

    Returns
    -------
    tuple of Problem
        One for each term that turns something, at the first menu that it stands in.
    """
    terms = grids(scenario)
    if not terms:
        return ()
    base, borders = solve(scenario), _borders(scenario)
    found = []
    for term, where in terms.items():
        decision, move = where[0]
        key = f"moves.{decision}.{move}.menu"
        try:
            finer = with_half_steps(scenario, term)
            changes = [*_answers(base, solve(finer)), *_threshold(scenario, borders, _borders(finer), moved)]
        except (GameError, StructureError) as error:
            found.append(scenario.problem(key, f"{term} cannot be tried at half its step: {error}", REMEDY))
            continue
        if changes:
            found.append(scenario.problem(key, f"at half the step of {term}, {listed(changes)}", REMEDY))
    return tuple(found)


def _answers(coarse: Result, fine: Result) -> Iterator[str]:
    """What claims and structures of two solutions say differently."""
    for name, solution in coarse.structures.items():
        other = fine.structures[name]
        if solution.outcomes != other.outcomes and solution.outcomes and other.outcomes:
            yield f"{name} ends in {_or(other.outcomes)} instead of {_or(solution.outcomes)}"
    for name, claim in coarse.claims.items():
        if claim.verdict != fine.claims[name].verdict:
            yield f"claim {name} is told as {fine.claims[name].verdict} instead of {claim.verdict}"


def _or(outcomes: tuple[str, ...]) -> str:
    return " or ".join(outcomes)


def _borders(scenario: Scenario) -> tuple[float, ...]:
    """Where the briefing's answer changes along its parameter."""
    ask = scenario.briefing.ask
    if ask is None or ask.parameter is None:
        return ()
    asked: Mapping[str, Any] = {"structure": ask.structure, "outcome": ask.outcome, "claim": ask.claim}
    return threshold(scenario, ask.parameter, **asked, inverse=False).boundaries


def _threshold(scenario: Scenario, coarse: tuple[float, ...], fine: tuple[float, ...], moved: float) -> Iterator[str]:
    ask = scenario.briefing.ask
    if ask is None or ask.parameter is None:
        return
    low, high = scenario.parameters[ask.parameter].range
    if len(coarse) != len(fine):
        yield f"the answer changes at {_and(fine)} of {ask.parameter} instead of {_and(coarse)}"
        return
    for before, after in zip(coarse, fine, strict=True):
        share = abs(after - before) / (high - low)
        if share > moved:
            told = f"the threshold of {ask.parameter} moves from {number(before)} to {number(after)}"
            yield f"{told} ({percent(share)} of its range)"


def _and(values: tuple[float, ...]) -> str:
    return listed(map(number, values)) if values else "no value"
