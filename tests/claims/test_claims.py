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
    assert found.sentence == "Fails: Proposer's value under “ultimatum” (between 1 and 2) is not more than 2."
    assert found.numbers == {"value(P, ultimatum)": (1.0, 2.0)}
    assert verdict("fee > 0").sentence == "Fails: fee on taking (0) is not more than 0."
    assert "Depends on which equilibrium is played" in verdict("value(P, ultimatum) > 1").sentence


def test_a_claim_on_a_structure_that_was_not_solved_is_undecided():
    text = TEXT.replace("{{", "{").replace("}}", "}").replace("{claim}", "value(P, ultimatum) > 0")
    result = kgsim.solve(kgsim.loads(text, name="ultimatum"), structures=["again"])
    assert result.claims["C"].verdict == "undecided"
    assert "“ultimatum”, which was not solved" in result.claims["C"].sentence


UNITS = """
kgsim: 1
title: Units
question: Does rounding decide?
players: {P: Pp, R: Rr}
parameters:
  one: {label: one, value: 1, range: [0, 10], because: made up for a test, certainty: judgement}
  big: {label: big, value: 5, range: [0, 1.0e+15], because: made up for a test, certainty: judgement}
terms: {deal: a deal}
moves: {P: {low: low, high: high}, R: {refuse: refuse, take: take}}
outcomes:
  small: {when: {P: low, R: take}}
  large: {when: {P: high, R: take}, terms: {deal: 1}}
  none: {otherwise: true}
utilities: {P: one/3, R: deal*big}
structures:
  s1: {play: [R], fixed: {P: low}}
  s2: {play: [R], fixed: {P: high}}
claims:
  C: {says: test, holds: 'CLAIM'}
"""


@pytest.mark.parametrize("big", [5.0, 1e7, 1e12])
@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("value(P, s1) == value(P, s2)", "holds"),
        ("value(P, s1) >= one/3", "holds"),
        ("value(P, s2) < one/3", "fails"),
        ("value(P, s2) > 0", "holds"),
        ("value(P, s1) - value(P, s2) == 0", "holds"),
    ],
)
def test_neither_rounding_nor_another_players_units_decide(claim, expected, big):
    scenario = kgsim.loads(UNITS.replace("CLAIM", claim), name="units")
    assert kgsim.solve(scenario, big=big).claims["C"].verdict == expected


RULED = """
kgsim: 1
title: A ruled continuum
question: Is its middle an equilibrium?
players: {P: Pp, R: Rr}
parameters:
  one: {label: one, value: 1, range: [0, 10], because: made up for a test, certainty: judgement}
terms: {p: worth to P}
moves: {P: {a: a, b: b}, R: {l: l, r: r}}
outcomes:
  a0: {when: {P: a, R: l}, terms: {p: 0}}
  a1: {when: {P: a, R: r}, terms: {p: 1}}
  b0: {when: {P: b, R: l}, terms: {p: 0.5}}
  b3: {otherwise: true, terms: {p: 3}}
utilities: {P: one*p, R: 0*one}
structures: {s: {play: [P, R]}}
claims:
  C: {says: test, holds: 'value(P, s) <= 1 or prob(s, a0) + prob(s, a1) == 0'}
"""


def test_a_mixture_that_is_no_equilibrium_decides_nothing():
    """P mixes a and b only where both are worth the same, which is at most 1."""
    claim = kgsim.solve(kgsim.loads(RULED, name="ruled")).claims["C"]
    assert claim.verdict == "undecided", "its ends bear it out, and not every mixture of them is an equilibrium"


CHAIN = """
kgsim: 1
title: Fallbacks of fallbacks
question: Which equilibria go together?
players: {A: Aa, B: Bb, C: Cc}
parameters:
  one: {label: one, value: 1, range: [0, 10], because: made up for a test, certainty: judgement}
terms: {a: worth to A, b: worth to B}
moves: {A: {x: x, y: y, w: w}, B: {x: x, y: y, w: w}, C: {l: l, r: r}}
outcomes:
  xx: {when: {A: x, B: x}, terms: {a: 2, b: one}}
  yy: {when: {A: y, B: y}, terms: {a: 1, b: 2}}
  wl: {when: {A: w, B: w, C: l}, terms: {a: 2, b: one}}
  wr: {when: {A: w, B: w, C: r}, terms: {a: 1, b: 2}}
  no: {otherwise: true}
utilities: {A: a, B: b, C: 0*one}
structures:
  base: {play: [C], fixed: {A: w, B: w}}
  n1: {play: [[A+B]], fixed: {C: l}, blocs: {A+B: {rule: veto, disagreement: base}}}
  n2: {play: [[A+B]], fixed: {C: r}, blocs: {A+B: {rule: veto, disagreement: base}}}
  n3: {play: [[A+B]], fixed: {C: r}, blocs: {A+B: {rule: veto, disagreement: n1}}}
claims:
  shared: {says: test, holds: 'value(A, n1) == value(A, n2)'}
  chain: {says: test, holds: 'value(A, n3) == value(A, base)'}
"""


def test_structures_that_rest_on_one_fallback_are_combined_through_it():
    """Whether or not the claim mentions what its structures fall back on; only what rests on mixtures stays open."""
    claims = kgsim.solve(kgsim.loads(CHAIN, name="chain")).claims
    assert [claim.verdict for claim in claims.values()] == ["undecided", "undecided"]
    assert all("is equal to" in claim.sentence and "may not be all" in claim.sentence for claim in claims.values())


#: Everything between no refusal and one in four is subgame perfect; the ends say nothing of what lies inside.
INSIDE = TEXT.replace("given: [0, 1]", "given: [0, 0.5]")


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ('not 0.15 < prob(ultimatum, "no deal") < 0.155', "depends"),
        ('prob(ultimatum, "no deal") != 0.2', "depends"),
        ('prob(ultimatum, "no deal") <= 0.25', "holds"),
        ("abs(value(P, ultimatum) - 1.73) > 0.001", "depends"),
        ("abs(value(P, ultimatum) - 1.2) > 0.001", "holds"),
        ("(value(P, ultimatum) - 1.5)*(value(P, ultimatum) - 2) > -0.07", "holds"),
        ("(value(P, ultimatum) - 1.5)*(value(P, ultimatum) - 2) > -0.06", "depends"),
        ('value(P, ultimatum) + 2*prob(ultimatum, "no deal") <= 2', "holds"),
        ("value(P, ultimatum) == 1.5 or value(P, ultimatum) > 1.9 or value(P, again) < 1.7", "depends"),
    ],
)
def test_claims_are_judged_inside_continua(claim: str, expected: str) -> None:
    text = INSIDE.replace("{{", "{").replace("}}", "}").replace("{claim}", claim)
    found = kgsim.solve(kgsim.loads(text, name="inside")).claims["C"]
    assert found.verdict == expected, found.sentence
