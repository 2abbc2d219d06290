"""Many games of two players, with the compiled kernel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kgsim.solvers import compiled
from kgsim.solvers.batch.bimatrix_kernels import support_tables, workspace
from kgsim.solvers.batch.part import Room

#: Games with more actions than this are solved one at a time.
MOST_ACTIONS = 10


def solve_pairs(payoffs: NDArray[np.float64], room: Room, chunk: slice) -> None:
    """Put the equilibria of games of shape (games, 2, m, n), a chunk of a batch, into its room.

    Left out are games with a player whose payoffs differ by their rounding alone, and those whose ties take larger
    integers than the machine's to tell.
    """
    kernel = compiled.compiled("kgsim.solvers.batch.bimatrix_kernels", allocates=False).solve_pairs
    games, shape = len(payoffs), np.array(payoffs.shape[2:])
    work, tables = workspace(shape.max()), support_tables(shape.max())
    strides = np.array([shape[1], 1])
    table = payoffs.reshape(games, 2, shape.prod())
    begin = 0
    while True:
        counts = room.counts[chunk]
        begin, room.stop = kernel(work, payoffs, table, shape, strides, *tables, begin, room.stop, *room.arrays, counts)
        if begin == games:
            return
        room.reserve(len(room.arrays[0]))
