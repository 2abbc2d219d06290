"""Where legal sequences of moves lead: nobody moves twice in a row, and one may move again after another has.

(Fang, Hipel and Kilgour 1993, chapter 4.) Letting every opponent move once at most loses sanctions as soon as there are
three players.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Bools
from kgsim.games.conflict import Moves

#: Sets of states as bits: shape (sets, words).
Bits = NDArray[np.uint8]

#: Bytes gathered at once.
MOST_BYTES = 1 << 26


def reached(movers: Sequence[Moves]) -> Bits:
    """The states that legal sequences of some movers' moves lead to from each state.

    Parameters
    ----------
    movers
        Moves of each mover.

    Returns
    -------
    ndarray
        Bits of shape (states, states // 8 and a rest), as `numpy.packbits` lays them out; the state itself is among
        them only if a sequence leads back.
    """
    direct = [_direct(moves) for moves in movers]
    # What a sequence leads to that begins with each mover.
    found = [own.copy() for own in direct]
    growing = len(movers) > 1
    while growing:
        growing = False
        for mover, moves in enumerate(movers):
            others = np.bitwise_or.reduce([each for other, each in enumerate(found) if other != mover])
            longer = direct[mover] | union(others, moves)
            growing |= bool((longer != found[mover]).any())
            found[mover] = longer
    return np.bitwise_or.reduce(found) if found else np.zeros((0, 0), dtype=np.uint8)


def union(sets: Bits, moves: Moves) -> Bits:
    """For each state, the union of the sets of the states that moves lead to from it."""
    joined = np.zeros((len(moves.first) - 1, sets.shape[1]), dtype=np.uint8)
    able = np.flatnonzero(np.diff(moves.first))
    part = max(1, MOST_BYTES // max(1, sets.shape[1]))
    while len(able):
        # As many states as have a part's number of moves among them, one at least.
        here = max(1, int(np.searchsorted(moves.first[able + 1], moves.first[able[0]] + part, side="right")))
        states, able = able[:here], able[here:]
        start = moves.first[states[0]]
        rows = sets[moves.target[start : moves.first[states[-1] + 1]]]
        joined[states] = np.bitwise_or.reduceat(rows, moves.first[states] - start, axis=0)
    return joined


def bits(sets: Bools) -> Bits:
    """Sets as bits; shape (sets, words)."""
    return np.packbits(sets, axis=1)


def flags(sets: Bits, states: int) -> Bools:
    """Sets of so many states as flags, shape (sets, states)."""
    return np.unpackbits(sets, axis=1, count=states).astype(bool)


def _direct(moves: Moves) -> Bits:
    states = len(moves.first) - 1
    leads = np.zeros((states, states), dtype=bool)
    leads[moves.source, moves.target] = True
    return bits(leads)
