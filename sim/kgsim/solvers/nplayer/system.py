"""One support's indifference system, and the way from its roots back to profiles of the whole game."""

from __future__ import annotations

from kgsim.solvers.nplayer.work import Floats, Ints, Work
from kgsim.tolerances import BOUNDARY


def load(w: Work, payoffs: Floats, shape: Ints, supports: Ints, action: Ints) -> tuple[int, int, int]:
    """Write the support's system into ``w``; returns equations, rows and combinations.

    ``action`` receives, for each supported strategy in turn, its column in the full profile.
    """
    players = len(shape)
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
    full = len(payoffs[0])
    begin = 0
    for i in range(players):
        full //= shape[i]
        k = size[i]
        for v in range(width - 1, -1, -1):
            for a in range(k - 1, -1, -1):
                to = v * k + a
                for j in range(i):
                    digit[j][to] = digit[j][v]
                digit[i][to] = a
                places[to] = places[v] + (action[first[i] + a] - begin) * full
        width *= k
        begin += shape[i]
    full, inner = len(payoffs[0]), width
    rows, begin = n, 0
    for i in range(players):
        full //= shape[i]
        k = size[i]
        inner //= k
        w.stride[i] = inner
        last = action[first[i] + k - 1] - begin
        outside = rows
        for v in range(width):
            own = digit[i][v]
            if own > 0:
                for a in range(k - 1):
                    base[row[i] + a][v] = base[row[i] + a][v - own * inner]
                for r in range(rows, rows + shape[i] - k):
                    base[r][v] = base[r][v - own * inner]
                continue
            at = places[v] - (action[first[i]] - begin) * full
            reference = payoffs[i][at + last * full]
            for a in range(k - 1):
                base[row[i] + a][v] = payoffs[i][at + (action[first[i] + a] - begin) * full] - reference
            outside = rows
            for b in range(shape[i]):
                if not (supports[i] >> b) & 1:
                    base[outside][v] = payoffs[i][at + b * full] - reference
                    outside += 1
        rows += shape[i] - k
        begin += shape[i]
    return n, rows, width


def gains(payoffs: Floats, shape: Ints, profile: Floats, gain: Floats, digit: Ints) -> float:
    """Fill ``gain`` with every strategy's advantage over the player's mixture; returns the largest."""
    players, width, length = len(shape), len(payoffs[0]), len(gain)
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
                gain[begin + digit[i]] += product * payoffs[i][v]
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


def spread(source: Floats, at: int, action: Ints, shape: Ints, profile: Floats) -> bool:
    """Write a support's root into a full profile, zeros clipped; whether every supported strategy is played."""
    for c in range(len(profile)):
        profile[c] = 0.0
    begin, c = 0, 0
    interior = True
    support_length = 0
    for i in range(len(shape)):
        total = 0.0
        while c < len(action) and action[c] >= 0 and action[c] < begin + shape[i]:
            value = source[at][c]
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
        for c in range(len(profile)):
            worst = max(worst, abs(found[e][c] - profile[c]))
        if worst < distance:
            return True
    return False
