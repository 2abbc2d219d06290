"""The first edition of the reference model, kept as a fixture: its formulas, and its numbers checked by hand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import product

import numpy as np
import pytest

import kgsim
from first_edition import FIRST_EDITION
from kgsim.claims.decide import decide
from kgsim.scenario.expressions import parse
from kgsim.scenario.load import load
from kgsim.scenario.model import Action, Claim, Scenario
from kgsim.scenario.names import CLAIM_FUNCTIONS
from kgsim.scenario.payoffs import outcome_of, payoff_table, terms_of

NAMES = ("bypass", "parallel_outreach", "coordinated_front")
US, ROK, DPRK = 0, 1, 2

load_once = cache(load)


def first(name: str) -> Scenario:
    return load_once(FIRST_EDITION / f"{name}.yaml")


def accepted(outcome: str, **values: float) -> Iterator[tuple[float, float, float]]:
    """Payoffs of every profile of parallel play that leads to `outcome` and that Pyongyang prefers to refusing."""
    scenario = first("bypass")
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
    scenario = first("bypass")
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
    scenario = first("bypass")
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


def test_the_three_scenarios_share_one_payoff_model() -> None:
    base, outreach, front = (first(name) for name in NAMES)
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
    scenario = first(name)
    for structure in scenario.structures:
        assert payoff_table(scenario, structure, {}).outcomes.size <= 2500


@pytest.fixture(scope="module")
def bypass():
    return first("bypass")


def values(solution) -> dict[str, tuple[float, float]]:
    return {player: tuple(round(end, 9) for end in ends) for player, ends in solution.values.items()}


def test_the_hand_checked_deals_are_the_equilibria(bypass):
    """Best bypass that Pyongyang takes: 2.5 / -32.5 / 5.25; best ICBM-first front: 12.5 / -3.5 / 2.25."""
    result = kgsim.solve(bypass, structures=["parallel", "bypass", "coordinated", "front"])
    for name in ("parallel", "bypass"):
        assert result.structures[name].outcomes == ("bypass deal",)
        assert values(result.structures[name]) == {"US": (2.5, 2.5), "ROK": (-32.5, -32.5), "DPRK": (5.25, 5.25)}
    for name in ("coordinated", "front"):
        assert result.structures[name].outcomes == ("front deal",)
        assert values(result.structures[name]) == {"US": (12.5, 12.5), "ROK": (-3.5, -3.5), "DPRK": (2.25, 2.25)}


@pytest.mark.parametrize(
    ("alliance_cost", "left_to_washington"), [(0, 22.5), (5, 17.5), (10, 12.5), (15, 7.5), (20, 2.5)]
)
def test_washington_weighs_the_bypass_against_the_front(bypass, alliance_cost, left_to_washington):
    """The bypass is worth 22.5 - A to Washington and the front 12.5: they tie at A = 10."""
    result = kgsim.solve(bypass, structures=["bypass", "front"], A=alliance_cost)
    assert values(result.structures["bypass"])["US"] == (left_to_washington, left_to_washington)
    assert values(result.structures["front"])["US"] == (12.5, 12.5)


def test_at_the_threshold_both_bypass_and_no_deal_are_equilibria(bypass):
    """At A = 22.5 Washington is indifferent between bypassing Seoul and holding; above it the bypass is gone."""
    at = kgsim.solve(bypass, structures=["bypass"], A=22.5).structures["bypass"]
    assert set(at.outcomes) == {"bypass deal", "border calm"} and at.continua
    below = kgsim.solve(bypass, structures=["bypass"], A=22.499).structures["bypass"]
    above = kgsim.solve(bypass, structures=["bypass"], A=22.501).structures["bypass"]
    assert below.outcomes == ("bypass deal",) and above.outcomes == ("border calm",)


# For each claim of the reference model, parameter values at which it does not hold: a claim must be able to fail.
FAILURES = {
    "H1": {"A": 45},
    "H2": {"A_K": 10, "n_K": 5, "k_K": 15, "psi": 0, "bomb_cost": 0},
    "H3": {"q": 0.9, "H": 0, "R": 0},
    "H6": {"A_K": 10, "A": 0, "f": 25, "rate": 0.25},
    "H7": {"A": 45},
}


@pytest.mark.parametrize("claim", FAILURES)
def test_the_editorial_can_lose(bypass, claim):
    assert kgsim.solve(bypass, **FAILURES[claim]).claims[claim].verdict != "holds"


def test_a_bloc_is_paired_with_the_fallback_it_rests_on(bypass):
    """At A = 22.5 parallel play ends in a bypass or in calm; bargaining leaves Seoul no worse than either in its turn.

    Compared across, the front that rests on the bypass (-3.5) would be held against calm (12). Mixtures of the two are
    equilibria as well, and what rests on these is not known.
    """
    result = kgsim.solve(bypass, structures=["parallel", "coordinated"], A=22.5)
    assert values(result.structures["parallel"])["ROK"] == (-32.5, 12.0)
    assert values(result.structures["coordinated"])["ROK"] == (-3.5, 12.0)
    holds = parse("value(ROK, coordinated) >= value(ROK, parallel)", functions=CLAIM_FUNCTIONS)
    claim = Claim("C", "bargaining leaves Seoul no worse", holds)
    told = decide(bypass, claim, result.values, result.structures, result.outcome_payoffs)
    assert told.verdict == "undecided"
    assert "is at least" in told.sentence and "may not be all" in told.sentence
