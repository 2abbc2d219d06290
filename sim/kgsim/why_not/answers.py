"""What a mover would get by another move: its one-shot deviations along a path, answered by the equilibrium itself.

All play on by the equilibrium's own strategies after the deviation, the deviator too, which is what subgame perfection
judges a move by (the one-shot deviation principle; Fudenberg and Tirole 1991, section 4.2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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


@dataclass(frozen=True, eq=False)
class Profile:
    """What each mover of a structure does at every history, and what that leads to.

    Attributes
    ----------
    staging
        The structure's game.
    strategy
        One behaviour strategy per axis (see `kgsim.games.staged.strategy_shapes`).
    players, outcomes
        Names, as the arrays number them.
    """

    staging: Staging
    strategy: Sequence[np.ndarray]
    players: tuple[str, ...]
    outcomes: tuple[str, ...]

    def answer(self, stage: int, history: tuple[int, ...], held: Mapping[int, int] | None = None) -> Answer:
        """What play leads to from the beginning of a stage if the axes in `held` choose so, and all play on by this."""
        reached = _reached(self.staging.game, self.strategy, stage, history, held or {})
        return _answer(self.staging, self.players, self.outcomes, sorted(reached, key=lambda each: -each[1]))

    def open_to(self, axis: int, stage: int, history: tuple[int, ...]) -> list[int]:
        """Numbers of the actions that a mover has after the actions of earlier stages; none where it has no move."""
        found: list[int] = np.flatnonzero(self.staging.game.open_to(axis, stage)[history]).tolist()
        idle = len(found) == 1 and all(action == IDLE for action in self.staging.actions[axis][found[0]])
        return [] if idle else found

    def step(self, axis: int, stage: int, history: tuple[int, ...], chosen: int) -> Step:
        """A mover's turn after a history at which it chooses an action, with what each of its moves leads to."""
        staging, open_ = self.staging, self.open_to(axis, stage, history)
        return Step(
            mover="+".join(staging.movers[axis]),
            stage=stage,
            before=frozenset(each for earlier in range(len(history)) for each in staging.movers[earlier]),
            chosen=open_.index(chosen),
            expected=self.answer(stage, history),
            moves=tuple(
                Move(
                    _named(staging, axis, action),
                    float(self.strategy[axis][history][action]),
                    self.answer(stage, history, {axis: action}),
                )
                for action in open_
            ),
        )


def profile(result: Result, structure: str, equilibrium: Equilibrium) -> Profile:
    """Return the strategies of an equilibrium of a structure whose players know all that went before."""
    scenario, shape = result.scenario, result.scenario.structures[structure]
    table = payoff_table(scenario, structure, result.values)
    staging = build(scenario, shape, table, result.values, equilibrium.disagreement, offers_asked(scenario))
    names = tuple(rule.name for rule in scenario.outcomes)
    return Profile(staging, list(equilibrium.strategy().values()), tuple(scenario.players), names)


def steps(result: Result, structure: str, equilibrium: Equilibrium) -> tuple[Step, ...]:
    """Return the turns on an equilibrium's likeliest course of play, each with what its moves lead to.

    The structure's players know all that went before and nothing is drawn (`kgsim.why_not.page` says so where not).
    """
    played = profile(result, structure, equilibrium)
    path = _likeliest(played.staging.game, played.strategy)
    return tuple(_steps(played, path))


def _steps(played: Profile, path: tuple[int, ...]) -> Iterator[Step]:
    game = played.staging.game
    for stage, movers in enumerate(game.stages):
        first = game.first_axis[stage]
        for axis in range(first, first + len(movers)):
            if played.open_to(axis, stage, path[:first]):
                yield played.step(axis, stage, path[:first], path[axis])


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
