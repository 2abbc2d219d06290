"""Stability where states are profiles of actions, and a move is any change of one player's own action.

Then the definitions (`kgsim.solvers.graph.stability`) come down to minima and maxima over arrays. The opponents
together can bring about every profile of theirs, so GMR asks for the least that they leave a player after its move, and
SMR for the least that they leave it whatever it does (its minmax). Two improvements of one player in a row are one, so
what the opponents would bring about is reached by improvements in any order. Many games of one shape are judged at
once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from kgsim.arrays import Bools, Floats, Integers
from kgsim.solvers.graph.stability import CONCEPTS, Concept


@dataclass(frozen=True, eq=False)
class _Better:
    """A player's own actions at every profile, best first, and how many are better than each.

    Attributes
    ----------
    axis
        The player's axis.
    order, ahead
        Shape of the games: numbers of actions from best to worst along the axis, and how many are strictly better than
        the one at that place.
    """

    axis: int
    order: Integers
    ahead: Integers

    @classmethod
    def of(cls, worth: Floats, axis: int) -> _Better:
        order = np.argsort(-worth, axis=axis, kind="stable")
        ranked = np.take_along_axis(worth, order, axis)
        shape = [1] * worth.ndim
        shape[axis] = worth.shape[axis]
        place = np.broadcast_to(np.arange(worth.shape[axis]).reshape(shape), worth.shape)
        lower = np.diff(ranked, axis=axis, prepend=np.inf) < 0.0
        return cls(axis, order, np.maximum.accumulate(np.where(lower, place, 0), axis=axis))

    def least(self, values: Floats) -> Floats:
        """The least of some values over the actions that are strictly better; infinite where there is none."""
        ranked = np.minimum.accumulate(np.take_along_axis(values, self.order, self.axis), axis=self.axis)
        found = np.take_along_axis(ranked, np.maximum(self.ahead - 1, 0), self.axis)
        back = np.empty_like(found)
        np.put_along_axis(back, self.order, np.where(self.ahead > 0, found, np.inf), self.axis)
        return back


def stable_profiles(worth: Floats, concepts: Iterable[Concept] = CONCEPTS) -> tuple[dict[Concept, Bools], ...]:
    """Which profiles each player would not leave.

    Parameters
    ----------
    worth
        Payoffs, of which the order alone counts; shape (players, a1, ..., an, games).
    concepts
        The stabilities asked for.

    Returns
    -------
    tuple of dict
        For each player, concept to flags of shape (a1, ..., an, games).
    """
    better = [_Better.of(own, player) for player, own in enumerate(worth)]
    players = range(len(worth))
    return tuple({concept: _stable(worth, better, player, concept) for concept in concepts} for player in players)


def somewhere_stable(worth: Floats, there: Bools, concept: Concept) -> Bools:
    """In which games some of the profiles asked about is stable for everybody; `there` has shape (a1, ..., an).

    Nash implies every other stability and all imply GMR, which are quick to see; the rest is worked out where these
    leave it open.
    """
    held = _somewhere(worth, there, "nash")
    if concept == "nash":
        return held
    left = np.flatnonzero(~held)
    for stricter in dict.fromkeys(["gmr", concept]):
        left = left[_somewhere(worth[..., left], there, stricter)]
    held[left] = True
    return held


def _somewhere(worth: Floats, there: Bools, concept: Concept) -> Bools:
    """The same, one concept by itself, player after player as long as some profile is left."""
    found = np.zeros(worth.shape[-1], dtype=bool)
    left = np.arange(len(found))
    alive = np.broadcast_to(there[..., None], worth.shape[1:])
    for player in range(len(worth)):
        here = worth[..., left]
        better = [_Better.of(own, axis) for axis, own in enumerate(here)]
        alive = alive & _stable(here, better, player, concept)
        kept = alive[there].any(axis=0)
        left, alive = left[kept], alive[..., kept]
    found[left] = True
    return found


def _stable(worth: Floats, better: list[_Better], player: int, concept: Concept) -> Bools:
    own = worth[player]
    others = tuple(other for other in range(len(worth)) if other != player)
    nash = better[player].least(own) == np.inf
    if concept == "nash":
        return np.asarray(nash)
    if concept == "smr":
        whatever = own.max(axis=player, keepdims=True).min(axis=others, keepdims=True)
        return np.asarray(nash | (whatever <= own))
    if concept == "gmr":
        answered = np.broadcast_to(own.min(axis=others, keepdims=True), own.shape)
    else:
        answered = _willing(own, [better[other] for other in others])
    # After every improvement the answer leaves no more than staying does.
    return np.asarray(nash | (-better[player].least(-answered) <= own))


def _willing(own: Floats, others: list[_Better]) -> Floats:
    """The least that the others' improvements, one after another, leave a player from each profile."""
    found = np.full(own.shape, np.inf)
    while others:
        further = np.minimum.reduce([each.least(np.minimum(own, found)) for each in others])
        if (further == found).all():
            break
        found = further
    return found
