"""Perfect Bayesian equilibria of a game with private types, by whichever way finds most of them.

Last moves that are foregone are left out first. If no type can be learned while it matters, backward induction on sets
finds all; of a sender and a receiver, so does trying all supports. Else all pure ones are found, and in a small game of
two players the mixed ones that are sequential. If there is none, one is selected where a path of quantal responses
leads to it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kgsim.games.bayesian import BayesianGame, courses
from kgsim.solvers.bayesian.equilibria import BayesianEquilibrium, BayesianSet
from kgsim.solvers.bayesian.foregone import without_foregone
from kgsim.solvers.bayesian.mixed import mixed_equilibria
from kgsim.solvers.bayesian.opened import is_opened_signalling, solve_opened_signalling
from kgsim.solvers.bayesian.perfect_bayesian import pure_equilibria, written_out
from kgsim.solvers.bayesian.refinements import Criteria
from kgsim.solvers.bayesian.selected import selected_equilibrium
from kgsim.solvers.bayesian.signalling import is_signalling
from kgsim.solvers.bayesian.unlearned import is_unlearned, solve_unlearned
from kgsim.solvers.strategic.nash import nash

UNLEARNED = (
    "nobody learns a type before the last who could act on it has moved, and backward induction on sets keeps every "
    "tie and every mixture at a tie"
)
EVERY_NASH = "every Nash equilibrium of the tree was found, and judged whether beliefs support it"
PURE_ONLY = "pure equilibria are complete, mixed ones are not"
NO_PURE = "there is no pure equilibrium"
SELECTED = "one mixed equilibrium was selected by following quantal responses, and there may be others"

NOTHING = BayesianSet((), (), (), False, ())

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
    elif short.game.can_be is None and is_opened_signalling(short.game):
        found = solve_opened_signalling(short.game, short.ends, nash)
        if not found.complete:
            found = _general(short.game, short.ends, found)
    else:
        found = _general(short.game, short.ends)
    return replace(
        found,
        equilibria=tuple(replace(each, strategy=game.within(short.whole(each.strategy))) for each in found.equilibria),
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


def _general(game: BayesianGame, ends: NDArray[np.intp], known: BayesianSet = NOTHING) -> BayesianSet:
    """All pure equilibria, mixed ones of small games, and those known already; one selected if there is none."""
    pure, mixed = pure_equilibria(game, ends), mixed_equilibria(game, ends)
    found = [*known.equilibria, *(BayesianEquilibrium(*written_out(game, each, ends)) for each in pure.assessments)]
    certain = {_course(game, each): place for place, each in reversed(list(enumerate(found)))}
    homes = []
    for each in mixed.equilibria:
        course = _course(game, each)
        if course is None or course not in certain:
            found.append(each)
        homes.append(len(found) - 1 if course is None else certain.setdefault(course, len(found) - 1))
    groups = (*known.continua, *(tuple(sorted({homes[place] for place in group})) for group in mixed.continua))
    convex = (*known.convex, *(False for _ in mixed.continua))
    if game.can_be is None and is_signalling(game):
        criteria = Criteria(game)
        found = [replace(each, labels=criteria.labels(each.strategy[0], each.strategy[1][0])) for each in found]
    if not pure.gaps and not mixed.gap and found:
        return BayesianSet(tuple(found), groups, convex, True, (EVERY_NASH,))
    gaps = [*known.reasons, *(sorted(pure.gaps) or [PURE_ONLY if pure.assessments else NO_PURE]), mixed.gap]
    if not found and (selected := selected_equilibrium(game, ends)) is not None:
        found, gaps = [selected], [*gaps, SELECTED]
    return BayesianSet(tuple(found), groups, convex, False, tuple(filter(None, gaps)))


def _course(game: BayesianGame, equilibrium: BayesianEquilibrium) -> _Course | None:
    """Where every combination of types goes for certain; None if some of them mix on the way."""
    reached = courses(game, equilibrium.strategy)
    ways = {each.types: each.history for each in reached}
    return tuple(sorted(ways.items())) if len(ways) == len(reached) else None
