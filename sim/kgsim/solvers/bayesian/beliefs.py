"""What can be believed about a player: sets of probability vectors over its types, cut by linear inequalities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kgsim.arrays import Floats
from kgsim.solvers.bayesian.polytopes import count_bases, vertices
from kgsim.tolerances import PRESENT

#: Choices of active inequalities up to which the vertices of a set of beliefs are listed.
MOST_BASES = 5_000


@dataclass(frozen=True)
class BeliefSet:
    """Beliefs that support a strategy profile at one history, told by the range of each type's probability.

    Attributes
    ----------
    low, high
        Smallest and largest probability of each type over all supporting beliefs. For two types this is the whole set.
    example
        One supporting belief.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    example: tuple[float, ...]

    def joined(self, other: BeliefSet) -> BeliefSet:
        """The hull of both."""
        low = tuple(map(min, self.low, other.low))
        return BeliefSet(low, tuple(map(max, self.high, other.high)), self.example)


History = tuple[int, ...]

#: (history, informed player's place) of a surprise to the beliefs that support what is done.
Supporting = Mapping[tuple[History, int], BeliefSet]


def point(belief: Sequence[float]) -> BeliefSet:
    """One belief."""
    exact = tuple(map(float, belief))
    return BeliefSet(exact, exact, exact)


def supported(kinds: int, support: Sequence[int], rows: Iterable[Floats], slack: float) -> BeliefSet | None:
    """The beliefs with weight on exactly the types of a support that satisfy every inequality; None if there are none.

    Parameters
    ----------
    kinds
        Number of types.
    support
        The types with positive probability.
    rows
        Inequalities ``row @ belief >= -slack``, each of shape (kinds,).
    slack
        Ties are kept by allowing so much.

    Returns
    -------
    BeliefSet or None
        Ranges are of the closure.
    """
    inequalities = list(rows)
    if len(support) == 1:
        belief = np.zeros(kinds)
        belief[support[0]] = 1.0
        return point(belief.tolist()) if all(row @ belief >= -slack for row in inequalities) else None
    if len(support) == 2:
        return _interval(kinds, support, inequalities, slack)
    cuts, whole = (
        np.array([row[list(support)] for row in inequalities]).reshape(-1, len(support)),
        np.ones((1, len(support))),
    )
    if count_bases(cuts, whole) <= MOST_BASES:
        return _spanned(kinds, support, vertices(cuts, whole, np.ones(1), slack))
    return _polytope(kinds, support, cuts, slack)


def _interval(kinds: int, support: Sequence[int], rows: Sequence[Floats], slack: float) -> BeliefSet | None:
    """Two types: a row is linear in the probability x of the second, so the set is an interval."""
    first, second = support
    low, high = 0.0, 1.0
    for row in rows:
        at_zero, slope = row[first], row[second] - row[first]
        if abs(slope) <= slack:
            if at_zero < -slack:
                return None
            continue
        bound = -at_zero / slope
        if slope > 0.0:
            low = max(low, bound)
        else:
            high = min(high, bound)
    rounding = 1e-12
    if low > high + rounding or low >= 1.0 - PRESENT or high <= PRESENT:
        return None
    return segment(kinds, support, (low, high), 0.5 * (low + high))


def segment(kinds: int, support: Sequence[int], span: tuple[float, float], share: float) -> BeliefSet:
    """Beliefs on two types, the second of which has a share within a range; one share serves as the example."""
    ends = np.zeros((3, kinds))
    ends[:, support[1]] = (*span, share)
    ends[:, support[0]] = 1.0 - ends[:, support[1]]
    return BeliefSet(*(tuple(map(float, row)) for row in (ends[:2].min(axis=0), ends[:2].max(axis=0), ends[2])))


def _spanned(kinds: int, support: Sequence[int], ends: list[Floats] | None) -> BeliefSet | None:
    """The set that some beliefs on a support span."""
    if ends is None:
        return None
    table = np.zeros((len(ends), kinds))
    table[:, list(support)] = ends
    return BeliefSet(*(tuple(map(float, row)) for row in (table.min(axis=0), table.max(axis=0), table.mean(axis=0))))


def _polytope(kinds: int, support: Sequence[int], cuts: Floats, slack: float) -> BeliefSet | None:
    """Many types: linear programmes for a belief with the largest smallest weight, and for each type's range."""
    from scipy.optimize import linprog

    size = len(support)
    upper = np.hstack([-cuts, np.zeros((len(cuts), 1))])
    weights = np.hstack([-np.eye(size), np.ones((size, 1))])
    inner = linprog(
        np.append(np.zeros(size), -1.0),
        A_ub=np.vstack([upper, weights]),
        b_ub=np.append(np.full(len(cuts), slack), np.zeros(size)),
        A_eq=np.append(np.ones(size), 0.0)[None],
        b_eq=[1.0],
        bounds=[(0.0, 1.0)] * size + [(None, None)],
    )
    if inner.status != 0 or inner.x[-1] <= PRESENT:
        return None
    ranges = np.zeros((2, kinds))
    for place, kind in enumerate(support):
        for end, sign in enumerate((1.0, -1.0)):
            goal = np.zeros(size)
            goal[place] = sign
            found = linprog(
                goal,
                A_ub=-cuts,
                b_ub=np.full(len(cuts), slack),
                A_eq=np.ones((1, size)),
                b_eq=[1.0],
                bounds=[(0.0, 1.0)] * size,
            )
            ranges[end, kind] = found.x[place]
    example = np.zeros(kinds)
    example[list(support)] = inner.x[:-1]
    return BeliefSet(*(tuple(map(float, row)) for row in (ranges[0], ranges[1], example)))
