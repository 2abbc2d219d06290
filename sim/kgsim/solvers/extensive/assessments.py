"""Which Nash equilibria of a tree belong to a sequential equilibrium.

A Nash equilibrium is silent on information sets that their owner's own choices exclude. It *belongs* to a sequential
equilibrium if it can be filled in there, and beliefs be found, such that every choice is best where it is made and the
beliefs are limits of Bayes' rule as errors vanish (Kreps and Wilson 1982). That is decided in two steps.

*Filling in.* An action that does worse than another at every node of its information set, whatever is filled in
elsewhere, is out. What a deviation gains at a node is linear in the probabilities of each set that is filled in, so
pure fillings bound it. If the equilibrium takes such an action, no beliefs can defend it. All pure fillings that are
left are tried; where only one is left, the answer is exact.

*Beliefs.* Limits of Bayes' rule are those that arise when every action that is never taken is erred into with
probability c ε^e, as ε vanishes (Perea, Jansen and Peters 1997). Which nodes are believed possible says which sums of
exponents are least, inequalities linear in e; how likely each is, is linear in log c.

With such beliefs nobody gains by any plan if nobody gains by deviating once (Hendon, Jacobsen and Sloth 1996).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import inf, prod
from typing import Literal

import numpy as np

from kgsim.arrays import Floats
from kgsim.games.extensive import ExtensiveGame, continuation_values, reach
from kgsim.solvers.bayesian.beliefs import BeliefSet, supported
from kgsim.solvers.bayesian.refinements import subsets
from kgsim.solvers.effort import Effort, OutOfEffort
from kgsim.tolerances import NASH_WORTH, POSITIVE, REGRET_OF_BELIEFS, SAME_EXPONENT

Verdict = Literal["sequential", "not sequential", "undecided"]

#: Ways of filling in that are tried, and combinations of nodes believed possible for each.
MOST_FILLINGS = 2_000
MOST_SUPPORTS = 2_000

#: Ways of filling in times nodes.
MOST_VALUES = 1_000_000

#: Nodes of an information set whose every subset may be believed possible.
MOST_NODES = 10

#: What a linear programme costs, in visits of nodes.
LINEAR_PROGRAMME = 500

#: An action of an information set: their places.
Taken = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Assessment:
    """What is known of one Nash equilibrium.

    Attributes
    ----------
    verdict
        Whether it belongs to a sequential equilibrium.
    reason
        Why not, or why that is undecided; empty for ``sequential``.
    defended
        Of a ``not sequential`` one: whether some beliefs would defend it that are no limits of Bayes' rule.
    behaviour, beliefs
        One sequential equilibrium that it belongs to: information set to probabilities of its actions and of its nodes.
    errors
        Action that is never taken to the exponent and the coefficient of the errors behind the beliefs.
    """

    verdict: Verdict
    reason: str = ""
    behaviour: Mapping[int, Floats] = field(default_factory=dict)
    beliefs: Mapping[int, Floats] = field(default_factory=dict)
    errors: Mapping[Taken, tuple[float, float]] = field(default_factory=dict)
    defended: bool = False


def assess(game: ExtensiveGame, behaviour: Mapping[int, Floats | None], effort: Effort | None = None) -> Assessment:
    """Decide whether a Nash equilibrium belongs to a sequential equilibrium.

    Parameters
    ----------
    game
        A game of perfect recall.
    behaviour
        A Nash equilibrium: information set to probabilities, None where its owner's own choices exclude it.
    effort
        In visits of nodes, beside the fixed limits of this module.

    Returns
    -------
    Assessment
        ``not sequential`` and ``sequential`` are certain but for rounding; ``undecided`` says what was not tried.
    """
    try:
        return _assess(game, behaviour, effort or Effort(inf))
    except OutOfEffort as error:
        return Assessment("undecided", str(error))


def _assess(game: ExtensiveGame, behaviour: Mapping[int, Floats | None], effort: Effort) -> Assessment:
    if any(node.probabilities and min(node.probabilities) <= 0.0 for node in game.nodes):
        return Assessment("undecided", "a chance move has an action of probability 0, which beliefs cannot follow")
    case = _Case(game, behaviour, effort)
    refusal = case.narrow()
    if refusal is not None:
        return refusal
    reasons = []
    for play in case.fillings():
        found = case.believed(play)
        if found.verdict == "sequential":
            return found
        reasons.append(found)
    if len(reasons) == 1:
        return reasons[0]
    return Assessment("undecided", "no pure choice off the path completes it, and mixed ones were not tried")


class _Case:
    def __init__(self, game: ExtensiveGame, behaviour: Mapping[int, Floats | None], effort: Effort) -> None:
        self.game = game
        self.effort = effort
        effort.spend(len(game.nodes))
        self.said: dict[int, Floats] = {}
        self.options: dict[int, list[int]] = {}
        for index, each in enumerate(game.information):
            part = behaviour.get(index)
            if part is None:
                self.options[index] = list(range(len(each.actions)))
            else:
                snapped = np.where(part > POSITIVE, part, 0.0)
                self.said[index] = snapped / snapped.sum()
        first = next(self.fillings())
        self.reached = reach(game, first)

    def fillings(self) -> Iterator[dict[int, Floats]]:
        """Every way to fill in the silent information sets with one action each."""
        for chosen in product(*self.options.values()):
            play = dict(self.said)
            for index, action in zip(self.options, chosen, strict=True):
                play[index] = np.eye(len(self.game.information[index].actions))[action]
            yield play

    def bayes(self, index: int) -> Floats | None:
        """Beliefs at an information set on the path; None off it."""
        weights = self.reached[list(self.game.members[index])]
        return np.asarray(weights / weights.sum()) if weights.sum() > 0.0 else None

    def values(self, play: Mapping[int, Floats]) -> Floats:
        """Expected payoffs from every node on, and their size; shape (2, nodes, players)."""
        return np.array([continuation_values(self.game, play, sizes=sizes) for sizes in (False, True)])

    def worth(self, index: int, values: Floats) -> Floats:
        """What actions are worth to the mover, and its size, from such of shape (2, ..., nodes, players).

        Shape (2, ..., nodes of the set, actions); one row on the path.
        """
        table = self.table(index, values)
        known = self.bayes(index)
        return np.asarray(table if known is None else known[None] @ table)

    def table(self, index: int, values: Floats) -> Floats:
        """The same at every node of the set, as if it were known."""
        below = np.array([self.game.nodes[place].children for place in self.game.members[index]])
        return np.asarray(values[..., below, self.game.information[index].player])

    def all_values(self) -> Floats:
        """Continuation values under every filling, and their size; shape (2, fillings, nodes, players)."""
        plays = list(self.fillings())
        self.effort.spend(len(self.game.nodes) * (1 + len(plays) // 20))
        mixes = {index: np.array([play[index] for play in plays]) for index in plays[0]}
        values = np.zeros((2, len(plays), len(self.game.nodes), len(self.game.players)))
        for place in reversed(range(len(self.game.nodes))):
            node = self.game.nodes[place]
            if not node.children:
                values[0, :, place], values[1, :, place] = node.payoffs, np.abs(node.payoffs)
            else:
                shares = np.array([node.probabilities]) if node.information is None else mixes[node.information]
                values[:, :, place] = (shares[:, :, None] * values[:, :, list(node.children)]).sum(axis=2)
        return values

    def narrow(self) -> Assessment | None:
        """Strike what is worse than something else in any case; a refusal if the equilibrium does that."""
        while True:
            fillings = prod(map(len, self.options.values()))
            if fillings > MOST_FILLINGS or fillings * len(self.game.nodes) > MOST_VALUES:
                return Assessment("undecided", "there are too many ways to complete it off the path")
            values = self.all_values()
            struck = False
            for index, members in enumerate(self.game.members):
                if not members:
                    continue
                worth = self.worth(index, values)
                worth = worth.reshape(2, -1, worth.shape[-1])
                over = _lead(worth[:, :, :, None], worth[:, :, None, :]).max(axis=0)
                taken = np.flatnonzero(self.said[index]) if index in self.said else list(self.options[index])
                for action in taken:
                    better = np.flatnonzero(over[action] < 0.0)
                    if not len(better):
                        continue
                    if index in self.said:
                        return Assessment("not sequential", self._worse(index, int(action), int(better[0])))
                    self.options[index].remove(int(action))
                    struck = True
            if not struck:
                return None

    def _worse(self, index: int, action: int, other: int) -> str:
        each = self.game.information[index]
        alone = len(self.game.members[index]) == 1
        better, worse = (self.game.action_name(index, which) for which in (other, action))
        return (
            f"at {self.game.name_of(index)} {self.game.players[each.player]} does better with {better} "
            f"than with {worse}{'' if alone else ', whatever it believes'}"
        )

    def believed(self, play: Mapping[int, Floats]) -> Assessment:
        """Whether some errors lead to beliefs under which every choice of a complete play is best."""
        self.effort.spend(len(self.game.nodes))
        values = self.values(play)
        critical: list[tuple[int, list[tuple[tuple[int, ...], BeliefSet]]]] = []
        for index, members in enumerate(self.game.members):
            rows = _rows(play[index], self.worth(index, values)) if members else []
            if all((row >= 0.0).all() for row in rows):
                continue
            if len(members) > MOST_NODES:
                return Assessment("undecided", f"{self.game.name_of(index)} has too many nodes to try all beliefs")
            candidates = []
            if self.bayes(index) is None:
                for support in subsets(len(members)):
                    # A polytope takes a linear programme for one belief, and two for the range of each probability.
                    self.effort.spend(LINEAR_PROGRAMME * (2 * len(support) + 1) if len(support) > 2 else 1)
                    found = supported(len(members), support, rows, 0.0)
                    if found is not None:
                        candidates.append((support, found))
            if not candidates:
                return Assessment("not sequential", f"no belief defends what is done at {self.game.name_of(index)}")
            critical.append((index, candidates))
        if prod(len(candidates) for _, candidates in critical) > MOST_SUPPORTS:
            return Assessment("undecided", "there are too many combinations of beliefs to try")
        errors = _Errors(self.game, play)
        open_ends = False
        for chosen in product(*(candidates for _, candidates in critical)):
            wanted = [(index, *each) for (index, _), each in zip(critical, chosen, strict=True)]
            self.effort.spend(2 * LINEAR_PROGRAMME)
            found_errors, exact = errors.behind(wanted)
            open_ends |= not exact
            if found_errors is None:
                continue
            beliefs = errors.beliefs(*found_errors)
            if self._best(play, values, beliefs):
                return Assessment("sequential", "", play, beliefs, errors.told(*found_errors))
            open_ends = True
        names = " and ".join(self.game.name_of(index) for index, _ in critical)
        if open_ends:
            return Assessment("undecided", f"the beliefs needed at {names} may or may not be limits of Bayes' rule")
        reason = f"no vanishing errors lead to the beliefs needed at {names}"
        return Assessment("not sequential", reason, defended=True)

    def _best(self, play: Mapping[int, Floats], values: Floats, beliefs: Mapping[int, Floats]) -> bool:
        """Check a finished assessment: no choice loses against another under its own beliefs."""
        for index, believed in beliefs.items():
            rows = _rows(play[index], self.table(index, values), REGRET_OF_BELIEFS)
            if any(row @ believed < 0.0 for row in rows):
                return False
        return True


def _lead(taken: Floats, other: Floats, share: float = NASH_WORTH) -> Floats:
    """What an action has over another, and on top the share of both by which they may be off; values, then sizes."""
    return np.asarray(taken[0] - other[0] + share * (taken[1] + other[1]))


def _rows(mix: Floats, worth: Floats, share: float = NASH_WORTH) -> list[Floats]:
    """What every action that is taken has over every other, at each node."""
    return [
        _lead(worth[:, :, taken], worth[:, :, other], share)
        for taken in np.flatnonzero(mix)
        for other in range(worth.shape[2])
        if other != taken
    ]


class _Errors:
    """The errors that vanish: how often each is made on the way to every node, and what else is on the way."""

    def __init__(self, game: ExtensiveGame, play: Mapping[int, Floats]) -> None:
        self.game = game
        self.never = [(i, int(a)) for i, mix in sorted(play.items()) for a in np.flatnonzero(mix == 0.0)]
        place_of = {each: place for place, each in enumerate(self.never)}
        self.counts = np.zeros((len(game.nodes), len(self.never)))
        self.logs = np.zeros(len(game.nodes))
        for place, node in enumerate(game.nodes):
            for action, child in enumerate(node.children):
                self.counts[child], self.logs[child] = self.counts[place], self.logs[place]
                if node.information is None:
                    self.logs[child] += np.log(node.probabilities[action])
                elif (node.information, action) in place_of:
                    self.counts[child, place_of[node.information, action]] += 1.0
                else:
                    self.logs[child] += np.log(play[node.information][action])

    def behind(self, wanted: list[tuple[int, tuple[int, ...], BeliefSet]]) -> tuple[tuple[Floats, Floats] | None, bool]:
        """Exponents and logarithms of coefficients that lead to the beliefs wanted; whether None is the last word."""
        from scipy.optimize import linprog

        size = len(self.never)
        equal, least = [np.zeros((0, size))], [np.zeros((0, size))]
        free, bounds, fixed, targets = [np.zeros((0, size))], [np.zeros(0)], [np.zeros((0, size))], [np.zeros(0)]
        exact = True
        for index, support, believed in wanted:
            members = self.game.members[index]
            first = members[support[0]]
            rest = [members[at] for at in support[1:]]
            outside = [place for at, place in enumerate(members) if at not in support]
            equal.append(self.counts[rest] - self.counts[first])
            least.append(self.counts[outside] - self.counts[first])
            more, logs = self.counts[rest] - self.counts[first], self.logs[rest] - self.logs[first]
            if len(support) == 2:
                low, high = _odds(believed.low[support[1]]), _odds(believed.high[support[1]])
                free += [more, -more]
                bounds += [high - logs, logs - low]
            elif len(support) > 2:
                exact = False  # of more than two nodes one belief is aimed at
                example = np.array(believed.example)[list(support)]
                fixed.append(more)
                targets.append(np.log(example[1:] / example[0]) - logs)
        if not size:
            return (np.zeros(0), np.zeros(0)), True
        outside_rows, equal_rows = np.concatenate(least), np.concatenate(equal)
        exponents = linprog(
            np.ones(size),
            A_ub=-outside_rows, b_ub=-np.ones(len(outside_rows)),
            A_eq=equal_rows, b_eq=np.zeros(len(equal_rows)),
            bounds=(1.0, None),
        )  # fmt: skip
        if exponents.status != 0:
            return None, True
        limits = np.concatenate(bounds)
        finite = np.isfinite(limits)
        coefficients = linprog(
            np.zeros(size),
            A_ub=np.concatenate(free)[finite], b_ub=limits[finite],
            A_eq=np.concatenate(fixed), b_eq=np.concatenate(targets),
            bounds=(None, None),
        )  # fmt: skip
        if coefficients.status != 0:
            return None, exact
        return (np.asarray(exponents.x), np.asarray(coefficients.x)), exact

    def beliefs(self, exponents: Floats, logs: Floats) -> dict[int, Floats]:
        """The limits of Bayes' rule at every information set."""
        found = {}
        for index, members in enumerate(self.game.members):
            if members:
                order = self.counts[list(members)] @ exponents
                heights = self.logs[list(members)] + self.counts[list(members)] @ logs
                possible = order < order.min() + SAME_EXPONENT
                weights = np.exp(np.where(possible, heights - heights[possible].max(), -np.inf))
                found[index] = np.asarray(weights / weights.sum())
        return found

    def told(self, exponents: Floats, logs: Floats) -> dict[Taken, tuple[float, float]]:
        """Exponent and coefficient of every action that is never taken."""
        pairs = zip(exponents, np.exp(logs), strict=True)
        return {each: (float(e), float(c)) for each, (e, c) in zip(self.never, pairs, strict=True)}


def _odds(probability: float) -> float:
    """Logarithm of the odds; infinite at a bound that is open."""
    if probability <= POSITIVE:
        return -np.inf
    if probability >= 1.0 - POSITIVE:
        return np.inf
    return float(np.log(probability / (1.0 - probability)))
