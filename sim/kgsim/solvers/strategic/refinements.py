"""Which Nash equilibria of a two-player game survive mistakes: trembling-hand perfect and proper ones.

An equilibrium is *perfect* if it is the limit of play in which everybody makes every mistake with some small
probability and plays best given that (Selten 1975); for two players that is, if neither strategy is weakly dominated
(van Damme 1991, theorem 3.2.2). It is *proper* if besides a costlier mistake is far less likely than a cheaper one
(Myerson 1978).

Properness is decided through what mistakes there may be. Say how each player ranks its actions against the other's
mistakes, ties allowed. Then each player's mistakes have to make the other's ranking right, and come in an order of
magnitude each: all of a better group before any of a worse one. For given rankings these are two separate questions,
and each is answered by a few linear programmes, one an order of magnitude (lexicographic beliefs: Blume, Brandenburger
and Dekel 1991). Only rankings that break ties of the equilibrium itself need be tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product
from math import comb, inf, prod

import numpy as np

from kgsim.arrays import Bools, Floats
from kgsim.games.strategic import normalise
from kgsim.solvers.equilibria import Profile
from kgsim.tolerances import DISTINCT_WORTH, PRESENT, TIED_WORTH

#: Actions of a player up to which it is decided.
MOST_ACTIONS = 12

#: Pairs of rankings that are tried for one equilibrium, at most.
MOST_RANKINGS = 500

#: A ranking: groups of actions that are worth the same, from best to worst.
Ranking = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Refinement:
    """What an equilibrium of a two-player game withstands.

    Attributes
    ----------
    perfect, proper
        Whether it is trembling-hand perfect, and proper; None where that is not decided.
    """

    perfect: bool | None
    proper: bool | None

    def __str__(self) -> str:
        if self.perfect is None:
            return "not decided"
        if not self.perfect:
            return "not perfect"
        if self.proper is None:
            return "perfect; whether proper is not decided"
        return "proper" if self.proper else "perfect, not proper"


def refine(payoffs: Floats, profile: Profile) -> Refinement:
    """Judge a Nash equilibrium of a two-player game.

    Parameters
    ----------
    payoffs
        Shape (2, rows, columns).
    profile
        The equilibrium.

    Returns
    -------
    Refinement
        Nothing is decided with another number of players, with more than `MOST_ACTIONS` actions, or where payoffs
        differ by so little of their range that the linear programmes cannot tell.
    """
    game = normalise(payoffs)
    if len(payoffs) != 2 or max(game.shape) > MOST_ACTIONS or _closest(game) < DISTINCT_WORTH:
        return Refinement(None, None)
    rows, columns = game[0], game[1].T
    perfect = _undominated(rows, profile[0]) and _undominated(columns, profile[1])
    return Refinement(perfect, _proper(rows, columns, profile) if perfect else False)


def _closest(game: Floats) -> float:
    """The smallest difference between two payoffs of one player that differ."""
    gaps = np.diff(np.sort(game.reshape(len(game), -1), axis=1), axis=1)
    return float(gaps[gaps > 0.0].min(initial=1.0))


def _undominated(own: Floats, strategy: Floats) -> bool:
    """Whether a strategy is best against some mixture of all of the other's actions (Pearce 1984)."""
    used = tuple(map(int, np.flatnonzero(strategy > PRESENT)))
    rest = tuple(action for action in range(len(own)) if action not in used)
    ranking = (used, rest) if rest else (used,)
    return _mistakes(own, (tuple(range(own.shape[1])),), ranking, among_rest=False)


def _proper(rows: Floats, columns: Floats, profile: Profile) -> bool | None:
    first = _Rankings(rows @ profile[1], profile[0])
    second = _Rankings(columns @ profile[0], profile[1])
    if first.count * second.count > MOST_RANKINGS:
        return None
    pairs = product(first.all(), second.all())
    return any(_mistakes(columns, one, other) and _mistakes(rows, other, one) for one, other in pairs)


class _Rankings:
    """Every ranking that agrees with what actions are worth, ties broken or not, those that are played being on top."""

    def __init__(self, worth: Floats, strategy: Floats) -> None:
        order = np.argsort(-worth, kind="stable")
        ends = np.flatnonzero(np.diff(worth[order]) < -TIED_WORTH) + 1
        best, *self.lower = [tuple(map(int, group)) for group in np.split(order, ends)]
        self.used = tuple(action for action in best if strategy[action] > PRESENT)
        self.idle = tuple(action for action in best if strategy[action] <= PRESENT)

    @property
    def count(self) -> float:
        """How many there are; no less if there are too many to try."""
        left = len(self.idle)
        tops = sum(comb(left, size) * _orders(left - size) for size in range(left + 1))
        return tops * prod(_orders(len(group)) for group in self.lower)

    def all(self) -> Iterator[Ranking]:
        """They one by one, as few ties broken as can be first."""
        tops = (
            ((*self.used, *joined), *rest)
            for size in range(len(self.idle), -1, -1)
            for joined in combinations(self.idle, size)
            for rest in _weak_orders([action for action in self.idle if action not in joined])
        )
        for top, *chosen in product(tops, *map(_weak_orders, self.lower)):
            yield (*top, *(group for part in chosen for group in part))


def _orders(actions: int) -> float:
    return _FUBINI[actions] if actions < len(_FUBINI) else inf


#: The number of weak orders of so many actions.
_FUBINI = (1, 1, 3, 13, 75, 541, 4683)


def _weak_orders(actions: Sequence[int]) -> Iterator[Ranking]:
    if not actions:
        yield ()
    for size in range(len(actions), 0, -1):
        for top in combinations(actions, size):
            for rest in _weak_orders([action for action in actions if action not in top]):
                yield (top, *rest)


def _mistakes(own: Floats, groups: Ranking, ranking: Ranking, *, among_rest: bool = True) -> bool:
    """Whether the other's mistakes can make a player rank its actions so.

    Parameters
    ----------
    own
        The player's payoffs; shape (actions, the other's actions).
    groups
        The other's actions, those of a group likelier than those of the next by an order of magnitude.
    ranking
        The player's ranking.
    among_rest
        Whether the order of the groups after the first counts too, and not only that they are no better.
    """
    same, better = _comparisons(own, ranking, among_rest)
    count = own.shape[1]
    tried, open_ = np.zeros(count, dtype=bool), np.ones(len(better), dtype=bool)
    for group in groups:
        there = np.zeros(count, dtype=bool)
        there[list(group)] = True
        while not tried[there].all():
            step = _further(same, better[open_], tried, there & ~tried)
            if step is None:
                return False
            new, strict = step
            if not (new.any() or strict.any()):
                return False
            tried |= new
            open_[np.flatnonzero(open_)[strict]] = False
        while (step := _further(same, better[open_], tried, np.zeros(count, dtype=bool))) and step[1].any():
            open_[np.flatnonzero(open_)[step[1]]] = False
    return True


def _comparisons(own: Floats, ranking: Ranking, among_rest: bool) -> tuple[Floats, Floats]:
    """Rows that have to be 0, and rows that have to be at least 0, against the other's mistakes."""
    tied = ranking if among_rest else ranking[:1]
    same = [own[group[0]] - own[other] for group in tied for other in group[1:]]
    if among_rest:
        better = [own[one[0]] - own[other[0]] for one, other in pairwise(ranking)]
    else:
        better = [own[ranking[0][0]] - own[other] for group in ranking[1:] for other in group]
    return np.array(same).reshape(-1, own.shape[1]), np.array(better).reshape(-1, own.shape[1])


def _further(same: Floats, better: Floats, tried: Bools, new: Bools) -> tuple[Bools, Bools] | None:
    """The most that one order of magnitude can bring: which new mistakes it holds, and which comparisons it decides.

    A sum of two such orders is one too, so there is one that holds the mistakes and decides the comparisons of all, and
    a linear programme finds it: everything can be scaled up until what is positive is at least 1.
    """
    from scipy.optimize import linprog

    count, rows = len(tried), len(better)
    fresh = np.flatnonzero(new)
    cost = np.concatenate([np.zeros(count), -np.ones(len(fresh) + rows)])
    upper = np.zeros((len(fresh) + rows, count + len(fresh) + rows))
    for place, action in enumerate(fresh):
        upper[place, action], upper[place, count + place] = -1.0, 1.0
    upper[len(fresh) :, :count] = -better
    upper[len(fresh) :, count + len(fresh) :] = np.eye(rows)
    equal = np.hstack([same, np.zeros((len(same), len(fresh) + rows))])
    free = [(None if old else 0.0, None if old or now else 0.0) for old, now in zip(tried, new, strict=True)]
    found = linprog(
        cost, upper, np.zeros(len(upper)), equal if len(same) else None, np.zeros(len(same)) if len(same) else None,
        bounds=[*free, *[(0.0, 1.0)] * (len(fresh) + rows)],
    )  # fmt: skip
    if found.status != 0:
        return None
    gained = found.x[count:] > 0.5
    held = np.zeros(count, dtype=bool)
    held[fresh[gained[: len(fresh)]]] = True
    return held, gained[len(fresh) :]
