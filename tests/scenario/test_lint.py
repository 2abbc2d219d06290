"""Warnings about scenarios that are valid and still probably not what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from first_edition import FIRST_EDITION
from kgsim.scenario.lint import lint
from kgsim.scenario.load import load, loads

DATA = Path(__file__).parents[1] / "data"
TEXT = (DATA / "border.yaml").read_text(encoding="utf-8")
REPLY = "moves.reply.protest"  # border.yaml lets the reply change nothing


def test_the_one_warning_of_the_example() -> None:
    (problem,) = lint(load(DATA / "border.yaml"))
    assert problem.key == REPLY
    assert "worth the same to everyone as 'calm'" in problem.message
    assert problem.path == DATA / "border.yaml"
    assert problem.line == 46


NEW_PARAMETER = 'extra: {label: x, value: 1, range: [0, 2], because: "x", certainty: judgement}\n\nquantities:'

CASES = {
    "unused parameter": ("\nquantities:", "  " + NEW_PARAMETER, "parameters.extra", "no formula and no claim uses"),
    "parameter that cancels out": (
        ("\nquantities:", "  " + NEW_PARAMETER),
        ("A: margin*deal", "A: extra*deal - extra*deal + margin*deal"),
        "parameters.extra",
        "moves no payoff",
    ),
    "parameter that never binds": (
        ("\nquantities:", "  " + NEW_PARAMETER),
        ("A: margin*deal", "A: max(margin, extra - 20)*deal"),
        "parameters.extra",
        "moves no payoff",
    ),
    "range of a point": ("range: [0, 8]", "range: [4, 4]", "parameters.cost", "single point"),
    "term never set": ("  alone: whether", "  idle: x\n  alone: whether", "terms.idle", "no outcome sets"),
    "term never used": (
        ("  alone: whether", "  idle: x\n  alone: whether"),
        ("terms: {alone: 0.5}", "terms: {alone: 0.5, idle: 1}"),
        "terms.idle",
        "no utility uses",
    ),
    "division by zero in the range": (
        "12*relief",
        "12*relief/cost",
        "parameters.cost.range",
        "at cost = 0 not all payoffs of N",
    ),
    "move in no structure": (
        ("    wait: make no offer", "    wait: make no offer\n    bluff: bluff"),
        ("play: [[P, A], [N], [reply]]", "play: [[P, A], [N], [reply]], only: {P: [wait, offer, joint]}"),
        ("front: {play: [[P+A], N],", "front: {play: [[P+A], N], only: {P: [wait, offer, joint]},"),
        ("summed: {play: [P+A, N],", "summed: {play: [P+A, N], only: {P: [wait, offer, joint]},"),
        ("veto: {play: [P+A, N],", "veto: {play: [P+A, N], only: {P: [wait, offer, joint]},"),
        "moves.P.bluff",
        "no structure lets P play 'bluff'",
    ),
    "dominated move": (
        ("    refuse: refuse", "    refuse: refuse\n    rage: rage"),
        ("  snub: {when", "  fury: {when: {N: rage}, terms: {alone: 1, deal: 9}}\n  snub: {when"),
        "moves.N.rage",
        "strictly worse for N than 'accept' or 'refuse'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_each_warning(name: str) -> None:
    *edits, key, says = CASES[name]
    text = TEXT
    for old, new in [edits] if isinstance(edits[0], str) else edits:
        assert text.count(old) == 1
        text = text.replace(old, new)
    found = {problem.key: problem for problem in lint(loads(text, directory=DATA))}
    assert key in found, found
    assert says in found[key].message
    assert found.keys() - {key} <= {REPLY, "terms.idle"}


def test_parameters_of_blocs_and_claims_count_as_used() -> None:
    # `weight` moves no payoff, but a bloc's rule depends on it.
    assert all("weight" not in problem.key for problem in lint(load(DATA / "border.yaml")))


def test_a_move_that_is_dominated_in_some_structures_only_is_left_alone() -> None:
    text = TEXT.replace("    refuse: refuse", "    refuse: refuse\n    rage: rage")
    text = text.replace("  snub: {when", "  fury: {when: {N: rage}, terms: {alone: 1, deal: 9}}\n  snub: {when")
    text = text.replace("only: {P: [wait, offer]},", "only: {P: [wait, offer], N: [rage]},")
    assert all(problem.key != "moves.N.rage" for problem in lint(loads(text, directory=DATA)))


LIMITS = [
    (
        "letter_2025",
        "range: [0.05, 0.6]",
        "range: [0.05, 1.6]",
        "types.US.serious",
        "at q = 1.6 the prior of serious is 1.6",
    ),
    (
        "loudspeaker_reciprocity",
        "range: [0.3, 0.95]",
        "range: [0.3, 1]",
        "repeated.border.discount",
        "at patience = 1 the discount is 1, which must lie between 0 and below 1",
    ),
    (
        "loudspeaker_reciprocity",
        "range: [0, 0.2]",
        "range: [-0.1, 0.2]",
        "repeated.border_with_slips.noise",
        "at slip = -0.1 the noise is -0.1",
    ),
]


@pytest.mark.parametrize(("name", "old", "new", "key", "says"), LIMITS)
def test_probabilities_that_leave_their_limits_in_the_ranges(
    name: str, old: str, new: str, key: str, says: str
) -> None:
    directory = FIRST_EDITION
    text = (directory / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    found = {problem.key: problem for problem in lint(loads(text.replace(old, new), directory=directory))}
    assert says in found[key].message and found[key].line
    assert key not in {problem.key for problem in lint(loads(text, directory=directory))}
