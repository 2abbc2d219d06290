"""What a file says a player could do: read, checked, and told where it moves nothing."""

from __future__ import annotations

import numpy as np
import pytest

import kgsim
from kgsim.scenario.lint import lint

TEXT = """
kgsim: 1
title: An offer
question: Is it taken?
players: {P: Proposer, R: Responder}
parameters:
  cost: {label: cost, value: 2, range: [1, 4], because: x, certainty: judgement}
terms: {deal: x}
moves: {P: {wait: x, offer: x}, R: {refuse: x, take: x}}
outcomes:
  deal: {when: {P: offer, R: take}, terms: {deal: 1}}
  none: {otherwise: true}
utilities: {P: deal, R: deal*(3 - cost)}
structures:
  both: {play: [P, R]}
  bound: {play: [P, R], only: {P: [offer]}}
  mute: {play: [P, R], only: {P: [wait]}}
levers: {LEVERS}
"""


def scenario(levers: str) -> kgsim.Scenario:
    return kgsim.loads(TEXT.replace("{LEVERS}", levers), name="offer")


def test_a_lever_sets_commits_and_rules_out_at_once() -> None:
    found = scenario("{P: {help: {label: help, set: {cost: cost/2}, commit: {P: offer}}}}").levers["P"]["help"]
    assert found.says == "help" and found.moves == {"P": frozenset(["offer"])}
    assert found.at({"cost": np.array([1.0, 4.0])})["cost"].tolist() == [0.5, 2.0]


def test_it_binds_the_structures_that_leave_it_its_moves() -> None:
    given = scenario("{P: {quiet: {label: keep quiet, rule_out: {P: offer}}}}")
    lever = given.levers["P"]["quiet"]
    assert [lever.possible(given, name) for name in given.structures] == [True, False, True]
    bound = lever.bind(given).structures
    assert bound["both"].only["P"] == {"wait"} and bound["bound"] == given.structures["bound"]


def test_a_constant_is_spread_over_the_draws_and_no_number_is_refused() -> None:
    lever = scenario("{P: {free: {label: free, set: {cost: 1}}}}").levers["P"]["free"]
    assert lever.at({"cost": np.zeros(3)})["cost"].tolist() == [1.0, 1.0, 1.0]
    odd = scenario("{P: {odd: {label: odd, set: {cost: 1/(cost - 3)}}}}").levers["P"]["odd"]
    with pytest.raises(kgsim.GameError, match="'odd' sets cost to what is not a finite number"):
        odd.at({"cost": np.array([2.0, 3.0])})


@pytest.mark.parametrize(
    ("levers", "message"),
    [
        ("{Q: {x: {label: x, set: {cost: 1}}}}", "no player named 'Q'"),
        ("{P: {cost: {label: x, set: {cost: 1}}}}", "'cost' cannot name a lever: a parameter is called so"),
        ("{P: {x: {label: x}}}", "the lever moves nothing"),
        ("{P: {x: {label: x, set: {cots: 1}}}}", "no parameter named 'cots'"),
        ("{P: {x: {label: x, set: {cost: cots}}}}", "no parameter named 'cots'"),
        ("{P: {x: {label: x, set: {cost: deal}}}}", "'deal' is a term"),
        ("{P: {x: {label: x, set: {cost: cost}}}}", "cost stays as it is"),
        ("{P: {x: {label: x, set: {cost: 1/(cost - 2)}}}}", "divides by zero"),
        ("{P: {x: {label: x, commit: {S: offer}}}}", "no player or decision named 'S'"),
        ("{P: {x: {label: x, commit: {R: take}}}}", "'R' is no decision of P"),
        ("{P: {x: {label: x, commit: {P: ofer}}}}", "P has no move named 'ofer'"),
        ("{P: {x: {label: x, rule_out: {P: [offer, wait]}}}}", "no move of P is left"),
        ("{P: {x: {label: x, commit: {P: offer}, rule_out: {P: wait}}}}", "P is committed already"),
        ("{P: {x: {label: x, set: {cost: 1}, evidence: [none]}}}", "no ledger holds evidence 'none'"),
    ],
)
def test_what_is_no_lever_is_told_with_its_key(levers: str, message: str) -> None:
    with pytest.raises(kgsim.ScenarioError, match=message) as raised:
        scenario(levers)
    assert all((problem.key or "").startswith("levers.") and problem.line for problem in raised.value.problems)


def test_a_lever_that_binds_nothing_is_warned_of() -> None:
    idle = scenario("{P: {any: {label: x, commit: {P: [offer, wait]}}, useful: {label: x, rule_out: {P: wait}}}}")
    found = [problem.key for problem in lint(idle) if "moves nothing" in problem.message]
    assert found == ["levers.P.any"]
