"""A scenario as a conflict in graph form: states are profiles of actions, moves are changes of one player's actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod

import numpy as np

from kgsim.arrays import Floats, Integers
from kgsim.errors import GameError, StructureError
from kgsim.games.conflict import MOST_STATES, Conflict, Moves
from kgsim.scenario.conflicts import StatedConflict
from kgsim.scenario.deals import Deals, deals_of
from kgsim.scenario.model import Scenario, Structure
from kgsim.scenario.payoffs import actions_of, outcomes_of, structure_of
from kgsim.scenario.possible import Actions
from kgsim.scenario.transforms import stepped
from kgsim.scenario.unfit import unfit_for_profiles

#: Values that a term from an interval takes, since a conflict has finitely many states: the first number that is not
#: too many, or the last.
STEPS = (5, 3, 2)


def in_steps(scenario: Scenario, structure: str) -> Scenario:
    """Let terms from intervals take even values, as many as leave the structure at most `MOST_STATES` profiles."""
    for count in STEPS:
        found = stepped(scenario, count)
        if prod(map(len, actions_of(found, structure_of(found, structure)))) <= MOST_STATES:
            break
    return found


@dataclass(frozen=True, eq=False)
class ToldConflict:
    """A conflict with the words of whoever stated it.

    Attributes
    ----------
    conflict
        The conflict.
    labels
        What its players are called.
    done
        What each player does in each state, player by player.
    groups, group
        What states are told as: outcomes, or the states themselves; and which of them each state belongs to, shape
        (states,).
    start
        States where things stand, if that is stated.
    """

    conflict: Conflict
    labels: tuple[str, ...]
    done: tuple[tuple[str, ...], ...]
    groups: tuple[str, ...]
    group: Integers
    start: tuple[int, ...] = ()

    def label(self, state: int) -> str:
        """What is done in a state, by everybody."""
        return ", ".join(part for part in self.done[state] if part) or "nothing is done"


@dataclass(frozen=True, eq=False)
class Profiles:
    """A structure's profiles of actions by players, each player's decisions taken together.

    Terms from intervals take `STEPS` even values.

    Attributes
    ----------
    scenario, structure
        What is looked at.
    deals
        The deals that its profiles come down to.
    numbers
        The number of each profile where decisions are axes, in C order; shape (a1, ..., an), one axis a player.
    """

    scenario: Scenario
    structure: str
    deals: Deals
    numbers: Integers

    @classmethod
    def of(cls, scenario: Scenario, structure: str) -> Profiles:
        """Lay a structure out.

        Raises
        ------
        GameError
            If the scenario has private types, or the structure chance events or conditions.
        """
        scenario = in_steps(scenario, structure)
        chosen = structure_of(scenario, structure)
        unfit = unfit_for_profiles(scenario, chosen)
        if unfit:
            raise GameError(unfit)
        deals = deals_of(replace(scenario, structures={structure: chosen}))
        shape = deals.labels[structure].shape
        return cls(scenario, structure, deals, _by_player(scenario, np.arange(prod(shape)).reshape(shape)))

    @cached_property
    def deal(self) -> Integers:
        """The deal of each profile; shape (a1, ..., an)."""
        return np.asarray(self.deals.labels[self.structure].ravel()[self.numbers])

    @property
    def outcomes(self) -> Integers:
        """The number of each profile's outcome; shape (a1, ..., an)."""
        return np.asarray(self.deals.outcomes[self.deal])

    def worth(self, points: Mapping[str, Floats]) -> Floats:
        """Payoffs at some points, those that differ by rounding alone being one number; shape (players, a1, ..., m).

        They are nan where a formula has no finite value.
        """
        return np.asarray(self.deals.tied(self.scenario, points)[:, self.deal])


def _by_player(scenario: Scenario, table: Integers) -> Integers:
    """A table by decisions as one by players."""
    owners = [decision.player for decision in scenario.decisions.values()]
    own = [[axis for axis, owner in enumerate(owners) if owner == player] for player in scenario.players]
    rest = [axis for axis, owner in enumerate(owners) if owner not in scenario.players]
    sizes = [prod(table.shape[axis] for axis in axes) for axes in own]
    return table.transpose([*(axis for axes in own for axis in axes), *rest]).reshape(sizes)


def conflict_of(profiles: Profiles, values: Mapping[str, float]) -> ToldConflict:
    """A structure's profiles as states, each player's payoffs as its ranking; who moves when counts for nothing.

    Parameters
    ----------
    profiles
        The structure's profiles.
    values
        Parameter to value.

    Raises
    ------
    GameError
        If there are too many profiles.
    StructureError
        If a payoff is not finite at these values.
    """
    scenario, structure = profiles.scenario, profiles.structure
    chosen = scenario.structures[structure]
    count = profiles.numbers.size
    if count > MOST_STATES:
        raise GameError(
            f"structure {structure} has {count:,} profiles of actions, and the graph model holds at most "
            f"{MOST_STATES:,} states against each other. Name a structure with fewer moves, or use fewer values in "
            "menus"
        )
    worth = profiles.worth({name: np.array([value]) for name, value in values.items()})
    if not np.isfinite(worth).all():
        raise StructureError(f"structure {structure}: a payoff is not a finite number at these parameter values")
    rank = np.empty((len(worth), count), dtype=np.intp)
    for player, own in enumerate(worth):
        rank[player, profiles.numbers.ravel()] = np.unique(own, return_inverse=True)[1].ravel()
    table = outcomes_of(scenario, chosen)
    done = _done(scenario, chosen, actions_of(scenario, chosen))
    moves = tuple(_moves(scenario, player, table.shape) for player in scenario.players)
    conflict = Conflict(tuple(scenario.players), tuple(map(str, range(count))), moves, rank)
    labels = tuple(map(str, scenario.players.values()))
    return ToldConflict(conflict, labels, done, tuple(rule.name for rule in scenario.outcomes), table.ravel())


def conflict_stated(stated: StatedConflict) -> ToldConflict:
    """A conflict as its file states it."""
    names = tuple(stated.states)
    place = {name: index for index, name in enumerate(names)}
    moves = tuple(
        Moves.of(len(names), *np.array([(place[a], place[b]) for a, b in own], dtype=np.intp).reshape(-1, 2).T)
        for own in stated.moves.values()
    )
    rank = np.zeros((len(stated.players), len(names)), dtype=np.intp)
    for player, groups in enumerate(stated.ranking.values()):
        for height, group in enumerate(reversed(groups)):
            rank[player, [place[state] for state in group]] = height
    unknown = None
    if any(stated.unknown.values()):
        unknown = np.zeros((len(stated.players), len(names), len(names)), dtype=bool)
        for player, pairs in enumerate(stated.unknown.values()):
            for one, other in pairs:
                unknown[player, [place[one], place[other]], [place[other], place[one]]] = True
    start = () if stated.status_quo is None else (place[stated.status_quo],)
    conflict = Conflict(tuple(stated.players), names, moves, rank, unknown)
    labels, done = tuple(stated.players.values()), tuple(stated.states.values())
    return ToldConflict(conflict, labels, done, names, np.arange(len(names)), start)


def _moves(scenario: Scenario, player: str, shape: tuple[int, ...]) -> Moves:
    """Every change of a player's actions, those of the others staying as they are."""
    own = [axis for axis, decision in enumerate(scenario.decisions.values()) if decision.player == player]
    numbers = np.moveaxis(np.arange(int(np.prod(shape))).reshape(shape), own, range(len(own)))
    numbers = numbers.reshape(int(np.prod([shape[axis] for axis in own])), -1)
    actions, rest = numbers.shape
    source = np.broadcast_to(numbers[:, None, :], (actions, actions, rest)).ravel()
    target = np.broadcast_to(numbers[None, :, :], (actions, actions, rest)).ravel()
    return Moves.of(numbers.size, source, target)


def _done(scenario: Scenario, structure: Structure, choices: Actions) -> tuple[tuple[str, ...], ...]:
    """What each player does in each profile; decisions that the structure fixes are not told."""
    told = [
        [""] if decision in structure.fixed else [f"{decision} {action.name}" for action in actions]
        for decision, actions in zip(scenario.decisions, choices, strict=True)
    ]
    owners = [decision.player for decision in scenario.decisions.values()]
    own = {player: [axis for axis, owner in enumerate(owners) if owner == player] for player in scenario.players}
    return tuple(
        tuple(", ".join(filter(None, (told[axis][profile[axis]] for axis in axes))) for axes in own.values())
        for profile in np.ndindex(*map(len, choices))
    )
