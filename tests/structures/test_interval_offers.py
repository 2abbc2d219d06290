"""Terms offered from intervals: solved exactly, at one point and at many, against programmes written independently."""

from __future__ import annotations

import re

import numpy as np
import pytest
from offer_games import OfferGame, random_offer_game, solved

import kgsim
from first_edition import FIRST_EDITION
from kgsim.claims.at_points import AtPoints
from kgsim.engine.engine import Engine
from kgsim.errors import ScenarioError
from kgsim.results import HOLDS

TEXT = (FIRST_EDITION / "bypass.yaml").read_text(encoding="utf-8")
GRID = "{from: 0, to: 1, step: 0.25}"


def first_edition(menu: str) -> kgsim.Scenario:
    """The reference model's first edition with another menu for relief, recognition and aid."""
    text = TEXT.replace(GRID, menu).replace("aid: [0.5, 1]", f"aid: {menu}")
    return kgsim.loads(text, directory=FIRST_EDITION)


@pytest.fixture(scope="module")
def continuous() -> kgsim.Scenario:
    return first_edition("{from: 0, to: 1}")


@pytest.mark.parametrize(
    ("structure", "terms", "payoffs"),
    [
        ("bypass", {"recognition": 0.6}, (5.5, -29.5, 0.0)),
        ("front", {"recognition": 24 / 35, "aid": 1.0}, (13.785714285714286, -2.2142857142857144, 0.0)),
        ("through_seoul", {"relief": 0.05, "recognition": 1.0}, (16.25, -12.5, 0.0)),
    ],
)
def test_offers_of_the_reference_model_are_those_worked_out_by_hand(continuous, structure, terms, payoffs):
    solution = kgsim.solve(continuous, structures=structure).structures[structure]
    (equilibrium,) = solution.equilibria
    assert solution.complete
    assert solution.residual < 1e-12
    assert tuple(equilibrium.payoffs.values()) == pytest.approx(payoffs, abs=1e-12)
    told = equilibrium.courses[0].terms
    assert {term: told.get(term, 0.0) for term in ("relief", "recognition", "aid")} == pytest.approx(
        {"relief": 0.0, "recognition": 0.0, "aid": 0.0, **terms}, abs=1e-12
    )


@pytest.mark.parametrize(("parameter", "root"), [("A", 25.5), ("h", 128 / 3)])
def test_thresholds_are_those_of_the_real_game(continuous, parameter, root):
    found = kgsim.threshold(continuous, parameter, structure="bypass", outcome="bypass deal", inverse=False)
    assert [segment.low for segment in found.segments[1:]] == pytest.approx([root], abs=1e-7)


def test_grids_come_closer_as_their_step_falls(continuous):
    exact = kgsim.solve(continuous, structures="bypass").structures["bypass"].values
    gaps = []
    for steps in (1, 2, 4, 8, 16):
        grid = first_edition(f"{{from: 0, to: 1, step: {1 / steps}}}")
        values = kgsim.solve(grid, structures="bypass").structures["bypass"].values
        gaps.append(max(abs(values[player][end] - exact[player][end]) for player in ("US", "DPRK") for end in (0, 1)))
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] < 1.5


@pytest.mark.parametrize("seed", range(16))
def test_random_offers_equal_linear_programmes(seed):
    check_against_programmes(seed, most_replies=3)


@pytest.mark.parametrize(("terms", "seed"), [(4, 2), (4, 3), (5, 1)])
def test_offers_of_many_terms_equal_linear_programmes(terms, seed):
    check_against_programmes(seed, most_replies=3, terms=terms)


@pytest.mark.slow
@pytest.mark.parametrize("terms", [4, 5])
@pytest.mark.parametrize("seed", range(100))
def test_many_offers_of_many_terms_equal_linear_programmes(terms, seed):
    check_against_programmes(seed, most_replies=3, terms=terms)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1000, 3000))
def test_many_random_offers_equal_linear_programmes(seed):
    check_against_programmes(seed, most_replies=6 if seed % 10 == 0 else 4)


def check_against_programmes(seed: int, most_replies: int, terms: int = 0) -> None:
    """The proposer can be sure of what the programmes say, and where there is nothing else everybody has that."""
    game = random_offer_game(seed, most_replies, terms)
    expected, solution = game.by_linear_programmes(), solved(game)
    assert solution.residual < 1e-10
    assert solution.values["P"][0] == pytest.approx(expected[0], abs=1e-9)
    if len(solution.equilibria) == 1:
        (equilibrium,) = solution.equilibria
        assert solution.complete
        assert tuple(equilibrium.payoffs.values()) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("seed", range(0, 16, 4))
def test_many_points_have_the_answers_of_single_points(seed):
    scenario = kgsim.loads(random_offer_game(seed, 3).text())
    draw = np.random.default_rng(seed)
    points = {name: draw.uniform(-1.0, 1.0, 7) for name in scenario.parameters}
    found = Engine(scenario, ("s",)).solve(points)["s"]
    for point in range(7):
        alone = kgsim.solve(scenario, {name: float(values[point]) for name, values in points.items()}).structures["s"]
        values = np.array(list(alone.values.values())).T
        if found.doubt[point] == 0:
            assert alone.complete
            assert np.array(found.values)[:, :, point] == pytest.approx(values, abs=1e-9)


def test_many_terms_at_points_taken_some_at_a_time_have_the_answers_of_single_points(monkeypatch):
    monkeypatch.setattr("kgsim.structures.offers.exchange.AT_ONCE", 3)
    scenario = kgsim.loads(random_offer_game(3, 3, terms=4).text())
    points = {name: np.random.default_rng(0).uniform(-1.0, 1.0, 7) for name in scenario.parameters}
    found = Engine(scenario, ("s",)).solve(points)["s"]
    for point in range(7):
        alone = kgsim.solve(scenario, {name: float(values[point]) for name, values in points.items()}).structures["s"]
        if found.doubt[point] == 0:
            expected = np.array(list(alone.values.values())).T
            assert np.array(found.values)[:, :, point] == pytest.approx(expected, abs=1e-9)
    assert (found.doubt == 0).any()


def pie(outside: float = 0.2, replies: str = "") -> OfferGame:
    """P offers D a share of a pie, who takes it or has something outside."""
    worth = np.array([[[[1.0, -1.0]], [[0.0, 0.0]]], [[[0.0, 1.0]], [[outside, 0.0]]], [[[0.0, 0.0]], [[0.0, 0.0]]]])
    return OfferGame(worth, np.zeros(3))


@pytest.mark.parametrize("outside", [0.0, 0.2, 0.75])
def test_the_responder_to_an_ultimatum_gets_what_it_has_outside(outside):
    solution = solved(pie(outside))
    assert solution.complete
    assert solution.values["P"] == pytest.approx((1.0 - outside, 1.0 - outside), abs=1e-12)
    assert solution.values["D"] == pytest.approx((outside, outside), abs=1e-12)


def test_a_reply_that_is_never_strictly_better_may_be_given_or_not():
    """The whole pie is just what D has outside: no offer near it is accepted, so nothing forces D to take it."""
    game = pie(1.0)
    game.worth[0, 0, 0] = [3.0, -1.0]
    solution = solved(game)
    assert solution.values["P"] == pytest.approx((0.0, 2.0), abs=1e-12)


def test_a_third_player_who_reacts_moves_the_offer():
    """R breaks the deal if the share exceeds a half, which costs P more than D's refusal."""
    worth = np.zeros((3, 2, 2, 2))
    worth[0, 0] = [[1.0, -1.0], [-1.0, 0.0]]
    worth[1, 0] = [[0.0, 1.0], [0.0, 0.0]]
    worth[1, 1] = [[0.4, 0.0], [0.4, 0.0]]
    worth[2, 0] = [[0.5, 0.0], [0.0, 1.0]]
    solution = solved(OfferGame(worth, np.zeros(3)))
    assert solution.values["P"][0] == pytest.approx(0.6, abs=1e-12)
    assert solution.values["D"][0] == pytest.approx(0.4, abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_units_do_not_matter_and_order_changes_names_alone(seed):
    game = random_offer_game(seed, 3)
    before = solved(game).values
    scale, shift = np.array([3.0, 0.25, 70.0]), np.array([-5.0, 2.0, 11.0])
    worth = game.worth * scale[:, None, None, None]
    worth[..., 0] += shift[:, None, None]
    swapped = worth[:, ::-1, ::-1][..., [0, *range(game.worth.shape[-1] - 1, 0, -1)]]
    after = solved(OfferGame(np.ascontiguousarray(swapped), game.outside * scale + shift)).values
    for player, factor, offset in zip("PDR", scale, shift, strict=True):
        expected = [factor * value + offset for value in before[player]]
        assert after[player] == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_a_curve_bends_inside_an_interval(continuous):
    """Relief is worth most of what it can be at a half, so no more than that is offered where recognition is dear."""
    game = pie(0.6)
    text = game.text().replace("k00*((0.0)*1 + (1.0)*x)", "k00*curve(x, 0 -> 0, 0.5 -> 0.8, 1 -> 1)")
    solution = kgsim.solve(kgsim.loads(text)).structures["s"]
    assert solution.values["P"] == pytest.approx((1 - 0.375, 1 - 0.375), abs=1e-12)


def many_terms(count: int) -> str:
    """So many terms in a menu."""
    return ", ".join(f"{term}: {{from: 0, to: 1}}" for term in "xabcdefg"[:count])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("{from: 0, to: 1}", "{from: 1, to: 0}"), "there is no interval from 1 to 0"),
        (("{from: 0, to: 1}", "{from: 0, to: .inf}"), "finite|inf"),
        (("{from: 0, to: 1}", "{from: 1, to: 1}"), "there is no interval from 1 to 1"),
        (("x: {from: 0, to: 1}", many_terms(6)), "chooses 6 terms from intervals at once; at most 5 are possible"),
        (("(1.0)*x", "x*x"), re.escape("it multiplies P.x by P.x")),
        (("(1.0)*x", "sqrt(x)"), "it is not affine in P.x"),
        (("(1.0)*x", "1/(1 + x)"), "it divides by P.x"),
        (("play: [P, D, R]", "play: [P, [D, R]]"), "before a stage that several movers share"),
    ],
)
def test_what_cannot_be_solved_exactly_is_refused_with_a_remedy(change, message):
    text = pie().text()
    assert change[0] in text
    with pytest.raises(ScenarioError, match=message):
        kgsim.loads(text.replace(*change))


SPLIT = """
kgsim: 1
title: A split
question: How is it split?
players: {A: A, B: B, D: D}
parameters:
  a: {label: what A falls back on, value: 0.1, range: [0, 0.4], because: x, certainty: judgement}
  b: {label: what B falls back on, value: 0.2, range: [0, 0.8], because: x, certainty: judgement}
  power: {label: A's power, value: 1, range: [0.5, 3], because: x, certainty: judgement}
terms: {x: A's share, y: D's share, done: done}
moves:
  A: {split: {label: split, menu: {x: {from: 0, to: 1}}}}
  B: {pay: {label: pay D, menu: {y: {from: 0, to: 1}}}}
  D: {take: take, leave: leave}
outcomes:
  deal: {when: {D: take}, terms: {x: A.x, y: B.y, done: 1}}
  none: {otherwise: true}
utilities: {A: x, B: (2 - 2*x - y)*done, D: y - 0.5*done}
structures:
  s:
    play: [A+B, D]
    blocs: {A+B: {rule: nash, disagreement: {A: a, B: b}, power: {A: power, B: 1}}}
"""


@pytest.mark.parametrize(("a", "b", "power"), [(0.1, 0.2, 1.0), (0.0, 0.0, 3.0), (0.2, 0.7, 0.5)])
def test_a_bloc_bargains_over_what_a_third_player_leaves_it(a, b, power):
    """D takes a half for certain; A has x and B the rest, 1.5 - 2*x, so the product of gains is largest in between."""
    scenario = kgsim.loads(SPLIT)
    solution = kgsim.solve(scenario, a=a, b=b, power=power).structures["s"]
    (equilibrium,) = solution.equilibria
    share = (2 * a + power * (1.5 - b)) / (2 * (1 + power))
    assert solution.complete
    assert tuple(equilibrium.payoffs.values()) == pytest.approx((share, 1.5 - 2 * share, 0.0), abs=1e-12)
    points = {"a": np.array([a]), "b": np.array([b]), "power": np.array([power])}
    found = Engine(scenario, ("s",)).solve(points)["s"]
    assert found.single.all()
    assert np.array(found.values)[:, :, 0] == pytest.approx(np.tile([share, 1.5 - 2 * share, 0.0], (2, 1)), abs=1e-12)


def test_offers_at_the_same_time_are_solved_where_only_one_mover_has_intervals():
    """R chooses at the same time as P: D's reply to P's offer is the same whatever R does, and so is the offer."""
    text = pie(0.3).text().replace("play: [P, D, R]", "play: [[P, R], D]")
    solution = kgsim.solve(kgsim.loads(text)).structures["s"]
    assert solution.values["P"] == pytest.approx((0.7, 0.7), abs=1e-12)
    assert solution.values["D"] == pytest.approx((0.3, 0.3), abs=1e-12)


AT_ONCE = "play: [P, D, R]", "play: [[P, R], D]"
WITH_ONE_TERM = [seed for seed in range(120) if random_offer_game(seed).terms == 1]


@pytest.mark.parametrize("seed", WITH_ONE_TERM)
def test_ties_settled_as_nearby_leave_equilibria_that_grids_come_to(seed):
    """Of all equilibria those that stand on fine grids too: each has a grid's beside it, and each grid's has one."""

    def payoffs(text: str) -> np.ndarray:
        solution = kgsim.solve(kgsim.loads(text.replace(*AT_ONCE))).structures["s"]
        return np.array([list(each.payoffs.values()) for each in solution.equilibria])

    game, step = random_offer_game(seed), 0.025
    every, grid = payoffs(game.text()), payoffs(game.text(f"{{from: 0, to: 1, step: {step}}}"))
    nearby = payoffs(game.text().replace("R]}", "R], ties: nearby}"))
    assert len(nearby)
    for few, many, within in ((nearby, every, 1e-9), (grid, nearby, 4 * step), (nearby, grid, 4 * step)):
        assert all(np.abs(many - one).max(axis=1).min() <= within for one in few)


def test_ties_settled_as_nearby_are_settled_so_in_studies(continuous):
    written = "    play: [[US, ROK], [DPRK]]\n"
    text = TEXT.replace(GRID, "{from: 0, to: 1}").replace(written, f"{written}    ties: nearby\n")
    scenario = kgsim.loads(text, directory=FIRST_EDITION)
    draw = np.random.default_rng(4)
    points = {name: draw.uniform(*each.range, 12) for name, each in scenario.parameters.items()}
    found = Engine(scenario, ("parallel",)).solve(points)["parallel"]
    assert (found.doubt == 0).all()
    for point in range(6):
        alone = kgsim.solve(
            scenario, {name: float(column[point]) for name, column in points.items()}, structures="parallel"
        )
        solution = alone.structures["parallel"]
        assert solution.complete and "close by" in solution.reasons[0]
        np.testing.assert_allclose(np.array(found.values)[:, :, point].T, list(solution.values.values()), atol=1e-9)


def test_what_is_offered_from_an_interval_can_be_asked_for():
    """`offer` tells the term itself, at one point and at many."""
    claims = (
        "small: {says: small, holds: 'offer(s, P, x) < 0.3'}",
        "large: {says: large, holds: 'offer(s, P, x) > 0.1'}",
    )
    scenario = kgsim.loads(pie(0.2).text(extra="\n  ".join(("claims:", *claims))))
    assert [claim.verdict for claim in kgsim.solve(scenario).claims.values()] == ["holds", "holds"]
    many = AtPoints(scenario, ("s",), ("small", "large")).at({"shiftD": np.array([-0.5, 0.0, 0.5])})
    assert (many.verdict == HOLDS).all()


def test_structures_with_several_menus_have_the_answers_of_single_points(continuous):
    """As many offers can matter in one menu here and in another there, point by point and chunk by chunk."""
    names = ("bypass", "front", "coordinated_weighted")
    draw = np.random.default_rng(2)
    engine = Engine(continuous, names)
    for _ in range(3):
        points = {name: draw.uniform(*each.range, 8) for name, each in continuous.parameters.items()}
        found = engine.solve(points)
        values = {name: float(column[0]) for name, column in points.items()}
        alone = kgsim.solve(continuous, values, structures=names).structures
        for name in names:
            if found[name].doubt[0] == 0 and not alone[name].unsolved:
                expected = np.array(list(alone[name].values.values())).T
                assert np.array(found[name].values)[:, :, 0] == pytest.approx(expected, abs=1e-9)
