"""A structure of play as a game in extensive form: movers of one stage do not see each other, everyone sees stages."""

from __future__ import annotations

from math import prod

import numpy as np

from kgsim.errors import StructureError
from kgsim.games.extensive import ExtensiveGame, InformationSet, Node, in_order
from kgsim.games.objectives import RULES
from kgsim.games.simpler import without_idle
from kgsim.games.staged import Chance, StagedGame, available
from kgsim.scenario.arguments import check_scenario
from kgsim.scenario.model import IDLE, Scenario, Structure
from kgsim.scenario.payoffs import payoff_table, structure_of
from kgsim.structures.build import Staging, build
from kgsim.structures.hidden import HiddenGame, hides
from kgsim.structures.offers.boxes import has_intervals

#: Nodes of a tree that are written out.
MOST_NODES = 500_000


def tree(scenario: Scenario, structure: str, /, **values: float) -> ExtensiveGame:
    """Return a structure of play as a game in extensive form, without decisions that make no difference to anybody.

    Parameters
    ----------
    scenario, structure
        The scenario and the name of one of its structures.
    **values
        Parameters to change, by name.

    Raises
    ------
    GameError
        If the structure or a parameter is unknown.
    StructureError
        If payoffs are not finite, a bloc's rule cannot be written as a player, or the tree is too large.
    """
    check_scenario(scenario)
    chosen = structure_of(scenario, structure)
    used = {**scenario.base, **{name: float(value) for name, value in values.items()}}
    if hides(scenario, chosen):
        return without_idle(HiddenGame(scenario, chosen, used).tree).game
    if scenario.types:
        from kgsim.games.bayesian_tree import unfold
        from kgsim.structures.private_game import PrivateGame

        private = PrivateGame(scenario, chosen, used)
        return without_idle(unfold(private.game, private.ends, private.names, MOST_NODES)[0]).game
    # Only a bloc that falls back on another structure needs a fallback, and such a bloc is refused below.
    if has_intervals(scenario, chosen):
        raise StructureError(
            f"structure {structure}: a game tree has finitely many moves, and some of its terms are chosen from "
            "intervals; give these a step or a list of values, or export with --values 5"
        )
    nothing = dict.fromkeys(scenario.players, 0.0)
    staging = build(scenario, chosen, payoff_table(scenario, structure, used), used, nothing)
    return without_idle(tree_of(scenario, chosen, staging)).game


def tree_of(scenario: Scenario, structure: Structure, staging: Staging) -> ExtensiveGame:
    """Unfold a structure's game.

    A bloc whose objective is linear is a player of its own, whose payoff is the weighted sum; other rules pick
    positions by something that is no expected payoff, and cannot be written as a player.

    Raises
    ------
    StructureError
        If a bloc's objective is not linear, or the tree has more than `MOST_NODES` nodes.
    """
    for bloc in structure.blocs.values():
        if not RULES[bloc.rule].linear:
            raise StructureError(
                f"structure {structure.name}: the bloc {bloc.name} decides by the {bloc.rule} rule, which is no "
                "player's expected payoff, so it has no place in a game file; export a structure without it"
            )
    shape = staging.game.outcomes.shape
    if sum(prod(shape[:depth]) for depth in range(len(shape) + 1)) > MOST_NODES:
        raise StructureError(f"structure {structure.name}: its tree would have more than {MOST_NODES:,} nodes")
    players = [*scenario.players, *("+".join(mover) for mover in staging.movers if len(mover) > 1)]
    payoffs = [*staging.game.payoffs]
    seats = []
    objectives = [objective for stage in staging.game.stages for objective in stage]
    for mover, objective in zip(staging.movers, objectives, strict=True):
        if isinstance(objective, Chance):
            seats.append(-1)
        elif len(mover) == 1:
            seats.append(list(scenario.players).index(scenario.decisions[mover[0]].player))
        else:
            seats.append(len(payoffs))
            payoffs.append(objective.score(np.moveaxis(staging.game.payoffs, 0, -1)))
    return _unfold(scenario, structure, staging, players, np.array(payoffs), seats)


def _unfold(
    scenario: Scenario,
    structure: Structure,
    staging: Staging,
    players: list[str],
    payoffs: np.ndarray,
    seats: list[int],
) -> ExtensiveGame:
    game, shape = staging.game, staging.game.outcomes.shape
    stage_of = [stage for stage, movers in enumerate(structure.play) for _ in movers]
    names = [tuple("+".join(a.name for a in joint if a != IDLE) for joint in actions) for actions in staging.actions]
    information: list[InformationSet] = []
    known: dict[tuple[int, tuple[int, ...]], int] = {}
    nodes: list[Node] = []
    histories: list[tuple[int, ...]] = [()]
    for history in histories:
        depth, actions = len(history), _open(game, history)
        while len(actions) == 1 and not names[depth][actions[0]]:
            history, depth = (*history, *actions), depth + 1
            actions = _open(game, history)
        if depth == len(shape):
            rule = scenario.outcomes[int(game.outcomes[history])]
            nodes.append(Node(payoffs=tuple(float(own[history]) for own in payoffs), label=rule.name))
            continue
        start = len(histories)
        histories.extend((*history, action) for action in actions)
        children, named = tuple(range(start, len(histories))), tuple(names[depth][action] for action in actions)
        drawn = game.stages[stage_of[depth]][0]
        if isinstance(drawn, Chance):
            nodes.append(Node(children, actions=named, probabilities=drawn.among(actions)))
            continue
        seen = history[: game.first_axis[stage_of[depth]]]
        if (depth, seen) not in known:
            known[depth, seen] = len(information)
            told = ", ".join(filter(None, (names[axis][action] for axis, action in enumerate(seen))))
            label = "+".join(staging.movers[depth]) + (f" after {told}" if told else "")
            information.append(InformationSet(seats[depth], label, named))
        nodes.append(Node(children, known[depth, seen]))
    return in_order(f"{scenario.title}: {structure.name}", players, nodes, information)


def _open(game: StagedGame, history: tuple[int, ...]) -> tuple[int, ...]:
    """The actions that the next mover has; none at an end."""
    if len(history) == game.outcomes.ndim:
        return ()
    (actions,) = available(game.outcomes[history], 1)
    return actions
