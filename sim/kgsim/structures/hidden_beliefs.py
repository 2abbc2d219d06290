"""What players believe of what stays hidden from them, told of decisions, draws and types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from kgsim.arrays import Floats
from kgsim.games.extensive import ExtensiveGame, reach
from kgsim.results import Belief
from kgsim.tolerances import POSITIVE


class Told(Protocol):
    """How a structure's tree is told."""

    def at_set(self, index: int) -> tuple[str, str, Mapping[str, str]]:
        """Who decides at an information set, and the decision; and what was seen before, decision to action."""

    def at_draw(self, label: str, action: str) -> Mapping[str, str]:
        """What an action of a chance move is: event or, of types drawn first, player to what was drawn."""

    @property
    def informed(self) -> tuple[str, ...]:
        """The players who have types."""


@dataclass(frozen=True, eq=False)
class Judged:
    """A sequential equilibrium in a tree without what makes no difference.

    Attributes
    ----------
    game
        That tree.
    origin, actions
        For each of its information sets, the number of the one that it was, and the names of the actions that are left.
    behaviour, beliefs
        Information set to probabilities of its actions, and of its nodes.
    """

    game: ExtensiveGame
    origin: Sequence[int]
    actions: Sequence[Sequence[str]]
    behaviour: Mapping[int, Floats]
    beliefs: Mapping[int, Floats]


def beliefs_told(judged: Judged, telling: Told) -> tuple[Belief, ...]:
    """What is believed wherever something matters that the mover does not know, in the order of the tree.

    On the path it is what Bayes' rule says. Off it, it is one belief that supports the equilibrium and is a limit of
    Bayes' rule (Kreps and Wilson 1982); others may support it too.
    """
    game = judged.game
    likely = reach(game, judged.behaviour)
    found = []
    for index, members in enumerate(game.members):
        if len(members) < 2 or index not in judged.beliefs:
            continue
        who, _, seen = telling.at_set(judged.origin[index])
        surprise = bool(likely[list(members)].sum() <= POSITIVE)
        shares: dict[str, dict[str, float]] = {}
        for place, share in zip(members, judged.beliefs[index], strict=True):
            for subject, action in _past(judged, telling, place):
                own = shares.setdefault(subject, {})
                own[action] = own.get(action, 0.0) + float(share)
        for subject, own in shares.items():
            if subject in seen or (len(own) < 2 and sum(own.values()) > 1.0 - POSITIVE):
                continue
            found.append(
                Belief(
                    player=subject,
                    after=seen,
                    probabilities={action: (share, share) for action, share in own.items()},
                    surprise=surprise,
                    believer=who,
                    decision="" if subject in telling.informed else subject,
                )
            )
    return tuple(found)


def _past(judged: Judged, telling: Told, place: int) -> Iterator[tuple[str, str]]:
    """What was done and drawn on the way to a node."""
    game = judged.game
    while (step := game.parents[place]) is not None:
        place, action = step
        node = game.nodes[place]
        if node.information is None:
            yield from telling.at_draw(node.label, node.actions[action]).items()
        else:
            _, decision, _ = telling.at_set(judged.origin[node.information])
            yield decision, judged.actions[node.information][action]
