"""A stage with one mover: it chooses what is best for it, and may mix where it is indifferent.

The solution is exact. An action can be chosen if some equilibrium after it is worth at least as much to the mover as
the worst equilibrium after every other action.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product
from typing import TypeAlias

import numpy as np

from kgsim.errors import StructureError
from kgsim.games.objectives import Efficient, Linear, NashProduct
from kgsim.solvers.continuations import (
    CURVED,
    Collector,
    Continuations,
    Piece,
    Point,
    Score,
    at_least,
    slice_at,
)
from kgsim.solvers.stage import TOLERANCE, Caps, Stage, payoffs_of, record, scorer, spread, start

#: Actions with equal continuations, and the components of these that the mover accepts.
Branch: TypeAlias = tuple[list[int], list[Point | Piece]]


def solve(stage: Stage, caps: Caps, found: Collector) -> None:
    """Add all equilibria of a stage with one mover.

    Raises
    ------
    StructureError
        If the mover is a bloc whose rule cannot be applied.
    """
    (objective,) = stage.objectives
    if isinstance(objective, NashProduct):
        objective = _defined(objective, stage)
    if isinstance(objective, Efficient):
        _veto(objective, stage, found)
    else:
        _optimise(objective, stage, caps, found)


def _defined(objective: NashProduct, stage: Stage) -> NashProduct | Efficient:
    """The Nash product where it ranks positions, and what is left of it where it does not."""
    scores = objective.score(payoffs_of(stage.distinct))
    if scores.max() == -np.inf:
        raise StructureError(
            "the Nash product cannot be applied: no joint position gives every member at least its disagreement "
            "payoff; use the weighted or the veto rule, or another disagreement point"
        )
    if scores.max() <= stage.tolerances[0]:
        # No position gives every member more than its fallback: the product is 0 wherever it is defined and ranks
        # nothing. What remains of the axioms is efficiency.
        return Efficient(objective.members, objective.disagreement)
    return objective


def _optimise(objective: Linear | NashProduct, stage: Stage, caps: Caps, found: Collector) -> None:
    tolerance, linear, score = stage.tolerances[0], isinstance(objective, Linear), scorer(objective)
    level = max(min(map(score, cell.points)) for cell in stage.distinct)
    branches: list[Branch] = []
    for cell, profiles in stage.grouped():
        components, gaps = at_least(cell.components(), score, level, tolerance, linear=linear)
        found.gaps |= gaps
        if components:
            branches.append(([action for (action,) in profiles], components))
        for profile in profiles:
            record(found, profile, components)
    if linear:
        _mix_ties(branches, score, tolerance, caps, found)
        _mix_between_continua(branches, score, tolerance, found)


def _mix_ties(branches: Sequence[Branch], score: Score, tolerance: float, caps: Caps, found: Collector) -> None:
    """Add the continua in which the mover mixes between actions worth the same to it."""
    for level in _levels(branches, score, tolerance):
        choices: list[list[list[Point]]] = []
        exact = True
        for actions, components in branches:
            slices = [slice_at(component, score, level, tolerance) for component in components]
            parts = [points for points, _ in slices if points]
            exact &= all(known for points, known in slices if points)
            if parts:
                # Each action can be followed by one component; equal actions can be followed by different ones.
                most = min(len(actions), len(parts))
                choices.append(
                    [
                        [
                            start((action,), point)
                            for action, part in zip(actions[:most], chosen, strict=True)
                            for point in part
                        ]
                        for chosen in combinations(parts, most)
                    ]
                )
        if exact and np.prod([float(len(choice)) for choice in choices]) <= caps.branches:
            for chosen in product(*choices):
                found.add_piece((point for part in chosen for point in part), convex=True)
        else:
            everything = (point for choice in choices for part in choice for point in part)
            found.add_piece(everything, convex=False)


def _levels(branches: Sequence[Branch], score: Score, tolerance: float) -> list[float]:
    """The distinct values that the mover has at the points of its actions' continuations."""
    levels: list[float] = []
    for value in sorted(
        score(point)
        for _, components in branches
        for component in components
        for point in (component.points if isinstance(component, Piece) else (component,))
    ):
        if not levels or value - levels[-1] > tolerance:
            levels.append(value)
    return levels


def _mix_between_continua(branches: Sequence[Branch], score: Score, tolerance: float, found: Collector) -> None:
    """Span the ruled sets: two actions, each followed by a continuum over which the mover's value varies.

    At every common value the mover may mix between the two slices. The union over values is no polytope, but all
    its members are mixtures of the two continua's points.
    """
    spans = [
        (actions, component, min(map(score, component.points)), max(map(score, component.points)))
        for actions, components in branches
        for component in components
        if isinstance(component, Piece)
    ]
    for (others, other, other_low, other_high), (actions, piece, low, high) in combinations(spans, 2):
        overlap = min(high, other_high) - max(low, other_low) > tolerance
        same = {point.lottery for point in piece.points} == {point.lottery for point in other.points}
        if overlap and not same and (actions is not others or len(actions) > 1):
            ends = [start((actions[-1],), point) for point in piece.points]
            found.add_piece([*ends, *(start((others[0],), point) for point in other.points)], convex=False)


def _veto(objective: Efficient, stage: Stage, found: Collector) -> None:
    """Add every position that no other certainly improves upon for all members."""
    tolerance = TOLERANCE * spread(payoffs_of(stage.distinct), objective)
    alternatives = [(cell, payoffs_of([cell])) for cell in stage.distinct]

    def stands(point: Point, own: Continuations) -> bool:
        return bool(objective.acceptable(point.payoffs, tolerance)) and not any(
            objective.dominates(payoffs, point.payoffs, tolerance).all()
            for cell, payoffs in alternatives
            if cell is not own
        )

    none = True
    for cell, profiles in stage.grouped():
        components: list[Point | Piece] = []
        for component in cell.components():
            points = component.points if isinstance(component, Piece) else (component,)
            standing = [point for point in points if stands(point, cell)]
            if len(standing) == len(points):
                components.append(component)
            else:
                components += standing
                if isinstance(component, Piece):
                    found.gaps.add(CURVED)
        none &= not components
        for profile in profiles:
            record(found, profile, components)
    if none:
        raise StructureError(
            "mutual veto cannot be applied: no joint position gives every member at least its disagreement payoff; "
            "leave the disagreement point out, or use another"
        )
