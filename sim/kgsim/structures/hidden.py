"""Structures in which somebody does not see an earlier move or draw: solved on the tree of their information sets.

The solution concept is sequential equilibrium (Kreps and Wilson 1982), which is subgame perfection where nothing but
moves made at the same time stays hidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import product
from math import prod

import numpy as np

from kgsim.arrays import Floats, Integers
from kgsim.errors import StructureError
from kgsim.games.extensive import ExtensiveGame, InformationSet, Node, in_order
from kgsim.games.simpler import without_difference
from kgsim.games.staged import Chance, available
from kgsim.results import Course, Equilibrium, StructureSolution
from kgsim.scenario.model import IDLE, Action, Scenario, Structure
from kgsim.scenario.observed import sees
from kgsim.scenario.payoffs import PayoffTable, actions_of, parameter_values, payoff_table, terms_of, type_points
from kgsim.solvers.extensive.tree import EquilibriumSet, TreeSearch
from kgsim.structures.build import shares, with_ties_of
from kgsim.structures.hidden_beliefs import Judged, beliefs_told
from kgsim.structures.private_game import by_type, joint_prior, priors
from kgsim.tolerances import VANISHING

METHOD = "sequential equilibria among the Nash equilibria of the game tree"
OPEN = "of some Nash equilibrium it is open whether beliefs support it"
BETWEEN = "what lies between Nash equilibria that form a continuum was not judged"
SELECTED = "one equilibrium was selected by following quantal responses, and there may be others"
NONE_FOUND = "no sequential equilibrium was found"

#: Nodes of a tree that is solved.
MOST_NODES = 50_000


def hides(scenario: Scenario, structure: Structure) -> bool:
    """Whether a structure has to be solved on its tree."""
    drawn = any(stage[0][0] in scenario.chance for stage in structure.play)
    return bool(structure.seen_by or scenario.joint) or (drawn and bool(scenario.types))


def solve_hidden(
    scenario: Scenario, structure: Structure, values: Mapping[str, float], table: PayoffTable | None = None
) -> StructureSolution:
    """Solve a structure for which `hides` holds at one parameter point.

    Parameters
    ----------
    scenario, structure
        The scenario and one of its structures.
    values
        Parameter to value.
    table
        Its payoffs there, where there are no types, if they are not those of the scenario.

    Raises
    ------
    StructureError
        If payoffs are not finite, probabilities are none, or the tree is too large.
    """
    telling = HiddenGame(scenario, structure, values, table)
    found, reasons, complete, remark = _sought(telling.tree)
    told: dict[object, Equilibrium] = {}
    for behaviour, residual, judged in found:
        each = telling.equilibrium(behaviour, residual, remark)
        if judged is not None:
            each = replace(each, beliefs=beliefs_told(judged, telling))
        told.setdefault(_key(each), each)
    return StructureSolution(
        name=structure.name,
        label=structure.label,
        labels=scenario.labels,
        players=tuple(scenario.players),
        stages=tuple(tuple("+".join(mover) for mover in stage) for stage in structure.play),
        equilibria=tuple(told.values()),
        continua=(),
        convex=(),
        complete=complete and bool(told),
        reasons=reasons,
        method=METHOD,
        unsolved="" if told else "; ".join((NONE_FOUND, *reasons)),
        drawn=tuple(event for event in scenario.chance if event not in structure.fixed),
    )


#: Information set to a mix over its actions.
_Behaviour = Mapping[int, Floats]


def _sought(tree: ExtensiveGame) -> tuple[list[tuple[_Behaviour, float, Judged | None]], tuple[str, ...], bool, str]:
    """Behaviour, residual and beliefs of each equilibrium, why there may be others or not, and what to remark."""
    simple = without_difference(tree)
    search = TreeSearch(simple.game, None)

    def whole(behaviour: Mapping[int, Floats | None]) -> _Behaviour:
        """Behaviour in the tree as it was."""
        full = {index: np.eye(len(each.actions))[0] for index, each in enumerate(tree.information)}
        for index, mix in behaviour.items():
            if mix is not None:
                here = full[simple.sets[index]] = np.zeros(len(tree.information[simple.sets[index]].actions))
                here[list(simple.actions[index])] = mix
        return full

    names = [
        [tree.information[index].actions[action] for action in actions]
        for index, actions in zip(simple.sets, simple.actions, strict=True)
    ]
    judged = partial(Judged, search.game, simple.sets, names)
    perfect: EquilibriumSet | None = None if search.hidden else search.subgame_perfect()
    found = perfect or search.nash()
    kept = [
        each for each in found.equilibria if perfect or (each.assessment and each.assessment.verdict == "sequential")
    ]
    gaps = [] if found.complete else [found.reason]
    if not perfect and any(
        each.assessment is None or each.assessment.verdict == "undecided" for each in found.equilibria
    ):
        gaps.append(OPEN)
    if found.components:
        gaps.append(BETWEEN)
    if kept:
        told = [
            (
                whole(each.behaviour),
                each.residual,
                judged(each.assessment.behaviour, each.assessment.beliefs) if each.assessment else None,
            )
            for each in kept
        ]
        return told, tuple(gaps) or (found.reason,), not gaps, ""
    limit = search.logit_limit()
    if limit is None or not limit.arrived:
        return [], tuple(gaps), False, ""
    kept_up = {index: np.where(mix < VANISHING, 0.0, mix) for index, mix in limit.behaviour.items()}
    selected = whole(limit.behaviour), float(limit.residual.max()), judged(kept_up, limit.beliefs)
    return [selected], (*gaps, SELECTED), False, SELECTED


def _key(each: Equilibrium) -> object:
    by_player = [round(value, 7) + 0.0 for value in each.payoffs.values()]
    typed = [round(value, 7) + 0.0 for worth in each.type_payoffs.values() for value in worth.values()]
    return (
        frozenset((name, round(share, 7)) for name, share in each.outcomes.items()),
        tuple(by_player),
        tuple(typed),
    )


@dataclass(frozen=True, eq=False)
class HiddenGame:
    """A structure's tree at one point, and how to say what happens in it; parameters as for `solve_hidden`."""

    scenario: Scenario
    structure: Structure
    values: Mapping[str, float]
    table: PayoffTable | None = None

    @cached_property
    def movers(self) -> list[str]:
        """The decisions in order of play."""
        return [mover[0] for stage in self.structure.play for mover in stage]

    @cached_property
    def _tables(self) -> list[tuple[Floats, Integers]]:
        """For each combination of types everybody's payoffs and the outcome, one axis a mover in order of play."""
        decisions = list(self.scenario.decisions)
        order = [decisions.index(mover) for mover in self.movers]
        rest = [axis for axis in range(len(decisions)) if axis not in order]
        found = []
        for point in type_points(self.scenario).values():
            values = {**self.values, **point}
            table = self.table or payoff_table(self.scenario, self.structure.name, values)
            payoffs = 0.0 + with_ties_of(self.scenario, self.structure.name, table.payoffs, values)
            if not np.isfinite(payoffs).all():
                raise StructureError(
                    f"structure {self.structure.name}: a payoff is not a finite number at these values"
                )
            shape = tuple(table.outcomes.shape[axis] for axis in order)
            along = payoffs.transpose(0, *(axis + 1 for axis in (*order, *rest))).reshape(-1, *shape)
            found.append((along, table.outcomes.transpose(*order, *rest).reshape(shape)))
        return found

    @cached_property
    def actions(self) -> list[tuple[Action, ...]]:
        """The actions of every decision in order of play."""
        by_name = dict(zip(self.scenario.decisions, actions_of(self.scenario, self.structure), strict=True))
        return [by_name[mover] for mover in self.movers]

    @property
    def tree(self) -> ExtensiveGame:
        """The tree; its information sets are what a player knows when it moves. Raises as `_laid_out` does."""
        return self._laid_out[0]

    def at_set(self, index: int) -> tuple[str, str, Mapping[str, str]]:
        """See `kgsim.structures.hidden_beliefs.Told`."""
        _, history = self._laid_out[1][index]
        name = self.movers[len(history)]
        seen = {self.movers[axis]: self.actions[axis][history[axis]] for axis in self._seen(name)}
        player = self.scenario.decisions[name].player
        return player, name, {mover: action.name for mover, action in seen.items() if action != IDLE}

    def at_draw(self, label: str, action: str) -> Mapping[str, str]:
        """See `kgsim.structures.hidden_beliefs.Told`."""
        if label:
            return {label: action}
        (kinds,) = (each for each in type_points(self.scenario) if ", ".join(each) == action)
        return dict(zip(self.scenario.types, kinds, strict=True))

    @property
    def informed(self) -> tuple[str, ...]:
        """See `kgsim.structures.hidden_beliefs.Told`."""
        return tuple(self.scenario.types)

    @cached_property
    def _laid_out(self) -> tuple[ExtensiveGame, list[tuple[int, tuple[int, ...]]]]:
        """The tree, and for each information set the types and the history of one of its nodes.

        Raises
        ------
        StructureError
            If it has more than `MOST_NODES` nodes.
        """
        scenario, tables = self.scenario, self._tables
        environment = parameter_values(scenario, self.values)
        players = list(scenario.players)
        nodes: list[Node] = []
        information: list[InformationSet] = []
        known: dict[object, int] = {}
        firsts: list[tuple[int, tuple[int, ...]]] = []
        waiting: list[tuple[int, tuple[int, ...]]] = [(0, ())]
        if scenario.types:
            names = [", ".join(kinds) for kinds in type_points(scenario)]
            waiting = [(kind, ()) for kind in self._drawn]
            labels, chances = tuple(names[kind] for kind in self._drawn), tuple(self._prior[k] for k in self._drawn)
            nodes.append(Node(tuple(range(1, len(waiting) + 1)), None, labels, chances))
        offset = len(nodes)
        for types, history in waiting:
            payoffs, outcomes = tables[types]
            depth, actions = len(history), self._open(outcomes, history)
            while len(actions) == 1 and self.actions[depth][actions[0]] == IDLE:
                history, depth = (*history, *actions), depth + 1
                actions = self._open(outcomes, history)
            if not actions:
                label = scenario.outcomes[int(outcomes[history])].name
                worth = tuple(float(own[history]) for own in payoffs)
                nodes.append(Node(payoffs=worth, label=label))
                continue
            start = offset + len(waiting)
            waiting.extend((types, (*history, action)) for action in actions)
            if len(waiting) > MOST_NODES:
                raise StructureError(f"structure {self.structure.name}: its tree has more than {MOST_NODES:,} nodes")
            children = tuple(range(start, offset + len(waiting)))
            name = self.movers[depth]
            named = tuple(self.actions[depth][action].name for action in actions)
            if name in scenario.chance:
                drawn = Chance(shares(scenario, name, environment)).among(actions)
                nodes.append(Node(children, None, named, drawn, label=name))
                continue
            key = (depth, *self._known(types, history))
            if key not in known:
                known[key] = len(information)
                firsts.append((types, history))
                seat = players.index(scenario.decisions[name].player)
                information.append(InformationSet(seat, self._told(name, types, history), named))
            nodes.append(Node(children, known[key]))
        return in_order(f"{scenario.title}: {self.structure.name}", players, nodes, information), firsts

    @cached_property
    def _prior(self) -> list[float]:
        """The probability of each combination of types."""
        if self.scenario.joint:
            return joint_prior(self.scenario, self.values)
        return [prod(map(float, each)) for each in product(*priors(self.scenario, self.values))]

    @property
    def _drawn(self) -> list[int]:
        """The combinations of types that there may be."""
        return [kind for kind, share in enumerate(self._prior) if share > 0.0]

    def _open(self, outcomes: Integers, history: tuple[int, ...]) -> tuple[int, ...]:
        if len(history) == outcomes.ndim:
            return ()
        (actions,) = available(outcomes[history], 1)
        return actions

    def _known(self, types: int, history: tuple[int, ...]) -> tuple[object, ...]:
        """What the next mover knows: its type, and what it saw at earlier stages."""
        name = self.movers[len(history)]
        player = self.scenario.decisions[name].player
        kinds = list(type_points(self.scenario))[types]
        own = [kind for kind in kinds if kind in self.scenario.types.get(player, ())]
        return (*own, *((axis, history[axis]) for axis in self._seen(name)))

    def _seen(self, name: str) -> Iterator[int]:
        """The movers whose choice a decision is made in knowledge of."""
        for stage in self.structure.play:
            if name in (member for mover in stage for member in mover):
                return
            for mover in stage:
                if sees(self.structure, self.scenario.decisions, name, mover[0]):
                    yield self.movers.index(mover[0])

    def _told(self, name: str, types: int, history: tuple[int, ...]) -> str:
        player = self.scenario.decisions[name].player
        own = [kind for kind in list(type_points(self.scenario))[types] if kind in self.scenario.types.get(player, ())]
        seen = [self.actions[axis][history[axis]].name for axis in self._seen(name)]
        after = ", ".join(filter(None, seen))
        return name + (f" ({', '.join(own)})" if own else "") + (f" after {after}" if after else "")

    def equilibrium(self, behaviour: _Behaviour, residual: float, remark: str) -> Equilibrium:
        """Tell an equilibrium."""
        path = sorted(self._path(behaviour), key=lambda course: -course.probability)
        outcomes: dict[str, float] = {}
        payoffs = dict.fromkeys(self.scenario.players, 0.0)
        for course in path:
            outcomes[course.outcome] = outcomes.get(course.outcome, 0.0) + course.probability
            for player, worth in course.payoffs.items():
                payoffs[player] += course.probability * worth
        return Equilibrium(
            outcomes=dict(sorted(outcomes.items(), key=lambda item: -item[1])),
            payoffs={player: value + 0.0 for player, value in payoffs.items()},
            courses=tuple(path),
            alternatives=(),
            alternatives_count=0,
            residual=residual,
            type_payoffs=by_type(self.scenario, path) if self.scenario.types else {},
            notes=(remark,) if remark else (),
        )

    def _path(self, behaviour: _Behaviour) -> Iterator[Course]:
        """The courses of play that have a probability, walked from the root of the tree."""
        tree = self.tree
        waiting: list[tuple[int, float, int, tuple[int, ...]]] = [(0, 1.0, 0, ())]
        while waiting:
            place, share, types, history = waiting.pop()
            node = tree.nodes[place]
            if place == 0 and self.scenario.types:
                waiting += [
                    (child, chance, kind, ())
                    for child, chance, kind in zip(node.children, node.probabilities, self._drawn, strict=True)
                ]
                continue
            outcomes = self._tables[types][1]
            actions = self._open(outcomes, history)
            while len(actions) == 1 and self.actions[len(history)][actions[0]] == IDLE:
                history = (*history, *actions)
                actions = self._open(outcomes, history)
            if not node.children:
                yield self._course(share, types, history)
                continue
            mix: Sequence[float] = node.probabilities
            if node.information is not None:
                mix = [0.0 if each < 1e-9 else float(each) for each in behaviour[node.information]]
            waiting += [
                (child, share * each / sum(mix), types, (*history, action))
                for child, each, action in zip(node.children, mix, actions, strict=True)
                if each > 0.0
            ]

    def _course(self, share: float, types: int, history: tuple[int, ...]) -> Course:
        payoffs, outcomes = self._tables[types]
        kinds, point = list(type_points(self.scenario).items())[types]
        made: dict[str, Action] = {
            mover: self.actions[axis][history[axis]]
            for axis, mover in enumerate(self.movers)
            if self.actions[axis][history[axis]] != IDLE
        }
        everything = {**made, **self.structure.fixed}
        rule = self.scenario.outcomes[int(outcomes[history])]
        terms = terms_of(self.scenario, rule, everything, {**self.values, **point})
        return Course(
            probability=share,
            moves={decision: action.name for decision, action in everything.items()},
            outcome=rule.name,
            terms={name: value for name, value in terms.items() if value != 0.0},
            payoffs=dict(zip(self.scenario.players, (float(own[history]) for own in payoffs), strict=True)),
            types=dict(zip(self.scenario.types, kinds, strict=True)),
        )
