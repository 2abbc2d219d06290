"""Trembling-hand perfect and proper equilibria of two-player games, against textbooks and theorems."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kgsim
from kgsim.solvers.strategic.refinements import refine

#: Game (rows' payoffs, columns' payoffs), and pure equilibria with what they withstand.
GAMES = {
    # Myerson (1978), the two games by which properness was introduced: a hopeless third action changes perfection.
    "Myerson, two actions": (
        [[1, 0], [0, 0]], [[1, 0], [0, 0]],
        {(0, 0): "proper", (1, 1): "not perfect"},
    ),
    "Myerson, three actions": (
        [[1, 0, -9], [0, 0, -7], [-9, -7, -7]], [[1, 0, -9], [0, 0, -7], [-9, -7, -7]],
        {(0, 0): "proper", (1, 1): "perfect, not proper", (2, 2): "not perfect"},
    ),
    # Selten (1978), entry: to fight is a weakly dominated threat.
    "chain store": ([[0, 0], [-1, 1]], [[5, 5], [0, 2]], {(0, 0): "not perfect", (1, 1): "proper"}),
    # Selten (1975), figure 2: the second is perfect in strategic form, not in extensive form; row actions R, Lr, Ll.
    "Selten": ([[1, 1], [0, 0], [0, 2]], [[1, 1], [2, 3], [2, 0]], {(0, 0): "proper"}),
    # Everybody is indifferent to everything.
    "nothing at stake": ([[0, 0], [0, 0]], [[0, 0], [0, 0]], {(0, 0): "proper", (1, 1): "proper"}),
    "prisoner's dilemma": ([[3, 0], [5, 1]], [[3, 5], [0, 1]], {(1, 1): "proper"}),
}  # fmt: skip


@pytest.mark.parametrize("name", GAMES)
def test_textbook_games(name: str) -> None:
    rows, columns, expected = GAMES[name]
    for (row, column), label in expected.items():
        profile = np.eye(len(rows))[row], np.eye(len(rows[0]))[column]
        assert str(refine(np.array([rows, columns], dtype=float), profile)) == label


def test_labels_come_with_the_set() -> None:
    found = kgsim.nash(GAMES["Myerson, three actions"][:2])
    pairs_of = [tuple(int(own.argmax()) for own in each) for each in found.equilibria]
    by = dict(zip(pairs_of, found.refinements, strict=True))
    assert {pair: str(label) for pair, label in by.items()} == GAMES["Myerson, three actions"][2]


def test_inside_a_continuum_one_mixture_alone_may_be_proper() -> None:
    """Only at two thirds do the row player's two mistakes cost the same, so that neither column need be better."""
    game = np.array([[[2, 2, 1], [1, 1, 2], [2, 2, 0]], [[1, 0, 1], [2, 0, 0], [0, 0, 1]]], dtype=float)
    top = np.eye(3)[0]
    for share in (0.5, 0.6, 2 / 3, 0.7, 1.0):
        label = refine(game, (top, np.array([share, 0.0, 1.0 - share])))
        assert label.perfect and label.proper == (share == 2 / 3)


def test_three_players_are_not_judged() -> None:
    found = kgsim.nash(np.random.default_rng(0).normal(size=(3, 2, 2, 2)))
    assert {str(each) for each in found.refinements} == {"not decided"}


def test_what_linear_programmes_cannot_tell_is_not_decided() -> None:
    close = np.array([[[1.0, 0.0], [1.0, -1e-9]], [[1.0, 0.0], [0.0, 0.0]]])
    assert str(refine(close, (np.eye(2)[0], np.eye(2)[0]))) == "not decided"


def bimatrices(most: int):
    return st.tuples(st.integers(2, most), st.integers(2, most), st.integers(0, 2**32), st.booleans())


def drawn(rows: int, columns: int, seed: int, whole: bool) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 3, (2, rows, columns)).astype(float) if whole else rng.normal(size=(2, rows, columns))


@settings(max_examples=25)
@given(bimatrices(4))
def test_regular_equilibria_are_proper(drawing) -> None:
    """Van Damme (1991), theorem 2.5.5 with 2.6.1: nothing that withstands every small change is lost."""
    game = drawn(*drawing[:3], False)
    assert {str(each) for each in kgsim.nash(game).refinements} == {"proper"}


@settings(max_examples=25, deadline=None)
@given(bimatrices(3))
def test_a_perfect_equilibrium_uses_nothing_that_is_weakly_dominated(drawing) -> None:
    """By a linear programme for domination by mixtures; and every game has a perfect equilibrium among its extremes."""
    game = drawn(*drawing[:3], True)
    found = kgsim.nash(game)
    for profile, label in zip(found.equilibria, found.refinements, strict=True):
        clear = all(undominated(own, each) for own, each in zip((game[0], game[1].T), profile, strict=True))
        assert label.perfect == clear
        assert label.perfect or not label.proper
    assert any(label.perfect for label in found.refinements)


def undominated(own: np.ndarray, strategy: np.ndarray) -> bool:
    from scipy.optimize import linprog

    gain = own - strategy @ own
    best = linprog(-gain.sum(axis=1), -gain.T, np.zeros(gain.shape[1]), np.ones((1, len(own))), [1.0])
    return bool(-best.fun <= 1e-9)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32))
def test_what_is_proper_is_the_limit_of_play_with_costlier_mistakes_rarer(seed) -> None:
    """Symmetric 3x3 games with ties: pure profiles against profiles of powers of a small number, tried one by one."""
    game = drawn(3, 3, seed, True)
    small = [1e-4**power for power in range(1, 4)]
    for row in range(3):
        for column in range(3):
            profile = np.eye(3)[row], np.eye(3)[column]
            if (game[0] @ profile[1]).max() > (game[0] @ profile[1])[row]:
                continue
            if (game[1].T @ profile[0]).max() > (game[1].T @ profile[0])[column]:
                continue
            assert refine(game, profile).proper == any(
                nearly_proper(game, mixed(row, one), mixed(column, other))
                for one in pairs(small)
                for other in pairs(small)
            )


def pairs(small: list[float]) -> list[tuple[float, float]]:
    return [(one * scale, other) for one in small for other in small for scale in (0.5, 1.0, 2.0)]


def mixed(action: int, mistakes: tuple[float, float]) -> np.ndarray:
    found = np.empty(3)
    found[[other for other in range(3) if other != action]] = mistakes
    found[action] = 1.0 - sum(mistakes)
    return found


def nearly_proper(game: np.ndarray, one: np.ndarray, other: np.ndarray) -> bool:
    """Whether each action that is worth less is at most a five-hundredth as likely."""
    for own, play, against in ((game[0], one, other), (game[1].T, other, one)):
        worth = own @ against
        less = worth[:, None] < worth[None, :] - 1e-14
        if (less & (play[:, None] > play[None, :] / 500)).any():
            return False
    return True


#: Games, and what their one continuum withstands, with a proper equilibrium inside it by hand.
CONTINUA = {
    # Columns' outer mistakes cost it the same only at 1/2, where they may balance each other for rows.
    "in the middle": ([[2, 1, 1], [0, 1, 2]], [[0, 1, 1], [1, 2, 0]], "all perfect, some proper", [0.5, 0.5]),
    # Selten's entry game: any threat to fight that keeps the entrant out is dominated.
    "chain store": ([[0, 0], [-1, 1]], [[5, 5], [0, 2]], "none perfect", None),
    "nothing at stake": ([[0, 0], [0, 0]], [[0, 0], [0, 0]], "all proper", None),
    # The second row is as good as the first against the first column and worse against the second.
    "half dominated": ([[1, 1], [1, 0]], [[1, 0], [1, 0]], "some proper", None),
}


@pytest.mark.parametrize("name", CONTINUA)
def test_continua_by_hand(name: str) -> None:
    rows, columns, told, proper = CONTINUA[name]
    (found,) = kgsim.nash([rows, columns], method="engine").refined_continua()
    assert str(found) == told
    if proper:
        assert found.example[0] == pytest.approx(proper)


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.integers(0, 1), min_size=8, max_size=8),
    st.lists(st.floats(0.01, 1.0), min_size=6, max_size=6),
)
def test_what_is_said_of_a_continuum_holds_inside_it(numbers: list[int], weights: list[float]) -> None:
    found = kgsim.nash(np.array(numbers, dtype=float).reshape(2, 2, 2), method="engine")
    judged = found.refined_continua()
    labels = found.refinements
    assert any(each.proper for each in labels) or any(each.proper in ("all", "some") for each in judged)
    for group, each in zip(found.components, judged, strict=True):
        share = np.resize(weights, len(group)) / np.resize(weights, len(group)).sum()
        ends = [np.array([found.equilibria[number][side] for number in group]) for side in (0, 1)]
        inside = refine(found.payoffs, (share @ ends[0], share[::-1] @ ends[1]))
        for said, label in ((each.perfect, "perfect"), (each.proper, "proper")):
            assert said != "all" or (getattr(inside, label) and all(getattr(labels[k], label) for k in group))
            assert said != "none" or not (getattr(inside, label) or any(getattr(labels[k], label) for k in group))
