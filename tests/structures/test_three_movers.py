"""Continua of three movers: said to be there, and nothing said of what lies in them."""

from __future__ import annotations

import numpy as np

import kgsim
from kgsim import nash

# Nau, Gomez Canovas and Hansen (2004), section 5: on a continuum the third earns up to 0.606 where both ends give 0.
NAU = """
kgsim: 1
title: Three movers
question: What can the third get?
terms: {a: a, b: b, c: c}
players: {P1: one, P2: two, P3: three}
moves: {P1: {T: T, B: B}, P2: {L: L, R: R}, P3: {one: one, two: two}}
outcomes:
  TL1: {when: {P1: T, P2: L, P3: one}, terms: {c: 2}}
  BL1: {when: {P1: B, P2: L, P3: one}, terms: {a: 3}}
  TR1: {when: {P1: T, P2: R, P3: one}, terms: {b: 3}}
  BR1: {when: {P1: B, P2: R, P3: one}}
  TL2: {when: {P1: T, P2: L, P3: two}, terms: {a: 1, b: 1}}
  BL2: {when: {P1: B, P2: L, P3: two}}
  TR2: {when: {P1: T, P2: R, P3: two}}
  BR2: {otherwise: true, terms: {c: 3}}
utilities: {P1: a, P2: b, P3: c}
structures: {at_once: {play: [[P1, P2, P3]]}}
"""


def test_a_continuum_of_three_movers_is_not_said_to_be_mixtures_of_its_points() -> None:
    solution = kgsim.solve(kgsim.loads(NAU, name="nau")).structures["at_once"]
    assert not solution.complete
    assert solution.continua == solution.convex == ()
    assert any("three or more movers" in reason and "not described" in reason for reason in solution.reasons)
    assert "mixtures of these" not in str(solution)


def test_groups_of_three_players_are_not_spanned_and_those_of_two_are() -> None:
    first = np.zeros((2, 2, 2))
    first[1, 0, 0], first[0, 0, 1] = 3, 1
    three = nash(np.stack([first, first.swapaxes(0, 1), np.array([[[2, 0], [0, 0]], [[0, 0], [0, 3]]])]))
    assert three.components and three.complete
    assert not three.spanned
    assert nash([[[1, 1], [0, 2]], [[1, 1], [0, 0]]]).spanned
