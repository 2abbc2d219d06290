"""What batch kernels do to one game's payoffs for any number of players; numba compiles it as it stands."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kgsim.tolerances import CLOSE_PAYOFFS, EXACT_INTEGERS, ROUNDING


def scale(values: NDArray[np.float64], size: int) -> tuple[float, bool, bool]:
    """Scale the first `size` payoffs of one player to 0..1, in place.

    Returns
    -------
    span : float
        Their range.
    tied : bool
        Whether some are equal, or closer than `CLOSE_PAYOFFS`.
    close : bool
        Whether some are closer without being equal.
    """
    low = values[0]
    high = low
    for k in range(1, size):
        low = min(low, values[k])
        high = max(high, values[k])
    span = high - low
    margin = CLOSE_PAYOFFS * span
    near = 0
    for k in range(1, size):
        value = values[k]
        for other in range(k):
            near += abs(values[other] - value) <= margin
    close = near > 0 and _close(values, size, margin)
    unit = span if span > 0.0 else 1.0
    for k in range(size):
        values[k] = (values[k] - low) / unit
    return span, near > 0, close or 0.0 < span <= ROUNDING * max(abs(low), abs(high))


def _close(values: NDArray[np.float64], size: int, margin: float) -> bool:
    for k in range(1, size):
        for other in range(k):
            if 0.0 < abs(values[other] - values[k]) <= margin:
                return True
    return False


def merge_ties(values: NDArray[np.float64], size: int, order: NDArray[np.float64]) -> None:
    """Make the ties of one player's first `size` payoffs exact, in place, as `kgsim.games.strategic.with_ties` does.

    `order` is scratch space for `size` numbers.
    """
    for k in range(size):
        place = k
        while place > 0 and order[place - 1] > values[k]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = values[k]
    for k in range(size):
        first = order[0]
        for place in range(1, size):
            if order[place] > values[k]:
                break
            if not _tied(order[place - 1], order[place]):
                first = order[place]
        values[k] = first


def _tied(first: float, second: float) -> bool:
    """`kgsim.tolerances.tied` of two numbers, of which the second is not less."""
    largest = max(abs(first), abs(second))
    exact = first == np.rint(first) and second == np.rint(second) and largest <= EXACT_INTEGERS
    return first == second or (second - first <= ROUNDING * largest and not exact)


def measure_pure(
    payoffs: NDArray[np.float64],
    shape: NDArray[np.int64],
    strides: NDArray[np.int64],
    spans: NDArray[np.float64],
    actions: NDArray[np.int64],
    gains: NDArray[np.float64],
    relative: NDArray[np.float64],
) -> None:
    """What `measure_regrets` gives where each player plays one of its `actions` for sure, read off the payoffs."""
    cell = 0
    for player in range(len(shape)):
        cell += actions[player] * strides[player]
    for player in range(len(shape)):
        current = payoffs[player, cell]
        best = current
        first = cell - actions[player] * strides[player]
        for action in range(shape[player]):
            best = max(best, payoffs[player, first + action * strides[player]])
        gains[player] = best - current
        relative[player] = gains[player] / spans[player] if spans[player] > 0.0 else 0.0


def measure_regrets(
    payoffs: NDArray[np.float64],
    shape: NDArray[np.int64],
    strides: NDArray[np.int64],
    spans: NDArray[np.float64],
    profile: NDArray[np.float64],
    cells: NDArray[np.int64],
    weights: NDArray[np.float64],
    gains: NDArray[np.float64],
    relative: NDArray[np.float64],
) -> None:
    """Regret of each player at a profile, in payoff units and as a share of the player's payoff range.

    Parameters
    ----------
    payoffs
        Shape (players, profiles), the profiles in C order.
    shape, strides, spans
        Of each player: actions, how far apart profiles are in which it alone plays its next action, and payoff range.
    profile
        Probabilities of player 0's actions, then player 1's and so on.
    cells, weights
        Scratch space for one number per combination of a player's opponents.
    gains, relative
        Receive the regrets.
    """
    start = 0
    for player in range(len(shape)):
        own, stride = payoffs[player], strides[player]
        met = _meet(shape, strides, player, profile, cells, weights)
        best = -np.inf
        current = 0.0
        for action in range(shape[player]):
            value = 0.0
            for k in range(met):
                value += weights[k] * own[cells[k] + action * stride]
            best = max(best, value)
            current += profile[start + action] * value
        gains[player] = max(best - current, 0.0)
        relative[player] = gains[player] / spans[player] if spans[player] > 0.0 else 0.0
        start += shape[player]


def _meet(
    shape: NDArray[np.int64],
    strides: NDArray[np.int64],
    player: int,
    profile: NDArray[np.float64],
    cells: NDArray[np.int64],
    weights: NDArray[np.float64],
) -> int:
    """Where the opponents' combinations stand that a player meets, and their probabilities; returns their number."""
    cells[0] = 0
    weights[0] = 1.0
    met = 1
    start = 0
    for other in range(len(shape)):
        stride = strides[other]
        if other != player:
            old = met
            first = -1
            for action in range(shape[other]):
                probability = profile[start + action]
                if probability == 0.0:
                    continue
                if first < 0:
                    # The list so far is what the other actions are combined with, so it is changed last.
                    first = action
                    continue
                for k in range(old):
                    cells[met] = cells[k] + action * stride
                    weights[met] = weights[k] * probability
                    met += 1
            for k in range(old):
                cells[k] += first * stride
                weights[k] *= profile[start + first]
        start += shape[other]
    return met
