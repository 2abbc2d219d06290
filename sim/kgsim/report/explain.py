"""Where a payoff comes from: term by term, each number with its reason and its sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from kgsim.errors import GameError
from kgsim.report.content import Block, Column, Heading, Paragraph, Table, cells
from kgsim.report.story import named, reasons, rule_told
from kgsim.scenario.evaluation import evaluate
from kgsim.scenario.expressions import addends, formula_text, references
from kgsim.scenario.model import Action, OutcomeRule, Parameter, PlayerType, Scenario
from kgsim.scenario.names import suggestion
from kgsim.scenario.payoffs import actions_of, outcomes_of, parameter_values
from kgsim.wording import interval, listed, number

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Addend:
    """One term of a utility's outermost sum, with its sign.

    Attributes
    ----------
    values
        Per way of reaching the outcome; shape (ways,).
    """

    text: str
    values: Array


@dataclass(frozen=True)
class PayoffExplanation:
    """A player's payoff of an outcome, taken apart.

    Attributes
    ----------
    types
        Informed player to its type, for the players whose types the payoff depends on.
    ways
        The different choices of menus by which profiles reach the outcome, as decision to action; only decisions whose
        menus the outcome's terms refer to.
    addends
        Their values add up to `totals`.
    terms
        Every term that the utility uses and that is not 0 throughout, per way; shape (ways,).
    totals
        The payoff per way; shape (ways,).
    parameters
        Every parameter that the payoff rests on, in the scenario's order; not those of terms that the outcome leaves
        at 0.
    """

    player: str
    outcome: OutcomeRule
    types: Mapping[str, PlayerType]
    ways: tuple[Mapping[str, Action], ...]
    addends: tuple[Addend, ...]
    terms: Mapping[str, Array]
    totals: Array
    parameters: tuple[Parameter, ...]


def explain_payoff(
    scenario: Scenario, player: str, outcome: str, values: Mapping[str, float]
) -> tuple[PayoffExplanation, ...]:
    """Take a payoff apart at a parameter point.

    Parameters
    ----------
    values
        Parameters whose value is not the file's.

    Returns
    -------
    tuple of PayoffExplanation
        One for every combination of the private types that the payoff depends on; a single one without such types.

    Raises
    ------
    GameError
        If there is no such player or outcome.
    """
    if player not in scenario.players:
        raise GameError(f"there is no player {player!r}. {suggestion(player, scenario.players, 'player')}")
    outcomes = [rule.name for rule in scenario.outcomes]
    if outcome not in outcomes:
        raise GameError(f"there is no outcome {outcome!r}. {suggestion(outcome, outcomes, 'outcome')}")
    rule = scenario.outcomes[outcomes.index(outcome)]
    depends = _behind(scenario, rule, scenario.utilities[player].names)
    informed = [name for name, kinds in scenario.types.items() if not depends.isdisjoint(kinds)]
    return tuple(
        _explained(scenario, player, rule, values, dict(zip(informed, chosen, strict=True)))
        for chosen in product(*(scenario.types[name].values() for name in informed))
    )


def _explained(
    scenario: Scenario, player: str, rule: OutcomeRule, values: Mapping[str, float], types: Mapping[str, PlayerType]
) -> PayoffExplanation:
    utility = scenario.utilities[player]
    terms_set = {term: expression for term, expression in rule.terms.items() if term in utility.names}
    fields = {field for expression in terms_set.values() for field in expression.attributes}
    owners = [name for name in scenario.decisions if name in {owner for owner, _ in fields}]
    ways = _ways(scenario, scenario.outcomes.index(rule), owners)
    kinds = {name: float(kind in types.values()) for each in types for name, kind in scenario.types[each].items()}
    env: dict[str, Array] = parameter_values(scenario, {**values, **kinds})
    for owner, field in fields:
        env[f"{owner}.{field}"] = np.array([way[owner].menu.get(field, 0.0) for way in ways])
    shape = (len(ways),)
    terms = {
        term: terms_set[term].evaluate(env, shape=shape) if term in terms_set else np.zeros(shape)
        for term in scenario.terms
    }
    env |= terms
    parts = []
    names: set[str] = set()
    for sign, node, text in addends(utility):
        worth = sign * evaluate(node, env, shape=shape) + 0.0
        parts.append(Addend(_signed(sign, text), worth))
        # What multiplies a term that the outcome does not set plays no part in it.
        mentioned, _, _ = references(node)
        if worth.any() or mentioned & set(scenario.terms) <= set(rule.terms):
            names |= mentioned
    used = _behind(scenario, rule, names)
    return PayoffExplanation(
        player=player,
        outcome=rule,
        types=types,
        ways=ways,
        addends=tuple(parts),
        terms={term: value for term, value in terms.items() if value.any()},
        totals=utility.evaluate(env, shape=shape),
        parameters=tuple(parameter for name, parameter in scenario.parameters.items() if name in used),
    )


def of_payoff(scenario: Scenario, explained: Sequence[PayoffExplanation], values: Mapping[str, float]) -> list[Block]:
    """Return the report on one payoff, type by type where it depends on types."""
    outcome, player = explained[0].outcome, explained[0].player
    blocks: list[Block] = [
        Heading(f"What {outcome.name!r} is worth to {named(player, scenario.players[player])}", 1),
        Paragraph(f"It comes about {rule_told(scenario, outcome)}."),
        Paragraph(f"The utility: {scenario.utilities[player].text}"),
    ]
    for told in explained:
        case = f", if {_types_told(scenario, told.types, values)}" if told.types else ""
        blocks += [Heading(f"Term by term{case}"), _sum_table(told)]
        if told.terms:
            blocks += [Heading(f"Terms of the outcome{case}"), _terms_table(scenario, told)]
    behind = {parameter.name for told in explained for parameter in told.parameters}
    for told in explained:
        behind |= _behind(scenario, outcome, {name for kind in told.types.values() for name in kind.prior.names})
    used = [parameter for name, parameter in scenario.parameters.items() if name in behind]
    return [*blocks, Heading("Parameters and their reasons"), *reasons(scenario, used, values)]


def _types_told(scenario: Scenario, types: Mapping[str, PlayerType], values: Mapping[str, float]) -> str:
    """Return types with the chance of each, such as ``US is hawk (prior 0.4)``."""
    env = parameter_values(scenario, values)
    return listed(f"{player} is {kind.name} (prior {number(kind.prior.number(env))})" for player, kind in types.items())


def _ways(scenario: Scenario, index: int, owners: list[str]) -> tuple[Mapping[str, Action], ...]:
    """Return the distinct actions of `owners` among all profiles, of all structures, that lead to the outcome."""
    axes = [list(scenario.decisions).index(owner) for owner in owners]
    found: dict[tuple[str, ...], Mapping[str, Action]] = {}
    for structure in scenario.structures.values():
        actions = actions_of(scenario, structure)
        reached = np.argwhere(outcomes_of(scenario, structure) == index)
        for row in np.unique(reached[:, axes], axis=0) if len(reached) else ():
            way = {owner: actions[axis][place] for owner, axis, place in zip(owners, axes, row, strict=True)}
            found.setdefault(tuple(action.name for action in way.values()), way)
    return tuple(found.values())


def _behind(scenario: Scenario, rule: OutcomeRule, names: Iterable[str]) -> set[str]:
    """Return all parameters and types that names rest on, through quantities and the outcome's terms."""
    seen: set[str] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in scenario.quantities:
            pending.extend(scenario.quantities[name].formula.names)
        if name in rule.terms:
            pending.extend(rule.terms[name].names)
    return seen


def _sum_table(told: PayoffExplanation) -> Table:
    if np.ptp(told.totals) == 0 and all(np.ptp(addend.values) == 0 for addend in told.addends):
        lines = [cells(addend.text, number(addend.values[0])) for addend in told.addends]
        return Table((Column("term"), Column("points", "right")), (*lines, cells("= payoff", number(told.totals[0]))))
    worst, best = int(np.argmin(told.totals)), int(np.argmax(told.totals))
    columns = (
        Column("term"),
        Column("at its worst", "right"),
        Column("at its best", "right"),
        Column("over all", "right"),
    )
    rows = tuple(
        cells(text, number(values[worst]), number(values[best]), _span(values))
        for text, values in [*((addend.text, addend.values) for addend in told.addends), ("= payoff", told.totals)]
    )
    note = f"Worst for {told.player}: {_way(told.ways[worst])}. Best: {_way(told.ways[best])}."
    return Table(columns, rows, note)


def _terms_table(scenario: Scenario, told: PayoffExplanation) -> Table:
    rows = tuple(
        cells(
            term,
            scenario.terms[term],
            formula_text(told.outcome.terms[term]),
            _span(values),
        )
        for term, values in told.terms.items()
    )
    return Table((Column("term"), Column("meaning"), Column("set to"), Column("value", "right")), rows)


def _signed(sign: int, text: str) -> str:
    """Return a term with its sign; one that begins with a minus of its own shows that where it can."""
    if text.startswith("-"):
        return f"- {text[1:].lstrip()}" if sign > 0 else f"- ({text})"
    return f"{'+' if sign > 0 else '-'} {text}"


def _span(values: Array) -> str:
    return interval((float(values.min()), float(values.max())))


def _way(way: Mapping[str, Action]) -> str:
    return ", ".join(f"{decision} {action.name}" for decision, action in way.items())
