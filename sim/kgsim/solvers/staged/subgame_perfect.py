"""All subgame-perfect equilibria of a multi-stage game with observed actions, as a set, by backward induction.

A profile of actions can start an equilibrium exactly if, for some equilibrium of what follows it, no mover prefers the
*worst* equilibrium of what follows any of its own deviations (Abreu 1988 states this for repeated games; with finitely
many stages it is backward induction on sets). So the strategies of tied responders need no enumeration: forty
subgames with two best responses each stand for 2^40 strategies, but only for forty worst continuations.

Mixtures at ties are kept (see `continuations`). A stage of one mover, and pure equilibria of any stage, are solved
exactly; mixed equilibria of a stage of several movers come from a solver of strategic games, once per selection of
continuations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from kgsim.games.staged import Chance, StagedGame, available
from kgsim.games.strategic import with_ties
from kgsim.solvers.staged import chance_stage, one_mover, several_movers
from kgsim.solvers.staged.continuations import Collector, Continuations, renamed, terminal
from kgsim.solvers.staged.mixed_stage import Nash
from kgsim.solvers.staged.stage import Caps, Stage, record


@dataclass(frozen=True, eq=False)
class SubgamePerfect:
    """The equilibria of a staged game, with what is needed to write any of them out as strategies.

    Attributes
    ----------
    game
        The game that was solved.
    equilibria
        The set at the start of play; its lotteries are over terminal classes.
    classes
        Terminal class to one terminal history in it. Histories are in one class if they have the same outcome label and
        the same payoffs.
    follow
        History (actions so far, of whole stages) to the equilibria of the subgame it opens.
    """

    game: StagedGame
    equilibria: Continuations
    classes: tuple[tuple[int, ...], ...]
    follow: Callable[[tuple[int, ...]], Continuations]


def solve_subgame_perfect(
    game: StagedGame, nash: Nash, caps: Caps | None = None, after: Sequence[Continuations] = ()
) -> SubgamePerfect:
    """Find all subgame-perfect equilibria of a staged game, grouped by the lottery they lead to.

    Parameters
    ----------
    game
        The game.
    nash
        Solves a strategic game given as an array of shape (movers, a1, ..., ak).
    caps
        Enumeration limits; where one is met the set says so.
    after
        What follows each outcome label, 0, 1 and so on, if play goes on after the last stage.

    Returns
    -------
    SubgamePerfect
        Never empty: a finite game has an equilibrium (Selten 1965).

    Raises
    ------
    StructureError
        If a bloc's rule cannot be applied, or movers that do not randomise have no equilibrium.
    """
    classes, follow = subgames(game, nash, caps, after)
    return SubgamePerfect(game, follow(()), classes, follow)


def subgames(
    game: StagedGame, nash: Nash, caps: Caps | None = None, after: Sequence[Continuations] = ()
) -> tuple[tuple[tuple[int, ...], ...], Callable[[tuple[int, ...]], Continuations]]:
    """The terminal classes of a staged game, and what solves its subgames; see `SubgamePerfect`."""
    caps = caps or Caps()
    payoffs = with_ties(game.payoffs)
    rows = np.vstack([game.outcomes.reshape(1, -1), payoffs.reshape(len(payoffs), -1)]).T
    distinct, first, labels = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    labels = np.where(game.outcomes >= 0, labels.reshape(game.outcomes.shape), -1)
    ends = [terminal(label, row) for label, row in enumerate(distinct[:, 1:])]
    if game.players is not None:
        # What later movers decide on tells subgames apart, but not what they end in.
        _, first_of, told = np.unique(distinct[:, : 1 + game.players], axis=0, return_index=True, return_inverse=True)
        ends = [terminal(label, row) for label, row in zip(told.ravel().tolist(), distinct[:, 1:], strict=True)]
        first = first[first_of]
    if after:
        labels, ends = game.outcomes, list(after)
    solved: dict[tuple[int, bytes], Continuations] = {}

    def solve(stage: int, block: NDArray[np.intp]) -> Continuations:
        """The equilibria of the subgame with these terminal classes; equal subgames are solved once."""
        if stage == len(game.stages):
            return ends[int(block)]
        key = (stage, np.ascontiguousarray(block).tobytes())
        if key not in solved:
            full = game.stage_shape(stage)
            actions = available(block, len(full))
            shape = tuple(map(len, actions))
            objectives = tuple(mover for mover in game.stages[stage] if not isinstance(mover, Chance))
            cells = tuple(solve(stage + 1, block[profile]) for profile in product(*actions))
            among = game.among_others[stage] if game.among_others else frozenset[int]()
            found = _solve_stage(stage, actions, Stage(objectives, shape, cells, among), forced=full != shape)
            solved[key] = found if full == shape else renamed(found, actions)
        return solved[key]

    def _solve_stage(number: int, actions: tuple[tuple[int, ...], ...], stage: Stage, *, forced: bool) -> Continuations:
        found = Collector()
        for cell in stage.distinct:
            found.gaps |= cell.gaps
        (mover, *others) = game.stages[number]
        if isinstance(mover, Chance):
            chance_stage.solve(stage.cells, mover.among(actions[0]), caps, found)
        elif forced and len(stage.cells) == 1:
            # Nobody has a choice here, and no bloc has to agree.
            record(found, (0,) * len(stage.shape), stage.cells[0].components())
        elif not others:
            one_mover.solve(stage, caps, found)
        else:
            several_movers.solve(stage, nash, caps, found)
        return found.result().first(caps.points)

    classes = tuple(tuple(int(i) for i in np.unravel_index(index, labels.shape)) for index in first)
    return classes, lambda history: solve(game.first_axis.index(len(history)), labels[history])
