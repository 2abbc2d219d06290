"""All equilibria of n-player games by support enumeration: pruning, systems, classification of what they yield.

A support profile survives only if no supported strategy is conditionally dominated: worse than another strategy,
weakly, against every combination of the opponents' supported strategies and strictly against one, because
opponents mix over all of them. Survivors go to the closed forms, or to the elimination and the search.

Sources: Dickhaut and Kaplan (1991) and Porter, Nudelman and Shoham (2008) for support enumeration with
conditional dominance; Shapley (1974) and Ritzberger (1994) for the index.
"""

from __future__ import annotations

from kgsim.solvers.nplayer.bernstein import LARGEST_SUPPORT, Lattice, Reduced
from kgsim.solvers.nplayer.closed import closed
from kgsim.solvers.nplayer.components import components
from kgsim.solvers.nplayer.eliminate import eliminate
from kgsim.solvers.nplayer.newton import determinant_sign, differentiate, slopes, temptation
from kgsim.solvers.nplayer.plane import project
from kgsim.solvers.nplayer.prune import compare, dominated
from kgsim.solvers.nplayer.search import search
from kgsim.solvers.nplayer.signs import UNSURE, solve_by_signs
from kgsim.solvers.nplayer.simplices import begin, keep_root, narrow, restrict
from kgsim.solvers.nplayer.system import gains, known, load, spread
from kgsim.solvers.nplayer.tally import (
    CELLS,
    DROPPED,
    EQUILIBRIA,
    EXAMINED,
    NO_INDEX,
    NO_REPLY,
    ON_BOUNDARY,
    PRUNED,
    SIMPLICES,
    UNSOLVED,
)
from kgsim.solvers.nplayer.work import Floats, Ints, Work
from kgsim.tolerances import TIED_GAINS

LATER_BUDGET = 200  # simplices for one support once the game is known to be degenerate
TRIAL = 10_000  # simplices after which other players are eliminated, since every choice has difficult places of its own

ENTRY_POINTS = ("solve_games",)
INLINE = ("solve_game", "find_roots", "find_in_order")  # large and called from one place: compiled there alone

COUNTERS = ("mixing", "second", "third", "hidden")


def solve_games(
    w: Work,
    e: Reduced,
    better: Ints,
    table: Lattice,
    payoffs: Floats,
    shape: Ints,
    supports: Ints,
    faced: Ints,
    undominated: Ints,
    budget: int,
    allowance: int,
    most: int,
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
    for g in range(begin, len(payoffs)):
        start = offset[g]
        stop = offset[g + 1]
        if fresh:
            stop = start
            for c in range(len(summary[0])):
                summary[g][c] = 0
        stop = solve_game(
            w, e, better, table, payoffs[g], shape, supports, faced, undominated, budget, allowance,
            most, found, index, start, stop, boxes, summary[g],
        )  # fmt: skip
        for at in range(start, stop):
            component[at] = -1
        if last and stop >= 0 and summary[g][CELLS] > 0:
            stop = components(
                w, payoffs[g], shape, found, index, component, start, stop, boxes, label, number, summary[g]
            )
        if stop < 0:
            return g
        offset[g + 1] = stop
    return len(payoffs)


def solve_game(
    w: Work,
    e: Reduced,
    better: Ints,
    table: Lattice,
    payoffs: Floats,
    shape: Ints,
    supports: Ints,
    faced: Ints,
    undominated: Ints,
    budget: int,
    allowance: int,
    most: int,
    found: Floats,
    index: Ints,
    start: int,
    stop: int,
    boxes: Floats,
    summary: Ints,
) -> int:
    """Equilibria of one game on the listed supports, appended to ``found`` from ``stop`` on.

    ``found[start:stop]`` are already known. Boxes of unresolved cells go to ``boxes[cell, :, (low, high)]``, their
    solutions to ``boxes[cell, :, 2]``. Once one is known, supports and simplices
    together are `most`, and the others are dropped. Returns the new end, or -1 where ``found`` or ``boxes`` is full.
    """
    players = len(shape)
    length = len(found[0])
    action, profile = w.action, w.mixture
    if len(undominated) > 0:
        end = solve_by_signs(
            payoffs, shape, supports, undominated, w.difference, w.mixer, w.gain, w.counter, found, index, stop, summary
        )
        if end != UNSURE:
            return end
    compare(payoffs, shape, better)
    for s in range(len(supports)):
        if dominated(better, supports[s], faced[s], shape):
            summary[PRUNED] += 1
            continue
        if stop > start and summary[EXAMINED] + summary[SIMPLICES] >= most:
            summary[DROPPED] += 1
            break
        summary[EXAMINED] += 1
        count = closed(payoffs, shape, supports[s], w.mixer, w.candidate, w.sign)
        for r in range(count):
            if gains(payoffs, shape, w.candidate[r], w.gain, w.counter) > TIED_GAINS:
                summary[NO_REPLY] += 1
                continue
            if stop == len(found):
                return -1
            index[stop] = w.sign[r]
            for c in range(length):
                found[stop][c] = w.candidate[r][c]
                if w.candidate[r][c] == 0.0 and w.gain[c] >= -TIED_GAINS:
                    index[stop] = NO_INDEX
            stop += 1
            summary[EQUILIBRIA] += 1
        if count >= 0:
            continue
        for c in range(length + 1):
            action[c] = -1
        n, rows, width = load(w, payoffs, shape, supports[s], action)
        left = max(
            min(budget if summary[CELLS] == summary[UNSOLVED] else LATER_BUDGET, allowance - summary[SIMPLICES]), 1
        )
        find_roots(w, e, table, players, n, rows, width, left, summary)
        summary[SIMPLICES] += w.tally[2]
        summary[UNSOLVED] += w.tally[3]
        summary[DROPPED] += w.tally[4]
        for r in range(w.tally[0]):
            interior = spread(w.root, r, action, shape, profile)
            tempted = temptation(w, w.root[r], players, n, rows, width)
            if tempted > TIED_GAINS or (
                not interior and gains(payoffs, shape, profile, w.gain, w.counter) > TIED_GAINS
            ):
                summary[NO_REPLY] += 1
                continue
            if not interior:
                summary[ON_BOUNDARY] += 1
            if known(found, start, stop, profile, 1e-9):
                continue
            if stop == len(found):
                return -1
            regular = interior and (rows == n or tempted < -TIED_GAINS)
            index[stop] = NO_INDEX
            if regular:
                for c in range(w.first[players - 1] + w.size[players - 1]):
                    w.profile[c] = w.root[r][c]
                slopes(w, w.base, w.profile, players, n, width)
                differentiate(w, players, n)
                sign = determinant_sign(w.jacobian, n)
                index[stop] = sign if n % 2 == 0 else -sign
            for c in range(length):
                found[stop][c] = profile[c]
            stop += 1
            summary[EQUILIBRIA] += 1
        for r in range(w.tally[1]):
            if summary[CELLS] == len(boxes):
                return -1
            spread(w.cell, r, action, shape, profile)
            at = summary[CELLS]
            for c in range(length):
                boxes[at][c][0] = 0.0
                boxes[at][c][1] = 0.0
                boxes[at][c][2] = profile[c]
            for c in range(w.first[players - 1] + w.size[players - 1]):
                boxes[at][action[c]][0] = w.cell_low[r][c]
                boxes[at][action[c]][1] = w.cell_high[r][c]
            summary[CELLS] += 1
    return stop


def find_roots(
    w: Work, e: Reduced, table: Lattice, players: int, n: int, rows: int, width: int, budget: int,
    summary: Ints,
) -> None:  # fmt: skip
    """Find all roots of the loaded support: by elimination where three players or fewer mix, then by search."""
    for i in range(len(w.tally)):
        w.tally[i] = 0
    mixing, hidden, second, third = roles(w.size, players)
    turns = 3 if mixing == 3 and w.size[third] == w.size[hidden] > 2 else 1
    for turn in range(turns):
        # What stays when this turn is given up are the roots found and the simplices examined.
        w.tally[1], w.tally[3], w.tally[4] = 0, 0, 0
        most = w.tally[2] + (budget if turn == turns - 1 else min(budget, TRIAL))
        find_in_order(w, e, table, players, n, rows, width, mixing, hidden, second, third, most, summary)
        if w.tally[2] < most:
            return
        hidden, second, third = second, third, hidden


def find_in_order(
    w: Work, e: Reduced, table: Lattice, players: int, n: int, rows: int, width: int,
    mixing: int, hidden: int, second: int, third: int, most: int, summary: Ints,
) -> None:  # fmt: skip
    """Find all roots after eliminating the second and the third player, examining ``most`` simplices in all."""
    size, stride, row = w.size, w.stride, w.row
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
                w.profile[w.first[hidden] + a] = e.left[s][0][a]
            for a in range(size[second]):
                w.profile[w.first[second] + a] = e.least[s][0][a]
            for a in range(size[third]):
                w.profile[w.first[third] + a] = e.least[s][1][a]
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
                    w.floor[w.first[i] + a] = e.left[s][m][a]
                narrow(w, i, rows, width)
        elif starts > 0:
            restrict(w, hidden, e.left[s], rows, width)
            for a in range(size[second]):
                w.floor[w.first[second] + a] = e.least[s][0][a]
            narrow(w, second, rows, width)
            for a in range(size[third]):
                w.floor[w.first[third] + a] = e.least[s][1][a]
            narrow(w, third, rows, width)
        search(w, players, n, rows, width, most, summary[CELLS] == summary[UNSOLVED])


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
