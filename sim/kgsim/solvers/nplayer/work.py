"""Scratch space of the search for one support's roots, and the names of the arrays it is made of."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_NUMBERS = 16_000_000  # in the stack of tables of large games, which is less deep then
SHALLOWEST = 16


class Work(NamedTuple):
    """Scratch space of the search, allocated once for many supports.

    ``rows`` counts equations and outside advantages together, ``width`` combinations of supported strategies,
    ``length`` all strategies of all players.
    """

    size: Ints  # (players,) strategies in the support
    first: Ints  # (players,) where the player's coordinates begin
    row: Ints  # (players,) where the player's equations begin
    stride: Ints  # (players,) of the player's axis within a table row
    digit: Ints  # (players, width) strategy of the player in each combination
    place: Ints  # (width,) the combination in the whole game
    action: Ints  # (length + 1,) column in the full profile of each supported strategy, then -1
    mixture: Floats  # (length,) full profile
    gain: Floats  # (length,) of each strategy against a full profile
    counter: Ints  # (players,)
    mixer: Ints  # (3, 4) of the closed forms
    candidate: Floats  # (2, length) full profiles
    sign: Ints  # (2,) their indices
    difference: Floats  # (3, 4) of the game's payoffs
    base: Floats  # (rows, width) the system in the coordinates of the support
    tables: Floats  # (depth, rows, width) the stack of tables in vertex coordinates
    vertices: Floats  # (depth, length, strategies) the stack of vertices, a row each
    form: Floats  # (length, width) coordinate - C F
    jacobian: Floats  # (rows, rows)
    inverse: Floats  # (rows, rows)
    column: Ints  # (rows,) column of each pivot
    floor: Floats  # (length,)
    point: Floats  # (length,) barycentric coordinates within the simplex
    profile: Floats  # (length,) probabilities within the support
    weight: Floats  # (players, width)
    slope: Floats  # (rows, length)
    step: Floats  # (rows,)
    residual: Floats  # (rows,)
    influence: Floats  # (players, players)
    root: Floats  # (roots, length) what the search found
    cell: Floats  # (cells, length) a solution within each cell, or its centre
    cell_low: Floats  # (cells, length) bounding box of each cell
    cell_high: Floats  # (cells, length)
    tally: Ints  # (5,) roots, cells, simplices examined, cells without a solution, open branches dropped


def workspace(
    shape: tuple[int, ...], largest: tuple[int, ...], *, depth: int = 256, roots: int = 256, cells: int = 512
) -> Work:
    """Allocate scratch space for games of ``shape`` actions and supports of at most ``largest`` strategies."""
    players, length, width, most = len(shape), sum(shape), prod(largest), max(largest)
    rows = max(length - players, 1)
    depth = min(depth, max(SHALLOWEST, MOST_NUMBERS // (rows * width)))

    def ints(*extent: int) -> Ints:
        return np.zeros(extent, dtype=np.int64)

    def floats(*extent: int) -> Floats:
        return np.zeros(extent, dtype=np.float64)

    return Work(
        size=ints(players),
        first=ints(players),
        row=ints(players),
        stride=ints(players),
        digit=ints(players, width),
        place=ints(width),
        action=ints(length + 1),
        mixture=floats(length),
        gain=floats(length),
        counter=ints(players),
        mixer=ints(3, 4),
        candidate=floats(2, length),
        sign=ints(2),
        difference=floats(3, 4),
        base=floats(rows, width),
        tables=floats(depth, rows, width),
        vertices=floats(depth, length, most),
        form=floats(length, width),
        jacobian=floats(rows, rows),
        inverse=floats(rows, rows),
        column=ints(rows),
        floor=floats(length),
        point=floats(length),
        profile=floats(length),
        weight=floats(players, width),
        slope=floats(rows, length),
        step=floats(rows),
        residual=floats(rows),
        influence=floats(players, players),
        root=floats(roots, length),
        cell=floats(cells, length),
        cell_low=floats(cells, length),
        cell_high=floats(cells, length),
        tally=ints(5),
    )
