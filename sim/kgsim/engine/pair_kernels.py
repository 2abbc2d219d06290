"""The search of `kgsim.engine.pairs` in scalar code: plain Python that numba compiles as it stands.

Everything is done in the order of the array code, so the answers are the same; payoffs must be finite. Each mover's
utilities are held with that mover's own actions first.
"""

from __future__ import annotations

import numpy as np

from kgsim.arrays import Bools, Floats, Integers
from kgsim.engine.pairs import MOST_COLUMNS, ROUNDS
from kgsim.tolerances import ROUNDING

#: What the array code calls.
ENTRY_POINTS = ("search",)

#: Distinct actions of the mover with more of them: bits of a signed word.
MOST_ROWS = 62

#: Points read together.
TILE = 16

#: Up to so many actions each is held against all others.
FEW = 8


def search(low: Floats, high: Floats, exact: bool, weights: Floats, possible: Bools, left: Bools) -> None:
    """Fill `possible`, shape (a1, a2, points), and the points that are `left` because their games are too large.

    `exact` says that `low` and `high` are equal, shape (2, a1, a2, points). `weights` are the random numbers by which
    actions are told apart: those for the first mover's actions, then those for the second's.
    """
    rows, columns, points = low.shape[1:]
    each = 1 if exact else 2
    first, second = np.empty((each, TILE, rows, columns)), np.empty((each, TILE, columns, rows))
    for begin in range(0, points, TILE):
        size = min(TILE, points - begin)
        for bound in range(each):
            source = low if bound == 0 else high
            for row in range(rows):
                for column in range(columns):
                    for point in range(size):
                        first[bound, point, row, column] = source[0, row, column, begin + point]
                        second[bound, point, column, row] = source[1, row, column, begin + point]
        for point in range(size):
            here = begin + point
            left[here] = not _cells(first[:, point], second[:, point], weights, possible[..., here])


def _cells(ours: Floats, theirs: Floats, weights: Floats, possible: Bools) -> bool:
    """One game, utilities of shape (bounds, own actions, the other's actions); whether it is small enough."""
    rows, columns = ours.shape[1:]
    our_alive, their_alive = np.ones(rows, dtype=np.bool_), np.ones(columns, dtype=np.bool_)
    our_rivals, their_rivals = _champions(ours[0]), _champions(theirs[0])
    for _ in range(ROUNDS):
        changed = _strike(ours, our_rivals, our_alive, their_alive)
        if not _strike(theirs, their_rivals, their_alive, our_alive) and not changed:
            break
    half = 2 * len(ours) * columns
    our_class, our_first = _classes(ours, theirs, 0, our_alive, their_alive, weights[:half])
    their_class, their_first = _classes(theirs, ours, 1, their_alive, our_alive, weights[half:])
    if max(len(our_first), len(their_first)) > MOST_ROWS or min(len(our_first), len(their_first)) > MOST_COLUMNS:
        return False
    turned = len(our_first) < len(their_first)
    if turned:
        reached = _supports(theirs, ours, their_first, our_first)
    else:
        reached = _supports(ours, theirs, our_first, their_first)
    for row in range(rows):
        for column in range(columns):
            if our_alive[row] and their_alive[column]:
                many, few = our_class[row], their_class[column]
                if turned:
                    many, few = few, many
                possible[row, column] = (reached[few] >> many) & 1 == 1
    return True


def _champions(low: Floats) -> Integers:
    """The actions worth holding against all others: every one of few, else those best on average or somewhere."""
    actions, others = low.shape
    if actions <= FEW:
        return np.arange(actions)
    chosen = np.zeros(1 + others, dtype=np.intp)
    most = -np.inf
    for action in range(actions):
        total = 0.0
        for other in range(others):
            total += low[action, other]
            if low[action, other] > low[chosen[1 + other], other]:
                chosen[1 + other] = action
        if total > most:
            most, chosen[0] = total, action
    return chosen


def _strike(utilities: Floats, rivals: Integers, alive: Bools, others: Bools) -> bool:
    """Drop what is strictly dominated; returns whether anything was."""
    low, high = utilities[0], utilities[-1]
    dropped = False
    for action in range(len(alive)):
        if not alive[action]:
            continue
        for rival in rivals:
            better = True
            for other in range(len(others)):
                if others[other] and not low[rival, other] > high[action, other]:
                    better = False
                    break
            if better:
                alive[action], dropped = False, True
                break
    return dropped


def _classes(
    own: Floats, theirs: Floats, place: int, alive: Bools, others: Bools, weights: Floats
) -> tuple[Integers, Integers]:
    """The class of each action among actions that are alike, and the first action of each class."""
    each, actions, columns = own.shape
    keys = np.zeros(actions)
    for action in range(actions):
        if not alive[action]:
            continue
        for bound in range(each):
            for turn in range(2):
                for other in range(columns):
                    weight = weights[(2 * bound + turn) * columns + other] if others[other] else 0.0
                    value = own[bound, action, other] if turn == place else theirs[bound, other, action]
                    keys[action] += value * weight
    order = np.empty(actions, dtype=np.intp)
    count = 0
    for action in range(actions):
        if alive[action]:
            spot = count
            while spot > 0 and keys[order[spot - 1]] > keys[action]:
                order[spot] = order[spot - 1]
                spot -= 1
            order[spot] = action
            count += 1
    number, first = np.zeros(actions, dtype=np.intp), np.empty(count, dtype=np.intp)
    classes = 0
    for spot in range(count):
        if spot == 0 or keys[order[spot]] != keys[order[spot - 1]]:
            first[classes] = order[spot]
            classes += 1
        number[order[spot]] = classes - 1
    return number, first[:classes]


def _supports(ours: Floats, theirs: Floats, rows: Integers, columns: Integers) -> Integers:
    """For each column the rows, as bits, with which some equilibrium might reach it; every support is gone through."""
    count, few = len(rows), len(columns)
    better = _row_words(ours, rows, columns)
    column_worse, column_better = np.zeros((few, few), dtype=np.int64), np.zeros((few, few), dtype=np.int64)
    for column in range(few):
        for rival in range(few):
            for row in range(count):
                gain = theirs[0, columns[rival], rows[row]] - theirs[-1, columns[column], rows[row]]
                column_worse[column, rival] |= np.int64(gain < 0.0) << row
                column_better[column, rival] |= np.int64(gain > 0.0) << row
    reached = np.zeros(few, dtype=np.int64)
    for support in range(1, 1 << few):
        best, others = np.int64(0), (1 << few) - 1 - support
        for row in range(count):
            if better[row, others] & support == 0:
                best |= np.int64(1) << row
        for _ in range(ROUNDS):
            before = best
            for column in range(few):
                if support >> column & 1:
                    drop = np.int64(0)
                    for rival in range(few):
                        if column_worse[column, rival] & best == 0:
                            drop |= column_better[column, rival]
                    best &= ~drop
            if best == before:
                break
        for column in range(few):
            if support >> column & 1:
                reached[column] |= best
    return reached


def _row_words(utilities: Floats, rows: Integers, columns: Integers) -> Integers:
    """For each row and each set of columns: where rivals that are worse there at most are better; all as bits.

    Rivals are the rows and even mixtures of those that are best somewhere. So a row is beaten on a support if a rival
    that is worse at most on the other columns is better on the support. Shape (rows, sets of columns).
    """
    count, few = len(rows), len(columns)
    mixtures = 0 if few == 1 else few * (few - 1) // 2 + (1 if few > 2 else 0)
    low, high = np.empty((count + mixtures, few)), np.empty((count, few))
    rounding = np.zeros((count + mixtures, few))
    for row in range(count):
        for column in range(few):
            low[row, column] = utilities[0, rows[row], columns[column]]
            high[row, column] = utilities[-1, rows[row], columns[column]]
    if mixtures:
        _mix(low, rounding, count)
    better = np.zeros((count, 1 << few), dtype=np.int64)
    for row in range(count):
        for rival in range(count + mixtures):
            less, more = np.int64(0), np.int64(0)
            for column in range(few):
                gain = low[rival, column] - high[row, column]
                less |= np.int64(gain < 0.0) << column
                more |= np.int64(gain > rounding[rival, column]) << column
            better[row, less] |= more
        # From "worse exactly there" to "worse there at most": over subsets, one column at a time.
        for column in range(few):
            for chosen in range(1 << few):
                if chosen >> column & 1:
                    better[row, chosen] |= better[row, chosen ^ (1 << column)]
    return better


def _mix(low: Floats, rounding: Floats, count: int) -> None:
    """Fill the rows from `count` on: even mixtures of any two rows that are best somewhere, and of all of them."""
    few = low.shape[1]
    best = np.zeros(few, dtype=np.intp)
    spread = np.empty((count, few))
    for row in range(count):
        total = 0.0
        for column in range(few):
            total += low[row, column]
        for column in range(few):
            spread[row, column] = low[row, column] + 1e-6 * total
            if spread[row, column] > spread[best[column], column]:
                best[column] = row
    place = count
    for one in range(few):
        for other in range(one + 1, few):
            for column in range(few):
                here, there = low[best[one], column], low[best[other], column]
                low[place, column] = (here + there) / 2
                rounding[place, column] = ROUNDING * ((abs(here) + abs(there)) / 2)
            place += 1
    if few > 2:
        for column in range(few):
            total, size = 0.0, 0.0
            for one in range(few):
                total += low[best[one], column]
                size += abs(low[best[one], column])
            low[place, column] = total / few
            rounding[place, column] = ROUNDING * (size / few)
