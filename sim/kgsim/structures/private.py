"""A structure of play with private types, solved and told in the scenario's own names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kgsim.errors import StructureError
from kgsim.games.bayesian import BayesianGame, Strategy, courses, one_shot_gain, posterior
from kgsim.results import Belief, Course, Equilibrium, StructureSolution
from kgsim.scenario.model import Action, Scenario, Structure
from kgsim.scenario.payoffs import actions_of, outcomes_of, parameter_values, payoffs_at, terms_of, type_points
from kgsim.solvers.beliefs import BeliefSet
from kgsim.solvers.perfect_bayesian import pure_equilibria
from kgsim.solvers.signalling import fails_intuitive_criterion, is_signalling, solve_signalling

Floats = NDArray[np.float64]

METHOD = "perfect Bayesian equilibria"
ALL = "the game is one of signalling: every support of messages and responses was tried, pure and mixed"
PURE_ONLY = "pure equilibria are complete, and mixed ones are not sought in structures beyond sender and receiver"
NO_PURE = "there is no pure perfect Bayesian equilibrium here, and mixed ones are not sought in such structures"


@dataclass(frozen=True, eq=False)
class _Found:
    """One equilibrium in the game's own terms: strategies, beliefs after surprises, and what there is to say of it."""

    strategy: Strategy
    beliefs: Mapping[tuple[tuple[int, ...], int], BeliefSet]
    notes: tuple[str, ...] = ()


def solve_private(scenario: Scenario, structure: Structure, values: Mapping[str, float]) -> StructureSolution:
    """Solve one structure of a scenario with private types at one parameter point.

    Parameters
    ----------
    scenario, structure
        The scenario and one of its structures.
    values
        Parameter to value.

    Returns
    -------
    StructureSolution
        Payoffs are expected before types are drawn; every equilibrium tells them by type too, and the beliefs that
        support it. For one informed sender and one receiver all equilibria are found, mixed ones included; in other
        structures all pure ones, and the solution says that there may be more.

    Raises
    ------
    StructureError
        If a payoff is not finite, or priors are no probabilities at these values.
    """
    telling = Telling(scenario, structure, values)
    game = telling.game
    continua: tuple[tuple[int, ...], ...] = ()
    if is_signalling(game):
        every = solve_signalling(game)
        found = [
            _Found(
                [each.messages, each.responses[None]],
                {((message,), 0): belief for message, belief in each.beliefs.items()},
                ("fails the intuitive criterion",) if fails_intuitive_criterion(game, each) else (),
            )
            for each in every.equilibria
        ]
        continua, gaps, complete = every.continua, [ALL], True
    else:
        pure = pure_equilibria(game)
        found = [_Found(_written_out(game, each.choices), each.beliefs) for each in pure.assessments]
        gaps, complete = [*sorted(pure.gaps), PURE_ONLY], False
    told, continua = _grouped([telling.equilibrium(each) for each in found], continua)
    return StructureSolution(
        name=structure.name,
        label=structure.label,
        players=tuple(scenario.players),
        stages=tuple(tuple("+".join(mover) for mover in stage) for stage in structure.play),
        equilibria=tuple(told),
        continua=continua,
        convex=tuple(False for _ in continua),
        complete=complete and bool(told),
        reasons=tuple(gaps),
        method=METHOD,
        unsolved="" if told else NO_PURE,
    )


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
        prior = np.array([float(each.prior.evaluate(environment)) for each in kinds.values()])
        if not np.isfinite(prior).all() or (prior < 0.0).any() or abs(prior.sum() - 1.0) > 1e-9:
            told = ", ".join(f"{name} {value:g}" for name, value in zip(kinds, prior, strict=True))
            raise StructureError(
                f"the priors of {player}'s types are no probabilities that sum to 1 at these values: {told}"
            )
        found.append(prior)
    return tuple(found)


def _grouped(
    equilibria: Sequence[Equilibrium], continua: Sequence[tuple[int, ...]]
) -> tuple[list[Equilibrium], tuple[tuple[int, ...], ...]]:
    """One equilibrium for each lottery over types and outcomes, payoffs by type and kind; the others are counted.

    What differs within a group is what would follow moves that are not made, or what makes no difference.
    """
    groups: dict[object, list[int]] = {}
    for place, each in enumerate(equilibria):
        groups.setdefault(_key(each), []).append(place)
    home = {place: number for number, members in enumerate(groups.values()) for place in members}
    told = []
    for members in groups.values():
        first = min(members, key=lambda place: len(equilibria[place].courses))
        told.append(replace(equilibria[first], alternatives_count=len(members) - 1))
    joined = dict.fromkeys(tuple(sorted({home[place] for place in group})) for group in continua)
    several = [group for group in joined if len(group) > 1]
    return told, tuple(group for group in several if not any(set(group) < set(other) for other in several))


def _key(equilibrium: Equilibrium) -> object:
    lottery: dict[object, float] = {}
    for course in equilibrium.courses:
        what = (tuple(course.types.items()), course.outcome, tuple(course.terms.items()))
        lottery[what] = lottery.get(what, 0.0) + course.probability
    rounded_lottery = tuple(sorted((str(what), round(chance, 7)) for what, chance in lottery.items()))
    worth = tuple(round(value, 7) + 0.0 for payoffs in equilibrium.type_payoffs.values() for value in payoffs.values())
    return rounded_lottery, worth, tuple(round(value, 7) for value in equilibrium.payoffs.values()), equilibrium.notes


def _written_out(game: BayesianGame, choices: Mapping[tuple[int, tuple[int, ...], int], int]) -> Strategy:
    arrays = []
    for stage, players in enumerate(game.stages):
        seen = game.actions[: game.first_axis[stage]]
        for position, player in enumerate(players):
            kinds = game.kinds[game.informed.index(player)] if player in game.informed else 1
            arrays.append(np.zeros((kinds, *seen, game.actions[game.first_axis[stage] + position])))
    for (axis, history, kind), action in choices.items():
        arrays[axis][(kind, *history, action)] = 1.0
    for array in arrays:
        # What stands for all that makes no difference was left out; any action will do there.
        array[array.sum(axis=-1) == 0.0, 0] = 1.0
    return arrays


class Telling:
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
        self.outcomes = outcomes_of(scenario, structure).transpose(*order, *rest).reshape(shape)
        tables = []
        for point in self.points.values():
            everything = {name: np.array([value]) for name, value in {**values, **point}.items()}
            table = payoffs_at(scenario, structure.name, everything)[0]
            tables.append(0.0 + table.transpose(0, *(axis + 1 for axis in (*order, *rest))).reshape(-1, *shape))
        payoffs = np.array(tables)
        if not np.isfinite(payoffs).all():
            raise StructureError(
                f"structure {structure.name}: a payoff is not a finite number at these parameter values; look for a "
                "division by zero or an overflow in the utilities"
            )
        players = list(scenario.players)
        kinds = tuple(len(each) for each in scenario.types.values())
        seats = [[players.index(scenario.decisions[mover[0]].player) for mover in stage] for stage in structure.play]
        self.game = BayesianGame(
            priors(scenario, values),
            payoffs.reshape(*kinds, *payoffs.shape[1:]),
            tuple(map(tuple, seats)),
            tuple(players.index(player) for player in scenario.types),
        )

    def equilibrium(self, found: _Found) -> Equilibrium:
        """Tell an equilibrium."""
        game, players = self.game, tuple(self.scenario.players)
        path = [self._course(each.types, each.history, each.probability) for each in courses(game, found.strategy)]
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
            type_payoffs=self._by_type(path),
            beliefs=tuple(self._beliefs(found)),
            notes=(*self._kind(path), *found.notes),
        )

    def _course(self, types: tuple[int, ...], history: tuple[int, ...], probability: float) -> Course:
        moves = {mover: self.actions[axis][history[axis]] for axis, mover in enumerate(self.movers)}
        everything: dict[str, Action] = {**moves, **self.fixed}
        rule = self.scenario.outcomes[int(self.outcomes[history])]
        chosen = self._types(types)
        point = self.points[tuple(chosen.values())]
        terms = terms_of(self.scenario, rule, everything, {**self.values, **point})
        payoffs = self.game.payoffs_at(history)[types]
        return Course(
            probability=probability,
            moves={decision: action.name for decision, action in everything.items()},
            outcome=rule.name,
            terms={name: value for name, value in terms.items() if value != 0.0},
            payoffs=dict(zip(self.scenario.players, map(float, payoffs), strict=True)),
            types=chosen,
        )

    def _types(self, types: tuple[int, ...]) -> dict[str, str]:
        return {
            player: list(kinds)[kind] for (player, kinds), kind in zip(self.scenario.types.items(), types, strict=True)
        }

    def _by_type(self, path: Sequence[Course]) -> dict[str, dict[str, float]]:
        """What every type of every informed player expects; types of no weight are left out."""
        found: dict[str, dict[str, float]] = {}
        for player, kinds in self.scenario.types.items():
            for kind in kinds:
                own = [course for course in path if course.types[player] == kind]
                weight = sum(course.probability for course in own)
                if weight > 0.0:
                    total = sum(course.probability * course.payoffs[player] for course in own)
                    found.setdefault(player, {})[kind] = total / weight + 0.0
        return found

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
            act = (course.moves[own[0]],)
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

    def _beliefs(self, found: _Found) -> list[Belief]:
        """Beliefs where somebody still moves: by Bayes' rule on the path, and the supporting sets after surprises."""
        game = self.game
        told: list[Belief] = []

        def walk(stage: int, history: tuple[int, ...], known: tuple[Floats, ...]) -> None:
            if stage == len(game.stages) - 1:
                return
            shape = game.actions[game.first_axis[stage] : game.first_axis[stage + 1]]
            for actions in np.ndindex(*shape):
                after = (*history, *actions)
                updated = []
                for place, belief in enumerate(known):
                    bayes = posterior(game, found.strategy, place, belief, stage, after)
                    surprise = found.beliefs.get((after, place))
                    if bayes is not None:
                        if game.informed[place] in game.stages[stage]:
                            exact = tuple(map(float, bayes))
                            told.append(self._belief(after, place, exact, exact, surprise=False))
                        updated.append(bayes)
                    elif surprise is not None:
                        told.append(self._belief(after, place, surprise.low, surprise.high, surprise=True))
                        updated.append(np.array(surprise.example))
                    else:
                        updated.append(belief)
                walk(stage + 1, after, tuple(updated))

        walk(0, (), tuple(np.asarray(prior) for prior in game.priors))
        return told

    def _belief(
        self, history: tuple[int, ...], place: int, low: Sequence[float], high: Sequence[float], *, surprise: bool
    ) -> Belief:
        player = list(self.scenario.types)[place]
        kinds = list(self.scenario.types[player])
        return Belief(
            player=player,
            after={
                mover: self.actions[axis][history[axis]].name for axis, mover in enumerate(self.movers[: len(history)])
            },
            probabilities={
                kind: (float(least), float(most)) for kind, least, most in zip(kinds, low, high, strict=True)
            },
            surprise=surprise,
        )
