"""Numbers as fractions: those given as such, and floats as the fraction that was meant."""

from __future__ import annotations

from fractions import Fraction
from math import inf
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kgsim.errors import GameError
from kgsim.tolerances import EXACT_INTEGERS, ROUNDING

#: A float is read as a fraction of a denominator up to this.
LARGEST_DENOMINATOR = 100_000

#: How many times its rounding fractions must lie apart for a float to stand for one of them by more than chance.
_RARE = 1000

#: Halves, quarters and the like of a denominator up to this are what they are, however large the number.
_DYADIC = 64


def as_fractions(numbers: ArrayLike, name: str) -> NDArray[np.object_] | None:
    """Fractions, integers that no float holds, and texts such as "1/3", as an array of fractions; None of floats.

    Raises
    ------
    GameError
        If an entry is no number.
    """
    try:
        array = np.asarray(numbers)
        if array.dtype.kind == "f" and not isinstance(numbers, np.ndarray) and _large(array):
            array = np.asarray(numbers, dtype=object)  # integers among floats, as they were given
    except ValueError:
        return None
    if (array.dtype.kind in "iu" and not _large(array)) or array.dtype.kind not in "iuOU":
        return None
    found = np.empty(array.shape, dtype=object)
    for place in np.ndindex(array.shape):
        found[place] = _fraction(array[place], f"{name}: entry {place}")
    return found


def _large(array: NDArray[np.generic]) -> bool:
    return bool(array.size) and bool((np.abs(array.astype(np.float64)) >= EXACT_INTEGERS).any())


def _fraction(number: Any, where: str) -> Fraction:
    try:
        if isinstance(number, Integral):
            return Fraction(int(number))
        if isinstance(number, float):
            return read(float(number)) or Fraction(number)
        return Fraction(number)
    except (TypeError, ValueError, ArithmeticError):
        raise GameError(
            f'{where} is {number!r}; expected real numbers, fractions, or texts such as "1/3" and "0.25".'
        ) from None


def read(number: float) -> Fraction | None:
    """The fraction of a small denominator that a finite float differs from by its rounding alone, if there is one."""
    exact = Fraction(number)
    slack = ROUNDING * abs(exact)
    largest = 1
    while exact.denominator > largest and largest < LARGEST_DENOMINATOR and _RARE * largest**2 * slack <= 1:
        simple = exact.limit_denominator(largest)
        if abs(simple - exact) <= slack:
            return simple
        largest *= 10
    return exact if exact.denominator <= max(largest, _DYADIC) else None


def to_floats(fractions: NDArray[np.object_]) -> NDArray[np.float64]:
    """Fractions as the nearest floats; infinite where they are too large."""
    return np.array([_float(fraction) for fraction in fractions.flat]).reshape(fractions.shape)


def _float(fraction: Any) -> float:
    try:
        return float(fraction)
    except OverflowError:
        return inf if fraction > 0 else -inf
