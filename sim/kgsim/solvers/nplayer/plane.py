"""Where the roots of a system of four players with two strategies each can lie, after elimination of two of them.

The fourth player's indifference is linear in the third's mixture, which is thus determined by the first two, ``x``
and ``y``, and likewise the fourth's mixture by the third's indifference. Substituted into the first and the second
player's indifference they leave two polynomials on the square of ``x`` and ``y``, of degrees (2, 3) and (3, 2). They
are bounded in Bernstein form and bisected as in ``nplayer_eliminate``, in two dimensions rather than four.
"""

from __future__ import annotations

from kgsim.solvers.nplayer.bernstein import Reduced
from kgsim.solvers.nplayer.work import Floats, Ints

FINEST_PLANE = 0.033  # squares are not bisected below this edge
NEARLY_FLAT = 0.3  # from this edge on combinations of the equations are worth a look
BINOMIAL = (1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0, 3.0, 3.0, 1.0)  # degrees 1, 2 and 3, from 4 * (degree - 1)

COUNTERS = ("level", "left_over")


def project(e: Reduced, base: Floats, mixers: Ints, row: Ints, stride: Ints) -> int:
    """How many squares may hold roots, -1 if all may; ``e.left`` has lower bounds there of the four mixtures.

    ``mixers`` are the four players; ``row`` and ``stride`` say where ``base`` has each player's equation and axis.
    """
    stack, corner = e.plane, e.corner
    _substitute(e, base, mixers, row, stride)
    for c in range(2):
        corner[0][c][0] = 0.0
        corner[0][c][1] = 1.0
    level, left_over = 0, 0
    while level >= 0:
        if _without_root(stack[level], e.margin):
            level -= 1
            continue
        axis = 0 if corner[level][0][1] - corner[level][0][0] > corner[level][1][1] - corner[level][1][0] else 1
        edge = corner[level][axis][1] - corner[level][axis][0]
        if edge <= NEARLY_FLAT and _apart(stack[level], e.margin):
            level -= 1
            continue
        if edge <= FINEST_PLANE:
            if left_over == len(e.single):
                return -1
            for c in range(2):
                e.left[left_over][c][0] = 1.0 - corner[level][c][1]
                e.left[left_over][c][1] = corner[level][c][0]
                _least(stack[level], 2 + 2 * c, e.margin, e.left[left_over][2 + c])
            e.single[left_over] = 0
            left_over += 1
            level -= 1
            continue
        for c in range(2):
            corner[level + 1][c][0] = corner[level][c][0]
            corner[level + 1][c][1] = corner[level][c][1]
        middle = 0.5 * (corner[level][axis][0] + corner[level][axis][1])
        corner[level][axis][1] = middle
        corner[level + 1][axis][0] = middle
        _split(stack[level], stack[level + 1], axis)
        level += 1
    return left_over


def degree_along(q: int, axis: int) -> int:
    """Degree of polynomial ``q``: the two equations, then the two coordinates of each mixture."""
    if q > 1:
        return 1
    return 3 if q != axis else 2


def _substitute(e: Reduced, base: Floats, mixers: Ints, row: Ints, stride: Ints) -> None:
    """Bernstein coefficients on the whole square, and the rounding errors to allow."""
    t, margin = e.plane[0], e.margin
    i, j, k, l = mixers[0], mixers[1], mixers[2], mixers[3]  # noqa: E741
    for q in range(6):
        for m in range(4):
            for n in range(4):
                t[q][m][n] = 0.0
    for m in range(2):
        for n in range(2):
            at = m * stride[i] + n * stride[j]
            t[2][m][n], t[3][m][n] = -base[row[l]][at + stride[k]], base[row[l]][at]
            t[4][m][n], t[5][m][n] = -base[row[k]][at + stride[l]], base[row[k]][at]
    for c in range(2):
        for d in range(2):
            at = c * stride[k] + d * stride[l]
            for one in range(4):
                for other in range(4):
                    m, n = one // 2 + other // 2, one % 2 + other % 2
                    product = t[2 + c][one // 2][one % 2] * t[4 + d][other // 2][other % 2]
                    for a in range(2):
                        t[0][m][n + a] += product * base[row[i]][at + a * stride[j]]
                        t[1][m + a][n] += product * base[row[j]][at + a * stride[i]]
    for q in range(6):
        across, along = degree_along(q, 0), degree_along(q, 1)
        biggest = 0.0
        for m in range(across + 1):
            for n in range(along + 1):
                t[q][m][n] /= BINOMIAL[4 * across - 4 + m] * BINOMIAL[4 * along - 4 + n]
                biggest = max(biggest, abs(t[q][m][n]))
        margin[q] = 1e-11 * biggest + 1e-14


def _without_root(t: Floats, margin: Floats) -> bool:
    """Whether an equation has one sign, or two coordinates of a mixture have opposite ones."""
    previous = 0
    for q in range(6):
        bound, sign = margin[q], 0
        if t[q][0][0] > bound:
            sign = 1
        elif t[q][0][0] < -bound:
            sign = -1
        if sign != 0:
            for m in range(degree_along(q, 0) + 1):
                for n in range(degree_along(q, 1) + 1):
                    if sign * t[q][m][n] <= bound:
                        sign = 0
                        break
                if sign == 0:
                    break
        if sign != 0 and (q < 2 or (q % 2 == 1 and sign == -previous)):
            return True
        previous = sign
    return False


def _apart(t: Floats, margin: Floats) -> bool:
    """Whether the equations have no common zero, because a combination that is level along one axis has one sign."""
    across_0, along_0, across_1, along_1 = 0.0, 0.0, 0.0, 0.0
    for c in range(4):
        across_0 += t[0][2][c] - t[0][0][c]
        along_1 += t[1][c][2] - t[1][c][0]
    for c in range(3):
        along_0 += t[0][c][3] - t[0][c][0]
        across_1 += t[1][3][c] - t[1][0][c]
    for axis in range(2):
        # mean slopes along the axis, of the second equation and of the first
        u, v = across_1 / 3.0, -across_0 / 4.0
        if axis == 1:
            u, v = along_1 / 4.0, -along_0 / 3.0
        low, high = 1e300, -1e300
        for m in range(4):
            for n in range(4):
                # both raised to the degrees (3, 3)
                first = ((3 - m) * t[0][min(m, 2)][n] + m * t[0][max(m - 1, 0)][n]) / 3.0
                second = ((3 - n) * t[1][m][min(n, 2)] + n * t[1][m][max(n - 1, 0)]) / 3.0
                value = u * first + v * second
                low, high = min(low, value), max(high, value)
        slack = abs(u) * margin[0] + abs(v) * margin[1]
        if low > slack or high < -slack:
            return True
    return False


def _least(t: Floats, q: int, margin: Floats, out: Floats) -> None:
    """Lower bounds of the mixture whose coordinates, up to scale, are the polynomials ``q`` and ``q + 1``."""
    low, high = 1e300, -1e300
    for m in range(2):
        for n in range(2):
            total = t[q][m][n] + t[q + 1][m][n]
            low, high = min(low, total), max(high, total)
    out[0], out[1] = 0.0, 0.0
    slack = max(margin[q], margin[q + 1])
    if low <= slack and high >= -slack:
        return
    for c in range(2):
        least, most = 1e300, -1e300
        for m in range(2):
            for n in range(2):
                least, most = min(least, t[q + c][m][n]), max(most, t[q + c][m][n])
        if low > slack:
            out[c] = max(0.0, (least - slack) / high - 1e-9)
        else:
            out[c] = max(0.0, (-most - slack) / -low - 1e-9)


def _split(lower: Floats, upper: Floats, axis: int) -> None:
    """Bisect by de Casteljau's algorithm along one axis."""
    for q in range(6):
        across, along = degree_along(q, 0), degree_along(q, 1)
        for m in range(across + 1):
            for n in range(along + 1):
                upper[q][m][n] = lower[q][m][n]
        # the upper half keeps the right end of each round, the lower half the left end
        if axis == 0:
            for done in range(1, across + 1):
                for m in range(across + 1 - done):
                    for n in range(along + 1):
                        upper[q][m][n] = 0.5 * (upper[q][m][n] + upper[q][m + 1][n])
                for n in range(along + 1):
                    lower[q][done][n] = upper[q][0][n]
        else:
            for done in range(1, along + 1):
                for m in range(across + 1):
                    for n in range(along + 1 - done):
                        upper[q][m][n] = 0.5 * (upper[q][m][n] + upper[q][m][n + 1])
                for m in range(across + 1):
                    lower[q][m][done] = upper[q][m][0]
