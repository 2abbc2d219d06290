"""Chance events: what may happen, with probabilities that sum to one."""

from __future__ import annotations

from kgsim.scenario.diagnostics import REMEDY, fault_at
from kgsim.scenario.expressions import Expression
from kgsim.scenario.problems import Report
from kgsim.scenario.references import Declared
from kgsim.scenario.schema import ChanceEntry, ScenarioFile
from kgsim.scenario.source import Key
from kgsim.tolerances import SUM_TO_ONE


def read_chance(
    file: ScenarioFile, base: dict[str, float], declared: Declared, report: Report
) -> dict[str, dict[str, Expression]]:
    """Check every event's probabilities and their sum at the base values (`base` is empty if those are not sound)."""
    chance: dict[str, dict[str, Expression]] = {}
    known = {"parameter": declared.parameters, "quantity": declared.quantities}
    refused = declared.elsewhere(terms_allowed=False)
    for event, entries in file.chance.items():
        key: Key = ("chance", event)
        if len(entries) < 2:
            told = f"one thing alone may happen at {event}, so it is no chance event"
            report.add(key, told, "Add another.", at_key=True)
        chance[event] = {}
        for name, entry in entries.items():
            place: Key = (*key, name)
            if isinstance(entry, ChanceEntry):
                place, entry = (*place, "probability"), entry.probability
            formula = report.formula(place, entry, known, refused=refused)
            if formula is not None:
                chance[event][name] = formula
        if base and len(chance[event]) == len(entries) > 1:
            check_probabilities(key, "probability", chance[event], base, report)
    return chance


def check_probabilities(
    key: Key, noun: str, formulas: dict[str, Expression], base: dict[str, float], report: Report
) -> None:
    """Report numbers that are no probabilities at the base values, or do not sum to one there."""
    total = 0.0
    for name, formula in formulas.items():
        fault = fault_at(formula, base)
        if fault is not None:
            report.add((*key, name), f"at the base values, {fault}", REMEDY)
            return
        value = formula.number(base)
        if value < 0.0:
            report.add((*key, name), f"the {noun} is {value:g} at the base values", "A probability is 0 or more.")
        total += value
    if abs(total - 1.0) > SUM_TO_ONE:
        nouns = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
        first = next(iter(formulas))
        told = f"the {nouns} sum to {total:.10g} at the base values, not to 1"
        report.add(key, told, f"Write one as `1 - {first}...`.", at_key=True)
