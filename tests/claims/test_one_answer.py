"""One answer everywhere: what every command says of a claim at the same point."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from random_scenarios import random_scenario

import kgsim
from kgsim.results import VERDICTS

CHICKEN = """
kgsim: 1
title: Chicken
question: Is war an equilibrium outcome?
players: {A: first, B: second}
parameters:
  cost: {label: cost of war, value: 5, range: [1, 10], because: x, certainty: judgement}
  z: {label: idle, value: 0, range: [0, 1], because: x, certainty: judgement}
terms: {war: war, winA: A prevails, winB: B prevails}
moves: {A: {stand: x, yield: x}, B: {stand: x, yield: x}}
outcomes:
  war: {when: {A: stand, B: stand}, terms: {war: 1}}
  A prevails: {when: {A: stand, B: yield}, terms: {winA: 1}}
  B prevails: {when: {A: yield, B: stand}, terms: {winB: 1}}
  draw: {otherwise: true}
utilities: {A: 3*winA - winB - cost*war + 0*z, B: 3*winB - winA - cost*war}
structures: {at_once: {play: [[A, B]]}}
claims:
  peace: {says: x, holds: 'not reached(at_once, war)'}
  rare: {says: x, holds: 'prob(at_once, war) < 0.2'}
"""

PARAMETRIC = """
kgsim: 1
title: A game whose equilibria change with x
question: For which x is each outcome an equilibrium outcome?
players: {P: first, Q: second}
parameters:
  x: {label: x, value: 0.5, range: [0, 1], because: x, certainty: judgement}
  z: {label: idle, value: 0, range: [0, 1], because: x, certainty: judgement}
terms: {a: x, b: x, c: x, d: x}
moves: {P: {top: x, bottom: x}, Q: {top: x, bottom: x}}
outcomes:
  tt: {when: {P: top, Q: top}, terms: {a: 1}}
  tb: {when: {P: top, Q: bottom}, terms: {b: 1}}
  bt: {when: {P: bottom, Q: top}, terms: {c: 1}}
  bb: {otherwise: true, terms: {d: 1}}
utilities:
  P: x/2*a + x*b + (1-x)*c + (1-x)/2*d + 0*z
  Q: x/2*a + x*c + (1-x)*b + (1-x)/2*d
structures: {at_once: {play: [[P, Q]]}}
claims:
  both: {says: x, holds: 'reached(at_once, tt)'}
"""

COORDINATION = """
kgsim: 1
title: Coordination
question: Is everybody's worst equilibrium counted?
players: {A: A, B: B}
parameters:
  k: {label: k, value: 1, range: [0, 4], because: x, certainty: judgement}
  z: {label: idle, value: 0, range: [0, 1], because: x, certainty: judgement}
terms: {t: level}
moves: {A: {m0: x, m1: y, m2: z}, B: {m0: x, m1: y, m2: z}}
outcomes:
  low: {when: {A: m0, B: m0}, terms: {t: 1}}
  middle: {when: {A: m1, B: m1}, terms: {t: 2}}
  high: {when: {A: m2, B: m2}, terms: {t: 3}}
  none: {otherwise: true}
utilities: {A: t + 0*z, B: t}
structures: {s1: {play: [[A, B]]}, s2: {play: [[A, B]]}, s3: {play: [[A, B]]}, s4: {play: [[A, B]]}}
claims:
  least: {says: x, holds: 'value(A, s1) >= k'}
  sum: {says: x, holds: 'value(A, s1) + value(A, s2) + value(A, s3) + value(A, s4) > k'}
"""

INSPECTION = """
kgsim: 1
title: Inspection
question: Does anything stay hidden?
players: {I: inspectorate, V: inspected}
parameters:
  c: {label: cost of an inspection, value: 2, range: [0, 10], because: x, certainty: judgement}
  z: {label: idle, value: 0, range: [0, 1], because: x, certainty: judgement}
terms: {viol: x, caught: x, insp: x}
moves: {I: {inspect: x, wait: x}, V: {violate: x, comply: x}}
outcomes:
  caught: {when: {I: inspect, V: violate}, terms: {viol: 1, caught: 1, insp: 1}}
  hidden: {when: {I: wait, V: violate}, terms: {viol: 1}}
  clean: {when: {I: inspect, V: comply}, terms: {insp: 1}}
  quiet: {otherwise: true}
utilities: {I: -c*insp - 6*(viol - caught) + 0*z, V: 3*(viol - caught) - 5*caught}
structures: {once: {play: [[I, V]]}}
claims:
  some: {says: x, holds: 'prob(once, hidden) > 0'}
  known: {says: x, holds: 'abs(prob(once, hidden) - c/6*5/8) < 0.000001'}
"""


INDIFFERENT = """
kgsim: 1
title: A second mover who does not care
question: Is a number missed that lies between two equilibria?
players: {A: A, B: B}
parameters:
  z: {label: idle, value: 0, range: [0, 1], because: x, certainty: judgement}
terms: {t: x}
moves: {A: {m0: x, m1: y}, B: {m0: x, m1: y}}
outcomes:
  much: {when: {A: m1, B: m1}, terms: {t: 1}}
  little: {otherwise: true}
utilities: {A: 3 + 0*z, B: t}
structures: {s1: {play: [B, A]}}
claims:
  never_one: {says: x, holds: 'value(B, s1)*value(A, s1) != 1'}
  between: {says: x, holds: 'value(B, s1) == 1/7'}
"""


@pytest.fixture(autouse=True)
def few_points(monkeypatch: pytest.MonkeyPatch) -> None:
    """Along an idle parameter three points say all; elsewhere the tests below ask for more."""
    monkeypatch.setattr("kgsim.analysis.thresholds.POINTS", 3)


def said(scenario: kgsim.Scenario) -> dict[str, dict[str, str]]:
    """Claim to command to what it says at the base values, where only the idle `z` is moved."""
    result = kgsim.solve(scenario)
    study = kgsim.sweep(scenario, z=[0.0, 0.5])
    others = {name: value for name, value in scenario.base.items() if name != "z"}
    shares = kgsim.robustness(scenario, others, draws=64, ordinal=False, priors=["uniform"]).priors["uniform"]
    compared = kgsim.compare(scenario, values={"moved": {"z": 0.5}})
    rows = {row.name: row for row in compared.claims}
    found = {}
    for name, claim in result.claims.items():
        threshold = kgsim.threshold(scenario, "z", claim=name, inverse=False)
        assert len(threshold.segments) == 1, (name, threshold.segments)
        swept = {VERDICTS[int(code)] for code in study.verdict.sel(claim=name).values.ravel()}
        drawn = {verdict for verdict in VERDICTS if getattr(shares.claims[name], verdict).share > 0.0}
        assert len(swept) == len(drawn) == 1
        found[name] = {
            "solve": claim.verdict,
            "sweep": swept.pop(),
            "robustness": drawn.pop(),
            "threshold": VERDICTS[threshold.segments[0].verdict],
            "threshold at the base": VERDICTS[threshold.now],
            "compare": rows[name].verdicts["moved"],
        }
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CHICKEN, {"peace": "depends", "rare": "holds"}),
        (PARAMETRIC, {"both": "depends"}),
        (COORDINATION, {"least": "depends", "sum": "holds"}),
        (COORDINATION.replace("value: 1,", "value: 2.5,"), {"least": "depends", "sum": "depends"}),
        (INSPECTION, {"some": "holds", "known": "holds"}),
        (INDIFFERENT, {"never_one": "depends", "between": "depends"}),
    ],
    ids=["chicken", "parametric", "coordination", "coordination with a higher bar", "inspection", "indifferent"],
)
def test_every_command_says_the_same(text: str, expected: dict[str, str]) -> None:
    found = said(kgsim.loads(text, name="game"))
    assert found == {name: dict.fromkeys(found[name], verdict) for name, verdict in expected.items()}


def test_thresholds_know_mixed_equilibria(monkeypatch: pytest.MonkeyPatch) -> None:
    """With probability 3x - 1 each plays top where 1/3 < x < 2/3."""
    monkeypatch.setattr("kgsim.analysis.thresholds.POINTS", 101)
    scenario = kgsim.loads(PARAMETRIC, name="game")
    for question in ({"claim": "both"}, {"structure": "at_once", "outcome": "tt"}):
        found = kgsim.threshold(scenario, "x", inverse=False, **question)
        assert found.boundaries[0] == pytest.approx(1 / 3, abs=1e-9)
    study = kgsim.sweep(scenario, x=np.linspace(0.4, 0.6, 5))
    mixture = 3 * study.x.values - 1
    # Either pure equilibrium gives one of them x and the other 1 - x; the mixed one gives both the same.
    x = study.x.values
    worth = mixture * x / 2 + (1 - mixture) * x
    assert study.low.sel(structure="at_once", player="P").values == pytest.approx(
        np.minimum(worth, np.minimum(x, 1 - x))
    )
    assert study.complete.all()


def test_where_inspections_are_dear_something_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kgsim.analysis.thresholds.POINTS", 101)
    scenario = kgsim.loads(INSPECTION, name="game")
    found = kgsim.threshold(scenario, "c", structure="once", outcome="hidden", inverse=False)
    assert (found.segments[-1].low, VERDICTS[found.segments[-1].verdict]) == (0.0, "holds")


#: Of these the exact solver has most of a minute's work, with ties everywhere.
LONG = (4, 16)


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=pytest.mark.slow) if seed in LONG else seed for seed in range(24)]
)
def test_no_two_commands_contradict_each_other(seed: int) -> None:
    assert_one_answer(seed)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(100))
def test_no_two_commands_contradict_each_other_on_ten_thousand_scenarios(part: int) -> None:
    decided = Counter()
    for seed in range(1000 + 100 * part, 1100 + 100 * part):
        decided += assert_one_answer(seed)
    # Three movers with ties everywhere, and what rests on continua, leave some sets open.
    assert decided["undecided"] < 0.25 * decided.total(), decided


@pytest.mark.parametrize("seed", range(4))
def test_no_two_commands_contradict_each_other_where_chance_moves(seed: int) -> None:
    assert_one_answer(seed, unsure=True)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(20))
def test_no_two_commands_contradict_each_other_where_chance_moves_often(part: int) -> None:
    for seed in range(1000 + 50 * part, 1050 + 50 * part):
        assert_one_answer(seed, unsure=True)


def assert_one_answer(seed: int, *, unsure: bool = False) -> Counter[str]:
    """Commands may leave a claim undecided; those that decide it say the same. Returns how often each verdict fell."""
    verdicts: Counter[str] = Counter()
    scenario = random_scenario(seed, unsure=unsure)
    for name, answers in said(scenario).items():
        assert len(set(answers.values()) - {"undecided"}) <= 1, (seed, name, scenario.claims[name].holds.text, answers)
        verdicts.update(answers.values())
    return verdicts
