"""One look for all figures: style file, colours that colour-blind eyes tell apart, and a mark beside every colour.

Colours are those of Okabe and Ito (2008) and, where outcomes need more, four of Paul Tol's muted scheme. A player or an
outcome has the same colour and the same marker or hatch in every figure of a scenario, whatever structures were solved;
since the marker or hatch differs too, greyscale will do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import matplotlib as mpl

from kgsim.plots.text import families
from kgsim.results import Verdict
from kgsim.scenario.model import Scenario

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILLION, PURPLE = (
    "#000000",
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#F0E442",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
)
INDIGO, WINE, SAND, OLIVE = "#332288", "#882255", "#DDCC77", "#999933"
INK = "#222222"
FAINT = "#6B6B6B"
LINE = "#BFBFBF"
GREY = "#9A9A9A"
SHADE = "#F4F4F4"

_PLAYER_COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, SKY, ORANGE)
_PLAYER_HATCHES = ("//", "\\\\", "..", "xx", "--", "++")
_OUTCOME_COLOURS = (ORANGE, SKY, PURPLE, YELLOW, BLACK, GREEN, BLUE, VERMILLION, INDIGO, WINE, SAND, OLIVE)
_OUTCOME_MARKERS = ("s", "^", "D", "v", "P", "X", "<", ">", "p", "h", "*")


#: How each verdict of a claim looks, and what it is called.
VERDICT_MARKS: Mapping[Verdict, tuple[str, str, str]] = {
    "holds": (GREEN, "", "holds"),
    "depends": (YELLOW, "//", "depends on the equilibrium"),
    "fails": (VERMILLION, "..", "fails"),
    "undecided": (GREY, "xx", "undecided"),
    "vacuous": (SHADE, "--", "vacuous: premise not met"),
}


@dataclass(frozen=True)
class PlayerMark:
    """How a player looks."""

    colour: str
    hatch: str


@dataclass(frozen=True)
class OutcomeMark:
    """How an outcome looks."""

    colour: str
    marker: str


LOTTERY = OutcomeMark("white", "d")
"""How an equilibrium looks that leads to several outcomes, each with some probability."""


def player_marks(scenario: Scenario) -> dict[str, PlayerMark]:
    """Return every player's mark, by place in the scenario."""
    return marks_of_players(list(scenario.players))


def marks_of_players(players: Sequence[str]) -> dict[str, PlayerMark]:
    """Return the marks of players named in the scenario's order."""
    return {
        player: PlayerMark(_PLAYER_COLOURS[place % len(_PLAYER_COLOURS)], _PLAYER_HATCHES[place % len(_PLAYER_HATCHES)])
        for place, player in enumerate(players)
    }


def outcome_marks(scenario: Scenario) -> dict[str, OutcomeMark]:
    """Return every outcome's mark, by place in the scenario; what happens otherwise is grey."""
    otherwise = {rule.name for rule in scenario.outcomes if not rule.when}
    return marks_of_outcomes([rule.name for rule in scenario.outcomes], otherwise)


def marks_of_outcomes(outcomes: Sequence[str], otherwise: Collection[str]) -> dict[str, OutcomeMark]:
    """Return the marks of outcomes named in the scenario's order, `otherwise` those that happen otherwise."""
    marks = {}
    place = 0
    for outcome in outcomes:
        if outcome in otherwise:
            marks[outcome] = OutcomeMark(GREY, "o")
            continue
        # The lists have lengths without a common divisor: the pair repeats only after 88 outcomes.
        colour = _OUTCOME_COLOURS[place % len(_OUTCOME_COLOURS)]
        marks[outcome] = OutcomeMark(colour, _OUTCOME_MARKERS[place % len(_OUTCOME_MARKERS)])
        place += 1
    return marks


@contextmanager
def style() -> Iterator[None]:
    """Apply the style file while figures are made or saved, over matplotlib's defaults and nobody's own settings."""
    # Fonts are asked for anew: more of them may have become known since.
    own: dict[Any, Any] = {name: value for name, value in _defaults().items() if mpl.rcParams[name] != value}
    with mpl.rc_context({**own, **_settings(), "font.family": families()}):
        yield


@cache
def _defaults() -> dict[Any, Any]:
    # The backend is no matter of look, and asking for it would choose one.
    return {name: value for name, value in mpl.rcParamsDefault.items() if not name.startswith("backend")}


@cache
def _settings() -> dict[Any, Any]:
    with as_file(files("kgsim.plots").joinpath("kgsim.mplstyle")) as path:
        settings: Any = mpl.rc_params_from_file(path, use_default_template=False)
    return dict(settings)
