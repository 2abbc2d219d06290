"""Nash equilibria as parts of sequential equilibria: textbook verdicts, and all held against the definition."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings

from kgsim.cli import main
from kgsim.games.bayesian import BayesianGame
from kgsim.games.extensive import ExtensiveGame
from kgsim.games.gambit import parse_game
from kgsim.solvers.bayesian.perfect_bayesian import pure_equilibria
from kgsim.solvers.extensive.assessments import Assessment
from kgsim.solvers.extensive.tree import TreeEquilibrium, solve_tree
from published_trees import ALL, BEER_QUICHE, HORSE, NOBODY_KNOWS
from small_trees import best, small_trees, value


def judged(text: str) -> list[tuple[list[list[float] | None], Assessment]]:
    game = parse_game(text)
    assert isinstance(game, ExtensiveGame)
    found = []
    for each in nash(game)[1]:
        assert each.assessment is not None
        play = [None if part is None else part.round(9).tolist() for _, part in sorted(each.behaviour.items())]
        found.append((play, each.assessment))
    return found


def nash(game: ExtensiveGame) -> tuple[ExtensiveGame, tuple[TreeEquilibrium, ...]]:
    """The tree without what makes no difference, and its equilibria."""
    solution = solve_tree(game)
    return solution.game, solution.nash.equilibria


def test_one_nash_equilibrium_of_selten_s_horse_fails() -> None:
    """If 1 goes down and 3 left, 2 would rather go down too, once it were asked (Selten 1975)."""
    (good,) = [found for play, found in judged(HORSE) if play == [[1, 0], [1, 0], [0, 1]]]
    (bad,) = [found for play, found in judged(HORSE) if play == [[0, 1], [1, 0], [1, 0]]]
    assert good.verdict == "sequential"
    assert bad.verdict == "not sequential" and "at 2 2 does better with down than with across" in bad.reason


#: By game, actions at the first information sets to the verdict expected.
TOLD = [
    ("poker", [[1, 0], [2 / 3, 1 / 3], [1 / 3, 2 / 3]], "sequential"),
    ("beer", [[1, 0], [0, 1], [1, 0], [1, 0]], "sequential"),
    ("beer", [[0, 1], [1, 0], [0, 1], [0, 1]], "sequential"),
    ("entry", [[1, 0, 0], [1, 0]], "not sequential"),
    ("entry", [[0, 0, 1], [0, 1]], "sequential"),
    ("chain", [[0, 1], [0, 1], [1, 0]], "sequential"),
    ("chain", [[1, 0], [1, 0], [1, 0]], "not sequential"),
    ("crisis", [[1, 0], [0, 0, 1], None, None], "sequential"),
    ("crisis", [[0, 1], [0, 0, 1], [1, 0], [1, 0]], "sequential"),
    ("crisis", [[0, 1], [0, 1, 0], [1, 0], [0, 1]], "not sequential"),
]


@pytest.mark.parametrize(("name", "play", "verdict"), TOLD)
def test_textbook_verdicts(name: str, play: list[list[float] | None], verdict: str) -> None:
    rounded = [None if part is None else np.round(part, 9).tolist() for part in play]
    assert [found.verdict for known, found in judged(ALL[name]) if known == rounded] == [verdict]


def test_beliefs_that_support_the_quiche_lie_in_the_textbook_s_interval() -> None:
    """A beer must be taken for a weak type's with probability 1/2 or more, or nobody would challenge its drinker."""
    found = [a for play, a in judged(BEER_QUICHE) if play[:2] == [[0, 1], [1, 0]]]
    assert found and all(each.beliefs[1][1] >= 0.5 - 1e-9 for each in found)


def test_nobody_learns_from_a_move_of_somebody_who_knows_nothing() -> None:
    """The mover does not know how chance fell, so coming in cannot mean that it fell well for a fight."""
    verdicts = [(play, found.verdict, found.reason) for play, found in judged(NOBODY_KNOWS)]
    assert ([[0, 1], [0, 1]], "sequential", "") in verdicts
    refused = [(verdict, reason) for play, verdict, reason in verdicts if play[0] == [1, 0]]
    assert refused and all(
        each == ("not sequential", "no vanishing errors lead to the beliefs needed at two") for each in refused
    )


def rational(game: ExtensiveGame, play: dict[int, np.ndarray], beliefs: dict[int, np.ndarray], slack: float) -> bool:
    """Whether at every information set no plan of its owner does better, given the beliefs: plans tried one by one."""
    for index, members in enumerate(game.members):
        player = game.information[index].player
        own = [i for i, each in enumerate(game.information) if each.player == player]
        plans = product(*(np.eye(len(game.information[i].actions)) for i in own))

        def worth(plan: dict[int, np.ndarray], index: int = index, player: int = player) -> float:
            return sum(
                b * value(game, plan, place)[player]
                for b, place in zip(beliefs[index], game.members[index], strict=True)
            )

        meant = worth(play)
        if members and any(worth({**play, **dict(zip(own, plan, strict=True))}) > meant + slack for plan in plans):
            return False
    return True


def erred(
    play: dict[int, np.ndarray], errors: dict[tuple[int, int], tuple[float, float]], size: float
) -> dict[int, np.ndarray]:
    """Completely mixed play in which actions never taken are erred into."""
    found = {}
    for index, mix in play.items():
        weights = np.array(
            [errors[index, a][1] * size ** errors[index, a][0] if p == 0 else p for a, p in enumerate(mix)]
        )
        found[index] = weights / weights.sum()
    return found


def bayes(game: ExtensiveGame, play: dict[int, np.ndarray]) -> dict[int, np.ndarray]:
    """Beliefs under completely mixed play, by the probabilities of paths."""
    chances = np.ones(len(game.nodes))
    for place, node in enumerate(game.nodes):
        shares = node.probabilities if node.information is None else play[node.information]
        for share, child in zip(shares, node.children, strict=False):
            chances[child] = chances[place] * share
    return {
        i: chances[list(members)] / chances[list(members)].sum() for i, members in enumerate(game.members) if members
    }


@settings(max_examples=50, deadline=None)
@given(small_trees())
def test_verdicts_on_random_trees_stand_up_to_the_definition(game: ExtensiveGame) -> None:
    """A yes: the errors lead to the beliefs, and every choice is best. A no: no errors drawn at random do as well."""
    rng = np.random.default_rng(0)
    game, found_here = nash(game)
    for each in found_here:
        found = each.assessment
        assert found is not None
        if found.verdict == "sequential":
            play, beliefs = dict(found.behaviour), dict(found.beliefs)
            for index, part in each.behaviour.items():
                assert part is None or np.allclose(part, play[index], atol=1e-8)
            limits = bayes(game, erred(play, dict(found.errors), 1e-5))
            for index, believed in beliefs.items():
                np.testing.assert_allclose(limits[index], believed, atol=1e-3)
            assert rational(game, play, beliefs, 1e-6)
            for root in game.subgames:
                for player in range(len(game.players)):
                    assert best(game, play, player, root) <= value(game, play, root)[player] + 1e-6
        elif found.verdict == "not sequential":
            silent = [i for i, part in each.behaviour.items() if part is None]
            fillings = list(product(*(np.eye(len(game.information[i].actions)) for i in silent)))
            for _ in range(40):
                filling = fillings[rng.integers(len(fillings))]
                play = {i: part for i, part in each.behaviour.items() if part is not None}
                play |= dict(zip(silent, filling, strict=True))
                errors = {
                    (i, a): (float(rng.integers(1, 3)), float(rng.choice([0.3, 1.0, 3.0])))
                    for i, mix in play.items()
                    for a, p in enumerate(mix)
                    if p == 0
                }
                limits = {i: np.where(b > 1e-3, b, 0) for i, b in bayes(game, erred(play, errors, 1e-5)).items()}
                assert not rational(game, play, {i: b / b.sum() for i, b in limits.items()}, 1e-9)


@settings(max_examples=20, deadline=None)
@given(small_trees())
def test_what_the_logit_path_selects_is_never_refused(game: ExtensiveGame) -> None:
    solution = solve_tree(game)
    limit = solution.sequential
    if limit is None or not limit.arrived:
        return
    for each in solution.nash.equilibria:
        there = all(
            part is None or np.allclose(part, limit.behaviour[i], atol=1e-4) for i, part in each.behaviour.items()
        )
        if there and each.assessment is not None:
            assert each.assessment.verdict != "not sequential"


@pytest.mark.parametrize("seed", range(6))
def test_pure_answers_for_three_types_are_the_perfect_bayesian_ones(seed: int) -> None:
    """In signalling games the two notions are one, and here two solvers that share no search must agree."""
    rng = np.random.default_rng(seed)
    prior = np.array([0.25, 0.25, 0.5])
    payoffs = rng.integers(0, 4, (3, 2, 2, 2)).astype(float)  # types, players, messages, answers
    lines = ['EFG 2 R "Three types" { "s" "r" }', 'c "" 1 "" { "0" 1/4 "1" 1/4 "2" 1/2 } 0']
    for kind in range(3):
        lines.append(f'p "" 1 {kind + 1} "{kind}" {{ "x" "y" }} 0')
        for message in range(2):
            lines.append(f'p "" 2 {message + 1} "after {message}" {{ "l" "r" }} 0')
            for answer in range(2):
                own, other = payoffs[kind, :, message, answer]
                lines.append(f't "" {4 * kind + 2 * message + answer + 1} "" {{ {own} {other} }}')
    game = parse_game("\n".join(lines))
    assert isinstance(game, ExtensiveGame)
    labels = [each.label for each in game.information]
    order = [labels.index(name) for name in ("0", "1", "2", "after 0", "after 1")]
    ours = set()
    for each in nash(game)[1]:
        assert each.assessment is not None and each.assessment.verdict != "undecided"
        parts = [each.behaviour[i] for i in order]
        pure = all(part is not None and part.max() > 1 - 1e-9 for part in parts)
        if pure and each.assessment.verdict == "sequential":
            ours.add(tuple(int(np.argmax(part)) for part in parts))
    found = pure_equilibria(BayesianGame((prior,), payoffs, ((0,), (1,)), (0,))).assessments
    led_to = {tuple((message, each[3 + message]) for message in each[:3]) for each in ours}
    assert led_to == {each.ends for each in found}


def test_the_command_tells_the_verdicts(tmp_path) -> None:
    path = tmp_path / "horse.efg"
    path.write_text(HORSE, encoding="utf-8")
    text = CliRunner().invoke(main, ["nash", str(path), "--format", "markdown"]).output
    assert "Not sequential: at 2 2 does better with down than with across." in text
    data = CliRunner().invoke(main, ["nash", str(path), "--format", "json"]).output
    assert '"verdict": "not sequential"' in data


def test_equilibria_that_lead_to_the_same_are_told_once(tmp_path) -> None:
    path = tmp_path / "chain.efg"
    path.write_text(ALL["chain"], encoding="utf-8")
    text = CliRunner().invoke(main, ["nash", str(path), "--format", "markdown"]).output
    nash_part = text[text.index("## Nash equilibria") :]
    assert "2, 4, 5 and 6 lead to the same" in nash_part
    # What ends as a subgame-perfect equilibrium does has been told there.
    assert nash_part.count("No. 1:") == 1 and "| 3 |" in nash_part
    assert "No. 2:" not in nash_part and "No. 3:" not in nash_part


def test_equilibria_beyond_those_that_are_judged_are_told_as_such(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("kgsim.solvers.extensive.tree.MOST_ASSESSED", 1)
    path = tmp_path / "chain.efg"
    path.write_text(ALL["chain"], encoding="utf-8")
    done = CliRunner().invoke(main, ["nash", str(path)])
    assert done.exit_code == 0 and "not judged" in done.output
