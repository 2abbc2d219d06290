"""The shipped scenarios say what the reference model says: the formulas, and the numbers checked by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from kgsim.scenario.load import load
from kgsim.scenario.model import Action, Scenario
from kgsim.scenario.payoffs import outcome_of, payoff_table, terms_of

SCENARIOS = Path(__file__).parents[2] / "scenarios"
NAMES = ("bypass", "parallel_outreach", "coordinated_front")
US, ROK, DPRK = 0, 1, 2

load_once = cache(load)


def shipped(name: str) -> Scenario:
    return load_once(SCENARIOS / f"{name}.yaml")


def accepted(outcome: str, **values: float) -> Iterator[tuple[float, float, float]]:
    """Payoffs of every profile of parallel play that leads to `outcome` and that Pyongyang prefers to refusing."""
    scenario = shipped("bypass")
    table = payoff_table(scenario, "parallel", values)
    index = [rule.name for rule in scenario.outcomes].index(outcome)
    refusing = [action.move for action in table.actions[DPRK]].index("refuse")
    for profile in zip(*np.nonzero(table.outcomes == index), strict=True):
        payoffs = table.payoffs[:, *profile]
        if payoffs[DPRK] > table.payoffs[DPRK, *profile[:DPRK], refusing]:
            yield tuple(payoffs)


@pytest.mark.parametrize(
    ("outcome", "best_for_washington"),
    [("bypass deal", (2.5, -32.5, 5.25)), ("front deal", (12.5, -3.5, 2.25))],
)
def test_the_best_deals_checked_by_hand(outcome: str, best_for_washington: tuple[float, float, float]) -> None:
    best = max(accepted(outcome), key=lambda payoffs: (payoffs[US], payoffs[ROK]))
    assert best == pytest.approx(best_for_washington, abs=1e-9)


@pytest.mark.parametrize(("A", "lead_of_the_bypass"), [(5, 5), (9, 1), (10, 0), (11, -1), (20, -10)])
def test_bypass_and_front_tie_for_washington_where_the_alliance_costs_ten(A: float, lead_of_the_bypass: float) -> None:
    bypass = max(payoffs[US] for payoffs in accepted("bypass deal", A=A))
    front = max(payoffs[US] for payoffs in accepted("front deal", A=A))
    assert bypass - front == pytest.approx(lead_of_the_bypass, abs=1e-9)


def test_the_status_quo_is_zero_for_all() -> None:
    scenario = shipped("bypass")
    table = payoff_table(scenario, "parallel", {})
    index = [rule.name for rule in scenario.outcomes].index("status quo")
    assert (table.payoffs[:, table.outcomes == index] == 0).all()
    assert (table.outcomes == index).any()


def reference_payoffs(p: dict[str, float], t: dict[str, float]) -> list[float]:
    """The three sums of docs/model.md, written out once more as an independent check."""
    kept = 1 - p["cheat"]
    washington = (
        (p["h"] * t["icbm"] + p["s"] * t["theatre"]) * kept
        - p["c_r"] * t["relief"]
        - p["c_n"] * t["recognition"]
        - p["A"] * t["bypass"]
        - p["f"] * t["joint"]
    )
    seoul = (
        (p["delta"] * t["icbm"] + p["g"] * t["theatre"]) * kept
        - p["n_K"] * t["recognition"]
        - p["A_K"] * t["bypass"]
        - p["k_K"] * t["aid"]
        + p["psi"] * t["calm"]
    )
    pyongyang = (
        (1 - p["erosion"]) * p["v"] * t["relief"]
        + p["nu"] * t["recognition"]
        + p["kappa"] * t["aid"]
        + p["omega"] * t["bypass"]
        - p["C_I"] * t["icbm"]
        - p["C_S"] * t["theatre"]
        - p["lambda"] * p["R"] * t["deal"]
    )
    return [washington, seoul, pyongyang]


@pytest.mark.parametrize("seed", range(5))
def test_deals_between_two_or_three_capitals_pay_what_the_formulas_say(seed: int) -> None:
    scenario = shipped("bypass")
    random = np.random.default_rng(seed)
    values = {name: random.uniform(*parameter.range) for name, parameter in scenario.parameters.items()}
    beside_the_formulas = {"conduit", "alone", "meeting", "own", "crisis"}
    seen = set()
    table = payoff_table(scenario, "parallel", values)
    by_profile = np.moveaxis(table.payoffs, 0, -1)
    for profile in product(*(range(len(actions)) for actions in table.actions)):
        if profile[US] % 3 != seed % 3:  # a third of Washington's actions each time, to be quick
            continue
        actions: dict[str, Action] = {
            name: table.actions[axis][index]
            for axis, (name, index) in enumerate(zip(scenario.decisions, profile, strict=True))
        }
        rule = outcome_of(scenario, {name: action.move for name, action in actions.items()})
        assert rule is not None
        terms = terms_of(scenario, rule, actions, values)
        if any(terms[term] for term in beside_the_formulas):
            continue
        seen.add(rule.name)
        assert by_profile[profile] == pytest.approx(reference_payoffs(values, terms), abs=1e-9)
    assert {"bypass deal", "front deal", "two-track deal", "front refused", "border calm", "status quo"} <= seen


@pytest.mark.parametrize("name", NAMES)
def test_every_number_in_a_payoff_has_a_name(name: str) -> None:
    scenario = shipped(name)
    formulas = [utility.text for utility in scenario.utilities.values()]
    formulas += [term.text for rule in scenario.outcomes for term in rule.terms.values()]
    numbers = {float(number) for formula in formulas for number in re.findall(r"(?<![\w.])\d[\d.]*", formula)}
    assert numbers <= {0, 1}


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_can_move_and_says_why(name: str) -> None:
    for parameter in shipped(name).parameters.values():
        low, high = parameter.range
        assert low < high and low <= parameter.value <= high
        assert len(parameter.because) > 60
        assert parameter.evidence or parameter.certainty == "judgement"


def test_the_three_scenarios_share_one_payoff_model() -> None:
    base, outreach, front = (shipped(name) for name in NAMES)
    assert {**outreach.base, "rate": base.base["rate"]} == base.base
    assert {name: value for name, value in front.base.items() if base.base[name] != value} == {"A": 5}
    for child in (outreach, front):
        assert {player: utility.text for player, utility in child.utilities.items()} == {
            player: utility.text for player, utility in base.utilities.items()
        }
        table, parent = payoff_table(child, "parallel", {"A": base.base["A"]}), payoff_table(base, "parallel", {})
        assert (table.payoffs == parent.payoffs).all()


@pytest.mark.parametrize("name", NAMES)
def test_no_structure_is_too_large_to_solve_at_once(name: str) -> None:
    scenario = shipped(name)
    for structure in scenario.structures:
        assert payoff_table(scenario, structure, {}).outcomes.size <= 2500
