"""The shipped scenarios, solved: the numbers worked out by hand, and that each claim can come out the other way."""

from __future__ import annotations

from pathlib import Path

import pytest

import kgsim
from kgsim.claims.decide import decide
from kgsim.scenario.expressions import parse
from kgsim.scenario.model import Claim
from kgsim.scenario.names import CLAIM_FUNCTIONS

SCENARIOS = Path(__file__).parents[2] / "scenarios"
NAMES = sorted(path.name for path in SCENARIOS.glob("*.yaml"))


@pytest.fixture(scope="module")
def bypass():
    return kgsim.load(SCENARIOS / "bypass.yaml")


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


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_scenario_is_solved_completely(name):
    result = kgsim.solve(kgsim.load(SCENARIOS / name))
    for solution in result.structures.values():
        # Beyond sender and receiver, mixed equilibria with private types are not sought, and the solution says so.
        assert solution.equilibria, solution.unsolved
        assert solution.complete or (result.scenario.types and len(solution.stages) > 2), solution.reasons
        assert solution.residual <= 1e-9
    for claim in result.claims.values():
        assert claim.verdict in ("holds", "fails", "depends"), claim


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
    assert "is at least" in told.sentence and "the equilibria of coordinated may not be all" in told.sentence
