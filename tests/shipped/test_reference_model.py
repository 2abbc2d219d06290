"""The second edition of the reference model: numbers checked by hand, and pages that say what comes out."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

import kgsim

ROOT = Path(__file__).parents[2]


@cache
def shipped(name: str = "bypass") -> kgsim.Scenario:
    return kgsim.load(ROOT / "scenarios" / f"{name}.yaml")


@cache
def solved(name: str = "bypass") -> kgsim.Result:
    return kgsim.solve(shipped(name))


def worth(structure: str, name: str = "bypass") -> list[float]:
    ends = solved(name).structures[structure].values.values()
    assert all(low == high for low, high in ends)
    return [low for low, _ in ends]


def test_nothing_in_hand_brings_nothing_but_quiet() -> None:
    """No deal costs Washington `grow` and Seoul `danger`; Seoul's silence is answered since `quiet` is above 0."""
    for structure in ("empty_hands", "empty_hands_aligned"):
        assert solved().structures[structure].outcomes == ("border calm",)
        assert worth(structure) == pytest.approx([-12, -15 + 12, 2])


def test_washington_alone_removes_the_missiles_for_the_least_recognition_that_is_taken() -> None:
    """Kept promises 0.6, verified limits 0.5, the split pays Pyongyang 15; it is left with what it has anyway, 2."""
    recognition = (48 * 0.5 + 0.3 * 20 - 15) / (0.6 * 35)
    expected = [
        62 * 0.5 - 12 - 0.6 * 20 * recognition - 20 + 5,
        10 * 0.5 - 0.6 * 20 * recognition - 25 + 12,
        0.6 * 35 * recognition + 15 - 48 * 0.5 - 0.3 * 20 + 2,
    ]
    assert recognition == pytest.approx(5 / 7)
    assert expected[2] == pytest.approx(2)
    assert worth("bypass") == pytest.approx(expected)


def test_without_the_split_a_joint_offer_must_add_all_relief_and_aid() -> None:
    """Pyongyang's price of 30 is covered by all relief, 14.4, all aid, 8, and recognition for the rest."""
    recognition = (48 * 0.5 + 0.3 * 20 - 0.6 * 0.6 * 40 - 8) / (0.6 * 35)
    expected = [
        62 * 0.5 - 12 - 0.6 * (25 + 20 * recognition) - 10 + 5,
        10 * 0.5 - 0.6 * 20 * recognition - 8 + 12,
        2.0,
    ]
    assert worth("front") == worth("coordinated") == pytest.approx(expected)


@pytest.mark.parametrize(("A", "reached"), [(27.4, {"bypass deal"}), (27.5, {"border calm"})])
def test_the_bypass_ends_where_the_alliance_weighs_what_washington_would_gain(A: float, reached: set[str]) -> None:
    """It is worth 15 3/7 - A, and no deal -12."""
    assert set(kgsim.solve(shipped(), structures=["bypass"], A=A).structures["bypass"].outcomes) == reached


def test_the_lottery_of_two_offers_rests_on_packages_of_aid() -> None:
    """Aid of 15/16 makes up for the half of the split that it costs Pyongyang: 15 = 7.5 + 8 x 15/16."""
    text = (ROOT / "scenarios" / "bypass.yaml").read_text(encoding="utf-8")
    finer = text.replace("aid: [0.5, 1]", "aid: [0.5, 0.9375, 1]")
    assert finer != text
    scenario = kgsim.loads(finer, name="bypass", directory=ROOT / "scenarios")
    found = kgsim.solve(scenario, structures=["parallel"]).structures["parallel"]
    bypass, split = worth("bypass"), 0.5
    expected = {
        "US": bypass[0] + split * 20,
        "ROK": bypass[1] + split * 25 - 8 * 15 / 16,
        "DPRK": bypass[2],
    }
    assert any(
        each.outcomes == {"two-track deal": 1.0} and each.payoffs == pytest.approx(expected)
        for each in found.equilibria
    )
    assert not found.complete


def test_aid_in_any_amount_leaves_pyongyang_no_more_than_one_offer() -> None:
    """Seoul makes up for what its part in the deal costs Pyongyang, and no more: omega seat = kappa aid."""
    result = solved("any_aid")
    found, base = result.structures["parallel"], shipped("any_aid").base
    aid = base["omega"] * base["seat"] / base["kappa"]
    (only,) = found.equilibria
    assert found.complete and only.offers["ROK.aid"] == pytest.approx(aid)
    assert only.payoffs["DPRK"] == pytest.approx(2.0)
    assert only.payoffs["ROK"] == pytest.approx(worth("bypass")[1] + base["seat"] * base["A_K"] - base["k_K"] * aid)
    assert result.claims["H1_offers"].verdict == "fails"


def test_a_word_that_may_be_broken_leaves_no_deal() -> None:
    """Building anew costs 60, more than the 48 that it restores: no threat keeps Washington to its word."""
    result = solved("promises")
    assert result.structures["kept_or_broken"].outcomes == ("border calm",)
    cheap = kgsim.solve(shipped("promises"), structures=["kept_or_broken"], rebuild=40).structures["kept_or_broken"]
    assert cheap.outcomes == ("bypass deal",)


def test_the_answer_at_the_border_is_a_move() -> None:
    ignored = kgsim.solve(shipped(), structures=["empty_hands"], quiet=-1).structures["empty_hands"]
    abused = kgsim.solve(shipped(), structures=["empty_hands"], quiet=-1, exploit=1, psi=0).structures["empty_hands"]
    assert ignored.outcomes == ("status quo",) and "silence abused" in abused.outcomes


#: For each result that holds at the base values, values at which it does not.
FAILURES = {
    "appeals_are_not_enough": {"q": 0.6, "hope": 35},
    "H1_offers": {"A": 45},
    "H1_bargain": {"A": 45},
    "H3": {"q": 0.6, "hope": 35},
    "H4": {"C_I": 15, "m": 17.5},
    "H6_unpaid": {"A": 11, "omega": 30},
    "H6": {"A": 0, "A_K": 10, "rate": 0.25},
}


@pytest.mark.parametrize("claim", FAILURES)
def test_the_editorial_can_lose(claim: str) -> None:
    assert solved().claims[claim].verdict == "holds"
    assert kgsim.solve(shipped(), **FAILURES[claim]).claims[claim].verdict != "holds"


def test_scenarios_that_extend_it_share_its_payoffs() -> None:
    base = shipped()
    for name in ("parallel_outreach", "coordinated_front", "drift"):
        child = shipped(name)
        assert {player: each.text for player, each in child.utilities.items()} == {
            player: each.text for player, each in base.utilities.items()
        }
    front = shipped("coordinated_front")
    assert {name for name, value in front.base.items() if base.base.get(name) != value} == {"A"}


def test_the_page_tells_what_comes_out() -> None:
    """The table of structures and the verdicts at the base values."""
    page = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([\w -]+) \| (\S+) \| (\S+) \| (\S+) \|$", page, re.MULTILINE)
    assert [row[0] for row in rows] == list(shipped().structures)
    for name, outcome, *numbers in rows:
        outcomes = solved().structures[name].outcomes
        assert outcomes == (outcome,) or (outcome == "a lottery" and len(outcomes) > 1)
        assert [float(number) for number in numbers] == pytest.approx(worth(name), abs=0.0051)
    for name in ("appeals_are_not_enough", "worth_of_coordination", "H2", "H3", "H4", "H5", "H6", "H6_unpaid", "H7"):
        (told,) = re.findall(rf"^\| {name}\b[^|]*\| \w+ \| (\w+)", page, re.MULTILINE)
        assert solved().claims[name].verdict == told
