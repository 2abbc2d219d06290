"""Follows a curve on which some equations hold: a step along its tangent, then Newton's method across it.

(Allgower and Georg 1990.) Steps grow while they go well and shrink where the curve bends.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from kgsim.arrays import Floats
from kgsim.tolerances import ON_THE_PATH, SHORTEST_STEP

FIRST_STEP, GROWTH = 0.05, 1.3

#: Newton's steps that must do.
CORRECTIONS = 8


class Curve(Protocol):
    """Equations in one variable more than there are of them."""

    def equations(self, point: Floats) -> Floats:
        """What is 0 on the curve; shape (n,) from (n + 1,)."""

    def jacobian(self, point: Floats) -> Floats:
        """Its derivatives, shape (n, n + 1)."""


def follow(curve: Curve, start: Floats) -> Iterator[Floats]:
    """Points along a curve, from a point on it in the direction in which the last variable grows.

    Ends where steps become too short to be taken.
    """
    point, step = start, FIRST_STEP
    tangent = np.append(np.zeros(len(start) - 1), 1.0)
    yield point
    while step >= SHORTEST_STEP:
        following = np.linalg.svd(curve.jacobian(point))[2][-1]
        tangent = following if following @ tangent > 0 else -following
        found = corrected(curve, point + step * tangent, tangent)
        if found is None or np.linalg.norm(found - point) > 2 * step:
            step /= 2
        else:
            point, step = found, step * GROWTH
            yield point


def corrected(curve: Curve, start: Floats, across: Floats) -> Floats | None:
    """The point of the curve where `across` is 0 from `start` on; None if Newton's method does not arrive quickly."""
    point = start.copy()
    for _ in range(CORRECTIONS):
        # A step that was too long overflows; it is taken back.
        with np.errstate(over="ignore", invalid="ignore"):
            values = curve.equations(point)
            matrix = np.vstack([curve.jacobian(point), across])
        if not np.isfinite(matrix).all():
            return None
        try:
            move = np.linalg.solve(matrix, np.append(values, across @ (point - start)))
        except np.linalg.LinAlgError:
            return None
        if not np.isfinite(move).all():
            return None
        point = point - move
        if np.abs(move).max() <= ON_THE_PATH * (1 + np.abs(point).max()):
            return point if point[-1] >= 0 else None
    return None
