"""Nash equilibria of games of three and more players: all isolated ones, with the account that shows it.

Support enumeration with conditional dominance (``nplayer_supports``, in the order of ``nplayer_order``) leaves
multilinear systems, whose roots are found in closed form (``nplayer_closed``), or by elimination of players
(``nplayer_eliminate``) and subdivision with certificates of exclusion (``nplayer_search``).
Every support profile is thus pruned, proven to hold no equilibrium, or solved, and where that fails for one (a
continuum, a multiple root, a limit reached) the answer says ``complete=False``.

Games come in scaled to 0..1 per player, with ties exact. Profiles have regret at most 1e-9 on that scale.

Kernels run as plain Python on nested lists for a small single game and compiled by numba (extra ``fast``) on arrays
otherwise; the results are the same to the last bit.
"""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass
from math import prod
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt

from kgsim.errors import GameError
from kgsim.solvers import compiled
from kgsim.solvers.effort import Effort
from kgsim.solvers.equilibria import RawEquilibria
from kgsim.solvers.nplayer import supports as kernel
from kgsim.solvers.nplayer import tally as tally
from kgsim.solvers.nplayer.bernstein import LARGEST_SUPPORT, lattice, reduced
from kgsim.solvers.nplayer.order import MOST_ACTIONS, MOST_KEPT, SupportList, Supports, support_list
from kgsim.solvers.nplayer.work import Floats, Ints, workspace

MOST_SUPPORTS = 500_000  # support profiles listed for one game
BUDGET = 100_000  # simplices examined for one support
SHARE = 0.1  # of all work, that one support may take
ALLOWANCE = 1_000  # simplices examined for one game at least; to it comes one per support and pure profile
PLAIN_WIDTH = 27  # single games of at most this many pure profiles start uncompiled
LAST_CHANCE = 10  # times the time limit that a search without any equilibrium goes on
PLAIN_SECONDS = 1.0  # until so much has been spent on them, which is what loading the compiled kernels takes
PLAIN_STEP, STEP = 64, 2048  # support profiles handed to the kernels at a time
FIRST_STEP = 4  # after the pure ones where there is a clock; then twice as many while they take little of its time


@dataclass(frozen=True)
class BatchEquilibria:
    """Equilibria of many games of one shape, as flat arrays.

    Attributes
    ----------
    profiles
        (equilibria, actions of all players) probabilities, player after player.
    offsets
        (games + 1,) the equilibria of game ``g`` are ``profiles[offsets[g]:offsets[g + 1]]``.
    indices
        (equilibria,) +1 or -1, and 0 where the index is not defined.
    components
        (equilibria,) number of the continuum within its game, -1 for an isolated equilibrium.
    complete
        (games,) whether every isolated equilibrium of the game is listed.
    supports_examined
        (games,) support profiles not pruned by conditional dominance.
    roots
        Kind of root to its count per game, (games,) each.
    """

    profiles: Floats
    offsets: Ints
    indices: npt.NDArray[np.int8]
    components: Ints
    complete: npt.NDArray[np.bool_]
    supports_examined: Ints
    roots: dict[str, Ints]


def solve(payoffs: npt.ArrayLike, *, effort: Effort | None = None) -> RawEquilibria:
    """All isolated Nash equilibria of one game of three or more players.

    Parameters
    ----------
    payoffs
        (players, actions of player 1, ..., actions of the last player), scaled to 0..1 per player, ties exact.
    effort
        What the search may cost; where that does not suffice the answer says how far it came. Pure equilibria are
        found first and always; while none of any kind is known the search goes on for ten times what a clock allows.

    Returns
    -------
    RawEquilibria
        Equilibria by support, smallest first; components mark continua.

    Raises
    ------
    GameError
        Where the array does not have one axis per player after the first.
    """
    array = _checked(payoffs, batch=False)
    effort = effort or Effort()
    shape = array.shape[1:]
    listed = support_list(shape, MOST_SUPPORTS)
    kernels = _kernels(array[0].size, 1)
    arrays = _Arrays(shape, listed, 1, effort)
    table = array.reshape(1, len(shape), -1)
    begin, step = 0, STEP
    while True:
        # All pure profiles come first, whatever the clock says.
        late = effort.overtime() >= (1.0 if arrays.offset[1] > 0 else LAST_CHANCE)
        over = begin >= prod(shape) and (late or arrays.spent())
        end = begin if over else min(begin + (min(step, PLAIN_STEP) if kernels is kernel else step), len(listed))
        last = over or end == len(listed)
        before, tick = arrays.summary.copy(), time.monotonic()
        if arrays.run(kernels, table, listed.part(begin, end), 0, begin == 0, last):
            begin = end
            if effort.seconds is not None and begin >= prod(shape):
                quick = time.monotonic() - tick < effort.seconds / 20
                step = FIRST_STEP if step == STEP else min(2 * step, STEP - 1) if quick else max(1, step // 2)
            if last:
                break
        else:
            arrays.summary[:] = before
            arrays.grow()
        if kernels is kernel:
            _plain.seconds += time.monotonic() - tick
            kernels = _kernels(array[0].size, 1)
    arrays.release()
    searched = begin == len(listed) and listed.every
    return _report(arrays, shape, int(arrays.offset[1]), arrays.summary[0], searched, effort)


def batchable(shape: tuple[int, ...]) -> bool:
    """Whether the support profiles of a shape of game are few enough to be kept for a batch."""
    return len(support_list(shape, MOST_SUPPORTS)) <= MOST_KEPT


def solve_batch(payoffs: npt.ArrayLike) -> BatchEquilibria:
    """All isolated Nash equilibria of many games of one shape.

    Parameters
    ----------
    payoffs
        (games, players, actions of player 1, ...), each game scaled as for `solve`.

    Returns
    -------
    BatchEquilibria
        The same profiles, to the last bit, as `solve` returns game by game.
    """
    array = _checked(payoffs, batch=True)
    games, shape = len(array), array.shape[2:]
    listed = support_list(shape, MOST_SUPPORTS)
    kernels = _kernels(prod(shape), games)
    arrays = _Arrays(shape, listed, games, Effort())
    table = array.reshape(games, len(shape), prod(shape))
    whole = listed.part(0, len(listed))
    begin = 0
    while True:
        begin = arrays.run(kernels, table, whole, begin, True, True)
        if begin == games:
            break
        arrays.grow()
    stop, summary = arrays.offset[games], arrays.summary
    index = arrays.index[:stop]
    undefined = index == tally.NO_INDEX
    signs = np.where(undefined, 0, index).astype(np.int8)
    if np.any(arrays.offset[1:] == arrays.offset[:-1]):
        raise AssertionError("every finite game has an equilibrium (Nash 1951), and none was found of some game")
    complete = (summary[:, tally.CELLS] == 0) & (summary[:, tally.DROPPED] == 0) & listed.every
    if games:
        first = arrays.offset[:-1]
        total = np.add.reduceat(signs, first, dtype=np.int64)
        complete &= (total == 1) | np.logical_or.reduceat(undefined, first)
    return BatchEquilibria(
        arrays.found[:stop],
        arrays.offset,
        signs,
        arrays.component[:stop],
        complete,
        summary[:, tally.EXAMINED],
        {kind: summary[:, column] for kind, column in _KINDS.items()},
    )


_KINDS = {
    "equilibrium": tally.EQUILIBRIA,
    "not a best response": tally.NO_REPLY,
    "on the boundary": tally.ON_BOUNDARY,
    "unresolved": tally.CELLS,
}


def _checked(payoffs: npt.ArrayLike, *, batch: bool) -> Floats:
    """Return the payoffs as a contiguous array, or say what is wrong with its shape."""
    array = np.ascontiguousarray(payoffs, dtype=np.float64)
    lead = 2 if batch else 1
    players = array.ndim - lead
    if players < 3 or array.shape[lead - 1] != players:
        axes = ("games, " if batch else "") + "players, one axis of actions per player"
        raise GameError(f"payoffs: expected the axes ({axes}) for three or more players, got the shape {array.shape}")
    if 0 in array.shape[lead:]:
        raise GameError(f"payoffs: every player needs at least one action, got the shape {array.shape}")
    if max(array.shape[lead:]) > MOST_ACTIONS:
        raise GameError(f"payoffs: at most {MOST_ACTIONS} actions a player are supported, got {array.shape}")
    return array


def _kernels(width: int, games: int) -> Any:
    """Compiled kernels where they are loaded already or will pay, the plain ones otherwise.

    Loading takes longer than a small game, but not than many of them; so it waits until as much time has gone into
    plain runs, and at most doubles what these cost.
    """
    loaded = _compiled.cache_info().currsize > 0
    if width * games <= PLAIN_WIDTH and _plain.seconds < PLAIN_SECONDS and not loaded:
        return kernel
    return _compiled() if compiled.available() else kernel


class _Spent:
    """Seconds that this process has spent on plain kernels; they decide how fast an answer comes, never what it is."""

    seconds = 0.0


_plain = _Spent()


@functools.cache
def _compiled() -> SimpleNamespace:
    return compiled.compiled(kernel.__name__, allocates=False)


class _Arrays:
    """Scratch and result arrays of the kernels for one shape of game."""

    def __init__(self, shape: tuple[int, ...], listed: SupportList, games: int, effort: Effort) -> None:
        self.shape = np.array(shape, dtype=np.int64)
        self.allowance = ALLOWANCE + len(listed) * prod(shape)
        # A simplex takes some ten operations for each number of its table, and a clock must not wait for one support.
        simplex = 0.02 * sum(shape) * prod(listed.largest)
        steps = min(effort.steps, 1e6 * (effort.seconds or np.inf))
        self.budget = int(min(BUDGET, max(50, SHARE * steps / simplex)))
        # Pure profiles are not counted.
        self.most = prod(shape) + int(min(effort.steps / simplex, 1e15))
        smallest = min(sorted(listed.largest)[-3], LARGEST_SUPPORT)
        better = np.zeros((len(shape), max(shape), max(shape), listed.words), dtype=np.int64)
        self.scratch = (workspace(shape, listed.largest), reduced(smallest), better)
        self.lattice = lattice(smallest)
        self.found = np.zeros((64 + 8 * games, sum(shape)))
        self.index = np.zeros(len(self.found), dtype=np.int64)
        self.component = np.zeros(len(self.found), dtype=np.int64)
        self.boxes = np.zeros((256, sum(shape), 3))
        self.label = np.zeros(len(self.boxes), dtype=np.int64)
        self.number = np.zeros(len(self.boxes), dtype=np.int64)
        self.offset = np.zeros(games + 1, dtype=np.int64)
        self.summary = np.zeros((games, tally.COLUMNS), dtype=np.int64)
        self.lists: Any = None

    def run(self, kernels: Any, games: Floats, listed: Supports, begin: int, fresh: bool, last: bool) -> int:
        """Solve games from ``begin`` on; returns how many are solved, fewer than all where room is lacking."""
        given = (games, self.shape, listed.supports, listed.faced, listed.undominated)
        scratch, table, results = self.scratch, self.lattice, self._results()
        if kernels is kernel:
            if self.lists is None:
                try:
                    # Not asked before whether one is left, since another thread may take it meanwhile.
                    idle = _idle(tuple(map(int, self.shape))).pop()
                except IndexError:
                    idle = as_lists(scratch)
                self.lists = idle, as_lists(results)
            given, (scratch, results), table = as_lists(given), self.lists, _lattice_as_lists(len(table.terms))
        reached: int = kernels.solve_games(
            *scratch, table, *given, self.budget, self.allowance, self.most, begin, fresh, last, *results
        )
        if kernels is kernel:
            self._take(results, reached)
        return reached

    def spent(self) -> bool:
        """Whether the work allowed for the first game is done, which takes an equilibrium."""
        return bool(
            self.offset[1] > 0 and self.summary[0][tally.EXAMINED] + self.summary[0][tally.SIMPLICES] >= self.most
        )

    def _results(self) -> tuple[Any, ...]:
        return (
            self.found, self.index, self.component, self.offset, self.boxes, self.label, self.number, self.summary
        )  # fmt: skip

    def _take(self, results: Any, solved: int) -> None:
        """Copy from lists to the arrays what is known of the games solved."""
        found, index, component, offset, boxes, _, _, summary = results
        if not solved:
            return
        stop, cells = offset[solved], summary[solved - 1][tally.CELLS]
        self.offset[: solved + 1], self.summary[:solved] = offset[: solved + 1], summary[:solved]
        if stop:
            self.found[:stop], self.index[:stop], self.component[:stop] = found[:stop], index[:stop], component[:stop]
        if cells:
            self.boxes[:cells] = boxes[:cells]

    def grow(self) -> None:
        """Double the room for results, keeping what is there."""
        self.found = np.concatenate([self.found, np.zeros_like(self.found)])
        self.index = np.concatenate([self.index, np.zeros_like(self.index)])
        self.component = np.concatenate([self.component, np.zeros_like(self.component)])
        self.boxes = np.concatenate([self.boxes, np.zeros_like(self.boxes)])
        self.label = np.zeros(len(self.boxes), dtype=np.int64)
        self.number = np.zeros(len(self.boxes), dtype=np.int64)
        self.release()

    def release(self) -> None:
        """Give lists of scratch space back for the next game, since they take longer to make than many games."""
        if self.lists is not None:
            _idle(tuple(map(int, self.shape))).append(self.lists[0])
        self.lists = None


@functools.lru_cache(maxsize=8)
def _idle(shape: tuple[int, ...]) -> list[Any]:
    """Lists of scratch space for games of one shape that no call is using."""
    return []


def as_lists(arrays: Any) -> Any:
    """Arrays, also in tuples, as nested lists, on which plain Python computes four times as fast, to the same bits."""
    if isinstance(arrays, np.ndarray):
        # Scratch space is large and empty, and zeros need not be made one by one.
        return arrays.tolist() if arrays.any() else _zeros(arrays.shape, arrays.dtype.type(0).item())
    inner = map(as_lists, arrays)
    return arrays._make(inner) if hasattr(arrays, "_make") else tuple(inner)


def _zeros(shape: tuple[int, ...], zero: Any) -> list[Any]:
    return [zero] * shape[0] if len(shape) == 1 else [_zeros(shape[1:], zero) for _ in range(shape[0])]


@functools.lru_cache(maxsize=LARGEST_SUPPORT)
def _lattice_as_lists(largest: int) -> Any:
    return as_lists(lattice(largest))


def _report(
    arrays: _Arrays, shape: tuple[int, ...], stop: int, summary: Ints, searched: bool, effort: Effort
) -> RawEquilibria:
    """Turn one game's flat results into the type of the face."""
    cuts = np.cumsum(shape)[:-1]
    equilibria = tuple(tuple(np.split(arrays.found[e].copy(), cuts)) for e in range(stop))
    groups: dict[int, list[int]] = {}
    for e in range(stop):
        if arrays.component[e] >= 0:
            groups.setdefault(int(arrays.component[e]), []).append(e)
    indices = tuple(None if i == tally.NO_INDEX else int(i) for i in arrays.index[:stop])
    gap = _gap(summary, searched, effort, indices)
    sure = "every support profile was excluded or solved"
    tied = "; some equilibria have tied best responses" if None in indices else ", and the indices sum to 1"
    return RawEquilibria(
        equilibria,
        tuple(tuple(group) for group in groups.values()),
        not gap,
        gap or sure + tied,
        int(summary[tally.EXAMINED]),
        {kind: int(summary[column]) for kind, column in _KINDS.items()},
        indices,
        spanned=not groups,
        connected=None if gap else (),
        open_supports=_open_supports(arrays, cuts, summary) if searched and not summary[tally.DROPPED] else (),
    )


def _open_supports(arrays: _Arrays, cuts: Ints, summary: Ints) -> tuple[tuple[tuple[int, ...], ...], ...]:
    """The supports that cells are left of, each told once."""
    used = np.unique(arrays.boxes[: summary[tally.CELLS], :, 1] > 0.0, axis=0)
    return tuple(tuple(tuple(map(int, np.flatnonzero(own))) for own in np.split(row, cuts)) for row in used)


def _gap(summary: Ints, searched: bool, effort: Effort, indices: tuple[int | None, ...]) -> str:
    """Why equilibria may be missing; empty if none is."""
    if not searched:
        examined = summary[tally.EXAMINED] + summary[tally.PRUNED]
        clock = f", since the clock cut the search at the time limit of {effort.seconds or 0.0:g} s"
        cut = clock if effort.overtime() >= 1.0 else ""
        return f"only the {examined} smallest support profiles were searched{cut}"
    if summary[tally.DROPPED] or 0 < summary[tally.CELLS] == summary[tally.UNSOLVED]:
        return "the effort allowed for one game did not resolve every support profile"
    if summary[tally.CELLS]:
        held = "the game is degenerate: some supports hold a continuum or a multiple root"
        return f"{held}, and continua that come close to each other are told as one"
    total = sum(i for i in indices if i is not None)
    if None not in indices and total != 1:
        return f"the indices sum to {total} and not to 1, so an equilibrium may be missing"
    return ""
