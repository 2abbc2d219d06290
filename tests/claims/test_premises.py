"""Claims with a premise: judged at the equilibria that meet it, and vacuous where none does."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

import kgsim
from kgsim.claims.at_points import AtPoints
from kgsim.results import VERDICTS
from three_players import three_by_two

#: A proposer offers 0 or 1 of 2 units. A responder who gets nothing is indifferent, so the proposer may have 2 or 1,
#: and anything between where the responder takes an offer of nothing with some probability.
ULTIMATUM = """
kgsim: 1
title: Ultimatum
question: Who gets what?
players: {P: Proposer, R: Responder}
parameters:
  pie: {label: size of the pie, value: 2, range: [1, 5], because: made up for a test, certainty: judgement}
  fee: {label: fee on taking, value: 0, range: [0, 2], because: made up for a test, certainty: judgement}
terms: {given: share given, deal: a deal}
moves:
  P: {offer: {label: offer, menu: {given: [0, 1]}}}
  R: {refuse: refuse, take: take}
outcomes:
  hard deal: {when: {R: take}, terms: {given: P.given, deal: 1}}
  no deal: {otherwise: true}
utilities: {P: deal*(pie - given), R: deal*given - fee*deal}
structures:
  ultimatum: {play: [P, R]}
claims:
  C: {says: test, given: 'GIVEN', holds: 'HOLDS'}
"""


def scenario(given: str, holds: str) -> kgsim.Scenario:
    return kgsim.loads(ULTIMATUM.replace("GIVEN", given).replace("HOLDS", holds), name="ultimatum")


@pytest.mark.parametrize(
    ("given", "holds", "expected"),
    [
        ("fee > 0", "value(P, ultimatum) > 0", "vacuous"),
        ("fee == 0", "value(P, ultimatum) > 1", "depends"),
        ("value(P, ultimatum) > 2", "fee == 0", "vacuous"),
        ("value(P, ultimatum) > 2", "fee == 1", "vacuous"),
        ("value(P, ultimatum) == 2", "value(R, ultimatum) == 0", "holds"),
        ("value(P, ultimatum) == 2", "value(R, ultimatum) == 1", "fails"),
        ('reached(ultimatum, "hard deal")', "value(P, ultimatum) > 1", "depends"),
        ("value(R, ultimatum) == 1", "value(P, ultimatum) > 1", "fails"),
        # Met only at mixtures between the two ends.
        ("1.2 < value(P, ultimatum) < 1.8", "value(P, ultimatum) > 1", "holds"),
        ("1.2 < value(P, ultimatum) < 1.8", "value(P, ultimatum) > 1.5", "depends"),
        ("1.2 < value(P, ultimatum) < 1.8", "value(P, ultimatum) > 1.9", "fails"),
    ],
)
def test_a_claim_is_judged_where_its_premise_is_met(given: str, holds: str, expected: str) -> None:
    claim = kgsim.solve(scenario(given, holds)).claims["C"]
    assert claim.verdict == expected, claim.sentence


def test_a_premise_is_not_an_implication() -> None:
    """What implies anything is met nowhere at a fee: as an implication it would be said to hold."""
    premise, statement = "value(R, ultimatum) == 1", "value(P, ultimatum) > 100"
    implication = scenario("pie > 0", f"not {premise} or {statement}")
    assert kgsim.solve(implication, fee=0.5).claims["C"].verdict == "holds"
    assert kgsim.solve(scenario(premise, statement), fee=0.5).claims["C"].verdict == "vacuous"


def test_sentences_tell_the_premise() -> None:
    result = kgsim.solve(scenario('reached(ultimatum, "hard deal")', "value(P, ultimatum) > 3"))
    assert result.claims["C"].sentence == (
        "Fails where “hard deal” is reached under “ultimatum”: Proposer's value under “ultimatum” (between 1 and 2) is "
        "not more than 3."
    )
    nowhere = kgsim.solve(scenario("value(P, ultimatum) > 2", "value(R, ultimatum) > 0")).claims["C"]
    assert nowhere.sentence == (
        "Vacuous: Proposer's value under “ultimatum” (between 1 and 2) is not more than 2, so its premise is met at no "
        "equilibrium and nothing is said."
    )
    assert nowhere.numbers["value(P, ultimatum)"] == (1.0, 2.0)


def test_numbers_are_those_where_the_premise_is_met() -> None:
    claim = kgsim.solve(scenario("value(P, ultimatum) == 2", "value(R, ultimatum) == 0")).claims["C"]
    assert claim.numbers == {"value(P, ultimatum)": (2.0, 2.0), "value(R, ultimatum)": (0.0, 0.0)}


def test_an_undecided_premise_leaves_the_claim_undecided() -> None:
    game = scenario('reached(ultimatum, "hard deal")', "pie > 0")
    assert kgsim.solve(game, time_limit=1e-9).claims["C"].verdict == "undecided"


CLAIMS = """
claims:
  told: {says: x, given: 'reached(in_turn, o000)', holds: 'value(A, in_turn) >= 1'}
  two: {says: x, given: 'value(A, veto) > 0.5', holds: 'value(B, in_turn) > value(B, veto)'}
"""


@pytest.mark.parametrize("settle", [0, None], ids=["the engine alone", "with open points settled"])
def test_many_points_are_judged_as_every_pair_of_equilibria_says(settle: int | None) -> None:
    """Against a list of all pairs of equilibria, where the sets are complete and have no continua."""
    game = three_by_two(claims=CLAIMS)
    draw = np.random.default_rng(3)
    points = {name: draw.integers(0, 3, 24).astype(float) for name in game.parameters}
    found = AtPoints(game, tuple(game.structures), game.claims).at(points, settle=settle).verdict
    seen = set()
    for point in range(24):
        result = kgsim.solve(game, {name: float(column[point]) for name, column in points.items()})
        sets = result.structures["in_turn"], result.structures["veto"]
        if not all(each.complete and not each.continua for each in sets):
            continue
        pairs = list(product(*(each.equilibria for each in sets)))
        told = {one.payoffs["A"] >= 1 - 1e-9 for one, _ in pairs if one.outcomes.get("o000", 0) > 0}
        two = {one.payoffs["B"] > other.payoffs["B"] + 1e-9 for one, other in pairs if other.payoffs["A"] > 0.5 + 1e-9}
        for row, truths in enumerate((told, two)):
            expected = (
                "vacuous" if not truths else "depends" if len(truths) > 1 else "holds" if True in truths else "fails"
            )
            seen.add(expected)
            assert VERDICTS[found[row, point]] in (expected, *(["undecided"] if settle == 0 else []))
            assert list(result.claims.values())[row].verdict == expected
    assert seen == {"vacuous", "depends", "holds", "fails"}


def test_shares_of_draws_are_told_of_all_and_of_those_that_meet_the_premise() -> None:
    """The responder takes 1 where the fee is below 1: half the range of 0 to 2, where the proposer is left the rest."""
    game = scenario('reached(ultimatum, "hard deal")', "value(P, ultimatum) > 1")
    shares = kgsim.robustness(game, draws=1024, priors=["uniform"], ordinal=False).priors["uniform"].claims["C"]
    assert shares.vacuous.share == pytest.approx(0.5, abs=0.02)
    assert shares.holds.share == pytest.approx(0.5 * 0.75, abs=0.02)
    assert shares.where_met is not None
    assert shares.where_met.share == pytest.approx(0.75, abs=0.03)
    assert shares.where_met.low < shares.where_met.share < shares.where_met.high


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("value(P, ultimatum)", "the premise is a number, so it can neither hold nor fail"),
        ("value(P, nowhere) > 1", "there is no structure named 'nowhere'"),
        ("1 < 2", "the premise depends on nothing in the scenario"),
    ],
)
def test_a_premise_is_checked_like_a_claim(given: str, message: str) -> None:
    with pytest.raises(kgsim.ScenarioError, match=r"claims\.C\.given") as error:
        scenario(given, "pie > 0")
    assert message in str(error.value)
