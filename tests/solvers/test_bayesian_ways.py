"""Games with types are solved in several ways; each is held against another that shares nothing with it."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.optimize import linprog

from kgsim.games.bayesian import BayesianGame, courses, one_shot_gain
from kgsim.solvers.bayesian.equilibria import BayesianSet
from kgsim.solvers.bayesian.foregone import without_foregone
from kgsim.solvers.bayesian.perfect_bayesian import pure_equilibria
from kgsim.solvers.bayesian.selected import selected_equilibrium
from kgsim.solvers.bayesian.solve import UNLEARNED, solve_bayesian
from kgsim.solvers.strategic.nash import nash

Lottery = dict[tuple[tuple[int, ...], tuple[int, ...]], float]


def every_end(game: BayesianGame) -> np.ndarray:
    """Each terminal history an end of its own."""
    return np.broadcast_to(np.arange(np.prod(game.actions)).reshape(game.actions), (*game.kinds, *game.actions))


def lottery(game: BayesianGame, strategy) -> Lottery:
    return {(each.types, each.history): each.probability for each in courses(game, strategy)}


def is_told(game: BayesianGame, found: BayesianSet, wanted: Lottery) -> bool:
    """Whether a lottery is that of a listed equilibrium or a mixture of the members of a continuum."""
    told = [lottery(game, each.strategy) for each in found.equilibria]
    for group in (*((place,) for place in range(len(told))), *found.continua):
        keys = sorted({key for place in group for key in told[place]} | wanted.keys())
        table = np.array([[told[place].get(key, 0.0) for place in group] for key in keys])
        target = np.array([wanted.get(key, 0.0) for key in keys])
        fit = linprog(
            np.append(np.zeros(len(group)), 1.0),
            A_ub=np.block([[table, -np.ones((len(keys), 1))], [-table, -np.ones((len(keys), 1))]]),
            b_ub=np.append(target, -target),
            A_eq=[[*np.ones(len(group)), 0.0]],
            b_eq=[1.0],
        )
        if fit.status == 0 and fit.fun < 1e-7:
            return True
    return False


def gains(game: BayesianGame, found: BayesianSet) -> list[float]:
    return [
        one_shot_gain(game, each.strategy, {place: np.array(b.example) for place, b in each.beliefs.items()})
        for each in found.equilibria
    ]


def screening(seed: int) -> BayesianGame:
    """One without types offers one of three terms; a customer with two types answers in one of three ways."""
    payoffs = np.random.default_rng(seed).integers(0, 3, (2, 2, 3, 3)).astype(float)
    return BayesianGame((np.array([0.25, 0.75]),), payoffs, ((0,), (1,)), (1,))


@pytest.mark.parametrize("seed", range(10))
def test_mixtures_at_ties_of_a_customer_with_types_are_all_told(seed: int) -> None:
    """Random equilibria, drawn from the last move backwards, are listed or lie in a continuum; ties are common here."""
    game = screening(seed)
    found = solve_bayesian(game, every_end(game))
    assert found.complete and found.reasons == (UNLEARNED,)
    assert max(gains(game, found)) <= 1e-9
    rng = np.random.default_rng(seed)
    for _ in range(10):
        answers = np.zeros((2, 3, 3))
        for kind, offer in product(range(2), range(3)):
            own = game.payoffs[kind, 1, offer]
            best = np.flatnonzero(own == own.max())
            answers[kind, offer, best] = (
                rng.dirichlet(np.ones(len(best))) if rng.random() < 0.6 else np.eye(len(best))[0]
            )
        worth = np.einsum("k,koa,koa->o", game.priors[0], game.payoffs[:, 0], answers)
        best = np.flatnonzero(worth >= worth.max() - 1e-12)
        offers = np.zeros((1, 3))
        offers[0, best] = rng.dirichlet(np.ones(len(best)))
        assert is_told(game, found, lottery(game, [offers, answers]))


@pytest.mark.parametrize("seed", range(10))
def test_a_type_that_nobody_can_act_on_is_plain_chance(seed: int) -> None:
    """Two who know nothing move one after the other; payoffs turn on a type whose owner does not move."""
    payoffs = np.random.default_rng(seed).integers(0, 4, (2, 3, 3, 2)).astype(float)
    game = BayesianGame((np.array([0.5, 0.5]),), payoffs, ((0,), (1,)), (2,))
    found = solve_bayesian(game, every_end(game))
    assert found.complete and max(gains(game, found)) <= 1e-9
    expected = payoffs.mean(axis=0)
    brute = set()
    for offer, answers in product(range(3), product(range(2), repeat=3)):
        keen = all(expected[1, o, answers[o]] >= expected[1, o].max() for o in range(3))
        if keen and all(expected[0, offer, answers[offer]] >= expected[0, o, answers[o]] for o in range(3)):
            brute.add((offer, answers[offer]))
    told = [lottery(game, each.strategy) for each in found.equilibria]
    assert {next(iter(each))[1] for each in told if len(each) == 2} == brute


def with_signature(game: BayesianGame, rng: np.random.Generator) -> BayesianGame:
    """The game with a last move of the sender, one of whose actions brings it a type more than all others."""
    best = rng.integers(0, 2, size=(*game.kinds, *game.actions))
    extra = np.eye(2)[best]
    payoffs = np.repeat(game.payoffs[..., None], 2, axis=-1)
    payoffs[:, 0] += extra
    payoffs[:, 1] -= 5.0 * (1.0 - extra)
    return BayesianGame(game.priors, payoffs, (*game.stages, (0,)), game.informed)


@pytest.mark.parametrize("seed", range(12))
def test_a_foregone_last_move_changes_nothing(seed: int) -> None:
    """Equilibria, continua, labels and beliefs of a sender and a receiver are those without the signature."""
    rng = np.random.default_rng(seed)
    sender, receiver = rng.integers(0, 3, (2, 2, 2, 2)).astype(float)
    payoffs = np.stack([sender, receiver], axis=1)
    game = BayesianGame((np.array([0.5, 0.5]),), payoffs, ((0,), (1,)), (0,))
    longer = with_signature(game, rng)
    plain, signed = solve_bayesian(game, every_end(game)), solve_bayesian(longer, every_end(longer))
    assert plain.complete and signed.complete and plain.continua == signed.continua
    for one, other in zip(plain.equilibria, signed.equilibria, strict=True):
        assert one.labels == other.labels and one.beliefs.keys() == other.beliefs.keys()
        assert all(np.allclose(a, b) for a, b in zip(one.strategy, other.strategy, strict=False))
    assert max(gains(longer, signed), default=0.0) <= 1e-9


def test_a_last_move_that_turns_on_beliefs_is_not_foregone() -> None:
    payoffs = np.zeros((2, 2, 2, 2))
    for kind, word, act in product(range(2), repeat=3):
        payoffs[kind, :, word, act] = kind == act
    game = BayesianGame((np.array([0.5, 0.5]),), payoffs, ((0,), (1,)), (0,))
    assert without_foregone(game, every_end(game)).answers == ()


def tied_signature() -> BayesianGame:
    """Beer and quiche at even odds; at the end the stranger pays or runs, and does not care which."""
    payoffs = np.zeros((2, 2, 2, 2, 2))
    for kind, food, duel in product(range(2), repeat=3):
        payoffs[kind, 0, food, duel] = (food == kind) + 2 * (duel == 1)
        payoffs[kind, 1, food, duel] = (duel == 0) == (kind == 1)
    return BayesianGame((np.array([0.5, 0.5]),), payoffs, ((0,), (1,), (0,)), (0,))


def test_a_continuum_in_a_longer_game_is_told_or_the_set_is_not_called_complete() -> None:
    """Beer, and the duel declined with any probability from one half on, is an equilibrium; here with paying."""
    game = tied_signature()
    found = solve_bayesian(game, every_end(game))
    assert max(gains(game, found)) <= 1e-7
    pay = np.zeros((2, 2, 2, 2))
    pay[..., 0] = 1.0
    for left in (0.5, 0.6, 0.77, 1.0):
        beer = np.array([[1.0, 0.0], [1.0, 0.0]])
        answer = np.array([[[1 - left, left], [1.0, 0.0]]])
        assert not found.complete or is_told(game, found, lottery(game, [beer, answer, pay]))


def towns(tough: float, entrants: int) -> tuple[BayesianGame, np.ndarray]:
    """Kreps and Wilson (1982): enter, fight, enter, fight; entry is worth 1/2; one who comes twice, or two entrants.

    What the incumbent would do to one who stays out is no end of its own at the last town.
    """
    last = entrants
    payoffs = np.zeros((2, entrants + 1, 2, 2, 2, 2))
    for kind, *moves in product(range(2), repeat=5):
        for town, (enter, fight) in enumerate((moves[:2], moves[2:])):
            payoffs[(kind, town % entrants, *moves)] += enter * (-0.5 if fight else 0.5)
            payoffs[(kind, last, *moves)] += -(kind == fight) if enter else 2.0
    game = BayesianGame((np.array([tough, 1 - tough]),), payoffs, ((0,), (last,), (entrants - 1,), (last,)), (last,))
    ends = every_end(game).copy()
    ends[..., 0, :] = ends[..., 0, :1]
    return game, ends


@pytest.mark.parametrize("entrants", [1, 2])
@pytest.mark.parametrize("tough", [0.1, 0.2, 0.3, 0.45])
def test_the_weak_fight_just_often_enough(tough: float, entrants: int) -> None:
    """Below d = 1/4 the first entry is made; the weak fight so often that a fighter is tough with probability 1/2."""
    game, ends = towns(tough, entrants)
    found = solve_bayesian(game, ends)
    assert found.complete and found.equilibria and max(gains(game, found)) < 1e-9
    for each in found.equilibria:
        assert each.strategy[0][0, 1] == (tough < 0.25)
        np.testing.assert_allclose(each.strategy[1][:, 1, 1], [1.0, tough / (1 - tough)])
        np.testing.assert_allclose(each.strategy[2][0, 1, 1, 1], 0.5)


def test_the_logit_path_leads_to_the_textbook_too() -> None:
    short = without_foregone(*towns(0.2, 1))
    game, selected = short.game, selected_equilibrium(short.game, short.ends)
    assert selected is not None
    np.testing.assert_allclose(selected.strategy[1][:, 1, 1], [1.0, 0.25], atol=1e-4)
    np.testing.assert_allclose(selected.strategy[2][0, 1, 1, 1], 0.5, atol=1e-4)
    examples = {place: np.array(belief.example) for place, belief in selected.beliefs.items()}
    assert one_shot_gain(game, selected.strategy, examples) < 1e-4


def test_one_is_selected_where_none_is_pure_and_not_all_are_sought() -> None:
    """After a word that costs one type something two others match pennies: none is pure, and three move."""
    payoffs = np.zeros((2, 3, 2, 2, 2))
    for kind, word, one, two in product(range(2), repeat=4):
        payoffs[kind, :, word, one, two] = word * (kind - 0.5), one == two, one != two
    game = BayesianGame((np.array([0.5, 0.5]),), payoffs, ((0,), (1, 2)), (0,))
    assert not pure_equilibria(game).assessments
    found = solve_bayesian(game, every_end(game))
    (only,) = found.equilibria
    assert not found.complete and "selected" in only.remark and max(gains(game, found)) < 1e-6
    np.testing.assert_allclose(only.strategy[0], np.eye(2), atol=1e-4)
    np.testing.assert_allclose(only.strategy[1], 0.5, atol=1e-4)


def test_ends_that_nobody_cares_about_are_told_apart() -> None:
    """After a word that reveals a type, and an answer, a third gives what came of it one of two names."""
    payoffs = np.zeros((2, 3, 2, 2, 2))
    for kind, word, act in product(range(2), repeat=3):
        payoffs[kind, :2, word, act] = (kind == word) + 0.1 * (kind == act), kind == act
    game = BayesianGame((np.array([0.5, 0.5]),), payoffs, ((0,), (1,), (2,)), (0,))
    found = solve_bayesian(game, every_end(game))
    lasts = {history[-1] for each in found.equilibria for _, history in lottery(game, each.strategy)}
    assert lasts == {0, 1}


def test_a_path_through_too_large_a_tree_is_not_followed() -> None:
    payoffs = np.zeros((2, 2, 60, 60))
    game = BayesianGame((np.array([0.5, 0.5]),), payoffs, ((0,), (1,)), (0,))
    assert selected_equilibrium(game, every_end(game)) is None


def defence(game: BayesianGame, word: int, answers: np.ndarray) -> np.ndarray:
    """The belief that does most for the worst of some answers to a word."""
    worth = game.payoffs[:, 1, word]
    leads = [worth[:, a] - worth[:, b] for a in np.flatnonzero(answers > 1e-12) for b in range(len(answers))]
    kinds = len(worth)
    found = linprog(
        np.append(np.zeros(kinds), -1.0),
        A_ub=np.column_stack([-np.array(leads), np.ones(len(leads))]),
        b_ub=np.zeros(len(leads)),
        A_eq=[[*np.ones(kinds), 0.0]],
        b_eq=[1.0],
        bounds=[(0.0, 1.0)] * kinds + [(None, None)],
    )
    return np.asarray(found.x[:kinds])


@pytest.mark.parametrize("seed", range(12))
def test_what_lies_in_convex_continua_of_signalling_games_is_an_equilibrium(seed: int) -> None:
    """Mixtures of messages with answers fixed, and of answers with messages fixed, drawn at random; ties are common."""
    rng = np.random.default_rng(seed)
    kinds, messages, answers = rng.choice([[2, 2, 2], [2, 2, 3], [2, 3, 2], [3, 2, 2]])
    payoffs = rng.integers(0, 3, (kinds, 2, messages, answers)).astype(float)
    game = BayesianGame((np.full(kinds, 1.0 / kinds),), payoffs, ((0,), (1,)), (0,))
    found = solve_bayesian(game, every_end(game))
    for group, convex in zip(found.continua, found.convex, strict=True):
        members = [found.equilibria[place] for place in group]
        weights = rng.dirichlet(np.ones(len(members)))
        strategy = [np.tensordot(weights, [each.strategy[axis] for each in members], 1) for axis in range(2)]
        if convex:
            surprises = {((word,), 0): defence(game, word, strategy[1][0, word]) for word in range(messages)}
            assert one_shot_gain(game, strategy, surprises) <= 1e-9
            assert is_told(game, found, lottery(game, strategy))


def by_plans(game: BayesianGame):
    """What sender and receiver do in each extreme Nash equilibrium of the table of plans, by vertex enumeration."""
    kinds, _, messages, answers = game.payoffs.shape
    said = list(product(range(messages), repeat=kinds))
    answered = list(product(range(answers), repeat=messages))
    table = np.zeros((2, len(said), len(answered)))
    for (i, words), (j, acts) in product(enumerate(said), enumerate(answered)):
        for kind, word in enumerate(words):
            table[:, i, j] += game.priors[0][kind] * game.payoffs[kind, :, word, acts[word]]
    for one, other in nash(table, method="engine").equilibria:
        words, acts = np.zeros((kinds, messages)), np.zeros((messages, answers))
        for weight, plan in zip(one, said, strict=True):
            words[range(kinds), plan] += weight
        for weight, plan in zip(other, answered, strict=True):
            acts[range(messages), plan] += weight
        yield words, acts


@pytest.mark.slow
@pytest.mark.parametrize("block", range(20))
def test_extreme_nash_equilibria_with_defensible_beliefs_are_all_told(block: int) -> None:
    """500 random games of a sender and a receiver, half of them with cheap words or few distinct payoffs."""
    sizes = [(2, 2, 2), (2, 3, 2), (2, 2, 3), (3, 2, 2), (3, 2, 3), (2, 3, 3)]
    for seed in range(25 * block, 25 * block + 25):
        rng = np.random.default_rng(seed)
        kinds, messages, answers = sizes[seed % len(sizes)]
        most = (3, 50)[seed % 2]
        payoffs = rng.integers(0, most, (kinds, 2, messages, answers)).astype(float)
        if seed % 4 == 0:
            payoffs[:] = payoffs[:, :, :1]
        game = BayesianGame((rng.multinomial(20, np.ones(kinds) / kinds) / 20.0,), payoffs, ((0,), (1,)), (0,))
        if (game.priors[0] == 0.0).any():
            continue
        found = solve_bayesian(game, every_end(game))
        assert found.complete
        for words, acts in by_plans(game):
            silent = np.flatnonzero((words < 1e-12).all(axis=0))
            beliefs = {((int(word),), 0): defence(game, int(word), acts[word]) for word in silent}
            if one_shot_gain(game, [words, acts[None]], beliefs) <= 1e-9:
                assert is_told(game, found, lottery(game, [words, acts[None]])), seed
