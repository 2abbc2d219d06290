"""A game with private types in extensive form: chance draws the types, and each player sees its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from kgsim.errors import StructureError
from kgsim.games.bayesian import BayesianGame
from kgsim.games.extensive import ExtensiveGame, InformationSet, Node, in_order

#: Of an information set: the mover, its type (None if it has none), and the actions of earlier stages.
Key = tuple[int, int | None, tuple[int, ...]]


@dataclass(frozen=True)
class Names:
    """How a tree's parts are called.

    Attributes
    ----------
    title, players
        Of the game, and of every player.
    types
        For every informed player, in the order of the game, the names of its types.
    movers, actions
        Of every mover, and of its actions.
    ends
        For every label of an end.
    """

    title: str
    players: Sequence[str]
    types: Sequence[Sequence[str]]
    movers: Sequence[str]
    actions: Sequence[Sequence[str]]
    ends: Sequence[str]


def plain_names(game: BayesianGame, ends: NDArray[np.intp]) -> Names:
    """Numbers for names."""
    return Names(
        "",
        [str(player) for player in range(game.payoffs.shape[len(game.kinds)])],
        [[str(kind) for kind in range(count)] for count in game.kinds],
        [str(axis) for axis in range(len(game.actions))],
        [[str(action) for action in range(count)] for count in game.actions],
        [str(label) for label in range(int(ends.max()) + 1)],
    )


def _options(game: BayesianGame, history: tuple[int, ...]) -> tuple[int, ...]:
    """What can be done after a history, by the mover whose turn it is."""
    return game.options(len(history), history[: game.seen[len(history)]])


def unfold(
    game: BayesianGame, ends: NDArray[np.intp], names: Names, most_nodes: int
) -> tuple[ExtensiveGame, list[Key]]:
    """Unfold a game, and say what each information set is.

    Parameters
    ----------
    game
        The game.
    ends
        A label for what each combination of types and actions ends in, shape (t1, ..., tk, a1, ..., am).
    names
        How everything is called.
    most_nodes
        Nodes that are written out.

    Raises
    ------
    StructureError
        If the tree has more nodes than allowed.
    """
    shape, draws = game.actions, list(np.ndindex(*game.kinds))
    if len(draws) * sum(prod(shape[:depth]) for depth in range(len(shape) + 1)) > most_nodes:
        raise StructureError(f"{names.title}: its tree would have more than {most_nodes:,} nodes")
    who = [names.players[player] for player in game.informed]
    labels = tuple(", ".join(f"{who[p]} {names.types[p][kind]}" for p, kind in enumerate(types)) for types in draws)
    information: list[InformationSet] = []
    known: dict[Key, int] = {}
    nodes = [Node(tuple(range(1, len(draws) + 1)), None, labels, tuple(float(game.prior[types]) for types in draws))]
    open_nodes: list[tuple[tuple[int, ...], tuple[int, ...]]] = [(types, ()) for types in draws]
    for types, history in open_nodes:
        depth = len(history)
        while game.can_be is not None and depth < len(shape) and len(forced := _options(game, history)) == 1:
            history, depth = (*history, *forced), depth + 1
        if depth == len(shape):
            label = names.ends[int(ends[(*types, *history)])]
            nodes.append(Node(payoffs=tuple(map(float, game.payoffs_at(history)[types])), label=label))
            continue
        place = game.place(depth)
        own = None if place is None else types[place]
        seen = history[: game.seen[depth]]
        if (depth, own, seen) not in known:
            known[depth, own, seen] = len(information)
            told = ", ".join(filter(None, (names.actions[axis][action] for axis, action in enumerate(seen))))
            mover = names.movers[depth] + (
                f" ({names.types[place][own]})" if place is not None and own is not None else ""
            )
            label = mover + (f" after {told}" if told else "")
            named = tuple(names.actions[depth][action] for action in _options(game, history))
            information.append(InformationSet(game.movers[depth], label, named))
        start = 1 + len(open_nodes)
        open_nodes.extend((types, (*history, action)) for action in _options(game, history))
        nodes.append(Node(tuple(range(start, 1 + len(open_nodes))), known[depth, own, seen]))
    return in_order(names.title, list(names.players), nodes, information), list(known)
