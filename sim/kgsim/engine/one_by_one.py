"""Structures that are solved point by point: where chance moves, moves are hidden, or a bargaining bloc has conditions.

What chance draws makes lotteries of deals out of deals. Where these can be read off the tree they are found at all
points at once (`kgsim.engine.trees`); every other point goes to the solver of single points. So nothing is
approximated: such structures take longer where ties abound.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Bools, Integers
from kgsim.engine.induction import Common
from kgsim.engine.plan import Plan
from kgsim.engine.solutions import FAILURES, NO_CHANCE, UNSOLVED, EquilibriumSets, Mixed, unlooked
from kgsim.engine.trees import Solved, Tree, laid_out_as_tree
from kgsim.games.objectives import RULES
from kgsim.results import StructureSolution
from kgsim.scenario.model import Scenario, Structure
from kgsim.scenario.payoffs import PayoffTable, actions_of
from kgsim.scenario.possible import conditional
from kgsim.structures.solution import in_order, solve_structure
from kgsim.tolerances import SUM_TO_ONE


def by_itself(scenario: Scenario, structure: Structure) -> bool:
    """Whether a structure has to be solved point by point."""
    drawn = any(stage[0][0] in scenario.chance for stage in structure.play)
    bargains = any(not RULES[bloc.rule].linear for bloc in structure.blocs.values())
    return drawn or bool(structure.seen_by) or (bargains and bool(conditional(scenario, structure)))


def one_by_one(common: Common, name: str, _: Plan) -> EquilibriumSets:
    """Solve a structure; see `kgsim.engine.induction.ends`."""
    rules = [rule.name for rule in common.scenario.outcomes]
    nothing = unlooked(common.deals.outcomes, common.payoffs, len(rules))
    failure = nothing.failure
    failure[~_probabilities(common, name) & (failure == 0)] = FAILURES.index(NO_CHANCE)
    at_once = _at_once(common, name, np.flatnonzero(failure == 0))
    left = np.flatnonzero((failure == 0) & ~at_once.where)
    solutions = {int(point): _solved(common, name, int(point)) for point in left}
    failure[[point for point, each in solutions.items() if not each.equilibria]] = FAILURES.index(UNSOLVED)
    doubt = np.where((failure == 0) & ~at_once.where, nothing.doubt, 0).astype(np.int8)
    known = replace(nothing, doubt=doubt, residual=at_once.residual, mixed=at_once.equilibria)
    return known.settled(solutions, rules)


def _at_once(common: Common, name: str, points: Integers) -> Solved:
    """What is found at some points without looking at each by itself."""
    scenario, count = common.scenario, common.payoffs.shape[-1]
    none = Mixed.none(len(common.payoffs), len(scenario.outcomes))
    nothing = Solved(np.zeros(count, dtype=bool), none, np.zeros(count))
    if not len(points) or not laid_out_as_tree(scenario, scenario.structures[name]):
        return nothing
    if name not in common.trees:
        values = {**scenario.base, **_at(common, int(points[0]))}
        common.trees[name] = Tree(scenario, scenario.structures[name], common.deals, values)
    tree = common.trees[name]
    if not tree.fits:
        return nothing
    environment = {key: column[points] if np.size(column) > 1 else column for key, column in common.environment.items()}
    found = tree.solve(common.payoffs[..., points], environment)
    nothing.where[points], nothing.residual[points] = found.where, found.residual
    return replace(nothing, equilibria=replace(found.equilibria, point=points[found.equilibria.point]))


def _probabilities(common: Common, name: str) -> Bools:
    """Where everything that may happen has a probability."""
    fine: Bools = np.ones(common.payoffs.shape[-1], dtype=bool)
    for stage in common.scenario.structures[name].play:
        formulas = common.scenario.chance.get(stage[0][0], {}).values()
        shares = [formula.evaluate(common.environment, shape=(1,)) for formula in formulas]
        if shares:
            fine &= np.all([share >= 0.0 for share in np.broadcast_arrays(*shares)], axis=0)
            fine &= np.abs(sum(shares) - 1.0) <= SUM_TO_ONE
    return fine


def _solved(common: Common, name: str, point: int) -> StructureSolution:
    scenario, values = common.scenario, {**common.scenario.base, **_at(common, point)}
    found: dict[str, StructureSolution] = {}
    for each in in_order(scenario, [name]):
        structure, labels = scenario.structures[each], common.deals.labels[each]
        outcomes: NDArray[np.intp] = np.where(labels >= 0, common.deals.outcomes[labels], -1)
        payoffs = np.where(labels >= 0, common.payoffs[: len(scenario.players), labels, point], 0.0)
        table = PayoffTable(payoffs, outcomes, actions_of(scenario, structure))
        found[each] = solve_structure(scenario, structure, table, values, found)
    return found[name]


def _at(common: Common, point: int) -> dict[str, float]:
    return {
        name: float(np.ravel(column)[point if np.size(column) > 1 else 0]) for name, column in common.points.items()
    }
