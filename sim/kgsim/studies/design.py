"""Which points a study visits: specifications such as ``A=0:45:91``, and the grid they span.

Beside parameters, a study may sweep the terms of a menu (``US.icbm_only.relief=0:1:41``) and whether a move is there
(``US.icbm_only=on,off``), see `kgsim.scenario.transforms`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kgsim.arrays import Floats
from kgsim.errors import GameError
from kgsim.scenario.model import Scenario
from kgsim.scenario.names import suggestion
from kgsim.scenario.transforms import menu_terms, moves, with_term
from kgsim.wording import number

#: Numbers, or texts of which some are `ON` or `OFF`.
Given: TypeAlias = Floats | NDArray[np.str_]

ON, OFF = "on", "off"

#: Values of one parameter: more would fill memory before the study is laid out.
MOST_VALUES = 10_000_000

FORMS = "write NAME=FROM:TO:COUNT, NAME=log:FROM:TO:COUNT, NAME=VALUE,VALUE,... or NAME=on,off"


@dataclass(frozen=True, eq=False)
class Grid:
    """A full grid of parameter values.

    Attributes
    ----------
    axes
        Swept parameter to its values, all different; the last varies fastest.
    fixed
        Other parameters that leave their base value.
    switches
        Swept move (``decision.move``) to whether it is there; these vary more slowly than any parameter.
    """

    axes: Mapping[str, Floats]
    fixed: Mapping[str, float]
    switches: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)

    @property
    def coordinates(self) -> dict[str, Floats]:
        """Everything swept, in the order of the grid's dimensions; a move that is there as 1."""
        return {**{name: there.astype(np.float64) for name, there in self.switches.items()}, **self.axes}

    @property
    def shape(self) -> tuple[int, ...]:
        """Values of everything swept."""
        return tuple(len(values) for values in self.coordinates.values())

    @property
    def size(self) -> int:
        """Number of points."""
        return prod(self.shape)

    @property
    def each(self) -> int:
        """Number of points for each combination of moves."""
        return prod(len(values) for values in self.axes.values())

    def missing(self, combination: int) -> tuple[str, ...]:
        """The moves that are not there in a combination of moves."""
        lengths = tuple(len(there) for there in self.switches.values())
        chosen = np.unravel_index(combination, lengths) if lengths else ()
        return tuple(name for (name, there), at in zip(self.switches.items(), chosen, strict=True) if not there[at])

    def points(self, first: int, last: int) -> dict[str, Floats]:
        """Parameter values of the points numbered `first` to `last` (exclusive), shape (last - first,) each."""
        count = last - first
        lengths = tuple(len(values) for values in self.axes.values())
        indices = np.unravel_index(np.arange(first, last) % self.each, lengths) if lengths else ()
        swept = {name: values[index] for (name, values), index in zip(self.axes.items(), indices, strict=True)}
        return {**swept, **{name: np.full(count, value) for name, value in self.fixed.items()}}


@dataclass(frozen=True, eq=False)
class Listed:
    """Any points, one after the other.

    Attributes
    ----------
    values
        Parameter to its value at each point, shape (size,); parameters left out keep their base value.
    size
        Number of points.
    """

    values: Mapping[str, Floats]
    size: int

    def points(self, first: int, last: int) -> dict[str, Floats]:
        """Parameter values of the points numbered `first` to `last` (exclusive), shape (last - first,) each."""
        return {name: values[first:last] for name, values in self.values.items()}


def axis(specification: str) -> tuple[str, Given]:
    """Read ``NAME=FROM:TO:COUNT`` (ends included), ``NAME=log:FROM:TO:COUNT``, ``NAME=VALUE,...`` or ``NAME=on,off``.

    Raises
    ------
    GameError
        If the text is none of these, a number is not finite, or the range runs backwards or has fewer than two points.
    """
    name, equals, text = (part.strip() for part in specification.partition("="))
    if not name or not equals or not text:
        raise GameError(f"{specification!r} is no range: {FORMS}")
    if ":" not in text:
        parts = [part.strip() for part in text.split(",")]
        if {ON, OFF} & set(parts):
            return name, np.array(parts)
        return name, np.array([_finite(specification, part) for part in parts])
    logarithmic = text.startswith("log:")
    parts = text.removeprefix("log:").split(":")
    if len(parts) != 3:
        raise GameError(f"{specification!r} is no range: {FORMS}")
    low, high = (_finite(specification, part) for part in parts[:2])
    if not parts[2].strip().isdecimal() or int(parts[2]) < 2:
        raise GameError(
            f"{specification!r}: the number of points must be a whole number of 2 or more, not {parts[2]!r}"
        )
    count = int(parts[2][:40])
    if count > MOST_VALUES:
        raise GameError(
            f"{specification!r}: {count:,} values of one parameter are more than a study takes, {MOST_VALUES:,}; take "
            "fewer"
        )
    if not low < high:
        raise GameError(f"{specification!r} runs from {number(low)} to {number(high)}: write the smaller end first")
    if logarithmic and low <= 0.0:
        raise GameError(f"{specification!r}: logarithmic spacing needs a positive start, not {number(low)}")
    return name, (np.geomspace if logarithmic else np.linspace)(low, high, count)


def grid(scenario: Scenario, values: Mapping[str, ArrayLike], *, beyond_range: bool = False) -> Grid:
    """Check values against a scenario and lay out the grid: arrays are swept, single numbers set.

    Parameters
    ----------
    scenario
        As `with_terms` gives it, if terms of menus are swept.
    values
        Parameter to numbers, or to ``"on"`` (its base value) and ``"off"`` (zero); ``decision.move`` to whether it is
        there, as ``"on"`` and ``"off"`` or as truths.
    beyond_range
        Whether values may leave the ranges that the scenario gives as plausible.

    Raises
    ------
    GameError
        If a name is unknown, a value is not finite or leaves the declared range without `beyond_range`, values
        of a swept parameter repeat, or nothing is swept.
    """
    axes: dict[str, Floats] = {}
    fixed: dict[str, float] = {}
    switches: dict[str, NDArray[np.bool_]] = {}
    for name, given in values.items():
        if name not in scenario.parameters:
            switches[name] = _switch(scenario, name, given)
            continue
        array = _numbers(scenario, name, given)
        _check(scenario, name, array, beyond_range)
        if array.ndim == 0:
            fixed[name] = float(array)
        else:
            axes[name] = array
    if not axes and not switches:
        name, each = next(iter(scenario.parameters.items()), ("NAME", None))
        low, high = (number(end) for end in (each.range if each else (0.0, 1.0)))
        raise GameError(
            f"nothing is swept: give a parameter several values, such as {name}=np.linspace({low}, {high}, 11), or "
            f"--param {name}={low}:{high}:11 on the command line"
        )
    return Grid(axes, fixed, switches)


def with_terms(scenario: Scenario, names: Sequence[str]) -> Scenario:
    """The scenario with every named term of a menu made a parameter; other names are passed over."""
    for name in names:
        if name not in scenario.parameters and name in menu_terms(scenario):
            scenario = with_term(scenario, name)
    return scenario


def _switch(scenario: Scenario, name: str, given: ArrayLike) -> NDArray[np.bool_]:
    if name not in moves(scenario):
        known = [*scenario.parameters, *menu_terms(scenario), *moves(scenario)]
        hint = suggestion(name, known if "." in name else scenario.parameters, "parameter")
        raise GameError(f"there is no parameter {name!r} in scenario {scenario.name}. {hint}")
    there = [{ON: True, OFF: False}.get(str(value), value) for value in np.atleast_1d(np.asarray(given)).tolist()]
    if len(there) != 2 or set(there) != {True, False}:
        raise GameError(f"move {name}: a move is there or not; write {name}={ON},{OFF}")
    return np.array(there, dtype=bool)


def _numbers(scenario: Scenario, name: str, given: ArrayLike) -> Floats:
    words = {ON: scenario.parameters[name].value, OFF: 0.0}
    try:
        array = np.asarray(given)
        if array.dtype.kind == "U":
            array = np.array([words[text] if text in words else float(text) for text in array.tolist()])
        return np.asarray(array, dtype=np.float64)
    except (TypeError, ValueError):
        raise GameError(f"parameter {name}: expected numbers, {ON} or {OFF}, got {given!r}") from None


def outside(scenario: Scenario, values: Mapping[str, ArrayLike]) -> tuple[str, ...]:
    """The parameters that some value takes out of the range the scenario gives as plausible."""
    return tuple(
        name
        for name, given in values.items()
        if np.min(given) < scenario.parameters[name].range[0] or np.max(given) > scenario.parameters[name].range[1]
    )


def _check(scenario: Scenario, name: str, values: Floats, beyond_range: bool) -> None:
    if values.ndim > 1 or not np.isfinite(values).all():
        raise GameError(f"parameter {name}: expected finite numbers in one row")
    if values.ndim == 1 and len(values) < 2:
        raise GameError(
            f"parameter {name}: a sweep needs two values or more; a single number (--set {name}=VALUE) is held"
        )
    if len(np.unique(values)) < values.size:
        repeated = next(value for value in values if (values == value).sum() > 1)
        raise GameError(f"parameter {name}: the value {number(float(repeated))} is given more than once")
    if outside(scenario, {name: values}) and not beyond_range:
        low, high = scenario.parameters[name].range
        raise GameError(
            f"parameter {name}: {number(float(values.min()))} to {number(float(values.max()))} leaves the range that "
            f"the scenario gives as plausible, {number(low)} to {number(high)}. Stay within it, or add --beyond-range "
            "(beyond_range=True) if leaving it is what you mean"
        )


def _finite(specification: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise GameError(f"{specification!r}: {text.strip()!r} is not a finite number; {FORMS}")
    return value


def axes(specifications: Sequence[str]) -> dict[str, Given]:
    """Read several specifications.

    Raises
    ------
    GameError
        As `axis`, and if a parameter is given twice.
    """
    found: dict[str, Given] = {}
    for specification in specifications:
        name, values = axis(specification)
        if name in found:
            raise GameError(f"parameter {name} is swept twice; give it one range")
        found[name] = values
    return found
