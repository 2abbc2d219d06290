"""From a point of a solved staged game to what each mover does at every history, and back to courses of play."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from kgsim.games.objectives import Objective, gains
from kgsim.games.staged import Chance, strategy_shapes
from kgsim.solvers.staged.continuations import Continuations, Play, Point
from kgsim.solvers.staged.subgame_perfect import SubgamePerfect


def strategy(
    solution: SubgamePerfect, equilibrium: Point, after: dict[tuple[int, ...], Point] | None = None
) -> list[np.ndarray]:
    """A subgame-perfect strategy profile whose path is the point's first way of being played.

    After a deviation by one mover the others go on to the equilibrium of the subgame that is worst for it; after
    deviations by several at once, to the first equilibrium of the subgame.

    Parameters
    ----------
    solution, equilibrium
        A solved game and one of its equilibria.
    after
        Filled, if given, with the continuation that is played after each history of all stages.

    Returns
    -------
    list of numpy.ndarray
        One behaviour strategy per mover, of the shapes `kgsim.games.staged.strategy_shapes` gives.
    """
    game = solution.game
    arrays = [np.zeros(shape) for shape in strategy_shapes(game)]

    def fill(stage: int, history: tuple[int, ...], point: Point) -> None:
        play = point.plays[0]
        first = game.first_axis[stage]
        for position, mix in enumerate(play.mixes):
            for action, probability in mix:
                arrays[first + position][(*history, action)] = probability
        last = stage + 1 == len(game.stages)
        if last and after is None:
            return
        for profile in np.ndindex(game.stage_shape(stage)):
            then = (*history, *profile)
            if not game.can_be(then):
                continue
            answer = reply(play, profile, game.stages[stage], solution.follow(then))
            if not last:
                fill(stage + 1, then, answer)
            elif after is not None:
                after[then] = answer

    fill(0, (), equilibrium)
    return arrays


def reply(
    play: Play, profile: tuple[int, ...], objectives: tuple[Objective | Chance, ...], found: Continuations
) -> Point:
    """What is played after `profile` when `play` was meant."""
    if profile in play.then:
        return play.then[profile]
    deviators = [
        position
        for position, (action, mix) in enumerate(zip(profile, play.mixes, strict=True))
        if action not in {meant for meant, _ in mix}
    ]
    if len(deviators) != 1:
        return found.points[0]
    objective = objectives[deviators[0]]
    if isinstance(objective, Chance):
        return found.points[0]
    payoffs = np.array([point.payoffs for point in found.points])
    if not objective.ranks:
        meant = next(iter(play.then.values())).payoffs
        change = gains(payoffs, meant)
        return found.points[int(objective.dominates(change, np.zeros_like(change)).argmin())]
    return found.points[int(objective.score(payoffs).argmin())]


def courses(point: Point) -> list[tuple[float, tuple[int, ...]]]:
    """The terminal histories that the point's first way of being played reaches, with their probabilities."""
    if not point.plays:
        return [(1.0, ())]
    play = point.plays[0]
    reached = []
    for profile in product(*([action for action, _ in mix] for mix in play.mixes)):
        here = float(np.prod([dict(mix)[action] for mix, action in zip(play.mixes, profile, strict=True)]))
        reached += [(here * share, (*profile, *rest)) for share, rest in courses(play.then[profile])]
    return reached


def pure_courses(point: Point) -> Iterator[tuple[int, ...]]:
    """Every terminal history that some pure way of playing the point leads to for certain."""
    if not point.plays:
        yield ()
    for play in point.plays:
        if all(len(mix) == 1 for mix in play.mixes):
            profile = tuple(action for ((action, _),) in play.mixes)
            for rest in pure_courses(play.then[profile]):
                yield (*profile, *rest)
