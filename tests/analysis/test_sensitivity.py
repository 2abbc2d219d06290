"""Which parameters matter, against closed forms."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from small import offer

import kgsim
from kgsim.cli import main

ADDITIVE = """
kgsim: 1
title: A worth of three parts
question: Which part matters?
players: {A: A, B: B}
parameters:
  x: {label: x, value: 0.5, range: [0, 1], because: x, certainty: judgement}
  y: {label: y, value: 0.5, range: [0, 1], because: x, certainty: judgement}
  z: {label: z, value: 0.5, range: [0, 1], because: x, certainty: judgement}
terms: {on: x}
moves: {A: {go: x}, B: {watch: x, clap: x}}
outcomes: {gone: {otherwise: true, terms: {on: 1}}}
utilities: {A: on*(2*x + y), B: on*x*y}
structures: {alone: {play: [A, B]}}
"""


@pytest.fixture(scope="module")
def additive() -> kgsim.Sensitivity:
    return kgsim.sensitivity(kgsim.loads(ADDITIVE, name="additive"), draws=20_000, seed=3)


def test_indices_of_a_sum_are_shares_of_its_variance(additive) -> None:
    # 2x + y has variance (4 + 1)/12: four fifths from x, one fifth from y, and nothing jointly.
    found = {index.parameter: index for index in additive.indices.players["A"]}
    for name, truth in {"x": 0.8, "y": 0.2, "z": 0.0}.items():
        assert found[name].first == pytest.approx(truth, abs=0.03)
        assert found[name].total == pytest.approx(truth, abs=0.03)
    assert [index.parameter for index in additive.indices.players["A"]] == ["x", "y", "z"]
    assert additive.indices.spread["A"] == pytest.approx(5 / 12, rel=0.01)


def test_indices_of_a_product_have_a_joint_part(additive) -> None:
    # Var(xy) = 1/9 - 1/16 = 7/144, of which E[xy | x] = x/2 explains 1/48: 3/7; the rest of 1/7 is joint.
    found = {index.parameter: index for index in additive.indices.players["B"]}
    for name in ("x", "y"):
        assert found[name].first == pytest.approx(3 / 7, abs=0.03)
        assert found[name].total == pytest.approx(4 / 7, abs=0.03)


def test_a_tornado_of_a_sum(additive) -> None:
    bars = {bar.parameter: bar for bar in additive.tornado.bars["alone"]["A"]}
    assert additive.tornado.base["alone"]["A"] == (1.5, 1.5)
    assert bars["x"].at_low == (0.5, 0.5) and bars["x"].at_high == (2.5, 2.5)
    assert {name: bar.swing for name, bar in bars.items()} == {"x": 2.0, "y": 1.0, "z": 0.0}
    assert [bar.parameter for bar in additive.tornado.bars["alone"]["A"]] == ["x", "y", "z"]
    assert additive.tornado.flips == ()


def test_an_outcome_in_every_draw_has_no_box(additive) -> None:
    assert additive.discovery.boxes == ()
    assert any(note.startswith("No box") for note in additive.notes)


def test_intervals_are_taken_as_asked() -> None:
    # B is indifferent between its moves, of which one gives A x and the other gives it y: A's interval is [min, max].
    text = ADDITIVE.replace(
        "{gone: {otherwise: true, terms: {on: 1}}}",
        "{one: {when: {B: watch}, terms: {on: 1}}, two: {otherwise: true}}",
    ).replace("on*(2*x + y), B: on*x*y", "on*x + (1 - on)*y, B: 0*x")
    scenario = kgsim.loads(text, name="tie")
    spreads = {
        take: kgsim.sensitivity(scenario, take=take, draws=4000).indices.spread["A"]
        for take in ("low", "middle", "high")
    }
    assert spreads["low"] == pytest.approx(1 / 18, rel=0.05)  # of the smaller of two uniform numbers
    assert spreads["high"] == pytest.approx(1 / 18, rel=0.05)
    assert spreads["middle"] == pytest.approx(1 / 24, rel=0.05)
    found = kgsim.sensitivity(scenario, draws=4000)
    assert found.indices.several > 0.99
    swing = {bar.parameter: bar for bar in found.tornado.bars["alone"]["A"]}["x"]
    assert swing.at_high == (0.5, 1.0) and swing.swing == 0.5


def test_a_flip_is_where_the_answer_turns() -> None:
    # x + y > 1 holds at (0.8, 0.8); x alone must fall below 0.2.
    found = kgsim.sensitivity(offer(), structure="offer", indices=False, draws=1000)
    flip = next(f for f in found.tornado.flips if f.parameter == "x" and f.question == "offer: deal")
    assert flip.after == "no equilibrium outcome" and 0.15 <= flip.value < 0.2
    claim = next(f for f in found.tornado.flips if f.parameter == "x" and f.question == "low")
    assert (claim.before, claim.after) == ("fails", "holds")
    assert not [f for f in found.tornado.flips if f.parameter == "y" and f.question == "low"]


def test_the_box_of_a_claim() -> None:
    found = kgsim.sensitivity(offer(), claim="low", indices=False, draws=4000, seed=1, density=0.99)
    box = found.discovery.boxes[0].box
    assert set(box.limits) == {"x"}
    assert found.discovery.within(box, "x") == pytest.approx((0.0, 0.25), abs=0.02)
    assert box.coverage > 0.95 and box.density > 0.95
    other = kgsim.sensitivity(offer(), claim="low", verdict="fails", indices=False, draws=4000, density=0.99)
    assert other.discovery.within(other.discovery.boxes[0].box, "x") == pytest.approx((0.25, 1.0), abs=0.03)


def test_the_outcome_most_in_doubt_is_taken_if_none_is_named() -> None:
    found = kgsim.sensitivity(offer(), structure="offer", indices=False, draws=1000)
    assert "deal" in found.discovery.question and "most in doubt" in found.discovery.chosen


def test_values_that_are_missing_have_no_indices(monkeypatch) -> None:
    # Above x = 0.5 no position gives both their fallback, so that the bloc has no solution and nobody a value.
    text = """
kgsim: 1
title: Pennies
question: x
players: {A: A, B: B}
parameters: {x: {label: x, value: 0.2, range: [0, 1], because: x, certainty: judgement}}
terms: {same: x}
moves: {A: {heads: x, tails: x}, B: {heads: x, tails: x}}
outcomes:
  same: {when: {A: heads, B: heads}, terms: {same: 1}}
  also: {when: {A: tails, B: tails}, terms: {same: 1}}
  other: {otherwise: true}
utilities: {A: same, B: same*(0.5 - x)}
structures:
  both: {play: [A+B], blocs: {A+B: {rule: nash, disagreement: {A: 0.5, B: 0}}}}
"""
    found = kgsim.sensitivity(kgsim.loads(text, name="pennies"), draws=500)
    assert found.indices is None
    assert any("No Sobol' indices" in note for note in found.notes)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"structure": "ofer"}, "offer"),
        ({"outcome": "dael"}, "deal"),
        ({"claim": "tkaen"}, "taken"),
        ({"outcome": "deal", "claim": "taken"}, "one of the two"),
        ({"claim": "taken", "verdict": "maybe"}, "no verdict"),
        ({"take": "mean"}, "low, middle, high"),
        ({"density": 0.0}, "density"),
        ({"prior": "flat"}, "prior"),
        ({"x": 0.2, "y": 0.2}, "nothing can be drawn"),
    ],
)
def test_what_cannot_be_asked(asked, message) -> None:
    with pytest.raises(kgsim.GameError, match=message):
        kgsim.sensitivity(offer(), **({"draws": 200} | asked))


def test_the_command_keeps_the_same_bytes_for_any_number_of_workers(tmp_path: Path) -> None:
    file = tmp_path / "offer.yaml"
    file.write_text(offer().text[0])
    kept = []
    for workers in ("1", "2"):
        out = tmp_path / workers
        command = ["sensitivity", str(file), "--structure", "offer", "--outcome", "deal", "--draws", "2000"]
        done = CliRunner().invoke(main, [*command, "--workers", workers, "--out", str(out)])
        assert done.exit_code == 0, done.output
        kept.append({path.name: path.read_bytes() for path in out.iterdir()})
    assert kept[0] == kept[1]
    assert {"tornado.png", "indices.svg", "boxes.png", "result.md", "result.json"} <= set(kept[0])
    document = json.loads(kept[0]["result.json"])["sensitivity"]
    assert document["tornado"]["bars"]["offer"]["DPRK"]["x"]["swing"] == pytest.approx(0.8)
    assert np.isfinite(document["indices"]["players"]["DPRK"]["x"]["total"])
    assert document["discovery"]["boxes"][0]["quasi_p"]["x"][0] < 0.05
