"""Equilibria of games in extensive form: Nash, subgame-perfect, and one sequential equilibrium as a named selection.

Decisions that make no difference are left out first, which loses nothing. Subgame-perfect equilibria are found as sets
from the last subgames backwards, Nash equilibria by the reduced strategic form where it is small enough (Kuhn 1953),
each with the answer whether it belongs to a sequential equilibrium. What was not tried, and why, is said. Limits count
work, so that an answer depends on the game alone unless a limit in seconds is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf, prod
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kgsim.errors import GameError
from kgsim.games.extensive import ExtensiveGame, continuation_values, gains, reach, uniform
from kgsim.games.plans import Partial, count_plans
from kgsim.games.simpler import without_difference
from kgsim.solvers.effort import Effort, OutOfEffort, check_limits
from kgsim.solvers.extensive.assessments import Assessment, assess
from kgsim.solvers.extensive.by_plans import MOST_PROFILES, ByPlans, solve_by_plans
from kgsim.solvers.extensive.lemke import lemke_equilibria
from kgsim.solvers.extensive.logit_path import LogitLimit, logit_path
from kgsim.solvers.extensive.sequence_form import is_zero_sum, solve_zero_sum
from kgsim.solvers.extensive.subgames import openings, solve_subgames
from kgsim.tolerances import REGRET_OF_PROGRAMMES

#: Profiles of plans of a zero-sum tree up to which these are enumerated exactly; beyond, linear programmes are faster.
FEW_PROFILES = 400

#: Pairs of equilibria of subgames that are compared where these begin.
MOST_FOLLOWED = 2_000_000

#: Nash equilibria that lead to the same lottery and are looked at for whether they belong to a sequential equilibrium.
MOST_ASSESSED = 40

#: Work for that, over all equilibria, and for the logit path.
MOST_ASSESSING = 500_000
MOST_FOLLOWING = 1_000_000

#: Work for pivoting where the strategic form is too large.
MOST_PIVOTING = 5_000_000

SELECTED = "those listed are a selection by Lemke's method on the sequence form, and there may be others"

#: Outcomes with their payoffs, and the probability of each.
Lottery: TypeAlias = frozenset[tuple[object, float]]


@dataclass(frozen=True, eq=False)
class TreeEquilibrium:
    """An equilibrium in behaviour strategies.

    Attributes
    ----------
    behaviour
        Information set to probabilities; None where the owner's own choices exclude it and nothing is said.
    payoffs
        Expected payoffs, shape (players,).
    residual
        Largest gain of any player from deviating (in any subgame, for a subgame-perfect equilibrium), payoff units.
    ends
        Node at which the game ends to its probability, where positive.
    assessment
        Of a Nash equilibrium: whether it belongs to a sequential equilibrium; None if that was not looked at.
    """

    behaviour: Mapping[int, NDArray[np.float64] | None]
    payoffs: NDArray[np.float64]
    residual: float
    ends: Mapping[int, float]
    assessment: Assessment | None = None


@dataclass(frozen=True, eq=False)
class EquilibriumSet:
    """Equilibria of one concept, with the account of how they were found.

    Attributes
    ----------
    equilibria
        May be empty where they could not be found. Of subgame-perfect ones, one stands for all that lead to the same
        lottery over outcomes and payoffs, unless they are the Nash equilibria.
    components
        Groups of indices between whose members lies a continuum of further equilibria.
    spanned
        Whether all of these are mixtures of the members.
    complete, reason
        Whether every equilibrium is listed or lies in a continuum, and why or why not.
    """

    equilibria: tuple[TreeEquilibrium, ...]
    components: tuple[tuple[int, ...], ...]
    complete: bool
    reason: str
    spanned: bool = True


@dataclass(frozen=True, eq=False)
class TreeSolution:
    """What is known of a tree's equilibria.

    Attributes
    ----------
    game
        The tree without what makes no difference (`kgsim.games.simpler.without_difference`); all else speaks of it.
    subgame_perfect
        The same set as `nash` where there is no proper subgame.
    sequential
        None where the path was not followed.
    """

    game: ExtensiveGame
    nash: EquilibriumSet
    subgame_perfect: EquilibriumSet
    sequential: LogitLimit | None


def solve_tree(game: ExtensiveGame, *, time_limit: float | None = None) -> TreeSolution:
    """Find a tree's Nash and subgame-perfect equilibria, and the sequential equilibrium that the logit path selects.

    Parameters
    ----------
    game
        A game of perfect recall.
    time_limit
        Seconds for everything; None (the default) counts work alone, so that the answer depends on the game only.

    Raises
    ------
    GameError
        If the game is not of perfect recall, or the time limit is not positive.
    """
    search = TreeSearch(game, time_limit)
    perfect, limit = search.subgame_perfect(), search.logit_limit()
    everywhere = search.nash()
    return TreeSolution(search.game, everywhere, perfect or everywhere, limit)


class TreeSearch:
    """The parts of `solve_tree` one by one, what is found soonest first; raises as it does.

    Attributes
    ----------
    game
        The tree without what makes no difference.
    left_out
        How many information sets that is.
    hidden
        Whether some move stays hidden from somebody beyond the moves made at the same time, so that beliefs matter.
    zero_sum
        Whether the game is zero-sum, and too large for its plans to be enumerated exactly in no time.
    two
        Whether there are two players, so that the sequence form serves where the strategic form is too large.
    plans_fit
        Whether there are two players or the strategic form is small enough to look for Nash equilibria.
    """

    def __init__(self, game: ExtensiveGame, time_limit: float | None) -> None:
        check_limits(time_limit, 1.0)
        game.require_perfect_recall()
        self.effort = Effort(inf, time_limit)
        self.game = without_difference(game).game
        self.left_out = len(game.information) - len(self.game.information)
        self.hidden = any(each.kind == "tangle" for each in openings(self.game).values())
        profiles = prod(count_plans(self.game))
        self.zero_sum = profiles > FEW_PROFILES and is_zero_sum(self.game)
        self.two = len(self.game.players) == 2
        self.plans_fit = self.zero_sum or self.two or profiles <= MOST_PROFILES

    def subgame_perfect(self) -> EquilibriumSet | None:
        """The set of subgame-perfect equilibria; None where these are the Nash equilibria, without a proper subgame."""
        if self.game.subgames == (0,) and not _one_stage(self.game):
            return None
        try:
            found = solve_subgames(self.game, self.effort.part(MOST_FOLLOWED))
        except (GameError, OutOfEffort) as error:
            return EquilibriumSet((), (), False, str(error))
        continuations = found.follow[0]
        points = sorted(continuations.points, key=lambda point: (len(point.lottery), point.lottery))
        place = {point.lottery: number for number, point in enumerate(points)}
        groups = {tuple(sorted(place[p.lottery] for p in piece.points)) for piece in continuations.pieces}
        reason = "every subgame was solved completely, from the last ones backwards"
        return EquilibriumSet(
            tuple(_equilibrium(self.game, found.behaviour(point), everywhere=True) for point in points),
            tuple(sorted(groups)),
            not continuations.gaps,
            "; ".join(sorted(continuations.gaps)) or reason,
        )

    def logit_limit(self) -> LogitLimit | None:
        """Where the logit path leads; None if there is nothing to choose or it is too much work."""
        try:
            return logit_path(self.game, effort=self.effort.part(MOST_FOLLOWING)) if self.game.information else None
        except OutOfEffort:
            return None

    def nash(self) -> EquilibriumSet:
        """The Nash equilibria, judged; none where the strategic form is too large."""
        try:
            if self.zero_sum:
                return self._zero_sum()
            found = self._by_plans()
            told = []
            for behaviour in found.behaviours:
                self.effort.spend(len(self.game.nodes))
                told.append(_equilibrium(self.game, behaviour, everywhere=False))
        except (GameError, OutOfEffort) as error:
            return EquilibriumSet((), (), False, str(error))
        return EquilibriumSet(self._assessed(told), found.components, found.complete, found.reason, found.spanned)

    def _by_plans(self) -> ByPlans:
        """By the strategic form where it fits and gives any; else, of two players, some by the sequence form."""
        try:
            found = solve_by_plans(self.game, self.effort)
            reason = found.reason
            if found.behaviours or not self.two:
                return found
        except GameError as error:
            if not self.two:
                raise
            reason = str(error)
        some = lemke_equilibria(self.game, self.effort.part(MOST_PIVOTING))
        kept = tuple(each for each in some if self._certain(_equilibrium(self.game, each, everywhere=False)))
        if not kept:
            raise GameError(reason)
        return ByPlans(kept, (), False, f"{reason}; {SELECTED}", True)

    def _certain(self, each: TreeEquilibrium) -> bool:
        """Whether what anybody could gain is rounding."""
        worth = [node.payoffs for node in self.game.nodes if node.payoffs]
        return each.residual <= REGRET_OF_PROGRAMMES * max(float(np.ptp(worth, axis=0).min()), 1e-300)

    def _zero_sum(self) -> EquilibriumSet:
        """Pairs of optimal plans; one that linear programmes leave too rough is left out."""
        found = solve_zero_sum(self.game, self.effort)
        told = [_equilibrium(self.game, behaviour, everywhere=False) for behaviour in found.behaviours]
        kept = [each for each in told if self._certain(each)]
        groups = (tuple(range(len(kept))),) if len(kept) > 1 else ()
        return EquilibriumSet(self._assessed(kept), groups, found.complete and len(kept) == len(told), found.reason)

    def _assessed(self, told: list[TreeEquilibrium]) -> tuple[TreeEquilibrium, ...]:
        """Judge equilibria, one of each lottery before others, while the limits allow it."""
        left = float(MOST_ASSESSING)
        seen: Counter[object] = Counter()
        order = []
        for place, each in enumerate(told):
            kind = lottery(self.game, each)
            order.append((seen[kind], place))
            seen[kind] += 1
        judged = list(told)
        for rank, place in sorted(order):
            if rank < MOST_ASSESSED:
                # One that is hard to judge leaves enough for others.
                part = self.effort.part(min(left, MOST_ASSESSING / 4))
                judged[place] = replace(told[place], assessment=assess(self.game, told[place].behaviour, part))
                left -= part.steps - max(part.left, 0.0)
        return tuple(judged)


def lottery(game: ExtensiveGame, each: TreeEquilibrium) -> Lottery:
    """Outcomes with their payoffs, and their probabilities but for rounding; ends of one name and payoffs are one."""
    shares: dict[object, float] = {}
    for place, share in each.ends.items():
        node = game.nodes[place]
        what = (node.label or place, node.payoffs)
        shares[what] = shares.get(what, 0.0) + share
    return frozenset((what, round(share, 9)) for what, share in shares.items() if share > 1e-9)


def _one_stage(game: ExtensiveGame) -> bool:
    """Whether one player alone has a choice, once: then every tie is found, and told with its continuum."""
    return len(game.information) <= 1


def _equilibrium(game: ExtensiveGame, behaviour: Partial, *, everywhere: bool) -> TreeEquilibrium:
    filled = {**uniform(game), **{index: part for index, part in behaviour.items() if part is not None}}
    chances = reach(game, filled)
    lost = gains(game, filled)
    return TreeEquilibrium(
        behaviour={index: behaviour.get(index) for index in range(len(game.information))},
        payoffs=continuation_values(game, filled)[0],
        residual=float((lost if everywhere else lost[0]).max()),
        ends={
            place: float(chances[place])
            for place, node in enumerate(game.nodes)
            if not node.children and chances[place] > 0.0
        },
    )
