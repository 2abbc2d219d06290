"""What a mover wants: a player its own payoff, a bloc what its rule says. `RULES` is the table of the blocs' rules.

An objective judges payoff vectors, players along the last axis, and whatever axes come before. Code that solves games
asks for an objective's kind and never for its name:

- *linear* objectives are expected utilities, and may be mixed over;
- those that *rank* have a score, which rises with each member's payoff, and pick one position of the best;
- those that *choose* pick from a set of positions as a whole, because what they make of one depends on the others, or
  because ties of the worst-off member are broken by the next one;
- the others are dominance relations: a position stands if no other is better.

Where payoffs are affine over a polytope of offers, `mixture` says which mixture of the corners a rule picks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from math import inf
from typing import ClassVar, Self

import numpy as np

from kgsim.games import mixtures
from kgsim.tolerances import ROUNDING, SAME_GAIN, tied

#: Numbers of members of blocs by the Nash product that choose exactly from intervals.
EXACT_BETWEEN = (2, 3)

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
    disagreement, weights
        What the rule is told of each, shape (..., members); None if nothing.

    Attributes
    ----------
    linear, ranks, chooses
        Its kind, see above.
    ordinal
        Whether it rests on the members' rankings alone.
    title
        Its name in sentences.
    floor
        Scores up to this one do not tell positions apart; a position of score minus infinity is never chosen.
    """

    members: tuple[int, ...]
    disagreement: Numbers | None = None
    weights: Numbers | None = None

    linear: ClassVar[bool] = False
    ranks: ClassVar[bool] = True
    chooses: ClassVar[bool] = False
    ordinal: ClassVar[bool] = False
    title: ClassVar[str]
    floor: ClassVar[float] = -inf

    @property
    def remainder(self) -> Objective:
        """What decides where no score exceeds the floor."""
        return self

    def at(self, points: np.ndarray) -> Self:
        """The same with what is stated, shape (points, members), at some of the points."""

        def some(stated: Numbers | None) -> Numbers | None:
            # Memory keeps the points side by side; what is stated once holds at all of them.
            return stated if stated is None or np.ndim(stated) < 2 else np.asarray(stated).T[:, points].T

        return replace(self, disagreement=some(self.disagreement), weights=some(self.weights))

    def score(self, payoffs: np.ndarray) -> np.ndarray:
        """Objective of payoff vectors of shape (..., players), shape (...)."""
        raise TypeError(f"{self.title} ranks no two positions that some member prefers each way")

    def size(self, payoffs: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """The size of the numbers that the score is computed from, given that of the payoffs."""
        raise TypeError(f"{self.title} has no score")

    def choose(self, payoffs: np.ndarray, sizes: np.ndarray, there: np.ndarray) -> np.ndarray:
        """Which of some positions are picked.

        Parameters
        ----------
        payoffs, sizes
            Of the positions, and the size of the numbers they were computed from; shape (positions, ..., players).
        there
            Which positions there are; shape (positions, ...).
        """
        raise TypeError(f"{self.title} judges positions one by one")

    def mixture(self, corners: np.ndarray) -> np.ndarray | None:
        """The mixture of some payoff vectors, shape (corners, players), that is picked; its weights, shape (corners,).

        None if no mixture leaves every member at least its fallback. Where payoffs are affine in what is offered, the
        same mixture of the offers at the corners is the offer picked from the polytope between them.
        """
        raise TypeError(f"{self.title} picks no single point of a polytope")

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
        return self._sum(payoffs, np.asarray(self.weights))

    def size(self, payoffs: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """The size of the numbers that the score is computed from, given that of the payoffs."""
        return self._sum(sizes, np.abs(np.asarray(self.weights)))

    def mixture(self, corners: np.ndarray) -> np.ndarray | None:
        """See `Objective.mixture`: a best corner."""
        return np.asarray(np.eye(len(corners))[int(self.score(corners).argmax())])

    def _sum(self, values: np.ndarray, weights: np.ndarray) -> np.ndarray:
        return reduce(np.add, (values[..., seat] * weights[..., index] for index, seat in enumerate(self.members)))


class Agreement(Objective):
    """An agreement that no member has to sign: one that leaves it below its disagreement payoff, if any, it vetoes."""

    def gains(self, payoffs: np.ndarray) -> np.ndarray:
        """Members' gains over the disagreement point, shape (..., members)."""
        return gains(self.of_members(payoffs), np.asarray(self.disagreement))

    def acceptable(self, payoffs: np.ndarray) -> np.ndarray:
        """Whether no member is left below its fallback, shape (...)."""
        if self.disagreement is None:
            return super().acceptable(payoffs)
        return np.asarray((self.gains(payoffs) >= 0.0).all(axis=-1))


class NashProduct(Agreement):
    """The geometric mean of the members' gains over a disagreement point (Nash 1950), in payoff units.

    The mean ranks positions as the product does. `weights`, if any, are bargaining powers: the exponents of the gains
    (Harsanyi and Selten 1972; Kalai 1977), of which only the proportions count. A position that leaves any member below
    its fallback scores minus infinity: that member would not sign. Where no position gives every member more than its
    fallback, the product is 0 wherever it is defined and ranks nothing; what remains of the axioms is efficiency.
    """

    title, floor = "the Nash product", 0.0

    @property
    def remainder(self) -> Objective:
        """Efficiency."""
        return Efficient(self.members, self.disagreement)

    def score(self, payoffs: np.ndarray) -> np.ndarray:
        """Objective of payoff vectors of shape (..., players), shape (...)."""
        return self._mean(self.gains(payoffs))

    def size(self, payoffs: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """The size of the numbers that the score is computed from, given that of the payoffs."""
        each = self.gains(payoffs)
        known = self.of_members(sizes) + np.abs(np.asarray(self.disagreement))
        share = np.divide(known, each, out=np.zeros_like(each), where=each > 0.0)
        return np.asarray(np.maximum(self._mean(each), 0.0) * (self._power * share).sum(axis=-1))

    def mixture(self, corners: np.ndarray) -> np.ndarray | None:
        """See `Objective.mixture`; where no mixture gives every member more, what is best for the worst-off."""
        power = np.broadcast_to(self._power, (len(self.members),))
        return mixtures.largest_product(self.gains(corners), power)

    def between(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """How far from one payoff vector to another, (..., players), the product of the members' gains is largest.

        Shape (...), nan where it is largest at an end. Of four members and more halfway, which is no more than
        something in between.
        """
        start = self.gains(first)
        change = self.gains(second) - start
        power = np.broadcast_to(self._power, start.shape)
        if len(self.members) > 3:
            return np.full(change.shape[:-1], 0.5)
        if len(self.members) == 3:
            return mixtures.on_segment(start, change, power)
        # The derivative of the product's logarithm is 0 where a linear equation holds.
        slope = power * change * start[..., ::-1]
        both = change[..., 0] * change[..., 1]
        share = -slope.sum(axis=-1) / np.where(both < 0.0, both, np.nan)
        return np.where((share > 0.0) & (share < 1.0), share, np.nan)

    def within(self, first: np.ndarray, second: np.ndarray, third: np.ndarray) -> np.ndarray:
        """The weights of three payoff vectors, (..., players), of three members at the largest product of gains.

        Shape (..., 3), nan where it is largest on a side of the triangle.
        """
        corners = np.stack([self.gains(each) for each in (first, second, third)], axis=-2)
        return mixtures.in_triangle(corners, np.broadcast_to(self._power, corners[..., 0, :].shape))

    @property
    def _power(self) -> np.ndarray:
        """Each member's share of the bargaining power, shape (..., members)."""
        if self.weights is None:
            return np.array(1.0 / len(self.members))
        weights = np.asarray(self.weights)
        return np.asarray(weights / weights.sum(axis=-1, keepdims=True))

    def _mean(self, each: np.ndarray) -> np.ndarray:
        mean = np.prod(np.maximum(each, 0.0) ** self._power, axis=-1)
        return np.where((each < 0.0).any(axis=-1), -np.inf, mean)


class Egalitarian(Agreement):
    """The largest gain, at stated weights, of the member that gains least; then of the next, and so on.

    The weights make points of different members comparable (Kalai 1977). Without the "and so on" a position could be
    picked although another is better for one member and worse for none (Chun and Peters 1988).
    """

    ranks, chooses, title = False, True, "the egalitarian rule"

    def choose(self, payoffs: np.ndarray, sizes: np.ndarray, there: np.ndarray) -> np.ndarray:
        """See `Objective.choose`."""
        each = self.gains(payoffs)
        left = np.asarray(there & (each >= 0.0).all(axis=-1))
        rates = self._rates(each, left)
        known = (rates * (self.of_members(sizes) + np.abs(np.asarray(self.disagreement)))).max(axis=-1)
        for worth in np.moveaxis(np.sort(rates * each, axis=-1), -1, 0):
            best = np.where(left, worth, -inf).max(axis=0)
            left &= tied(worth, best, known)
        return left

    def gain(self, options: np.ndarray, current: np.ndarray) -> np.ndarray:
        """See `Objective.gain`: what the worst-off member gains whose gain is not the same."""
        each, here = np.moveaxis(self.gains(options), -2, 0), self.gains(current)
        left, now = np.asarray((each >= 0.0).all(axis=-1)), np.asarray((here >= 0.0).all(axis=-1))
        rates = self._rates(each, left)
        here = np.where(now[..., None], np.sort(rates * here, axis=-1), 0.0)
        change = np.sort(rates * each, axis=-1) - here
        change = np.where(np.abs(change) <= SAME_GAIN * (np.abs(change + here) + np.abs(here)), 0.0, change)
        first = np.take_along_axis(change, (change != 0.0).argmax(axis=-1)[..., None], axis=-1)[..., 0]
        return np.asarray(np.where(left, np.maximum(first, 0.0), 0.0).max(axis=0))

    def mixture(self, corners: np.ndarray) -> np.ndarray | None:
        """See `Objective.mixture`."""
        each = self.gains(corners)
        ideal = mixtures.ideal(each)
        return None if ideal is None else mixtures.largest_least(each, self.rates(ideal))

    def _rates(self, each: np.ndarray, left: np.ndarray) -> np.ndarray:
        """What one point of each member counts for, given gains (positions, ..., members) and which are acceptable."""
        return self.rates(np.where(left[..., None], each, 0.0).max(axis=0))

    def rates(self, ideal: np.ndarray) -> np.ndarray:
        """What one point of each member counts for, given the most that it could gain; shapes (..., members)."""
        return np.asarray(self.weights)


class KalaiSmorodinsky(Egalitarian):
    """Gains in equal shares of the most that each member could have (Kalai and Smorodinsky 1975).

    The most is looked for among the positions that leave nobody below the fallback. Positions of a finite menu seldom
    offer equal shares, so the smallest share is made as large as it can be, then the next (Imai 1983). A member that
    nothing can give more than its fallback has no share, and does not count.
    """

    title = "the Kalai-Smorodinsky rule"

    def rates(self, ideal: np.ndarray) -> np.ndarray:
        """See `Egalitarian.rates`: the share of the most."""
        return np.asarray(np.divide(1.0, ideal, out=np.zeros_like(ideal), where=ideal > 0.0))


class Efficient(Agreement):
    """Mutual veto: any joint position stands that no other makes better for one member and worse for none."""

    ranks, ordinal, title = False, True, "mutual veto"

    def gain(self, options: np.ndarray, current: np.ndarray) -> np.ndarray:
        """Largest sum of members' gains from an option that hurts no member; at least 0."""
        here = self.of_members(options)
        change = here - self.of_members(current)[..., None, :]
        improving = np.where((change >= -ROUNDING * np.abs(here)).all(axis=-1), change.sum(axis=-1), 0.0)
        return np.asarray(np.maximum(0.0, improving.max(axis=-1)))


#: The rules by which blocs choose, by their names in scenario files.
RULES: dict[str, type[Objective]] = {
    "weighted": Linear,
    "nash": NashProduct,
    "kalai_smorodinsky": KalaiSmorodinsky,
    "egalitarian": Egalitarian,
    "veto": Efficient,
}


def own_payoff(player: int, players: int) -> Linear:
    """The objective of a player that moves alone."""
    return weighted((player,), (1.0,), players)


def weighted(members: Sequence[int], weights: Sequence[float], players: int) -> Linear:
    """A weighted sum of some of the players' payoffs, the others' weights being 0."""
    of_each = dict(zip(members, weights, strict=True))
    return Linear(tuple(range(players)), weights=tuple(of_each.get(player, 0.0) for player in range(players)))
