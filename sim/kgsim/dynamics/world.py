"""How one structure of play carries the situation from round to round.

Deals with the same effect on the next state are one *class*: of some hundred deals a handful of classes remain, and
what follows is computed for these alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Floats, Integers
from kgsim.engine.engine import Engine
from kgsim.errors import GameError, StructureError
from kgsim.scenario.model import Scenario
from kgsim.scenario.payoffs import parameter_values, structure_of
from kgsim.scenario.possible import conditional
from kgsim.scenario.rounds import Dynamics, StateVariable
from kgsim.structures.offers.boxes import has_intervals
from kgsim.structures.solution import in_order
from kgsim.wording import number

States: TypeAlias = Mapping[str, Floats]

GOES_ON, STOPS, LASTS = range(3)


@dataclass(frozen=True)
class OutcomeState:
    """Deals that have the same effect on what follows.

    Attributes
    ----------
    rule
        An outcome rule that leads here.
    menus
        The menu values its terms need, by ``decision.term``.
    end
        `GOES_ON`, `STOPS` or `LASTS`.
    """

    rule: int
    menus: tuple[tuple[str, float], ...]
    end: int


@dataclass(frozen=True, eq=False)
class World:
    """A scenario with dynamics, under one structure of play.

    Attributes
    ----------
    scenario
        With base values as they are in the first round, and no structures but the one played and its fallbacks.
    structure
        Its name.
    horizon
        Number of rounds.
    """

    scenario: Scenario
    structure: str
    horizon: int

    @classmethod
    def of(cls, scenario: Scenario, structure: str, horizon: int | None = None, **values: float) -> World:
        """Lay a structure out, with parameters changed.

        Raises
        ------
        GameError
            If the structure is unknown, or the scenario has no dynamics.
        StructureError
            If a state variable starts outside its bounds.
        """
        structure_of(scenario, structure)
        if scenario.types:
            raise GameError(
                f"scenario {scenario.name} has private types, which rounds of play would give away bit by bit: "
                "dynamics are for games without types. Leave them out; a parameter can say which type a player is of"
            )
        played = scenario.structures[structure]
        if scenario.chance.keys() - played.fixed.keys() or conditional(scenario, played):
            raise GameError(
                f"structure {structure} has chance events or conditions, which rounds do not know yet: play another "
                "one, or solve single rounds with `kgsim run` or `kgsim sweep`"
            )
        if scenario.dynamics is None:
            raise GameError(f"scenario {scenario.name} says nothing about what changes: it has no section `dynamics`")
        kept = {name: scenario.structures[name] for name in in_order(scenario, [structure])}
        if any(has_intervals(scenario, each) for each in kept.values()):
            raise GameError(
                f"structure {structure}: some terms are chosen from intervals, and rounds are played with listed ones; "
                "give them a step or a list of values"
            )
        parameters = {
            name: replace(parameter, value=float(values.get(name, parameter.value)))
            for name, parameter in scenario.parameters.items()
        }
        changed = replace(scenario, structures=kept, parameters=parameters)
        base = parameter_values(changed, {})
        for name, variable in scenario.dynamics.states.items():
            start = (
                parameters[name].value
                if variable.initial is None
                else float(np.ravel(variable.initial.evaluate(base))[0])
            )
            low, high = variable.bounds
            if not low <= start <= high:
                raise StructureError(
                    f"{name} starts at {number(start)}, outside its bounds {number(low)} to {number(high)}"
                )
            parameters[name] = replace(parameters[name], value=start)
        changed = replace(changed, parameters=parameters)
        return cls(changed, structure, horizon or scenario.dynamics.horizon)

    @property
    def dynamics(self) -> Dynamics:
        """The scenario's dynamics."""
        assert self.scenario.dynamics is not None
        return self.scenario.dynamics

    @cached_property
    def engine(self) -> Engine:
        """Solves the stage game at many states at once."""
        return Engine(self.scenario, (self.structure,))

    @property
    def start(self) -> dict[str, float]:
        """The state in the first round."""
        return {name: self.scenario.parameters[name].value for name in self.dynamics.states}

    @cached_property
    def discount(self) -> Floats:
        """Every player's discount factor; shape (players,)."""
        base = parameter_values(self.scenario, {})
        found = np.array([float(np.ravel(self.dynamics.discount[p].evaluate(base))[0]) for p in self.scenario.players])
        if not ((found >= 0.0) & (found <= 1.0)).all():
            raise StructureError("a discount does not lie between 0 and 1 at these values")
        return found

    @cached_property
    def _classes(self) -> tuple[tuple[OutcomeState, ...], Integers]:
        deals = self.engine.deals
        ends = {"stops": STOPS, "lasts": LASTS}
        classes: dict[object, int] = {}
        kept: list[OutcomeState] = []
        of_deal = np.zeros(len(deals.outcomes), dtype=np.intp)
        for index in map(int, np.unique(deals.outcomes)):
            rule = self.scenario.outcomes[index]
            end = ends.get(self.dynamics.end.get(rule.name, ""), GOES_ON)
            formulas = {term: rule.terms[term] for term in sorted(self._terms) if term in rule.terms}
            needed = sorted({f"{owner}.{term}" for each in formulas.values() for owner, term in each.attributes})
            texts = tuple((term, formula.text) for term, formula in formulas.items())
            for place, deal in enumerate(np.flatnonzero(deals.outcomes == index)):
                menus = tuple((name, float(deals.menus[index][name][place])) for name in needed)
                key = (end,) if end != GOES_ON else (end, texts, menus)
                if key not in classes:
                    classes[key] = len(kept)
                    kept.append(OutcomeState(index, menus, end))
                of_deal[deal] = classes[key]
        return tuple(kept), of_deal

    @property
    def classes(self) -> tuple[OutcomeState, ...]:
        """What a round's deal may mean for what follows."""
        return self._classes[0]

    @property
    def class_of(self) -> Integers:
        """The class of each deal; shape (deals,)."""
        return self._classes[1]

    def after(self, kind: int, states: States, shocks: States) -> tuple[dict[str, Floats], NDArray[np.bool_]]:
        """The next states after deals of one class.

        Parameters
        ----------
        kind
            Number of the class.
        states, shocks
            Shape (m,) each.

        Returns
        -------
        states, clamped
            The next states, and where an update was clamped to a bound; shape (m,).

        Raises
        ------
        StructureError
            If an update is not finite, or leaves its bounds without leave to be clamped.
        """
        chosen = self.classes[kind]
        rule = self.scenario.outcomes[chosen.rule]
        env = parameter_values(self.scenario, states)
        known = {**env, **{name: np.asarray(value) for name, value in chosen.menus}}
        terms = {}
        for term in self._terms:
            formula = rule.terms.get(term)
            terms[term] = np.zeros(()) if formula is None else formula.evaluate(known)
        count = len(next(iter(states.values()))) if states else 0
        clamped = np.zeros(count, dtype=bool)
        found = {}
        for name, variable in self.dynamics.states.items():
            moved = np.broadcast_to(variable.update.evaluate({**env, **terms, **shocks}), (count,))
            low, high = variable.bounds
            slack = 1e-12 * (high - low)
            outside = (moved < low - slack) | (moved > high + slack)
            if not np.isfinite(moved).all() or (outside.any() and not variable.clamp):
                self._refuse(variable, rule.name, states, moved, outside | ~np.isfinite(moved))
            clamped |= outside
            found[name] = np.clip(moved, low, high)
        return found, clamped

    @cached_property
    def _terms(self) -> frozenset[str]:
        names = {name for state in self.dynamics.states.values() for name in state.update.names}
        return frozenset(names & set(self.scenario.terms))

    def over(self, states: States) -> NDArray[np.bool_]:
        """Whether play ends on reaching states; shape (m,)."""
        count = len(next(iter(states.values())))
        if self.dynamics.end_when is None:
            return np.zeros(count, dtype=bool)
        env = parameter_values(self.scenario, states)
        return np.broadcast_to(np.asarray(self.dynamics.end_when.evaluate(env), dtype=bool), (count,))

    def _refuse(
        self, variable: StateVariable, outcome: str, states: States, moved: Floats, where: NDArray[np.bool_]
    ) -> None:
        first = int(np.flatnonzero(where)[0])
        at = ", ".join(f"{name} = {number(float(values[first]))}" for name, values in states.items())
        low, high = variable.bounds
        place = self.scenario.places.get(f"dynamics.states.{variable.name}")
        line = f"{place.path or self.scenario.name}:{place.line}: " if place is not None else ""
        raise StructureError(
            f"{line}dynamics.states.{variable.name}: after the outcome {outcome!r} at {at} the update gives "
            f"{number(float(moved[first]))}, outside {number(low)} to {number(high)}. Mend the update, widen `bounds`, "
            "or declare `outside: clamp`."
        )
