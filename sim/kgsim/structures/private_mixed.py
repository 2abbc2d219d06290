"""Mixed equilibria of a small structure with private types: the Nash equilibria of its tree that are sequential.

Decisions that make no difference and actions that no belief defends are taken out of the tree first; neither loses a
perfect Bayesian equilibrium. All Nash equilibria of what is left are found, and each is judged whether it is part of a
sequential equilibrium of the whole tree; those that are mixed are told with one assessment that supports them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from kgsim.arrays import Floats
from kgsim.games.bayesian import one_shot_gain, posterior
from kgsim.games.plans import behaviour_of, count_plans, strategic_form
from kgsim.games.simpler import Simpler, without_idle, without_never_best
from kgsim.solvers.bayesian.beliefs import BeliefSet, point
from kgsim.solvers.extensive.assessments import Assessment, assess
from kgsim.solvers.strategic.nash import nash
from kgsim.structures.private_game import BayesianEquilibrium, PrivateGame
from kgsim.structures.private_trees import Key, unfold
from kgsim.tolerances import PURE, REGRET_OF_BELIEFS, SAME_EXPONENT

#: Nodes of a tree, and profiles of plans, up to which mixed equilibria are sought.
MOST_NODES = 2_000
MOST_PROFILES = 1_600

#: Seconds for all Nash equilibria.
TIME_LIMIT = 20.0


@dataclass(frozen=True)
class Mixed:
    """Mixed equilibria, and why some may be missing; empty if none is."""

    found: tuple[BayesianEquilibrium, ...]
    gap: str


def mixed_equilibria(telling: PrivateGame) -> Mixed:
    """Find the mixed equilibria of a structure in which two players move."""
    game = telling.game
    if len({player for stage in game.stages for player in stage}) != 2:
        return Mixed((), "mixed equilibria are sought only where two players move")
    if prod(game.kinds) * prod(game.actions) > MOST_NODES:
        return Mixed((), "the tree is too large for mixed equilibria")
    tree, keys = unfold(telling, MOST_NODES * len(game.actions) * 2)
    whole = without_idle(tree)
    core = without_never_best(whole.game)
    if prod(count_plans(core.game)) > MOST_PROFILES:
        return Mixed((), "there are too many plans for mixed equilibria")
    form = strategic_form(core.game)
    solved = nash(form.payoffs, time_limit=TIME_LIMIT)
    judged = [assess(whole.game, _in_whole(behaviour_of(form, profile), core, whole)) for profile in solved.equilibria]
    gap = "" if solved.complete else solved.reason
    for group in solved.components:
        if any(judged[place].verdict != "sequential" for place in group):
            gap = "what lies between Nash equilibria that form a continuum was not judged"
    if any(each.verdict == "undecided" or each.defended for each in judged):
        gap = "of some Nash equilibrium it is open whether beliefs support it"
    found = []
    for each in judged:
        if each.verdict != "sequential" or all(_pure(mix) for mix in each.behaviour.values()):
            continue
        told = _told(telling, each, [keys[i] for i in whole.sets])
        surprises = {place: np.array(belief.example) for place, belief in told.beliefs.items()}
        if one_shot_gain(game, told.strategy, surprises) > REGRET_OF_BELIEFS * max(float(np.ptp(game.payoffs)), 1e-300):
            gap = "the beliefs behind a mixed equilibrium could not be told"
            continue
        found.append(told)
    return Mixed(tuple(found), gap)


def _in_whole(behaviour: dict[int, Floats | None], core: Simpler, whole: Simpler) -> dict[int, Floats | None]:
    """Behaviour in the core as behaviour in the whole tree, silent on what only struck actions lead to."""
    found: dict[int, Floats | None] = dict.fromkeys(range(len(whole.game.information)))
    for index, part in behaviour.items():
        if part is not None:
            mix = np.zeros(len(whole.game.information[core.sets[index]].actions))
            mix[list(core.actions[index])] = part
            found[core.sets[index]] = mix
    return found


def _pure(mix: Floats) -> bool:
    return bool(mix.max() > 1.0 - PURE)


def _told(telling: PrivateGame, assessment: Assessment, keys: list[Key]) -> BayesianEquilibrium:
    """An assessment of the tree as strategies by type and history, with beliefs after surprises."""
    game = telling.game
    strategy: list[Floats] = []
    exponents: list[Floats] = []
    logs: list[Floats] = []
    for stage, players in enumerate(game.stages):
        seen = game.actions[: game.first_axis[stage]]
        for position, player in enumerate(players):
            kinds = game.kinds[game.informed.index(player)] if player in game.informed else 1
            # Where a decision is idle anything will do: the first action, and everything else by error.
            mix = np.zeros((kinds, *seen, game.actions[game.first_axis[stage] + position]))
            mix[..., 0] = 1.0
            strategy.append(mix)
            exponents.append(np.where(mix > 0.0, 0.0, 1.0))
            logs.append(np.zeros_like(mix))
    for index, mix in assessment.behaviour.items():
        axis, kind, history = keys[index]
        here = (kind or 0, *history)
        strategy[axis][here] = mix
        for action, share in enumerate(mix):
            power, coefficient = assessment.errors.get((index, action), (0.0, 1.0))
            exponents[axis][(*here, action)] = power if share == 0.0 else 0.0
            logs[axis][(*here, action)] = np.log(coefficient if share == 0.0 else share)
    beliefs: dict[tuple[tuple[int, ...], int], BeliefSet] = {}

    def walk(stage: int, history: tuple[int, ...], known: tuple[Floats, ...]) -> None:
        if stage == len(game.stages):
            return
        for actions in np.ndindex(*game.actions[game.first_axis[stage] : game.first_axis[stage + 1]]):
            after = (*history, *actions)
            updated = []
            for place, belief in enumerate(known):
                bayes = posterior(game, strategy, place, belief, stage, after)
                if bayes is None:
                    bayes = _limit(telling, place, after, exponents, logs)
                    beliefs[after, place] = point(bayes.tolist())
                updated.append(bayes)
            walk(stage + 1, after, tuple(updated))

    walk(0, (), tuple(np.asarray(prior) for prior in game.priors))
    return BayesianEquilibrium(strategy, beliefs, ("mixed, told with one of the beliefs that support it",))


def _limit(
    telling: PrivateGame, place: int, history: tuple[int, ...], exponents: list[Floats], logs: list[Floats]
) -> Floats:
    """What is believed about an informed player after a history, as errors vanish."""
    game = telling.game
    seats = [(player, stage) for stage, movers in enumerate(game.stages) for player in movers]
    order, heights = np.zeros(game.kinds[place]), np.log(game.priors[place])
    for axis, action in enumerate(history):
        player, stage = seats[axis]
        if player == game.informed[place]:
            seen = history[: game.first_axis[stage]]
            order = order + np.array([own[seen][action] for own in exponents[axis]])
            heights = heights + np.array([own[seen][action] for own in logs[axis]])
    possible = order < order.min() + SAME_EXPONENT
    weights = np.exp(np.where(possible, heights - heights[possible].max(), -np.inf))
    return np.asarray(weights / weights.sum())
