"""Which points a sweep visits, and what it says of ranges it cannot use."""

from __future__ import annotations

import numpy as np
import pytest

import kgsim
from first_edition import FIRST_EDITION
from kgsim.studies.design import axes, axis, grid


@pytest.fixture(scope="module")
def border() -> kgsim.Scenario:
    return kgsim.load(FIRST_EDITION / "bypass.yaml")


def test_a_range_includes_both_ends() -> None:
    name, values = axis("A=0:45:91")
    assert name == "A"
    np.testing.assert_allclose(values, np.arange(91) / 2, atol=1e-12)


def test_logarithmic_and_listed_values() -> None:
    np.testing.assert_allclose(axis("A=log:1:100:3")[1], [1, 10, 100])
    np.testing.assert_array_equal(axis("A=0, 5,10")[1], [0, 5, 10])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A", "no range"),
        ("A=", "no range"),
        ("A=0:45", "no range"),
        ("A=45:0:10", "smaller end first"),
        ("A=5:5:10", "smaller end first"),
        ("A=0:45:1", "2 or more"),
        ("A=0:45:2.5", "whole number"),
        ("A=0:x:3", "not a finite number"),
        ("A=1,nan", "not a finite number"),
        ("A=log:0:10:3", "positive start"),
    ],
)
def test_unusable_specifications(text: str, words: str) -> None:
    with pytest.raises(kgsim.GameError, match=words):
        axis(text)


def test_a_parameter_is_swept_once() -> None:
    with pytest.raises(kgsim.GameError, match="swept twice"):
        axes(["A=0:1:2", "A=0:2:3"])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"Aa": [1, 2]}, "Did you mean 'A'"),
        ({"A": [1.0]}, "two values or more"),
        ({"A": [1.0, 2.0, 1.0]}, "more than once"),
        ({"A": [1.0, 90.0]}, "leaves the range"),
        ({"A": 3.0}, "nothing is swept"),
        ({"A": [1.0, np.inf]}, "finite"),
        ({"A": ["x", "y"]}, "expected numbers"),
    ],
)
def test_unusable_values(border: kgsim.Scenario, values: dict[str, object], words: str) -> None:
    with pytest.raises(kgsim.GameError, match=words):
        grid(border, values)  # type: ignore[arg-type]


def test_every_row_of_a_grid_is_another_point(border: kgsim.Scenario) -> None:
    design = grid(border, {"A": np.linspace(0, 45, 7), "h": np.linspace(20, 80, 5), "q": [0.1, 0.2], "s": 10})
    points = design.points(0, design.size)
    rows = np.column_stack(list(points.values()))
    assert rows.shape == (70, 4)
    assert len(np.unique(rows, axis=0)) == design.size
    np.testing.assert_array_equal(design.points(33, 40)["A"], points["A"][33:40])
