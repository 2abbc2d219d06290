"""Which outcomes are stable, for whom and why, by the graph model: rankings alone, no order of play."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from kgsim.arrays import Bools
from kgsim.errors import GameError
from kgsim.games.conflict import Conflict
from kgsim.scenario.arguments import together
from kgsim.scenario.conflicts import StatedConflict, load_conflict
from kgsim.scenario.model import Scenario
from kgsim.scenario.names import suggestion
from kgsim.scenario.payoffs import structure_of
from kgsim.showing import Shown
from kgsim.solvers.graph.inverse import pairs_changed, raised
from kgsim.solvers.graph.paths import Path as Course
from kgsim.solvers.graph.paths import paths_from
from kgsim.solvers.graph.profiles import stable_profiles
from kgsim.solvers.graph.stability import ATTITUDES, Concept, Side, everybody, sides_of
from kgsim.structures.conflict import Profiles, ToldConflict, conflict_of, conflict_stated


@dataclass(frozen=True, eq=False)
class Stability(Shown):
    """What is stable in a conflict.

    Attributes
    ----------
    title, name
        Of the scenario or the conflict.
    structure
        The structure whose actions are meant; empty for a conflict in graph form.
    told
        The conflict with its words.
    attitude
        What movers make of preferences that are not known (`kgsim.solvers.graph.stability`).
    stable
        For each player, concept to whether it stays at each state; shape (states,).
    equilibria
        Concept to whether every player stays at each state; shape (states,).
    coalitional
        The same for every coalition too; empty unless asked for.
    start
        States where things stand.
    paths, improving_paths
        From there, to each state that can be reached, the shortest sequence of moves, and of improvements.
    """

    title: str
    name: str
    structure: str
    told: ToldConflict
    attitude: str
    stable: tuple[Mapping[Concept, Bools], ...]
    equilibria: Mapping[Concept, Bools]
    coalitional: Mapping[Concept, Bools]
    start: tuple[int, ...]
    paths: Mapping[int, Course] = field(repr=False)
    improving_paths: Mapping[int, Course] = field(repr=False)

    @cached_property
    def sides(self) -> tuple[Side, ...]:
        """Each player's side: what it can do, and what the others can answer."""
        return sides_of(self.told.conflict)

    def outcomes(self, concept: Concept, *, coalitions: bool = False) -> tuple[str, ...]:
        """Outcomes, or states of a conflict in graph form, with an equilibrium state of a concept."""
        flags = (self.coalitional if coalitions else self.equilibria)[concept]
        return tuple(self.told.groups[group] for group in np.unique(self.told.group[flags]))

    @cached_property
    def states_of(self) -> Mapping[str, tuple[int, ...]]:
        """The states of each outcome that occurs."""
        found = {name: tuple(map(int, np.flatnonzero(self.told.group == g))) for g, name in enumerate(self.told.groups)}
        return {name: states for name, states in found.items() if states}

    def raising(self, outcome: str, concept: Concept) -> dict[str, tuple[str, ...]] | None:
        """The smallest changes of players' own rankings that make all stay at an outcome, in one of its states.

        Counted in pairs of states that change places, over all players (`kgsim.solvers.graph.inverse`); for SEQ each
        player's is the smallest while the others rank states as they do.

        Returns
        -------
        dict
            Player to outcomes (or states) that this one would have to be as good as, or pass; without players that
            stay already. None if no change of rankings does.
        """
        best: list[tuple[int, ...]] | None = None
        fewest = 0
        for state in self.states_of[outcome]:
            ways = [raised(side, state, concept) for side in self.sides]
            known = [way for way in ways if way is not None]
            if len(known) < len(ways):
                continue
            changed = sum(pairs_changed(side, state, way) for side, way in zip(self.sides, known, strict=True))
            if best is None or changed < fewest:
                best, fewest = known, changed
        if best is None:
            return None
        told = self.told
        return {
            player: tuple(dict.fromkeys(told.groups[told.group[state]] for state in way))
            for player, way in zip(told.conflict.players, best, strict=True)
            if way
        }


def stability(
    conflict: Scenario | StatedConflict | str | Path,
    values: Mapping[str, float] | None = None,
    *,
    structure: str | None = None,
    coalitions: bool = False,
    start: str | None = None,
    attitude: str = "b",
    **more: float,
) -> Stability:
    """Judge which states of a conflict are stable: Nash, GMR, SMR and SEQ, for players and for coalitions.

    Parameters
    ----------
    conflict
        A scenario, a conflict in graph form (`kgsim.scenario.conflicts`), or the name of a file of either.
    values, **more
        Parameter values of a scenario; parameters left out stay at their base values.
    structure
        The structure of play whose actions are meant; the first one if left out. Who moves when counts for nothing.
    coalitions
        Whether to judge coalitions too.
    start
        The outcome, or state, where things stand; else what the file states.
    attitude
        What movers make of preferences that are not known: "a", "b", "c" or "d" (`kgsim.solvers.graph.stability`).

    Raises
    ------
    GameError
        If a name is unknown, a scenario has private types, or there are too many states.
    ScenarioError
        If a file is not valid.
    """
    if isinstance(conflict, str | Path):
        conflict = load_conflict(conflict)
    if attitude not in ATTITUDES:
        raise GameError(f"attitude: expected one of {', '.join(ATTITUDES)}, got {attitude!r}")
    if isinstance(conflict, Scenario):
        chosen = structure_of(conflict, structure or next(iter(conflict.structures))).name
        profiles, point = Profiles.of(conflict, chosen), together(conflict, values, more)
        told = conflict_of(profiles, point)
        stable = _of_profiles(profiles, point)
    else:
        chosen = ""
        _refuse_settings(structure, values, more)
        told = conflict_stated(conflict)
        stable = tuple(side.stable(attitude) for side in sides_of(told.conflict))
    begin = told.start if start is None else _states_named(told, start)
    return Stability(
        title=conflict.title,
        name=conflict.name,
        structure=chosen,
        told=told,
        attitude=attitude,
        stable=stable,
        equilibria=everybody(stable),
        coalitional=_coalitional(told.conflict, stable, attitude) if coalitions else {},
        start=begin,
        paths=paths_from(told.conflict, begin),
        improving_paths=paths_from(told.conflict, begin, improving=True),
    )


def _of_profiles(profiles: Profiles, values: Mapping[str, float]) -> tuple[dict[Concept, Bools], ...]:
    """Each player's stability at each state of the conflict that a scenario's profiles are."""
    found = stable_profiles(profiles.worth({name: np.array([value]) for name, value in values.items()}))
    back = np.argsort(profiles.numbers.ravel())
    return tuple({concept: flags.ravel()[back] for concept, flags in own.items()} for own in found)


def _coalitional(
    conflict: Conflict, stable: tuple[Mapping[Concept, Bools], ...], attitude: str
) -> dict[Concept, Bools]:
    """States that every player and every coalition stays at."""
    return everybody([*stable, *(Side.of(conflict, members).stable(attitude) for members in conflict.coalitions())])


def _refuse_settings(structure: str | None, *settings: Mapping[str, float] | None) -> None:
    if structure is not None or any(settings):
        raise GameError("a conflict in graph form has no structures and no parameters: leave them out")


def _states_named(told: ToldConflict, name: str) -> tuple[int, ...]:
    if name not in told.groups:
        raise GameError(f"there is no outcome or state {name!r}. {suggestion(name, told.groups, 'outcome')}")
    return tuple(map(int, np.flatnonzero(told.group == told.groups.index(name))))
