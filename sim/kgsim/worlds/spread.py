"""How parameters spread over worlds: counts on fine grids of their ranges, which add up block by block.

How far survivors have moved away from all worlds is the largest difference of the two distribution functions
(Kolmogorov and Smirnov), as in regional sensitivity analysis (Spear and Hornberger 1980, Water Research 14).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kgsim.analysis.plain import Plain
from kgsim.arrays import Bools, Floats, Integers
from kgsim.scenario.model import Parameter

#: Cells of a parameter's range; quartiles are interpolated within a cell.
CELLS = 256


@dataclass(frozen=True)
class Spread(Plain):
    """Where a parameter's values lie: the range met with, and its quartiles."""

    low: float
    quarter: float
    median: float
    three_quarters: float
    high: float


@dataclass(frozen=True)
class Belief(Plain):
    """What survivors say of a parameter.

    Attributes
    ----------
    before, after
        Among all worlds and among survivors; None where there are no survivors.
    shift
        Largest difference of the two distribution functions, in [0, 1].
    """

    parameter: str
    label: str
    before: Spread
    after: Spread | None
    shift: float


def cells_of(parameters: tuple[Parameter, ...], values: Floats) -> Integers:
    """The cell of each value, numbered through all parameters; shape of `values`, (parameters, draws)."""
    low, high = np.array([each.range for each in parameters]).T[..., None]
    cell = np.clip((values - low) / (high - low) * CELLS, 0, CELLS - 1).astype(np.int64)
    return np.asarray(cell + CELLS * np.arange(len(parameters))[:, None])


def counted(cells: Integers, kept: Bools) -> NDArray[np.int32]:
    """How many of the draws kept lie in each cell; shape (parameters, CELLS)."""
    found = np.bincount(cells[:, kept].ravel(), minlength=len(cells) * CELLS)
    return found.reshape(len(cells), CELLS).astype(np.int32)


def ends(values: Floats, kept: Bools) -> Floats:
    """The least and largest value among the draws kept, inf and -inf if there are none; shape (2, parameters)."""
    some = values[:, kept]
    return np.array([some.min(axis=1, initial=np.inf), some.max(axis=1, initial=-np.inf)])


def beliefs(
    parameters: tuple[Parameter, ...],
    before: NDArray[np.int64],
    after: NDArray[np.int64],
    bounds_before: Floats,
    bounds_after: Floats,
) -> tuple[Belief, ...]:
    """What survivors say of each parameter, the largest shift first.

    Parameters
    ----------
    before, after
        Counts among all worlds and among survivors; shape (parameters, CELLS).
    bounds_before, bounds_after
        As `ends` gives them.
    """
    found = []
    for row, parameter in enumerate(parameters):
        some = bool(after[row].any())
        shift = float(np.abs(_rising(before[row]) - _rising(after[row])).max()) if some else 0.0
        was = _spread(parameter, before[row], bounds_before[:, row])
        now = _spread(parameter, after[row], bounds_after[:, row]) if some else None
        found.append(Belief(parameter.name, parameter.label, was, now, shift))
    return tuple(sorted(found, key=lambda each: -each.shift))


def _rising(counts: NDArray[np.int64]) -> Floats:
    return np.asarray(np.cumsum(counts) / counts.sum())


def _spread(parameter: Parameter, counts: NDArray[np.int64], bounds: Floats) -> Spread:
    edges = np.linspace(*parameter.range, CELLS + 1)
    rising = np.concatenate([[0.0], _rising(counts)])
    quartiles = np.clip(np.interp([0.25, 0.5, 0.75], rising, edges), *bounds)
    quarter, median, three_quarters = map(float, quartiles)
    return Spread(float(bounds[0]), quarter, median, three_quarters, float(bounds[1]))
