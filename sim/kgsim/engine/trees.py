"""Structures with chance or hidden moves at many points at once, wherever their equilibria can be read off.

The tree is laid out once. Its subgames of perfect information have one equilibrium where every choice in them is
strictly best (Selten 1965). What they leave is solved in strategic form at all points together; if play gets to every
information set there, a Nash equilibrium is sequential, beliefs being Bayes's (Kreps and Wilson 1982). Points with a
tie in such a subgame, a continuum or an information set that play does not get to are left, and so are those next to
one of these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from kgsim.arrays import Bools, Floats, Integers
from kgsim.engine.solutions import Mixed
from kgsim.games.extensive import ExtensiveGame, Node, in_order
from kgsim.games.plans import Plan, count_plans, plans_of
from kgsim.games.simpler import without_difference
from kgsim.scenario.deals import Deals
from kgsim.scenario.model import Scenario, Structure
from kgsim.scenario.payoffs import PayoffTable, actions_of
from kgsim.solvers.batch.nash_batch import nash_batch
from kgsim.structures.hidden import HiddenGame
from kgsim.structures.offers.boxes import has_intervals
from kgsim.tolerances import STRICTLY

#: Profiles of plans of two movers, and of more, up to which strategic forms are solved at all points.
MOST_OF_TWO, MOST_OF_MORE = 400, 16

#: Nodes up to which a tree is walked through at all points.
MOST_NODES = 2_000

#: Probability up to which a draw, or play's getting to an information set, is left to the solver of single points.
SLIGHT = 1e-6


def laid_out_as_tree(scenario: Scenario, structure: Structure) -> bool:
    """Whether a structure can be laid out as a tree for many points: its movers are players who each choose alone."""
    alone = all(len(mover) == 1 for stage in structure.play for mover in stage)
    return alone and not (structure.blocs or structure.pure or has_intervals(scenario, structure) or scenario.types)


@dataclass(frozen=True, eq=False)
class Solved:
    """What is found at some points: which are solved, their equilibria and the largest gain at any; shape (points,)."""

    where: Bools
    equilibria: Mixed
    residual: Floats


@dataclass(frozen=True, eq=False)
class Tree:
    """A structure's tree, its ends being deals, of which the payoffs at any points can be entered.

    Parameters
    ----------
    scenario, structure, deals
        The scenario, one of its structures for which `laid_out_as_tree` holds, and the scenario's deals.
    values
        Parameter to value, at any point where chance has probabilities.
    """

    scenario: Scenario
    structure: Structure
    deals: Deals
    values: Mapping[str, float]

    @cached_property
    def game(self) -> ExtensiveGame:
        """The tree without decisions that make no difference whatever the parameters are; ends pay their deal."""
        labels = self.deals.labels[self.structure.name]
        outcomes = np.where(labels >= 0, self.deals.outcomes[labels], -1)
        numbers = np.broadcast_to(labels.astype(np.float64), (len(self.scenario.players), *labels.shape))
        table = PayoffTable(numbers, outcomes, actions_of(self.scenario, self.structure))
        return without_difference(HiddenGame(self.scenario, self.structure, self.values, table).tree).game

    @cached_property
    def open_below(self) -> list[bool]:
        """For each node whether something stays hidden, or is chosen at once, from there on."""
        game = self.game
        found = [node.information is not None and len(game.members[node.information]) > 1 for node in game.nodes]
        for place in reversed(range(len(game.nodes))):
            found[place] |= any(found[child] for child in game.nodes[place].children)
        return found

    @cached_property
    def rest(self) -> tuple[ExtensiveGame, Integers]:
        """The tree with its subgames of perfect information as ends, and the node that each of its nodes was."""
        game = self.game
        nodes: list[Node] = []
        origin: list[int] = [0]
        for place in origin:
            node = game.nodes[place]
            if self.open_below[place]:
                first = len(origin)
                origin.extend(node.children)
                children = tuple(range(first, len(origin)))
                nodes.append(Node(children, node.information, node.actions, node.probabilities, label=node.label))
            else:
                nodes.append(Node(payoffs=(float(place),) * len(game.players)))
        whole = in_order(game.title, game.players, nodes, game.information)
        kept = sorted({node.information for node in whole.nodes if node.information is not None})
        place_of = {index: number for number, index in enumerate(kept)}
        own = [
            Node(n.children, None if n.information is None else place_of[n.information], n.actions, n.probabilities,
                 n.payoffs, n.label)
            for n in whole.nodes
        ]  # fmt: skip
        small = ExtensiveGame(game.title, game.players, tuple(own), tuple(game.information[index] for index in kept))
        return small, np.array([int(n.payoffs[0]) if n.payoffs else -1 for n in own])

    @cached_property
    def fits(self) -> bool:
        """Whether it is small enough."""
        if len(self.game.nodes) > MOST_NODES:
            return False
        counts = [count for count in count_plans(self.rest[0]) if count > 1]
        return prod(counts) <= (MOST_OF_TWO if len(counts) <= 2 else MOST_OF_MORE)

    def solve(self, payoffs: Floats, environment: Mapping[str, Floats]) -> Solved:
        """Solve the tree at some points.

        Parameters
        ----------
        payoffs
            Of every deal, ties being exact, to players and whoever else is told of; shape (rows, deals, points).
        environment
            Name to value, for formulas of probabilities, which are fine at all points.
        """
        return _AtPoints(self, payoffs, environment).solved()


@dataclass(frozen=True, eq=False)
class _AtPoints:
    """A tree at some points; parameters as for `Tree.solve`."""

    tree: Tree
    payoffs: Floats
    environment: Mapping[str, Floats]

    @cached_property
    def shares(self) -> dict[str, dict[str, Floats]]:
        """Of each chance event, what may happen to its probability; shape (points,)."""
        count = self.payoffs.shape[-1]
        scenario = self.tree.scenario
        drawn = {node.label for node in self.tree.game.nodes if node.children and node.information is None}
        return {
            event: {
                name: np.broadcast_to(formula.evaluate(self.environment, shape=(1,)), count)
                for name, formula in scenario.chance[event].items()
            }
            for event in drawn
        }

    def drawn(self, node: Node) -> list[Floats]:
        """The probabilities of a chance node's children; one that is left alone is certain."""
        if len(node.children) == 1:
            return [np.ones(self.payoffs.shape[-1])]
        return [self.shares[node.label][name] for name in node.actions]

    @cached_property
    def subgames(self) -> tuple[dict[int, tuple[Floats, Floats]], Bools]:
        """What every node of perfect information is worth, rows and outcomes by points, and where all is strict."""
        tree, count = self.tree, self.payoffs.shape[-1]
        game, rules = tree.game, np.eye(len(tree.scenario.outcomes))
        strict = np.ones(count, dtype=bool)
        found: dict[int, tuple[Floats, Floats]] = {}
        for place in reversed(range(len(game.nodes))):
            node = game.nodes[place]
            below = [found.get(child) for child in node.children]
            if tree.open_below[place]:
                continue
            if not below:
                deal = int(node.payoffs[0])
                ends = np.repeat(rules[tree.deals.outcomes[deal]][:, None], count, axis=1)
                found[place] = self.payoffs[:, deal], ends
                continue
            worth, ends = (np.array([each[part] for each in below if each]) for part in (0, 1))
            if node.information is None:
                shares = np.array(self.drawn(node))[:, None]
                found[place] = (shares * worth).sum(axis=0), (shares * ends).sum(axis=0)
                continue
            own = worth[:, game.information[node.information].player]
            best = own.argmax(axis=0)
            strict &= _strictly_best(own, best)
            chosen = best[None, None]
            found[place] = (
                np.take_along_axis(worth, chosen, axis=0)[0],
                np.take_along_axis(ends, chosen, axis=0)[0],
            )
        return found, strict

    def solved(self) -> Solved:
        """See `Tree.solve`."""
        worth, strict = self.subgames
        strict = strict & np.all(
            [share > SLIGHT for event in self.shares.values() for share in event.values()] or [strict], axis=0
        )
        points = np.flatnonzero(strict)
        if 0 in worth:
            rows, ends = worth[0]
            alone = np.full(len(points), -1, dtype=np.intp)
            return Solved(strict, Mixed(points, rows[:, points], ends[:, points], alone), np.zeros(len(strict)))
        return self._of_strategic_forms(points)

    def _of_strategic_forms(self, points: Integers) -> Solved:
        small, origin = self.tree.rest
        worth = self.subgames[0]
        movers = [player for player, count in enumerate(count_plans(small)) if count > 1]
        plans = [plans_of(small, player) for player in movers]
        chances = self._chances(small)[:, points]
        fits = [[_agreeing(small, place, player, own) for player, own in zip(movers, plans, strict=True)]
                for place in range(len(small.nodes))]  # fmt: skip
        ends = np.flatnonzero(origin >= 0)
        games = np.zeros((len(points), max(len(movers), 2), *map(len, plans), *([1] if len(movers) == 1 else [])))
        for place in ends:
            cells = np.ix_(range(len(points)), *fits[place], *([[0]] if len(movers) == 1 else []))
            for row, player in enumerate(movers):
                worth_there = chances[place] * worth[int(origin[place])][0][player, points]
                games[:, row][cells] += worth_there.reshape(-1, *(1 for _ in cells[1:]))
        found = nash_batch(games)
        at = np.repeat(np.arange(len(points)), found.counts)
        mixes = np.split(found.profiles, np.cumsum(found.actions)[:-1], axis=1)
        reach = chances[:, at].copy()
        for node, each in enumerate(fits):
            for mix, own in zip(mixes, each, strict=False):
                reach[node] *= mix[:, own].sum(axis=1)
        clear = found.isolated & np.all(
            [reach[list(members)].sum(axis=0) > SLIGHT for members in small.members], axis=0
        )
        good = found.complete & (found.counts > 0)
        good[at[~clear]] = False
        where = np.zeros(self.payoffs.shape[-1], dtype=bool)
        where[points[good]] = True
        kept = np.flatnonzero(good[at])
        point = points[at[kept]]
        rows, outcomes = (
            sum(reach[place, kept] * worth[int(origin[place])][part][:, point] for place in ends) for part in (0, 1)
        )
        residual = np.zeros(len(where))
        np.maximum.at(residual, point, found.regrets[kept].max(axis=1))
        told = Mixed(point, rows, outcomes, np.full(len(kept), -1, dtype=np.intp))
        return Solved(where, _without_repetition(told), residual)

    def _chances(self, game: ExtensiveGame) -> Floats:
        """The probability that chance lets play get to each node; shape (nodes, points)."""
        found = np.ones((len(game.nodes), self.payoffs.shape[-1]))
        for place, node in enumerate(game.nodes):
            drawn = self.drawn(node) if node.children and node.information is None else [1.0] * len(node.children)
            for child, share in zip(node.children, drawn, strict=True):
                found[child] = found[place] * share
        return found


def _strictly_best(own: Floats, best: Integers) -> Bools:
    """Where the best of some actions is better than all others beyond doubt; shapes (actions, points) and (points,)."""
    top = np.take_along_axis(own, best[None], axis=0)
    margin = STRICTLY * np.maximum(np.abs(own), np.abs(top))
    beaten = own < top - margin
    return np.asarray(beaten.sum(axis=0) == len(own) - 1)


def _agreeing(game: ExtensiveGame, place: int, player: int, plans: tuple[Plan, ...]) -> list[int]:
    """Numbers of a player's plans that let play get to a node."""
    past = game.histories[place][player]
    return [number for number, plan in enumerate(plans) if all(plan.get(index) == action for index, action in past)]


def _without_repetition(told: Mixed) -> Mixed:
    """Equilibria of each point that lead to one lottery over outcomes and payoffs told once."""
    keys = np.vstack([told.point[None], told.outcomes.round(7) + 0.0, told.payoffs.round(7) + 0.0])
    _, first = np.unique(keys, axis=1, return_index=True)
    return told.only(np.sort(first))
