"""Automata that meet: their joint states, the value of each, and what every mover could gain by deviating once.

With discounting, a profile of strategies is an equilibrium after every history if, and only if, no one-shot deviation
gains in any joint state that some history leads to (Mailath and Samuelson 2006, propositions 2.2.1 and 2.4.1). With
noise every move may come out as another; strategies then depend on what was seen and not on what was meant, and
the concept is perfect public equilibrium (Fudenberg, Levine and Maskin 1994).

With intended moves `q`, the moves seen are drawn independently from ``q (1 - noise) + (1 - q) noise / (moves - 1)``.
Values solve the linear system ``V = u + discount P V`` over joint states.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import product

import numpy as np
from numpy.typing import ArrayLike

from kgsim.arrays import Floats, Integers
from kgsim.automata.automaton import Automaton, automaton
from kgsim.errors import GameError
from kgsim.scenario.model import Scenario
from kgsim.scenario.names import suggestion
from kgsim.scenario.payoffs import LARGEST, actions_of, parameter_values, payoffs_at
from kgsim.scenario.rounds import RepeatedGame
from kgsim.tolerances import SUM_TO_ONE

#: Joint states of the automata of a profile, at most.
MOST_STATES = 400


@dataclass(frozen=True, eq=False)
class Joint:
    """The automata of a profile, run together.

    Attributes
    ----------
    game
        The repeated game.
    moves
        Decision to its moves in the stage.
    automata
        Decision to its strategy.
    states
        Joint states that some history leads to, as a state number for each decision; the first is the start. Shape
        (states, decisions).
    following
        Joint state after each profile of moves; shape (states, profiles).
    """

    game: RepeatedGame
    moves: Mapping[str, tuple[str, ...]]
    automata: Mapping[str, Automaton]
    states: Integers
    following: Integers

    def name(self, state: int) -> str:
        """A joint state in words, such as ``ROK trusting, DPRK grim``."""
        return ", ".join(
            f"{decision} {each.states[number]}"
            for (decision, each), number in zip(self.automata.items(), self.states[state], strict=True)
        )


@dataclass(frozen=True, eq=False)
class Numbers:
    """A repeated game's numbers at some parameter points.

    Attributes
    ----------
    payoffs
        Stage payoffs; shape (points, players, profiles).
    discount, noise
        Shape (points,).
    play
        For each decision the probabilities of its intended moves; shape (points, joint states, moves).
    """

    payoffs: Floats
    discount: Floats
    noise: Floats
    play: tuple[Floats, ...]


@dataclass(frozen=True, eq=False)
class Worth:
    """Values of joint states and gains from deviations.

    Attributes
    ----------
    values
        Present value of each joint state, not normalised; shape (points, players, states).
    gains
        For each decision what intending another move once is worth beyond its strategy; shape (points, states, moves).
    """

    values: Floats
    gains: tuple[Floats, ...]


def joint(scenario: Scenario, game: RepeatedGame, profile: str) -> Joint:
    """Run a profile's automata together.

    Raises
    ------
    GameError
        If the game has no such profile, or there are more than `MOST_STATES` joint states.
    """
    if profile not in game.profiles:
        raise GameError(
            f"repeated game {game.name} has no profile {profile!r}. {suggestion(profile, game.profiles, 'profile')}"
        )
    structure = scenario.structures[game.stage]
    movers = [mover[0] for mover in structure.play[0]]
    actions = dict(zip(scenario.decisions, actions_of(scenario, structure), strict=True))
    moves = {name: tuple(action.move for action in actions[name]) for name in movers}
    automata = {
        name: automaton(game, scenario.strategies, name, game.profiles[profile][name], moves) for name in movers
    }
    start = tuple(0 for _ in automata)
    states: dict[tuple[int, ...], int] = {start: 0}
    rows: list[list[int]] = []
    while len(rows) < len(states):
        state = list(states)[len(rows)]
        after = [each.following[number] for each, number in zip(automata.values(), state, strict=True)]
        rows.append([states.setdefault(tuple(map(int, found)), len(states)) for found in zip(*after, strict=True)])
        if len(states) > MOST_STATES:
            raise GameError(
                f"profile {profile} of repeated game {game.name} has more than {MOST_STATES} joint states; "
                "use strategies with fewer states"
            )
    return Joint(game, moves, automata, np.array(list(states)), np.array(rows, dtype=np.intp))


def numbers(scenario: Scenario, run: Joint, points: Mapping[str, ArrayLike]) -> Numbers:
    """Evaluate a repeated game at parameter points, each value a number or of shape (m,).

    Raises
    ------
    GameError
        If a payoff is not finite, or the discount, the noise or a probability of a move leaves its limits.
    """
    structure = scenario.structures[run.game.stage]
    axes = [list(scenario.decisions).index(name) for name in run.moves]
    rest = [axis for axis in range(len(scenario.decisions)) if axis not in axes]
    table = payoffs_at(scenario, structure.name, points)
    count = len(table)
    payoffs = table.transpose(0, 1, *(2 + axis for axis in (*axes, *rest))).reshape(count, len(scenario.players), -1)
    values = parameter_values(scenario, points)
    discount, noise = (formula.evaluate(values, shape=(count,)) for formula in (run.game.discount, run.game.noise))
    play = tuple(
        each.shares(run.moves[name], values, count)[:, run.states[:, column]]
        for column, (name, each) in enumerate(run.automata.items())
    )
    _check(run, payoffs, discount, noise, play)
    return Numbers(payoffs, discount, noise, play)


def _check(run: Joint, payoffs: Floats, discount: Floats, noise: Floats, play: tuple[Floats, ...]) -> None:
    where = f"repeated game {run.game.name}"
    if not np.isfinite(payoffs).all():
        raise GameError(f"{where}: a payoff of its stage is not a finite number up to {LARGEST:g} at these values")
    if not ((discount >= 0.0) & (discount < 1.0)).all():
        raise GameError(f"{where}: the discount must lie between 0 and 1, below 1 (it is {float(discount.max()):g})")
    if not ((noise >= 0.0) & (noise <= 1.0)).all():
        raise GameError(f"{where}: the noise is a probability and must lie between 0 and 1")
    for name, shares in zip(run.moves, play, strict=True):
        if not ((shares >= 0.0).all() and np.allclose(shares.sum(axis=-1), 1.0, atol=SUM_TO_ONE)):
            raise GameError(f"{where}: the probabilities of {name}'s moves do not add up to 1 at these values")


def seen(noise: Floats, moves: int) -> Floats:
    """Probability of each move seen given the one intended; shape (points, intended, seen)."""
    if moves == 1:
        return np.ones((len(noise), 1, 1))
    same = np.eye(moves)
    return (1.0 - noise)[:, None, None] * same + (noise / (moves - 1))[:, None, None] * (1.0 - same)


def transitions(run: Joint, at: Numbers) -> Floats:
    """Probability of each joint state after each; shape (points, states, states)."""
    slips = [seen(at.noise, len(moves)) for moves in run.moves.values()]
    chance = independent([play @ slip for play, slip in zip(at.play, slips, strict=True)])
    points, states, profiles = chance.shape
    table = np.zeros((points, states, states))
    for state, profile in product(range(states), range(profiles)):
        table[:, state, run.following[state, profile]] += chance[:, state, profile]
    return table


def worth(scenario: Scenario, run: Joint, at: Numbers) -> Worth:
    """Solve the value system and measure every one-shot deviation, at all points at once."""
    counts = [len(moves) for moves in run.moves.values()]
    slips = [seen(at.noise, count) for count in counts]
    shown = [play @ slip for play, slip in zip(at.play, slips, strict=True)]
    chance = independent(shown)
    points, states = chance.shape[:2]
    transition = transitions(run, at)
    # A constant in a player's payoffs moves no gain, but its rounding would: it is added back at the end.
    least = at.payoffs.min(axis=2, keepdims=True)
    payoffs = at.payoffs - least
    stage = np.einsum("psn,pin->pis", chance, payoffs)
    system = np.eye(states) - at.discount[:, None, None] * transition
    values = np.linalg.solve(system[:, None], stage[..., None])[..., 0]
    # What a profile of moves is worth when it is seen in a state: shape (points, players, states, profiles).
    ahead = payoffs[:, :, None, :] + at.discount[:, None, None, None] * values[:, :, run.following]
    gains = []
    for column, name in enumerate(run.moves):
        seat = list(scenario.players).index(scenario.decisions[name].player)
        others = [each if other != column else np.ones((points, states, counts[column]))
                  for other, each in enumerate(shown)]  # fmt: skip
        weighted = (independent(others) * ahead[:, seat]).reshape(points, states, *counts)
        rest = tuple(2 + axis for axis in range(len(counts)) if axis != column)
        by_seen = weighted.sum(axis=rest)
        meant = np.einsum("pam,psm->psa", slips[column], by_seen)
        gains.append(meant - values[:, seat, :, None])
    return Worth(values + least / (1.0 - at.discount[:, None, None]), tuple(gains))


def independent(shown: list[Floats]) -> Floats:
    """Probabilities of profiles from those of moves; shape (points, states, profiles)."""
    return reduce(lambda left, right: np.einsum("psa,psb->psab", left, right).reshape(*left.shape[:2], -1), shown)
