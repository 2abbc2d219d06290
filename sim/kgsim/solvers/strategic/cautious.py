"""Play without equilibrium: caution, regret, and a few steps of thinking about the others.

Labelled as behaviour: nothing here claims that anybody's beliefs are right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kgsim.arrays import Floats
from kgsim.games.strategic import action_values, with_ties
from kgsim.tolerances import AVERAGED


@dataclass(frozen=True)
class Cautious:
    """What each player does by a rule of its own.

    Attributes
    ----------
    actions
        For each player, the actions that the rule allows, ascending.
    worth
        For each player, what the rule makes of them: the least payoff, or the largest regret, payoff units.
    """

    actions: tuple[tuple[int, ...], ...]
    worth: tuple[float, ...]


def maximin(payoffs: Floats) -> Cautious:
    """Actions whose worst payoff is best, and that payoff, which nobody can take away (Wald 1950)."""
    least = [own.min(axis=1) for own in _by_own_action(payoffs)]
    return Cautious(tuple(_all_of(own == own.max()) for own in least), tuple(float(own.max()) for own in least))


def minimax_regret(payoffs: Floats) -> Cautious:
    """Actions whose largest regret is least: what was missed, had one known what the others do (Savage 1951)."""
    most = [(own.max(axis=0) - own).max(axis=1) for own in _by_own_action(payoffs)]
    return Cautious(tuple(_all_of(own == own.min()) for own in most), tuple(float(own.min()) for own in most))


def levels(payoffs: Floats, most: int = 3) -> tuple[tuple[tuple[int, ...], ...], ...]:
    """Level by level, for each player, its best actions against the level below (Stahl and Wilson 1994; Nagel 1995).

    Level 0 plays every action with equal chance; a player of the next level that is indifferent between several
    actions plays each of them with equal chance.

    Returns
    -------
    tuple
        Level 1 to `most`, then players, then actions, ascending.
    """
    game = with_ties(payoffs)
    play = [np.full(count, 1.0 / count) for count in game.shape[1:]]
    found = []
    for _ in range(most):
        best = [np.isclose(own, own.max(), rtol=AVERAGED, atol=0.0) for own in action_values(game, play)]
        found.append(tuple(_all_of(own) for own in best))
        play = [own / own.sum() for own in best]
    return tuple(found)


def _by_own_action(payoffs: Floats) -> list[Floats]:
    """Each player's payoffs, shape (its actions, profiles of the others)."""
    game = with_ties(payoffs)
    return [np.moveaxis(own, player, 0).reshape(own.shape[player], -1) for player, own in enumerate(game)]


def _all_of(flags: np.ndarray) -> tuple[int, ...]:
    return tuple(map(int, np.flatnonzero(flags)))
