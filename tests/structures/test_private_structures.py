"""Structures with private types beyond a sender and a receiver, from scenario files, with their answers by hand."""

from __future__ import annotations

import pytest

import kgsim

HEAD = """
kgsim: 1
title: {title}
question: What happens?
"""

#: Partners who want to meet at the side that one of them knows; it says a side, the other goes, and it signs.
TALK = (
    HEAD.format(title="Cheap talk between partners")
    + """
players: {S: sender, R: receiver}
decisions: {sign: S}
types: {S: {left: 1/2, right: 1/2}}
terms: {l: went left, r: went right, signed: signed}
moves:
  S: {say_left: say left, say_right: say right}
  R: {go_left: go left, go_right: go right}
  sign: {sign: sign, refuse: refuse}
outcomes:
  left: {when: {R: go_left, sign: sign}, terms: {l: 1, signed: 1}}
  right: {when: {sign: sign}, terms: {r: 1, signed: 1}}
  none: {otherwise: true}
utilities:
  S: l*left + r*right + signed
  R: l*left + r*right + signed
structures:
  talk_sign: {play: [S, R, sign]}
  talk: {play: [S, R], fixed: {sign: sign}}
claims:
  talk_is_useless: {says: Talk never lets the partners coordinate., holds: "value(R, talk_sign) < 1.9"}
"""
)


def test_words_that_cost_nothing_are_heard_though_a_signature_follows():
    result = kgsim.solve(kgsim.loads(TALK, name="talk"))
    for structure in ("talk_sign", "talk"):
        solution = result.structures[structure]
        assert solution.complete and solution.values["R"] == pytest.approx((1.5, 2.0))
        assert any("separating" in each.notes for each in solution.equilibria)
    assert result.claims["talk_is_useless"].verdict != "holds"


#: Crawford and Sobel (1982) on a grid: three states, three words, and acts in steps of a half.
ADVICE = (
    HEAD.format(title="Advice with a bias")
    + """
players: {S: sender, R: receiver}
parameters:
  b: {label: bias, value: 0.2, range: [0, 2], because: textbook, certainty: judgement}
types: {S: {low: 1/3, mid: 1/3, high: 1/3}}
terms: {y: action}
moves:
  S: {m1: say low, m2: say middle, m3: say high}
  R: {act: {label: act, menu: {y: [0, 0.5, 1, 1.5, 2]}}}
outcomes: {acted: {otherwise: true, terms: {y: R.y}}}
utilities:
  S: -(y - (mid + 2*high) - b)**2
  R: -(y - (mid + 2*high))**2
structures: {talk: {play: [S, R]}}
"""
)


def acts(equilibrium) -> tuple[tuple[tuple[float, ...], ...], ...]:
    """What each state leads to, with probabilities."""
    found: dict[str, dict[float, float]] = {}
    for course in equilibrium.courses:
        own = found.setdefault(course.types["S"], {})
        act = course.terms.get("y", 0.0)
        own[act] = own.get(act, 0.0) + 3 * course.probability
    return tuple(tuple((act, round(share, 6)) for act, share in sorted(own.items())) for own in found.values())


@pytest.mark.parametrize(("bias", "separates"), [(0.2, True), (0.5, True), (0.51, False), (0.8, False)])
def test_advice_separates_three_states_up_to_a_bias_of_one_half(bias, separates):
    """An adviser of a low state gains by claiming the middle one once 1 is nearer to b than 0: b > 1/2."""
    solution = kgsim.solve(kgsim.loads(ADVICE, name="advice"), b=bias).structures["talk"]
    told = {acts(each) for each in solution.equilibria}
    assert (tuple(((y, 1.0),) for y in (0.0, 1.0, 2.0)) in told) == separates
    assert tuple(((1.0, 1.0),) for _ in range(3)) in told  # babbling
    assert solution.residual < 1e-9


#: Two who know something speak at once, at a cost, and a third acts on the sum of what they know.
COUNCIL = (
    HEAD.format(title="A council")
    + """
players: {A: A, B: B, C: C}
types: {A: {a0: 1/2, a1: 1/2}, B: {b0: 1/2, b1: 1/2}}
terms: {z: act, ca: ca, cb: cb}
moves:
  A: {s0: say 0, s1: say 1}
  B: {s0: say 0, s1: say 1}
  C: {act: {label: act, menu: {z: [0, 1, 2]}}}
outcomes:
  a11: {when: {A: s1, B: s1}, terms: {z: C.z, ca: 1, cb: 1}}
  a10: {when: {A: s1}, terms: {z: C.z, ca: 1}}
  a01: {when: {B: s1}, terms: {z: C.z, cb: 1}}
  acted: {otherwise: true, terms: {z: C.z}}
utilities:
  A: -(z - a1 - b1)**2 - 0.1*ca
  B: -(z - a1 - b1)**2 - 0.1*cb
  C: -(z - a1 - b1)**2
structures: {council: {play: [[A, B], [C]]}, alone: {play: [C], fixed: {A: s0, B: s0}}}
"""
)


def test_two_who_speak_at_once_are_solved_beside_other_structures():
    result = kgsim.solve(kgsim.loads(COUNCIL, name="council"))
    council, alone = result.structures["council"], result.structures["alone"]
    assert not council.unsolved and not council.complete  # mixed ones are not sought among three
    assert max(each.payoffs["C"] for each in council.equilibria) == pytest.approx(0.0)  # both are believed
    assert alone.complete and [each.payoffs["C"] for each in alone.equilibria] == pytest.approx([-0.5])


#: Spence (1973): two types, three levels of schooling, wages on a grid.
SCHOOL = (
    HEAD.format(title="A job market")
    + """
players: {W: worker, F: firm}
types: {W: {able: 1/2, less: 1/2}}
terms: {e: schooling, w: wage}
moves:
  W: {school: {label: school, menu: {e: [0, 1, 2]}}}
  F: {pay: {label: pay, menu: {w: [1, 1.5, 2]}}}
outcomes: {hired: {otherwise: true, terms: {e: W.e, w: F.w}}}
utilities:
  W: w - e*(0.5*able + less)
  F: -(w - 2*able - less)**2
structures: {market: {play: [W, F]}}
"""
)


def test_a_job_market_with_three_levels_of_schooling_is_complete():
    """The able go to school for one year or two, or all stay away; between what is listed lie half-separating ones."""
    solution = kgsim.solve(kgsim.loads(SCHOOL, name="school")).structures["market"]
    assert solution.complete and solution.continua
    years = {
        tuple(sorted((course.types["W"], course.terms.get("e", 0.0)) for course in each.courses))
        for each in solution.equilibria
        if "separating" in each.notes
    }
    assert years == {(("able", 1.0), ("less", 0.0)), (("able", 2.0), ("less", 0.0))}
    assert any("pooling" in each.notes for each in solution.equilibria)


#: A strike in which chance decides what arbitration brings: a player with types who does nothing.
STRIKE = (
    HEAD.format(title="A strike")
    + """
players: {Nature: chance, Union: union, Company: company, Ministry: ministry, Members: members}
types: {Nature: {high: 1/2, low: 1/2}}
terms: {raise: raise, strike: strike, subsidy: subsidy, lost_vote: lost vote}
moves:
  Nature: {none: does nothing}
  Ministry: {wait: stay out, subsidise: {label: pay, menu: {subsidy: [0.5, 1]}}, arbitrate: arbitrate}
  Company: {offer: {label: offer, menu: {raise: {from: 0, to: 1, step: 0.1}}}}
  Union: {strike: strike, accept: accept}
  Members: {ratify: ratify, reject: reject}
outcomes:
  arbitration: {when: {Ministry: arbitrate, Union: strike}, terms: {raise: high}}
  strike: {when: {Union: strike}, terms: {strike: 1, subsidy: Ministry.subsidy}}
  deal: {when: {Union: accept, Members: ratify}, terms: {raise: Company.raise, subsidy: Ministry.subsidy}}
  voted down: {otherwise: true, terms: {lost_vote: 1, strike: 1}}
utilities:
  Nature: 0
  Union: 20*raise - 5*strike - 3*lost_vote
  Company: -18*raise - 9*strike + 10*subsidy
  Ministry: -8*strike - 6*subsidy
  Members: 20*raise - 7.5*strike
structures:
  normal: {fixed: {Nature: none}, play: [Ministry, Company, Union, Members]}
  late: {fixed: {Nature: none}, play: [Company, Union, Ministry, Members]}
"""
)


def test_a_type_that_is_never_learned_is_chance_and_the_set_is_complete():
    """A ministry that comes late imposes arbitration, worth 10 to the union: the company offers one half or strikes."""
    result = kgsim.solve(kgsim.loads(STRIKE, name="strike"))
    assert all(solution.complete and solution.residual < 1e-9 for solution in result.structures.values())
    late = result.structures["late"]
    assert {each.name for each in late.equilibria} == {"arbitration", "deal"}
    assert all(each.payoffs["Union"] == pytest.approx(10.0) for each in late.equilibria)
    assert late.continua == ((0, 1),)


#: A seller sets a price, and a customer whose worth of the good only it knows buys or not.
SCREENING = (
    HEAD.format(title="Screening")
    + """
players: {M: monopolist, C: customer}
parameters:
  h: {label: share of those who want it, value: 0.5, range: [0, 1], because: textbook, certainty: judgement}
types: {C: {keen: h, cool: 1 - h}}
terms: {p: price, bought: bought}
moves:
  M: {price: {label: ask, menu: {p: [1, 2, 3, 4]}}}
  C: {buy: buy, leave: leave}
outcomes:
  sold: {when: {C: buy}, terms: {p: M.p, bought: 1}}
  unsold: {otherwise: true}
utilities: {M: p, C: bought*(4*keen + 2*cool) - p}
structures: {shop: {play: [M, C]}}
"""
)


def test_mixtures_at_a_tie_of_a_customer_with_types_are_told():
    """At 4 the keen are tied and buy with a probability from 3/4 on, since a price of 3 earns 3/2; or at 2 all buy."""
    solution = kgsim.solve(kgsim.loads(SCREENING, name="screening")).structures["shop"]
    assert solution.complete and any(solution.convex)
    assert solution.values["M"] == pytest.approx((1.5, 2.0))
