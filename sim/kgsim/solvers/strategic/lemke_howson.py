"""One equilibrium of a two-player game by the path of Lemke and Howson (1964), exactly.

The lexicographic rule breaks ties in the ratio test, so the path cannot cycle in degenerate games, and
integer pivoting keeps it exact (von Stengel 2002): it ends at an equilibrium of any finite game.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def lemke_howson(first: list[list[int]], second: list[list[int]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """One Nash equilibrium, never fails.

    Parameters
    ----------
    first
        Payoffs of player 1, integers >= 0, shape (m, n).
    second
        Payoffs of player 2, integers >= 0, transposed: shape (n, m).

    Returns
    -------
    tuple of ndarray
        Mixed strategies of shapes (m,) and (n,), each probability rounded once.
    """
    m, n = len(first), len(second)
    # Variables 0..m-1 are x, m..m+n-1 are y; the slack of a reply has the same number in the other tableau.
    tableaux = [
        _Tableau(first, slacks=range(m), unknowns=range(m, m + n)),
        _Tableau(second, slacks=range(m, m + n), unknowns=range(m)),
    ]
    entering, side = 0, 1
    while True:
        leaving = tableaux[side].pivot(entering)
        if leaving == 0:
            break
        entering, side = leaving, 1 - side
    return tableaux[1].strategy(range(m)), tableaux[0].strategy(range(m, m + n))


class _Tableau:
    """The system ``r + M z = 1`` with all of ``r`` basic, pivoted in integers over one common denominator."""

    def __init__(self, matrix: list[list[int]], slacks: range, unknowns: range) -> None:
        rows = len(matrix)
        self.basis = list(slacks)
        # Payoffs plus one are positive, which every pivot needs; columns: r, z, right-hand side.
        self.column = {variable: k for k, variable in enumerate([*slacks, *unknowns])}
        self.rows = [
            [int(i == k) for k in range(rows)] + [entry + 1 for entry in row] + [1] for i, row in enumerate(matrix)
        ]
        self.denominator = 1

    def pivot(self, entering: int) -> int:
        """Bring `entering` into the basis and return the variable that leaves."""
        column = self.column[entering]
        # Lexicographic ratio test on (right-hand side, r block): the r block always has full row rank.
        best = -1
        for i, row in enumerate(self.rows):
            if row[column] > 0 and (best < 0 or self._ratio_less(i, best, column)):
                best = i
        pivot_row = self.rows[best]
        pivot = pivot_row[column]
        for i, row in enumerate(self.rows):
            if i != best:
                factor = row[column]
                self.rows[i] = [
                    (entry * pivot - factor * other) // self.denominator
                    for entry, other in zip(row, pivot_row, strict=True)
                ]
        self.denominator = pivot
        leaving, self.basis[best] = self.basis[best], entering
        return leaving

    def _ratio_less(self, i: int, j: int, column: int) -> bool:
        a, b = self.rows[i], self.rows[j]
        for k in (-1, *range(len(self.rows))):
            difference: int = a[k] * b[column] - b[k] * a[column]
            if difference:
                return difference < 0
        return False

    def strategy(self, variables: range) -> NDArray[np.float64]:
        """The normalised values of `variables`."""
        values = dict(zip(self.basis, (row[-1] for row in self.rows), strict=True))
        weights = [values.get(variable, 0) for variable in variables]
        total = sum(weights)
        return np.array([weight / total for weight in weights])
