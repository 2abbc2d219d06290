"""All equilibria of n-player games by support enumeration: pruning, systems, classification of what they yield.

A support profile survives only if no supported strategy is conditionally dominated: worse than another strategy,
weakly, against every combination of the opponents' supported strategies and strictly against one, because
opponents mix over all of them. Survivors go to ``nplayer_search``.

Sources: Dickhaut and Kaplan (1991) and Porter, Nudelman and Shoham (2008) for support enumeration with
conditional dominance; Shapley (1974) and Ritzberger (1994) for the index.
"""

from __future__ import annotations

from kgsim.solvers.nplayer_closed import closed
from kgsim.solvers.nplayer_eliminate import LARGEST_SUPPORT, Lattice, Reduced, eliminate
from kgsim.solvers.nplayer_plane import project
from kgsim.solvers.nplayer_search import (
    Floats,
    Ints,
    Work,
    begin,
    differentiate,
    keep_root,
    narrow,
    restrict,
    search,
    slopes,
    temptation,
)

BOUNDARY = 1e-11  # a probability this small is zero: the root belongs to a smaller support
TIE = 1e-10  # gains this small, on payoffs scaled to 0..1, are ties
WORD = 62  # combinations of opponents in one word of a bit set

# Columns of a game's summary.
EXAMINED, PRUNED, EQUILIBRIA, NO_REPLY, ON_BOUNDARY, CELLS, UNSOLVED, SIMPLICES, DROPPED, COMPONENTS = range(10)
SUMMARY = 10
NO_INDEX = 2
LATER_BUDGET = 200  # simplices for one support once the game is known to be degenerate

ENTRY_POINTS = ("solve_games",)
INLINE = ("solve_game", "find_roots")  # large and called from one place: compiled there alone


def compare(payoffs: Floats, shape: Ints, better: Ints) -> None:
    """Fill ``better[i, a, b]`` with the bit set of opponents' combinations where ``b`` pays ``i`` more than ``a``."""
    width, stride = payoffs.shape[1], 1
    for i in range(shape.shape[0] - 1, -1, -1):
        k = shape[i]
        for a in range(k):
            for b in range(k):
                for word in range(better.shape[3]):
                    better[i, a, b, word] = 0
        word, bit = 0, 0
        for outer in range(0, width, stride * k):
            for v in range(outer, outer + stride):
                for a in range(k):
                    for b in range(k):
                        if payoffs[i, v + b * stride] > payoffs[i, v + a * stride]:
                            better[i, a, b, word] |= 1 << bit
                bit += 1
                if bit == WORD:
                    bit = 0
                    word += 1
        stride *= k


def dominated(better: Ints, supports: Ints, faced: Ints, shape: Ints) -> bool:
    """Whether some strategy of the support profile is conditionally dominated."""
    words = better.shape[3]
    for i in range(shape.shape[0]):
        for a in range(shape[i]):
            if not (supports[i] >> a) & 1:
                continue
            for b in range(shape[i]):
                if a == b:
                    continue
                gains, loses = False, False
                for word in range(words):
                    if better[i, a, b, word] & faced[i, word]:
                        gains = True
                    if better[i, b, a, word] & faced[i, word]:
                        loses = True
                        break
                if gains and not loses:
                    return True
    return False


def load(w: Work, payoffs: Floats, shape: Ints, supports: Ints, action: Ints) -> tuple[int, int, int]:
    """Write the support's system into ``w``; returns equations, rows and combinations.

    ``action`` receives, for each supported strategy in turn, its column in the full profile.
    """
    players = shape.shape[0]
    at, n, begin = 0, 0, 0
    for i in range(players):
        w.first[i] = at
        w.row[i] = n
        for a in range(shape[i]):
            if (supports[i] >> a) & 1:
                action[at] = begin + a
                at += 1
        w.size[i] = at - w.first[i]
        n += w.size[i] - 1
        begin += shape[i]
    size, first, row, digit, places, base = w.size, w.first, w.row, w.digit, w.place, w.base
    width = 1
    places[0] = 0
    full = payoffs.shape[1]
    begin = 0
    for i in range(players):
        full //= shape[i]
        k = size[i]
        for v in range(width - 1, -1, -1):
            for a in range(k - 1, -1, -1):
                to = v * k + a
                for j in range(i):
                    digit[j, to] = digit[j, v]
                digit[i, to] = a
                places[to] = places[v] + (action[first[i] + a] - begin) * full
        width *= k
        begin += shape[i]
    full, inner = payoffs.shape[1], width
    rows, begin = n, 0
    for i in range(players):
        full //= shape[i]
        k = size[i]
        inner //= k
        w.stride[i] = inner
        last = action[first[i] + k - 1] - begin
        outside = rows
        for v in range(width):
            own = digit[i, v]
            if own > 0:
                for a in range(k - 1):
                    base[row[i] + a, v] = base[row[i] + a, v - own * inner]
                for r in range(rows, rows + shape[i] - k):
                    base[r, v] = base[r, v - own * inner]
                continue
            at = places[v] - (action[first[i]] - begin) * full
            reference = payoffs[i, at + last * full]
            for a in range(k - 1):
                base[row[i] + a, v] = payoffs[i, at + (action[first[i] + a] - begin) * full] - reference
            outside = rows
            for b in range(shape[i]):
                if not (supports[i] >> b) & 1:
                    base[outside, v] = payoffs[i, at + b * full] - reference
                    outside += 1
        rows += shape[i] - k
        begin += shape[i]
    return n, rows, width


def gains(payoffs: Floats, shape: Ints, profile: Floats, gain: Floats, digit: Ints) -> float:
    """Fill ``gain`` with every strategy's advantage over the player's mixture; returns the largest."""
    players, width, length = shape.shape[0], payoffs.shape[1], gain.shape[0]
    for i in range(players):
        digit[i] = 0
    for c in range(length):
        gain[c] = 0.0
    for v in range(width):
        begin, played = 0, 0
        for i in range(players):
            if profile[begin + digit[i]] > 0.0:
                played += 1
            begin += shape[i]
        if played >= players - 1:
            begin = 0
            for i in range(players):
                product, start = 1.0, 0
                for j in range(players):
                    if j != i:
                        product *= profile[start + digit[j]]
                    start += shape[j]
                gain[begin + digit[i]] += product * payoffs[i, v]
                begin += shape[i]
        i = players - 1
        while i >= 0:
            digit[i] += 1
            if digit[i] < shape[i]:
                break
            digit[i] = 0
            i -= 1
    worst = 0.0
    begin = 0
    for i in range(players):
        mean = 0.0
        for a in range(begin, begin + shape[i]):
            mean += profile[a] * gain[a]
        for a in range(begin, begin + shape[i]):
            gain[a] -= mean
            worst = max(worst, gain[a])
        begin += shape[i]
    return worst


def determinant_sign(a: Floats, n: int) -> int:
    """Sign of the determinant of the leading ``n`` rows and columns, by elimination with row pivoting."""
    sign = 1
    for s in range(n):
        pivot = s
        for i in range(s + 1, n):
            if abs(a[i, s]) > abs(a[pivot, s]):
                pivot = i
        if a[pivot, s] == 0.0:
            return 0
        if pivot != s:
            sign = -sign
            for j in range(n):
                a[s, j], a[pivot, j] = a[pivot, j], a[s, j]
        if a[s, s] < 0.0:
            sign = -sign
        for i in range(s + 1, n):
            factor = a[i, s] / a[s, s]
            for j in range(s, n):
                a[i, j] -= factor * a[s, j]
    return sign


def spread(source: Floats, at: int, action: Ints, shape: Ints, profile: Floats) -> bool:
    """Write a support's root into a full profile, zeros clipped; whether every supported strategy is played."""
    for c in range(profile.shape[0]):
        profile[c] = 0.0
    begin, c = 0, 0
    interior = True
    support_length = 0
    for i in range(shape.shape[0]):
        total = 0.0
        while c < action.shape[0] and action[c] >= 0 and action[c] < begin + shape[i]:
            value = source[at, c]
            if value <= BOUNDARY:
                interior = False
                value = 0.0
            profile[action[c]] = value
            total += value
            c += 1
        for a in range(begin, begin + shape[i]):
            profile[a] /= total
        begin += shape[i]
        support_length = c
    return interior and support_length > 0


def known(found: Floats, start: int, stop: int, profile: Floats, distance: float) -> bool:
    """Whether the profile is already among ``found[start:stop]``."""
    for e in range(start, stop):
        worst = 0.0
        for c in range(profile.shape[0]):
            worst = max(worst, abs(found[e, c] - profile[c]))
        if worst < distance:
            return True
    return False


def join(label: Ints, a: int, b: int) -> None:
    """Unite two components in a union-find forest."""
    while label[a] != a:
        a = label[a]
    while label[b] != b:
        b = label[b]
    if a < b:
        label[b] = a
    else:
        label[a] = b


def roles(size: Ints, players: int) -> tuple[int, int, int, int]:
    """How many players mix, and the three with the largest supports, the largest last."""
    mixing, third, hidden = 0, 0, 0
    for i in range(players):
        if size[i] > 1:
            mixing += 1
        if size[i] > size[third]:
            third = i
    second = 1 if third == 0 else 0
    for i in range(players):
        if i != third and size[i] > size[second]:
            second = i
    while hidden in (third, second):
        hidden += 1
    for i in range(players):
        if i != third and i != second and size[i] > size[hidden]:
            hidden = i
    return mixing, hidden, second, third


def find_roots(
    w: Work, e: Reduced, table: Lattice, players: int, n: int, rows: int, width: int, budget: int,
    summary: Ints,
) -> None:  # fmt: skip
    """Find all roots of the loaded support: by elimination where three players or fewer mix, then by search."""
    size, stride, row = w.size, w.stride, w.row
    for i in range(w.tally.shape[0]):
        w.tally[i] = 0
    mixing, hidden, second, third = roles(size, players)
    starts = -1
    if mixing == 4 and size[third] == 2:
        at = 0
        for i in range(players):
            if size[i] > 1:
                w.counter[at] = i
                at += 1
        starts = project(e, w.base, w.counter, row, stride)
    if mixing <= 3 and size[third] <= LARGEST_SUPPORT:
        starts = eliminate(
            e, table, w.base, size[hidden], size[second], size[third], row[hidden], row[second], row[third],
            stride[hidden], stride[second], stride[third],
        )  # fmt: skip
    for s in range(max(starts, -starts)):
        if starts > 0 and e.single[s]:
            for i in range(players):
                w.profile[w.first[i]] = 1.0
            for a in range(size[hidden]):
                w.profile[w.first[hidden] + a] = e.left[s, 0, a]
            for a in range(size[second]):
                w.profile[w.first[second] + a] = e.least[s, 0, a]
            for a in range(size[third]):
                w.profile[w.first[third] + a] = e.least[s, 1, a]
            if temptation(w, w.profile, players, n, rows, width) > 1e-6:
                summary[NO_REPLY] += 1
            else:
                keep_root(w, players, n, width)
            continue
        begin(w, players, rows, width)
        if starts > 0 and mixing == 4:
            for m in range(4):
                i = w.counter[m]
                for a in range(2):
                    w.floor[w.first[i] + a] = e.left[s, m, a]
                narrow(w, i, rows, width)
        elif starts > 0:
            restrict(w, hidden, e.left[s], rows, width)
            for a in range(size[second]):
                w.floor[w.first[second] + a] = e.least[s, 0, a]
            narrow(w, second, rows, width)
            for a in range(size[third]):
                w.floor[w.first[third] + a] = e.least[s, 1, a]
            narrow(w, third, rows, width)
        search(w, players, n, rows, width, budget)


def solve_game(
    w: Work,
    e: Reduced,
    table: Lattice,
    payoffs: Floats,
    shape: Ints,
    supports: Ints,
    faced: Ints,
    better: Ints,
    budget: int,
    allowance: int,
    found: Floats,
    index: Ints,
    start: int,
    stop: int,
    boxes: Floats,
    summary: Ints,
) -> int:
    """Equilibria of one game on the listed supports, appended to ``found`` from ``stop`` on.

    ``found[start:stop]`` are already known. Boxes of unresolved cells go to ``boxes[cell, :, (low, high)]``, their
    solutions to ``boxes[cell, :, 2]``. Returns the new end, or -1 where ``found`` or ``boxes`` is full.
    """
    players = shape.shape[0]
    length = found.shape[1]
    action, profile = w.action, w.mixture
    compare(payoffs, shape, better)
    for s in range(supports.shape[0]):
        if dominated(better, supports[s], faced[s], shape):
            summary[PRUNED] += 1
            continue
        summary[EXAMINED] += 1
        count = closed(payoffs, shape, supports[s], w.mixer, w.candidate, w.sign)
        for r in range(count):
            if gains(payoffs, shape, w.candidate[r], w.gain, w.counter) > TIE:
                summary[NO_REPLY] += 1
                continue
            if stop == found.shape[0]:
                return -1
            index[stop] = w.sign[r]
            for c in range(length):
                found[stop, c] = w.candidate[r, c]
                if w.candidate[r, c] == 0.0 and w.gain[c] >= -TIE:
                    index[stop] = NO_INDEX
            stop += 1
            summary[EQUILIBRIA] += 1
        if count >= 0:
            continue
        for c in range(length + 1):
            action[c] = -1
        n, rows, width = load(w, payoffs, shape, supports[s], action)
        left = max(min(budget if summary[CELLS] == 0 else LATER_BUDGET, allowance - summary[SIMPLICES]), 1)
        find_roots(w, e, table, players, n, rows, width, left, summary)
        summary[SIMPLICES] += w.tally[2]
        summary[UNSOLVED] += w.tally[3]
        summary[DROPPED] += w.tally[4]
        for r in range(w.tally[0]):
            interior = spread(w.root, r, action, shape, profile)
            tempted = temptation(w, w.root[r], players, n, rows, width)
            if tempted > TIE or (not interior and gains(payoffs, shape, profile, w.gain, w.counter) > TIE):
                summary[NO_REPLY] += 1
                continue
            if not interior:
                summary[ON_BOUNDARY] += 1
            if known(found, start, stop, profile, 1e-9):
                continue
            if stop == found.shape[0]:
                return -1
            regular = interior and (rows == n or tempted < -TIE)
            index[stop] = NO_INDEX
            if regular:
                for c in range(w.first[players - 1] + w.size[players - 1]):
                    w.profile[c] = w.root[r, c]
                slopes(w, w.base, w.profile, players, n, width)
                differentiate(w, players, n)
                sign = determinant_sign(w.jacobian, n)
                index[stop] = sign if n % 2 == 0 else -sign
            for c in range(length):
                found[stop, c] = profile[c]
            stop += 1
            summary[EQUILIBRIA] += 1
        for r in range(w.tally[1]):
            if summary[CELLS] == boxes.shape[0]:
                return -1
            spread(w.cell, r, action, shape, profile)
            at = summary[CELLS]
            for c in range(length):
                boxes[at, c, 0] = 0.0
                boxes[at, c, 1] = 0.0
                boxes[at, c, 2] = profile[c]
            for c in range(w.first[players - 1] + w.size[players - 1]):
                boxes[at, action[c], 0] = w.cell_low[r, c]
                boxes[at, action[c], 1] = w.cell_high[r, c]
            summary[CELLS] += 1
    return stop


def components(
    w: Work,
    payoffs: Floats,
    shape: Ints,
    found: Floats,
    index: Ints,
    component: Ints,
    start: int,
    stop: int,
    boxes: Floats,
    label: Ints,
    number: Ints,
    summary: Ints,
) -> int:
    """Group the equilibria that lie in touching cells, one representative for cells that hold no other.

    Writes the group's number to ``component`` and returns the new end of ``found``, or -1 where it is full.
    """
    cells = summary[CELLS]
    length = found.shape[1]
    slack = 1e-9
    for a in range(cells):
        label[a] = a
        number[a] = -1
    for a in range(cells):
        for b in range(a):
            touching = True
            for c in range(length):
                if boxes[a, c, 0] > boxes[b, c, 1] + slack or boxes[b, c, 0] > boxes[a, c, 1] + slack:
                    touching = False
                    break
            if touching:
                join(label, a, b)
    for a in range(cells):
        root = a
        while label[root] != root:
            root = label[root]
        label[a] = root
    listed = stop
    for e in range(start, listed):
        if index[e] != NO_INDEX:
            continue
        for a in range(cells):
            inside = True
            for c in range(length):
                if found[e, c] < boxes[a, c, 0] - slack or found[e, c] > boxes[a, c, 1] + slack:
                    inside = False
                    break
            if inside:
                if number[label[a]] < 0:
                    number[label[a]] = summary[COMPONENTS]
                    summary[COMPONENTS] += 1
                component[e] = number[label[a]]
                break
    for a in range(cells):
        if number[label[a]] >= 0:
            continue
        candidate = w.mixture
        for c in range(length):
            candidate[c] = boxes[a, c, 2]
        if gains(payoffs, shape, candidate, w.gain, w.counter) > TIE:
            continue
        if stop == found.shape[0]:
            return -1
        number[label[a]] = summary[COMPONENTS]
        summary[COMPONENTS] += 1
        for c in range(length):
            found[stop, c] = candidate[c]
        index[stop] = NO_INDEX
        component[stop] = number[label[a]]
        stop += 1
        summary[EQUILIBRIA] += 1
    return stop


def solve_games(
    w: Work,
    e: Reduced,
    table: Lattice,
    payoffs: Floats,
    shape: Ints,
    supports: Ints,
    faced: Ints,
    better: Ints,
    budget: int,
    allowance: int,
    begin: int,
    fresh: bool,
    last: bool,
    found: Floats,
    index: Ints,
    component: Ints,
    offset: Ints,
    boxes: Floats,
    label: Ints,
    number: Ints,
    summary: Ints,
) -> int:
    """Solve games ``begin`` onwards; returns the first game not solved because ``found`` or ``boxes`` is full.

    ``payoffs`` has shape (games, players, combinations); ``offset[g]:offset[g + 1]`` are game ``g``'s equilibria.
    A game may be solved by parts of its supports: only the first begins anew, only the last groups what was found.
    """
    for g in range(begin, payoffs.shape[0]):
        start = offset[g]
        stop = offset[g + 1]
        if fresh:
            stop = start
            for c in range(summary.shape[1]):
                summary[g, c] = 0
        stop = solve_game(
            w, e, table, payoffs[g], shape, supports, faced, better, budget, allowance,
            found, index, start, stop, boxes, summary[g],
        )  # fmt: skip
        for at in range(start, stop):
            component[at] = -1
        if last and stop >= 0 and summary[g, CELLS] > 0:
            stop = components(
                w, payoffs[g], shape, found, index, component, start, stop, boxes, label, number, summary[g]
            )
        if stop < 0:
            return g
        offset[g + 1] = stop
    return len(payoffs)
