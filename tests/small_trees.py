"""Random small trees, and their values and best responses by plain recursion."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import strategies as st

from kgsim.games.extensive import ExtensiveGame, InformationSet, Node, in_order


def value(game: ExtensiveGame, play: dict[int, np.ndarray], place: int = 0) -> np.ndarray:
    """Expected payoffs by plain recursion: a second reckoning, apart from the code under test."""
    node = game.nodes[place]
    if not node.children:
        return np.array(node.payoffs)
    shares = node.probabilities if node.information is None else play[node.information]
    return sum(p * value(game, play, child) for p, child in zip(shares, node.children, strict=True))


def best(game: ExtensiveGame, play: dict[int, np.ndarray], player: int, start: int) -> float:
    """The best of all pure strategies of a player, tried one by one."""
    own = [i for i, each in enumerate(game.information) if each.player == player]
    counts = [range(len(game.information[i].actions)) for i in own]
    return max(
        value(game, {**play, **{i: np.eye(len(c))[a] for i, c, a in zip(own, counts, choice, strict=True)}}, start)[
            player
        ]
        for choice in product(*counts)
    )


@st.composite
def small_trees(draw: st.DrawFn) -> ExtensiveGame:
    """Two movers who may or may not see each other, a chance move or none, payoffs with many ties."""
    payoff = st.tuples(*[st.integers(-2, 2).map(float)] * 2)
    nodes: list[Node] = []
    sets = [
        InformationSet(0, "first", ("a", "b")),
        InformationSet(1, "second", ("c", "d")),
        InformationSet(1, "third", ("c", "d")),
    ]
    seen = draw(st.booleans())
    later = draw(st.booleans())

    def end() -> int:
        nodes.append(Node(payoffs=draw(payoff)))
        return len(nodes) - 1

    def second(which: int) -> int:
        place = len(nodes)
        nodes.append(Node())
        nodes[place] = Node((end(), first_again() if later and which == 1 else end()), information=which)
        return place

    def first_again() -> int:
        if len(sets) == 3:
            sets.append(InformationSet(0, "again", ("e", "f")))
        place = len(nodes)
        nodes.append(Node())
        nodes[place] = Node((end(), end()), information=3)
        return place

    def first() -> int:
        place = len(nodes)
        nodes.append(Node())
        one = second(1)
        nodes[place] = Node((one, second(2 if seen else 1) if not later or seen else end()), information=0)
        return place

    if draw(st.booleans()) and not later:
        nodes.append(Node())
        nodes[0] = Node((first(), end()), actions=("h", "t"), probabilities=(0.25, 0.75))
    else:
        first()
    used = sorted({node.information for node in nodes if node.information is not None})
    again = {old: new for new, old in enumerate(used)}
    nodes = [
        Node(n.children, None if n.information is None else again[n.information], n.actions, n.probabilities, n.payoffs)
        for n in nodes
    ]
    return in_order("random", ("A", "B"), nodes, [sets[i] for i in used])
