"""Equilibria of games in extensive form: Nash, subgame-perfect, and one sequential equilibrium as a named selection.

Nash equilibria are those of the reduced strategic form, told as behaviour strategies (Kuhn 1953), each with the answer
whether it belongs to a sequential equilibrium. Subgame-perfect ones
are found from the last subgames backwards: every subgame is solved once for each combination of payoffs that
equilibria of the subgames within it may have, ties kept (Selten 1965).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from kgsim.errors import GameError
from kgsim.games.extensive import ExtensiveGame, Node, continuation_values, gain, in_order, reach, uniform
from kgsim.games.plans import behaviour_of, strategic_form
from kgsim.games.strategic import pure_equilibria
from kgsim.solvers.equilibria import pure_strategy
from kgsim.solvers.extensive.assessments import Assessment, assess
from kgsim.solvers.extensive.logit_path import LogitLimit, logit_path
from kgsim.solvers.strategic.nash import NashSet, nash
from kgsim.tolerances import MIXTURES, merged

#: Combinations of the continuation payoffs of subgames that are looked at for one subgame.
MOST_COMBINATIONS = 5_000

#: Nash equilibria of the same payoffs that are looked at for whether they belong to a sequential equilibrium.
MOST_ASSESSED = 40

#: Stands for what an information set that is never reached leaves unsaid, where behaviour is compared.
_UNSAID = (-1.0,)

Partial = dict[int, NDArray[np.float64] | None]


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
        Of subgame-perfect ones, one stands for all that begin alike and differ inside subgames of equal payoffs.
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
    """What is known of a tree's equilibria; `nash` is None where the strategic form is too large to write out."""

    game: ExtensiveGame
    nash: EquilibriumSet | None
    subgame_perfect: EquilibriumSet
    sequential: LogitLimit | None


def solve_tree(game: ExtensiveGame, *, time_limit: float | None = None) -> TreeSolution:
    """Find a tree's Nash and subgame-perfect equilibria, and the sequential equilibrium that the logit path selects.

    Parameters
    ----------
    game
        A game of perfect recall.
    time_limit
        Seconds for each strategic form that has to be solved; None means no limit.

    Raises
    ------
    GameError
        If the game is not of perfect recall, or a subgame is too large to solve.
    """
    game.require_perfect_recall()
    try:
        everywhere = _assessed(game, _nash(game, time_limit))
    except GameError:
        everywhere = None
    perfect = _subgame_perfect(game, time_limit)
    try:
        limit = logit_path(game)
    except GameError:
        limit = None
    return TreeSolution(game, everywhere, perfect, limit)


def _assessed(game: ExtensiveGame, found: EquilibriumSet) -> EquilibriumSet:
    looked_at: Counter[tuple[float, ...]] = Counter()
    told = []
    for each in found.equilibria:
        payoffs = tuple(round(float(payoff), 9) for payoff in each.payoffs)
        looked_at[payoffs] += 1
        few = looked_at[payoffs] <= MOST_ASSESSED
        told.append(replace(each, assessment=assess(game, each.behaviour)) if few else each)
    return replace(found, equilibria=tuple(told))


def _nash(game: ExtensiveGame, time_limit: float | None) -> EquilibriumSet:
    form = strategic_form(game)
    found = nash(form.payoffs, time_limit=time_limit)
    profiles = _with_pure(form.payoffs, found)
    told: list[TreeEquilibrium] = []
    place: list[int] = []
    seen: dict[tuple[float, ...], int] = {}
    for profile in profiles:
        behaviour = behaviour_of(form, profile)
        key = tuple(round(float(p), 12) for part in behaviour.values() for p in (_UNSAID if part is None else part))
        if key not in seen:
            seen[key] = len(told)
            told.append(_equilibrium(game, behaviour, (0,)))
        place.append(seen[key])
    groups = {tuple(sorted({place[i] for i in group})) for group in found.components}
    continua = tuple(sorted(g for g in groups if len(g) > 1 or not found.spanned))
    return EquilibriumSet(tuple(told), continua, found.complete, found.reason, found.spanned)


def _with_pure(payoffs: NDArray[np.float64], found: NashSet) -> list[tuple[NDArray[np.float64], ...]]:
    """The equilibria found, and any pure one that is only a point of a continuum."""
    profiles = list(found.equilibria)
    known = {tuple(int(s.argmax()) for s in profile) for profile in profiles if all(s.max() == 1 for s in profile)}
    for cell in pure_equilibria(payoffs):
        if tuple(map(int, cell)) not in known:
            profiles.append(tuple(pure_strategy(count, a) for count, a in zip(payoffs.shape[1:], cell, strict=True)))
    return profiles


def _equilibrium(
    game: ExtensiveGame, behaviour: Mapping[int, NDArray[np.float64] | None], roots: tuple[int, ...]
) -> TreeEquilibrium:
    filled = {**uniform(game), **{index: part for index, part in behaviour.items() if part is not None}}
    chances = reach(game, filled)
    return TreeEquilibrium(
        behaviour={index: behaviour.get(index) for index in range(len(game.information))},
        payoffs=continuation_values(game, filled)[0],
        residual=max(float(gain(game, filled, start=root).max()) for root in roots),
        ends={
            place: float(chances[place])
            for place, node in enumerate(game.nodes)
            if not node.children and chances[place] > 0
        },
    )


def _subgame_perfect(game: ExtensiveGame, time_limit: float | None) -> EquilibriumSet:
    reasons: set[str] = set()
    solved: dict[int, dict[tuple[float, ...], Partial]] = {}
    components: list[tuple[int, ...]] = []
    for root in sorted(game.subgames, reverse=True):
        inner = _maximal(game, root, solved)
        if prod(len(solved[each]) for each in inner) > MOST_COMBINATIONS:
            raise GameError(
                f"the subgames below node {root} have more than {MOST_COMBINATIONS} combinations of equilibrium payoffs"
            )
        found: dict[tuple[float, ...], Partial] = {}
        groups: list[tuple[tuple[float, ...], ...]] = []
        for chosen in product(*(solved[each].items() for each in inner)):
            values = {each: key[: len(game.players)] for each, (key, _) in zip(inner, chosen, strict=True)}
            cut, information = _cut(game, root, values)
            local, complete, reason, continua = _solve_cut(cut, time_limit)
            if not complete:
                reasons.add(reason)
            keys = []
            for payoffs, behaviour in local:
                whole: Partial = {information[i]: part for i, part in behaviour.items()}
                for _, below in chosen:
                    whole |= below
                # Above, only the payoffs of an inner subgame matter; at the root, how play begins is told too.
                parts = (
                    () if root else tuple(p for part in behaviour.values() for p in (_UNSAID if part is None else part))
                )
                key = tuple(round(float(value), 10) + 0.0 for value in (*payoffs, *parts))
                found.setdefault(key, whole)
                keys.append(key)
            groups += [tuple(dict.fromkeys(keys[i] for i in group)) for group in continua]
        solved[root] = found
        open_ends = [group for group in groups if len(group) > 1]
        if root and open_ends:
            reasons.add("a subgame has a continuum of equilibria of different payoffs: only its ends are followed")
        elif not root:
            order = list(found)
            components = sorted({tuple(sorted(order.index(key) for key in group)) for group in open_ends})
    equilibria = tuple(_equilibrium(game, behaviour, game.subgames) for behaviour in solved[0].values())
    reason = "; ".join(sorted(reasons)) or "every subgame was solved completely, from the last ones backwards"
    return EquilibriumSet(equilibria, tuple(components), not reasons, reason)


def _maximal(game: ExtensiveGame, root: int, solved: Mapping[int, object]) -> list[int]:
    """The largest subgames strictly inside the one at `root`."""
    found: list[int] = []
    pending = list(game.nodes[root].children)
    while pending:
        place = pending.pop()
        if place in solved:
            found.append(place)
        else:
            pending.extend(game.nodes[place].children)
    return sorted(found)


def _cut(game: ExtensiveGame, root: int, values: Mapping[int, tuple[float, ...]]) -> tuple[ExtensiveGame, list[int]]:
    """The subgame at `root` with inner subgames replaced by payoffs, and its information sets' numbers in the game."""
    places: list[int] = []
    pending = [root]
    while pending:
        place = pending.pop()
        places.append(place)
        if place not in values:
            pending.extend(reversed(game.nodes[place].children))
    new = {place: index for index, place in enumerate(places)}
    kept = sorted({i for p in places if p not in values and (i := game.nodes[p].information) is not None})
    number = {information: index for index, information in enumerate(kept)}
    nodes = []
    for place in places:
        node = game.nodes[place]
        if place in values:
            nodes.append(Node(payoffs=values[place]))
        else:
            own = None if node.information is None else number[node.information]
            below = tuple(new[child] for child in node.children)
            nodes.append(Node(below, own, node.actions, node.probabilities, node.payoffs, node.label))
    return in_order(game.title, game.players, nodes, [game.information[i] for i in kept]), kept


_Local = tuple[list[tuple[NDArray[np.float64], Partial]], bool, str, tuple[tuple[int, ...], ...]]


def _solve_cut(game: ExtensiveGame, time_limit: float | None) -> _Local:
    """Equilibria of a game without proper subgames: payoffs and behaviour, completeness, reason, continua."""
    if not game.information:
        return [(continuation_values(game, {})[0], {})], True, "", ()
    if len(game.information) == 1 and len(game.members[0]) == 1:
        # One player chooses once: all its best actions.
        actions = range(len(game.information[0].actions))
        plays = [{0: pure_strategy(len(actions), a)} for a in actions]
        worth = [continuation_values(game, play)[0] for play in plays]
        own = np.array([value[game.information[0].player] for value in worth])
        own = merged(own, MIXTURES * np.abs(own))
        best = np.flatnonzero(own == own.max())
        continua = (tuple(range(len(best))),) if len(best) > 1 else ()
        return [(worth[a], dict(plays[a])) for a in best], True, "", continua
    found = _nash(game, time_limit)
    return (
        [(each.payoffs, dict(each.behaviour)) for each in found.equilibria],
        found.complete,
        found.reason,
        found.components if found.spanned else (),
    )
