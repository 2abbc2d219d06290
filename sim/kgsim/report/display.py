"""How results show themselves: as text when printed, as HTML in a notebook."""

from __future__ import annotations

from importlib import import_module

from kgsim.report import html, plain
from kgsim.report.content import Block, Bullets
from kgsim.showing import Shown, Told

_REPORTS = {
    "Advice": "advice.of_advice",
    "Agreement": "agreement.of_agreement",
    "Comparison": "comparison.of_comparison",
    "Lenses": "lenses.of_lenses",
    "NashSet": "games.of_nash",
    "ProfileCheck": "repeated.of_profile",
    "PredictionScore": "predictions.of_score",
    "Result": "sections.of_result",
    "Robustness": "robustness.of_robustness",
    "Scenario": "story.of_scenario",
    "Score": "backtests.of_score",
    "Sensitivity": "sensitivity.of_sensitivity",
    "Stability": "stability.of_stability",
    "StructureSolution": "sections.of_structure",
    "Update": "worlds.of_update",
}
"""Class to the function of this room that reports on it; one without tells its sentences."""


def text_of(shown: Shown) -> str:
    """Return the whole report on something as plain text."""
    return plain.render(_blocks(shown))


def html_of(shown: Shown) -> str:
    """Return the whole report on something as HTML."""
    return html.render(_blocks(shown))


def _blocks(shown: Shown) -> list[Block]:
    if type(shown).__name__ not in _REPORTS:
        assert isinstance(shown, Told)
        return [Bullets(shown.sentences)]
    module, function = _REPORTS[type(shown).__name__].split(".")
    blocks: list[Block] = getattr(import_module(f"kgsim.report.{module}"), function)(shown)
    return blocks
