"""The smallest change of a ranking that makes a state stable (inverse graph model; Kinsara, Kilgour and Hipel 2015).

Raising the state in a player's own ranking is the smallest change there is, counted in pairs of states that change
places: every state that it passes would have to change places with the state, or with the one it must reach, anyhow.
Raising it leaves fewer improvements and makes more answers deter, so what holds it first is found level by level.

Nash, GMR and SMR stability depend on the player's own ranking alone. SEQ depends on the others' too, whose answers have
to be improvements: what is found is the smallest change of the player's own, theirs staying as they are. If several
players raise the same state, none of them takes from another what holds it, since a way back to the state deters too.
"""

from __future__ import annotations

import numpy as np

from kgsim.solvers.graph.stability import Concept, Side


def raised(side: Side, state: int, concept: Concept) -> tuple[int, ...] | None:
    """The states that a player would have to rank no higher than a state to stay at it.

    Parameters
    ----------
    side
        The player's side of a conflict, no coalition's.
    state, concept
        Where it should stay, and by which stability.

    Returns
    -------
    tuple of int
        The states that are ranked higher now and would be as good, or passed; empty if it stays already. None if it
        would not stay even at the top of its ranking.
    """
    (player,) = side.members
    rank = side.conflict.rank[player]
    levels = np.unique(rank[rank >= rank[state]])
    low, high = 0, len(levels) - 1
    if not side.stable_if_raised(state, int(levels[high]))[concept]:
        return None
    while low < high:
        middle = (low + high) // 2
        if side.stable_if_raised(state, int(levels[middle]))[concept]:
            high = middle
        else:
            low = middle + 1
    return tuple(int(other) for other in np.flatnonzero((rank > rank[state]) & (rank <= levels[low])))


def pairs_changed(side: Side, state: int, passed: tuple[int, ...]) -> int:
    """In how many pairs of states a player's order changes if a state is raised over others (`raised`)."""
    (player,) = side.members
    rank = side.conflict.rank[player]
    return len(passed) + (int((rank == rank[state]).sum()) - 1 if passed else 0)
