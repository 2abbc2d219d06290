"""All pure perfect Bayesian equilibria of a multi-stage game with private types, with the beliefs that support them.

A strategy says what every type does after every history. Beliefs about a player follow Bayes' rule wherever what it did
had positive probability, also after earlier surprises; an action that no type still believed possible would take is a
*surprise*, after which any belief about that player will do; and nobody's belief about a player changes through what
others do (Fudenberg and Tirole 1991, definition 8.2, without private information about others). Beliefs are common.

A surprise leaves a free belief, and everything that must be optimal below it is an inequality linear in that belief, so
the beliefs that support an equilibrium form a set that is found exactly. Which types the free belief puts weight on
decides where Bayes' rule goes on applying; every such support is tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations, product

import numpy as np

from kgsim.arrays import Floats
from kgsim.errors import StructureError
from kgsim.games.bayesian import BayesianGame
from kgsim.solvers.bayesian.beliefs import BeliefSet, lead, point, supported

History = tuple[int, ...]

#: What a type does: (mover, history of earlier stages, type of the mover's player) to the action.
Choices = Mapping[tuple[int, History, int], int]

#: Combinations of choices and continuations examined before the search is cut short.
MOST_COMBINATIONS = 400_000

TOO_MANY = f"the search was cut short after {MOST_COMBINATIONS:,} combinations of choices"


@dataclass(frozen=True)
class Free:
    """A belief left free by a surprise, and the types that are still possible under it."""

    source: int
    types: frozenset[int]


#: A belief about one player: probabilities of its types, or what is left of a free one.
Belief = tuple[float, ...] | Free


@dataclass(frozen=True, eq=False)
class Assessment:
    """Strategies for a subgame, what they are worth, and the beliefs that support them.

    Attributes
    ----------
    choices
        See `Choices`.
    values
        Payoff of every player for every combination of types, shape (t1, ..., tk, players).
    rows
        Inequalities still open, each on a free belief from further up: (source, shape (types,)), ``row @ belief >= 0``.
    beliefs
        (history, informed player's place) of a surprise to the beliefs that support the choices.
    """

    choices: Choices
    values: Floats
    rows: tuple[tuple[int, Floats], ...] = ()
    beliefs: Mapping[tuple[History, int], BeliefSet] = field(default_factory=dict)


@dataclass(frozen=True)
class PureEquilibria:
    """Every pure perfect Bayesian equilibrium, or those found before the search was cut short.

    Attributes
    ----------
    assessments
        One per strategy profile; `rows` are empty.
    gaps
        Why some may be missing; empty if none is.
    """

    assessments: tuple[Assessment, ...]
    gaps: frozenset[str]


def pure_equilibria(game: BayesianGame) -> PureEquilibria:
    """Find all pure perfect Bayesian equilibria.

    Raises
    ------
    StructureError
        If a mover would have to weigh free beliefs about two players at once, which is not linear.
    """
    search = _Search(game)
    found = search.below(0, (), tuple(tuple(map(float, prior)) for prior in game.priors))
    return PureEquilibria(tuple(found), frozenset(search.gaps))


class _Search:
    def __init__(self, game: BayesianGame) -> None:
        self.game = game
        self.gaps: set[str] = set()
        self.sources = 0
        self.left = MOST_COMBINATIONS
        self.places = {player: place for place, player in enumerate(game.informed)}

    def below(self, stage: int, history: History, beliefs: tuple[Belief, ...]) -> list[Assessment]:
        """All ways to play the subgame after a history, given what is believed there."""
        game = self.game
        if stage == len(game.stages):
            return [Assessment({}, game.payoffs_at(history))]
        first, last = game.first_axis[stage], game.first_axis[stage + 1]
        axes = range(first, last)
        kinds = [self._kinds(player) for player in game.stages[stage]]
        options = [game.options(axis, history) for axis in axes]
        plays = [list(product(choice, repeat=count)) for choice, count in zip(options, kinds, strict=True)]
        found: list[Assessment] = []
        for joint in product(*plays):
            children: dict[History, list[Assessment]] = {}
            for actions in product(*options):
                children[actions] = self._arrive(stage, history, actions, joint, beliefs)
            if not all(children.values()):
                continue
            for chosen in product(*children.values()):
                self.left -= 1
                if self.left < 0:
                    self.gaps.add(TOO_MANY)
                    return found
                after = dict(zip(children, chosen, strict=True))
                assessment = self._settled(stage, history, joint, after, beliefs)
                if assessment is not None:
                    found.append(assessment)
        return found

    def _kinds(self, player: int) -> int:
        return self.game.kinds[self.places[player]] if player in self.places else 1

    def _arrive(
        self,
        stage: int,
        history: History,
        actions: History,
        joint: Sequence[tuple[int, ...]],
        beliefs: tuple[Belief, ...],
    ) -> list[Assessment]:
        """Play after these actions; where they are a surprise, for every belief that may follow it."""
        after = (*history, *actions)
        options: list[list[tuple[Belief, tuple[int, ...] | None]]] = []
        for place, player in enumerate(self.game.informed):
            takers = frozenset(range(self.game.kinds[place]))
            for mover, play, action in zip(self.game.stages[stage], joint, actions, strict=True):
                if mover == player:
                    takers &= frozenset(kind for kind, taken in enumerate(play) if taken == action)
            updated = _updated(beliefs[place], takers) if player in self.game.stages[stage] else beliefs[place]
            options.append([(updated, None)] if updated is not None else list(self._surprises(place)))
        merged: dict[object, Assessment] = {}
        for option in product(*options):
            for assessment in self.below(stage + 1, after, tuple(belief for belief, _ in option)):
                resolved = self._resolved(after, assessment, option)
                if resolved is not None:
                    _merge(merged, resolved)
        return list(merged.values())

    def _surprises(self, place: int) -> Iterator[tuple[Belief, tuple[int, ...] | None]]:
        """Every support a belief after a surprise may have; one type is a point, more are left free."""
        count = self.game.kinds[place]
        for support in chain.from_iterable(combinations(range(count), size) for size in range(1, count + 1)):
            if len(support) == 1:
                yield tuple(float(kind == support[0]) for kind in range(count)), support
            else:
                self.sources += 1
                yield Free(self.sources, frozenset(support)), support

    def _resolved(
        self, history: History, assessment: Assessment, option: Sequence[tuple[Belief, tuple[int, ...] | None]]
    ) -> Assessment | None:
        """Find the beliefs after this history's surprises that support the assessment; None if there are none."""
        rows, beliefs = assessment.rows, dict(assessment.beliefs)
        for place, (belief, support) in enumerate(option):
            if support is None:
                continue
            if isinstance(belief, Free):
                own = [row for source, row in rows if source == belief.source]
                found = supported(self.game.kinds[place], support, own, 0.0)
                if found is None:
                    return None
                rows = tuple((source, row) for source, row in rows if source != belief.source)
                beliefs[history, place] = found
            else:
                beliefs[history, place] = point(belief)
        return Assessment(assessment.choices, assessment.values, rows, beliefs)

    def _settled(
        self,
        stage: int,
        history: History,
        joint: Sequence[tuple[int, ...]],
        after: Mapping[History, Assessment],
        beliefs: tuple[Belief, ...],
    ) -> Assessment | None:
        """The stage's choices on top of what follows them, if every type of every mover agrees to its own."""
        game = self.game
        rows: list[tuple[int, Floats]] = list(chain.from_iterable(each.rows for each in after.values()))
        for position, player in enumerate(game.stages[stage]):
            worth = self._worth(stage, position, joint, after)
            for kind, taken in enumerate(joint[position]):
                own = self.places.get(player)
                options = worth if own is None else np.take(worth, kind, axis=1 + own)
                for action in range(len(options)):
                    if action == taken:
                        continue
                    loss = lead(options[taken], options[action])
                    verdict = self._weighed(loss, own, beliefs)
                    if verdict is None:
                        return None
                    rows += verdict
        choices: dict[tuple[int, History, int], int] = {}
        first = game.first_axis[stage]
        for position, play in enumerate(joint):
            choices |= {(first + position, history, kind): action for kind, action in enumerate(play)}
        found: dict[tuple[History, int], BeliefSet] = {}
        for each in after.values():
            choices |= each.choices
            found |= each.beliefs
        values = np.empty_like(next(iter(after.values())).values)
        for types in np.ndindex(*game.kinds):
            values[types] = after[self._taken(stage, joint, types)].values[types]
        return Assessment(choices, values, tuple(rows), found)

    def _taken(self, stage: int, joint: Sequence[tuple[int, ...]], types: tuple[int, ...]) -> History:
        return tuple(
            play[types[self.places[player]] if player in self.places else 0]
            for player, play in zip(self.game.stages[stage], joint, strict=True)
        )

    def _worth(
        self, stage: int, position: int, joint: Sequence[tuple[int, ...]], after: Mapping[History, Assessment]
    ) -> Floats:
        """What each action is worth to one mover for every combination of types, shape (actions, t1, ..., tk)."""
        game = self.game
        player = game.stages[stage][position]
        count = len({actions[position] for actions in after})
        worth = np.empty((count, *game.kinds))
        for types in np.ndindex(*game.kinds):
            taken = list(self._taken(stage, joint, types))
            for action in range(count):
                taken[position] = action
                worth[(action, *types)] = after[tuple(taken)].values[(*types, player)]
        return worth

    def _weighed(self, loss: Floats, own: int | None, beliefs: tuple[Belief, ...]) -> list[tuple[int, Floats]] | None:
        """Whether a deviation's loss (over the others' types) is no gain: None if it is one, else what is left open."""
        others = [place for place in range(len(beliefs)) if place != own]
        free: list[Free] = []
        for axis, place in reversed(list(enumerate(others))):
            belief = beliefs[place]
            if isinstance(belief, Free):
                free.append(belief)
                mask = np.array([kind in belief.types for kind in range(self.game.kinds[place])], dtype=float)
                shape = [1] * loss.ndim
                shape[axis] = -1
                loss = loss * mask.reshape(shape)
            else:
                loss = np.tensordot(loss, np.array(belief), axes=(axis, 0))
        if not free:
            return [] if float(loss) >= 0.0 else None
        if len(free) > 1:
            raise StructureError(
                "a mover would have to weigh free beliefs about two players at once; such structures are not supported"
            )
        if (loss >= 0.0).all():
            return []
        if (loss[[kind in free[0].types for kind in range(len(loss))]] < 0.0).all():
            return None
        return [(free[0].source, loss)]


def _updated(belief: Belief, takers: frozenset[int]) -> Belief | None:
    """Bayes' rule; None after a surprise."""
    if isinstance(belief, Free):
        left = belief.types & takers
        return Free(belief.source, left) if left else None
    weights = [weight if kind in takers else 0.0 for kind, weight in enumerate(belief)]
    total = sum(weights)
    return tuple(weight / total for weight in weights) if total > 0.0 else None


def _merge(merged: dict[object, Assessment], assessment: Assessment) -> None:
    """Join assessments that differ in supporting beliefs alone."""
    rows = tuple((source, row.tobytes()) for source, row in assessment.rows)
    key = (tuple(sorted(assessment.choices.items())), rows)
    known = merged.get(key)
    if known is None:
        merged[key] = assessment
        return
    beliefs = {
        place: known.beliefs[place].joined(found) if place in known.beliefs else found
        for place, found in {**known.beliefs, **assessment.beliefs}.items()
    }
    beliefs = {place: found.joined(assessment.beliefs.get(place, found)) for place, found in beliefs.items()}
    merged[key] = Assessment(known.choices, known.values, known.rows, beliefs)
