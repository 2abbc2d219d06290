"""A stage whose movers choose at once: pure equilibria exactly, mixed ones from the solver of strategic games.

The deviations of two movers lead to different histories, so each can be deterred by the continuation that is worst for
that mover alone.
"""

from __future__ import annotations

import numpy as np

from kgsim.errors import StructureError
from kgsim.solvers.staged import mixed_stage
from kgsim.solvers.staged.continuations import Collector, at_least
from kgsim.solvers.staged.stage import Caps, Stage, record


def solve(stage: Stage, nash: mixed_stage.Nash, caps: Caps, found: Collector) -> None:
    """Add all equilibria of a stage with several movers.

    Raises
    ------
    StructureError
        If a bloc that does not randomise leaves the stage without an equilibrium.
    """
    unranked = [objective.title for objective in stage.objectives if not objective.ranks]
    if unranked:
        raise StructureError(
            f"a bloc under {unranked[0]} cannot move at the same time as others: give it a stage of its own"
        )
    _pure(stage, found)
    if all(objective.linear for objective in stage.objectives):
        mixed_stage.solve(stage, nash, caps, found)
    elif found.empty:
        raise StructureError(
            "a bloc that chooses one joint position, without randomising, has no equilibrium when it moves at the "
            "same time as the others here: give it a stage of its own, or use the weighted rule"
        )
    else:
        found.gaps.add(
            "a bloc that chooses one joint position moves at the same time as others: only pure equilibria are sought"
        )


def _pure(stage: Stage, found: Collector) -> None:
    worst, best = stage.bounds
    movers = range(len(stage.shape))
    levels = np.array([np.broadcast_to(worst[i].max(axis=i, keepdims=True), stage.shape) for i in movers])
    for index in np.argwhere(((best >= levels) & (best > -np.inf)).all(axis=0)):
        profile = tuple(int(action) for action in index)
        components = stage.after(profile).components()
        for mover, objective in enumerate(stage.objectives):
            components, gaps = at_least(
                components,
                stage.scores[mover],
                float(levels[(mover, *profile)]),
                linear=objective.linear,
            )
            found.gaps |= gaps
        record(found, profile, components)
