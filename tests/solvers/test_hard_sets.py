"""Sets of equilibria that are easy to get wrong: ruled continua, rounding, units, and blocs over tied continuations."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import nnls
from staged_games import assert_certified, engine, payoff_set, solved, staged

from kgsim.errors import StructureError
from kgsim.games.objectives import Efficient, NashProduct, own_payoff, weighted
from kgsim.games.staged import StagedGame, one_shot_gain
from kgsim.solvers.staged.continuations import Piece
from kgsim.solvers.staged.strategies import strategy
from kgsim.solvers.staged.subgame_perfect import solve_subgame_perfect
from kgsim.solvers.strategic.nash import nash


def lies_in_a_component(solution, lottery: np.ndarray) -> bool:
    """Whether a lottery over terminal classes is a listed point or a mixture of a listed continuum's points."""
    for component in solution.equilibria.components():
        points = component.points if isinstance(component, Piece) else (component,)
        columns = np.zeros((len(lottery) + 1, len(points)))
        for number, point in enumerate(points):
            columns[[label for label, _ in point.lottery], number] = [share for _, share in point.lottery]
        columns[-1] = 1.0
        if nnls(columns, np.append(lottery, 1.0))[1] < 1e-7:
            return True
    return False


def test_a_mover_may_mix_between_three_continua_at_once():
    """After each of three actions a tied responder gives the mover anything from 0 to 1; 1/2 after each is one way."""
    payoffs = np.zeros((4, 3, 2))
    payoffs[0] = [[0, 1]] * 3
    payoffs[2, 0], payoffs[3, 1] = 1, 1
    game = staged(payoffs, [[0], [1]])
    assert one_shot_gain(game, [np.full(3, 1 / 3), np.full((3, 2), 0.5)]) == 0.0
    solution = solve_subgame_perfect(game, engine)
    assert not solution.equilibria.gaps
    assert lies_in_a_component(solution, np.full(6, 1 / 6))
    assert_certified(solution)


@pytest.mark.parametrize("constant", [0.0, 0.3])
def test_rounding_of_continuation_values_is_no_payoff(constant):
    """A mover who is indifferent whatever happens stays so when its payoffs come from rounded mixtures."""
    rng = np.random.default_rng(2)
    payoffs = np.zeros((4, 2, 2, 2, 2))
    payoffs[0] = constant
    for a, b in np.ndindex(2, 2):
        w = rng.integers(1, 9, 4)
        payoffs[2, a, b] = [[w[0], 0], [0, w[1]]]
        payoffs[3, a, b] = [[0, w[2]], [w[3], 0]]
        payoffs[1, a, b] = float(a == b)
    solution = solved(payoffs, [[0, 1], [2, 3]])
    assert len(solution.equilibria.points) == 4 and len(solution.equilibria.pieces) == 3


def test_a_strategic_game_with_a_constant_but_for_rounding():
    found = nash([[[0.1 + 0.2, 0.3], [0.3, 0.1 + 0.2]], [[1, 1], [1, 1]]])
    assert len(found.equilibria) == 4 and found.components == ((0, 1, 2, 3),)


def test_a_bloc_that_shares_a_fixed_sum_accepts_every_share():
    shares = np.arange(11) * 0.1
    game = staged([shares, 1 - shares], [[0]], ((weighted((0, 1), (0.3, 0.3), 2),),))
    assert len(solve_subgame_perfect(game, engine).equilibria.points) == 11


def test_a_forbidding_payoff_does_not_blur_the_others():
    assert payoff_set(solved([[1.0, 1.5, -1e9]], [[0]])) == {(1.5,)}


def test_the_units_of_one_member_do_not_blur_another():
    """Dollars against an index: half a per mille of a large unit counts, and so does half of a small one."""
    nash_bloc = staged([[1e12, 1.0005e12, 0], [1, 1, 0]], [[0]], ((NashProduct((0, 1), (0.0, 0.0)),),))
    assert payoff_set(solve_subgame_perfect(nash_bloc, engine)) == {(1.0005e12, 1.0)}
    veto = staged([[1e10, 1.0005e10, 0], [1, 0.5, 0]], [[0]], ((Efficient((0, 1)),),))
    assert payoff_set(solve_subgame_perfect(veto, engine)) == {(1e10, 1.0), (1.0005e10, 0.5)}


# A bloc of players 0 and 1 picks a position; player 2, always indifferent, then picks what it leads to.
def tied_responder(payoffs, objective) -> StagedGame:
    array = np.zeros((3, 2, 2))
    array[:2] = payoffs
    return StagedGame(array, np.array([[0, 1], [2, 2]]), ((objective,), (own_payoff(2, 3),)))


def test_a_position_without_joint_gain_is_not_listed_beside_a_better_one():
    """After the first position the responder may leave nothing: then efficiency picks the second, never (0, 0)."""
    game = tied_responder([[[1, 0], [0, 0]], [[1, 0], [5, 5]]], NashProduct((0, 1), (0.0, 0.0)))
    solution = solve_subgame_perfect(game, engine)
    assert (0.0, 0.0, 0.0) not in payoff_set(solution) and (1.0, 1.0, 0.0) in payoff_set(solution)
    assert any("no joint position that gives every member more" in gap for gap in solution.equilibria.gaps)


def test_nobody_signs_below_its_fallback():
    game = tied_responder([[[1, -1], [-5, -5]], [[1, -1], [-5, -5]]], NashProduct((0, 1), (0.0, 0.0)))
    solution = solve_subgame_perfect(game, engine)
    assert payoff_set(solution) == {(1.0, 1.0, 0.0)} and solution.equilibria.gaps


def test_an_inapplicable_rule_admits_that_mixtures_were_not_tried():
    """Mixing the responder's ties would give both members 0, above the fallback that each pure reply breaks."""
    game = tied_responder([[[-1, 1], [-2, -2]], [[1, -1], [-2, -2]]], NashProduct((0, 1), (-0.5, -0.5)))
    with pytest.raises(StructureError, match="mixtures at later ties were not tried"):
        solve_subgame_perfect(game, engine)


def test_a_mixture_that_the_bloc_would_veto_is_not_offered_to_earlier_movers():
    """Both ends of the responder's tie are efficient; their middle (5, 5) is worse for both members than (6, 6)."""
    payoffs = np.zeros((4, 2, 2, 2))
    payoffs[:2, 1] = [[[0, 10], [6, 6]], [[10, 0], [6, 6]]]
    payoffs[:3, 0] = -1
    payoffs[3, 1] = [[1, -1], [-5, -5]]
    labels = np.array([[[9, 9], [9, 9]], [[0, 1], [2, 2]]])
    objectives = ((own_payoff(3, 4),), (Efficient((0, 1)),), (own_payoff(2, 4),))
    solution = solve_subgame_perfect(StagedGame(payoffs, labels, objectives), engine)
    assert (5.0, 5.0, 0.0, 0.0) not in payoff_set(solution) and solution.equilibria.gaps
    for point in solution.equilibria.points:
        assert one_shot_gain(solution.game, strategy(solution, point)) <= 1e-9


def test_many_equal_actions_with_many_tied_continuations_are_bounded():
    actions, positions = 15, 30  # 155 million ways of following the actions by different continuations
    payoffs = np.zeros((3, actions, positions))
    payoffs[1] = np.arange(positions)
    payoffs[2] = positions - np.arange(positions)
    labels = np.broadcast_to(np.arange(positions), (actions, positions))
    game = StagedGame(payoffs, labels, ((own_payoff(0, 3),), (Efficient((1, 2)),)))
    assert len(solve_subgame_perfect(game, engine).equilibria.points) == positions
