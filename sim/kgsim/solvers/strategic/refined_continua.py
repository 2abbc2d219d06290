"""Which equilibria of a continuum of a two-player game survive mistakes: all, some, or none.

Whether an equilibrium is perfect, or proper, depends on which actions are played and on how each player ranks its own
(`kgsim.solvers.strategic.refinements`). Hyperplanes on which two actions are worth the same divide a continuum, a
product of polytopes, into cells on which both are constant. The perfect and the proper equilibria are closed sets, so
some are in a continuum if and only if some corner of a cell is one, and all are if the middle of each cell is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Literal

import numpy as np

from kgsim.arrays import Floats
from kgsim.games.strategic import normalise
from kgsim.solvers.corners import cells
from kgsim.solvers.equilibria import Profile
from kgsim.solvers.strategic.refinements import refine
from kgsim.tolerances import TIED_WORTH

Share = Literal["all", "some", "none"]

#: Cells of one player's side of a continuum, and equilibria judged of one continuum, at most.
MOST_CELLS = 64
MOST_JUDGED = 100


@dataclass(frozen=True, eq=False)
class RefinedContinuum:
    """What the equilibria of a continuum withstand.

    Attributes
    ----------
    perfect, proper
        How many of them are trembling-hand perfect, and proper; None where that is not decided.
    example
        A proper one, if there is one.
    """

    perfect: Share | None
    proper: Share | None
    example: Profile | None = None

    def __str__(self) -> str:
        if self.perfect is None:
            return "not decided"
        if self.perfect == "none":
            return "none perfect"
        if self.proper is None:
            return f"{self.perfect} perfect; whether proper is not decided"
        if self.perfect == self.proper:
            return f"{self.proper} proper"
        return f"{self.perfect} perfect, {self.proper} proper"


def refine_continuum(payoffs: Floats, ends: Sequence[Profile]) -> RefinedContinuum:
    """Judge the equilibria of a maximal Nash subset of a two-player game.

    Parameters
    ----------
    payoffs
        Shape (2, rows, columns).
    ends
        Its extreme equilibria: all products of two of their strategies.
    """
    xs, ys = (_distinct([profile[side] for profile in ends]) for side in (0, 1))
    inside = refine(payoffs, (xs.mean(axis=0), ys.mean(axis=0))).perfect
    if inside is None:
        return RefinedContinuum(None, None)
    if not inside and not any(refine(payoffs, end).perfect for end in ends):
        return RefinedContinuum("none", "none")
    perfect: Share = "all" if inside else "some"
    return _judged(payoffs, xs, ys, perfect)


def _judged(payoffs: Floats, xs: Floats, ys: Floats, perfect: Share) -> RefinedContinuum:
    rows, columns = normalise(payoffs)
    first = cells(xs, (one - other for one, other in combinations(columns.T, 2)), TIED_WORTH, MOST_CELLS)
    second = cells(ys, (one - other for one, other in combinations(rows, 2)), TIED_WORTH, MOST_CELLS)
    if first is None or second is None:
        return RefinedContinuum(perfect, None)
    corners = list(
        product(_distinct([x for cell in first for x in cell]), _distinct([y for cell in second for y in cell]))
    )
    middles = [(x.mean(axis=0), y.mean(axis=0)) for x, y in product(first, second)]
    if len(corners) + len(middles) > MOST_JUDGED:
        return RefinedContinuum(perfect, None)
    verdicts = [refine(payoffs, pair).proper for pair in corners]
    example = next((pair for pair, proper in zip(corners, verdicts, strict=True) if proper), None)
    if example is None:
        return RefinedContinuum(perfect, None if None in verdicts else "none")
    inside = [refine(payoffs, pair).proper for pair in middles] if False not in verdicts else [False]
    return RefinedContinuum(perfect, "some" if False in inside else None if None in inside else "all", example)


def _distinct(strategies: Sequence[Floats]) -> Floats:
    return np.array(list({tuple(np.round(own, 12)): own for own in strategies}.values()))
