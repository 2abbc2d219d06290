"""What a mover of a scenario wants, at one parameter point or at many."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from kgsim.arrays import Floats, Integers
from kgsim.errors import StructureError
from kgsim.games.objectives import RULES, Objective, own_payoff
from kgsim.scenario.model import Bloc, Scenario
from kgsim.scenario.payoffs import LARGEST, within


def refuse_unfit(bloc: Bloc, members: Sequence[str], numbers: Floats) -> None:
    """Refuse weights that are not positive, and a disagreement point that is not finite; shape (members,).

    Raises
    ------
    StructureError
        If there are any.
    """
    if not bloc.weights and not np.isfinite(numbers).all():
        raise StructureError(
            f"bloc {bloc.name}: what a member falls back on is no finite number up to {LARGEST:g} at these values"
        )
    for member, number in zip(members, numbers, strict=True):
        if bloc.weights and not number > 0:
            raise StructureError(f"bloc {bloc.name}: the weight of {member} is {number:g}; expected a positive number")


def objective(
    scenario: Scenario,
    mover: tuple[str, ...],
    bloc: Bloc | None,
    players: Sequence[str],
    environment: Mapping[str, Floats],
    fallback: Mapping[str, Floats] | Mapping[str, float] | None,
    points: Integers | int = 0,
    check: Callable[[Bloc, Sequence[str], Floats], None] = refuse_unfit,
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
        Called with the bloc, its players and what is stated of each, shape (..., members).
    """
    members = [scenario.decisions[decision].player for decision in mover]
    seats = tuple(players.index(member) for member in members)
    if bloc is None:
        return own_payoff(seats[0], len(players))
    stated = bloc.weights or bloc.disagreement
    if stated is None:
        return RULES[bloc.rule](seats)
    if isinstance(stated, str):
        assert fallback is not None
        numbers = [fallback[member] for member in members]
    else:
        values = [np.ravel(within(stated[member].evaluate(environment))) for member in members]
        # An expression without a name that varies has one value for all.
        numbers = [each[points if len(each) > 1 else np.zeros_like(points)] for each in values]
    by_member = np.moveaxis(np.array(numbers), 0, -1)
    check(bloc, members, by_member)
    return RULES[bloc.rule](seats, by_member)
