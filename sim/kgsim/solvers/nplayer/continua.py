"""All equilibria in which at most two players mix, ties included: their continua, exactly, and how these hang together.

If the others play pure strategies, the two who mix play a bimatrix game, whose equilibria are products of polytopes
(`kgsim.solvers.strategic.nash_subsets`); of each product remains what gives none of the others a reason to deviate
(`kgsim.solvers.nplayer.regions`). Together with the isolated equilibria in which more players mix this is everything,
unless the search has left such a support open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, product
from math import prod
from typing import NamedTuple

import numpy as np

from kgsim.arrays import Floats
from kgsim.solvers.equilibria import Profile, RawEquilibria
from kgsim.solvers.nplayer.regions import NotDescribed, Region, cut
from kgsim.tolerances import BOUNDARY

#: Games of two players that are solved for one game at most, and equilibria that are listed.
MOST_GAMES = 2_000
MOST_POINTS = 5_000

#: Probabilities this close are one.
SAME = 1e-9

REASON = "Every support profile was excluded or solved, and what ties leave free was described exactly."


class Slice(NamedTuple):
    """Two players who may mix, and what the others play."""

    one: int
    other: int
    pure: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Part:
    """A connected set of equilibria.

    Attributes
    ----------
    where
        Who mixes, and what the others play.
    corners
        For each player the corners of a polytope, shape (corners, actions); it lies in their product.
    region
        The same of the two who mix.
    """

    where: Slice
    corners: tuple[Floats, ...]
    region: Region

    def points(self) -> Iterator[Profile]:
        """Its corners; those of a part that is no product, as far as they are told."""
        for x, y in self.region.ends or product(self.region.xs, self.region.ys):
            profile = [own[0] for own in self.corners]
            profile[self.where.one], profile[self.where.other] = x, y
            yield tuple(profile)

    @property
    def size(self) -> int:
        """How many these are."""
        return len(self.region.ends) or len(self.region.xs) * len(self.region.ys)


def described(game: Floats, raw: RawEquilibria) -> RawEquilibria:
    """Put the continua of at most two mixing players in the place of what a search has left open.

    Parameters
    ----------
    game
        Shape (players, actions of player 1, ...), scaled to 0..1, ties exact.
    raw
        What the search has found.

    Returns
    -------
    RawEquilibria
        What it was, if it was complete already, if it left open whether more than two players mix, or if some continuum
        is cut by conditions that are not described.
    """
    if raw.open_mixers not in (1, 2):
        return raw
    try:
        parts = _maximal(list(_parts(game)))
    except NotDescribed:
        return raw
    if not all(_mixers(profile) > 2 or any(_holds(part, profile) for part in parts) for profile in raw.equilibria):
        return raw
    return _told(raw, parts)


def _parts(game: Floats) -> Iterator[Part]:
    """The equilibria of every slice, in connected parts."""
    from kgsim.solvers.strategic.nash import nash

    players, shape = len(game), game.shape[1:]
    slices = list(_slices(shape))
    if len(slices) > MOST_GAMES:
        raise NotDescribed
    left = MOST_POINTS
    for where in slices:
        found = nash(np.array([_table(game, p, where) for p in where[:2]]), method="engine")
        if not found.complete:
            raise NotDescribed
        covered = {number for group in found.components for number in group}
        alone = [(number,) for number in range(len(found)) if number not in covered]
        for group in (*found.components, *alone):
            xs, ys = (_distinct([found.equilibria[k][side] for k in group]) for side in (0, 1))
            for region in cut(xs, ys, _losses(game, where, xs, ys)):
                corners = [np.eye(shape[p])[[where.pure[p]]] for p in range(players)]
                corners[where.one], corners[where.other] = region.xs, region.ys
                part = Part(where, tuple(corners), region)
                left -= part.size
                if left < 0:
                    raise NotDescribed
                yield part


def _slices(shape: tuple[int, ...]) -> Iterator[Slice]:
    for one, other in combinations(range(len(shape)), 2):
        actions = [(0,) if p in (one, other) else tuple(range(count)) for p, count in enumerate(shape)]
        if prod(map(len, actions)) > MOST_GAMES:
            raise NotDescribed
        yield from (Slice(one, other, pure) for pure in product(*actions))


def _table(game: Floats, player: int, where: Slice, deviation: int | None = None) -> Floats:
    """A player's payoffs in a slice; if it is one of the others, also after a deviation."""
    at: list[int | slice] = list(where.pure)
    if deviation is not None:
        at[player] = deviation
    at[where.one] = at[where.other] = slice(None)
    return np.asarray(game[(player, *at)])


def _losses(game: Floats, where: Slice, xs: Floats, ys: Floats) -> Floats:
    """What each deviation of each of the others loses at each pair of corners."""
    losses = [
        xs @ (_table(game, player, where) - _table(game, player, where, deviation)) @ ys.T
        for player, played in enumerate(where.pure)
        if player not in where[:2]
        for deviation in range(game.shape[1 + player])
        if deviation != played
    ]
    return np.array(losses).reshape(-1, len(xs), len(ys))


def _distinct(strategies: list[Floats]) -> Floats:
    return np.array(list({_key(own): own for own in strategies}.values()))


def _key(*strategies: Floats) -> tuple[int, ...]:
    return tuple(round(p / SAME) for own in strategies for p in own)


def _mixers(profile: Profile) -> int:
    return sum(int((own > BOUNDARY).sum()) > 1 for own in profile)


def _maximal(parts: list[Part]) -> list[Part]:
    """Those whose corners are not all among another's, since slices share the equilibria in which one player mixes."""
    keys = [frozenset(_key(*profile) for profile in part.points()) for part in parts]
    order = sorted(range(len(parts)), key=lambda k: (-len(keys[k]), k))
    kept: list[int] = []
    for k in order:
        if not any(keys[k] <= keys[other] and not parts[other].region.ends for other in kept):
            kept.append(k)
    return [parts[k] for k in sorted(kept)]


def _told(raw: RawEquilibria, parts: list[Part]) -> RawEquilibria:
    """List the corners of the parts beside what more players mix in, in groups, and say which parts touch."""
    listed = {
        _key(*profile): (profile, index)
        for profile, index in zip(raw.equilibria, raw.indices, strict=True)
        if _mixers(profile) > 2
    }
    known = {_key(*profile): index for profile, index in zip(raw.equilibria, raw.indices, strict=True)}
    for part in parts:
        for profile in part.points():
            key = _key(*profile)
            listed.setdefault(key, (profile, known.get(key) if part.size == 1 else None))
    listed = dict(sorted(listed.items(), key=lambda each: (sum(map(bool, each[0])), [-p for p in each[0]])))
    place = {key: number for number, key in enumerate(listed)}
    groups = [tuple(sorted({place[_key(*profile)] for profile in part.points()})) for part in parts]
    connected = (tuple(sorted({number for k in together for number in groups[k]})) for together in _connected(parts))
    return replace(
        raw,
        equilibria=tuple(profile for profile, _ in listed.values()),
        indices=tuple(index for _, index in listed.values()),
        components=tuple(group for group in groups if len(group) > 1),
        connected=tuple(sorted(group for group in connected if len(group) > 1)),
        complete=True,
        reason=REASON,
        spanned=not any(part.region.ends for part in parts),
        open_mixers=0,
    )


def _connected(parts: list[Part]) -> Iterator[list[int]]:
    """Numbers of the parts that hang together."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    touching = [(a, b) for a, b in combinations(range(len(parts)), 2) if _touch(parts[a], parts[b])]
    rows, columns = np.array(touching, dtype=np.intp).reshape(-1, 2).T
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(parts), len(parts)))
    count, label = connected_components(graph, directed=False)
    yield from (np.flatnonzero(label == number).tolist() for number in range(count))


def _touch(a: Part, b: Part) -> bool:
    """Whether two parts have an equilibrium in common."""
    if {_key(*profile) for profile in a.points()} & {_key(*profile) for profile in b.points()}:
        return True
    if a.region.ends and b.region.ends:
        # What two such parts share lies on edges of both, and ends where one of them ends.
        return any(_holds(b, profile) for profile in a.points()) or any(_holds(a, profile) for profile in b.points())
    common = [_common(own, others) for own, others in zip(a.corners, b.corners, strict=True)]
    profile = tuple(point for point in common if point is not None)
    # All that two products share are equilibria if one of them is whole, and in one part of the other.
    return len(profile) == len(common) and _above(a, profile) and _above(b, profile)


def _holds(part: Part, profile: Profile) -> bool:
    """Whether an equilibrium lies in a part."""
    points = (_common(corners, own[None]) for corners, own in zip(part.corners, profile, strict=True))
    return all(point is not None for point in points) and _above(part, profile)


def _above(part: Part, profile: Profile) -> bool:
    """Whether an equilibrium in the product of a part's polytopes lies above its shadow."""
    if part.region.shadow is None:
        return True
    (start, end), (low, high) = part.region.xs, part.region.shadow
    along = end - start
    place = float((profile[part.where.one] - start) @ along / (along @ along))
    return low - SAME <= place <= high + SAME


def _common(a: Floats, b: Floats) -> Floats | None:
    """A point that two polytopes, given by their corners, have in common."""
    apart = np.abs(a[:, None] - b[None]).max(axis=2)
    if apart.min() <= SAME:
        return np.asarray(a[np.unravel_index(apart.argmin(), apart.shape)[0]])
    if len(a) == len(b) == 1 or any(len(one) == 1 and one.max() > 1.0 - SAME for one in (a, b)):
        return None  # a pure strategy is a corner of whatever it lies in
    if not ((a > BOUNDARY).any(axis=0) & (b > BOUNDARY).any(axis=0)).any():
        return None
    equal = np.hstack([a.T, -b.T])
    sums = np.array([[1.0] * len(a) + [0.0] * len(b), [0.0] * len(a) + [1.0] * len(b)])
    return _mixture(a, np.vstack([equal, sums]), np.array([0.0] * len(equal) + [1.0, 1.0]))


def _mixture(corners: Floats, equal: Floats, to: Floats) -> Floats | None:
    from scipy.optimize import linprog

    found = linprog(np.zeros(equal.shape[1]), A_eq=equal, b_eq=to)
    return np.asarray(found.x[: len(corners)] @ corners) if found.status == 0 else None
