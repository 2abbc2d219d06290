"""Polynomials in Bernstein form on a simplex, whose coefficients enclose the values, and their bisection.

Source: Garloff and Smith, *Investigation of a subdivision based algorithm for solving systems of polynomial equations*
(2001).
"""

from __future__ import annotations

import functools
from itertools import product
from math import factorial, prod
from typing import NamedTuple

import numpy as np

from kgsim.solvers.nplayer.work import Floats, Ints

LARGEST_SUPPORT = 4
DEGREES = 7  # degree of the polynomials at most, plus one
LEFT_OVER = (256, 16384)  # simplices that may be left over of a triangle, and of a solid


class Lattice(NamedTuple):
    """Tables for polynomials of each dimension and degree, in Bernstein form on a simplex.

    Attributes
    ----------
    terms
        (dimension, degree) coefficients of a polynomial.
    point
        (dimension, degree, coefficient, vertex) barycentric lattice at which polynomials are sampled.
    begin
        (dimension, sampled degree, degree) where in ``convert`` the matrix from samples to coefficients begins.
    convert
        All those matrices, flat, row by row.
    lines
        (dimension, degree, edge) how many rows of coefficients run along the edge.
    line
        (dimension, degree, edge, row, position) the coefficients of each row.
    extent
        (dimension, degree, edge, row) length of each row.
    """

    terms: Ints
    point: Floats
    begin: Ints
    convert: Floats
    lines: Ints
    line: Ints
    extent: Ints


@functools.lru_cache(maxsize=LARGEST_SUPPORT)
def lattice(largest: int) -> Lattice:
    """Build the tables for supports of at most ``largest`` strategies of the player that is not eliminated."""
    exponents = {(d, g): _exponents(d + 1, g) for d in range(largest) for g in range(DEGREES)}
    most = max(len(e) for e in exponents.values())
    edges = max(largest * (largest - 1) // 2, 1)
    count = np.zeros((largest, DEGREES), dtype=np.int64)
    point = np.zeros((largest, DEGREES, most, largest))
    begin = np.zeros((largest, DEGREES, DEGREES), dtype=np.int64)
    convert: list[Floats] = []
    lines = np.zeros((largest, DEGREES, edges), dtype=np.int64)
    line = np.zeros((largest, DEGREES, edges, most, DEGREES), dtype=np.int64)
    extent = np.zeros((largest, DEGREES, edges, most), dtype=np.int64)
    flat = 0
    for (d, g), powers in exponents.items():
        count[d, g] = len(powers)
        nodes = np.array(powers) / g if g else np.full((1, d + 1), 1 / (d + 1))
        point[d, g, : len(nodes), : d + 1] = nodes
        for h in range(g + 1):
            basis = np.array(exponents[d, h])
            multinomial = np.array([factorial(h) / prod(map(factorial, e)) for e in exponents[d, h]])
            values = multinomial * np.prod(nodes[:, None, :] ** basis[None], axis=2)
            matrix = np.linalg.pinv(values)
            begin[d, g, h] = flat
            convert.append(matrix.ravel())
            flat += matrix.size
        where = {e: at for at, e in enumerate(powers)}
        pairs = [(a, b) for a in range(d + 1) for b in range(a + 1, d + 1)]
        for edge, (a, b) in enumerate(pairs):
            starts = [e for e in powers if e[b] == 0]
            lines[d, g, edge] = len(starts)
            for row, e in enumerate(starts):
                extent[d, g, edge, row] = e[a] + 1
                for s in range(e[a] + 1):
                    moved = list(e)
                    moved[a] -= s
                    moved[b] += s
                    line[d, g, edge, row, s] = where[tuple(moved)]
    return Lattice(count, point, begin, np.concatenate(convert), lines, line, extent)


def _exponents(vertices: int, degree: int) -> list[tuple[int, ...]]:
    """All exponents of total ``degree``, in lexicographic order."""
    return [e for e in product(range(degree + 1), repeat=vertices) if sum(e) == degree]


class Reduced(NamedTuple):
    """Scratch space of the elimination."""

    matrix: Floats  # (8, 4) rows that determine a mixture
    minor: Floats  # (2, 4) the mixtures y and z at a sample
    sample: Floats  # (polynomials, lattice points)
    stack: Floats  # (depth, polynomials, coefficients)
    plane: Floats  # (depth, 6, 4, 4) coefficients on a square: equations and mixtures of four players
    corner: Floats  # (depth, 4, 4) vertices of the simplices
    degree: Ints  # (polynomials,)
    margin: Floats  # (polynomials,) rounding error to allow
    left: Floats  # (simplices, 4, 4) what is left: vertices, or a single root in the first row
    least: Floats  # (simplices, 2, 4) lower bounds of y and z there, or y and z at the root
    single: Ints  # (simplices,) 1 where exactly one root is left and known
    line: Floats  # (coefficients,)


def reduced(largest: int) -> Reduced:
    """Allocate scratch space for polynomials on simplices of ``largest`` vertices."""
    most = len(_exponents(largest, DEGREES - 1))
    left_over = LEFT_OVER[0] if largest < 4 else LEFT_OVER[1]
    return Reduced(
        np.zeros((8, 4)),
        np.zeros((2, 4)),
        np.zeros((16, most)),
        np.zeros((64, 16, most)),
        np.zeros((64, 6, 4, 4)),
        np.zeros((64, 4, 4)),
        np.zeros(16, dtype=np.int64),
        np.zeros(16),
        np.zeros((left_over, 4, 4)),
        np.zeros((left_over, 2, 4)),
        np.zeros(left_over, dtype=np.int64),
        np.zeros(DEGREES),
    )


def impossible(e: Reduced, count: Ints, level: int, equations: int, k2: int, total: int) -> bool:
    """Whether the Bernstein coefficients at ``level`` exclude a root."""
    stack, degree, margins = e.stack[level], e.degree, e.margin
    positive, negative = False, False
    for q in range(total):
        if q == equations or q == equations + k2:
            positive, negative = False, False
        margin = margins[q]
        first = stack[q][0]
        if -margin <= first <= margin:
            continue
        sign = 1.0 if first > 0.0 else -1.0
        single = True
        for c in range(1, count[degree[q]]):
            if sign * stack[q][c] <= margin:
                single = False
                break
        if single:
            if q < equations:
                return True
            if sign > 0.0:
                positive = True
            else:
                negative = True
            if positive and negative:
                return True
    return False


def bound(e: Reduced, count: Ints, level: int, begin: int, k: int, out: Floats) -> None:
    """Lower bounds of the mixture whose unscaled coordinates are the polynomials from ``begin`` on."""
    low, high = 1e300, -1e300
    for c in range(count[e.degree[begin]]):
        total = 0.0
        for b in range(k):
            total += e.stack[level][begin + b][c]
        low = min(low, total)
        high = max(high, total)
    margin = 0.0
    for b in range(k):
        out[b] = 0.0
        margin = max(margin, e.margin[begin + b])
    if high < -margin:
        sign, largest = -1.0, -low
    elif low > margin:
        sign, largest = 1.0, high
    else:
        return
    for b in range(k):
        least = 1e300
        for c in range(count[e.degree[begin]]):
            least = min(least, sign * e.stack[level][begin + b][c])
        out[b] = max(0.0, (least - margin) / largest - 1e-9)


def zero(coefficients: Floats, degree: int, line: Floats) -> float:
    """Zero in 0..1 of a polynomial in Bernstein form with a sign change, by the Illinois method."""
    low, high, at = 0.0, 1.0, 0.5
    f_low, f_high = coefficients[0], coefficients[degree]
    for _ in range(60):
        at = (low * f_high - high * f_low) / (f_high - f_low)
        for c in range(degree + 1):
            line[c] = coefficients[c]
        for done in range(degree):
            for c in range(degree - done):
                line[c] += at * (line[c + 1] - line[c])
        value = line[0]
        if value == 0.0 or high - low < 1e-15:
            break
        if (value > 0.0) == (f_high > 0.0):
            if abs(high - at) < 1e-16:
                break
            high, f_high = at, value
            f_low *= 0.5
        else:
            if abs(low - at) < 1e-16:
                break
            low, f_low = at, value
            f_high *= 0.5
    return at


def halve(e: Reduced, table: Lattice, dimension: int, level: int, edge: int, left: int, right: int, total: int) -> None:
    """Bisect the simplex at ``level`` by de Casteljau's algorithm along an edge, into two levels."""
    k = dimension + 1
    corner, lower, upper = e.corner, e.stack[level], e.stack[level + 1]
    for v in range(k):
        for a in range(k):
            corner[level + 1][v][a] = corner[level][v][a]
    for a in range(k):
        middle = 0.5 * (corner[level][left][a] + corner[level][right][a])
        corner[level][right][a] = middle
        corner[level + 1][left][a] = middle
    for q in range(total):
        g = e.degree[q]
        line, extent = table.line[dimension][g][edge], table.extent[dimension][g][edge]
        for row in range(table.lines[dimension][g][edge]):
            length = extent[row]
            for s in range(length):
                at = line[row][s]
                upper[q][at] = lower[q][at]
            first = line[row][0]
            for done in range(1, length):
                # the upper child keeps the right end of each round, the lower child the left end
                for s in range(length - done):
                    at = line[row][s]
                    upper[q][at] = 0.5 * (upper[q][at] + upper[q][line[row][s + 1]])
                lower[q][line[row][done]] = upper[q][first]
