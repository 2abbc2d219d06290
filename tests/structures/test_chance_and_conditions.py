"""Chance events and conditions in scenario files: textbook games by hand, random ones against other ways to solve."""

from __future__ import annotations

import numpy as np
import pytest
from chance_games import RandomGame, random_game

import kgsim
from kgsim.games.gambit import parse_game
from kgsim.games.gambit_text import efg_text
from kgsim.solvers.extensive.tree import TreeSearch

HEAD = """
kgsim: 1
title: A game of the textbooks
question: How is it played?
players: {A: first, B: second}
parameters:
  p: {label: a chance, value: 0.2, range: [0, 1], because: made up for a test, certainty: judgement}
terms: {a: worth to A, b: worth to B}
utilities: {A: a, B: b}
"""

#: Entry, answer, and an accident that hurts both whatever the answer: entering pays where 2(1 - p) > 6p.
ENTRY = (
    HEAD
    + """
chance: {accident: {happens: p, none: {probability: 1 - p, label: nothing happens}}}
moves:
  A: {out: stay out, enter: enter}
  B: {fight: fight, yield: give way}
outcomes:
  peace: {when: {A: out}, terms: {b: 4}}
  disaster: {when: {accident: happens}, terms: {a: -6, b: -6}}
  fought: {when: {B: fight}, terms: {a: -1}}
  shared: {otherwise: true, terms: {a: 2, b: 2}}
structures:
  entry: {play: [A, {who: B, if: {A: enter}}, {who: accident, if: {A: enter}}]}
  safe: {play: [A, {who: B, if: {A: enter}}], fixed: {accident: none}}
claims:
  deterred: {says: Nobody enters., holds: 'prob(entry, peace) == 1'}
"""
)

#: A pie of 3, of which whoever is drawn offers 1 or 2; refusal leaves nothing. Both accept 1.
PROPOSER = (
    HEAD
    + """
chance: {proposer: {first: p, second: 1 - p}}
decisions: {reply_A: A, reply_B: B}
moves:
  A: {offer: {label: offer, menu: {b: [1, 2]}}}
  B: {offer: {label: offer, menu: {a: [1, 2]}}}
  reply_A: {"yes": accept, "no": refuse}
  reply_B: {"yes": accept, "no": refuse}
outcomes:
  A proposed: {when: {reply_B: "yes"}, terms: {a: 3 - A.b, b: A.b}}
  B proposed: {when: {reply_A: "yes"}, terms: {a: B.a, b: 3 - B.a}}
  nothing: {otherwise: true}
structures:
  ultimatum:
    play:
      - proposer
      - {who: A, if: {proposer: first}}
      - {who: reply_B, if: {proposer: first}}
      - {who: B, if: {proposer: second}}
      - {who: reply_A, if: {proposer: second}}
"""
)

#: Four nodes; whoever takes ends it. Taking at once is all that backward induction leaves.
CENTIPEDE = (
    HEAD.replace("  p:", "  z:")
    + """
decisions: {A2: A, B2: B}
moves:
  A: {take: take, pass: pass}
  B: {take: take, pass: pass}
  A2: {take: take, pass: pass}
  B2: {take: take, pass: pass}
outcomes:
  one: {when: {A: take}, terms: {a: 1}}
  two: {when: {B: take}, terms: {b: 2}}
  three: {when: {A2: take}, terms: {a: 3, b: 1}}
  four: {when: {B2: take}, terms: {a: 2, b: 4}}
  end: {otherwise: true, terms: {a: 5, b: 3}}
structures:
  centipede: {play: [A, {who: B, if: {A: pass}}, {who: A2, if: {B: pass}}, {who: B2, if: {A2: pass}}]}
"""
)

#: A threat that can be carried out only after an attack, and a peace that only those can make who have not attacked.
THREAT = (
    HEAD.replace("  p:", "  z:")
    + """
moves:
  A: {attack: attack, wait: wait}
  B:
    retaliate: {label: strike back, if: {A: attack}}
    settle: {label: make peace, if: {A: wait}}
    nothing: do nothing
outcomes:
  war: {when: {B: retaliate}, terms: {a: -5, b: -1}}
  seized: {when: {A: attack}, terms: {a: 2, b: -2}}
  settled: {when: {B: settle}, terms: {a: 1, b: 1}}
  quiet: {otherwise: true}
structures:
  crisis: {play: [A, B]}
"""
)


def only(text: str, structure: str, **values: float) -> kgsim.results.Equilibrium:
    """The single equilibrium of a structure, which must be complete."""
    solution = kgsim.solve(kgsim.loads(text), **values).structures[structure]
    assert solution.complete
    (found,) = solution.equilibria
    assert found.residual == pytest.approx(0.0, abs=1e-12)
    return found


@pytest.mark.parametrize(("p", "worth"), [(0.0, 2.0), (0.2, 0.4), (0.24, 0.08), (0.3, 0.0), (1.0, 0.0)])
def test_an_accident_deters_entry_from_a_quarter_on(p: float, worth: float) -> None:
    found = only(ENTRY, "entry", p=p)
    assert found.payoffs["A"] == pytest.approx(worth, abs=1e-12)
    assert ("disaster" in found.outcomes) == (0 < p < 0.25)
    if worth == 0.0:
        assert [dict(course.moves) for course in found.courses] == [{"A": "out"}]


def test_the_threshold_of_an_accident_is_found_and_studies_agree() -> None:
    scenario = kgsim.loads(ENTRY)
    found = kgsim.threshold(scenario, "p", claim="deterred", inverse=False)
    assert found.boundaries == pytest.approx([0.25] * len(found.boundaries))
    study = kgsim.sweep(scenario, p=np.linspace(0, 1, 9))
    assert study.complete.all()
    assert study.low.sel(structure="entry", player="A").values == pytest.approx(
        np.maximum(0, 2 - 8 * study.p.values), abs=1e-12
    )
    shares = kgsim.robustness(scenario, draws=64, ordinal=False, priors=["uniform"]).priors["uniform"]
    assert shares.claims["deterred"].holds.share == pytest.approx(0.75, abs=0.15)


@pytest.mark.parametrize("p", [0.0, 0.25, 1.0])
def test_a_random_proposer_gets_two_of_three(p: float) -> None:
    assert only(PROPOSER, "ultimatum", p=p).payoffs == pytest.approx({"A": 1 + p, "B": 2 - p})


def test_nobody_moves_after_the_end() -> None:
    found = only(CENTIPEDE, "centipede")
    assert [dict(course.moves) for course in found.courses] == [{"A": "take"}]
    assert found.alternatives_count == 0
    tree = kgsim.tree(kgsim.loads(CENTIPEDE), "centipede")
    assert (len(tree.nodes), len(tree.information)) == (9, 4)


def test_a_move_with_a_condition_is_no_option_before_it_is_met() -> None:
    found = only(THREAT, "crisis")
    assert dict(found.courses[0].moves) == {"A": "wait", "B": "settle"}
    tree = kgsim.tree(kgsim.loads(THREAT), "crisis")
    assert sorted(each.actions for each in tree.information if each.player == 1) == [
        ("retaliate", "nothing"),
        ("settle", "nothing"),
    ]


def test_probabilities_that_go_wrong_at_a_point_are_told() -> None:
    solution = kgsim.solve(kgsim.loads(ENTRY), p=1.5).structures["entry"]
    assert "no probabilities that sum to 1" in solution.unsolved
    study = kgsim.sweep(kgsim.loads(ENTRY), p=[0.5, 1.5], beyond_range=True)
    assert np.isnan(study.low.sel(structure="entry", player="A").values).tolist() == [False, True]


def solved(game: RandomGame, **how: bool) -> kgsim.results.StructureSolution:
    solution = kgsim.solve(game.scenario(**how)).structures["game"]
    assert solution.residual < 1e-9
    return solution


def listed(solution: kgsim.results.StructureSolution, worth: tuple[float, ...], ends: dict[str, float]) -> bool:
    return any(
        np.allclose([*each.payoffs.values()], worth, atol=1e-6)
        and each.outcomes.keys() == ends.keys()
        and all(abs(each.outcomes[name] - share) < 1e-6 for name, share in ends.items())
        for each in solution.equilibria
    )


@pytest.mark.parametrize("seed", range(60))
def test_no_pure_equilibrium_of_a_random_game_is_lost_and_none_invented(seed: int) -> None:
    check_pure(seed)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(20))
def test_no_pure_equilibrium_of_a_thousand_random_games_is_lost(part: int) -> None:
    for seed in range(1000 + 50 * part, 1050 + 50 * part):
        check_pure(seed)


def check_pure(seed: int) -> None:
    game = random_game(seed, ties=seed % 2 == 0)
    solution, wanted = solved(game), game.equilibria()
    assert solution.complete
    assert all(listed(solution, worth, dict(ends)) for worth, ends in wanted)
    if seed % 2:
        assert len(solution.equilibria) == len(wanted) == 1


@pytest.mark.parametrize("seed", range(200, 230))
def test_the_tree_that_is_exported_has_the_same_equilibria(seed: int) -> None:
    game = random_game(seed, ties=seed % 3 > 0)
    tree = kgsim.tree(game.scenario(), "game")
    read = parse_game(efg_text(tree))
    perfect = TreeSearch(read, None).subgame_perfect()
    found = solved(game)
    assert perfect is not None and perfect.complete
    assert {tuple(np.round(each.payoffs, 6)) for each in perfect.equilibria} == {
        tuple(np.round([*each.payoffs.values()], 6)) for each in found.equilibria
    }


@pytest.mark.parametrize("seed", range(300, 340))
def test_a_condition_is_a_move_that_makes_no_difference(seed: int) -> None:
    game = random_game(seed, chance=seed % 2 == 0, ties=seed % 3 == 0)
    with_conditions, with_dummies = solved(game), solved(game, dummies=True)
    if not (with_conditions.complete and with_dummies.complete):
        return  # too many ties to list everything, and so it says
    for player, interval in with_conditions.values.items():
        assert with_dummies.values[player] == pytest.approx(interval)
    assert set(with_conditions.outcomes) == set(with_dummies.outcomes)


@pytest.mark.parametrize("seed", range(400, 420))
def test_points_of_utility_do_not_matter(seed: int) -> None:
    game = random_game(seed, ties=seed % 2 == 0)
    scaled = RandomGame(game.stages, {end: (3 * a - 7, b / 4 + 2) for end, (a, b) in game.payoffs.items()})
    first, second = solved(game), solved(scaled)
    assert [each.outcomes for each in first.equilibria] == [each.outcomes for each in second.equilibria]


@pytest.mark.parametrize("seed", range(500, 520))
def test_studies_of_random_games_find_what_single_points_have(seed: int) -> None:
    scenario = random_game(seed, ties=seed % 2 == 0).scenario()
    study = kgsim.sweep(scenario, k=[1.0, 1.5])
    for k in (1.0, 1.5):
        solution = kgsim.solve(scenario, k=k).structures["game"]
        for player, (low, high) in solution.values.items():
            at = {"structure": "game", "player": player, "k": k}
            assert study.low.sel(at).item() == pytest.approx(low, abs=1e-9)
            assert study.high.sel(at).item() == pytest.approx(high, abs=1e-9)
