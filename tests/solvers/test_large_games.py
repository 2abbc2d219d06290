"""Large two-player games: the tree of faces against listing vertices and against lrsnash, limits, and memory."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from kgsim import nash
from kgsim.games import strategic
from kgsim.games.reduction import reduce_game
from kgsim.games.strategic import regrets, regrets_of_many
from kgsim.solvers.effort import Effort, OutOfEffort
from kgsim.solvers.strategic import bimatrix
from kgsim.solvers.strategic.null_vector import null_vector
from kgsim.solvers.strategic.one_equilibrium import one_equilibrium
from kgsim.solvers.strategic.rationals import as_integers

# von Stengel (1999): 75 equilibria.
VON_STENGEL = np.array(
    [
        [9504, -660, 19976, -20526, 1776, -8976],
        [-111771, 31680, -130944, 168124, -8514, 52764],
        [397584, -113850, 451176, -586476, 29216, -178761],
        [171204, -45936, 208626, -263076, 14124, -84436],
        [1303104, -453420, 1227336, -1718376, 72336, -461736],
        [737154, -227040, 774576, -1039236, 48081, -300036],
    ]
)


def both_ways(game: np.ndarray) -> tuple[set[object], set[object]]:
    """Labels of the extreme equilibria by listing vertices and by the tree of faces."""
    scaled = strategic.normalise(np.asarray(game, dtype=float))
    tables = as_integers(scaled[0]), as_integers(scaled[1].T)
    found = bimatrix._by_vertices(*tables, Effort()), bimatrix._by_faces(*tables, Effort(), {})
    vertices, faces = ([(x.labels, y.labels) for x, y in one.pairs] for one in found)
    assert len(faces) == len(set(faces))
    return set(vertices), set(faces)


def games(most: int, high: int) -> st.SearchStrategy[np.ndarray]:
    sizes = st.tuples(st.just(2), st.integers(2, most), st.integers(2, most))
    return sizes.flatmap(lambda shape: arrays(np.float64, shape, elements=st.integers(0, high).map(float)))


@settings(deadline=None, max_examples=150)
@given(st.one_of(games(4, 1), games(4, 2), games(5, 4), games(5, 50)))
def test_the_tree_of_faces_finds_what_listing_vertices_finds_with_ties(game: np.ndarray) -> None:
    vertices, faces = both_ways(game)
    assert faces == vertices


@settings(deadline=None, max_examples=60)
@given(games(4, 2), st.integers(0, 2**32 - 1), st.sampled_from([1e-6, 1e-8, 1e-9, 1e-10, 1e-12]))
def test_it_does_so_where_ties_are_missed_by_less_than_floating_point_can_tell(
    game: np.ndarray, seed: int, size: float
) -> None:
    vertices, faces = both_ways(game + size * np.random.default_rng(seed).random(game.shape))
    assert faces == vertices


def test_von_stengels_game_has_75_equilibria_by_faces_too() -> None:
    b = VON_STENGEL[[4, 5, 2, 3, 0, 1]][:, [4, 5, 2, 3, 0, 1]].T
    vertices, faces = both_ways(np.array([VON_STENGEL, b]))
    assert len(faces) == 75 and faces == vertices


@pytest.mark.parametrize("shape", [(12, 12), (13, 11), (20, 9)])
def test_indices_of_all_equilibria_of_a_large_game_sum_to_one(shape: tuple[int, int]) -> None:
    game = np.random.default_rng(sum(shape)).normal(size=(2, *shape))
    found = nash(game, method="engine")
    assert found.complete and found.index_sum_agrees
    assert found.relative_regrets.max() <= 1e-12
    assert "unused and as a best response" in found.reason


def lrsnash(game: np.ndarray, folder: Path) -> int:
    """How many extreme equilibria lrsnash (Avis, Rosenberg, Savani and von Stengel 2010) lists."""
    rows = ["\n".join(" ".join(map(str, row)) for row in payoffs) for payoffs in game.tolist()]
    file = folder / "game"
    file.write_text(f"{game.shape[1]} {game.shape[2]}\n\n" + "\n\n".join(rows) + "\n")
    answer = subprocess.run(["lrsnash", file], capture_output=True, text=True, check=True).stdout
    return int(answer.partition("Number of equilibria found:")[2].split()[0])


@pytest.mark.skipif(shutil.which("lrsnash") is None, reason="lrsnash is not installed")
@pytest.mark.parametrize(("size", "high"), [(9, 2), (10, 5), (11, 10), (12, 10), (12, 1000)])
def test_as_many_as_lrsnash(size: int, high: int, tmp_path: Path) -> None:
    game = np.random.default_rng(size + high).integers(0, high, (2, size, size))
    # lrsnash knows no reduction, and every extreme equilibrium counts.
    assert reduce_game(game.astype(float)).duplicates == ((), ())
    found = nash(game, method="engine")
    assert found.complete
    assert len(found) == lrsnash(game, tmp_path)


def test_coordination_on_eleven_points_has_all_its_equilibria() -> None:
    found = nash([np.eye(11), np.eye(11)], method="engine")
    assert (len(found), found.complete, found.components) == (2**11 - 1, True, ())
    assert found.index_sum_agrees


@pytest.mark.parametrize(("size", "kind"), [(30, "normal"), (40, "integers"), (60, "normal")])
def test_zero_sum_games_of_any_size_are_solved_whole(size: int, kind: str) -> None:
    rng = np.random.default_rng(size)
    a = rng.normal(size=(size, size)) if kind == "normal" else rng.integers(-5, 6, (size, size)).astype(float)
    found = nash([a, -a], method="engine")
    assert found.complete and "zero-sum" in found.reason
    # The value by linear programming: player 1 secures as much as possible against every column.
    program = linprog(
        np.append(np.zeros(size), -1.0),
        A_ub=np.hstack([-a.T, np.ones((size, 1))]),
        b_ub=np.zeros(size),
        A_eq=[[1.0] * size + [0.0]],
        b_eq=[1.0],
        bounds=[(0, None)] * size + [(None, None)],
    )
    np.testing.assert_allclose(found.expected_payoffs[:, 0], -program.fun, atol=1e-9)


@settings(deadline=None, max_examples=60)
@given(
    st.tuples(st.integers(2, 5), st.integers(2, 5)).flatmap(lambda s: arrays(np.int64, s, elements=st.integers(0, 2)))
)
def test_zero_sum_games_with_ties_have_all_their_optimal_strategies(a: np.ndarray) -> None:
    top = int(a.max())
    tables = a.tolist(), (top - a.T).tolist()
    found = bimatrix._zero_sum(tables[0], Effort())
    assert found is not None
    expected = bimatrix._by_vertices(*tables, Effort()).pairs
    assert {(x.labels, y.labels) for x, y in found.pairs} == {(x.labels, y.labels) for x, y in expected}


@settings(deadline=None, max_examples=60)
@given(games(5, 3))
def test_a_path_in_floating_point_ends_at_an_exact_equilibrium(game: np.ndarray) -> None:
    scaled = strategic.normalise(game)
    found = one_equilibrium(*bimatrix._polytopes(as_integers(scaled[0]), as_integers(scaled[1].T), Effort()))
    if found is not None:
        x, y = found
        assert regrets(game, [x.strategy(), y.strategy()]).max() <= 1e-12


def test_work_and_not_the_clock_ends_a_search_in_the_same_place() -> None:
    game = np.random.default_rng(3).random((2, 16, 16))
    first, again = (nash(game, method="engine", work_limit=600_000) for _ in range(2))
    assert not first.complete and "limit of 600,000 steps of work" in first.reason
    assert len(first) == len(again) > 1
    for one, other in zip(first.equilibria, again.equilibria, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    assert nash(game, method="engine").complete


def test_a_clock_that_cuts_a_search_is_named() -> None:
    found = nash(np.random.default_rng(3).random((2, 14, 14)), method="engine", time_limit=1e-3)
    assert not found.complete and "clock" in found.reason and "0.001 s" in found.reason
    assert found.relative_regrets.max() <= 1e-9


def test_efforts_add_up() -> None:
    effort = Effort(100)
    effort.spend(60)
    part = effort.part(1000)
    assert part.steps == 40 and effort.overtime() == 0.0
    with pytest.raises(OutOfEffort, match="limit of 100 steps"):
        part.spend(41)


def test_pure_equilibria_hold_no_more_memory_than_themselves() -> None:
    found = nash([np.eye(400), np.eye(400)], method="engine", work_limit=100_000)
    assert len(found) >= 400 and not found.complete
    bases = {id(s.base): s.base.nbytes for p in found.equilibria for s in p if s.base is not None}
    assert sum(bases.values()) <= 3 * len(found) * 2 * 400 * 8


def test_regrets_of_many_profiles_do_not_depend_on_how_many_are_measured_at_once(monkeypatch) -> None:
    rng = np.random.default_rng(8)
    payoffs = rng.normal(size=(3, 4, 3, 5))
    strategies = [rng.dirichlet(np.ones(k), 50) for k in payoffs.shape[1:]]
    whole = regrets_of_many(payoffs, strategies)
    monkeypatch.setattr(strategic, "MOST_NUMBERS", 100)
    np.testing.assert_allclose(regrets_of_many(payoffs, strategies), whole, atol=1e-14)
    alone = [regrets(payoffs, [own[k] for own in strategies]) for k in range(50)]
    np.testing.assert_allclose(whole, alone, atol=1e-14)


@settings(deadline=None, max_examples=100)
@given(st.integers(1, 5), st.integers(0, 5), st.integers(0, 2**32 - 1))
def test_null_vectors(length: int, rows: int, seed: int) -> None:
    matrix = np.random.default_rng(seed).integers(-2, 3, (rows, length))
    found = null_vector(matrix.tolist(), length)
    rank = np.linalg.matrix_rank(matrix) if rows else 0
    if rank == length:
        assert found == []
    elif rank < length - 1:
        assert found is None
    else:
        assert found and any(found) and not np.any(matrix @ np.array(found))
