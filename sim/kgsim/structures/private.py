"""A structure of play with private types, solved and told in the scenario's own names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from kgsim.games.strategic import close, closest
from kgsim.results import Course, Equilibrium, StructureSolution
from kgsim.scenario.model import Scenario, Structure
from kgsim.solvers.bayesian.equilibria import BayesianEquilibrium
from kgsim.solvers.bayesian.solve import solve_bayesian
from kgsim.structures.hidden import hides, solve_hidden
from kgsim.structures.private_game import PrivateGame, by_type
from kgsim.tolerances import RESIDUAL_OF_GAP

METHOD = "perfect Bayesian equilibria"
CLOSE = "some payoffs differ by so small a part of their range that the search is too coarse for them"
NONE_FOUND = "no perfect Bayesian equilibrium was found"


def solve_private(scenario: Scenario, structure: Structure, values: Mapping[str, float]) -> StructureSolution:
    """Solve one structure of a scenario with private types at one parameter point.

    Parameters
    ----------
    scenario, structure
        The scenario and one of its structures.
    values
        Parameter to value.

    Returns
    -------
    StructureSolution
        Payoffs are expected before types are drawn; every equilibrium tells them by type too, and the beliefs that
        support it. Which equilibria are found depends on the structure, see `kgsim.solvers.bayesian.solve`; the
        solution says whether there may be more.

    Raises
    ------
    StructureError
        If a payoff is not finite, or priors are no probabilities at these values.
    """
    if hides(scenario, structure):
        return solve_hidden(scenario, structure, values)
    telling = PrivateGame(scenario, structure, values)
    found = solve_bayesian(telling.game, telling.ends)
    members, reasons, complete = found.equilibria, found.reasons, found.complete
    payoffs = np.moveaxis(telling.game.payoffs, len(telling.game.priors), 0)
    coarse = close(payoffs)
    if coarse:
        least = RESIDUAL_OF_GAP * min(gap for gap in closest(payoffs) if gap > 0)
        members = tuple(each for each in members if telling.equilibrium(each).residual <= least)
        reasons, complete = (CLOSE,), False
    told, homes = _grouped(telling, members)
    continua = {} if coarse else _joined(homes, found.continua, found.convex)
    return StructureSolution(
        name=structure.name,
        label=structure.label,
        labels=scenario.labels,
        players=tuple(scenario.players),
        stages=tuple(tuple("+".join(mover) for mover in stage) for stage in structure.play),
        equilibria=tuple(told),
        continua=tuple(continua),
        convex=tuple(continua.values()),
        complete=complete and bool(told),
        reasons=reasons,
        method=METHOD,
        unsolved="" if told else "; ".join((NONE_FOUND, *reasons)),
    )


def _grouped(telling: PrivateGame, equilibria: Sequence[BayesianEquilibrium]) -> tuple[list[Equilibrium], list[int]]:
    """One equilibrium for each lottery over types and outcomes, payoffs by type and kind; and where each is told.

    What differs within a group is what would follow moves that are not made, or what makes no difference; the others
    are counted.
    """
    groups: dict[object, list[int]] = {}
    paths = [telling.path(each) for each in equilibria]
    for place, each in enumerate(equilibria):
        groups.setdefault(_key(telling, each, paths[place]), []).append(place)
    home = {place: number for number, members in enumerate(groups.values()) for place in members}
    told = []
    for members in groups.values():
        first = min(members, key=lambda place: len(paths[place]))
        told.append(replace(telling.equilibrium(equilibria[first]), alternatives_count=len(members) - 1))
    return told, [home[place] for place in range(len(equilibria))]


def _joined(
    homes: Sequence[int], continua: Sequence[tuple[int, ...]], convex: Sequence[bool]
) -> dict[tuple[int, ...], bool]:
    """Continua between equilibria as they are told, without parts of others, each with whether all mixtures belong."""
    groups: dict[tuple[int, ...], bool] = {}
    for group, whole in zip(continua, convex, strict=True):
        joined = tuple(sorted({homes[place] for place in group}))
        if len(joined) > 1:
            groups[joined] = groups.get(joined, False) or whole
    return {
        group: whole
        for group, whole in groups.items()
        if not any(set(group) < set(other) and groups[other] >= whole for other in groups)
    }


def _key(telling: PrivateGame, equilibrium: BayesianEquilibrium, path: Sequence[Course]) -> object:
    lottery: dict[object, float] = {}
    for course in path:
        what = (*course.types.values(), course.outcome, *course.terms.items())
        lottery[what] = lottery.get(what, 0.0) + course.probability
    rounded_lottery = frozenset((what, round(chance, 7)) for what, chance in lottery.items())
    worth = tuple(
        round(value, 7) + 0.0 for payoffs in by_type(telling.scenario, path).values() for value in payoffs.values()
    )
    payoffs = tuple(
        round(sum(course.probability * course.payoffs[player] for course in path), 7) for player in path[0].payoffs
    )
    return rounded_lottery, worth, payoffs, equilibrium.labels
