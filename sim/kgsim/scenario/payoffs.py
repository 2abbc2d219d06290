"""Profiles to outcomes to payoffs: the one payoff model that every structure of play shares.

A profile holds one action per decision. The first outcome rule that matches decides its outcome, the rule's
terms say on which terms, and the utilities turn terms and parameters into payoffs. Arrays have one axis per
decision, in the order of ``scenario.decisions``; a decision that a structure fixes has an axis of length 1.

Rules are laid on from the last to the first, each over the box of profiles it matches, so that the first
one wins. A rule's terms depend only on the menus of the decisions it names; its payoffs are therefore
computed along those axes alone and broadcast over the rest of the box.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kgsim.errors import GameError
from kgsim.scenario.model import IDLE, Action, OutcomeRule, Scenario, Structure
from kgsim.scenario.names import suggestion
from kgsim.scenario.possible import Actions, may_idle, possible
from kgsim.scenario.rounding import Numbers, size
from kgsim.tolerances import merged_if_crowded

#: Payoffs, weights and fallbacks beyond this count as no number: products and sums of them must not overflow.
LARGEST = 1e50


@dataclass(frozen=True)
class PayoffTable:
    """Payoffs and outcomes of every profile of a structure, at one parameter point.

    Attributes
    ----------
    payoffs
        float64, shape (players, a1, ..., an).
    outcomes
        Integers, shape (a1, ..., an): index into ``scenario.outcomes``, or -1 where no rule matches, and where
        conditions do not let the profile come about.
    actions
        The actions along each axis.
    """

    payoffs: NDArray[np.float64]
    outcomes: NDArray[np.intp]
    actions: Actions


def payoff_table(scenario: Scenario, structure: str, values: Mapping[str, float]) -> PayoffTable:
    """Compute every profile's outcome and payoffs at one parameter point.

    Parameters
    ----------
    scenario
        A checked scenario.
    structure
        Name of one of its structures; its `only` and `fixed` restrict the axes.
    values
        Parameter values; parameters left out stay at their base values.

    Returns
    -------
    PayoffTable
        Payoffs are nan where a formula has no finite value at this point, or one beyond `LARGEST`; the caller decides
        what then. They are 0 where the profile cannot come about.

    Raises
    ------
    GameError
        If `structure` or a parameter is unknown.
    """
    chosen = structure_of(scenario, structure)
    return PayoffTable(
        payoffs=payoffs_at(scenario, structure, {name: np.array([value]) for name, value in values.items()})[0],
        outcomes=outcomes_of(scenario, chosen),
        actions=actions_of(scenario, chosen),
    )


def payoffs_at(scenario: Scenario, structure: str, points: Mapping[str, ArrayLike]) -> NDArray[np.float64]:
    """Compute every profile's payoffs at many parameter points at once.

    Parameters
    ----------
    scenario, structure
        As for `payoff_table`.
    points
        Values of parameters, each of shape (m,) or a number; parameters left out stay at their base values.

    Returns
    -------
    ndarray
        float64, shape (m, players, a1, ..., an); m is 1 if every value is a number.
    """
    return _laid_out(scenario, structure, points, utilities_at)


def sizes_at(scenario: Scenario, structure: str, points: Mapping[str, ArrayLike]) -> NDArray[np.float64]:
    """The size of the numbers that the payoffs of `payoffs_at` are computed from, which bounds their rounding."""
    return _laid_out(scenario, structure, points, utility_sizes_at)


def _laid_out(
    scenario: Scenario,
    structure: str,
    points: Mapping[str, ArrayLike],
    at: Callable[[Scenario, OutcomeRule, Numbers, Numbers], list[NDArray[np.float64]]],
) -> NDArray[np.float64]:
    """What `at` gives for each player under each rule, at the profiles that the rule decides."""
    chosen = structure_of(scenario, structure)
    actions = actions_of(scenario, chosen)
    shape = tuple(len(choices) for choices in actions)
    env = parameter_values(scenario, points)
    (count,) = np.broadcast_shapes((1,), *(value.shape for value in env.values()))
    column = (-1, *(1 for _ in shape))
    env = {name: value.reshape(column) for name, value in env.items()}
    found = np.full((count, len(scenario.players), *shape), np.nan)
    for rule in reversed(scenario.outcomes):
        box = _box(scenario, rule, actions)
        cells = np.ix_(np.arange(count), *box)
        for player, worth in enumerate(at(scenario, rule, env, _menus(scenario, rule, actions, box))):
            found[:, player][cells] = worth
    can_be = possible(scenario, chosen, actions)
    return found if can_be is None else np.where(can_be, found, 0.0)


def utilities_at(scenario: Scenario, rule: OutcomeRule, env: Numbers, menus: Numbers) -> list[NDArray[np.float64]]:
    """Every player's payoff under a rule, parameters (and quantities) and menu values given; arrays broadcast."""
    known = {**env, **terms_at(scenario, rule, env, menus)}
    return [within(scenario.utilities[name].evaluate(known)) for name in scenario.players]


def utility_sizes_at(scenario: Scenario, rule: OutcomeRule, env: Numbers, menus: Numbers) -> list[NDArray[np.float64]]:
    """The size of the numbers that each payoff of `utilities_at` is computed from."""
    sizes = quantity_sizes(scenario, env)
    values, own = term_sizes_at(scenario, rule, env, menus, sizes)
    return sizes_of_utilities(scenario, {**env, **values}, {**sizes, **own})


def quantity_sizes(scenario: Scenario, env: Numbers) -> dict[str, NDArray[np.float64]]:
    """The size of the numbers that each quantity is computed from."""
    sizes: dict[str, NDArray[np.float64]] = {}
    for name, quantity in scenario.quantities.items():
        sizes[name] = size(quantity.formula.root, env, sizes)
    return sizes


def term_sizes_at(
    scenario: Scenario, rule: OutcomeRule, env: Numbers, menus: Numbers, sizes: Numbers
) -> tuple[dict[str, NDArray[np.float64]], dict[str, NDArray[np.float64]]]:
    """Every term's value under a rule, and the size of what those that the rule sets are computed from."""
    known = {**env, **menus}
    own = {term: size(formula.root, known, sizes) for term, formula in rule.terms.items()}
    return terms_at(scenario, rule, env, menus), own


def sizes_of_utilities(scenario: Scenario, known: Numbers, sizes: Numbers) -> list[NDArray[np.float64]]:
    """The size of each player's utility, all names having values, and those that are computed themselves sizes."""
    return [size(scenario.utilities[name].root, known, sizes) for name in scenario.players]


def with_ties(payoffs: NDArray[np.float64], sizes: Callable[[], NDArray[np.float64]]) -> NDArray[np.float64]:
    """Payoffs along the first axis, those that differ by the rounding of their formulas alone made one number.

    `sizes` is asked only where payoffs are so close that it matters.
    """
    return merged_if_crowded(payoffs, lambda where: sizes()[:, where])


def within(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values, and nan for those that are not finite or beyond `LARGEST`."""
    return np.where(np.abs(values) <= LARGEST, values, np.nan)


def outcomes_of(scenario: Scenario, structure: Structure) -> NDArray[np.intp]:
    """Return the index of the rule that decides each profile; shape (a1, ..., an).

    It is -1 where none does, and where conditions do not let the profile come about.
    """
    actions = actions_of(scenario, structure)
    outcomes = np.full(tuple(len(choices) for choices in actions), -1, dtype=np.intp)
    for index in reversed(range(len(scenario.outcomes))):
        outcomes[np.ix_(*_box(scenario, scenario.outcomes[index], actions))] = index
    can_be = possible(scenario, structure, actions)
    return outcomes if can_be is None else np.where(can_be, outcomes, -1)


def outcome_of(scenario: Scenario, moves: Mapping[str, str]) -> OutcomeRule | None:
    """Return the rule that decides a profile of moves (decision to move id), or None if none matches."""
    for rule in scenario.outcomes:
        if all(moves[decision] in admitted for decision, admitted in rule.when.items()):
            return rule
    return None


def terms_of(
    scenario: Scenario, rule: OutcomeRule, actions: Mapping[str, Action], values: Mapping[str, float]
) -> dict[str, float]:
    """Return every term's value when `rule` decides a profile of actions (decision to action).

    Parameters left out of `values` stay at their base values. A term that the rule does not set is 0.
    """
    env = {name: value.reshape(()) for name, value in parameter_values(scenario, values).items()}
    menus = {
        f"{decision}.{term}": np.asarray(actions[decision].menu.get(term, 0.0))
        for decision, term in attributes_of(rule)
    }
    return {term: float(value) for term, value in terms_at(scenario, rule, env, menus).items()}


def actions_of(scenario: Scenario, structure: Structure) -> Actions:
    """Return the actions along each decision's axis, as the structure's `only` and `fixed` leave them.

    Where conditions may leave a decision nothing to do, its last action is `IDLE`.
    """
    return tuple(_actions_of(scenario, structure, name) for name in scenario.decisions)


def _actions_of(scenario: Scenario, structure: Structure, name: str) -> tuple[Action, ...]:
    if name in structure.fixed:
        return (structure.fixed[name],)
    only = structure.only.get(name)
    actions = tuple(action for action in scenario.decisions[name].actions if only is None or action.move in only)
    return (*actions, IDLE) if may_idle(scenario, structure, name) else actions


def profile_count(actions: Actions) -> int:
    """Return the number of profiles."""
    return prod(len(choices) for choices in actions)


def parameter_values(scenario: Scenario, points: Mapping[str, ArrayLike]) -> dict[str, NDArray[np.float64]]:
    """Return all parameters, quantities and types as arrays of shape (1,) or (m,), base values filled in.

    Types are among them only where `points` say which a player is of (see `type_points`): none stands for the others.

    Raises
    ------
    GameError
        If a name is not a parameter, or an array is not one-dimensional or of another length.
    """
    kinds = {name for player in scenario.types.values() for name in player}
    for name in points:
        if name not in scenario.parameters and name not in kinds:
            raise GameError(f"there is no parameter {name!r}. {suggestion(name, scenario.parameters, 'parameter')}")
    env = {
        name: np.atleast_1d(np.asarray(points.get(name, parameter.value), dtype=np.float64))
        for name, parameter in scenario.parameters.items()
    }
    env |= {name: np.atleast_1d(np.asarray(points[name], dtype=np.float64)) for name in points if name in kinds}
    lengths = {value.shape for value in env.values()} - {(1,)}
    if len(lengths) > 1 or any(len(shape) != 1 for shape in lengths):
        shapes = ", ".join(f"{name}: {value.shape}" for name, value in env.items() if value.shape != (1,))
        raise GameError(f"the values of parameters must be numbers or arrays of one length (got {shapes})")
    for name, quantity in scenario.quantities.items():
        env[name] = quantity.formula.evaluate(env, shape=(1,))
    return env


def type_points(scenario: Scenario) -> dict[tuple[str, ...], dict[str, float]]:
    """Return every combination of the players' types, with the point that sets it; the last player's types fastest.

    Without private types this is one combination, of no types.
    """
    players = list(scenario.types.values())
    return {
        chosen: {name: float(name in chosen) for kinds in players for name in kinds} for chosen in product(*players)
    }


def structure_of(scenario: Scenario, name: str) -> Structure:
    """Return a structure by name; raises GameError that suggests the nearest one if there is none."""
    try:
        return scenario.structures[name]
    except KeyError:
        hint = suggestion(name, scenario.structures, "structure")
        raise GameError(f"there is no structure {name!r}. {hint}") from None


def _box(scenario: Scenario, rule: OutcomeRule, actions: Actions) -> tuple[NDArray[np.intp], ...]:
    """Per axis, the indices of the actions that the rule admits."""
    return tuple(
        np.array(
            [i for i, action in enumerate(choices) if name not in rule.when or action.move in rule.when[name]],
            dtype=np.intp,
        )
        for name, choices in zip(scenario.decisions, actions, strict=True)
    )


def _menus(
    scenario: Scenario, rule: OutcomeRule, actions: Actions, box: tuple[NDArray[np.intp], ...]
) -> dict[str, NDArray[np.float64]]:
    """Menu values that the rule refers to, each along its decision's axis: shape (1, 1, ..., n, ..., 1)."""
    axes = {name: axis for axis, name in enumerate(scenario.decisions)}
    menus = {}
    for decision, term in attributes_of(rule):
        axis = axes[decision]
        values = np.array([actions[axis][i].menu.get(term, 0.0) for i in box[axis]])
        shape = [1] * (len(actions) + 1)
        shape[axis + 1] = -1
        menus[f"{decision}.{term}"] = values.reshape(shape)
    return menus


def attributes_of(rule: OutcomeRule) -> tuple[tuple[str, str], ...]:
    """Return the menu values that a rule refers to, as (decision, term), sorted."""
    return tuple(sorted({attribute for expression in rule.terms.values() for attribute in expression.attributes}))


def terms_at(
    scenario: Scenario,
    rule: OutcomeRule,
    env: Mapping[str, NDArray[np.float64]],
    menus: Mapping[str, NDArray[np.float64]],
) -> dict[str, NDArray[np.float64]]:
    """Return every term's value under a rule, parameters (and quantities) and menu values given; arrays broadcast."""
    known = {**env, **menus}
    zero = np.zeros(())
    return {term: rule.terms[term].evaluate(known) if term in rule.terms else zero for term in scenario.terms}
