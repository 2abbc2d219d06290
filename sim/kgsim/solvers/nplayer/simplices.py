"""Products of simplices on a stack, with the table of a system's values at their vertices, and what is kept of them."""

from __future__ import annotations

from kgsim.solvers.nplayer.newton import newton
from kgsim.solvers.nplayer.work import Floats, Work

COUNTERS = ("left", "right", "level")


def begin(w: Work, players: int, rows: int, width: int) -> None:
    """Put the product of all simplices on the stack."""
    tables, base, vertices, first, size = w.tables, w.base, w.vertices, w.first, w.size
    for r in range(rows):
        for v in range(width):
            tables[0][r][v] = base[r][v]
    for j in range(players):
        for v in range(size[j]):
            for a in range(size[j]):
                vertices[0][first[j] + v][a] = 1.0 if a == v else 0.0


def narrow(w: Work, player: int, rows: int, width: int) -> None:
    """Cut the player's simplex at the bottom of the stack down to the coordinates at least ``w.floor``."""
    level = 0
    shrink(w, level, player, rows, width)


def restrict(w: Work, player: int, corner: Floats, rows: int, width: int) -> None:
    """Cut the player's simplex at the bottom of the stack down to the one with the given vertices."""
    table, base, vertices, jump = w.tables[0], w.base, w.vertices, w.stride[player]
    f, k = w.first[player], w.size[player]
    for r in range(rows):
        for outer in range(0, width, k * jump):
            for v in range(outer, outer + jump):
                for own in range(k):
                    total = 0.0
                    for a in range(k):
                        total += corner[own][a] * base[r][v + a * jump]
                    table[r][v + own * jump] = total
    for v in range(k):
        for a in range(k):
            vertices[0][f + v][a] = corner[v][a]


def shrink(w: Work, level: int, player: int, rows: int, width: int) -> None:
    """Cut the player's simplex down to the coordinates at least ``w.floor``, leaving a thousandth of it."""
    floor, vertices, table, jump = w.floor, w.vertices, w.tables[level], w.stride[player]
    f, k = w.first[player], w.size[player]
    total = 0.0
    for a in range(f, f + k):
        total += floor[a]
    if total <= 0.0:
        return
    if total > 0.999:
        for a in range(f, f + k):
            floor[a] *= 0.999 / total
        total = 0.999
    rest = 1.0 - total
    for r in range(rows):
        values = table[r]
        for outer in range(0, width, k * jump):
            for v in range(outer, outer + jump):
                common = 0.0
                for a in range(k):
                    common += floor[f + a] * values[v + a * jump]
                for a in range(k):
                    values[v + a * jump] = common + rest * values[v + a * jump]
    for c in range(k):
        common = 0.0
        for a in range(k):
            common += floor[f + a] * vertices[level][f + a][c]
        for a in range(k):
            vertices[level][f + a][c] = common + rest * vertices[level][f + a][c]


def longest_edge(w: Work, level: int, players: int) -> tuple[float, int, int, int]:
    """Length, player and two vertices of the longest edge of the simplices at ``level``."""
    first, size, vertices = w.first, w.size, w.vertices
    best, player, left, right = -1.0, 0, 0, 0
    for j in range(players):
        f, k = first[j], size[j]
        for v in range(k):
            for u in range(v + 1, k):
                length = 0.0
                for a in range(k):
                    length = max(length, abs(vertices[level][f + v][a] - vertices[level][f + u][a]))
                if length > best:
                    best, player, left, right = length, j, v, u
    return best, player, left, right


def bisect(w: Work, level: int, player: int, left: int, right: int, rows: int, width: int, players: int) -> None:
    """Split the simplex at ``level`` at the middle of an edge; the halves take ``level`` and ``level + 1``."""
    stride, tables, digit, first, size, vertices = w.stride, w.tables, w.digit, w.first, w.size, w.vertices
    gap = (right - left) * stride[player]
    here, there = tables[level], tables[level + 1]
    digits = digit[player]
    for r in range(rows):
        lower, upper = here[r], there[r]
        for v in range(width):
            upper[v] = lower[v]
        for v in range(width):
            if digits[v] == left:
                middle = 0.5 * (lower[v] + lower[v + gap])
                lower[v + gap] = middle
                upper[v] = middle
    length = first[players - 1] + size[players - 1]
    most = len(vertices[0][0])
    for c in range(length):
        for a in range(most):
            vertices[level + 1][c][a] = vertices[level][c][a]
    f = first[player]
    for a in range(size[player]):
        middle = 0.5 * (vertices[level][f + left][a] + vertices[level][f + right][a])
        vertices[level][f + right][a] = middle
        vertices[level + 1][f + left][a] = middle


def to_profile(w: Work, level: int, players: int) -> None:
    """Probabilities of the point with barycentric coordinates ``w.point`` in the simplex at ``level``."""
    first, size, point, vertices, profile = w.first, w.size, w.point, w.vertices, w.profile
    for j in range(players):
        f, k = first[j], size[j]
        for a in range(k):
            total = 0.0
            for v in range(k):
                total += point[f + v] * vertices[level][f + v][a]
            profile[f + a] = total


def keep_root(w: Work, players: int, n: int, width: int) -> None:
    """Polish ``w.profile`` in the coordinates of the support and record it unless it is already there."""
    base, profile, first, size, count, root = w.base, w.profile, w.first, w.size, w.tally, w.root
    newton(w, base, profile, players, n, width, 1e-14)
    length = first[players - 1] + size[players - 1]
    for known in range(count[0]):
        distance = 0.0
        for c in range(length):
            distance = max(distance, abs(root[known][c] - profile[c]))
        if distance < 1e-9:
            return
    if count[0] == len(root):
        count[4] += 1
        return
    for c in range(length):
        root[count[0]][c] = profile[c]
    count[0] += 1


def keep_cell(w: Work, level: int, players: int) -> None:
    """Record the simplex at ``level`` as neither excluded nor resolved, with a solution in ``w.profile``."""
    count = w.tally
    cell = w.cell
    first = w.first
    size = w.size
    vertices = w.vertices
    cell_low = w.cell_low
    cell_high = w.cell_high
    profile = w.profile
    if count[1] == len(cell):
        count[4] += 1
        return
    at = count[1]
    for j in range(players):
        f, k = first[j], size[j]
        for a in range(k):
            low, high = vertices[level][f][a], vertices[level][f][a]
            for v in range(1, k):
                low = min(low, vertices[level][f + v][a])
                high = max(high, vertices[level][f + v][a])
            cell_low[at][f + a] = low
            cell_high[at][f + a] = high
            cell[at][f + a] = profile[f + a]
    count[1] += 1
