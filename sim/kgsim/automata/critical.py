"""For which discount factors a profile of automata is an equilibrium: every boundary, isolated points included.

The gain from a one-shot deviation times the determinant of the value system is a polynomial in the discount factor, of
a degree at most the number of joint states. Its roots in [0, 1), found by Chebyshev interpolation (Trefethen 2013,
chapter 18) and polished on the gain itself, are the only places at which the answer can change.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from kgsim.arrays import Floats
from kgsim.automata.joint import Joint, Numbers, transitions, worth
from kgsim.errors import GameError
from kgsim.scenario.model import Scenario
from kgsim.tolerances import NEAR_ROOT, REPEATED_GAINS, SAME_ROOT

Intervals: TypeAlias = tuple[tuple[float, float], ...]

#: Joint states up to which the polynomials can be trusted.
MOST_STATES = 64


def sustained(scenario: Scenario, run: Joint, at: Numbers) -> NDArray[np.bool_]:
    """Whether no one-shot deviation gains anything, up to rounding; shape (points,)."""
    # Solving the value system loses digits as the discount factor approaches 1.
    return np.asarray(_shares(scenario, run, at).max(axis=1) <= REPEATED_GAINS + 1e-14 / (1.0 - at.discount))


def _shares(scenario: Scenario, run: Joint, at: Numbers) -> Floats:
    """Gains in units of the mover's range of stage payoffs; shape (points, deviations)."""
    rows = []
    for name, gains in zip(run.moves, worth(scenario, run, at).gains, strict=True):
        seat = list(scenario.players).index(scenario.decisions[name].player)
        scale = np.maximum(np.ptp(at.payoffs[:, seat], axis=1), np.finfo(float).tiny)
        rows.append(gains.reshape(len(gains), -1) / scale[:, None])
    return np.concatenate(rows, axis=1)


def sustaining_discounts(scenario: Scenario, run: Joint, at: Numbers) -> Intervals:
    """The discount factors in [0, 1) at which a profile is an equilibrium, everything else as at one point.

    Returns
    -------
    tuple of (low, high)
        Closed intervals, ascending; a single point has two equal ends, and one that ends at 1 is open there.

    Raises
    ------
    GameError
        If there are too many joint states.
    """
    if len(run.states) > MOST_STATES:
        raise GameError(
            f"{len(run.states)} joint states are too many for exact critical discount factors (at most {MOST_STATES})"
        )
    cuts = [0.0, *_roots(scenario, run, at)]
    probes = sorted({*cuts, *((low + high) / 2 for low, high in zip(cuts, [*cuts[1:], 1.0], strict=True))})
    holds = sustained(scenario, run, at_discounts(at, np.array(probes)))
    found: list[list[float]] = []
    fresh = True
    for place, (probe, there) in enumerate(zip(probes, holds, strict=True)):
        if not there:
            fresh = True
            continue
        # Even places are cuts, odd ones stand for the open stretch between two of them.
        low = probe if place % 2 == 0 else probes[place - 1]
        high = probe if place % 2 == 0 else (probes[place + 1] if place + 1 < len(probes) else 1.0)
        if fresh:
            found.append([low, high])
        found[-1][1] = high
        fresh = False
    return tuple((low, high) for low, high in found)


def critical_discount(intervals: Intervals) -> float:
    """The least discount factor from which on a profile is an equilibrium at all larger ones; 1 if there is none."""
    return intervals[-1][0] if intervals and intervals[-1][1] == 1.0 else 1.0


def at_discounts(at: Numbers, discounts: Floats) -> Numbers:
    """The numbers of one point at several discount factors."""
    count = len(discounts)

    def spread(values: Floats) -> Floats:
        return np.broadcast_to(values[:1], (count, *values.shape[1:]))

    return replace(
        at,
        payoffs=spread(at.payoffs),
        noise=spread(at.noise),
        play=tuple(spread(each) for each in at.play),
        discount=discounts,
    )


def _roots(scenario: Scenario, run: Joint, at: Numbers) -> list[float]:
    """Where some deviation's gain changes its sign or touches zero, ascending, within (0, 1)."""
    degree = len(run.states) + 1
    nodes = (chebyshev.chebpts1(degree + 1) + 1.0) / 2.0
    here = at_discounts(at, nodes)
    # Gains are linear in payoffs, so one scale a mover keeps them comparable.
    table = _shares(scenario, run, here)
    determinant = _determinants(run, here)
    polynomials = table * determinant[:, None]
    size = np.abs(polynomials).max()
    found: set[float] = set()
    for column in range(polynomials.shape[1]):
        values = polynomials[:, column]
        if np.abs(values).max() <= 1e-12 * max(size, 1e-300):
            continue  # always indifferent
        coefficients = chebyshev.chebfit(2.0 * nodes - 1.0, values, degree)
        coefficients = chebyshev.chebtrim(coefficients, 1e-13 * np.abs(coefficients).max())
        if len(coefficients) < 2:
            continue
        roots = (chebyshev.chebroots(coefficients) + 1.0) / 2.0
        near = roots[(np.abs(roots.imag) < NEAR_ROOT) & (roots.real > -NEAR_ROOT) & (roots.real < 1.0 - 1e-12)].real
        found.update(_polished(scenario, run, at, column, near))
    return _distinct(root for root in found if 0.0 < root < 1.0)


def _determinants(run: Joint, at: Numbers) -> Floats:
    matrices = transitions(run, at)
    return np.asarray(np.linalg.det(np.eye(len(run.states)) - at.discount[:, None, None] * matrices))


def _polished(scenario: Scenario, run: Joint, at: Numbers, column: int, roots: Floats) -> Iterable[float]:
    """Improve computed roots on the gain itself: by bisection where it changes sign, else they stay as they are."""
    for root in roots.tolist():
        low, high = max(root - NEAR_ROOT, 0.0), min(root + NEAR_ROOT, 1.0 - 1e-12)

        def gain(values: Floats) -> Floats:
            return np.asarray(_shares(scenario, run, at_discounts(at, values))[:, column])

        ends = gain(np.array([low, high]))
        if ends[0] * ends[1] < 0.0:
            while high - low > 1e-15:
                middle = (low + high) / 2.0
                if middle in (low, high):
                    break
                value = float(gain(np.array([middle]))[0])
                low, high = (middle, high) if value * ends[0] > 0.0 else (low, middle)
            yield (low + high) / 2.0
        else:
            yield float(root)


def _distinct(roots: Iterable[float]) -> list[float]:
    kept: list[float] = []
    for root in sorted(roots):
        if not kept or root - kept[-1] > SAME_ROOT:
            kept.append(root)
    return kept
