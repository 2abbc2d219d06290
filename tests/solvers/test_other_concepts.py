"""Noisy, correlated, rationalizable, cautious and level-k play of strategic games, against textbooks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

import kgsim
from kgsim.errors import GameError
from kgsim.games.extensive import ExtensiveGame, InformationSet, Node, in_order
from kgsim.games.strategic import action_values, as_payoffs, normalise
from kgsim.solvers.extensive.logit_path import logit_path
from kgsim.solvers.strategic.cautious import levels, maximin, minimax_regret
from kgsim.solvers.strategic.rationalizable import rationalizable

PENNIES = [[[9, 0], [0, 1]], [[0, 1], [1, 0]]]
CHICKEN = [[[6, 2], [7, 0]], [[6, 7], [2, 0]]]
DILEMMA = [[[3, 0], [5, 1]], [[3, 5], [0, 1]]]

#: Osborne and Rubinstein (1994), exercise 48.1, after Aumann (1974): player 3 picks the matrix.
THREE = np.zeros((3, 2, 2, 3))
THREE[:, 0, 0] = np.array([[0, 0, 3], [2, 2, 2], [0, 0, 0]]).T
THREE[:, 1, 0] = np.array([[1, 0, 0], [0, 0, 0], [0, 1, 0]]).T
THREE[:, 1, 1] = np.array([[0, 0, 0], [2, 2, 2], [0, 0, 3]]).T


@st.composite
def games(draw, most_players: int = 3) -> np.ndarray:
    shape = draw(st.lists(st.integers(2, 3), min_size=2, max_size=most_players))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    whole = draw(st.booleans())
    size = (len(shape), *shape)
    return rng.integers(0, 4, size).astype(float) if whole else rng.normal(size=size)


@pytest.mark.parametrize("precision", [0.5, 1.0, 2.0, 3.0])
def test_noisy_matching_pennies(precision):
    """One equation in one unknown: the row player's chance of heads, given the response to it."""

    def column(row: float) -> float:
        return 1 / (1 + np.exp(-precision * (1 - 2 * row)))

    def off(row: float) -> float:
        heads = column(row)
        return row - 1 / (1 + np.exp(-precision * (9 * heads - (1 - heads))))

    row = brentq(off, 0, 1, xtol=1e-14)
    found = kgsim.qre(PENNIES, precision)
    assert found.arrived and found.precision == [precision]
    assert found.strategies[0][0] == pytest.approx([row, 1 - row], abs=1e-11)
    assert found.strategies[1][0] == pytest.approx([column(row), 1 - column(row)], abs=1e-11)


@settings(max_examples=25)
@given(games())
def test_the_branch_starts_even_and_is_certified_along_its_way(payoffs):
    found = kgsim.qre(payoffs, [0, 0.5, 1, 2, 5, 10], scaled=True)
    assert found.arrived
    assert all(own[0] == pytest.approx(1 / own.shape[1]) for own in found.strategies)
    game = normalise(payoffs)
    for place, precision in enumerate(found.precision):
        profile = found.profile(place)
        for own, worth in zip(profile, action_values(game, profile), strict=True):
            weight = np.exp(precision * worth)
            assert own == pytest.approx(weight / weight.sum(), abs=1e-9)
    assert found.residual.max() <= 1e-9


@settings(max_examples=15)
@given(games(most_players=2))
def test_the_branch_is_that_of_the_same_game_as_a_tree(payoffs):
    game = normalise(payoffs)
    if (np.ptp(game.reshape(2, -1), axis=1) == 0).any():
        return
    limit = logit_path(tree_of(game), until=20.0)
    found = kgsim.qre(game, limit.precision)
    for player, own in enumerate(found.strategies):
        assert own[0] == pytest.approx(limit.behaviour[player], abs=1e-7)


def tree_of(payoffs: np.ndarray) -> ExtensiveGame:
    """Two players who do not see each other's choice."""
    rows, columns = payoffs.shape[1:]
    information = [
        InformationSet(0, "row", tuple(map(str, range(rows)))),
        InformationSet(1, "column", tuple(map(str, range(columns)))),
    ]
    ends = 1 + rows
    nodes = [Node(tuple(range(1, ends)), 0)]
    nodes += [Node(tuple(range(ends + r * columns, ends + (r + 1) * columns)), 1) for r in range(rows)]
    nodes += [Node(payoffs=tuple(map(float, payoffs[:, r, c]))) for r in range(rows) for c in range(columns)]
    return in_order("game", ["row", "column"], nodes, information)


def test_a_precision_is_no_number_without_units():
    assert kgsim.qre(DILEMMA, 2, scaled=True).strategies[0] == pytest.approx(
        kgsim.qre(100 * np.array(DILEMMA), 2, scaled=True).strategies[0]
    )
    for wrong in (-1, [1, np.nan], [[1]], np.inf):
        with pytest.raises(GameError, match=r"^precision: "):
            kgsim.qre(DILEMMA, wrong)


def test_a_mediator_in_chicken():
    """Aumann (1974): five and a quarter each, more than in any equilibrium without a mediator."""
    found = kgsim.correlated(CHICKEN)
    assert found.welfare == pytest.approx((7.2, 10.5))
    _, lottery = found.extreme(-np.array(CHICKEN).sum(axis=0))
    assert lottery == pytest.approx(np.array([[0.5, 0.25], [0.25, 0]]))
    assert found.values == pytest.approx(np.array([[2, 7], [2, 7]]))


def test_in_the_dilemma_no_mediator_helps():
    assert kgsim.correlated(DILEMMA).values == pytest.approx(np.ones((2, 2)))


def test_three_players_whose_third_is_better_off_not_knowing():
    """Told together where to meet, the others let player 3 have 2, though no equilibrium gives it anything."""
    lottery = np.zeros((2, 2, 3))
    lottery[0, 0, 1] = lottery[1, 1, 1] = 0.5
    assert kgsim.correlated(THREE).residual(lottery) == pytest.approx(0, abs=1e-12)
    assert (kgsim.correlated(THREE).values[:, 1] >= 2 - 1e-9).all()
    told_apart = np.zeros((2, 2, 3))
    told_apart[0, 0, 0] = told_apart[1, 1, 2] = 0.5
    assert kgsim.correlated(THREE).residual(told_apart) > 0.1


@settings(max_examples=25)
@given(games())
def test_every_equilibrium_is_correlated_and_every_correlated_one_coarse(payoffs):
    fine, coarse = kgsim.correlated(payoffs), kgsim.correlated(payoffs, coarse=True)
    for profile in kgsim.nash(payoffs).equilibria:
        lottery = np.ones(())
        for own in profile:
            lottery = np.multiply.outer(lottery, own)
        assert fine.residual(lottery) <= 1e-8 and coarse.residual(lottery) <= 1e-8
    for player in range(len(payoffs)):
        for sign in (1, -1):
            value, lottery = fine.extreme(sign * payoffs[player])
            assert coarse.residual(lottery) <= 1e-8
            assert coarse.extreme(sign * payoffs[player])[0] <= value + 1e-8


def test_elimination_round_by_round():
    """A row that only a mixture beats goes first; then a column; then a row."""
    rows = [[3, 0, 2], [0, 3, 2], [1, 1, 1]]
    columns = [[2, 1, 0], [1, 2, 0], [0, 0, 9]]
    found = rationalizable([rows, columns])
    assert found.rounds == (((2,), ()), ((), (2,)))
    assert found.actions == ((0, 1), (0, 1))


def test_a_tie_does_not_eliminate():
    assert rationalizable([[[1, 1], [1, 0]], [[0, 0], [0, 0]]]).rounds == ()
    assert rationalizable([[[0.1 + 0.2, 1], [0.3, 1]], [[0, 0], [0, 0]]]).rounds == ()


@settings(max_examples=40)
@given(games())
def test_no_equilibrium_uses_what_is_eliminated(payoffs):
    found = rationalizable(payoffs)
    for profile in kgsim.nash(payoffs).equilibria:
        for own, left in zip(profile, found.actions, strict=True):
            assert set(np.flatnonzero(own > 1e-7)) <= set(left)
    # Each action that is left is best against something: against a lottery over what is left of the others.
    for player, left in enumerate(found.actions):
        worth = np.moveaxis(payoffs[player][np.ix_(*found.actions)], player, 0).reshape(len(left), -1)
        assert len(left) >= 1 and worth.shape[1] >= 1


def test_caution_and_regret():
    rows = [[0, 10], [4, 5], [3, 3]]
    game = as_payoffs([rows, np.zeros((3, 2))])
    assert maximin(game).actions[0] == (1,) and maximin(game).worth[0] == 4
    assert minimax_regret(game).actions[0] == (0,) and minimax_regret(game).worth[0] == 4
    assert maximin(game).actions[1] == (0, 1)


def test_levels_of_thought_in_the_guessing_game():
    """Two players, half of the average of 0..10 and the nearer wins: level 0 is even play."""
    guesses = np.arange(11)
    one, two = np.meshgrid(guesses, guesses, indexing="ij")
    target = (one + two) / 4
    first, second = abs(one - target), abs(two - target)
    game = as_payoffs([(first < second) + 0.5 * (first == second), (second < first) + 0.5 * (first == second)])
    found = levels(game, 3)
    assert found[0] == ((0,), (0,)) or found[0][0] == found[0][1]
    assert found[2] == ((0,), (0,))


def test_levels_step_by_step():
    """Against even play the first row; against that the second column; and so on round the cycle."""
    game = as_payoffs([[[4, 0], [0, 3]], [[0, 1], [1, 0]]])
    assert levels(game, 3) == (((0,), (0, 1)), ((0,), (1,)), ((1,), (1,)))


def test_results_print_what_they_say():
    assert "  player 1: 2 to 7\n  together: 7.2 to 10.5" in str(kgsim.correlated([[[0, 7], [2, 6]], [[0, 2], [7, 6]]]))
    assert "player 0: 1  (0 in round 1 went)" in str(kgsim.rationalizable(DILEMMA))
    told = str(kgsim.qre(PENNIES)).splitlines()
    assert len(told) == 8 and told[1].startswith("  0: (0.5, 0.5)  (0.5, 0.5)")
