"""What is chosen on the page, as the query of a link and as a command: both in the words of the command line."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from kgsim.explorer.views import Views
from kgsim.scenario.model import Scenario
from kgsim.wording import rounded


@dataclass(frozen=True)
class State:
    """What is chosen.

    Attributes
    ----------
    structures
        The structure of the map, and the one beside it if there is one.
    axes
        The map's two parameters; None for those that tell most.
    changed
        Parameter to value, where it is not the file's.
    """

    structures: tuple[str, ...] = ()
    axes: tuple[str, str] | None = None
    changed: Mapping[str, float] = field(default_factory=dict)

    @property
    def query(self) -> str:
        """The query of a link that holds it all."""
        pairs = [("structure", name) for name in self.structures]
        pairs += [("axis", name) for name in self.axes or ()]
        pairs += [("set", setting) for setting in _settings(self.changed)]
        return urlencode(pairs)

    def command(self, scenario: Scenario) -> str:
        """The command line that solves the chosen structures at these values."""
        file = str(scenario.path) if scenario.path is not None else f"{scenario.name}.yaml"
        words = ["kgsim", "run", file]
        for name in self.structures:
            words += ["--structure", name]
        for setting in _settings(self.changed):
            words += ["--set", setting]
        if any(not _within(scenario, name, value) for name, value in self.changed.items()):
            words.append("--beyond-range")
        return shlex.join(words)


def read(query: str, views: Views) -> tuple[State, tuple[str, ...]]:
    """Return what a link's query says, and the parts that this scenario has nothing for, which are left out."""
    structures: list[str] = []
    axes: list[str] = []
    changed: dict[str, float] = {}
    lost: list[str] = []
    for key, text in parse_qsl(query.removeprefix("?")):
        name, _, number = text.partition("=")
        if key == "structure" and text in views.structures:
            structures.append(text)
        elif key == "axis" and text in views.movable:
            axes.append(text)
        elif key == "set" and name in views.movable and _within(views.scenario, name, _finite(number)):
            changed[name] = _finite(number)
        elif key in ("structure", "axis", "set"):
            lost.append(text)
    both = (axes[0], axes[1]) if len(axes) == 2 and axes[0] != axes[1] else None
    return State(tuple(structures[:2]), both, changed), tuple(lost)


def _settings(changed: Mapping[str, float]) -> Iterable[str]:
    return (f"{name}={rounded(value)!r}".removesuffix(".0") for name, value in changed.items())


def _within(scenario: Scenario, name: str, value: float) -> bool:
    low, high = scenario.parameters[name].range
    return low <= value <= high


def _finite(text: str) -> float:
    """A number, or what lies in no range."""
    try:
        return float(text)
    except ValueError:
        return math.nan
