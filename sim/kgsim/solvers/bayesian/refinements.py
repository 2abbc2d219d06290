"""Which equilibria of a signalling game stand on beliefs that are hard to defend: three criteria, each stricter.

An equilibrium holds a surprising message down by the belief that meets it. The criteria ask which types could mean the
message, given what they have in equilibrium, if it is met by any answer that is best for some belief. A type to which
it never pays is not believed to send it (the intuitive criterion: Cho and Kreps, Signaling games and stable equilibria,
Quarterly Journal of Economics 102 (1987), 179-221). If whenever it pays to one type, or costs it nothing, it pays
another, then the message does not speak for the first beyond the prior (divinity: Banks and Sobel, Equilibrium
selection in signaling games, Econometrica 55 (1987), 647-661), or speaks against it altogether (D1: Cho and Kreps).
Each is applied once and not over again, so that whatever fails here fails its iterated version too.

An answer that is mixed matters by two of its actions at most: that there is one with which a message pays one type and
not another is a linear programme with one constraint, whose solutions have so few.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product

import numpy as np

from kgsim.arrays import Floats
from kgsim.games.bayesian import BayesianGame
from kgsim.solvers.bayesian.beliefs import supported
from kgsim.solvers.bayesian.polytopes import vertices
from kgsim.tolerances import PRESENT, SIGNALLING_TIES

#: Labels of an equilibrium that fails; it then fails all that follow too.
INTUITIVE, DIVINITY, D1 = "fails the intuitive criterion", "fails divinity", "fails D1"


class Criteria:
    """The criteria on one signalling game (see `kgsim.solvers.bayesian.signalling.is_signalling`)."""

    def __init__(self, game: BayesianGame) -> None:
        self.prior = game.priors[0]
        self.sender, self.receiver = (scaled(game, stage[0]) for stage in game.stages)
        self.kinds, _, self.answers = self.sender.shape
        self.known: dict[object, tuple[str, ...]] = {}
        self.ways: dict[int, list[list[int]]] = {}

    def labels(self, messages: Floats, responses: Floats) -> tuple[str, ...]:
        """The label of the first criterion that an equilibrium fails, if it fails any.

        Parameters
        ----------
        messages, responses
            Probabilities, shapes (types, messages) and (messages, responses).
        """
        worth = (messages * (self.sender * responses).sum(axis=2)).sum(axis=1)
        silent = np.flatnonzero((messages <= PRESENT).all(axis=0)).tolist()
        key = (tuple(silent), worth.round(12).tobytes())
        if key not in self.known:
            failed = {self._failed(message, worth) for message in silent}
            self.known[key] = next(((label,) for label in (INTUITIVE, DIVINITY, D1) if label in failed), ())
        return self.known[key]

    def _failed(self, message: int, worth: Floats) -> str:
        """The first criterion that fails at one surprising message; empty if none does."""
        if message not in self.ways:
            ways = [list(each) for size in (1, 2) for each in combinations(range(self.answers), size)]
            self.ways[message] = [each for each in ways if self._believed(message, each, range(self.kinds))]
        gain, ways = self.sender[:, message] - worth[:, None], self.ways[message]
        most = gain[:, [way[0] for way in ways if len(way) == 1]].max(axis=1)
        tempted = np.flatnonzero(most > SIGNALLING_TIES).tolist()
        able = np.flatnonzero(most >= -SIGNALLING_TIES).tolist()
        if not tempted:
            return ""
        certain = [answer for answer in range(self.answers) if self._believed(message, [answer], able)]
        if (gain[:, certain].min(axis=1) > SIGNALLING_TIES).any():
            return INTUITIVE
        less = [
            (kind, other)
            for kind, other in product(able, tempted)
            if kind != other and not any(_pays_one(gain[kind, way], gain[other, way]) for way in ways)
        ]
        if not self._deterred(message, gain, able, [self._no_likelier(*pair) for pair in less]):
            return DIVINITY
        left = [kind for kind in able if kind not in dict(less)]
        return D1 if left and not self._deterred(message, gain, left) else ""

    def _deterred(self, message: int, gain: Floats, among: Sequence[int], rows: Sequence[Floats] = ()) -> bool:
        """Whether an answer that is best for some belief over some types, cut by `rows`, lets no type gain."""
        return any(
            vertices(-gain[:, list(answers)], np.ones((1, len(answers))), np.ones(1), SIGNALLING_TIES) is not None
            and self._believed(message, answers, among, rows)
            for answers in subsets(self.answers)
        )

    def _believed(
        self, message: int, answers: Sequence[int], among: Sequence[int], rows: Sequence[Floats] = ()
    ) -> bool:
        """Whether a belief over some types, cut by `rows`, makes all these answers best."""
        worth = self.receiver[:, message]
        best = [worth[:, answer] - worth[:, other] for answer in answers for other in range(self.answers)]
        supports = ([among[place] for place in each] for each in subsets(len(among)))
        return any(supported(self.kinds, each, [*best, *rows], SIGNALLING_TIES) is not None for each in supports)

    def _no_likelier(self, kind: int, other: int) -> Floats:
        """A row that is not negative where a type has no more of another's weight than before the message."""
        row = np.zeros(self.kinds)
        row[[kind, other]] = -self.prior[other], self.prior[kind]
        return row


def scaled(game: BayesianGame, player: int) -> Floats:
    """A player's payoffs, shape (types, messages, responses), scaled to 0..1."""
    own = game.payoffs[:, player]
    spread = np.ptp(own)
    return np.asarray((own - own.min()) / spread if spread > 0 else np.zeros_like(own))


def subsets(count: int) -> list[tuple[int, ...]]:
    """All sets of one or more of `count` things, the smallest first."""
    return [each for size in range(1, count + 1) for each in combinations(range(count), size)]


def _pays_one(one: Floats, other: Floats) -> bool:
    """Whether some mixture of one or two answers costs one type nothing and does not pay the other.

    Parameters
    ----------
    one, other
        What each gains by each answer.
    """
    low, high = 0.0, 1.0
    for gains in (one, -other):
        start, slope = gains[0] + SIGNALLING_TIES, gains[-1] - gains[0]
        if slope > 0.0:
            low = max(low, -start / slope)
        elif slope < 0.0:
            high = min(high, -start / slope)
        elif start < 0.0:
            return False
    return low <= high
