"""PRIM on boxes that are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

import kgsim
from kgsim.analysis.prim import discover

NAMES = ("a", "b", "c", "d", "e")


def cube(count: int = 4000, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).random((count, len(NAMES)))


def test_a_box_in_the_corner() -> None:
    x = cube()
    y = (x[:, 0] > 0.6) & (x[:, 2] < 0.5)
    (found,) = discover(x, y, NAMES, boxes=1, density=1.0)
    assert set(found.box.limits) == {"a", "c"}
    assert found.box.limits["a"] == pytest.approx((0.6, np.inf), abs=0.03)
    assert found.box.limits["c"] == pytest.approx((-np.inf, 0.5), abs=0.03)
    assert found.box.coverage > 0.9 and found.box.density > 0.98
    assert found.box.mass == pytest.approx(0.2, abs=0.03)


def test_a_box_inside() -> None:
    x = cube()
    y = (abs(x[:, 1] - 0.5) < 0.2) & (x[:, 3] > 0.3)
    (found,) = discover(x, y, NAMES, boxes=1, density=0.95)
    assert found.box.limits["b"] == pytest.approx((0.3, 0.7), abs=0.04)
    assert found.box.limits["d"] == pytest.approx((0.3, np.inf), abs=0.05)


def test_two_boxes_are_found_one_after_the_other() -> None:
    x = cube(8000)
    left, right = (x[:, :2] < 0.5).all(axis=1), (x[:, :2] > 0.75).all(axis=1)
    found = discover(x, left | right, NAMES, density=0.9)
    assert len(found) == 2
    corners = sorted(np.sign(np.nan_to_num(each.box.limits["a"][0], neginf=-1)) for each in found)
    assert corners == [-1, 1]
    assert sum(each.box.coverage for each in found) > 0.85


def test_the_measures_are_what_they_say() -> None:
    x, generator = cube(2000), np.random.default_rng(2)
    y = (x[:, 0] < 0.4) & (generator.random(2000) < 0.9)
    first = discover(x, y, NAMES)[0]
    box = first.box
    inside = x[:, 0] <= box.limits["a"][1]
    assert box.cases == inside.sum() and box.mass == inside.mean()
    assert box.coverage == (y & inside).sum() / y.sum() and box.density == y[inside].mean()
    (low, high) = box.quasi_p["a"]
    assert low is None
    assert high == pytest.approx(binom.sf((y & inside).sum() - 1, inside.sum(), y.mean()))


def test_trajectories_lead_from_coverage_to_density() -> None:
    x = cube()
    (found,) = discover(x, x[:, 0] + x[:, 1] > 1.2, NAMES, boxes=1)
    first, last = found.trajectory[0], found.trajectory[-1]
    assert first.coverage == first.mass == 1.0 and first.limits == {}
    assert last.density > first.density and last.coverage < first.coverage
    masses = [box.mass for box in found.trajectory]
    assert masses == sorted(masses, reverse=True)


def test_limits_that_tell_nothing_are_dropped() -> None:
    x, generator = cube(3000), np.random.default_rng(5)
    y = (x[:, 0] > 0.5) & (generator.random(3000) < 0.7)
    (found,) = discover(x, y, NAMES, boxes=1, density=0.69)
    assert set(found.box.limits) == {"a"}
    assert all(p is None or p <= 0.05 for pair in found.box.quasi_p.values() for p in pair)


def test_columns_of_few_values_are_cut_between_them() -> None:
    x = np.random.default_rng(3).integers(0, 4, (2000, 2)).astype(float)
    (found,) = discover(x, x[:, 0] >= 2, ("a", "b"), boxes=1, density=1.0)
    assert found.box.limits == {"a": (2.0, np.inf)}
    assert found.box.coverage == found.box.density == 1.0


@pytest.mark.parametrize("every", [True, False])
def test_without_a_contrast_there_is_no_box(every: bool) -> None:
    with pytest.raises(kgsim.GameError, match="every one" if every else "none"):
        discover(cube(50), np.full(50, every), NAMES)
