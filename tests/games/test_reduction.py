"""Reductions must lose nothing: dominance, identical actions, and the way back."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kgsim.games.reduction import reduce_game
from kgsim.games.strategic import as_payoffs, pure_equilibria, regrets


def test_iterated_dominance_solves_what_one_round_does_not() -> None:
    # Row 2 goes first, then column 2, then row 1, then column 1.
    game = as_payoffs([[[3, 2, 0], [1, 1, 1], [0, 0, 0]], [[2, 1, 0], [2, 1, 0], [0, 0, 9]]])
    reduction = reduce_game(game)
    assert reduction.classes == (((0,),), ((0,),))


def test_weak_dominance_is_left_alone() -> None:
    game = as_payoffs([[[1, 1], [1, 0]], [[1, 1], [1, 0]]])
    assert reduce_game(game).scaled.shape == (2, 2, 2)


def test_scaling_is_renewed_when_an_absurd_payoff_is_gone() -> None:
    # Nobody wants war at -1e15; without it the payoffs differ by units again.
    game = as_payoffs([[[1, 0], [0, 1], [-1e15, -1e15]], [[0, 1], [1, 0], [0, 0]]])
    np.testing.assert_array_equal(reduce_game(game).scaled[0], [[1, 0], [0, 1]])


def test_identical_actions_are_merged_and_split_again() -> None:
    game = as_payoffs([[[1, -1, 1], [-1, 1, -1]], [[-1, 1, -1], [1, -1, 1]]])
    reduction = reduce_game(game)
    assert reduction.duplicates == ((), ((0, 2),))
    half = np.array([0.5, 0.5])
    assert reduction.count((half, half)) == 2
    first, second = reduction.expand((half, half))
    np.testing.assert_array_equal(first[1], [0.5, 0.5, 0])
    np.testing.assert_array_equal(second[1], [0, 0.5, 0.5])
    assert len(reduction.expand((half, half), limit=1)) == 1
    (placed,) = reduction.place(((half, half),))
    np.testing.assert_array_equal(placed[0], [0.5, 0.5])
    np.testing.assert_array_equal(placed[1], [0.5, 0.5, 0])


def test_profiles_are_placed_where_their_actions_were() -> None:
    # The middle row and the first column are dominated.
    game = as_payoffs([[[9, 1, -1], [-9, -9, -9], [9, -1, 1]], [[-9, -1, 1], [-9, 0, 0], [-9, 1, -1]]])
    pure, mixed = np.array([1.0, 0.0]), np.array([0.25, 0.75])
    placed = reduce_game(game).place(((pure, mixed), (mixed, pure)))
    expected = [[[1, 0, 0], [0, 0.25, 0.75]], [[0.25, 0, 0.75], [0, 1, 0]]]
    assert [[strategy.tolist() for strategy in profile] for profile in placed] == expected


def test_actions_equal_for_their_owner_only_stay_apart() -> None:
    game = as_payoffs([[[1, 0], [1, 0]], [[1, 0], [0, 1]]])
    assert reduce_game(game).duplicates == ((), ())


@given(arrays(np.float64, (3, 2, 3, 2), elements=st.integers(0, 2).map(float)))
def test_every_pure_equilibrium_survives_and_comes_back(payoffs: np.ndarray) -> None:
    reduction = reduce_game(payoffs)
    shape = reduction.scaled.shape[1:]
    back = set()
    for profile in pure_equilibria(reduction.scaled):
        strategies = tuple(np.eye(n)[action] for n, action in zip(shape, profile, strict=True))
        for full in reduction.expand(strategies):
            assert not regrets(payoffs, full).any()
            back.add(tuple(int(strategy.argmax()) for strategy in full))
    assert back == {tuple(profile) for profile in pure_equilibria(payoffs).tolist()}
