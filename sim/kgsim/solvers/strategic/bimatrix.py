"""All extreme Nash equilibria of a two-player game, ties included.

An equilibrium is *extreme* if each strategy is a vertex of its best-response polyhedron, and every equilibrium
is a convex combination of extreme ones (Winkels 1979; Jansen 1981). So the finite list of vertex pairs ``(x,
y)`` in which every action is unused or a best response says everything: a maximal Nash subset is a product of
convex hulls, and it is found as a maximal biclique of the graph whose edges are the extreme equilibria
(Avis, Rosenberg, Savani and von Stengel 2010). Vertices and labels are exact
(`kgsim.solvers.strategic.best_response`); a generic equilibrium's probabilities come from
`kgsim.solvers.strategic.indifference`, as in the compiled batch.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from operator import mul
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgsim.games.strategic import pure_equilibrium_mask
from kgsim.solvers.equilibria import Profile, RawEquilibria
from kgsim.solvers.strategic.best_response import OutOfTime, Vertex, vertices
from kgsim.solvers.strategic.indifference import indifference
from kgsim.solvers.strategic.lemke_howson import lemke_howson
from kgsim.solvers.strategic.rationals import as_integers, fractions_of, integers_of
from kgsim.tolerances import LEAST_PIVOT, NEAR_TIE

#: Up to this many actions a polyhedron is enumerated whole; beyond it, only its faces that can meet a best
#: reply.
WHOLE = 10

#: More maximal Nash subsets than this are not listed.
MOST_COMPONENTS = 10_000


def solve(
    scaled: NDArray[np.float64], payoffs: NDArray[Any] | None = None, *, time_limit: float | None = None
) -> RawEquilibria:
    """Find every extreme equilibrium of a bimatrix game.

    Parameters
    ----------
    scaled
        Shape (2, m, n), scaled to 0..1 per player with exact ties (`kgsim.games.strategic.normalise`).
    payoffs
        The same before scaling, floats or fractions, where scaling hides how some of them differ: then all that is
        computed is computed from these, in fractions.
    time_limit
        Seconds after which the search stops and answers with the pure equilibria and one more, incomplete.

    Returns
    -------
    RawEquilibria
        Equilibria ordered by the sizes of the supports; `roots` counts the vertices of the two polyhedra and
        `supports_examined` the pairs of them.
    """
    deadline = None if time_limit is None else time.monotonic() + time_limit
    first, second = (_Own.of(side, payoffs is not None) for side in _sides(scaled if payoffs is None else payoffs))
    try:
        xs, ys = _vertex_pairs(first.table, second.table, deadline)
    except OutOfTime:
        return _without_enumeration(scaled if payoffs is None else payoffs, first, second, time_limit)
    pairs = sorted(((x, y) for x in xs for y in ys if not x.support & ~y.best and not y.support & ~x.best), key=_order)
    solved = _profiles(first, second, pairs)
    components, all_components = _maximal_nash_subsets(pairs)
    # Completeness is not claimed then.
    near = second.nearly_tied(xs) or first.nearly_tied(ys)
    if near:
        reason = "Some payoffs are within rounding of a tie, so equilibria of the tied game may be missing."
    elif not all_components:
        reason = f"All extreme equilibria are listed, but only {MOST_COMPONENTS} of the Nash subsets they span."
    else:
        reason = "All vertices of both best-response polyhedra were enumerated in exact arithmetic."
    return RawEquilibria(
        equilibria=tuple(profile for profile, _ in solved),
        components=components,
        complete=not near and all_components,
        reason=reason,
        supports_examined=len(xs) * len(ys),
        roots={"vertices of player 1": len(xs), "vertices of player 2": len(ys)},
        indices=tuple(index for _, index in solved),
    )


def _sides(game: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Each player's payoffs, its own actions first."""
    return game[0], game[1].T


@dataclass(frozen=True)
class _Own:
    """Payoffs of one player, own actions first, and what is computed from them.

    Attributes
    ----------
    payoffs
        Floats on 0..1, or fractions.
    exact
        Whether they are fractions.
    certain
        Whether these are surely the numbers that were meant.
    table
        Integers that differ as the payoffs do, but for a unit.
    """

    payoffs: list[list[Any]]
    exact: bool
    certain: bool
    table: list[list[int]]

    @classmethod
    def of(cls, payoffs: NDArray[Any], exact: bool) -> _Own:
        if not exact:
            return cls(payoffs.tolist(), False, False, as_integers(payoffs))
        fractions, certain = fractions_of(payoffs)
        return cls(fractions, True, certain, integers_of(fractions))

    def nearly_tied(self, found: list[Vertex]) -> bool:
        """Whether some vertex misses a label by so little that it may have been meant to have it."""
        if self.certain:
            return False
        return _nearly_tied(self.payoffs, found) if self.exact else _near_tie(np.array(self.payoffs), self.table, found)


def _vertex_pairs(
    first: list[list[int]], second: list[list[int]], deadline: float | None
) -> tuple[list[Vertex], list[Vertex]]:
    """Vertices ``x`` and ``y``, at least all those that take part in an equilibrium."""
    rows, columns = len(first), len(second)
    if rows < columns:
        ys, xs = _vertex_pairs(second, first, deadline)
        return xs, ys
    ys = vertices(first, deadline=deadline)
    if rows <= WHOLE:
        return vertices(second, deadline=deadline), ys
    # In equilibrium x puts weight on best responses to y alone, so only those faces of its polyhedron matter.
    best = {y.best for y in ys}
    faces = [mask for mask in best if not any(mask != other and mask & other == mask for other in best)]
    relevant = {x.labels: x for mask in sorted(faces) for x in _face_vertices(second, mask, rows, deadline)}
    return list(relevant.values()), ys


def _face_vertices(replies: list[list[int]], mask: int, rows: int, deadline: float | None) -> Iterable[Vertex]:
    """Vertices at which only the actions in `mask` have weight."""
    used = _actions(mask)
    for vertex in vertices([[row[i] for i in used] for row in replies], deadline=deadline):
        weights = [0] * rows
        support = 0
        for i, weight in zip(used, vertex.weights, strict=True):
            if weight:
                weights[i] = weight
                support |= 1 << i
        yield Vertex(tuple(weights), support, vertex.best)


def _order(pair: tuple[Vertex, Vertex]) -> tuple[int, ...]:
    x, y = pair
    return (x.support.bit_count() + y.support.bit_count(), x.support, y.support, x.best, y.best)


def _profiles(first: _Own, second: _Own, pairs: list[tuple[Vertex, Vertex]]) -> list[tuple[Profile, int | None]]:
    """The profiles of extreme equilibria and their indices (Shapley 1974), None where these are not defined."""
    xs = _strategies(second, (x for x, _ in pairs))
    ys = _strategies(first, (y for _, y in pairs))
    solved: list[tuple[Profile, int | None]] = []
    for x, y in pairs:
        (x_strategy, x_sign), (y_strategy, y_sign) = xs[x.labels], ys[y.labels]
        index = x_sign * y_sign * (1 if x.support.bit_count() % 2 else -1)
        regular = x.support == y.best and y.support == x.best and index != 0
        solved.append(((x_strategy, y_strategy), index if regular else None))
    return solved


def _strategies(own: _Own, found: Iterable[Vertex]) -> dict[tuple[int, int], tuple[NDArray[np.float64], int]]:
    """By its labels each vertex's probabilities, and the sign of its indifference system, 0 if degenerate."""
    # A dict of Python's numbers is read several times as fast as an array, by the same operations.
    payoffs = {(i, j): payoff for i, row in enumerate(own.payoffs) for j, payoff in enumerate(row)}
    each = {vertex.labels: vertex for vertex in found}
    solved = [_strategy(payoffs, vertex, own.exact) for vertex in each.values()]
    rows = np.array([strategy for strategy, _ in solved])
    return {labels: (row, sign) for labels, row, (_, sign) in zip(each, rows, solved, strict=True)}


def _strategy(payoffs: Any, vertex: Vertex, exact: bool) -> tuple[list[float], int]:
    size = vertex.support.bit_count()
    if vertex.best.bit_count() == size:
        used = _actions(vertex.support)
        weights: Any = [0.0] * size
        room: Any = {}
        sign, pivot = indifference(payoffs, _actions(vertex.best), used, size, room, weights)
        if exact:
            return vertex.strategy(), sign
        if pivot >= LEAST_PIVOT:
            strategy = [0.0] * len(vertex.weights)
            for i, weight in zip(used, weights, strict=True):
                strategy[i] = weight
            return strategy, sign
    return vertex.strategy(), 0


def _actions(mask: int) -> Any:
    return [i for i in range(mask.bit_length()) if mask >> i & 1]


def _near_tie(own: NDArray[np.float64], table: list[list[int]], found: list[Vertex]) -> bool:
    """Whether some label is missed by rounding only: a tiny weight, or an almost best response."""
    # In integers a label is missed by at least one, so that it takes large ones to miss it by so little.
    if max(sum(vertex.weights) for vertex in found) * max(map(max, table)) < 0.5 / NEAR_TIE:
        return False
    weights = np.array([vertex.strategy() for vertex in found])
    if np.count_nonzero(weights >= NEAR_TIE) < sum(vertex.support.bit_count() for vertex in found):
        return True
    values = weights @ own.T
    slack = values.max(axis=1, keepdims=True) - values
    close = np.argwhere(slack < NEAR_TIE).tolist()
    return any(not found[k].best >> i & 1 for k, i in close)


def _nearly_tied(own: list[list[Fraction]], found: list[Vertex]) -> bool:
    """As `_near_tie`, of payoffs as fractions: beside what the replies are worth, whatever others may be."""
    near = Fraction(NEAR_TIE)
    for vertex in found:
        total = sum(vertex.weights)
        if any(0 < weight < near * total for weight in vertex.weights):
            return True
        values = [sum(map(mul, vertex.weights, row)) for row in own]
        best = max(values)
        for value, row in zip(values, own, strict=True):
            if 0 < best - value < near * sum(map(mul, vertex.weights, map(abs, row))):
                return True
    return False


def _maximal_nash_subsets(pairs: list[tuple[Vertex, Vertex]]) -> tuple[tuple[tuple[int, ...], ...], bool]:
    """Maximal Nash subsets with more than one point, by their extreme equilibria; and whether all."""
    number = {(x.labels, y.labels): k for k, (x, y) in enumerate(pairs)}
    xs = list(dict.fromkeys(x for x, _ in number))
    ys = list(dict.fromkeys(y for _, y in number))
    neighbours = [sum(1 << j for j, y in enumerate(ys) if (x, y) in number) for x in xs]
    # The sets Y of maximal bicliques X x Y are the intersections of neighbourhoods.
    closed: set[int] = set()
    for mask in neighbours:
        closed |= {mask & other for other in closed} | {mask}
        if len(closed) > MOST_COMPONENTS:
            break
    subsets = []
    for mask in closed - {0}:
        left = [i for i, other in enumerate(neighbours) if mask & other == mask]
        right = [j for j in range(len(ys)) if mask >> j & 1]
        if len(left) * len(right) > 1:
            subsets.append(tuple(sorted(number[xs[i], ys[j]] for i in left for j in right)))
    return tuple(sorted(subsets)), len(closed) <= MOST_COMPONENTS


def _without_enumeration(payoffs: NDArray[Any], first: _Own, second: _Own, time_limit: float | None) -> RawEquilibria:
    """Pure equilibria and one found by Lemke and Howson's path: what can be said when time has run out."""
    rows, columns = payoffs.shape[1:]
    profiles = [
        (np.eye(rows)[i], np.eye(columns)[j]) for i, j in np.argwhere(pure_equilibrium_mask(payoffs, players=2))
    ]
    mixed = lemke_howson(first.table, second.table)
    if not any(all(np.array_equal(a, b) for a, b in zip(mixed, known, strict=True)) for known in profiles):
        profiles.append(mixed)
    return RawEquilibria(
        equilibria=tuple(profiles),
        components=(),
        complete=False,
        reason=f"The enumeration took over {time_limit:g} s: the pure equilibria and one more are listed.",
        roots={},
        indices=(None,) * len(profiles),
    )
