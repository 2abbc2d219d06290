"""A formula without names is worth what the same formula with a name is worth, wherever a formula may stand."""

from __future__ import annotations

import re

import numpy as np
import pytest

import kgsim
from kgsim.errors import KgsimError
from kgsim.scenario.lint import lint

#: Each formula in angle brackets is once a mere number and once hangs on `k`, which is 1.
SHARED = """
kgsim: 1
title: Constants
question: Does it matter whether a number has a name?
players: {A: Anna, B: Bert}
parameters:
  k: {label: one, value: 1, range: [0.5, 2], because: a test, certainty: judgement}
quantities: {two: <2>, four: {label: twice two, formula: two + <2>}}
terms: {both: both help, alone: A helps alone}
moves:
  A: {help: help, rest: rest}
  B: {help: help, rest: rest}
outcomes:
  both: {when: {A: help, B: help}, terms: {both: <1>}}
  alone: {when: {A: help}, terms: {alone: <1>}}
  none: {otherwise: true}
"""
BLOCS = (
    SHARED
    + """
utilities: {A: 3*both + two*alone, B: <1>}
structures:
  once: {play: [[A, B]]}
  bloc: {play: [[A+B]], blocs: {A+B: {rule: weighted, weights: {A: <2>, B: <1>}}}}
  deal: {play: [[A+B]], blocs: {A+B: {rule: nash, disagreement: {A: <0>, B: <0>}}}}
repeated:
  again:
    stage: once
    discount: <0.5>
    noise: <0.1>
    generosity: <0.2>
    cooperate: {A: help, B: help}
    defect: {A: rest, B: rest}
    profiles: {grim: grim, mercy: generous}
claims:
  one: {says: one, holds: "value(A, bloc) >= <2> and two < four"}
  rising: {says: rising, holds: "rises(<2>, k)"}
  falling: {says: falling, holds: "falls(two, k) or k > <3>"}
  patient: {says: patient, holds: "critical_discount(again, grim) >= <0>"}
"""
)
TYPES = (
    SHARED
    + """
types: {A: {able: <0.5>, weak: <0.5>}}
utilities: {A: 3*both + two*alone - weak, B: <1> + able*both}
structures: {once: {play: [A, B]}}
claims:
  one: {says: one, holds: "value(B, once) >= <1>"}
"""
)


def filled(text: str, *, named: bool) -> kgsim.Scenario:
    return kgsim.loads(re.sub(r"<([\d.]+)>", r"\1*k/k" if named else r"\1", text))


@pytest.mark.parametrize("text", [BLOCS, TYPES], ids=["blocs", "types"])
def test_a_constant_is_worth_what_a_name_is_worth(text):
    bare, named = filled(text, named=False), filled(text, named=True)
    found, expected = kgsim.solve(bare, k=1.5), kgsim.solve(named, k=1.5)
    for name, solution in found.structures.items():
        for player, bounds in solution.values.items():
            assert bounds == pytest.approx(expected.structures[name].values[player])
    verdicts = {name: claim.verdict for name, claim in expected.claims.items()}
    assert {name: claim.verdict for name, claim in found.claims.items()} == verdicts
    assert len(lint(bare)) >= len(lint(named))


def test_a_constant_is_worth_the_same_along_a_sweep():
    found, expected = (kgsim.sweep(filled(BLOCS, named=named), k=np.linspace(0.5, 2, 4)) for named in (False, True))
    for name in ("low", "high", "verdict"):
        np.testing.assert_allclose(found[name], expected[name])


#: A number that fits a float and still makes sums and products of payoffs overflow.
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("two*alone, B: <1>}", "two*alone, B: 1e307*<3>}"),
        ("weights: {A: <2>", "weights: {A: 1e300*<3>"),
        ("disagreement: {A: <0>", "disagreement: {A: -1e306"),
        ("terms: {alone: <1>}", "terms: {alone: 1e200}"),
    ],
)
@pytest.mark.parametrize("named", [False, True])
def test_what_would_overflow_is_refused_in_a_sentence(old, new, named):
    assert BLOCS.count(old) == 1
    try:
        result = kgsim.solve(filled(BLOCS.replace(old, new), named=named))
        told = " ".join(solution.unsolved for solution in result.structures.values())
    except KgsimError as refusal:
        told = str(refusal)
    assert "number" in told
