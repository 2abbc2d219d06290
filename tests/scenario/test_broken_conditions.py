"""Chance events and conditions with one fault each: the error names the line, the key and the remedy."""

from __future__ import annotations

import pytest

from kgsim.errors import ScenarioError
from kgsim.scenario.lint import lint
from kgsim.scenario.load import loads

VALID = """
kgsim: 1
title: An attack and an accident
question: Is it answered?
players: {A: first, B: second}
parameters:
  p: {label: chance, value: 0.2, range: [0, 1], because: made up for a test, certainty: judgement}
chance:
  accident:
    happens: p
    none: {probability: 1 - p, label: nothing happens}
decisions: {later: A}
terms: {x: x}
moves:
  A: {attack: attack, wait: wait}
  B:
    answer: {label: answer, if: {A: attack}}
    ignore: ignore
  later: {stop: stop, go: go on}
outcomes:
  war: {when: {B: answer}, terms: {x: -1}}
  crash: {when: {accident: happens}, terms: {x: -2}}
  over: {when: {later: stop}}
  calm: {otherwise: true}
utilities: {A: x, B: x}
structures:
  crisis:
    play:
      - A
      - B
      - {who: accident, if: [{A: attack}, {B: ignore}]}
      - {who: later, if: {accident: none}}
"""

#: Name, edit (old, new), piece of the line, key, message, remedy.
FAULTS = {
    "sum": ("1 - p, label", "1.1 - p, label", "accident:", "chance.accident", "sum to 1.1", "1 - happens"),
    "negative": ("happens: p", "happens: -p", "happens: -p", "chance.accident.happens", "is -0.2", "0 or more"),
    "unknown name": ("happens: p", "happens: q", "happens: q", "chance.accident.happens", "named 'q'", ""),
    "one thing alone": ("    none: {probability: 1 - p, label: nothing happens}\n", "", "accident:",
                        "chance.accident", "one thing alone may happen", "Add another"),
    "moves of chance": ("  later: {stop", "  accident: {none: x}\n  later: {stop", "accident: {none", "moves.accident",
                        "is a chance event, which has no moves", "under `chance`"),
    "bloc with chance": ("      - A\n", "      - A+accident\n", "- A+accident", "structures.crisis.play[0]",
                         "which no bloc decides", "stage of its own"),
    "chance restricted": ("  crisis:\n", "  crisis:\n    only: {accident: [none]}\n", "only:",
                          "structures.crisis.only.accident", "cannot be restricted", "`fixed`"),
    "unknown move in a condition": ("if: {accident: none}", "if: {accident: nothing}", "who: later",
                                    "structures.crisis.play[3].if.accident", "no move named 'nothing'", "none"),
    "unknown decision in a condition": ("if: {A: attack}}", "if: {C: attack}}", "answer: {label", "moves.B.answer.if.C",
                                        "no player or decision named 'C'", ""),
    "condition on nothing": ("if: {accident: none}", "if: {}", "who: later", "structures.crisis.play[3].if",
                             "names no decision", "delete it"),
    "condition on what is to come": ("if: {A: attack}}", "if: {later: stop}}", "answer: {label", "moves.B.answer.if",
                                     "speaks of later, which has not moved yet when B moves", "earlier stage"),
    "stage before its condition": ("{who: later, if: {accident: none}}", "{who: later, if: {later: stop}}",
                                   "who: later", "structures.crisis.play[3].if", "speaks of later", "earlier stage"),
    "condition that is never met": (
        "{who: later, if: {accident: none}}", "{who: later, if: {B: answer}}\n    only: {A: [wait]}", "play:",
        "structures.crisis.play", "later never moves", "fix it",
    ),
}  # fmt: skip


def test_the_undamaged_scenario_is_valid() -> None:
    assert lint(loads(VALID)) == ()


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_with_its_place(name: str) -> None:
    old, new, line, key, says, remedy = FAULTS[name]
    assert VALID.count(old) == 1, "the edit must hit one place"
    broken = VALID.replace(old, new)
    with pytest.raises(ScenarioError) as caught:
        loads(broken)
    problem = next((each for each in caught.value.problems if each.key == key), None)
    assert problem is not None, str(caught.value)
    assert problem.line is not None and line in broken.split("\n")[problem.line - 1]
    assert says in problem.message
    assert remedy in problem.remedy


def test_probabilities_that_leave_their_limits_within_the_ranges_are_warned_of() -> None:
    warnings = lint(loads(VALID.replace("range: [0, 1]", "range: [0, 2]")))
    assert [each.key for each in warnings] == ["chance.accident.happens", "chance.accident.none"]
    warnings = lint(loads(VALID.replace("probability: 1 - p", "probability: 0.8")))
    assert any("sum to" in each.message for each in warnings)


def test_terms_from_an_interval_do_not_go_with_chance_and_conditions() -> None:
    interval = VALID.replace("wait: wait}", "wait: {label: wait, menu: {x: {from: 0, to: 1}}}}")
    with pytest.raises(ScenarioError, match="where chance moves or moves have conditions"):
        loads(interval)
