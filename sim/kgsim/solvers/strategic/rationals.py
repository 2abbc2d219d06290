"""Payoffs as integers: a float is read as the fraction that was meant.

Thirds and decimals are exact again after scaling, so that ties among mixtures are decided in integers.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgsim.games.exact import LARGEST_DENOMINATOR, read
from kgsim.tolerances import READ_AS_FRACTION


def as_integers(scaled: NDArray[np.float64]) -> list[list[int]]:
    """Return integers proportional to the entries, which lie in 0..1; exact, or read as fractions."""
    table = scaled.tolist()
    levels = sorted(set().union(*table))
    common = 1
    for level in levels:
        if abs(level * common - round(level * common)) > READ_AS_FRACTION * common:
            found = denominator(level)
            common = lcm(common, found)
            if found == 0 or common > LARGEST_DENOMINATOR:
                ratios = [level.as_integer_ratio() for level in levels]
                common = lcm(*(below for _, below in ratios))
                exact = {level: above * (common // below) for level, (above, below) in zip(levels, ratios, strict=True)}
                return [[exact[entry] for entry in row] for row in table]
    read = {level: round(level * common) for level in levels}
    return [[read[entry] for entry in row] for row in table]


def fractions_of(payoffs: NDArray[Any]) -> tuple[list[list[Fraction]], bool]:
    """Payoffs of one player, shape (m, n), as fractions, and whether each is certain to be the number that was meant.

    Floats are read one by one (`kgsim.games.exact.read`), so that a large payoff takes nothing from the others; what is
    no simple fraction stands for itself.
    """
    if payoffs.dtype == object:
        return payoffs.tolist(), True
    known = {number: read(number) for number in set(payoffs.ravel().tolist())}
    rows = [[known[number] or Fraction(number) for number in row] for row in payoffs.tolist()]
    return rows, None not in known.values()


def integers_of(table: list[list[Fraction]]) -> list[list[int]]:
    """Integers that differ as some fractions do, but for a unit; the least is 0."""
    low = min(map(min, table))
    common = lcm(*(entry.denominator for row in table for entry in row))
    return [[int((entry - low) * common) for entry in row] for row in table]


def denominator(level: float) -> int:
    """Denominator of the fraction that a number in 0..1 is read as; 0 if there is none.

    It is a convergent of the number's continued fraction, since it is closer than half the square of its denominator's
    inverse (Legendre).
    """
    before = 0
    current = 1
    rest = level
    while True:
        numerator = round(level * current)
        if abs(level * current - numerator) <= READ_AS_FRACTION * current:
            return current
        part = rest - int(rest)
        if part * LARGEST_DENOMINATOR < 1.0:
            return 0
        rest = 1.0 / part
        before, current = current, int(rest) * current + before
        if current > LARGEST_DENOMINATOR:
            return 0
