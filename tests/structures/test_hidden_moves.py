"""Moves and draws that somebody does not see: told by the order of play where that can be done, else on the tree."""

from __future__ import annotations

import pytest
from chance_games import random_game

import kgsim
from kgsim.errors import ScenarioError
from kgsim.structures.hidden import solve_hidden

HEAD = """
kgsim: 1
title: Hidden moves
question: Who knows what?
players: {A: one, B: two, C: three}
terms: {a: x, b: x, c: x}
utilities: {A: a, B: b, C: c}
"""

#: Selten (1975): C does not know whether it was called by A or by B. Of two pure Nash equilibria one is sequential.
HORSE = (
    HEAD
    + """
moves:
  A: {down: x, across: x}
  B: {down: x, across: x}
  C: {left: x, right: x}
outcomes:
  left by A: {when: {A: down, C: left}, terms: {a: 3, b: 3, c: 2}}
  right by A: {when: {A: down}}
  left by B: {when: {B: down, C: left}, terms: {a: 4, b: 4}}
  right by B: {when: {B: down}, terms: {c: 1}}
  end: {otherwise: true, terms: {a: 1, b: 1, c: 1}}
structures:
  horse:
    play:
      - {who: A, seen by: [B]}
      - {who: B, if: {A: across}, seen by: []}
      - {who: C, if: [{A: down}, {B: down}]}
"""
)

PENNIES = (
    HEAD
    + """
chance: {rain: {wet: 1/4, dry: 3/4}}
moves:
  A: {heads: x, tails: x}
  B: {heads: x, tails: x}
  C: {watch: x}
outcomes:
  wet: {when: {rain: wet}, terms: {a: 4, b: 4}}
  same: {when: {A: heads, B: heads}, terms: {a: 1, b: -1}}
  same too: {when: {A: tails, B: tails}, terms: {a: 1, b: -1}}
  different: {otherwise: true, terms: {a: -1, b: 1}}
structures:
  hidden: {play: [{who: rain, seen by: []}, {who: A, seen by: [C]}, B, C]}
"""
)

#: Myerson's poker (1991, section 2.1) of one card: who bets with a low card in a third of all cases is called in two.
BLUFF = """
chance: {card: {high: 1/2, low: 1/2}}
moves:
  A: {bet: x, fold: x}
  B: {call: x, fold: x}
  C: {watch: x}
outcomes:
  won: {when: {card: high, A: bet, B: call}, terms: {a: 2, b: -2}}
  lost: {when: {card: low, A: bet, B: call}, terms: {a: -2, b: 2}}
  stolen: {when: {A: bet, B: fold}, terms: {a: 1, b: -1}}
  shown: {when: {card: high, A: fold}, terms: {a: 1, b: -1}}
  given up: {otherwise: true, terms: {a: -1, b: 1}}
structures:
  game: {play: [{who: card, seen by: [A]}, A, {who: B, if: {A: bet}}], fixed: {C: watch}}
"""

#: Cho and Kreps (1987), the type told as a draw that the stranger alone sees.
BEER = """
kgsim: 1
title: Beer and quiche
question: What does breakfast say?
players: {S: stranger, B: bully}
parameters:
  q: {label: share of the strong, value: 0.9, range: [0.05, 0.95], because: Cho and Kreps, certainty: judgement}
terms: {beer: x, quiche: x, duel: x, bold: x}
TYPES
moves:
  S: {beer: beer, quiche: quiche}
  B: {duel: duel, leave: leave}
outcomes:
OUTCOMES
utilities: UTILITIES
structures: {breakfast: {play: PLAY}}
claims: {peace: {says: x, holds: "prob(breakfast, OUTCOME) == 0"}}
"""
DRAWN = (
    BEER.replace("TYPES", "chance: {nature: {strong: q, weak: 1 - q}}")
    .replace(
        "OUTCOMES",
        "\n".join(
            f"  {kind} {meal} {act}: {{when: {{nature: {kind}, S: {meal}, B: {act}}}, "
            f"terms: {{{meal}: {int((kind == 'strong') == (meal == 'beer'))}, duel: {int(act == 'duel')}, "
            f"bold: {int((kind == 'weak') == (act == 'duel'))}}}}}"
            for kind in ("strong", "weak")
            for meal in ("beer", "quiche")
            for act in ("duel", "leave")
        ),
    )
    .replace("UTILITIES", "{S: beer + quiche + 2*(1 - duel), B: bold}")
    .replace("PLAY", "[{who: nature, seen by: [S]}, S, B]")
    .replace("OUTCOME", '\\"weak quiche duel\\"')
)
TYPED = (
    BEER.replace("TYPES", "types: {S: {strong: q, weak: 1 - q}}")
    .replace(
        "OUTCOMES",
        "\n".join(
            f"  {meal} {act}: {{when: {{S: {meal}, B: {act}}}, terms: {{{meal}: 1, duel: {int(act == 'duel')}}}}}"
            for meal in ("beer", "quiche")
            for act in ("duel", "leave")
        ),
    )
    .replace("UTILITIES", "{S: beer*strong + quiche*weak + 2*(1 - duel), B: duel*weak + (1 - duel)*strong + 0*bold}")
    .replace("PLAY", "[S, B]")
    .replace("OUTCOME", '\\"quiche duel\\"')
)

#: The informed sends a warning, which may be lost; only one that arrives can be answered.
LOST = """
kgsim: 1
title: A warning that may be lost
question: Is it worth sending?
players: {S: sender, R: receiver}
parameters:
  lost: {label: chance of loss, value: 0.25, range: [0, 1], because: made up, certainty: judgement}
types: {S: {danger: 1/2, calm: 1/2}}
chance: {post: {arrives: 1 - lost, fails: lost}}
terms: {sent: sent, helped: helped}
moves:
  S: {warn: warn, silent: silent}
  R: {help: help, stay: stay}
outcomes:
  helped: {when: {R: help}, terms: {sent: 1, helped: 1}}
  sent: {when: {S: warn}, terms: {sent: 1}}
  nothing: {otherwise: true}
utilities: {S: 4*helped*danger - sent, R: helped*(danger - calm/2)}
structures: {post: {play: [S, {who: post, if: {S: warn}}, {who: R, if: {post: arrives}}]}}
"""


def found(text: str, structure: str, **values: float) -> kgsim.results.StructureSolution:
    return kgsim.solve(kgsim.loads(text), **values).structures[structure]


def test_the_horse_keeps_its_sequential_equilibrium_and_drops_the_other() -> None:
    solution = found(HORSE, "horse")
    assert [each.outcomes for each in solution.equilibria] == [{"end": 1.0}]
    assert [dict(course.moves) for course in solution.equilibria[0].courses] == [{"A": "across", "B": "across"}]
    assert not solution.complete  # its Nash equilibria form continua, and what lies between was not judged
    tree = kgsim.tree(kgsim.loads(HORSE), "horse")
    assert [len(members) for members in sorted(tree.members, key=len)] == [1, 1, 2]


def test_beliefs_are_bayes_s_on_the_path_and_one_that_supports_the_equilibrium_off_it() -> None:
    """C, who is not called, goes right only if it thinks itself called by B, so that A went across, by two to one."""
    (horse,) = found(HORSE, "horse").equilibria
    (belief,) = horse.beliefs
    assert (belief.believer, belief.decision, belief.surprise, dict(belief.after)) == ("C", "A", True, {})
    assert belief.probabilities["across"][0] >= 2 / 3


def test_what_is_hidden_behind_a_draw_is_believed_by_bayes_rule() -> None:
    """A bets with every high card and with a third of the low ones: of four bets three are with a high one."""
    text = HEAD + BLUFF
    (bluff,) = found(text, "game").equilibria
    (belief,) = bluff.beliefs
    assert (belief.believer, belief.decision, belief.surprise) == ("B", "card", False)
    assert dict(belief.after) == {"A": "bet"}
    assert {name: low for name, (low, _) in belief.probabilities.items()} == pytest.approx(
        {"high": 3 / 4, "low": 1 / 4}
    )


def test_what_nobody_sees_is_told_by_the_order_of_play() -> None:
    structure = kgsim.loads(PENNIES).structures["hidden"]
    assert structure.play == ((("A",), ("B",)), (("C",),), (("rain",),))
    assert not structure.seen_by
    solution = found(PENNIES, "hidden")
    assert solution.complete
    assert [solution.values[player] for player in "ABC"] == [pytest.approx((x, x)) for x in (1.0, 1.0, 0.0)]


@pytest.mark.parametrize("q", [0.9, 0.3])
def test_a_draw_that_one_player_sees_is_a_private_type(q: float) -> None:
    drawn, typed = found(DRAWN, "breakfast", q=q), found(TYPED, "breakfast", q=q)
    worth = {tuple(round(value, 6) for value in each.payoffs.values()) for each in typed.equilibria}
    assert {tuple(round(value, 6) for value in each.payoffs.values()) for each in drawn.equilibria} == worth


def test_chance_goes_together_with_private_types() -> None:
    # In danger the warning is worth 4(1 - lost) - 1 > 0; the calm do not gain by it, so it is believed and answered.
    solution = found(LOST, "post")
    best = max(solution.equilibria, key=lambda each: each.payoffs["S"])
    assert best.outcomes == pytest.approx({"nothing": 0.5, "helped": 0.375, "sent": 0.125})
    assert best.type_payoffs["S"] == pytest.approx({"danger": 2.0, "calm": 0.0})
    assert all(("R" in course.moves) == (course.moves.get("post") == "arrives") for course in best.courses)
    assert [each.outcomes for each in found(LOST, "post", lost=0.9).equilibria] == [{"nothing": 1.0}]


def test_studies_take_hidden_moves() -> None:
    study = kgsim.sweep(kgsim.loads(DRAWN), q=[0.6, 0.9])
    for q in (0.6, 0.9):
        low, high = found(DRAWN, "breakfast", q=q).values["S"]
        at = {"structure": "breakfast", "player": "S", "q": q}
        assert (study.low.sel(at).item(), study.high.sel(at).item()) == pytest.approx((low, high))


@pytest.mark.parametrize("seed", range(600, 615))
def test_where_all_is_seen_the_tree_says_what_the_stages_say(seed: int) -> None:
    scenario = random_game(seed, ties=False).scenario()
    staged = kgsim.solve(scenario).structures["game"]
    on_tree = solve_hidden(scenario, scenario.structures["game"], scenario.base)
    assert on_tree.complete
    assert [each.payoffs for each in on_tree.equilibria] == [pytest.approx(each.payoffs) for each in staged.equilibria]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("seen by: [B]}", "seen by: [X]}", "no player named 'X'"),
        ("  C: {left: x, right: x}", "  C: {left: {label: x, if: {A: down}}, right: x}", "which C does not see"),
        ("{who: A, seen by: [B]}", "{who: A+C, seen by: [B]}", "hides no moves"),
    ],
)
def test_faults_are_told(old: str, new: str, says: str) -> None:
    assert HORSE.count(old) == 1
    with pytest.raises(ScenarioError, match=says):
        kgsim.loads(HORSE.replace(old, new))


#: The guesser's own type is right about the other's with probability `tie`.
GUESS = """
kgsim: 1
title: A guess
question: What does a type tell of another's?
players: {A: first, B: second}
parameters: {tie: {label: how often alike, value: 0.8, range: [0.5, 1], because: made up, certainty: judgement}}
types:
  A: {up: {label: up}, down: {label: down}}
  B: {high: {label: high}, low: {label: low}}
joint: {up high: tie/2, up low: (1 - tie)/2, down high: (1 - tie)/2, down low: tie/2}
terms: {up_guessed: x, down_guessed: x}
moves: {A: {wait: wait}, B: {say_up: guess up, say_down: guess down}}
outcomes:
  guessed up: {when: {B: say_up}, terms: {up_guessed: 1}}
  guessed down: {otherwise: true, terms: {down_guessed: 1}}
utilities: {A: 0*up, B: up*up_guessed + down*down_guessed + 0*high}
structures: {guess: {play: [B], fixed: {A: wait}}}
"""


@pytest.mark.parametrize("tie", [0.5, 0.8, 1.0])
def test_a_type_tells_of_the_others_where_they_are_drawn_together(tie: float) -> None:
    solution = found(GUESS, "guess", tie=tie)
    assert solution.complete == (tie > 0.5)  # what lies between two answers that are equally good was not judged
    assert {round(each.payoffs["B"], 9) for each in solution.equilibria} == {tie}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("up high: tie/2, ", "", "'up high' has no probability"),
        ("up high: tie/2", "up high: tie", "sum to 1.4"),
        ("up high", "high up", "no combination of types"),
        ("{label: up}", "1/2", "has a prior, and `joint`"),
    ],
)
def test_faults_of_a_joint_prior_are_told(old: str, new: str, says: str) -> None:
    assert GUESS.count(old) == 1
    with pytest.raises(ScenarioError, match=says):
        kgsim.loads(GUESS.replace(old, new))
