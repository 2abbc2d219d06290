"""Where the roots of a three-player system can lie, after elimination of two of the three players.

Given the mixture ``x`` of the player with the smallest support, the other two are determined: the third player's
indifference is linear in the second's mixture ``y``, which is thus the vector of minors of a matrix linear in
``x``; likewise ``z``. Substituted into the equations not yet used they leave polynomials in ``x`` alone, on a
simplex of one to three dimensions. This module bounds ``y``, ``z`` and those polynomials in Bernstein form, whose
coefficients enclose the values, and bisects: a simplex is excluded where a polynomial has one sign, or where ``y``
or ``z`` has coordinates of opposite signs. What is left, usually nothing or tiny simplices around each root, goes to
the certified search; in three dimensions also simplices along the curves on which all coordinates of ``y`` or of ``z``
vanish, whatever the equations.

With two players mixing, ``x`` is a point and the same tests are those of linear algebra. Supports of at most four
strategies are eliminated; the search takes the others whole.

Sources: minors as in Datta, *Finding all Nash equilibria of a finite game using polynomial algebra* (2010);
Bernstein subdivision as in Garloff and Smith (2001).
"""

from __future__ import annotations

from kgsim.solvers.nplayer.bernstein import DEGREES, Lattice, Reduced, bound, halve, impossible, zero
from kgsim.solvers.nplayer.work import Floats, Ints

FINEST = 0.01  # simplices are not bisected below this edge

COUNTERS = ("level", "place", "chosen", "left", "right", "left_over")


def eliminate(
    e: Reduced, table: Lattice, base: Floats, k1: int, k2: int, k3: int,
    row1: int, row2: int, row3: int, s1: int, s2: int, s3: int,
) -> int:  # fmt: skip
    """How many simplices of the first player's mixtures may hold roots; they are in ``e.left``. -1 if all may.

    ``k1``, ``k2 <= k3`` are the supports' sizes, ``row`` the first equation and ``s`` the stride of each player.
    """
    degree, corner, stack, sample, convert = e.degree, e.corner, e.stack, e.sample, table.convert
    dimension = k1 - 1
    equations = max(k3 - k2, 0) + max(k1 + k2 - 1 - k3, 0)
    solved = k1 + k2 - 2 >= k3 - 1
    total = equations + k2 + (k3 if solved else 0)
    degree_z = (k2 - 1) * (1 + k3 - k2)
    largest = max(k2, 2 * (k2 - 1))
    if solved:
        largest = max(largest, degree_z + k2 - 1)
    if largest >= DEGREES or total > 16 or k1 + k2 - 2 > 8 or k3 - 1 > 8:
        return -1
    for q in range(equations):
        degree[q] = k2 if q < k3 - k2 else degree_z + k2 - 1
    for q in range(equations, equations + k2):
        degree[q] = k2 - 1
    for q in range(equations + k2, total):
        degree[q] = degree_z
    if dimension == 0:
        for q in range(total):
            degree[q] = 0
        largest = 0
    samples = table.terms[dimension][largest]
    for p in range(samples):
        sample_system(
            e, base, table.point[dimension][largest][p], p, equations, k1, k2, k3, row1, row2, row3, s1, s2, s3
        )
    for q in range(total):
        begin = table.begin[dimension][largest][degree[q]]
        biggest = 0.0
        for c in range(table.terms[dimension][degree[q]]):
            value = 0.0
            for p in range(samples):
                value += convert[begin + c * samples + p] * sample[q][p]
            stack[0][q][c] = value
            biggest = max(biggest, abs(value))
        e.margin[q] = 1e-11 * biggest + 1e-14
    for v in range(k1):
        for a in range(k1):
            corner[0][v][a] = 1.0 if a == v else 0.0
    level, left_over = 0, 0
    while level >= 0:
        if impossible(e, table.terms[dimension], level, equations, k2, total):
            level -= 1
            continue
        if solved and equations == dimension <= 1 and one_root(e, table.terms[dimension], level, equations, total):
            if left_over == len(e.single):
                return -1
            t = zero(stack[level][0], degree[0], e.line) if dimension == 1 else 0.0
            x = e.left[left_over][0]
            for a in range(k1):
                x[a] = corner[level][0][a]
            if dimension == 1:
                # the lattice is ordered by the exponent of the first vertex, so t runs towards it
                for a in range(k1):
                    x[a] = t * corner[level][0][a] + (1.0 - t) * corner[level][1][a]
            place = 0
            sample_system(e, base, x, place, equations, k1, k2, k3, row1, row2, row3, s1, s2, s3)
            y_sum, z_sum = 0.0, 0.0
            for b in range(k2):
                y_sum += e.minor[0][b]
            for c in range(k3):
                z_sum += e.minor[1][c]
            for b in range(k2):
                e.least[left_over][0][b] = e.minor[0][b] / y_sum
            for c in range(k3):
                e.least[left_over][1][c] = e.minor[1][c] / z_sum
            e.single[left_over] = 1
            left_over += 1
            level -= 1
            continue
        longest, chosen, left, right, edge = -1.0, 0, 0, 0, 0
        for v in range(k1):
            for u in range(v + 1, k1):
                length = 0.0
                for a in range(k1):
                    length = max(length, abs(corner[level][v][a] - corner[level][u][a]))
                if length > longest:
                    longest, chosen, left, right = length, edge, v, u
                edge += 1
        if longest <= FINEST:
            if left_over == len(e.single):
                return -1
            for v in range(k1):
                for a in range(k1):
                    e.left[left_over][v][a] = corner[level][v][a]
            e.single[left_over] = 0
            bound(e, table.terms[dimension], level, equations, k2, e.least[left_over][0])
            for c in range(k3):
                e.least[left_over][1][c] = 0.0
            if solved:
                bound(e, table.terms[dimension], level, equations + k2, k3, e.least[left_over][1])
            left_over += 1
            level -= 1
            continue
        halve(e, table, dimension, level, chosen, left, right, total)
        level += 1
    return left_over


def sample_system(
    e: Reduced, base: Floats, x: Floats, place: int, equations: int,
    k1: int, k2: int, k3: int, row1: int, row2: int, row3: int, s1: int, s2: int, s3: int,
) -> None:  # fmt: skip
    """Values at ``x`` of the equations left over, of ``y`` and of ``z``, into column ``place`` of the samples."""
    m, sample = e.matrix, e.sample
    for r in range(k3 - 1):
        for b in range(k2):
            total = 0.0
            for a in range(k1):
                total += x[a] * base[row3 + r][a * s1 + b * s2]
            m[r][b] = total
    y, z = e.minor[0], e.minor[1]
    minors(m, k2, y)
    q = 0
    for r in range(k2 - 1, k3 - 1):
        total = 0.0
        for b in range(k2):
            total += m[r][b] * y[b]
        sample[q][place] = total
        q += 1
    for c in range(k3):
        for r in range(k2 - 1):
            total = 0.0
            for a in range(k1):
                total += x[a] * base[row2 + r][a * s1 + c * s3]
            m[r][c] = total
        for r in range(k1 - 1):
            total = 0.0
            for b in range(k2):
                total += y[b] * base[row1 + r][b * s2 + c * s3]
            m[k2 - 1 + r][c] = total
    for b in range(k2):
        sample[equations + b][place] = y[b]
    if k1 + k2 - 2 >= k3 - 1:
        minors(m, k3, z)
        for r in range(k3 - 1, k1 + k2 - 2):
            total = 0.0
            for c in range(k3):
                total += m[r][c] * z[c]
            sample[q][place] = total
            q += 1
        for c in range(k3):
            sample[equations + k2 + c][place] = z[c]


def minors(m: Floats, k: int, out: Floats) -> None:
    """Fill ``out`` with the vector orthogonal to the first ``k - 1`` rows of ``m``, for ``k`` up to four."""
    if k == 1:
        out[0] = 1.0
    elif k == 2:
        out[0] = m[0][1]
        out[1] = -m[0][0]
    elif k == 3:
        out[0] = m[0][1] * m[1][2] - m[0][2] * m[1][1]
        out[1] = m[0][2] * m[1][0] - m[0][0] * m[1][2]
        out[2] = m[0][0] * m[1][1] - m[0][1] * m[1][0]
    else:
        p01 = m[0][0] * m[1][1] - m[0][1] * m[1][0]
        p02 = m[0][0] * m[1][2] - m[0][2] * m[1][0]
        p03 = m[0][0] * m[1][3] - m[0][3] * m[1][0]
        p12 = m[0][1] * m[1][2] - m[0][2] * m[1][1]
        p13 = m[0][1] * m[1][3] - m[0][3] * m[1][1]
        p23 = m[0][2] * m[1][3] - m[0][3] * m[1][2]
        out[0] = m[2][1] * p23 - m[2][2] * p13 + m[2][3] * p12
        out[1] = -(m[2][0] * p23 - m[2][2] * p03 + m[2][3] * p02)
        out[2] = m[2][0] * p13 - m[2][1] * p03 + m[2][3] * p01
        out[3] = -(m[2][0] * p12 - m[2][1] * p02 + m[2][2] * p01)


def one_root(e: Reduced, count: Ints, level: int, equations: int, total: int) -> bool:
    """Whether ``y`` and ``z`` are positive and the one equation is monotone with a zero: exactly one root."""
    stack, degree, margins = e.stack[level], e.degree, e.margin
    for q in range(equations, total):
        first = stack[q][0]
        sign = 1.0 if first > 0.0 else -1.0
        for c in range(count[degree[q]]):
            if sign * stack[q][c] <= margins[q]:
                return False
    if equations == 0:
        return True
    last = int(count[degree[0]]) - 1
    low, high = stack[0][0], stack[0][last]
    if not (low < -margins[0] and high > margins[0]) and not (low > margins[0] and high < -margins[0]):
        return False
    sign = 1.0 if high > low else -1.0
    monotone = True
    for c in range(last):
        if sign * (stack[0][c + 1] - stack[0][c]) <= margins[0]:
            monotone = False
    return monotone
