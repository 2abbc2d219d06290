"""Private types: textbook signalling games with their equilibria, thresholds of belief, and an oracle for each."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

import kgsim
from first_edition import FIRST_EDITION
from kgsim.games.bayesian import BayesianGame, one_shot_gain
from kgsim.solvers.bayesian.perfect_bayesian import pure_equilibria, written_out
from kgsim.solvers.bayesian.signalling import solve_signalling

PARAMETER = "{{label: {0}, value: {1}, range: [{2}, {3}], because: a published game, certainty: judgement}}"

#: Kim proposes or not, earnest with probability p; the US negotiates or rejects. Payoffs (Kim, US).
SUMMIT = """
kgsim: 1
title: A summit
question: Does the US negotiate?
players: {Kim: Kim, US: United States}
parameters:
  p: {label: chance that Kim is earnest, value: 0.5, range: [0, 1], because: published, certainty: judgement}
types: {Kim: {earnest: p, duplicitous: 1 - p}}
terms: {proposed: proposed, talks: negotiated}
moves:
  Kim: {stay: stay away, propose: propose}
  US: {reject: reject, negotiate: negotiate}
outcomes:
  none: {when: {Kim: stay}}
  rejected: {when: {US: reject}, terms: {proposed: 1}}
  talks: {otherwise: true, terms: {talks: 1}}
utilities:
  Kim: 2*talks*earnest + 4*talks*duplicitous - proposed
  US: 2*talks*earnest - 4*talks*duplicitous
structures: {summit: {play: [Kim, US]}}
"""


def summit(p: float):
    return kgsim.solve(kgsim.loads(SUMMIT, name="summit"), p=p).structures["summit"]


@pytest.mark.parametrize(("p", "talks"), [(2 / 3 - 1e-9, False), (2 / 3, True), (2 / 3 + 1e-9, True), (1.0, True)])
def test_the_us_negotiates_with_both_types_from_two_thirds_on(p, talks):
    """With both types proposing, negotiating is worth 2p - 4(1 - p)."""
    solution = summit(p)
    assert solution.complete
    certain = any(each.outcomes.get("talks", 0.0) > 1 - 1e-12 for each in solution.equilibria)
    assert certain == talks


def test_below_the_threshold_nobody_proposes():
    """A mixture that leaves the earnest indifferent draws all the duplicitous in, so no proposal is half believed."""
    solution = summit(0.4)
    assert {each.name for each in solution.equilibria} == {"none"}
    assert all(each.residual <= 1e-9 for each in solution.equilibria)


def test_staying_away_stands_on_suspicion():
    """Nobody proposes because a proposal would be taken for duplicity: belief in earnestness of at most 2/3."""
    solution = summit(0.9)
    (silent,) = [each for each in solution.equilibria if each.outcomes == {"none": 1.0}]
    (belief,) = [each for each in silent.beliefs if each.surprise]
    assert belief.probabilities["earnest"] == pytest.approx((0.0, 2 / 3))


#: DPRK is sincere or deceitful and agrees or not; ROK accepts or rejects. ROK: reconciliation, exploitation, rejection.
SINCERITY = """
kgsim: 1
title: Sincerity
question: Does Seoul accept?
players: {DPRK: North, ROK: South}
parameters:
  p: {label: chance of sincerity, value: 0.5, range: [0, 1], because: published, certainty: judgement}
  recon: {label: reconciled, value: 5, range: [0, 10], because: published, certainty: judgement}
  exploited: {label: exploited, value: -3, range: [-10, 0], because: published, certainty: judgement}
  rejected: {label: a sincere offer rejected, value: 1, range: [-5, 5], because: published, certainty: judgement}
types: {DPRK: {sincere: p, deceitful: 1 - p}}
terms: {agreed: agreed, accepted: accepted}
moves:
  DPRK: {decline: decline, agree: agree}
  ROK: {reject: reject, accept: accept}
outcomes:
  no deal: {when: {DPRK: decline}}
  deal: {when: {ROK: accept}, terms: {agreed: 1, accepted: 1}}
  rebuff: {otherwise: true, terms: {agreed: 1}}
utilities:
  DPRK: 2*accepted - (agreed - accepted)
  ROK: (recon*sincere + exploited*deceitful)*accepted + rejected*(agreed - accepted)
structures: {offer: {play: [DPRK, ROK]}}
"""


@pytest.mark.parametrize("shift", [-1e-9, 0.0, 1e-9])
def test_both_agreeing_is_an_equilibrium_from_the_published_belief_on(shift):
    """Both types agree exactly if p >= (U(REJ) - U(EXP)) / (U(RECON) - U(EXP)) = 4/8, and none separates."""
    solution = kgsim.solve(kgsim.loads(SINCERITY, name="sincerity"), p=0.5 + shift).structures["offer"]
    pooled = any(each.outcomes.get("deal", 0.0) > 1 - 1e-12 for each in solution.equilibria)
    assert pooled == (shift >= 0)
    assert not any("separating" in each.notes for each in solution.equilibria)


def signalling(prior, sender, receiver) -> BayesianGame:
    """Payoffs of shape (types, messages, responses) each."""
    return BayesianGame((np.array(prior),), np.stack([sender, receiver], axis=1).astype(float), ((0,), (1,)), (0,))


def beer_quiche(strong: float) -> BayesianGame:
    """Cho and Kreps (1987): strong likes beer, weak likes quiche, neither likes a duel; messages beer, quiche."""
    sender, receiver = np.zeros((2, 2, 2)), np.zeros((2, 2, 2))
    for kind, message, answer in product(range(2), repeat=3):
        sender[kind, message, answer] = (message == kind) + 2 * (answer == 1)
        receiver[kind, message, answer] = (answer == 0) == (kind == 1)
    return signalling([strong, 1 - strong], sender, receiver)


def test_beer_and_quiche():
    """Both pool on beer or on quiche; the second fails the intuitive criterion. A duel off the path needs even odds."""
    from kgsim.solvers.bayesian.refinements import INTUITIVE, Criteria

    game = beer_quiche(0.9)
    found = solve_signalling(game)
    drunk = {tuple(each.messages[:, 0]) for each in found.equilibria}
    assert drunk == {(1.0, 1.0), (0.0, 0.0)}
    for each in found.equilibria:
        (message,) = each.beliefs
        assert each.beliefs[message].high[1] >= 0.5 and each.beliefs[message].low[1] == pytest.approx(0.5)
        assert Criteria(game).labels(each.messages, each.responses) == ((INTUITIVE,) if message == 0 else ())


def test_weak_players_bluff_just_enough():
    """With 0.3 strong, the weak drink beer with probability 3/7 and beer is met by a duel half of the time."""
    (only,) = solve_signalling(beer_quiche(0.3)).equilibria
    np.testing.assert_allclose(only.messages, [[1, 0], [3 / 7, 4 / 7]], atol=1e-9)
    np.testing.assert_allclose(only.responses, [[0.5, 0.5], [1, 0]], atol=1e-9)


def test_spence_separates_where_education_is_dear_enough_for_the_wrong_type():
    """Two types, wages by belief 1 or 2: schooling of length e costs e or e/2, so separation needs 1 <= e <= 2."""
    for school, separates in [(0.9, False), (1.0, True), (1.5, True), (2.0, True), (2.1, False)]:
        sender, receiver = np.zeros((2, 2, 2)), np.zeros((2, 2, 2))
        for kind, message, wage in product(range(2), repeat=3):
            sender[kind, message, wage] = 1 + wage - message * school / (1 + kind)
            receiver[kind, message, wage] = -((1 + wage - (1 + kind)) ** 2)
        found = solve_signalling(signalling([0.5, 0.5], sender, receiver))
        assert any((each.messages == np.eye(2)).all() for each in found.equilibria) == separates, school


def test_spence_pools_while_schooling_costs_less_than_being_taken_for_the_average():
    """Wages 1, 3/2 or 2, the nearest to expected productivity: both go to school if 3/2 - e >= 1, so up to e = 1/2.

    Whoever does not is believed to be productive with probability 1/4 at most, or 3/2 would be paid.
    """
    wages = np.array([1.0, 1.5, 2.0])
    for school, pools in [(0.0, True), (0.3, True), (0.5, True), (0.5 + 1e-6, False), (0.9, False)]:
        kinds, messages = np.arange(2)[:, None, None], np.arange(2)[None, :, None]
        sender = wages - messages * school / (1 + kinds)
        receiver = np.broadcast_to(-((wages - (1 + kinds)) ** 2), sender.shape)
        found = solve_signalling(signalling([0.5, 0.5], sender, receiver))
        pooled = [each for each in found.equilibria if (each.messages[:, 1] == 1).all() and each.responses[1, 1] == 1]
        assert bool(pooled) == pools, school
        if 0.0 < school < 0.5:
            (strict,) = [each for each in pooled if each.responses[0, 0] == 1]
            assert (strict.beliefs[0].low[1], strict.beliefs[0].high[1]) == pytest.approx((0.0, 0.25))
        idle = [each for each in found.equilibria if (each.messages[:, 0] == 1).all()]
        assert idle  # nobody schools, and whoever did would not be believed


def is_equilibrium(game: BayesianGame, messages, responses, believed) -> bool:
    """Independent check: Bayes' rule, the receiver's best response to each belief, the sender's to the responses."""
    prior, slack = game.priors[0], 1e-7
    sender, receiver = game.payoffs[:, 0], game.payoffs[:, 1]
    for message in range(messages.shape[1]):
        weight = prior * messages[:, message]
        belief = weight / weight.sum() if weight.sum() > 1e-9 else np.array(believed[message])
        worth = belief @ receiver[:, message]
        if worth.max() - worth @ responses[message] > slack:
            return False
    worth = (sender * responses).sum(axis=2)
    return bool((worth.max(axis=1) - (worth * messages).sum(axis=1) <= slack).all())


@pytest.mark.parametrize("seed", range(8))
def test_every_equilibrium_of_random_games_stands_and_no_pure_one_is_lost(seed):
    """Small integers, so ties are common; brute force over pure strategies and a grid of beliefs misses nothing."""
    rng = np.random.default_rng(seed)
    sender, receiver = rng.integers(0, 3, (2, 2, 2, 2)).astype(float)
    game = signalling([0.5, 0.5], sender, receiver)
    found = solve_signalling(game)
    assert found.equilibria
    for each in found.equilibria:
        believed = {message: belief.example for message, belief in each.beliefs.items()}
        assert is_equilibrium(game, each.messages, each.responses, believed)
    exact = {
        (tuple(each.messages.argmax(axis=1)), tuple(each.responses.argmax(axis=1)))
        for each in found.equilibria
        if set(np.unique(np.concatenate([each.messages, each.responses]).round(9))) <= {0.0, 1.0}
    }
    brute = set()
    for sent, answers in product(product(range(2), repeat=2), repeat=2):
        messages, responses = np.eye(2)[list(sent)], np.eye(2)[list(answers)]
        grid = [(1 - x, x) for x in np.linspace(0, 1, 41)]
        if any(is_equilibrium(game, messages, responses, [belief] * 2) for belief in grid):
            brute.add((sent, answers))
    ends = {(tuple(map(int, sent)), tuple(map(int, answers))) for sent, answers in exact}
    assert ends <= brute
    led_to = {tuple((message, answers[message]) for message in sent) for sent, answers in brute}
    assert {each.ends for each in pure_equilibria(game).assessments} == led_to


def test_three_stages_keep_bayes_rule_after_a_surprise():
    """An informed player moves twice; what is believed after its second move follows from what its first one showed."""
    rng = np.random.default_rng(5)
    for _ in range(10):
        payoffs = rng.integers(0, 4, (2, 2, 2, 2, 2)).astype(float)
        game = BayesianGame((np.array([0.4, 0.6]),), payoffs, ((0,), (1,), (0,)), (0,))
        for each in pure_equilibria(game).assessments:
            strategy, beliefs = written_out(game, each)
            surprises = {place: np.array(belief.example) for place, belief in beliefs.items()}
            assert one_shot_gain(game, strategy, surprises) <= 1e-9


def test_a_wrong_belief_is_caught():
    """The certificate depends on beliefs: pooling on beer with a trusting belief after quiche is no equilibrium."""
    game = beer_quiche(0.9)
    messages, responses = np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([[[0.0, 1.0], [1.0, 0.0]]])
    assert one_shot_gain(game, [messages, responses], {((1,), 0): np.array([0.2, 0.8])}) <= 1e-12
    assert one_shot_gain(game, [messages, responses], {((1,), 0): np.array([0.8, 0.2])}) == pytest.approx(0.6)


FAULTS = [
    ("duplicitous: 1 - p}", "duplicitous: 0.9 - p}", "types.Kim", "sum to 0.9"),
    (
        "earnest: p, duplicitous: 1 - p}",
        "earnest: 1.5, duplicitous: -0.5}",
        "types.Kim.duplicitous",
        "the prior is -0.5",
    ),
    ("types: {Kim:", "types: {Kin:", "types.Kin", "no player named 'Kin'"),
    ("{earnest: p, duplicitous: 1 - p}", "{earnest: p}", "types.Kim", "one type"),
    ("duplicitous: 1 - p}", "US: 1 - p}", "types.Kim.US", "already a player"),
    (
        "Kim: 2*talks*earnest + 4*talks*duplicitous - proposed",
        "Kim: 2*talks*ernest - proposed",
        "utilities.Kim",
        "'ernest'",
    ),
]


@pytest.mark.parametrize(("old", "new", "key", "says"), FAULTS)
def test_broken_types_are_told_with_key_and_line(old, new, key, says):
    assert SUMMIT.count(old) == 1
    with pytest.raises(kgsim.ScenarioError) as error:
        kgsim.loads(SUMMIT.replace(old, new), name="summit")
    problem = next(each for each in error.value.problems if each.key == key)
    assert says in str(problem) and problem.line


def test_types_without_effect_are_refused():
    text = SUMMIT.replace("2*talks*earnest + 4*talks*duplicitous - proposed", "2*talks - proposed")
    text = text.replace("2*talks*earnest - 4*talks*duplicitous", "2*talks")
    with pytest.raises(kgsim.ScenarioError, match="depends on the types of Kim"):
        kgsim.loads(text, name="summit")


def test_priors_are_checked_at_other_values_too():
    scenario = kgsim.loads(SUMMIT, name="summit")
    with pytest.raises(kgsim.StructureError, match="no probabilities that sum to 1"):
        kgsim.solve(scenario, p=1.5)


def test_exported_with_a_chance_move_the_game_has_the_same_equilibria():
    """Nash equilibria of the tree contain every perfect Bayesian one, with the same payoffs before types are drawn."""
    scenario = kgsim.loads(SUMMIT, name="summit")
    for p in (0.4, 0.9):
        tree = kgsim.tree(scenario, "summit", p=p)
        tree.require_perfect_recall()
        assert [each.label for each in tree.information][:2] == ["Kim (earnest)", "Kim (duplicitous)"]
        nash = kgsim.solve_tree(tree).nash
        worth = {tuple(np.round(list(each.payoffs), 9)) for each in nash.equilibria}
        for each in summit(p).equilibria:
            assert tuple(np.round(list(each.payoffs.values()), 9)) in worth


def lotteries(equilibria) -> set:
    """What equilibria lead to, by types."""
    found = set()
    for each in equilibria:
        lottery: dict = {}
        for course in each.courses:
            what = (*course.types.values(), course.outcome)
            lottery[what] = lottery.get(what, 0.0) + course.probability
        found.add(tuple(sorted((what, round(chance, 6)) for what, chance in lottery.items() if chance > 1e-9)))
    return found


def by_the_tree(scenario, structure: str):
    """Pure perfect Bayesian equilibria and mixed sequential ones, as structures beyond signalling are solved."""
    from kgsim.solvers.bayesian.equilibria import BayesianEquilibrium
    from kgsim.solvers.bayesian.mixed import mixed_equilibria
    from kgsim.structures.private_game import PrivateGame

    telling = PrivateGame(scenario, scenario.structures[structure], scenario.base)
    pure = [BayesianEquilibrium(*written_out(telling.game, each)) for each in pure_equilibria(telling.game).assessments]
    mixed = mixed_equilibria(telling.game, telling.ends)
    return [telling.equilibrium(each) for each in (*pure, *mixed.equilibria)], mixed.gap


@pytest.mark.parametrize("seed", range(10))
def test_the_tree_leads_to_what_signalling_leads_to(seed):
    """Two ways that share no search: supports of messages and responses, and Nash equilibria of a tree with beliefs."""
    numbers = iter(np.random.default_rng(seed).uniform(-3, 3, 16).round(3))
    cells = ["none1", "none2", "deal1", "deal2"]
    utilities = [
        " + ".join(f"{next(numbers)}*{cell}*{kind}" for cell in cells for kind in ("earnest", "duplicitous"))
        for _ in range(2)
    ]
    head = SUMMIT[: SUMMIT.index("terms:")].replace("value: 0.5", "value: 0.45")
    text = (
        head
        + "terms: {none1: a, none2: b, deal1: c, deal2: d}\n"
        + "moves:\n  Kim: {stay: stay away, propose: propose}\n  US: {reject: reject, negotiate: negotiate}\n"
        + "outcomes:\n"
        + "  one: {when: {Kim: stay, US: reject}, terms: {none1: 1}}\n"
        + "  two: {when: {Kim: stay}, terms: {none2: 1}}\n"
        + "  three: {when: {US: reject}, terms: {deal1: 1}}\n"
        + "  four: {otherwise: true, terms: {deal2: 1}}\n"
        + f'utilities: {{Kim: "{utilities[0]}", US: "{utilities[1]}"}}\n'
        + "structures: {summit: {play: [Kim, US]}}\n"
    )
    scenario = kgsim.loads(text, name="random")
    direct = kgsim.solve(scenario).structures["summit"]
    found, _ = by_the_tree(scenario, "summit")
    assert direct.complete and lotteries(found) == lotteries(direct.equilibria)
    assert all(each.residual < 1e-7 for each in found)


def test_hanoi_has_a_third_equilibrium_in_which_both_sides_mix():
    """The unready come so often that a settling Washington does not mind, and it takes so often that they do not.

    19 P - 2 (1 - P) = 15 gives P = 17/21 for a ready guest; 15 a - 10 (1 - a) = 0 gives a = 2/5 for being taken.
    """
    scenario = kgsim.load(FIRST_EDITION / "hanoi_2019.yaml")
    solution = kgsim.solve(scenario).structures["hanoi"]
    assert solution.complete and len(solution.equilibria) == 3
    (mixed,) = [each for each in solution.equilibria if any("mixed" in note for note in each.notes)]
    come = 0.6 * (4 / 17) / 0.4  # how often the unready come
    assert mixed.outcomes == pytest.approx(
        {
            "big deal": 0.6 * 0.6,
            "small deal": 0.4 * (0.6 + 0.4 * come),
            "no summit": 0.4 * (1 - come),
            "walkout": 0.6 * 0.4 * come,
        }
    )
    assert mixed.residual < 1e-9


def test_larger_structures_say_that_mixed_equilibria_may_be_missing():
    three = SUMMIT.replace(
        "players: {Kim: Kim, US: United States}", "players: {Kim: Kim, US: United States, ROK: South}"
    )
    three = three.replace("  US: {reject", "  ROK: {yes: y, no: n}\n  US: {reject")
    three = three.replace("  none: {when: {Kim: stay}}", "  vetoed: {when: {ROK: no}}\n  none: {when: {Kim: stay}}")
    three = three.replace("utilities:\n", "utilities:\n  ROK: talks\n").replace("[Kim, US]", "[Kim, ROK, US]")
    solution = kgsim.solve(kgsim.loads(three, name="three")).structures["summit"]
    assert not solution.complete and any("only where two players move" in reason for reason in solution.reasons)


@pytest.mark.parametrize("seed", range(4))
def test_where_quantal_responses_lead_is_among_the_equilibria_of_hanoi(seed):
    """The logit path knows nothing of plans, supports or beliefs after surprises."""
    from kgsim.games.extensive import reach
    from kgsim.solvers.extensive.logit_path import logit_path

    scenario = kgsim.load(FIRST_EDITION / "hanoi_2019.yaml")
    rng = np.random.default_rng(seed)
    values = {name: float(rng.uniform(*parameter.range)) for name, parameter in scenario.parameters.items()}
    solution = kgsim.solve(scenario, **values).structures["hanoi"]
    tree = kgsim.tree(scenario, "hanoi", **values)
    limit = logit_path(tree)
    assert limit.arrived
    lottery = dict.fromkeys((rule.name for rule in scenario.outcomes), 0.0)
    for node, chance in zip(tree.nodes, reach(tree, limit.behaviour), strict=True):
        if not node.children:
            lottery[node.label] += chance
    assert any(
        all(abs(each.outcomes.get(outcome, 0.0) - chance) < 1e-3 for outcome, chance in lottery.items())
        for each in solution.equilibria
    )
