"""Bargaining rules on finite sets of positions and on polytopes, against published examples and independent oracles."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from kgsim.games.mixtures import ideal, largest_least, largest_product
from kgsim.games.objectives import Efficient, Egalitarian, KalaiSmorodinsky, Linear, NashProduct

ZERO, EQUAL = (0.0, 0.0), (1.0, 1.0)


def chosen(rule, positions) -> set[tuple[float, ...]]:
    """What a rule picks from finitely many positions."""
    table = np.array(positions, dtype=float)
    if rule.ranks:
        score = rule.score(table)
        kept = score == score.max()
    else:
        kept = rule.choose(table, np.abs(table), np.ones(len(table), dtype=bool))
    return {tuple(map(float, row)) for row in table[kept]}


def between(rule, corners) -> np.ndarray:
    """What a rule picks from the polytope between corners."""
    table = np.array(corners, dtype=float)
    weights = rule.mixture(table)
    assert weights.min() >= 0.0 and weights.sum() == pytest.approx(1.0, abs=1e-12)
    return weights @ table


NASH, POWER = NashProduct((0, 1), ZERO), NashProduct((0, 1), ZERO, (2.0, 1.0))
KALAI, EGALITARIAN = KalaiSmorodinsky((0, 1), ZERO), Egalitarian((0, 1), ZERO, EQUAL)
TRIANGLE = [(0, 0), (1, 0), (0, 1)]
LOPSIDED = [(0, 0), (2, 0), (0, 1)]
KINKED = [(0, 0), (3, 0), (2, 2), (0, 3)]

#: Kalai and Smorodinsky (1975): whatever the first gets, the second can have more in the second set than in the first.
BEFORE, AFTER = [(0, 0), (0, 1), (0.75, 0.75), (1, 0)], [(0, 0), (0, 1), (1, 0.7), (1, 0)]


@pytest.mark.parametrize(
    ("rule", "corners", "expected"),
    [
        (NASH, TRIANGLE, (1 / 2, 1 / 2)),
        (POWER, TRIANGLE, (2 / 3, 1 / 3)),
        (NASH, LOPSIDED, (1, 1 / 2)),
        (NASH, KINKED, (2, 2)),
        (NASH, BEFORE, (3 / 4, 3 / 4)),
        (NASH, AFTER, (1, 0.7)),
        (KALAI, TRIANGLE, (1 / 2, 1 / 2)),
        (KALAI, LOPSIDED, (1, 1 / 2)),
        (KALAI, KINKED, (2, 2)),
        (KALAI, BEFORE, (3 / 4, 3 / 4)),
        (KALAI, AFTER, (10 / 13, 10 / 13)),
        (EGALITARIAN, LOPSIDED, (2 / 3, 2 / 3)),
        (Egalitarian((0, 1), ZERO, (1.0, 2.0)), LOPSIDED, (1, 1 / 2)),
        (NashProduct((0, 1), (0.2, 0.4)), TRIANGLE, (0.4, 0.6)),
        (KalaiSmorodinsky((0, 1), (0.5, 0.0)), LOPSIDED, (1.25, 0.375)),
        # The least is as large at every point of an edge: of these the best for the other.
        (EGALITARIAN, [(0, 0), (1, 1), (3, 1), (0, 1)], (3, 1)),
        (Linear((0, 1), weights=(1.0, 3.0)), LOPSIDED, (0, 1)),
    ],
)
def test_textbook_polytopes(rule, corners, expected) -> None:
    np.testing.assert_allclose(between(rule, corners), expected, atol=1e-12)


def test_nash_is_not_monotone_and_kalai_smorodinsky_is() -> None:
    assert between(NASH, AFTER)[1] < between(NASH, BEFORE)[1]
    assert (between(KALAI, AFTER) > between(KALAI, BEFORE)).all()


def test_three_members_share_a_pie() -> None:
    corners = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]
    power = NashProduct((0, 1, 2), (0.0, 0.0, 0.0), (1.0, 2.0, 3.0))
    np.testing.assert_allclose(between(power, corners), (1 / 6, 2 / 6, 3 / 6), atol=1e-9)
    # Nothing that raises the third lowers the others, who are stuck at a half each (Roth 1979; Imai 1983).
    wedge = [(1, 0, 0), (0, 1, 0), (1, 0, 1), (0, 1, 1)]
    np.testing.assert_allclose(between(KalaiSmorodinsky((0, 1, 2), (0.0,) * 3), wedge), (1 / 2, 1 / 2, 1), atol=1e-9)


def test_sets_without_a_joint_gain() -> None:
    for rule in (NASH, KALAI, EGALITARIAN):
        assert rule.mixture(np.array([(-1.0, 1.0), (1.0, -2.0)])) is None
        np.testing.assert_allclose(between(rule, [(0, 0), (3, 0), (3, -1)]), (3, 0), atol=1e-12)
    with pytest.raises(TypeError, match="picks no single point"):
        Efficient((0, 1)).mixture(np.eye(2))


@pytest.mark.parametrize(
    ("rule", "positions", "expected"),
    [
        (NASH, [(1, 5), (3, 2), (4, 1)], {(3, 2)}),
        (POWER, [(1, 5), (3, 2), (4, 1)], {(3, 2)}),
        (NashProduct((0, 1), ZERO, (3.0, 1.0)), [(1, 5), (3, 2), (4, 1)], {(4, 1)}),
        (KALAI, [(1, 5), (3, 2), (4, 1)], {(3, 2)}),
        (EGALITARIAN, [(2, 2), (2, 5), (9, 1)], {(2, 5)}),
        (EGALITARIAN, [(2, 5), (5, 2), (4, 2)], {(2, 5), (5, 2)}),
        (Egalitarian((0, 1), ZERO, (3.0, 1.0)), [(2, 5), (5, 2), (4, 2)], {(2, 5)}),
        # No position gives both more than the fallback: the worst-off has nothing in any, and the other decides.
        (EGALITARIAN, [(0, 0), (3, 0), (0, 2), (5, -1)], {(3, 0)}),
        (KALAI, [(0, 0), (3, 0), (0, 2), (5, -1)], {(3, 0), (0, 2)}),
        # The second can gain nothing anywhere and does not count.
        (KALAI, [(0, 0), (3, 0), (4, -1)], {(3, 0)}),
        (KALAI, [(-1, 3), (3, -1)], set()),
        (EGALITARIAN, [(-1, 3), (3, -1)], set()),
    ],
)
def test_finite_sets(rule, positions, expected) -> None:
    assert chosen(rule, positions) == expected


gains = some.integers(-2, 6)
tables = some.lists(some.tuples(gains, gains, gains), min_size=1, max_size=8)


@given(tables, some.tuples(*[some.integers(1, 4)] * 3), some.booleans())
def test_the_worst_off_come_first(rows, weights, relative) -> None:
    """Against the definition, in fractions."""
    fit = [row for row in rows if min(row) >= 0]
    most = [max((row[k] for row in fit), default=0) for k in range(3)]
    rates = [Fraction(1, most[k]) if most[k] else 0 for k in range(3)] if relative else weights
    ranked = {row: sorted(rate * gain for rate, gain in zip(rates, row, strict=True)) for row in fit}
    best = {row for row in fit if ranked[row] == max(ranked.values())}
    rule = KalaiSmorodinsky((0, 1, 2), (0.0,) * 3) if relative else Egalitarian((0, 1, 2), (0.0,) * 3, weights)
    assert chosen(rule, rows) == best
    table = np.array(rows, dtype=float)
    for row in fit:
        assert (rule.gain(table, np.array(row, dtype=float)) > 0.0) == (row not in best)


@given(tables, some.tuples(*[some.sampled_from([0.5, 2.0, 3.0, 10.0])] * 3), some.tuples(*[some.integers(-5, 5)] * 3))
def test_what_units_change(rows, scale, shift) -> None:
    """Nash and Kalai-Smorodinsky pick the same positions in any units; the egalitarian rule if its rates follow."""
    moved = [tuple(s * x + d for s, x, d in zip(scale, row, shift, strict=True)) for row in rows]
    assume(any(min(row) > 0 for row in rows))

    def places(rule, positions):
        picked = chosen(rule, positions)
        return {place for place, row in enumerate(positions) if tuple(map(float, row)) in picked}

    at = tuple(map(float, shift))
    same = [(KalaiSmorodinsky((0, 1, 2), (0.0,) * 3), KalaiSmorodinsky((0, 1, 2), at))]
    rates = tuple(1.0 / s for s in scale)
    same.append((Egalitarian((0, 1, 2), (0.0,) * 3, (1.0,) * 3), Egalitarian((0, 1, 2), at, rates)))
    for before, after in same:
        assert places(before, rows) == places(after, moved)
    product, table = NashProduct((0, 1, 2), (0.0,) * 3, (1.0, 2.0, 1.0)), np.array(moved, dtype=float)
    one, other = product.score(np.array(rows, dtype=float)), NashProduct((0, 1, 2), at, (1.0, 2.0, 1.0)).score(table)
    np.testing.assert_allclose(other, one * np.prod(np.array(scale) ** (0.25, 0.5, 0.25)), rtol=1e-9)


def test_the_egalitarian_rule_compares_points_of_different_members() -> None:
    positions = np.array([(1.0, 5.0), (3.0, 2.0)])
    assert chosen(EGALITARIAN, positions) == {(3.0, 2.0)}
    assert chosen(EGALITARIAN, positions * (10.0, 1.0)) == {(10.0, 5.0)}


corners = some.lists(some.tuples(*[some.integers(-4, 9)] * 2), min_size=1, max_size=6)


@given(corners, some.tuples(some.integers(1, 5), some.integers(1, 5)))
def test_polygons_against_all_their_segments(points, power) -> None:
    """What is picked is efficient, so it lies on a segment between two corners: the best of all segments, by hand."""
    table = np.array(points, dtype=float)
    share = np.array(power) / sum(power)
    grid = np.linspace(0.0, 1.0, 2001)[:, None]
    segments = [np.concatenate([a + grid * (b - a)]) for a, b in combinations(table, 2)] or [table]
    reachable = np.concatenate([table, *segments])
    reachable = reachable[(reachable >= 0.0).all(axis=1)]
    found = largest_product(table, share)
    level = largest_least(table, np.array(power, dtype=float))
    assert (found is None) == (ideal(table) is None) == (level is None)
    if found is None:
        assert not len(reachable)
        return
    step = 15.0 / 2000.0
    if len(reachable):
        np.testing.assert_allclose(ideal(table), reachable.max(axis=0), atol=step)
        product = np.prod((found @ table).clip(0.0) ** share)
        best = np.prod(reachable**share, axis=1).max()
        assert best - 1e-9 <= product <= best + 0.4 or product == pytest.approx(best, abs=1e-6)
        least = ((level @ table) * power).min()
        assert least >= (reachable * power).min(axis=1).max() - 1e-9
    if (found @ table).min() > 1e-9:
        # No direction into the polytope raises the logarithm of the product.
        assert (table @ (share / (found @ table))).max() <= 1.0 + 1e-9
