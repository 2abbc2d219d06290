"""Which mixture of some points a bargaining rule picks: the rules of `kgsim.games.objectives` on convex sets.

A set of mixtures is a polytope; its corners are given by the members' gains over the disagreement point.
"""

from __future__ import annotations

import numpy as np

from kgsim.arrays import Bools, Floats
from kgsim.tolerances import DUAL_GAP, SAME_GAIN

#: Steps of the search for the largest product; it halves its error every few.
_STEPS = 10_000

#: How near the ends of a segment what is found is an end.
_END = 1e-12


def ideal(gains: Floats) -> Floats | None:
    """The most that each member gains in a mixture that leaves nobody below 0; None if all leave somebody there.

    Parameters
    ----------
    gains
        Of the corners; shape (corners, members).
    """
    found = [best(gains[:, member], gains) for member in range(gains.shape[1])]
    most = [float(weights @ gains[:, member]) for member, weights in enumerate(found) if weights is not None]
    return np.array(most) if len(most) == len(found) else None


def largest_least(gains: Floats, rates: Floats) -> Floats | None:
    """The mixture whose smallest gain is the largest, then the next: lexicographic maximin by linear programmes.

    Members whose gain cannot rise without another's falling keep it, the others' smallest is then raised further
    (Imai 1983). A member of rate 0 does not count.

    Parameters
    ----------
    gains, rates
        Of the corners, and what one point of each member counts for; shapes (corners, members) and (members,).

    Returns
    -------
    numpy.ndarray or None
        The mixture's weights, shape (corners,); None if every mixture leaves somebody below 0.
    """
    worth, floor = gains * np.where(rates > 0.0, rates, 1.0), np.zeros(len(rates))
    fixed, slack = rates <= 0.0, SAME_GAIN * np.abs(gains * rates).max()
    weights = best(np.zeros(len(gains)), worth)
    while weights is not None and not fixed.all():
        raised = _level(worth, floor - slack, fixed)
        if raised is None:
            break
        weights, level = raised
        floor = np.where(fixed, floor, level)
        most = [best(worth[:, member], worth - (floor - slack)) for member in range(len(floor))]
        gained = np.array([0.0 if best is None else best @ worth[:, member] for member, best in enumerate(most)])
        stuck = gained <= floor + 2.0 * slack
        # One more at least is stuck; rounding must not make a search for it endless.
        fixed = fixed | stuck if (stuck & ~fixed).any() else np.ones_like(fixed)
    return weights


def largest_product(gains: Floats, power: Floats) -> Floats | None:
    """The mixture with the largest product of gains, raised to the members' powers.

    The logarithm of the product is concave. Pairwise steps of Frank and Wolfe (Lacoste-Julien and Jaggi 2015), each as
    long as is best, go on until the dual gap, which bounds what is left to gain, is rounding.

    Parameters
    ----------
    gains, power
        Of the corners, and positive exponents that sum to 1; shapes (corners, members) and (members,).

    Returns
    -------
    numpy.ndarray or None
        The mixture's weights, shape (corners,), those of `largest_least` if no mixture gives every member more than 0;
        None if every mixture leaves somebody below 0.
    """
    most = ideal(gains)
    if most is None:
        return None
    scaled = gains / np.where(most > 0.0, most, 1.0)
    weights = largest_least(scaled, np.ones(gains.shape[1]))
    if weights is None or (weights @ scaled <= SAME_GAIN).any():
        return weights
    for _ in range(_STEPS):
        slope = scaled @ (power / (weights @ scaled))
        up, down = int(slope.argmax()), int(np.where(weights > 0.0, slope, np.inf).argmin())
        if slope[up] - 1.0 <= DUAL_GAP or up == down:
            break
        step = _along(weights @ scaled, scaled[up] - scaled[down], power, weights[down])
        weights[up] += step
        weights[down] = 0.0 if step == weights[down] else weights[down] - step
    return np.asarray(weights / weights.sum())


def on_segment(start: Floats, change: Floats, power: Floats) -> Floats:
    """How far along segments of three members' gains, from `start` by up to `change`, the product is largest.

    The slope of its logarithm, cleared of denominators, is a quadratic with one root where everybody gains.

    Parameters
    ----------
    start, change, power
        Shapes (..., 3); powers, to which gains are raised, sum to 1.

    Returns
    -------
    ndarray
        Shape (...); nan where the product is largest at an end, or somebody loses all the way.
    """
    (a, b, c), (d, e, f) = (np.moveaxis(each, -1, 0) for each in (start, change))
    p, q, r = np.moveaxis(power, -1, 0)
    square = d * e * f
    linear = p * d * (b * f + c * e) + q * e * (a * f + c * d) + r * f * (a * e + b * d)
    constant = p * d * b * c + q * e * a * c + r * f * a * b
    with np.errstate(divide="ignore", invalid="ignore"):
        half = -0.5 * (linear + np.copysign(np.sqrt(linear**2 - 4.0 * square * constant), linear))
        roots = np.stack([half / square, constant / half])
        inside = (roots > _END) & (roots < 1.0 - _END) & (start + roots[..., None] * change > 0.0).all(axis=-1)
    return np.where(inside[0], roots[0], np.where(inside[1], roots[1], np.nan))


def in_triangle(corners: Floats, power: Floats) -> Floats:
    """The weights of three members' gains at three corners for which the product raised to powers is largest.

    In the plane ``a . g = c`` that the corners span the product is largest at ``g = power * c / a``.

    Parameters
    ----------
    corners, power
        Shapes (..., 3 corners, 3 members) and (..., 3 members); powers sum to 1.

    Returns
    -------
    ndarray
        Shape (..., 3); nan where that is not strictly inside the triangle.
    """
    first = corners[..., 0, :]
    one, other = corners[..., 1, :] - first, corners[..., 2, :] - first
    normal = np.cross(one, other)
    level = (normal * first).sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        best = np.where((normal * level > 0.0).all(axis=-1, keepdims=True), power * level / normal, np.nan)
        size = (normal * normal).sum(axis=-1)
        inner = best - first
        second = (np.cross(inner, other) * normal).sum(axis=-1) / size
        third = (np.cross(one, inner) * normal).sum(axis=-1) / size
    weights = np.stack([1.0 - second - third, second, third], axis=-1)
    return np.where((weights > 0.0).all(axis=-1, keepdims=True), weights, np.nan)


def zeros(*numbers: Floats) -> Floats:
    """The weights of corners at which numbers, as many as there are corners but one, are all 0.

    Shapes (corners, ...) each to (corners, ...), of two or three corners; nan where that is not strictly inside.
    """
    own = numbers[0]
    if len(numbers) == 1:
        gap = np.where(own[0] * own[1] < 0.0, own[0] - own[1], np.nan)
        return np.stack([-own[1] / gap, own[0] / gap])
    weights = np.cross(own, numbers[1], axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        weights = weights / weights.sum(axis=0)
    return np.where((weights > 0.0).all(axis=0), weights, np.nan)


def _along(start: Floats, direction: Floats, power: Floats, most: float) -> float:
    """How far to go, at most `most`, for the sum of `power * log(start + step * direction)` to be largest."""

    def rises(step: float) -> bool:
        here = start + step * direction
        return bool((here > 0.0).all() and power @ (direction / here) > 0.0)

    if rises(most):
        return most
    low, high = 0.0, most
    while low < (middle := (low + high) / 2.0) < high:
        low, high = (middle, high) if rises(middle) else (low, middle)
    return low


def best(worth: Floats, gains: Floats) -> Floats | None:
    """The mixture of the largest worth among those that leave nobody below 0; None if there are none."""
    from scipy.optimize import linprog

    found = linprog(-worth, A_ub=-gains.T, b_ub=np.zeros(gains.shape[1]), A_eq=np.ones((1, len(worth))), b_eq=[1.0])
    return np.maximum(found.x, 0.0) if found.status == 0 else None


def _level(worth: Floats, floor: Floats, fixed: Bools) -> tuple[Floats, float] | None:
    """The mixture that raises the smallest gain of those that are not fixed at their floor, and that gain."""
    from scipy.optimize import linprog

    corners = len(worth)
    found = linprog(
        np.append(np.zeros(corners), -1.0),
        A_ub=np.hstack([-worth.T, np.where(fixed, 0.0, 1.0)[:, None]]),
        b_ub=np.where(fixed, -floor, 0.0),
        A_eq=np.append(np.ones(corners), 0.0)[None],
        b_eq=[1.0],
    )
    return (np.maximum(found.x[:-1], 0.0), float(found.x[-1])) if found.status == 0 else None
