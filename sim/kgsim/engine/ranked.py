"""The equilibria of one structure told apart: those that differ by outcome or by what somebody has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Integers
from kgsim.engine.solutions import EquilibriumSets, kernels

#: Payoffs that differ by less are those of one equilibrium, as for the engine.
SAME = 1e-12


@dataclass(frozen=True, eq=False)
class DistinctEquilibria:
    """The equilibria that differ by outcome or payoffs, numbered at each point.

    Attributes
    ----------
    deals
        For each number a deal of every point; a point with fewer equilibria repeats its first.
    rank
        The number that each deal of `EquilibriumSets.rows` has at each point, -1 where it ends none; shape (rows,
        points).
    """

    deals: list[Integers]
    rank: NDArray[np.int16]

    def at(self, points: Integers) -> list[Integers]:
        """As `deals`, at some points and no longer than they need."""
        most = int(self.rank[:, points].max(initial=0))
        return [deals[points] for deals in self.deals[: most + 1]]

    @classmethod
    def of(cls, ends: EquilibriumSets) -> DistinctEquilibria:
        """Tell them apart."""
        if ends.fast:
            return cls._of(ends)
        inner, own, outcomes = ends.inner[ends.rows], ends.deals[ends.rows], ends.outcomes[ends.rows]
        payoffs = ends.payoffs[:, own]
        first = own[inner.argmax(axis=0)] if len(own) else np.zeros(len(ends.some), dtype=np.intp)
        deals, rank = [first], np.where(inner, 0, -1).astype(np.int16)
        points, number = np.flatnonzero(inner.sum(axis=0) > 1), 0
        left = inner[:, points]
        while len(points):
            row, rows = left.argmax(axis=0), np.flatnonzero(left.any(axis=1))
            gap = np.abs(payoffs[:, rows[:, None], points] - payoffs[:, row, points][:, None])
            alike = left[rows] & (gap <= SAME).all(axis=0)
            alike &= outcomes[rows][:, None] == outcomes[row]
            grid = np.ix_(rows, points)
            rank[grid] = np.where(alike, number, rank[grid])
            if number:
                deals.append(first.copy())
                deals[-1][points] = own[row]
            left[rows] &= ~alike
            left[row, np.arange(len(points))] = False
            more = left.any(axis=0)
            points, left, number = points[more], left[:, more], number + 1
        return cls(deals, rank)

    @classmethod
    def _of(cls, ends: EquilibriumSets) -> DistinctEquilibria:
        """The same, compiled."""
        points = ends.inner.shape[1]
        largest = int(ends.inner.sum(axis=0).max(initial=1))
        rank, chosen = np.empty((len(ends.rows), points), np.int16), np.zeros((max(largest, 1), points), np.intp)
        most = kernels().ranks(ends.rows, ends.deals, ends.outcomes, ends.inner, ends.payoffs, SAME, rank, chosen)
        # A point without an equilibrium has some deal all the same; nothing is asked of it.
        chosen[:, ~ends.some] = ends.deals[ends.rows[0]] if len(ends.rows) else 0
        return cls(list(chosen[: max(most, 1)]), rank)
