"""One look for all figures: style file, colours that colour-blind eyes tell apart, and a mark beside every colour.

Players have strong colours, those of Okabe and Ito (2008), and outcomes pale or dark ones, of Paul Tol's light and
muted schemes: no colour is both a player's and an outcome's. A player's colour follows from its name, so that a country
has one colour in all scenarios; an outcome's from its place in the scenario, whatever structures were solved. Since the
marker or hatch differs too, greyscale will do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha512
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
INK = "#222222"
FAINT = "#6B6B6B"
LINE = "#BFBFBF"
GREY = "#9A9A9A"
SHADE = "#F4F4F4"

_PLAYERS = ((GREEN, ".."), (PURPLE, "xx"), (ORANGE, "--"), (BLUE, "//"), (VERMILLION, "\\\\"), (SKY, "++"))
#: Sand, wine, cyan, pear, indigo, pink, mint, brown, salmon, steel and olive: light and dark take turns.
_OUTCOME_COLOURS = (
    "#EEDD88",
    "#882255",
    "#99DDFF",
    "#BBCC33",
    "#332288",
    "#FFAABB",
    "#44BB99",
    "#8C510A",
    "#EE8866",
    "#77AADD",
    "#AAAA00",
)
#: Only such as `kgsim.explorer` can draw as well.
_OUTCOME_MARKERS = ("s", "^", "D", "v", "P", "X", "<", ">", "h", "*")


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
    """Return every player's mark."""
    return marks_of_players(list(scenario.players))


def marks_of_players(players: Sequence[str]) -> dict[str, PlayerMark]:
    """Return the marks of players: each its own by its name, or the next that no player before it has."""
    places: dict[str, int] = {}
    for player in players:
        own = int.from_bytes(sha512(player.encode()).digest()) % len(_PLAYERS)
        turns = [(own + step) % len(_PLAYERS) for step in range(len(_PLAYERS))]
        places[player] = next((place for place in turns if place not in places.values()), own)
    return {player: PlayerMark(*_PLAYERS[place]) for player, place in places.items()}


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
        # The lists have lengths without a common divisor: the pair repeats only after 110 outcomes.
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
