"""A structure with private types as a game at one parameter point, and its equilibria told in the scenario's names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Floats
from kgsim.errors import StructureError
from kgsim.games.bayesian import BayesianGame, beliefs, courses, one_shot_gain
from kgsim.games.bayesian_tree import Names
from kgsim.results import Belief, Course, Equilibrium
from kgsim.scenario.model import IDLE, Action, Scenario, Structure
from kgsim.scenario.payoffs import (
    LARGEST,
    actions_of,
    outcomes_of,
    parameter_values,
    payoffs_at,
    sizes_at,
    terms_of,
    type_points,
    with_ties,
)
from kgsim.solvers.bayesian.equilibria import BayesianEquilibrium
from kgsim.tolerances import SUM_TO_ONE


def priors(scenario: Scenario, values: Mapping[str, float]) -> tuple[Floats, ...]:
    """Prior probabilities of every informed player's types, in the scenario's order.

    Raises
    ------
    StructureError
        If they are negative or do not sum to one at these values.
    """
    environment = {name: float(value[0]) for name, value in parameter_values(scenario, values).items()}
    found = []
    for player, kinds in scenario.types.items():
        prior = np.array([each.prior.number(environment) for each in kinds.values()])
        if not np.isfinite(prior).all() or (prior < 0.0).any() or abs(prior.sum() - 1.0) > 1e-9:
            told = ", ".join(f"{name} {value:g}" for name, value in zip(kinds, prior, strict=True))
            raise StructureError(
                f"the priors of {player}'s types are no probabilities that sum to 1 at these values: {told}"
            )
        found.append(prior)
    return tuple(found)


def joint_prior(scenario: Scenario, values: Mapping[str, float]) -> list[float]:
    """The probability of each combination of types, where they are drawn together; raises as `priors` does."""
    environment = {name: float(value[0]) for name, value in parameter_values(scenario, values).items()}
    found = np.array([formula.number(environment) for formula in scenario.joint.values()])
    if not np.isfinite(found).all() or (found < 0.0).any() or abs(found.sum() - 1.0) > SUM_TO_ONE:
        told = ", ".join(f"{' '.join(types)} {share:g}" for types, share in zip(scenario.joint, found, strict=True))
        raise StructureError(f"the types' joint probabilities do not sum to 1 at these values: {told}")
    return [float(share) for share in found]


def _standing_for(can_be: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The terminal history that stands for each, by number: a mover's first action for those that it has not."""
    stands = np.arange(can_be.size).reshape(can_be.shape)
    for axis in range(can_be.ndim):
        can = can_be.ravel()[stands]
        has = can.any(axis=tuple(range(axis + 1, can.ndim)), keepdims=True)
        own = np.arange(can.shape[axis]).reshape([-1 if other == axis else 1 for other in range(can.ndim)])
        taken = np.where(has, own, has.argmax(axis=axis, keepdims=True))
        stands = np.take_along_axis(stands, np.broadcast_to(taken, stands.shape), axis=axis)
    return stands.ravel()


def by_type(scenario: Scenario, path: Sequence[Course]) -> dict[str, dict[str, float]]:
    """What every type of every informed player expects; types of no weight are left out."""
    found: dict[str, dict[str, float]] = {}
    for player, kinds in scenario.types.items():
        for kind in kinds:
            own = [course for course in path if course.types[player] == kind]
            weight = sum(course.probability for course in own)
            if weight > 0.0:
                total = sum(course.probability * course.payoffs[player] for course in own)
                found.setdefault(player, {})[kind] = total / weight + 0.0
    return found


class PrivateGame:
    """A structure's game at one point, and how to say what happens in it."""

    def __init__(self, scenario: Scenario, structure: Structure, values: Mapping[str, float]) -> None:
        self.scenario, self.structure, self.values = scenario, structure, values
        decisions = list(scenario.decisions)
        self.movers = [mover[0] for stage in structure.play for mover in stage]
        order = [decisions.index(mover) for mover in self.movers]
        rest = [axis for axis in range(len(decisions)) if axis not in order]
        actions = actions_of(scenario, structure)
        self.actions = [actions[axis] for axis in order]
        self.fixed = {decisions[axis]: actions[axis][0] for axis in rest}
        self.points = type_points(scenario)
        shape = tuple(len(choices) for choices in self.actions)
        outcomes = outcomes_of(scenario, structure).transpose(*order, *rest).reshape(shape)
        can_be = None if (outcomes >= 0).all() else outcomes >= 0
        stands = np.arange(outcomes.size) if can_be is None else _standing_for(can_be)
        self.outcomes = outcomes.ravel()[stands].reshape(shape)

        def tables(at: Callable[[Scenario, str, Mapping[str, Floats]], Floats]) -> Floats:
            """A number of every profile and player at all combinations of types; shape (numbers, players)."""
            found = []
            for point in self.points.values():
                everything = {name: np.array([value]) for name, value in {**values, **point}.items()}
                table = at(scenario, structure.name, everything)[0]
                table = table.transpose(0, *(axis + 1 for axis in (*order, *rest))).reshape(len(table), -1)
                found.append(table[:, stands])
            return np.moveaxis(np.array(found), 1, 2).reshape(-1, len(scenario.players))

        tied = with_ties(tables(payoffs_at), lambda: tables(sizes_at))
        # Adding 0 turns -0 into 0.
        payoffs = 0.0 + np.moveaxis(tied.reshape(len(self.points), -1, tied.shape[1]), 2, 1)
        payoffs = payoffs.reshape(len(self.points), -1, *shape)
        if not np.isfinite(payoffs).all():
            raise StructureError(
                f"structure {structure.name}: a payoff is not a finite number up to {LARGEST:g} at these parameter "
                "values; look for a division by zero or an overflow in the utilities"
            )
        self._course = cache(self._told)
        players = list(scenario.players)
        kinds = tuple(len(each) for each in scenario.types.values())
        seats = [[players.index(scenario.decisions[mover[0]].player) for mover in stage] for stage in structure.play]
        self.game = BayesianGame(
            priors(scenario, values),
            payoffs.reshape(*kinds, *payoffs.shape[1:]),
            tuple(map(tuple, seats)),
            tuple(players.index(player) for player in scenario.types),
            can_be,
        )

    @property
    def ends(self) -> NDArray[np.intp]:
        """The outcome of every combination of types and actions."""
        return np.broadcast_to(self.outcomes, (*self.game.kinds, *self.game.actions))

    @property
    def names(self) -> Names:
        """What everything is called in a tree."""
        return Names(
            f"{self.scenario.title}: {self.structure.name}",
            tuple(self.scenario.players),
            [list(kinds) for kinds in self.scenario.types.values()],
            self.movers,
            [[action.name for action in actions] for actions in self.actions],
            [rule.name for rule in self.scenario.outcomes],
        )

    def equilibrium(self, found: BayesianEquilibrium) -> Equilibrium:
        """Tell an equilibrium."""
        game, players = self.game, tuple(self.scenario.players)
        path = self.path(found)
        outcomes: dict[str, float] = {}
        payoffs = dict.fromkeys(players, 0.0)
        for course in path:
            outcomes[course.outcome] = outcomes.get(course.outcome, 0.0) + course.probability
            for player, value in course.payoffs.items():
                payoffs[player] += course.probability * value
        surprises = {place: np.array(belief.example) for place, belief in found.beliefs.items()}
        return Equilibrium(
            outcomes=dict(sorted(outcomes.items(), key=lambda item: -item[1])),
            payoffs={player: value + 0.0 for player, value in payoffs.items()},
            courses=tuple(path),
            alternatives=(),
            alternatives_count=0,
            residual=one_shot_gain(game, found.strategy, surprises),
            strategy=lambda: dict(zip(self.movers, map(np.asarray, found.strategy), strict=True)),
            type_payoffs=by_type(self.scenario, path),
            beliefs=tuple(self._beliefs(found)),
            notes=(*self._kind(path), *found.labels, *filter(None, [found.remark])),
        )

    def path(self, found: BayesianEquilibrium) -> list[Course]:
        """How play goes, by types."""
        return [
            replace(self._course(each.types, each.history), probability=each.probability)
            for each in courses(self.game, found.strategy)
        ]

    def _told(self, types: tuple[int, ...], history: tuple[int, ...]) -> Course:
        """A course of play that is certain."""
        everything: dict[str, Action] = {**self._moves(history), **self.fixed}
        rule = self.scenario.outcomes[int(self.outcomes[history])]
        chosen = self._types(types)
        point = self.points[tuple(chosen.values())]
        terms = terms_of(self.scenario, rule, everything, {**self.values, **point})
        payoffs = self.game.payoffs_at(history)[types]
        return Course(
            probability=1.0,
            moves={decision: action.name for decision, action in everything.items()},
            outcome=rule.name,
            terms={name: value for name, value in terms.items() if value != 0.0},
            payoffs=dict(zip(self.scenario.players, map(float, payoffs), strict=True)),
            types=chosen,
        )

    def _moves(self, history: tuple[int, ...]) -> dict[str, Action]:
        """What was done along a history; decisions that were not made are left out."""
        done = ((self.movers[axis], self.actions[axis][action]) for axis, action in enumerate(history))
        return {mover: action for mover, action in done if action != IDLE}

    def _types(self, types: tuple[int, ...]) -> dict[str, str]:
        return {
            player: list(kinds)[kind] for (player, kinds), kind in zip(self.scenario.types.items(), types, strict=True)
        }

    def _kind(self, path: Sequence[Course]) -> tuple[str, ...]:
        """Whether the types of a lone informed player act alike; told where it moves."""
        if len(self.scenario.types) != 1:
            return ()
        ((player, kinds),) = self.scenario.types.items()
        own = [mover for mover in self.movers if self.scenario.decisions[mover].player == player]
        if not own:
            return ()
        acts: dict[str, dict[tuple[str, ...], float]] = {}
        for course in path:
            shares = acts.setdefault(course.types[player], {})
            act = (course.moves.get(own[0], ""),)
            shares[act] = shares.get(act, 0.0) + course.probability
        if len(acts) < 2:
            return ()
        mixes = [
            {act: round(share / sum(shares.values()), 9) for act, share in shares.items()} for shares in acts.values()
        ]
        if all(mix == mixes[0] for mix in mixes):
            return ("pooling",)
        used = [act for mix in mixes for act in mix]
        return ("separating",) if len(used) == len(set(used)) and len(acts) == len(kinds) else ("semi-separating",)

    def _beliefs(self, found: BayesianEquilibrium) -> list[Belief]:
        """Beliefs where somebody still moves: by Bayes' rule on the path, and the supporting sets after surprises."""
        game = self.game
        examples = {place: np.array(belief.example) for place, belief in found.beliefs.items()}
        known = beliefs(game, found.strategy, examples)
        told: list[tuple[tuple[int, ...], Belief]] = []
        for stage in range(len(game.stages) - 1):
            for history in self._undecided(game.first_axis[stage + 1]):
                for place, each in enumerate(known[stage + 1]):
                    after = found.beliefs.get((history, place))
                    if each.surprise[history]:
                        if after is not None:
                            told.append((history, self._belief(history, place, after.low, after.high, surprise=True)))
                    elif game.informed[place] in game.stages[stage]:
                        exact = np.moveaxis(each.belief, 0, -1)[history].tolist()
                        told.append((history, self._belief(history, place, exact, exact, surprise=False)))
        return [belief for _, belief in sorted(told, key=lambda item: item[0])]

    def _undecided(self, depth: int) -> Iterator[tuple[int, ...]]:
        """The histories of so many actions after which somebody has a choice."""
        for history in self.game.open_histories(depth):
            if self.game.can_be is None or np.count_nonzero(self.game.can_be[history]) > 1:
                yield history

    def _belief(
        self, history: tuple[int, ...], place: int, low: Sequence[float], high: Sequence[float], *, surprise: bool
    ) -> Belief:
        player = list(self.scenario.types)[place]
        kinds = list(self.scenario.types[player])
        return Belief(
            player=player,
            after={mover: action.name for mover, action in self._moves(history).items()},
            probabilities={
                kind: (float(least), float(most)) for kind, least, most in zip(kinds, low, high, strict=True)
            },
            surprise=surprise,
        )
