"""Every shipped scenario: solved completely, every number named, every judgement with its reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import kgsim

SCENARIOS = Path(__file__).parents[2] / "scenarios"
NAMES = sorted(path.name for path in SCENARIOS.glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_scenario_is_solved_completely(name):
    result = kgsim.solve(kgsim.load(SCENARIOS / name))
    for solution in result.structures.values():
        # Beyond sender and receiver, mixed equilibria with private types are not sought, and the solution says so.
        assert solution.equilibria, solution.unsolved
        assert solution.complete or (result.scenario.types and len(solution.stages) > 2), solution.reasons
        assert solution.residual <= 1e-9
    for claim in result.claims.values():
        assert claim.verdict in ("holds", "fails", "depends", "vacuous"), claim


@pytest.mark.parametrize("name", NAMES)
def test_every_number_in_a_payoff_has_a_name(name: str) -> None:
    scenario = kgsim.load(SCENARIOS / name)
    formulas = [utility.text for utility in scenario.utilities.values()]
    formulas += [term.text for rule in scenario.outcomes for term in rule.terms.values()]
    numbers = {float(number) for formula in formulas for number in re.findall(r"(?<![\w.])\d[\d.]*", formula)}
    assert numbers <= {0, 1}


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_can_move_and_says_why(name: str) -> None:
    for parameter in kgsim.load(SCENARIOS / name).parameters.values():
        low, high = parameter.range
        assert low < high and low <= parameter.value <= high
        assert len(parameter.because) > 60
        assert parameter.evidence or parameter.certainty == "judgement"
