"""What is told of a scenario: every section it has, and a payoff for every private type it depends on."""

from __future__ import annotations

import pytest

import kgsim
from first_edition import FIRST_EDITION
from kgsim.errors import GameError
from kgsim.report.content import Heading
from kgsim.report.explain import explain_payoff, of_payoff
from kgsim.report.plain import render
from kgsim.report.story import of_scenario
from kgsim.scenario.payoffs import payoffs_at

#: Whether a buyer pays depends on what only the seller knows; the guard has a secret of his own.
LEMONS = """
kgsim: 1
title: A used car
question: What is it worth?
players: {seller: seller, buyer: buyer}
parameters:
  p: {label: share of good cars, value: 0.25, range: [0, 1], because: a test, certainty: judgement}
types:
  seller: {FIRST, SECOND}
  buyer: {rich: 0.5, poor: 0.5}
terms: {sold: the car is sold}
moves:
  seller: {ask: ask, keep: keep}
  buyer: {buy: buy, go: go}
outcomes:
  sale: {when: {seller: ask, buyer: buy}, terms: {sold: 1 + good}}
  no sale: {otherwise: true}
utilities: {seller: 2*sold, buyer: 3*sold - 4*lemon - poor}
structures: {market: {play: [seller, buyer]}}
"""


def lemons(*, good_first: bool) -> kgsim.Scenario:
    pair = ("good: p", "lemon: 1 - p")
    first, second = pair if good_first else pair[::-1]
    return kgsim.loads(LEMONS.replace("FIRST", first).replace("SECOND", second))


@pytest.mark.parametrize("good_first", [True, False])
def test_a_payoff_is_told_for_every_type_whatever_their_order(good_first):
    told = explain_payoff(lemons(good_first=good_first), "seller", "sale", {})
    found = {case.types["seller"].name: case.totals.tolist() for case in told}
    assert found == {"good": [4.0], "lemon": [2.0]}


def test_types_that_play_no_part_are_not_told():
    assert [set(case.types) for case in explain_payoff(lemons(good_first=True), "seller", "sale", {})] == [
        {"seller"}
    ] * 2
    told = explain_payoff(lemons(good_first=True), "buyer", "sale", {})
    assert {tuple(kind.name for kind in case.types.values()): case.totals.item() for case in told} == {
        ("good", "rich"): 6.0, ("good", "poor"): 5.0, ("lemon", "rich"): -1.0, ("lemon", "poor"): -2.0
    }  # fmt: skip


def test_the_prior_is_told_beside_the_type():
    scenario = lemons(good_first=True)
    text = render(of_payoff(scenario, explain_payoff(scenario, "seller", "sale", {"p": 0.4}), {"p": 0.4}))
    assert "if seller is good (prior 0.4)" in text and "if seller is lemon (prior 0.6)" in text
    assert "share of good cars" in text, "a parameter behind the prior is told with its reason"
    assert "What 'sale' is worth to seller\n" in text, "a label that repeats the name is not told twice"


def test_no_type_stands_for_the_others():
    with pytest.raises(GameError, match=r"good|lemon"):
        payoffs_at(lemons(good_first=True), "market", {})


@pytest.mark.parametrize(
    ("name", "headings", "words"),
    [
        ("letter_2025", {"Private types", "Histories it is held against"}, ["theatrical  content", "1 - q"]),
        (
            "loudspeaker_reciprocity",
            {"Repeated play", "Strategies for repeated play"},
            ["probability slip", "then answer if DPRK played broadcast, otherwise quiet", "ROK first_to_stop"],
        ),
        ("drift", {"What changes from round to round"}, ["erosion becomes erosion + leak", "20 rounds", "sd swing"]),
        ("bypass", {"What a briefing puts in the foreground"}, ["whether bypass ends in bypass deal, along A"]),
    ],
)
def test_every_section_of_a_scenario_is_told(name, headings, words):
    blocks = of_scenario(kgsim.load(FIRST_EDITION / f"{name}.yaml"), {})
    assert headings <= {block.text for block in blocks if isinstance(block, Heading)}
    text = render(blocks)
    flat = " ".join(text.split())
    assert all(word in text or word in flat for word in words)
