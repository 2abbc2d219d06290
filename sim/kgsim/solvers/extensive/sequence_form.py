"""Two-player zero-sum trees by linear programmes in the sequence form, whose size is that of the tree.

A *sequence* is what a player has chosen on the way to a node; a *realization plan* gives each sequence the product of
its choices' probabilities. Plans satisfy one equation for each information set, and payoffs are bilinear in two, so
that the best plan against any answer is a linear programme (Koller, Megiddo and von Stengel, Fast algorithms for
finding randomized strategies in game trees, Proceedings STOC 1994; von Stengel, Efficient computation of behavior
strategies, Games and Economic Behavior 14 (1996), 220-246). Equilibria are the pairs of optimal plans. Where those of a
player are one plan, or the mixtures of two, programmes with further aims show it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Floats
from kgsim.games.extensive import ExtensiveGame, ends
from kgsim.games.plans import Partial, chances
from kgsim.solvers.effort import Effort
from kgsim.tolerances import NO_PROBABILITY, ROUNDING, SAME_STRATEGY

ALL = (
    "the game is zero-sum and worth {value:.6g} to the first player; linear programmes in the sequence form give all "
    "optimal plans, as far as floating point tells"
)
SOME = (
    "the game is zero-sum: every equilibrium is worth {value:.6g} to the first player; those listed are some of a "
    "continuum, found by linear programmes in the sequence form"
)

#: What a linear programme costs, in visits of nodes for each entry of its constraints.
ENTRY = 4.0


@dataclass(frozen=True, eq=False)
class SequenceForm:
    """A two-player tree in sequence form.

    Attributes
    ----------
    game
        The tree, of perfect recall.
    sequences
        Of each player, its sequences by their last information set and action; None for the empty one, which is first.
    payoffs
        What both expect of each pair of sequences, moves of chance included; shape (2, sequences, sequences).
    likely
        The probability of chance's moves on the way to the ends of each pair; shape (sequences, sequences).
    """

    game: ExtensiveGame
    sequences: tuple[dict[tuple[int, int] | None, int], ...]
    payoffs: Floats
    likely: Floats

    def plans(self, player: int) -> tuple[Floats, Floats]:
        """Equations of a player's realization plans: a matrix and the right-hand sides."""
        numbers = self.sequences[player]
        own = [index for index, each in enumerate(self.game.information) if each.player == player]
        own = [index for index in own if self.game.members[index]]
        matrix = np.zeros((1 + len(own), len(numbers)))
        matrix[0, 0] = 1.0
        for row, index in enumerate(own, start=1):
            before = self.game.histories[self.game.members[index][0]][player]
            matrix[row, numbers[before[-1] if before else None]] = -1.0
            for action in range(len(self.game.information[index].actions)):
                matrix[row, numbers[index, action]] = 1.0
        return matrix, np.eye(1, 1 + len(own))[0]

    def behaviour(self, plans: Sequence[Floats]) -> Partial:
        """Behaviour strategies of two realization plans; None where a player's own choices exclude a decision."""
        found: Partial = {}
        for index, each in enumerate(self.game.information):
            numbers = self.sequences[each.player]
            places = [numbers.get((index, action)) for action in range(len(each.actions))]
            weights = np.array([0.0 if place is None else plans[each.player][place] for place in places])
            found[index] = weights / weights.sum() if weights.sum() > 0.0 else None
        return found


def is_zero_sum(game: ExtensiveGame) -> bool:
    """Whether two players share what is the same total at each end."""
    payoffs = np.array([game.nodes[place].payoffs for place in ends(game)])
    if payoffs.shape[1] != 2:
        return False
    return float(np.ptp(payoffs.sum(axis=1))) <= ROUNDING * max(1.0, float(np.abs(payoffs).max()))


def sequence_form(game: ExtensiveGame) -> SequenceForm:
    """Lay out a two-player tree of perfect recall."""
    numbers: tuple[dict[tuple[int, int] | None, int], ...] = ({None: 0}, {None: 0})
    for index, each in enumerate(game.information):
        for action in range(len(each.actions) if game.members[index] else 0):
            numbers[each.player][index, action] = len(numbers[each.player])
    payoffs, likely = np.zeros((2, *map(len, numbers))), np.zeros([len(each) for each in numbers])
    drawn = chances(game)
    for place in ends(game):
        last = [own[-1] if own else None for own in game.histories[place]]
        cell = numbers[0][last[0]], numbers[1][last[1]]
        payoffs[(slice(None), *cell)] += drawn[place] * np.array(game.nodes[place].payoffs)
        likely[cell] += drawn[place]
    return SequenceForm(game, numbers, payoffs, likely)


@dataclass(frozen=True, eq=False)
class ZeroSum:
    """The equilibria of a zero-sum tree.

    Attributes
    ----------
    behaviours
        Pairs of the optimal plans found.
    complete
        Whether all equilibria are mixtures of these.
    reason
        Why, with the value.
    """

    behaviours: tuple[Partial, ...]
    complete: bool
    reason: str


def solve_zero_sum(game: ExtensiveGame, effort: Effort) -> ZeroSum:
    """Find optimal plans of both players of a game for which `is_zero_sum` holds.

    Raises
    ------
    OutOfEffort
        If no work is left.
    """
    form = sequence_form(game)
    sides = [_Side(form, player, effort) for player in range(2)]
    found = [side.optimal() for side in sides]
    complete = all(whole for _, whole in found)
    behaviours = tuple(form.behaviour(pair) for pair in product(*(plans for plans, _ in found)))
    return ZeroSum(behaviours, complete, (ALL if complete else SOME).format(value=sides[0].value))


class _Side:
    """One player's linear programme: the plan that is worth most if the other answers best."""

    def __init__(self, form: SequenceForm, player: int, effort: Effort) -> None:
        payoffs = form.payoffs[0] if player == 0 else -form.payoffs[0].T
        (own, total), (other, rest) = form.plans(player), form.plans(1 - player)
        self.effort, self.size = effort, payoffs.shape[0]
        # The other's best answer to a plan x: the largest t with other' t <= payoffs' x, dual to its own programme.
        self.upper = np.hstack([-payoffs.T, other.T])
        self.equal, self.totals = np.hstack([own, np.zeros((len(own), len(rest)))]), total
        self.worth = np.append(np.zeros(self.size), rest)
        self.bounds = [(0.0, None)] * self.size + [(None, None)] * len(rest)
        self.first = self._solved(-self.worth, np.zeros((0, len(self.worth))), np.zeros(0))
        self.value = float(self.worth @ self.first)

    def optimal(self) -> tuple[list[Floats], bool]:
        """Optimal plans, and whether all others are mixtures of them.

        Aims drawn at random part any two plans: if the most and the least of one are reached by one plan, there is no
        other; if an aim that does not part the two reached has one answer, all lie between them.
        """
        draw = np.random.default_rng(0)
        aim = np.asarray(draw.standard_normal(self.size))
        low, high = self._best(-aim), self._best(aim)
        if np.abs(high - low).max() <= SAME_STRATEGY:
            return [low], True
        along = (high - low) / np.linalg.norm(high - low)
        across = np.asarray(draw.standard_normal(self.size))
        across = across - float(across @ along) * along
        spread = float(across @ (self._best(across) - self._best(-across)))
        return [low, high], spread <= SAME_STRATEGY

    def _best(self, aim: Floats) -> Floats:
        """The optimal plan that goes furthest towards an aim."""
        slack = ROUNDING * max(1.0, float(np.abs(self.upper).max()))
        goal = np.append(-aim, np.zeros(len(self.worth) - self.size))
        plan = self._solved(goal, -self.worth[None], np.array([slack - self.value]))[: self.size]
        return np.asarray(np.where(plan < NO_PROBABILITY, 0.0, plan))

    def _solved(self, goal: Floats, more: Floats, limits: Floats) -> NDArray[np.float64]:
        from scipy.optimize import linprog

        self.effort.spend(ENTRY * (self.upper.size + self.equal.size))
        found = linprog(
            goal,
            A_ub=np.vstack([self.upper, more]),
            b_ub=np.append(np.zeros(len(self.upper)), limits),
            A_eq=self.equal,
            b_eq=self.totals,
            bounds=self.bounds,
            method="highs-ds",
        )
        return np.asarray(found.x, dtype=np.float64)
