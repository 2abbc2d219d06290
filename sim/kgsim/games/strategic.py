"""Games in strategic form as one payoff array, and what can be said of them without a solver.

Axis convention, used throughout: ``payoffs[i, a_0, ..., a_{n-1}]`` is the payoff of player ``i`` when player
``k`` takes action ``a_k``. A bimatrix game ``(A, B)`` is ``np.stack([A, B])``, rows being player 0's actions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kgsim.errors import GameError
from kgsim.games.exact import as_fractions, to_floats
from kgsim.tolerances import CLOSE_PAYOFFS, ROUNDING, merged

#: Larger payoffs would overflow when differences and expectations are taken.
LARGEST_PAYOFF = 1e300

#: Expected payoffs that are held at once where many profiles are measured.
MOST_NUMBERS = 4_000_000


def as_payoffs(payoffs: ArrayLike, *, name: str = "payoffs") -> NDArray[np.float64]:
    """Check a payoff array and return it as float64.

    Parameters
    ----------
    payoffs
        Real numbers, shape (players, a1, ..., an) with one axis of actions per player. Nested lists and a
        pair of matrices are welcome, and so are fractions, integers of any size and texts such as "1/3".
    name
        What to call the argument in an error.

    Returns
    -------
    ndarray
        The payoffs, C-contiguous float64 of the same shape; a copy.

    Raises
    ------
    GameError
        If the shape is not that of a game, or an entry is missing, infinite, complex or no number at all.
    """
    fractions = as_fractions(payoffs, name)
    array = _as_real(payoffs if fractions is None else to_floats(fractions), name)
    if array.ndim < 2 or array.shape[0] != array.ndim - 1:
        players = max(array.ndim - 1, 1)
        raise GameError(
            f"{name}: expected shape (players, actions of player 1, ..., actions of the last player), "
            f"so {players + 1} axes of which the first has length {players}; got shape {array.shape}. "
            "For two players stack the two matrices: numpy.stack([A, B])."
        )
    _check_entries(array, array.shape[1:], name)
    return array.copy(order="C")


def as_payoff_batch(payoffs: ArrayLike, *, name: str = "payoffs") -> NDArray[np.float64]:
    """Check a batch of games of one shape, (batch, players, a1, ..., an); an empty batch is allowed.

    Raises
    ------
    GameError
        As `as_payoffs`, for the array as a whole.
    """
    array = _as_real(payoffs, name)
    if array.ndim < 3 or array.shape[1] != array.ndim - 2:
        players = max(array.ndim - 2, 1)
        raise GameError(
            f"{name}: expected a batch of games, shape (batch, players, actions of player 1, ...), so "
            f"{players + 2} axes of which the second has length {players}; got shape {array.shape}. "
            "For a single game call kgsim.nash."
        )
    _check_entries(array, array.shape[2:], name)
    return np.ascontiguousarray(array)


def _as_real(payoffs: ArrayLike, name: str) -> NDArray[np.float64]:
    try:
        array = np.asarray(payoffs)
    except ValueError as error:
        raise GameError(f"{name}: expected a rectangular array of numbers, but the rows differ in length.") from error
    if array.dtype.kind not in "biuf":
        raise GameError(f"{name}: expected real numbers, got an array of dtype {array.dtype}.")
    return np.asarray(array, dtype=np.float64)


def _check_entries(array: NDArray[np.float64], actions: Sequence[int], name: str) -> None:
    for player, count in enumerate(actions):
        if count == 0:
            raise GameError(f"{name}: player {player} has no actions; every player needs at least one.")
    # Min and max catch NaN and infinities alike, without a temporary as large as the batch.
    if array.size and not (array.min() >= -LARGEST_PAYOFF and array.max() <= LARGEST_PAYOFF):
        where = tuple(int(k) for k in np.argwhere(~(np.abs(array) <= LARGEST_PAYOFF))[0])
        raise GameError(
            f"{name}: entry {where} is {array[where]}; expected finite numbers within ±{LARGEST_PAYOFF:g}. "
            "Multiply a player's payoffs by a positive constant if they are too large."
        )


def with_ties(payoffs: NDArray[Any]) -> NDArray[Any]:
    """Payoffs in which those of one player that differ by rounding alone, as ``0.1 + 0.2`` and ``0.3``, are one number.

    The rounding is that of the two numbers themselves (`kgsim.tolerances.merged`), whatever else the player may get.
    Fractions have none.
    """
    if payoffs.dtype == object:
        return payoffs
    return np.array([merged(own.ravel()).reshape(own.shape) for own in payoffs])


def ranges(payoffs: NDArray[np.float64]) -> NDArray[np.float64]:
    """The range of each player's payoffs, shape (players,); 0 where they differ by rounding alone."""
    spans = np.ptp(payoffs.reshape(len(payoffs), -1), axis=1)
    if (spans <= ROUNDING * np.abs(payoffs).max(axis=tuple(range(1, payoffs.ndim)))).any():
        spans = np.ptp(with_ties(payoffs).reshape(len(payoffs), -1), axis=1)
    return np.asarray(spans)


def closest(payoffs: NDArray[Any]) -> list[Any]:
    """The smallest difference between two payoffs of each player, 0 if there is one alone; ties must be exact."""
    levels = [np.unique(own) for own in payoffs]
    return [np.diff(own).min() if len(own) > 1 else 0.0 for own in levels]


def close(payoffs: NDArray[Any]) -> bool:
    """Whether payoffs differ by so small a part of their range that methods on 0..1 might miss it."""
    spans = [own.max() - own.min() for own in payoffs]
    return any(0 < gap < CLOSE_PAYOFFS * span for gap, span in zip(closest(payoffs), spans, strict=True))


def normalise(payoffs: NDArray[Any]) -> NDArray[np.float64]:
    """Scale each player's payoffs to 0..1, which changes no equilibrium; a constant becomes 0.

    Parameters
    ----------
    payoffs
        Shape (players, a1, ..., an), with exact ties (`with_ties`), or fractions.

    Returns
    -------
    ndarray
        A new array of the same shape; equal numbers stay equal.
    """
    flat = payoffs.reshape(payoffs.shape[0], -1)
    low = flat.min(axis=1, keepdims=True)
    span = flat.max(axis=1, keepdims=True) - low
    scaled = (flat - low) / np.where(span > 0, span, 1)
    return np.asarray(scaled, dtype=np.float64).reshape(payoffs.shape)


def action_values(payoffs: NDArray[np.float64], profile: Sequence[ArrayLike]) -> list[NDArray[np.float64]]:
    """Expected payoff of each pure action of each player while the others play `profile`.

    Returns
    -------
    list of ndarray
        One array of shape (actions of that player,) per player, in payoff units.
    """
    strategies = check_profile(payoffs, profile)
    values = []
    for player in range(len(strategies)):
        tensor = payoffs[player]
        # Contract from the last axis, so that the axes still to come keep their places.
        for other in range(len(strategies) - 1, -1, -1):
            if other != player:
                tensor = np.tensordot(tensor, strategies[other], axes=(other, 0))
        values.append(np.asarray(tensor, dtype=np.float64))
    return values


def expected_payoffs(payoffs: NDArray[np.float64], profile: Sequence[ArrayLike]) -> NDArray[np.float64]:
    """Expected payoff of each player under a profile of mixed strategies, shape (players,)."""
    strategies = check_profile(payoffs, profile)
    values = action_values(payoffs, strategies)
    return np.array([value @ own for value, own in zip(values, strategies, strict=True)])


def regrets(payoffs: NDArray[np.float64], profile: Sequence[ArrayLike]) -> NDArray[np.float64]:
    """Largest gain of each player from deviating alone, in payoff units, shape (players,).

    A profile is a Nash equilibrium exactly if every regret is 0; rounding leaves a little above.
    """
    strategies = check_profile(payoffs, profile)
    values = action_values(payoffs, strategies)
    gains = [value.max() - value @ own for value, own in zip(values, strategies, strict=True)]
    return np.array(gains).clip(min=0.0)


def regrets_of_many(payoffs: NDArray[np.float64], strategies: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """`regrets` of many profiles at once, (profiles, players); `strategies` are (profiles, actions) per player."""
    # The first contraction leaves an array of the size of the game, less one axis, for each profile.
    part = max(1, MOST_NUMBERS * min(payoffs.shape[1:]) // payoffs[0].size)
    profiles = len(strategies[0])
    parts = [_regrets(payoffs, [own[k : k + part] for own in strategies]) for k in range(0, profiles, part)]
    return np.concatenate(parts) if parts else np.empty((0, len(strategies)))


def _regrets(payoffs: NDArray[np.float64], strategies: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """`regrets_of_many` for as many profiles as fit in memory at once."""
    gains = np.empty((len(strategies[0]), len(strategies)))
    for player, own in enumerate(strategies):
        values = _values_of_many(payoffs[player], strategies, player)
        gains[:, player] = values.max(axis=1) - (values * own).sum(axis=1)
    return gains.clip(min=0.0)


def compared(payoffs: NDArray[np.float64], strategies: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """The size of the payoffs that `regrets_of_many` compares: those expected from the best reply and as played."""
    sizes = np.empty((len(strategies[0]), len(strategies)))
    for player, own in enumerate(strategies):
        best = _values_of_many(payoffs[player], strategies, player).argmax(axis=1)
        values = _values_of_many(np.abs(payoffs[player]), strategies, player)
        sizes[:, player] = values[np.arange(len(best)), best] + (values * own).sum(axis=1)
    return sizes


def _values_of_many(
    own: NDArray[np.float64], strategies: Sequence[NDArray[np.float64]], player: int
) -> NDArray[np.float64]:
    """What each action of a player is worth against the others' strategies, shape (profiles, actions)."""
    # Profiles first, this player's actions second, then the others in order: contract these from the last.
    values = np.moveaxis(own, player, 0)[None]
    for other in reversed([k for k in range(len(strategies)) if k != player]):
        values = np.einsum("p...a,pa->p...", values, strategies[other])
    return values


def check_profile(payoffs: NDArray[np.float64], profile: Sequence[ArrayLike]) -> tuple[NDArray[np.float64], ...]:
    """Return `profile` as arrays, one strategy per player of the game.

    Raises
    ------
    GameError
        If a strategy is missing or has the wrong number of actions.
    """
    strategies = tuple(np.asarray(strategy, dtype=np.float64) for strategy in profile)
    shapes = tuple(strategy.shape for strategy in strategies)
    if shapes != tuple((count,) for count in payoffs.shape[1:]):
        raise GameError(
            f"profile: expected one array of probabilities per player, of lengths {payoffs.shape[1:]}; "
            f"got shapes {shapes}."
        )
    return strategies


def pure_equilibrium_mask(payoffs: NDArray[np.float64], *, players: int) -> NDArray[np.bool_]:
    """Mark the pure Nash equilibria of one game or of a batch of games.

    Parameters
    ----------
    payoffs
        Shape (..., players, a1, ..., an). Comparisons are exact: pass payoffs through `with_ties` first where
        rounding may hide ties.
    players
        Number of players; any axes before the player axis are batch axes.

    Returns
    -------
    ndarray of bool
        Shape (..., a1, ..., an), true where no player gains by deviating; ties count as best responses.
    """
    axis = payoffs.ndim - players - 1
    mask = np.ones(payoffs.shape[:axis] + payoffs.shape[axis + 1 :], dtype=np.bool_)
    for player in range(players):
        own = np.take(payoffs, player, axis=axis)
        mask &= own == own.max(axis=axis + player, keepdims=True)
    return mask


def pure_equilibria(payoffs: NDArray[np.float64]) -> NDArray[np.intp]:
    """Action indices of all pure Nash equilibria, shape (equilibria, players), in lexicographic order.

    Ties within rounding (see `with_ties`) count as ties. Any number of players.
    """
    found: NDArray[np.intp] = np.argwhere(pure_equilibrium_mask(with_ties(payoffs), players=payoffs.shape[0]))
    return found
