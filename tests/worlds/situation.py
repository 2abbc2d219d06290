"""A small situation whose worlds are known in closed form, and events on it."""

from __future__ import annotations

import kgsim
from kgsim.worlds.events import Events, loads_events

#: Under `offer` a deal is struck where x + y > 1, half of the square, unless a test is worth more (z > 1/2 + its gain).
#: Under `once` both move at the same time, so that "nothing" is an equilibrium whatever the deal is worth. Under `mute`
#: nothing is offered.
TEXT = """
kgsim: 1
title: An offer and a test
question: What is done?
players: {US: Washington, DPRK: Pyongyang}
parameters:
  x: {label: worth of the deal, value: 0.8, range: [0, 1], because: x, certainty: judgement}
  y: {label: what is added to it, value: 0.8, range: [0, 1], because: x, certainty: judgement}
  z: {label: worth of a test, value: 0.2, range: [0, 1], because: x, certainty: judgement}
terms: {deal: x, test: x}
moves: {US: {hold: x, offer: x}, DPRK: {refuse: x, take: x, test: x}}
outcomes:
  test: {when: {DPRK: test}, terms: {test: 1}}
  deal: {when: {US: offer, DPRK: take}, terms: {deal: 1}}
  nothing: {otherwise: true}
utilities:
  US: deal - test
  DPRK: deal*(x + y - 1) + test*(z - 0.5)
structures:
  offer: {play: [US, DPRK]}
  once: {play: [[US, DPRK]]}
  mute: {play: [US, DPRK], only: {US: [hold]}}
  calm: {play: [US, DPRK], only: {DPRK: [refuse, take]}}
claims:
  low_x: {says: x is low, holds: x < 0.5}
  low_y: {says: y is low, holds: y < 0.5}
  taken: {says: an offer is taken, holds: 'reached(offer, deal)'}
"""

HEAD = """
kgsim-events: 1
title: A trial
evidence:
  s: {title: a paper, fact: it says so, source: the paper, certainty: high}
events:
"""


def situation() -> kgsim.Scenario:
    """The scenario."""
    return kgsim.loads(TEXT, name="situation")


def events(*conditions: str, more: str = "") -> Events:
    """Events a, b, ... of successive days with these conditions, such as ``outcome: deal``."""
    lines = [
        f"  {chr(ord('a') + day)}: {{date: 2025-06-{day + 1:02}, says: It was seen, evidence: [s], {condition}}}"
        for day, condition in enumerate(conditions)
    ]
    return loads_events(HEAD + "\n".join(lines or ["  {}"]) + "\n" + more)
