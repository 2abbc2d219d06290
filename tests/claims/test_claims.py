"""Claims on sets of equilibria: verdicts, the numbers behind them, and sentences that say so."""

from __future__ import annotations

import pytest

import kgsim

#: A proposer offers 0 or 1 of 2 units; a responder who is indifferent at 0 leaves several equilibria.
TEXT = """
kgsim: 1
title: Ultimatum
question: Who gets what?
players: {P: Proposer, R: Responder}
parameters:
  pie: {{label: size of the pie, value: 2, range: [1, 5], because: made up for a test, certainty: judgement}}
  fee: {{label: fee on taking, value: 0, range: [0, 2], because: made up for a test, certainty: judgement}}
quantities: {{rest: pie - fee, slope: pie*pie}}
terms: {{given: share given, deal: a deal}}
moves:
  P: {{offer: {{label: offer, menu: {{given: [0, 1]}}}}}}
  R: {{refuse: refuse, take: take}}
outcomes:
  hard deal: {{when: {{R: take}}, terms: {{given: P.given, deal: 1}}}}
  no deal: {{otherwise: true}}
utilities: {{P: deal*(pie - given), R: deal*given - fee*deal}}
structures:
  ultimatum: {{play: [P, R]}}
  again: {{play: [P, R]}}
claims:
  C: {{says: test, holds: '{claim}'}}
"""


def verdict(claim: str, **values: float):
    text = TEXT.replace("{{", "{").replace("}}", "}").replace("{claim}", claim)
    return kgsim.solve(kgsim.loads(text, name="ultimatum"), **values).claims["C"]


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("value(P, ultimatum) >= 1", "holds"),
        ("value(P, ultimatum) > 2", "fails"),
        ("value(P, ultimatum) > 1", "depends"),
        ("value(P, ultimatum) == 1", "depends"),
        ("value(R, ultimatum) > 0 or value(P, ultimatum) > 1", "depends"),
        ("value(P, ultimatum) + value(R, ultimatum) <= pie", "holds"),
        ("value(P, ultimatum) > value(P, again)", "depends"),
        ('reached(ultimatum, "hard deal")', "holds"),
        ('prob(ultimatum, "no deal") == 0', "depends"),
        ('prob(ultimatum, "no deal") <= 0.5', "holds"),
        ("not value(P, ultimatum) > 2", "holds"),
        ("worst(R) == 0 and best(P) == pie", "holds"),
        ('worst(R, not "no deal") == 0', "holds"),
        ('best(R, "hard deal") == 1', "holds"),
        ("rises(rest, pie) and falls(rest, fee)", "holds"),
        ("rises(slope, fee)", "fails"),
        ("1 < value(P, ultimatum) < 2", "depends"),
        ("fee > 0", "fails"),
    ],
)
def test_verdicts_over_all_equilibria(claim, expected):
    assert verdict(claim).verdict == expected


def test_a_mixture_inside_a_continuum_is_not_forgotten():
    """The ends give the proposer 1 or 2 exactly; only a mixture in between gives it 1.5."""
    assert verdict("value(P, ultimatum) == 1 or value(P, ultimatum) == 2").verdict == "depends"


def test_a_claim_can_change_its_verdict_with_the_parameters():
    assert verdict("value(R, ultimatum) >= 1").verdict == "depends"
    assert verdict("value(R, ultimatum) >= 1", fee=0.5).verdict == "fails"


def test_sentences_name_the_numbers_that_decide():
    found = verdict("value(P, ultimatum) > 2")
    assert found.sentence == "Fails: Proposer's value under ultimatum (between 1 and 2) is not more than 2."
    assert found.numbers == {"value(P, ultimatum)": (1.0, 2.0)}
    assert verdict("fee > 0").sentence == "Fails: fee on taking (fee) (0) is not more than 0."
    assert "Depends on which equilibrium is played" in verdict("value(P, ultimatum) > 1").sentence


def test_a_claim_on_a_structure_that_was_not_solved_is_undecided():
    text = TEXT.replace("{{", "{").replace("}}", "}").replace("{claim}", "value(P, ultimatum) > 0")
    result = kgsim.solve(kgsim.loads(text, name="ultimatum"), structures=["again"])
    assert result.claims["C"].verdict == "undecided"
    assert "structure ultimatum" in result.claims["C"].sentence
