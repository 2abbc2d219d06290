"""The grid of states on which values are computed, and what is expected of the next state there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from kgsim.arrays import Floats, Integers
from kgsim.dynamics.shocks import joint_nodes
from kgsim.dynamics.world import GOES_ON, States, World
from kgsim.errors import GameError
from kgsim.scenario.payoffs import parameter_values
from kgsim.scenario.rounds import Dynamics

if TYPE_CHECKING:
    from scipy.sparse import csr_array


#: States on a grid, at most.
MOST_STATES = 2_000_000

#: States along each axis if nothing is said, by the number of axes.
USUAL = {1: 201, 2: 41, 3: 15}


@dataclass(frozen=True, eq=False)
class StateGrid:
    """A full grid over the bounds of the state variables; the last varies fastest.

    Attributes
    ----------
    axes
        State variable to its values, evenly spaced.
    """

    axes: Mapping[str, Floats]

    @classmethod
    def of(cls, dynamics: Dynamics, points: int | Mapping[str, int] | None = None) -> StateGrid:
        """Lay a grid with so many points along each axis.

        Raises
        ------
        GameError
            If an axis has fewer than two points, or the grid more than `MOST_STATES`.
        """
        usual = USUAL.get(len(dynamics.states), 9)
        counts = {
            name: usual if points is None else points if isinstance(points, int) else points.get(name, usual)
            for name in dynamics.states
        }
        for name, count in counts.items():
            if count < 2:
                raise GameError(f"the grid needs two states or more along {name}, not {count}")
        if prod(counts.values()) > MOST_STATES:
            raise GameError(f"a grid of {prod(counts.values()):,} states is too large (at most {MOST_STATES:,})")
        return cls({name: np.linspace(*state.bounds, counts[name]) for name, state in dynamics.states.items()})

    @property
    def shape(self) -> tuple[int, ...]:
        """States along each axis."""
        return tuple(len(values) for values in self.axes.values())

    @property
    def size(self) -> int:
        """Number of states."""
        return prod(self.shape)

    @cached_property
    def states(self) -> dict[str, Floats]:
        """Every state; shape (size,) each."""
        meshes = np.meshgrid(*self.axes.values(), indexing="ij")
        return {name: mesh.ravel() for name, mesh in zip(self.axes, meshes, strict=True)}

    def nearest(self, states: States) -> Integers:
        """Number of the grid's state nearest to each state; shape (m,)."""
        places = [np.rint(self._place(name, states[name])).astype(np.intp) for name in self.axes]
        return np.asarray(np.ravel_multi_index(places, self.shape))

    def weights(self, states: States) -> tuple[Integers, Floats]:
        """Corners of each state's cell and their weights in multilinear interpolation; shape (2**axes, m) each."""
        lower, share = [], []
        for name, values in self.axes.items():
            place = self._place(name, states[name])
            below = np.minimum(place.astype(np.intp), len(values) - 2)
            lower.append(below)
            share.append(place - below)
        corners, weights = [], []
        for upper in product((0, 1), repeat=len(self.axes)):
            corners.append(
                np.ravel_multi_index([below + up for below, up in zip(lower, upper, strict=True)], self.shape)
            )
            parts = [part if up else 1.0 - part for part, up in zip(share, upper, strict=True)]
            weights.append(np.prod(parts, axis=0))
        return np.array(corners), np.array(weights)

    def interpolate(self, values: Floats, states: States) -> Floats:
        """Values on the grid, shape (size, columns), at other states; shape (m, columns)."""
        corners, weights = self.weights(states)
        return np.asarray(np.einsum("cm,cmk->mk", weights, values[corners]))

    def _place(self, name: str, values: Floats) -> Floats:
        axis = self.axes[name]
        return np.asarray(np.clip((values - axis[0]) / (axis[-1] - axis[0]), 0.0, 1.0) * (len(axis) - 1))


def expectations(world: World, grid: StateGrid, states: States) -> list[csr_array | None]:
    """For every class of deals the matrix that takes values on the grid to their expectation at the next state.

    Parameters
    ----------
    world, grid
        The structure and the grid on which values stand.
    states
        States to move from; shape (m,) each.

    Returns
    -------
    list
        Sparse matrices, shape (m, grid.size); None where nothing follows. Rows sum to the chance that play goes on.
    """
    from scipy.sparse import coo_array

    shocks, chances = joint_nodes(world.dynamics.shocks, parameter_values(world.scenario, {}))
    count = len(next(iter(states.values())))
    rows = np.arange(count, dtype=np.int32)
    found: list[csr_array | None] = []
    for kind, chosen in enumerate(world.classes):
        if chosen.end != GOES_ON:
            found.append(None)
            continue
        total: csr_array | None = None
        for node, chance in enumerate(chances):
            after, _ = world.after(kind, states, {name: np.full(count, value[node]) for name, value in shocks.items()})
            corners, weights = grid.weights(after)
            weights = weights * (chance * ~world.over(after))
            entries = (weights.ravel(), (np.tile(rows, len(corners)), corners.ravel().astype(np.int32)))
            part = coo_array(entries, shape=(count, grid.size)).tocsr()
            total = part if total is None else total + part
        found.append(total)
    return found
