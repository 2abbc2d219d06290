"""Along one swept parameter: the stretches with one set of equilibrium outcomes, cut where the outcomes turn.

A sweep knows between which neighbouring points outcomes turn. With the scenario at hand each such bracket is halved
from both sides, as `kgsim.threshold` does: to where the set on its left ends, and to where that on its right begins.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kgsim.analysis.thresholds import halved
from kgsim.arrays import Floats
from kgsim.claims.at_points import AtPoints
from kgsim.engine.engine import CHUNK
from kgsim.scenario.model import Scenario
from kgsim.studies.study import sweep

if TYPE_CHECKING:
    from xarray import Dataset

#: How far from a cut, in widths of the sweep, the points on either side of it lie.
BESIDE = 1e-7

#: How closely cuts are found, in the same.
WIDTH = 1e-9

_SHOWN = ("reached", "complete", "low", "high", "offer_low", "offer_high")


@dataclass(frozen=True)
class Stretch:
    """A stretch of a parameter with one set of equilibrium outcomes.

    Attributes
    ----------
    low, high
        Its ends.
    outcomes
        In the scenario's order; empty where nothing is solved.
    """

    low: float
    high: float
    outcomes: tuple[str, ...]


def refined(study: Dataset, structure: str, scenario: Scenario | None = None) -> Dataset:
    """Return one structure of a sweep with a point on either side of every turn, and none on it.

    Parameters
    ----------
    study
        Of one swept parameter.
    scenario
        That the study is of; without it the points stay as they are.
    """
    import xarray as xr

    one = study.sel(structure=structure)[[name for name in _SHOWN if name in study]]
    (name,) = (str(dimension) for dimension in study.reached.dims[2:])
    if scenario is None or name not in scenario.parameters:
        return one
    values = {each: value for each, value in json.loads(study.attrs["values"]).items() if each in scenario.parameters}
    x = one[name].values
    cuts = _cuts(scenario, structure, values, name, x, one.reached.transpose(name, "outcome").values)
    if not len(cuts):
        return one
    beside = BESIDE * (x[-1] - x[0])
    near = np.clip(np.concatenate([cuts - beside, cuts + beside]), x[0], x[-1])
    kept = x[np.abs(x[:, None] - cuts).min(axis=1) > 2.0 * beside]
    more = sweep(scenario, {**values, name: np.unique(near)}, structures=[structure], beyond_range=True)
    found = xr.concat([one.sel({name: kept}), more.sel(structure=structure)[list(one.data_vars)]], dim=name)
    return found.sortby(name).assign_coords({name: (name, np.union1d(kept, near), one[name].attrs)})


def stretches(one: Dataset, name: str) -> tuple[Stretch, ...]:
    """Return the stretches along a parameter, as the points of `refined` have them; each begins where the last ends."""
    x, reached = one[name].values, one.reached.transpose(name, "outcome").values
    begins = [0, *(1 + np.flatnonzero((reached[1:] != reached[:-1]).any(axis=1))), len(x)]
    edges = np.concatenate([[x[0]], (x[1:] + x[:-1]) / 2, [x[-1]]])
    names = [str(outcome) for outcome in one.outcome.values]
    return tuple(
        Stretch(float(edges[begin]), float(edges[end]), tuple(np.array(names)[reached[begin]].tolist()))
        for begin, end in pairwise(begins)
    )


def _cuts(
    scenario: Scenario, structure: str, values: dict[str, float], name: str, x: Floats, reached: NDArray[np.bool_]
) -> Floats:
    """Where the set of outcomes turns, ascending; two values in a bracket that hides a third set."""
    turns = np.flatnonzero((reached[1:] != reached[:-1]).any(axis=1))
    play, base, span = AtPoints(scenario, (structure,)), {**scenario.base, **values}, float(x[-1] - x[0])

    def at(points: Floats) -> Any:
        told = {each: np.full(len(points), value) for each, value in base.items()} | {name: points}
        return play.at(told, settle=CHUNK).sets[structure].reached(len(scenario.outcomes)).T

    # Both sides of all brackets at once: from the left the end of the old set, from the right the start of the new.
    near = np.concatenate([x[turns], x[turns + 1]])
    there = np.concatenate([reached[turns], reached[turns + 1]])
    found = halved(
        lambda points: np.asarray((at(points) == there).all(axis=1)), near, np.roll(near, len(turns)), WIDTH * span
    )
    found = np.sort(found)
    return found[np.diff(found, prepend=-np.inf) > BESIDE * span]
