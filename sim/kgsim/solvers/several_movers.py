"""A stage whose movers choose at once: pure equilibria exactly, mixed ones from the solver of strategic games.

The deviations of two movers lead to different histories, so each can be deterred by the continuation that is worst for
that mover alone.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kgsim.errors import StructureError
from kgsim.games.objectives import Efficient, Linear
from kgsim.solvers.continuations import Collector, Point, at_least, played
from kgsim.solvers.nash import NashSet
from kgsim.solvers.stage import Caps, Stage, payoffs_of, record, scorer

Nash: TypeAlias = Callable[[NDArray[np.float64]], NashSet]


def solve(stage: Stage, nash: Nash, caps: Caps, found: Collector) -> None:
    """Add all equilibria of a stage with several movers.

    Raises
    ------
    StructureError
        If a bloc that does not randomise leaves the stage without an equilibrium.
    """
    if any(isinstance(objective, Efficient) for objective in stage.objectives):
        raise StructureError(
            "a bloc under mutual veto cannot move at the same time as others: give it a stage of its own"
        )
    _pure(stage, found)
    if all(isinstance(objective, Linear) for objective in stage.objectives):
        _mixed(stage, nash, caps, found)
    elif found.empty:
        raise StructureError(
            "a bloc that chooses one joint position, without randomising, has no equilibrium when it moves at the "
            "same time as the others here: give it a stage of its own, or use the weighted rule"
        )
    else:
        found.gaps.add(
            "a bloc that chooses one joint position moves at the same time as others: only pure equilibria are sought"
        )


def _bounds(stage: Stage) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Worst and best continuation of each profile for each mover, each of shape (movers, *shape)."""
    ranges = []
    for cell in stage.distinct:
        payoffs = payoffs_of([cell])
        scores = np.array([objective.score(payoffs) for objective in stage.objectives])  # type: ignore[union-attr]
        ranges.append((scores.min(axis=1), scores.max(axis=1)))
    worst, best = np.moveaxis(np.array(ranges)[stage.identity], (-2, -1), (0, 1))
    return worst, best


def _pure(stage: Stage, found: Collector) -> None:
    worst, best = _bounds(stage)
    movers = range(len(stage.shape))
    levels = np.array([np.broadcast_to(worst[i].max(axis=i, keepdims=True), stage.shape) for i in movers])
    slack = np.array(stage.tolerances).reshape(-1, *(1 for _ in movers))
    for index in np.argwhere(((best >= levels - slack) & (best > -np.inf)).all(axis=0)):
        profile = tuple(int(action) for action in index)
        components = stage.after(profile).components()
        for mover, objective in enumerate(stage.objectives):
            components, gaps = at_least(
                components,
                scorer(objective),
                float(levels[(mover, *profile)]),
                stage.tolerances[mover],
                linear=isinstance(objective, Linear),
            )
            found.gaps |= gaps
        record(found, profile, components)


def _mixed(stage: Stage, nash: Nash, caps: Caps, found: Collector) -> None:
    """Add the equilibria in which movers randomise, for each selection of continuations."""
    keep = _worth_playing(stage)
    numbers = stage.identity[np.ix_(*keep)]
    cells = [stage.distinct[number] for number in numbers.flat]
    if any(cell.pieces for cell in cells):
        found.gaps.add(
            "a stage of several movers is followed by continua of equilibria: its mixed equilibria are sought "
            "with the ends of each continuum only"
        )
    count = float(np.prod([float(len(cell.points)) for cell in cells]))
    if count > caps.selections:
        found.gaps.add(
            f"tied continuations after a stage of several movers give {count:.3g} stage games: mixed equilibria "
            f"are sought in {caps.selections} of them"
        )
    solved: dict[bytes, NashSet] = {}
    for number, selection in enumerate(product(*(cell.points for cell in cells))):
        if number == caps.selections:
            break
        payoffs = np.array([point.payoffs for point in selection])
        scores = [objective.score(payoffs) for objective in stage.objectives]  # type: ignore[union-attr]
        game = np.array(scores).reshape(len(scores), *numbers.shape)
        key = game.tobytes()
        if key not in solved:
            solved[key] = nash(game)
            if not solved[key].complete:
                found.gaps.add(solved[key].reason)
        _add(solved[key], keep, dict(zip(np.ndindex(numbers.shape), selection, strict=True)), found)


def _worth_playing(stage: Stage) -> list[NDArray[np.intp]]:
    """Each mover's actions that survive iterated strict dominance, one of each group with the same continuations.

    An action goes only if another is better against everything whatever continuations are selected, so no
    equilibrium of any selection is lost.
    """
    keep = [np.arange(size) for size in stage.shape]
    worst, best = _bounds(stage)
    single: NDArray[np.bool_] = np.array([len(cell.points) == 1 for cell in stage.distinct])
    size = -1
    while size != sum(map(len, keep)):
        size = sum(map(len, keep))
        for mover, tolerance in enumerate(stage.tolerances):
            low, high, same = (
                np.moveaxis(table[np.ix_(*keep)], mover, 0).reshape(len(keep[mover]), -1)
                for table in (worst[mover], best[mover], stage.identity)
            )
            beaten = np.array([(low > row + tolerance).all(axis=1).any() for row in high])
            # Equal actions can be followed by different equilibria; only where there is no choice is one enough.
            several = np.logical_not(single[same]).any(axis=1)
            same = np.where(several[:, None], -1 - np.arange(len(same))[:, None], same)
            _, first = np.unique(same, axis=0, return_index=True)
            keep[mover] = keep[mover][np.isin(np.arange(len(beaten)), first) & ~beaten]
    return keep


def _add(
    answer: NashSet, keep: list[NDArray[np.intp]], selection: dict[tuple[int, ...], Point], found: Collector
) -> None:
    points = []
    for profile in answer.equilibria:
        supports = [np.flatnonzero(mix > 0.0).tolist() for mix in profile]
        then = {
            tuple(int(kept[action]) for kept, action in zip(keep, cell, strict=True)): selection[cell]
            for cell in product(*supports)
        }
        mixes = [
            tuple((int(kept[action]), float(mix[action])) for action in support)
            for kept, mix, support in zip(keep, profile, supports, strict=True)
        ]
        points.append(played(mixes, then))
        found.add(points[-1])
    for component in answer.components:
        found.add_piece((points[index] for index in component), convex=False)
