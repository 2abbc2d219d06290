"""Games of coalitions: values and cores known by hand, and the axioms of the values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgsim.games.coalitions import (
    core,
    divisions,
    externality_free,
    myerson,
    others_alone,
    others_together,
    shapley,
    spread,
)


def game(players: int, worth) -> dict:
    """Every embedded coalition to its worth, a function of both."""
    return {(members, each): worth(members, each) for each in divisions(range(players)) for members in each}


def test_there_are_as_many_divisions_as_bell_says() -> None:
    assert [sum(1 for _ in divisions(range(count))) for count in range(1, 6)] == [1, 2, 5, 15, 52]


def gloves(members: frozenset[int]) -> float:
    """Players 0 and 1 have a left glove each, player 2 a right one; a pair is worth 1."""
    return float(2 in members and len(members) > 1)


def test_gloves() -> None:
    """Shapley (1953): 1/6, 1/6, 2/3; in the core the scarce glove takes all."""
    pairs = game(3, lambda members, _: gloves(members))
    for value in (externality_free, myerson):
        assert value(pairs, 3) == pytest.approx([1 / 6, 1 / 6, 2 / 3])
    least, most = core(others_alone(pairs), 3)
    assert least == pytest.approx([0, 0, 1]) and most == pytest.approx([0, 0, 1])


def test_a_majority_has_no_core() -> None:
    majority = game(3, lambda members, _: float(len(members) >= 2))
    assert core(others_alone(majority), 3) is None
    assert externality_free(majority, 3) == pytest.approx([1 / 3] * 3)


def test_an_externality_alone() -> None:
    """Player 0 is worth 1 if the others join, and nothing else is worth anything: Myerson's formula by hand."""
    free_rider = game(3, lambda members, each: float(members == {0} and len(each) == 2))
    assert externality_free(free_rider, 3) == pytest.approx([0, 0, 0])
    assert myerson(free_rider, 3) == pytest.approx([2 / 3, -1 / 3, -1 / 3])
    assert others_together(free_rider)[frozenset([0])] == 1 and others_alone(free_rider)[frozenset([0])] == 0


@given(st.integers(2, 4), st.integers(0, 2**32))
def test_values_share_out_everything_and_treat_equals_alike(players: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    drawn = game(players, lambda *_: float(rng.normal()))
    everybody = frozenset(range(players))
    whole = drawn[everybody, frozenset([everybody])]
    for value in (externality_free, myerson):
        found = value(drawn, players)
        assert found.sum() == pytest.approx(whole)
        swap = {0: 1, 1: 0}
        swapped = {
            (_renamed(members, swap), frozenset(_renamed(other, swap) for other in each)): worth
            for (members, each), worth in drawn.items()
        }
        assert value(swapped, players)[[1, 0, *range(2, players)]] == pytest.approx(found)


def _renamed(members: frozenset[int], swap: dict[int, int]) -> frozenset[int]:
    return frozenset(swap.get(member, member) for member in members)


@given(st.integers(2, 4), st.integers(0, 2**32))
def test_without_externalities_both_are_shapleys(players: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    own = {members: float(rng.normal()) for each in divisions(range(players)) for members in each}
    drawn = game(players, lambda members, _: own[members])
    assert externality_free(drawn, players) == pytest.approx(shapley(own, players))
    assert myerson(drawn, players) == pytest.approx(shapley(own, players))


@given(st.integers(0, 2**32))
def test_a_value_of_uncertain_worths_lies_in_its_spread(seed: int) -> None:
    rng = np.random.default_rng(seed)
    low = game(3, lambda *_: float(rng.normal()))
    high = {embedded: worth + float(rng.random()) for embedded, worth in low.items()}
    some = {embedded: low[embedded] + rng.random() * (high[embedded] - low[embedded]) for embedded in low}
    for value in (externality_free, myerson):
        least, most = spread(value, low, high, 3)
        assert (least - 1e-9 <= value(some, 3)).all() and (value(some, 3) <= most + 1e-9).all()
