"""Where a payoff comes from: term by term, each number with its reason and its sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kgsim.errors import GameError
from kgsim.report.content import Block, Column, Heading, Paragraph, Table, cells
from kgsim.report.story import formula, reasons, rule_told
from kgsim.scenario.evaluation import evaluate
from kgsim.scenario.expressions import addends, references
from kgsim.scenario.model import Action, OutcomeRule, Parameter, Scenario
from kgsim.scenario.names import suggestion
from kgsim.scenario.payoffs import actions_of, outcomes_of, parameter_values
from kgsim.wording import interval, number

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
    ways: tuple[Mapping[str, Action], ...]
    addends: tuple[Addend, ...]
    terms: Mapping[str, Array]
    totals: Array
    parameters: tuple[Parameter, ...]


def explain_payoff(scenario: Scenario, player: str, outcome: str, values: Mapping[str, float]) -> PayoffExplanation:
    """Take a payoff apart at a parameter point.

    Parameters
    ----------
    values
        Parameters whose value is not the file's.

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
    utility = scenario.utilities[player]
    terms_set = {term: expression for term, expression in rule.terms.items() if term in utility.names}
    fields = {field for expression in terms_set.values() for field in expression.attributes}
    owners = [name for name in scenario.decisions if name in {owner for owner, _ in fields}]
    ways = _ways(scenario, outcomes.index(outcome), owners)
    env: dict[str, Array] = dict(parameter_values(scenario, values))
    for owner, field in fields:
        env[f"{owner}.{field}"] = np.array([way[owner].menu.get(field, 0.0) for way in ways])
    terms = {
        term: np.broadcast_to(terms_set[term].evaluate(env) if term in terms_set else 0.0, len(ways))
        for term in scenario.terms
    }
    env |= terms
    parts = []
    names: set[str] = set()
    for sign, node, text in addends(utility):
        worth = np.broadcast_to(sign * evaluate(node, env) + 0.0, len(ways))
        parts.append(Addend(_signed(sign, text), worth))
        # What multiplies a term that the outcome does not set plays no part in it.
        mentioned, _, _ = references(node)
        if worth.any() or mentioned & set(scenario.terms) <= set(rule.terms):
            names |= mentioned
    used = _parameters_behind(scenario, rule, names)
    return PayoffExplanation(
        player=player,
        outcome=rule,
        ways=ways,
        addends=tuple(parts),
        terms={term: value for term, value in terms.items() if value.any()},
        totals=np.broadcast_to(utility.evaluate(env), len(ways)),
        parameters=tuple(parameter for name, parameter in scenario.parameters.items() if name in used),
    )


def of_payoff(scenario: Scenario, told: PayoffExplanation, values: Mapping[str, float]) -> list[Block]:
    """Return the report on one payoff."""
    outcome, player = told.outcome, told.player
    title = f"What {outcome.name!r} is worth to {player} ({scenario.players[player]})"
    blocks: list[Block] = [
        Heading(title, 1),
        Paragraph(f"It comes about {rule_told(scenario, outcome)}."),
        Paragraph(f"The utility: {scenario.utilities[player].text}"),
        Heading("Term by term"),
        _sum_table(told),
    ]
    if told.terms:
        blocks += [Heading("Terms of the outcome"), _terms_table(scenario, told)]
    blocks += [Heading("Parameters and their reasons"), *reasons(scenario, told.parameters, values)]
    return blocks


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


def _parameters_behind(scenario: Scenario, rule: OutcomeRule, names: set[str]) -> set[str]:
    """Return all parameters that names rest on, through quantities and the outcome's terms."""
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
    return seen & set(scenario.parameters)


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
            formula(told.outcome.terms[term]),
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
