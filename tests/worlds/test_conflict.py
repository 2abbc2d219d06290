"""The smallest conflict against all subsets."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgsim.worlds.conflict import smallest_conflict

MASKS = st.integers(1, 6).flatmap(
    lambda events: st.lists(st.lists(st.booleans(), min_size=events, max_size=events), min_size=1, max_size=8)
)


@given(MASKS)
def test_it_is_the_first_of_the_smallest(masks) -> None:
    excluded = np.array(masks)
    found = smallest_conflict(excluded)
    events = range(excluded.shape[1])
    whole = [chosen for size in range(1, len(events) + 1) for chosen in combinations(events, size)
             if excluded[:, chosen].any(axis=1).all()]  # fmt: skip
    if not whole:
        assert found is None
        return
    assert found is not None
    least = [chosen for chosen in whole if len(chosen) == len(whole[0])]
    assert tuple(found) in least
    assert sum(found) == min(map(sum, least)), "the earliest of them"


@pytest.mark.parametrize("excluded", [np.zeros((0, 3), dtype=bool), np.zeros((2, 0), dtype=bool)])
def test_without_worlds_or_events_there_is_none(excluded) -> None:
    assert smallest_conflict(excluded) is None
