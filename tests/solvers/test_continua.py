"""Continua of games of three and more players: exact, and connected as a grid of all mixtures says."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.ndimage import label

from kgsim import nash


def game(players: int, pay) -> np.ndarray:
    """A game of two actions each, 0 and 1."""
    return np.array([[pay(*p)[i] for p in product((0, 1), repeat=players)] for i in range(players)]).reshape(
        players, *(2,) * players
    )


def only_the_odd_one_out(*choices):
    return [float(choices.count(own) == 1) for own in choices]


def bribed(cut: float):
    """The third's second action, worth ``(2a - 1)(2b - 1) + cut`` to it, makes the others leave their first."""
    return lambda a, b, c: [c * a, c * b, c * ((2 * a - 1) * (2 * b - 1) + cut)]


#: Games, with the connected components of their equilibria by hand, each as chances of second actions that it holds.
BY_HAND = {
    # Who differs from two equal ones is tied: a hexagon of edges. Beside it, all mix evenly.
    "minority": (
        game(3, only_the_odd_one_out),
        [[(0, 0, 1), (0, 1, 0), (0, 1, 1), (1, 0, 0), (1, 0, 1), (1, 1, 0)], [(0.5, 0.5, 0.5)]],
        True,
    ),
    # Nothing passes without all: whoever alone refuses is followed by nobody in particular.
    "unanimity": (
        game(3, lambda *p: [float(all(p))] * 3),
        [[(0, 0, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0)], [(1, 1, 1)]],
        True,
    ),
    # The same of four: two of them may mix as they like while the others refuse.
    "unanimity of four": (
        game(4, lambda *p: [float(all(p))] * 4),
        [[p for p in product((0, 1), repeat=4) if sum(p) <= 2], [(1, 1, 1, 1)]],
        True,
    ),
    # All three are tied wherever they mix alike: a curve, from one edge to another.
    "along a curve": (
        game(3, lambda a, b, c: [(b - c) * a, (a - c) * b, (a - b) * c]),
        [[(0, 0, 0), (0, 0, 1), (0.5, 0.5, 0.5), (1, 1, 0), (1, 1, 1)]],
        False,
    ),
    # While the third stays, the first two do as they like where it has no reason to move. That is a pair of squares
    # that have one point in common, a pair of corners that have none, or a band with a waist.
    "at a point": (game(3, bribed(0.0)), [[(0, 1, 0), (1, 0, 0), (0.5, 0, 0), (0.5, 1, 0)], [(1, 1, 1)]], False),
    "apart": (
        game(3, bribed(0.5)),
        [[(0, 1, 0), (0, 0.75, 0), (0.25, 1, 0)], [(1, 0, 0), (1, 0.25, 0)], [(1, 1, 1)]],
        False,
    ),
    "through a waist": (game(3, bribed(-0.5)), [[(0, 1, 0), (1, 0, 0), (0, 0.25, 0)], [(1, 1, 1)]], False),
}


def chances(found) -> list[tuple[float, ...]]:
    return [tuple(round(float(own[1]), 6) for own in profile) for profile in found.equilibria]


def components(found) -> list[set[int]]:
    assert found.connected is not None
    alone = set(range(len(found))).difference(*found.connected)
    return [*map(set, found.connected), *({number} for number in alone)]


@pytest.mark.parametrize("name", BY_HAND)
def test_components_by_hand(name):
    payoffs, expected, spanned = BY_HAND[name]
    found = nash(payoffs, method="engine")
    assert found.complete
    assert found.spanned == spanned
    place = {p: number for number, p in enumerate(chances(found))}
    whole = components(found)
    assert len(whole) == len(expected)
    for points in expected:
        assert any({place[p] for p in points} <= each for each in whole), points


def test_surfaces_on_which_three_mix_are_left_open():
    """The first two are tied whatever happens, the third wherever one of them mixes evenly."""
    found = nash(game(3, lambda a, b, c: [0, 0, c * (2 * a - 1) * (2 * b - 1)]), method="engine")
    assert not found.complete
    assert found.connected is None


def test_a_published_continuum_of_three_who_mix():
    """Nau, Gomez Canovas and Hansen (2004), section 5.

    The gains from second actions are (1 - b)(3 - 4c), (1 - a)(3 - 4c) and 3ab - 2(1 - a)(1 - b). All three mix on a
    branch of a hyperbola at c = 3/4, which leads to two edges with c below it; all second actions are one apart.
    """
    payoffs = [[0, 1, 0, 0, 3, 0, 0, 0], [0, 1, 3, 0, 0, 0, 0, 0], [2, 0, 0, 0, 0, 0, 0, 3]]
    found = nash(np.array(payoffs, dtype=float).reshape(3, 2, 2, 2), method="engine")
    assert found.complete
    place = {p: number for number, p in enumerate(chances(found))}
    assert found.connected == (tuple(sorted(set(place.values()) - {place[1, 1, 1]})),)
    assert {(0, 1, 0), (0, 1, 0.75), (0.5, 0.4, 0.75), (1, 0, 0.75), (1, 0, 0)} <= set(place)


def test_two_players_continua_hang_together_by_what_they_share():
    found = nash([[[1, 1], [1, 0]], [[1, 1], [1, 0]]], method="engine")
    assert len(found.components) == 2
    assert found.connected == ((0, 1, 2),)


TICKS = np.linspace(0.0, 1.0, 13)


def on_a_grid(payoffs: np.ndarray) -> np.ndarray:
    """Which mixtures of a game of two actions each are equilibria, straight from the definition."""
    mixes = np.stack([1 - TICKS, TICKS], axis=1)
    held = np.ones((13, 13, 13), dtype=bool)
    for player, axes in enumerate(("abc,jb,kc->ajk", "abc,ia,kc->bik", "abc,ia,jb->cij")):
        worth = np.einsum(axes, payoffs[player], mixes, mixes)
        gain = np.expand_dims(worth[1] - worth[0], player)
        own = np.moveaxis(TICKS.reshape(-1, 1, 1), 0, player)
        held &= ~((gain > 1e-9) & (own < 1)) & ~((gain < -1e-9) & (own > 0))
    return held


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 3).flatmap(lambda most: hnp.arrays(np.int64, (3, 2, 2, 2), elements=st.integers(0, most))))
def test_nothing_on_a_grid_is_missing_and_what_is_connected_there_is_so(integers):
    payoffs = integers.astype(float)
    found = nash(payoffs, method="engine")
    if not found.complete:
        return
    points = np.array([[own[1] for own in profile] for profile in found.equilibria])
    held = on_a_grid(payoffs)
    pieces = [*(found.components if found.spanned else ()), *((number,) for number in range(len(found)))]
    inside = np.zeros((len(components(found)), *held.shape), dtype=bool)
    for k, members in enumerate(components(found)):
        for piece in pieces:
            if members.issuperset(piece):
                low, high = points[list(piece)].min(axis=0) - 1e-9, points[list(piece)].max(axis=0) + 1e-9
                inside[(k, *np.ix_(*((low[p] <= TICKS) & (high[p] >= TICKS) for p in range(3))))] = True
    assert not (inside.sum(axis=0) > 1).any()
    assert not found.spanned or (inside.any(axis=0) == held).all()
    parts, count = label(held)
    for part in range(1, count + 1):
        assert inside[:, parts == part].any(axis=1).sum() <= 1
