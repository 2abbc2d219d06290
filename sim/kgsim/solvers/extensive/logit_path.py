"""The agent quantal response path of a tree, traced from even play towards a sequential equilibrium.

At precision lambda every agent (one for each information set) plays logit responses to its actions' expected payoffs
given the beliefs that the strategies imply. From lambda = 0 one branch leads on, and where it converges its limit is a
sequential equilibrium (McKelvey and Palfrey 1998, theorem 4). It is followed by predictor and corrector in the
logarithms of the probabilities (Turocy 2005, 2010), which keeps beliefs off the path meaningful. It *selects* one
equilibrium; it does not find all.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from kgsim.games.extensive import ExtensiveGame, continuation_values, gains
from kgsim.solvers.effort import Effort, OutOfEffort
from kgsim.solvers.path_following import follow
from kgsim.tolerances import LEAST_CHANCE

#: Precision at which the path is taken to have arrived, payoffs being scaled to 0..1 for each player.
ARRIVED = 1e6

#: Precision that is enough where rounding stops the path before: probabilities of e^-100000 are hard to follow.
ENOUGH = 1e5

#: Steps of the path, at most, and those that must be affordable for it to be followed at all.
MOST_STEPS = 4_000
LEAST_STEPS = 100


@dataclass(frozen=True, eq=False)
class LogitLimit:
    """Where the path was followed to.

    Attributes
    ----------
    precision
        Lambda at the end, per payoff range of each player.
    arrived
        Whether it reached `ENOUGH`.
    behaviour
        Information set to probabilities; every probability is positive, the smallest ones may round to 0.
    beliefs
        Information set to the probability of each of its nodes, once it is reached.
    payoffs
        Shape (players,).
    residual
        Largest gain of any player from deviating, shape (players,), payoff units; it falls like 1 / precision.
    """

    precision: float
    arrived: bool
    behaviour: dict[int, NDArray[np.float64]]
    beliefs: dict[int, NDArray[np.float64]]
    payoffs: NDArray[np.float64]
    residual: NDArray[np.float64]


def logit_path(game: ExtensiveGame, *, until: float = ARRIVED, effort: Effort | None = None) -> LogitLimit:
    """Follow the principal branch of the agent logit quantal response equilibria.

    Parameters
    ----------
    game
        A game of perfect recall.
    until
        Precision at which to stop.
    effort
        In visits of nodes; the path ends where it is spent.

    Raises
    ------
    GameError
        If the game is not of perfect recall.
    OutOfEffort
        If it does not even allow `LEAST_STEPS`.
    """
    game.require_perfect_recall()
    effort = effort or Effort(inf)
    system = _System(game)
    effort.spend(LEAST_STEPS * system.cost)
    point = start = np.append(system.even, 0.0)
    for number, point in enumerate(follow(system, start)):
        if point[-1] >= until or number >= MOST_STEPS:
            break
        try:
            effort.spend(system.cost if number >= LEAST_STEPS else 0)
        except OutOfEffort:
            break
    logs = point[:-1]
    behaviour = {}
    for index, part in enumerate(system.parts):
        shares = np.exp(logs[part])
        behaviour[index] = shares / shares.sum()
    return LogitLimit(
        precision=float(point[-1]),
        arrived=bool(point[-1] >= min(until, ENOUGH)),
        behaviour=behaviour,
        beliefs=system.beliefs(logs),
        payoffs=continuation_values(game, behaviour)[0],
        residual=gains(game, behaviour)[0],
    )


class _System:
    """The equations of the path, in logarithms of probabilities and lambda, for many points at once."""

    def __init__(self, game: ExtensiveGame) -> None:
        self.game = game
        counts = [len(each.actions) for each in game.information]
        starts = np.cumsum([0, *counts])
        self.parts = [slice(int(a), int(b)) for a, b in itertools.pairwise(starts)]
        self.size = int(starts[-1])
        #: Work for one step, in visits of nodes: derivatives by every action, and linear equations between them.
        self.cost = (len(game.nodes) * (20 + self.size) + self.size**3 // 50) // 5
        self.even = np.concatenate([np.full(count, -np.log(count)) for count in counts] or [np.zeros(0)])
        payoffs = np.array([node.payoffs for node in game.nodes if not node.children])
        self.low, spans = payoffs.min(axis=0), np.ptp(payoffs, axis=0)
        self.span = np.where(spans > 0, spans, 1.0)

    def beliefs(self, logs: NDArray[np.float64]) -> dict[int, NDArray[np.float64]]:
        """Beliefs at every information set, from logarithms of probabilities of shape (size,)."""
        reached = self._reached(logs[None, :].astype(complex))
        return {i: self._weights(reached, members)[:, 0].real for i, members in enumerate(self.game.members) if members}

    def equations(self, point: NDArray[np.float64]) -> NDArray[np.float64]:
        """What is 0 on the path; shape (size,) from (size + 1,)."""
        return np.asarray(self._equations(point[None, :])[0].real)

    def _equations(self, points: NDArray[np.generic]) -> NDArray[np.complex128]:
        """The same for many points, (points, size) from (points, size + 1)."""
        logs, precision = points[:, :-1].astype(complex), points[:, -1].astype(complex)
        values, reached = self._values(logs), self._reached(logs)
        result = np.empty_like(logs)
        for index, members in enumerate(self.game.members):
            part, player = self.parts[index], self.game.information[index].player
            result[:, part.start] = np.exp(logs[:, part]).sum(axis=1) - 1
            if not members:
                result[:, part.start + 1 : part.stop] = logs[:, part.start + 1 : part.stop] - logs[:, [part.start]]
                continue
            weights = self._weights(reached, members)
            options = np.array(
                [
                    sum(
                        w * values[self.game.nodes[node].children[a], :, player]
                        for w, node in zip(weights, members, strict=True)
                    )
                    for a in range(part.stop - part.start)
                ]
            ).T
            own = logs[:, part]
            result[:, part.start + 1 : part.stop] = (
                own[:, 1:] - own[:, [0]] - precision[:, None] * (options[:, 1:] - options[:, [0]])
            )
        return result

    def jacobian(self, point: NDArray[np.float64]) -> NDArray[np.float64]:
        """Derivatives at one point, shape (size, size + 1), exact by complex steps."""
        tiny = 1e-30
        steps = point[None, :] + 1j * tiny * np.eye(len(point))
        return np.asarray(self._equations(steps).imag.T / tiny)

    def _values(self, logs: NDArray[np.complex128]) -> NDArray[np.complex128]:
        game = self.game
        shares = np.exp(logs)
        values = np.zeros((len(game.nodes), len(logs), len(game.players)), dtype=complex)
        for place in reversed(range(len(game.nodes))):
            node = game.nodes[place]
            if not node.children:
                values[place] = (np.array(node.payoffs) - self.low) / self.span
            elif node.information is None:
                values[place] = np.tensordot(node.probabilities, values[list(node.children)], axes=1)
            else:
                own = shares[:, self.parts[node.information]]
                values[place] = np.einsum("pa,apk->pk", own, values[list(node.children)])
        return values

    def _reached(self, logs: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """Logarithm of the probability of reaching every node, shape (nodes, points)."""
        game = self.game
        found = np.zeros((len(game.nodes), len(logs)), dtype=complex)
        for place, node in enumerate(game.nodes):
            for action, child in enumerate(node.children):
                if node.information is None:
                    share = np.log(max(node.probabilities[action], LEAST_CHANCE))
                else:
                    share = logs[:, self.parts[node.information].start + action]
                found[child] = found[place] + share
        return found

    @staticmethod
    def _weights(reached: NDArray[np.complex128], members: tuple[int, ...]) -> NDArray[np.complex128]:
        own = reached[list(members)]
        weights = np.exp(own - own.real.max(axis=0))
        return np.asarray(weights / weights.sum(axis=0))
