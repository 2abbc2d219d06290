"""What is offered: the menu values of moves, as far as the outcome takes them up.

``offer(structure, US, relief)`` asks for the value of `US.relief` in the deal that is reached. Where the outcome does
not refer to it, because the offer was refused or another move was made, it is 0: nothing decides how much is offered
that will be refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kgsim.arrays import Floats, Integers
from kgsim.scenario.model import Scenario, Structure
from kgsim.scenario.names import GIVEN, OFFER
from kgsim.scenario.nodes import Name
from kgsim.scenario.payoffs import actions_of, attributes_of, outcomes_of


def offers_asked(scenario: Scenario) -> tuple[str, ...]:
    """The menu values that claims ask for, each once, as ``decision.term``."""
    calls = (call for claim in scenario.claims.values() for call in claim.calls if call.function == OFFER)
    names = ([part.name for part in call.arguments if isinstance(part, Name)] for call in calls)
    return tuple(dict.fromkeys(f"{decision}.{term}" for _, decision, term in names))


def offer_range(scenario: Scenario, offer: str) -> tuple[float, float]:
    """The least and the most that can be offered, nothing included."""
    decision, term = offer.split(".")
    values = [0.0, *(action.menu.get(term, 0.0) for action in scenario.decisions[decision].actions)]
    return min(values), max(values)


def offer_label(scenario: Scenario, offer: str) -> str:
    """An offer in words: whose it is, and the term."""
    decision, term = offer.split(".")
    return f"{scenario.players[scenario.decisions[decision].player]} offers {scenario.terms[term]}"


def offers_of_profiles(
    scenario: Scenario, structure: Structure, offers: Sequence[str], values: Mapping[str, float]
) -> Floats:
    """What each profile of actions comes to offer, parameters given; shape (offers, a1, ..., an)."""
    actions, outcomes = actions_of(scenario, structure), outcomes_of(scenario, structure)
    found = np.zeros((len(offers), *outcomes.shape))
    for row, offer in enumerate(offers):
        decision, term = offer.split(".")
        axis = list(scenario.decisions).index(decision)
        worth = np.array([_offered(offer, _owned(decision, action.menu), values) for action in actions[axis]])
        along = worth.reshape([-1 if other == axis else 1 for other in range(outcomes.ndim)])
        taken = [rule for rule, each in enumerate(scenario.outcomes) if (decision, term) in attributes_of(each)]
        found[row] = np.where(np.isin(outcomes, taken), along, 0.0)
    return found


def offers_of_deals(
    outcomes: Integers,
    menus: Mapping[int, Mapping[str, Floats]],
    offers: Sequence[str],
    points: Mapping[str, ArrayLike],
) -> Floats:
    """The same of deals (see `kgsim.scenario.deals.Deals`) at many points; shape (offers, deals, points or 1)."""
    count = np.broadcast_shapes((1,), *(np.shape(each) for each in points.values()))
    found = np.zeros((len(offers), len(outcomes), *count))
    for rule, values in menus.items():
        column = {name: value[:, None] for name, value in values.items()}
        for row, offer in enumerate(offers):
            if offer in values:
                found[row, outcomes == rule] = _offered(offer, column, points)
    return found


def _owned(decision: str, menu: Mapping[str, float]) -> dict[str, float]:
    return {f"{decision}.{term}": value for term, value in menu.items()}


def _offered(offer: str, menus: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
    """What menu values come to, those of a move whose term was made a parameter (`transforms.with_term`) included."""
    decision, term = offer.split(".")
    swept = {name: name.removesuffix(GIVEN) for name in menus if name.endswith(f".{term}{GIVEN}")}
    swept = {name: each for name, each in swept.items() if each.startswith(f"{decision}.")}
    return menus.get(offer, 0.0) + sum(menus[name] * np.asarray(values[each]) for name, each in swept.items())
