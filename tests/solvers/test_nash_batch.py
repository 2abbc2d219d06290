"""Batches: the same bits as one game at a time, whatever the chunks, the threads and the compiler."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kgsim import GameError, nash, nash_batch
from kgsim.games.strategic import pure_equilibria, pure_equilibrium_mask
from kgsim.solvers import compiled
from kgsim.solvers.batch import bimatrix_kernels
from kgsim.solvers.batch import nash_batch as batch
from kgsim.solvers.batch.nash_batch import NashBatch
from kgsim.solvers.batch.pairs import solve_pairs
from kgsim.solvers.batch.part import Room

RNG_SEED = 20250613

GAMES = {
    "normal": lambda rng, shape: rng.normal(size=shape),
    "integers within 1000": lambda rng, shape: rng.integers(-1000, 1001, shape).astype(float),
    "one decimal": lambda rng, shape: rng.normal(scale=3, size=shape).round(1),
    "integers 0 to 4": lambda rng, shape: rng.integers(0, 5, shape).astype(float),
    "ill scaled": lambda rng, shape: rng.normal(size=shape) * 10.0 ** rng.integers(-9, 10, shape),
    "nearly tied": lambda rng, shape: rng.integers(0, 4, shape) + 1e-13 * rng.integers(0, 3, shape),
}


def same(left: NashBatch, right: NashBatch) -> bool:
    names = ("offsets", "profiles", "indices", "isolated", "regrets", "relative_regrets", "complete")
    return all(np.array_equal(getattr(left, name), getattr(right, name)) for name in names)


def assert_same_as_one_by_one(games: np.ndarray, found: NashBatch) -> None:
    for number, game in enumerate(games):
        one = nash(game, method="engine")
        shared = {k for group in one.components for k in group}
        rows = slice(found.offsets[number], found.offsets[number + 1])
        assert np.array_equal([np.concatenate(p) for p in one.equilibria], found.profiles[rows]), game.tolist()
        assert [index or 0 for index in one.indices] == found.indices[rows].tolist()
        assert [k not in shared for k in range(len(one))] == found.isolated[rows].tolist()
        assert one.complete == found.complete[number]
        np.testing.assert_allclose(found.relative_regrets[rows], one.relative_regrets, atol=1e-14)


@pytest.mark.parametrize("kind", GAMES)
@pytest.mark.parametrize("shape", [(2, 2, 2), (2, 3, 3), (2, 2, 4), (2, 4, 3), (2, 1, 3)], ids=str)
def test_two_players_bit_for_bit(kind: str, shape: tuple[int, ...]) -> None:
    games = GAMES[kind](np.random.default_rng(RNG_SEED), (80, *shape))
    assert_same_as_one_by_one(games, nash_batch(games))


@pytest.mark.parametrize("kind", ["normal", "integers 0 to 4"])
def test_larger_two_player_games_bit_for_bit(kind: str) -> None:
    games = GAMES[kind](np.random.default_rng(RNG_SEED), (60, 2, 6, 5))
    assert_same_as_one_by_one(games, nash_batch(games))


@pytest.mark.parametrize("kind", ["normal", "integers 0 to 4"])
@pytest.mark.parametrize("shape", [(3, 2, 2, 2), (3, 3, 1, 2), (3, 1, 4, 1), (3, 1, 1, 1), (4, 2, 1, 2, 1)], ids=str)
def test_more_players_bit_for_bit(kind: str, shape: tuple[int, ...]) -> None:
    games = GAMES[kind](np.random.default_rng(RNG_SEED), (60, *shape))
    assert_same_as_one_by_one(games, nash_batch(games))


def test_von_stengels_game_bit_for_bit() -> None:
    # Supports of every size, weights from 1e-5 up, and systems that are badly conditioned.
    from test_bimatrix import VON_STENGEL

    game = np.stack([VON_STENGEL, VON_STENGEL[[4, 5, 2, 3, 0, 1]][:, [4, 5, 2, 3, 0, 1]].T]).astype(float)
    games = np.repeat(game[None], 50, axis=0)
    found = nash_batch(games)
    assert found.counts.tolist() == [75] * 50
    assert_same_as_one_by_one(games[:1], found)


@settings(deadline=None, max_examples=200)
@given(arrays(np.float64, (2, 3, 4), elements=st.integers(0, 4).map(float)))
def test_the_kernel_solves_a_game_rightly_or_leaves_it(game: np.ndarray) -> None:
    room = Room(1, 2, 7)
    solve_pairs(game[None], room, slice(1))
    if room.counts[0] > 0:
        solved, one = room.taken(slice(1), 0), nash_batch([game])
        assert np.array_equal(solved.profiles, one.profiles)
        assert np.array_equal(solved.indices, one.indices)
        assert np.array_equal(solved.isolated, one.isolated)


@pytest.mark.parametrize("shape", [(2, 3, 3), (3, 2, 2, 2)], ids=str)
def test_chunks_threads_and_a_missing_compiler_change_nothing(
    shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    games = GAMES["one decimal"](np.random.default_rng(RNG_SEED), (120, *shape))
    whole = nash_batch(games)
    assert same(whole, nash_batch(games, chunk=7))
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(nash_batch, [games] * 4):
            assert same(whole, found)
    monkeypatch.setattr(compiled, "available", lambda: False)
    plain = nash_batch(games)
    assert np.array_equal(whole.profiles, plain.profiles)
    assert np.array_equal(whole.offsets, plain.offsets)
    assert np.array_equal(whole.indices, plain.indices)


def test_the_kernels_are_plain_python_too() -> None:
    games = GAMES["normal"](np.random.default_rng(RNG_SEED), (5, 2, 3, 3))
    tables = bimatrix_kernels.support_tables(3)
    room = Room(5, 2, 6)
    work = bimatrix_kernels.workspace(3)
    done, stop = bimatrix_kernels.solve_pairs(
        work,
        games,
        games.reshape(5, 2, 9),
        np.array([3, 3]),
        np.array([3, 1]),
        *tables,
        0,
        0,
        *room.arrays,
        room.counts,
    )
    expected = nash_batch(games)
    assert (done, stop) == (5, len(expected.profiles))
    assert np.array_equal(room.arrays[0][:stop], expected.profiles)


def test_rows_equal_on_a_support_do_not_hide_an_equilibrium() -> None:
    # Player 1 mixes the first two rows, which are equal on the columns that this makes best responses; the segment of
    # replies ends where the third row ties.
    game = np.array([[[2, 2, 0], [2, 2, 1], [4, 0, 0]], [[1, 0, 0], [0, 1, 0], [0, 0, 1]]], dtype=float)
    found = nash_batch(np.repeat(game[None], batch.WORTH_COMPILING, axis=0))
    assert_same_as_one_by_one(game[None], found)
    assert [0.5, 0.5, 0, 0.5, 0.5, 0] in found.profiles[: found.counts[0]].tolist()


def test_room_grows_with_the_number_of_equilibria() -> None:
    # Coordination on six points has 63 equilibria, far more than the room first taken.
    games = np.repeat(np.stack([np.eye(6), np.eye(6)])[None], 60, axis=0)
    games += np.random.default_rng(RNG_SEED).uniform(0, 1e-3, games.shape)
    found = nash_batch(games)
    assert found.counts.tolist() == [63] * 60
    assert (found.index_sums == 1).all()


def test_an_empty_batch_has_an_empty_result() -> None:
    found = nash_batch(np.zeros((0, 2, 3, 4)))
    assert len(found) == 0
    assert found.profiles.shape == (0, 7)
    assert found.regrets.shape == (0, 2)
    assert found.offsets.tolist() == [0]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ({"payoffs": np.zeros((2, 2, 2))}, "^payoffs: expected a batch"),
        ({"payoffs": np.zeros((4, 2, 2, 0))}, "player 1 has no actions"),
        ({"payoffs": np.full((4, 2, 2, 2), np.nan)}, r"entry \(0, 0, 0, 0\) is nan"),
        ({"payoffs": np.zeros((4, 2, 2, 2)), "chunk": 0}, "^chunk: "),
        ({"payoffs": np.zeros((4, 2, 2, 2)), "time_limit": -1}, "^time_limit: "),
    ],
)
def test_bad_arguments_are_named(arguments: dict[str, object], hint: str) -> None:
    with pytest.raises(GameError, match=hint):
        nash_batch(**arguments)  # type: ignore[arg-type]


def test_reading_a_batch() -> None:
    sexes = [[[2, 0], [0, 1]], [[1, 0], [0, 2]]]
    pennies = [[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]]
    found = nash_batch([sexes, pennies])
    assert found.counts.tolist() == [3, 1]
    assert found.index_sums.tolist() == [1, 1]
    assert [strategy.tolist() for strategy in found.equilibria(1)[0]] == [[0.5, 0.5], [0.5, 0.5]]
    assert repr(found).startswith("2 games of 2×2 actions: 4 equilibria, 2 games complete")


def test_pure_equilibria_of_a_batch() -> None:
    games = np.random.default_rng(RNG_SEED).normal(size=(40, 3, 3, 2, 3))
    mask = pure_equilibrium_mask(games, players=3)
    for game, marked in zip(games, mask, strict=True):
        assert np.argwhere(marked).tolist() == pure_equilibria(game).tolist()
