"""Mixed equilibria of a stage whose movers choose at once, for each selection of what follows their choices.

Ties make such stages large and repetitive: refused offers lead to the same payoffs whatever they offered. Actions
that are dominated whatever follows are set aside first; actions that the stage's movers cannot tell apart by payoff are
solved as one and told apart again afterwards, since they may still lead to different outcomes, or to different payoffs
for players who do not move here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kgsim.solvers.equilibria import Profile
from kgsim.solvers.staged.continuations import Collector, Point, played
from kgsim.solvers.staged.stage import Caps, Stage
from kgsim.solvers.strategic.nash import NashSet

Nash: TypeAlias = Callable[[NDArray[np.float64]], NashSet]

CONTINUA = (
    "a stage of several movers is followed by continua of equilibria: its mixed equilibria are sought with the ends "
    "of each continuum only"
)
NOT_SPANNED = (
    "a stage of three or more movers has a continuum of equilibria through some of those listed, and what lies in it, "
    "with the values there, is not described"
)
WAYS = "indistinguishable actions allow too many ways of mixing: of some mixed equilibria only one way is listed"


def solve(stage: Stage, nash: Nash, caps: Caps, found: Collector) -> None:
    """Add the equilibria in which movers randomise; every objective must be linear."""
    keep = _worth_playing(stage)
    numbers = stage.identity[np.ix_(*keep)]
    cells = [stage.distinct[number] for number in numbers.flat]
    if any(cell.pieces for cell in cells):
        found.gaps.add(CONTINUA)
    count = prod(len(cell.points) for cell in cells)
    if count > caps.selections:
        found.gaps.add(
            f"tied continuations after a stage of several movers give {count:.3g} stage games: mixed equilibria "
            f"are sought in {caps.selections} of them"
        )
    solved: dict[bytes, tuple[NashSet, _DuplicateActions]] = {}
    for number, selection in enumerate(product(*(cell.points for cell in cells))):
        if number == caps.selections:
            break
        game = np.array([list(map(score, selection)) for score in stage.scores]).reshape(-1, *numbers.shape)
        key = game.tobytes()
        if key not in solved:
            twins = _DuplicateActions.of(game)
            solved[key] = nash(game[np.ix_(range(len(game)), *twins.first)]), twins
        answer, twins = solved[key]
        if not answer.complete:
            found.gaps.add(answer.reason)
        _add(answer, twins, keep, _Selection(numbers.shape, selection), caps, found)


def _worth_playing(stage: Stage) -> list[NDArray[np.intp]]:
    """Each mover's actions that survive iterated strict dominance, one of each group with the same continuations.

    An action goes only if another is better against everything whatever continuations are selected, so no
    equilibrium of any selection is lost.
    """
    keep = [np.arange(size) for size in stage.shape]
    worst, best = stage.bounds
    single = np.array([len(cell.points) == 1 for cell in stage.distinct])
    size = -1
    while size != sum(map(len, keep)):
        size = sum(map(len, keep))
        for mover in range(len(keep)):
            low, high, same = (
                np.moveaxis(table[np.ix_(*keep)], mover, 0).reshape(len(keep[mover]), -1)
                for table in (worst[mover], best[mover], stage.identity)
            )
            beaten = np.array([(low > row).all(axis=1).any() for row in high])
            # Equal actions can be followed by different equilibria; only where there is no choice is one enough.
            several = np.logical_not(np.take(single, same)).any(axis=1)
            same = np.where(several[:, None], -1 - np.arange(len(same))[:, None], same)
            _, first = np.unique(same, axis=0, return_index=True)
            keep[mover] = keep[mover][np.isin(np.arange(len(beaten)), first) & ~beaten]
    return keep


@dataclass(frozen=True, eq=False)
class _DuplicateActions:
    """Actions of one stage game that give every mover the same payoff against everything.

    Attributes
    ----------
    members
        For each mover, its groups of such actions, most of them of one action.
    """

    members: tuple[tuple[tuple[int, ...], ...], ...]

    @classmethod
    def of(cls, game: NDArray[np.float64]) -> _DuplicateActions:
        members = []
        for axis in range(1, game.ndim):
            rows = np.moveaxis(game, axis, 0).reshape(game.shape[axis], -1)
            _, group = np.unique(rows, axis=0, return_inverse=True)
            members.append(tuple(tuple(np.flatnonzero(group.ravel() == g).tolist()) for g in dict.fromkeys(group.flat)))
        return cls(tuple(members))

    @property
    def first(self) -> list[list[int]]:
        """For each mover one action of each group."""
        return [[group[0] for group in groups] for groups in self.members]


class _Selection:
    """One equilibrium chosen for every action profile of a stage game."""

    def __init__(self, shape: tuple[int, ...], points: tuple[Point, ...]) -> None:
        self.points = dict(zip(np.ndindex(shape), points, strict=True))
        numbers: dict[object, int] = {}
        self.kinds = np.array([numbers.setdefault(point.lottery, len(numbers)) for point in points]).reshape(shape)


def _add(
    answer: NashSet,
    twins: _DuplicateActions,
    keep: list[NDArray[np.intp]],
    selection: _Selection,
    caps: Caps,
    found: Collector,
) -> None:
    points: list[list[Point]] = []
    for profile in answer.equilibria:
        points.append([])
        for mixes in _ways(profile, twins, selection, caps, found):
            mixed = [
                tuple(sorted((int(kept[action]), share) for action, share in mix.items()))
                for kept, mix in zip(keep, mixes, strict=True)
            ]
            then = {
                tuple(int(kept[action]) for kept, action in zip(keep, cell, strict=True)): selection.points[cell]
                for cell in product(*mixes)
            }
            points[-1].append(played(mixed, then))
            found.add(points[-1][-1])
        found.add_piece(points[-1], convex=False)
    if not answer.spanned:
        found.gaps.add(NOT_SPANNED)
        return
    for component in answer.components:
        found.add_piece((point for index in component for point in points[index]), convex=False)


def _ways(
    profile: Profile, twins: _DuplicateActions, selection: _Selection, caps: Caps, found: Collector
) -> Iterator[list[dict[int, float]]]:
    """The ways of playing a mixed profile in which each of its actions stands for one of its twins.

    Every other division of weight among twins is a mixture of these. Twins that lead to the same lotteries against
    everything that is played are not told apart.
    """
    supports = [np.flatnonzero(mix > 0.0).tolist() for mix in profile]
    groups = [[twins.members[mover][action] for action in support] for mover, support in enumerate(supports)]
    grid = [sorted(action for group in mover_groups for action in group) for mover_groups in groups]
    choices: list[list[int]] = []
    for mover, mover_groups in enumerate(groups):
        for group in mover_groups:
            rows: dict[bytes, int] = {}
            for action in group:
                axes = [*grid[:mover], [action], *grid[mover + 1 :]]
                rows.setdefault(selection.kinds[np.ix_(*axes)].tobytes(), action)
            choices.append(list(rows.values()))
    if prod(map(len, choices)) > caps.branches:
        found.gaps.add(WAYS)
        choices = [choice[:1] for choice in choices]
    for chosen in product(*choices):
        actions = iter(chosen)
        yield [
            {next(actions): float(mix[action]) for action in support}
            for mix, support in zip(profile, supports, strict=True)
        ]
