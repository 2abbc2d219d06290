"""Payoffs that dwarf the others: no difference is lost beside them, and nothing listed gains by more than rounding."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from staged_games import payoff_set, solved

from kgsim import GameError, nash, nash_batch
from kgsim.games.gambit import parse_game
from kgsim.games.strategic import compared
from kgsim.solvers.extensive.tree import solve_tree
from kgsim.solvers.strategic.nash import NashSet

DILEMMA = np.array([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])
CHICKEN_IN_THE_SMALL = [[[3, 1], [4, -1e12]], [[3, 4], [1, -1e12]]]

# A zero-sum tree with a trillion beside ones (Gambit's large_payoff_game); its value is 1, since One always plays A.
TRILLION = """EFG 2 R "a trillion beside ones" { "One" "Two" }
c "" 1 "" { "left" 1/2 "right" 1/2 } 0
p "" 1 1 "" { "A" "B" } 0
p "" 2 1 "" { "X" "Y" } 0
t "" 1 "" { 1000000000000, -1000000000000 }
t "" 2 "" { 1, -1 }
p "" 2 2 "" { "X" "Y" } 0
t "" 3 "" { -1, 1 }
t "" 4 "" { 0, 0 }
p "" 1 2 "" { "A" "B" } 0
p "" 2 1 "" { "X" "Y" } 0
t "" 3 "" { -1, 1 }
t "" 2 "" { 1, -1 }
p "" 2 2 "" { "X" "Y" } 0
t "" 4 "" { 0, 0 }
t "" 1 "" { 1000000000000, -1000000000000 }
"""

small = st.integers(2, 3).flatmap(lambda n: arrays(np.int64, (2, n, n), elements=st.integers(0, 5)))
forbidding = st.sampled_from([-1e9, -1e11, -1e13])


def profiles(found: NashSet) -> set[tuple[float, ...]]:
    return {tuple(np.round(np.concatenate(profile), 9)) for profile in found.equilibria}


def assert_nothing_gains(found: NashSet, *, share: float = 1e-13) -> None:
    sizes = compared(found.payoffs, [np.array(own) for own in zip(*found.equilibria, strict=True)])
    assert (found.regrets <= share * sizes + 1e-300).all()


def forbid(game: np.ndarray, worth: float) -> np.ndarray:
    """The game with one more action for each player that ends in `worth` for both, whatever the other does."""
    return np.pad(game.astype(float), ((0, 0), (0, 1), (0, 1)), constant_values=worth)


@pytest.mark.parametrize("worth", [-1e9, -1e10, -1e13, -1e100])
def test_a_dilemma_with_a_forbidden_move_has_two_equilibria(worth: float) -> None:
    found = nash(forbid(DILEMMA, worth))
    assert profiles(found) == {(0, 1, 0, 0, 1, 0), (0, 0, 1, 0, 0, 1)}
    assert found.complete
    assert found.max_regret == 0.0


def test_what_is_a_best_reply_by_one_is_told_from_a_tie() -> None:
    found = nash(CHICKEN_IN_THE_SMALL)
    assert found.complete
    assert len(found) == 3
    mixed = [profile for profile in found.equilibria if profile[0].min() > 0]
    np.testing.assert_allclose(mixed[0], [[1 - 1e-12, 1e-12]] * 2, rtol=1e-9)


@settings(deadline=None, max_examples=60)
@given(small, forbidding)
def test_a_forbidden_action_of_one_player_changes_nothing(game: np.ndarray, worth: float) -> None:
    more = np.pad(game.astype(float), ((0, 0), (0, 1), (0, 0)))
    more[0, -1] = worth
    found, before = nash(more, method="engine"), nash(game, method="engine")
    count = game.shape[1]
    assert {row[:count] + row[count + 1 :] for row in profiles(found)} == profiles(before)
    assert found.complete


@settings(deadline=None, max_examples=60)
@given(small, forbidding)
def test_a_forbidden_cell_makes_no_ties(game: np.ndarray, worth: float) -> None:
    game = game.astype(float)
    game[:, 0, 0] = worth
    found = nash(game)
    assert found.complete
    assert_nothing_gains(found)


@settings(deadline=None, max_examples=60)
@given(small, st.sampled_from([1e9, 1e12, 1e15]), st.sampled_from([1e-6, 1.0, 1e9]))
def test_units_do_not_matter(game: np.ndarray, shift: float, scale: float) -> None:
    before = nash(game, method="engine")
    other = game.astype(float)
    other[0] += shift
    other[1] *= scale
    found = nash(other, method="engine")
    assert profiles(found) == profiles(before)
    assert (found.complete, found.components) == (before.complete, before.components)


@settings(deadline=None, max_examples=30)
@given(st.integers(2, 3).flatmap(lambda n: arrays(np.int64, (3, 2, n, 2), elements=st.integers(0, 4))), forbidding)
def test_three_players_too_are_told_no_more_than_can_be_told(game: np.ndarray, worth: float) -> None:
    game = game.astype(float)
    game[:, 0, 0, 0] = worth
    found = nash(game, time_limit=2)
    apart = np.flatnonzero([all(own.max() == 1 for own in profile) for profile in found.equilibria])
    assert (found.regrets[apart] == 0.0).all()
    assert not found.complete or (found.relative_regrets <= 1e-9).all()


def test_a_batch_says_the_same() -> None:
    games = np.repeat(np.stack([forbid(DILEMMA, -1e9), forbid(DILEMMA, -1e13)]), 30, axis=0)
    found = nash_batch(games)
    assert (found.counts == 2).all()
    assert not found.regrets.any()


def test_a_zero_sum_tree_has_one_value() -> None:
    solution = solve_tree(parse_game(TRILLION))
    assert solution.nash is not None
    for found in (solution.nash, solution.subgame_perfect):
        assert found.complete
        assert {tuple(each.payoffs) for each in found.equilibria} == {(1.0, -1.0)}
        assert max(each.residual for each in found.equilibria) == 0.0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([[2**60 + 1, 0], [2**60, 1]], [[1, 0], [0, 1]]),
        ([["1/3", "0"], ["0.25", "1"]], [[1, 0], [0, 1]]),
        ([[Fraction(1, 3), Fraction(1, 10**30)], [Fraction(1, 4), 1]], [[1, 0], [0, 1]]),
        ([[10**20 + 1, 0], [10**20, 1]], [[1, 0], [0, 1]]),
    ],
    ids=["integers", "texts", "fractions", "integers beyond 64 bits"],
)
def test_exact_payoffs_are_exact(first: list[list[object]], second: list[list[object]]) -> None:
    found = nash([first, second])
    assert found.complete
    assert found.index_sum_agrees
    assert len(found) == 3


def test_a_tie_of_fractions_is_a_tie() -> None:
    tied = nash([[[Fraction(1, 10) + Fraction(1, 5)], [Fraction(3, 10)]], [[0], [0]]])
    assert len(tied) == 2


@pytest.mark.parametrize("wrong", ["one", None, 1j, "1/0"])
def test_what_is_no_number_is_named(wrong: object) -> None:
    with pytest.raises(GameError, match=r"^payoffs: entry \(0, 0, 1\) is .*expected real numbers"):
        nash([[["1", wrong], [0, 0]], [[0, 0], [0, 0]]])


@pytest.mark.parametrize("worth", [-1e9, -1e11, -1e13])
def test_play_in_turn_tells_small_differences_beside_a_catastrophe(worth: float) -> None:
    # The first mover may end it with 0.5 or leave the choice to the second: 0.505 for both, or the catastrophe.
    payoffs = np.array([[[0.5, 0.5], [0.505, worth]], [[0.0, 0.0], [0.505, worth]]])
    assert payoff_set(solved(payoffs, [[0], [1]])) == {(0.505, 0.505)}
    assert payoff_set(solved(payoffs[:, ::-1], [[0], [1]])) == {(0.505, 0.505)}


def test_an_equilibrium_in_which_a_catastrophe_is_all_but_excluded_is_kept_apart() -> None:
    # Chicken after a move that ends it: the mixed equilibrium has a catastrophe at 1e-26, and yet is worth less.
    first, second = np.array(CHICKEN_IN_THE_SMALL)
    payoffs = np.array([[np.zeros((2, 2)), first], [np.zeros((2, 2)), second]])
    found = solved(payoffs, [[0], [0, 1]])
    assert len(found.equilibria.points) == 3
