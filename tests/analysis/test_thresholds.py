"""Thresholds against closed forms, and answers at many points against single ones."""

from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner

import kgsim
from first_edition import FIRST_EDITION
from kgsim.analysis import thresholds
from kgsim.analysis.questions import Claimed
from kgsim.cli import main
from kgsim.results import DEPENDS, FAILS, HOLDS, UNDECIDED

OFFER = """
kgsim: 1
title: One offer
question: When is it taken?
players: {US: Washington, DPRK: Pyongyang}
parameters:
  C_I: {label: x, value: 30, range: [0, 60], because: x, certainty: judgement}
  lambda: {label: x, value: 0.3, range: [0, 1], because: x, certainty: judgement}
  R: {label: x, value: 20, range: [0, 60], because: x, certainty: judgement}
  omega: {label: x, value: 15, range: [0, 30], because: x, certainty: judgement}
  erosion: {label: x, value: 0.5, range: [0, 0.9], because: x, certainty: judgement}
  v: {label: x, value: 48, range: [10, 90], because: x, certainty: judgement}
  twice: {label: x, value: 0, range: [-3, 3], because: x, certainty: judgement}
quantities: {r_min: (C_I + lambda*R - omega) / ((1 - erosion)*v)}
terms: {deal: x, relief: x}
moves: {US: {hold: x, offer: {label: x, menu: {relief: [0.5]}}}, DPRK: {refuse: x, take: x}}
outcomes:
  deal: {when: {US: offer, DPRK: take}, terms: {deal: 1, relief: US.relief}}
  none: {otherwise: true}
utilities:
  US: deal*(4 - twice**2)
  DPRK: (1 - erosion)*v*relief - (C_I + lambda*R - omega)*deal
structures: {offer: {play: [US, DPRK]}}
claims:
  taken: {says: x, holds: 'reached(offer, deal)'}
  cheap: {says: x, holds: r_min <= 0.5}
  worth: {says: x, holds: 'value(US, offer) > 0'}
"""


@pytest.fixture(scope="module")
def offer() -> kgsim.Scenario:
    return kgsim.loads(OFFER, name="offer")


@pytest.fixture(scope="module")
def bypass() -> kgsim.Scenario:
    return kgsim.load(FIRST_EDITION / "bypass.yaml")


#: Where r_min is 0.5, solved for each parameter by hand; at the base point it is 21/24.
BORDERS = {
    "C_I": 0.5 * 0.5 * 48 + 15 - 0.3 * 20,
    "R": (0.5 * 0.5 * 48 + 15 - 30) / 0.3,
    "omega": 30 + 0.3 * 20 - 0.5 * 0.5 * 48,
    "erosion": 1 - 21 / (0.5 * 48),
    "v": 21 / (0.5 * 0.5),
}


@pytest.mark.parametrize("parameter", [name for name, value in BORDERS.items() if value > 0])
@pytest.mark.parametrize(
    "question", [{"structure": "offer", "outcome": "deal"}, {"claim": "taken"}, {"claim": "cheap"}]
)
def test_the_offer_is_taken_where_its_relief_is_enough(offer, parameter: str, question: dict[str, str]) -> None:
    low, high = offer.parameters[parameter].range
    found = kgsim.threshold(offer, parameter, inverse=False, **question)
    assert len({round(border, 6) for border in found.boundaries}) == 1
    for border in found.boundaries:
        assert border == pytest.approx(BORDERS[parameter], abs=1e-9 * (high - low))


def test_all_boundaries_are_found_and_not_the_first_alone(offer) -> None:
    found = kgsim.threshold(offer, "twice", structure="offer", outcome="deal", C_I=10, inverse=False)
    assert found.boundaries == pytest.approx((-2, 2), abs=6e-9)
    assert [segment.verdict for segment in found.segments] == [FAILS, HOLDS, FAILS]
    assert found.sentences[1] == "With x between -2 and 2, “deal” is an equilibrium outcome under “offer”."


def test_the_bypass_pays_until_the_alliance_costs_too_much(bypass) -> None:
    found = kgsim.threshold(bypass, "A", structure="bypass", outcome="bypass deal", inverse=False)
    assert found.boundaries == pytest.approx((22.5,), abs=45e-9)


def test_the_allies_bargain_for_the_front_from_where_it_is_worth_as_much_to_washington(bypass) -> None:
    # The front is worth 12.5 to Washington, the bypass 22.5 - A.
    found = kgsim.threshold(bypass, "A", structure="coordinated", outcome="bypass deal", inverse=False)
    assert found.boundaries == pytest.approx((10,), abs=45e-9)


@pytest.mark.parametrize("rate", [0.25, 0.3])
def test_what_seoul_would_have_to_pay_crosses_what_it_would_give_where_the_closed_form_says(bypass, rate) -> None:
    """tau* = (22.5 - A) - 12.5 where the bypass pays; Seoul gives up -32.5 for -3.5, at the rate."""
    found = kgsim.threshold(bypass, "A", claim="H6", rate=rate, inverse=False)
    assert found.boundaries == pytest.approx((10 - 29 * rate,), abs=45e-9)
    for value, sides in found.sides.items():
        price, bid = sides["value(US, bypass) - value(US, front)"], sides[list(sides)[1]]
        assert price == pytest.approx((max(22.5 - value, 0) - 12.5,) * 2, abs=1e-9 if value < 22.5 else 1e-7)
        if value < 22.5:
            assert bid == pytest.approx((29 * rate,) * 2, abs=1e-9)
    border = found.boundaries[0]
    assert found.sides[border]["value(US, bypass) - value(US, front)"][0] == pytest.approx(29 * rate, abs=45e-9)
    price = "United States' value under “{bypass}” − United States' value under “{front}” is 10"
    labels = {name: bypass.labels.structure(name) for name in ("bypass", "front")}
    assert any(price.format(**labels) in told for told in found.sentences)


def test_washington_needs_no_payment_from_where_the_front_is_worth_as_much(bypass) -> None:
    # tau* = 0 at A = 10, and the bypass is worth more than nothing to Washington below 22.5.
    found = kgsim.threshold(bypass, "A", claim="H7", inverse=False)
    assert found.boundaries == pytest.approx((10, 22.5), abs=45e-9)


def test_the_smallest_changes(bypass) -> None:
    found = kgsim.threshold(bypass, "A", structure="bypass", outcome="bypass deal")
    alone = {name: change.values[name] for name, change in found.alone.items() if change is not None}
    # 0.75 h - 15 c_n/20 - A = 0, and Pyongyang's 0.75 nu + omega - C_I - lambda R = 0
    assert alone["A"] == pytest.approx(22.5, abs=1e-6)
    assert alone["h"] == pytest.approx(35 / 0.75, abs=1e-6)
    assert alone["C_I"] == pytest.approx(35.25, abs=1e-6)
    assert alone["lambda"] == pytest.approx(11.25 / 20, abs=1e-6)
    assert found.alone["g"] is None
    # The border in A, h, c_n and cheat is nearly flat: its distance in widths of the ranges.
    nearest = 2.5 / np.linalg.norm([45, 0.75 * 60, 0.75 * 35, 50 * 0.45])
    assert nearest * 0.99 <= found.together.size <= nearest * 1.01
    turned = kgsim.solve(
        bypass,
        structures=["bypass"],
        **{
            name: bypass.base[name] + 1.001 * (value - bypass.base[name])
            for name, value in found.together.values.items()
        },
    )
    assert "bypass deal" not in turned.structures["bypass"].outcomes


@pytest.mark.parametrize("ahead", [0, 3, 200])
def test_halving_ahead_of_need_finds_the_very_same_numbers(offer, ahead: int, monkeypatch) -> None:
    found = kgsim.threshold(offer, "C_I", claim="taken")
    assert sum(change is not None for change in found.alone.values()) == 4
    monkeypatch.setattr(thresholds, "AHEAD", ahead)
    again = kgsim.threshold(offer, "C_I", claim="taken")
    assert (again.alone, again.together) == (found.alone, found.together)


def test_a_ray_is_given_up_only_when_another_is_surely_nearer(offer) -> None:
    question, base = Claimed(offer, "cheap"), dict(offer.base)
    # r_min falls to 1/2 at C_I = 21, R = -10, omega = 24 and v = 84: shares 9/30, none, 9/15 and 36/42.
    ends = {"C_I": 0.0, "R": 0.0, "omega": 30.0, "v": 90.0}
    target = {name: np.full(4, value) for name, value in base.items()}
    for row, (name, end) in enumerate(ends.items()):
        target[name][row] = end
    every, _ = thresholds._first_change(question, base, target, FAILS, 9)
    assert every == pytest.approx([9 / 30, np.inf, 9 / 15, 36 / 42], abs=1e-9)
    for lengths in ([1.0, 1.0, 1.0, 1.0], [9.0, 1.0, 1.0, 9.0], [9.0, 9.0, 9.0, 1.0]):
        nearest, _ = thresholds._first_change(question, base, target, FAILS, 9, np.array(lengths))
        sizes = every * lengths
        assert nearest[np.argmin(sizes)] == every[np.argmin(sizes)] and (nearest * lengths).min() == sizes.min()


def test_claims_at_many_points_are_decided_as_at_single_ones(bypass) -> None:
    draw = np.random.default_rng(5)
    points = {name: draw.uniform(*parameter.range, 3) for name, parameter in bypass.parameters.items()}
    answers = {name: Claimed(bypass, name).at(points) for name in bypass.claims}
    codes = {"fails": FAILS, "holds": HOLDS, "depends": DEPENDS, "undecided": UNDECIDED}
    sure = 0
    for point in range(3):
        single = kgsim.solve(bypass, **{name: float(column[point]) for name, column in points.items()})
        for name, claim in single.claims.items():
            if answers[name][point] != UNDECIDED:
                sure += 1
                assert answers[name][point] == codes[claim.verdict], (name, point)
    assert sure > len(bypass.claims)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"param": "Aa", "claim": "H6"}, "Did you mean 'A'"),
        ({"param": "A", "claim": "H66"}, "Did you mean 'H6'"),
        ({"param": "A", "structure": "bypass", "outcome": "bypas deal"}, "Did you mean 'bypass deal'"),
        ({"param": "A", "structure": "bypas", "outcome": "bypass deal"}, "Did you mean 'bypass'"),
        ({"param": "A", "structure": "bypass"}, "one question"),
        ({"param": "A", "structure": "bypass", "outcome": "bypass deal", "claim": "H6"}, "one question"),
        ({"param": "A", "claim": "H6", "bounds": (3, 3)}, "nothing between"),
    ],
)
def test_questions_that_cannot_be_asked(bypass, arguments: dict[str, object], words: str) -> None:
    with pytest.raises(kgsim.GameError, match=words):
        kgsim.threshold(bypass, arguments.pop("param"), **arguments)


def test_the_command_tabulates_what_turns_the_answer_alone() -> None:
    arguments = ["--param", "A", "--structure", "bypass", "--outcome", "bypass deal"]
    result = CliRunner().invoke(main, ["threshold", str(FIRST_EDITION / "bypass.yaml"), *arguments])
    assert result.exit_code == 0, result.output
    label = kgsim.load(FIRST_EDITION / "bypass.yaml").parameters["A"].label
    (row, name) = [line.split() for line in result.stdout.splitlines() if line.startswith(f"{label}  ")]
    assert row[-3:] == ["20", "22.5", "6%"] and name[-1] == "A" and "Raising" not in result.stdout


def test_the_command_tells_it_in_sentences() -> None:
    arguments = ["--param", "A", "--structure", "bypass", "--outcome", "bypass deal", "--no-inverse"]
    result = CliRunner().invoke(main, ["threshold", str(FIRST_EDITION / "bypass.yaml"), *arguments])
    assert result.exit_code == 0, result.output
    assert "below 22.5 (down to 0), “bypass deal” is an equilibrium outcome under “" in result.stdout
