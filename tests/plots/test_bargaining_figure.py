"""The bargaining space and its figure: the numbers behind every mark."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.patches import Polygon

import kgsim
from first_edition import FIRST_EDITION
from kgsim.plots import bargaining_figure

#: Two sellers' agents hand over a share of a pie of 10 to a buyer; nothing is the fallback. B takes whatever it gets.
PIE = """
kgsim: 1
title: A pie for three
question: Who gets what?
players: {A: First, B: Second, C: Third}
parameters: {cost: {label: cost to the third, value: 2, range: [0, 5], because: x, certainty: judgement}}
terms: {deal: a deal, b: share of B, c: share of C}
moves:
  A: {offer: {label: offer, menu: {b: {from: 0, to: 1}, c: {from: 0, to: 1}}}}
  B: {pass: pass}
  C: {refuse: refuse, take: take it}
outcomes: {deal: {when: {C: take}, terms: {deal: 1, b: A.b, c: A.c}}, nothing: {otherwise: true}}
utilities: {A: 10*deal - 10*b - 10*c, B: 10*b, C: 10*c - cost*deal}
structures: {talks: {play: [A, C], fixed: {B: pass}}}
"""


@pytest.fixture(scope="module")
def allied() -> kgsim.Result:
    scenario = kgsim.load(FIRST_EDITION / "bypass.yaml")
    return kgsim.solve(scenario, structures=["parallel", "coordinated", "front"])


def test_deals_of_a_menu_are_told_one_by_one(allied: kgsim.Result) -> None:
    space = kgsim.bargaining_space(allied, fallback="border calm")
    assert space.players == ("US", "ROK") and not space.regions
    np.testing.assert_array_equal(space.fallback, [[0.0, 12.0]])
    np.testing.assert_allclose(space.equilibria["parallel"], [[2.5, -32.5]])
    np.testing.assert_allclose(space.equilibria["coordinated"], [[12.5, -3.5]])
    # What the third accepts is worth at least the quiet border, 0, to it: so every deal in play is among them.
    found = {
        (name, *map(float, row))
        for name, row, kept in zip(space.outcomes, space.worth, space.accepted, strict=True)
        if kept
    }
    assert {("bypass deal", 2.5, -32.5), ("front deal", 12.5, -3.5)} <= found
    assert 0 < space.accepted.sum() < len(space.outcomes)


def test_without_more_ado_a_bloc_falls_back_on_its_structure(allied: kgsim.Result) -> None:
    space = kgsim.bargaining_space(allied)
    assert space.without == "parallel"
    np.testing.assert_allclose(space.fallback, [[2.5, -32.5]])


@pytest.mark.parametrize(("players", "corners", "accepted"), [
    (("A", "B"), {(10, 0), (0, 0), (0, 10), (-10, 10)}, {(8, 0), (0, 0), (-2, 10), (-10, 10)}),
    (("A", "C"), {(10, -2), (0, -2), (0, 8), (-10, 8)}, {(10, -2), (0, -2), (0, 8), (-10, 8)}),
])  # fmt: skip
def test_intervals_span_areas(players, corners, accepted) -> None:
    """The third takes a share of at least 0.2; the second takes anything."""
    space = kgsim.bargaining_space(kgsim.solve(kgsim.loads(PIE, name="pie")), players)
    (region,) = space.regions
    assert {tuple(map(float, row)) for row in np.round(region.corners, 9)} == corners
    found = {tuple(map(float, row)) for row in np.round(region.accepted, 9)}
    assert accepted <= found
    hull = np.array(sorted(accepted), dtype=float)
    assert np.min(region.accepted, axis=0) == pytest.approx(hull.min(axis=0))
    assert np.max(region.accepted, axis=0) == pytest.approx(hull.max(axis=0))


def test_the_figure_shows_these_numbers(allied: kgsim.Result) -> None:
    figure = bargaining_figure(allied, ("US", "ROK"), fallback="border calm")
    (axes,) = figure.axes
    drawn = {
        (float(x), float(y)) for line in axes.lines for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
    }
    rings = [line for line in axes.lines if line.get_markersize() == 17]
    assert {(line.get_xdata()[0], line.get_ydata()[0]) for line in rings} == {(2.5, -32.5), (12.5, -3.5)}
    space = kgsim.bargaining_space(allied, fallback="border calm")
    assert {tuple(map(float, row)) for row in space.worth} <= drawn
    texts = " ".join(text.get_text() for text in figure.texts)
    both = " and ".join(allied.scenario.labels.structure(name) for name in ("coordinated", "front"))
    assert f"{both}: United States 12.5, Republic of Korea -3.5" in texts
    assert "without agreement: border calm" in texts and "deals that North Korea would refuse" in texts


def test_the_figure_fills_areas_of_intervals() -> None:
    figure = bargaining_figure(kgsim.solve(kgsim.loads(PIE, name="pie")), ("A", "B"))
    areas = [patch for patch in figure.axes[0].patches if isinstance(patch, Polygon)]
    whole, kept = (patch.get_xy()[:-1] for patch in areas)
    assert {tuple(map(float, row)) for row in np.round(whole, 9)} == {(10, 0), (0, 0), (0, 10), (-10, 10)} - {
        (0, 0)
    } | {(0, 0)}
    assert kept[:, 0].max() == pytest.approx(8.0)


def test_what_cannot_be_drawn_is_told(allied: kgsim.Result) -> None:
    with pytest.raises(kgsim.GameError, match="no player 'USA'"):
        kgsim.bargaining_space(allied, ("USA", "ROK"))
    with pytest.raises(kgsim.GameError, match="no solved structure or outcome 'peace'"):
        kgsim.bargaining_space(allied, fallback="peace")


def test_the_figure_marks_what_the_rules_pick() -> None:
    """The first and the third share eight evenly; where the third's points count double, it gets all."""
    result = kgsim.solve(kgsim.loads(PIE, name="pie"))
    figure = bargaining_figure(result, rates={"A": 1.0, "B": 1.0, "C": 2.0})
    marks = [line for line in figure.axes[0].lines if line.get_marker() == "P"]
    drawn = {(round(float(line.get_xdata()[0]), 6), round(float(line.get_ydata()[0]), 6)) for line in marks}
    assert drawn == {(4, 4), (5.333333, 2.666667), (0, 8)}
    texts = " ".join(text.get_text() for text in figure.texts)
    assert "Nash bargaining and Kalai-Smorodinsky: deal, First 4, Third 4" in texts
