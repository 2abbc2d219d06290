"""Three players and every structure of play, each payoff a parameter: what engines and judges are compared on."""

from __future__ import annotations

from itertools import product

import kgsim
from kgsim.scenario.model import Scenario

STRUCTURES = {
    "in_turn": "{play: [A, B, C]}",
    "at_once": "{play: [[A, B, C]]}",
    "pair_then_one": "{play: [[A, B], C]}",
    "one_then_pair": "{play: [C, [A, B]]}",
    "twice": "{play: [[A, C], B]}",
    "weighted": "{play: [A+B, C], blocs: {A+B: {rule: weighted, weights: {A: 1, B: 2}}}}",
    "nash": "{play: [A+B, C], blocs: {A+B: {rule: nash, disagreement: {A: 1, B: 1}}}}",
    "nash_over": "{play: [A+B, C], blocs: {A+B: {rule: nash, disagreement: in_turn}}}",
    "veto": "{play: [A+B, C], blocs: {A+B: {rule: veto}}}",
    "veto_over": "{play: [A+B, C], blocs: {A+B: {rule: veto, disagreement: pair_then_one}}}",
    "bloc_last": "{play: [C, A+B], blocs: {A+B: {rule: nash, disagreement: {A: 1, B: 1}}}}",
    "bloc_at_once": "{play: [[A+B, C]], blocs: {A+B: {rule: nash, disagreement: {A: 0, B: 0}}}}",
}


def three_by_two(moves: int = 2, claims: str = "", more: str = "") -> Scenario:
    """Three players with a few moves each, and one parameter for every payoff."""
    profiles = list(product(range(moves), repeat=3))
    names = [f"o{''.join(map(str, profile))}" for profile in profiles]
    parameters = "\n".join(
        f"  {player}{name}: {{label: x, value: 0, range: [0, 3], because: x, certainty: judgement}}"
        for player in "ABC"
        for name in names
    )
    outcomes = "\n".join(
        f"  {name}: {{when: {{{', '.join(f'{p}: m{m}' for p, m in zip('ABC', profile, strict=True))}}}, "
        f"terms: {{t{name}: 1}}}}"
        for name, profile in zip(names, profiles, strict=True)
    )
    utilities = "\n".join(f"  {p}: {' + '.join(f'{p}{name}*t{name}' for name in names)}" for p in "ABC")
    return kgsim.loads(
        f"""
kgsim: 1
title: Every payoff is a parameter
question: Do the two engines agree?
players: {{A: A, B: B, C: C}}
parameters:
{parameters}
terms: {{{", ".join(f"t{name}: x" for name in names)}}}
moves:
{chr(10).join(f"  {p}: {{{', '.join(f'm{m}: x' for m in range(moves))}}}" for p in "ABC")}
outcomes:
{outcomes}
utilities:
{utilities}
structures:
{chr(10).join(f"  {name}: {text}" for name, text in STRUCTURES.items())}{more}
{claims}""",
        name="three",
    )
