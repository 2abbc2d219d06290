"""All perfect Bayesian equilibria of a signalling game: one informed sender, then one receiver who sees its message.

A support says which messages each type sends and which responses each message meets, with positive probability. Given a
support the conditions fall apart into two systems of linear inequalities: one on the probabilities with which type and
message occur together (the receiver's responses are optimal for the beliefs that follow by Bayes' rule), and one on the
responses (every type is indifferent among its messages and prefers no other). So trying all supports finds pooling,
separating and semi-separating equilibria alike, and the list is complete; where a system has more than one solution
the equilibria form a continuum, of which ends are listed.

The intuitive criterion is that of Cho and Kreps, Signaling games and stable equilibria, Quarterly Journal of Economics
102 (1987), 179-221.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, combinations, product

import numpy as np

from kgsim.arrays import Floats
from kgsim.games.bayesian import BayesianGame
from kgsim.solvers.bayesian.beliefs import BeliefSet, supported
from kgsim.tolerances import POSITIVE, SAME_STRATEGY, SIGNALLING_TIES

#: Supports up to which all are tried.
MOST_SUPPORTS = 2_500


@dataclass(frozen=True, eq=False)
class Signalling:
    """One equilibrium.

    Attributes
    ----------
    messages
        Probability that a type sends a message, shape (types, messages).
    responses
        Probability of a response to a message, shape (messages, responses).
    beliefs
        Message that no type sends to the beliefs that support the responses to it.
    """

    messages: Floats
    responses: Floats
    beliefs: dict[int, BeliefSet]


@dataclass(frozen=True)
class SignallingSet:
    """All equilibria, and the groups of them between which there are more."""

    equilibria: tuple[Signalling, ...]
    continua: tuple[tuple[int, ...], ...]


def is_signalling(game: BayesianGame) -> bool:
    """Whether the game is one informed mover, then one that is not, with few enough supports to try all."""
    if len(game.informed) != 1 or [len(stage) for stage in game.stages] != [1, 1]:
        return False
    if game.stages[0][0] != game.informed[0] or game.stages[1][0] == game.informed[0]:
        return False
    messages, responses = game.actions
    return int((2**messages - 1) ** game.kinds[0] * (2**responses - 1) ** messages) <= MOST_SUPPORTS


def solve_signalling(game: BayesianGame) -> SignallingSet:
    """Find all perfect Bayesian equilibria of a game for which `is_signalling` holds."""
    prior, sender, receiver = game.priors[0], _scaled(game, game.stages[0][0]), _scaled(game, game.stages[1][0])
    kinds, messages, responses = sender.shape
    found: list[Signalling] = []
    groups: list[tuple[int, ...]] = []

    @cache
    def believed(message: int, answers: tuple[int, ...]) -> BeliefSet | None:
        rows = [
            receiver[:, message, answer] - receiver[:, message, other]
            for answer in answers
            for other in range(responses)
            if other != answer
        ]
        sets = [supported(kinds, support, rows, SIGNALLING_TIES) for support in subsets(kinds)]
        hull: BeliefSet | None = None
        for each in sets:
            if each is not None:
                hull = each if hull is None else hull.joined(each)
        return hull

    for sent in product(subsets(messages), repeat=kinds):
        used = set(chain.from_iterable(sent))
        joints: dict[tuple[tuple[int, ...], ...], list[Floats] | None] = {}
        for answers in product(subsets(responses), repeat=messages):
            silent = {
                message: believed(message, answers[message]) for message in range(messages) if message not in used
            }
            if any(belief is None for belief in silent.values()):
                continue
            heard = tuple(answers[message] for message in sorted(used))
            if heard not in joints:
                joints[heard] = _joint(prior, receiver, sent, answers, used)
            joint = joints[heard]
            if joint is None:
                continue
            replies = _replies(sender, sent, answers)
            if replies is None:
                continue
            group = []
            for weights, reply in product(joint, replies):
                shares = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-300)
                for kind in np.flatnonzero(prior <= POSITIVE):
                    shares[kind] = np.isin(np.arange(messages), sent[kind]) / len(sent[kind])
                beliefs = {message: belief for message, belief in silent.items() if belief is not None}
                group.append(_entered(found, Signalling(shares, reply, beliefs)))
            if len(set(group)) > 1:
                groups.append(tuple(sorted(set(group))))
    maximal = [group for group in dict.fromkeys(groups) if not any(set(group) < set(other) for other in groups)]
    return SignallingSet(tuple(found), tuple(maximal))


def fails_intuitive_criterion(game: BayesianGame, equilibrium: Signalling) -> bool:
    """Whether some type would gain by a message that, given its equilibrium payoff, only it could mean seriously."""
    sender, receiver = _scaled(game, game.stages[0][0]), _scaled(game, game.stages[1][0])
    kinds, messages, _ = sender.shape
    worth = (equilibrium.messages * (sender * equilibrium.responses).sum(axis=2)).sum(axis=1)
    for message in range(messages):
        if (equilibrium.messages[:, message] > POSITIVE).any():
            continue
        every = tuple(range(kinds))
        possible = _best_replies(receiver, message, every)
        best = sender[:, message][:, possible].max(axis=1)
        serious = tuple(kind for kind in every if best[kind] >= worth[kind] - SIGNALLING_TIES)
        if not serious or len(serious) == kinds:
            continue
        certain = _best_replies(receiver, message, serious)
        if any(sender[kind, message, certain].min() > worth[kind] + SIGNALLING_TIES for kind in serious):
            return True
    return False


def subsets(count: int) -> list[tuple[int, ...]]:
    """All sets of one or more of `count` things, the smallest first."""
    return [each for size in range(1, count + 1) for each in combinations(range(count), size)]


def _scaled(game: BayesianGame, player: int) -> Floats:
    """A player's payoffs, shape (types, messages, responses), scaled to 0..1."""
    own = game.payoffs[:, player]
    spread = np.ptp(own)
    return np.asarray((own - own.min()) / spread if spread > 0 else np.zeros_like(own))


def _best_replies(receiver: Floats, message: int, among: Sequence[int]) -> list[int]:
    """Responses that are optimal for some belief over these types."""
    kinds, _, responses = receiver.shape
    found = []
    for answer in range(responses):
        rows = [receiver[:, message, answer] - receiver[:, message, other] for other in range(responses)]
        for support in subsets(len(among)):
            if supported(kinds, [among[kind] for kind in support], rows, SIGNALLING_TIES) is not None:
                found.append(answer)
                break
    return found


def _joint(
    prior: Floats,
    receiver: Floats,
    sent: Sequence[tuple[int, ...]],
    answers: Sequence[tuple[int, ...]],
    used: set[int],
) -> list[Floats] | None:
    """Ends of the set of joint probabilities (types, messages) that make the answers optimal; None if it is empty."""
    kinds, messages, responses = receiver.shape
    likely = [kind for kind in range(kinds) if prior[kind] > POSITIVE]
    cells = [(kind, message) for kind in likely for message in sent[kind]]
    if any(all(message not in sent[kind] for kind in likely) for message in used):
        return None  # sent by types of no weight alone: that is a surprise, and another support covers it
    equal = np.array([[float(kind == own) for own, _ in cells] for kind in likely])
    cuts = [
        [receiver[own, message, answer] - receiver[own, message, other] if message == at else 0.0 for own, at in cells]
        for message in used
        for answer in answers[message]
        for other in range(responses)
        if other != answer
    ]
    ends = _ends(np.array(cuts).reshape(-1, len(cells)), equal, prior[likely], len(cells))
    if ends is None:
        return None
    tables = []
    for end in ends:
        table = np.zeros((kinds, messages))
        for (kind, message), weight in zip(cells, end, strict=True):
            table[kind, message] = weight
        tables.append(table)
    return tables


def _replies(
    sender: Floats, sent: Sequence[tuple[int, ...]], answers: Sequence[tuple[int, ...]]
) -> list[Floats] | None:
    """Ends of the set of responses (messages, responses) that make every type's messages its best; None if empty."""
    kinds, messages, responses = sender.shape
    cells = [(message, answer) for message in range(messages) for answer in answers[message]]
    equal = [[float(message == at) for at, _ in cells] for message in range(messages)]
    cuts = []
    for kind in range(kinds):
        for own in sent[kind]:
            for message in range(messages):
                if message != own:
                    cuts.append(
                        [
                            sender[kind, own, answer] * (at == own) - sender[kind, message, answer] * (at == message)
                            for at, answer in cells
                        ]
                    )
    ends = _ends(np.array(cuts).reshape(-1, len(cells)), np.array(equal), np.ones(messages), len(cells))
    if ends is None:
        return None
    tables = []
    for end in ends:
        table = np.zeros((messages, responses))
        for (message, answer), weight in zip(cells, end, strict=True):
            table[message, answer] = weight
        tables.append(table)
    return tables


def _ends(cuts: Floats, equal: Floats, totals: Floats, size: int) -> list[Floats] | None:
    """Vertices of the closure of {x > 0: cuts @ x >= 0, equal @ x = totals}, a bounded set; None if it is empty.

    Positivity is strict: a smaller support covers the rest. The equations leave few dimensions, so every choice of as
    many active inequalities is tried.
    """
    if ((cuts <= SIGNALLING_TIES).all(axis=1) & (cuts < -SIGNALLING_TIES).any(axis=1)).any():
        return None  # no positive x satisfies such a row
    start = np.linalg.lstsq(equal, totals, rcond=None)[0]
    _, spread, rows = np.linalg.svd(equal)
    free = rows[int((spread > 1e-12).sum()) :].T
    if not free.shape[1]:
        solved = (start > POSITIVE).all() and (cuts @ start >= -SIGNALLING_TIES).all()
        return [np.asarray(start, dtype=np.float64)] if solved else None
    sides, levels = np.vstack([cuts @ free, free]), np.concatenate([cuts @ start, start])
    chosen = np.array(list(combinations(range(len(sides)), free.shape[1])))
    systems = sides[chosen]
    regular = np.abs(np.linalg.det(systems)) > 1e-12
    moves = np.linalg.solve(systems[regular], -levels[chosen[regular]][..., None])[..., 0]
    inside = (moves @ sides.T + levels >= -SIGNALLING_TIES).all(axis=1)
    ends: list[Floats] = []
    for move in moves[inside]:
        end = np.asarray(start + free @ move, dtype=np.float64)
        if not any(np.abs(end - other).max() < SAME_STRATEGY for other in ends):
            ends.append(end)
    if not ends or np.mean(ends, axis=0).min() <= POSITIVE:
        return None
    return ends


def _entered(found: list[Signalling], equilibrium: Signalling) -> int:
    """The place of an equilibrium in the list, which it is added to if it is new."""
    for place, other in enumerate(found):
        same = np.abs(other.messages - equilibrium.messages).max() < SAME_STRATEGY
        if same and np.abs(other.responses - equilibrium.responses).max() < SAME_STRATEGY:
            return place
    found.append(equilibrium)
    return len(found) - 1
