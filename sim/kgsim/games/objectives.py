"""What a mover wants: a player its own payoff, a bloc what its rule says. `RULES` is the table of the blocs' rules.

An objective judges payoff vectors, players along the last axis, and whatever axes come before. Code that solves games
asks for an objective's kind and never for its name:

- *linear* objectives are expected utilities, and may be mixed over;
- those that *rank* have a score, which rises with each member's payoff, and pick one position of the best;
- those that do not are dominance relations: a position stands if no other is better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from math import inf
from typing import ClassVar, Self

import numpy as np

from kgsim.tolerances import ROUNDING, SAME_GAIN

#: One number a member, or arrays of which that is the last axis.
Numbers = Sequence[float] | np.ndarray


def gains(payoffs: np.ndarray, fallback: np.ndarray) -> np.ndarray:
    """Gains over a fallback, shapes that broadcast; what is rounding of the fallback is no gain and no loss."""
    gain = payoffs - fallback
    return np.where(np.abs(gain) <= SAME_GAIN * np.abs(fallback), 0.0, gain)


def improves(rival: np.ndarray, worth: np.ndarray) -> np.ndarray:
    """Whether payoffs (..., members) are worse than others for no member and better for one; ties are exact."""
    return np.asarray((rival >= worth).all(axis=-1) & (rival > worth).any(axis=-1))


@dataclass(frozen=True)
class Objective:
    """What objectives have in common.

    Parameters
    ----------
    members
        Players whose payoffs it judges.
    stated
        What the rule is told of each, shape (..., members): weights or a disagreement point; None if nothing.

    Attributes
    ----------
    linear, ranks
        Its kind, see above.
    title
        Its name in sentences.
    floor
        Scores up to this one do not tell positions apart; a position of score minus infinity is never chosen.
    """

    members: tuple[int, ...]
    stated: Numbers | None = None

    linear: ClassVar[bool] = False
    ranks: ClassVar[bool] = True
    title: ClassVar[str]
    floor: ClassVar[float] = -inf

    @property
    def remainder(self) -> Objective:
        """What decides where no score exceeds the floor."""
        return self

    def at(self, points: np.ndarray) -> Self:
        """The same with what is stated, shape (points, members), at some of the points."""
        # Memory keeps the points side by side.
        return self if self.stated is None else replace(self, stated=np.asarray(self.stated).T[:, points].T)

    def score(self, payoffs: np.ndarray) -> np.ndarray:
        """Objective of payoff vectors of shape (..., players), shape (...)."""
        raise TypeError(f"{self.title} ranks no two positions that some member prefers each way")

    def size(self, payoffs: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """The size of the numbers that the score is computed from, given that of the payoffs."""
        raise TypeError(f"{self.title} has no score")

    def gain(self, options: np.ndarray, current: np.ndarray) -> np.ndarray:
        """Largest gain over `current` (..., players) that `options` (..., actions, players) offers; at least 0.

        Off the path a subgame may be one in which no position reaches the fallback; a move from one refused
        position to another is no gain there.
        """
        best, here = self.score(options).max(axis=-1), self.score(current)
        return np.where(best > here, best - np.where(here == -inf, 0.0, here), 0.0)

    def of_members(self, payoffs: np.ndarray) -> np.ndarray:
        """Members' payoffs, shape (..., members); a view where they sit side by side, which saves a copy."""
        first, count = self.members[0], len(self.members)
        if self.members == tuple(range(first, first + count)):
            return payoffs[..., first : first + count]
        return payoffs[..., list(self.members)]

    def acceptable(self, payoffs: np.ndarray) -> np.ndarray:
        """Whether no member is left below its fallback, shape (...)."""
        return np.ones(payoffs.shape[:-1], dtype=bool)

    def dominates(self, payoffs: np.ndarray, current: np.ndarray) -> np.ndarray:
        """Whether payoff vectors (..., players) Pareto-dominate `current` for the members; ties are exact."""
        return improves(self.of_members(payoffs), self.of_members(current))


class Linear(Objective):
    """A weighted sum of payoffs."""

    linear, title = True, "a weighted sum"

    def score(self, payoffs: np.ndarray) -> np.ndarray:
        """Objective of payoff vectors of shape (..., players), shape (...)."""
        return self._sum(payoffs, np.asarray(self.stated))

    def size(self, payoffs: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """The size of the numbers that the score is computed from, given that of the payoffs."""
        return self._sum(sizes, np.abs(np.asarray(self.stated)))

    def _sum(self, values: np.ndarray, weights: np.ndarray) -> np.ndarray:
        return reduce(np.add, (values[..., seat] * weights[..., index] for index, seat in enumerate(self.members)))


class Agreement(Objective):
    """An agreement that no member has to sign: one that leaves it below its disagreement payoff, if any, it vetoes."""

    def gains(self, payoffs: np.ndarray) -> np.ndarray:
        """Members' gains over the disagreement point, shape (..., members)."""
        return gains(self.of_members(payoffs), np.asarray(self.stated))

    def acceptable(self, payoffs: np.ndarray) -> np.ndarray:
        """Whether no member is left below its fallback, shape (...)."""
        if self.stated is None:
            return super().acceptable(payoffs)
        return np.asarray((self.gains(payoffs) >= 0.0).all(axis=-1))


class NashProduct(Agreement):
    """The geometric mean of the members' gains over a disagreement point (Nash 1950), in payoff units.

    The mean ranks positions as the product does. A position that leaves any member below its fallback scores
    minus infinity: that member would not sign. Where no position gives every member more than its fallback, the product
    is 0 wherever it is defined and ranks nothing; what remains of the axioms is efficiency.
    """

    title, floor = "the Nash product", 0.0

    @property
    def remainder(self) -> Objective:
        """Efficiency."""
        return Efficient(self.members, self.stated)

    def score(self, payoffs: np.ndarray) -> np.ndarray:
        """Objective of payoff vectors of shape (..., players), shape (...)."""
        return self._mean(self.gains(payoffs))

    def size(self, payoffs: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """The size of the numbers that the score is computed from, given that of the payoffs."""
        each = self.gains(payoffs)
        known = self.of_members(sizes) + np.abs(np.asarray(self.stated))
        share = np.divide(known, each, out=np.zeros_like(each), where=each > 0.0)
        return np.asarray(np.maximum(self._mean(each), 0.0) * share.mean(axis=-1))

    def _mean(self, each: np.ndarray) -> np.ndarray:
        mean = np.prod(np.maximum(each, 0.0) ** (1.0 / len(self.members)), axis=-1)
        return np.where((each < 0.0).any(axis=-1), -np.inf, mean)


class Efficient(Agreement):
    """Mutual veto: any joint position stands that no other makes better for one member and worse for none."""

    ranks, title = False, "mutual veto"

    def gain(self, options: np.ndarray, current: np.ndarray) -> np.ndarray:
        """Largest sum of members' gains from an option that hurts no member; at least 0."""
        here = self.of_members(options)
        change = here - self.of_members(current)[..., None, :]
        improving = np.where((change >= -ROUNDING * np.abs(here)).all(axis=-1), change.sum(axis=-1), 0.0)
        return np.asarray(np.maximum(0.0, improving.max(axis=-1)))


#: The rules by which blocs choose, by their names in scenario files.
RULES: dict[str, type[Objective]] = {"weighted": Linear, "nash": NashProduct, "veto": Efficient}


def own_payoff(player: int, players: int) -> Linear:
    """The objective of a player that moves alone."""
    return weighted((player,), (1.0,), players)


def weighted(members: Sequence[int], weights: Sequence[float], players: int) -> Linear:
    """A weighted sum of some of the players' payoffs, the others' weights being 0."""
    of_each = dict(zip(members, weights, strict=True))
    return Linear(tuple(range(players)), tuple(of_each.get(player, 0.0) for player in range(players)))
