"""The levers section: what each player can do about it before play begins."""

from __future__ import annotations

from collections.abc import Mapping

from kgsim.scenario.diagnostics import REMEDY, fault_at
from kgsim.scenario.expressions import Expression
from kgsim.scenario.levers import Lever
from kgsim.scenario.model import Evidence
from kgsim.scenario.names import fault_of_name, suggestion
from kgsim.scenario.problems import Report
from kgsim.scenario.references import Declared
from kgsim.scenario.schema import LeverEntry, ScenarioFile
from kgsim.scenario.sections.conditions import check_moves
from kgsim.scenario.sections.parameters import check_evidence
from kgsim.scenario.source import Key

Base = Mapping[str, float]


def read_levers(
    file: ScenarioFile, base: Base, declared: Declared, evidence: dict[str, Evidence] | None, report: Report
) -> dict[str, dict[str, Lever]]:
    """Check players, parameters, moves and formulas; `base` holds the values of the parameters at the base point."""
    levers: dict[str, dict[str, Lever]] = {}
    for player, entries in file.levers.items():
        if player not in declared.players:
            hint = suggestion(player, declared.players, "player")
            report.add(("levers", player), f"there is no player named {player!r}", hint, at_key=True)
            continue
        levers[player] = {}
        for name, entry in entries.items():
            key: Key = ("levers", player, name)
            fault = fault_of_name(name) or ("a parameter is called so" if name in declared.parameters else None)
            if fault is not None:
                report.add(key, f"{name!r} cannot name a lever: {fault}", "Rename it.", at_key=True)
            if not (entry.set_ or entry.commit or entry.rule_out):
                report.add(key, "the lever moves nothing", "Add `set`, `commit` or `rule_out`, or delete it.")
            check_evidence(key, entry.evidence, evidence, report)
            values, moves = _values(key, entry, base, declared, report), _moves(key, player, entry, declared, report)
            levers[player][name] = Lever(name, entry.label, values, moves, entry.because, tuple(entry.evidence))
    return levers


def _values(key: Key, entry: LeverEntry, base: Base, declared: Declared, report: Report) -> dict[str, Expression]:
    found = {}
    for parameter, value in entry.set_.items():
        place: Key = (*key, "set", parameter)
        if parameter not in declared.parameters:
            hint = suggestion(parameter, declared.parameters, "parameter")
            report.add(place, f"there is no parameter named {parameter!r}", hint, at_key=True)
        refused = declared.elsewhere(terms_allowed=False) | dict.fromkeys(declared.quantities, "is a quantity")
        formula = report.formula(place, value, {"parameter": declared.parameters}, refused=refused)
        if formula is None:
            continue
        if formula.text == parameter:
            report.add(place, f"{parameter} stays as it is", f"Say what it becomes, such as `2*{parameter}`.")
        if formula.names <= base.keys() and (fault := fault_at(formula, base)) is not None:
            report.add(place, f"at the base values, {fault}", REMEDY)
        found[parameter] = formula
    return found


def _moves(key: Key, player: str, entry: LeverEntry, declared: Declared, report: Report) -> dict[str, frozenset[str]]:
    left: dict[str, frozenset[str]] = {}
    for word, stated in (("commit", entry.commit), ("rule_out", entry.rule_out)):
        for decision, moves in stated.items():
            place: Key = (*key, word, decision)
            fault = declared.unknown_decision(decision)
            if fault is not None:
                report.add(place, *fault, at_key=True)
            elif declared.owners[decision] != player:
                own = [name for name, owner in declared.owners.items() if owner == player]
                message = f"{decision!r} is no decision of {player}"
                report.add(place, message, suggestion(decision, own, "decision"), at_key=True)
            elif decision in left:
                report.add(place, f"{decision} is committed already", "Commit it or rule moves out.", at_key=True)
            else:
                named = check_moves(place, decision, moves, declared, report)
                every = frozenset(declared.moves.get(decision, ()))
                left[decision] = named if word == "commit" else every - named
                if not left[decision]:
                    report.add(place, f"no move of {decision} is left", "Leave it one.")
    return left
