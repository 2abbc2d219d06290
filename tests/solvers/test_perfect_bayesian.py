"""Pure perfect Bayesian equilibria against all pure profiles: talk that is cheap, talk that costs, two who talk."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from test_bayesian_ways import every_end, is_told

from kgsim.games.bayesian import BayesianGame, one_shot_gain
from kgsim.solvers.bayesian.perfect_bayesian import pure_equilibria, written_out
from kgsim.solvers.bayesian.solve import solve_bayesian

PRIOR = np.array([0.45, 0.55])


def talk_game(seed: int, *, cheap: bool) -> BayesianGame:
    """A sender with two types speaks, a receiver acts, the sender acts again; cheap words enter no payoff."""
    rng = np.random.default_rng(seed)
    payoffs = rng.integers(0, 7, (2, 2, 2, 2, 2)).astype(float)  # types, players, word, act, last
    if cheap:
        payoffs[:] = payoffs[:, :, :1]
    return BayesianGame((PRIOR,), payoffs, ((0,), (1,), (0,)), (0,))


def can_be_best(worth: np.ndarray, act: int, belief: np.ndarray | None) -> bool:
    """Whether an act is best under a belief about two types, or under any; worth by type and act."""
    lead = worth[:, [act]] - worth
    if belief is not None:
        return bool((belief @ lead >= -1e-9).all())
    shares = {0.0, 1.0} | {float(a / (a - b)) for a, b in lead.T if a * b < 0}
    return any((np.array([1 - x, x]) @ lead >= -1e-9).all() for x in shares)


def by_hand(game: BayesianGame) -> set[tuple[tuple[int, ...], ...]]:
    """What every pure equilibrium leads to by type, found by looking at each pure profile."""
    found = set()
    sender, receiver = game.payoffs[:, 0], game.payoffs[:, 1]
    best = [
        [last for last in range(2) if sender[(*place, last)] >= sender[place].max()]
        for place in product(range(2), repeat=3)
    ]
    for lasts in product(*best):
        last = np.array(lasts).reshape(2, 2, 2)
        own = np.take_along_axis(sender, last[..., None], axis=3)[..., 0]
        other = np.take_along_axis(receiver, last[..., None], axis=3)[..., 0]
        for said, acts in product(product(range(2), repeat=2), repeat=2):
            if any(own[kind, said[kind], acts[said[kind]]] < own[kind, [0, 1], acts].max() for kind in range(2)):
                continue
            weights = [np.array([PRIOR[kind] * (said[kind] == word) for kind in range(2)]) for word in range(2)]
            beliefs = [weight / weight.sum() if weight.sum() else None for weight in weights]
            if all(can_be_best(other[:, word], acts[word], beliefs[word]) for word in range(2)):
                ways = [(said[kind], acts[said[kind]]) for kind in range(2)]
                found.add(tuple((*way, int(last[(kind, *way)])) for kind, way in enumerate(ways)))
    return found


@pytest.mark.parametrize("cheap", [True, False])
@pytest.mark.parametrize("seed", range(20))
def test_no_pure_equilibrium_is_lost_or_invented(seed: int, cheap: bool) -> None:
    """Words that enter no payoff still carry information: whoever hears them may go by them."""
    game = talk_game(seed, cheap=cheap)
    found = pure_equilibria(game)
    assert not found.gaps
    assert {each.ends for each in found.assessments} == by_hand(game)
    for each in found.assessments:
        strategy, beliefs = written_out(game, each)
        examples = {place: np.array(belief.example) for place, belief in beliefs.items()}
        assert one_shot_gain(game, strategy, examples) <= 1e-9


def test_partners_with_words_alone_can_separate() -> None:
    """Both want to meet at the side that one of them knows, and saying it costs nothing; then the one signs."""
    payoffs = np.zeros((2, 2, 2, 2, 2))
    for kind, word, act, last in product(range(2), repeat=4):
        payoffs[kind, :, word, act, last] = (kind == act) + (last == 0)
    game = BayesianGame((np.array([0.5, 0.5]),), payoffs, ((0,), (1,), (0,)), (0,))
    worth = {float(each.values[:, 1].mean()) for each in pure_equilibria(game).assessments}
    assert worth == {1.5, 2.0}


def two_talkers(seed: int) -> BayesianGame:
    """Two players with two types each speak at once, words cost a little, and a third acts."""
    payoffs = np.random.default_rng(seed).uniform(0.0, 1.0, (2, 2, 3, 2, 2, 2))
    return BayesianGame((PRIOR, np.array([0.3, 0.7])), payoffs, ((0, 1), (2,)), (0, 1))


def two_by_hand(game: BayesianGame) -> set[tuple[tuple[int, ...], ...]]:
    """Beliefs after surprises from a grid: one about each talker and word, whatever the other said."""
    found = set()
    grid = np.linspace(0.0, 1.0, 41)
    types = list(product(range(2), repeat=2))
    joint = np.array([game.priors[0][a] * game.priors[1][b] for a, b in types]).reshape(2, 2)
    for said, told in product(product(range(2), repeat=2), repeat=2):
        shares = []
        for prior, words in zip(game.priors, (said, told), strict=True):
            weights = [prior * (np.array(words) == word) for word in range(2)]
            shares.append([np.array([w[1] / w.sum()]) if w.sum() else grid for w in weights])
        for acts in product(range(2), repeat=4):
            act = np.array(acts).reshape(2, 2)
            ends = {(a, b): (said[a], told[b], int(act[said[a], told[b]])) for a, b in types}
            if any(
                sum(joint[pair] * game.payoffs[(*pair, who, *ends[pair])] for pair in types if pair[who] == kind)
                < sum(
                    joint[a, b] * game.payoffs[(a, b, who, *heard, int(act[heard]))]
                    for a, b in types
                    if (a, b)[who] == kind
                    for heard in [(word, told[b]) if who == 0 else (said[a], word)]
                )
                - 1e-12
                for who, kind, word in product(range(2), repeat=3)
            ):
                continue
            # Which beliefs about the first after words 0 and 1, and about the second after words 0 and 1, support it?
            allowed = np.ones([len(each) for pair in shares for each in pair], dtype=bool)
            for first, second in product(range(2), repeat=2):
                x, y = np.meshgrid(shares[0][first], shares[1][second], indexing="ij")
                weights = np.array([[(1 - x) * (1 - y), (1 - x) * y], [x * (1 - y), x * y]])
                lead = (
                    game.payoffs[:, :, 2, first, second, act[first, second]]
                    - game.payoffs[:, :, 2, first, second, 1 - act[first, second]]
                )
                fits = np.einsum("abxy,ab->xy", weights, lead) >= -1e-12
                shape = [1, 1, 1, 1]
                shape[first], shape[2 + second] = fits.shape
                allowed &= fits.reshape(shape)
            if allowed.any():
                found.add(tuple(ends[pair] for pair in types))
    return found


@pytest.mark.parametrize("seed", range(12))
def test_two_who_talk_at_once_are_each_judged_by_their_own_words(seed: int) -> None:
    """A surprise of both leaves two beliefs free at once, which what is done for one surprise also speaks of."""
    game = two_talkers(seed)
    found = pure_equilibria(game)
    assert not found.gaps
    assert {each.ends for each in found.assessments} == two_by_hand(game)
    for each in found.assessments:
        strategy, beliefs = written_out(game, each)
        examples = {place: np.array(belief.example) for place, belief in beliefs.items()}
        assert one_shot_gain(game, strategy, examples) <= 1e-9


def one_after_the_other(seed: int) -> BayesianGame:
    """A player with two types speaks, then another with two types, and a third acts."""
    payoffs = np.random.default_rng(seed).uniform(0.0, 1.0, (2, 2, 3, 2, 2, 2))
    return BayesianGame((PRIOR, np.array([0.3, 0.7])), payoffs, ((0,), (1,), (2,)), (0, 1))


def after_a_word(game: BayesianGame, first: int, replies, acts, share: float) -> bool:
    """Whether the second's replies and the third's acts stand if the first is its second type with this probability."""
    about_first = np.array([1.0 - share, share])
    for kind, said in enumerate(replies):
        worth = [about_first @ game.payoffs[:, kind, 1, first, word, acts[word]] for word in range(2)]
        if worth[said] < max(worth) - 1e-12:
            return False
    for word in range(2):
        weights = game.priors[1] * [said == word for said in replies]
        belief = weights / weights.sum() if weights.sum() else None
        worth = np.einsum("a,abz->bz", about_first, game.payoffs[:, :, 2, first, word, :])
        if not can_be_best(worth, acts[word], belief):
            return False
    return True


def in_turn_by_hand(game: BayesianGame) -> set[tuple[tuple[int, ...], ...]]:
    found = set()
    pairs = list(product(range(2), repeat=2))
    for said in pairs:
        ways = []
        for first in range(2):
            weights = game.priors[0] * [each == first for each in said]
            shares = [weights[1] / weights.sum()] if weights.sum() else np.linspace(0.0, 1.0, 401)
            ways.append(
                [
                    (replies, acts)
                    for replies, acts in product(pairs, repeat=2)
                    if any(after_a_word(game, first, replies, acts, share) for share in shares)
                ]
            )
        for way in product(*ways):
            worth = np.zeros((2, 2))
            for kind, first in product(range(2), repeat=2):
                replies, acts = way[first]
                worth[kind, first] = sum(
                    game.priors[1][other] * game.payoffs[kind, other, 0, first, replies[other], acts[replies[other]]]
                    for other in range(2)
                )
            if all(worth[kind, said[kind]] >= worth[kind].max() for kind in range(2)):
                ends = [(said[a], way[said[a]][0][b], way[said[a]][1][way[said[a]][0][b]]) for a, b in pairs]
                found.add(tuple(ends))
    return found


@pytest.mark.parametrize("seed", range(12))
def test_a_surprise_after_a_surprise_leaves_two_beliefs_free(seed: int) -> None:
    """What the third needs to believe about both may hang on a surprise of the first that was already answered."""
    game = one_after_the_other(seed)
    found = pure_equilibria(game)
    assert not found.gaps
    assert {each.ends for each in found.assessments} == in_turn_by_hand(game)
    for each in found.assessments:
        strategy, beliefs = written_out(game, each)
        examples = {place: np.array(belief.example) for place, belief in beliefs.items()}
        assert one_shot_gain(game, strategy, examples) <= 1e-9


#: What is drawn at random, and how its pure equilibria are found by looking at each pure profile.
FAMILIES = {
    "cheap words, an act, a last word": (lambda seed: talk_game(seed, cheap=True), by_hand),
    "costly words, an act, a last word": (lambda seed: talk_game(seed, cheap=False), by_hand),
    "two speak at once": (two_talkers, two_by_hand),
    "two speak in turn": (one_after_the_other, in_turn_by_hand),
}


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
@pytest.mark.parametrize("family", FAMILIES)
def test_none_of_a_thousand_random_games_loses_a_pure_equilibrium(family, block) -> None:
    """250 games of each family; what is called complete tells each, alone or in a continuum."""
    draw, hand = FAMILIES[family]
    for seed in range(1000 + 25 * block, 1025 + 25 * block):
        game = draw(seed)
        expected = hand(game)
        assert {each.ends for each in pure_equilibria(game).assessments} == expected, seed
        found = solve_bayesian(game, every_end(game))
        if found.complete or any("pure equilibria are complete" in reason for reason in found.reasons):
            for ends in expected:
                reached = zip(np.ndindex(*game.kinds), ends, strict=True)
                lottery = {(types, end): float(game.prior[types]) for types, end in reached}
                assert is_told(game, found, lottery), (seed, ends)
