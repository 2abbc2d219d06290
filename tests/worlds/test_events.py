"""Events files: what is read, and what is refused with its place and a remedy."""

from __future__ import annotations

import pytest
from situation import HEAD, events, situation

import kgsim
from kgsim.worlds.events import loads_events

GOOD = "{date: 2025-06-01, says: It was seen, evidence: [s], outcome: deal}"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("  a: {says: x, evidence: [s], outcome: deal}", r"events\.a\.date: 'a' lacks the key 'date'"),
        ("  a: {date: june, says: x, evidence: [s], outcome: deal}", r"events\.a\.date: 'june' is not a date"),
        ("  a: {date: 2025-06, says: x, evidence: [s], outcome: deal}", "Write YYYY-MM-DD"),
        (
            f"  a: {GOOD}\n  b: {{date: 2025-05-01, says: x, evidence: [s], outcome: deal}}",
            r"8:13: events\.b\.date: 2025-05-01 is before the event above \(2025-06-01\)\n    Order events by date",
        ),
        ("  a: {date: 2025-06-01, says: x, evidence: [], outcome: deal}", r"a\.evidence: the event has no source"),
        ("  a: {date: 2025-06-01, says: x, evidence: [t], outcome: deal}", "no ledger holds evidence 't'"),
        ("  a: {date: 2025-06-01, says: x, evidence: [s]}", "no condition on how play ends"),
        ("  a: {date: 2025-06-01, says: '', evidence: [s], outcome: deal}", "this says nothing"),
        ("  a: {date: 2025-06-01, says: x, evidence: [s], claim: c, outcome: deal}", "a claim is the whole"),
        ("  a: {date: 2025-06-01, says: x, evidence: [s], outcomes: deal}", "Did you mean 'outcome'"),
        (f"  a: {GOOD}\nhypotheses: {{h: {{says: x, box: {{x: [1, 0]}}}}}}", r"expected \[low, high\]"),
        (f"  a: {GOOD}\nhypotheses: {{h: {{says: x, claim: c, not claim: d}}}}", "one claim"),
        (f"  a: {GOOD}\nwatch: {{w: {{says: x, by: soon, outcome: deal}}}}", "'soon' is not a date"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file(lines, message) -> None:
    with pytest.raises(kgsim.ScenarioError, match=message):
        loads_events(HEAD + lines)


def test_a_scenario_is_no_events_file() -> None:
    with pytest.raises(kgsim.ScenarioError, match="this file is a scenario, and an events file is expected"):
        loads_events("kgsim: 1\ntitle: x\n")
    with pytest.raises(kgsim.ScenarioError, match="this file is an events file, and a scenario is expected"):
        kgsim.loads(HEAD)


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("outcome: deel", r"8:\d+: events\.a\.outcome: the scenario has no outcome 'deel'\n    Did you mean 'deal'\?"),
        ("not outcome: [deal, dael]", "no outcome 'dael'"),
        ("moves: {UK: hold}", "no decision 'UK'"),
        ("not moves: {US: hald}", "no move 'hald'\n    Did you mean 'hold'"),
        ("claim: low", "no claim 'low'"),
        ("outcome: deal, in: [ofer]", "no structure 'ofer'\n    Did you mean 'offer'"),
        ("outcome: deal, moves: {US: hold}", "no structure can express this event: no play of offer, once"),
        ("outcome: deal, in: mute", "no structure can express"),
    ],
)  # fmt: skip
def test_what_a_scenario_does_not_have(condition, message) -> None:
    with pytest.raises(kgsim.ScenarioError, match=message.replace("8:", "7:")):
        kgsim.update(situation(), events(condition), draws=64)


def test_a_claim_needs_its_structures() -> None:
    with pytest.raises(kgsim.ScenarioError, match="claim taken speaks of structures that are not looked at: offer"):
        kgsim.update(situation(), events("claim: taken"), draws=64, structures=["calm"])


@pytest.mark.parametrize(
    ("hypothesis", "message"),
    [
        ("{says: x, structures: ofer}", "no structure 'ofer'"),
        ("{says: x, claim: low}", "no claim 'low'"),
        ("{says: x, box: {w: [0, 1]}}", "no parameter 'w'"),
    ],
)
def test_what_a_hypothesis_cannot_name(hypothesis, message) -> None:
    told = events("outcome: deal", more=f"hypotheses: {{h: {hypothesis}}}")
    with pytest.raises(kgsim.ScenarioError, match=message):
        kgsim.update(situation(), told, draws=64)


def test_a_hypothesis_has_no_name_of_a_structure() -> None:
    told = events("outcome: deal", more="hypotheses: {calm: {says: x, claim: low_x}}")
    with pytest.raises(kgsim.ScenarioError, match="'calm' is a structure's name"):
        kgsim.update(situation(), told, draws=64)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(kgsim.ScenarioError) as caught:
        kgsim.update(situation(), events("outcome: deel", "claim: low"), draws=64)
    assert len(caught.value.problems) == 2
