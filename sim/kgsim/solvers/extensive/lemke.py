"""Single equilibria of two-player trees of any payoffs by Lemke's method on the sequence form.

Best realization plans against each other solve a linear complementarity problem whose size is that of the tree; with
negative payoffs Lemke's method ends at a solution, and never in a ray (Koller, Megiddo and von Stengel, Efficient
computation of equilibria for extensive two-person games, Games and Economic Behavior 14 (1996), 247-259). Ties of the
ratio test are broken lexicographically, so that no basis comes twice. Small problems are pivoted in fractions. Which
equilibrium is found depends on the covering vector, and others than those found there may always be.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Floats
from kgsim.games.extensive import ExtensiveGame
from kgsim.games.plans import Partial
from kgsim.solvers.effort import Effort
from kgsim.solvers.extensive.sequence_form import SequenceForm, sequence_form
from kgsim.tolerances import NO_PROBABILITY, ROUNDED_ZERO

#: Rows of a complementarity problem up to which it is pivoted in fractions, and up to which at all.
MOST_EXACT, MOST_ROWS = 40, 1_500

#: Covering vectors that are tried.
COVERS = 4

#: What a pivot costs, in visits of nodes for each entry of the tableau.
ENTRY = 1e-3


def lemke_equilibria(game: ExtensiveGame, effort: Effort) -> tuple[Partial, ...]:
    """Equilibria of a two-player tree of perfect recall that several covering vectors lead to, each once.

    Raises
    ------
    OutOfEffort
        If no work is left before the first one is found.
    """
    form = sequence_form(game)
    matrix, constants = complementarity(form)
    if len(constants) > MOST_ROWS:
        return ()
    draw = np.random.default_rng(0)
    first = form.payoffs.shape[1]
    found: dict[tuple[float, ...], Partial] = {}
    for number in range(COVERS):
        cover = np.ones(len(constants)) if number == 0 else draw.integers(1, 100, len(constants)).astype(np.float64)
        if found and effort.left < 0.0:
            break
        solution = solve_lcp(matrix, constants, cover, effort)
        if solution is not None:
            plans = np.where(solution < NO_PROBABILITY, 0.0, solution)[: sum(form.payoffs.shape[1:])]
            found.setdefault(tuple(plans.round(9)), form.behaviour([plans[:first], plans[first:]]))
    return tuple(found.values())


def complementarity(form: SequenceForm) -> tuple[Floats, Floats]:
    """The problem's matrix M and constants q: z >= 0 and q + Mz >= 0 with one of each pair 0.

    z holds both realization plans, and the values of both players' information sets as differences of two numbers.
    """
    (own, total), (other, rest) = form.plans(0), form.plans(1)
    # Every player's payoffs are made losses, which changes no best plan: what is added comes about for certain.
    worth = np.array([node.payoffs for node in form.game.nodes if node.payoffs])
    shift = worth.max(axis=0) + np.maximum(np.ptp(worth, axis=0), 1.0)
    losses = shift[:, None, None] * form.likely - form.payoffs
    rows, columns = losses.shape[1:]
    size = rows + columns + 2 * (len(total) + len(rest))
    matrix, constants = np.zeros((size, size)), np.zeros(size)
    matrix[:rows, rows : rows + columns] = losses[0]
    matrix[rows : rows + columns, :rows] = losses[1].T
    place = rows + columns
    for equations, sides, start in ((own, total, 0), (other, rest, rows)):
        plan = slice(start, start + equations.shape[1])
        for sign in (1.0, -1.0):
            block = slice(place, place + len(sides))
            matrix[plan, block], matrix[block, plan] = sign * equations.T, -sign * equations
            constants[block] = sign * sides
            place += len(sides)
    return matrix, constants


def solve_lcp(matrix: Floats, constants: Floats, cover: Floats, effort: Effort) -> Floats | None:
    """A solution of a linear complementarity problem by Lemke's method; None if it ends in a ray.

    Parameters
    ----------
    matrix, constants, cover
        M, q and the covering vector, which is positive; shapes (n, n), (n,) and (n,).
    effort
        What may be spent.

    Returns
    -------
    ndarray
        z, of shape (n,), solved anew from the last basis.

    Raises
    ------
    OutOfEffort
        If nothing is left.
    """
    size = len(constants)
    if (constants >= 0.0).all():
        return np.zeros(size)
    columns = np.hstack([np.eye(size), -matrix, -cover[:, None], constants[:, None]])
    exact = size <= MOST_EXACT
    tableau: NDArray[Any] = np.vectorize(Fraction, otypes=[object])(columns) if exact else columns.copy()
    zero = 0 if exact else ROUNDED_ZERO
    basis = list(range(size))
    artificial = entering = 2 * size
    row = _first(tableau[:, :size], tableau[:, -1] / -tableau[:, artificial], -tableau[:, artificial], zero)
    while True:
        effort.spend(ENTRY * tableau.size * (50 if exact else 1))
        leaving = basis[row]
        _pivot(tableau, row, entering)
        basis[row] = entering
        if leaving == artificial:
            break
        entering = leaving + size if leaving < size else leaving - size
        rising = tableau[:, entering]
        able = np.flatnonzero(rising > zero)
        if not len(able):
            return None
        ratios = tableau[able, -1] / rising[able]
        row = int(able[_first(tableau[able, :size], ratios, rising[able], zero, _where(basis, artificial, able))])
    values = np.linalg.solve(columns[:, basis], constants)
    found = np.zeros(2 * size + 1)
    found[basis] = values
    return np.asarray(found[size : 2 * size])


def _where(basis: list[int], artificial: int, able: NDArray[np.intp]) -> int | None:
    """Where among some rows the artificial variable is; it leaves as soon as it may."""
    row = basis.index(artificial)
    places = np.flatnonzero(able == row)
    return int(places[0]) if len(places) else None


def _first(
    inverse: NDArray[Any], ratios: NDArray[Any], rising: NDArray[Any], zero: float, wanted: int | None = None
) -> int:
    """The row that is first by its ratio and then by the columns of the inverse basis; the one wanted if it ties."""
    kept = np.flatnonzero(ratios <= ratios.min() + zero)
    if wanted is not None and wanted in kept:
        return wanted
    for column in inverse.T:
        if len(kept) == 1:
            break
        here = column[kept] / rising[kept]
        kept = kept[here <= here.min() + zero]
    return int(kept[0])


def _pivot(tableau: NDArray[Any], row: int, column: int) -> None:
    tableau[row] = tableau[row] / tableau[row, column]
    others = np.flatnonzero(tableau[:, column] != 0)
    others = others[others != row]
    tableau[others] -= np.outer(tableau[others, column], tableau[row])
