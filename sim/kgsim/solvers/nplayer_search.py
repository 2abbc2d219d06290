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
CELL_EDGE = 0.26  # a singular equilibrium inside a simplex no larger than this closes it as a cell
REFUSED_EDGE = 0.02  # the same for a singular solution that is not an equilibrium
CELLS_KEPT = 24  # with this many cells of one support the simplices still open become cells as they are
CONTRACTION = 0.95
NEWTON_ROUNDS = 30  # enough for the slow convergence at a double root
NARROW = 0.6  # bounds that leave more of every simplex than this do not yet suggest a contraction

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
    place: Ints  # (width,) the combination in the whole game
    action: Ints  # (length + 1,) column in the full profile of each supported strategy, then -1
    mixture: Floats  # (length,) full profile
    gain: Floats  # (length,) of each strategy against a full profile
    counter: Ints  # (players,)
    mixer: Ints  # (3, 4) of the closed forms
    candidate: Floats  # (2, length) full profiles
    sign: Ints  # (2,) their indices
    base: Floats  # (rows, width) the system in the coordinates of the support
    tables: Floats  # (depth, rows, width) the stack of tables in vertex coordinates
    vertices: Floats  # (depth, length, strategies) the stack of vertices, a row each
    form: Floats  # (length, width) coordinate - C F
    jacobian: Floats  # (rows, rows)
    inverse: Floats  # (rows, rows)
    column: Ints  # (rows,) column of each pivot
    floor: Floats  # (length,)
    point: Floats  # (length,) barycentric coordinates within the simplex
    profile: Floats  # (length,) probabilities within the support
    weight: Floats  # (players, width)
    slope: Floats  # (rows, length)
    step: Floats  # (rows,)
    residual: Floats  # (rows,)
    influence: Floats  # (players, players)
    root: Floats  # (roots, length) what the search found
    cell: Floats  # (cells, length) a solution within each cell, or its centre
    cell_low: Floats  # (cells, length) bounding box of each cell
    cell_high: Floats  # (cells, length)
    tally: Ints  # (5,) roots, cells, simplices examined, cells without a solution, open branches dropped


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
        place=ints(width),
        action=ints(length + 1),
        mixture=floats(length),
        gain=floats(length),
        counter=ints(players),
        mixer=ints(3, 4),
        candidate=floats(2, length),
        sign=ints(2),
        base=floats(rows, width),
        tables=floats(depth, rows, width),
        vertices=floats(depth, length, most),
        form=floats(length, width),
        jacobian=floats(rows, rows),
        inverse=floats(rows, rows),
        column=ints(rows),
        floor=floats(length),
        point=floats(length),
        profile=floats(length),
        weight=floats(players, width),
        slope=floats(rows, length),
        step=floats(rows),
        residual=floats(rows),
        influence=floats(players, players),
        root=floats(roots, length),
        cell=floats(cells, length),
        cell_low=floats(cells, length),
        cell_high=floats(cells, length),
        tally=ints(5),
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
    weight, first, digit, slope, size, stride = w.weight, w.first, w.digit, w.slope, w.size, w.stride
    for v in range(width):
        product = 1.0
        for j in range(players):
            weight[j, v] = product
            product *= x[first[j] + digit[j, v]]
        product = 1.0
        for j in range(players - 1, -1, -1):
            weight[j, v] *= product
            product *= x[first[j] + digit[j, v]]
    for r in range(n):
        for j in range(players):
            f, k, inner = first[j], size[j], stride[j]
            for a in range(k):
                total = 0.0
                for outer in range(a * inner, width, k * inner):
                    for v in range(outer, outer + inner):
                        total += weight[j, v] * table[r, v]
                slope[r, f + a] = total


def differentiate(w: Work, players: int, n: int) -> None:
    """Jacobian in the coordinates of all vertices but each player's last, from the slopes."""
    slope, first, size, jacobian, row = w.slope, w.first, w.size, w.jacobian, w.row
    for r in range(n):
        for j in range(players):
            last = slope[r, first[j] + size[j] - 1]
            for a in range(size[j] - 1):
                jacobian[r, row[j] + a] = slope[r, first[j] + a] - last


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
                value += x[a] * slope[r, a]
            worst = max(worst, abs(value))
            residual[r] = value
        for s in range(rank):
            change = 0.0
            for r in range(n):
                change += inverse[s, r] * residual[r]
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
            product *= x[first[j] + digit[j, v]]
        weight[0, v] = product
    worst = -1.0
    for r in range(n, rows):
        total = 0.0
        for v in range(width):
            total += weight[0, v] * base[r, v]
        worst = max(worst, total)
    return worst


def to_profile(w: Work, level: int, players: int) -> None:
    """Probabilities of the point with barycentric coordinates ``w.point`` in the simplex at ``level``."""
    first, size, point, vertices, profile = w.first, w.size, w.point, w.vertices, w.profile
    for j in range(players):
        f, k = first[j], size[j]
        for a in range(k):
            total = 0.0
            for v in range(k):
                total += point[f + v] * vertices[level, f + v, a]
            profile[f + a] = total


def keep_root(w: Work, players: int, n: int, width: int) -> None:
    """Polish ``w.profile`` in the coordinates of the support and record it unless it is already there."""
    base, profile, first, size, count, root = w.base, w.profile, w.first, w.size, w.tally, w.root
    newton(w, base, profile, players, n, width, 1e-14)
    length = first[players - 1] + size[players - 1]
    for known in range(count[0]):
        distance = 0.0
        for c in range(length):
            distance = max(distance, abs(root[known, c] - profile[c]))
        if distance < 1e-9:
            return
    if count[0] == root.shape[0]:
        count[4] += 1
        return
    for c in range(length):
        root[count[0], c] = profile[c]
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
    if count[1] == cell.shape[0]:
        count[4] += 1
        return
    at = count[1]
    for j in range(players):
        f, k = first[j], size[j]
        for a in range(k):
            low, high = vertices[level, f, a], vertices[level, f, a]
            for v in range(1, k):
                low = min(low, vertices[level, f + v, a])
                high = max(high, vertices[level, f + v, a])
            cell_low[at, f + a] = low
            cell_high[at, f + a] = high
            cell[at, f + a] = profile[f + a]
    count[1] += 1


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
                    length = max(length, abs(vertices[level, f + v, a] - vertices[level, f + u, a]))
                if length > best:
                    best, player, left, right = length, j, v, u
    return best, player, left, right


def bisect(w: Work, level: int, player: int, left: int, right: int, rows: int, width: int, players: int) -> None:
    """Split the simplex at ``level`` at the middle of an edge; the halves take ``level`` and ``level + 1``."""
    stride, tables, digit, first, size, vertices = w.stride, w.tables, w.digit, w.first, w.size, w.vertices
    gap = (right - left) * stride[player]
    here, there = tables[level], tables[level + 1]
    for r in range(rows):
        for v in range(width):
            there[r, v] = here[r, v]
        for v in range(width):
            if digit[player, v] == left:
                middle = 0.5 * (here[r, v] + here[r, v + gap])
                here[r, v + gap] = middle
                there[r, v] = middle
    length = first[players - 1] + size[players - 1]
    most = vertices.shape[2]
    for c in range(length):
        for a in range(most):
            vertices[level + 1, c, a] = vertices[level, c, a]
    f = first[player]
    for a in range(size[player]):
        middle = 0.5 * (vertices[level, f + left, a] + vertices[level, f + right, a])
        vertices[level, f + right, a] = middle
        vertices[level + 1, f + left, a] = middle


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
        for outer in range(0, width, k * jump):
            for v in range(outer, outer + jump):
                common = 0.0
                for a in range(k):
                    common += floor[f + a] * table[r, v + a * jump]
                for a in range(k):
                    table[r, v + a * jump] = common + rest * table[r, v + a * jump]
    for c in range(k):
        common = 0.0
        for a in range(k):
            common += floor[f + a] * vertices[level, f + a, c]
        for a in range(k):
            vertices[level, f + a, c] = common + rest * vertices[level, f + a, c]


def precondition(w: Work, table: Floats, players: int, n: int, width: int) -> float:
    """Fill ``w.form`` with ``coordinate - C F`` at every combination; returns the rounding error to allow."""
    inverse = w.inverse
    first = w.first
    size = w.size
    form = w.form
    digit = w.digit
    column = w.column
    row = w.row
    biggest = 0.0
    for s in range(n):
        total = 0.0
        for r in range(n):
            total += abs(inverse[s, r])
        biggest = max(biggest, total)
    for j in range(players):
        f, last = first[j], first[j] + size[j] - 1
        for v in range(width):
            form[last, v] = 1.0 if f + digit[j, v] == last else 0.0
    for s in range(n):
        c = column[s]
        j = players - 1
        while row[j] > c or size[j] == 1:
            j -= 1
        at = first[j] + c - row[j]
        last = first[j] + size[j] - 1
        a = c - row[j]
        for v in range(width):
            total = 0.0
            for r in range(n):
                total += inverse[s, r] * table[r, v]
            form[last, v] += total
            form[at, v] = (1.0 if digit[j, v] == a else 0.0) - total
    return max(ROUNDING, 4e-16 * biggest * n)


def contraction(w: Work, players: int, width: int) -> float:
    """Lipschitz constant of ``coordinate - C F`` on the simplex, in the distance of moved probability mass."""
    influence, size, first, form = w.influence, w.size, w.first, w.form
    worst = 0.0
    for i in range(players):
        sums = 0.0
        if size[i] > 1:
            for j in range(players):
                k, jump = size[j], w.stride[j]
                largest = 0.0
                for left in range(k):
                    for right in range(left + 1, k):
                        gap = (right - left) * jump
                        for outer in range(left * jump, width, k * jump):
                            for v in range(outer, outer + jump):
                                total = 0.0
                                for a in range(first[i], first[i] + size[i]):
                                    total += abs(form[a, v] - form[a, v + gap])
                                largest = max(largest, total)
                influence[i, j] = 0.5 * largest
                sums += 0.5 * largest
        worst = max(worst, sums)
    return worst


def null_sign(w: Work, table: Floats, rank: int, n: int, width: int) -> bool:
    """Whether a combination of equations that annihilates the Jacobian has one sign throughout."""
    inverse = w.inverse
    for s in range(rank, n):
        low, high, size = 1e300, -1e300, 0.0
        for r in range(n):
            size = max(size, abs(inverse[s, r]))
        for v in range(width):
            total = 0.0
            for r in range(n):
                total += inverse[s, r] * table[r, v]
            low = min(low, total)
            high = max(high, total)
        if low > ROUNDING * n * (1.0 + size) or high < -ROUNDING * n * (1.0 + size):
            return True
    return False


def enclose(w: Work, error: float, players: int, width: int) -> float:
    """Lower bounds of a root's coordinates into ``w.floor``; the least share of a simplex that they leave.

    Negative where the enclosure is empty. ``error`` is the rounding error to allow.
    """
    form, floor, first, size = w.form, w.floor, w.first, w.size
    share = 1.0
    for j in range(players):
        if size[j] == 1:
            floor[first[j]] = 0.0
            continue
        total = 0.0
        for a in range(first[j], first[j] + size[j]):
            low, high = form[a, 0], form[a, 0]
            for v in range(1, width):
                low = min(low, form[a, v])
                high = max(high, form[a, v])
            if high < -error:
                return -1.0
            floor[a] = max(0.0, low - error)
            total += floor[a]
        if total > 1.0 + error:
            return -1.0
        share = min(share, max(0.0, 1.0 - total))
    return share


def examine(w: Work, level: int, players: int, n: int, rows: int, width: int) -> int:
    """Exclude, isolate or shrink the simplex at ``level``; OPEN where none of these settled it."""
    table, point, first, size = w.tables[level], w.point, w.first, w.size
    length = first[players - 1] + size[players - 1]
    while True:
        if one_sign(table, n, rows, width, False) or one_sign(table, 0, n, width, True):
            return EXCLUDED
        for j in range(players):
            for a in range(first[j], first[j] + size[j]):
                point[a] = 1.0 / size[j]
        slopes(w, table, point, players, n, width)
        differentiate(w, players, n)
        rank = invert(w.jacobian, w.inverse, w.column, n, SINGULAR)
        if rank < n:
            return EXCLUDED if null_sign(w, table, rank, n, width) else OPEN
        error = precondition(w, table, players, n, width)
        share = enclose(w, error, players, width)
        if share < 0.0:
            return EXCLUDED
        if share < NARROW and contraction(w, players, width) < CONTRACTION:
            inside, _ = newton(w, table, point, players, n, width, 1e-14)
            for a in range(length):
                if point[a] < -1e-9:
                    inside = False
            if inside:
                to_profile(w, level, players)
                keep_root(w, players, n, width)
                return ISOLATED
        if share > 0.8:
            return OPEN
        for j in range(players):
            if size[j] > 1:
                shrink(w, level, j, rows, width)


def singular_solution(w: Work, level: int, edge: float, players: int, n: int, rows: int, width: int) -> bool:
    """Whether the simplex at ``level`` holds a solution with a singular Jacobian; it is left in ``w.profile``."""
    first, size, point, base, profile, vertices = w.first, w.size, w.point, w.base, w.profile, w.vertices
    for j in range(players):
        for a in range(first[j], first[j] + size[j]):
            point[a] = 1.0 / size[j]
    to_profile(w, level, players)
    settled, rank = newton(w, base, profile, players, n, width, 1e-7)
    if not settled or rank == n:
        return False
    for j in range(players):
        f, k = first[j], size[j]
        for a in range(k):
            low, high = vertices[level, f, a], vertices[level, f, a]
            for v in range(1, k):
                low = min(low, vertices[level, f + v, a])
                high = max(high, vertices[level, f + v, a])
            slack = 0.5 * (high - low) + 1e-9
            if profile[f + a] < low - slack or profile[f + a] > high + slack:
                return False
            if profile[f + a] < -1e-12:
                return False
    return edge < REFUSED_EDGE or temptation(w, profile, players, n, rows, width) < 1e-9


def begin(w: Work, players: int, rows: int, width: int) -> None:
    """Put the product of all simplices on the stack."""
    tables, base, vertices, first, size = w.tables, w.base, w.vertices, w.first, w.size
    for r in range(rows):
        for v in range(width):
            tables[0, r, v] = base[r, v]
    for j in range(players):
        for v in range(size[j]):
            for a in range(size[j]):
                vertices[0, first[j] + v, a] = 1.0 if a == v else 0.0


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
                        total += corner[own, a] * base[r, v + a * jump]
                    table[r, v + own * jump] = total
    for v in range(k):
        for a in range(k):
            vertices[0, f + v, a] = corner[v, a]


def search(w: Work, players: int, n: int, rows: int, width: int, budget: int) -> None:
    """Find all roots in the simplex at the bottom of the stack; adds to ``w.root``, ``w.cell`` and ``w.tally``.

    Parameters
    ----------
    w
        Scratch space holding the support (sizes, offsets, digits), its system and the simplex.
    players, n, rows, width
        Players, equations, equations and outside advantages together, combinations.
    budget
        Simplices to examine at most, counted from the last reset of ``w.tally``; the others become cells.
    """
    count, tables, size, first, point = w.tally, w.tables, w.size, w.first, w.point
    level = 0
    deepest = tables.shape[0] - 1
    while level >= 0:
        count[2] += 1
        verdict = examine(w, level, players, n, rows, width)
        if verdict != OPEN:
            level -= 1
            continue
        edge, player, left, right = longest_edge(w, level, players)
        if edge <= CELL_EDGE and singular_solution(w, level, edge, players, n, rows, width):
            keep_cell(w, level, players)
            level -= 1
            continue
        if edge < SMALLEST_EDGE or count[1] >= CELLS_KEPT or count[2] >= budget or level == deepest:
            for j in range(players):
                for a in range(first[j], first[j] + size[j]):
                    point[a] = 1.0 / size[j]
            to_profile(w, level, players)
            count[3] += 1
            keep_cell(w, level, players)
            level -= 1
            continue
        bisect(w, level, player, left, right, rows, width, players)
        level += 1
