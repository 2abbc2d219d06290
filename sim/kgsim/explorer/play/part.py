"""A player's part taken by a person: what has been done, whose turn it is, and what was left on the table.

The others go by the strategies of an equilibrium, so that after any move they do what it says they would (the one-shot
deviation principle judges moves by just that; see `kgsim.why_not.answers`), or by noisy best responses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from kgsim.errors import GameError
from kgsim.evaluate import solve
from kgsim.explorer.play.noise import noisy
from kgsim.games.staged import strategy_shapes
from kgsim.results import Equilibrium, Result
from kgsim.scenario.model import IDLE, Action, Scenario
from kgsim.scenario.on_the_table import offers_asked
from kgsim.scenario.payoffs import payoff_table
from kgsim.structures.build import build
from kgsim.structures.solution import fallback_structures, solve_structure
from kgsim.why_not.answers import Profile, Step, profile
from kgsim.wording import close

#: History and what it was reached by: number of each axis's action.
History = tuple[int, ...]


@dataclass(frozen=True)
class Turn:
    """The person's turn.

    Attributes
    ----------
    mover
        Decision, or decisions of a bloc joined by ``+``.
    moves
        Number of each move to what it is, decision to action.
    intervals
        Move to term to the two ends between which it may be chosen; empty for a bloc.
    """

    mover: str
    moves: Mapping[int, Mapping[str, str]]
    intervals: Mapping[str, Mapping[str, tuple[float, float]]]


@dataclass(frozen=True)
class Made:
    """A move that has been made, decision to action.

    Attributes
    ----------
    step
        For a move of the person: the turn, with all moves and what each would have led to; None for others' moves.
    expected
        What the person could expect after it; nan for others' moves.
    """

    mover: str
    actions: Mapping[str, str]
    step: Step | None = None
    expected: float = float("nan")


@dataclass(frozen=True)
class Position:
    """How far play has come: `turn` is None when it is over, and `outcome` and `payoffs` tell how it ended."""

    made: tuple[Made, ...]
    turn: Turn | None
    outcome: str = ""
    payoffs: Mapping[str, float] | None = None


@dataclass(frozen=True, eq=False)
class Part:
    """A player's part in a structure.

    Attributes
    ----------
    result
        The scenario with the structure solved, and those that it falls back on.
    structure, player
        Names.
    number
        Place, among the structure's equilibria, of the one that the others play by.
    precision
        Of the others' quantal response, per range of each mover's payoffs; None for the equilibrium itself.
    seed
        Of what others draw at random.
    """

    result: Result
    structure: str
    player: str
    number: int = 0
    precision: float | None = None
    seed: int = 0

    @property
    def equilibrium(self) -> Equilibrium:
        """The equilibrium that the others play by, or that noisy play is held against."""
        return self.result.structures[self.structure].equilibria[self.number]

    @cached_property
    def profile(self) -> Profile:
        """What each mover does at every history.

        Raises
        ------
        GameError
            If the equilibrium has no strategies for this game, or the structure cannot be played with noise.
        """
        found = profile(self.result, self.structure, self.equilibrium)
        if [mix.shape for mix in found.strategy] != strategy_shapes(found.staging.game):
            raise GameError(f"structure {self.structure} cannot be played: several make offers from intervals at once")
        if self.precision is None:
            return found
        return replace(found, strategy=noisy(self.result, self.structure, self.player, self.precision, found.staging))

    def owns(self, mover: str) -> bool:
        """Whether the person decides, alone or for a bloc."""
        return any(self.result.scenario.decisions[each].player == self.player for each in mover.split("+"))


def part(
    scenario: Scenario,
    structure: str,
    player: str,
    values: Mapping[str, float] | None = None,
    *,
    equilibrium: int = 0,
    precision: float | None = None,
    seed: int = 0,
) -> Part:
    """Take a player's part in a structure.

    Raises
    ------
    GameError
        If the structure has no such equilibrium.
    """
    wanted = (structure, *fallback_structures(scenario.structures[structure]))
    result = solve(scenario, values or {}, structures=wanted)
    count = len(result.structures[structure].equilibria)
    if not 0 <= equilibrium < count:
        raise GameError(f"structure {structure} has {count} equilibria; there is no number {equilibrium + 1}")
    return Part(result, structure, player, equilibrium, precision, seed)


def replay(own: Part, picks: Sequence[str]) -> Position:
    """Play the person's moves and the others' answers to them, up to the next turn of the person or the end.

    Parameters
    ----------
    picks
        For each turn of the person so far, the number of the move, or its name with terms from intervals, such as
        ``offer(share=0.3)``.

    Raises
    ------
    GameError
        If there is no such move.
    """
    played, made = own.profile, list[Made]()
    history: History = ()
    luck = np.random.default_rng(own.seed).random(len(played.staging.movers))
    left = list(picks)
    for stage in range(len(played.staging.game.stages)):
        chosen: dict[int, int] = {}
        own_term: dict[str, Action] = {}
        turns: list[tuple[int, Step]] = []
        for axis in range(played.staging.game.first_axis[stage], played.staging.game.first_axis[stage + 1]):
            open_ = played.open_to(axis, stage, history)
            mover = "+".join(played.staging.movers[axis])
            if not open_:
                chosen[axis] = int(np.flatnonzero(played.staging.game.open_to(axis, stage)[history])[0])
            elif not own.owns(mover):
                chosen[axis] = _drawn(played.strategy[axis][history], luck[axis])
            elif not left:
                return Position(tuple(made), _turn(own, played, axis, open_))
            else:
                chosen[axis], term = _picked(own, played, axis, open_, left.pop(0))
                own_term |= term
                turns.append((axis, played.step(axis, stage, history, chosen[axis])))
        before = len(history)
        history = (*history, *(chosen[axis] for axis in sorted(chosen)))
        done = {**_done(played, history), **own_term}
        if own_term:
            played, history = _after(own, done, len(history))
        for axis in sorted(chosen):
            made += _made(own, played, axis, stage, history, before, dict(turns).get(axis), own_term)
    answer = played.answer(len(played.staging.game.stages), history)
    return Position(tuple(made), None, next(iter(answer.outcomes)), answer.payoffs)


def _made(
    own: Part,
    played: Profile,
    axis: int,
    stage: int,
    history: History,
    before: int,
    step: Step | None,
    own_term: Mapping[str, Action],
) -> list[Made]:
    """What a mover did, unless it had nothing to do."""
    decisions, actions = played.staging.movers[axis], played.staging.actions[axis][history[axis]]
    named = {name: each.name for name, each in zip(decisions, actions, strict=True) if each != IDLE}
    if not named:
        return []
    if step is None:
        return [Made("+".join(decisions), named)]
    after = played.answer(stage + 1, history) if own_term else step.moves[step.chosen].answer
    return [Made("+".join(decisions), named, step, after.payoffs[own.player])]


def _turn(own: Part, played: Profile, axis: int, open_: Sequence[int]) -> Turn:
    decisions, actions = played.staging.movers[axis], played.staging.actions[axis]
    moves = {
        number: {name: each.name for name, each in zip(decisions, actions[number], strict=True) if each != IDLE}
        for number in open_
    }
    if len(decisions) > 1:
        return Turn("+".join(decisions), moves, {})
    decision = own.result.scenario.decisions[decisions[0]]
    there = {actions[number][0].move for number in open_}
    intervals = {
        move: {term: (min(ends), max(ends)) for term, ends in terms.items()}
        for move, terms in decision.intervals.items()
        if move in there
    }
    return Turn(decisions[0], moves, intervals)


def _picked(own: Part, played: Profile, axis: int, open_: Sequence[int], pick: str) -> tuple[int, dict[str, Action]]:
    """The number of the move, or of one that stands for it, and the decision's action where it is not on the list."""
    turn = _turn(own, played, axis, open_)
    names = {", ".join(named.values()): number for number, named in turn.moves.items()}
    if pick.isdecimal() and int(pick) in turn.moves:
        return int(pick), {}
    if pick in names:
        return names[pick], {}
    move, _, inside = pick.removesuffix(")").partition("(")
    terms = dict(each.partition("=")[::2] for each in inside.split(", "))
    wanted = turn.intervals.get(move, {})
    try:
        menu = {term: float(value) for term, value in terms.items()}
    except ValueError:
        menu = {}
    actions = own.result.scenario.decisions[turn.mover.split("+")[0]].actions
    known = next((each for each in actions if each.move == move), None)
    if known is None or not wanted or set(menu) != set(known.menu):
        raise GameError(f"there is no move {pick!r} at this turn")
    for term, (low, high) in wanted.items():
        if not low <= menu[term] <= high:
            raise GameError(f"{term} may be from {low:g} to {high:g}, not {menu[term]:g}")
    standing = next(number for number in open_ if played.staging.actions[axis][number][0].move == move)
    return standing, {turn.mover: Action(move, {term: menu[term] for term in known.menu})}


def _done(played: Profile, history: History) -> dict[str, Action]:
    return {
        name: action
        for axis, number in enumerate(history)
        for name, action in zip(played.staging.movers[axis], played.staging.actions[axis][number], strict=True)
        if action != IDLE
    }


def _after(own: Part, done: Mapping[str, Action], axes: int) -> tuple[Profile, History]:
    """What follows moves that no list holds: the game in which they were the only ones.

    Of several equilibria the others play the one that is worst for the person, as they do after any deviation
    (`kgsim.solvers.staged.strategies`): if some equilibrium deters the move, this one does.
    """
    scenario, values = own.result.scenario, own.result.values
    decisions = {
        name: replace(each, actions=(done[name],), intervals={}) if name in done else each
        for name, each in scenario.decisions.items()
    }
    left = replace(scenario, decisions=decisions)
    shape = left.structures[own.structure]
    table = payoff_table(left, own.structure, values)
    found = [
        each
        for each in solve_structure(left, shape, table, values, own.result.structures).equilibria
        if _same(each.disagreement, own.equilibrium.disagreement)
    ]
    if not found:
        raise GameError("what follows this move is not solved: choose another")
    worst = min(found, key=lambda each: each.payoffs[own.player])
    staging = build(left, shape, table, values, worst.disagreement, offers_asked(left))
    history = tuple(
        next(
            number
            for number, actions in enumerate(staging.actions[axis])
            if all(action == done.get(name, IDLE) for name, action in zip(mover, actions, strict=True))
        )
        for axis, mover in enumerate(staging.movers[:axes])
    )
    return replace(own.profile, staging=staging, strategy=list(worst.strategy().values())), history


def _same(first: Mapping[str, float] | None, second: Mapping[str, float] | None) -> bool:
    if first is None or second is None:
        return first is second
    return all(close(first[name], second[name]) for name in first)


def _drawn(mix: np.ndarray, luck: float) -> int:
    """The action that a number drawn from [0, 1) falls on; never one without probability."""
    reached = np.cumsum(mix) / mix.sum()
    return int(min(np.searchsorted(reached, luck, side="right"), np.flatnonzero(mix)[-1]))
