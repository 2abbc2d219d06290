"""Correlated and coarse correlated equilibria: what a mediator, or a common past, could make of a game.

A *correlated equilibrium* is a lottery over profiles such that whoever is told its own part alone has nothing better to
do (Aumann 1974); in a *coarse* one nobody is better off ignoring what it would be told (Moulin and Vial 1978). Both are
polytopes, so that best and worst are linear programmes. Every Nash equilibrium is among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kgsim.arrays import Floats
from kgsim.errors import GameError
from kgsim.games.strategic import as_payoffs, normalise

#: Profiles up to which the programmes are solved.
MOST_PROFILES = 20_000


@dataclass(frozen=True, eq=False, repr=False)
class CorrelatedSet:
    """The correlated, or coarse correlated, equilibria of a game.

    Attributes
    ----------
    payoffs
        The game, shape (players, a1, ..., an).
    coarse
        Which of the two.
    """

    payoffs: Floats
    coarse: bool

    @cached_property
    def values(self) -> Floats:
        """The least and the most that each player gets in one of them, shape (players, 2)."""
        return np.array([[self.extreme(own)[0], -self.extreme(-own)[0]] for own in self.payoffs])

    def __str__(self) -> str:
        kind = "coarse correlated equilibria" if self.coarse else "correlated equilibria"
        lines = [f"{kind}: what each player gets in the worst and in the best for it"]
        lines += [f"  player {player}: {low:.4g} to {high:.4g}" for player, (low, high) in enumerate(self.values)]
        return "\n".join([*lines, "  together: {:.4g} to {:.4g}".format(*self.welfare)])

    __repr__ = __str__

    @cached_property
    def welfare(self) -> tuple[float, float]:
        """The least and the most of the players' payoffs taken together, which supposes that they can be added."""
        total = self.payoffs.sum(axis=0)
        return self.extreme(total)[0], -self.extreme(-total)[0]

    def extreme(self, weights: ArrayLike) -> tuple[float, Floats]:
        """The equilibrium with the least expected value of some weights, and that value.

        Parameters
        ----------
        weights
            A number for each profile, shape (a1, ..., an).

        Returns
        -------
        value, lottery
            The lottery has the shape of the profiles.
        """
        from scipy.optimize import linprog

        shape = self.payoffs.shape[1:]
        cost = np.asarray(weights, dtype=np.float64)
        scale = float(np.abs(cost).max()) or 1.0
        found = linprog(
            cost.ravel() / scale,
            A_ub=self._gains,
            b_ub=np.zeros(self._gains.shape[0]),
            A_eq=np.ones((1, cost.size)),
            b_eq=[1.0],
            bounds=(0, None),
            method="highs",
        )
        if not found.success:
            raise GameError(f"the linear programme of correlated equilibria was not solved: {found.message}")
        lottery = np.asarray(found.x).clip(min=0.0).reshape(shape)
        lottery /= lottery.sum()
        return float((lottery * cost).sum()), lottery

    def residual(self, lottery: Floats) -> float:
        """The largest gain from not doing as told, as a share of the player's range of payoffs."""
        return max(0.0, float((self._gains @ lottery.ravel()).max(initial=0.0)))

    @cached_property
    def _gains(self) -> Any:
        """What each deviation gains, by profile, on payoffs of 0..1: sparse, shape (deviations, profiles)."""
        from scipy.sparse import csr_matrix

        game = normalise(self.payoffs)
        rows = [row for player in range(len(game)) for row in _deviations(game[player], player, self.coarse)]
        return csr_matrix(np.array(rows).reshape(-1, game[0].size))


def correlated(payoffs: ArrayLike, *, coarse: bool = False) -> CorrelatedSet:
    """The correlated equilibria of a game, or the coarse ones.

    Parameters
    ----------
    payoffs
        Shape (players, a1, ..., an), as for `kgsim.nash`.
    coarse
        Whether players must decide before they are told their part.

    Raises
    ------
    GameError
        If `payoffs` is not a game, or it has more than `MOST_PROFILES` profiles.
    """
    game = as_payoffs(payoffs)
    if game[0].size > MOST_PROFILES:
        raise GameError(
            f"the game has {game[0].size:,} profiles, and correlated equilibria are found for at most "
            f"{MOST_PROFILES:,}; leave out actions that nobody would take (kgsim.rationalizable)"
        )
    return CorrelatedSet(game, coarse)


def _deviations(worth: Floats, player: int, coarse: bool) -> list[Floats]:
    """What a player's deviations gain at each profile: from each action to each other, or from all to one."""
    actions = worth.shape[player]
    found = []
    for to in range(actions):
        gain = np.take(worth, [to], axis=player) - worth
        if coarse:
            found.append(gain.ravel())
            continue
        for told in range(actions):
            if told != to:
                only = np.zeros_like(gain)
                place = (slice(None),) * player + (told,)
                only[place] = gain[place]
                found.append(only.ravel())
    return found
