"""Repeated play: published thresholds, closed forms, and an oracle that plays the automata."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kgsim
from first_edition import FIRST_EDITION
from kgsim.analysis.questions import Claimed, Sustained
from kgsim.automata.critical import sustaining_discounts
from kgsim.automata.joint import joint, numbers, seen, worth
from kgsim.errors import ScenarioError
from kgsim.results import HOLDS

ROOT = Path(__file__).parents[2]

#: The prisoner's dilemma, payoffs and strategies to be filled in.
DILEMMA = """
kgsim: 1
title: A dilemma
question: Who cooperates?
players: {{A: Anna, B: Bert}}
parameters:
  T: {{label: temptation, value: {T}, range: [-999, 999], because: test, certainty: judgement}}
  R: {{label: reward, value: {R}, range: [-999, 999], because: test, certainty: judgement}}
  P: {{label: punishment, value: {P}, range: [-999, 999], because: test, certainty: judgement}}
  S: {{label: sucker, value: {S}, range: [-999, 999], because: test, certainty: judgement}}
  d: {{label: discount, value: {d}, range: [0, 0.999], because: test, certainty: judgement}}
  e: {{label: noise, value: {e}, range: [0, 1], because: test, certainty: judgement}}
  g: {{label: mercy, value: {g}, range: [0, 1], because: test, certainty: judgement}}
terms: {{cc: both cooperate, cd: Anna alone cooperates, dc: Bert alone cooperates, dd: both defect}}
moves:
  A: {{c: cooperate, d_: defect}}
  B: {{c: cooperate, d_: defect}}
outcomes:
  both: {{when: {{A: c, B: c}}, terms: {{cc: 1}}}}
  anna: {{when: {{A: c}}, terms: {{cd: 1}}}}
  bert: {{when: {{B: c}}, terms: {{dc: 1}}}}
  none: {{otherwise: true, terms: {{dd: 1}}}}
utilities:
  A: R*cc + S*cd + T*dc + P*dd
  B: R*cc + T*cd + S*dc + P*dd
structures: {{stage: {{play: [[A, B]]}}}}
{strategies}
repeated:
  pd:
    stage: stage
    discount: d
    noise: e
    generosity: g
    cooperate: {{A: c, B: c}}
    defect: {{A: d_, B: d_}}
    profiles: {profiles}
claims:
  H8: {{says: the textbook, holds: "critical_discount(pd, first) == (T - R)/(T - P)"}}
  now: {{says: today, holds: "sustained(pd, first)"}}
"""


def dilemma(first="grim", *, T=5.0, R=3.0, P=1.0, S=0.0, d=0.9, e=0.0, g=0.3, strategies=""):
    profiles = f"{{first: {first}}}"
    numbers_ = {"T": T, "R": R, "P": P, "S": S, "d": d, "e": e, "g": g}
    text = DILEMMA.format(profiles=profiles, strategies=strategies, **{k: repr(float(v)) for k, v in numbers_.items()})
    return kgsim.loads(text, name="dilemma")


def check(scenario, **values):
    return kgsim.repeated(scenario, "pd", "first", **values)["first"]


#: Name, strategy, payoffs (T, R, P, S), and the discount factors that sustain it, by the books.
THRESHOLDS = [
    ("grim trigger", "grim", (5, 3, 1, 0), ((0.5, 1.0),)),  # (T - R)/(T - P)
    ("grim trigger, small temptation", "grim", (4, 3, 1, 0), ((1 / 3, 1.0),)),
    ("grim trigger, temptation without bound", "grim", (101, 3, 1, 0), ((98 / 100, 1.0),)),
    ("win-stay lose-shift", "win_stay_lose_shift", (4, 3, 1, 0), ((0.5, 1.0),)),  # (T - R)/(R - P)
    ("win-stay lose-shift cannot pay", "win_stay_lose_shift", (5.5, 3, 1, 0), ()),
    ("tit for tat at one point", "tit_for_tat", (4, 3, 1, 0), ((1 / 3, 1 / 3),)),  # T + S = R + P
    ("tit for tat nowhere", "tit_for_tat", (5, 3, 1, 0), ()),
    ("always defect", "defect", (5, 3, 1, 0), ((0.0, 1.0),)),
    ("always cooperate", "cooperate", (5, 3, 1, 0), ()),
]


@pytest.mark.parametrize(("name", "strategy", "payoffs", "expected"), THRESHOLDS, ids=[row[0] for row in THRESHOLDS])
def test_published_discount_factors(name, strategy, payoffs, expected):
    T, R, P, S = payoffs
    found = check(dilemma(strategy, T=T, R=R, P=P, S=S))
    np.testing.assert_allclose(np.array(found.discounts).reshape(-1), np.array(expected).reshape(-1), atol=1e-9)


@settings(deadline=None, max_examples=40)
@given(st.tuples(*(st.floats(0.05, 10) for _ in range(3))), st.floats(-5, 5))
def test_grim_trigger_needs_exactly_the_published_patience(steps, S):
    """For any T > R > P > S: discount >= (T - R)/(T - P), to 1e-9."""
    P = S + steps[0]
    R = P + steps[1]
    T = R + steps[2]
    assert check(dilemma(T=T, R=R, P=P, S=S)).critical == pytest.approx((T - R) / (T - P), abs=1e-9)


def test_the_threshold_search_and_the_claim_agree_with_the_roots():
    scenario = dilemma()
    found = kgsim.threshold(scenario, "d", repeated="pd", profile="first", inverse=False)
    assert found.boundaries == pytest.approx((0.5,), abs=1e-9)
    result = kgsim.solve(scenario)
    assert result.claims["H8"].verdict == "holds" and result.claims["now"].verdict == "holds"
    assert kgsim.solve(scenario, d=0.49).claims["now"].verdict == "fails"
    by_claim = kgsim.threshold(scenario, "d", claim="now", inverse=False)
    assert by_claim.boundaries == pytest.approx((0.5,), abs=1e-9)
    answers = Claimed(scenario, "H8").at({"T": np.array([4.0, 5.0, 6.0])})
    assert answers.tolist() == [HOLDS, HOLDS, HOLDS]


def test_generous_tit_for_tat_is_an_equilibrium_only_where_both_moves_are_worth_the_same():
    """With T + S = R + P both conditions come to mercy = 1 - (T - R)/(d (R - S))."""
    mercy = 1 - 1 / (0.6 * 3)
    assert check(dilemma("generous", T=4, d=0.6, g=mercy)).sustained
    assert not check(dilemma("generous", T=4, d=0.6, g=mercy + 0.01)).sustained
    assert check(dilemma("generous", T=4, g=mercy)).discounts == (
        (pytest.approx(0.6, abs=1e-9), pytest.approx(0.6, abs=1e-9)),
    )


def test_with_noise_the_gain_has_its_closed_form():
    """Grim with noise e: V1 = ((1-e)^2 R + e(1-e)(S+T) + e^2 P + d (1-(1-e)^2) V0)/(1 - d (1-e)^2)."""
    T, R, P, S, d, e = 5.0, 3.0, 1.0, 0.0, 0.8, 0.05
    found = check(dilemma(d=d, e=e))
    q, r = (1 - e) ** 2, e * (1 - e)
    grim = (e**2 * R + r * (S + T) + q * P) / (1 - d)
    calm = (q * R + r * (S + T) + e**2 * P + d * (1 - q) * grim) / (1 - d * q)
    assert found.values["A"] == pytest.approx((1 - d) * calm, abs=1e-12)
    deviate = r * R + e**2 * S + q * T + r * P + d * ((1 - r) * grim + r * calm)
    run = joint(dilemma(d=d, e=e), dilemma().repeated["pd"], "first")
    gains = worth(dilemma(d=d, e=e), run, numbers(dilemma(d=d, e=e), run, {})).gains
    assert gains[0][0, 0, 1] == pytest.approx(deviate - calm, abs=1e-12)
    assert not check(dilemma(d=d, e=1.0)).sustained


def test_a_slip_may_be_any_other_move():
    slips = seen(np.array([0.0, 0.3]), 4)
    np.testing.assert_allclose(slips[0], np.eye(4))
    np.testing.assert_allclose(slips[1], np.full((4, 4), 0.1) + 0.6 * np.eye(4))
    np.testing.assert_allclose(seen(np.array([0.3]), 1), 1.0)


WRITTEN = """
strategies:
  anna:
    player: A
    start: s0
    states:
      s0: {play: {c: 0.7, d_: 0.3}, next: {s1: {B: d_}, s2: {A: d_}, s0: otherwise}}
      s1: {play: d_, next: s2}
      s2: {play: c, next: {s0: [{A: c, B: c}, {A: d_, B: d_}], s1: otherwise}}
  bert:
    player: B
    start: nice
    states:
      nice: {play: c, next: {cross: {A: d_}, nice: otherwise}}
      cross: {play: {c: 0.25, d_: 0.75}, next: {nice: {B: c}, cross: otherwise}}
"""


def test_values_agree_with_playing_the_automata():
    """An oracle that shares no code: thousands of runs, moves drawn one by one."""
    scenario = dilemma("{A: anna, B: bert}", d=0.7, e=0.1, strategies=WRITTEN)
    found = check(scenario)
    rng = np.random.default_rng(5)
    runs = 40_000
    a, b = np.zeros(runs, dtype=int), np.zeros(runs, dtype=int)
    total, weight = np.zeros((2, runs)), 1.0
    for _ in range(45):
        meant_a = rng.random(runs) < np.array([0.3, 1.0, 0.0])[a]  # True is to defect
        meant_b = rng.random(runs) < np.array([0.0, 0.75])[b]
        x, y = meant_a ^ (rng.random(runs) < 0.1), meant_b ^ (rng.random(runs) < 0.1)
        total[0] += weight * np.where(x, np.where(y, 1, 5), np.where(y, 0, 3))
        total[1] += weight * np.where(y, np.where(x, 1, 5), np.where(x, 0, 3))
        weight *= 0.7
        after = np.where(y, 1, np.where(x, 2, 0))
        after = np.where(a == 1, 2, np.where(a == 2, np.where(x == y, 0, 1), after))
        b = np.where(b == 0, np.where(x, 1, 0), np.where(y, 1, 0))
        a = after
    for player, mine in zip("AB", total, strict=True):
        error = 4 * mine.std() / np.sqrt(runs)
        assert found.values[player] / 0.3 == pytest.approx(mine.mean(), abs=error)


@settings(deadline=None, max_examples=25)
@given(st.data())
def test_roots_find_every_change_that_a_fine_grid_sees(data):
    """Random automata and payoffs: the verdict on a grid is that of the intervals."""

    def automaton(player):
        states = ["x", "y"]
        lines = []
        for state in states:
            move = data.draw(st.sampled_from(["c", "d_"]))
            rules = [f"{{A: {p}, B: {q}}}" for p in ("c", "d_") for q in ("c", "d_")]
            to = [data.draw(st.sampled_from(states)) for _ in rules]
            to[0] = "x" if state == "y" else "y"  # every state is reached
            following = ", ".join(
                f"{s}: [{', '.join(r for r, t in zip(rules, to, strict=True) if t == s)}]" for s in sorted(set(to))
            )
            lines.append(f"      {state}: {{play: {move}, next: {{{following}}}}}")
        return f"  s{player}:\n    player: {player}\n    start: x\n    states:\n" + "\n".join(lines)

    written = "strategies:\n" + "\n".join(automaton(player) for player in "AB")
    payoffs = [data.draw(st.integers(-6, 6)) for _ in range(4)]
    scenario = dilemma("{A: sA, B: sB}", T=payoffs[0], R=payoffs[1], P=payoffs[2], S=payoffs[3], strategies=written)
    run = joint(scenario, scenario.repeated["pd"], "first")
    intervals = sustaining_discounts(scenario, run, numbers(scenario, run, {}))
    grid = np.linspace(0.0007, 0.9937, 301)
    verdict = Sustained(scenario, "pd", "first").at({"d": grid})
    expected = [any(low <= value <= high for low, high in intervals) for value in grid]
    far = [all(min(abs(value - low), abs(value - high)) > 1e-8 for low, high in intervals) for value in grid]
    assert (verdict[far] == np.array(expected, dtype=int)[far]).all()


@pytest.mark.parametrize("level", [1, -3, 900])
def test_a_flat_game_sustains_everything_at_every_discount(level):
    """Where every move is worth the same, what is left of a gain is rounding, whatever the level."""
    scenario = dilemma("{A: grim, B: tit_for_tat}", T=level, R=level, P=level, S=level, d=0.99)
    found = check(scenario)
    assert found.sustained
    assert found.best.gain == 0.0
    assert found.discounts == ((0.0, 1.0),)
    assert found.values["A"] == pytest.approx(level, abs=1e-9)
    grid = np.linspace(0.0007, 0.9937, 301)
    assert (Sustained(scenario, "pd", "first").at({"d": grid}) == HOLDS).all()


#: An edit of the written automata (old, new), what stands on the line to name, and what the error says.
FAULTS = [
    ("missing transition", "nice: otherwise", "nice: {A: c, B: c}", "nice: {play",
     "does not say what follows when (A: c, B: d_)"),
    ("unknown move", "s1: {B: d_}", "s1: {B: dd}", "s0: {play", "no move named 'dd'"),
    ("unknown move played", "play: c, next: {cross", "play: cc, next: {cross", "nice: {play", "no move named 'cc'"),
    ("unknown state", "{play: d_, next: s2}", "{play: d_, next: s9}", "s1: {play", "no state named 's9'"),
    ("unknown start", "start: nice", "start: nicer", "start: nicer", "no state named 'nicer'"),
    ("no probabilities", "c: 0.25, d_: 0.75", "c: 0.25, d_: 0.7", "cross: {play", "no probabilities"),
    ("unreachable", "s2: {A: d_}, s0: otherwise", "s0: otherwise", "s2: {play", ""),
    ("unknown player", "player: B", "player: C", "player: C", "no player or decision named 'C'"),
    ("wrong owner", "{A: anna, B: bert}", "{A: bert, B: bert}", "profiles:", "one for B, not for A"),
    ("unknown strategy", "{A: anna, B: bert}", "{A: anna, B: berta}", "profiles:", "no strategy named 'berta'"),
    ("nobody for B", "{A: anna, B: bert}", "{A: anna}", "profiles:", "gives B no strategy"),
    ("discount of one", "discount: d\n", "discount: 1\n", "discount: 1", "the discount is 1"),
    ("negative noise", "noise: e\n", "noise: -0.1\n", "noise: -0.1", "the noise is -0.1"),
    ("no stage", "    stage: stage\n", "    stage: stag\n", "stage: stag", "no structure named 'stag'"),
    ("no mercy stated", "    generosity: g\n", "", "profiles:", "how often it forgives"),
    ("no cooperation stated", "    cooperate: {A: c, B: c}\n", "", "pd:", "which moves cooperate"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "line", "says"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_broken_automata_are_told_with_their_line(name, old, new, line, says):
    profiles = "{A: anna, B: bert}" if "stated" not in name else "generous"
    numbers_ = {"T": 5.0, "R": 3.0, "P": 1.0, "S": 0.0, "d": 0.9, "e": 0.0, "g": 0.3}
    text = DILEMMA.format(profiles=f"{{first: {profiles}}}", strategies=WRITTEN, **numbers_)
    assert text.count(old) >= 1
    if name == "unreachable":
        text = text.replace("s1: {play: d_, next: s2}", "s1: {play: d_, next: s0}")
    broken = text.replace(old, new, 1)
    with pytest.raises(kgsim.ScenarioError) as error:
        kgsim.loads(broken)
    lines = broken.splitlines()
    assert any(
        problem.line is not None and line in lines[problem.line - 1] and says in problem.message
        for problem in error.value.problems
    ), error.value


def test_the_shipped_loudspeakers_are_told_as_they_are():
    scenario = kgsim.load(FIRST_EDITION / "loudspeaker_reciprocity.yaml")
    verdicts = {name: claim.verdict for name, claim in kgsim.solve(scenario).claims.items()}
    assert verdicts == {
        "H8": "holds",
        "calm_is_kept": "holds",
        "once_is_noise": "holds",
        "in_kind_is_not_enough": "holds",
    }
    noisy = kgsim.repeated(scenario, "border_with_slips")
    assert noisy["grim"].critical > kgsim.repeated(scenario, "border")["grim"].critical
    assert noisy["stay_or_shift"].values["ROK"] > noisy["grim"].values["ROK"]


@pytest.mark.parametrize("types", ["{hawk: 0.25, dove: 0.75}", "{dove: 0.75, hawk: 0.25}"])
def test_repeated_games_of_private_types_are_refused(types):
    """Automata condition on moves alone, and no type may stand for all because it is written first."""
    text = dilemma().text[0].replace("utilities:\n", f"types: {{A: {types}}}\nutilities:\n")
    with pytest.raises(ScenarioError) as refused:
        kgsim.loads(text.replace("  A: R*cc", "  A: hawk*dc + R*cc"))
    told = [problem for problem in refused.value.problems if "private types" in problem.message]
    assert [problem.key for problem in told] == ["repeated.pd"]
    assert all("without `types`" in problem.remedy for problem in told)
