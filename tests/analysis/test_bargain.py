"""What players could agree on: a pie divided by every rule, on shares from an interval, worked out by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

import kgsim
from first_edition import FIRST_EDITION
from kgsim.cli import main
from three_players import three_by_two

#: The first divides ten; the second takes what it gets; the third has to agree, which costs it two.
PIE = """
kgsim: 1
title: A pie for three
question: Who gets what?
players: {A: First, B: Second, C: Third}
parameters: {cost: {label: cost to the third, value: 2, range: [0, 5], because: x, certainty: judgement}}
terms: {deal: a deal, b: share of B, c: share of C}
moves:
  A: {offer: {label: offer, menu: {b: {from: 0, to: 1}, c: {from: 0, to: 1}}}}
  B: {pass: pass}
  C: {refuse: refuse, take: take it}
outcomes: {deal: {when: {C: take}, terms: {deal: 1, b: A.b, c: A.c}}, nothing: {otherwise: true}}
utilities: {A: 10*deal - 10*b - 10*c, B: 10*b, C: 10*c - cost*deal}
structures: {talks: {play: [A, C], fixed: {B: pass}}}
"""


@pytest.fixture(scope="module")
def pie():
    return kgsim.loads(PIE, name="pie")


def gains(found, rule):
    return tuple(round(gain, 6) for gain in found.settlements[rule].gain.values())


def test_two_share_what_is_left_of_the_pie(pie) -> None:
    """Eight are left when the third's cost is paid: four each, and by power in proportion."""
    found = kgsim.bargain(pie, power="A")
    assert found.parties == ("A", "C") and found.without == "nothing"
    assert gains(found, "nash") == gains(found, "kalai_smorodinsky") == (4, 4)
    assert found.settlements["nash"].terms["A.c"] == pytest.approx(0.6)
    assert found.most == pytest.approx({"A": 8, "C": 8})
    for share, each in found.by_power:
        assert each.gain == pytest.approx({"A": 8 * share, "C": 8 * (1 - share)}, abs=1e-6)


def test_three_share_it_by_every_rule(pie) -> None:
    found = kgsim.bargain(pie, parties=["A", "B", "C"], rates={"A": 1, "B": 1, "C": 2})
    assert gains(found, "nash") == pytest.approx((8 / 3,) * 3, abs=1e-5)
    assert gains(found, "kalai_smorodinsky") == pytest.approx((8 / 3,) * 3, abs=1e-5)
    assert gains(found, "egalitarian") == pytest.approx((3.2, 3.2, 1.6), abs=1e-6)
    # A point of the third's counts double: it gets all that leaves nobody worse off.
    assert gains(found, "utilitarian") == pytest.approx((0, 0, 8), abs=1e-6)


def test_who_makes_the_offer_has_it_all_and_shapley_says_so(pie) -> None:
    """At even rates eight are to be had; the first gets them, whoever joins whom, since it moves first."""
    found = kgsim.bargain(pie, rates=dict.fromkeys("ABC", 1.0)).coalitions
    assert found.certain
    for value in (found.shapley, found.myerson):
        assert {player: pytest.approx(ends) for player, ends in value.items()} == {
            "A": (8, 8), "B": (0, 0), "C": (0, 0)
        }  # fmt: skip
    for ends in (found.core_apart["A"], found.core_together["A"]):
        assert ends == pytest.approx((8, 8))


def test_worths_that_are_not_known_are_not_told() -> None:
    """Three who choose among three at once, with ties, have a continuum of equilibria that is not described."""
    scenario, draw = three_by_two(3), np.random.default_rng(2)
    tied = {name: float(draw.integers(0, 2)) for name in scenario.parameters}
    found = kgsim.bargain(scenario, tied, structure="at_once", rates=dict.fromkeys("ABC", 1.0))
    assert found.coalitions is None and "Coalitions are not told: structure at_once" in found.sentences[-1]


def test_a_deal_that_needs_another_is_none_of_theirs(pie) -> None:
    found = kgsim.bargain(pie, parties=["A", "B"])
    assert not found.settlements and "no zone of agreement" in found.sentences[1]
    assert not kgsim.bargain(pie, cost=11).settlements


def test_claims_know_the_same_zone(pie) -> None:
    claims = "\nclaims: {room: {says: x, holds: 'zopa(A, C)'}, none: {says: x, holds: 'zopa(A, B) or zopa(A, B, C)'}}\n"
    scenario = kgsim.loads(PIE + claims, name="pie")
    for cost in (2.0, 10.0):
        found = kgsim.solve(scenario, cost=cost).claims
        assert (found["room"].verdict == "holds") == bool(kgsim.bargain(scenario, cost=cost).settlements)
        three = kgsim.bargain(scenario, parties=["A", "B", "C"], cost=cost)
        assert (found["none"].verdict == "holds") == bool(three.settlements)


def test_the_bypass_is_between_washington_and_pyongyang() -> None:
    scenario = kgsim.load(FIRST_EDITION / "bypass.yaml")
    found = kgsim.bargain(scenario, structure="bypass")
    assert found.parties == ("US", "DPRK") and found.settlements["nash"].outcome == "bypass deal"
    space = kgsim.bargaining_space(kgsim.solve(scenario, structures=["bypass"]))
    assert space.players == ("US", "DPRK") and set(space.settlements) == {"nash", "kalai_smorodinsky"}


@pytest.mark.parametrize(("options", "message"), [
    (["--party", "A"], "has nobody to agree with"),
    (["--party", "A", "--party", "D"], "no player 'D'"),
    (["--rate", "A=1"], "say what one point of B, C counts for"),
    (["--rate", "A"], "not of the form PLAYER=NUMBER"),
    (["--rate", "A=0", "--rate", "B=1", "--rate", "C=1"], "rate of A must be positive"),
    (["--power", "B"], "'B' is no party"),
    (["--fallback", "peace"], "no solved structure or outcome 'peace'"),
])  # fmt: skip
def test_what_is_wrong_is_said(options, message, tmp_path) -> None:
    file = tmp_path / "pie.yaml"
    file.write_text(PIE)
    found = CliRunner().invoke(main, ["bargain", str(file), *options])
    assert found.exit_code == 2 and message in found.output


def test_the_command_prints_and_keeps_the_answer(tmp_path) -> None:
    file, out = tmp_path / "pie.yaml", tmp_path / "out"
    file.write_text(PIE)
    rates = [part for player in "ABC" for part in ("--rate", f"{player}=1")]
    found = CliRunner().invoke(main, ["bargain", str(file), *rates, "--out", str(out)])
    assert found.exit_code == 0, found.output
    assert "There is a zone of agreement" in found.output and "de Clippel and Serrano" in found.output
    kept = json.loads((out / "result.json").read_text())
    assert kept["settlements"]["nash"]["gain"] == pytest.approx({"A": 4, "C": 4})
    assert (out / "bargaining.png").exists()
