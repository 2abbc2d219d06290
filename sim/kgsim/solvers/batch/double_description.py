"""Vertices of best-response polytopes in floating point, ties included; numba compiles it as it stands.

The double description method (Motzkin et al. 1953), as in `kgsim.solvers.strategic.best_response`, but in doubles, in
which a slack up to a tolerance is a tie. Every vertex is a convex combination of earlier ones, so that its tight rows
stay tight to rounding; where a slack or a weight is neither a tie nor clearly none, the answer is `UNSURE`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kgsim.arrays import Floats, Integers
from kgsim.solvers.masks import ones
from kgsim.tolerances import NEAR_TIE

#: In place of a number of vertices: one of them cannot be told from a tie, or there are too many.
UNSURE = -1

#: A slack is a tie up to the tolerance, and clearly none beyond the tolerance times this.
CLEAR = 1e3


class Rays(NamedTuple):
    """Room for vertices, and at first for the ray that points upwards from all of them."""

    weights: Floats  # (room, actions) on the opponent's actions, in the order given
    value: Floats  # (room,) what the best responses are worth
    used: Integers  # (room,) the opponent's actions that may have weight, as bits
    tight: Integers  # (room,) the best responses, as bits; the upward ray has none
    slack: Floats  # (room,) scratch space


def new_rays(room: int, actions: int) -> Rays:
    """Allocate room for vertices with weights on so many actions, and for one of each action at least."""
    room = max(room, actions + 1)
    return Rays(
        np.empty((room, actions)),
        np.empty(room),
        np.empty(room, dtype=np.int64),
        np.empty(room, dtype=np.int64),
        np.empty(room),
    )


def list_vertices(own: Floats, rows: Integers, equal: int, columns: Integers, tie: float, rays: Rays) -> int:
    """All vertices of a player's best-response polytope, or of a face of it.

    Parameters
    ----------
    own
        The player's payoffs, on 0..1 or so; shape (own actions, opponent's actions), both at most 62.
    rows
        The player's actions in the order in which they are made use of.
    equal
        How many of these, from the first on, must be best responses.
    columns
        The opponent's actions that may have weight.
    tie
        Slacks up to it are none.
    rays
        Receives the vertices.

    Returns
    -------
    int
        How many rays there are, or `UNSURE`. The first is no vertex but the upward ray if `equal` is 0.
    """
    count = 0
    if equal == 0:
        rays.weights[0, : len(columns)] = 0.0
        rays.value[0], rays.used[0], rays.tight[0] = 1.0, 0, 0
        count = 1
    for place in range(len(columns)):
        rays.weights[count, : len(columns)] = 0.0
        rays.weights[count, place] = 1.0
        rays.value[count] = own[rows[0], columns[place]]
        rays.used[count], rays.tight[count] = 1 << columns[place], 1 << rows[0]
        count += 1
    for place in range(1, len(rows)):
        count = _cut(own, rows[place], place < equal, columns, tie, rays, count)
        if count <= 0:
            break
    return count


def _cut(own: Floats, row: int, equal: bool, columns: Integers, tie: float, rays: Rays, count: int) -> int:
    """Make use of one more row: drop what lies below it (or, if `equal`, off it), and add where edges meet it."""
    used, tight, slack = rays.used, rays.tight, rays.slack
    below = above = False
    for ray in range(count):
        gap = _slack(own, row, columns, rays, ray)
        if tie < abs(gap) <= CLEAR * tie:
            return UNSURE
        slack[ray] = gap if abs(gap) > tie else 0.0
        below |= gap < -tie
        above |= gap > tie
    end = count
    if below and above:
        for low in range(count):
            if slack[low] >= 0.0:
                continue
            simple = ones(tight[low]) == ones(used[low])
            for high in range(count):
                if slack[high] <= 0.0:
                    continue
                shared, either = tight[low] & tight[high], used[low] | used[high]
                if ones(either) > ones(shared) + 1:
                    continue
                if not simple and ones(tight[high]) > ones(used[high]) and _third(shared, either, rays, count):
                    continue
                if end == len(used) or not _meet(own, columns, tie, rays, low, high, end):
                    return UNSURE
                used[end], tight[end], slack[end] = either, shared, 0.0
                end += 1
    bit, kept = 1 << row, 0
    for ray in range(end):
        if slack[ray] < 0.0 or (equal and slack[ray] > 0.0):
            continue
        if kept < ray:
            rays.value[kept] = rays.value[ray]
            for place in range(len(columns)):
                rays.weights[kept, place] = rays.weights[ray, place]
        used[kept], tight[kept] = used[ray], tight[ray] | (bit if slack[ray] == 0.0 else 0)
        kept += 1
    return kept


def _slack(own: Floats, row: int, columns: Integers, rays: Rays, ray: int) -> float:
    gap: float = rays.value[ray]
    for place in range(len(columns)):
        gap -= own[row, columns[place]] * rays.weights[ray, place]
    return gap


def _third(shared: int, either: int, rays: Rays, count: int) -> bool:
    """Whether more than two rays lie on all the facets that two of them share, which then span no edge."""
    seen = 0
    for ray in range(count):
        seen += (shared & ~rays.tight[ray]) | (rays.used[ray] & ~either) == 0
        if seen > 2:
            return True
    return False


def _meet(own: Floats, columns: Integers, tie: float, rays: Rays, low: int, high: int, end: int) -> bool:
    """Place a vertex where the edge between a ray below a row and one above meets it; whether its labels are clear."""
    up, down = rays.slack[high], -rays.slack[low]
    total = up + (down if rays.used[high] else 0.0)
    up, down = up / total, down / total
    rays.value[end] = up * rays.value[low] + down * rays.value[high]
    for place in range(len(columns)):
        weight = up * rays.weights[low, place] + down * rays.weights[high, place]
        if 0.0 < weight < NEAR_TIE:
            return False
        rays.weights[end, place] = weight
    left = rays.tight[low] & rays.tight[high]
    row = 0
    while left >> row:
        if left >> row & 1 and abs(_slack(own, row, columns, rays, end)) > tie:
            return False
        row += 1
    return True
