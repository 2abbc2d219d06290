"""Vertices of the best-response polyhedra of two-player games, by support enumeration in floating point.

Every vertex comes with whether error bounds settle which actions it uses and which are best responses to it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kgsim.solvers.batch.bimatrix_reduction import undominated
from kgsim.solvers.strategic.indifference import indifference, indifference_of_two
from kgsim.tolerances import LEAST_PIVOT, SOLVING_ERROR, UNSURE_SIGN

INLINE = ("_labels", "_nested")  # what is worth compiling into its callers, by measurement


def list_vertices(
    own: NDArray[np.float64],
    rows: int,
    columns: int,
    beaten: NDArray[np.int64],
    members: NDArray[np.int64],
    masks: NDArray[np.int64],
    starts: NDArray[np.int64],
    binomial: NDArray[np.int64],
    work: NDArray[np.float64],
    weights: NDArray[np.float64],
    partners: NDArray[np.int64],
    suitors: NDArray[np.int64],
    vertices: NDArray[np.int64],
) -> int:
    """All vertices of the best-response polyhedron of the player with payoffs `own`, as pairs of bit masks.

    A vertex with opponent's support T has |T| best responses S that determine it. So all pairs of equal size
    are solved, but for those in which an action in S is strictly dominated on T and cannot be a best response.

    Parameters
    ----------
    own
        Scaled payoffs, shape (rows, columns); `rows` are the player's actions, `columns` the opponent's.
    beaten
        From `compare_actions`.
    members, masks, starts, binomial
        From `support_tables`.
    work, weights
        Scratch space.
    partners
        Vertices of the other polyhedron, or none to list every vertex. Otherwise only those vertices are sure to
        be listed that make an equilibrium with one of them.
    suitors
        Scratch space, as long as `partners`.
    vertices
        Receives, per vertex, the support, the best responses, and whether these are certain (1) or not (0).
        Ties at a pure strategy are certain, since they are equal payoffs; ties at a mixture are not.

    Returns
    -------
    int
        Number of vertices; -1 if a system is too ill posed to tell.
    """
    for column in range(columns):
        best = 0
        high = own[0, column]
        for row in range(rows):
            if own[row, column] > high:
                high = own[row, column]
        for row in range(rows):
            if own[row, column] == high:
                best |= 1 << row
        vertices[column, 0] = 1 << column
        vertices[column, 1] = best
        vertices[column, 2] = 1
    count = columns
    everything = (1 << rows) - 1
    for size in range(2, min(rows, columns) + 1):
        start = starts[size]
        for t in range(start, start + binomial[columns, size]):
            suited = 0
            for partner in range(len(partners)):
                if masks[t] & ~partners[partner, 1] == 0:
                    suitors[suited] = partners[partner, 0]
                    suited += 1
            if suited == 0 and len(partners) > 0:
                continue
            allowed = undominated(beaten, rows, everything, masks[t])
            for s in range(start, start + binomial[rows, size]):
                if masks[s] & ~allowed or (suited > 0 and not _nested(masks[s], suitors, suited)):
                    continue
                if size == 2:
                    pivot = indifference_of_two(own, members[s], members[t], weights)
                else:
                    _, pivot = indifference(own, members[s], members[t], size, work, weights)
                if pivot == 0.0:
                    if size == 2 and len(partners) == 0:
                        # Neither action is dominated, so they are equal on T and determine no vertex.
                        continue
                    return -1
                if size == 2 and (weights[0] == 0.0 or weights[1] == 0.0):
                    # A tie at a pure strategy, which is listed already.
                    continue
                support, best, certain = _labels(
                    own, rows, members[s], masks[s], members[t], masks[t], size, weights, pivot
                )
                if best == 0:
                    continue
                if count == len(vertices):
                    return -1
                vertices[count, 0] = support
                vertices[count, 1] = best
                vertices[count, 2] = certain
                count += 1
    return count


def _nested(mask: int, suitors: NDArray[np.int64], suited: int) -> bool:
    """Whether a support S contains, or is contained in, the support of a partner that has T as best responses.

    A vertex with best responses B makes an equilibrium with a partner only if B contains the partner's support X.
    Then some S in B determines the vertex and is nested with X, unless X is dependent on T, and that shows as a
    singular system.
    """
    nested = False
    for k in range(suited):
        nested = nested or mask & ~suitors[k] == 0 or suitors[k] & ~mask == 0
    return nested


def _labels(
    own: NDArray[np.float64],
    rows: int,
    support: NDArray[np.int64],
    support_mask: int,
    columns: NDArray[np.int64],
    columns_mask: int,
    size: int,
    weights: NDArray[np.float64],
    pivot: float,
) -> tuple[int, int, bool]:
    """Labels of the point at which the actions in `support` are indifferent.

    Returns
    -------
    used : int
        Mask of the opponent's actions with positive weight.
    best : int
        Mask of the best responses; 0 if the point is no vertex, being infeasible or having a better reply.
    certain : bool
        Whether rounding cannot have changed either; if it might have, `used` errs on the small side and
        `best` on the large one.
    """
    least = 1.0
    largest = 1.0
    for k in range(size):
        least = min(least, weights[k])
        largest = max(largest, abs(weights[k]))
    doubt = max(UNSURE_SIGN, SOLVING_ERROR / pivot) * largest
    if least < -doubt:
        return 0, 0, True
    value = 0.0
    for k in range(size):
        value += weights[k] * own[support[0], columns[k]]
    certain = pivot >= LEAST_PIVOT and least > doubt
    best = support_mask
    for row in range(rows):
        if support_mask >> row & 1:
            continue
        other = 0.0
        for k in range(size):
            other += weights[k] * own[row, columns[k]]
        if other > value + doubt:
            return 0, 0, True
        if other > value - doubt:
            best |= 1 << row
            certain = False
    used = columns_mask
    if not certain:
        for k in range(size):
            if weights[k] < doubt:
                used &= ~(1 << columns[k])
    return used, best, certain
