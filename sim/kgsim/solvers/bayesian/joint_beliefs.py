"""What can be believed about several players at once, each judged by itself: products of beliefs, cut by inequalities.

An inequality on beliefs about two players is linear in each and so bilinear in both. Where each belief weighs two types
the set lies in a square, cut by hyperbolas: between the places at which two of them cross nothing changes, so one look
between any two such places and one at each decides exactly. More types or players are looked at from a few sides only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product

import numpy as np

from kgsim.arrays import Floats
from kgsim.solvers.bayesian.beliefs import BeliefSet, History, point, segment, supported
from kgsim.tolerances import EQUAL_ENDS, PRESENT

#: Weight that a belief tried out puts on its likeliest type.
MOSTLY = 0.99


@dataclass(frozen=True)
class Free:
    """A belief about one player that a surprise leaves free.

    Attributes
    ----------
    source
        The history before the surprise, the player's place among the informed, and its surprising action.
    support
        The types that the belief puts weight on after the surprise.
    narrowed
        The types that are still possible after what the player did since; all of the support if None.
    """

    source: tuple[History, int, int]
    support: frozenset[int]
    narrowed: frozenset[int] | None = None

    @property
    def types(self) -> frozenset[int]:
        """The types that are still possible."""
        return self.support if self.narrowed is None else self.narrowed

    @property
    def whole(self) -> Free:
        """The belief just after the surprise."""
        return Free(self.source, self.support)


@dataclass(frozen=True, eq=False)
class Row:
    """An inequality ``sum of table * beliefs >= 0`` on free beliefs; the table has one axis per belief, by type."""

    frees: tuple[Free, ...]
    table: Floats

    @property
    def key(self) -> tuple[tuple[Free, ...], bytes]:
        """What tells rows apart."""
        return self.frees, self.table.tobytes()


class UndecidedError(Exception):
    """Whether there are such beliefs was not settled."""


def jointly_supported(
    frees: Sequence[Free], kinds: Sequence[int], rows: Sequence[Row], slack: float
) -> list[BeliefSet] | None:
    """The beliefs with weight on exactly the types of each that satisfy every inequality; None if there are none.

    Parameters
    ----------
    frees, kinds
        The free beliefs sought, and the number of types of each one's player.
    rows
        Inequalities on these beliefs alone.
    slack
        Ties are kept by allowing so much.

    Returns
    -------
    list of BeliefSet or None
        The range of each belief over all that satisfy the rows together.

    Raises
    ------
    UndecidedError
        If that was not settled.
    """
    places = {free.source: place for place, free in enumerate(frees)}
    tables = [_spread(row, places, kinds) for row in rows]
    linked = sorted({places[free.source] for row in rows if len(row.frees) > 1 for free in row.frees})
    found: dict[int, BeliefSet] = {}
    for place, free in enumerate(frees):
        if place not in linked:
            own = [table.reshape(-1) for table in tables if table.shape[place] > 1]
            alone = supported(kinds[place], sorted(free.support), own, slack)
            if alone is None:
                return None
            found[place] = alone
    if linked:
        tied = [t.reshape([t.shape[p] for p in linked]) for t in tables if any(t.shape[p] > 1 for p in linked)]
        supports = [sorted(frees[place].support) for place in linked]
        exact = [len(support) for support in supports] == [2, 2]
        solve = _square if exact else _from_a_few_sides
        together = solve([kinds[place] for place in linked], supports, tied, slack)
        if together is None:
            return None
        found |= dict(zip(linked, together, strict=True))
    return [found[place] for place in range(len(frees))]


def _spread(row: Row, places: Mapping[tuple[History, int, int], int], kinds: Sequence[int]) -> Floats:
    """A row's table with one axis for each belief sought, of length 1 where it does not matter."""
    order = [places[free.source] for free in row.frees]
    shape = [kinds[place] if place in order else 1 for place in range(len(kinds))]
    return row.table.transpose(np.argsort(order)).reshape(shape)


def _square(
    kinds: Sequence[int], supports: Sequence[Sequence[int]], tables: Sequence[Floats], slack: float
) -> list[BeliefSet] | None:
    """Two beliefs on two types each."""
    cells = [np.broadcast_to(table, kinds)[np.ix_(*supports)] for table in tables]
    ranges = []
    for corners in (cells, [cell.T for cell in cells]):
        found = _projection(corners, slack)
        if found is None:
            return None
        ranges.append(found)
    (first, at_first), (second, _) = ranges
    example = (at_first, sum(_between(cells, at_first, slack)) / 2)
    return [segment(*each) for each in zip(kinds, supports, (first, second), example, strict=True)]


def _projection(cells: Sequence[Floats], slack: float) -> tuple[tuple[float, float], float] | None:
    """The range of the first belief's second type, and a share at which the second belief has room."""
    ends = [(cell[0, 0], cell[1, 0] - cell[0, 0], cell[0, 1], cell[1, 1] - cell[0, 1]) for cell in cells]
    # At share x a row is worth a + b x and c + d x at the ends of the second belief, and linear in between.
    special = {0.0, 1.0}
    for a, b, c, d in ends:
        special |= _roots(0.0, b, a) | _roots(0.0, d, c) | _roots(0.0, d - b, c - a)
    for (a, b, c, d), (e, f, g, h) in combinations(ends, 2):
        special |= _roots(b * h - d * f, a * h + b * g - c * f - d * e, a * g - c * e)
    shares = sorted(x for x in special if 0.0 <= x <= 1.0)
    open_ = [x for x in shares if _has_room(*_between(cells, x, slack))]
    inside = [x for x in open_ if PRESENT < x < 1.0 - PRESENT]
    for x, y in pairwise(shares):
        if _has_room(*_between(cells, 0.5 * (x + y), slack)):
            open_ += [x, y]
            inside.append(0.5 * (x + y))
    if not inside:
        return None
    widest = max(inside, key=lambda x: -np.subtract(*_between(cells, x, slack)))
    return (min(open_), max(open_)), widest


def _roots(square: float, slope: float, level: float) -> set[float]:
    """Real zeros of a polynomial of degree two at most."""
    return {float(root.real) for root in np.roots([square, slope, level]) if abs(root.imag) <= EQUAL_ENDS}


def _between(cells: Sequence[Floats], share: float, slack: float) -> tuple[float, float]:
    """The second belief's weights on its second type that every row allows at a share of the first."""
    low, high = 0.0, 1.0
    for cell in cells:
        left, right = (1.0 - share) * cell[0] + share * cell[1]
        if abs(right - left) <= slack:
            if left < -slack:
                return 1.0, 0.0
        elif right > left:
            low = max(low, -left / (right - left))
        else:
            high = min(high, -left / (right - left))
    return low, high


def _has_room(low: float, high: float) -> bool:
    return low <= high + EQUAL_ENDS and low < 1.0 - PRESENT and high > PRESENT


def _from_a_few_sides(
    kinds: Sequence[int], supports: Sequence[Sequence[int]], tables: Sequence[Floats], slack: float
) -> list[BeliefSet] | None:
    """Fix all beliefs but one at a few places; if none will do, see whether beliefs that are no product would."""
    every = [tuple(each) for each in product(*supports)]
    flat = [np.array([np.broadcast_to(table, kinds)[each] for each in every]) for table in tables]
    if supported(len(every), range(len(every)), flat, slack) is None:
        return None
    tried = [_few(count, support) for count, support in zip(kinds, supports, strict=True)]
    for last in range(len(kinds)):
        for chosen in product(*(few for place, few in enumerate(tried) if place != last)):
            fixed = dict(zip((p for p in range(len(kinds)) if p != last), chosen, strict=True))
            rows = []
            for table in tables:
                row = np.broadcast_to(table, kinds)
                for place in sorted(fixed, reverse=True):
                    row = np.tensordot(row, fixed[place], axes=(place, 0))
                rows.append(row)
            found = supported(kinds[last], supports[last], rows, slack)
            if found is not None:
                return [found if place == last else point(fixed[place].tolist()) for place in range(len(kinds))]
    raise UndecidedError


def _few(kinds: int, support: Sequence[int]) -> list[Floats]:
    """The even belief on a support, and one that is almost sure of each type."""
    even = np.zeros(kinds)
    even[list(support)] = 1.0 / len(support)
    return [even, *(MOSTLY * np.eye(kinds)[kind] + (1.0 - MOSTLY) * even for kind in support)]
