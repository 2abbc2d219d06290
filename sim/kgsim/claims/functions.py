"""What each function of a claim is worth: over all equilibria of its structure, or at one of them.

`value`, `offer`, `prob` and `reached` depend on which equilibrium is played; the others on the parameters alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np

from kgsim.arrays import Floats
from kgsim.automata.check import repeated
from kgsim.automata.critical import sustained
from kgsim.automata.joint import joint, numbers
from kgsim.claims.equilibria import Bounds, Equilibria
from kgsim.claims.lenses import Lens
from kgsim.claims.truth import Known
from kgsim.scenario.evaluation import evaluate
from kgsim.scenario.model import Claim, Scenario
from kgsim.scenario.nodes import Call, Name, Node, Not, Text
from kgsim.scenario.on_the_table import offers_asked
from kgsim.solvers.graph.stability import Concept

#: Points of its declared range at which `rises` and `falls` look at a quantity.
GRID = 201

#: Functions of which equilibrium is played, and which of their arguments names the structure.
OF_PLAY = {"value": 1, "offer": 0, "prob": 0, "reached": 0}


def structure_of_call(call: Call) -> str:
    """The structure that a function of play speaks of."""
    return name_of(call.arguments[OF_PLAY[call.function]])


def structures_of(claim: Claim) -> tuple[str, ...]:
    """The structures a claim speaks of, in order of first mention."""
    return tuple(dict.fromkeys(structure_of_call(call) for call in claim.calls if call.function in OF_PLAY))


def name_of(node: Node) -> str:
    """The name that an argument of a claim's function stands for."""
    match node:
        case Name(name) | Text(name) | Not(Name(name)) | Not(Text(name)):
            return name
    raise TypeError(f"not a name: {node}")  # the loader has checked the arguments


@dataclass(frozen=True, eq=False)
class Setting:
    """The points at which claims are judged.

    Attributes
    ----------
    scenario
        The scenario.
    count
        How many points there are.
    points
        Parameter to values, shape (count,), of those that differ from the file's.
    environment
        Every name of an expression to its values, shape (count,) or (1,).
    lens
        The scenario as other lenses look at it.
    span
        Outcome to everybody's least and largest payoff over all profiles that lead to it, shape (players, count) each;
        None for an outcome that no profile leads to.
    """

    scenario: Scenario
    count: int
    points: Mapping[str, Floats]
    environment: Mapping[str, Floats]
    lens: Lens
    span: Callable[[str], Bounds | None]

    def player(self, name: str) -> int:
        """The number of a player."""
        return list(self.scenario.players).index(name)

    def offer(self, call: Call) -> int:
        """The number of an offer: they come after the players."""
        _, decision, term = map(name_of, call.arguments)
        return len(self.scenario.players) + self._offers.index(f"{decision}.{term}")

    @cached_property
    def _offers(self) -> tuple[str, ...]:
        return offers_asked(self.scenario)

    def outcome(self, name: str) -> int:
        """The number of an outcome."""
        return [rule.name for rule in self.scenario.outcomes].index(name)

    def quantity(self, call: Call) -> int:
        """Where a function of play looks in the row of an equilibrium: payoffs, offers, then every outcome's chance."""
        match call.function:
            case "value":
                return self.player(name_of(call.arguments[0]))
            case "offer":
                return self.offer(call)
        return len(self.scenario.players) + len(self._offers) + self.outcome(name_of(call.arguments[1]))


def over_all(call: Call, at: Setting, solved: Mapping[str, Equilibria]) -> Known:
    """Bounds of a call over all equilibria that are not ruled out; shape (points,)."""
    match call.function:
        case "value" | "offer":
            return Known.between(*solved[structure_of_call(call)].payoff(at.quantity(call)))
        case "prob" | "reached":
            low, high = solved[structure_of_call(call)].chance(at.outcome(name_of(call.arguments[1])))
            if call.function == "reached":
                low, high = (low > 0.0).astype(np.float64), (high > 0.0).astype(np.float64)
            return Known.between(low, high)
        case "worst" | "best":
            return Known.exactly(_extreme(call, at))
        case "rises" | "falls":
            return Known.exactly(_monotone(call, at))
        case "sustained" | "critical_discount":
            return Known.exactly(_repeated(call, at))
        case "stable" | "zopa" | "qre":
            return _through_lens(call, at)
    raise TypeError(f"unknown function {call.function}")


def _through_lens(call: Call, at: Setting) -> Known:
    """What another lens says."""
    scenario = at.scenario
    if call.function == "qre":
        sharp = np.atleast_1d(evaluate(call.arguments[2], at.environment))
        structure, outcome = map(name_of, call.arguments[:2])
        return at.lens.noisy(structure, at.outcome(outcome), sharp, at.points, at.count)
    names = [name_of(node) for node in call.arguments]
    if call.function == "zopa":
        structure = "" if names[-1] in scenario.players else names.pop()
        return at.lens.zopa([at.player(name) for name in names], structure, at.points, at.count)
    concept, outcome, *given = names
    structure = given[0] if given else next(iter(scenario.structures))
    return at.lens.stable(cast(Concept, concept), at.outcome(outcome), structure, at.points, at.count)


def in_play(call: Call, at: Setting, ends: Floats) -> tuple[Floats, Floats]:
    """Bounds of a function of play over the mixtures of some equilibria.

    Shape (..., ends, quantities) to (...); equal for a single end.
    """
    found = ends[..., at.quantity(call)]
    if call.function == "reached":
        found = (found > 0.0).astype(np.float64)
    return found.min(axis=-1), found.max(axis=-1)


def _extreme(call: Call, at: Setting) -> Floats:
    """The worst or best payoff over the outcomes listed, or over all but those after ``not``."""
    listed = [name_of(node) for node in call.arguments[1:] if not isinstance(node, Not)]
    excluded = {name_of(node) for node in call.arguments[1:] if isinstance(node, Not)}
    names = listed or [rule.name for rule in at.scenario.outcomes]
    spans = [span for name in names if name not in excluded and (span := at.span(name)) is not None]
    player = at.player(name_of(call.arguments[0]))
    if not spans:
        return np.full(at.count, np.nan)
    if call.function == "worst":
        return np.asarray(np.min([low[player] for low, _ in spans], axis=0))
    return np.asarray(np.max([high[player] for _, high in spans], axis=0))


def _monotone(call: Call, at: Setting) -> Floats:
    """Whether an expression strictly rises (falls) in a parameter over its declared range, others at their values."""
    parameter = name_of(call.arguments[1])
    environment = {name: np.asarray(value)[..., None] for name, value in at.environment.items()}
    environment[parameter] = np.linspace(*at.scenario.parameters[parameter].range, GRID)[None]
    for name, other in at.scenario.quantities.items():
        environment[name] = other.formula.evaluate(environment)
    steps = np.diff(evaluate(call.arguments[0], environment, shape=(1, GRID)), axis=1)
    holds = (steps > 0.0 if call.function == "rises" else steps < 0.0).all(axis=1)
    return np.broadcast_to(holds, (at.count,)).astype(np.float64)


def _repeated(call: Call, at: Setting) -> Floats:
    """Whether a profile of a repeated game is an equilibrium, or from which discount factor on."""
    game, profile = map(name_of, call.arguments)
    if call.function == "sustained":
        run = joint(at.scenario, at.scenario.repeated[game], profile)
        found = sustained(at.scenario, run, numbers(at.scenario, run, at.points))
        return np.broadcast_to(found, (at.count,)).astype(np.float64)
    rows = [{name: float(values[row]) for name, values in at.points.items()} for row in range(at.count)]
    return np.array([repeated(at.scenario, game, profile, **row)[profile].critical for row in rows])
