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

The functions run as they stand on nested lists, which is why they write ``a[i][j]`` and ``len(a)``, and compiled on
arrays. They avoid library linear algebra on purpose: the order of every operation is fixed, so the bits agree.

Sources: the preconditioned exclusion and contraction tests are those of interval Newton methods (Krawczyk 1969;
Neumaier, *Interval Methods for Systems of Equations*, 1990) with vertex values in place of interval arithmetic.
"""

from __future__ import annotations

from kgsim.solvers.nplayer.newton import differentiate, invert, newton, slopes, slopes_at_centre, temptation
from kgsim.solvers.nplayer.simplices import bisect, keep_cell, keep_root, longest_edge, shrink, to_profile
from kgsim.solvers.nplayer.work import Floats, Work
from kgsim.tolerances import SIGN_MARGIN, SINGULAR_PIVOT, SMALLEST_EDGE

CELL_EDGE = 0.26  # a singular equilibrium inside a simplex no larger than this closes it as a cell
DEPENDENT_EDGE = 0.51  # the same where the equations are dependent, so that there is no isolated root to be missed
GOLDEN = 0.6180339887498949  # spreads the coordinates of a point without pattern
REFUSED_EDGE = 0.02  # the same for a singular solution that is not an equilibrium
COARSE_EDGE = 0.13  # the same where a search need not be fine
CELLS_KEPT = 24  # with this many cells of one support the simplices still open become cells as they are
CONTRACTION = 0.95
NARROW = 0.6  # bounds that leave more of every simplex than this do not yet suggest a contraction

EXCLUDED, ISOLATED, OPEN = 0, 1, 2

COUNTERS = ("level",)


def search(w: Work, players: int, n: int, rows: int, width: int, budget: int, fine: bool) -> None:
    """Find all roots in the simplex at the bottom of the stack; adds to ``w.root``, ``w.cell`` and ``w.tally``.

    Parameters
    ----------
    w
        Scratch space holding the support (sizes, offsets, digits), its system and the simplex.
    players, n, rows, width
        Players, equations, equations and outside advantages together, combinations.
    budget
        Simplices to examine at most, counted from the last reset of ``w.tally``; the others become cells.
    fine
        Whether to settle to the utmost that a support without isolated roots holds no equilibrium either; not worth
        it once the game is known to be degenerate.
    """
    count, tables, size, first, point = w.tally, w.tables, w.size, w.first, w.point
    level = 0
    deepest = len(tables) - 1
    largest, refused = 0.0, 0.0
    while level >= 0:
        count[2] += 1
        verdict = examine(w, level, players, n, rows, width)
        if verdict != OPEN:
            level -= 1
            continue
        edge, player, left, right = longest_edge(w, level, players)
        if largest == 0.0:
            largest, refused = CELL_EDGE, REFUSED_EDGE
            if dependent(w, players, n, width):
                largest, refused = DEPENDENT_EDGE, REFUSED_EDGE if fine else COARSE_EDGE
        if edge <= largest and singular_solution(w, level, edge < refused, players, n, rows, width):
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
        slopes_at_centre(w, table, players, n, width)
        differentiate(w, players, n)
        rank = invert(w.jacobian, w.inverse, w.column, n, SINGULAR_PIVOT)
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


def dependent(w: Work, players: int, n: int, width: int) -> bool:
    """Whether the support's equations are dependent at a point chosen without regard to them, hence all but surely
    everywhere, so that no root is isolated.
    """
    first, size, profile = w.first, w.size, w.profile
    for j in range(players):
        total = 0.0
        for a in range(first[j], first[j] + size[j]):
            profile[a] = 1.0 + GOLDEN * a % 1.0
            total += profile[a]
        for a in range(first[j], first[j] + size[j]):
            profile[a] /= total
    slopes(w, w.base, profile, players, n, width)
    differentiate(w, players, n)
    return invert(w.jacobian, w.inverse, w.column, n, SINGULAR_PIVOT) < n


def one_sign(table: Floats, start: int, stop: int, width: int, both: bool) -> bool:
    """Whether some row of the table is positive (or, with ``both``, negative) at every combination."""
    for r in range(start, stop):
        values = table[r]
        first = values[0]
        if first > SIGN_MARGIN:
            for v in range(1, width):
                if values[v] <= SIGN_MARGIN:
                    break
            else:
                return True
        elif both and first < -SIGN_MARGIN:
            for v in range(1, width):
                if values[v] >= -SIGN_MARGIN:
                    break
            else:
                return True
    return False


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
            total += abs(inverse[s][r])
        biggest = max(biggest, total)
    for j in range(players):
        f, last = first[j], first[j] + size[j] - 1
        for v in range(width):
            form[last][v] = 1.0 if f + digit[j][v] == last else 0.0
    for s in range(n):
        c = column[s]
        j = players - 1
        while row[j] > c or size[j] == 1:
            j -= 1
        at = first[j] + c - row[j]
        last = first[j] + size[j] - 1
        a = c - row[j]
        line, digits, own, rest = inverse[s], digit[j], form[at], form[last]
        for v in range(width):
            total = 0.0
            for r in range(n):
                total += line[r] * table[r][v]
            rest[v] += total
            own[v] = (1.0 if digits[v] == a else 0.0) - total
    return max(SIGN_MARGIN, 4e-16 * biggest * n)


def null_sign(w: Work, table: Floats, rank: int, n: int, width: int) -> bool:
    """Whether a combination of equations that annihilates the Jacobian has one sign throughout."""
    inverse = w.inverse
    for s in range(rank, n):
        low, high, size, line = 1e300, -1e300, 0.0, inverse[s]
        for r in range(n):
            size = max(size, abs(line[r]))
        for v in range(width):
            total = 0.0
            for r in range(n):
                total += line[r] * table[r][v]
            low = min(low, total)
            high = max(high, total)
        if low > SIGN_MARGIN * n * (1.0 + size) or high < -SIGN_MARGIN * n * (1.0 + size):
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
            values = form[a]
            low, high = values[0], values[0]
            for v in range(1, width):
                low = min(low, values[v])
                high = max(high, values[v])
            if high < -error:
                return -1.0
            floor[a] = max(0.0, low - error)
            total += floor[a]
        if total > 1.0 + error:
            return -1.0
        share = min(share, max(0.0, 1.0 - total))
    return share


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
                                    total += abs(form[a][v] - form[a][v + gap])
                                largest = max(largest, total)
                influence[i][j] = 0.5 * largest
                sums += 0.5 * largest
        worst = max(worst, sums)
    return worst


def singular_solution(w: Work, level: int, anyway: bool, players: int, n: int, rows: int, width: int) -> bool:
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
            low, high = vertices[level][f][a], vertices[level][f][a]
            for v in range(1, k):
                low = min(low, vertices[level][f + v][a])
                high = max(high, vertices[level][f + v][a])
            slack = 0.5 * (high - low) + 1e-9
            if profile[f + a] < low - slack or profile[f + a] > high + slack:
                return False
            if profile[f + a] < -1e-12:
                return False
    return anyway or temptation(w, profile, players, n, rows, width) < 1e-9
