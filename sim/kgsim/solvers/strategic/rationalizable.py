"""Actions that survive the iterated elimination of strictly dominated ones, and the order in which the others go.

For two players these are the rationalizable actions (Bernheim 1984; Pearce 1984); for more, those that are
rationalizable if a player may think of the others' choices as correlated. An action goes if some mixture of others is
better against everything that is left; which mixture there is, a linear programme tells. The order of elimination does
not matter for strict dominance: all that can go, go at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from kgsim.arrays import Floats
from kgsim.games.strategic import as_payoffs, normalise, with_ties
from kgsim.tolerances import STRICTLY


@dataclass(frozen=True, eq=False, repr=False)
class Rationalizable:
    """What is left of a game.

    Attributes
    ----------
    payoffs
        The game, shape (players, a1, ..., an).
    actions
        For each player, the actions that are left, ascending.
    rounds
        Round by round, for each player, the actions that go.
    """

    payoffs: Floats
    actions: tuple[tuple[int, ...], ...]
    rounds: tuple[tuple[tuple[int, ...], ...], ...]

    def __str__(self) -> str:
        lines = ["left when strictly dominated actions are eliminated:"]
        for player, own in enumerate(self.actions):
            gone = [f"{action} in round {k}" for k, going in enumerate(self.rounds, 1) for action in going[player]]
            left = ", ".join(map(str, own))
            lines.append(f"  player {player}: {left}" + (f"  ({', '.join(gone)} went)" if gone else ""))
        return "\n".join(lines)

    __repr__ = __str__


def rationalizable(payoffs: ArrayLike) -> Rationalizable:
    """Eliminate strictly dominated actions until none is left.

    Parameters
    ----------
    payoffs
        Shape (players, a1, ..., an), as for `kgsim.nash`.

    Raises
    ------
    GameError
        If `payoffs` is not a game.
    """
    game = as_payoffs(payoffs)
    scaled = normalise(with_ties(game))
    left = [np.arange(count) for count in game.shape[1:]]
    rounds = []
    while True:
        kept = np.ix_(*left)
        going = [_dominated(np.moveaxis(own[kept], player, 0)) for player, own in enumerate(scaled)]
        if not any(gone.any() for gone in going):
            break
        rounds.append(tuple(tuple(map(int, own[gone])) for own, gone in zip(left, going, strict=True)))
        left = [own[~gone] for own, gone in zip(left, going, strict=True)]
    return Rationalizable(game, tuple(tuple(map(int, own)) for own in left), tuple(rounds))


def _dominated(worth: Floats) -> np.ndarray:
    """Which actions (first axis) some mixture of the others strictly dominates."""
    rows = worth.reshape(len(worth), -1)
    rows = np.unique(rows, axis=1)
    gone = np.zeros(len(rows), dtype=bool)
    for action in range(len(rows)):
        # By a single action most often, which needs no programme; a best response to something cannot go.
        others = np.delete(rows, action, axis=0)
        if len(others) and (others > rows[action]).all(axis=1).any():
            gone[action] = True
        elif not (rows[action] >= rows.max(axis=0)).any():
            gone[action] = _margin(rows[action], others) > STRICTLY
    return gone


def _margin(row: Floats, others: Floats) -> float:
    """By how much the best mixture of others beats a row where it beats it least."""
    from scipy.optimize import linprog

    count, columns = others.shape
    found = linprog(
        np.append(np.zeros(count), -1.0),
        A_ub=np.hstack([-others.T, np.ones((columns, 1))]),
        b_ub=-row,
        A_eq=np.append(np.ones(count), 0.0)[None, :],
        b_eq=[1.0],
        bounds=[*((0, None) for _ in range(count)), (None, None)],
        method="highs",
    )
    return float(-found.fun) if found.success else 0.0
