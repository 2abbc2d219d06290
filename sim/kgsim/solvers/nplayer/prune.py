"""Conditional dominance: the supports in which no strategy is worse than another against all that it meets.

Sources: Dickhaut and Kaplan (1991) and Porter, Nudelman and Shoham (2008).
"""

from __future__ import annotations

from kgsim.solvers.nplayer.work import Floats, Ints

WORD = 62  # combinations of opponents in one word of a bit set


def compare(payoffs: Floats, shape: Ints, better: Ints) -> None:
    """Fill ``better[i, a, b]`` with the bit set of opponents' combinations where ``b`` pays ``i`` more than ``a``."""
    width, stride = len(payoffs[0]), 1
    for i in range(len(shape) - 1, -1, -1):
        k = shape[i]
        for a in range(k):
            for b in range(k):
                for word in range(len(better[0][0][0])):
                    better[i][a][b][word] = 0
        word, bit = 0, 0
        for outer in range(0, width, stride * k):
            for v in range(outer, outer + stride):
                for a in range(k):
                    for b in range(k):
                        if payoffs[i][v + b * stride] > payoffs[i][v + a * stride]:
                            better[i][a][b][word] |= 1 << bit
                bit += 1
                if bit == WORD:
                    bit = 0
                    word += 1
        stride *= k


def dominated(better: Ints, supports: Ints, faced: Ints, shape: Ints) -> bool:
    """Whether some strategy of the support profile is conditionally dominated."""
    words = len(better[0][0][0])
    for i in range(len(shape)):
        for a in range(shape[i]):
            if not (supports[i] >> a) & 1:
                continue
            for b in range(shape[i]):
                if a == b:
                    continue
                gains, loses = False, False
                for word in range(words):
                    if better[i][a][b][word] & faced[i][word]:
                        gains = True
                    if better[i][b][a][word] & faced[i][word]:
                        loses = True
                        break
                if gains and not loses:
                    return True
    return False
