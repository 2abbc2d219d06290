"""The one solution, up to its length, of homogeneous linear equations in integers.

Elimination without fractions (Bareiss 1968): every entry stays a minor of the matrix, and every division is exact.
"""

from __future__ import annotations

from math import gcd


def null_vector(matrix: list[list[int]], length: int) -> list[int] | None:
    """Solve ``matrix @ vector = 0``.

    Parameters
    ----------
    matrix
        Integers, any number of rows of `length` entries.
    length
        Entries of the vector.

    Returns
    -------
    list of int or None
        The solution without common divisor, its sign left open; empty if only zero solves the equations, None if the
        solutions have more than one dimension.
    """
    rows = [row[:] for row in matrix]
    order = list(range(length))
    previous = 1
    for k in range(length - 1):
        found = next((i for i in range(k, len(rows)) if any(rows[i][k:])), None)
        if found is None:
            return None
        rows[k], rows[found] = rows[found], rows[k]
        column = next(j for j in range(k, length) if rows[k][j])
        order[k], order[column] = order[column], order[k]
        for row in rows:
            row[k], row[column] = row[column], row[k]
        pivot, tail = rows[k][k], rows[k][k + 1 :]
        for i in range(k + 1, len(rows)):
            factor = rows[i][k]
            rest = [(pivot * a - factor * b) // previous for a, b in zip(rows[i][k + 1 :], tail, strict=True)]
            rows[i] = [0] * (k + 1) + rest
        previous = pivot
    if any(row[-1] for row in rows[length - 1 :]):
        return []
    return _substitute_back(rows, order, previous)


def _substitute_back(rows: list[list[int]], order: list[int], last: int) -> list[int]:
    """Solve the triangular system; with the last entry a minor the others are integers (Cramer)."""
    length = len(order)
    solved = [0] * length
    solved[-1] = last
    for k in range(length - 2, -1, -1):
        solved[k] = -sum(map(int.__mul__, rows[k][k + 1 :], solved[k + 1 :])) // rows[k][k]
    divisor = gcd(*solved)
    vector = [0] * length
    for place, entry in zip(order, solved, strict=True):
        vector[place] = entry // divisor
    return vector
