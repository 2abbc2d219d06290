"""The bound on a formula's rounding: above the true error, and not far above."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kgsim
from first_edition import FIRST_EDITION
from kgsim.engine.engine import Engine
from kgsim.scenario.deals import TOGETHER, deals_of
from kgsim.scenario.expressions import parse
from kgsim.scenario.rounding import size
from kgsim.tolerances import ROUNDING

FORMULAS = ["a - b", "a*b - b*a/3", "(a - b)/(a + b)", "(a - b)**2", "max(a, b) - min(a, b)", "a - (b if a > b else a)"]
decimals = st.integers(1, 10**6).map(lambda n: n / 1000)


@given(st.sampled_from(FORMULAS), decimals, decimals)
def test_the_error_is_within_the_bound(text: str, a: float, b: float) -> None:
    expression = parse(text)
    env = {"a": np.array(a), "b": np.array(b)}
    exact = eval(text, {"max": max, "min": min}, {"a": Fraction(str(a)), "b": Fraction(str(b))})
    bound = float(size(expression.root, env, {}))
    value = float(expression.evaluate(env))
    assert abs(value) <= bound
    assert abs(float(Fraction(value) - exact)) <= ROUNDING * bound


@given(decimals, decimals, decimals)
def test_the_error_of_a_curve_is_within_the_bound(a: float, b: float, x: float) -> None:
    expression = parse("curve(x - a, 1 -> b, 3 -> -b, 500 -> 2*a)")
    env = {"a": np.array(a), "b": np.array(b), "x": np.array(x)}
    high, low, at = (Fraction(str(each)) for each in (a, b, x))
    knots = [(1, low), (3, -low), (500, 2 * high)]
    (left, down), (right, up) = next(
        (pair for pair in pairwise(knots) if at - high <= pair[1][0]), (knots[-2], knots[-1])
    )
    share = min(max(Fraction(at - high - left) / (right - left), Fraction(0)), Fraction(1))
    exact = down + share * (up - down)
    error = abs(float(Fraction(float(expression.evaluate(env))) - exact))
    assert error <= ROUNDING * float(size(expression.root, env, {}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", 2.0),
        ("a - b", 5.0),
        ("-a*b", 6.0),
        ("abs(a - b)", 5.0),
        ("a/b", 2 / 3),
        ("a > b", 0.0),
        ("sqrt(a)", 2**0.5),
        ("curve(a, 0 -> 0, 4 -> -b)", 3.0 + 0.75 * 2.0),
    ],
)
def test_sizes_by_hand(text: str, expected: float) -> None:
    env = {"a": np.array(2.0), "b": np.array(3.0)}
    assert float(size(parse(text).root, env, {})) == pytest.approx(expected)


def test_terms_and_quantities_pass_their_sizes_on() -> None:
    assert float(size(parse("q + t").root, {"q": np.array(0.0), "t": np.array(1.0)}, {"q": np.array(1e6)})) == 1e6 + 1


SCENARIO = """
kgsim: 1
title: Breaking even beside a catastrophe
question: Which?
players: {A: A, B: B}
parameters:
  share: {label: share, value: 0.1, range: [0, 1], because: x, certainty: judgement}
  war: {label: war, value: -1e9, range: [-1e14, 0], because: x, certainty: judgement}
terms: {x: x, w: w}
moves: {A: {go: go, stay: stay, fight: fight}, B: {left: left, right: right}}
outcomes:
  gone: {when: {A: go, B: left}, terms: {x: 3*share - 0.3}}
  back: {when: {A: go}, terms: {x: 0.005}}
  kept: {when: {A: stay}, terms: {x: 0}}
  war: {otherwise: true, terms: {w: 1}}
utilities: {A: x + war*w, B: 2*x + war*w}
structures: {in_turn: {play: [A, B]}, first: {play: [B, A]}, at_once: {play: [[A, B]]}}
"""


@pytest.mark.parametrize("war", [-1.0, -1e9, -1e13])
def test_a_scenario_keeps_its_ties_and_its_differences_whatever_a_catastrophe_costs(war: float) -> None:
    scenario = kgsim.loads(SCENARIO, name="even")
    found = {name: set(each.outcomes) for name, each in kgsim.solve(scenario, war=war).structures.items()}
    # 3*0.1 - 0.3 is rounded away from 0: against left A is indifferent, against right it goes.
    assert found == {"in_turn": {"back"}, "first": {"back"}, "at_once": {"back", "kept"}}
    engine = Engine(scenario, tuple(scenario.structures))
    for name, ends in engine.solve({"war": np.array([war])}).items():
        reached = engine.deals.outcomes[ends.deals[ends.inner[:, 0]]]
        assert {scenario.outcomes[rule].name for rule in reached} == found[name]


def test_a_tie_at_zero_is_kept_by_both_engines() -> None:
    scenario = kgsim.loads(SCENARIO.replace("terms: {x: 0.005}", "terms: {x: -1}"), name="even")
    single = kgsim.solve(scenario, structures=["in_turn"]).structures["in_turn"]
    assert set(single.outcomes) == {"gone", "kept"}
    assert single.continua
    engine = Engine(scenario, ("in_turn",))
    ends = engine.solve({"war": np.array([-1e9, -1e12])})["in_turn"]
    for point in range(2):
        reached = engine.deals.outcomes[ends.deals[ends.inner[:, point]]]
        assert {scenario.outcomes[rule].name for rule in reached} == {"gone", "kept"}


def test_few_points_and_many_are_rounded_alike():
    """Where the rules' terms are laid side by side first, each number is that of its own rule."""
    scenario = kgsim.load(FIRST_EDITION / "bypass.yaml")
    deals = deals_of(scenario)
    rng = np.random.default_rng(5)
    points = {name: rng.uniform(*each.range, TOGETHER + 1) for name, each in scenario.parameters.items()}
    few = [deals.sizes(scenario, {name: column[[at]] for name, column in points.items()}) for at in range(TOGETHER + 1)]
    assert np.array_equal(np.concatenate(few, axis=-1), deals.sizes(scenario, points))
