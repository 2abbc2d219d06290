"""Moves that make no difference to anybody, one of which stands for all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kgsim.games.bayesian import BayesianGame
from kgsim.solvers.bayesian.beliefs import History


class Idle:
    """Which moves of a game can be left out of a search.

    Parameters
    ----------
    game
        The game.
    ends
        A label for what each combination of types and actions ends in, shape (t1, ..., tk, a1, ..., am); by default
        only payoffs tell ends apart.
    """

    def __init__(self, game: BayesianGame, ends: NDArray[np.intp] | None = None) -> None:
        self.game = game
        self.ends = np.zeros((*game.kinds, *game.actions), dtype=np.intp) if ends is None else ends
        self.known: dict[tuple[int, History], tuple[int, ...]] = {}

    def options(self, axis: int, history: History) -> tuple[int, ...]:
        """The actions that a mover has to be considered for after the actions of earlier stages.

        One stands for all where no payoff that can still be had, and no end, depends on it. If the mover has types that
        holds only if nothing that is chosen later matters either: whoever chooses later may read its type from what
        it does.
        """
        if (axis, history) not in self.known:
            own = self.game.options(axis, history)
            last = next(end for end in self.game.first_axis if end > axis)
            read = () if self.game.place(axis) is None else range(last, len(self.game.actions))
            idle = len(own) > 1 and all(self._constant(other, history) for other in (axis, *read))
            self.known[axis, history] = own[:1] if idle else own
        return self.known[axis, history]

    def standing_for(self, history: History) -> History:
        """The history that stands for this one in the search."""
        stands: History = ()
        for stage, first in enumerate(self.game.first_axis):
            if first < len(history):
                taken = history[first : self.game.first_axis[stage + 1]]
                options = [self.options(first + at, stands) for at in range(len(taken))]
                stands += tuple(action if action in own else own[0] for action, own in zip(taken, options, strict=True))
        return stands

    def _constant(self, axis: int, history: History) -> bool:
        kinds = len(self.game.kinds)
        index: tuple[slice | int, ...] = (*(slice(None),) * kinds, *history)
        payoffs = np.moveaxis(self.game.below(history), kinds + 1 + axis - len(history), 0)
        labels = np.moveaxis(self.ends[index], kinds + axis - len(history), 0)
        return bool((payoffs == payoffs[:1]).all() and (labels == labels[:1]).all())
