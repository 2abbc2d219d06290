"""How results are put: structures, endings, intervals and gains as words of a language."""

from __future__ import annotations

from kgsim.briefing.findings import Findings
from kgsim.language import Words


def title(structure: str) -> str:
    """Return a structure's name as a reader sees it."""
    return structure.replace("_", " ")


def named(found: Findings, structure: str) -> str:
    """Return a structure's label, or its name as a reader sees it."""
    label = found.scenario.structures[structure].label
    return label if label and label != structure else title(structure)


def ended(found: Findings, outcome: str) -> str:
    """Return an outcome's label, or its name."""
    return next((rule.label for rule in found.scenario.outcomes if rule.name == outcome), "") or outcome


def unit(found: Findings, parameter: str) -> str:
    """Return a parameter's unit after a space, or nothing."""
    known = found.scenario.parameters[parameter].unit
    return f" {known}" if known else ""


def verdict(said: Words, found: Findings, code: int) -> str:
    """Return an answer to the briefing's question as a clause; `code` as in `kgsim.analysis.questions`."""
    assert found.ask is not None
    word = ("no", "yes", "depends", "undecided", "vacuous")[code]
    if found.ask.claim is not None:
        return said(f"answer.{word}_claim", claim=found.ask.claim)
    return said(f"answer.{word}_outcome", outcome=found.ask.outcome, structure=title(found.ask.structure or ""))
