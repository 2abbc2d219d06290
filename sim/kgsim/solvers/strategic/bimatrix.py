"""All extreme Nash equilibria of a two-player game, ties included.

An equilibrium is *extreme* if each strategy is a vertex of its best-response polyhedron, and every equilibrium
is a convex combination of extreme ones (Winkels 1979; Jansen 1981). So the finite list of vertex pairs ``(x,
y)`` in which every action is unused or a best response says everything, continua included
(`kgsim.solvers.strategic.nash_subsets`). Two ways of finding it take turns: listing the vertices
(`kgsim.solvers.strategic.best_response`), and a tree of faces (`kgsim.solvers.strategic.complementary`). Both are
exact; a generic equilibrium's probabilities come from `kgsim.solvers.strategic.indifference`, as in the compiled batch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from operator import mul
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kgsim.games.strategic import pure_equilibrium_mask
from kgsim.solvers.effort import WORK_LIMIT, Effort, OutOfEffort
from kgsim.solvers.equilibria import Profile, RawEquilibria, pure_strategy
from kgsim.solvers.strategic.best_response import Vertex, vertices
from kgsim.solvers.strategic.complementary import pairs_of_faces
from kgsim.solvers.strategic.indifference import indifference
from kgsim.solvers.strategic.lemke_howson import lemke_howson
from kgsim.solvers.strategic.nash_subsets import MOST_COMPONENTS, maximal_nash_subsets
from kgsim.solvers.strategic.one_equilibrium import one_equilibrium
from kgsim.solvers.strategic.polytope import Polytope
from kgsim.solvers.strategic.rationals import as_integers, fractions_of, integers_of
from kgsim.tolerances import LEAST_PIVOT, NEAR_TIE, ZERO_SUM

#: Up to this many actions a polyhedron is enumerated whole; beyond it, only its faces that can meet a best
#: reply.
WHOLE = 10

#: Steps allowed by turns to listing vertices and to the tree of faces, since either may be much the faster one: the
#: first for long games and those with many ties, the second for large games. What is left goes to the last.
TURNS = (200_000, 250_000, 1_000_000, float("inf"))

#: Steps of work that go into one equilibrium where the search has found none.
LAST_CHANCE = WORK_LIMIT / 10

#: Probabilities listed at most of pure equilibria where not all equilibria are found.
MOST_NUMBERS = 20_000_000

#: Payoffs of a game that are copied to a dict at most.
MOST_IN_DICT = 100_000

#: Numbers in the dictionaries along one branch of the tree of faces, at most.
MOST_IN_TREE = 20_000_000

_Table = list[list[int]]


class _Found(NamedTuple):
    """Extreme equilibria, vertices that were looked at for them, and whether some missed by rounding only."""

    pairs: list[tuple[Vertex, Vertex]]
    xs: list[Vertex]
    ys: list[Vertex]
    reason: str
    near: bool = False


def solve(
    scaled: NDArray[np.float64], payoffs: NDArray[Any] | None = None, *, effort: Effort | None = None
) -> RawEquilibria:
    """Find every extreme equilibrium of a bimatrix game.

    Parameters
    ----------
    scaled
        Shape (2, m, n), scaled to 0..1 per player with exact ties (`kgsim.games.strategic.normalise`).
    payoffs
        The same before scaling, floats or fractions, where scaling hides how some of them differ: then all that is
        computed is computed from these, in fractions.
    effort
        What the search may cost. Where it does not suffice the answer is the pure equilibria and those found so far,
        at least one, incomplete.

    Returns
    -------
    RawEquilibria
        Equilibria ordered by the sizes of the supports; `roots` counts the vertices of the two polyhedra that were
        looked at and `supports_examined` the pairs of them.
    """
    effort = effort or Effort()
    first, second = (_Own.of(side, payoffs is not None) for side in _sides(scaled if payoffs is None else payoffs))
    partly: dict[Any, tuple[Vertex, Vertex]] = {}
    try:
        if payoffs is None:
            found = _search(scaled, first.table, second.table, effort, partly)
        else:
            # The linear programmes of the other way are solved in floats, which are too coarse here.
            found = _by_vertices(first.table, second.table, effort)
    except OutOfEffort as ended:
        game = scaled if payoffs is None else payoffs
        return _incomplete(game, first, second, effort, list(partly.values()), str(ended))
    pairs = sorted(found.pairs, key=_order)
    solved = _profiles(first, second, pairs)
    components, all_components = maximal_nash_subsets([(x.labels, y.labels) for x, y in pairs])
    # Completeness is not claimed then.
    near = found.near or second.nearly_tied(found.xs) or first.nearly_tied(found.ys)
    reason = found.reason
    if near:
        reason = "Some payoffs are within rounding of a tie, so equilibria of the tied game may be missing."
    elif not all_components:
        reason = f"All extreme equilibria are listed, but only {MOST_COMPONENTS} of the Nash subsets they span."
    return RawEquilibria(
        equilibria=tuple(profile for profile, _ in solved),
        components=components,
        complete=not near and all_components,
        reason=reason,
        supports_examined=len(found.xs) * len(found.ys),
        roots={"vertices of player 1": len(found.xs), "vertices of player 2": len(found.ys)},
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
    table: _Table

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


def _search(
    scaled: NDArray[np.float64], first: _Table, second: _Table, effort: Effort, partly: dict[Any, Any]
) -> _Found:
    """Try the two ways by turns; the pairs that a way found before its turn ended are in `partly`."""
    for number, steps in enumerate(TURNS):
        part = effort.part(steps)
        try:
            if number % 2 == 0:
                return _by_vertices(first, second, part)
            if number == 1 and np.abs(scaled.sum(axis=0) - 1.0).max() <= ZERO_SUM:
                found = _zero_sum(first, effort)
                if found is not None:
                    return found
            return _by_faces(first, second, part, partly)
        except OutOfEffort:
            if part.steps == effort.left:
                raise
            effort.spend(part.steps)
    raise AssertionError("the last turn has all the effort that is left")


def _by_vertices(first: _Table, second: _Table, effort: Effort) -> _Found:
    xs, ys = _vertex_pairs(first, second, effort)
    effort.spend(len(xs) * len(ys) / 10)
    pairs = [(x, y) for x in xs for y in ys if not x.support & ~y.best and not y.support & ~x.best]
    return _Found(pairs, xs, ys, "All vertices of both best-response polyhedra were enumerated in exact arithmetic.")


def _polytopes(first: _Table, second: _Table, effort: Effort) -> tuple[Polytope, Polytope]:
    rows, columns = range(len(first)), range(len(first), len(first) + len(second))
    return Polytope(second, rows, columns, effort), Polytope(first, columns, rows, effort)


def _by_faces(first: _Table, second: _Table, effort: Effort, partly: dict[Any, Any]) -> _Found:
    if (len(first) + len(second)) * len(first) * len(second) > MOST_IN_TREE:
        raise OutOfEffort("the game is too large for a search of all")
    near = False
    for xs, ys in pairs_of_faces(*_polytopes(first, second, effort)):
        near |= not xs or not ys
        partly.update(((x.labels, y.labels), (x, y)) for x in xs for y in ys)
    reason = (
        "Every action was tried as unused and as a best response, and what remained was solved in exact arithmetic."
    )
    return _all_of(list(partly.values()), reason, near)


def _zero_sum(first: _Table, effort: Effort) -> _Found | None:
    """All equilibria of a game in which player 2 loses what player 1 wins: any of them tells the faces of all.

    Optimal strategies are those that use only best responses to an opponent's optimal strategy and make its actions
    best responses (von Neumann 1928).
    """
    top = max(map(max, first))
    x_side, y_side = _polytopes(
        first, [[top - entry for entry in column] for column in zip(*first, strict=True)], effort
    )
    known = one_equilibrium(x_side, y_side)
    if known is None:
        return None
    x, y = known
    xs = x_side.vertices(_held(x_side, ~y.best, y.support))
    ys = y_side.vertices(_held(y_side, ~x.best, x.support))
    reason = "The game is zero-sum, and all optimal strategies of both players were found in exact arithmetic."
    return _all_of([(one, other) for one in xs for other in ys], reason, False)


def _held(side: Polytope, unused: int, best: int) -> NDArray[np.bool_]:
    """Mask of the labels of own actions and of replies in two bit masks."""
    held = np.zeros(len(side.own) + len(side.replies), dtype=bool)
    held[side.own] = [unused >> i & 1 for i in range(len(side.own))]
    held[side.replies] = [best >> j & 1 for j in range(len(side.replies))]
    return held


def _all_of(pairs: list[tuple[Vertex, Vertex]], reason: str, near: bool) -> _Found:
    xs, ys = ({vertex.labels: vertex for vertex in own} for own in zip(*pairs, strict=True))
    return _Found(pairs, list(xs.values()), list(ys.values()), reason, near)


def _vertex_pairs(first: _Table, second: _Table, effort: Effort) -> tuple[list[Vertex], list[Vertex]]:
    """Vertices ``x`` and ``y``, at least all those that take part in an equilibrium."""
    rows, columns = len(first), len(second)
    if rows < columns:
        ys, xs = _vertex_pairs(second, first, effort)
        return xs, ys
    ys = vertices(first, effort=effort)
    if rows <= WHOLE:
        return vertices(second, effort=effort), ys
    # In equilibrium x puts weight on best responses to y alone, so only those faces of its polyhedron matter.
    best = {y.best for y in ys}
    effort.spend(len(best) ** 2 / 10)
    faces = [mask for mask in best if not any(mask != other and mask & other == mask for other in best)]
    side, _ = _polytopes(first, second, effort)
    found = (x for mask in sorted(faces) for x in side.vertices(_held(side, ~mask, 0)))
    return list({x.labels: x for x in found}.values()), ys


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
    payoffs: Any = np.array(own.payoffs) if len(own.payoffs) * len(own.payoffs[0]) > MOST_IN_DICT else None
    if payoffs is None:
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


def _incomplete(
    payoffs: NDArray[Any],
    first: _Own,
    second: _Own,
    effort: Effort,
    pairs: list[tuple[Vertex, Vertex]],
    ended: str,
) -> RawEquilibria:
    """The pure equilibria, and mixed ones found so far or by a path: what can be said when a search has ended early."""
    rows, columns = payoffs.shape[1:]
    places = np.argwhere(pure_equilibrium_mask(payoffs, players=2))
    listed = places[: max(1, MOST_NUMBERS // (rows + columns))]
    profiles: list[Profile] = [(pure_strategy(rows, i), pure_strategy(columns, j)) for i, j in listed]
    mixed = [pair for pair in pairs if any(vertex.support.bit_count() > 1 for vertex in pair)]
    if not mixed:
        mixed = _one_more(first.table, second.table, effort.seconds)
    solved = _profiles(first, second, sorted(mixed, key=_order))
    profiles += [profile for profile, _ in solved]
    if not profiles:
        profiles.append(lemke_howson(first.table, second.table))
    count = len(profiles) - len(listed)
    some = "the pure equilibria" if len(listed) == len(places) else f"{len(listed)} of {len(places)} pure equilibria"
    return RawEquilibria(
        equilibria=tuple(profiles),
        components=(),
        complete=False,
        reason=f"Not all equilibria were sought, since {ended}: {some} and {count} more are listed.",
        indices=(None,) * len(listed) + tuple(index for _, index in solved) + (None,) * (count - len(solved)),
    )


def _one_more(first: _Table, second: _Table, seconds: float | None) -> list[tuple[Vertex, Vertex]]:
    """An equilibrium that is not pure, if a path leads to one."""
    try:
        found = one_equilibrium(*_polytopes(first, second, Effort(LAST_CHANCE, seconds)))
    except OutOfEffort:
        return []
    return [found] if found and any(vertex.support.bit_count() > 1 for vertex in found) else []
