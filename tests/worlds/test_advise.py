"""Choices against closed forms: commitment, regret, levers that move nothing, and where the best choice switches."""

from __future__ import annotations

import json

import numpy as np
import pytest
from situation import TEXT, events, situation

import kgsim
from kgsim.report import plain
from kgsim.report.advice import of_advice
from kgsim.report.worlds import of_update
from kgsim.scenario.model import Parameter
from kgsim.worlds import signposts
from kgsim.worlds.levers import choices_of


def square(seed: int = 1):
    return np.random.default_rng(seed).random((3, 200_000))


def test_a_first_mover_never_regrets_the_offer_and_regrets_silence_as_much_as_it_costs() -> None:
    """A deal is worth 1 to Washington, a test -1; without an offer there is a test wherever z > 1/2."""
    advice = kgsim.advise(situation(), "US", structures=["offer"], draws=8_192)
    x, y, z = square()
    deal = x + y - 1 > np.maximum(z - 0.5, 0)
    hold = advice.prospects["US: hold"]
    assert hold.mean_regret == pytest.approx(deal.mean() + (deal & (z > 0.5)).mean(), abs=0.01)
    assert hold.most_regret == 2.0 and hold.worst == -1.0
    assert hold.as_good == pytest.approx(1 - deal.mean(), abs=0.01) and hold.better == 0.0
    assert advice.unregretted == ("as it is", "US: offer")
    assert "US: offer" in advice.idle, "deciding in play comes to the same"


def test_commitment_is_worth_something_where_moves_are_made_at_once() -> None:
    """That nobody offers and nobody takes is an equilibrium at once; being bound to offer rules it out (Schelling)."""
    advice = kgsim.advise(situation(), "US", structures=["once"], draws=4_096)
    x, y, z = square()
    deal = x + y - 1 > np.maximum(z - 0.5, 0)
    offer = advice.prospects["US: offer"]
    assert offer.better == pytest.approx(deal.mean(), abs=0.02)
    assert advice.unregretted == ("US: offer",)
    generous = kgsim.advise(situation(), "US", structures=["once"], take="high", draws=4_096)
    assert generous.unregretted[0] == "as it is", "if the best equilibrium counts nothing is gained by being bound"


def test_levers_that_move_nothing_are_said_to() -> None:
    advice = kgsim.advise(situation(), "US", structures=["mute"], levers=["x", "US.offer=off"], draws=256)
    assert set(advice.idle) == {"US: hold", "US: offer", "x = 0", "x = 1", "US: not offer"}
    assert advice.prospects["US: offer"].possible == 0.0 and advice.prospects["US: hold"].possible == 1.0
    assert any("move nothing" in line for line in advice.sentences)


def test_a_parameter_is_a_lever_at_the_values_named() -> None:
    advice = kgsim.advise(situation(), "DPRK", structures=["calm"], levers=["x=1", "x=0"], draws=2_048)
    # Taking what is offered is worth x + y - 1: y at x = 1, and never positive at x = 0.
    assert advice.prospects["x = 1"].median == pytest.approx(0.5, abs=0.02)
    assert advice.prospects["x = 0"].best == 0.0
    assert advice.unregretted == ("x = 1",)


def test_a_value_beyond_the_range_is_said_to_be() -> None:
    inside, beyond = choices_of(situation(), "US", ["x=0.5", "x=2"])[-2:]
    assert inside.says == "worth of the deal"
    assert beyond.says == "worth of the deal (beyond its range, 0 to 1)"


@pytest.mark.parametrize(
    ("section", "left_out"),
    [
        (
            "dynamics: {states: {x: {update: x/2, bounds: [0, 1]}}, discount: 0.5, horizon: 3}",
            "what changes from round",
        ),
        (
            "repeated: {again: {stage: once, discount: x, cooperate: {US: offer, DPRK: take}, "
            "defect: {US: hold, DPRK: refuse}, profiles: {grim: grim}}}",
            "the repeated again is not looked at (claims on it are judged)",
        ),
    ],
)
def test_an_answer_on_one_round_says_so_where_there_are_many(section: str, left_out: str) -> None:
    scenario = kgsim.loads(f"{TEXT}{section}\n", name="situation")
    for found in (
        of_advice(kgsim.advise(scenario, "US", structures=["once"], draws=64)),
        of_update(kgsim.update(scenario, structures=["once"], draws=64)),
    ):
        assert f"Worlds are of one round: {left_out}" in " ".join(plain.render(found).split())


def test_the_files_levers_move_parameters_from_where_each_world_has_them() -> None:
    """A deal takes x + y > 1, half of the square; x + 2y > 1 is three quarters of it."""
    text = (
        TEXT + "levers: {US: {double: {label: twice as much, set: {y: 2*y}}, still: {label: x, rule_out: {US: offer}}}}"
    )
    scenario = kgsim.loads(text, name="levers")
    advice = kgsim.advise(scenario, "US", structures=["calm"], draws=8_192)
    assert advice.prospects["double"].better == pytest.approx(0.25, abs=0.01)
    assert advice.prospects["still"].as_good == pytest.approx(0.5, abs=0.01)
    assert [each.name for each in choices_of(scenario, "US")][-2:] == ["double", "still"]
    assert [each.name for each in choices_of(scenario, "DPRK")] == [
        each.name for each in choices_of(situation(), "DPRK")
    ]


def test_levers_named_take_the_place_of_the_files() -> None:
    text = TEXT + "levers: {US: {double: {label: twice as much, set: {y: 2*y}}, half: {label: x, set: {y: y/2}}}}"
    scenario = kgsim.loads(text, name="levers")
    assert [each.name for each in choices_of(scenario, "US", ["half", "x=1"])][3:] == ["half", "x = 1"]


def test_only_surviving_worlds_count() -> None:
    told = events("outcome: deal")
    advice = kgsim.advise(situation(), "DPRK", told, structures=["calm"], draws=2_048)
    result = kgsim.update(situation(), told, structures=["calm"], draws=2_048)
    assert advice.worlds == round(result.left * result.draws)
    assert advice.prospects["DPRK: refuse"].mean_regret == pytest.approx(1 / 3, abs=0.01), "mean of x + y - 1"
    nobody = kgsim.advise(situation(), "DPRK", events("outcome: deal", "claim: low_x", "claim: low_y"),
                          structures=["calm"], draws=512)  # fmt: skip
    assert nobody.worlds == 0 and "nothing can be advised" in str(nobody)


def test_the_best_cut_is_found_where_choices_cross() -> None:
    at = np.random.default_rng(2).random(4_000)
    other = np.random.default_rng(3).random(4_000)
    worth = np.array([np.zeros(4_000), at - 0.7])
    regret = worth.max(axis=0) - worth
    about = [Parameter(name, name, 0.5, (0.0, 1.0), "", "judgement") for name in ("at", "other")]
    (found,) = signposts.thresholds(regret, ["stay", "go"], about, np.array([at, other]))
    assert (found.name, found.choices) == ("at", ("stay", "go"))
    assert found.threshold == pytest.approx(0.7, abs=1 / signposts.CUTS)
    assert found.gain == pytest.approx(regret[0].mean(), abs=0.001), "with the switch nothing is regretted"
    assert found.share == pytest.approx(0.7, abs=0.03)


def test_an_observation_is_a_signpost_where_it_leaves_other_worlds() -> None:
    at = np.linspace(0, 1, 1_000)
    worth = np.array([np.zeros(1_000), at - 0.6])
    regret = worth.max(axis=0) - worth
    high = at > 0.6
    told = list(signposts.observations(regret, ["stay", "go"], ["smoke", "haze"], np.array([~high, high & False]),
                                       np.array([high, high & False])))  # fmt: skip
    assert [(each.name, each.choices) for each in told] == [("smoke", ("go", "stay"))]
    by = list(signposts.structures(regret, ["stay", "go"], high.astype(int), ["low", "high"]))
    assert [(each.name, each.choices) for each in by] == [("high", ("go",))]


def test_the_same_numbers_for_one_seed_whoever_computed() -> None:
    def document(**options) -> str:
        return json.dumps(kgsim.advise(situation(), "US", events("not outcome: test"), draws=512, **options).to_dict())

    assert document(workers=2) == document()


@pytest.mark.parametrize(
    ("player", "levers", "message"),
    [
        ("USA", [], "no player 'USA'. Did you mean 'US'"),
        ("US", ["w"], "no parameter 'w'"),
        ("US", ["x=much"], "'much' is no number"),
        ("US", ["x=nan"], "finite"),
        ("US", ["DPRK.take"], "'DPRK' is no decision of US"),
        ("US", ["US.take"], "no move 'take'"),
        ("US", ["US.hold=never"], "write NAME or NAME=VALUE"),
    ],
)
def test_what_is_no_lever(player, levers, message) -> None:
    with pytest.raises(kgsim.GameError, match=message):
        choices_of(situation(), player, levers)
