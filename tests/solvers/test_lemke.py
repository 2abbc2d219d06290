"""Lemke's method on the sequence form: nobody gains, nothing is invented, and large trees are solved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings

from kgsim.games.extensive import ExtensiveGame, continuation_values, gains, uniform
from kgsim.games.gambit import parse_game
from kgsim.games.plans import Partial, count_plans, strategic_form
from kgsim.solvers.effort import Effort
from kgsim.solvers.extensive.by_plans import MOST_PROFILES
from kgsim.solvers.extensive.lemke import lemke_equilibria, solve_lcp
from kgsim.solvers.extensive.tree import TreeSearch
from kgsim.solvers.strategic.nash import nash
from published_trees import KUHN, kuhn
from small_trees import small_trees


def poker(text: str, seed: int | None = None) -> ExtensiveGame:
    """Poker as published, or with whole numbers added to what each player gets at each end, with ties."""
    game = parse_game(text)
    assert isinstance(game, ExtensiveGame)
    if seed is None:
        return game
    draw = np.random.default_rng(seed)
    nodes = [
        replace(n, payoffs=tuple(np.array(n.payoffs) + draw.integers(-2, 3, 2))) if n.payoffs else n for n in game.nodes
    ]
    return ExtensiveGame(game.title, game.players, tuple(nodes), game.information)


def whole(game: ExtensiveGame, behaviour: Partial) -> dict[int, np.ndarray]:
    """Behaviour with something said at every information set."""
    return {**uniform(game), **{index: part for index, part in behaviour.items() if part is not None}}


@pytest.mark.parametrize(
    ("matrix", "constants", "solution"),
    [
        # Cottle, Pang and Stone's kind of small problems: w = q + Mz, worked by hand.
        ([[2.0, 1.0], [1.0, 2.0]], [-5.0, -6.0], [4 / 3, 7 / 3]),
        ([[1.0, 0.0], [0.0, 1.0]], [2.0, -3.0], [0.0, 3.0]),
        ([[1.0, 0.0], [0.0, 1.0]], [2.0, 3.0], [0.0, 0.0]),
    ],
)
def test_small_problems(matrix: list[list[float]], constants: list[float], solution: list[float]) -> None:
    found = solve_lcp(np.array(matrix), np.array(constants), np.ones(2), Effort())
    assert found == pytest.approx(solution)


def test_a_ray_is_no_solution() -> None:
    assert solve_lcp(np.array([[0.0, -1.0], [0.0, 0.0]]), np.array([1.0, -1.0]), np.ones(2), Effort()) is None


def test_kuhn_poker_is_worth_an_eighteenth_to_the_second() -> None:
    game = poker(KUHN)
    for each in lemke_equilibria(game, Effort()):
        assert continuation_values(game, whole(game, each))[0] == pytest.approx([-1 / 18, 1 / 18])


@settings(max_examples=25)
@given(tree=small_trees())
def test_what_is_found_in_small_trees_is_among_all_there_is(tree: ExtensiveGame) -> None:
    """Against all equilibria of the strategic form, whose payoffs, where none lie in a continuum, are all there are."""
    assume(tree.information)
    found = lemke_equilibria(tree, Effort())
    assert found
    listed = nash(strategic_form(tree).payoffs, method="engine")
    form = strategic_form(tree)
    values = [[float(np.einsum("ij,i,j->", own, *profile)) for own in form.payoffs] for profile in listed.equilibria]
    for each in found:
        play = whole(tree, each)
        assert gains(tree, play)[0].max() < 1e-12
        if listed.complete and not listed.components:
            worth = continuation_values(tree, play)[0]
            assert min(np.abs(worth - other).max() for other in np.array(values)) < 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_a_tree_whose_plans_are_too_many_has_an_equilibrium(seed: int) -> None:
    """Six cards, 729 plans by 4,096, and payoffs that do not sum to zero: the strategic form is never written out."""
    game = poker(kuhn("9TJQKA"), seed)
    assert np.prod(np.array(count_plans(game), dtype=float)) > MOST_PROFILES
    for each in lemke_equilibria(game, Effort()):
        assert gains(game, whole(game, each))[0].max() < 1e-12


def test_it_is_told_as_a_selection() -> None:
    found = TreeSearch(poker(kuhn("9TJQKA"), 0), None).nash()
    assert found.equilibria and not found.complete and "selection by Lemke's method" in found.reason
    assert max(each.residual for each in found.equilibria) < 1e-12
