"""Mixed equilibria of a small game with private types: the Nash equilibria of its tree that are sequential.

Decisions that make no difference and actions that no belief defends are taken out of the tree first; neither loses a
perfect Bayesian equilibrium. All Nash equilibria of what is left are found, and each is judged whether it is part of a
sequential equilibrium of the whole tree; those that are mixed are told with one assessment that supports them. Nash
equilibria that form a continuum are judged at its ends and in its middle.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import comb, prod

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Floats
from kgsim.games.bayesian import BayesianGame, Strategy, Surprises, beliefs, one_shot_gain
from kgsim.games.bayesian_tree import Key, plain_names, unfold
from kgsim.games.plans import behaviour_of, count_plans, strategic_form
from kgsim.games.simpler import Simpler, without_idle, without_never_best
from kgsim.solvers.bayesian.beliefs import point
from kgsim.solvers.bayesian.equilibria import BayesianEquilibrium
from kgsim.solvers.extensive.assessments import Assessment, assess
from kgsim.solvers.strategic.nash import nash
from kgsim.tolerances import REGRET_OF_BELIEFS, SAME_EXPONENT

#: Terminal nodes of a tree up to which mixed equilibria are sought.
MOST_ENDS = 2_000

#: Profiles of plans, and bases that the enumeration of their equilibria may have to look at.
MOST_PROFILES = 1_600
MOST_BASES = 5_000_000

REMARK = "mixed, told with one of the beliefs that support it"


@dataclass(frozen=True)
class Sequential:
    """Nash equilibria of a tree that are sequential, each told with one assessment.

    Attributes
    ----------
    equilibria
        Pure and mixed ones.
    continua
        Groups of them between which there are more.
    gap
        Why some may be missing; empty if none is.
    """

    equilibria: tuple[BayesianEquilibrium, ...]
    continua: tuple[tuple[int, ...], ...]
    gap: str


def mixed_equilibria(game: BayesianGame, ends: NDArray[np.intp]) -> Sequential:
    """Find the mixed equilibria of a game in which two players move.

    Parameters
    ----------
    game
        The game.
    ends
        A label for what each combination of types and actions ends in, shape (t1, ..., tk, a1, ..., am).
    """
    if len(set(game.movers)) != 2:
        return Sequential((), (), "mixed equilibria are sought only where two players move")
    ends_each = prod(game.actions) if game.can_be is None else int(game.can_be.sum())
    if prod(game.kinds) * ends_each > MOST_ENDS:
        return Sequential((), (), "the tree is too large for mixed equilibria")
    tree, keys = unfold(game, ends, plain_names(game, ends), MOST_ENDS * len(game.actions) * 2)
    whole = without_idle(tree)
    core = without_never_best(whole.game)
    counts = count_plans(core.game)
    if (
        prod(counts) > MOST_PROFILES
        or comb(sum(counts), min((each for each in counts if each > 1), default=0)) > MOST_BASES
    ):
        return Sequential((), (), "there are too many plans for mixed equilibria")
    return _Judged(game, whole, core, [keys[i] for i in whole.sets]).found()


class _Judged:
    """The Nash equilibria of the core of a tree, judged in the whole."""

    def __init__(self, game: BayesianGame, whole: Simpler, core: Simpler, keys: list[Key]) -> None:
        self.game, self.whole, self.core, self.keys = game, whole, core, keys
        self.form = strategic_form(core.game)
        self.nash = nash(self.form.payoffs, method="engine")

    def found(self) -> Sequential:
        """Those that are sequential."""
        verdicts = [self._assess(profile) for profile in self.nash.equilibria]
        gaps = [] if self.nash.complete else [self.nash.reason.rstrip(".")]
        if any(each.verdict == "undecided" or each.defended for each in verdicts):
            gaps.append("of some Nash equilibrium it is open whether beliefs support it")
        equilibria: dict[int, BayesianEquilibrium] = {}
        slack = REGRET_OF_BELIEFS * max(float(np.ptp(self.game.payoffs)), 1e-300)
        for number, each in enumerate(verdicts):
            if each.verdict == "sequential":
                told = _told(self.game, each, self.keys)
                surprises = {place: np.array(belief.example) for place, belief in told.beliefs.items()}
                if one_shot_gain(self.game, told.strategy, surprises) <= slack:
                    equilibria[number] = told
                else:
                    gaps.append("the beliefs behind a mixed equilibrium could not be told")
        order, continua = list(equilibria), []
        for group in self.nash.components:
            if set(group) <= equilibria.keys() and self._middle(group).verdict == "sequential":
                continua.append(tuple(order.index(number) for number in group))
            else:
                gaps.append("what lies between Nash equilibria that form a continuum was not judged")
        return Sequential(tuple(equilibria.values()), tuple(continua), "; ".join(dict.fromkeys(gaps)))

    def _assess(self, profile: tuple[Floats, ...]) -> Assessment:
        """The verdict on a profile of the core's plans, silent on what only struck actions lead to."""
        behaviour: dict[int, Floats | None] = dict.fromkeys(range(len(self.whole.game.information)))
        for index, part in behaviour_of(self.form, profile).items():
            if part is not None:
                mix = np.zeros(len(self.whole.game.information[self.core.sets[index]].actions))
                mix[list(self.core.actions[index])] = part
                behaviour[self.core.sets[index]] = mix
        return assess(self.whole.game, behaviour)

    def _middle(self, group: Iterable[int]) -> Assessment:
        """The verdict on the middle of Nash equilibria that form a product of convex sets."""
        members = [self.nash.equilibria[number] for number in group]
        parts = []
        for strategies in zip(*members, strict=True):
            distinct = {tuple(np.round(strategy, 9)): strategy for strategy in strategies}
            parts.append(np.mean(list(distinct.values()), axis=0))
        return self._assess(tuple(parts))


def _told(game: BayesianGame, assessment: Assessment, keys: list[Key]) -> BayesianEquilibrium:
    """An assessment of the tree as strategies by type and history, with beliefs after surprises."""
    strategy: list[Floats] = []
    exponents: list[Floats] = []
    logs: list[Floats] = []
    for axis, seen in enumerate(game.seen):
        place = game.place(axis)
        # Where a decision is idle anything will do: the first action, and everything else by error.
        mix = np.zeros((1 if place is None else game.kinds[place], *game.actions[:seen], game.actions[axis]))
        mix[..., 0] = 1.0
        strategy.append(mix)
        exponents.append(np.where(mix > 0.0, 0.0, 1.0))
        logs.append(np.zeros_like(mix))
    for index, mix in assessment.behaviour.items():
        axis, kind, history = keys[index]
        here = (kind or 0, *history)
        strategy[axis][here] = 0.0
        for place, (action, share) in enumerate(zip(game.options(axis, history), mix, strict=True)):
            strategy[axis][(*here, action)] = share
            power, coefficient = assessment.errors.get((index, place), (0.0, 1.0))
            exponents[axis][(*here, action)] = power if share == 0.0 else 0.0
            logs[axis][(*here, action)] = np.log(coefficient if share == 0.0 else share)
    strategy = list(game.within(strategy))
    everywhere = {
        (history, place): _limit(game, place, history, exponents, logs)
        for last in game.first_axis[1:]
        for history in np.ndindex(*game.actions[:last])
        for place in range(len(game.priors))
    }
    return with_beliefs(game, strategy, everywhere, REMARK)


def with_beliefs(game: BayesianGame, strategy: Strategy, everywhere: Surprises, remark: str) -> BayesianEquilibrium:
    """A strategy with what is believed after its surprises, out of what would be believed after any history."""
    known = beliefs(game, strategy, everywhere)
    surprises = {
        (history, place): point(after.tolist())
        for (history, place), after in everywhere.items()
        if known[game.first_axis.index(len(history))][place].surprise[history]
    }
    return BayesianEquilibrium(strategy, surprises, (), remark)


def _limit(
    game: BayesianGame, place: int, history: tuple[int, ...], exponents: list[Floats], logs: list[Floats]
) -> Floats:
    """What is believed about an informed player after a history, as errors vanish."""
    order, heights = np.zeros(game.kinds[place]), np.log(game.priors[place])
    for axis, action in enumerate(history):
        if game.place(axis) == place:
            seen = history[: game.seen[axis]]
            order = order + np.array([own[seen][action] for own in exponents[axis]])
            heights = heights + np.array([own[seen][action] for own in logs[axis]])
    possible = order < order.min() + SAME_EXPONENT
    weights = np.exp(np.where(possible, heights - heights[possible].max(), -np.inf))
    return np.asarray(weights / weights.sum())
