"""Multi-stage games with observed actions (Fudenberg and Tirole 1991, section 3.2), and how good a strategy is in one.

Play runs through stages. The movers of a stage choose at once; everyone then sees what they chose. Axis k of every
array is the k-th mover in order of play, so that a history is a prefix of an index. Which actions a mover has may
depend on the history: what cannot be done leads to terminal histories whose outcome is -1. A stage may be a chance
move, which is a mover without an objective.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kgsim.errors import GameError
from kgsim.games.objectives import Objective


@dataclass(frozen=True)
class Chance:
    """A mover that draws its action; `shares` are the probabilities, one for each action."""

    shares: tuple[float, ...]

    def among(self, actions: Sequence[int]) -> tuple[float, ...]:
        """The probabilities of the actions that there are at a history; a lone one is certain."""
        return (1.0,) if len(actions) == 1 else tuple(self.shares[action] for action in actions)


@dataclass(frozen=True, eq=False)
class StagedGame:
    """A finite multi-stage game with observed actions.

    Parameters
    ----------
    payoffs
        Shape (players, a1, ..., am), finite; axis k counts the actions of the k-th mover in order of play.
    outcomes
        Shape (a1, ..., am), integers: a label for each terminal history, -1 for those that cannot come about. What can
        be done at a stage are all combinations of the actions that each of its movers has after what went before.
    stages
        For each stage, the objective of each of its movers, in the order of the axes; chance has a stage of its own.
    players
        How many of the leading rows of `payoffs` are what players get; all of them if None. Further rows are for
        objectives alone: what later movers decide on where an offer is the limit of others.
    among_others
        For each stage, actions of its first mover that stand for neighbours too: offers from a continuum.

    Raises
    ------
    GameError
        If the shapes disagree or a payoff is not finite.
    """

    payoffs: np.ndarray
    outcomes: np.ndarray
    stages: tuple[tuple[Objective, ...] | tuple[Chance], ...]
    players: int | None = None
    among_others: tuple[frozenset[int], ...] = ()

    def __post_init__(self) -> None:
        if self.payoffs.shape[1:] != self.outcomes.shape:
            raise GameError(
                f"payoffs: each player's array must have the shape of outcomes, {self.outcomes.shape}, "
                f"not {self.payoffs.shape[1:]}"
            )
        if sum(map(len, self.stages)) != self.outcomes.ndim or not all(self.stages):
            raise GameError(
                f"stages: expected {self.outcomes.ndim} movers in all, one per axis, and at least one a stage"
            )
        if 0 in self.outcomes.shape:
            raise GameError("payoffs: every mover needs at least one action")
        if not np.isfinite(self.payoffs).all():
            raise GameError("payoffs: expected finite numbers, found NaN or infinity")

    @cached_property
    def first_axis(self) -> tuple[int, ...]:
        """The axis of each stage's first mover, and the number of axes at the end."""
        return tuple(int(axis) for axis in np.cumsum([0, *map(len, self.stages)]))

    def stage_shape(self, stage: int) -> tuple[int, ...]:
        """How many actions each mover of a stage has."""
        return self.outcomes.shape[self.first_axis[stage] : self.first_axis[stage + 1]]

    @cached_property
    def whole(self) -> bool:
        """Whether every history can come about."""
        return bool((self.outcomes >= 0).all())

    def can_be(self, history: tuple[int, ...]) -> bool:
        """Whether a history can come about."""
        return self.whole or bool((self.outcomes[history] >= 0).any())

    def open_to(self, axis: int, stage: int) -> np.ndarray:
        """Whether a mover has each of its actions after the actions of earlier stages; the last axis is its own."""
        first = self.first_axis[stage]
        others = tuple(other for other in range(first, self.outcomes.ndim) if other != axis)
        return np.asarray((self.outcomes >= 0).any(axis=others))


def available(block: np.ndarray, movers: int) -> tuple[tuple[int, ...], ...]:
    """The actions that the movers of a stage have, given the labels of what can follow, -1 where nothing can."""
    if (block >= 0).all():
        return tuple(tuple(range(size)) for size in block.shape[:movers])
    return tuple(
        tuple(np.flatnonzero((np.moveaxis(block, axis, 0).reshape(block.shape[axis], -1) >= 0).any(axis=1)).tolist())
        for axis in range(movers)
    )


def strategy_shapes(game: StagedGame) -> list[tuple[int, ...]]:
    """The shape of each mover's behaviour strategy: all actions of earlier stages, then its own actions."""
    shape = game.outcomes.shape
    return [
        (*shape[: game.first_axis[stage]], shape[game.first_axis[stage] + position])
        for stage, movers in enumerate(game.stages)
        for position in range(len(movers))
    ]


def one_shot_gain(game: StagedGame, strategy: Sequence[np.ndarray]) -> float:
    """The largest gain any mover has, at any history, from deviating there and then returning to its strategy.

    By the one-shot deviation principle a strategy profile is subgame perfect exactly if this is 0. Computed from
    the game and the strategy alone, so that it can be held against whatever solver found the strategy.

    Parameters
    ----------
    game
        The game.
    strategy
        One array per mover, of the shapes `strategy_shapes` gives; the last axis sums to 1.

    Returns
    -------
    float
        In the units of the mover's objective; at least 0.
    """
    values = np.moveaxis(game.payoffs, 0, -1)
    largest = 0.0
    for stage in reversed(range(len(game.stages))):
        first, last = game.first_axis[stage], game.first_axis[stage + 1]
        movers: tuple[Objective | Chance, ...] = game.stages[stage]
        mixes = strategy[first:last]
        current = values
        for mix in reversed(mixes):
            current = _expect(current, mix, first)
        for position, objective in enumerate(movers):
            if isinstance(objective, Chance):
                continue
            options = values
            for other in reversed(range(len(mixes))):
                if other != position:
                    options = _expect(options, mixes[other], first, axis=first + other)
            largest = max(largest, _largest_gain(game, stage, first + position, objective, options, current))
        values = current
    return largest


def _largest_gain(
    game: StagedGame, stage: int, axis: int, objective: Objective, options: np.ndarray, current: np.ndarray
) -> float:
    """The largest gain of a mover over the histories at which it moves, among the actions that it has there."""
    if game.whole:
        return float(objective.gain(options, current).max())
    open_ = game.open_to(axis, stage)
    return max(
        float(objective.gain(options[history][open_[history]], current[history]))
        for history in np.ndindex(*open_.shape[:-1])
        if open_[history].any()
    )


def _expect(values: np.ndarray, mix: np.ndarray, first: int, axis: int | None = None) -> np.ndarray:
    """Average `values` over one mover's axis (the last before the players', unless named) by its mixture."""
    axis = values.ndim - 2 if axis is None else axis
    moved = np.moveaxis(values, axis, first)
    weights = mix.reshape(*mix.shape, *[1] * (moved.ndim - mix.ndim))
    return np.asarray((moved * weights).sum(axis=first))
