"""Perfect Bayesian equilibria of a game with private types, by whichever way finds most of them.

Last moves that are foregone are left out first. If no type can be learned while it matters, backward induction on sets
finds all; of a sender and a receiver, so does trying all supports. Else all pure ones are found, and in a small game of
two players the mixed ones that are sequential. If there is none, one is selected where a path of quantal responses
leads to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kgsim.games.bayesian import BayesianGame, courses
from kgsim.solvers.bayesian.equilibria import BayesianEquilibrium, BayesianSet
from kgsim.solvers.bayesian.foregone import without_foregone
from kgsim.solvers.bayesian.mixed import mixed_equilibria
from kgsim.solvers.bayesian.perfect_bayesian import pure_equilibria, written_out
from kgsim.solvers.bayesian.selected import selected_equilibrium
from kgsim.solvers.bayesian.signalling import fails_intuitive_criterion, is_signalling, solve_signalling
from kgsim.solvers.bayesian.unlearned import is_unlearned, solve_unlearned
from kgsim.solvers.strategic.nash import nash

UNLEARNED = (
    "nobody learns a type before the last who could act on it has moved, and backward induction on sets keeps every "
    "tie and every mixture at a tie"
)
ALL_SUPPORTS = "the game is one of signalling: every support of messages and responses was tried, pure and mixed"
EVERY_NASH = "every Nash equilibrium of the tree was found, and judged whether beliefs support it"
PURE_ONLY = "pure equilibria are complete, mixed ones are not"
NO_PURE = "there is no pure equilibrium"
CUT_SHORT = "the search for supports of messages and responses was cut short"
SELECTED = "one mixed equilibrium was selected by following quantal responses, and there may be others"
UNREAL = "fails the intuitive criterion"

#: A terminal history for each combination of types of positive probability.
_Course = tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]


def solve_bayesian(game: BayesianGame, ends: NDArray[np.intp]) -> BayesianSet:
    """Find perfect Bayesian equilibria.

    Parameters
    ----------
    game
        The game.
    ends
        A label for what each combination of types and actions ends in, shape (t1, ..., tk, a1, ..., am).

    Returns
    -------
    BayesianSet
        Without equilibria if none was found.
    """
    short = without_foregone(game, ends)
    if is_unlearned(short.game):
        found = _unlearned(short.game, short.ends)
    elif is_signalling(short.game):
        found = _signalling(short.game, short.ends)
    else:
        found = _general(short.game, short.ends)
    return replace(
        found,
        equilibria=tuple(replace(each, strategy=short.whole(each.strategy)) for each in found.equilibria),
    )


def _unlearned(game: BayesianGame, ends: NDArray[np.intp]) -> BayesianSet:
    found = solve_unlearned(game, ends, nash)
    return BayesianSet(
        tuple(BayesianEquilibrium(strategy, {}) for strategy in found.strategies),
        found.continua,
        found.convex,
        not found.gaps,
        tuple(sorted(found.gaps)) or (UNLEARNED,),
    )


def _signalling(game: BayesianGame, ends: NDArray[np.intp]) -> BayesianSet:
    """All equilibria if there are few enough supports; else all pure ones, and mixed ones."""
    every = solve_signalling(game)
    found = [
        BayesianEquilibrium(
            [each.messages, each.responses[None]],
            {((message,), 0): belief for message, belief in each.beliefs.items()},
        )
        for each in every.equilibria
    ]
    if every.complete:
        solved = BayesianSet(tuple(found), every.continua, (False,) * len(every.continua), True, (ALL_SUPPORTS,))
    else:
        solved = _general(game, ends, found, every.continua)
        if not solved.complete:
            solved = replace(solved, reasons=(*solved.reasons, CUT_SHORT))
    labelled = [
        replace(
            each, labels=(UNREAL,) if fails_intuitive_criterion(game, each.strategy[0], each.strategy[1][0]) else ()
        )
        for each in solved.equilibria
    ]
    return replace(solved, equilibria=tuple(labelled))


def _general(
    game: BayesianGame,
    ends: NDArray[np.intp],
    known: Sequence[BayesianEquilibrium] = (),
    continua: Sequence[tuple[int, ...]] = (),
) -> BayesianSet:
    """All pure equilibria, mixed ones of small games, and those known already; one selected if there is none."""
    pure, mixed = pure_equilibria(game), mixed_equilibria(game, ends)
    found = [*known, *(BayesianEquilibrium(*written_out(game, each)) for each in pure.assessments)]
    certain = {_course(game, each): place for place, each in reversed(list(enumerate(found)))}
    homes = []
    for each in mixed.equilibria:
        course = _course(game, each)
        if course is None or course not in certain:
            found.append(each)
        homes.append(len(found) - 1 if course is None else certain.setdefault(course, len(found) - 1))
    groups = (*continua, *(tuple(sorted({homes[place] for place in group})) for group in mixed.continua))
    if not pure.gaps and not mixed.gap and found:
        return BayesianSet(tuple(found), groups, (False,) * len(groups), True, (EVERY_NASH,))
    gaps = [*(sorted(pure.gaps) or [PURE_ONLY if pure.assessments else NO_PURE]), mixed.gap]
    if not found and (selected := selected_equilibrium(game, ends)) is not None:
        found, gaps = [selected], [*gaps, SELECTED]
    return BayesianSet(tuple(found), groups, (False,) * len(groups), False, tuple(filter(None, gaps)))


def _course(game: BayesianGame, equilibrium: BayesianEquilibrium) -> _Course | None:
    """Where every combination of types goes for certain; None if some of them mix on the way."""
    reached = courses(game, equilibrium.strategy)
    ways = {each.types: each.history for each in reached}
    return tuple(sorted(ways.items())) if len(ways) == len(reached) else None
