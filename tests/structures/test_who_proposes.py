"""Who makes the offer decides who gets the gains: ultimatums both ways, alternating offers, two sides that bargain."""

from __future__ import annotations

import numpy as np
import pytest

import kgsim
from kgsim.engine.engine import Engine
from kgsim.games.objectives import NashProduct
from kgsim.scenario.model import Scenario

#: A pie of 1 is divided in steps of a tenth; whoever refuses may ask the other for a share, up to three times.
PIE = """
kgsim: 1
title: A pie
question: Who gets how much?
players: {{A: A, B: B}}
parameters:
  dA: {{label: what a round later is worth to A, value: 0.5, range: [0, 1], because: x, certainty: judgement}}
  dB: {{label: what a round later is worth to B, value: 0.5, range: [0, 1], because: x, certainty: judgement}}
  stop: {{label: chance of breakdown, value: 0, range: [0, 1], because: x, certainty: judgement}}
  power: {{label: bargaining power of A over that of B, value: 1, range: [0.1, 10], because: x, certainty: judgement}}
terms: {{deal: deal, share: share of B, late: rounds lost}}
decisions: {{B2: B, A2: A, A3: A, B3: B}}
moves:
  A: {{wait: wait, offer: {{label: offer, menu: {{share: {{from: 0, to: 1, step: 0.1}}}}}}}}
  B: {{no: refuse, yes: accept}}
  B2: {{wait: wait, ask: {{label: ask, menu: {{share: {{from: 0, to: 1, step: 0.1}}}}}}}}
  A2: {{no: refuse, yes: accept}}
  A3: {{wait: wait, offer: {{label: offer, menu: {{share: {{from: 0, to: 1, step: 0.1}}}}}}}}
  B3: {{no: refuse, yes: accept}}
outcomes:
  first: {{when: {{A: offer, B: yes}}, terms: {{deal: 1, share: A.share}}}}
  asked: {{when: {{A: wait, B2: ask, A2: yes}}, terms: {{deal: 1, share: B2.share}}}}
  second: {{when: {{B2: ask, A2: yes}}, terms: {{deal: 1, share: B2.share, late: 1}}}}
  third: {{when: {{A3: offer, B3: yes}}, terms: {{deal: 1, share: A3.share, late: 2}}}}
  none: {{otherwise: true}}
utilities:
  A: (deal - share)*((1 - stop)*dA)**late
  B: share*((1 - stop)*dB)**late
structures:
  offer: {{play: [A, B], only: {{A: [offer]}}, fixed: {{B2: wait, A2: no, A3: wait, B3: no}}}}
  ask: {{play: [B2, A2], only: {{B2: [ask]}}, fixed: {{A: wait, B: no, A3: wait, B3: no}}}}
  two: {{play: [A, B, B2, A2], only: {{A: [offer], B2: [ask]}}, fixed: {{A3: wait, B3: no}}}}
  three: {{play: [A, B, B2, A2, A3, B3], only: {{A: [offer], B2: [ask], A3: [offer]}}}}
  bargain:
    play: [A+B]
    fixed: {{B2: wait, A2: no, A3: wait, B3: no}}
    blocs: {{A+B: {bloc}}}
"""
NASH = "{rule: nash, disagreement: {A: 0, B: 0}, power: {A: power, B: 1}}"


def pie(bloc: str = NASH) -> Scenario:
    return kgsim.loads(PIE.format(bloc=bloc), name="pie")


def stahl(rounds: int, first: float, second: float) -> float:
    """What the other side gets where offers alternate for so many rounds (Stahl 1972), patience being that of each."""
    share = 0.0
    for turn in reversed(range(rounds - 1)):
        # The answerer of round `turn` makes the next offer and would keep all but what the proposer then gets.
        share = (second if turn % 2 == 0 else first) * (1.0 - share)
    return share


@pytest.mark.parametrize(("structure", "to_b"), [("offer", 0.0), ("ask", 1.0)])
def test_the_last_word_takes_all_but_a_step(structure: str, to_b: float) -> None:
    found = kgsim.solve(pie(), structures=[structure]).structures[structure]
    low, high = found.values["B"]
    assert (low, high) == pytest.approx((0.0, 0.1) if to_b == 0.0 else (0.9, 1.0))
    assert found.complete


@pytest.mark.parametrize(("structure", "rounds"), [("two", 2), ("three", 3)])
@pytest.mark.parametrize(("first", "second"), [(0.5, 0.5), (0.8, 0.5), (0.5, 1.0), (0.2, 0.6), (1.0, 0.4)])
def test_alternating_offers_end_at_once_as_the_textbook_says(
    structure: str, rounds: int, first: float, second: float
) -> None:
    """The textbook's division is an equilibrium; others differ from it by the step of each round's menu at most."""
    found = kgsim.solve(pie(), dA=first, dB=second, structures=[structure]).structures[structure]
    share = stahl(rounds, first, second)
    if round(10 * share, 9).is_integer():
        textbook = pytest.approx((1.0 - share, share))
        assert any(
            textbook == (each.payoffs["A"], each.payoffs["B"]) and "first" in each.outcomes for each in found.equilibria
        )
    low, high = found.values["B"]
    assert share - 0.1 * rounds <= low + 1e-9 and high <= share + 0.1 * rounds + 1e-9
    assert found.residual <= 1e-12


@pytest.mark.parametrize(("structure", "rounds"), [("offer", 1), ("two", 2), ("three", 3)])
@pytest.mark.parametrize(("first", "second"), [(0.5, 0.5), (0.83, 0.57), (0.5, 1.0), (0.2, 0.61)])
def test_alternating_offers_from_intervals_are_the_textbook(
    structure: str, rounds: int, first: float, second: float
) -> None:
    """Without a step there is one equilibrium, the textbook's, to the last digits."""
    scenario = kgsim.loads(PIE.replace(", step: 0.1", "").format(bloc=NASH), name="pie")
    found = kgsim.solve(scenario, dA=first, dB=second, structures=[structure]).structures[structure]
    share = stahl(rounds, first, second)
    assert found.values["B"] == pytest.approx((share, share), abs=1e-12)
    assert found.values["A"] == pytest.approx((1.0 - share, 1.0 - share), abs=1e-12)
    assert found.complete and found.residual <= 1e-12
    many = Engine(scenario, (structure,)).solve({"dA": np.array([first, first]), "dB": np.array([second, second])})
    np.testing.assert_allclose(many[structure].values[0][1], share, atol=1e-12)


def test_a_chance_of_breakdown_is_impatience() -> None:
    impatient = kgsim.solve(pie(), dA=0.8, dB=0.8, structures=["two"]).structures["two"]
    risky = kgsim.solve(pie(), dA=1.0, dB=1.0, stop=0.2, structures=["two"]).structures["two"]
    assert risky.values == {player: pytest.approx(span) for player, span in impatient.values.items()}


@pytest.mark.parametrize(("power", "to_b"), [(1.0, 0.5), (4.0, 0.2), (0.25, 0.8)])
def test_opponents_divide_the_pie_by_their_power(power: float, to_b: float) -> None:
    found = kgsim.solve(pie(), power=power, structures=["bargain"]).structures["bargain"]
    assert found.values["B"] == pytest.approx((to_b, to_b))


@pytest.mark.parametrize("power", [1.0, 4.0, 0.3])
@pytest.mark.parametrize(("least", "other"), [(0.0, 0.0), (0.2, 0.1), (0.0, 0.7)])
def test_a_pie_without_a_step_is_divided_as_the_rule_of_its_polytope_says(
    power: float, least: float, other: float
) -> None:
    bloc = f"{{rule: nash, disagreement: {{A: {least}, B: {other}}}, power: {{A: power, B: 1}}}}"
    scenario = kgsim.loads(PIE.replace(", step: 0.1", "").format(bloc=bloc), name="pie")
    found = kgsim.solve(scenario, power=power, structures=["bargain"]).structures["bargain"]
    corners = np.array([(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)])
    weights = NashProduct((0, 1), (least, other), (power, 1.0)).mixture(corners)
    assert weights is not None
    share = float((weights @ corners)[1])
    assert share == pytest.approx(other + (1.0 - least - other) / (1.0 + power), abs=1e-9)
    assert found.values["B"] == pytest.approx((share, share), abs=1e-9)


@pytest.mark.parametrize(
    ("bloc", "to_b"),
    [
        ("{rule: nash, disagreement: ask}", {1.0, 0.9, 0.0}),
        ("{rule: nash, disagreement: {A: 0.2, B: 0}}", {0.4}),
        ("{rule: kalai_smorodinsky, disagreement: {A: 0.2, B: 0}}", {0.4}),
        ("{rule: egalitarian, disagreement: {A: 0.2, B: 0}, weights: {A: 1, B: 1}}", {0.4}),
        ("{rule: egalitarian, disagreement: {A: 0, B: 0}, weights: {A: 4, B: 1}}", {0.8}),
        ("{rule: weighted, weights: {A: 2, B: 1}}", {0.0}),
        ("{rule: veto, disagreement: {A: 0.8, B: 0.1}}", {0.1, 0.2}),
    ],
)
def test_opponents_bargain_by_any_rule(bloc: str, to_b: set[float]) -> None:
    found = kgsim.solve(pie(bloc), structures=["bargain", "ask"]).structures["bargain"]
    assert {round(each.payoffs["B"], 9) for each in found.equilibria} <= to_b
    assert found.equilibria and not found.unsolved


@pytest.mark.parametrize("rule", ["rule: nash", "rule: kalai_smorodinsky", "rule: veto"])
def test_a_fallback_that_no_deal_beats_is_told(rule: str) -> None:
    scenario = pie(f"{{{rule}, disagreement: {{A: 0.8, B: 0.5}}}}")
    found = kgsim.solve(scenario, structures=["bargain"]).structures["bargain"]
    assert not found.equilibria
    assert "no joint position gives every member at least its disagreement payoff" in found.unsolved
    many = Engine(scenario, ("bargain",)).solve({"power": np.array([1.0, 2.0])})["bargain"]
    assert (many.failure > 0).all()


@pytest.mark.parametrize(
    ("bloc", "to_b"),
    [
        ("{rule: kalai_smorodinsky, disagreement: {A: 0.2, B: 0}}", 0.4),
        ("{rule: kalai_smorodinsky, disagreement: {A: 0, B: 1/3}}", 2 / 3),
        ("{rule: egalitarian, disagreement: {A: 0, B: 0}, weights: {A: 1, B: 2}}", 1 / 3),
    ],
)
def test_gains_are_shared_out_of_an_interval(bloc: str, to_b: float) -> None:
    scenario = kgsim.loads(PIE.replace(", step: 0.1", "").format(bloc=bloc), name="pie")
    found = kgsim.solve(scenario, structures=["bargain"]).structures["bargain"]
    (equilibrium,) = found.equilibria
    assert found.complete
    assert equilibrium.payoffs["B"] == pytest.approx(to_b, abs=1e-12)
