"""From a tree to its reduced strategic form and back: plans of action, and behaviour strategies (Kuhn 1953).

A plan says what a player does at the information sets that its own earlier choices let it reach, and is silent on the
others: plans that differ only there are one strategy of the reduced strategic form.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from kgsim.errors import GameError
from kgsim.games.extensive import ExtensiveGame, ends
from kgsim.games.gambit import StrategicGame

#: Cells of the strategic form, over all players, that are written out.
MOST_CELLS = 2_000_000

Plan = dict[int, int]

#: Information set to probabilities; None where the player's own choices exclude it, so that nothing is said.
Partial = dict[int, NDArray[np.float64] | None]


@dataclass(frozen=True, eq=False)
class StrategicForm:
    """The reduced strategic form of a tree.

    Attributes
    ----------
    payoffs
        Shape (players, plans of player 1, ..., plans of the last).
    plans
        For each player its plans: information set to action.
    marks
        For each profile a number, the same for profiles that lead to the same lottery over outcomes and payoffs; shape
        (plans of player 1, ..., plans of the last).
    """

    game: ExtensiveGame
    payoffs: NDArray[np.float64]
    plans: tuple[tuple[Plan, ...], ...]
    marks: NDArray[np.float64]


def count_plans(game: ExtensiveGame) -> tuple[int, ...]:
    """How many plans every player has, without writing them out; the game must be of perfect recall."""
    following = _following(game)
    counts: dict[int, int] = {}
    for index in sorted(range(len(game.information)), key=lambda i: -_depth(game, i)):
        counts[index] = sum(
            prod(counts[later] for later in following.get((index, action), ()))
            for action in range(len(game.information[index].actions))
        )
    return tuple(prod(counts[i] for i in following.get((-1, player), ())) for player in range(len(game.players)))


def size_told(counts: tuple[int, ...]) -> str:
    """Numbers of plans as text, astronomical ones by their power of ten."""
    return " x ".join(f"{count:,}" if count < 10**9 else f"10^{len(str(count)) - 1}" for count in counts)


def strategic_form(game: ExtensiveGame) -> StrategicForm:
    """Write out the reduced strategic form.

    Raises
    ------
    GameError
        If the game is not of perfect recall, or the form has more than `MOST_CELLS` cells.
    """
    game.require_perfect_recall()
    counts = count_plans(game)
    if prod(counts) * len(game.players) > MOST_CELLS:
        raise GameError(
            f"the strategic form of this game has {size_told(counts)} strategies; at most {MOST_CELLS:,} payoffs fit"
        )
    plans = tuple(plans_of(game, player) for player in range(len(game.players)))
    payoffs = np.zeros((len(game.players), *counts))
    marks = np.zeros(counts)
    likely = chances(game)
    kinds: dict[object, float] = {}
    draws = np.random.default_rng(0)
    for place in ends(game):
        node = game.nodes[place]
        fits = [
            [i for i, plan in enumerate(own) if all(plan.get(h) == a for h, a in game.histories[place][player])]
            for player, own in enumerate(plans)
        ]
        cells = np.ix_(*fits)
        for player, payoff in enumerate(node.payoffs):
            payoffs[player][cells] += likely[place] * payoff
        # Sums of random numbers of 53 bits are equal for equal lotteries alone, but for rounding.
        marks[cells] += likely[place] * kinds.setdefault((node.label, node.payoffs), draws.random())
    return StrategicForm(game, payoffs, plans, marks.round(12))


def plans_of(game: ExtensiveGame, player: int) -> tuple[Plan, ...]:
    """A player's plans in a game of perfect recall, as many as `count_plans` says."""
    return tuple(_plans(game, _following(game), (-1, player)))


def plan_told(game: ExtensiveGame, plan: Plan) -> str:
    """A plan as text: its actions, in the order of the information sets."""
    return ", ".join(f"{game.information[h].actions[a]}" for h, a in sorted(plan.items())) or "-"


def behaviour_of(form: StrategicForm, profile: tuple[NDArray[np.float64], ...]) -> Partial:
    """The behaviour strategies that a profile of mixed strategies amounts to (Kuhn 1953).

    None at an information set that the player's own choices exclude: what it would do there is not said.
    """
    found: Partial = {}
    for index, each in enumerate(form.game.information):
        weights = np.zeros(len(each.actions))
        for plan, weight in zip(form.plans[each.player], profile[each.player], strict=True):
            if index in plan:
                weights[plan[index]] += weight
        found[index] = weights / weights.sum() if weights.sum() > 0 else None
    return found


def _depth(game: ExtensiveGame, index: int) -> int:
    members = game.members[index]
    return len(game.histories[members[0]][game.information[index].player]) if members else 0


def _following(game: ExtensiveGame) -> dict[tuple[int, int], list[int]]:
    """Own information set and action to the player's next information sets; (-1, player) to its first."""
    found: dict[tuple[int, int], list[int]] = {}
    for index, members in enumerate(game.members):
        if members:
            player = game.information[index].player
            past = game.histories[members[0]][player]
            found.setdefault(past[-1] if past else (-1, player), []).append(index)
    return found


def _plans(game: ExtensiveGame, following: dict[tuple[int, int], list[int]], key: tuple[int, int]) -> list[Plan]:
    options = [
        [
            {index: action, **rest}
            for action in range(len(game.information[index].actions))
            for rest in _plans(game, following, (index, action))
        ]
        for index in following.get(key, ())
    ]
    return [{h: a for part in chosen for h, a in part.items()} for chosen in product(*options)]


def chances(game: ExtensiveGame) -> NDArray[np.float64]:
    """For every node, the product of the chance moves' probabilities on the way there."""
    found = np.ones(len(game.nodes))
    for place, node in enumerate(game.nodes):
        for action, child in enumerate(node.children):
            found[child] = found[place] * (1.0 if node.information is not None else node.probabilities[action])
    return found


def named(game: ExtensiveGame) -> StrategicGame:
    """The reduced strategic form with the names of its strategies; raises as `strategic_form` does."""
    form = strategic_form(game)
    strategies = tuple(tuple(plan_told(game, plan) for plan in own) for own in form.plans)
    return StrategicGame(game.title, game.players, strategies, form.payoffs)
