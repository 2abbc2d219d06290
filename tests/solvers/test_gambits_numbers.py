"""Noisy play on the principal branch against Gambit's numbers, and against Gambit itself where it is installed.

The games are from Gambit's own tests and catalogue. Left out are games with a symmetry that the branch has to break,
where two followers may leave a fork by different ways.
"""

from __future__ import annotations

import numpy as np
import pytest

import kgsim

#: Player by player, the last player's actions turning fastest.
GAMES = {
    # Ochs (1995), as transformed by McKelvey and Palfrey (1995).
    "asymmetric pennies": [[1.1141, 0, 0, 0.2785], [0, 1.1141, 1.1141, 0]],
    "constant sum": [[1, 1, 0, 1], [1, 1, 2, 1]],
    # Selten (1975), figure 2, in reduced strategic form.
    "Selten": [[1, 1, 0, 0, 0, 2], [1, 1, 2, 3, 2, 0]],
    # Shapley (1974), figure 2, on the method of Lemke and Howson.
    "Shapley": [[2, 2, 0, 0, 3, 0, 3, 0, 1], [3, 0, 2, 0, 3, 2, 0, 0, 1]],
    # Nau, Gomez Canovas and Hansen (2004), sections 4 and 5; three players of two actions.
    "irrational": [[3, 1, 0, 0, 0, 0, 1, 2], [0, 0, 2, 1, 1, 3, 0, 0], [2, 0, 0, 0, 0, 0, 0, 3]],
    "continuum": [[0, 1, 0, 0, 3, 0, 0, 0], [0, 1, 3, 0, 0, 0, 0, 0], [2, 0, 0, 0, 0, 0, 0, 3]],
}
SHAPES = {"Selten": (3, 2), "Shapley": (3, 3), "irrational": (2, 2, 2), "continuum": (2, 2, 2)}

#: Game, precision, and what Gambit 16.7.0 computes as every player's probabilities, one after the other.
COMPUTED = [
    ("asymmetric pennies", 0.5, [0.549653976, 0.450346024, 0.486173652, 0.513826348]),
    ("asymmetric pennies", 2.0, [0.617521946, 0.382478054, 0.371981664, 0.628018336]),
    ("asymmetric pennies", 5.0, [0.595876300, 0.404123700, 0.255753566, 0.744246434]),
    ("constant sum", 1.0, [0.642979359, 0.357020641, 0.588319025, 0.411680975]),
    ("constant sum", 2.0, [0.772676607, 0.227323393, 0.611743479, 0.388256521]),
    ("constant sum", 3.0, [0.859536710, 0.140463290, 0.603815786, 0.396184214]),
    ("Selten", 0.5, [0.392733327, 0.238204804, 0.369061870, 0.562166525, 0.437833475]),
    ("Selten", 3.0, [0.772557087, 0.038463353, 0.188979561, 0.734677840, 0.265322160]),
    ("Shapley", 1.0, [0.318208801, 0.224104805, 0.457686395, 0.281384234, 0.212174517, 0.506441248]),
    ("Shapley", 4.0, [0.022025706, 0.020352665, 0.957621628, 0.019364690, 0.018979791, 0.961655519]),
    ("irrational", 1.0, [0.565609439, 0.434390561, 0.510503896, 0.489496104, 0.484903135, 0.515096865]),
    ("irrational", 4.0, [0.598491945, 0.401508055, 0.479452451, 0.520547549, 0.447083659, 0.552916341]),
    ("continuum", 1.0, [0.445833942, 0.554166058, 0.445833942, 0.554166058, 0.371972448, 0.628027552]),
    ("continuum", 4.0, [0.495655784, 0.504344216, 0.495655784, 0.504344216, 0.252191201, 0.747808799]),
]

#: The same, printed with six digits in Gambit's manual of gambit-logit, precisions too.
PRINTED = [
    ("Selten", 0.022853, [0.335873, 0.328284, 0.335843, 0.501962, 0.498038]),
    ("Selten", 0.047978, [0.338668, 0.322803, 0.33853, 0.504249, 0.495751]),
    ("Selten", 0.075600, [0.341747, 0.316863, 0.34139, 0.506915, 0.493085]),
    ("Selten", 0.105965, [0.345145, 0.310443, 0.344413, 0.510023, 0.489977]),
    ("Selten", 0.139346, [0.348902, 0.303519, 0.347578, 0.51364, 0.48636]),
]


def game(name: str) -> np.ndarray:
    rows = np.array(GAMES[name], dtype=float)
    return rows.reshape(len(rows), *SHAPES.get(name, (2, 2)))


@pytest.mark.parametrize(("name", "precision", "expected"), COMPUTED)
def test_computed_by_gambit(name: str, precision: float, expected: list[float]) -> None:
    assert np.concatenate(kgsim.qre(game(name), precision).profile(0)) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize(("name", "precision", "expected"), PRINTED)
def test_printed_in_gambits_manual(name: str, precision: float, expected: list[float]) -> None:
    assert np.concatenate(kgsim.qre(game(name), precision).profile(0)) == pytest.approx(expected, abs=1.5e-6)


@pytest.mark.parametrize("name", GAMES)
def test_where_gambit_is_installed_it_says_the_same(name: str) -> None:
    gambit = pytest.importorskip("pygambit")
    there = gambit.Game.from_arrays(*game(name))
    for precision in (0.3, 1.0, 3.0):
        (found,) = gambit.qre.logit_solve_lambda(there, lam=[precision])
        own = [float(found.profile[strategy]) for player in there.players for strategy in player.strategies]
        assert np.concatenate(kgsim.qre(game(name), precision).profile(0)) == pytest.approx(own, abs=1e-6)


def test_a_unique_equilibrium_in_irrational_numbers() -> None:
    """Nau, Gomez Canovas and Hansen (2004), section 4, in which every player mixes."""
    found = kgsim.nash(game("irrational"))
    assert found.complete and len(found.equilibria) == 1
    assert [own[0] for own in found.equilibria[0]] == pytest.approx([0.6192326, 0.4798042, 0.3788253], abs=1e-6)


def test_a_curve_of_equilibria_of_three_players_is_one_component() -> None:
    """Nau, Gomez Canovas and Hansen (2004), section 5: a curve joins two of the three pure equilibria."""
    found = kgsim.nash(game("continuum"))
    pure = {
        tuple(int(own.argmax()) for own in profile): number
        for number, profile in enumerate(found.equilibria)
        if all(own.max() == 1.0 for own in profile)
    }
    assert list(pure) == [(0, 1, 0), (1, 0, 0), (1, 1, 1)]
    (joined,) = found.connected
    assert {pure[0, 1, 0], pure[1, 0, 0]} <= set(joined) and pure[1, 1, 1] not in joined
    assert found.complete and not found.spanned


def test_a_segment_of_equilibria_of_three_players_is_one_component() -> None:
    """The same, section 6: the third player mixes between two mixtures, and no mediator changes what anybody has."""
    ends = [(2, 0, 0), (0, 2, 1), (0, 1, 1), (1, 0, 2), (1, 0, 2), (0, 1, 1), (0, 2, 1), (2, 0, 0),
            (1, 0, 1), (0, 2, 0), (0, 1, 2), (2, 0, 1), (2, 0, 1), (0, 1, 2), (0, 2, 0), (1, 0, 1)]  # fmt: skip
    payoffs = np.array(ends, dtype=float).reshape(4, 2, 2, 3).transpose(3, 2, 1, 0)
    found = kgsim.nash(payoffs)
    thirds = [profile[2] for profile in found.equilibria]
    assert found.components == ((0, 1),)
    assert np.array(thirds) == pytest.approx(np.array([[0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]]), abs=1e-9)
    assert kgsim.correlated(payoffs).values == pytest.approx(np.array([[0.75, 0.75], [0.75, 0.75], [1, 1]]))
