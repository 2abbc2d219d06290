"""Extreme equilibria in floating point, ties included, against `kgsim.nash`, which finds them in exact arithmetic."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from numpy.typing import NDArray

from kgsim import nash
from kgsim.games.strategic import regrets
from kgsim.solvers.batch.double_description import UNSURE
from kgsim.solvers.batch.extreme_equilibria import MOST_ACTIONS, Room, find, list_equilibria, new_room

Array = NDArray[np.float64]
TIE = 1e-11


def deals(rng: np.random.Generator, shape: tuple[int, ...], count: int) -> Array:
    """Games in which few deals stand in many cells, the first of them in most."""
    cells = rng.integers(0, count, shape[1:]) * (rng.random(shape[1:]) < 0.5)
    return rng.random((2, count))[:, cells]


def copies(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Games in which actions are copies of one another."""
    game = rng.integers(0, 3, (2, 3, 3)).astype(float)
    rows, columns = (rng.integers(0, 3, size) for size in shape[1:])
    return game[:, rows][:, :, columns]


KINDS = {
    "integers 0 to 1": lambda rng, shape: rng.integers(0, 2, shape).astype(float),
    "integers 0 to 3": lambda rng, shape: rng.integers(0, 4, shape).astype(float),
    "generic": lambda rng, shape: rng.normal(size=shape),
    "three deals": lambda rng, shape: deals(rng, shape, 3),
    "ten deals": lambda rng, shape: deals(rng, shape, 10),
    "copies": copies,
    "one player does not care": lambda rng, shape: rng.integers(0, 3, shape) * np.array([1.0, 0.0])[:, None, None],
}


def on_unit(game: Array) -> Array:
    low, high = game.min(axis=(1, 2), keepdims=True), game.max(axis=(1, 2), keepdims=True)
    return (game - low) / np.where(high > low, high - low, 1.0)


def listed(game: Array, room: Room, ends: NDArray[np.int64] | None = None) -> tuple[Array, list[int]] | None:
    """The profiles, each as one row, and the continuum of each."""
    ends = np.arange(game[0].size).reshape(game[0].shape) if ends is None else ends
    ours, theirs = on_unit(game)
    turned = ours.shape[0] < ours.shape[1]
    if turned:
        ours, theirs, ends = theirs.T, ours.T, ends.T
    count = list_equilibria(*map(np.ascontiguousarray, (ours, theirs.T)), TIE, TIE, ends, room)
    if count == UNSURE:
        return None
    xs = room.strategies[room.pairs[:count, 0], : ours.shape[0]]
    ys = room.few.weights[room.pairs[:count, 1], : ours.shape[1]]
    return np.hstack([ys, xs] if turned else [xs, ys]), [find(room.parent, number) for number in range(count)]


def united(groups: Iterable[Iterable[int]]) -> set[frozenset[int]]:
    """Groups, those that overlap made one."""
    found: list[set[int]] = []
    for group in map(set, groups):
        apart = [other for other in found if not other & group]
        found = [*apart, group.union(*(other for other in found if other & group))]
    return set(map(frozenset, found))


def by_root(members: Iterable[int], roots: list[int]) -> list[list[int]]:
    """What belongs to each continuum, of one member an equilibrium."""
    pairs = list(zip(members, roots, strict=True))
    return [[member for member, other in pairs if other == root] for root in set(roots)]


def assert_as_exact(game: Array, room: Room) -> None:
    exact = nash(game, method="engine", time_limit=None)
    found = listed(game, room)
    assert found is not None and exact.complete
    profiles, roots = found
    expected = np.array([np.concatenate(profile) for profile in exact.equilibria])
    assert profiles.shape == expected.shape
    apart = np.abs(profiles[:, None] - expected).max(axis=2)
    assert apart.min(axis=1).max() < 1e-9
    match = apart.argmin(axis=1)
    assert sorted(match) == list(range(len(match)))
    alone = [(number,) for number in range(len(match))]
    assert united(by_root(match.tolist(), roots)) == united([*alone, *exact.components])
    for profile in profiles:
        assert regrets(on_unit(game), np.split(profile, [game.shape[1]])).max() <= TIE


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (6, 1), (2, 2), (3, 3), (2, 5), (4, 3), (7, 3), (5, 5)], ids=str)
def test_all_of_random_games(kind: str, shape: tuple[int, int]) -> None:
    rng, room = np.random.default_rng(3), new_room(500, 1000)
    for _ in range(12):
        assert_as_exact(KINDS[kind](rng, (2, *shape)), room)


@pytest.mark.parametrize("shape", [(28, 6), (40, 3), (4, 20)], ids=str)
def test_all_of_wide_games(shape: tuple[int, int]) -> None:
    rng, room = np.random.default_rng(4), new_room(2000, 2000)
    assert_as_exact(rng.normal(size=(2, *shape)), room)
    assert_as_exact(np.round(rng.normal(size=(2, *shape)), 1), room)


def lotteries(profiles: Array, roots: list[int], ends: NDArray[np.int64]) -> tuple[Array, set[frozenset[int]]]:
    """The distinct lotteries over ends that profiles lead to, sorted, and those that form a continuum."""
    rows = len(ends)
    shares = [np.bincount(ends.ravel(), np.outer(row[:rows], row[rows:]).ravel()) for row in profiles]
    distinct, which = np.unique(np.round(shares, 8), axis=0, return_inverse=True)
    return distinct, united(by_root(which.ravel().tolist(), roots))


@pytest.mark.parametrize("count", [2, 3, 6])
def test_one_equilibrium_stands_for_those_that_end_alike(count: int) -> None:
    rng, room = np.random.default_rng(5), new_room(2000, 5000)
    fewer = 0
    for _ in range(25):
        cells = rng.integers(0, count, (9, 4)) * (rng.random((9, 4)) < 0.5)
        game = rng.random((2, count))[:, cells]
        every, some = listed(game, room), listed(game, room, cells)
        assert every is not None and some is not None
        fewer += len(some[0]) < len(every[0])
        (one, groups), (other, same) = lotteries(*every, cells), lotteries(*some, cells)
        np.testing.assert_array_equal(one, other)
        assert groups == same
    assert fewer


@pytest.mark.parametrize("gap", [3e-11, 1e-9, 9e-9])
def test_near_ties_are_not_decided(gap: float) -> None:
    game = np.array([[[1.0, 0.0], [1.0 - gap, 1.0]], [[1.0, 0.0], [0.0, 1.0]]])
    assert listed(game, new_room(50, 50)) is None
    for clear in (0.0, 1e-7):
        game[0, 1, 0] = 1.0 - clear
        assert listed(game, new_room(50, 50)) is not None


def test_more_than_there_is_room_for_is_not_decided() -> None:
    game = np.zeros((2, 5, 5))
    assert listed(game, new_room(100, 24)) is None
    found = listed(game, new_room(100, 25))
    assert found is not None and len(found[0]) == 25
    generic = np.random.default_rng(7).normal(size=(2, 30, 6))
    assert listed(generic, new_room(1000, 100)) is not None
    assert listed(generic, new_room(1, 100)) is None


def test_games_of_most_actions() -> None:
    game = np.random.default_rng(6).normal(size=(2, MOST_ACTIONS, 2))
    assert_as_exact(game, new_room(500, 500))
