"""Many games of two players, with the compiled kernel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kgsim.solvers import compiled
from kgsim.solvers.batch_part import PER_EQUILIBRIUM, Part, chosen, empty
from kgsim.solvers.bimatrix_kernels import support_tables

#: Games with more actions than this are solved one at a time.
MOST_ACTIONS = 10


def solve_pairs(payoffs: NDArray[np.float64]) -> Part:
    """Equilibria of games of shape (games, 2, m, n), without those games that take exact arithmetic."""
    kernel = compiled.compiled("kgsim.solvers.bimatrix_kernels").solve_pairs
    games, _, *shape = payoffs.shape
    tables = support_tables(max(shape))
    room = empty(games, 2 * games + 100, 2, sum(shape))
    begin = stop = 0
    while True:
        arrays = (getattr(room, name) for name in PER_EQUILIBRIUM)
        begin, stop = kernel(payoffs, *tables, begin, stop, *arrays, room.counts)
        if begin == games:
            break
        longer = {name: getattr(room, name) for name in PER_EQUILIBRIUM}
        room = replace(room, **{name: np.concatenate([array, array]) for name, array in longer.items()})
    return chosen(room, room.counts > 0, slice(stop))
