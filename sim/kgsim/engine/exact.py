"""Single points settled by the exact solver, where the vectorised engine leaves a doubt."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from kgsim.engine.plan import Plan
from kgsim.results import StructureSolution
from kgsim.scenario.model import Scenario
from kgsim.scenario.payoffs import payoff_table
from kgsim.structures.offers.boxes import has_intervals, offers_at_once
from kgsim.structures.private import solve_private
from kgsim.structures.solution import in_order, solve_structure

#: Profiles of a stage of several movers up to which its mixed equilibria are sought without being asked for.
QUICK = 64


def solve_exactly(
    scenario: Scenario,
    name: str,
    values: Mapping[str, float],
    solved: dict[str, StructureSolution] | None = None,
    *,
    told: bool = True,
) -> StructureSolution:
    """Solve one structure, and those it falls back on, at one parameter point.

    Parameters
    ----------
    solved
        What is known at this point already; what is found is added.
    told
        As for `kgsim.structures.solution.solve_structure`.

    Raises
    ------
    StructureError
        If payoffs are not finite there, or the structure it falls back on has no solution.
    """
    used = {**scenario.base, **values}
    solved = {} if solved is None else solved
    for each in in_order(scenario, [name]):
        if each in solved:
            continue
        if scenario.types:
            solved[each] = solve_private(scenario, scenario.structures[each], used)
        else:
            table = payoff_table(scenario, each, used)
            solved[each] = solve_structure(scenario, scenario.structures[each], table, used, solved, told=told)
    return solved[name]


def quick(scenario: Scenario, name: str, plans: Mapping[str, Plan]) -> bool:
    """Whether one point of a structure is a matter of some hundredths of a second for the exact solver."""
    needed = in_order(scenario, [name])
    slow = [each for each in needed if not offers_at_once(scenario, scenario.structures[each])]
    if any(has_intervals(scenario, scenario.structures[each]) for each in slow):
        return False
    return all(len(layer.shape) < 2 or prod(layer.shape) <= QUICK for each in slow for layer in plans[each].layers)
