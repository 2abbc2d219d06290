"""Ends of play in scalar code: what `kgsim.engine.solutions` do with whole arrays.

Plain Python that numba compiles as it stands; see `kgsim.engine.kernels`.
"""

from __future__ import annotations

from math import inf, nan

from kgsim.arrays import Bools, Floats, Integers

#: What the array code calls.
ENTRY_POINTS = ("spans",)

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
