"""An analyst's own values for a scenario's parameters: a small file beside the scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from kgsim.scenario.model import Scenario
from kgsim.scenario.names import suggestion
from kgsim.scenario.problems import Report
from kgsim.scenario.source import read_text, read_yaml
from kgsim.wording import number

KEYS = ("title", "because", "values")


@dataclass(frozen=True)
class ValueSet:
    """Values that somebody gives parameters; those left out stay as the scenario states them.

    Attributes
    ----------
    name
        The file's name without its suffix.
    title
        How the set is called in figures; the name if the file states none.
    """

    name: str
    title: str
    values: Mapping[str, float]


def read_values(path: str | Path, scenario: Scenario, *, beyond_range: bool = False) -> ValueSet:
    """Read and check a file of values, such as ``title: A hawk`` and ``values: {A: 5, h: 60}``.

    Raises
    ------
    ScenarioError
        With every problem found, each with file, line, key and remedy.
    """
    path = Path(path)
    report = Report(read_yaml(read_text(path), path))
    data = report.source.data
    for key in data:
        if key not in KEYS:
            report.add((key,), f"a file of values has no {key!r}", suggestion(str(key), KEYS, "key"), at_key=True)
    for key in ("title", "because"):
        if key in data and not isinstance(data[key], str):
            report.add((key,), "expected a text", "Put it in quotes.")
    given = data.get("values")
    if not isinstance(given, dict) or not given:
        report.add(("values",), "no values are given", "Write `values: {NAME: NUMBER}` with the scenario's parameters.")
        given = {}
    for name, value in given.items():
        key = ("values", name)
        if name not in scenario.parameters:
            hint = suggestion(name, scenario.parameters, "parameter")
            report.add(key, f"scenario {scenario.name} has no parameter {name!r}", hint, at_key=True)
        elif isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            report.add(key, f"expected a finite number, got {value!r}", "Write it like 12 or 0.25.")
        else:
            low, high = scenario.parameters[name].range
            if not low <= value <= high and not beyond_range:
                report.add(
                    key,
                    f"{number(value)} leaves the range that the scenario gives as plausible, {number(low)} to "
                    f"{number(high)}",
                    "Stay within it, or add --beyond-range if leaving it is what you mean.",
                )
    report.raise_if_any()
    return ValueSet(path.stem, data.get("title", path.stem), {name: float(value) for name, value in given.items()})
