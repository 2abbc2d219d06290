"""A stage with one mover: it chooses what is best for it, and may mix where it is indifferent.

The solution is exact. An action can be chosen if some equilibrium after it is worth at least as much to the mover as
the worst equilibrium after every other action.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, islice, pairwise, product
from math import comb, inf, nextafter, prod
from typing import TypeAlias

import numpy as np

from kgsim.errors import StructureError
from kgsim.games.objectives import EXACT_BETWEEN, Objective
from kgsim.solvers.staged.continuations import (
    CURVED,
    Collector,
    Continuations,
    Piece,
    Play,
    Point,
    Score,
    at_least,
    slice_at,
)
from kgsim.solvers.staged.stage import Caps, Stage, members_payoffs, record, start

NO_GAIN = (
    "some equilibria of later stages leave a bloc no joint position that gives every member more than its "
    "fallback; what the bloc chooses then is not listed"
)

NEIGHBOURS = (
    "an offer from an interval is met, by later movers who are indifferent, with more than its proposer could be sure "
    "of; offers beside it may be met so too, and are not listed"
)

BETWEEN = (
    "a bloc chooses terms from intervals by a rule that may pick what lies between the offers that are listed: these "
    "are the best of the corners"
)

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
    exact = objective.linear or (objective.ranks and len(objective.members) in EXACT_BETWEEN)
    if objective.ranks:
        objective = _defined(objective, stage)
    if objective.ranks:
        _optimise(objective, stage, caps, found)
    elif objective.chooses:
        _choose(objective, stage, caps, found)
    else:
        _veto(objective, stage, found)
        # Two members have nothing to divide where no product is positive; three may, unless one end alone stands.
        exact &= len(objective.members) == 2 or found.ends == 1
    if stage.among_others and not exact:
        found.gaps.add(BETWEEN)


def _defined(objective: Objective, stage: Stage) -> Objective:
    """The objective where it ranks positions, and what is left of it where it does not."""
    best = max(map(stage.scores[0], stage.points))
    if best == -inf:
        raise StructureError(
            f"{objective.title} cannot be applied: no joint position gives every member at least its disagreement "
            "payoff; use the weighted or the veto rule, or another disagreement point" + _untried(stage)
        )
    return objective.remainder if best <= objective.floor else objective


def _untried(stage: Stage) -> str:
    """A caveat for rules found inapplicable although a later tie leaves mixtures."""
    return " (mixtures at later ties were not tried)" if any(cell.pieces for cell in stage.distinct) else ""


def _optimise(objective: Objective, stage: Stage, caps: Caps, found: Collector) -> None:
    linear, score = objective.linear, stage.scores[0]
    level = max(min(map(score, cell.points)) for cell in stage.distinct)
    if level <= objective.floor:
        # Some continuations leave the bloc without any joint gain; what it does then is not the rule's to say.
        found.gaps.add(NO_GAIN)
        level = nextafter(objective.floor, inf)  # any gain
    branches: list[Branch] = []
    for cell, profiles in stage.grouped():
        components, gaps = at_least(cell.components(), score, level, linear=linear)
        found.gaps |= gaps
        if components:
            branches.append(([action for (action,) in profiles], components))
            if any(action in stage.among_others for (action,) in profiles) and _above(components, score, level):
                found.gaps.add(NEIGHBOURS)
        for profile in profiles:
            record(found, profile, components)
    if linear:
        _mix_ties(branches, score, caps, found)
        _mix_between_continua(branches, score, found)


def _above(components: Sequence[Point | Piece], score: Score, level: float) -> bool:
    """Whether some of the components is worth more than the mover can be sure of."""
    return any(
        score(point) > level
        for component in components
        for point in (component.points if isinstance(component, Piece) else (component,))
    )


def _mix_ties(branches: Sequence[Branch], score: Score, caps: Caps, found: Collector) -> None:
    """Add the continua in which the mover mixes between actions worth the same to it."""
    for level in _levels(branches, score):
        choices: list[list[list[Point]]] = []
        exact, ways = True, 1
        for actions, components in branches:
            slices = [slice_at(component, score, level) for component in components]
            parts = [points for points, _ in slices if points]
            exact &= all(known for points, known in slices if points)
            if not parts:
                continue
            most = min(len(actions), len(parts))
            ways *= comb(len(parts), most)
            if ways > caps.branches:
                choices.append([[start((actions[0],), point) for part in parts for point in part]])
                exact = False
                continue
            # Each action can be followed by one component; equal actions can be followed by different ones.
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
        if exact:
            for chosen in product(*choices):
                found.add_piece((point for part in chosen for point in part), convex=True)
        else:
            everything = (point for choice in choices for part in choice for point in part)
            found.add_piece(everything, convex=False)


def _levels(branches: Sequence[Branch], score: Score) -> list[float]:
    """The distinct values that the mover has at the points of its actions' continuations."""
    return sorted(
        {
            score(point)
            for _, components in branches
            for component in components
            for point in (component.points if isinstance(component, Piece) else (component,))
        }
    )


def _mix_between_continua(branches: Sequence[Branch], score: Score, found: Collector) -> None:
    """Span the ruled sets: actions that are each followed by a continuum over which the mover's value varies.

    At every common value the mover may mix between the slices. The union over values is no polytope, but all its
    members are mixtures of the continua's points.
    """
    spans = [
        (actions, component, min(map(score, component.points)), max(map(score, component.points)))
        for actions, components in branches
        for component in components
        if isinstance(component, Piece)
    ]
    ends = sorted({end for *_, low, high in spans for end in (low, high)})
    for low, high in pairwise(ends):
        across = [span for span in spans if span[2] <= low and span[3] >= high]
        several = len(across) > 1 and len({action for actions, *_ in across for action in actions}) > 1
        if several and high > low:
            found.add_piece(
                (start((actions[0],), point) for actions, piece, *_ in across for point in piece.points), convex=False
            )


def _choose(objective: Objective, stage: Stage, caps: Caps, found: Collector) -> None:
    """Add the positions picked from all of them together, for every selection of what follows each."""
    groups = list(stage.grouped())
    rows = {point.lottery: row for row, point in enumerate(stage.points)}
    payoffs, sizes = members_payoffs(objective, stage.points), np.array([point.sizes for point in stage.points])
    if any(cell.pieces for cell in stage.distinct):
        found.gaps.add(CURVED)
    if prod(len(cell.points) for cell in stage.distinct) > caps.selections:
        found.gaps.add(
            f"more than {caps.selections} combinations of what follows a bloc's positions: not all were tried"
        )
    idle = False
    for selection in islice(product(*(cell.points for cell, _ in groups)), caps.selections):
        here = [rows[point.lottery] for point in selection]
        picked = np.flatnonzero(objective.choose(payoffs[here], sizes[here], np.ones(len(here), dtype=bool)))
        idle |= not len(picked)
        then = {profile: point for (_, profiles), point in zip(groups, selection, strict=True) for profile in profiles}
        for place in picked:
            point = selection[place]
            for profile in groups[place][1]:
                mixes = tuple(((action, 1.0),) for action in profile)
                found.add(Point(point.lottery, point.payoffs, point.sizes, [Play(mixes, then)]))
    if found.empty:
        raise StructureError(
            f"{objective.title} cannot be applied: no joint position gives every member at least its disagreement "
            "payoff; use another disagreement point" + _untried(stage)
        )
    if idle:
        found.gaps.add(NO_GAIN)


def _veto(objective: Objective, stage: Stage, found: Collector) -> None:
    """Add every position that no other certainly improves upon for all members."""
    payoffs = members_payoffs(objective, stage.points)
    worth = {point.lottery: row for point, row in zip(stage.points, payoffs, strict=True)}
    alternatives = [(cell, np.array([worth[point.lottery] for point in cell.points])) for cell in stage.distinct]

    def stands(here: np.ndarray, own: Continuations) -> bool:
        return bool(objective.acceptable(here)) and not any(
            objective.dominates(payoffs, here).all() for cell, payoffs in alternatives if cell is not own
        )

    none = True
    for cell, profiles in stage.grouped():
        components: list[Point | Piece] = []
        for component in cell.components():
            points = component.points if isinstance(component, Piece) else (component,)
            standing = [point for point in points if stands(worth[point.lottery], cell)]
            if isinstance(component, Piece) and len(standing) == len(points):
                # Every end stands, and yet a mixture of them may be improved upon.
                components.append(Piece(component.points, convex=False))
            else:
                components += standing
                # No mixture is worth more to any member than the best end is to it.
                if len(points) > 1 and stands(np.max([worth[point.lottery] for point in points], axis=0), cell):
                    found.gaps.add(CURVED)
        none &= not components
        for profile in profiles:
            record(found, profile, components)
    if none:
        raise StructureError(
            f"{objective.title} cannot be applied: no joint position gives every member at least its disagreement "
            "payoff; leave the disagreement point out, or use another" + _untried(stage)
        )
