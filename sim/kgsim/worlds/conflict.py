"""The fewest events that no world can have together.

Each world has the set of events it excludes. A set of events rules everything out if it meets the set of every world:
a smallest hitting set (Karp 1972), found exactly as an integer program by HiGHS.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import LinearConstraint, milp

from kgsim.arrays import Bools, Integers


def smallest_conflict(excluded: Bools) -> Integers | None:
    """The fewest events that exclude every world, the earliest of several smallest sets.

    Parameters
    ----------
    excluded
        Whether a world, or a kind of worlds, excludes each event; shape (worlds, events).

    Returns
    -------
    ndarray or None
        Numbers of the events, ascending; None if some world excludes none, or there is no world.
    """
    kinds = np.unique(excluded, axis=0)
    if not len(kinds) or not kinds.any(axis=1).all():
        return None
    # Of sets of one size the earliest events: all of them together weigh less than one event more.
    events = kinds.shape[1]
    weights = 1.0 + np.arange(events) / (2.0 * events * events)
    found = milp(weights, integrality=np.ones(events), bounds=(0, 1), constraints=LinearConstraint(kinds * 1.0, 1.0))
    return np.flatnonzero(found.x > 0.5)
