"""Ends of play in scalar code: what `kgsim.engine.solutions` and `kgsim.engine.ranked` do with whole arrays.

Plain Python that numba compiles as it stands; see `kgsim.engine.kernels`.
"""

from __future__ import annotations

from math import inf, nan

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Bools, Floats, Integers

#: What the array code calls.
ENTRY_POINTS = ("spans", "ranks")

#: Points that are gone through together.
TILE = 64


def spans(rows: Integers, deals: Integers, inner: Bools, payoffs: Floats, low: Floats, high: Floats) -> None:
    """Fill in everybody's least and largest payoff, shape (players, points), NaN where no deal ends an equilibrium."""
    points = inner.shape[1]
    for begin in range(0, points, TILE):
        end = min(begin + TILE, points)
        for player in range(len(payoffs)):
            least, most = low[player, begin:end], high[player, begin:end]
            least[:], most[:] = inf, -inf
            for row in rows:
                worth, there = payoffs[player, deals[row], begin:end], inner[row, begin:end]
                for point in range(end - begin):
                    down = worth[point] if there[point] else inf
                    up = worth[point] if there[point] else -inf
                    least[point] = down if down < least[point] else least[point]
                    most[point] = up if up > most[point] else most[point]
            for point in range(end - begin):
                if least[point] > most[point]:
                    least[point], most[point] = nan, nan


def ranks(
    rows: Integers,
    deals: Integers,
    outcomes: Integers,
    inner: Bools,
    payoffs: Floats,
    same: float,
    rank: NDArray[np.int16],
    chosen: Integers,
) -> int:
    """Number the equilibria that differ at each point, in the order of the rows.

    Fills `rank`, shape (rows, points), -1 where a row ends none, and `chosen`, shape (as many as may differ, points),
    with a deal of each number. Returns the largest number of them at a point.
    """
    most = 0
    heads = np.empty(len(rows), dtype=np.intp)
    for point in range(inner.shape[1]):
        count = 0
        for place in range(len(rows)):
            row = rows[place]
            rank[place, point] = -1
            if not inner[row, point]:
                continue
            number = 0
            while number < count and not (
                outcomes[row] == outcomes[heads[number]]
                and _alike(payoffs, deals[row], deals[heads[number]], point, same)
            ):
                number += 1
            if number == count:
                heads[count] = row
                count += 1
            rank[place, point] = number
        for number in range(len(chosen)):
            if count:
                chosen[number, point] = deals[heads[number if number < count else 0]]
        most = max(most, count)
    return most


def _alike(payoffs: Floats, one: int, other: int, point: int, same: float) -> bool:
    for player in range(len(payoffs)):
        if not abs(payoffs[player, one, point] - payoffs[player, other, point]) <= same:
            return False
    return True
