"""What a mover wants: a player its own payoff, a bloc what its rule says.

An objective ranks payoff vectors, one entry per player. *Linear* objectives are expected utilities and so may be
mixed over; the Nash product and mutual veto pick one joint position each and do not randomise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kgsim.tolerances import ROUNDING, SAME_GAIN


def gains(payoffs: np.ndarray, fallback: np.ndarray) -> np.ndarray:
    """Gains over a fallback, shapes that broadcast; what is rounding of the two is no gain and no loss."""
    gain = payoffs - fallback
    return np.where(np.abs(gain) <= SAME_GAIN * np.maximum(np.abs(payoffs), np.abs(fallback)), 0.0, gain)


@dataclass(frozen=True)
class Linear:
    """A weighted sum of payoffs; a player alone is the unit vector.

    Parameters
    ----------
    weights
        One weight per player, 0 for those outside the bloc.
    """

    weights: tuple[float, ...]

    def score(self, payoffs: np.ndarray) -> np.ndarray:
        """Objective of payoff vectors of shape (..., players), shape (...)."""
        return np.asarray(payoffs @ np.array(self.weights))

    def size(self, payoffs: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """The size of the numbers that the objective is computed from, given that of the payoffs."""
        return np.asarray(sizes @ np.abs(np.array(self.weights)))

    def gain(self, options: np.ndarray, current: np.ndarray) -> np.ndarray:
        """Largest gain over `current` (..., players) that `options` (..., actions, players) offers; at least 0."""
        return np.asarray(np.maximum(0.0, (self.score(options) - self.score(current)[..., None]).max(axis=-1)))


@dataclass(frozen=True)
class NashProduct:
    """The geometric mean of the members' gains over a disagreement point (Nash 1950), in payoff units.

    The mean ranks positions as the product does. A position that leaves any member below its fallback scores
    minus infinity: that member would not sign.
    """

    members: tuple[int, ...]
    disagreement: tuple[float, ...]

    def gains(self, payoffs: np.ndarray) -> np.ndarray:
        """Members' gains over the disagreement point, shape (..., members); rounding below 0 counts as 0."""
        return gains(payoffs[..., list(self.members)], np.array(self.disagreement))

    def score(self, payoffs: np.ndarray) -> np.ndarray:
        """Objective of payoff vectors of shape (..., players), shape (...)."""
        each = self.gains(payoffs)
        mean = np.prod(np.maximum(each, 0.0) ** (1.0 / len(self.members)), axis=-1)
        return np.where((each < 0.0).any(axis=-1), -np.inf, mean)

    def size(self, payoffs: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """The size of the numbers that the objective is computed from, given that of the payoffs."""
        each = self.gains(payoffs)
        known = sizes[..., list(self.members)] + np.abs(np.array(self.disagreement))
        share = np.divide(known, each, out=np.zeros_like(each), where=each > 0.0)
        return np.asarray(np.maximum(self.score(payoffs), 0.0) * share.mean(axis=-1))

    def gain(self, options: np.ndarray, current: np.ndarray) -> np.ndarray:
        """Largest gain over `current` (..., players) that `options` (..., actions, players) offers; at least 0.

        Off the path a subgame may be one in which no position reaches the fallback; a move from one refused
        position to another is no gain there.
        """
        best = self.score(options).max(axis=-1)
        here = self.score(current)
        return np.where(best > here, np.minimum(best, 1e300) - np.maximum(here, 0.0), 0.0)


@dataclass(frozen=True)
class Efficient:
    """Mutual veto: any joint position stands that no other makes better for one member and worse for none.

    Parameters
    ----------
    members
        Player indices.
    disagreement
        If given, each member's fallback: positions below it for any member are vetoed.
    """

    members: tuple[int, ...]
    disagreement: tuple[float, ...] | None = None

    def acceptable(self, payoffs: np.ndarray) -> np.ndarray:
        """Whether no member is left below its fallback, shape (...)."""
        if self.disagreement is None:
            return np.ones(payoffs.shape[:-1], dtype=bool)
        return np.asarray((gains(payoffs[..., list(self.members)], np.array(self.disagreement)) >= 0.0).all(axis=-1))

    def dominates(self, payoffs: np.ndarray, current: np.ndarray) -> np.ndarray:
        """Whether payoff vectors (..., players) Pareto-dominate `current` for the members; ties are exact."""
        members = list(self.members)
        better, worse = payoffs[..., members] > current[..., members], payoffs[..., members] < current[..., members]
        return np.asarray(~worse.any(axis=-1) & better.any(axis=-1))

    def gain(self, options: np.ndarray, current: np.ndarray) -> np.ndarray:
        """Largest sum of members' gains from an option that hurts no member; at least 0."""
        change = (options - current[..., None, :])[..., list(self.members)]
        rounding = ROUNDING * np.abs(options[..., list(self.members)])
        improving = np.where((change >= -rounding).all(axis=-1), change.sum(axis=-1), 0.0)
        return np.asarray(np.maximum(0.0, improving.max(axis=-1)))


Objective = Linear | NashProduct | Efficient


def own_payoff(player: int, players: int) -> Linear:
    """The objective of a player that moves alone."""
    return Linear(tuple(float(index == player) for index in range(players)))


def weighted(members: Sequence[int], weights: Sequence[float], players: int) -> Linear:
    """The objective of a bloc that maximises a weighted sum of its members' payoffs."""
    full = [0.0] * players
    for member, weight in zip(members, weights, strict=True):
        full[member] = weight
    return Linear(tuple(full))
