"""Payoff arrays: what is accepted, how they are scaled, and what regret and pure equilibrium mean."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kgsim.errors import GameError
from kgsim.games.strategic import (
    action_values,
    as_payoff_batch,
    as_payoffs,
    expected_payoffs,
    normalise,
    pure_equilibria,
    regrets,
    regrets_of_many,
    with_ties,
)

PENNIES = [[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]]

BAD = {
    "a lone matrix": ([[1, 2], [3, 4]], "stack"),
    "three matrices for two players": (np.zeros((3, 2, 2)), "first has length 2"),
    "a number": (3.0, "shape"),
    "nothing": ([], "shape"),
    "ragged": ([[[1, 2], [3]], [[1, 2], [3, 4]]], "differ in length"),
    "NaN": ([[[1, np.nan], [3, 4]], [[1, 2], [3, 4]]], r"entry \(0, 0, 1\) is nan"),
    "infinity": ([[[1, 2], [3, 4]], [[1, 2], [3, -np.inf]]], r"entry \(1, 1, 1\) is -inf"),
    "overflowing": ([[1e301, 0]], "entry"),
    "complex": (np.zeros((2, 2, 2), dtype=complex), "real numbers"),
    "objects": (np.full((2, 2, 2), None), "real numbers"),
    "words": ([["a", "b"]], "real numbers"),
    "no actions": (np.zeros((2, 2, 0)), "player 1 has no actions"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_payoffs_are_refused_with_the_reason(case: str) -> None:
    payoffs, hint = BAD[case]
    with pytest.raises(GameError, match=hint) as caught:
        as_payoffs(payoffs, name="stage payoffs")
    assert str(caught.value).startswith("stage payoffs: ")


def test_a_batch_is_not_a_game_and_a_game_is_not_a_batch() -> None:
    with pytest.raises(GameError, match="first has length 3"):
        as_payoffs([PENNIES, PENNIES])
    with pytest.raises(GameError, match=r"kgsim\.nash"):
        as_payoff_batch(PENNIES)
    assert as_payoff_batch(np.zeros((0, 2, 3, 4))).shape == (0, 2, 3, 4)


def test_the_callers_array_is_neither_changed_nor_kept() -> None:
    mine = np.array(PENNIES, dtype=float)
    game = as_payoffs(mine)
    mine[:] = 0
    assert game[0, 0, 0] == 1


def test_ties_are_made_exact() -> None:
    scaled = normalise(with_ties(as_payoffs([[0.1 + 0.2, 0.3, 0.7 - 0.4, 1.3]])))
    assert scaled[0, 0] == scaled[0, 1] == scaled[0, 2] == 0.0
    assert scaled[0, 3] == 1.0


def test_normalise_keeps_small_differences_that_are_real() -> None:
    scaled = normalise(as_payoffs([[0.0, 1e-9, 1.0]]))
    assert scaled[0, 0] < scaled[0, 1]


def test_constant_payoffs_become_zero() -> None:
    assert not normalise(as_payoffs(np.full((2, 2, 2), 7.0))).any()
    assert not normalise(with_ties(as_payoffs([[0.1 + 0.2, 0.3]]))).any()


@given(
    arrays(np.float64, (2, 2, 3), elements=st.integers(-9, 9).map(float)),
    st.integers(-10, 10),
    st.integers(1, 1000),
)
def test_normalise_forgets_units(payoffs: np.ndarray, shift: int, scale: int) -> None:
    np.testing.assert_allclose(normalise(scale * payoffs + shift), normalise(payoffs), atol=1e-15)


def test_values_and_regrets_by_hand() -> None:
    # Battle of the sexes with both mixing evenly: rows are worth 1 and 1/2, columns 1/2 and 1.
    game = as_payoffs([[[2, 0], [0, 1]], [[1, 0], [0, 2]]])
    even = [[0.5, 0.5], [0.5, 0.5]]
    values = action_values(game, even)
    np.testing.assert_allclose(values, [[1, 0.5], [0.5, 1]])
    np.testing.assert_allclose(expected_payoffs(game, even), [0.75, 0.75])
    np.testing.assert_allclose(regrets(game, even), [0.25, 0.25])


@given(arrays(np.float64, (3, 2, 3, 2), elements=st.integers(-5, 5).map(float)), st.integers(0, 99))
def test_regrets_of_many_profiles_are_those_of_each(payoffs: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    strategies = [rng.dirichlet(np.ones(n), size=4) for n in (2, 3, 2)]
    each = [regrets(payoffs, [own[k] for own in strategies]) for k in range(4)]
    np.testing.assert_allclose(regrets_of_many(payoffs, strategies), each, atol=1e-12)


def test_values_of_three_players_by_hand() -> None:
    # Player 2's payoff counts in binary what was played; the others mix.
    game = np.zeros((3, 2, 2, 2))
    game[2] = np.arange(8).reshape(2, 2, 2)
    values = action_values(game, [[0.5, 0.5], [0.25, 0.75], [1, 0]])
    np.testing.assert_allclose(values[2], [3.5, 4.5])


def test_a_profile_must_fit_the_game() -> None:
    with pytest.raises(GameError, match="profile"):
        regrets(as_payoffs(PENNIES), [[1.0, 0.0], [1.0, 0.0, 0.0]])


PURE = {
    "matching pennies": (PENNIES, []),
    "prisoner's dilemma": ([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], [[1, 1]]),
    "stag hunt": ([[[4, 0], [3, 3]], [[4, 3], [0, 3]]], [[0, 0], [1, 1]]),
    "all ties": (np.zeros((2, 2, 2)), [[0, 0], [0, 1], [1, 0], [1, 1]]),
    "one player, rounding hides the tie": ([[0.3, 0.0, 0.1 + 0.2]], [[0], [2]]),
}


@pytest.mark.parametrize("case", PURE)
def test_pure_equilibria(case: str) -> None:
    payoffs, expected = PURE[case]
    assert pure_equilibria(as_payoffs(payoffs)).tolist() == expected


@given(arrays(np.float64, (3, 2, 3, 2), elements=st.integers(0, 3).map(float)))
def test_pure_equilibria_are_the_profiles_without_regret(payoffs: np.ndarray) -> None:
    without_regret = [
        list(profile)
        for profile in np.ndindex(2, 3, 2)
        if not regrets(payoffs, [np.eye(n)[a] for n, a in zip((2, 3, 2), profile, strict=True)]).any()
    ]
    assert pure_equilibria(payoffs).tolist() == without_regret
