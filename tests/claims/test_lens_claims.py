"""Claims that ask other lenses, against the commands of these lenses and against games worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

import kgsim
from first_edition import FIRST_EDITION
from kgsim.claims.at_points import AtPoints
from kgsim.results import FAILS, HOLDS, UNDECIDED
from kgsim.solvers.agreement import agreeable
from three_players import three_by_two

#: A prisoner's dilemma whose temptation is a parameter: at 3 and below it is none.
DILEMMA = """\
kgsim: 1
title: Prisoner's dilemma
question: Who gives in?
players: {one: One, two: Two}
parameters:
  tempt: {label: temptation, value: 5, range: [2, 6], because: test, certainty: judgement}
  sharp: {label: precision, value: 3, range: [0, 10], because: test, certainty: judgement}
moves:
  one: {quiet: Keep quiet, talk: Talk}
  two: {quiet: Keep quiet, talk: Talk}
terms: {a: One's years saved, b: Two's years saved, t: temptation}
outcomes:
  both quiet: {when: {one: quiet, two: quiet}, terms: {a: 3, b: 3}}
  one talks: {when: {one: talk, two: quiet}, terms: {a: tempt, b: 0}}
  two talks: {when: {one: quiet, two: talk}, terms: {a: 0, b: tempt}}
  both talk: {otherwise: true, terms: {a: 1, b: 1}}
utilities: {one: a, two: b}
structures:
  at_once: {play: [[one, two]]}
  in_turn: {play: [one, two]}
claims:
  nash: {says: x, holds: 'stable(nash, "both quiet")'}
  seq: {says: x, holds: 'stable(seq, "both quiet", in_turn)'}
  both: {says: x, holds: 'stable(nash, "both talk") and not stable(gmr, "one talks")'}
  room: {says: x, holds: 'zopa(one, two) and not zopa(one, two, at_once) or zopa(one, two, in_turn)'}
  noise: {says: x, holds: 'qre(in_turn, "both talk", sharp) > 0.3'}
"""


def verdicts(scenario, **points):
    arrays = {name: np.asarray(values, dtype=float) for name, values in points.items()}
    return AtPoints(scenario, (), scenario.claims).at(arrays).verdict


def test_the_dilemma_by_hand_at_one_point_and_at_many() -> None:
    scenario = kgsim.loads(DILEMMA, name="dilemma")
    found = verdicts(scenario, tempt=[5, 3, 2.5], sharp=[3, 3, 3])
    one = kgsim.solve(scenario).claims
    assert [claim.verdict for claim in one.values()] == ["fails", "holds", "holds", "holds", "holds"]
    assert found[0].tolist() == [FAILS, HOLDS, HOLDS]
    assert found[1].tolist() == [HOLDS, HOLDS, HOLDS]
    assert "“both quiet” is not stable if nobody reckons with answers (Nash)" in one["nash"].sentence
    assert "there is a deal" in one["room"].sentence


def test_noisy_play_in_turn_is_softmax_backwards() -> None:
    scenario = kgsim.loads(DILEMMA.replace("> 0.3", "> level").replace(
        "  sharp:", "  level: {label: l, value: 0.5, range: [0, 1], because: test, certainty: judgement}\n  sharp:"
    ), name="dilemma")  # fmt: skip
    quiet, talk = (1 / (1 + np.exp(3 * (high - low) / 5)) for high, low in ((5, 3), (1, 0)))
    worth = 3 * quiet, 5 * talk * 0 + 5 * (1 / (1 + np.exp(3 * 1 / 5))) + 1 * (1 - talk)
    talks = 1 / (1 + np.exp(3 * (worth[0] - worth[1]) / 5))
    chance = talks * (1 - talk)
    found = verdicts(scenario, level=[chance - 1e-6, chance + 1e-6])[-1]
    assert found.tolist() == [HOLDS, FAILS]


def test_a_precision_below_nothing_decides_nothing() -> None:
    assert verdicts(kgsim.loads(DILEMMA), sharp=[-1.0, 0.0])[-1].tolist() == [UNDECIDED, FAILS]


@pytest.mark.parametrize("concept", ["nash", "seq", "smr", "gmr"])
def test_a_claim_says_what_the_command_says(concept) -> None:
    text = "".join(
        f"  c{name}: {{says: x, holds: 'stable({concept}, o{name}, {structure})'}}\n"
        for name, structure in (("000", "in_turn"), ("011", "at_once"), ("111", "weighted"))
    )
    scenario = three_by_two(claims=f"\nclaims:\n{text}")
    draw = np.random.default_rng(3)
    points = {name: draw.integers(0, 4, 25).astype(float) for name in scenario.parameters}
    found = verdicts(scenario, **points)
    for point in range(25):
        at = {name: float(column[point]) for name, column in points.items()}
        for row, (name, structure) in enumerate((("000", "in_turn"), ("011", "at_once"), ("111", "weighted"))):
            there = f"o{name}" in kgsim.stability(scenario, at, structure=structure).outcomes(concept)
            assert (found[row, point] == HOLDS) == there


def test_studies_take_them() -> None:
    scenario = kgsim.loads(DILEMMA)
    assert kgsim.threshold(scenario, "tempt", claim="nash").segments[0].high == pytest.approx(3, abs=1e-6)
    swept = kgsim.sweep(scenario, {"tempt": np.linspace(2, 6, 5)})
    assert swept.verdict.sel(claim="nash").values.tolist() == [HOLDS, HOLDS, FAILS, FAILS, FAILS]
    drawn = kgsim.robustness(scenario, draws=96, ordinal=False).priors["uniform"].claims
    assert drawn["seq"].holds.share == 1.0 and 0.1 < drawn["nash"].holds.share < 0.4


def test_on_the_first_edition() -> None:
    claims = """
  held: {says: x, holds: 'stable(seq, "bypass deal", bypass) and not stable(nash, "bypass deal", bypass)'}
  room: {says: x, holds: 'zopa(US, DPRK, bypass)'}
"""
    text = (FIRST_EDITION / "bypass.yaml").read_text()
    scenario = kgsim.loads(text.replace("\nclaims:\n", f"\nclaims:{claims}"), directory=FIRST_EDITION)
    found = kgsim.solve(scenario, structures=["bypass"]).claims
    assert found["held"].verdict == found["room"].verdict == "holds"


@pytest.mark.parametrize(("holds", "message"), [
    ("stable(sequ, 'both quiet')", "no stability named 'sequ'"),
    ("stable(seq, 'both')", "no outcome named 'both'"),
    ("stable(seq)", "given 1 argument and takes 2 or 3"),
    ("zopa(one)", "two different players or more"),
    ("zopa(one, one)", "two different players or more"),
    ("zopa(one, three)", "no player named 'three'"),
    ("qre(at_once, 'both quiet') > 0", "given 2 arguments and takes 3"),
    ("qre(at_once, 'both quiet', shrap) > 0", "no parameter or quantity named 'shrap'"),
])  # fmt: skip
def test_what_is_wrong_is_said_with_its_usage(holds, message) -> None:
    text = DILEMMA + "  wrong: {says: x, holds: '" + holds.replace("'", '"') + "'}\n"
    with pytest.raises(kgsim.ScenarioError, match=message) as caught:
        kgsim.loads(text, name="dilemma")
    assert "Usage: " in str(caught.value) or "Did you mean" in str(caught.value)


def test_a_structure_that_a_lens_cannot_take_is_refused_by_name_with_a_remedy() -> None:
    letter = (FIRST_EDITION / "letter_2025.yaml").read_text()
    wrong = "\nclaims:\n  w: {says: x, holds: 'stable(seq, %s)'}\n"
    outcome = next(rule.name for rule in kgsim.load(FIRST_EDITION / "letter_2025.yaml").outcomes)
    with pytest.raises(kgsim.ScenarioError, match=r"stable: scenario .* has private types"):
        kgsim.loads(letter.replace("\nclaims:\n", wrong % f'"{outcome}"'), directory=FIRST_EDITION)
    chance = DILEMMA.replace("play: [", "play: [luck, ").replace(
        "outcomes:\n", "chance: {luck: {good: 0.5, bad: 0.5}}\noutcomes:\n"
    )
    with pytest.raises(kgsim.ScenarioError, match=r"stable: structure at_once has the chance event luck") as caught:
        kgsim.loads(chance)
    assert "Say in `fixed` what happens" in str(caught.value)


@pytest.mark.parametrize(("corners", "there"), [
    ([[2, -1], [-1, 2]], True),
    ([[1, -1], [-2, 1]], False),
    ([[1, -1], [-1, 1]], False),
    ([[1, 0], [0, 1]], True),
    ([[3, -1, -1], [-1, 3, -1], [-1, -1, 3]], True),
    ([[2, -1, -1], [-1, 2, -1], [-1, -1, 2]], False),
])  # fmt: skip
def test_room_for_agreement_between_corners(corners, there) -> None:
    """Mixtures of deals none of which is good for everybody: sums of one sign around nothing."""
    assert agreeable(np.array(corners, dtype=float).T[..., None]).tolist() == [there]
