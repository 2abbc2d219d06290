"""Quantal response equilibria of strategic games, along their principal branch.

At precision lambda everybody plays each action with a probability proportional to exp(lambda times what it is worth
against the others) (McKelvey and Palfrey 1995). One branch of such profiles leads from even play, at precision 0, to
ever better responses; it is followed in the logarithms of the probabilities (Turocy 2005). A precision is in units of
one over the payoffs': what is noisy play for one scale is not for another, so an answer should hold over a range.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from kgsim.arrays import Floats
from kgsim.errors import GameError
from kgsim.games.strategic import action_values, as_payoffs, normalise, regrets
from kgsim.solvers.path_following import corrected, follow
from kgsim.wording import counted

#: Precisions that are told unless others are asked for, payoffs being scaled to 0..1.
PRECISIONS = tuple(float(value) for value in (0, *np.logspace(-1, 3, 33).round(6)))

#: Precisions that are printed, at most.
MOST_TOLD = 6

#: Points of the path, at most.
MOST_POINTS = 5_000


@dataclass(frozen=True, eq=False, repr=False)
class QuantalResponse:
    """Quantal response equilibria of one game on its principal branch.

    Attributes
    ----------
    payoffs
        The game, shape (players, a1, ..., an), as precisions are meant: scaled if that was asked for.
    precision
        Ascending, shape (points,); those that the branch was not followed to are missing.
    strategies
        For each player, probabilities of shape (points, actions).
    residual
        Largest difference between a probability and the response to the others, shape (points,).
    regret
        Largest gain of any player from deviating, payoff units, shape (points,).
    arrived
        Whether every precision that was asked for was reached.
    """

    payoffs: Floats
    precision: Floats
    strategies: tuple[Floats, ...]
    residual: Floats
    regret: Floats
    arrived: bool

    def profile(self, place: int) -> tuple[Floats, ...]:
        """The mixed strategies at one of the precisions."""
        return tuple(own[place] for own in self.strategies)

    def __str__(self) -> str:
        count = len(self.precision)
        told = np.unique(np.linspace(0, count - 1, min(count, MOST_TOLD)).round().astype(int)) if count else ()
        lines = [
            f"quantal responses at {counted(count, 'precision')}" + (", some of them:" if len(told) < count else ":")
        ]
        for place in told:
            mixes = "  ".join("(" + ", ".join(f"{p:.4g}" for p in own) + ")" for own in self.profile(int(place)))
            lines.append(f"  {self.precision[place]:.4g}: {mixes}  regret {self.regret[place]:.2g}")
        if not self.arrived:
            lines.append("the branch could not be followed to every precision asked for")
        return "\n".join([*lines, f"off by {self.residual.max(initial=0.0):.1e} at most"])

    __repr__ = __str__


def qre(
    payoffs: ArrayLike, precision: float | Sequence[float] | None = None, *, scaled: bool = False
) -> QuantalResponse:
    """Follow the principal branch of the logit quantal response equilibria of a game.

    Parameters
    ----------
    payoffs
        Shape (players, a1, ..., an), as for `kgsim.nash`.
    precision
        The precision, or precisions, at which to tell the branch; per payoff unit, or per range of each player's
        payoffs if `scaled`. Left out: 0 to 1,000 per range, and `scaled`.
    scaled
        Whether each player's payoffs are scaled to 0..1 first.

    Raises
    ------
    GameError
        If `payoffs` is not a game, or a precision is negative or not finite.
    """
    game = as_payoffs(payoffs)
    asked = np.atleast_1d(np.asarray(PRECISIONS if precision is None else precision, dtype=np.float64))
    if asked.ndim != 1 or not np.isfinite(asked).all() or (asked < 0).any():
        raise GameError("precision: expected numbers of at least 0, such as 2 or [0, 1, 2, 4]")
    if scaled or precision is None:
        game = normalise(game)
    branch = _Branch(game)
    found = _told(branch, np.unique(asked))
    strategies = [np.exp(np.array([point[part] for point in found])) for part in branch.parts]
    strategies = [own / own.sum(axis=1, keepdims=True) for own in strategies]
    reached = np.array([point[-1] for point in found])
    profiles = [tuple(own[k] for own in strategies) for k in range(len(found))]
    return QuantalResponse(
        payoffs=game,
        precision=reached,
        strategies=tuple(strategies),
        residual=np.array([_residual(game, each, at) for each, at in zip(profiles, reached, strict=True)]),
        regret=np.array([regrets(game, each).max() for each in profiles]),
        arrived=len(found) == len(np.unique(asked)),
    )


def responses(values: Floats, precision: float) -> Floats:
    """Logit responses to what actions are worth; shape (..., actions)."""
    raised = np.exp(precision * (values - values.max(axis=-1, keepdims=True)))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def _residual(game: Floats, profile: tuple[Floats, ...], precision: float) -> float:
    values = action_values(game, profile)
    return float(
        max(np.abs(own - responses(value, precision)).max() for own, value in zip(profile, values, strict=True))
    )


def _told(branch: _Branch, asked: Floats) -> list[Floats]:
    """Points of the branch where it first comes to each precision, as far as it goes."""
    found: list[Floats] = []
    at_precision = np.append(np.zeros(branch.size), 1.0)
    last: Floats | None = None
    for number, point in enumerate(follow(branch, branch.start)):
        while len(found) < len(asked) and point[-1] >= asked[len(found)]:
            there = asked[len(found)]
            guess = point if last is None else last + (there - last[-1]) / (point[-1] - last[-1]) * (point - last)
            guess = np.append(guess[:-1], there)
            exact = corrected(branch, guess, at_precision)
            if exact is None:
                return found
            found.append(exact)
        if len(found) == len(asked) or number >= MOST_POINTS:
            break
        last = point
    return found


class _Branch:
    """The equations of the branch, in logarithms of the probabilities and the precision."""

    def __init__(self, game: Floats) -> None:
        self.game = game
        counts = game.shape[1:]
        ends = np.cumsum([0, *counts])
        self.parts = [slice(int(a), int(b)) for a, b in itertools.pairwise(ends)]
        self.size = int(ends[-1])
        self.start = np.append(np.concatenate([np.full(count, -np.log(count)) for count in counts]), 0.0)

    def equations(self, point: Floats) -> Floats:
        """What is 0 on the branch: probabilities sum to one, and their ratios are those of responses."""
        shares = [np.exp(point[part]) for part in self.parts]
        result = np.empty(self.size)
        for player, part in enumerate(self.parts):
            worth, own = self._worth(shares, player), point[part]
            result[part.start] = shares[player].sum() - 1
            result[part.start + 1 : part.stop] = own[1:] - own[0] - point[-1] * (worth[1:] - worth[0])
        return result

    def jacobian(self, point: Floats) -> Floats:
        """Derivatives, shape (size, size + 1)."""
        shares = [np.exp(point[part]) for part in self.parts]
        matrix = np.zeros((self.size, self.size + 1))
        for player, part in enumerate(self.parts):
            rows = slice(part.start + 1, part.stop)
            matrix[part.start, part] = shares[player]
            matrix[rows, part.start] = -1.0
            matrix[rows, rows] += np.eye(part.stop - part.start - 1)
            worth = self._worth(shares, player)
            matrix[rows, -1] = -(worth[1:] - worth[0])
            for other, columns in enumerate(self.parts):
                if other != player:
                    pairs = self._worth(shares, player, other) * shares[other]
                    matrix[rows, columns] -= point[-1] * (pairs[1:] - pairs[0])
        return matrix

    def _worth(self, shares: list[Floats], player: int, free: int | None = None) -> Floats:
        """What each of a player's actions is worth, and against each action of one other if `free` names it."""
        tensor = self.game[player]
        for other in reversed(range(len(shares))):
            if other not in (player, free):
                tensor = np.tensordot(tensor, shares[other], axes=(other, 0))
        return np.asarray(tensor if free is None or player < free else tensor.T)
