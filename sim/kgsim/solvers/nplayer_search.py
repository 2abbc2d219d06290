"""All roots of one support's indifference system, by subdivision with certificates of exclusion.

For a support profile with ``k_i`` strategies of player ``i`` the indifference conditions say that, for each
player, the payoffs of the supported strategies are equal: ``sum(k_i - 1)`` multilinear equations in as many
unknowns over a product of simplices. A multilinear form takes its extremes over a product of simplices at
combinations of vertices, so the table of its values there, ``F[row, combination]``, bounds it exactly. The
search keeps a product of simplices and that table and repeats:

1. *exclude*: an equation, or the advantage of a strategy outside the support, has one sign throughout;
2. *precondition*: with the inverse ``C`` of the Jacobian at the centre, every barycentric coordinate of a root
   lies within the range of ``coordinate - C F``, again read from vertex values; an empty range excludes, a
   narrow one shrinks the simplex;
3. *isolate*: where ``identity - C F`` is a contraction there is at most one root, and Newton's method finds it;
4. *bisect* the longest edge otherwise.

Nothing is discarded without one of these certificates, hence completeness is proven up to rounding. What can
be neither excluded nor isolated (a continuum, a multiple root) is kept as a *cell*, and the caller must not
call its answer complete.

The functions are plain Python over arrays so that they run as they stand; ``nplayer_compile`` compiles the same
source. They avoid library linear algebra on purpose: the order of every operation is fixed, so the bits agree.

Sources: the preconditioned exclusion and contraction tests are those of interval Newton methods (Krawczyk 1969;
Neumaier, *Interval Methods for Systems of Equations*, 1990) with vertex values in place of interval arithmetic.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ROUNDING = 1e-13  # margin of every sign test; payoffs are scaled to 0..1
SINGULAR = 1e-9  # a pivot this small relative to the largest counts as zero
SMALLEST_EDGE = 1e-7  # simplices are not bisected below this edge
CELL_EDGE = 0.13  # a singular solution inside a simplex no larger than this closes it as a cell
CONTRACTION = 0.95

EXCLUDED, ISOLATED, OPEN = 0, 1, 2


class Work(NamedTuple):
    """Scratch space of the search, allocated once for many supports.

    ``rows`` counts equations and outside advantages together, ``width`` combinations of supported strategies,
    ``length`` all strategies of all players.
    """

    size: Ints  # (players,) strategies in the support
    first: Ints  # (players,) where the player's coordinates begin
    row: Ints  # (players,) where the player's equations begin
    stride: Ints  # (players,) of the player's axis within a table row
    digit: Ints  # (players, width) strategy of the player in each combination
    base: Floats  # (rows, width) the system in the coordinates of the support
    table: Floats  # (depth, rows, width) the stack of tables in vertex coordinates
    vertex: Floats  # (depth, length, strategies) the stack of vertices, a row each
    form: Floats  # (length, width) coordinate - C F
    jacobian: Floats  # (rows, rows)
    inverse: Floats  # (rows, rows)
    column: Ints  # (rows,) column of each pivot
    low: Floats  # (length,)
    point: Floats  # (length,) barycentric coordinates within the simplex
    profile: Floats  # (length,) probabilities within the support
    weight: Floats  # (players, width)
    slope: Floats  # (rows, length)
    step: Floats  # (rows,)
    value: Floats  # (rows,)
    influence: Floats  # (players, players)
    root: Floats  # (roots, length) what the search found
    cell: Floats  # (cells, length) a solution within each cell, or its centre
    cell_low: Floats  # (cells, length) bounding box of each cell
    cell_high: Floats  # (cells, length)
    count: Ints  # (5,) roots, cells, simplices examined, cells without a solution, open branches dropped


def workspace(
    shape: tuple[int, ...], largest: tuple[int, ...], *, depth: int = 256, roots: int = 256, cells: int = 512
) -> Work:
    """Allocate scratch space for games of ``shape`` actions and supports of at most ``largest`` strategies."""
    players, length, width, most = len(shape), sum(shape), prod(largest), max(largest)
    rows = max(length - players, 1)

    def ints(*extent: int) -> Ints:
        return np.zeros(extent, dtype=np.int64)

    def floats(*extent: int) -> Floats:
        return np.zeros(extent, dtype=np.float64)

    return Work(
        size=ints(players),
        first=ints(players),
        row=ints(players),
        stride=ints(players),
        digit=ints(players, width),
        base=floats(rows, width),
        table=floats(depth, rows, width),
        vertex=floats(depth, length, most),
        form=floats(length, width),
        jacobian=floats(rows, rows),
        inverse=floats(rows, rows),
        column=ints(rows),
        low=floats(length),
        point=floats(length),
        profile=floats(length),
        weight=floats(players, width),
        slope=floats(rows, length),
        step=floats(rows),
        value=floats(rows),
        influence=floats(players, players),
        root=floats(roots, length),
        cell=floats(cells, length),
        cell_low=floats(cells, length),
        cell_high=floats(cells, length),
        count=ints(5),
    )


def one_sign(table: Floats, start: int, stop: int, width: int, both: bool) -> bool:
    """Whether some row of the table is positive (or, with ``both``, negative) at every combination."""
    for r in range(start, stop):
        first = table[r, 0]
        if first > ROUNDING:
            for v in range(1, width):
                if table[r, v] <= ROUNDING:
                    break
            else:
                return True
        elif both and first < -ROUNDING:
            for v in range(1, width):
                if table[r, v] >= -ROUNDING:
                    break
            else:
                return True
    return False


def invert(a: Floats, inverse: Floats, column: Ints, n: int, smallest: float) -> int:
    """Gauss-Jordan elimination with complete pivoting; returns the numerical rank.

    Destroys ``a``. Afterwards row ``s < rank`` of ``inverse`` gives unknown ``column[s]``; the rows from the
    rank on annihilate ``a``. Pivots below ``smallest`` times the first are taken for zero.
    """
    for i in range(n):
        column[i] = i
        for j in range(n):
            inverse[i, j] = 0.0
        inverse[i, i] = 1.0
    floor = 0.0
    for s in range(n):
        best, pr, pc = -1.0, s, s
        for i in range(s, n):
            for j in range(s, n):
                size = abs(a[i, column[j]])
                if size > best:
                    best, pr, pc = size, i, j
        if s == 0:
            floor = best * smallest
        if best <= floor or best < 1e-300:
            return s
        if pr != s:
            for j in range(n):
                a[s, j], a[pr, j] = a[pr, j], a[s, j]
                inverse[s, j], inverse[pr, j] = inverse[pr, j], inverse[s, j]
        column[s], column[pc] = column[pc], column[s]
        c = column[s]
        scale = 1.0 / a[s, c]
        for j in range(n):
            a[s, j] *= scale
            inverse[s, j] *= scale
        for i in range(n):
            factor = a[i, c]
            if i != s and factor != 0.0:
                for j in range(n):
                    a[i, j] -= factor * a[s, j]
                    inverse[i, j] -= factor * inverse[s, j]
    return n


def slopes(w: Work, table: Floats, x: Floats, players: int, n: int, width: int) -> None:
    """Payoff slopes: the value of every equation with a player's mixture replaced by one vertex, at ``x``."""
    for j in range(players):
        for v in range(width):
            product = 1.0
            for i in range(players):
                if i != j:
                    product *= x[w.first[i] + w.digit[i, v]]
            w.weight[j, v] = product
    for r in range(n):
        for j in range(players):
            f = w.first[j]
            for a in range(w.size[j]):
                w.slope[r, f + a] = 0.0
            for v in range(width):
                w.slope[r, f + w.digit[j, v]] += w.weight[j, v] * table[r, v]


def differentiate(w: Work, players: int, n: int) -> None:
    """Jacobian in the coordinates of all vertices but each player's last, from the slopes."""
    for r in range(n):
        for j in range(players):
            last = w.slope[r, w.first[j] + w.size[j] - 1]
            for a in range(w.size[j] - 1):
                w.jacobian[r, w.row[j] + a] = w.slope[r, w.first[j] + a] - last


def newton(
    w: Work, table: Floats, x: Floats, players: int, n: int, width: int, smallest: float, rounds: int
) -> tuple[bool, int]:
    """Newton's method from ``x`` in place; whether it settled, and the rank of the last Jacobian."""
    rank = n
    previous = 1e300
    for _ in range(rounds):
        slopes(w, table, x, players, n, width)
        differentiate(w, players, n)
        rank = invert(w.jacobian, w.inverse, w.column, n, smallest)
        for c in range(n):
            w.step[c] = 0.0
        worst = 0.0
        for r in range(n):
            value = 0.0
            for a in range(w.size[0]):
                value += x[a] * w.slope[r, a]
            worst = max(worst, abs(value))
            w.value[r] = value
        for s in range(rank):
            change = 0.0
            for r in range(n):
                change += w.inverse[s, r] * w.value[r]
            w.step[w.column[s]] = change
        longest = 0.0
        for j in range(players):
            total = 0.0
            for a in range(w.size[j] - 1):
                change = w.step[w.row[j] + a]
                x[w.first[j] + a] -= change
                total += change
                longest = max(longest, abs(change))
            x[w.first[j] + w.size[j] - 1] += total
            longest = max(longest, abs(total))
        if longest > 1e3:
            return False, rank
        if worst <= 1e-15 or (longest <= 1e-12 and longest >= 0.25 * previous) or longest <= 1e-15:
            return worst <= 1e-11, rank
        previous = longest
    return False, rank


def to_profile(w: Work, level: int, players: int) -> None:
    """Probabilities of the point with barycentric coordinates ``w.point`` in the simplex at ``level``."""
    for j in range(players):
        f, k = w.first[j], w.size[j]
        for a in range(k):
            total = 0.0
            for v in range(k):
                total += w.point[f + v] * w.vertex[level, f + v, a]
            w.profile[f + a] = total


def keep_root(w: Work, players: int, n: int, width: int) -> None:
    """Polish ``w.profile`` in the coordinates of the support and record it unless it is already there."""
    newton(w, w.base, w.profile, players, n, width, 1e-14, 8)
    length = w.first[players - 1] + w.size[players - 1]
    for known in range(w.count[0]):
        distance = 0.0
        for c in range(length):
            distance = max(distance, abs(w.root[known, c] - w.profile[c]))
        if distance < 1e-9:
            return
    if w.count[0] == w.root.shape[0]:
        w.count[4] += 1
        return
    for c in range(length):
        w.root[w.count[0], c] = w.profile[c]
    w.count[0] += 1


def keep_cell(w: Work, level: int, players: int, solved: bool) -> None:
    """Record the simplex at ``level`` as neither excluded nor resolved, with a solution in ``w.profile``."""
    if w.count[1] == w.cell.shape[0]:
        w.count[4] += 1
        return
    at = w.count[1]
    for j in range(players):
        f, k = w.first[j], w.size[j]
        for a in range(k):
            low, high = w.vertex[level, f, a], w.vertex[level, f, a]
            for v in range(1, k):
                low = min(low, w.vertex[level, f + v, a])
                high = max(high, w.vertex[level, f + v, a])
            w.cell_low[at, f + a] = low
            w.cell_high[at, f + a] = high
            w.cell[at, f + a] = w.profile[f + a]
    w.count[1] += 1
    if not solved:
        w.count[3] += 1


def longest_edge(w: Work, level: int, players: int) -> tuple[float, int, int, int]:
    """Length, player and two vertices of the longest edge of the simplices at ``level``."""
    best, player, left, right = -1.0, 0, 0, 0
    for j in range(players):
        f, k = w.first[j], w.size[j]
        for v in range(k):
            for u in range(v + 1, k):
                length = 0.0
                for a in range(k):
                    length = max(length, abs(w.vertex[level, f + v, a] - w.vertex[level, f + u, a]))
                if length > best:
                    best, player, left, right = length, j, v, u
    return best, player, left, right


def bisect(w: Work, level: int, player: int, left: int, right: int, rows: int, width: int, players: int) -> None:
    """Split the simplex at ``level`` at the middle of an edge; the halves take ``level`` and ``level + 1``."""
    gap = (right - left) * w.stride[player]
    here, there = w.table[level], w.table[level + 1]
    for r in range(rows):
        for v in range(width):
            there[r, v] = here[r, v]
        for v in range(width):
            if w.digit[player, v] == left:
                middle = 0.5 * (here[r, v] + here[r, v + gap])
                here[r, v + gap] = middle
                there[r, v] = middle
    length = w.first[players - 1] + w.size[players - 1]
    most = w.vertex.shape[2]
    for c in range(length):
        for a in range(most):
            w.vertex[level + 1, c, a] = w.vertex[level, c, a]
    f = w.first[player]
    for a in range(w.size[player]):
        middle = 0.5 * (w.vertex[level, f + left, a] + w.vertex[level, f + right, a])
        w.vertex[level, f + right, a] = middle
        w.vertex[level + 1, f + left, a] = middle


def shrink(w: Work, level: int, player: int, total: float, rows: int, width: int) -> None:
    """Cut the player's simplex down to the coordinates at least ``w.low``, whose sum is ``total``."""
    f, k, stride = w.first[player], w.size[player], w.stride[player]
    rest = 1.0 - total
    table = w.table[level]
    for r in range(rows):
        for v in range(width):
            if w.digit[player, v] == 0:
                common = 0.0
                for a in range(k):
                    common += w.low[f + a] * table[r, v + a * stride]
                for a in range(k):
                    table[r, v + a * stride] = common + rest * table[r, v + a * stride]
    for c in range(k):
        common = 0.0
        for a in range(k):
            common += w.low[f + a] * w.vertex[level, f + a, c]
        for a in range(k):
            w.vertex[level, f + a, c] = common + rest * w.vertex[level, f + a, c]


def precondition(w: Work, table: Floats, players: int, n: int, width: int) -> float:
    """Fill ``w.form`` with ``coordinate - C F`` at every combination; returns the rounding error to allow."""
    biggest = 0.0
    for s in range(n):
        total = 0.0
        for r in range(n):
            total += abs(w.inverse[s, r])
        biggest = max(biggest, total)
    for j in range(players):
        f, last = w.first[j], w.first[j] + w.size[j] - 1
        for v in range(width):
            w.form[last, v] = 1.0 if f + w.digit[j, v] == last else 0.0
    for s in range(n):
        c = w.column[s]
        j = players - 1
        while w.row[j] > c or w.size[j] == 1:
            j -= 1
        at = w.first[j] + c - w.row[j]
        last = w.first[j] + w.size[j] - 1
        a = c - w.row[j]
        for v in range(width):
            total = 0.0
            for r in range(n):
                total += w.inverse[s, r] * table[r, v]
            w.form[last, v] += total
            w.form[at, v] = (1.0 if w.digit[j, v] == a else 0.0) - total
    return max(ROUNDING, 4e-16 * biggest * n)


def contraction(w: Work, players: int, width: int) -> float:
    """Lipschitz constant of ``coordinate - C F`` over the simplex, in the distance of moved probability mass."""
    for i in range(players):
        for j in range(players):
            w.influence[i, j] = 0.0
    for j in range(players):
        k, stride = w.size[j], w.stride[j]
        for v in range(width):
            left = w.digit[j, v]
            for right in range(left + 1, k):
                u = v + (right - left) * stride
                for i in range(players):
                    if w.size[i] > 1:
                        total = 0.0
                        for a in range(w.first[i], w.first[i] + w.size[i]):
                            total += abs(w.form[a, v] - w.form[a, u])
                        w.influence[i, j] = max(w.influence[i, j], 0.5 * total)
    worst = 0.0
    for i in range(players):
        total = 0.0
        for j in range(players):
            total += w.influence[i, j]
        worst = max(worst, total)
    return worst


def examine(w: Work, level: int, players: int, n: int, rows: int, width: int) -> int:
    """Exclude, isolate or shrink the simplex at ``level``; OPEN where none of these settled it."""
    table = w.table[level]
    while True:
        if one_sign(table, n, rows, width, False) or one_sign(table, 0, n, width, True):
            return EXCLUDED
        for j in range(players):
            for a in range(w.first[j], w.first[j] + w.size[j]):
                w.point[a] = 1.0 / w.size[j]
        slopes(w, table, w.point, players, n, width)
        differentiate(w, players, n)
        rank = invert(w.jacobian, w.inverse, w.column, n, SINGULAR)
        if rank < n:
            for s in range(rank, n):
                low, high, size = 1e300, -1e300, 0.0
                for r in range(n):
                    size = max(size, abs(w.inverse[s, r]))
                for v in range(width):
                    total = 0.0
                    for r in range(n):
                        total += w.inverse[s, r] * table[r, v]
                    low = min(low, total)
                    high = max(high, total)
                if low > ROUNDING * n * (1.0 + size) or high < -ROUNDING * n * (1.0 + size):
                    return EXCLUDED
            return OPEN
        error = precondition(w, table, players, n, width)
        for j in range(players):
            total = 0.0
            for a in range(w.first[j], w.first[j] + w.size[j]):
                low, high = w.form[a, 0], w.form[a, 0]
                for v in range(1, width):
                    low = min(low, w.form[a, v])
                    high = max(high, w.form[a, v])
                if high < -error:
                    return EXCLUDED
                w.low[a] = max(0.0, low - error)
                total += w.low[a]
            if total > 1.0 + error:
                return EXCLUDED
        least = 1.0
        totals = 0.0
        for j in range(players):
            if w.size[j] > 1:
                total = 0.0
                for a in range(w.first[j], w.first[j] + w.size[j]):
                    total += w.low[a]
                least = min(least, 1.0 - total)
                totals += total
        if totals > 0.0 and contraction(w, players, width) < CONTRACTION:
            length = w.first[players - 1] + w.size[players - 1]
            settled, _ = newton(w, table, w.point, players, n, width, 1e-14, 20)
            inside = settled
            for a in range(length):
                if w.point[a] < -1e-9:
                    inside = False
            if inside:
                to_profile(w, level, players)
                keep_root(w, players, n, width)
                return ISOLATED
        if least > 0.8:
            return OPEN
        for j in range(players):
            if w.size[j] > 1:
                total = 0.0
                for a in range(w.first[j], w.first[j] + w.size[j]):
                    total += w.low[a]
                if total > 0.999:
                    for a in range(w.first[j], w.first[j] + w.size[j]):
                        w.low[a] *= 0.999 / total
                    total = 0.999
                if total > 0.0:
                    shrink(w, level, j, total, rows, width)


def singular_solution(w: Work, level: int, players: int, n: int, width: int) -> bool:
    """Whether the simplex at ``level`` holds a solution with a singular Jacobian; it is left in ``w.profile``."""
    for j in range(players):
        for a in range(w.first[j], w.first[j] + w.size[j]):
            w.point[a] = 1.0 / w.size[j]
    to_profile(w, level, players)
    settled, rank = newton(w, w.base, w.profile, players, n, width, 1e-7, 30)
    if not settled or rank == n:
        return False
    for j in range(players):
        f, k = w.first[j], w.size[j]
        for a in range(k):
            low, high = w.vertex[level, f, a], w.vertex[level, f, a]
            for v in range(1, k):
                low = min(low, w.vertex[level, f + v, a])
                high = max(high, w.vertex[level, f + v, a])
            slack = 0.5 * (high - low) + 1e-9
            if w.profile[f + a] < low - slack or w.profile[f + a] > high + slack:
                return False
            if w.profile[f + a] < -1e-12:
                return False
    return True


def search(w: Work, players: int, n: int, rows: int, width: int, budget: int) -> None:
    """Find all roots of the system in ``w.base``; results in ``w.root``, ``w.cell`` and ``w.count``.

    Parameters
    ----------
    w
        Scratch space holding the support (sizes, offsets, digits) and its system.
    players, n, rows, width
        Players, equations, equations and outside advantages together, combinations.
    budget
        Simplices to examine at most; what is left then becomes cells.
    """
    for i in range(5):
        w.count[i] = 0
    for r in range(rows):
        for v in range(width):
            w.table[0, r, v] = w.base[r, v]
    for j in range(players):
        f, k = w.first[j], w.size[j]
        for v in range(k):
            for a in range(k):
                w.vertex[0, f + v, a] = 1.0 if a == v else 0.0
    level = 0
    deepest = w.table.shape[0] - 1
    while level >= 0:
        w.count[2] += 1
        verdict = examine(w, level, players, n, rows, width)
        if verdict != OPEN:
            level -= 1
            continue
        edge, player, left, right = longest_edge(w, level, players)
        if edge <= CELL_EDGE and w.count[2] > 16 and singular_solution(w, level, players, n, width):
            keep_cell(w, level, players, True)
            level -= 1
            continue
        if edge < SMALLEST_EDGE or w.count[2] >= budget or level == deepest:
            for j in range(players):
                for a in range(w.first[j], w.first[j] + w.size[j]):
                    w.point[a] = 1.0 / w.size[j]
            to_profile(w, level, players)
            keep_cell(w, level, players, False)
            level -= 1
            continue
        bisect(w, level, player, left, right, rows, width, players)
        level += 1
