"""Outcome rules and utilities: which profiles lead where, on which terms, and what that is worth."""

from __future__ import annotations

from kgsim.scenario.expressions import Expression
from kgsim.scenario.model import Decision, OutcomeRule
from kgsim.scenario.names import suggestion
from kgsim.scenario.problems import Report
from kgsim.scenario.references import Declared
from kgsim.scenario.schema import OutcomeEntry, ScenarioFile
from kgsim.scenario.sections.conditions import check_moves
from kgsim.scenario.source import Key


def read_outcomes(
    file: ScenarioFile, decisions: dict[str, Decision], declared: Declared, report: Report
) -> tuple[OutcomeRule, ...]:
    """Check every rule's moves and the formulas of its terms."""
    if not declared.outcomes and report.sound("outcomes"):
        report.add(("outcomes",), "there are no outcomes", "Write at least `status quo: {otherwise: true}`.")
    rules = []
    for name, entry in file.outcomes.items():
        when = _when(name, entry, declared, report)
        terms = _terms(name, entry, when, decisions, declared, report)
        rules.append(OutcomeRule(name, entry.label or name, when, terms))
    return tuple(rules)


def _when(name: str, entry: OutcomeEntry, declared: Declared, report: Report) -> dict[str, frozenset[str]]:
    key: Key = ("outcomes", name)
    if entry.when is None and entry.otherwise is None:
        report.add(
            key, "the rule says neither `when` nor `otherwise`", ("Add `when: {DECISION: move}` or `otherwise: true`.")
        )
    if entry.when is not None and entry.otherwise is not None:
        report.add((*key, "otherwise"), "the rule says both `when` and `otherwise`", "Delete one of them.", at_key=True)
    if entry.otherwise is False:
        report.add((*key, "otherwise"), "`otherwise` can only be true", "Write `when` instead.")
    if entry.when is not None and not entry.when:
        report.add((*key, "when"), "`when` names no decision", "Name one, or write `otherwise: true`.")
    admitted = {}
    for decision, moves in (entry.when or {}).items():
        place = (*key, "when", decision)
        fault = declared.unknown_decision(decision)
        if fault is not None:
            report.add(place, *fault, at_key=True)
        elif decision in declared.decisions:
            admitted[decision] = check_moves(place, decision, moves, declared, report)
    return admitted


def _terms(
    name: str,
    entry: OutcomeEntry,
    when: dict[str, frozenset[str]],
    decisions: dict[str, Decision],
    declared: Declared,
    report: Report,
) -> dict[str, Expression]:
    terms = {}
    known = {"parameter": declared.parameters, "quantity": declared.quantities}
    if declared.types:
        known["type"] = declared.types
    refused = declared.elsewhere(terms_allowed=False)
    for term, value in entry.terms.items():
        key: Key = ("outcomes", name, "terms", term)
        if term not in declared.terms:
            report.add(key, f"there is no term named {term!r}", suggestion(term, declared.terms, "term"), at_key=True)
        formula = report.formula(key, value, known, refused=refused, attributes=True)
        if formula is not None:
            _check_menu_values(key, formula, when, decisions, declared, report)
            terms[term] = formula
    return terms


def _check_menu_values(
    key: Key,
    formula: Expression,
    when: dict[str, frozenset[str]],
    decisions: dict[str, Decision],
    declared: Declared,
    report: Report,
) -> None:
    """A dotted name needs a decision whose admitted moves carry that term on their menus."""
    for owner, term in sorted(formula.attributes):
        offset = formula.text.find(owner)
        fault = declared.unknown_decision(owner)
        if fault is not None:
            report.add(key, f"{owner}.{term}: {fault[0]}", fault[1], offset=offset)
        elif term not in declared.terms:
            report.add(
                key,
                f"{owner}.{term}: there is no term named {term!r}",
                suggestion(term, declared.terms, "term"),
                offset=offset,
            )
        elif owner in decisions and report.sound("moves"):
            carriers = {action.move for action in decisions[owner].actions if term in action.menu}
            if carriers.isdisjoint(when.get(owner, carriers)):
                where = f"those of {', '.join(sorted(carriers))} do" if carriers else "no move's menu does"
                report.add(
                    key,
                    f"{owner}.{term}: no move of {owner} that this rule admits has {term!r} on its menu; {where}",
                    f"Add `menu: {{{term}: [...]}}` to the move, or change `when`.",
                    offset=offset,
                )


def read_utilities(file: ScenarioFile, declared: Declared, report: Report) -> dict[str, Expression]:
    """Check that every player has one payoff formula, over parameters, quantities and terms."""
    utilities = {}
    known = {"parameter": declared.parameters, "quantity": declared.quantities, "term": declared.terms}
    if declared.types:
        known["type"] = declared.types
    refused = declared.elsewhere(terms_allowed=True)
    for player, value in file.utilities.items():
        key: Key = ("utilities", player)
        if player not in declared.players and report.sound("players"):
            hint = suggestion(player, declared.players, "player")
            report.add(key, f"there is no player named {player!r}", hint, at_key=True)
        formula = report.formula(key, value, known, refused=refused)
        if formula is not None and formula.truth:
            report.add(key, "a payoff must be a number, and this is true or false", "Write `1 if ... else 0`.")
        elif formula is not None:
            utilities[player] = formula
    given = report.source.data.get("utilities")
    for player in declared.players:
        if isinstance(given, dict) and player not in given:
            report.add(
                ("utilities", player), f"player {player!r} has no utility", f"Add `{player}: ...` to `utilities`."
            )
    return {player: utilities[player] for player in declared.players if player in utilities}
