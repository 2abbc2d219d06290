"""What is offered, in claims: the same at one point and at many, at ties, in mixtures, and where offers are refused."""

from __future__ import annotations

import numpy as np
import pytest

import kgsim
from kgsim.claims.at_points import AtPoints
from kgsim.results import VERDICTS
from kgsim.scenario.on_the_table import offer_range, offers_asked

#: A buyer names a price and a colour that nobody cares about; the seller takes it or not, a rival may bid too.
MARKET = """
kgsim: 1
title: A market
question: What is offered?
players: {A: Buyer, B: Rival, C: Seller}
parameters:
  worth: {label: worth to the buyer, value: 1, range: [0, 2], because: x, certainty: judgement}
  cost: {label: worth to the seller, value: 0.35, range: [0, 1], because: x, certainty: judgement}
  envy: {label: what a sale costs the rival, value: 0.3, range: [0, 1], because: x, certainty: judgement}
terms: {price: price, colour: colour, sold: sold, bid: what the rival pays}
moves:
  A: {pass: pass, offer: {label: offer, menu: {price: {from: 0, to: 1, step: 0.25}, colour: [1, 2]}}}
  B: {pass: pass, bid: {label: bid, menu: {price: [0.5, 1]}}}
  C: {keep: keep, to_A: sell to the buyer, to_B: sell to the rival}
outcomes:
  sale: {when: {A: offer, C: to_A}, terms: {price: A.price, colour: A.colour, sold: 1}}
  other sale: {when: {B: bid, C: to_B}, terms: {bid: B.price}}
  none: {otherwise: true}
utilities:
  A: worth*sold - price
  B: (worth - 0.2 - bid if bid > 0 else 0) - envy*sold
  C: (price - cost if sold else 0) + (bid - cost if bid > 0 else 0)
structures:
  alone: {play: [A, C], fixed: {B: pass}}
  both: {play: [[A, B], C], only: {A: [pass, offer], B: [pass, bid]}}
  duel: {play: [A, B, C], only: {A: [pass, offer], B: [pass, bid]}}
  pair: {play: [A+C], fixed: {B: pass}, blocs: {A+C: {rule: nash, disagreement: alone}}}
claims:
  cheap: {says: x, holds: "offer(alone, A, price) < 0.6"}
  nothing: {says: x, holds: "offer(alone, A, price) <= 0"}
  dear: {says: x, holds: "offer(both, A, price) + offer(both, B, price) >= offer(alone, A, price)"}
  rival: {says: x, holds: "offer(duel, A, price) + offer(duel, B, price) >= offer(alone, A, price)"}
  colour: {says: x, holds: "offer(alone, A, colour) > 1"}
  pair: {says: x, holds: "offer(pair, A, price) >= offer(alone, A, price)"}
  kept: {says: x, holds: "value(C, alone) == (offer(alone, A, price) - cost)*prob(alone, sale)"}
"""
NAMES = ("A.price", "B.price", "A.colour")


@pytest.fixture(scope="module")
def market() -> kgsim.Scenario:
    return kgsim.loads(MARKET, name="market")


def test_what_claims_ask_for(market: kgsim.Scenario) -> None:
    assert offers_asked(market) == ("A.price", "B.price", "A.colour")
    assert offer_range(market, "B.price") == (0.0, 1.0)


def test_the_least_that_is_taken(market: kgsim.Scenario) -> None:
    found = kgsim.solve(market, structures=["alone"])
    alone = found.structures["alone"]
    assert alone.offers["A.price"] == (0.5, 0.5)
    # Either colour does, so what is offered of it is an interval, and what claims of it depends on which is played.
    assert alone.offers["A.colour"] == (1.0, 2.0)
    assert found.claims["colour"].verdict == "depends"
    assert found.claims["cheap"].verdict == "holds"
    assert "Buyer's offer of price under “alone” (0.5) is less than 0.6" in found.claims["cheap"].sentence
    assert found.claims["cheap"].numbers == {"offer(alone, A, price)": (0.5, 0.5)}
    assert {tuple(sorted(each.payoffs)) for each in alone.equilibria} == {("A", "B", "C")}


def test_a_refused_offer_is_none(market: kgsim.Scenario) -> None:
    found = kgsim.solve(market, worth=0.3, structures=["alone"])
    assert found.structures["alone"].offers == {"A.price": (0.0, 0.0), "B.price": (0.0, 0.0), "A.colour": (0.0, 0.0)}
    assert found.claims["nothing"].verdict == "holds"


def test_mixtures_offer_their_expectation(market: kgsim.Scenario) -> None:
    """At cost 0.5 the seller is indifferent at a price of a half, and may refuse it often enough."""
    alone = kgsim.solve(market, cost=0.5, structures=["alone"]).structures["alone"]
    low, high = alone.offers["A.price"]
    assert 0.0 < low < 0.5 < high
    for each in alone.equilibria:
        price = sum(course.probability * course.terms.get("price", 0.0) for course in each.courses)
        assert each.offers["A.price"] == pytest.approx(price)


POINTS = {
    "worth": np.repeat([0.3, 1.0, 1.4], 3),
    "cost": np.tile([0.05, 0.35, 0.5], 3),
    "envy": np.tile([0.0, 0.3, 0.9], 3),
}


@pytest.mark.parametrize("fast", [False, True])
def test_one_answer_at_one_point_and_at_many(market: kgsim.Scenario, fast: bool) -> None:
    structures, claims = ("alone", "pair", "duel"), [name for name in market.claims if name != "dear"]
    answers = AtPoints(market, structures, claims, fast=fast).at(POINTS)
    decided = 0
    for point in range(len(POINTS["cost"])):
        values = {name: column[point] for name, column in POINTS.items()}
        single = kgsim.solve(market, values, structures=structures)
        for row, claim in enumerate(claims):
            verdicts = {single.claims[claim].verdict, VERDICTS[answers.verdict[row, point]]}
            assert len(verdicts - {"undecided"}) <= 1, (point, claim, verdicts)
            decided += len(verdicts) == 1
        for name, one in single.structures.items():
            sets = answers.sets[name]
            if one.complete and sets.some[point] and sets.doubt[point] == 0:
                for row, offer in enumerate(NAMES, start=3):
                    told = tuple(bound[row, point] for bound in sets.values)
                    assert told == pytest.approx(one.offers[offer], abs=1e-9), (point, name, offer)
    assert decided > 0.6 * len(claims) * len(POINTS["cost"])


def test_thresholds_of_offers(market: kgsim.Scenario) -> None:
    found = kgsim.threshold(market, "cost", claim="cheap", inverse=False)
    # Beyond 0.75 the price would be the whole worth, and the buyer may pass as well.
    assert {round(boundary, 6) for boundary in found.boundaries} == {0.5, 0.75}


def test_sweeps_keep_what_is_asked_and_draw_it(market: kgsim.Scenario) -> None:
    pytest.importorskip("xarray")
    study = kgsim.sweep(market, cost=[0.1, 0.35, 0.6], structures=["alone"])
    assert list(study.offer.values) == ["A.price", "B.price", "A.colour"]
    price = study.offer_low.sel(structure="alone", offer="A.price")
    np.testing.assert_array_equal(price, [0.25, 0.5, 0.75])
    figure = kgsim.plots.sweep_figure(study, "alone")
    panels = figure.axes[:-1]
    assert len(panels) == 3 + 2  # the rival offers nothing here
    drawn = np.concatenate([line.get_ydata() for line in panels[3].lines[:8]])
    assert {0.25, 0.5, 0.75} <= set(drawn)
    assert any("Buyer offers" in text.get_text() for text in figure.texts)
    # Nothing is kept of offers where no claim asks for them.
    silent = kgsim.loads(MARKET[: MARKET.index("claims:")], name="silent")
    assert "offer_low" not in kgsim.sweep(silent, cost=[0.1, 0.9], structures=["alone"])


def test_an_offer_that_is_swept_is_told_as_swept(market: kgsim.Scenario) -> None:
    pytest.importorskip("xarray")
    study = kgsim.sweep(market, {"A.offer.price": [0.4, 0.55]}, structures=["alone"])
    np.testing.assert_allclose(study.offer_high.sel(structure="alone", offer="A.price"), [0.4, 0.55])


def test_reports_tell_what_is_offered(market: kgsim.Scenario) -> None:
    from kgsim.report import document

    result = kgsim.solve(market, structures=["alone"])
    assert "What is offered" in str(result)
    told = document.of_result(result)["structures"]["alone"]
    assert told["offers"]["A.price"] == [0.5, 0.5]
    assert told["equilibria"][0]["offers"]["A.price"] == 0.5


@pytest.mark.parametrize("fast", [False, True])
def test_offers_from_an_interval(fast: bool) -> None:
    """The least that the seller takes is offered, to the last digit, at one point and at many."""
    text = MARKET.replace("price: {from: 0, to: 1, step: 0.25}", "price: {from: 0, to: 1}")
    market = kgsim.loads(text, name="market")
    costs = np.array([0.1, 0.35, 0.7])
    sets = AtPoints(market, ("alone",), ("cheap",), fast=fast).at({"cost": costs})
    np.testing.assert_allclose(sets.sets["alone"].values[0][3], costs, atol=1e-12)
    assert [VERDICTS[verdict] for verdict in sets.verdict[0]] == ["holds", "holds", "fails"]
    for cost in costs:
        alone = kgsim.solve(market, cost=cost, structures=["alone"]).structures["alone"]
        assert alone.offers["A.price"] == pytest.approx((cost, cost), abs=1e-12)
