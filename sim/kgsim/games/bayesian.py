"""Multi-stage games with observed actions and private types (Fudenberg and Tirole 1991, section 8.2.3).

Nature draws a type for each *informed* player, independently; each learns its own. Play then runs through stages as in
`kgsim.games.staged`: the movers of a stage choose at once, knowing their own type, and everyone sees what they chose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kgsim.arrays import Floats
from kgsim.errors import GameError
from kgsim.tolerances import SUM_TO_ONE


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

    Raises
    ------
    GameError
        If shapes disagree, a payoff is not finite, or a prior is no probability distribution.
    """

    priors: tuple[Floats, ...]
    payoffs: Floats
    stages: tuple[tuple[int, ...], ...]
    informed: tuple[int, ...]

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
            if (prior < 0.0).any() or abs(prior.sum() - 1.0) > SUM_TO_ONE:
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

    def options(self, axis: int, history: tuple[int, ...]) -> range:
        """The actions that a mover has to be considered for after the actions of earlier stages.

        One stands for all where nothing that can still happen makes a difference between them.
        """
        below = np.moveaxis(self.payoffs, range(len(self.priors) + 1), range(-len(self.priors) - 1, 0))[history]
        along = np.moveaxis(below, axis - len(history), 0)
        return range(1 if (along == along[:1]).all() else self.actions[axis])

    def payoffs_at(self, history: tuple[int, ...]) -> Floats:
        """Payoffs of a terminal history, shape (t1, ..., tk, players)."""
        return np.asarray(
            self.payoffs.reshape(*self.payoffs.shape[: len(self.priors) + 1], -1)[
                ..., np.ravel_multi_index(history, self.actions)
            ]
        )


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


def courses(game: BayesianGame, strategy: Strategy) -> list[Reached]:
    """Every course of play of positive probability, by types and then by actions."""
    found = []
    for types in np.ndindex(*game.kinds):
        for history in np.ndindex(*game.actions):
            chance = float(game.prior[types])
            for axis, action in enumerate(history):
                chance *= float(_mix(game, strategy, axis, types, history)[action])
            if chance > 0.0:
                found.append(Reached(types, history, chance))
    return found


def one_shot_gain(game: BayesianGame, strategy: Strategy, surprises: Surprises) -> float:
    """The largest gain any type of any mover expects from deviating once, at any history, given what is believed there.

    Beliefs follow Bayes' rule, and `surprises` where that does not apply; a surprise left out is believed to come from
    every type alike. Computed from the game, the strategy and the beliefs alone.
    """
    _, gain = _play(game, strategy, surprises, 0, (), tuple(np.asarray(prior) for prior in game.priors))
    return gain


def posterior(
    game: BayesianGame, strategy: Strategy, place: int, belief: Floats, stage: int, history: tuple[int, ...]
) -> Floats | None:
    """What is believed about an informed player after a stage whose actions end `history`; None after a surprise."""
    chance = np.array(belief, dtype=float)
    for axis in range(game.first_axis[stage], game.first_axis[stage + 1]):
        if _player(game, axis) == game.informed[place]:
            for kind in range(len(chance)):
                types = tuple(kind if other == place else 0 for other in range(len(game.kinds)))
                chance[kind] *= _mix(game, strategy, axis, types, history)[history[axis]]
    total = chance.sum()
    return chance / total if total > 0.0 else None


def _play(
    game: BayesianGame,
    strategy: Strategy,
    surprises: Surprises,
    stage: int,
    history: tuple[int, ...],
    beliefs: tuple[Floats, ...],
) -> tuple[Floats, float]:
    """Values by types and player after a history, and the largest one-shot gain at it or below."""
    if stage == len(game.stages):
        return game.payoffs_at(history), 0.0
    first, last = game.first_axis[stage], game.first_axis[stage + 1]
    shape = game.actions[first:last]
    below: dict[tuple[int, ...], Floats] = {}
    largest = 0.0
    counts = [len(game.options(axis, history)) for axis in range(first, last)]
    for actions in np.ndindex(*shape):
        alike = tuple(min(action, count - 1) for action, count in zip(actions, counts, strict=True))
        if alike != actions:
            below[actions] = below[alike]
            continue
        after = (*history, *actions)
        known = []
        for place, belief in enumerate(beliefs):
            updated = posterior(game, strategy, place, belief, stage, after)
            if updated is None:
                even = np.full(len(belief), 1.0 / len(belief))
                updated = np.asarray(surprises.get((after, place), even), dtype=float)
            known.append(updated)
        below[actions], gain = _play(game, strategy, surprises, stage + 1, after, tuple(known))
        largest = max(largest, gain)
    table = np.array([below[actions] for actions in np.ndindex(*shape)]).reshape(*shape, *game.kinds, -1)
    values = np.zeros_like(next(iter(below.values())))
    options: dict[int, Floats] = {axis: np.zeros((game.actions[axis], *game.kinds)) for axis in range(first, last)}
    for types in np.ndindex(*game.kinds):
        mixes = [_mix(game, strategy, axis, types, history) for axis in range(first, last)]
        outcome = table[(..., *types, slice(None))]
        for axis in range(first, last):
            own = outcome[..., _player(game, axis)]
            for other in reversed(range(first, last)):
                if other != axis:
                    own = np.tensordot(own, mixes[other - first], axes=(other - first, 0))
            options[axis][(slice(None), *types)] = own
        for mix in reversed(mixes):
            outcome = np.tensordot(outcome, mix, axes=(outcome.ndim - 2, 0))
        values[types] = outcome
    for axis in range(first, last):
        player = _player(game, axis)
        expected = options[axis]
        own_place = game.informed.index(player) if player in game.informed else None
        for place in reversed(range(len(beliefs))):
            if place != own_place:
                expected = np.tensordot(expected, beliefs[place], axes=(1 + place, 0))
        expected = expected.reshape(game.actions[axis], -1)
        for kind, column in enumerate(expected.T):
            types = tuple(kind if place == own_place else 0 for place in range(len(beliefs)))
            largest = max(largest, float(column.max() - column @ _mix(game, strategy, axis, types, history)))
    return values, largest


def _player(game: BayesianGame, axis: int) -> int:
    return [player for stage in game.stages for player in stage][axis]


def _mix(game: BayesianGame, strategy: Strategy, axis: int, types: tuple[int, ...], history: tuple[int, ...]) -> Floats:
    """What a mover does, given its player's type and the actions of earlier stages."""
    player = _player(game, axis)
    kind = types[game.informed.index(player)] if player in game.informed else 0
    stage = next(stage for stage, first in enumerate(game.first_axis[1:]) if axis < first)
    return np.asarray(strategy[axis][(kind, *history[: game.first_axis[stage]])])
