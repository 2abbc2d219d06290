"""Small scenarios whose shares, indices and boxes are known in closed form."""

from __future__ import annotations

import kgsim

#: The offer is made and taken where x + y > 1 and not where it is less: half of the unit square.
OFFER = """
kgsim: 1
title: One offer
question: Is it taken?
players: {{US: Washington, DPRK: Pyongyang}}
parameters:
  x: {{label: worth, value: 0.8, range: [0, 1], because: x, certainty: judgement{x}}}
  y: {{label: extra, value: 0.8, range: [0, 1], because: x, certainty: judgement{y}}}
  still: {{label: moves nothing, value: 1, range: [1, 1], because: x, certainty: judgement}}
terms: {{deal: x}}
moves: {{US: {{hold: x, offer: x}}, DPRK: {{refuse: x, take: x}}}}
outcomes:
  deal: {{when: {{US: offer, DPRK: take}}, terms: {{deal: 1}}}}
  refused: {{when: {{US: offer}}}}
  nothing: {{otherwise: true}}
utilities:
  US: deal
  DPRK: deal*(x + y - 1)
structures:
  offer: {{play: [US, DPRK]}}
  union: {{play: [[US+DPRK]], blocs: {{US+DPRK: {{rule: weighted, weights: {{US: 1, DPRK: 1}}}}}}}}
  stated:
    play: [[US+DPRK]]
    blocs: {{US+DPRK: {{rule: nash, disagreement: {{US: 0, DPRK: 0}}}}}}
claims:
  taken: {{says: it is taken, holds: 'reached(offer, deal)'}}
  low: {{says: x is low, holds: x < 0.25}}
"""


def offer(x: str = "", y: str = "") -> kgsim.Scenario:
    """The offer, with distributions of x and y written as in a file."""
    forms = {name: f", distribution: {text}" if text else "" for name, text in (("x", x), ("y", y))}
    return kgsim.loads(OFFER.format(**forms), name="offer")
