"""How results show themselves: as text when printed, as HTML in a notebook."""

from __future__ import annotations

from kgsim.report import html, plain, sections
from kgsim.results import Result, StructureSolution


def text_of_result(result: Result) -> str:
    """Return the whole report as plain text."""
    return plain.render(sections.of_result(result))


def text_of_structure(solution: StructureSolution) -> str:
    """Return the report on one structure as plain text."""
    return plain.render(sections.of_structure(solution))


def html_of_result(result: Result) -> str:
    """Return the whole report as HTML."""
    return html.render(sections.of_result(result))


def html_of_structure(solution: StructureSolution) -> str:
    """Return the report on one structure as HTML."""
    return html.render(sections.of_structure(solution))
