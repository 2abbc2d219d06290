"""Newton's method on one support's indifference system, with linear algebra whose operations come in a fixed order.

Library routines are avoided on purpose: their results differ in the last bit from machine to machine, and with the
number of systems solved at once.
"""

from __future__ import annotations

from kgsim.solvers.nplayer.work import Floats, Ints, Work

NEWTON_ROUNDS = 30  # enough for the slow convergence at a double root


def invert(a: Floats, inverse: Floats, column: Ints, n: int, smallest: float) -> int:
    """Gauss-Jordan elimination with complete pivoting; returns the numerical rank.

    Destroys ``a``. Afterwards row ``s < rank`` of ``inverse`` gives unknown ``column[s]``; the rows from the
    rank on annihilate ``a``. Pivots below ``smallest`` times the first are taken for zero.
    """
    for i in range(n):
        column[i] = i
        solution = inverse[i]
        for j in range(n):
            solution[j] = 0.0
        solution[i] = 1.0
    floor = 0.0
    for s in range(n):
        best, pr, pc = -1.0, s, s
        for i in range(s, n):
            line = a[i]
            for j in range(s, n):
                size = abs(line[column[j]])
                if size > best:
                    best, pr, pc = size, i, j
        if s == 0:
            floor = best * smallest
        if best <= floor or best < 1e-300:
            return s
        if pr != s:
            for j in range(n):
                a[s][j], a[pr][j] = a[pr][j], a[s][j]
                inverse[s][j], inverse[pr][j] = inverse[pr][j], inverse[s][j]
        column[s], column[pc] = column[pc], column[s]
        c = column[s]
        pivots, solution = a[s], inverse[s]
        scale = 1.0 / pivots[c]
        for j in range(n):
            pivots[j] *= scale
            solution[j] *= scale
        for i in range(n):
            line, other = a[i], inverse[i]
            factor = line[c]
            if i != s and factor != 0.0:
                for j in range(n):
                    line[j] -= factor * pivots[j]
                    other[j] -= factor * solution[j]
    return n


def slopes(w: Work, table: Floats, x: Floats, players: int, n: int, width: int) -> None:
    """Payoff slopes: the value of every equation with a player's mixture replaced by one vertex, at ``x``."""
    weight, first, digit, slope, size, stride = w.weight, w.first, w.digit, w.slope, w.size, w.stride
    for v in range(width):
        weight[0][v] = 1.0
    for j in range(1, players):
        weights, before, digits, f = weight[j], weight[j - 1], digit[j - 1], first[j - 1]
        for v in range(width):
            weights[v] = before[v] * x[f + digits[v]]
    for v in range(width):
        product = 1.0
        for j in range(players - 1, -1, -1):
            weight[j][v] *= product
            product *= x[first[j] + digit[j][v]]
    for r in range(n):
        values, row = table[r], slope[r]
        for j in range(players):
            f, k, inner, weights = first[j], size[j], stride[j], weight[j]
            for a in range(k):
                total = 0.0
                for outer in range(a * inner, width, k * inner):
                    for v in range(outer, outer + inner):
                        total += weights[v] * values[v]
                row[f + a] = total


def slopes_at_centre(w: Work, table: Floats, players: int, n: int, width: int) -> None:
    """The slopes where every player mixes evenly, so that all combinations of opponents weigh the same."""
    slope, first, size, stride = w.slope, w.first, w.size, w.stride
    for r in range(n):
        values, row = table[r], slope[r]
        for j in range(players):
            f, k, inner = first[j], size[j], stride[j]
            weight = k / width
            for a in range(k):
                total = 0.0
                for outer in range(a * inner, width, k * inner):
                    for v in range(outer, outer + inner):
                        total += values[v]
                row[f + a] = weight * total


def differentiate(w: Work, players: int, n: int) -> None:
    """Jacobian in the coordinates of all vertices but each player's last, from the slopes."""
    slope, first, size, jacobian, row = w.slope, w.first, w.size, w.jacobian, w.row
    for r in range(n):
        slopes, line = slope[r], jacobian[r]
        for j in range(players):
            f, at = first[j], row[j]
            last = slopes[f + size[j] - 1]
            for a in range(size[j] - 1):
                line[at + a] = slopes[f + a] - last


def newton(w: Work, table: Floats, x: Floats, players: int, n: int, width: int, smallest: float) -> tuple[bool, int]:
    """Newton's method from ``x`` in place; whether it settled, and the rank of the last Jacobian."""
    jacobian = w.jacobian
    inverse = w.inverse
    column = w.column
    step = w.step
    size = w.size
    slope = w.slope
    residual = w.residual
    row = w.row
    first = w.first
    rank = n
    previous = 1e300
    for _ in range(NEWTON_ROUNDS):
        slopes(w, table, x, players, n, width)
        differentiate(w, players, n)
        rank = invert(jacobian, inverse, column, n, smallest)
        for c in range(n):
            step[c] = 0.0
        worst = 0.0
        for r in range(n):
            value = 0.0
            for a in range(size[0]):
                value += x[a] * slope[r][a]
            worst = max(worst, abs(value))
            residual[r] = value
        for s in range(rank):
            change = 0.0
            for r in range(n):
                change += inverse[s][r] * residual[r]
            step[column[s]] = change
        longest = 0.0
        for j in range(players):
            total = 0.0
            for a in range(size[j] - 1):
                change = step[row[j] + a]
                x[first[j] + a] -= change
                total += change
                longest = max(longest, abs(change))
            x[first[j] + size[j] - 1] += total
            longest = max(longest, abs(total))
        if longest > 1e3:
            return False, rank
        if worst <= 1e-15 or (longest <= 1e-12 and longest >= 0.25 * previous) or longest <= 1e-15:
            return worst <= 1e-11, rank
        previous = longest
    return False, rank


def temptation(w: Work, x: Floats, players: int, n: int, rows: int, width: int) -> float:
    """Largest advantage of a strategy outside the support at the support's mixtures ``x``; -1 if there is none."""
    weight, base, first, digit = w.weight, w.base, w.first, w.digit
    for v in range(width):
        product = 1.0
        for j in range(players):
            product *= x[first[j] + digit[j][v]]
        weight[0][v] = product
    worst = -1.0
    for r in range(n, rows):
        total = 0.0
        for v in range(width):
            total += weight[0][v] * base[r][v]
        worst = max(worst, total)
    return worst


def determinant_sign(a: Floats, n: int) -> int:
    """Sign of the determinant of the leading ``n`` rows and columns, by elimination with row pivoting."""
    sign = 1
    for s in range(n):
        pivot = s
        for i in range(s + 1, n):
            if abs(a[i][s]) > abs(a[pivot][s]):
                pivot = i
        if a[pivot][s] == 0.0:
            return 0
        if pivot != s:
            sign = -sign
            for j in range(n):
                a[s][j], a[pivot][j] = a[pivot][j], a[s][j]
        if a[s][s] < 0.0:
            sign = -sign
        for i in range(s + 1, n):
            factor = a[i][s] / a[s][s]
            for j in range(s, n):
                a[i][j] -= factor * a[s][j]
    return sign
