"""Beliefs that are hard to defend: games in which each criterion cuts what the one before does not."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.optimize import linprog

from kgsim.games.bayesian import BayesianGame
from kgsim.solvers.bayesian.refinements import D1, DIVINITY, INTUITIVE, Criteria, subsets
from kgsim.solvers.bayesian.signalling import solve_signalling


def signalling(prior, sender, receiver) -> BayesianGame:
    """A game of payoffs (types, messages, responses)."""
    payoffs = np.stack([np.asarray(sender, dtype=float), np.asarray(receiver, dtype=float)], axis=1)
    return BayesianGame((np.asarray(prior, dtype=float),), payoffs, ((0,), (1,)), (0,))


def labelled(game: BayesianGame):
    """Every equilibrium with its label."""
    criteria = Criteria(game)
    for each in solve_signalling(game).equilibria:
        yield each, "".join(criteria.labels(each.messages, each.responses))


def pools(game: BayesianGame, message: int) -> set[str]:
    """Labels of the equilibria in which every type sends a message for certain."""
    return {label for each, label in labelled(game) if (each.messages[:, message] > 1 - 1e-9).all()}


def speaking_up(keen: float, loss: float) -> BayesianGame:
    """Two types keep silent, for 0, or speak up and are believed or not.

    Belief is worth 1 to both; disbelief costs the cool type 2 and the keen one `loss`, so that the keen one speaks
    whenever the cool one would. Only the keen deserves belief.
    """
    sender = [[[0, 0], [-2, 1]], [[0, 0], [-loss, 1]]]
    receiver = [[[0, 0], [1, 0]], [[0, 0], [0, 1]]]
    return signalling([1 - keen, keen], sender, receiver)


@pytest.mark.parametrize(
    ("keen", "label"),
    [(0.3, D1), (0.49, D1), (0.51, DIVINITY), (0.9, DIVINITY)],
    ids="the keen are {}".format,
)
def test_silence_fails_d1_and_divinity_only_where_the_prior_believes(keen, label):
    """The cool type gains from speech if believed with 2/3, the keen one from 1/3 on: neither is ruled out at once.

    D1 says that speech is keen, which is answered by belief. Divinity says that it is no less keen than the prior,
    which is answered by belief only if the prior is.
    """
    assert pools(speaking_up(keen, 0.5), 0) == {label}


def test_silence_stands_where_no_type_speaks_more_readily():
    assert pools(speaking_up(0.9, 2.0), 0) == {""}


def test_a_type_that_never_gains_is_ruled_out_before_all():
    """If even belief costs the cool type something, speech can only be keen: the intuitive criterion says so."""
    game = speaking_up(0.3, 0.5)
    payoffs = game.payoffs.copy()
    payoffs[0, 0, 1, 1] = -1
    assert pools(BayesianGame(game.priors, payoffs, game.stages, game.informed), 0) == {INTUITIVE}


def job_market(worth, prior, levels, cost: float = 1.0, step: float = 0.25) -> BayesianGame:
    """Spence (1973): schooling costs less the more one is worth; the employer's best wage is what it expects."""
    worth = np.array(worth, dtype=float)
    wages = np.arange(worth.min(), worth.max() + step / 2, step)
    sender = wages[None, None] - cost * np.array(levels)[None, :, None] / worth[:, None, None]
    receiver = np.broadcast_to(-((wages[None, None] - worth[:, None, None]) ** 2), sender.shape)
    return signalling(prior, sender, receiver)


def test_two_types_of_workers_separate_at_the_least_cost():
    """Cho and Kreps (1987), section IV: with two types the intuitive criterion leaves the Riley outcome alone.

    The less able forgo schooling from 1 on, since 2 - 1 is what they have without; the able take the least that is.
    """
    game = job_market([1, 2], [0.5, 0.5], [0, 0.75, 1.125])
    labels = list(labelled(game))
    left = [each.messages for each, label in labels if not label]
    assert left and all(np.allclose(messages, [[1, 0, 0], [0, 0, 1]]) for messages in left)
    assert {label for _, label in labels} == {INTUITIVE, ""}


def test_of_three_types_the_intuitive_criterion_leaves_what_d1_cuts():
    """A pool of the upper two at a schooling of 2.2 survives the intuitive criterion (Cho and Sobel 1990).

    More schooling might pay the middle type as well as the ablest, so neither is ruled out; but whatever wage makes it
    pay the middle type pays the ablest more. The Riley outcome, where each takes the least that separates it, stands.
    """
    game = job_market([1, 2, 3], [0.2, 0.4, 0.4], [0, 1.1, 2.2, 3.2], step=0.5)
    wages = [1.0, 1.5, 2.0, 2.5, 3.0]

    def paid(*each):
        return np.array([np.isin(wages, wage) for wage in each], dtype=float)

    criteria = Criteria(game)
    pool = np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0]], dtype=float)
    riley = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]], dtype=float)
    assert criteria.labels(pool, paid(1.0, 1.0, 2.5, 2.0)) == (D1,)
    assert criteria.labels(riley, paid(1.0, 2.0, 2.0, 3.0)) == ()


def cut_by(game: BayesianGame, messages, responses) -> str:
    """The definitions by linear programmes over whole faces of answers; nothing is shared with the code."""
    prior, sender, receiver = game.priors[0], game.payoffs[:, 0], game.payoffs[:, 1]
    kinds, _, answers = sender.shape
    worth = (messages * (sender * responses).sum(axis=2)).sum(axis=1)
    found = set()
    for silent in np.flatnonzero((messages < 1e-12).all(axis=0)):
        gain, own = sender[:, silent] - worth[:, None], receiver[:, silent]

        def feasible(cuts, size):
            """Whether some distribution satisfies cuts @ x >= 0."""
            rows = np.array(cuts).reshape(-1, size)
            found = linprog(
                np.zeros(size), A_ub=-rows, b_ub=np.full(len(rows), 1e-9), A_eq=np.ones((1, size)), b_eq=[1]
            )
            return found.status == 0

        def best(among, rows=(), own=own, feasible=feasible):
            """Sets of answers that are all best for some belief over some types."""
            out = [-np.eye(kinds)[kind] for kind in range(kinds) if kind not in among]
            return [
                list(each)
                for each in subsets(answers)
                if feasible([own[:, a] - own[:, b] for a in each for b in range(answers)] + out + list(rows), kinds)
            ]

        faces = best(range(kinds))
        most = np.max([gain[:, face].max(axis=1) for face in faces], axis=0)
        able, tempted = np.flatnonzero(most >= -1e-9), np.flatnonzero(most > 1e-9)
        if not len(tempted):
            continue
        less = [
            (kind, other)
            for kind, other in product(able, tempted)
            if kind != other and not any(feasible([gain[kind, face], -gain[other, face]], len(face)) for face in faces)
        ]

        def deterred(among, rows=(), gain=gain, feasible=feasible, best=best):
            return any(feasible(-gain[:, face], len(face)) for face in best(among, rows))

        ratios = [prior[kind] * np.eye(kinds)[other] - prior[other] * np.eye(kinds)[kind] for kind, other in less]
        certain = np.min([gain[:, face].min(axis=1) for face in best(able)], axis=0)
        if (certain > 1e-9).any():
            found.add(INTUITIVE)
        elif not deterred(able, ratios):
            found.add(DIVINITY)
        elif not deterred(set(able) - {kind for kind, _ in less}):
            found.add(D1)
    return next((label for label in (INTUITIVE, DIVINITY, D1) if label in found), "")


@pytest.mark.parametrize("seed", range(12))
def test_labels_are_those_of_the_definitions(seed):
    """Random games of small whole numbers, ties included, against linear programmes."""
    draw = np.random.default_rng(seed)
    kinds, messages, answers = draw.choice([[2, 2, 2], [2, 2, 3], [3, 2, 2], [2, 3, 2]])
    shape = (kinds, messages, answers)
    game = signalling(draw.dirichlet(np.ones(kinds)), draw.integers(0, 5, shape), draw.integers(0, 4, shape))
    for each, label in labelled(game):
        assert label == cut_by(game, each.messages, each.responses)
