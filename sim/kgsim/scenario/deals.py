"""Deals: what profiles come down to when parameters vary.

Two profiles that fall under the same outcome rule, with the same values of the menu terms this rule refers to, have the
same payoffs whatever the parameters are. So a scenario of thousands of profiles has some hundred distinct *deals*, and
a study over many parameter points needs payoffs for these alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
from numpy.typing import ArrayLike

from kgsim.arrays import Bools, Floats, Integers
from kgsim.scenario import nodes
from kgsim.scenario.expressions import Expression
from kgsim.scenario.model import OutcomeRule, Scenario
from kgsim.scenario.payoffs import (
    actions_of,
    attributes_of,
    outcomes_of,
    parameter_values,
    quantity_sizes,
    sizes_of_utilities,
    term_sizes_at,
    type_points,
    utilities_at,
    utility_sizes_at,
    with_ties,
)
from kgsim.scenario.rounding import Numbers

#: Points up to which the terms of all rules are laid side by side first, since formulas cost more than numbers there.
TOGETHER = 16


@dataclass(frozen=True, eq=False)
class Deals:
    """The distinct deals of a scenario's structures.

    Attributes
    ----------
    outcomes
        Index into ``scenario.outcomes`` of each deal, ascending; shape (deals,). With private types a deal is one for
        each combination of types, side by side in the order of `kgsim.scenario.payoffs.type_points`.
    menus
        For each outcome rule that decides some profile, the menu values its deals set, ``"decision.term"`` to shape
        (deals of that rule,).
    labels
        Structure to the deal of each profile, combinations of types not being counted, -1 where it cannot come about;
        one axis per decision as in
        `kgsim.scenario.payoffs`.
    """

    outcomes: Integers
    menus: Mapping[int, Mapping[str, Floats]]
    labels: Mapping[str, Integers]

    def payoffs(self, scenario: Scenario, points: Mapping[str, ArrayLike]) -> Floats:
        """Every player's payoff from every deal at many parameter points.

        Parameters
        ----------
        scenario
            The scenario the deals belong to.
        points
            Values of parameters, each a number or of shape (m,); parameters left out stay at their base values.

        Returns
        -------
        ndarray
            Shape (players, deals, m), m being 1 if every value is a number; nan where a formula has no finite value,
            or one beyond `kgsim.scenario.payoffs.LARGEST`.
        """
        return self._laid_out(scenario, points, utilities_at)

    def tied(self, scenario: Scenario, points: Mapping[str, ArrayLike]) -> Floats:
        """The same, those of one player that differ by the rounding of their formulas alone being one number."""
        payoffs = self.payoffs(scenario, points).swapaxes(0, 1)
        return with_ties(payoffs, lambda: self.sizes(scenario, points).swapaxes(0, 1)).swapaxes(0, 1)

    def sizes(self, scenario: Scenario, points: Mapping[str, ArrayLike]) -> Floats:
        """The size of the numbers that the payoffs are computed from, which bounds their rounding."""
        count = np.broadcast_shapes((1,), *(np.shape(value) for value in points.values()))[0]
        if count > TOGETHER or scenario.types:
            return self._laid_out(scenario, points, utility_sizes_at)
        env = parameter_values(scenario, points)
        quantities, shape = quantity_sizes(scenario, env), (len(self.outcomes), count)
        values, sizes = ({term: np.zeros(shape) for term in scenario.terms} for _ in range(2))
        for rule, menus in self.menus.items():
            columns = {name: column[:, None] for name, column in menus.items()}
            for found, told in zip(
                (values, sizes), term_sizes_at(scenario, scenario.outcomes[rule], env, columns, quantities), strict=True
            ):
                for term, numbers in told.items():
                    found[term][self.outcomes == rule] = numbers
        of_players = sizes_of_utilities(scenario, {**env, **values}, {**quantities, **sizes})
        return np.array([np.broadcast_to(each, shape) for each in of_players])

    def _laid_out(
        self,
        scenario: Scenario,
        points: Mapping[str, ArrayLike],
        at: Callable[[Scenario, OutcomeRule, Numbers, Numbers], list[Floats]],
    ) -> Floats:
        if not scenario.types:
            return self._of_types(scenario, points, at)
        found = [self._of_types(scenario, {**points, **types}, at) for types in type_points(scenario).values()]
        return np.stack(found, axis=2).reshape(len(found[0]), -1, found[0].shape[-1])

    def _of_types(
        self,
        scenario: Scenario,
        points: Mapping[str, ArrayLike],
        at: Callable[[Scenario, OutcomeRule, Numbers, Numbers], list[Floats]],
    ) -> Floats:
        """The numbers of one combination of types."""
        env = parameter_values(scenario, points)
        (count,) = np.broadcast_shapes((1,), *(value.shape for value in env.values()))
        outcomes = self.outcomes[:: len(type_points(scenario))]
        found = np.empty((len(scenario.players), len(outcomes), count))
        for rule, menus in self.menus.items():
            columns = {name: values[:, None] for name, values in menus.items()}
            for player, worth in enumerate(at(scenario, scenario.outcomes[rule], env, columns)):
                found[player, outcomes == rule] = worth
        return found


def _without_idle(rule: OutcomeRule, keys: Floats) -> Floats:
    """Set menu values to 0 that count for nothing, since each term that holds them multiplies them by another's 0.

    An answer to an offer that nobody made is no deal of its own. Shapes (profiles, 1 + menu values).
    """
    columns = {attribute: column for column, attribute in enumerate(attributes_of(rule), start=1)}
    keys = keys.copy()
    for attribute, column in columns.items():
        counts = np.zeros(len(keys), dtype=bool)
        for expression in rule.terms.values():
            if attribute in expression.attributes:
                others = [columns[each] for each in _factors(expression) if each != attribute]
                counts |= (keys[:, others] != 0).all(axis=1)
        keys[~counts, column] = 0.0
    return keys


def _factors(expression: Expression) -> list[tuple[str, str]]:
    """The menu values that an expression multiplies, if it does nothing else."""
    node = expression.root
    if not isinstance(node, nodes.Product) or "/" in node.operators:
        return []
    fields = [(each.owner, each.field) for each in node.factors if isinstance(each, nodes.Field)]
    return fields if len(fields) == len(node.factors) else []


def deals_of(scenario: Scenario) -> Deals:
    """Find the distinct deals of all structures of a scenario."""
    width = 1 + max((len(attributes_of(rule)) for rule in scenario.outcomes), default=0)
    rows = []
    for structure in scenario.structures.values():
        actions = actions_of(scenario, structure)
        outcomes = outcomes_of(scenario, structure)
        keys = np.zeros((*outcomes.shape, width))
        keys[..., 0] = outcomes
        for index, rule in enumerate(scenario.outcomes):
            here = outcomes == index
            for column, (decision, term) in enumerate(attributes_of(rule), start=1):
                axis = list(scenario.decisions).index(decision)
                values = np.array([action.menu.get(term, 0.0) for action in actions[axis]])
                along = values.reshape([-1 if other == axis else 1 for other in range(outcomes.ndim)])
                keys[here, column] = np.broadcast_to(along, outcomes.shape)[here]
            keys[here] = _without_idle(rule, keys[here])
        rows.append(keys)
    distinct, numbers = np.unique(
        np.concatenate([keys.reshape(-1, width) for keys in rows]), axis=0, return_inverse=True
    )
    # Profiles that cannot come about, whose outcome is -1, have the lowest key of all; they end in no deal.
    none = int((distinct[:, 0] < 0).sum())
    distinct, numbers = distinct[none:], np.maximum(numbers - none, -1)
    ends = np.cumsum([keys[..., 0].size for keys in rows])[:-1]
    labels = [part.reshape(keys.shape[:-1]) for part, keys in zip(np.split(numbers.ravel(), ends), rows, strict=True)]
    outcomes = distinct[:, 0].astype(np.intp)
    menus = {
        int(rule): {
            f"{decision}.{term}": distinct[outcomes == rule, column]
            for column, (decision, term) in enumerate(attributes_of(scenario.outcomes[rule]), start=1)
        }
        for rule in np.unique(outcomes)
    }
    every = np.repeat(outcomes, len(type_points(scenario)))
    return Deals(every, menus, dict(zip(scenario.structures, labels, strict=True)))


def cells_of(scenario: Scenario, deals: Deals, played: Integers) -> Iterator[tuple[int, Integers]]:
    """Deals on listed terms one by one; those on terms from intervals cell by cell, by the deals at its corners."""
    for rule, menus in deals.menus.items():
        here = np.flatnonzero(deals.outcomes == rule)
        free = [name for name in menus if _from_interval(scenario, rule, name)]
        fixed = [name for name in menus if name not in free]
        keys = np.array([menus[name] for name in fixed]).reshape(len(fixed), len(here)).T
        for key in np.unique(keys, axis=0):
            group = np.flatnonzero((keys == key).all(axis=1) & np.isin(here, played))
            ends = [np.unique(menus[name][group]) for name in free]
            spans: list[list[tuple[float, ...]]] = [[*pairwise(values)] or [tuple(values)] for values in ends]
            if len(group):
                for cell in product(*spans):
                    inside = [np.isin(menus[name][group], values) for name, values in zip(free, cell, strict=True)]
                    yield int(rule), here[group[np.logical_and.reduce(inside or [np.ones(len(group), dtype=bool)])]]


def _from_interval(scenario: Scenario, rule: int, name: str) -> bool:
    owner, _, term = name.partition(".")
    admitted = scenario.outcomes[rule].when.get(owner, scenario.decisions[owner].moves)
    return any(term in scenario.decisions[owner].intervals.get(move, {}) for move in admitted)


def without_deal(scenario: Scenario, reached: Collection[int]) -> int:
    """Of some outcomes, the one that comes about if no rule for anything else matches."""
    last = [number for number, rule in enumerate(scenario.outcomes) if not rule.when and number in reached]
    return last[0] if last else max(reached)


def made_by(scenario: Scenario, deals: Deals, players: Collection[str]) -> Bools:
    """Which deals some players can make by themselves: nobody else has to move for them, or offers anything in them.

    Shape (deals,).
    """
    own = {name for name, decision in scenario.decisions.items() if decision.player in players}
    found = np.zeros(len(deals.outcomes), dtype=bool)
    for rule, menus in deals.menus.items():
        others = [values for name, values in menus.items() if name.partition(".")[0] not in own]
        alone = set(scenario.outcomes[rule].when) <= own
        found[deals.outcomes == rule] = (
            alone & ~np.any([values != 0.0 for values in others], axis=0) if others else alone
        )
    return found
