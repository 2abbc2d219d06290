"""Sets of continuation equilibria: points, the continua between them, and how they are cut and mixed.

The equilibria of a subgame are kept as *points*, one per lottery over terminal classes, and *pieces*: groups of points
between which there is a continuum of equilibria. A responder who is indifferent between accepting and refusing may mix,
and an earlier mover may find its own threshold met only by such a mixture; a solver that keeps pure ties alone would
lose those equilibria. A *convex* piece consists of all mixtures of its points. In any other piece every equilibrium
is a mixture of the points but not every mixture is an equilibrium (components of a bimatrix game are such).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from kgsim.tolerances import LOTTERY_DIGITS, NO_SHARE, cancelled

Key: TypeAlias = tuple[tuple[int, float], ...]
Mix: TypeAlias = tuple[tuple[int, float], ...]

CURVED = (
    "a continuum of equilibria of a later stage is cut by what an earlier mover demands; "
    "its listed members are equilibria, but the cut itself may hold further ones"
)


@dataclass(frozen=True, eq=False)
class Play:
    """One way to play a stage and what follows.

    Attributes
    ----------
    mixes
        For each mover of the stage, its actions with their probabilities.
    then
        Action profile (one action per mover) to the continuation point played after it: all of positive probability,
        and others where the choice rests on what would follow them.
    """

    mixes: tuple[Mix, ...]
    then: Mapping[tuple[int, ...], Point]

    def same(self, other: Play) -> bool:
        """Whether both play alike here and go on to the same lotteries."""
        return self.mixes == other.mixes and all(
            point.lottery == other.then[profile].lottery for profile, point in self.then.items()
        )


@dataclass(eq=False)
class Point:
    """All equilibria of a subgame that share one lottery over terminal classes.

    Attributes
    ----------
    lottery
        (terminal class, probability), by class.
    payoffs
        Expected payoffs, shape (players,).
    sizes
        Expected size of the payoffs, which tells their rounding; shape (players,).
    plays
        The ways found to play the first stage; empty at a terminal history. Grows while the subgame is solved.
    """

    lottery: Key
    payoffs: np.ndarray
    sizes: np.ndarray
    plays: list[Play] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Piece:
    """A continuum of equilibria spanned by points (at least two)."""

    points: tuple[Point, ...]
    convex: bool


@dataclass(frozen=True, eq=False)
class Continuations:
    """The equilibria of one subgame.

    Attributes
    ----------
    points
        Every point, whether isolated or part of a piece.
    pieces
        The continua among them.
    gaps
        Why the set may lack equilibria; empty if it is complete.
    """

    points: tuple[Point, ...]
    pieces: tuple[Piece, ...] = ()
    gaps: frozenset[str] = frozenset()

    def components(self) -> list[Piece | Point]:
        """Pieces, and the points that belong to none."""
        covered = {point.lottery for piece in self.pieces for point in piece.points}
        return [*self.pieces, *(point for point in self.points if point.lottery not in covered)]

    def first(self, count: int) -> Continuations:
        """The set itself if it has at most `count` points, else that many of them and the gap this leaves."""
        if len(self.points) <= count:
            return self
        kept = {point.lottery for point in self.points[:count]}
        pieces = tuple(piece for piece in self.pieces if all(point.lottery in kept for point in piece.points))
        reason = f"more than {count} distinct equilibrium lotteries in one subgame: the others were dropped"
        return Continuations(self.points[:count], pieces, self.gaps | {reason})


class Collector:
    """Gathers the points and pieces of a subgame, one point per lottery."""

    def __init__(self) -> None:
        self._points: dict[Key, Point] = {}
        self._pieces: dict[frozenset[Key], Piece] = {}
        self.gaps: set[str] = set()

    def add(self, point: Point) -> None:
        """Record a point, or further ways to play a known one."""
        known = self._points.get(point.lottery)
        if known is None:
            self._points[point.lottery] = Point(point.lottery, point.payoffs, point.sizes, list(point.plays))
        else:
            known.plays += [play for play in point.plays if not any(play.same(other) for other in known.plays)]

    def add_piece(self, points: Iterable[Point], *, convex: bool) -> None:
        """Record a continuum and its points, unless these coincide.

        The piece keeps the points as given: how each is played matters for playing their mixtures.
        """
        unique = {point.lottery: point for point in points}
        for lottery, point in unique.items():
            if lottery not in self._points:
                self.add(point)
        known = self._pieces.get(frozenset(unique))
        if len(unique) > 1 and (known is None or (convex and not known.convex)):
            self._pieces[frozenset(unique)] = Piece(tuple(unique.values()), convex)

    @property
    def empty(self) -> bool:
        """Whether nothing has been found."""
        return not self._points

    @property
    def ends(self) -> int:
        """How many lotteries have been found."""
        return len(self._points)

    def result(self) -> Continuations:
        """The set, without the pieces that a larger one makes superfluous."""
        pieces = tuple(
            Piece(tuple(self._with_all_plays(point) for point in piece.points), piece.convex)
            for members, piece in self._pieces.items()
            if not any(
                members < others and (larger.convex or not piece.convex) for others, larger in self._pieces.items()
            )
        )
        return Continuations(tuple(self._points.values()), pieces, frozenset(self.gaps))

    def _with_all_plays(self, point: Point) -> Point:
        """A piece's point: played first as its mixtures need it, then in every other way that was found."""
        others = [play for play in self._points[point.lottery].plays if not play.same(point.plays[0])]
        return Point(point.lottery, point.payoffs, point.sizes, [point.plays[0], *others])


def renamed(found: Continuations, actions: Sequence[Sequence[int]]) -> Continuations:
    """The same set with the first stage's actions called by their places among all: those that each mover has."""

    def play(old: Play) -> Play:
        mixes = tuple(
            tuple((own[action], share) for action, share in mix) for mix, own in zip(old.mixes, actions, strict=True)
        )
        then = {
            tuple(own[action] for action, own in zip(profile, actions, strict=True)): point
            for profile, point in old.then.items()
        }
        return Play(mixes, then)

    def point(old: Point) -> Point:
        return Point(old.lottery, old.payoffs, old.sizes, list(map(play, old.plays)))

    pieces = tuple(Piece(tuple(map(point, piece.points)), piece.convex) for piece in found.pieces)
    return Continuations(tuple(map(point, found.points)), pieces, found.gaps)


def terminal(label: int, payoffs: np.ndarray) -> Continuations:
    """The one continuation at the end of play."""
    return Continuations((Point(((label, 1.0),), payoffs, np.abs(payoffs)),))


def played(mixes: Sequence[Mix], then: Mapping[tuple[int, ...], Point]) -> Point:
    """The point of a subgame that starts with `mixes` and goes on with `then`."""
    parts = [
        (point, float(np.prod([dict(mix)[action] for mix, action in zip(mixes, profile, strict=True)])))
        for profile, point in then.items()
    ]
    payoffs = np.sum([share * point.payoffs for point, share in parts], axis=0)
    sizes = np.sum([share * point.sizes for point, share in parts], axis=0)
    lottery = _mixture([(point.lottery, share) for point, share in parts])
    return Point(lottery, cancelled(payoffs, sizes), sizes, [Play(tuple(mixes), then)])


def _mixture(parts: Sequence[tuple[Key, float]]) -> Key:
    """The lottery that draws each lottery with the given probability."""
    total: dict[int, float] = {}
    for lottery, weight in parts:
        for label, probability in lottery:
            total[label] = total.get(label, 0.0) + weight * probability
    return tuple(sorted((label, _rounded(share)) for label, share in total.items() if share > NO_SHARE))


def _rounded(share: float) -> float:
    """A share as told apart from others; the smallest, which count where payoffs are large, keep three digits."""
    return round(share, LOTTERY_DIGITS) or float(f"{share:.3g}")


def blend(points: Sequence[Point], weights: Sequence[float]) -> Point:
    """The point of a convex piece that is the mixture of some of its points.

    The mixture is played by mixing the first action at which the points part; where the action is the same, the mixing
    happens further on.
    """
    if all(point is points[0] for point in points):
        return points[0]
    plays = [point.plays[0] for point in points]
    movers = range(len(plays[0].mixes))
    if sum(any(play.mixes[k] != plays[0].mixes[k] for play in plays) for k in movers) > 1:
        raise ValueError("only one mover of a stage can mix between the points of a convex piece")
    mixes: list[dict[int, float]] = [{} for _ in movers]
    reached: dict[tuple[int, ...], list[tuple[Point, float]]] = {}
    for play, weight in zip(plays, weights, strict=True):
        for mix, total in zip(play.mixes, mixes, strict=True):
            for action, probability in mix:
                total[action] = total.get(action, 0.0) + weight * probability
        for profile, point in play.then.items():
            share = np.prod([dict(mix).get(action, 0.0) for mix, action in zip(play.mixes, profile, strict=True)])
            if share > 0.0:
                reached.setdefault(profile, []).append((point, weight * float(share)))
    then = {}
    for profile, parts in reached.items():
        total_share = sum(share for _, share in parts)
        then[profile] = blend([point for point, _ in parts], [share / total_share for _, share in parts])
    return played([tuple(sorted(mix.items())) for mix in mixes], then)


Score: TypeAlias = Callable[[Point], float]


def at_least(
    components: Iterable[Point | Piece], score: Score, level: float, *, linear: bool
) -> tuple[list[Point | Piece], set[str]]:
    """The part of some components on which a mover's objective is at least `level`.

    Returns the components that remain and the gaps that the cut opens. On a convex piece a linear objective's cut
    is exact: the mixtures at which the mover is just indifferent join its points.
    """
    remaining: list[Point | Piece] = []
    gaps: set[str] = set()
    for component in components:
        kept, gap = _cut(component, score, level, linear=linear)
        remaining += kept
        gaps |= gap
    return remaining, gaps


def _cut(component: Point | Piece, score: Score, level: float, *, linear: bool) -> tuple[list[Point | Piece], set[str]]:
    if isinstance(component, Point):
        return ([component] if score(component) >= level else []), set()
    inside = [point for point in component.points if score(point) >= level]
    outside = [point for point in component.points if score(point) < level]
    if not outside:
        return [component], set()
    if not inside:
        return [], (set() if linear else {CURVED})
    if not component.convex or not linear:
        return list(_span(inside, convex=False)), {CURVED}
    return list(_span([*inside, *_crossings(inside, outside, score, level)], convex=True)), set()


def slice_at(component: Point | Piece, score: Score, level: float) -> tuple[list[Point], bool]:
    """Points that span the part of a component where a linear objective equals `level`.

    The flag says whether their mixtures are that part exactly; otherwise they contain it.
    """
    if isinstance(component, Point):
        return ([component] if score(component) == level else []), True
    on = [point for point in component.points if score(point) == level]
    above = [point for point in component.points if score(point) > level]
    below = [point for point in component.points if score(point) < level]
    if not above or not below:
        return on, component.convex or not on
    if not component.convex:
        return list(component.points), False
    return [*on, *_crossings(above, below, score, level)], True


def _crossings(above: Sequence[Point], below: Sequence[Point], score: Score, level: float) -> list[Point]:
    """The mixtures of pairs at which the objective equals `level`."""
    found = []
    for high in above:
        for low in below:
            if score(high) > level:
                share = (level - score(low)) / (score(high) - score(low))
                found.append(blend([high, low], [share, 1.0 - share]))
    return found


def _span(points: Sequence[Point], *, convex: bool) -> Iterable[Point | Piece]:
    unique = list({point.lottery: point for point in points}.values())
    return unique if len(unique) == 1 else [Piece(tuple(unique), convex)]
