"""Published games with known answers, retyped as data; each solved by the concept it was published under."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

import kgsim

#: Brams on the Cuban missile crisis: rank payoffs (US, USSR), 4 best; blockade or air strike, withdraw or maintain.
BRAMS = [[[3, 1], [2, 4]], [[3, 4], [2, 1]]]


def test_brams_missile_crisis_has_no_pure_equilibrium_and_one_mixed():
    """Indifference gives the USSR p(withdraw) = 3/4 and the US p(blockade) = 1/2."""
    found = kgsim.nash(BRAMS)
    assert found.complete and len(found.equilibria) == 1
    us, ussr = found.equilibria[0]
    np.testing.assert_allclose(us, [0.5, 0.5])
    np.testing.assert_allclose(ussr, [0.75, 0.25])


def test_three_player_matching_pennies_has_one_equilibrium():
    """Jordan (1993): 1 wants to match 2, 2 to match 3, 3 to mismatch 1."""
    payoffs = np.empty((3, 2, 2, 2))
    for a, b, c in product(range(2), repeat=3):
        payoffs[:, a, b, c] = [1 if a == b else -1, 1 if b == c else -1, 1 if c != a else -1]
    found = kgsim.nash(payoffs)
    assert found.complete and len(found.equilibria) == 1
    for mix in found.equilibria[0]:
        np.testing.assert_allclose(mix, [0.5, 0.5], atol=1e-9)


#: The missile crisis as a teaching tree, payoffs (USSR, US), told as a scenario: the USSR decides twice.
CRISIS_TREE = """
kgsim: 1
title: The missile crisis as a teaching tree
question: Are missiles placed?
players: {USSR: Soviet Union, US: United States}
parameters:
  one: {label: unit of rank, value: 1, range: [0.5, 2], because: a published game in ranks, certainty: judgement}
terms:
  missiles: missiles stay
  yields: the USSR gives way to an air strike, or never moved
  agreed: a blockade ends in agreement
  war: escalation
decisions: {answer: USSR}
moves:
  USSR: {nothing: do nothing, missiles: place missiles}
  US: {nothing: do nothing, blockade: blockade, strike: strike from the air}
  answer: {yield: give way, escalate: escalate}
outcomes:
  no missiles: {when: {USSR: nothing}, terms: {yields: 1}}
  missiles stay: {when: {US: nothing}, terms: {missiles: 1}}
  war: {when: {answer: escalate}, terms: {war: 1}}
  agreement: {when: {US: blockade}, terms: {agreed: 1}}
  withdrawal: {otherwise: true, terms: {yields: 1}}
utilities:
  USSR: one*(-2*yields - missiles - 100*war)
  US: one*(yields - missiles - 100*war)
structures:
  tree: {play: [USSR, US, answer]}
claims: {}
"""


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_the_crisis_tree_leaves_both_root_moves(scale):
    """After missiles the US strikes and the USSR pulls out; at the root the USSR is then indifferent."""
    tree = kgsim.solve(kgsim.loads(CRISIS_TREE, name="crisis"), one=scale).structures["tree"]
    assert tree.complete
    assert set(tree.outcomes) == {"no missiles", "withdrawal"}
    assert tree.values == {"USSR": (-2 * scale, -2 * scale), "US": (scale, scale)}
    struck = next(item for item in tree.equilibria if item.name == "withdrawal")
    assert struck.courses[0].moves == {"USSR": "missiles", "US": "strike", "answer": "yield"}
