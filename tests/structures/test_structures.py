"""Structures of play told in scenario files: stages, blocs, fallbacks, and what solving reports about them."""

from __future__ import annotations

import numpy as np
import pytest

import kgsim
from kgsim.games.staged import one_shot_gain

#: Two allies face a responder. Each ally may offer; the responder takes what is worth taking.
ALLIES = """
kgsim: 1
title: Two allies and a responder
question: What is a joint offer worth?
players: {A: Ally A, B: Ally B, C: Responder}
parameters:
  gain: {label: gain of a deal, value: 4, range: [0, 10], because: made up for a test, certainty: judgement}
  price: {label: price of the offer, value: 1, range: [0, 10], because: made up for a test, certainty: judgement}
  share: {label: weight of B, value: 1, range: [0.1, 10], because: made up for a test, certainty: judgement}
terms: {a: A offers, b: B offers, taken: the responder accepts}
moves:
  A: {wait: wait, offer: offer}
  B: {wait: wait, offer: offer}
  C: {refuse: refuse, take: take}
outcomes:
  joint deal: {when: {A: offer, B: offer, C: take}, terms: {a: 1, b: 1, taken: 1}}
  deal with A: {when: {A: offer, C: take}, terms: {a: 1, taken: 1}}
  deal with B: {when: {B: offer, C: take}, terms: {b: 1, taken: 1}}
  nothing: {otherwise: true}
utilities:
  A: taken*(gain*(a + b)/2 - price*a)
  B: taken*(gain*(a + b)/2 - price*b)
  C: taken*(a + b - 1)
structures:
  parallel: {play: [[A, B], [C]]}
  bloc: {play: [[A+B], [C]], blocs: {A+B: {rule: weighted, weights: {A: 1, B: share}}}}
  bargain: {play: [[A+B], [C]], blocs: {A+B: {rule: nash, disagreement: parallel}}}
  stated: {play: [[A+B], [C]], blocs: {A+B: {rule: nash, disagreement: {A: 0, B: 0}}}}
  veto: {play: [[A+B], [C]], blocs: {A+B: {rule: veto}}}
  answer_first: {play: [C, [A, B]]}
  only_a: {play: [A, C], fixed: {B: wait}}
claims: {}
"""


@pytest.fixture(scope="module")
def allies():
    return kgsim.loads(ALLIES, name="allies")


def payoffs(solution) -> set[tuple[float, ...]]:
    return {tuple(round(value, 9) for value in item.payoffs.values()) for item in solution.equilibria}


def test_one_payoff_model_serves_every_structure(allies):
    """With gain 4 and price 1 each ally gains by offering whatever the other does; the joint deal is the answer."""
    result = kgsim.solve(allies)
    assert payoffs(result.structures["bloc"]) == {(3.0, 3.0, 1.0)}
    assert payoffs(result.structures["stated"]) == {(3.0, 3.0, 1.0)}
    assert (3.0, 3.0, 1.0) in payoffs(result.structures["parallel"])
    assert result.structures["parallel"].stages == (("A", "B"), ("C",))
    assert result.structures["bloc"].stages == (("A+B",), ("C",))


def test_a_single_offer_leaves_the_responder_indifferent_and_every_answer_is_kept(allies):
    """One ally alone: accepted, refused or mixed, and the offer is worth making or not accordingly."""
    solution = kgsim.solve(allies, structures=["only_a"]).structures["only_a"]
    assert set(solution.outcomes) == {"deal with A", "nothing"}
    assert solution.values["A"] == (0.0, 1.0)
    assert solution.complete and solution.continua


@pytest.mark.parametrize("price", [0.5, 1.0, 2.5, 3.0, 4.0, 5.0])
def test_every_equilibrium_carries_its_residual_and_strategy(allies, price):
    result = kgsim.solve(allies, price=price)
    for solution in result.structures.values():
        assert solution.equilibria and not solution.unsolved
        for item in solution.equilibria:
            assert item.residual <= 1e-9
            assert sum(item.outcomes.values()) == pytest.approx(1.0)
            assert sum(course.probability for course in item.courses) == pytest.approx(1.0)
            for player, value in item.payoffs.items():
                told = sum(course.probability * course.payoffs[player] for course in item.courses)
                assert told == pytest.approx(value)
            for array in item.strategy().values():
                np.testing.assert_allclose(array.sum(axis=-1), 1.0)


def test_a_bloc_with_several_fallbacks_is_solved_for_each(allies):
    """At price 3 offering alone never pays, together it does: parallel play has several equilibria to fall back on."""
    result = kgsim.solve(allies, price=3.0, structures=["parallel", "bargain"])
    fallbacks = {tuple(item.disagreement.values()) for item in result.structures["bargain"].equilibria}
    assert len(payoffs(result.structures["parallel"])) > 1
    assert fallbacks == {tuple(item.payoffs.values()) for item in result.structures["parallel"].equilibria}


def test_a_rule_that_cannot_be_applied_is_told_not_hidden():
    scenario = kgsim.loads(ALLIES.replace("disagreement: {A: 0, B: 0}", "disagreement: {A: 50, B: 50}"), name="greedy")
    solution = kgsim.solve(scenario, structures=["stated"]).structures["stated"]
    assert not solution.equilibria and not solution.complete
    assert "no joint position gives every member at least its disagreement payoff" in solution.unsolved


def test_what_falls_back_on_a_structure_without_a_solution_has_none_and_the_others_are_solved():
    text = ALLIES.replace("disagreement: {A: 0, B: 0}", "disagreement: {A: 50, B: 50}")
    text = text.replace("blocs: {A+B: {rule: veto}}", "blocs: {A+B: {rule: veto, disagreement: stated}}")
    found = kgsim.solve(kgsim.loads(text, name="nowhere to fall")).structures
    assert found["veto"].unsolved == "it falls back on structure stated, which has no solution here"
    assert not found["veto"].complete and found["bargain"].equilibria


def test_fallbacks_are_solved_without_being_asked_for_and_not_reported(allies):
    result = kgsim.solve(allies, structures=["bargain"])
    assert set(result.structures) == {"bargain"}


def test_renaming_and_reordering_change_nothing_but_names(allies):
    """The same situation with players in another order and moves renamed."""
    text = ALLIES.replace(
        "players: {A: Ally A, B: Ally B, C: Responder}", "players: {C: Responder, B: Ally B, A: Ally A}"
    )
    text = text.replace("{refuse: refuse, take: take}", "{yes: take, no: refuse}").replace("C: take}", "C: yes}")
    text = text.replace("  A: {wait: wait, offer: offer}\n  B:", "  A: {offer: offer, wait: wait}\n  B:")
    other = kgsim.solve(kgsim.loads(text, name="renamed"))
    for name, solution in kgsim.solve(allies).structures.items():
        mine = {(item.name, tuple(round(item.payoffs[p], 9) for p in "ABC")) for item in solution.equilibria}
        theirs = {
            (item.name, tuple(round(item.payoffs[p], 9) for p in "ABC")) for item in other.structures[name].equilibria
        }
        assert mine == theirs, name


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"prise": 1.0}, "Did you mean 'price'"),
        ({"price": float("nan")}, "finite number"),
        ({"price": "cheap"}, "finite number"),
        ({"structures": ["paralel"]}, "Did you mean 'parallel'"),
        ({"share": -1.0}, "expected a positive number"),
    ],
)
def test_bad_arguments_are_named(allies, arguments, words):
    with pytest.raises(kgsim.KgsimError, match=words):
        result = kgsim.solve(allies, **arguments)
        unsolved = [solution.unsolved for solution in result.structures.values() if solution.unsolved]
        if unsolved:
            raise kgsim.StructureError(unsolved[0])


def test_the_residual_is_computed_from_the_game_alone(allies):
    """A strategy made worse by hand shows a gain: the certificate is able to fail."""
    from kgsim.scenario.payoffs import payoff_table
    from kgsim.structures.build import build

    structure = allies.structures["bloc"]
    staging = build(allies, structure, payoff_table(allies, "bloc", {}), allies.base, None)
    best = kgsim.solve(allies, structures=["bloc"]).structures["bloc"].equilibria[0].strategy()
    good = [best["A+B"], best["C"]]
    assert one_shot_gain(staging.game, good) <= 1e-12
    worse = [np.roll(best["A+B"], 1), best["C"]]
    assert one_shot_gain(staging.game, worse) > 1.0
