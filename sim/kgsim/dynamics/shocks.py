"""Shocks: drawn for simulations, and replaced by a few weighted values where an expectation is needed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike

from kgsim.arrays import Floats
from kgsim.errors import StructureError
from kgsim.scenario.rounds import Shock
from kgsim.tolerances import SUM_TO_ONE

#: Values that stand for a shock with a density.
NODES = 5


def drawn(shock: Shock, values: Mapping[str, ArrayLike], uniforms: Floats) -> Floats:
    """Turn uniform numbers into draws of a shock, by its inverse distribution function; any shape."""
    at = _numbers(shock, values)
    if shock.shape == "uniform":
        return np.asarray(at["low"] + (at["high"] - at["low"]) * uniforms)
    if shock.shape == "triangular":
        return _triangular(at["low"], at["mode"], at["high"], uniforms)
    if shock.shape == "normal":
        from scipy.special import ndtri

        # The very ends of the unit interval have no finite quantile.
        return np.asarray(at["mean"] + at["sd"] * ndtri(np.clip(uniforms, 1e-16, 1.0 - 1e-16)))
    points, chances = _discrete(shock, values)
    place = np.searchsorted(np.cumsum(chances)[:-1], uniforms, side="right")
    return points[place]


def nodes(shock: Shock, values: Mapping[str, ArrayLike], count: int = NODES) -> tuple[Floats, Floats]:
    """Values and weights whose weighted sum stands for the expectation.

    Gauss-Hermite for the normal, Gauss-Legendre for the uniform (both exact for polynomials of degree below twice the
    count), Gauss-Legendre on both sides of the mode for the triangular; exact for discrete shocks.
    """
    at = _numbers(shock, values)
    if shock.shape == "normal":
        points, weights = np.polynomial.hermite_e.hermegauss(count)
        return at["mean"] + at["sd"] * points, weights / weights.sum()
    if shock.shape == "uniform":
        points, weights = _legendre(at["low"], at["high"], count)
        return points, weights / weights.sum()
    if shock.shape == "triangular":
        low, mode, high = at["low"], at["mode"], at["high"]
        found = [_legendre(*ends, count) for ends in ((low, mode), (mode, high)) if ends[1] > ends[0]]
        points, weights = (np.concatenate(parts) for parts in zip(*found, strict=True))
        with np.errstate(divide="ignore", invalid="ignore"):
            height = np.where(points < mode, (points - low) / (mode - low), (high - points) / (high - mode))
        weights = weights * height
        return points, weights / weights.sum()
    return _discrete(shock, values)


def joint_nodes(shocks: Mapping[str, Shock], values: Mapping[str, ArrayLike]) -> tuple[dict[str, Floats], Floats]:
    """Every combination of the shocks' values, by name, and its weight; one combination if there are no shocks."""
    single = [nodes(shock, values) for shock in shocks.values()]
    grids = np.meshgrid(*(points for points, _ in single), indexing="ij")
    weights = reduce(np.multiply.outer, (weight for _, weight in single), np.ones(()))
    return {name: grid.ravel() for name, grid in zip(shocks, grids, strict=True)}, np.asarray(weights).ravel()


def _legendre(low: float, high: float, count: int) -> tuple[Floats, Floats]:
    points, weights = np.polynomial.legendre.leggauss(count)
    return low + (high - low) * (points + 1.0) / 2.0, weights * (high - low) / 2.0


def _triangular(low: float, mode: float, high: float, uniforms: Floats) -> Floats:
    share = (mode - low) / (high - low)
    left = low + np.sqrt(uniforms * (high - low) * (mode - low))
    right = high - np.sqrt((1.0 - uniforms) * (high - low) * (high - mode))
    return np.where(uniforms < share, left, right)


def _numbers(shock: Shock, values: Mapping[str, ArrayLike]) -> dict[str, float]:
    found = {name: float(np.ravel(formula.evaluate(values))[0]) for name, formula in shock.numbers.items()}
    row = [found[name] for name in ("low", "mode", "high") if name in found]
    if not np.isfinite(list(found.values())).all() or row != sorted(row) or (row and row[0] == row[-1]):
        raise StructureError(f"shock {shock.name}: its numbers are in no order at these values: {found}")
    if found.get("sd", 1.0) <= 0.0:
        raise StructureError(f"shock {shock.name}: the standard deviation is {found['sd']:g} at these values")
    return found


def _discrete(shock: Shock, values: Mapping[str, ArrayLike]) -> tuple[Floats, Floats]:
    points, chances = (
        np.array([float(np.ravel(formula.evaluate(values))[0]) for formula in formulas])
        for formulas in (shock.values, shock.chances)
    )
    if (chances < 0.0).any() or abs(chances.sum() - 1.0) > SUM_TO_ONE:
        raise StructureError(f"shock {shock.name}: the chances add up to {chances.sum():g} at these values")
    return points, chances / chances.sum()
