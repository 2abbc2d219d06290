"""Claims decided at many points against claims decided at one, and against every equilibrium there is."""

from __future__ import annotations

import numpy as np
import pytest

import kgsim
from first_edition import FIRST_EDITION
from kgsim.claims.at_points import AtPoints
from kgsim.claims.truth import Known, truth
from kgsim.results import DEPENDS, FAILS, HOLDS, UNDECIDED, VERDICTS
from kgsim.scenario.expressions import parse
from three_players import three_by_two

CLAIMS = """
claims:
  high: {says: x, holds: 'value(A, in_turn) >= 1'}
  gain: {says: x, holds: 'value(A, nash_over) >= value(A, in_turn) and value(B, nash_over) >= value(B, in_turn)'}
  strict: {says: x, holds: 'value(A, veto_over) > value(A, pair_then_one)'}
  same: {says: x, holds: 'value(C, weighted) == value(C, in_turn) or value(C, weighted) > 1'}
  reaches: {says: x, holds: 'reached(pair_then_one, o000) or not reached(at_once, o111)'}
  chance: {says: x, holds: 'prob(in_turn, o000) + prob(in_turn, o111) >= 1'}
  product: {says: x, holds: 'value(A, in_turn)*value(B, in_turn) < 2*value(C, veto)'}
  bounds: {says: x, holds: 'worst(A, o000, o001) < best(B, not o111)'}
  most: {says: x, holds: 'max(value(A, in_turn), value(B, in_turn)) > 1.5'}
  either: {says: x, holds: '(value(A, in_turn) > 1 if value(B, in_turn) > 1 else value(C, in_turn) > 1)'}
"""


def verdicts(scenario: kgsim.Scenario, points: dict[str, np.ndarray], settle: int | None = None) -> np.ndarray:
    """Every claim's verdict; shape (claims, points)."""
    return AtPoints(scenario, tuple(scenario.structures), scenario.claims).at(points, settle=settle).verdict


def assert_as_one_by_one(scenario: kgsim.Scenario, points: dict[str, np.ndarray], found: np.ndarray) -> None:
    """Whatever is decided at many points is what a single point says."""
    for point in range(found.shape[1]):
        single = kgsim.solve(scenario, {name: float(column[point]) for name, column in points.items()})
        for row, name in enumerate(scenario.claims):
            if found[row, point] != UNDECIDED:
                claim = single.claims[name]
                assert VERDICTS[found[row, point]] == claim.verdict, (name, point, claim.sentence)


@pytest.mark.parametrize("settle", [0, None], ids=["the engine alone", "with open points settled"])
@pytest.mark.parametrize("top", [2, 4, 20], ids=["two levels: ties everywhere", "four levels", "few ties"])
def test_many_points_are_judged_as_one(top: int, settle: int | None) -> None:
    scenario = three_by_two(claims=CLAIMS)
    draw = np.random.default_rng(top)
    points = {name: draw.integers(0, top, 12).astype(float) for name in scenario.parameters}
    found = verdicts(scenario, points, settle)
    assert_as_one_by_one(scenario, points, found)
    assert {FAILS, HOLDS, DEPENDS} <= set(found.ravel().tolist())
    if settle is None:
        decided = [[claim.verdict != "undecided" for claim in kgsim.solve(scenario, {
            name: float(column[point]) for name, column in points.items()}).claims.values()]
            for point in range(12)]  # fmt: skip
        assert ((found != UNDECIDED) == np.array(decided).T).all()


def test_shipped_claims_are_judged_at_once_as_one_by_one() -> None:
    scenario = kgsim.load(FIRST_EDITION / "bypass.yaml")
    draw = np.random.default_rng(5)
    points = {name: draw.uniform(*parameter.range, 5) for name, parameter in scenario.parameters.items()}
    found = verdicts(scenario, points)
    assert_as_one_by_one(scenario, points, found)
    assert (found != UNDECIDED).mean() > 0.7


PAIRED = """
kgsim: 1
title: A bloc that rests on play with two equilibria
question: Is a bloc ever worse off than the play it falls back on?
players: {A: A, B: B}
parameters: {x: {label: x, value: 0, range: [-1, 1], because: x, certainty: judgement}}
terms: {a: x, b: x}
moves: {A: {up: x, down: x}, B: {left: x, right: x}}
outcomes:
  one: {when: {A: up, B: left}, terms: {a: 4, b: 2}}
  two: {when: {A: down, B: right}, terms: {a: 2, b: 4}}
  none: {otherwise: true}
utilities: {A: a + x, B: b + x}
structures:
  apart: {play: [[A, B]]}
  bloc: {play: [A+B], blocs: {A+B: {rule: veto, disagreement: apart}}}
claims:
  no_worse: {says: x, holds: 'value(A, bloc) >= value(A, apart)'}
  better: {says: x, holds: 'value(A, bloc) > value(A, apart)'}
  high: {says: x, holds: 'value(A, bloc) > 3'}
"""


def test_a_bloc_is_compared_with_the_equilibrium_it_rests_on() -> None:
    """Across equilibria the bloc's 2 lies below the other equilibrium's 4; but there the bloc would have 4 as well."""
    scenario = kgsim.loads(PAIRED, name="paired")
    found = verdicts(scenario, {"x": np.array([-0.5, 0.0, 0.5])})
    # Over the mixed equilibrium of `apart`, worth 4/3 to both, the bloc gains.
    expected = {"no_worse": [HOLDS] * 3, "better": [DEPENDS] * 3, "high": [DEPENDS] * 3}
    assert dict(zip(scenario.claims, found.tolist(), strict=True)) == expected


def test_a_claim_on_a_structure_that_is_left_out_is_undecided() -> None:
    scenario = kgsim.loads(PAIRED, name="paired")
    play = AtPoints(scenario, ("apart",), ["high"])
    assert play.at({"x": np.zeros(2)}).verdict.tolist() == [[UNDECIDED, UNDECIDED]]


@pytest.mark.parametrize(
    ("text", "surely", "possibly"),
    [
        ("value(A, s) > 0", True, True),
        ("value(A, s) > 1", False, True),
        ("value(A, s) > 3", False, False),
        ("not value(A, s) > 1", False, True),
        ("-value(A, s) < 0", True, True),
        ("value(A, s) - value(B, s) > 5", False, False),
        ("value(A, s) - value(B, s) <= 4", True, True),
        ("value(A, s)*value(B, s) >= -3", True, True),
        ("value(A, s)*value(B, s) >= -2", False, True),
        ("value(B, s)/value(A, s) > 0", False, True),
        ("max(value(A, s), value(B, s)) >= 0.5", True, True),
        ("value(A, s)**2 < 9.1", True, True),
        ("value(B, s)**2 >= 0", True, True),
        ("value(B, s)**2 >= 0.5", False, True),
        ("value(B, s)**3 >= -1", True, True),
        ("abs(value(B, s)) <= 1", True, True),
        ("abs(value(B, s)) > 0", False, True),
        ("log(value(A, s)) < 1.1", True, True),
        ("2**value(A, s) < 100", False, True),
        ("curve(value(A, s), 0 -> 0, 1 -> 2, 3 -> 0) <= 2", True, True),
        ("curve(value(A, s), 0 -> 0, 1 -> 2, 3 -> 0) < 2", False, True),
        ("curve(value(A, s), 0 -> 0, 1 -> 2, 3 -> 0) > -1", True, True),
        ("curve(value(B, s), -1 -> k, 1 -> 0) >= 0", True, True),
        ("curve(value(B, s), -2 -> value(A, s), 2 -> 1) < 9", False, True),
        ("k**2 < 100", True, True),
        ("value(A, s) > 3 or value(B, s) < 0", False, True),
        ("value(A, s) != 4", True, True),
        ("value(A, s) == 2", False, True),
        ("value(A, s) > 1 if k > 0 else value(A, s) > 3", False, True),
        ("value(A, s) > 1 if k > 9 else value(A, s) > 3", False, False),
    ],
)
def test_truths_between_bounds(text: str, surely: bool, possibly: bool) -> None:
    """value(A, s) lies between 0.5 and 3, value(B, s) between -1 and 1; k is 2."""
    expression = parse(text, functions=("value",))
    ends = {"A": (0.5, 3.0), "B": (-1.0, 1.0)}
    calls = {call: Known.between(*map(np.asarray, ends[call.arguments[0].name])) for call in expression.calls}
    assert tuple(map(bool, truth(expression.root, {"k": np.asarray(2.0)}, calls))) == (surely, possibly)
    for value in np.linspace(0.5, 3.0, 6):
        for other in np.linspace(-1.0, 1.0, 5):
            exact = {
                call: Known.exactly(np.asarray({"A": value, "B": other}[call.arguments[0].name]))
                for call in expression.calls
            }
            yes, maybe = truth(expression.root, {"k": np.asarray(2.0)}, exact)
            assert yes == maybe
            assert surely <= bool(yes) <= possibly
