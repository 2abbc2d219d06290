"""Answers that turn on the step of a menu are pointed out; those that do not are left alone."""

from __future__ import annotations

import pytest

import kgsim
from first_edition import FIRST_EDITION
from kgsim.analysis.steps import check_steps
from kgsim.scenario.transforms import grids, with_half_steps

PIE = """
kgsim: 1
title: A pie
question: Who gets how much?
players: {P: proposer, R: responder}
parameters:
  least: {label: what R has anyway, value: 0.3, range: [0, 1], because: x, certainty: judgement}
  cost: {label: cost of a deal, value: 0.45, range: [0, 1], because: x, certainty: judgement}
terms: {share: R's share, deal: deal}
moves:
  P: {hold: hold, offer: {label: offer, menu: {share: MENU}}}
  R: {refuse: refuse, accept: accept}
outcomes:
  deal: {when: {P: offer, R: accept}, terms: {share: P.share, deal: 1}}
  none: {otherwise: true}
utilities: {P: deal - share - cost*deal, R: share + least*(1 - deal)}
structures: {s: {play: [P, R]}}
claims:
  dear: {says: R gets half., holds: "value(R, s) >= 0.5"}
briefing:
  ask: {structure: s, outcome: deal, parameter: cost}
"""


def pie(menu: str) -> kgsim.Scenario:
    return kgsim.loads(PIE.replace("MENU", menu))


def test_halves_lie_between_the_values_of_every_menu():
    scenario = pie("[0, 0.5, 1]")
    assert grids(scenario) == {"share": (("P", "offer"),)}
    finer = with_half_steps(scenario, "share")
    assert [action.menu["share"] for action in finer.decisions["P"].actions[1:]] == [0, 0.25, 0.5, 0.75, 1]
    assert finer.decisions["P"].actions[0].move == "hold"


@pytest.mark.parametrize("menu", ["[0, 1]", "[0, 0.1, 1]", "{from: 0, to: 1}"])
def test_two_values_uneven_lists_and_intervals_are_no_grids(menu):
    assert not grids(pie(menu))
    assert check_steps(pie(menu)) == ()


def test_a_step_that_turns_an_outcome_a_claim_or_the_threshold_is_pointed_out():
    # R takes 0.3, which costs P a half on steps of a quarter, and 0.375 on steps of an eighth.
    (problem,) = check_steps(pie("{from: 0, to: 1, step: 0.25}"))
    assert problem.key == "moves.P.offer.menu" and problem.line is not None
    assert "claim dear is told as fails instead of holds" in problem.message
    assert "threshold of cost moves from 0.5 to 0.625 (12% of its range)" in problem.message
    assert "from: 0, to: 1" in problem.remedy


def test_a_step_that_turns_an_outcome_is_pointed_out():
    text = PIE.replace("MENU", "{from: 0, to: 1, step: 0.25}").replace("value: 0.45", "value: 0.55")
    (problem,) = check_steps(kgsim.loads(text))
    assert "s ends in deal instead of none" in problem.message


def test_a_step_that_turns_nothing_is_left_alone():
    text = PIE.replace("MENU", "{from: 0, to: 1, step: 0.1}")
    assert check_steps(kgsim.loads(text)) == ()


def test_terms_are_refined_in_all_menus_at_once():
    scenario = kgsim.load(FIRST_EDITION / "bypass.yaml")
    finer = with_half_steps(scenario, "relief")
    for decision, move in grids(scenario)["relief"]:
        values = {action.menu["relief"] for action in finer.decisions[decision].actions if action.move == move}
        assert len(values) == 9
