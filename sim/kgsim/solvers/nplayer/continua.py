"""Continua of equilibria of three and more players, exactly, and how they hang together.

If all but two play pure strategies, the two play a bimatrix game, whose equilibria are products of polytopes
(`kgsim.solvers.strategic.nash_subsets`); of each product remains what gives none of the others a reason to deviate
(`kgsim.solvers.nplayer.regions`). Supports that the search has left open in which three mix two actions each hold
curves or single points (`kgsim.solvers.nplayer.curves`). With the isolated equilibria that the search has found this is
everything, unless it has left a larger support open.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import combinations, product
from math import prod
from typing import NamedTuple

import numpy as np

from kgsim.arrays import Floats
from kgsim.solvers.equilibria import Profile, RawEquilibria
from kgsim.solvers.nplayer.curves import Point, curves
from kgsim.solvers.nplayer.regions import NotDescribed, Region, cut
from kgsim.tolerances import BOUNDARY

#: Games of two players that are solved for one game at most, and equilibria that are listed.
MOST_GAMES = 2_000
MOST_POINTS = 5_000

#: For each player the actions that it uses.
Support = tuple[tuple[int, ...], ...]

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
    corners
        For each player the corners of a polytope, shape (corners, actions); it lies in their product.
    ends
        If it is not all of the product, some of its equilibria, where it ends among them.
    shadow
        Then, a player whose polytope is a segment, and from where to where along it the part reaches.
    """

    corners: tuple[Floats, ...]
    ends: tuple[Profile, ...] = ()
    shadow: tuple[int, float, float] | None = None

    @property
    def points(self) -> tuple[Profile, ...]:
        """Its corners; of a part that is no product, those that are told."""
        return self.ends or tuple(product(*self.corners))

    @property
    def curved(self) -> bool:
        """Whether it is a curve on which three players mix, which meets others at its ends alone."""
        return bool(self.ends) and sum(len(own) > 1 for own in self.corners) > 2


def described(game: Floats, raw: RawEquilibria) -> RawEquilibria:
    """Put continua in the place of what a search has left open.

    Parameters
    ----------
    game
        Shape (players, actions of player 1, ...), scaled to 0..1, ties exact.
    raw
        What the search has found.

    Returns
    -------
    RawEquilibria
        What it was, if nothing was left open, or something that is not described.
    """
    larger = [support for support in raw.open_supports if _mixing(support) > 2]
    if not raw.open_supports:
        return raw
    try:
        parts = [*_maximal(list(_parts(game))), *(part for support in larger for part in _of_curves(game, support))]
    except NotDescribed:
        return raw
    few = (profile for profile in raw.equilibria if _mixers(profile) <= 2)
    if not all(any(_holds(part, profile) for part in parts if not part.curved) for profile in few):
        return raw
    return _told(raw, parts)


def _parts(game: Floats) -> Iterator[Part]:
    """The equilibria in which no more than two players mix, in connected parts."""
    from kgsim.solvers.strategic.nash import nash

    left = MOST_POINTS
    for where in _slices(game.shape[1:]):
        found = nash(np.array([_table(game, p, where) for p in where[:2]]), method="engine")
        if not found.complete:
            raise NotDescribed
        covered = {number for group in found.components for number in group}
        alone = [(number,) for number in range(len(found)) if number not in covered]
        for group in (*found.components, *alone):
            xs, ys = (_distinct([found.equilibria[k][side] for k in group]) for side in (0, 1))
            for region in cut(xs, ys, _losses(game, where, xs, ys)):
                left -= len(region.ends) or len(region.xs) * len(region.ys)
                if left < 0:
                    raise NotDescribed
                yield _part(game.shape[1:], where, region)


def _part(shape: tuple[int, ...], where: Slice, region: Region) -> Part:
    def filled(x: Floats, y: Floats) -> tuple[Floats, ...]:
        return tuple(
            x if p == where.one else y if p == where.other else np.eye(count)[where.pure[p]]
            for p, count in enumerate(shape)
        )

    corners = tuple(np.atleast_2d(own) for own in filled(region.xs, region.ys))
    shadow = None if region.shadow is None else (where.one, *region.shadow)
    return Part(corners, tuple(filled(x, y) for x, y in region.ends), shadow)


def _mixing(support: Support) -> int:
    return sum(len(own) > 1 for own in support)


def _of_curves(game: Floats, support: Support) -> Iterator[Part]:
    """The equilibria of a support in which three players mix two actions each."""
    mixers = [player for player, own in enumerate(support) if len(own) > 1]
    if len(mixers) > 3 or any(len(support[player]) > 2 for player in mixers):
        raise NotDescribed
    shape = game.shape[1:]

    def table(player: int, action: int) -> Floats:
        """A player's payoffs from an action on the support, by the mixers' actions."""
        own = [(action,) if p == player else actions for p, actions in enumerate(support)]
        values = game[(player, *np.ix_(*own))]
        fixed = tuple(p for p in range(len(shape)) if p not in mixers)
        return np.broadcast_to(values.squeeze(axis=fixed), (2, 2, 2))

    ties = np.array([table(p, support[p][1]) - table(p, support[p][0]) for p in mixers])
    losses = [
        table(p, support[p][0]) - table(p, action)
        for p, count in enumerate(shape)
        for action in range(count)
        if action not in support[p]
    ]
    corners = tuple(np.eye(count)[list(own)] for count, own in zip(shape, support, strict=True))
    order, found = _along(ties, np.array(losses).reshape(-1, 2, 2, 2))
    mixers = [mixers[place] for place in order]
    for points in found:
        profiles = [_mixed(corners, mixers, point) for point in points]
        if len(points) == 1:
            yield Part(tuple(own[None] for own in profiles[0]))
        else:
            yield Part(corners, tuple(profiles), (mixers[2], points[0][2], points[-1][2]))


def _along(ties: Floats, losses: Floats) -> tuple[tuple[int, ...], list[list[Point]]]:
    """The curves, along the first mixture by which they can be told, and players in an order in which it is last."""
    for order in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        axes = (0, *(1 + place for place in order))
        with suppress(NotDescribed):
            return order, list(curves(ties[list(order)].transpose(axes), losses.transpose(axes)))
    raise NotDescribed


def _mixed(corners: tuple[Floats, ...], mixers: list[int], point: Point) -> Profile:
    share = dict(zip(mixers, point, strict=True))
    return tuple(
        np.asarray((1.0 - share[p]) * own[0] + share[p] * own[1]) if p in share else own[0]
        for p, own in enumerate(corners)
    )


def _slices(shape: tuple[int, ...]) -> list[Slice]:
    found: list[Slice] = []
    for one, other in combinations(range(len(shape)), 2):
        actions = [(0,) if p in (one, other) else tuple(range(count)) for p, count in enumerate(shape)]
        if len(found) + prod(map(len, actions)) > MOST_GAMES:
            raise NotDescribed
        found += [Slice(one, other, pure) for pure in product(*actions)]
    return found


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
    return _mixing(_support(profile))


def _support(profile: Profile) -> Support:
    return tuple(tuple(map(int, np.flatnonzero(own > BOUNDARY))) for own in profile)


def _maximal(parts: list[Part]) -> list[Part]:
    """Those whose corners are not all among another's, since slices share the equilibria in which one player mixes."""
    keys = [frozenset(_key(*profile) for profile in part.points) for part in parts]
    order = sorted(range(len(parts)), key=lambda k: (-len(keys[k]), k))
    kept: list[int] = []
    for k in order:
        if not any(keys[k] <= keys[other] and not parts[other].ends for other in kept):
            kept.append(k)
    return [parts[k] for k in sorted(kept)]


def _told(raw: RawEquilibria, parts: list[Part]) -> RawEquilibria:
    """List the corners of the parts beside what more players mix in, in groups, and say which parts touch."""
    open_supports = set(raw.open_supports)
    listed = {
        _key(*profile): (profile, index)
        for profile, index in zip(raw.equilibria, raw.indices, strict=True)
        if _mixers(profile) > 2 and _support(profile) not in open_supports
    }
    known = {_key(*profile): index for profile, index in zip(raw.equilibria, raw.indices, strict=True)}
    for part in parts:
        for profile in part.points:
            key = _key(*profile)
            listed.setdefault(key, (profile, known.get(key) if len(part.points) == 1 else None))
    listed = dict(sorted(listed.items(), key=lambda each: (sum(map(bool, each[0])), [-p for p in each[0]])))
    place = {key: number for number, key in enumerate(listed)}
    groups = [tuple(sorted({place[_key(*profile)] for profile in part.points})) for part in parts]
    connected = (tuple(sorted({number for k in together for number in groups[k]})) for together in _connected(parts))
    return replace(
        raw,
        equilibria=tuple(profile for profile, _ in listed.values()),
        indices=tuple(index for _, index in listed.values()),
        components=tuple(group for group in groups if len(group) > 1),
        connected=tuple(sorted(group for group in connected if len(group) > 1)),
        complete=True,
        reason=REASON,
        spanned=not any(part.ends for part in parts),
        open_supports=(),
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
    if {_key(*profile) for profile in a.points} & {_key(*profile) for profile in b.points}:
        return True
    if a.curved or b.curved:
        # Inside a curve three players mix, and in nothing else do the same three.
        curve, other = (a, b) if a.curved else (b, a)
        return not other.curved and any(_holds(other, profile) for profile in curve.points)
    if a.ends and b.ends:
        # What they share lies on edges of both, and ends where one of them ends.
        return any(_holds(b, profile) for profile in a.points) or any(_holds(a, profile) for profile in b.points)
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
    if part.shadow is None:
        return True
    player, low, high = part.shadow
    start, end = part.corners[player]
    along = end - start
    place = float((profile[player] - start) @ along / (along @ along))
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
