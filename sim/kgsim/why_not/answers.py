"""What a mover would get by another move: its one-shot deviations along a path, answered by the equilibrium itself.

All play on by the equilibrium's own strategies after the deviation, the deviator too, which is what subgame perfection
judges a move by (the one-shot deviation principle; Fudenberg and Tirole 1991, section 4.2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kgsim.games.staged import StagedGame
from kgsim.results import Equilibrium, Result
from kgsim.scenario.model import IDLE
from kgsim.scenario.on_the_table import offers_asked
from kgsim.scenario.payoffs import payoff_table
from kgsim.structures.build import Staging, build

#: Probabilities below this are rounding.
NEVER = 1e-12


@dataclass(frozen=True)
class Answer:
    """What play leads to after a move.

    Attributes
    ----------
    payoffs
        Player to expected payoff.
    outcomes
        Outcome to probability, likeliest first.
    courses
        Courses of play with their probabilities, likeliest first: decision to action; not what the structure fixes.
    """

    payoffs: Mapping[str, float]
    outcomes: Mapping[str, float]
    courses: tuple[tuple[float, Mapping[str, str]], ...]


@dataclass(frozen=True)
class Move:
    """One move that is open to a mover at a step of the path: decision to action, and its equilibrium probability."""

    actions: Mapping[str, str]
    probability: float
    answer: Answer


@dataclass(frozen=True)
class Step:
    """A mover's turn on the likeliest course of play, with all moves it has there.

    Attributes
    ----------
    mover
        Decision, or decisions of a bloc joined by ``+``.
    stage
        Number of the stage; movers of one stage choose at once.
    before
        Decisions made in earlier stages.
    chosen
        Place, among `moves`, of the move on the path.
    expected
        What the equilibrium leads to from the beginning of the stage.
    """

    mover: str
    stage: int
    before: frozenset[str]
    chosen: int
    expected: Answer
    moves: tuple[Move, ...]


def steps(result: Result, structure: str, equilibrium: Equilibrium) -> tuple[Step, ...]:
    """Return the turns on an equilibrium's likeliest course of play, each with what its moves lead to.

    The structure's players know all that went before and nothing is drawn (`kgsim.why_not.page` says so where not).
    """
    scenario, shape = result.scenario, result.scenario.structures[structure]
    table = payoff_table(scenario, structure, result.values)
    staging = build(scenario, shape, table, result.values, equilibrium.disagreement, offers_asked(scenario))
    strategy = list(equilibrium.strategy().values())
    players = tuple(scenario.players)
    names = tuple(rule.name for rule in scenario.outcomes)

    def answer(stage: int, prefix: tuple[int, ...], held: Mapping[int, int]) -> Answer:
        reached = _reached(staging.game, strategy, stage, prefix, held)
        return _answer(staging, players, names, sorted(reached, key=lambda each: -each[1]))

    path = _likeliest(staging.game, strategy)
    return tuple(_steps(staging, strategy, path, answer))


def _steps(
    staging: Staging,
    strategy: Sequence[np.ndarray],
    path: tuple[int, ...],
    answer: Callable[[int, tuple[int, ...], Mapping[int, int]], Answer],
) -> Iterator[Step]:
    game = staging.game
    for stage, movers in enumerate(game.stages):
        first = game.first_axis[stage]
        prefix = path[:first]
        before = frozenset(each for axis in range(first) for each in staging.movers[axis])
        for axis in range(first, first + len(movers)):
            open_ = np.flatnonzero(game.open_to(axis, stage)[prefix]).tolist()
            if len(open_) == 1 and all(action == IDLE for action in staging.actions[axis][open_[0]]):
                continue
            yield Step(
                mover="+".join(staging.movers[axis]),
                stage=stage,
                before=before,
                chosen=open_.index(path[axis]),
                expected=answer(stage, prefix, {}),
                moves=tuple(
                    Move(
                        _named(staging, axis, action),
                        float(strategy[axis][prefix][action]),
                        answer(stage, prefix, {axis: action}),
                    )
                    for action in open_
                ),
            )


def _named(staging: Staging, axis: int, action: int) -> dict[str, str]:
    actions = zip(staging.movers[axis], staging.actions[axis][action], strict=True)
    return {decision: own.name for decision, own in actions if own != IDLE}


def _reached(
    game: StagedGame,
    strategy: Sequence[np.ndarray],
    stage: int,
    prefix: tuple[int, ...],
    held: Mapping[int, int],
) -> Iterator[tuple[tuple[int, ...], float]]:
    """Terminal histories with their probabilities when play goes on from `prefix`; axes in `held` are not mixed."""
    if stage == len(game.stages):
        yield prefix, 1.0
        return
    last = game.first_axis[stage + 1]
    ways: list[tuple[tuple[int, ...], float]] = [((), 1.0)]
    for axis in range(len(prefix), last):
        mix = strategy[axis][prefix]
        choices = (
            [(held[axis], 1.0)] if axis in held else [(int(a), float(mix[a])) for a in np.flatnonzero(mix > NEVER)]
        )
        ways = [((*done, action), chance * share) for done, chance in ways for action, share in choices]
    for done, chance in ways:
        for history, share in _reached(game, strategy, stage + 1, (*prefix, *done), held):
            yield history, chance * share


def _likeliest(game: StagedGame, strategy: Sequence[np.ndarray]) -> tuple[int, ...]:
    return min(_reached(game, strategy, 0, (), {}), key=lambda each: (-each[1], each[0]))[0]


def _answer(
    staging: Staging,
    players: tuple[str, ...],
    names: tuple[str, ...],
    reached: Sequence[tuple[tuple[int, ...], float]],
) -> Answer:
    payoffs = np.zeros(len(players))
    outcomes: dict[str, float] = {}
    for history, chance in reached:
        payoffs += chance * np.moveaxis(staging.game.payoffs, 0, -1)[history][: len(players)]
        outcome = names[int(staging.game.outcomes[history])]
        outcomes[outcome] = outcomes.get(outcome, 0.0) + chance
    courses = (
        (chance, {own: action.name for own, action in staging.moves(history).items() if own not in staging.fixed})
        for history, chance in reached
    )
    return Answer(
        payoffs=dict(zip(players, map(float, payoffs), strict=True)),
        outcomes=dict(sorted(outcomes.items(), key=lambda each: -each[1])),
        courses=tuple(courses),
    )
