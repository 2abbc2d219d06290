"""The briefing section: what it says is read, and what it gets wrong is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgsim.errors import ScenarioError
from kgsim.scenario.lint import lint
from kgsim.scenario.load import loads
from kgsim.scenario.model import Briefing

VALID = (Path(__file__).parents[1] / "data" / "border.yaml").read_text(encoding="utf-8")
DATA = Path(__file__).parents[1] / "data"
FULL = """
briefing:
  ask: {claim: CLAIM, parameter: gain}
  compare: {from: FIRST, to: SECOND}
  map: [gain, weight]
  price: {from: FIRST, to: SECOND, payee: P, payer: A, rate: 2*weight, along: gain}
"""


def made(section: str):
    plain = loads(VALID, directory=DATA)
    first, second, *_ = plain.structures
    section = section.replace("FIRST", first).replace("SECOND", second).replace("CLAIM", next(iter(plain.claims)))
    return loads(VALID + section, directory=DATA), first, second


def test_without_the_section_nothing_is_preferred():
    assert loads(VALID, directory=DATA).briefing == Briefing()


def test_the_section_is_read():
    scenario, first, second = made(FULL)
    briefing = scenario.briefing
    assert briefing.ask is not None and briefing.ask.claim == next(iter(scenario.claims))
    assert briefing.compare == (first, second)
    assert briefing.map == ("gain", "weight")
    assert briefing.price is not None
    assert (briefing.price.payee, briefing.price.payer, briefing.price.along) == ("P", "A", "gain")
    assert briefing.price.rate.text == "2*weight"


@pytest.mark.parametrize(
    ("old", "new", "key", "says"),
    [
        ("claim: CLAIM", "claim: nobody", "briefing.ask.claim", "no claim named 'nobody'"),
        ("claim: CLAIM", "structure: FIRST", "briefing.ask", "ask one question"),
        ("claim: CLAIM", "claim: CLAIM, structure: FIRST, outcome: deal", "briefing.ask", "ask one question"),
        ("parameter: gain}", "parameter: gian}", "briefing.ask.parameter", "no parameter named 'gian'"),
        ("to: SECOND}", "to: FIRST}", "briefing.compare.to", "does not differ from itself"),
        ("to: SECOND}", "to: nowhere}", "briefing.compare.to", "no structure named 'nowhere'"),
        ("[gain, weight]", "[gain, gain]", "briefing.map", "two different parameters"),
        ("[gain, weight]", "[gain]", "briefing.map", "at least 2 entries"),
        ("payer: A", "payer: P", "briefing.price.payer", "nobody pays itself"),
        ("payee: P", "payee: Q", "briefing.price.payee", "no player named 'Q'"),
        ("2*weight", "2*wieght", "briefing.price.rate", "wieght"),
        ("along: gain", "along: nothing", "briefing.price.along", "no parameter named 'nothing'"),
        ("ask:", "aks:", "briefing.aks", "no key 'aks'"),
    ],
)
def test_a_fault_is_named_with_its_place(old, new, key, says):
    with pytest.raises(ScenarioError) as caught:
        made(FULL.replace(old, new))
    problem = caught.value.problems[0]
    assert problem.key == key
    assert says in problem.message
    assert problem.line is not None and problem.line > VALID.count("\n")


def test_a_rate_counts_as_a_use_of_its_parameters():
    extra = "  r: {label: rate, value: 1, range: [0.5, 2], because: it is plain, certainty: judgement}\n"
    text = VALID.replace("parameters:\n", f"parameters:\n{extra}", 1)
    unused = [problem.key for problem in lint(loads(text, directory=DATA))]
    assert "parameters.r" in unused
    plain = loads(text, directory=DATA)
    first, second, *_ = plain.structures
    price = f"\nbriefing:\n  price: {{from: {first}, to: {second}, payee: P, payer: A, rate: r, along: gain}}\n"
    assert "parameters.r" not in [problem.key for problem in lint(loads(text + price, directory=DATA))]


@pytest.mark.parametrize("key", ["briefing.ask.parameter", "briefing.map[0]", "briefing.price.along"])
def test_what_is_moved_along_has_a_range_to_move_in(key):
    fixed = VALID.replace("value: 10, range: [5, 20]", "value: 10, range: [10, 10]")
    first, second, *_ = loads(fixed, directory=DATA).structures
    section = FULL.replace("FIRST", first).replace("SECOND", second).replace("CLAIM", "C1")
    with pytest.raises(ScenarioError) as caught:
        loads(fixed + section, directory=DATA)
    assert key in {problem.key for problem in caught.value.problems if "single point" in problem.message}
