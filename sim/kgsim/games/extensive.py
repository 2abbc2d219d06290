"""Games in extensive form: a tree with chance moves and information sets, and what can be said of it without a solver.

Nodes are stored flat in the order of play (a node before its children, the first child's subtree first), so that trees
of any depth can be walked without recursion. Definitions follow Kuhn (1953) and Selten (1975).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kgsim.errors import GameError
from kgsim.tolerances import SUM_TO_ONE

#: Information set to a probability for each of its actions.
Behaviour = Mapping[int, np.ndarray]


@dataclass(frozen=True)
class InformationSet:
    """Nodes that a player cannot tell apart, and what it can do there."""

    player: int
    label: str
    actions: tuple[str, ...]


@dataclass(frozen=True)
class Node:
    """One node of the tree.

    Attributes
    ----------
    children
        Indices of the nodes that the actions lead to; empty at an end.
    information
        Index of the information set of a decision node; None for chance moves and ends.
    actions, probabilities
        Of a chance move; empty elsewhere.
    payoffs
        Of an end, one for each player; empty elsewhere.
    label
        Of the end's outcome, or of what chance draws; free text.
    """

    children: tuple[int, ...] = ()
    information: int | None = None
    actions: tuple[str, ...] = ()
    probabilities: tuple[float, ...] = ()
    payoffs: tuple[float, ...] = ()
    label: str = ""


@dataclass(frozen=True, eq=False)
class ExtensiveGame:
    """A finite game in extensive form; node 0 is the root.

    Parameters
    ----------
    title, players
        For readers.
    nodes
        Every node, parents before children.
    information
        The information sets.

    Raises
    ------
    GameError
        If nodes do not form one tree, or a node does not fit its information set, its probabilities or its payoffs.
    """

    title: str
    players: tuple[str, ...]
    nodes: tuple[Node, ...]
    information: tuple[InformationSet, ...]

    def __post_init__(self) -> None:
        if not self.players:
            raise GameError("a game needs at least one player")
        children = [child for node in self.nodes for child in node.children]
        if sorted(children) != list(range(1, len(self.nodes))) or not self.nodes:
            raise GameError("the nodes do not form one tree: every node but the root needs exactly one parent")
        if any(child <= place for place, node in enumerate(self.nodes) for child in node.children):
            raise GameError("the nodes do not form one tree: a node must come after its parent")
        for place, node in enumerate(self.nodes):
            self._check(place, node)

    def _check(self, place: int, node: Node) -> None:
        if not node.children:
            if len(node.payoffs) != len(self.players) or not np.isfinite(node.payoffs).all():
                raise GameError(f"node {place}: an end needs one finite payoff for each of {len(self.players)} players")
        elif node.information is not None:
            known = 0 <= node.information < len(self.information)
            if not known or len(self.information[node.information].actions) != len(node.children):
                raise GameError(f"node {place}: it does not have as many actions as its information set")
        else:
            chances = np.array(node.probabilities)
            if len(chances) != len(node.children) or not (chances >= 0).all() or abs(chances.sum() - 1) > SUM_TO_ONE:
                raise GameError(f"node {place}: the probabilities of a chance move must be 0 or more and sum to 1")

    @cached_property
    def members(self) -> tuple[tuple[int, ...], ...]:
        """The nodes of every information set."""
        found: list[list[int]] = [[] for _ in self.information]
        for place, node in enumerate(self.nodes):
            if node.information is not None:
                found[node.information].append(place)
        return tuple(map(tuple, found))

    @cached_property
    def parents(self) -> tuple[tuple[int, int] | None, ...]:
        """For every node its parent and the action that leads to it; None for the root."""
        found: list[tuple[int, int] | None] = [None] * len(self.nodes)
        for place, node in enumerate(self.nodes):
            for action, child in enumerate(node.children):
                found[child] = (place, action)
        return tuple(found)

    @cached_property
    def owners(self) -> tuple[int | None, ...]:
        """For every node the player who moves there; None for chance moves and ends."""
        return tuple(
            None if node.information is None else self.information[node.information].player for node in self.nodes
        )

    @property
    def perfect_information(self) -> bool:
        """Whether every information set holds a single node."""
        return all(len(members) <= 1 for members in self.members)

    @cached_property
    def histories(self) -> tuple[tuple[tuple[tuple[int, int], ...], ...], ...]:
        """For every node and player, the player's own information sets and actions on the way there, in order."""
        found: list[tuple[tuple[tuple[int, int], ...], ...]] = [((),) * len(self.players)]
        for place in range(1, len(self.nodes)):
            parent, action = self.parents[place] or (0, 0)
            own, owner, information = found[parent], self.owners[parent], self.nodes[parent].information
            if owner is not None and information is not None:
                own = (*own[:owner], (*own[owner], (information, action)), *own[owner + 1 :])
            found.append(own)
        return tuple(found)

    def require_perfect_recall(self) -> None:
        """Raise GameError, naming player and information set, if somebody forgets what it knew or did (Kuhn 1953)."""
        for index, members in enumerate(self.members):
            owner = self.information[index].player
            pasts = {self.histories[node][owner] for node in members}
            repeated = any(information == index for past in pasts for information, _ in past)
            if len(pasts) > 1 or repeated:
                what = "passes through it twice" if repeated else "does not recall what it did before"
                raise GameError(
                    f"imperfect recall: at information set {self.name_of(index)!r} player {self.players[owner]!r} "
                    f"{what}; kgsim solves games of perfect recall only, so split the information set"
                )

    def name_of(self, information: int) -> str:
        """The label of an information set, or its place as readers count."""
        return self.information[information].label or f"set {information + 1}"

    def action_name(self, information: int, action: int) -> str:
        """The name of an action; of one that stands for more than three equal ones, the first's."""
        first, *others = self.information[information].actions[action].split(" or ")
        return " or ".join([first, *(others if len(others) < 3 else [f"{len(others)} more"])])

    @cached_property
    def last(self) -> tuple[int, ...]:
        """For every node the end of its subtree: the first index behind it, nodes being in the order of play."""
        ends = [place + 1 for place in range(len(self.nodes))]
        for place in reversed(range(len(self.nodes))):
            for child in self.nodes[place].children:
                ends[place] = max(ends[place], ends[child])
        return tuple(ends)

    @cached_property
    def subgames(self) -> tuple[int, ...]:
        """Roots of all subgames, the root of the game first: no information set crosses their border (Selten 1965)."""
        broken: set[int] = set()
        for members in self.members:
            if len(members) < 2:
                continue
            below: Counter[int] = Counter()
            for place in members:
                below[place] += 1
                while (step := self.parents[place]) is not None:
                    place = step[0]
                    below[place] += 1
            broken |= {place for place, count in below.items() if count < len(members)}
        return tuple(place for place, node in enumerate(self.nodes) if node.children and place not in broken)


def in_order(
    title: str, players: Sequence[str], nodes: Sequence[Node], information: Sequence[InformationSet]
) -> ExtensiveGame:
    """Build a game from nodes in any order (node 0 the root), renumbering them in the order of play."""
    order: list[int] = []
    pending = [0]
    while pending:
        place = pending.pop()
        order.append(place)
        if len(order) > len(nodes):
            raise GameError("the nodes do not form one tree: some node can be reached in two ways")
        pending.extend(reversed(nodes[place].children))
    new = {place: index for index, place in enumerate(order)}
    renumbered = (
        Node(
            tuple(new[child] for child in node.children),
            node.information,
            node.actions,
            node.probabilities,
            node.payoffs,
            node.label,
        )
        for node in (nodes[place] for place in order)
    )
    return ExtensiveGame(title, tuple(players), tuple(renumbered), tuple(information))


def uniform(game: ExtensiveGame) -> dict[int, np.ndarray]:
    """Everybody plays every action with the same probability."""
    return {index: np.full(len(each.actions), 1 / len(each.actions)) for index, each in enumerate(game.information)}


def moves(game: ExtensiveGame, place: int, behaviour: Behaviour) -> Sequence[float] | np.ndarray:
    """Probabilities of the actions at a node that has any."""
    information = game.nodes[place].information
    return game.nodes[place].probabilities if information is None else behaviour[information]


def continuation_values(game: ExtensiveGame, behaviour: Behaviour, *, sizes: bool = False) -> np.ndarray:
    """Expected payoffs from every node on, or their expected size, which bounds the rounding; (nodes, players)."""
    values = np.zeros((len(game.nodes), len(game.players)))
    for place in reversed(range(len(game.nodes))):
        node = game.nodes[place]
        if node.children:
            values[place] = np.asarray(moves(game, place, behaviour)) @ values[list(node.children)]
        else:
            values[place] = np.abs(node.payoffs) if sizes else node.payoffs
    return values


def reach(game: ExtensiveGame, behaviour: Behaviour) -> np.ndarray:
    """Probability of reaching every node from the root, shape (nodes,)."""
    chances = np.zeros(len(game.nodes))
    chances[0] = 1.0
    for place, node in enumerate(game.nodes):
        if node.children:
            chances[list(node.children)] = chances[place] * np.asarray(moves(game, place, behaviour))
    return chances


def gains(game: ExtensiveGame, behaviour: Behaviour) -> np.ndarray:
    """How much every player could gain by its best response in each subgame, (subgames, players), at least 0.

    Best responses are found from the last information sets backwards, which perfect recall allows; the row of the whole
    game comes first, also in a tree that is a single end.
    """
    roots = list(game.subgames) or [0]
    values = continuation_values(game, behaviour)[roots]
    best = [_best(game, behaviour, player)[roots] for player in range(len(game.players))]
    return np.asarray((np.array(best).T - values).clip(0.0))


def _best(game: ExtensiveGame, behaviour: Behaviour, player: int) -> np.ndarray:
    """What a player's best response brings from every node on, shape (nodes,)."""
    weights = _others(game, behaviour, player)
    own = [i for i, each in enumerate(game.information) if each.player == player and game.members[i]]
    # Later information sets of a player lie deeper in its own history than earlier ones.
    own.sort(key=lambda i: -len(game.histories[game.members[i][0]][player]))
    chosen: dict[int, int] = {}
    values = np.full(len(game.nodes), np.nan)

    def settle(start: int) -> None:
        """Fill in the values from a node on; every own information set below is decided."""
        for place in reversed(range(start, game.last[start])):
            node = game.nodes[place]
            if not np.isnan(values[place]):
                continue
            if not node.children:
                values[place] = node.payoffs[player]
            elif game.owners[place] == player and node.information is not None:
                values[place] = values[node.children[chosen[node.information]]]
            else:
                values[place] = np.asarray(moves(game, place, behaviour)) @ values[list(node.children)]

    for index in own:
        members = game.members[index]
        for place in members:
            for child in game.nodes[place].children:
                settle(child)
        options = np.array([values[list(game.nodes[place].children)] for place in members])
        chosen[index] = int(np.argmax(weights[list(members)] @ options))
    settle(0)
    return values


def _others(game: ExtensiveGame, behaviour: Behaviour, player: int) -> np.ndarray:
    """Probability, from the innermost subgame on, that chance and the others lead to every node, shape (nodes,)."""
    chances = np.ones(len(game.nodes))
    roots = set(game.subgames)
    for place, node in enumerate(game.nodes):
        if node.children:
            own = game.owners[place] == player
            shares = np.ones(len(node.children)) if own else np.asarray(moves(game, place, behaviour))
            for child, share in zip(node.children, shares, strict=True):
                chances[child] = 1.0 if child in roots else chances[place] * share
    return chances


def ends(game: ExtensiveGame) -> Iterator[int]:
    """Indices of the nodes at which the game ends."""
    return (place for place, node in enumerate(game.nodes) if not node.children)
