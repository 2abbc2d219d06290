"""Smaller trees with the same equilibria: idle decisions left out, equal actions made one; and what no belief defends.

A decision is *idle* if whatever is chosen there leads to the same end, at every node of its information set; two
actions are *equal* if both lead to the same ends at every node. Neither loses an equilibrium of any kind. An action
is never best at an information set, whatever is believed and whatever follows, if at every node the most it can bring
is less than the least that another one brings; once it is gone, others may be too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kgsim.games.extensive import ExtensiveGame, Node, in_order
from kgsim.tolerances import STRICTLY


@dataclass(frozen=True, eq=False)
class Simpler:
    """A smaller tree, and where its information sets come from.

    Attributes
    ----------
    game
        The smaller tree.
    sets
        For each of its information sets, the number of the one it was.
    actions
        For each of its information sets, the numbers of the actions that are left.
    """

    game: ExtensiveGame
    sets: tuple[int, ...]
    actions: tuple[tuple[int, ...], ...]


def without_idle(game: ExtensiveGame) -> Simpler:
    """Leave out decisions that make no difference to anybody."""
    ends = _ends(game)
    waiting = set(range(len(game.information)))
    while True:
        idle = {
            index
            for index in waiting
            if all(len({_end(ends.get(child)) for child in game.nodes[m].children} - {None}) == 1
                   and all(child in ends for child in game.nodes[m].children) for m in game.members[index])
        }  # fmt: skip
        if not idle:
            break
        waiting -= idle
        for index in idle:
            ends |= {place: ends[game.nodes[place].children[0]] for place in game.members[index]}
    kept = {index: tuple(range(len(each.actions))) for index, each in enumerate(game.information)}
    return _rebuilt(game, ends, kept)


def without_difference(game: ExtensiveGame) -> Simpler:
    """Leave out idle decisions, and make equal actions one, named after all of them."""
    idle = without_idle(game)
    game = idle.game
    groups = {index: _equal_actions(game, index) for index in range(len(game.information))}
    kept = {index: tuple(group[0] for group in own) for index, own in groups.items()}
    named = [
        replace(each, actions=tuple(" or ".join(each.actions[a] for a in group) for group in groups[index]))
        for index, each in enumerate(game.information)
    ]
    smaller = _rebuilt(game, _ends(game), kept).game
    final = ExtensiveGame(game.title, game.players, smaller.nodes, tuple(named))
    return Simpler(final, idle.sets, tuple(kept.values()))


def _equal_actions(game: ExtensiveGame, index: int) -> list[list[int]]:
    groups: dict[object, list[int]] = {}
    for action in range(len(game.information[index].actions)):
        below = [game.nodes[game.nodes[place].children[action]] for place in game.members[index]]
        key = action if any(node.children for node in below) else tuple(map(_end, below))
        groups.setdefault(key, []).append(action)
    return list(groups.values())


def _ends(game: ExtensiveGame) -> dict[int, Node]:
    return {place: node for place, node in enumerate(game.nodes) if not node.children}


def without_never_best(game: ExtensiveGame) -> Simpler:
    """Leave out, again and again, actions that no belief and no continuation makes best."""
    kept = {index: tuple(range(len(each.actions))) for index, each in enumerate(game.information)}
    while True:
        low, high = _bounds(game, kept)
        struck = False
        for index, members in enumerate(game.members):
            player = game.information[index].player
            for action in kept[index]:
                most = high[[game.nodes[m].children[action] for m in members], player]
                for other in kept[index]:
                    least = low[[game.nodes[m].children[other] for m in members], player]
                    if (
                        other != action
                        and len(members)
                        and (most < least - STRICTLY * np.maximum(np.abs(most), np.abs(least))).all()
                    ):
                        kept[index] = tuple(a for a in kept[index] if a != action)
                        struck = True
                        break
        if not struck:
            return _rebuilt(game, _ends(game), kept)


def _end(node: Node | None) -> tuple[object, ...] | None:
    return None if node is None else (node.payoffs, node.label)


def _bounds(game: ExtensiveGame, kept: dict[int, tuple[int, ...]]) -> tuple[np.ndarray, np.ndarray]:
    """The least and the most that every player can get from every node on; shape (nodes, players) each."""
    low = np.zeros((len(game.nodes), len(game.players)))
    high = np.zeros_like(low)
    for place in reversed(range(len(game.nodes))):
        node = game.nodes[place]
        if not node.children:
            low[place] = high[place] = node.payoffs
        elif node.information is None:
            shares = np.array(node.probabilities)
            low[place], high[place] = shares @ low[list(node.children)], shares @ high[list(node.children)]
        else:
            below = [node.children[action] for action in kept[node.information]]
            low[place], high[place] = low[below].min(axis=0), high[below].max(axis=0)
    return low, high


def _rebuilt(game: ExtensiveGame, ends: dict[int, Node], kept: dict[int, tuple[int, ...]]) -> Simpler:
    """The tree with some nodes made ends and some actions left out."""
    places: list[int] = []
    children: dict[int, tuple[int, ...]] = {}
    pending = [0]
    while pending:
        place = pending.pop()
        places.append(place)
        node = game.nodes[place]
        if place not in ends:
            open_ = range(len(node.children)) if node.information is None else kept[node.information]
            children[place] = tuple(node.children[action] for action in open_)
            pending.extend(reversed(children[place]))
    new = {place: index for index, place in enumerate(places)}
    used = sorted({i for p in children if (i := game.nodes[p].information) is not None})
    number = {index: at for at, index in enumerate(used)}
    nodes = []
    for place in places:
        node = game.nodes[place]
        if place in ends:
            nodes.append(replace(ends[place], children=()))
        else:
            own = None if node.information is None else number[node.information]
            nodes.append(replace(node, children=tuple(new[child] for child in children[place]), information=own))
    information = [
        replace(game.information[i], actions=tuple(game.information[i].actions[a] for a in kept[i])) for i in used
    ]
    return Simpler(
        in_order(game.title, game.players, nodes, information), tuple(used), tuple(kept[index] for index in used)
    )
