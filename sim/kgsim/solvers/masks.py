"""Sets of actions as bit masks; numba compiles it as it stands."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

INLINE = ("ones",)


def ones(mask: int) -> int:
    """How many actions are in the set."""
    count = 0
    while mask:
        mask &= mask - 1
        count += 1
    return count


def list_actions(mask: int, actions: NDArray[np.int64]) -> int:
    """Write the actions in ascending order into `actions`; returns their number."""
    size = 0
    action = 0
    while mask >> action:
        if mask >> action & 1:
            actions[size] = action
            size += 1
        action += 1
    return size
