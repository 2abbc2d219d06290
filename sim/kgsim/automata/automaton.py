"""Strategies as automata over the moves of a stage game, the textbook ones included.

An automaton has states, a (possibly mixed) move in each, and a rule that says which state follows each profile of moves
that everybody saw (Rubinstein 1986; Mailath and Samuelson 2006, section 2.3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kgsim.scenario.expressions import Expression, constant, parse
from kgsim.scenario.rounds import RepeatedGame, Strategy

Moves = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Automaton:
    """A strategy of one decision.

    Attributes
    ----------
    states
        Names; the first is where it starts.
    play
        For each state, moves to the expressions of their probabilities.
    following
        State after each profile of moves; shape (states, profiles), profiles in C order of the decisions' moves.
    """

    states: tuple[str, ...]
    play: tuple[Mapping[str, Expression], ...]
    following: NDArray[np.intp]

    def shares(self, moves: tuple[str, ...], values: Mapping[str, ArrayLike], points: int) -> NDArray[np.float64]:
        """Probability of each move in each state at some parameter points; shape (points, states, moves)."""
        table = np.zeros((points, len(self.states), len(moves)))
        for state, play in enumerate(self.play):
            for move, share in play.items():
                table[:, state, moves.index(move)] = share.evaluate(values)
        return table


def automaton(
    game: RepeatedGame, strategies: Mapping[str, Strategy], decision: str, name: str, moves: Moves
) -> Automaton:
    """Build the strategy `name` of a decision in a stage with these moves."""
    if name in strategies:
        return _written(strategies[name], moves)
    return _BUILT_IN[name](game, decision, moves)


def _written(strategy: Strategy, moves: Moves) -> Automaton:
    names = (strategy.start, *(state for state in strategy.states if state != strategy.start))
    profiles = _profiles(moves)
    following = [
        [
            names.index(
                next(
                    rule.to
                    for rule in strategy.states[state].next
                    if all(profile[other] in admitted for other, admitted in rule.when.items())
                )
            )
            for profile in profiles
        ]
        for state in names
    ]
    return Automaton(names, tuple(strategy.states[state].play for state in names), np.array(following, dtype=np.intp))


def _profiles(moves: Moves) -> list[dict[str, str]]:
    return [dict(zip(moves, profile, strict=True)) for profile in product(*moves.values())]


def _two_states(
    game: RepeatedGame,
    decision: str,
    moves: Moves,
    names: tuple[str, str],
    turns: Callable[[bool, dict[str, str]], bool],
    plays: tuple[Mapping[str, Expression], Mapping[str, Expression]] | None = None,
    start: bool = True,
) -> Automaton:
    """An automaton that is friendly or not; `turns` says whether it is friendly after a profile."""
    friendly: Mapping[str, Expression] = {game.cooperate[decision]: constant(1.0)}
    hostile: Mapping[str, Expression] = {game.defect[decision]: constant(1.0)}
    play = plays or (friendly, hostile)
    order = (True, False) if start else (False, True)
    following = [[order.index(turns(now, profile)) for profile in _profiles(moves)] for now in order]
    chosen = play if start else play[::-1]
    return Automaton(names if start else names[::-1], chosen, np.array(following, dtype=np.intp))


def _others_kind(game: RepeatedGame, decision: str, profile: Mapping[str, str]) -> bool:
    return all(move == game.cooperate[other] for other, move in profile.items() if other != decision)


def _all_kind(game: RepeatedGame, profile: Mapping[str, str]) -> bool:
    return all(move == game.cooperate[other] for other, move in profile.items())


def _grim(game: RepeatedGame, decision: str, moves: Moves) -> Automaton:
    """Cooperate until anyone does not, then never again (Friedman 1971)."""
    return _two_states(
        game, decision, moves, ("trusting", "grim"), lambda friendly, profile: friendly and _all_kind(game, profile)
    )


def _tit_for_tat(game: RepeatedGame, decision: str, moves: Moves) -> Automaton:
    """Start friendly, then do what the others did last (Axelrod 1984)."""
    return _two_states(
        game, decision, moves, ("friendly", "answering"), lambda _, profile: _others_kind(game, decision, profile)
    )


def _reciprocate(game: RepeatedGame, decision: str, moves: Moves) -> Automaton:
    """Tit for tat that leaves the first step to the others: it starts unfriendly and answers in kind."""
    return _two_states(
        game,
        decision,
        moves,
        ("answering kindness", "waiting"),
        lambda _, profile: _others_kind(game, decision, profile),
        start=False,
    )


def _generous(game: RepeatedGame, decision: str, moves: Moves) -> Automaton:
    """Tit for tat that forgives a defection with the stated chance (Nowak and Sigmund 1992)."""
    assert game.generosity is not None
    kind, harsh = game.cooperate[decision], game.defect[decision]
    mixed = {kind: game.generosity, harsh: parse(f"1 - ({game.generosity})")}
    return _two_states(
        game,
        decision,
        moves,
        ("friendly", "half forgiving"),
        lambda _, profile: _others_kind(game, decision, profile),
        plays=({kind: constant(1.0)}, mixed),
    )


def _win_stay_lose_shift(game: RepeatedGame, decision: str, moves: Moves) -> Automaton:
    """Cooperate after a round in which all cooperated or all defected, else defect (Nowak and Sigmund 1993)."""

    def turns(friendly: bool, profile: dict[str, str]) -> bool:
        return _all_kind(game, profile) or all(move == game.defect[other] for other, move in profile.items())

    return _two_states(game, decision, moves, ("content", "discontent"), turns)


def _always(side: str) -> Callable[[RepeatedGame, str, Moves], Automaton]:
    def build(game: RepeatedGame, decision: str, moves: Moves) -> Automaton:
        move = getattr(game, side)[decision]
        return Automaton((side,), ({move: constant(1.0)},), np.zeros((1, len(_profiles(moves))), dtype=np.intp))

    return build


_BUILT_IN: Mapping[str, Callable[[RepeatedGame, str, Moves], Automaton]] = {
    "grim": _grim,
    "tit_for_tat": _tit_for_tat,
    "reciprocate": _reciprocate,
    "generous": _generous,
    "win_stay_lose_shift": _win_stay_lose_shift,
    "cooperate": _always("cooperate"),
    "defect": _always("defect"),
}
