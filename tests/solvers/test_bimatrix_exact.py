"""Two-player games with ties in a batch: machine integers against Python's, and both against brute force."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from test_bimatrix import brute_force
from test_nash_batch import RNG_SEED, assert_same_as_one_by_one

from kgsim import nash, nash_batch
from kgsim.games.exact import LARGEST_DENOMINATOR
from kgsim.games.strategic import normalise, with_ties
from kgsim.solvers.batch import bimatrix_exact, bimatrix_kernels, bimatrix_matching
from kgsim.solvers.batch import nash_batch as batch
from kgsim.solvers.batch.bimatrix_exact import exact_vertices, read_integers
from kgsim.solvers.batch.pairs import solve_pairs
from kgsim.solvers.batch.part import Room
from kgsim.solvers.batch.payoff_kernels import merge_ties
from kgsim.solvers.strategic.best_response import vertices
from kgsim.solvers.strategic.rationals import as_integers, denominator
from kgsim.tolerances import NEAR_TIE, READ_AS_FRACTION, ROUNDING


def outcomes(rng: np.random.Generator, shape: tuple[int, ...], tenths: bool = True) -> np.ndarray:
    """Games in which many pairs of actions end in the same outcome, mostly the status quo."""
    games, _, *actions = shape
    worth = rng.integers(-3, 4, (games, 2, 4)) / 10 if tenths else rng.random((games, 2, 4))
    where = np.maximum(rng.integers(-3, 4, (games, 1, *actions)), 0)
    return np.take_along_axis(worth[:, :, None, :], np.broadcast_to(where, shape), axis=3)


def repeated(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Games in which several actions are identical, each a copy of one of two or three."""
    games, _, *actions = shape
    small = rng.integers(0, 4, (games, 2, 3, 2)).astype(float)
    rows, columns = (rng.integers(0, most, (games, count)) for most, count in zip((3, 2), actions, strict=True))
    return np.stack([game[:, i][:, :, j] for game, i, j in zip(small, rows, columns, strict=True)])


TIED = {
    "integers 0 to 1": lambda rng, shape: rng.integers(0, 2, shape).astype(float),
    "integers 0 to 4": lambda rng, shape: rng.integers(0, 5, shape).astype(float),
    "tenths": lambda rng, shape: rng.integers(-4, 8, shape) / 10,
    "thirds and sevenths": lambda rng, shape: rng.integers(0, 4, shape) / 3 + rng.integers(0, 3, shape) / 7,
    "outcomes": outcomes,
    "outcomes worth any number": lambda rng, shape: outcomes(rng, shape, tenths=False),
    "repeated actions": repeated,
    "nearly tied": lambda rng, shape: rng.integers(0, 3, shape) * 0.3 + 4e-13 * rng.integers(0, 4, shape),
    "nobody cares": lambda rng, shape: np.full(shape, 0.3),
    "one player does not care": lambda rng, shape: rng.integers(0, 3, shape) * np.array([1.0, 0.0])[:, None, None],
    "tiny beside huge": lambda rng, shape: rng.integers(0, 5, shape) * np.array([1e-9, 1e9])[:, None, None],
    "thousands": lambda rng, shape: rng.integers(0, 3, shape) * rng.integers(1, 3000, shape) * 1.0,
}


def as_batch(games: np.ndarray) -> np.ndarray:
    """The games as often as makes a batch worth compiling for."""
    return np.tile(games, (-(-batch.WORTH_COMPILING // len(games)), *[1] * (games.ndim - 1)))


def taken(games: np.ndarray) -> np.ndarray:
    """Which games the kernel solves without Python's integers."""
    room = Room(len(games), 2, sum(games.shape[2:]))
    solve_pairs(np.ascontiguousarray(games), room, slice(len(games)))
    return room.counts > 0


def rounded(profiles: set[tuple[tuple[Fraction, ...], ...]]) -> list[list[float]]:
    return sorted(
        [round(float(weight), 9) + 0.0 for strategy in profile for weight in strategy] for profile in profiles
    )


@pytest.mark.parametrize("kind", TIED)
@pytest.mark.parametrize(
    "shape", [(2, 2, 2), (2, 1, 4), (2, 3, 1), (2, 3, 3), (2, 2, 5), (2, 4, 3), (2, 6, 2)], ids=str
)
def test_tied_games_bit_for_bit(kind: str, shape: tuple[int, ...]) -> None:
    games = TIED[kind](np.random.default_rng(RNG_SEED), (60, *shape))
    assert_same_as_one_by_one(games, nash_batch(games))


@pytest.mark.parametrize("kind", TIED)
def test_larger_tied_games_bit_for_bit(kind: str) -> None:
    for shape in [(2, 5, 5), (2, 6, 7), (2, 10, 3)]:
        games = TIED[kind](np.random.default_rng(RNG_SEED), (12, *shape))
        assert_same_as_one_by_one(games, nash_batch(as_batch(games)))


@pytest.mark.parametrize("shape", [(2, 2, 2), (2, 3, 3), (2, 2, 4), (2, 4, 3)], ids=str)
def test_tied_games_against_brute_force(shape: tuple[int, ...]) -> None:
    games = np.random.default_rng(RNG_SEED).integers(0, 4, (80, *shape))
    found = nash_batch(games)
    assert found.complete.all()
    for game, first, stop in zip(games, found.offsets[:-1], found.offsets[1:], strict=True):
        rows = sorted((row.round(9) + 0.0).tolist() for row in found.profiles[first:stop])
        assert rows == rounded(brute_force(game[0], game[1]))


@pytest.mark.parametrize("kind", ["integers 0 to 4", "tenths", "outcomes", "repeated actions", "tiny beside huge"])
@pytest.mark.parametrize("shape", [(2, 3, 3), (2, 5, 5), (2, 8, 8)], ids=str)
def test_ties_do_not_need_python(kind: str, shape: tuple[int, ...]) -> None:
    assert taken(TIED[kind](np.random.default_rng(RNG_SEED), (60, *shape))).all()


@pytest.mark.parametrize("shape", [(2, 2, 4), (2, 3, 3), (2, 5, 3)], ids=str)
def test_ties_of_numbers_that_are_no_small_fractions_rarely_need_python(shape: tuple[int, ...]) -> None:
    assert taken(outcomes(np.random.default_rng(RNG_SEED), (60, *shape), tenths=False)).mean() > 0.7


def test_room_grows_with_the_splits_among_identical_actions() -> None:
    games = np.zeros((60, 2, 7, 8))
    found = nash_batch(games)
    assert found.counts.tolist() == [56] * 60
    assert_same_as_one_by_one(games[:1], found)


def test_too_many_splits_are_left_to_python() -> None:
    # Coordination on five points, each of which is two actions of either player.
    game = np.repeat(np.kron(np.eye(5), np.ones((2, 2)))[None], 2, axis=0)
    assert not taken(game[None]).any()
    found = nash_batch(as_batch(game[None]))
    assert not found.complete.any()
    assert_same_as_one_by_one(game[None], found)


def labels(own: np.ndarray, most: int = 300) -> set[tuple[tuple[int, ...], int, int]] | None:
    """Vertices as the kernel finds them, uncompiled so that numpy would tell an overflow; None if it gives up."""
    rows, columns = own.shape
    found = np.empty((most, 3), dtype=np.int64)
    points = np.empty((most, columns + 1), dtype=np.int64)
    scratch = np.empty((2, most), dtype=np.int64)
    count = exact_vertices(own, rows, columns, np.empty((rows, columns), np.int64), points, *scratch, found)
    if count < 0:
        return None
    return {(tuple(points[k + 1, :columns].tolist()), *found[k, :2].tolist()) for k in range(count)}


def expected_labels(own: np.ndarray) -> set[tuple[tuple[int, ...], int, int]]:
    return {(v.weights, v.support, v.best) for v in vertices(as_integers(own))}


sizes = st.tuples(st.integers(1, 5), st.integers(1, 5))


@settings(deadline=None, max_examples=150)
@given(sizes.flatmap(lambda size: arrays(np.int64, size, elements=st.integers(0, 4))))
def test_vertices_of_small_integers(own: np.ndarray) -> None:
    own = normalise(own[None].astype(float))[0]
    assert labels(own) == expected_labels(own)


@settings(deadline=None, max_examples=150)
@given(sizes.flatmap(lambda size: arrays(np.int64, size, elements=st.integers(0, LARGEST_DENOMINATOR))))
@example(np.diag([LARGEST_DENOMINATOR] * 5))
def test_vertices_of_large_integers_are_right_or_left(own: np.ndarray) -> None:
    own = own / LARGEST_DENOMINATOR
    found = labels(own)
    assert found is None or found == expected_labels(own)


def test_numbers_that_do_not_fit_are_left_to_floating_point() -> None:
    # Every row but the last ties somewhere, and the mixture of all has weights of about the fifth power of 90,001.
    own = np.array([[90_001 if i == j else (i * 37 + j * 61) % 1009 for j in range(6)] for i in range(6)]) / 90_001
    own[1, 0] = own[0, 0]
    assert max(map(max, (v.weights for v in vertices(as_integers(own))))) > 1 << 62
    assert labels(own) is None
    games = np.repeat(np.stack([own, np.roll(own, 1, axis=0)])[None], batch.WORTH_COMPILING, axis=0)
    assert taken(games).all()
    assert_same_as_one_by_one(games[:1], nash_batch(games))


def test_numbers_about_the_bound() -> None:
    rng = np.random.default_rng(RNG_SEED)
    answered = 0
    for _ in range(200):
        own = np.append(rng.integers(0, 4000, 14), 4000).reshape(5, 3) / 4000
        own[4, :2] = own[3, :2]
        found = labels(own)
        assert found is None or found == expected_labels(own)
        answered += found is not None
    assert 20 < answered < 180


def test_no_more_rays_than_there_is_room_for() -> None:
    own = np.eye(4)
    answers = [labels(own, most) for most in range(5, 40)]
    assert answers[0] is None
    assert answers[-1] == expected_labels(own)
    assert all(found is None or found == answers[-1] for found in answers)


def test_a_label_that_is_missed_is_missed_by_more_than_rounding() -> None:
    # So where the kernel answers, `bimatrix.solve` never doubts that the set is complete.
    assert 1 / bimatrix_exact.LARGEST - 2 * READ_AS_FRACTION > 2 * NEAR_TIE


@settings(deadline=None, max_examples=200)
@given(arrays(np.float64, (2, 3), elements=st.floats(0, 1)))
def test_what_the_kernel_reads_is_what_python_reads(own: np.ndarray) -> None:
    table = np.empty((2, 3), dtype=np.int64)
    common = read_integers(own, 2, 3, table)
    if common:
        read = as_integers(own)
        divisor = gcd(*(entry for row in read for entry in row), common)
        assert [[entry // divisor for entry in row] for row in read] == (table // gcd(*table.ravel(), common)).tolist()


@settings(deadline=None, max_examples=300)
@given(
    st.integers(1, LARGEST_DENOMINATOR).flatmap(lambda q: st.tuples(st.integers(0, q), st.just(q))),
    st.floats(-3e-13, 3e-13),
)
def test_a_number_is_read_as_the_nearest_fraction(fraction: tuple[int, int], error: float) -> None:
    level = min(max(fraction[0] / fraction[1] + error, 0.0), 1.0)
    nearest = Fraction(level).limit_denominator(LARGEST_DENOMINATOR)
    distance = abs(nearest - Fraction(level))
    if abs(distance - Fraction(1e-13)) > Fraction(1e-15):
        assert denominator(level) == (nearest.denominator if distance < Fraction(1e-13) else 0)


def test_ill_posed_mixtures_have_their_exact_weights() -> None:
    # The differences from the first action have the determinant 75844 * 16585 - 23759 * 52943 = 3, so that the
    # smallest pivot is below 1e-9 of the range, while a third on each action makes all equally good.
    differences = np.array([[0, 0, 0], [0, 75844, 23759], [0, 52943, 16585]])
    own = differences - differences.sum(axis=1, keepdims=True) // 3 + 34000
    other = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    game = np.stack([own, other]).astype(float)
    found = nash_batch(np.repeat(game[None], batch.WORTH_COMPILING, axis=0))
    mixed = found.profiles[: found.counts[0]].tolist()
    assert [1 / 3] * 3 in [row[3:] for row in mixed if min(row[3:]) > 0]
    assert taken(game[None]).all()
    assert_same_as_one_by_one(game[None], found)


def subsets_fit(pairs: list[tuple[int, int]], room: int) -> bool:
    left, right = np.array(pairs).T
    scratch = [np.empty(side.max() + 1, dtype=np.int64) for side in (left, right)]
    return bimatrix_matching.few_subsets(left, right, *scratch, np.empty(room, dtype=np.int64))


def test_nash_subsets_are_counted() -> None:
    # Each of six vertices meets all but one of six others, so that any set but that of all is what some have in common.
    crown = [(i, j) for i in range(6) for j in range(6) if i != j]
    assert subsets_fit(crown, 2**6 - 1)
    assert not subsets_fit(crown, 2**6 - 2)
    # Vertices that meet one other alone count little, and beyond 62 that meet several it is not told.
    assert subsets_fit([(i, i) for i in range(100)], 1)
    assert subsets_fit([(i, i // 2) for i in range(200)], 1)
    assert not subsets_fit([(i // 2, i) for i in range(200)], 1000)


def test_games_that_may_have_too_many_nash_subsets_are_left_to_python(monkeypatch: pytest.MonkeyPatch) -> None:
    # Any two actions of different numbers make an equilibrium, so any set of actions makes a Nash subset with the rest.
    game = np.repeat(1 - np.eye(6)[None], 2, axis=0)
    work = bimatrix_kernels.workspace(6)
    work.first[:], work.second[:] = game
    one = nash(game, method="engine")
    assert len(one.components) == 2**6 - 2
    assert bimatrix_kernels._match_exactly(work, 6, 6) == len(one)
    monkeypatch.setattr(bimatrix_kernels, "MOST_SUBSETS", 2**6 - 2)
    assert bimatrix_kernels._match_exactly(work, 6, 6) == -1


near_levels = st.tuples(st.integers(-4, 4), st.integers(0, 5), st.sampled_from([0.1, 1.0, 1e9])).map(
    lambda draw: draw[2] * draw[0] * (1 + ROUNDING / 2 * draw[1])
)


@settings(deadline=None, max_examples=150)
@given(arrays(np.float64, (1, 3, 4), elements=near_levels))
def test_near_ties_are_made_exact_as_in_one_game(payoffs: np.ndarray) -> None:
    values = payoffs.ravel().copy()
    merge_ties(values, 12, np.empty(12))
    assert np.array_equal(values, with_ties(payoffs).ravel())


def test_sums_that_miss_a_tie_by_rounding_do_not_need_python() -> None:
    rng = np.random.default_rng(RNG_SEED)
    games = rng.integers(0, 4, (60, 2, 4, 4)) / 10 + rng.integers(0, 4, (60, 2, 4, 4)) / 10
    assert any(len(np.unique(game[0])) > len(np.unique(with_ties(game)[0])) for game in games)
    assert taken(games).all()
    assert_same_as_one_by_one(games, nash_batch(games))


def test_payoffs_that_miss_a_tie_narrowly_leave_the_set_incomplete_in_a_batch_too() -> None:
    games = np.random.default_rng(RNG_SEED).random((60, 2, 3, 3))
    games[:, :, 0, 0] = games[:, :, 1, 0] + 5e-12
    found = nash_batch(games)
    assert not found.complete.all()
    assert_same_as_one_by_one(games, found)
