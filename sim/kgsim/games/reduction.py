"""Reductions of a strategic-form game that lose no Nash equilibrium.

Two are made. *Iterated strict dominance* drops an action that another pure action beats against everything
the opponents may still do; no equilibrium ever uses it. *Identical actions*, which give every player the
same payoff against everything, are merged into one; an equilibrium of the merged game stands for all ways of
splitting its weight among them, and `Reduction.expand` lists the extreme ones. Weak dominance is never used,
since it loses equilibria.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgsim.games.strategic import close, normalise, with_ties

#: Splits of weight among identical actions are written out up to this many equilibria; beyond, one stands
#: for all.
MOST_SPLITS = 2_000


@dataclass(frozen=True)
class Reduction:
    """A smaller game with the way back.

    Attributes
    ----------
    payoffs
        Payoffs of the reduced game, ties being exact: floats, or fractions if it was given in these.
    classes
        For each player and each action of the reduced game, the actions of the full game that it stands for:
        itself alone, or several identical ones.
    shape
        Numbers of actions in the full game.
    """

    payoffs: NDArray[Any]
    classes: tuple[tuple[tuple[int, ...], ...], ...]
    shape: tuple[int, ...]

    @cached_property
    def scaled(self) -> NDArray[np.float64]:
        """Payoffs of the reduced game, scaled to 0..1 per player."""
        return normalise(self.payoffs)

    @cached_property
    def close(self) -> bool:
        """Whether payoffs differ by so small a part of their range that methods on 0..1 might miss it."""
        return close(self.payoffs)

    @property
    def duplicates(self) -> tuple[tuple[tuple[int, ...], ...], ...]:
        """For each player the groups of two or more identical actions."""
        return tuple(tuple(group for group in own if len(group) > 1) for own in self.classes)

    def count(self, profile: tuple[NDArray[np.float64], ...]) -> int:
        """How many extreme equilibria of the full game one equilibrium of the reduced game stands for."""
        return prod(
            len(own[action])
            for own, strategy in zip(self.classes, profile, strict=True)
            for action in np.flatnonzero(strategy)
        )

    def place(self, profiles: Sequence[tuple[NDArray[np.float64], ...]]) -> tuple[tuple[NDArray[np.float64], ...], ...]:
        """Profiles of the full game, the weight on each group of identical actions going to its first."""
        full = []
        for player, (own, size) in enumerate(zip(self.classes, self.shape, strict=True)):
            rows = np.zeros((len(profiles), size))
            weights = np.array([profile[player] for profile in profiles])
            rows[:, [group[0] for group in own]] = weights.reshape(len(profiles), len(own))
            full.append(rows)
        return tuple(zip(*full, strict=True))

    def expand(
        self, profile: tuple[NDArray[np.float64], ...], *, limit: int | None = None
    ) -> list[tuple[NDArray[np.float64], ...]]:
        """Profiles of the full game for one of the reduced game, at most `limit` of them.

        The weight of each reduced action goes to one of the identical actions at a time; these are the
        extreme points of all the splits. The first one listed uses the first action of every group.
        """
        used = [np.flatnonzero(strategy) for strategy in profile]
        choices = product(
            *(product(*(own[action] for action in actions)) for own, actions in zip(self.classes, used, strict=True))
        )
        profiles = []
        for number, chosen in enumerate(choices):
            if number == limit:
                break
            full = tuple(np.zeros(count) for count in self.shape)
            for player, actions in enumerate(chosen):
                full[player][list(actions)] = profile[player][used[player]]
            profiles.append(full)
        return profiles


def reduce_game(payoffs: NDArray[Any]) -> Reduction:
    """Delete strictly dominated actions until none is left, then merge identical ones.

    Only the order of a player's payoffs decides what goes, so that no payoff is too large to see the others beside it.

    Parameters
    ----------
    payoffs
        Shape (players, a1, ..., an), as `kgsim.games.strategic.as_payoffs` returns it, or fractions.
    """
    tied = with_ties(payoffs)
    order = np.array([np.unique(own, return_inverse=True)[1].reshape(own.shape) for own in tied])
    kept = [np.arange(count) for count in payoffs.shape[1:]]
    everyone = range(len(kept))
    left = order
    while True:
        undominated = [_undominated(left[player], player) for player in everyone]
        if all(mask.all() for mask in undominated):
            break
        kept = [actions[mask] for actions, mask in zip(kept, undominated, strict=True)]
        left = order[np.ix_(np.arange(len(kept)), *kept)]

    firsts, classes = [], []
    for player in everyone:
        groups: dict[bytes, list[int]] = {}
        for action, outcome in enumerate(left.swapaxes(0, player + 1)):
            groups.setdefault(outcome.tobytes(), []).append(action)
        firsts.append([group[0] for group in groups.values()])
        classes.append(tuple(tuple(int(kept[player][k]) for k in group) for group in groups.values()))
    if left.size < order.size:
        tied = with_ties(payoffs[np.ix_(np.arange(len(kept)), *kept)])
    if any(len(first) < count for first, count in zip(firsts, left.shape[1:], strict=True)):
        tied = tied[np.ix_(np.arange(len(kept)), *map(np.array, firsts))]
    return Reduction(tied, tuple(classes), payoffs.shape[1:])


def _undominated(own: NDArray[np.intp], player: int) -> NDArray[np.bool_]:
    """Mark the actions of `player` that no other pure action strictly dominates, given the order of its payoffs."""
    table = own.swapaxes(0, player).reshape(own.shape[player], -1)
    beaten = [bool((table > row).all(axis=1).any()) for row in table]
    return ~np.array(beaten)
