"""Games of three players with two actions each, whose payoff differences are all clearly positive or negative.

Each player has four payoff differences, second action less first, one for each combination of the opponents. Their
signs alone say which supports can carry an equilibrium, since an action that pays less against every combination that
the opponents' supports leave is not played; `sign_table` has the answer for each of a player's sixteen patterns of
signs. So nothing is solved in vain: a pure profile that passes is an equilibrium, a pair of mixing players always
meets in one point, and only the third player's reply to it remains to be seen.

What lies too close to zero is not decided here but left to the general method of ``nplayer_supports``.
"""

from __future__ import annotations

import numpy as np

from kgsim.solvers.nplayer.closed import mix, triple
from kgsim.solvers.nplayer.system import gains
from kgsim.solvers.nplayer.tally import EQUILIBRIA, EXAMINED, NO_REPLY, PRUNED
from kgsim.solvers.nplayer.work import Floats, Ints
from kgsim.tolerances import TIED_GAINS, UNSURE_SIGN

FULL, UNSURE = -1, -2

COUNTERS = ("mixing", "pure", "count")


def sign_table(supports: Ints, faced: Ints) -> Ints:
    """The support profiles in which a player's actions are undominated, for each pattern of signs.

    Parameters
    ----------
    supports, faced
        As in `kgsim.solvers.nplayer.order.SupportList`, for three players of two actions.

    Returns
    -------
    ndarray of int
        (players, patterns) bit sets of profiles; bit ``c`` of the pattern says that the second action pays more against
        the opponents' combination ``c``.
    """
    patterns = np.arange(16)
    mask, met = supports[:, :, None], faced
    second_loses, first_loses = patterns & met == 0, ~patterns & met == 0
    undominated = ~(second_loses & (mask & 2 != 0) | first_loses & (mask & 1 != 0))
    profiles: Ints = (undominated.astype(np.int64) << np.arange(len(supports))[:, None, None]).sum(axis=0)
    return profiles


def solve_by_signs(
    payoffs: Floats, shape: Ints, supports: Ints, undominated: Ints, difference: Floats, mixer: Ints,
    gain: Floats, digit: Ints, found: Floats, index: Ints, stop: int, summary: Ints,
) -> int:  # fmt: skip
    """Append one game's equilibria to ``found`` from ``stop`` on.

    ``undominated`` is the `sign_table` of the supports; ``difference`` (3, 4), ``mixer``, ``gain`` and ``digit`` are
    scratch. Returns the new end, FULL where ``found`` is full, UNSURE where a number is too close to zero.
    """
    first, second, third = differences(payoffs, difference)
    if first < 0:
        return UNSURE
    begin, examined, refused = stop, 0, 0
    alive = undominated[0][first] & undominated[1][second] & undominated[2][third]
    for s in range(len(supports)):
        if alive >> s & 1 == 0:
            continue
        examined += 1
        if stop + 2 > len(found):
            return FULL
        mixing, pure = 0, 0
        for i in range(3):
            mask = supports[s][i]
            found[stop][2 * i] = 1.0 if mask == 1 else 0.0
            found[stop][2 * i + 1] = 1.0 if mask == 2 else 0.0
            mixing += mask == 3
            pure += i if mask != 3 else 0
        count = 1
        index[stop] = 1
        if mixing == 2:
            count = meet(difference, pure, supports[s][pure] - 1, found[stop], index, stop)
            refused += count == 0
        elif mixing == 3:
            for i in range(3):
                mixer[i][0] = 2 - i
                mixer[i][1] = 1 << i
                mixer[i][2] = 4 - 2 * i
                mixer[i][3] = 5 - 2 * i
            count = triple(payoffs, 0, mixer, found, index, stop)
            for r in range(count):
                if gains(payoffs, shape, found[stop + r], gain, digit) > TIED_GAINS:
                    return UNSURE
        if count < 0:
            return UNSURE
        stop += count
    summary[EXAMINED] += examined
    summary[PRUNED] += len(supports) - examined
    summary[NO_REPLY] += refused
    summary[EQUILIBRIA] += stop - begin
    return stop


def differences(payoffs: Floats, difference: Floats) -> tuple[int, int, int]:
    """What the second action pays more than the first, and the patterns of signs; -1 where one is not clear."""
    patterns = (0, 0, 0)
    least = 1.0
    for i in range(3):
        stride = 4 >> i
        pattern, at = 0, 0
        for v in range(8):
            if v & stride == 0:
                gap = payoffs[i][v + stride] - payoffs[i][v]
                difference[i][at] = gap
                pattern |= int(gap > 0.0) << at
                least = min(least, abs(gap))
                at += 1
        patterns = (patterns[1], patterns[2], pattern)
    return patterns if least > UNSURE_SIGN else (-1, -1, -1)


def meet(difference: Floats, pure: int, action: int, profile: Floats, index: Ints, at: int) -> int:
    """Mix two players while the third, ``pure``, plays ``action``: 1 if that is its best response, 0 if not.

    Less than 0 where that is not clear. The differences of both mixing players change sign, so one point exists.
    """
    i = 1 if pure == 0 else 0
    j = 1 if pure == 2 else 2
    # a player's differences are numbered by the action of its first opponent, then of the second
    fixed, moved = (1, 2) if pure == 2 else (2, 1)
    u0, u1 = difference[i][fixed * action], difference[i][fixed * action + moved]
    fixed, moved = (2, 1) if pure == 0 else (1, 2)
    v0, v1 = difference[j][fixed * action], difference[j][fixed * action + moved]
    mix(-v1, v0, profile, 2 * i, 2 * i + 1)
    mix(-u1, u0, profile, 2 * j, 2 * j + 1)
    advantage = 0.0
    for a in range(2):
        for b in range(2):
            advantage += profile[2 * i + a] * profile[2 * j + b] * difference[pure][2 * a + b]
    index[at] = -1 if (u0 > 0.0) == (v0 > 0.0) else 1
    if abs(advantage) <= UNSURE_SIGN:
        return UNSURE
    return int((advantage > 0.0) == (action == 1))
