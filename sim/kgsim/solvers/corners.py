"""Polytopes told by their corners, cut by hyperplanes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from kgsim.arrays import Floats


def half(values: Floats, tied: float) -> Floats:
    """Mixtures of a polytope's corners that span the half of it with no negative values.

    Parameters
    ----------
    values
        A linear function at each corner; shape (corners,).
    tied
        Values this small are 0.

    Returns
    -------
    ndarray
        Shares of the corners, shape (points, corners); some of the points may lie between others.
    """
    corners = np.eye(len(values))
    kept = [corners[a] for a in np.flatnonzero(values >= -tied)]
    for a in np.flatnonzero(values > tied):
        for b in np.flatnonzero(values < -tied):
            share = values[a] / (values[a] - values[b])
            kept.append((1.0 - share) * corners[a] + share * corners[b])
    return np.array(kept).reshape(-1, len(values))


def cells(corners: Floats, normals: Iterable[Floats], tied: float, most: int) -> list[Floats] | None:
    """The cells into which hyperplanes through the origin divide a polytope, by their corners; None beyond `most`."""
    found = [corners]
    for normal in normals:
        parts = []
        for cell in found:
            values = cell @ normal
            if values.min() >= -tied or values.max() <= tied:
                parts.append(cell)
            else:
                parts += [half(side * values, tied) @ cell for side in (1.0, -1.0)]
        found = parts
        if len(found) > most or sum(map(len, found)) > most * len(corners):
            return None
    return found
