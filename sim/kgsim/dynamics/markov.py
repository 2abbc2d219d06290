"""Markov-perfect equilibrium by backward induction on a grid of states (Maskin and Tirole 2001).

In each round the stage game at a state is the structure of play with the discounted value of the next state added to
every deal's payoffs. It is solved at all states at once by the engine of studies. Where it has several equilibria one
is selected by a stated rule; the same rule holds in every round, so what is found is *a* Markov-perfect equilibrium
of the game on the grid. Between the grid's states values are interpolated, and how far off that is is measured.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Floats
from kgsim.dynamics.grid import StateGrid, expectations
from kgsim.dynamics.policy import Policy
from kgsim.dynamics.world import LASTS, States, World
from kgsim.engine.engine import CHUNK
from kgsim.engine.solutions import FAILURES, EquilibriumSets
from kgsim.errors import GameError, StructureError
from kgsim.scenario.names import suggestion
from kgsim.wording import counted

if TYPE_CHECKING:
    from scipy.sparse import csr_array


#: States between those of the grid at which interpolation is held against a solution there.
PROBES = 512

#: Bytes that a policy of lotteries may take.
MOST_BYTES = 1_500_000_000


@dataclass(frozen=True)
class Selection:
    """Which equilibrium is played where a stage game has several.

    Attributes
    ----------
    rule
        `first` (in the order of the scenario's outcomes, then of menus), `best` (for a player) or `uniform` (every
        deal that ends a pure equilibrium is as likely).
    player
        For `best`: whose payoff, continuation included, decides; ties go to the first.
    """

    rule: str
    player: str = ""

    @classmethod
    def read(cls, text: str, players: tuple[str, ...]) -> Selection:
        """Read ``first``, ``uniform`` or ``best:PLAYER``; raises GameError if it is none of them."""
        rule, _, player = text.partition(":")
        if rule in {"first", "uniform"} and not player:
            return cls(rule)
        if rule == "best" and player in players:
            return cls(rule, player)
        if rule == "best":
            raise GameError(f"selection {text!r}: no player {player!r}. {suggestion(player, players, 'player')}")
        raise GameError(f"selection {text!r}: write first, uniform or best:PLAYER, such as best:{players[0]}")

    @property
    def told(self) -> str:
        """The rule in words."""
        return {
            "first": "of several equilibria the first in the order of the scenario's outcomes and menus",
            "best": f"of several equilibria the best for {self.player}",
            "uniform": "of several equilibria each end as likely as any other",
        }[self.rule]


@dataclass(frozen=True, eq=False)
class Continuation:
    """What deals are worth at some states, the future included.

    Attributes
    ----------
    world
        The structure.
    states
        Shape (m,) each.
    matrices
        Expectations over the next state for each class of deals.
    """

    world: World
    states: States
    matrices: list[csr_array | None]

    def ahead(self, values: Floats) -> list[Floats | None]:
        """Expected values of what follows each class of deals; shape (m, players) each."""
        return [None if matrix is None else matrix @ values for matrix in self.matrices]

    def payoffs(self, part: slice, ahead: list[Floats | None], left: int) -> tuple[Floats, dict[str, Floats]]:
        """Payoffs of every deal in a round after which `left` remain; shape (players, deals, states of the part)."""
        points = {name: values[part] for name, values in self.states.items()}
        table = self.world.engine.payoffs(points)
        count = len(next(iter(points.values())))
        if table.shape[-1] != count:
            table = np.repeat(table, count, axis=-1)
        discount = self.world.discount
        for kind, chosen in enumerate(self.world.classes):
            rows = np.flatnonzero(self.world.class_of == kind)
            worth = ahead[kind]
            if worth is not None:
                table[:, rows] += (discount * worth[part]).T[:, None]
            elif chosen.end == LASTS:
                table[:, rows] *= annuity(discount, left + 1)[:, None, None]
        return table, points


def annuity(discount: Floats, rounds: int) -> Floats:
    """What one point in each of so many rounds is worth, the first of them undiscounted; shape (players,)."""
    return np.asarray((discount[:, None] ** np.arange(rounds)).sum(axis=1))


def solve_markov(
    world: World, grid: StateGrid, selection: Selection, progress: Callable[[int, int], None] | None = None
) -> Policy:
    """Find a Markov-perfect equilibrium by backward induction.

    Parameters
    ----------
    world, grid
        The structure and the states.
    selection
        Which equilibrium is played where there are several.
    progress
        Told how many rounds are done, of how many.

    Returns
    -------
    Policy
        Its `accuracy` holds: ``residual``, the largest gain from one deviation in any stage game, in points of the
        mover; ``several``, the share of rounds and states at which a selection was made; ``open``, the share at which
        mixed equilibria with other outcomes or values are not ruled out; ``off_grid`` and ``off_grid_mean``, the
        largest and mean difference between interpolated values and values solved for at states off the grid, as a
        share of the player's range of values; ``switched``, the share of such states at which the nearest state of
        the grid plays a deal worth something else to some player.

    Raises
    ------
    StructureError
        If a stage game has no pure equilibrium somewhere, or an update leaves its bounds.
    """
    states = grid.states
    at = Continuation(world, states, expectations(world, grid, states))
    probes = _probes(grid)
    off = Continuation(world, probes, expectations(world, grid, probes))
    nearest = grid.nearest(probes)
    players, deals = len(world.scenario.players), len(world.engine.deals.outcomes)
    lottery = selection.rule == "uniform"
    check_memory(world.horizon, grid, deals if lottery else 0)
    chosen = None if lottery else np.zeros((world.horizon, grid.size), dtype=np.int32)
    mixed = np.zeros((world.horizon, grid.size, deals), dtype=np.float32) if lottery else None
    values = np.zeros((grid.size, players))
    marks = {"residual": 0.0, "several": 0.0, "open": 0.0, "off_grid": 0.0, "off_grid_mean": 0.0, "switched": 0.0}
    for number in reversed(range(world.horizon)):
        left = world.horizon - 1 - number
        ahead, before = at.ahead(values), values
        values = np.zeros_like(values)
        for first in range(0, grid.size, CHUNK):
            part = slice(first, min(first + CHUNK, grid.size))
            table, points = at.payoffs(part, ahead, left)
            ends = world.engine.solve(points, table)[world.structure]
            _check(world, ends, points)
            share = _selected(world, ends, table, selection)
            values[part] = _worth(share, ends, table)
            if chosen is not None:
                chosen[number, part] = ends.deals[share.argmax(axis=0)]
            if mixed is not None:
                mixed[number, part, :][:, ends.deals] = share.T
                np.cumsum(mixed[number, part], axis=1, out=mixed[number, part])
            marks["residual"] = max(marks["residual"], float(ends.residual.max()))
            size = world.horizon * grid.size
            marks["several"] += int((ends.inner.sum(axis=0) > 1).sum()) / size
            marks["open"] += int(((ends.doubt > 0) | ends.listed).sum()) / size
        _measure(world, grid, off, off.ahead(before), left, selection, values, chosen, number, nearest, marks)
        if progress is not None:
            progress(world.horizon - number, world.horizon)
    return Policy("markov", selection.told, grid, chosen, mixed, values, marks)


def check_memory(rounds: int, grid: StateGrid, deals: int) -> None:
    """Refuse lotteries that would take too much memory; raises GameError."""
    size = 4 * rounds * grid.size * deals
    if size > MOST_BYTES:
        raise GameError(
            f"a lottery over {deals} deals at each of {counted(grid.size, 'state')} in {rounds} rounds takes "
            f"{size / 1e9:.1f} GB; use a coarser grid (--grid)"
        )


def _selected(world: World, ends: EquilibriumSets, table: Floats, selection: Selection) -> Floats:
    """The chance of each of the structure's deals; shape (ends, states)."""
    inner = ends.inner
    if selection.rule == "uniform":
        return np.asarray(inner / inner.sum(axis=0))
    if selection.rule == "first":
        place = inner.argmax(axis=0)
    else:
        worth = table[list(world.scenario.players).index(selection.player)][ends.deals]
        best = np.where(inner, worth, -np.inf)
        top = best.max(axis=0)
        place = (best >= top - 1e-9 * np.maximum(1.0, np.abs(top))).argmax(axis=0)
    share = np.zeros(inner.shape)
    share[place, np.arange(inner.shape[1])] = 1.0
    return share


def _worth(share: Floats, ends: EquilibriumSets, table: Floats) -> Floats:
    return np.asarray(np.einsum("em,pem->mp", share, table[:, ends.deals]))


def _check(world: World, ends: EquilibriumSets, points: States) -> None:
    failed = np.flatnonzero((ends.failure > 0) | ~ends.inner.any(axis=0))
    if len(failed):
        at = ", ".join(f"{name} = {float(values[failed[0]]):g}" for name, values in points.items())
        why = FAILURES[ends.failure[failed[0]]] or "the stage game has no equilibrium in pure strategies"
        raise StructureError(f"structure {world.structure} at {at}: {why}. --policy logit needs no pure equilibrium.")


def _probes(grid: StateGrid) -> dict[str, Floats]:
    """States spread evenly over the grid's box, by an additive recurrence."""
    steps = np.arange(1, PROBES + 1)
    found = {}
    for index, (name, axis) in enumerate(grid.axes.items()):
        share = (0.5 + steps * np.sqrt(2.0 + index)) % 1.0
        found[name] = axis[0] + share * (axis[-1] - axis[0])
    return found


def _measure(
    world: World,
    grid: StateGrid,
    off: Continuation,
    ahead: list[Floats | None],
    left: int,
    selection: Selection,
    values: Floats,
    chosen: NDArray[np.int32] | None,
    number: int,
    nearest: NDArray[np.intp],
    marks: dict[str, float],
) -> None:
    """Hold values between the grid's states, and what is played there, against a solution there."""
    table, points = off.payoffs(slice(None), ahead, left)
    ends = world.engine.solve(points, table)[world.structure]
    _check(world, ends, points)
    share = _selected(world, ends, table, selection)
    direct = _worth(share, ends, table)
    spread = np.maximum(np.ptp(values, axis=0), 1e-300)
    gap = np.abs(grid.interpolate(values, off.states) - direct) / spread
    gap = np.where(np.ptp(values, axis=0) > 1e-12, gap, 0.0)
    marks["off_grid"] = max(marks["off_grid"], float(gap.max()))
    marks["off_grid_mean"] += float(gap.mean()) / world.horizon
    if chosen is not None:
        taken = table[:, chosen[number, nearest], np.arange(len(nearest))].T
        scale = np.maximum(np.abs(direct).max(axis=0), 1.0)
        marks["switched"] += float((np.abs(taken - direct) > 1e-9 * scale).any(axis=1).mean()) / world.horizon
