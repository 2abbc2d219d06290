"""Signalling after an opening: players without types move first, and then a sender speaks to a receiver.

Nothing is learned in the opening, so that what follows each of its courses is a signalling game with the prior, all of
whose equilibria are sought. The opening is solved by backward induction on these sets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kgsim.games.bayesian import BayesianGame, courses
from kgsim.games.objectives import own_payoff
from kgsim.games.staged import StagedGame
from kgsim.solvers.bayesian.beliefs import BeliefSet, History, Supporting
from kgsim.solvers.bayesian.equilibria import BayesianEquilibrium, BayesianSet
from kgsim.solvers.bayesian.refinements import Criteria
from kgsim.solvers.bayesian.signalling import is_signalling, solve_signalling
from kgsim.solvers.staged.continuations import Continuations, Key, Piece, Point
from kgsim.solvers.staged.mixed_stage import Nash
from kgsim.solvers.staged.strategies import strategy
from kgsim.solvers.staged.subgame_perfect import solve_subgame_perfect

ALL_SUPPORTS = "the game is one of signalling: every support of messages and responses was tried, pure and mixed"
OPENED = "nothing is learned in the opening, and after it every support of messages and responses was tried"
CUT_SHORT = "the search for supports of messages and responses was cut short"


@dataclass(frozen=True, eq=False)
class _Subgame:
    """The equilibria of a signalling game as points of a set, and one of them for each lottery."""

    points: Continuations
    told: dict[Key, BayesianEquilibrium]


def is_opened_signalling(game: BayesianGame) -> bool:
    """Whether stages without informed movers, or none, come before one informed mover and then one that is not."""
    opening = len(game.stages) - 2
    if opening < 0 or any(game.place(axis) is not None for axis in range(game.first_axis[opening])):
        return False
    return is_signalling(_rest(game, (0,) * game.first_axis[opening]))


def solve_opened_signalling(game: BayesianGame, ends: NDArray[np.intp], nash: Nash) -> BayesianSet:
    """Find the perfect Bayesian equilibria of a game for which `is_opened_signalling` holds, all if work allows.

    Parameters
    ----------
    game
        The game.
    ends
        A label for what each combination of types and actions ends in, shape (t1, a1, ..., am).
    nash
        Solves a strategic game given as an array of shape (movers, a1, ..., ak).
    """
    if len(game.stages) == 2:
        return _signalling(game)
    last = game.first_axis[-3]
    shape = game.actions[:last]
    classes: dict[object, int] = {}
    subgames: dict[object, _Subgame] = {}
    follows = []
    for history in np.ndindex(*shape):
        rest, labels = _rest(game, history), ends[(slice(None), *history)]
        key = (rest.payoffs.tobytes(), labels.tobytes())
        if key not in subgames:
            subgames[key] = _subgame(rest, labels, classes)
        follows.append(subgames[key])
    players = game.payoffs.shape[1]
    best = np.array([np.max([point.payoffs for point in each.points.points], axis=0) for each in follows])
    stages = tuple(tuple(own_payoff(player, players) for player in stage) for stage in game.stages[:-2])
    opening = StagedGame(best.T.reshape(players, *shape), np.arange(len(follows)).reshape(shape), stages)
    solved = solve_subgame_perfect(opening, nash, after=[each.points for each in follows])
    found = solved.equilibria
    place = {point.lottery: index for index, point in enumerate(found.points)}
    after = dict(zip(np.ndindex(*shape), follows, strict=True))
    told = []
    for point in found.points:
        replies: dict[History, Point] = {}
        moves = strategy(solved, point, replies)
        told.append(_put_together(game, moves, {h: after[h].told[reply.lottery] for h, reply in replies.items()}))
    return BayesianSet(
        tuple(told),
        tuple(tuple(sorted(place[point.lottery] for point in piece.points)) for piece in found.pieces),
        tuple(piece.convex for piece in found.pieces),
        not found.gaps,
        tuple(sorted(found.gaps)) or (OPENED,),
    )


def _signalling(game: BayesianGame) -> BayesianSet:
    every, criteria = solve_signalling(game), Criteria(game)
    found = []
    for each in every.equilibria:
        beliefs: Supporting = {((message,), 0): belief for message, belief in each.beliefs.items()}
        labels = criteria.labels(each.messages, each.responses)
        found.append(BayesianEquilibrium([each.messages, each.responses[None]], beliefs, labels))
    reasons = (ALL_SUPPORTS if every.complete else CUT_SHORT,)
    return BayesianSet(tuple(found), every.continua, every.convex, every.complete, reasons)


def _rest(game: BayesianGame, history: History) -> BayesianGame:
    """What follows a course of the opening."""
    stage = game.first_axis.index(len(history))
    return BayesianGame(game.priors, game.below(history), game.stages[stage:], game.informed)


def _subgame(game: BayesianGame, ends: NDArray[np.intp], classes: dict[object, int]) -> _Subgame:
    """Solve what follows, as lotteries over classes of ends: the types drawn, the label, and everybody's payoff."""
    found = _signalling(game)
    points = []
    told: dict[Key, BayesianEquilibrium] = {}
    for each in found.equilibria:
        lottery: dict[int, float] = {}
        worth, sizes = np.zeros((2, game.payoffs.shape[1]))
        for course in courses(game, each.strategy):
            payoffs = game.payoffs_at(course.history)[course.types]
            label = int(ends[(*course.types, *course.history)])
            number = classes.setdefault((course.types, label, payoffs.tobytes()), len(classes))
            lottery[number] = lottery.get(number, 0.0) + course.probability
            worth += course.probability * payoffs
            sizes += course.probability * np.abs(payoffs)
        key = tuple(sorted((number, round(chance, 12)) for number, chance in lottery.items()))
        points.append(Point(key, worth, sizes))
        told.setdefault(key, each)
    distinct = {point.lottery: point for point in reversed(points)}
    groups = [{points[place].lottery: distinct[points[place].lottery] for place in group} for group in found.continua]
    pieces = tuple(
        Piece(tuple(group.values()), convex)
        for group, convex in zip(groups, found.convex, strict=True)
        if len(group) > 1
    )
    gaps = frozenset() if found.complete else frozenset({CUT_SHORT})
    return _Subgame(Continuations(tuple(distinct.values()), pieces, gaps), told)


def _put_together(
    game: BayesianGame, moves: list[np.ndarray], after: dict[History, BayesianEquilibrium]
) -> BayesianEquilibrium:
    """The opening's moves with an equilibrium after each of its courses."""
    shape = game.actions[: len(moves)]
    kinds, messages, responses = game.kinds[0], *game.actions[-2:]
    said, answered = np.zeros((kinds, *shape, messages)), np.zeros((1, *shape, messages, responses))
    beliefs: dict[tuple[History, int], BeliefSet] = {}
    for history, each in after.items():
        np.moveaxis(said, 0, -2)[history], answered[0][history] = each.strategy[0], each.strategy[1][0]
        beliefs |= {((*history, *message), place): belief for (message, place), belief in each.beliefs.items()}
    whole = [*(mix[None] for mix in moves), said, answered]
    reached = {course.history[: len(moves)] for course in courses(game, whole)}
    labels = tuple(dict.fromkeys(label for history in sorted(reached) for label in after[history].labels))
    return BayesianEquilibrium(whole, beliefs, labels)
