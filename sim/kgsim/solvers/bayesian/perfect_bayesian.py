"""All pure perfect Bayesian equilibria of a multi-stage game with private types, with the beliefs that support them.

A strategy says what every type does after every history. Beliefs about a player follow Bayes' rule wherever what it did
had positive probability, also after earlier surprises; an action that no type still believed possible would take is a
*surprise*, after which any belief about that player will do; and nobody's belief about a player changes through what
others do (Fudenberg and Tirole 1991, definition 8.2, without private information about others). Beliefs are common.

A surprise leaves a free belief, and everything that must be optimal below it is an inequality in that belief, so the
beliefs that support an equilibrium form a set that is found exactly. Which types the free belief puts weight on decides
where Bayes' rule goes on applying; every such support is tried.

What matters of play after a history to those who move before it is what it is worth to every type and what it asks of
beliefs. Ways to play that agree in both, and lead to the same ends, are one here, and after an action that nobody takes
it is enough that some way of going on deters it: strategies are not multiplied out over histories that are not reached.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product
from math import prod

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Floats
from kgsim.games.bayesian import BayesianGame, Strategy
from kgsim.solvers.bayesian.beliefs import BeliefSet, History, point, supported
from kgsim.solvers.bayesian.idle import Idle
from kgsim.solvers.bayesian.joint_beliefs import Free, Row, UndecidedError, jointly_supported
from kgsim.solvers.bayesian.refinements import subsets
from kgsim.solvers.bayesian.ways import Assessment, Partial, enter, least_demanding, merged
from kgsim.tolerances import BAYESIAN_TIES

#: Steps before the search is cut short. One looks at a combination of choices and continuations; to find beliefs costs
#: as much as several, and as many for each combination of types where beliefs about several players hang together.
MOST_STEPS = 400_000
BELIEFS = 5
TOGETHER = 60

TOO_MANY = f"the search for pure equilibria was cut short after {MOST_STEPS:,} steps"
LINKED = "whether beliefs about several players at once support some profile was left open"

#: A belief about one player: probabilities of its types, or what is left of a free one.
Belief = tuple[float, ...] | Free


@dataclass(frozen=True)
class PureEquilibria:
    """Every pure perfect Bayesian equilibrium, or those found before the search was cut short.

    Attributes
    ----------
    assessments
        One for each list of terminal histories by types that some equilibrium leads to; `rows` are empty.
    gaps
        Why some may be missing; empty if none is.
    """

    assessments: tuple[Assessment, ...]
    gaps: frozenset[str]


def pure_equilibria(game: BayesianGame, ends: NDArray[np.intp] | None = None) -> PureEquilibria:
    """Find all pure perfect Bayesian equilibria, one for each way play may go.

    Parameters
    ----------
    game
        The game.
    ends
        A label for what each combination of types and actions ends in, shape (t1, ..., tk, a1, ..., am); by default
        only payoffs tell ends apart.
    """
    search = _Search(game, Idle(game, ends))
    found = search.below(0, (), tuple(tuple(map(float, prior)) for prior in game.priors))
    return PureEquilibria(tuple(found), frozenset(search.gaps))


def written_out(
    game: BayesianGame, found: Assessment, ends: NDArray[np.intp] | None = None
) -> tuple[Strategy, dict[tuple[History, int], BeliefSet]]:
    """Choices as behaviour after every history, and beliefs after every surprise that matters; `ends` as before."""
    idle = Idle(game, ends)
    strategy = []
    for axis, seen in enumerate(game.seen):
        place = game.place(axis)
        mix = np.zeros((1 if place is None else game.kinds[place], *game.actions[:seen], game.actions[axis]))
        for kind in range(len(mix)):
            for history in np.ndindex(mix.shape[1:-1]):
                mix[(kind, *history, found.choices[axis, idle.standing_for(history), kind])] = 1.0
        strategy.append(mix)
    known = dict(found.beliefs)
    for last in game.first_axis[1:-1]:
        for history in np.ndindex(*game.actions[:last]):
            for place in range(len(game.kinds)):
                told = found.beliefs.get((idle.standing_for(history), place))
                if told is not None:
                    known[history, place] = told
    return strategy, known


@dataclass(frozen=True, eq=False)
class _Check:
    """Whether a type of a mover wants to deviate.

    Attributes
    ----------
    player, place
        The mover's player, and its place among the informed.
    pairs
        For each combination of types that it holds possible: these, the actions meant, and those that result.
    needs
        The action profiles after which play has to be known.
    """

    player: int
    place: int | None
    pairs: tuple[tuple[tuple[int, ...], History, History], ...]
    needs: frozenset[History]


class _Search:
    def __init__(self, game: BayesianGame, idle: Idle) -> None:
        self.game, self.idle = game, idle
        self.gaps: set[str] = set()
        self.left = MOST_STEPS
        payoffs = np.moveaxis(game.payoffs, len(game.priors), 0).reshape(game.payoffs.shape[len(game.priors)], -1)
        self.spread = np.maximum(np.ptp(payoffs, axis=1), 1e-300)
        self.every = list(np.ndindex(*game.kinds))
        self.known: dict[object, list[Assessment]] = {}

    def below(self, stage: int, history: History, beliefs: tuple[Belief, ...]) -> list[Assessment]:
        """The ways to play the subgame after a history, given what is believed there."""
        if stage == len(self.game.stages):
            return [Assessment({}, self.game.payoffs_at(history), (history,) * len(self.every))]
        if (history, beliefs) not in self.known:
            merged: dict[object, Assessment] = {}
            for joint in self._joint_plays(stage, history):
                for found in self._played(stage, history, joint, beliefs):
                    enter(merged, found)
            self.known[history, beliefs] = list(merged.values())
        return self.known[history, beliefs]

    def _joint_plays(self, stage: int, history: History) -> Iterator[tuple[tuple[int, ...], ...]]:
        """What every type of every mover of a stage does."""
        plays = []
        for axis in self._axes(stage):
            place = self.game.place(axis)
            count = 1 if place is None else self.game.kinds[place]
            plays.append(list(product(self.idle.options(axis, history), repeat=count)))
        return product(*plays)

    def _axes(self, stage: int) -> range:
        return range(self.game.first_axis[stage], self.game.first_axis[stage + 1])

    def _played(
        self, stage: int, history: History, joint: Sequence[tuple[int, ...]], beliefs: tuple[Belief, ...]
    ) -> Iterator[Assessment]:
        """The ways to go on after a stage's choices with which every type of every mover agrees to its own."""
        reached = [self._taken(stage, joint, types) for types in self.every]
        checks = list(self._checks(stage, history, joint))
        found = [Partial({})]
        seen: set[History] = set()
        for members in self._together(stage, history, reached):
            off = members.isdisjoint(reached) and all(
                check.needs <= seen | members for check in checks if check.needs & members
            )
            order = sorted(members, key=lambda actions: (actions not in reached, actions))
            due = {}
            for actions in order:
                seen.add(actions)
                due[actions] = [check for check in checks if actions in check.needs and check.needs <= seen]
            grown: list[Partial] = []
            for before in found:
                ways = merged(self._grown(before, stage, history, joint, beliefs, due))
                grown += least_demanding(ways) if off else ways
            found = grown
        first = self.game.first_axis[stage]
        own = {(first + at, history, kind): a for at, play in enumerate(joint) for kind, a in enumerate(play)}
        for each in found:
            values = np.array([each.after[to].values[types] for to, types in zip(reached, self.every, strict=True)])
            yield Assessment(
                dict(chain(own.items(), *(after.choices.items() for after in each.after.values()))),
                values.reshape(*self.game.kinds, -1),
                tuple(each.after[to].ends[at] for at, to in enumerate(reached)),
                each.rows,
                each.beliefs,
            )

    def _grown(
        self,
        before: Partial,
        stage: int,
        history: History,
        joint: Sequence[tuple[int, ...]],
        beliefs: tuple[Belief, ...],
        due: Mapping[History, Sequence[_Check]],
    ) -> Iterator[Partial]:
        """What is played so far with play after more action profiles, for every belief that may follow them."""
        places = {self.game.place(axis): at for at, axis in enumerate(self._axes(stage))}
        for known, surprises in self._believed(stage, history, due, joint, beliefs):
            ways = [before]
            for actions, checks in due.items():
                here = tuple(known[p, actions[places[p]]] if p in places else old for p, old in enumerate(beliefs))
                below = self.below(stage + 1, (*history, *actions), here)
                ways = [more for way in ways for more in self._joined(way, actions, below, checks, beliefs)]
            for way in ways:
                resolved = self._resolved(way, surprises, beliefs)
                if resolved is not None:
                    yield resolved

    def _believed(
        self,
        stage: int,
        history: History,
        profiles: Iterable[History],
        joint: Sequence[tuple[int, ...]],
        beliefs: tuple[Belief, ...],
    ) -> Iterator[tuple[dict[tuple[int, int], Belief], dict[tuple[History, int, int], Belief]]]:
        """What may be believed about the players after each of their actions; and the part that follows surprises."""
        options_of: dict[tuple[int, int], list[Belief]] = {}
        surprises: set[tuple[int, int]] = set()
        for at, axis in enumerate(self._axes(stage)):
            place = self.game.place(axis)
            if place is None:
                continue
            for action in sorted({actions[at] for actions in profiles}):
                takers = frozenset(kind for kind, taken in enumerate(joint[at]) if taken == action)
                after = _updated(beliefs[place], takers, self.game.kinds[place])
                options_of[place, action] = list(self._free(history, place, action)) if after is None else [after]
                surprises |= {(place, action)} if after is None else set()
        for chosen in product(*options_of.values()):
            known = dict(zip(options_of, chosen, strict=True))
            yield known, {(history, *each): known[each] for each in surprises}

    def _taken(self, stage: int, joint: Sequence[tuple[int, ...]], types: tuple[int, ...]) -> History:
        places = [self.game.place(axis) for axis in self._axes(stage)]
        return tuple(play[0 if place is None else types[place]] for place, play in zip(places, joint, strict=True))

    def _together(self, stage: int, history: History, reached: Sequence[History]) -> list[set[History]]:
        """A stage's action profiles in groups that share beliefs after surprises, those reached first.

        What is believed about a player after its action does not depend on what others did.
        """
        axes = self._axes(stage)
        informed = [at for at, axis in enumerate(axes) if self.game.place(axis) is not None]
        groups: dict[object, set[History]] = {}
        for actions in product(*(self.idle.options(axis, history) for axis in axes)):
            own = actions if len(axes) == 1 or not informed else tuple(actions[at] for at in informed[:1])
            groups.setdefault(own if len(informed) < 2 else None, set()).add(actions)
        return sorted(groups.values(), key=lambda members: members.isdisjoint(reached))

    def _checks(self, stage: int, history: History, joint: Sequence[tuple[int, ...]]) -> Iterator[_Check]:
        """Every deviation of every type of every mover."""
        for at, axis in enumerate(self._axes(stage)):
            place = self.game.place(axis)
            for kind, meant in enumerate(joint[at]):
                types = [each for each in self.every if place is None or each[place] == kind]
                to = [self._taken(stage, joint, each) for each in types]
                for action in self.idle.options(axis, history):
                    if action != meant:
                        instead = [(*each[:at], action, *each[at + 1 :]) for each in to]
                        pairs = tuple(zip(types, to, instead, strict=True))
                        yield _Check(self.game.movers[axis], place, pairs, frozenset({*to, *instead}))

    def _free(self, history: History, place: int, action: int) -> Iterator[Belief]:
        """Every support a belief after a surprise may have; one type is a point, more are left free."""
        count = self.game.kinds[place]
        for support in subsets(count):
            if len(support) == 1:
                yield tuple(float(kind == support[0]) for kind in range(count))
            else:
                yield Free((history, place, action), frozenset(support))

    def _resolved(
        self, way: Partial, surprises: Mapping[tuple[History, int, int], Belief], beliefs: tuple[Belief, ...]
    ) -> Partial | None:
        """Find the beliefs after surprises that support what follows; None if there are none.

        An inequality that speaks of a belief from further up as well has to wait.
        """
        waiting = {belief.source for belief in beliefs if isinstance(belief, Free)}
        while (
            more := {
                free.source for row in way.rows for free in row.frees if waiting & {other.source for other in row.frees}
            }
            - waiting
        ):
            waiting |= more
        ready = [row for row in way.rows if row.frees[0].source not in waiting]
        frees = {free.source: free for row in ready for free in row.frees}
        frees |= {source: belief for source, belief in surprises.items() if isinstance(belief, Free)}
        sought = [free for source, free in frees.items() if source not in waiting]
        together = prod(len(free.support) for free in sought) if any(len(row.frees) > 1 for row in ready) else 0
        if self._cut_short(BELIEFS + TOGETHER * together):
            return None
        try:
            found = jointly_supported(
                sought, [self.game.kinds[free.source[1]] for free in sought], ready, BAYESIAN_TIES
            )
        except UndecidedError:
            self.gaps.add(LINKED)
            return None
        if found is None:
            return None
        known = {free.source: belief for free, belief in zip(sought, found, strict=True)}
        known |= {source: point(belief) for source, belief in surprises.items() if not isinstance(belief, Free)}
        settled = {where: belief for source, belief in known.items() for where in self._where(source)}
        left = tuple(row for row in way.rows if row.frees[0].source in waiting)
        return Partial(way.after, left, {**way.beliefs, **settled})

    def _cut_short(self, steps: int) -> bool:
        self.left -= steps
        if self.left < 0:
            self.gaps.add(TOO_MANY)
        return self.left < 0

    def _where(self, source: tuple[History, int, int]) -> list[tuple[History, int]]:
        """The histories after a surprise, with the place of the player that it is about."""
        history, place, action = source
        axes = self._axes(self.game.first_axis.index(len(history)))
        ways = [[action] if self.game.place(axis) == place else self.idle.options(axis, history) for axis in axes]
        return [((*history, *actions), place) for actions in product(*ways)]

    def _joined(
        self,
        way: Partial,
        actions: History,
        below: Sequence[Assessment],
        due: Sequence[_Check],
        beliefs: tuple[Belief, ...],
    ) -> Iterator[Partial]:
        """One way to go on with each way to play after an action profile, where no deviation known by now gains."""
        for each in below:
            if self._cut_short(1):
                return
            after = {**way.after, actions: each}
            rows = {row.key: row for row in (*way.rows, *each.rows)}
            for check in due:
                verdict = self._weighed(check, after, beliefs)
                if verdict is None:
                    break
                rows |= {row.key: row for row in verdict}
            else:
                if self._possible(tuple(rows.values())):
                    yield Partial(after, tuple(rows.values()), {**way.beliefs, **each.beliefs})

    def _possible(self, rows: Sequence[Row]) -> bool:
        """Whether each free belief by itself can satisfy what is asked of it."""
        alone: dict[Free, list[Floats]] = {}
        for row in rows:
            if len(row.frees) == 1:
                alone.setdefault(row.frees[0].whole, []).append(row.table)
        return all(
            supported(self.game.kinds[free.source[1]], sorted(free.types), tables, BAYESIAN_TIES) is not None
            for free, tables in alone.items()
            if len(tables) > 1
        )

    def _weighed(
        self, check: _Check, after: Mapping[History, Assessment], beliefs: tuple[Belief, ...]
    ) -> list[Row] | None:
        """Whether a deviation is no gain: None if it is one, else what beliefs have to satisfy."""
        others = [place for place in range(len(beliefs)) if place != check.place]
        gaps = [
            after[meant].values[(*types, check.player)] - after[instead].values[(*types, check.player)]
            for types, meant, instead in check.pairs
        ]
        loss = np.array(gaps).reshape([self.game.kinds[place] for place in others]) / self.spread[check.player]
        frees: list[Free] = []
        for axis, place in reversed(list(enumerate(others))):
            belief = beliefs[place]
            if isinstance(belief, Free):
                frees.insert(0, belief)
                mask = np.array([kind in belief.types for kind in range(self.game.kinds[place])])
                loss = loss * mask.reshape([-1 if other == axis else 1 for other in range(loss.ndim)])
            else:
                weights = np.array(belief).reshape([-1 if other == axis else 1 for other in range(loss.ndim)])
                loss = (loss * weights).sum(axis=axis)
        if (loss >= -BAYESIAN_TIES).all():
            return []
        possible = loss[np.ix_(*(sorted(free.types) for free in frees))] if frees else loss
        return None if (possible < -BAYESIAN_TIES).all() else [Row(tuple(frees), loss)]


def _updated(belief: Belief, takers: frozenset[int], kinds: int) -> Belief | None:
    """Bayes' rule; None after a surprise."""
    if isinstance(belief, Free):
        left = belief.types & takers
        if len(left) == 1:
            return tuple(float(kind in left) for kind in range(kinds))
        return Free(belief.source, belief.support, left) if left else None
    weights = [weight if kind in takers else 0.0 for kind, weight in enumerate(belief)]
    total = sum(weights)
    return tuple(weight / total for weight in weights) if total > 0.0 else None
