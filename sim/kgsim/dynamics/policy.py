"""Policies: what is played in each round at each state of a grid, and how good an answer that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Floats, Integers
from kgsim.dynamics.grid import StateGrid
from kgsim.dynamics.world import States


@dataclass(frozen=True, eq=False)
class Policy:
    """What is played at the states of a grid; elsewhere as at the nearest of them.

    Attributes
    ----------
    kind
        `markov` or `logit`.
    told
        How it was chosen, in a sentence: the selection among equilibria, or the precision.
    grid
        The states.
    deals
        The deal of each round and state; shape (rounds, states). None if lotteries are played.
    lotteries
        Cumulative chances of deals; float32, shape (rounds, states, deals). None if single deals are played.
    values
        Present value to each player of the first round's states; shape (states, players).
    accuracy
        Named measures of how exact the policy is, see the solver.
    """

    kind: str
    told: str
    grid: StateGrid
    deals: NDArray[np.int32] | None
    lotteries: NDArray[np.float32] | None
    values: Floats
    accuracy: Mapping[str, float] = field(default_factory=dict)

    @property
    def rounds(self) -> int:
        """Rounds that the policy covers."""
        table = self.deals if self.deals is not None else self.lotteries
        assert table is not None
        return len(table)

    def play(self, number: int, states: States, uniforms: Floats) -> Integers:
        """The deal of round `number` (from 0) at states, `uniforms` settling lotteries; shape (m,) each."""
        nearest = self.grid.nearest(states)
        if self.deals is not None:
            return np.asarray(self.deals[number, nearest], dtype=np.intp)
        assert self.lotteries is not None
        rows = self.lotteries[number, nearest]
        return np.asarray(np.minimum((uniforms[:, None] >= rows).sum(axis=1), rows.shape[1] - 1), dtype=np.intp)
