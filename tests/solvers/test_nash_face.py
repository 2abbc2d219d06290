"""The face of the solvers: arguments, the certificate, Nashpy beside the engine, and what start-up costs."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kgsim import GameError, nash
from kgsim.games.strategic import regrets
from kgsim.solvers.equilibria import Profile
from kgsim.solvers.strategic import nashpy_check

SEXES = [[[2, 0], [0, 1]], [[1, 0], [0, 2]]]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ({"payoffs": [[1, 2], [3, 4]]}, "^payoffs: "),
        ({"payoffs": SEXES, "method": "guess"}, '^method: expected "auto", "engine" or "nashpy"'),
        ({"payoffs": np.zeros((3, 2, 2, 2)), "method": "nashpy"}, "^method: .* has 3"),
        ({"payoffs": SEXES, "time_limit": 0}, "^time_limit: "),
        ({"payoffs": SEXES, "time_limit": float("nan")}, "^time_limit: "),
        ({"payoffs": SEXES, "work_limit": 0}, "^work_limit: expected a positive number of steps"),
    ],
)
def test_bad_arguments_are_named(arguments: dict[str, object], hint: str) -> None:
    with pytest.raises(GameError, match=hint):
        nash(**arguments)  # type: ignore[arg-type]


def test_one_player_gets_all_best_actions() -> None:
    single = nash([[3, 1, 2]])
    assert (len(single), single.complete, single.indices) == (1, True, (1,))
    tied = nash([[3, 1, 0.1 + 0.2 + 2.7]])
    assert len(tied) == 2
    assert tied.components == ((0, 1),)
    assert tied.indices == (None, None)


@pytest.mark.parametrize("players", [1, 2, 3, 4, 6])
def test_players_without_a_choice(players: int) -> None:
    found = nash(np.ones((players, *[1] * players)))
    assert len(found.equilibria) == 1
    assert found.complete
    assert found.index_sum_agrees


def test_players_that_dominance_leaves_without_a_choice_are_put_back() -> None:
    # Player 1 always takes action 2; what is left between players 0 and 2 is the battle of the sexes.
    game = np.zeros((3, 2, 3, 2))
    game[0], game[2] = np.expand_dims(SEXES[0], 1), np.expand_dims(SEXES[1], 1)
    game[1] = np.array([0, 1, 2])[None, :, None]
    found = nash(game)
    assert found.complete
    assert sorted(found.indices, key=str) == [-1, 1, 1]
    for profile in found.equilibria:
        assert profile[1].tolist() == [0, 0, 1]


def test_the_certificate() -> None:
    game = 1000 * np.array(SEXES)
    game[0, 1, 1] = 999
    found = nash(game, method="engine")
    assert found.index_sum_agrees
    assert found.regrets.shape == (3, 2)
    spans = np.array([2000, 2000])
    np.testing.assert_allclose(found.relative_regrets, found.regrets / spans)
    assert found.max_regret == found.regrets.max() <= 1e-9
    np.testing.assert_allclose(found.expected_payoffs[0], [2000, 1000])
    assert found.supports_examined == 9
    assert found.roots == {"vertices of player 1": 3, "vertices of player 2": 3}


def test_identical_actions_are_listed_and_marked() -> None:
    # The second and third column are the same move under two names.
    a, b = np.array(SEXES)
    found = nash([a[:, [0, 1, 1]], b[:, [0, 1, 1]]], method="engine")
    assert found.duplicates == ((), ((1, 2),))
    assert found.complete
    assert len(found) == 5
    for group in found.components:
        even = [np.mean([found.equilibria[k][player] for k in group], axis=0) for player in (0, 1)]
        assert regrets(found.payoffs, even).max() <= 1e-12
    assert sorted(map(len, found.components)) == [2, 2]


def test_too_many_splits_are_not_called_complete_but_pure_ones_are_all_there() -> None:
    # Matching pennies in which every side of the coin has 50 names, and an outside option with as many.
    game = np.kron(np.array(SEXES), np.ones((50, 50)))
    found = nash(game, method="engine")
    assert not found.complete
    assert "Identical actions" in found.reason
    pure = [profile for profile in found.equilibria if max(map(np.max, profile)) == min(map(np.max, profile)) == 1]
    assert len(pure) == 2 * 50 * 50


@pytest.mark.parametrize("scale", [1e-300, 1e-9, 1.0, 1e9, 1e299])
def test_scale_does_not_matter(scale: float) -> None:
    found = nash(np.array(SEXES) * scale, method="engine")
    assert found.complete
    assert len(found) == 3
    assert found.relative_regrets.max() <= 1e-9


def test_ill_scaled_payoffs_do_not_break_it() -> None:
    game = np.array([[[1e9, 0, 1e-9], [0, 1e-9, 2e-9]], [[1e-9, 0, 3], [5, -1e9, 0]]])
    found = nash(game, method="engine")
    assert found.relative_regrets.max() <= 1e-9


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.integers(1, 3), min_size=1, max_size=3).flatmap(
        lambda shape: arrays(np.float64, (len(shape), *shape), elements=st.integers(0, 3).map(float))
    )
)
def test_every_game_has_an_equilibrium_and_every_profile_is_one(game: np.ndarray) -> None:
    found = nash(game, method="engine")
    assert found.equilibria
    assert found.relative_regrets.max() <= 1e-9
    for profile in found.equilibria:
        for strategy in profile:
            assert strategy.min() >= 0
            assert abs(strategy.sum() - 1) <= 1e-12
    assert all(0 <= k < len(found) for group in found.components for k in group)


def test_it_prints_well() -> None:
    found = nash(SEXES, method="engine")
    text = str(found)
    assert text.startswith("3 Nash equilibria, complete (vertex enumeration in exact arithmetic)")
    assert "(0.6667, 0.3333)  (0.3333, 0.6667)  index -1" in text
    assert repr(found) == text
    assert "<table>" in found._repr_html_()
    degenerate = nash(np.zeros((2, 1, 2)), method="engine")
    assert "continuum through 0, 1" in str(degenerate)


@pytest.mark.parametrize("method", ["auto", "nashpy"])
def test_nashpy_agrees_on_the_battle_of_the_sexes(method: str) -> None:
    found = nash(SEXES, method=method)  # type: ignore[arg-type]
    assert "Nashpy's vertex enumeration agrees." in found.reason
    assert "Nashpy" in found.method
    assert found.complete
    assert len(found) == 3


@settings(deadline=None, max_examples=15)
@given(arrays(np.float64, (2, 3, 3), elements=st.integers(0, 2).map(float)))
def test_nashpy_never_contradicts_the_engine_on_ties(game: np.ndarray) -> None:
    assert "disagrees" not in nash(game, method="nashpy").reason


def test_what_nashpy_misses_is_said_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = nashpy_check.nashpy_profiles
    monkeypatch.setattr(nashpy_check, "nashpy_profiles", lambda scaled: whole(scaled)[:1])
    found = nash(SEXES)
    assert "found 1 of these 3" in found.reason
    assert len(found) == 3
    assert found.complete


def test_what_nashpy_finds_beyond_is_a_disagreement(monkeypatch: pytest.MonkeyPatch) -> None:
    from kgsim.solvers.strategic import bimatrix

    solve = bimatrix.solve

    def forgetful(scaled: np.ndarray, *unscaled: object, effort: object) -> object:
        from dataclasses import replace

        raw = solve(scaled, effort=effort)
        return replace(raw, equilibria=raw.equilibria[1:], indices=raw.indices[1:])

    monkeypatch.setattr(bimatrix, "solve", forgetful)
    found = nash(SEXES)
    assert "disagrees" in found.reason
    assert not found.complete
    assert len(found) == 3


def test_a_point_within_a_continuum_is_no_disagreement() -> None:
    # Entry deterrence: the entrant stays out against any probability of a fight of at least one half.
    from kgsim.solvers.strategic import bimatrix

    raw = bimatrix.solve(np.array([[[0.5, 0.5], [0, 1]], [[1, 1], [0, 2 / 3]]]))
    out = np.array([1.0, 0.0])
    within = nashpy_check.cross_check(raw, [(out, np.array([0.75, 0.25]))], prefer_nashpy=False)
    assert "disagrees" not in within.reason
    assert within.equilibria == raw.equilibria
    beyond = nashpy_check.cross_check(raw, [(out, np.array([0.25, 0.75]))], prefer_nashpy=False)
    assert "disagrees" in beyond.reason


def test_nashpy_failing_falls_back_to_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    import nashpy

    def broken(self: object) -> list[Profile]:
        raise ValueError("no")

    monkeypatch.setattr(nashpy.Game, "vertex_enumeration", broken)
    found = nash(SEXES, method="nashpy")
    assert len(found) == 3
    assert "found 0 of these 3" in found.reason


def test_nashpy_is_not_asked_what_it_cannot_do() -> None:
    game = np.random.default_rng(1).integers(0, 50, (2, 7, 7))
    found = nash(game, method="nashpy")
    assert "Nashpy was not asked" in found.reason
    assert found.complete


def test_start_up_loads_no_heavy_library() -> None:
    code = (
        "import sys; from kgsim.solvers.strategic.nash import nash; "
        "nash([[[2, 0], [0, 1]], [[1, 0], [0, 2]]], method='engine'); "
        "heavy = {'numba', 'nashpy', 'scipy', 'pandas', 'matplotlib'} & set(sys.modules); "
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
