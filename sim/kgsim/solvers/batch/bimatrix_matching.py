"""Which vertices of the two best-response polyhedra make an equilibrium; numba compiles it as it stands."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kgsim.solvers.masks import ones


def match(xs: NDArray[np.int64], x_count: int, ys: NDArray[np.int64], y_count: int, pairs: NDArray[np.int64]) -> int:
    """Pair the vertices at which every action is unused or a best response, smallest supports first.

    Returns the number of pairs, or -1 if one of them is uncertain or there is no room.
    """
    count = 0
    for i in range(x_count):
        for j in range(y_count):
            if xs[i, 0] & ~ys[j, 1] or ys[j, 0] & ~xs[i, 1]:
                continue
            if xs[i, 2] == 0 or ys[j, 2] == 0 or count == len(pairs):
                return -1
            place = count
            while place > 0 and _before(xs[i], ys[j], xs[pairs[place - 1, 0]], ys[pairs[place - 1, 1]]):
                pairs[place, 0], pairs[place, 1] = pairs[place - 1, 0], pairs[place - 1, 1]
                place -= 1
            pairs[place, 0] = i
            pairs[place, 1] = j
            count += 1
    return count


def few_subsets(
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    names: NDArray[np.int64],
    masks: NDArray[np.int64],
    closed: NDArray[np.int64],
) -> bool:
    """Whether there is room for all maximal Nash subsets; `kgsim.solvers.strategic.bimatrix` lists only so many.

    Counted are the intersections of neighbourhoods, as there, but without the vertices that have a single partner;
    these add at most one more each.

    Parameters
    ----------
    left, right
        The two vertices of each equilibrium.
    names, masks
        Scratch space for one number per vertex on the left and on the right.
    closed
        The room.

    Returns
    -------
    bool
        False also if more than 62 vertices on the left have several partners.
    """
    names[:] = 0
    for vertex in left:
        names[vertex] += 1
    several = 0
    for vertex in range(len(names)):
        if names[vertex] > 1:
            names[vertex] = several
            several += 1
        else:
            names[vertex] = -1
    if several > 62:
        return False
    masks[:] = 0
    for pair in range(len(left)):
        if names[left[pair]] >= 0:
            masks[right[pair]] |= 1 << names[left[pair]]
    count = 0
    for mask in masks:
        known = count
        for k in range(-1, known):
            meet = mask if k < 0 else mask & closed[k]
            new = True
            for other in closed[:count]:
                new = new and other != meet
            if new:
                if count == len(closed):
                    return False
                closed[count] = meet
                count += 1
    return True


def _before(x: NDArray[np.int64], y: NDArray[np.int64], other_x: NDArray[np.int64], other_y: NDArray[np.int64]) -> bool:
    """The order of equilibria: size of the supports, supports, best responses."""
    size = ones(x[0]) + ones(y[0])
    other_size = ones(other_x[0]) + ones(other_y[0])
    if size != other_size:
        return size < other_size
    for column in range(2):
        if x[column] != other_x[column]:
            return bool(x[column] < other_x[column])
        if y[column] != other_y[column]:
            return bool(y[column] < other_y[column])
    return False
