"""Equilibria of trees: textbook answers, and every answer checked by code of its own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

import kgsim
from kgsim.games.extensive import ExtensiveGame, continuation_values, gains
from kgsim.games.gambit import parse_game
from kgsim.solvers.extensive.logit_path import LogitLimit, logit_path
from kgsim.solvers.extensive.tree import EquilibriumSet, TreeSolution, solve_tree
from published_trees import (
    ABSENT_MINDED,
    ALL,
    BEER_QUICHE,
    CHAIN_STORE,
    CRISIS,
    HORSE,
    KUHN,
    POKER,
    UNTOLD_ENTRY,
    two_towns,
)
from small_trees import best, small_trees, value


def solved(text: str) -> TreeSolution:
    game = parse_game(text)
    assert isinstance(game, ExtensiveGame)
    return solve_tree(game)


def plays(found: EquilibriumSet) -> list[list[list[float] | None]]:
    return [
        [None if part is None else [float(p) for p in part] for _, part in sorted(each.behaviour.items())]
        for each in found.equilibria
    ]


def selected(solution: TreeSolution) -> LogitLimit:
    assert solution.sequential is not None and solution.sequential.arrived
    return solution.sequential


def test_poker_has_one_equilibrium_in_which_fred_bluffs_a_third_of_the_time() -> None:
    solution = solved(POKER)
    assert solution.nash is not None and solution.nash.complete
    (play,) = plays(solution.nash)
    np.testing.assert_allclose(np.concatenate(play), [1, 0, 2 / 3, 1 / 3, 1 / 3, 2 / 3], atol=1e-9)
    np.testing.assert_allclose(solution.nash.equilibria[0].payoffs, [1 / 3, -1 / 3], atol=1e-9)
    np.testing.assert_allclose(selected(solution).beliefs[1], [3 / 4, 1 / 4], atol=1e-5)


def test_the_missile_crisis_leaves_both_root_moves() -> None:
    found = solved(CRISIS).subgame_perfect
    assert found.complete and found.components == ((0, 1),)
    assert plays(found) == [
        [[1, 0], [0, 0, 1], [1, 0], [1, 0]],
        [[0, 1], [0, 0, 1], [1, 0], [1, 0]],
    ]
    for each in found.equilibria:
        np.testing.assert_allclose(each.payoffs, [-2, 1], atol=1e-9)


def test_selten_s_horse_has_two_continua_and_only_one_is_sequential() -> None:
    """The third goes left up to 1/4 where nobody calls it; or the second, who is not called, across up to 2/3."""
    solution = solved(HORSE)
    assert solution.nash.complete and len(solution.nash.components) == 2
    pure = [play for play in plays(solution.nash) if all(part and max(part) == 1 for part in play)]
    assert sorted(pure) == [[[0, 1], [1, 0], [1, 0]], [[1, 0], [1, 0], [0, 1]]]
    judged = {each.assessment.verdict: each.behaviour for each in solution.nash.equilibria if each.assessment}
    np.testing.assert_allclose(judged["sequential"][2], [1 / 4, 3 / 4])
    np.testing.assert_allclose(judged["not sequential"][1], [1 / 3, 2 / 3])
    limit = selected(solution)
    np.testing.assert_allclose([limit.behaviour[0][0], limit.behaviour[1][0], limit.behaviour[2][1]], 1, atol=1e-4)


def test_beer_and_quiche_pool_in_two_ways() -> None:
    solution = solved(BEER_QUICHE)
    assert solution.nash is not None and solution.nash.complete
    pure = [play for play in plays(solution.nash) if all(part and max(part) == 1 for part in play)]
    assert sorted(pure) == [[[0, 1], [1, 0], [0, 1], [0, 1]], [[1, 0], [0, 1], [1, 0], [1, 0]]]
    limit = selected(solution)  # the one that survives the intuitive criterion
    np.testing.assert_allclose([limit.behaviour[0][0], limit.behaviour[3][0], limit.behaviour[1][1]], 1, atol=1e-4)
    np.testing.assert_allclose(limit.beliefs[1], [0.9, 0.1], atol=1e-5)


def test_a_middle_type_s_choice_is_no_subgame() -> None:
    """Its messages are answered in sets that reach beyond it on both sides, so all three types are one game."""
    lines = ['EFG 2 R "Three types" { "sender" "receiver" }', 'c "" 1 "" { "a" 1/4 "b" 1/4 "c" 1/2 } 0']
    for kind in range(3):
        lines.append(f'p "" 1 {kind + 1} "{kind}" {{ "x" "y" }} 0')
        for message in range(2):
            lines.append(f'p "" 2 {message + 1} "" {{ "l" "r" }} 0')
            lines += [
                f't "" {12 * kind + 2 * message + a + 1} "" {{ {kind * a} {(kind - message) * a} }}' for a in (0, 1)
            ]
    game = tree("\n".join(lines))
    assert game.subgames == (0,)
    verify(solve_tree(game))


def test_a_threat_that_no_belief_supports_is_subgame_perfect_and_not_sequential() -> None:
    solution = solved(UNTOLD_ENTRY)
    assert [[1, 0, 0], [1, 0]] in plays(solution.subgame_perfect)
    limit = selected(solution)
    np.testing.assert_allclose([limit.behaviour[0][2], limit.behaviour[1][1]], 1, atol=1e-4)


def test_one_town_is_entered_if_toughness_is_unlikely() -> None:
    solution = solved(CHAIN_STORE)
    assert plays(solution.subgame_perfect) == [[[0, 1], [0, 1], [1, 0]]]
    np.testing.assert_allclose(solution.subgame_perfect.equilibria[0].payoffs, [0.5, 1.25], atol=1e-9)


def tree(text: str) -> ExtensiveGame:
    game = parse_game(text)
    assert isinstance(game, ExtensiveGame)
    return game


def by_name(game: ExtensiveGame, limit: LogitLimit) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Information set to the probability of its actions, and to what is believed there."""
    return {each.label: (limit.behaviour[i], limit.beliefs[i]) for i, each in enumerate(game.information)}


def test_a_weak_incumbent_fights_just_enough_in_the_first_of_two_towns() -> None:
    """Kreps and Wilson (1982b): with toughness p = 1/10 < b^2 the first entrant comes in; a fight lifts p to b."""
    game = tree(two_towns(0.1))
    limit = logit_path(game)
    assert limit.arrived
    found = by_name(game, limit)
    np.testing.assert_allclose(found["first"][0], [0, 1], atol=1e-4)
    np.testing.assert_allclose(found["weak"][0], [1 / 9, 8 / 9], atol=1e-4)  # p/(1 - p) (1 - b)/b
    np.testing.assert_allclose(found["tough"][0], [1, 0], atol=1e-4)
    np.testing.assert_allclose(found["second after a fight"][0], [1 / 2, 1 / 2], atol=1e-4)  # out with probability 1/a
    np.testing.assert_allclose(found["second after a fight"][1], [1 / 2, 1 / 2], atol=1e-4)
    np.testing.assert_allclose(found["second after yielding"][0], [0, 1], atol=1e-4)
    np.testing.assert_allclose(found["second after yielding"][1], [1, 0], atol=1e-4)
    np.testing.assert_allclose(limit.payoffs, [0.3, 0.4, 0.1], atol=1e-4)


def test_the_first_entrant_stays_out_once_toughness_exceeds_the_square() -> None:
    """With b^2 < p = 0.3 < b the threat of a reputation deters the first entrant and not the second."""
    game = tree(two_towns(0.3))
    limit = logit_path(game)
    assert limit.arrived
    found = by_name(game, limit)
    np.testing.assert_allclose(found["first"][0], [1, 0], atol=1e-4)
    np.testing.assert_allclose(found["weak"][0], [3 / 7, 4 / 7], atol=1e-4)  # off the path
    np.testing.assert_allclose(found["second after a fight"][0], [1 / 2, 1 / 2], atol=1e-4)
    np.testing.assert_allclose(found["second after out"][0], [0, 1], atol=1e-4)
    np.testing.assert_allclose(found["second after out"][1], [0.7, 0.3], atol=1e-4)


@pytest.mark.parametrize("bluff", [0, 1 / 6, 1 / 3])
def test_kuhn_poker_has_a_family_of_equilibria_worth_a_loss_of_one_eighteenth(bluff: float) -> None:
    """Kuhn (1950): the first bets a jack with any probability up to 1/3 and a king three times as often."""
    game = tree(KUHN)
    second = {"Q after a check": 0, "J after a check": 1 / 3, "K after a check": 1}
    answers = {"J after a bet": (0, 0), "Q after a bet": (bluff + 1 / 3, 1 / 3), "K after a bet": (1, 1)}
    chosen = {"J": bluff, "Q": 0, "K": 3 * bluff} | second
    play = {}
    for i, each in enumerate(game.information):
        share = answers[each.label][each.player] if each.label in answers else chosen[each.label]
        play[i] = np.array([1 - share, share])
    assert gains(game, play).max() < 1e-12
    np.testing.assert_allclose(continuation_values(game, play)[0], [-1 / 18, 1 / 18], atol=1e-12)
    wrong = {**play, 0: np.array([0.5, 0.5])}  # too many bluffs
    assert gains(game, wrong).max() > 1e-3


def test_the_path_leads_into_kuhn_s_family() -> None:
    game = tree(KUHN)
    limit = logit_path(game)
    assert limit.arrived
    found = by_name(game, limit)
    bluff = found["J"][0][1]
    assert 0 < bluff < 1 / 3
    np.testing.assert_allclose([found["K"][0][1], found["Q"][0][1]], [3 * bluff, 0], atol=1e-3)
    np.testing.assert_allclose(limit.payoffs, [-1 / 18, 1 / 18], atol=1e-5)


def test_imperfect_recall_is_an_error_that_names_player_and_set() -> None:
    with pytest.raises(kgsim.GameError, match=r"imperfect recall.*'crossing'.*'driver'"):
        solved(ABSENT_MINDED)


def verify(solution: TreeSolution) -> None:
    """Nash and subgame perfection by brute force; consistency and sequential rationality of the selection."""
    game = solution.game
    scale = max(abs(payoff) for node in game.nodes for payoff in node.payoffs) + 1
    for found, roots in ((solution.nash, (0,)), (solution.subgame_perfect, game.subgames)):
        assert found is not None and found.equilibria
        for each in found.equilibria:
            full = {i: np.full(len(s.actions), 1 / len(s.actions)) for i, s in enumerate(game.information)}
            full |= {i: part for i, part in each.behaviour.items() if part is not None}
            np.testing.assert_allclose(value(game, full), each.payoffs, atol=1e-9 * scale)
            for root in roots:
                for player in range(len(game.players)):
                    assert best(game, full, player, root) <= value(game, full, root)[player] + 1e-8 * scale
    limit = solution.sequential
    if limit is None or not limit.arrived:
        assert limit is not None or not game.information
        return
    for index, members in enumerate(game.members):
        player = game.information[index].player
        worth = [
            sum(
                b * value(game, limit.behaviour, game.nodes[m].children[a])[player]
                for b, m in zip(limit.beliefs[index], members, strict=True)
            )
            for a in range(len(game.information[index].actions))
        ]
        assert max(worth) - np.dot(worth, limit.behaviour[index]) < 1e-4 * scale


@pytest.mark.parametrize("name", ALL)
def test_published_games_verify(name: str) -> None:
    verify(solved(ALL[name]))


@settings(max_examples=60, deadline=None)
@given(small_trees())
def test_random_trees_verify(game: ExtensiveGame) -> None:
    verify(solve_tree(game))
