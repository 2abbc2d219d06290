"""Games of coalitions whose worth depends on what the others do: partition function form (Thrall and Lucas 1963).

An *embedded coalition* is a coalition together with how all players are divided. Two values share out what all are
worth together. The externality-free value (de Clippel and Serrano 2008) is Shapley's (1953) of the game in which a
coalition counts for what it is worth while everybody else stays alone; Myerson's (1977) takes every division into
account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from math import factorial
from typing import TypeAlias

import numpy as np

from kgsim.arrays import Floats

Coalition: TypeAlias = frozenset[int]
Division: TypeAlias = frozenset[Coalition]

#: Every embedded coalition to its worth.
Worths: TypeAlias = Mapping[tuple[Coalition, Division], float]


def divisions(players: Sequence[int]) -> Iterator[Division]:
    """Every way to divide players into coalitions."""
    if not players:
        yield frozenset()
        return
    first, *others = players
    for size in range(len(others) + 1):
        for joined in combinations(others, size):
            rest = [player for player in others if player not in joined]
            yield from (frozenset([frozenset([first, *joined]), *left]) for left in divisions(rest))


def others_alone(worths: Worths) -> dict[Coalition, float]:
    """What each coalition is worth while everybody else stays alone."""
    return {
        members: worth
        for (members, division), worth in worths.items()
        if all(len(other) == 1 for other in division if other != members)
    }


def others_together(worths: Worths) -> dict[Coalition, float]:
    """What each coalition is worth while all others are one."""
    return {members: worth for (members, division), worth in worths.items() if len(division) <= 2}


def shapley(worth: Mapping[Coalition, float], players: int) -> Floats:
    """Shapley's value: what a player adds, on average over the orders in which all may join; shape (players,)."""
    found = np.zeros(players)
    for members, own in worth.items():
        joined = factorial(len(members) - 1) * factorial(players - len(members)) / factorial(players)
        for player in members:
            found[player] += joined * (own - worth.get(members - {player}, 0.0))
    return found


def externality_free(worths: Worths, players: int) -> Floats:
    """The value of de Clippel and Serrano (2008); shape (players,)."""
    return shapley(others_alone(worths), players)


def myerson(worths: Worths, players: int) -> Floats:
    """The value of Myerson (1977) for games in partition function form; shape (players,)."""
    found = np.zeros(players)
    for (members, division), worth in worths.items():
        count = len(division)
        sign = (-1.0) ** (count - 1) * factorial(count - 1)
        for player in range(players):
            apart = sum(
                1.0 / ((count - 1) * (players - len(other)))
                for other in division
                if other != members and player not in other
            )
            found[player] += sign * (1.0 / players - apart) * worth
    return found


def spread(value: Callable[[Worths, int], Floats], low: Worths, high: Worths, players: int) -> tuple[Floats, Floats]:
    """The least and the largest of a value that is linear in the worths, each of which lies between two numbers."""
    least, most = np.zeros(players), np.zeros(players)
    for embedded in low:
        weight = value({each: float(each == embedded) for each in low}, players)
        least += np.where(weight > 0.0, weight * low[embedded], weight * high[embedded])
        most += np.where(weight > 0.0, weight * high[embedded], weight * low[embedded])
    return least, most


def core(worth: Mapping[Coalition, float], players: int) -> tuple[Floats, Floats] | None:
    """The least and the most that each player has in the core; None if it is empty.

    The core holds the divisions of what all are worth together that give every coalition at least its worth (Gillies
    1959).
    """
    from scipy.optimize import linprog

    everybody = frozenset(range(players))
    rows = {members: own for members, own in worth.items() if members != everybody}
    inside = np.array([[float(player in members) for player in range(players)] for members in rows])
    ends = []
    for player in range(players):
        for sign in (1.0, -1.0):
            cost = np.zeros(players)
            cost[player] = sign
            found = linprog(
                cost, -inside, [-own for own in rows.values()], np.ones((1, players)), [worth[everybody]],
                bounds=[(None, None)] * players,
            )  # fmt: skip
            if found.status != 0:
                return None
            ends.append(sign * found.fun + 0.0)
    return np.array(ends[::2]), np.array(ends[1::2])
