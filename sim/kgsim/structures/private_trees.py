"""A structure with private types in extensive form: chance draws the types, and each player sees its own."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import numpy as np

from kgsim.errors import StructureError
from kgsim.games.extensive import ExtensiveGame, InformationSet, Node, in_order
from kgsim.scenario.model import Scenario, Structure
from kgsim.structures.private_game import PrivateGame

#: Of an information set: the mover, its type (None if it has none), and the actions of earlier stages.
Key = tuple[int, int | None, tuple[int, ...]]


def private_tree(
    scenario: Scenario, structure: Structure, values: Mapping[str, float], most_nodes: int
) -> ExtensiveGame:
    """Unfold a structure with private types.

    Raises
    ------
    StructureError
        If payoffs are not finite, priors are no probabilities, or the tree has more nodes than allowed.
    """
    return unfold(PrivateGame(scenario, structure, values), most_nodes)[0]


def unfold(telling: PrivateGame, most_nodes: int) -> tuple[ExtensiveGame, list[Key]]:
    """Unfold a structure's game at one point, and say what each information set is; raises as `private_tree` does."""
    scenario, structure, game = telling.scenario, telling.structure, telling.game
    shape, draws = game.actions, list(np.ndindex(*game.kinds))
    if len(draws) * sum(prod(shape[:depth]) for depth in range(len(shape) + 1)) > most_nodes:
        raise StructureError(f"structure {structure.name}: its tree would have more than {most_nodes:,} nodes")
    kinds = {player: list(scenario.types[player]) for player in scenario.types}
    seats = [player for stage in game.stages for player in stage]
    first = [game.first_axis[stage] for stage, movers in enumerate(game.stages) for _ in movers]
    names = [tuple(action.name for action in actions) for actions in telling.actions]
    information: list[InformationSet] = []
    known: dict[Key, int] = {}
    labels = tuple(", ".join(f"{p} {kinds[p][k]}" for p, k in zip(kinds, types, strict=True)) for types in draws)
    nodes = [Node(tuple(range(1, len(draws) + 1)), None, labels, tuple(float(game.prior[types]) for types in draws))]
    open_nodes: list[tuple[tuple[int, ...], tuple[int, ...]]] = [(types, ()) for types in draws]
    for types, history in open_nodes:
        depth = len(history)
        if depth == len(shape):
            rule = scenario.outcomes[int(telling.outcomes[history])]
            nodes.append(Node(payoffs=tuple(map(float, game.payoffs_at(history)[types])), label=rule.name))
            continue
        place = game.informed.index(seats[depth]) if seats[depth] in game.informed else None
        own = None if place is None else types[place]
        seen = history[: first[depth]]
        if (depth, own, seen) not in known:
            known[depth, own, seen] = len(information)
            told = "; ".join(names[axis][action] for axis, action in enumerate(seen))
            who = telling.movers[depth]
            if place is not None and own is not None:
                who += f" ({kinds[list(kinds)[place]][own]})"
            label = who + (f" after {told}" if told else "")
            information.append(InformationSet(seats[depth], label, names[depth]))
        start = 1 + len(open_nodes)
        open_nodes.extend((types, (*history, action)) for action in range(shape[depth]))
        nodes.append(Node(tuple(range(start, start + shape[depth])), known[depth, own, seen]))
    return in_order(f"{scenario.title}: {structure.name}", list(scenario.players), nodes, information), list(known)
