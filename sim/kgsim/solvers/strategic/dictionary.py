"""A polytope as a linear program in floating point, and proofs in floating point that rounding cannot turn.

The dictionary (Chvatal 1983) writes the basic weights and losses in terms of the others. Whatever its rounding, a face
is called empty only if a combination of the original constraints shows it with a margin beyond all rounding (Neumaier
and Shcherbina 2004).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kgsim.solvers.strategic.polytope import Polytope
from kgsim.tolerances import ROUNDED_ZERO

#: Steps of the simplex method after which ties are resolved by Bland's rule, which cannot cycle, and after which a
#: question is left open.
PATIENCE, MOST_STEPS = 60, 2_000


class Dictionary:
    """A vertex of a polytope's face, with the dictionary there.

    Attributes
    ----------
    table
        A row per basic label and a column per other label, then the values of the basic ones.
    basic, other
        The labels of rows and columns.
    held
        Mask of the labels of the face, whose weights and losses are zero.
    """

    def __init__(self, polytope: Polytope) -> None:
        matrix = polytope.matrix
        self.polytope = polytope
        self.table = np.hstack([matrix, np.ones((len(matrix), 1))])
        self.basic, self.other = polytope.replies.copy(), polytope.own.copy()
        self.held = np.zeros(sum(matrix.shape), dtype=bool)

    def copy(self) -> Dictionary:
        """The same dictionary, to be changed on its own."""
        self.polytope.effort.spend(self.table.size / 200)
        twin = Dictionary.__new__(Dictionary)
        twin.polytope, twin.table = self.polytope, self.table.copy()
        twin.basic, twin.other, twin.held = self.basic.copy(), self.other.copy(), self.held.copy()
        return twin

    @property
    def values(self) -> NDArray[np.float64]:
        """The weight or loss of every label."""
        values = np.zeros(len(self.held))
        values[self.basic] = self.table[:, -1]
        return values

    def hold(self, label: int) -> bool:
        """Go down to the part of the face that has the label too; False if that is proven to be empty."""
        row = int((self.basic == label).argmax())
        if self.basic[row] == label and not self._expel(row):
            return False
        self.held[label] = True
        return True

    def _expel(self, row: int) -> bool:
        """Minimise a basic label by the simplex method; False if it is proven to stay positive."""
        table, label = self.table, self.basic[row]
        for step in range(MOST_STEPS):
            slopes = table[row, :-1] * ~self.held[self.other]
            if table[row, -1] <= ROUNDED_ZERO:
                column = int(np.abs(slopes).argmax())
                if abs(slopes[column]) > ROUNDED_ZERO:
                    self.pivot(row, column)
                return True
            column = int(slopes.argmax())
            if slopes[column] <= ROUNDED_ZERO:
                return not self._bounded_away(row)
            if step > PATIENCE:
                column = int(np.where(slopes > ROUNDED_ZERO, self.other, len(self.held)).argmin())
            self.pivot(self.blocking(column, row, bland=step > PATIENCE), column)
            if self.other[column] == label:
                return True
        return True

    def blocking(self, column: int, preferred: int, *, bland: bool = False) -> int:
        """The row that first falls to zero as the column's label rises; the preferred one, if it is among several."""
        slopes, values = self.table[:, column], self.table[:, -1]
        ratios = np.divide(values, slopes, out=np.full(len(values), np.inf), where=slopes > ROUNDED_ZERO)
        first = ratios <= max(float(ratios.min()), 0.0) + ROUNDED_ZERO * ROUNDED_ZERO
        if first[preferred]:
            return preferred
        return int((first / (1.0 + self.basic) if bland else slopes * first).argmax())

    def pivot(self, row: int, column: int) -> None:
        """Exchange a basic label with another."""
        table = self.table
        self.polytope.effort.spend(20 + table.size / 200)
        slopes = table[:, column].copy()
        line = table[row] / slopes[row]
        line[column] = 1.0 / slopes[row]
        table[:, column] = 0.0
        table -= slopes[:, None] * line
        table[row] = line
        self.basic[row], self.other[column] = self.other[column], self.basic[row]

    def _bounded_away(self, row: int) -> bool:
        """Prove that a basic label is positive on the whole face, from its row and the constraints as they are given.

        The row gives factors; with any factors ``sum(factors * (loss + matrix @ x)) = sum(factors)`` on the polytope,
        where weights sum to at most 1 and losses are at most 1. With the label at zero the left-hand side is at most
        what the free labels of positive coefficient can add.
        """
        polytope = self.polytope
        factors = np.zeros(len(self.held))
        factors[self.other] = self.table[row, :-1]
        factors[self.basic[row]] = 1.0
        free = ~self.held
        free[self.basic[row]] = False
        losses = factors[polytope.replies]
        weights = losses @ polytope.matrix
        rounding = (len(losses) + 8) * 1e-15 * float(np.abs(losses).sum())
        most = weights[free[polytope.own]].max(initial=0.0) + losses[free[polytope.replies]].clip(min=0.0).sum()
        return bool(losses.sum() - most - rounding > ROUNDED_ZERO)

    def at_zero(self, asked: NDArray[np.bool_]) -> list[int]:
        """Those of the labels asked for that are proven, exactly, to hold on the whole face."""
        rows = (self.table[:, -1] < ROUNDED_ZERO) & (asked & ~self.held)[self.basic]
        if not rows.any():
            return []
        free = ~self.held[self.other]
        used = np.intersect1d(self.basic, self.polytope.own).tolist()
        best = np.intersect1d(self.other, self.polytope.replies).tolist()
        labels = (
            int(self.basic[row]) for row in np.flatnonzero(rows) if (self.table[row, :-1][free] > -ROUNDED_ZERO).all()
        )
        return [label for label in labels if self.polytope.never_positive(label, used, best, self.held)]
