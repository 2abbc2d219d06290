"""Studies of games with private types: each point is solved as `kgsim.solve` solves it, whoever asks."""

from __future__ import annotations

import numpy as np
import pytest

import kgsim
from kgsim.claims.at_points import AtPoints
from kgsim.dynamics.world import World
from kgsim.results import UNDECIDED, VERDICTS

NUMBER = "{{label: {0}, value: {1}, range: [{2}, {3}], because: assumed, certainty: judgement}}".format

#: Kim proposes or not, earnest with probability p; the US negotiates or rejects.
SUMMIT = f"""
kgsim: 1
title: A summit
question: Does the US negotiate?
players: {{Kim: Kim, US: United States}}
parameters:
  p: {NUMBER("chance that Kim is earnest", 0.5, 0, 1)}
  harm: {NUMBER("what talks with a bluffer cost the US", 4, 1, 8)}
types: {{Kim: {{earnest: p, duplicitous: 1 - p}}}}
terms: {{proposed: proposed, talks: negotiated}}
moves:
  Kim: {{stay: stay away, propose: propose}}
  US: {{reject: reject, negotiate: negotiate}}
outcomes:
  none: {{when: {{Kim: stay}}}}
  rejected: {{when: {{US: reject}}, terms: {{proposed: 1}}}}
  talks: {{otherwise: true, terms: {{talks: 1}}}}
utilities:
  Kim: 2*talks*earnest + 4*talks*duplicitous - proposed
  US: 2*talks*earnest - harm*talks*duplicitous
structures: {{summit: {{play: [Kim, US]}}}}
claims:
  talks_pay: {{says: There are talks., holds: "reached(summit, talks)"}}
"""

#: A letter with or without a gift, from a Washington that is serious with probability q.
LETTER = f"""
kgsim: 1
title: A letter
question: Is it taken?
players: {{US: Washington, DPRK: Pyongyang}}
parameters:
  q: {NUMBER("belief that the offer is real", 0.3, 0.05, 0.95)}
  H: {NUMBER("cost of meeting and getting nothing", 10, 2, 25)}
  price: {NUMBER("cost of a gift", 9, 2, 20)}
types: {{US: {{serious: q, theatrical: 1 - q}}}}
terms: {{sent: letter sent, gift: gift, meeting: meeting}}
moves:
  US: {{silence: write nothing, letter: a bare letter, letter_with_gift: a letter and a gift}}
  DPRK: {{refuse: refuse, accept: accept}}
outcomes:
  no letter: {{when: {{US: silence}}}}
  letter refused: {{when: {{US: letter, DPRK: refuse}}, terms: {{sent: 1}}}}
  gift pocketed: {{when: {{US: letter_with_gift, DPRK: refuse}}, terms: {{sent: 1, gift: 1}}}}
  meeting: {{when: {{US: letter}}, terms: {{sent: 1, meeting: 1}}}}
  meeting on a gift: {{otherwise: true, terms: {{sent: 1, gift: 1, meeting: 1}}}}
utilities:
  US: (6 + 12*serious)*meeting - sent*(1 - meeting) - price*gift
  DPRK: (18*serious - H)*meeting
structures:
  bare: {{play: [US, DPRK], only: {{US: [silence, letter]}}}}
  gift: {{play: [US, DPRK]}}
claims:
  silence: {{says: No meeting., holds: 'not reached(bare, meeting) and reached(gift, "meeting on a gift")'}}
  worth: {{says: A gift never hurts Washington., holds: "value(US, gift) >= value(US, bare)"}}
"""


@pytest.fixture
def summit():
    return kgsim.loads(SUMMIT, name="summit")


@pytest.fixture
def letter():
    return kgsim.loads(LETTER, name="letter")


def test_how_likely_must_the_earnest_be(summit):
    """With both types proposing, negotiating is worth 2p - 4(1 - p): talks are an equilibrium outcome from 2/3 on."""
    found = kgsim.threshold(summit, "p", structure="summit", outcome="talks")
    assert found.boundaries == pytest.approx((2 / 3,), abs=2e-9)
    assert [VERDICTS[segment.verdict] for segment in found.segments] == ["fails", "holds"]
    assert found.alone["p"].values["p"] == pytest.approx(2 / 3, abs=2e-9) and not found.unsure


def test_a_claim_on_values_has_the_same_border(summit):
    """Washington's fear of a bluff moves it: 2p - harm (1 - p) = 0 at harm = 2 where p = 1/2."""
    found = kgsim.threshold(summit, "harm", claim="talks_pay", inverse=False)
    assert found.boundaries == pytest.approx((2.0,), abs=2e-8)
    (segment, other) = found.segments
    assert VERDICTS[other.verdict] == "fails" and VERDICTS[segment.verdict] == "depends"


@pytest.mark.parametrize("fixture", ["summit", "letter"])
def test_sweeps_claims_and_solve_say_the_same(fixture, request):
    scenario = request.getfixturevalue(fixture)
    draw = np.random.default_rng(3)
    names = list(scenario.parameters)
    points = {name: draw.uniform(*scenario.parameters[name].range, 12) for name in names}
    play = AtPoints(scenario, tuple(scenario.structures), tuple(scenario.claims))
    answers = play.at(points, settle=1)
    for place in range(12):
        result = kgsim.solve(scenario, {name: float(points[name][place]) for name in names})
        for name, solution in result.structures.items():
            sets = answers.sets[name]
            low, high = (each[:, place] for each in sets.values)
            assert np.array_equal(np.column_stack([low, high]), list(solution.values.values()))
            reached = sets.reached(len(scenario.outcomes))[:, place]
            assert {rule.name for rule, there in zip(scenario.outcomes, reached, strict=True) if there} == set(
                solution.outcomes
            )
            assert (sets.doubt[place] == 0) == solution.complete and answers.exact[name][place]
        verdicts = [VERDICTS[code] for code in answers.verdict[:, place]]
        assert verdicts == [claim.verdict for claim in result.claims.values()]


def test_points_that_are_not_looked_at_are_open(summit):
    play = AtPoints(summit, ("summit",), ("talks_pay",))
    answers = play.at({"p": np.array([0.3, 0.9])}, settle=0)
    assert (answers.verdict == UNDECIDED).all() and not answers.exact["summit"].any()
    study = kgsim.sweep(summit, p=[0.3, 0.9], mixed="never")
    assert not study.complete.values.any() and (study.verdict.values == UNDECIDED).all()


def test_where_priors_are_no_probabilities_nothing_is_said(summit):
    """At p = 3/2 there is no game; next to it, at the same call, there is."""
    study = kgsim.sweep(summit, p=[0.9, 1.5], beyond_range=True)
    assert study.complete.values.ravel().tolist() == [True, False]
    assert np.isnan(study.low.values[..., 1]).all() and study.verdict.values[0].tolist()[1] == UNDECIDED


def test_the_number_of_workers_changes_nothing(letter):
    values = {"q": np.linspace(0.05, 0.95, 70)}
    alone, crew = (kgsim.sweep(letter, values, workers=workers) for workers in (1, 2))
    assert alone.equals(crew) and alone.complete.values.all()


def test_a_share_of_draws_is_the_share_counted_one_by_one(summit):
    """Talks need p of 2/3 or more where the file's harm is drawn too: 2p >= harm (1 - p)."""
    found = kgsim.robustness(summit, draws=512, priors=["uniform"], harm=4.0)
    share = found.priors["uniform"].structures["summit"].outcomes["talks"]
    assert share.share == pytest.approx(1 / 3, abs=0.01) and share.low < 1 / 3 < share.high
    assert found.ordinal is None  # a ranking of deals says nothing about lotteries over types
    again = kgsim.robustness(summit, draws=512, priors=["uniform"], harm=4.0, workers=2)
    assert again.priors["uniform"].structures["summit"].outcomes["talks"] == share


@pytest.mark.parametrize("distance", [10.0**-power for power in range(5, 15)])
def test_no_equilibrium_is_lost_next_to_a_border(letter, distance):
    """At H = 5.4 a mixture of the theatrical vanishes. On either side an unread letter is in some equilibrium refused.

    However near the border, the equilibrium in which almost all letters are refused (above) or almost none (below) is
    there, so that what holds on a whole side holds up to the border.
    """
    above = kgsim.solve(letter, H=5.4 + distance).structures["gift"]
    assert above.complete and "letter refused" in above.outcomes
    below = kgsim.solve(letter, H=5.4 - distance).structures["gift"]
    assert below.complete and {"letter refused", "meeting"} <= set(below.outcomes)


def test_rounds_of_play_are_not_for_types(letter):
    with pytest.raises(kgsim.GameError, match="private types"):
        World.of(letter, "gift")


#: Beer and quiche (Cho and Kreps 1987) at even odds: who drinks beer is challenged with any probability up to 1/2.
BREAKFAST = f"""
kgsim: 1
title: Beer and quiche
question: Is there a duel?
players: {{S: Stranger, B: Bully}}
parameters:
  q: {NUMBER("chance that the stranger is strong", 0.5, 0, 1)}
  x: {NUMBER("a number to ask about", 1.7, 0, 4)}
types: {{S: {{strong: q, weak: 1 - q}}}}
terms: {{liked: the breakfast one likes, duel: a duel, won: a duel with the weak}}
moves: {{S: {{beer: beer, quiche: quiche}}, B: {{duel: challenge, leave: leave}}}}
outcomes:
  beer and a duel: {{when: {{S: beer, B: duel}}, terms: {{liked: 1, duel: 1}}}}
  quiche and a duel: {{when: {{S: quiche, B: duel}}, terms: {{duel: 1}}}}
  beer: {{when: {{S: beer}}, terms: {{liked: 1}}}}
  quiche: {{otherwise: true}}
utilities:
  S: liked*strong + (1 - liked)*weak + 2*(1 - duel)
  B: duel*weak + (1 - duel)*strong
structures: {{breakfast: {{play: [S, B]}}}}
claims:
  never: {{says: The stranger never has x., holds: "abs(value(S, breakfast) - x) > 0.001"}}
"""


@pytest.mark.parametrize(("x", "verdict"), [(1.7, "depends"), (2.2, "depends"), (0.7, "holds"), (2.8, "holds")])
def test_claims_are_judged_inside_continua_of_private_games(x, verdict):
    """Where both drink beer the stranger has 1.5 to 2.5: no end of the continuum has 1.7, some equilibrium does."""
    scenario = kgsim.loads(BREAKFAST, name="breakfast")
    assert kgsim.solve(scenario, x=x).claims["never"].verdict == verdict
    study = kgsim.sweep(scenario, x=[x, x + 1e-4])
    assert [VERDICTS[code] for code in study.verdict.values[0]] == [verdict, verdict]
