"""Small staged games for tests, and what every solution of one has to satisfy."""

from __future__ import annotations

import numpy as np

from kgsim.games.objectives import own_payoff
from kgsim.games.staged import StagedGame, one_shot_gain, strategy_shapes
from kgsim.solvers.staged.continuations import blend
from kgsim.solvers.staged.stage import Caps
from kgsim.solvers.staged.strategies import courses, strategy
from kgsim.solvers.staged.subgame_perfect import SubgamePerfect, solve_subgame_perfect
from kgsim.solvers.strategic.nash import nash


def engine(payoffs):
    return nash(payoffs, method="engine")


def staged(payoffs, stages, objectives=None) -> StagedGame:
    """A game whose outcome labels are the terminal histories themselves; `stages` lists the players of each."""
    payoffs = np.asarray(payoffs, dtype=float)
    players = len(payoffs)
    if objectives is None:
        objectives = tuple(tuple(own_payoff(player, players) for player in stage) for stage in stages)
    return StagedGame(payoffs, np.arange(payoffs[0].size).reshape(payoffs[0].shape), objectives)


def solved(payoffs, stages, **caps) -> SubgamePerfect:
    return solve_subgame_perfect(staged(payoffs, stages), engine, Caps(**caps) if caps else None)


def payoff_set(solution: SubgamePerfect) -> set[tuple[float, ...]]:
    return {tuple(float(x) for x in np.round(point.payoffs, 9)) for point in solution.equilibria.points}


def assert_certified(solution: SubgamePerfect) -> None:
    """Every listed equilibrium, and mixtures within every convex continuum, survive one-shot deviations."""
    points = list(solution.equilibria.points)
    rng = np.random.default_rng(0)
    for piece in solution.equilibria.pieces:
        if piece.convex:
            points.append(blend(piece.points, list(rng.dirichlet(np.ones(len(piece.points))))))
    for point in points:
        profile = strategy(solution, point)
        for array, shape in zip(profile, strategy_shapes(solution.game), strict=True):
            assert array.shape == shape
            np.testing.assert_allclose(array.sum(axis=-1), 1.0, atol=1e-9)
        assert one_shot_gain(solution.game, profile) <= 1e-8
        reached = sum(share * solution.game.payoffs[(slice(None), *history)] for share, history in courses(point))
        np.testing.assert_allclose(reached, point.payoffs, atol=1e-9)
