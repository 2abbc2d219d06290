"""Zero-sum trees by the sequence form, against Kuhn's solution, the strategic form and every player's regret."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings

from kgsim.games.extensive import ExtensiveGame, continuation_values, gains, uniform
from kgsim.games.gambit import parse_game
from kgsim.games.plans import behaviour_of, count_plans, strategic_form
from kgsim.solvers.effort import Effort, OutOfEffort
from kgsim.solvers.extensive.sequence_form import is_zero_sum, sequence_form, solve_zero_sum
from kgsim.solvers.extensive.tree import solve_tree
from kgsim.solvers.strategic.nash import nash
from published_trees import KUHN, kuhn
from small_trees import small_trees


def poker(text: str) -> ExtensiveGame:
    game = parse_game(text)
    assert isinstance(game, ExtensiveGame)
    return game


def complete(game: ExtensiveGame, behaviour) -> dict[int, np.ndarray]:
    """Behaviour with something said at every information set."""
    return {**uniform(game), **{index: part for index, part in behaviour.items() if part is not None}}


def test_kuhn_poker_has_two_extreme_equilibria() -> None:
    """Kuhn (1950): the first bets a jack with any probability up to 1/3, and a king three times as often."""
    found = solve_tree(poker(KUHN))
    assert found.nash.complete and found.nash.components == ((0, 1),) and len(found.nash.equilibria) == 2
    names = {each.label: index for index, each in enumerate(found.game.information)}
    ends = []
    for each in found.nash.equilibria:
        assert each.payoffs == pytest.approx([-1 / 18, 1 / 18]) and each.residual < 1e-12
        assert each.assessment is not None and each.assessment.verdict == "sequential"
        ends.append((each.behaviour[names["J"]][1], each.behaviour[names["K"]][1]))
        assert each.behaviour[names["J after a check"]] == pytest.approx([2 / 3, 1 / 3])
    assert sorted(ends) == [pytest.approx((0, 0)), pytest.approx((1 / 3, 1))]


@pytest.mark.parametrize("cards", ["JQKA", "9TJQKA"])
def test_poker_of_more_cards_is_solved_though_its_plans_are_too_many(cards) -> None:
    """Of six cards the players have 729 and 4,096 plans; nobody gains by any deviation, and the first one loses."""
    game = poker(kuhn(cards))
    assert np.prod(np.array(count_plans(game), dtype=float)) > 5e3
    found = solve_zero_sum(game, Effort())
    assert found.behaviours
    worth = set()
    for each in found.behaviours:
        play = complete(game, each)
        assert gains(game, play)[0].max() < 1e-12
        worth.add(round(float(continuation_values(game, play)[0][0]), 9))
    assert len(worth) == 1 and -0.2 < worth.pop() < 0.0


def plan(game: ExtensiveGame, player: int, behaviour) -> np.ndarray:
    """The realization plan of a behaviour, multiplied out."""
    form = sequence_form(game)
    weights = np.zeros(len(form.sequences[player]))
    weights[0] = 1.0
    for key, number in form.sequences[player].items():
        if key is None:
            continue
        index, action = key
        before = game.histories[game.members[index][0]][player]
        part = behaviour[index]
        reached = weights[form.sequences[player][before[-1] if before else None]]
        weights[number] = 0.0 if part is None else reached * part[action]
    return weights


@settings(max_examples=60)
@given(tree=small_trees())
def test_all_optimal_plans_of_small_trees_are_those_of_the_strategic_form(tree: ExtensiveGame) -> None:
    """Payoffs with ties are made zero-sum. What is called complete spans what vertex enumeration finds."""
    nodes = [replace(n, payoffs=(n.payoffs[0], -n.payoffs[0])) if n.payoffs else n for n in tree.nodes]
    game = ExtensiveGame(tree.title, tree.players, tuple(nodes), tree.information)
    assume(is_zero_sum(game))
    found = solve_zero_sum(game, Effort())
    for each in found.behaviours:
        assert gains(game, complete(game, each))[0].max() < 1e-9
    form = strategic_form(game)
    listed = nash(form.payoffs, method="engine")
    values = {round(float(continuation_values(game, complete(game, each))[0][0]), 9) for each in found.behaviours}
    assert len(values) == 1
    if not found.complete:
        return
    for profile in listed.equilibria:
        behaviour = behaviour_of(form, profile)
        for player in range(2):
            wanted = plan(game, player, behaviour)
            known = [plan(game, player, each) for each in found.behaviours]
            base, along = known[0], max((each - known[0] for each in known), key=lambda step: np.abs(step).max())
            share = float((wanted - base) @ along) / max(float(along @ along), 1e-300)
            assert -1e-7 <= share <= 1 + 1e-7 and np.allclose(base + share * along, wanted, atol=1e-7)


def test_a_game_that_is_not_zero_sum_is_told_apart() -> None:
    game = poker(KUHN)
    last = max(place for place, node in enumerate(game.nodes) if node.payoffs)
    nodes = list(game.nodes)
    nodes[last] = replace(nodes[last], payoffs=(1.0, 0.0))
    assert is_zero_sum(game) and not is_zero_sum(ExtensiveGame("", game.players, tuple(nodes), game.information))


def test_the_allowance_of_work_holds() -> None:
    with pytest.raises(OutOfEffort):
        solve_zero_sum(poker(KUHN), Effort(10))
