"""What a mover of a scenario wants, at one parameter point or at many."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from kgsim.arrays import Floats, Integers
from kgsim.errors import StructureError
from kgsim.games.objectives import RULES, Objective, own_payoff
from kgsim.scenario.expressions import Expression
from kgsim.scenario.model import Bloc, Scenario
from kgsim.scenario.payoffs import LARGEST, within

#: What is stated of each member, shape (..., members), or None.
Stated: TypeAlias = Floats | None


def refuse_unfit(bloc: Bloc, members: Sequence[str], weights: Stated, disagreement: Stated) -> None:
    """Refuse weights that are not positive, and a disagreement point that is not finite; shape (members,).

    Raises
    ------
    StructureError
        If there are any.
    """
    if disagreement is not None and not np.isfinite(disagreement).all():
        raise StructureError(
            f"bloc {bloc.name}: what a member falls back on is no finite number up to {LARGEST:g} at these values"
        )
    for member, number in zip(members, () if weights is None else weights, strict=weights is not None):
        if not number > 0:
            raise StructureError(f"bloc {bloc.name}: the weight of {member} is {number:g}; expected a positive number")


def objective(
    scenario: Scenario,
    mover: tuple[str, ...],
    bloc: Bloc | None,
    players: Sequence[str],
    environment: Mapping[str, Floats],
    fallback: Mapping[str, Floats] | Mapping[str, float] | None,
    points: Integers | int = 0,
    check: Callable[[Bloc, Sequence[str], Stated, Stated], None] = refuse_unfit,
) -> Objective:
    """What a mover wants.

    Parameters
    ----------
    scenario
        The scenario.
    mover, bloc
        The decisions that are made together, and their bloc; None if a player decides alone.
    players
        Whose payoffs the objective will be asked about, in order; the mover's among them.
    environment
        Name to values, for expressions.
    fallback
        Player to what it has, at each of `points`, if a bloc fails that falls back on another structure.
    points
        Places among the values of `environment`; a single place gives the objective of one point.
    check
        Called with the bloc, its players, their weights and their disagreement payoffs.
    """
    members = [scenario.decisions[decision].player for decision in mover]
    seats = tuple(players.index(member) for member in members)
    if bloc is None:
        return own_payoff(seats[0], len(players))

    def of_members(stated: Mapping[str, Expression]) -> Stated:
        values = [np.ravel(within(stated[member].evaluate(environment))) for member in members]
        # An expression without a name that varies has one value for all.
        return _by_member([each[points if len(each) > 1 else np.zeros_like(points)] for each in values])

    weights = of_members(bloc.weights) if bloc.weights else None
    if isinstance(bloc.disagreement, str):
        assert fallback is not None
        disagreement: Stated = _by_member([fallback[member] for member in members])
    else:
        disagreement = of_members(bloc.disagreement) if bloc.disagreement else None
    check(bloc, members, weights, disagreement)
    return RULES[bloc.rule](seats, disagreement, weights)


def _by_member(numbers: Sequence[Floats | float]) -> Floats:
    """Numbers of each member as one array with the members along the last axis."""
    return np.moveaxis(np.array(numbers), 0, -1)
