"""A scenario told: who plays, what they can do, what it is worth to them, and why each number is what it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from kgsim.games.objectives import RULES
from kgsim.report.content import Block, Bullets, Column, Heading, Paragraph, Table, cells
from kgsim.report.story_rounds import later_rounds
from kgsim.scenario.expressions import Expression, formula_text
from kgsim.scenario.model import Bloc, Condition, Decision, Evidence, OutcomeRule, Parameter, Scenario, Structure
from kgsim.wording import interval, listed, number, sentence

COMPARABLE = "Points are each player's own; they are never compared between players."


def of_scenario(scenario: Scenario, values: Mapping[str, float] | None = None) -> list[Block]:
    """Return the report on a scenario, with `values` in place of the file's."""
    blocks: list[Block] = [Heading(scenario.title, 1)]
    if scenario.question:
        blocks.append(Paragraph(scenario.question))
    if scenario.date:
        blocks.append(Paragraph(f"The situation as of {scenario.date}."))
    blocks += [Heading("Players and their moves"), *_players(scenario)]
    blocks += [Heading("Outcomes"), Paragraph("The first rule that matches decides."), _outcomes(scenario)]
    blocks += [Heading("What outcomes are worth"), Paragraph(COMPARABLE), _utilities(scenario)]
    if scenario.terms:
        meanings = tuple(cells(term, label) for term, label in scenario.terms.items())
        blocks.append(Table((Column("term"), Column("meaning")), meanings, "A term is 0 unless the outcome sets it."))
    if scenario.quantities:
        blocks += [Heading("Quantities"), _quantities(scenario)]
    blocks += [Heading("Structures of play"), _structures(scenario)]
    if scenario.chance:
        blocks += [Heading("Chance"), _chance(scenario)]
    if scenario.types:
        blocks += [Heading("Private types"), _types(scenario)]
    if scenario.claims:
        blocks += [Heading("Claims"), _claims(scenario)]
    blocks += later_rounds(scenario)
    blocks += [Heading("Parameters and their reasons"), *reasons(scenario, scenario.parameters.values(), values or {})]
    return blocks


def reasons(scenario: Scenario, parameters: Iterable[Parameter], values: Mapping[str, float]) -> list[Block]:
    """Return parameters as a table, each one's reason, and the evidence that the reasons cite."""
    chosen = tuple(parameters)
    if not chosen:
        return [Paragraph("No parameter plays a part.")]
    columns = (
        Column("parameter"),
        Column("meaning"),
        Column("value", "right"),
        Column("range", "right"),
        Column("unit"),
        Column("certainty"),
        Column("evidence"),
    )
    rows = tuple(
        cells(
            each.name,
            each.label,
            _value(each, values),
            interval(each.range),
            each.unit or "-",
            each.certainty,
            ", ".join(each.evidence) or "-",
        )
        for each in chosen
    )
    blocks: list[Block] = [
        Table(columns, rows),
        Bullets(tuple(f"{each.name}: {each.because}" for each in chosen)),
    ]
    cited = dict.fromkeys(id for each in chosen for id in each.evidence)
    if cited:
        blocks += [Heading("Evidence"), Bullets(tuple(_source(scenario.evidence[id]) for id in cited))]
    return blocks


def rule_told(scenario: Scenario, rule: OutcomeRule) -> str:
    """Return when an outcome comes about, as prose."""
    if not rule.when:
        return "whenever no earlier rule matches"
    return f"when {_done(scenario, rule.when)}"


def _done(scenario: Scenario, way: Mapping[str, Collection[str]]) -> str:
    """What some decisions came to, such as ``P plays offer and weather comes out as fair``."""
    return listed(
        f"{decision} {'comes out as' if decision in scenario.chance else 'plays'} "
        + listed(in_order(scenario, decision, moves), "or")
        for decision, moves in way.items()
    )


def _conditions(scenario: Scenario, condition: Condition) -> str:
    return listed((_done(scenario, way) for way in condition), "or if")


def in_order(scenario: Scenario, decision: str, moves: Collection[str]) -> list[str]:
    """Return moves in the order of the file."""
    return [move for move in scenario.decisions[decision].moves if move in moves]


def play_told(structure: Structure) -> str:
    """Return a structure's order of play, such as ``US and ROK at once, then DPRK``."""
    return ", then ".join(
        listed("+".join(mover) for mover in stage) + (" at once" if len(stage) > 1 else "") for stage in structure.play
    )


def _players(scenario: Scenario) -> Iterator[Block]:
    rows = tuple(
        cells(_who(scenario, decision), move, label, _menu(scenario, decision, move))
        for decision in scenario.decisions.values()
        if decision.name not in scenario.chance
        for move, label in decision.moves.items()
    )
    yield Table((Column("player"), Column("move"), Column("meaning"), Column("menu")), rows)


def _who(scenario: Scenario, decision: Decision) -> str:
    return named(decision.name, scenario.players[decision.player])


def named(name: str, label: str) -> str:
    """Return a name with its label, such as ``US (United States)``; once where both are the same."""
    return f"{name} ({label})" if name != label else label


def _menu(scenario: Scenario, decision: Decision, move: str) -> str:
    actions = [action for action in decision.actions if action.move == move]
    terms = {term: dict.fromkeys(number(action.menu[term]) for action in actions) for term in actions[0].menu}
    ends = decision.intervals.get(move, {})
    parts = [f"{term} {(' to ' if term in ends else ', ').join(choices)}" for term, choices in terms.items()]
    if move in decision.conditions:
        parts.append(f"only if {_conditions(scenario, decision.conditions[move])}")
    return "; ".join(parts) or "-"


def _outcomes(scenario: Scenario) -> Bullets:
    items = []
    for rule in scenario.outcomes:
        terms = ", ".join(f"{term}={formula_text(expression)}" for term, expression in rule.terms.items())
        label = "" if rule.label == rule.name else f" ({rule.label})"
        items.append(f"{rule.name}{label}: {rule_told(scenario, rule)}. Sets {terms or 'nothing'}.")
    return Bullets(tuple(items))


def _utilities(scenario: Scenario) -> Bullets:
    return Bullets(tuple(f"{player}: {expression.text}" for player, expression in scenario.utilities.items()))


def _quantities(scenario: Scenario) -> Table:
    rows = tuple(cells(each.name, each.label, each.formula.text) for each in scenario.quantities.values())
    return Table((Column("quantity"), Column("meaning"), Column("formula")), rows)


def _types(scenario: Scenario) -> Table:
    rows = tuple(
        cells(player, kind.name, kind.label, formula_text(kind.prior))
        for player, kinds in scenario.types.items()
        for kind in kinds.values()
    )
    columns = (Column("player"), Column("type"), Column("meaning"), Column("prior probability"))
    return Table(columns, rows, "Only the player knows its type. In formulas a type is 1 for that type and else 0.")


def _chance(scenario: Scenario) -> Table:
    rows = tuple(
        cells(event, name, scenario.decisions[event].moves[name], formula_text(probability))
        for event, happenings in scenario.chance.items()
        for name, probability in happenings.items()
    )
    return Table((Column("event"), Column("what may happen"), Column("meaning"), Column("probability")), rows)


def _structures(scenario: Scenario) -> Bullets:
    items = []
    for structure in scenario.structures.values():
        label = "" if structure.label == structure.name else f"{sentence(structure.label)} "
        details = "; ".join(["", *_terms_of_play(scenario, structure)])
        items.append(f"{structure.name}: {label}Play: {play_told(structure)}{details}.")
    return Bullets(tuple(items))


def _terms_of_play(scenario: Scenario, structure: Structure) -> list[str]:
    parts = [_bloc(bloc) for bloc in structure.blocs.values()]
    parts += [f"{name} only moves if {_conditions(scenario, each)}" for name, each in structure.conditions.items()]
    parts += [f"{name} only {', '.join(in_order(scenario, name, moves))}" for name, moves in structure.only.items()]
    return [*parts, *(f"{name} fixed at {action.name}" for name, action in structure.fixed.items())]


def _bloc(bloc: Bloc) -> str:
    text = f"{bloc.name} decides by {RULES[bloc.rule].title}"
    if bloc.weights:
        text += f" with weights {_shares(bloc.weights)}"
    if isinstance(bloc.disagreement, str):
        text += f", failing which {bloc.disagreement} is played"
    elif bloc.disagreement:
        text += f", failing which {_shares(bloc.disagreement)}"
    return text


def _shares(expressions: Mapping[str, Expression]) -> str:
    return ", ".join(f"{player} {formula_text(expression)}" for player, expression in expressions.items())


def _claims(scenario: Scenario) -> Bullets:
    return Bullets(
        tuple(
            " ".join(
                part
                for part in (
                    f"{claim.name} ({claim.kind}): {sentence(claim.says)} Holds if {claim.holds.text}.",
                    f"Judged where {claim.given.text}." if claim.given is not None else "",
                    sentence(claim.because) if claim.because else "",
                )
                if part
            )
            for claim in scenario.claims.values()
        )
    )


def _value(parameter: Parameter, values: Mapping[str, float]) -> str:
    value = values.get(parameter.name, parameter.value)
    if value == parameter.value:
        return number(value)
    return f"{number(value)} (file: {number(parameter.value)})"


def _source(entry: Evidence) -> str:
    date = f" ({entry.date})" if entry.date else ""
    link = f" {entry.url}" if entry.url else ""
    return f"{entry.id}: {entry.fact} Source: {entry.source}{date}, certainty {entry.certainty}.{link}"
