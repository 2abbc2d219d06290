"""What counts as equal: the rounding of the numbers compared, and nothing of what else a player may get."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgsim.games.exact import read
from kgsim.tolerances import ROUNDING, crowded, least_gaps, merged, merged_if_crowded

numbers = st.floats(-1e6, 1e6, allow_subnormal=False)


@pytest.mark.parametrize(
    ("values", "distinct"),
    [
        ([0.1 + 0.2, 0.3, 0.7 - 0.4], 1),
        ([0.1 + 0.2, 0.3, -1e9], 2),
        ([0.5, 0.505, -1e13], 3),
        ([1e15, 1e15 + 1, 1e15 + 2], 3),
        ([1e9 + 0.1, 1e9 + 0.2], 2),
        ([0.0, 5e-17], 2),
        ([0.0, -0.0], 1),
    ],
)
def test_only_rounding_is_merged(values: list[float], distinct: int) -> None:
    assert len(np.unique(merged(np.array(values)))) == distinct


def test_numbers_that_are_merged_stay_as_they_are_where_they_were_given() -> None:
    values = np.array([0.1 + 0.2, 0.3, 1.0])
    before = values.tolist()
    assert merged(values).tolist() == [0.3, 0.3, 1.0]
    assert values.tolist() == before


def test_what_is_computed_from_larger_numbers_is_merged_as_these_are_rounded() -> None:
    values, sizes = np.array([0.0, 3 * 0.1 - 0.3, 1e6 + 0.1 - 1e6, 0.1]), np.array([0.0, 0.6, 2e6, 0.1])
    assert merged(values, sizes).tolist() == [0.0, 0.0, 0.09999999997671694, 0.09999999997671694]


@given(st.lists(numbers, min_size=1, max_size=6), st.integers(-20, 20), st.lists(st.integers(0, 8), min_size=6))
def test_ties_do_not_depend_on_units(values: list[float], power: int, errors: list[int]) -> None:
    array = np.array(values)
    near = np.concatenate([array, array * (1 + ROUNDING / 16 * np.array(errors[: len(array)]))])
    scaled = merged(near * 2.0**power)
    assert np.array_equal(scaled, merged(near) * 2.0**power)
    assert len(np.unique(scaled)) <= len(np.unique(array)) or not np.isin(array, np.rint(array)).any()


def test_rows_are_merged_one_by_one() -> None:
    table = np.array([[0.3, 1.0], [0.1 + 0.2, 2.0], [np.inf, np.nan]])
    assert np.array_equal(merged(table), [[0.3, 1.0], [0.3, 2.0], [np.inf, np.nan]], equal_nan=True)


@pytest.mark.parametrize(
    ("number", "meant"),
    [
        (0.1 + 0.2, Fraction(3, 10)),
        (1 / 3, Fraction(1, 3)),
        (-2e9 / 7, Fraction(-2_000_000_000, 7)),
        (1e9 + 0.3, 10**9 + Fraction(3, 10)),
        (5e11 - 0.5, Fraction(10**12 - 1, 2)),
        (1e15 + 1, Fraction(10**15 + 1)),
        (1e100, Fraction(1e100)),
        (np.pi, None),
        (1e-7 * np.pi, None),
    ],
)
def test_a_float_is_read_by_itself(number: float, meant: Fraction | None) -> None:
    assert read(number) == meant


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([1.0, 2.0, 3.0], False),
        ([1.0, 1.0, 1.0], False),
        ([1.0, 1.0 + 1e-12, 3.0], True),
        ([1e-12, 1.0, 3.0], True),  # 0 is always among them
        ([-1e-12, -1.0, -3.0], True),
        ([0.0, 1e-12, 2e-12], False),  # small numbers far apart for their size
        ([-np.inf, 1.0, 2.0], False),
        ([-np.inf, -np.inf, -np.inf], False),
        ([np.nan, 1.0, 2.0], True),
    ],
)
def test_where_numbers_are_crowded(numbers: list[float], expected: bool) -> None:
    column = np.array(numbers)[:, None]
    assert crowded(column).tolist() == [expected]
    # Among columns that are not, and in any order.
    beside = np.hstack([np.array([[5.0], [6.0], [7.0]]), column[::-1]])
    assert crowded(beside).tolist() == [False, expected]
    assert crowded(np.stack([beside, beside], axis=1)).tolist() == [[False, expected]] * 2


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.sampled_from([1, 127, 128, 129, 300]))
def test_least_gaps_are_those_of_all_pairs(seed: int, rows: int, columns: int) -> None:
    values = np.random.default_rng(seed).integers(-9, 9, (rows, columns)).astype(float)
    gap, low, high = least_gaps(values)
    apart = np.abs(values[:, None] - values)
    np.testing.assert_array_equal(gap, np.where(apart == 0.0, np.inf, apart).min(axis=(0, 1)))
    np.testing.assert_array_equal((low, high), (values.min(axis=0), values.max(axis=0)))


@given(st.integers(0, 2**32 - 1), st.integers(1, 8))
def test_merging_where_numbers_are_crowded_is_merging_everywhere(seed: int, rows: int) -> None:
    draw = np.random.default_rng(seed)
    values = draw.integers(-3, 4, (rows, 40)) + draw.choice([0.0, 1e-16, 3e-16, 1e-9, 0.1], (rows, 40))
    sizes = np.abs(values) * draw.choice([1.0, 10.0], (rows, 40))
    found = merged_if_crowded(values, lambda where: sizes[:, where])
    np.testing.assert_array_equal(found, merged(values, sizes))
