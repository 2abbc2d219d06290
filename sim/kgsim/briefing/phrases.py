"""How results are put: structures, endings, intervals and gains as words of a language."""

from __future__ import annotations

from kgsim.briefing.findings import Findings
from kgsim.language import Words


def unit(found: Findings, parameter: str) -> str:
    """Return a parameter's unit after a space, or nothing."""
    known = found.scenario.parameters[parameter].unit
    return f" {known}" if known else ""


def verdict(said: Words, found: Findings, code: int) -> str:
    """Return an answer to the briefing's question as a clause; `code` as in `kgsim.analysis.questions`."""
    assert found.ask is not None
    labels = found.labels
    word = ("no", "yes", "depends", "undecided", "vacuous")[code]
    if found.ask.claim is not None:
        return said(f"answer.{word}_claim", claim=labels.claim(found.ask.claim).rstrip("."))
    outcome, structure = labels.outcome(found.ask.outcome or ""), labels.structure(found.ask.structure or "")
    return said(f"answer.{word}_outcome", outcome=outcome, structure=structure)
