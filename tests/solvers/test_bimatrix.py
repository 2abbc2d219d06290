"""Two-player games: textbook cases, independent oracles, and what must not change the answer."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kgsim import nash
from kgsim.solvers.strategic import bimatrix
from kgsim.solvers.strategic.best_response import Vertex
from kgsim.solvers.strategic.lemke_howson import lemke_howson
from kgsim.solvers.strategic.nash import NashSet
from kgsim.solvers.strategic.rationals import as_integers


def profiles(found: NashSet) -> set[tuple[tuple[float, ...], ...]]:
    return {tuple(tuple((strategy + 0.0).round(9).tolist()) for strategy in p) for p in found.equilibria}


def engine(payoffs: object) -> NashSet:
    return nash(payoffs, method="engine")  # type: ignore[arg-type]


THIRD, HALF = 1 / 3, 1 / 2

# Name: (A, B, [(x, y, index)]). All equilibria; the sources give the closed forms.
TEXTBOOK = {
    "prisoner's dilemma": ([[3, 0], [5, 1]], [[3, 5], [0, 1]], [([0, 1], [0, 1], 1)]),
    "matching pennies": ([[1, -1], [-1, 1]], [[-1, 1], [1, -1]], [([HALF, HALF], [HALF, HALF], 1)]),
    "battle of the sexes": (
        [[2, 0], [0, 1]],
        [[1, 0], [0, 2]],
        [([1, 0], [1, 0], 1), ([0, 1], [0, 1], 1), ([2 / 3, THIRD], [THIRD, 2 / 3], -1)],
    ),
    # Value V = 2, cost C = 6: play hawk with probability V/C (Maynard Smith 1982).
    "hawk-dove": (
        [[-2, 2], [0, 1]],
        [[-2, 0], [2, 1]],
        [([1, 0], [0, 1], 1), ([0, 1], [1, 0], 1), ([THIRD, 2 / 3], [THIRD, 2 / 3], -1)],
    ),
    "rock, paper, scissors": (
        [[0, -1, 1], [1, 0, -1], [-1, 1, 0]],
        [[0, 1, -1], [-1, 0, 1], [1, -1, 0]],
        [([THIRD] * 3, [THIRD] * 3, 1)],
    ),
    # Pure coordination on three points: 2^3 - 1 equilibria, index (-1)^(k + 1) for k points.
    "three-way coordination": (
        np.eye(3).tolist(),
        np.eye(3).tolist(),
        [
            (weights, weights, index)
            for weights, index in [
                ([1, 0, 0], 1),
                ([0, 1, 0], 1),
                ([0, 0, 1], 1),
                ([HALF, HALF, 0], -1),
                ([HALF, 0, HALF], -1),
                ([0, HALF, HALF], -1),
                ([THIRD] * 3, 1),
            ]
        ],
    ),
    # Inspection game with fine 4, inspection cost 1, gain 2 (Fudenberg and Tirole 1991, p. 17, other numbers).
    "inspection": ([[-4, 2], [0, 0]], [[3, -2], [-1, 0]], [([1 / 6, 5 / 6], [THIRD, 2 / 3], 1)]),
}


@pytest.mark.parametrize("name", TEXTBOOK)
def test_textbook_games(name: str) -> None:
    a, b, expected = TEXTBOOK[name]
    found = engine([a, b])
    assert found.complete
    assert found.index_sum_agrees
    assert found.max_regret <= 1e-12
    table = {
        (tuple(np.round(x, 9)), tuple(np.round(y, 9))): index
        for (x, y), index in zip(found.equilibria, found.indices, strict=True)
    }
    assert table == {(tuple(np.round(x, 9)), tuple(np.round(y, 9))): index for x, y, index in expected}


# von Stengel (1999): 75 equilibria, more than coordination's 63, and payoffs over three orders of magnitude.
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


def test_von_stengels_game_has_75_equilibria() -> None:
    b = VON_STENGEL[[4, 5, 2, 3, 0, 1]][:, [4, 5, 2, 3, 0, 1]].T
    found = engine([VON_STENGEL, b])
    assert (len(found), found.complete, found.index_sum_agrees) == (75, True, True)
    assert found.relative_regrets.max() <= 1e-9


# Degenerate games: (A, B, extreme equilibria, sizes of the maximal Nash subsets that are continua).
DEGENERATE = {
    # Avis, Rosenberg, Savani and von Stengel (2010), section 2: one isolated equilibrium pair and a segment.
    "3x2 with a segment": (
        [[3, 3], [2, 5], [0, 6]],
        [[3, 3], [2, 6], [3, 1]],
        {
            ((1, 0, 0), (1, 0)),
            ((1, 0, 0), (2 / 3, 1 / 3)),
            ((0, 1 / 3, 2 / 3), (1 / 3, 2 / 3)),
        },
        [2],
    ),
    "nobody cares": (
        [[0, 0], [0, 0]],
        [[0, 0], [0, 0]],
        {((1, 0), (1, 0)), ((1, 0), (0, 1)), ((0, 1), (1, 0)), ((0, 1), (0, 1))},
        [4],
    ),
    # Entry deterrence in normal form: the threat to fight keeps the entrant out, credible or not.
    "entry deterrence": (
        [[0, 0], [-1, 1]],
        [[2, 2], [-1, 1]],
        {((1, 0), (1, 0)), ((1, 0), (1 / 2, 1 / 2)), ((0, 1), (0, 1))},
        [2],
    ),
    # A path of three segments; the middle one is no vertex's whole set of partners.
    "a chain": (
        [[1, 1, 0], [0, 1, 1]],
        [[1, 1, 0], [0, 1, 1]],
        {
            ((1, 0), (1, 0, 0)),
            ((1, 0), (0, 1, 0)),
            ((0, 1), (0, 1, 0)),
            ((0, 1), (0, 0, 1)),
        },
        [2, 2, 2],
    ),
    # Two segments that meet in a corner: player 2 is indifferent on row 0, player 1 on column 0.
    "a corner": (
        [[1, 1], [1, 0]],
        [[1, 1], [1, 0]],
        {((1, 0), (1, 0)), ((1, 0), (0, 1)), ((0, 1), (1, 0))},
        [2, 2],
    ),
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_games(name: str) -> None:
    a, b, expected, sizes = DEGENERATE[name]
    found = engine([a, b])
    assert found.complete
    assert profiles(found) == {tuple(tuple(np.round(s, 9).tolist()) for s in p) for p in expected}
    assert sorted(len(group) for group in found.components) == sizes


def test_a_maximal_nash_subset_is_a_product_of_hulls() -> None:
    found = engine(DEGENERATE["entry deterrence"][:2])
    (group,) = found.components
    mixtures = [np.mean([found.equilibria[k][player] for k in group], axis=0) for player in (0, 1)]
    from kgsim.games.strategic import regrets

    assert regrets(found.payoffs, mixtures).max() <= 1e-12


def brute_force(a: np.ndarray, b: np.ndarray) -> set[tuple[tuple[Fraction, ...], ...]]:
    """Extreme equilibria by solving every square system of tight constraints in fractions; slow and plain."""
    xs, ys = _basic_solutions(b.T), _basic_solutions(a)
    return {
        (x, y)
        for x, best_x in xs.items()
        for y, best_y in ys.items()
        if all(not weight or i in best_y for i, weight in enumerate(x))
        and all(not weight or j in best_x for j, weight in enumerate(y))
    }


def _basic_solutions(own: np.ndarray) -> dict[tuple[Fraction, ...], set[int]]:
    rows, columns = own.shape
    table = [[Fraction(int(entry)) for entry in row] for row in own]
    found = {}
    for size in range(1, min(rows, columns) + 1):
        for used in combinations(range(columns), size):
            for tight in combinations(range(rows), size):
                system = [[table[i][j] for j in used] + [Fraction(-1), Fraction(0)] for i in tight]
                system.append([Fraction(1)] * size + [Fraction(0), Fraction(1)])
                solution = _solve(system)
                if solution is None or min(solution[:-1]) < 0:
                    continue
                y = [Fraction(0)] * columns
                for j, weight in zip(used, solution[:-1], strict=True):
                    y[j] = weight
                values = [sum(p * w for p, w in zip(row, y, strict=True)) for row in table]
                if max(values) == solution[-1]:
                    found[tuple(y)] = {i for i, value in enumerate(values) if value == max(values)}
    return found


def _solve(system: list[list[Fraction]]) -> list[Fraction] | None:
    """Gauss and Jordan on an augmented square system; None if singular."""
    for k in range(len(system)):
        pivot = next((i for i in range(k, len(system)) if system[i][k]), None)
        if pivot is None:
            return None
        system[k], system[pivot] = system[pivot], system[k]
        system[k] = [entry / system[k][k] for entry in system[k]]
        for i in range(len(system)):
            if i != k and system[i][k]:
                system[i] = [p - system[i][k] * q for p, q in zip(system[i], system[k], strict=True)]
    return [row[-1] for row in system]


def small_games(most: int = 3, high: int = 4) -> st.SearchStrategy[np.ndarray]:
    """Games with many ties, up to `most` actions a player."""
    sizes = st.tuples(st.just(2), st.integers(1, most), st.integers(1, most))
    return sizes.flatmap(lambda shape: arrays(np.float64, shape, elements=st.integers(0, high).map(float)))


@settings(deadline=None, max_examples=150)
@given(small_games())
def test_all_extreme_equilibria_of_small_games_with_ties(game: np.ndarray) -> None:
    found = engine(game)
    expected = {
        tuple(tuple(round(float(weight), 9) for weight in strategy) for strategy in profile)
        for profile in brute_force(game[0], game[1])
    }
    assert found.complete
    assert profiles(found) == expected


@settings(deadline=None, max_examples=60)
@given(small_games(4, 9), st.randoms(use_true_random=False))
def test_permuting_actions_permutes_equilibria(game: np.ndarray, random: object) -> None:
    rows, columns = (np.array(random.sample(range(n), n)) for n in game.shape[1:])  # type: ignore[attr-defined]
    permuted = engine(game[:, rows][:, :, columns])
    back = {
        (tuple(np.array(x)[np.argsort(rows)]), tuple(np.array(y)[np.argsort(columns)])) for x, y in profiles(permuted)
    }
    assert back == profiles(engine(game))


@settings(deadline=None, max_examples=60)
@given(small_games(3), st.integers(1, 7), st.integers(-9, 9), st.integers(1, 1000))
def test_units_and_order_of_players_do_not_matter(game: np.ndarray, a: int, b: int, c: int) -> None:
    found = profiles(engine(game))
    assert profiles(engine(np.stack([game[0] * a / 7 + b, game[1] * c - b]))) == found
    swapped = engine(game[::-1].transpose(0, 2, 1))
    assert {(x, y) for y, x in profiles(swapped)} == found


@settings(deadline=None, max_examples=60)
@given(small_games(4, 20))
def test_indices_sum_to_one_where_they_are_defined(game: np.ndarray) -> None:
    found = engine(game)
    assert found.index_sum_agrees in (True, None)
    assert found.relative_regrets.max() <= 1e-9


@settings(deadline=None, max_examples=60)
@given(small_games(5, 3))
def test_lemke_and_howson_end_at_an_equilibrium_despite_ties(game: np.ndarray) -> None:
    from kgsim.games.strategic import regrets

    profile = lemke_howson(as_integers(game[0] / 3), as_integers(game[1].T / 3))
    assert regrets(game, profile).max() <= 1e-12


@pytest.mark.timeout(20)
def test_the_lexicographic_rule_keeps_the_path_from_cycling() -> None:
    # Breaking ties by the first row instead goes round in circles here.
    a, b = np.array([[0, 0, 1], [0, 2, 2], [1, 2, 0]]), np.array([[2, 2, 2], [1, 1, 2], [1, 0, 2]])
    profile = lemke_howson(a.tolist(), b.T.tolist())
    assert tuple(tuple(strategy.tolist()) for strategy in profile) in profiles(engine([a, b]))


def test_gambit_finds_the_same_extreme_equilibria() -> None:
    gambit = pytest.importorskip("pygambit")
    rng = np.random.default_rng(20250613)
    for number in range(60):
        shape = rng.integers(2, 5, 2)
        game = rng.integers(0, 3 if number % 2 else 50, (2, *shape))
        peer = gambit.nash.enummixed_solve(gambit.Game.from_arrays(*game), rational=True)
        theirs = {
            tuple(tuple(round(float(eq[s]), 9) for s in player.strategies) for player in peer.game.players)
            for eq in peer.equilibria
        }
        assert profiles(engine(game)) == theirs


def test_thirds_and_decimals_tie_as_they_were_meant() -> None:
    # Three rows meet in one point at y = (2/3, 1/3) in decimals that no binary fraction hits.
    a = [[0.1, 0.7], [0.3, 0.3], [0.2, 0.5]]
    b = [[0.7, 0.1], [0.2, 0.3], [0.1, 0.9]]
    found, whole = engine([a, b]), engine([np.array(a) * 10, np.array(b) * 10])
    assert found.complete
    assert profiles(found) == profiles(whole)
    assert len(found.components) == len(whole.components)


def test_payoffs_within_rounding_of_a_tie_are_not_called_complete() -> None:
    # At an even mixture the third row falls short of a tie by 1e-12 and no fraction explains it.
    third = 0.5 - 1e-12
    a = [[1, 0], [0, 1], [third, third]]
    found = engine([a, [[0, 1], [1, 0], [0.123456789123, 0.7]]])
    assert not found.complete
    assert "tie" in found.reason


def test_many_actions_few_outcomes() -> None:
    # A stage of 55 offers and 7 answers that lead to five outcomes: reduction and ties, not size, decide.
    rng = np.random.default_rng(11)
    outcome = rng.integers(0, 5, (55, 7))
    worth = np.array([[0.0, 2.5, -1.0, 4.0, 1.5], [1.0, 0.0, 3.0, -2.0, 2.0]])
    found = nash(worth[:, outcome], method="engine", time_limit=30)
    assert found.relative_regrets.max() <= 1e-9
    assert found.complete or "Identical actions" in found.reason


def test_near_ties_are_told_from_integers_beyond_the_range_of_floats() -> None:
    own, table = np.eye(2), [[1, 0], [0, 1]]
    assert not bimatrix._near_tie(own, table, [Vertex((10**400, 10**400), 0b11, 0b11)])
    assert bimatrix._near_tie(own, table, [Vertex((10**400, 10**400 + 1), 0b11, 0b10)])
    assert bimatrix._near_tie(own, table, [Vertex((10**400, 1), 0b11, 0b1)])
