"""All perfect Bayesian equilibria of a signalling game: one informed sender, then one receiver who sees its message.

A support says which messages each type sends and which responses each message meets, with positive probability. Given a
support the conditions fall apart into two systems of linear inequalities: one on the probabilities with which type and
message occur together (the receiver's responses are optimal for the beliefs that follow by Bayes' rule), and one on the
responses (every type is indifferent among its messages and prefers no other). So trying all supports finds pooling,
separating and semi-separating equilibria alike, and the list is complete; where a system has more than one solution
the equilibria form a continuum, of which ends are listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import chain, product

import numpy as np

from kgsim.arrays import Floats
from kgsim.games.bayesian import BayesianGame
from kgsim.solvers.bayesian.beliefs import BeliefSet, supported
from kgsim.solvers.bayesian.polytopes import count_bases, vertices
from kgsim.solvers.bayesian.refinements import scaled, subsets
from kgsim.tolerances import PRESENT, SAME_STRATEGY, SIGNALLING_TIES

#: Work after which the search for supports is cut short: linear systems solved, and supports looked at, which cost as
#: much as several.
MOST_WORK = 1_000_000
LOOK = 20


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
    """Equilibria, and what lies between them.

    Attributes
    ----------
    equilibria
        One by one.
    continua, convex
        Groups of places in `equilibria` between which there are more, and whether all mixtures of a group are. What
        varies in messages and in answers at once is a product, with convex faces among the groups.
    complete
        Whether every support was tried.
    """

    equilibria: tuple[Signalling, ...]
    continua: tuple[tuple[int, ...], ...]
    convex: tuple[bool, ...]
    complete: bool


def is_signalling(game: BayesianGame) -> bool:
    """Whether the game is one informed mover, then one that is not."""
    if len(game.informed) != 1 or [len(stage) for stage in game.stages] != [1, 1]:
        return False
    return game.stages[0][0] == game.informed[0] != game.stages[1][0]


def solve_signalling(game: BayesianGame) -> SignallingSet:
    """Find the perfect Bayesian equilibria of a game for which `is_signalling` holds, all if work allows."""
    search = _Search(game.priors[0], scaled(game, game.stages[0][0]), scaled(game, game.stages[1][0]))
    complete = all(search.try_messages(sent) for sent in product(subsets(search.messages), repeat=search.kinds))
    found = search.groups
    groups = [
        group
        for group, convex in found.items()
        if not any(set(group) < set(other) and found[other] >= convex for other in found)
    ]
    return SignallingSet(tuple(search.found), tuple(groups), tuple(found[group] for group in groups), complete)


class _Search:
    def __init__(self, prior: Floats, sender: Floats, receiver: Floats) -> None:
        self.prior, self.sender, self.receiver = prior, sender, receiver
        self.kinds, self.messages, self.responses = sender.shape
        self.answers = subsets(self.responses)
        self.found: list[Signalling] = []
        self.groups: dict[tuple[int, ...], bool] = {}
        self.work = 0
        self.beliefs: dict[tuple[int, tuple[int, ...], tuple[int, ...]], BeliefSet | None] = {}
        self.hulls: dict[tuple[int, tuple[int, ...]], BeliefSet | None] = {}
        picked = [sender[:, :, list(answers)] for answers in self.answers]
        self.least = np.array([each.min(axis=2) for each in picked])
        self.most = np.array([each.max(axis=2) for each in picked])

    def believed(self, message: int, kinds: tuple[int, ...], answers: tuple[int, ...]) -> BeliefSet | None:
        """The beliefs with weight on exactly these types that make all these answers best."""
        key = (message, kinds, answers)
        if key not in self.beliefs:
            rows = [
                self.receiver[:, message, answer] - self.receiver[:, message, other]
                for answer in answers
                for other in range(self.responses)
                if other != answer
            ]
            self.beliefs[key] = supported(self.kinds, kinds, rows, SIGNALLING_TIES)
        return self.beliefs[key]

    def surprised(self, message: int, answers: tuple[int, ...]) -> BeliefSet | None:
        """The hull of all beliefs that make these answers best."""
        if (message, answers) not in self.hulls:
            each = (self.believed(message, kinds, answers) for kinds in subsets(self.kinds))
            found = [belief for belief in each if belief is not None]
            self.hulls[message, answers] = reduce(BeliefSet.joined, found) if found else None
        return self.hulls[message, answers]

    def try_messages(self, sent: tuple[tuple[int, ...], ...]) -> bool:
        """Add the equilibria in which each type sends exactly these messages; false if the work was too much."""
        senders = {
            message: tuple(kind for kind in range(self.kinds) if message in sent[kind] and self.prior[kind] > PRESENT)
            for message in sorted(set(chain.from_iterable(sent)))
        }
        if not all(senders.values()):
            return True  # sent by types of no weight alone: that is a surprise, and another support covers it
        candidates = []
        for message in range(self.messages):
            if message in senders:
                fits = [each for each in self.answers if self.believed(message, senders[message], each) is not None]
            else:
                fits = [each for each in self.answers if self.surprised(message, each) is not None]
            candidates.append(fits)
        joints: dict[tuple[tuple[int, ...], ...], list[Floats] | None] = {}
        for answers in self._worth_sending(sent, candidates):
            self.work += LOOK
            heard = tuple(answers[message] for message in senders)
            if heard not in joints:
                joints[heard] = self._joint(sent, answers, senders)
            joint = joints[heard]
            replies = None if joint is None else self._replies(sent, answers)
            if joint is not None and replies is not None:
                self._enter(sent, answers, senders, joint, replies)
        return self.work <= MOST_WORK

    def _worth_sending(
        self, sent: tuple[tuple[int, ...], ...], candidates: Sequence[Sequence[tuple[int, ...]]]
    ) -> Iterator[tuple[tuple[int, ...], ...]]:
        """Answers to all messages such that no message of a type is worse than another in any case."""
        number = {answers: place for place, answers in enumerate(self.answers)}
        own = np.array([[message in each for message in range(self.messages)] for each in sent])

        def extend(chosen: tuple[tuple[int, ...], ...]) -> Iterator[tuple[tuple[int, ...], ...]]:
            if len(chosen) == self.messages:
                yield chosen
                return
            new = len(chosen)
            for answers in candidates[new]:
                self.work += 1
                if self.work > MOST_WORK:
                    return
                at = number[answers]
                for message, other in enumerate(chosen):
                    known = number[other]
                    better = self.least[known, :, message] > self.most[at, :, new] + SIGNALLING_TIES
                    worse = self.least[at, :, new] > self.most[known, :, message] + SIGNALLING_TIES
                    if (own[:, new] & better).any() or (own[:, message] & worse).any():
                        break
                else:
                    yield from extend((*chosen, answers))

        return extend(())

    def _enter(
        self,
        sent: tuple[tuple[int, ...], ...],
        answers: tuple[tuple[int, ...], ...],
        senders: Mapping[int, tuple[int, ...]],
        joint: Sequence[Floats],
        replies: Sequence[Floats],
    ) -> None:
        """Record the ends of a set of equilibria."""
        silent = {m: self.surprised(m, answers[m]) for m in range(self.messages) if m not in senders}
        beliefs = {message: belief for message, belief in silent.items() if belief is not None}
        places = np.zeros((len(joint), len(replies)), dtype=int)
        for at, (weights, reply) in zip(np.ndindex(places.shape), product(joint, replies), strict=True):
            shares = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-300)
            for kind in np.flatnonzero(self.prior <= PRESENT):
                shares[kind] = np.isin(np.arange(self.messages), sent[kind]) / len(sent[kind])
            places[at] = _entered(self.found, Signalling(shares, reply, beliefs))
        # With messages fixed, mixtures of answers are equilibria, and the other way round.
        for group, convex in [(places, min(places.shape) == 1), *((face, True) for face in (*places, *places.T))]:
            members = tuple(np.unique(group).tolist())
            if len(members) > 1:
                self.groups[members] = self.groups.get(members, False) or convex

    def _joint(
        self, sent: Sequence[tuple[int, ...]], answers: Sequence[tuple[int, ...]], used: Iterable[int]
    ) -> list[Floats] | None:
        """Ends of the joint probabilities (types, messages) that make the answers optimal; None if there are none."""
        likely = [kind for kind in range(self.kinds) if self.prior[kind] > PRESENT]
        cells = [(kind, message) for kind in likely for message in sent[kind]]
        equal = np.array([[float(kind == own) for own, _ in cells] for kind in likely])
        cuts = [
            [
                self.receiver[own, message, answer] - self.receiver[own, message, other] if message == at else 0.0
                for own, at in cells
            ]
            for message in used
            for answer in answers[message]
            for other in range(self.responses)
            if other != answer
        ]
        return self._tables(cells, (self.kinds, self.messages), cuts, equal, self.prior[likely])

    def _replies(self, sent: Sequence[tuple[int, ...]], answers: Sequence[tuple[int, ...]]) -> list[Floats] | None:
        """Ends of the responses (messages, responses) that make every type's messages its best; None if none do."""
        cells = [(message, answer) for message in range(self.messages) for answer in answers[message]]
        equal = np.array([[float(message == at) for at, _ in cells] for message in range(self.messages)])
        cuts = [
            [
                self.sender[kind, own, answer] * (at == own) - self.sender[kind, message, answer] * (at == message)
                for at, answer in cells
            ]
            for kind in range(self.kinds)
            for own in sent[kind]
            for message in range(self.messages)
            if message != own
        ]
        return self._tables(cells, (self.messages, self.responses), cuts, equal, np.ones(self.messages))

    def _tables(
        self,
        cells: Sequence[tuple[int, int]],
        shape: tuple[int, int],
        cuts: Sequence[Sequence[float]],
        equal: Floats,
        totals: Floats,
    ) -> list[Floats] | None:
        """Ends of a set of probabilities laid out in a table."""
        sides = np.array(cuts, dtype=float).reshape(-1, len(cells))
        self.work += count_bases(sides, equal)
        ends = vertices(sides, equal, totals, SIGNALLING_TIES) if self.work <= MOST_WORK else None
        if ends is None:
            return None
        tables = np.zeros((len(ends), *shape))
        for place, cell in enumerate(cells):
            tables[(slice(None), *cell)] = [end[place] for end in ends]
        return list(tables)


def _entered(found: list[Signalling], equilibrium: Signalling) -> int:
    """The place of an equilibrium in the list, which it is added to if it is new."""
    for place, other in enumerate(found):
        same = np.abs(other.messages - equilibrium.messages).max() < SAME_STRATEGY
        if same and np.abs(other.responses - equilibrium.responses).max() < SAME_STRATEGY:
            return place
    found.append(equilibrium)
    return len(found) - 1
