"""Multi-stage games with observed actions and private types (Fudenberg and Tirole 1991, section 8.2.3).

Nature draws a type for each *informed* player, independently; each learns its own. Play then runs through stages as in
`kgsim.games.staged`: the movers of a stage choose at once, knowing their own type, and everyone sees what they chose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Floats
from kgsim.errors import GameError


@dataclass(frozen=True, eq=False)
class BayesianGame:
    """A finite multi-stage game with observed actions and independent private types.

    Parameters
    ----------
    priors
        For each informed player the probabilities of its types; each sums to 1.
    payoffs
        Shape (t1, ..., tk, players, a1, ..., am), finite: one axis per informed player, the players, then one axis per
        mover in order of play.
    stages
        For each stage the players that move, in the order of the axes.
    informed
        The players that have types, in the order of the first axes.
    can_be
        Shape (a1, ..., am): whether each terminal history can come about; None if all can. What an action leads to that
        a mover does not have must be equal to what the first action leads to that it has.

    Raises
    ------
    GameError
        If shapes disagree, a payoff is not finite, or a prior is no probability distribution.
    """

    priors: tuple[Floats, ...]
    payoffs: Floats
    stages: tuple[tuple[int, ...], ...]
    informed: tuple[int, ...]
    can_be: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        kinds = tuple(len(prior) for prior in self.priors)
        if self.payoffs.shape[: len(kinds)] != kinds or len(self.informed) != len(kinds):
            raise GameError(f"payoffs: the first axes must count the types, {kinds}, not {self.payoffs.shape}")
        if sum(map(len, self.stages)) != len(self.actions) or not all(self.stages):
            raise GameError(
                f"stages: expected {len(self.actions)} movers in all, one per axis, and at least one a stage"
            )
        if not np.isfinite(self.payoffs).all():
            raise GameError("payoffs: expected finite numbers, found NaN or infinity")
        for prior in self.priors:
            if (prior < 0.0).any() or abs(prior.sum() - 1.0) > 1e-9:
                raise GameError(f"priors: expected probabilities that sum to 1, got {prior.tolist()}")

    @property
    def kinds(self) -> tuple[int, ...]:
        """Number of types of each informed player."""
        return tuple(len(prior) for prior in self.priors)

    @property
    def actions(self) -> tuple[int, ...]:
        """Number of actions of each mover, in order of play."""
        return self.payoffs.shape[len(self.priors) + 1 :]

    @cached_property
    def first_axis(self) -> tuple[int, ...]:
        """The mover that begins each stage, and the number of movers at the end."""
        return tuple(int(axis) for axis in np.cumsum([0, *map(len, self.stages)]))

    @cached_property
    def prior(self) -> Floats:
        """Probability of every combination of types, shape `kinds`."""
        joint = np.ones(())
        for prior in self.priors:
            joint = joint[..., None] * prior
        return joint

    @cached_property
    def movers(self) -> tuple[int, ...]:
        """The player of every mover, in order of play."""
        return tuple(player for stage in self.stages for player in stage)

    @cached_property
    def seen(self) -> tuple[int, ...]:
        """For every mover, the number of actions it has seen: those of earlier stages."""
        return tuple(self.first_axis[stage] for stage, players in enumerate(self.stages) for _ in players)

    def has(self, axis: int) -> NDArray[np.bool_]:
        """Whether a mover has each action after the actions of earlier stages, shape (earlier actions..., actions)."""
        seen, shape = self.seen[axis], self.actions
        if self.can_be is None:
            return np.ones((*shape[:seen], shape[axis]), dtype=bool)
        others = tuple(other for other in range(seen, len(shape)) if other != axis)
        return np.asarray(self.can_be.any(axis=others))

    def options(self, axis: int, history: tuple[int, ...]) -> tuple[int, ...]:
        """The actions that a mover has after those of earlier stages."""
        if self.can_be is None:
            return tuple(range(self.actions[axis]))
        return tuple(np.flatnonzero(self._has[axis][history]).tolist())

    @cached_property
    def _has(self) -> tuple[NDArray[np.bool_], ...]:
        return tuple(map(self.has, range(len(self.actions))))

    def open_histories(self, depth: int) -> list[tuple[int, ...]]:
        """The histories of so many actions that can come about."""
        every = list(np.ndindex(*self.actions[:depth]))
        return every if self.can_be is None else [history for history in every if self.can_be[history].any()]

    def within(self, strategy: Strategy) -> Strategy:
        """A strategy in which the first action that a mover has stands for those that it has not."""
        if self.can_be is None:
            return strategy
        return [_within(np.asarray(mix), has) for mix, has in zip(strategy, self._has, strict=True)]

    def place(self, axis: int) -> int | None:
        """The place of a mover's player among the informed; None if it has no types."""
        player = self.movers[axis]
        return self.informed.index(player) if player in self.informed else None

    def below(self, history: tuple[int, ...]) -> Floats:
        """Payoffs of what follows some actions, shape (t1, ..., tk, players, remaining actions...)."""
        index: tuple[slice | int, ...] = (*(slice(None),) * (len(self.priors) + 1), *history)
        return np.asarray(self.payoffs[index])

    def payoffs_at(self, history: tuple[int, ...]) -> Floats:
        """Payoffs of a terminal history, shape (t1, ..., tk, players)."""
        return self.below(history)


def _within(mix: Floats, has: NDArray[np.bool_]) -> Floats:
    """Behaviour, shape (types or 1, history..., actions), with the first action there is for those there are not."""
    kept = np.where(has, mix, 0.0)
    first = np.broadcast_to(has.argmax(axis=-1)[..., None], (*mix.shape[:-1], 1))
    rest = np.take_along_axis(kept, first, axis=-1) + (mix - kept).sum(axis=-1, keepdims=True)
    np.put_along_axis(kept, first, rest, axis=-1)
    return kept


#: One array per mover: (types of its player or 1, actions of earlier stages..., own actions); the last axis sums to 1.
Strategy = Sequence[Floats]

#: (history, informed player's place) of a surprise to what is then believed about that player.
Surprises = Mapping[tuple[tuple[int, ...], int], Floats]


@dataclass(frozen=True)
class Reached:
    """A course of play with its probability under a strategy: the types drawn, and the actions of every mover."""

    types: tuple[int, ...]
    history: tuple[int, ...]
    probability: float


@dataclass(frozen=True, eq=False)
class Believed:
    """What is believed about one informed player after every history of some stages.

    Attributes
    ----------
    belief
        Shape (types, a1, ..., aj).
    surprise
        Whether Bayes' rule does not say, because no type still possible would do the last action; shape (a1, ..., aj).
    """

    belief: Floats
    surprise: NDArray[np.bool_]


def courses(game: BayesianGame, strategy: Strategy) -> list[Reached]:
    """Every course of play of positive probability, by types and then by actions."""
    kinds, movers = len(game.kinds), len(game.actions)
    chances = game.prior.reshape(*game.kinds, *[1] * movers)
    for axis in range(movers):
        chances = chances * _mix(game, strategy, axis, movers)
    found = [tuple(map(int, index)) for index in np.argwhere(chances > 0.0)]
    return [Reached(index[:kinds], index[kinds:], float(chances[index])) for index in found]


def beliefs(game: BayesianGame, strategy: Strategy, surprises: Surprises) -> list[tuple[Believed, ...]]:
    """What is believed about each informed player, at the start and after every stage.

    Beliefs follow Bayes' rule, and `surprises` where that does not apply; a surprise left out is believed to come from
    every type alike. Nobody's type is judged by what others do.
    """
    known = [tuple(Believed(np.asarray(prior), np.zeros((), dtype=bool)) for prior in game.priors)]
    for stage in range(len(game.stages)):
        known.append(
            tuple(_updated(game, strategy, surprises, stage, place, old) for place, old in enumerate(known[-1]))
        )
    return known


def _updated(
    game: BayesianGame, strategy: Strategy, surprises: Surprises, stage: int, place: int, old: Believed
) -> Believed:
    first, last = game.first_axis[stage], game.first_axis[stage + 1]
    shape = game.actions[:last]
    weight = np.broadcast_to(old.belief.reshape(*old.belief.shape, *[1] * (last - first)), (game.kinds[place], *shape))
    for axis in range(first, last):
        if game.place(axis) == place:
            weight = weight * _mix(game, strategy, axis, last).reshape(-1, *_shape(game, axis, last))
    total = weight.sum(axis=0)
    surprise = total <= 0.0
    belief = np.where(surprise, 1.0 / len(weight), weight / np.where(surprise, 1.0, total))
    for (history, whose), after in surprises.items():
        if whose == place and len(history) == last and surprise[history]:
            np.moveaxis(belief, 0, -1)[history] = after
    return Believed(belief, surprise)


def one_shot_gain(game: BayesianGame, strategy: Strategy, surprises: Surprises) -> float:
    """The largest gain any type of any mover expects from deviating once, at any history, given what is believed there.

    Computed from the game, the strategy and the beliefs after surprises alone; see `beliefs`.
    """
    kinds, known = len(game.kinds), beliefs(game, strategy, surprises)
    values, largest = np.moveaxis(game.payoffs, kinds, -1), 0.0
    for stage in reversed(range(len(game.stages))):
        first, last = game.first_axis[stage], game.first_axis[stage + 1]
        mixes = {axis: _mix(game, strategy, axis, last) for axis in range(first, last)}
        for axis in mixes:
            own = values[..., game.movers[axis]]
            for other, mix in mixes.items():
                if other != axis:
                    own = (own * mix).sum(axis=kinds + other, keepdims=True)
            for place, each in enumerate(known[stage]):
                if place != game.place(axis):
                    weights = each.belief.reshape(*_spread(game, place), *game.actions[:first], *[1] * (last - first))
                    own = (own * weights).sum(axis=place, keepdims=True)
            meant = (own * mixes[axis]).sum(axis=kinds + axis)
            others = tuple(1 for other in range(first, last) if other < axis)
            after = tuple(1 for other in range(first, last) if other > axis)
            has = game.has(axis).reshape(*[1] * kinds, *game.actions[:first], *others, -1, *after)
            gain = np.where(has, own, -np.inf).max(axis=kinds + axis) - meant
            largest = max(largest, float(gain.max()))
        for axis, mix in reversed(mixes.items()):
            values = (values * mix[..., None]).sum(axis=kinds + axis, keepdims=True)
        values = values.reshape(*game.kinds, *game.actions[:first], -1)
    return largest


def _spread(game: BayesianGame, place: int | None) -> tuple[int, ...]:
    """The shape of something by one informed player's type (None: nobody's), along the axes of all types."""
    return tuple(count if other == place else 1 for other, count in enumerate(game.kinds))


def _shape(game: BayesianGame, axis: int, movers: int) -> tuple[int, ...]:
    """The shape of a mover's behaviour along the axes of the first so many movers."""
    seen = game.seen[axis]
    return tuple(count if other < seen or other == axis else 1 for other, count in enumerate(game.actions[:movers]))


def _mix(game: BayesianGame, strategy: Strategy, axis: int, movers: int) -> Floats:
    """A mover's behaviour along the axes of all types and of some movers, of length 1 where it does not depend."""
    return np.asarray(strategy[axis]).reshape(*_spread(game, game.place(axis)), *_shape(game, axis, movers))
