"""Last moves that are foregone: what is best there for the mover's type, whatever it believes, is known beforehand.

A game without them has the same equilibria, so that a sender and a receiver are still a sender and a receiver if a
signature follows that everyone would give.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Floats
from kgsim.games.bayesian import BayesianGame, Strategy
from kgsim.tolerances import BAYESIAN_TIES


@dataclass(frozen=True, eq=False)
class Shortened:
    """A game without its last stages, and what is done there.

    Attributes
    ----------
    game
        The shorter game.
    ends
        A label for what each combination of types and actions ends in, shape (t1, ..., tk, a1, ..., am).
    answers
        Behaviour at the stages left out.
    """

    game: BayesianGame
    ends: NDArray[np.intp]
    answers: tuple[Floats, ...]

    def whole(self, strategy: Strategy) -> Strategy:
        """A strategy of the shorter game as one of the whole."""
        return [*strategy, *self.answers]


def without_foregone(game: BayesianGame, ends: NDArray[np.intp]) -> Shortened:
    """Leave out last stages of one mover as long as one action is best for each of its types, whatever is believed.

    Parameters
    ----------
    game
        The game.
    ends
        A label for what each combination of types and actions ends in, shape (t1, ..., tk, a1, ..., am). Actions that
        are equally good may stand for one another if the labels and all payoffs are equal too.
    """
    answers: list[Floats] = []
    while len(game.stages) > 1 and len(game.stages[-1]) == 1:
        best = _foregone(game, ends)
        if best is None:
            break
        answers.insert(0, _behaviour(game, best))
        kinds = len(game.kinds)
        payoffs = np.take_along_axis(game.payoffs, np.expand_dims(best, (kinds, -1)), axis=-1)[..., 0]
        ends = np.take_along_axis(ends, best[..., None], axis=-1)[..., 0]
        can_be = None if game.can_be is None else np.asarray(game.can_be.any(axis=-1))
        game = BayesianGame(game.priors, payoffs, game.stages[:-1], game.informed, can_be)
    return Shortened(game, ends, tuple(answers))


def _foregone(game: BayesianGame, ends: NDArray[np.intp]) -> NDArray[np.intp] | None:
    """What the last mover does, by types and history; None if that is open somewhere."""
    kinds, player = len(game.kinds), game.movers[-1]
    others = tuple(place for place in range(kinds) if place != game.place(len(game.movers) - 1))
    everyone = np.moveaxis(game.payoffs, kinds, -1)
    own = everyone[..., player]
    best = own.sum(axis=others, keepdims=True).argmax(axis=-1, keepdims=True)
    lead = np.take_along_axis(own, np.broadcast_to(best, (*own.shape[:-1], 1)), axis=-1) - own
    better = (lead > BAYESIAN_TIES * np.ptp(own)).all(axis=others, keepdims=True)
    chosen = np.broadcast_to(best, (*own.shape[:-1], 1))
    alike = ends == np.take_along_axis(ends, chosen, axis=-1)
    alike &= (everyone == np.take_along_axis(everyone, chosen[..., None], axis=-2)).all(axis=-1)
    return chosen[..., 0] if (better | alike.all(axis=others, keepdims=True)).all() else None


def _behaviour(game: BayesianGame, best: NDArray[np.intp]) -> Floats:
    """The last mover's actions, by types and history, as behaviour by its own type."""
    place = game.place(len(game.movers) - 1)
    first = tuple(slice(None) if other == place else 0 for other in range(len(game.kinds)))
    own = best[first]
    return np.eye(game.actions[-1])[own if place is not None else own[None]]
