"""Sets of subgame-perfect equilibria: textbook trees, brute force over strategies, and every strategy's residual."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from staged_games import assert_certified, engine, payoff_set, solved, staged

from kgsim.errors import StructureError
from kgsim.games.objectives import Efficient, NashProduct, own_payoff, weighted
from kgsim.games.staged import StagedGame, one_shot_gain, strategy_shapes
from kgsim.solvers.staged.strategies import courses, pure_courses, strategy
from kgsim.solvers.staged.subgame_perfect import SubgamePerfect, solve_subgame_perfect


def brute_force(payoffs, stages) -> set[tuple[int, ...]]:
    """Terminal histories of all pure subgame-perfect equilibria, by trying every pure strategy profile."""
    game = staged(payoffs, stages)
    shapes = strategy_shapes(game)
    tables = [
        [
            np.eye(shape[-1])[list(choice)].reshape(shape)
            for choice in product(range(shape[-1]), repeat=int(np.prod(shape[:-1])))
        ]
        for shape in shapes
    ]
    found = set()
    for profile in product(*tables):
        if one_shot_gain(game, profile) <= 1e-12:
            history: tuple[int, ...] = ()
            for stage, movers in enumerate(game.stages):
                first = game.first_axis[stage]
                history += tuple(int(profile[first + k][history].argmax()) for k in range(len(movers)))
            found.add(history)
    return found


# Textbook games: payoffs indexed [player][actions...], stages, payoff vectors of all extreme equilibria.
TEXTBOOK = {
    # An entrant stays out or enters; the incumbent fights or yields (Selten 1978). The threat to fight is empty.
    "entry deterrence": ([[[0, 0], [-1, 1]], [[2, 2], [-1, 1]]], [[0], [1]], {(1.0, 1.0)}),
    # Ultimatum over 2 units offered 0, 1 or 2; at offer 0 the responder is indifferent, so the proposer gets 2 or 1.
    "ultimatum": (
        [[[2, 0], [1, 0], [0, 0]], [[0, 0], [1, 0], [2, 0]]],
        [[0], [1]],
        {(2.0, 0.0), (1.0, 0.0), (1.0, 1.0)},
    ),
    # Battle of the sexes after an outside option worth 1.5 to the first player (backward induction alone keeps all).
    "outside option then coordination": (
        [
            [[[1.5, 1.5], [1.5, 1.5]], [[3.0, 0.0], [0.0, 1.0]]],
            [[[0.0, 0.0], [0.0, 0.0]], [[1.0, 0.0], [0.0, 3.0]]],
        ],
        [[0], [0, 1]],
        {(3.0, 1.0), (1.5, 0.0)},
    ),
    # Prisoner's dilemma at once.
    "prisoner's dilemma": ([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], [[0, 1]], {(1.0, 1.0)}),
    "matching pennies": ([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]], [[0, 1]], {(0.0, 0.0)}),
}


@pytest.mark.parametrize("name", TEXTBOOK)
def test_textbook_games_have_their_known_equilibria(name):
    payoffs, stages, expected = TEXTBOOK[name]
    solution = solved(payoffs, stages)
    assert payoff_set(solution) == expected
    assert not solution.equilibria.gaps
    assert_certified(solution)


def test_a_tied_responder_can_hold_the_proposer_to_indifference():
    """Offer 0 is accepted with probability 1/2 in the equilibrium that makes the proposer as well off as offering 1.

    Pure ties alone give the proposer 2 (accepted for certain) or 1 (refused, so that it offers 1); the mixtures in
    between are equilibria too, and the one at the edge is part of the set's ends.
    """
    payoffs, stages, _ = TEXTBOOK["ultimatum"]
    solution = solved(payoffs, stages)
    lotteries = {tuple(share for _, share in point.lottery) for point in solution.equilibria.points}
    assert (0.5, 0.5) in lotteries
    spans = [{tuple(np.round(point.payoffs, 9)) for point in piece.points} for piece in solution.equilibria.pieces]
    assert {(2.0, 0.0), (1.0, 0.0)} in spans and {(1.0, 0.0), (1.0, 1.0)} in spans


def test_pure_ties_alone_would_lose_an_outcome():
    """Player 2 is indifferent after `in`; one of its replies ruins player 1, who would then stay out.

    With the reply mixed, `in` is played and the ruin happens with positive probability.
    """
    payoffs = [[[0.0, 0.0], [10.0, -5.0]], [[1.0, 1.0], [0.0, 0.0]]]
    solution = solved(payoffs, [[0], [1]])
    ruin = [
        point
        for point in solution.equilibria.points
        if any(share and history == (1, 1) for share, history in courses(point))
    ]
    assert [round(float(point.payoffs[0]), 9) for point in ruin] == [0.0]
    assert {history for _, history in courses(ruin[0])} == {(1, 0), (1, 1)}
    assert_certified(solution)


def test_the_crisis_tree_keeps_both_root_moves():
    """The missile crisis as a teaching tree, payoffs (USSR, US): the USSR is indifferent at the root."""
    no, nothing, agree, escalate, pull_out = (-2, 1), (-1, -1), (0, 0), (-100, -100), (-2, 1)
    # USSR: nothing or missiles; US: nothing, blockade, air strike; USSR: yield or escalate.
    tree = np.empty((2, 2, 3, 2))
    tree[:, 0] = np.reshape(no, (2, 1, 1))
    tree[:, 1, 0] = np.reshape(nothing, (2, 1))
    tree[:, 1, 1] = np.transpose([agree, escalate])
    tree[:, 1, 2] = np.transpose([pull_out, escalate])
    solution = solved(tree, [[0], [1], [0]])
    assert payoff_set(solution) == {(-2.0, 1.0)}
    paths = {history for point in solution.equilibria.points for history in pure_courses(point)}
    assert (1, 2, 0) in paths and {path[0] for path in paths} == {0, 1}
    assert_certified(solution)


def test_every_way_of_playing_a_point_of_a_continuum_is_kept():
    """Player 0 may stay out in two ways, or go in and be as well off; all of it after player 2 has waved play on."""
    payoffs = np.zeros((3, 2, 3, 2))
    payoffs[:, 1, 2, 0] = [0, 1, 0]
    payoffs[0, 1, 2, 1] = -1
    labels = np.zeros((2, 3, 2), dtype=int)
    labels[1, 2] = [1, 2]
    game = StagedGame(payoffs, labels, tuple((own_payoff(player, 3),) for player in (2, 0, 1)))
    (out,) = [point for point in solve_subgame_perfect(game, engine).equilibria.points if point.lottery == ((0, 1.0),)]
    assert {history[:2] for history in pure_courses(out)} == {(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)}


def test_forty_tied_subgames_are_no_burden():
    """2^40 strategies of a tied responder, answered from forty worst continuations."""
    offers = 40
    payoffs = np.zeros((2, offers, 2))
    payoffs[0, :, 0] = np.arange(offers)  # accepted: the proposer gets its offer's number, the responder nothing
    solution = solved(payoffs, [[0], [1]])
    accepted = {history[0] for point in solution.equilibria.points for _, history in courses(point) if history[1] == 0}
    assert accepted == set(range(offers))
    assert payoff_set(solution) >= {(0.0, 0.0), (float(offers - 1), 0.0)}
    assert not solution.equilibria.gaps


def test_actions_the_movers_cannot_tell_apart_may_matter_to_others():
    """Matching pennies in which heads can be shown with either hand, and a bystander cares which."""
    payoffs = np.zeros((3, 3, 2))
    payoffs[0] = [[1, -1], [1, -1], [-1, 1]]
    payoffs[1] = -payoffs[0]
    payoffs[2] = [[0, 0], [4, 4], [0, 0]]
    solution = solved(payoffs, [[0, 1]])
    assert payoff_set(solution) == {(0.0, 0.0, 0.0), (0.0, 0.0, 2.0)}
    (piece,) = solution.equilibria.pieces
    assert {float(point.payoffs[2]) for point in piece.points} == {0.0, 2.0}
    assert not solution.equilibria.gaps
    assert_certified(solution)


def random_game(shape, players, values, seed):
    return np.random.default_rng(seed).choice(values, size=(players, *shape)).astype(float)


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize(
    ("shape", "stages", "players"),
    [((2, 2), [[0], [1]], 2), ((3, 2), [[0], [1]], 2), ((2, 2, 2), [[0], [1], [2]], 3), ((2, 2, 2), [[0, 1], [2]], 3)],
)
def test_no_pure_equilibrium_is_lost_or_invented(shape, stages, players, seed):
    """With few distinct payoffs ties abound; the pure courses found are exactly those of brute force."""
    payoffs = random_game(shape, players, [0.0, 1.0, 2.0], seed)
    solution = solved(payoffs, stages)
    ours = {history for point in solution.equilibria.points for history in pure_courses(point)}
    expected = brute_force(payoffs, stages)
    assert expected <= ours
    for history in ours - expected:
        # A pure course that needs a mixture off the path: pure strategies alone cannot show it.
        assert one_shot_gain(solution.game, _supporting(solution, history)) <= 1e-8
    assert_certified(solution)


def _supporting(solution, history):
    for point in solution.equilibria.points:
        if history in set(pure_courses(point)):
            return strategy(solution, point)
    raise AssertionError("no equilibrium plays this course")


@settings(max_examples=80, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    layout=st.sampled_from(
        [((3, 3), [[0], [1]]), ((2, 3, 2), [[0], [1], [2]]), ((2, 2, 3), [[0], [1, 2]]), ((2, 2, 2), [[0, 1, 2]])]
    ),
    values=st.sampled_from([[0.0, 1.0], [0.0, 1.0, 2.0], list(np.linspace(-1, 1, 41))]),
)
def test_everything_listed_is_subgame_perfect(seed, layout, values):
    shape, stages = layout
    assert_certified(solved(random_game(shape, 3, values, seed), stages))


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    scale=st.floats(1e-3, 1e3),
    shift=st.floats(-100, 100),
    player=st.integers(0, 2),
)
def test_rescaling_one_players_utility_changes_no_equilibrium(seed, scale, shift, player):
    payoffs = random_game((3, 2, 2), 3, list(range(5)), seed)
    stages = [[0, 1], [2]]
    rescaled = payoffs.copy()
    rescaled[player] = scale * payoffs[player] + shift

    def lotteries(array):
        solution = solved(array, stages)
        return {
            tuple(sorted((solution.classes[label], round(share, 6)) for label, share in point.lottery))
            for point in solution.equilibria.points
        }

    assert lotteries(payoffs) == lotteries(rescaled)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_reordering_actions_changes_nothing_but_names(seed):
    rng = np.random.default_rng(seed)
    payoffs = random_game((3, 3, 2), 3, list(range(4)), seed)
    orders = [rng.permutation(size) for size in payoffs.shape[1:]]
    assert payoff_set(solved(payoffs, [[0], [1], [2]])) == payoff_set(
        solved(payoffs[np.ix_(range(3), *orders)], [[0], [1], [2]])
    )


def test_a_cap_is_told_and_not_silent():
    payoffs = np.zeros((2, 6, 2))
    payoffs[0, :, 0] = np.arange(6)
    solution = solved(payoffs, [[0], [1]], points=3)
    assert any("more than 3 distinct equilibrium lotteries" in gap for gap in solution.equilibria.gaps)


# Blocs: players 0 and 1 choose one of four joint positions together; payoffs of each position.
POSITIONS = np.array([[4.0, 0.0, 3.0, 1.0], [0.0, 4.0, 2.0, 1.0]])


def bloc(objective) -> SubgamePerfect:
    return solve_subgame_perfect(staged(POSITIONS, [[0]], ((objective,),)), engine)


def test_a_weighted_bloc_maximises_its_weighted_sum():
    assert payoff_set(bloc(weighted([0, 1], [1.0, 1.0], 2))) == {(3.0, 2.0)}
    assert payoff_set(bloc(weighted([0, 1], [1.0, 3.0], 2))) == {(0.0, 4.0)}


def test_a_nash_bloc_maximises_the_product_of_gains():
    assert payoff_set(bloc(NashProduct((0, 1), (0.0, 0.0)))) == {(3.0, 2.0)}
    assert payoff_set(bloc(NashProduct((0, 1), (0.5, -2.0)))) == {(3.0, 2.0)}
    # The first member's fallback rules out all but the position that is best for it.
    assert payoff_set(bloc(NashProduct((0, 1), (3.5, -1.0)))) == {(4.0, 0.0)}


def test_a_nash_bloc_without_joint_gains_falls_back_on_efficiency():
    """At the disagreement point (4, 0) one position is as good as the fallback and none is better for both."""
    assert payoff_set(bloc(NashProduct((0, 1), (4.0, 0.0)))) == {(4.0, 0.0)}


def test_a_veto_bloc_keeps_every_efficient_position():
    assert payoff_set(bloc(Efficient((0, 1)))) == {(4.0, 0.0), (0.0, 4.0), (3.0, 2.0)}
    assert payoff_set(bloc(Efficient((0, 1), (1.0, 1.0)))) == {(3.0, 2.0)}


@pytest.mark.parametrize("objective", [NashProduct((0, 1), (9.0, 9.0)), Efficient((0, 1), (9.0, 9.0))])
def test_a_bloc_rule_that_cannot_be_applied_is_an_error(objective):
    with pytest.raises(StructureError, match="no joint position gives every member at least its disagreement payoff"):
        bloc(objective)


def test_a_veto_bloc_uses_the_responders_ties_to_support_a_position():
    """Position 0 is improved upon by position 1 only if the tied responder then plays its first reply."""
    # Axes: position, reply of player 2. The responder is indifferent after position 1.
    payoffs = np.array([[[1.0, 1.0], [2.0, 0.0]], [[1.0, 1.0], [2.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]])
    game = staged(payoffs, [[0], [1]], ((Efficient((0, 1)),), (own_payoff(2, 3),)))
    solution = solve_subgame_perfect(game, engine)
    assert payoff_set(solution) >= {(1.0, 1.0, 0.0), (2.0, 2.0, 0.0)}


def test_one_shot_gain_sees_a_bad_strategy():
    """The oracle itself must be able to fail: an entrant that stays out of a profitable market loses 1."""
    payoffs, stages, _ = TEXTBOOK["entry deterrence"]
    game = staged(payoffs, stages)
    out, yields = np.array([1.0, 0.0]), np.array([[0.0, 1.0], [0.0, 1.0]])
    assert one_shot_gain(game, [out, yields]) == pytest.approx(1.0)
    fights = np.array([[1.0, 0.0], [1.0, 0.0]])
    assert one_shot_gain(game, [out, fights]) == pytest.approx(2.0)
