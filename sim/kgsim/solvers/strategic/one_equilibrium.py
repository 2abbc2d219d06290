"""One equilibrium of a large two-player game, found in floating point and proven exactly."""

from __future__ import annotations

import numpy as np

from kgsim.solvers.strategic.best_response import Vertex
from kgsim.solvers.strategic.dictionary import Dictionary
from kgsim.solvers.strategic.polytope import Polytope
from kgsim.tolerances import ROUNDED_ZERO

#: Pivots of one path, for each action of the game, after which the next path is tried; and paths tried.
MOST_PIVOTS, MOST_PATHS = 20, 8


def one_equilibrium(first: Polytope, second: Polytope) -> tuple[Vertex, Vertex] | None:
    """Follow a few paths of Lemke and Howson (1964) in floating point until one ends at an exact equilibrium.

    Returns
    -------
    tuple of Vertex or None
        The strategies of both players; None if rounding led every path astray.

    Raises
    ------
    OutOfEffort
        If the effort of the polytopes does not suffice.
    """
    labels = len(first.own) + len(first.replies)
    for missing in range(0, labels, max(1, labels // MOST_PATHS)):
        x, y = Dictionary(first), Dictionary(second)
        if not _follow(x, y, missing):
            continue
        for one in first.vertices(_labels(x)):
            for other in second.vertices(_labels(y)):
                if not one.support & ~other.best and not other.support & ~one.best:
                    return one, other
    return None


def _follow(x: Dictionary, y: Dictionary, missing: int) -> bool:
    """Pivot until every label holds again; False if the path seems to have no end."""
    entering, here, there = (missing, x, y) if missing in x.other else (missing, y, x)
    for _ in range(MOST_PIVOTS * len(x.held)):
        column = int((here.other == entering).argmax())
        if here.table[:, column].max() <= ROUNDED_ZERO:
            return False
        here.pivot(here.blocking(column, int((here.basic == missing).argmax())), column)
        entering = int(here.other[column])
        if entering == missing:
            return True
        here, there = there, here
    return False


def _labels(dictionary: Dictionary) -> np.ndarray:
    """The labels of a dictionary's vertex."""
    labels = dictionary.held.copy()
    labels[dictionary.other] = True
    return labels
