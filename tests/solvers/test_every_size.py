"""The engine against the laws of generic games, against itself one game at a time, and against other solvers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import least_squares

from kgsim import nash, nash_batch
from kgsim.games.strategic import action_values, regrets
from kgsim.solvers.batch.nash_batch import NashBatch

SEED = 20250613
PAIRS = [(2, 2), (3, 3), (4, 4), (5, 5), (6, 6)]
SEVERAL = [(2, 2, 2), (3, 3, 3), (2, 2, 2, 2)]

pytestmark = pytest.mark.slow


def generic(shape: tuple[int, ...], count: int, seed: int = SEED) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, len(shape), *shape))


def tied(shape: tuple[int, ...], count: int, most: int = 4) -> np.ndarray:
    return np.random.default_rng(SEED).integers(0, most + 1, (count, len(shape), *shape)).astype(float)


def rows(found: NashBatch, game: int) -> np.ndarray:
    return found.profiles[found.offsets[game] : found.offsets[game + 1]]


def listed(profile: np.ndarray, known: np.ndarray, tolerance: float) -> bool:
    return bool((np.abs(known - profile).max(axis=1) < tolerance).any())


@pytest.mark.parametrize("shape", PAIRS + SEVERAL, ids=str)
def test_ten_thousand_generic_games(shape: tuple[int, ...]) -> None:
    found = nash_batch(generic(shape, 10_000))
    assert found.complete.all()
    assert (found.counts % 2 == 1).all()
    assert (found.index_sums == 1).all()
    assert found.isolated.all()
    assert found.relative_regrets.max() <= 1e-9


@pytest.mark.parametrize("games", [generic, tied])
@pytest.mark.parametrize("shape", PAIRS + SEVERAL, ids=str)
def test_one_game_at_a_time_gives_the_same_bits(shape: tuple[int, ...], games) -> None:
    payoffs = games(shape, 150)
    found = nash_batch(payoffs)
    for number, game in enumerate(payoffs):
        one = nash(game, method="engine")
        assert np.array_equal([np.concatenate(profile) for profile in one.equilibria], rows(found, number))
        assert [index or 0 for index in one.indices] == found.indices[found.offsets[number] :][: len(one)].tolist()
        assert one.complete == found.complete[number]


@pytest.mark.parametrize("shape", PAIRS, ids=str)
def test_quantecon_finds_nothing_more(shape: tuple[int, ...]) -> None:
    theory = pytest.importorskip("quantecon.game_theory")
    payoffs = generic(shape, 300, seed=7)
    found = nash_batch(payoffs)
    for number, (first, second) in enumerate(payoffs):
        peer = theory.NormalFormGame((theory.Player(first), theory.Player(np.ascontiguousarray(second.T))))
        for profile in theory.support_enumeration(peer):
            assert listed(np.concatenate(profile), rows(found, number), 1e-5)


@pytest.mark.parametrize(("shape", "count"), [((2, 2, 2), 300), ((3, 3, 3), 30), ((2, 2, 2, 2), 60)], ids=str)
def test_gambit_finds_nothing_more(shape: tuple[int, ...], count: int) -> None:
    gambit = pytest.importorskip("pygambit")
    payoffs = generic(shape, max(count, 60), seed=8)
    found = nash_batch(payoffs)
    for number, game in enumerate(payoffs[:count]):
        peer = gambit.Game.from_arrays(*game)
        strategies = [strategy for player in peer.players for strategy in player.strategies]
        for mixed in gambit.nash.enumpoly_solve(peer).equilibria:
            profile = np.array([float(mixed[strategy]) for strategy in strategies])
            if regrets(game, np.split(profile, np.cumsum(shape)[:-1])).max() < 1e-7:
                assert listed(profile, rows(found, number), 1e-4)


def conditions(flat: np.ndarray, game: np.ndarray, cuts: np.ndarray) -> np.ndarray:
    """Zero at an equilibrium: each action unplayed or as good as the player's value (Fischer and Burmeister)."""
    actions = sum(game.shape[1:])
    profile = np.split(flat[:actions], cuts)
    values = action_values(game, profile)
    parts = []
    for own, value, level in zip(profile, values, flat[actions:], strict=True):
        short = level - value
        parts += [own + short - np.hypot(own, short), [own.sum() - 1.0]]
    return np.concatenate(parts)


@pytest.mark.parametrize(("shape", "count"), [((2, 2, 2), 400), ((3, 3, 3), 600), ((2, 2, 2, 2), 400)], ids=str)
@pytest.mark.parametrize("most", [4, 9])
def test_where_ties_allow_a_complete_set_a_search_from_many_starts_finds_nothing_more(
    shape: tuple[int, ...], count: int, most: int
) -> None:
    rng = np.random.default_rng(SEED)
    payoffs = tied(shape, count, most)
    found = nash_batch(payoffs)
    cuts = np.cumsum(shape)[:-1]
    searched = reached = 0
    # Complete may also be a list of a continuum's extreme points, where only two players are left to choose.
    alone = [bool(found.isolated[found.offsets[g] : found.offsets[g + 1]].all()) for g in range(count)]
    for number in np.flatnonzero(found.complete & alone)[:20]:
        game, known, seen = payoffs[number], rows(found, number), set()
        for _ in range(10):
            profile = [rng.dirichlet(np.ones(actions)) for actions in shape]
            levels = [value.max() for value in action_values(game, profile)]
            answer = least_squares(conditions, np.concatenate([*profile, levels]), args=(game, cuts), max_nfev=40).x
            clean = [
                np.clip(own, 0.0, None) / np.clip(own, 0.0, None).sum() for own in np.split(answer[: sum(shape)], cuts)
            ]
            if regrets(game, clean).max() < 1e-9:
                distance = np.abs(known - np.concatenate(clean)).max(axis=1)
                assert distance.min() < 1e-3, game.tolist()
                seen.add(int(distance.argmin()))
        searched += 1
        reached += len(seen)
    assert searched > 10 and reached > searched  # the search is one that finds equilibria
