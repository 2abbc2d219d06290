"""A structure of play with private types, solved and told in the scenario's own names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from kgsim.games.bayesian import BayesianGame, Strategy
from kgsim.games.strategic import close, closest
from kgsim.results import Equilibrium, StructureSolution
from kgsim.scenario.model import Scenario, Structure
from kgsim.solvers.bayesian.perfect_bayesian import pure_equilibria
from kgsim.solvers.bayesian.signalling import fails_intuitive_criterion, is_signalling, solve_signalling
from kgsim.structures.private_game import BayesianEquilibrium, PrivateGame
from kgsim.structures.private_mixed import mixed_equilibria
from kgsim.tolerances import RESIDUAL_OF_GAP

METHOD = "perfect Bayesian equilibria"
ALL = "the game is one of signalling: every support of messages and responses was tried, pure and mixed"
EVERY_NASH = "every Nash equilibrium of the tree was found, and judged whether beliefs support it"
PURE_ONLY = "pure equilibria are complete, mixed ones are not"
CLOSE = "some payoffs differ by so small a part of their range that the search is too coarse for them"
NONE_FOUND = "no perfect Bayesian equilibrium was found; there is no pure one"


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
        support it. For one informed sender and one receiver all equilibria are found, mixed ones included; in other
        structures all pure ones, and in small ones in which two players move the mixed ones that are sequential too.
        The solution says whether there may be more.

    Raises
    ------
    StructureError
        If a payoff is not finite, or priors are no probabilities at these values.
    """
    telling = PrivateGame(scenario, structure, values)
    game = telling.game
    continua: tuple[tuple[int, ...], ...] = ()
    if is_signalling(game):
        every = solve_signalling(game)
        found = [
            BayesianEquilibrium(
                [each.messages, each.responses[None]],
                {((message,), 0): belief for message, belief in each.beliefs.items()},
                ("fails the intuitive criterion",) if fails_intuitive_criterion(game, each) else (),
            )
            for each in every.equilibria
        ]
        continua, gaps, complete = every.continua, [ALL], True
    else:
        pure = pure_equilibria(game)
        mixed = mixed_equilibria(telling)
        found = [BayesianEquilibrium(_written_out(game, each.choices), each.beliefs) for each in pure.assessments]
        found += mixed.found
        complete = not pure.gaps and not mixed.gap
        gaps = [EVERY_NASH] if complete else [*sorted(pure.gaps), PURE_ONLY, *filter(None, [mixed.gap])]
    every_told = [telling.equilibrium(each) for each in found]
    payoffs = np.moveaxis(game.payoffs, len(game.priors), 0)
    if close(payoffs):
        least = RESIDUAL_OF_GAP * min(gap for gap in closest(payoffs) if gap > 0)
        every_told = [each for each in every_told if each.residual <= least]
        continua, gaps, complete = (), [CLOSE], False
    told, continua = _grouped(every_told, continua)
    return StructureSolution(
        name=structure.name,
        label=structure.label,
        players=tuple(scenario.players),
        stages=tuple(tuple("+".join(mover) for mover in stage) for stage in structure.play),
        equilibria=tuple(told),
        continua=continua,
        convex=tuple(False for _ in continua),
        complete=complete and bool(told),
        reasons=tuple(gaps),
        method=METHOD,
        unsolved="" if told else NONE_FOUND,
    )


def _grouped(
    equilibria: Sequence[Equilibrium], continua: Sequence[tuple[int, ...]]
) -> tuple[list[Equilibrium], tuple[tuple[int, ...], ...]]:
    """One equilibrium for each lottery over types and outcomes, payoffs by type and kind; the others are counted.

    What differs within a group is what would follow moves that are not made, or what makes no difference.
    """
    groups: dict[object, list[int]] = {}
    for place, each in enumerate(equilibria):
        groups.setdefault(_key(each), []).append(place)
    home = {place: number for number, members in enumerate(groups.values()) for place in members}
    told = []
    for members in groups.values():
        first = min(members, key=lambda place: len(equilibria[place].courses))
        told.append(replace(equilibria[first], alternatives_count=len(members) - 1))
    joined = dict.fromkeys(tuple(sorted({home[place] for place in group})) for group in continua)
    several = [group for group in joined if len(group) > 1]
    return told, tuple(group for group in several if not any(set(group) < set(other) for other in several))


def _key(equilibrium: Equilibrium) -> object:
    lottery: dict[object, float] = {}
    for course in equilibrium.courses:
        what = (tuple(course.types.items()), course.outcome, tuple(course.terms.items()))
        lottery[what] = lottery.get(what, 0.0) + course.probability
    rounded_lottery = tuple(sorted((str(what), round(chance, 7)) for what, chance in lottery.items()))
    worth = tuple(round(value, 7) + 0.0 for payoffs in equilibrium.type_payoffs.values() for value in payoffs.values())
    return rounded_lottery, worth, tuple(round(value, 7) for value in equilibrium.payoffs.values()), equilibrium.notes


def _written_out(game: BayesianGame, choices: Mapping[tuple[int, tuple[int, ...], int], int]) -> Strategy:
    arrays = []
    for stage, players in enumerate(game.stages):
        seen = game.actions[: game.first_axis[stage]]
        for position, player in enumerate(players):
            kinds = game.kinds[game.informed.index(player)] if player in game.informed else 1
            arrays.append(np.zeros((kinds, *seen, game.actions[game.first_axis[stage] + position])))
    for (axis, history, kind), action in choices.items():
        arrays[axis][(kind, *history, action)] = 1.0
    for array in arrays:
        # What stands for all that makes no difference was left out; any action will do there.
        array[array.sum(axis=-1) == 0.0, 0] = 1.0
    return arrays
