"""A structure of play at one parameter point, as a multi-stage game."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Floats
from kgsim.errors import StructureError
from kgsim.games.objectives import Objective
from kgsim.games.staged import Chance, StagedGame
from kgsim.scenario.model import IDLE, Action, Scenario, Structure
from kgsim.scenario.on_the_table import offers_of_profiles
from kgsim.scenario.payoffs import LARGEST, PayoffTable, parameter_values, sizes_at, with_ties
from kgsim.solvers.staged.continuations import Point
from kgsim.solvers.staged.subgame_perfect import SubgamePerfect
from kgsim.structures.blocs import objective
from kgsim.structures.offers.boxes import boxes_of, has_intervals
from kgsim.structures.offers.exchange import reduced
from kgsim.structures.offers.play import OFFERS_MEET, Goal, Play
from kgsim.tolerances import SUM_TO_ONE

#: Payoffs to fall back on, by player.
Fallback = Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Staging:
    """A structure's game, with the names that belong to its axes.

    Attributes
    ----------
    game
        Axis k is the k-th mover in order of play; outcomes index ``scenario.outcomes``.
    movers
        The decisions each axis combines: one for a player alone, several for a bloc.
    actions
        For each axis, for each of its actions, the action of every decision it combines.
    fixed
        Decisions that are not played, and their action.
    plays
        With intervals: the play with a corner for each end, and with the offers that can matter instead.
    """

    game: StagedGame
    movers: tuple[tuple[str, ...], ...]
    actions: tuple[tuple[tuple[Action, ...], ...], ...]
    fixed: Mapping[str, Action]
    plays: tuple[Play, Play] | None = None

    def moves(self, history: tuple[int, ...]) -> dict[str, Action]:
        """Decision to action along a terminal history, in order of play; decisions that are not made are left out."""
        played = {
            decision: action
            for mover, actions, index in zip(self.movers, self.actions, history, strict=True)
            for decision, action in zip(mover, actions[index], strict=True)
            if action != IDLE
        }
        return {**played, **self.fixed}


@dataclass(frozen=True, eq=False)
class Solved:
    """The equilibria of a structure with one fallback.

    Attributes
    ----------
    ways
        Each with the game that it is an equilibrium of.
    pieces
        Numbers of those between which there is a continuum, and whether it is convex.
    gaps
        Why others may be missing.
    failure
        Why there is none; empty if there are some.
    """

    ways: tuple[tuple[Staging, SubgamePerfect, Point], ...]
    pieces: tuple[tuple[tuple[int, ...], bool], ...]
    gaps: frozenset[str]
    failure: str = ""


def build(
    scenario: Scenario,
    structure: Structure,
    table: PayoffTable,
    values: Mapping[str, float],
    fallback: Fallback | None,
    offers: tuple[str, ...] = (),
) -> Staging:
    """Lay out a structure's game.

    Parameters
    ----------
    scenario, structure
        The scenario and one of its structures.
    table
        The structure's payoffs and outcomes at `values`.
    values
        Parameter to value.
    fallback
        The disagreement payoffs for blocs that fall back on another structure; None if there is no such bloc.
    offers
        Menu values that are told beside the payoffs, as those of further players who never move.

    Raises
    ------
    StructureError
        If a payoff is not finite at these values, a bloc's weight is not positive, or what may happen by chance has no
        probabilities.
    """
    staging = by_corners(scenario, structure, table, values, fallback, offers)
    if not has_intervals(scenario, structure):
        return staging
    return with_offers(staging, reduced(corners_of(scenario, staging, structure.nearby)))


def by_corners(
    scenario: Scenario,
    structure: Structure,
    table: PayoffTable,
    values: Mapping[str, float],
    fallback: Fallback | None,
    offers: tuple[str, ...] = (),
) -> Staging:
    """Lay out a structure's game, intervals standing for their corners; see `build`."""
    decisions = list(scenario.decisions)
    movers = tuple(mover for stage in structure.play for mover in stage)
    order = [decisions.index(decision) for mover in movers for decision in mover]
    rest = [axis for axis in range(len(decisions)) if axis not in order]
    shape = tuple(prod(table.outcomes.shape[decisions.index(decision)] for decision in mover) for mover in movers)
    by_decision = with_ties_of(scenario, structure.name, table.payoffs, values)
    by_decision = np.concatenate([by_decision, offers_of_profiles(scenario, structure, offers, values)])
    # Adding 0 turns -0 into 0.
    payoffs = 0.0 + by_decision.transpose(0, *(axis + 1 for axis in (*order, *rest))).reshape(-1, *shape)
    _check_finite(scenario, structure, payoffs, table.payoffs, table.outcomes)
    players, environment = list(scenario.players), parameter_values(scenario, values)

    def wanted(mover: tuple[str, ...]) -> Objective:
        return objective(scenario, mover, structure.blocs.get(mover), players, environment, fallback)

    stages = tuple(
        (Chance(shares(scenario, stage[0][0], environment)),)
        if stage[0][0] in scenario.chance
        else tuple(map(wanted, stage))
        for stage in structure.play
    )
    actions = tuple(_joint([table.actions[decisions.index(decision)] for decision in mover]) for mover in movers)
    game = StagedGame(payoffs, table.outcomes.transpose(*order, *rest).reshape(shape), stages)
    fixed = {decisions[axis]: table.actions[axis][0] for axis in rest}
    return Staging(game, movers, actions, fixed)


def corners_of(scenario: Scenario, staging: Staging, nearby: bool) -> Play:
    """A game in which intervals stand for their corners, as the offers in it are looked for."""
    game, players = staging.game, len(staging.game.payoffs)
    objectives = [each for stage in game.stages for each in stage if not isinstance(each, Chance)]
    rows = np.vstack([game.outcomes.reshape(1, -1), game.payoffs.reshape(players, -1)]).T
    distinct, labels = np.unique(rows, axis=0, return_inverse=True)
    goals = [Goal(each, tuple(range(players)), np.ones(1, dtype=bool)) for each in objectives]
    axes = iter(range(len(objectives)))
    return Play(
        labels=labels.reshape(game.outcomes.shape),
        stages=tuple(tuple(next(axes) for _ in stage) for stage in game.stages),
        payoffs=(np.ascontiguousarray(distinct[:, 1:].T)[:, :, None],) * len(game.stages),
        outcomes=distinct[:, 0].astype(np.intp),
        worths=tuple(own.score if own.objective.linear else None for own in goals),
        goals=tuple((own,) for own in goals),
        boxes=tuple(
            boxes_of([scenario.decisions[name] for name in mover], actions)
            for mover, actions in zip(staging.movers, staging.actions, strict=True)
        ),
        nearby=nearby,
    )


def with_offers(staging: Staging, play: Play) -> Staging:
    """The game in which intervals are exchanged for the offers that can matter (`kgsim.structures.offers`).

    Raises
    ------
    StructureError
        If what later movers make of one offer turns on another.
    """
    if play.meets is not None and play.meets.any():
        raise StructureError(OFFERS_MEET)
    game, players = staging.game, len(staging.game.payoffs)
    tables = list({id(table): table for table in play.payoffs}.values())
    where = {id(table): number for number, table in enumerate(tables)}
    stages = shifted(game, [players * where[id(table)] for table in play.payoffs])
    payoffs = np.concatenate([table[:, play.labels, 0] for table in tables])
    actions = tuple(
        play.axes[axis].actions(own) if axis in play.axes else own for axis, own in enumerate(staging.actions)
    )
    among = tuple(play.axes[axes[0]].among_others if axes[0] in play.axes else frozenset[int]() for axes in play.stages)
    offered = StagedGame(payoffs, play.outcomes[play.labels], stages, players, among)
    return Staging(offered, staging.movers, actions, staging.fixed)


def shifted(game: StagedGame, shifts: Sequence[int]) -> tuple[tuple[Objective, ...] | tuple[Chance], ...]:
    """A game's stages, its movers looking at payoffs so many rows further down; chance is left out."""
    return tuple(
        tuple(
            replace(each, members=tuple(member + shift for member in each.members))
            for each in stage
            if not isinstance(each, Chance)
        )
        for stage, shift in zip(game.stages, shifts, strict=True)
    )


def shares(scenario: Scenario, event: str, environment: Mapping[str, Floats]) -> tuple[float, ...]:
    """The probability of each thing that may happen at a chance event, and of nothing, where it is not drawn.

    Raises
    ------
    StructureError
        If they are negative or do not sum to one at these values.
    """
    values = {name: float(value[0]) for name, value in environment.items()}
    found = {name: formula.number(values) for name, formula in scenario.chance[event].items()}
    numbers = np.array(list(found.values()))
    if not np.isfinite(numbers).all() or (numbers < 0.0).any() or abs(numbers.sum() - 1.0) > SUM_TO_ONE:
        told = ", ".join(f"{name} {value:g}" for name, value in found.items())
        raise StructureError(f"what may happen at {event} has no probabilities that sum to 1 at these values: {told}")
    return (*found.values(), 0.0)


def with_ties_of(
    scenario: Scenario, structure: str, payoffs: NDArray[np.float64], values: Mapping[str, float]
) -> NDArray[np.float64]:
    """Payoffs in which those of one player that differ by the rounding of their formulas alone are one number."""

    def flat(table: NDArray[np.float64]) -> NDArray[np.float64]:
        return table.reshape(len(table), -1).T

    point = {name: np.array([value]) for name, value in values.items()}
    tied = with_ties(flat(payoffs), lambda: flat(sizes_at(scenario, structure, point)[0]))
    return tied.T.reshape(payoffs.shape)


def _joint(choices: list[tuple[Action, ...]]) -> tuple[tuple[Action, ...], ...]:
    """All combinations of the members' actions, the last member's fastest, as the array is laid out."""
    sizes = [len(actions) for actions in choices]
    return tuple(
        tuple(actions[index] for actions, index in zip(choices, combination, strict=True))
        for combination in np.ndindex(*sizes)
    )


def _check_finite(
    scenario: Scenario,
    structure: Structure,
    payoffs: NDArray[np.float64],
    by_decision: NDArray[np.float64],
    outcomes: NDArray[np.intp],
) -> None:
    if np.isfinite(payoffs).all():
        return
    player, *profile = np.argwhere(~np.isfinite(by_decision))[0]
    outcome = scenario.outcomes[outcomes[tuple(profile)]].name
    raise StructureError(
        f"structure {structure.name}: the payoff of {list(scenario.players)[player]} at outcome {outcome!r} is not a "
        f"finite number up to {LARGEST:g} at these parameter values; look for a division by zero or an overflow in its "
        "utility"
    )
