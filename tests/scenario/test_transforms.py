"""Menus' terms as parameters, and moves taken away: against scenarios written that way."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import kgsim
from first_edition import FIRST_EDITION
from kgsim.cli import main
from kgsim.scenario.transforms import menu_terms, moves, with_term

pytest.importorskip("xarray")

TEXT = (FIRST_EDITION / "bypass.yaml").read_text(encoding="utf-8")
STEPS = "relief: {from: 0, to: 1, step: 0.25}"
STRUCTURES = ["parallel", "bypass", "through_seoul"]


@pytest.fixture(scope="module")
def bypass() -> kgsim.Scenario:
    return kgsim.load(FIRST_EDITION / "bypass.yaml")


def test_names_that_can_be_swept(bypass) -> None:
    assert {"US.icbm_only.relief", "US.phased.recognition", "ROK.insist.theatre"} <= set(menu_terms(bypass))
    assert {"US.icbm_only", "ROK.hedge", "DPRK.refuse"} <= set(moves(bypass))


@pytest.mark.parametrize("relief", [0.0, 0.3, 0.625, 1.0])
def test_a_swept_term_is_what_a_menu_of_that_one_value_gives(bypass, relief: float) -> None:
    written = kgsim.loads(TEXT.replace(STEPS, f"relief: [{relief}]", 1), name="bypass", directory=FIRST_EDITION)
    study = kgsim.sweep(
        bypass, structures=STRUCTURES, mixed="never", A=[5, 20], **{"US.icbm_only.relief": [relief, 0.5]}
    )
    for A in (5.0, 20.0):
        single = kgsim.solve(written, structures=STRUCTURES, A=A)
        for name in STRUCTURES:
            here = study.sel(structure=name, A=A, **{"US.icbm_only.relief": relief})
            reached = {str(outcome) for outcome in here.outcome.values[here.reached.values]}
            assert reached <= set(single.structures[name].outcomes)
            if here.complete:
                assert reached == set(single.structures[name].outcomes)
                for player, bounds in single.structures[name].values.items():
                    found = float(here.low.sel(player=player)), float(here.high.sel(player=player))
                    assert found == pytest.approx(bounds)


def test_other_moves_keep_their_own_terms(bypass) -> None:
    laid = with_term(bypass, "US.icbm_only.relief")
    actions = [action for action in laid.decisions["US"].actions if action.move == "phased"]
    assert {action.menu["relief"] for action in actions} == {0, 0.25, 0.5, 0.75, 1}
    assert laid.parameters["US.icbm_only.relief"].range == (0.0, 1.0)
    assert len([action for action in laid.decisions["US"].actions if action.move == "icbm_only"]) == 5


def test_the_price_of_a_deal_is_between_what_it_is_worth_to_both(bypass) -> None:
    # An offer of relief r and recognition p is worth 20 r + 35 p + 15 to Pyongyang, its ICBMs and Moscow's aid 36;
    # it costs Washington 25 r + 20 p, and being rid of the ICBMs for the price of a bypass is worth 32.5.
    terms = {"US.icbm_only.relief": np.linspace(0, 1, 41), "US.icbm_only.recognition": [0, 0.25, 0.5]}
    study = kgsim.sweep(bypass, structures=["bypass"], A=5, **terms)
    reached = study.reached.sel(structure="bypass", outcome="bypass deal")
    relief, recognition = np.meshgrid(*terms.values(), indexing="ij")
    enough, cheap = 20 * relief + 35 * recognition >= 21 - 1e-9, 25 * relief + 20 * recognition <= 32.5 + 1e-9
    np.testing.assert_array_equal(reached, enough & cheap)
    assert study["US.icbm_only.relief"].attrs["plausible"] == [0.0, 1.0]
    assert "base" not in study["US.icbm_only.relief"].attrs


def test_a_move_that_is_away_is_never_made(bypass) -> None:
    study = kgsim.sweep(bypass, structures=["bypass"], A=[5, 10], **{"US.icbm_only": ["on", "off"]})
    assert study.complete.dims == ("structure", "US.icbm_only", "A")
    there = study.reached.sel(structure="bypass", outcome="bypass deal")
    np.testing.assert_array_equal(there.sel({"US.icbm_only": 1.0}), [True, True])
    np.testing.assert_array_equal(there.sel({"US.icbm_only": 0.0}), [False, False])
    left = TEXT.replace("only: {US: [hold, letter, icbm_only],", "only: {US: [hold, letter],", 1)
    written = kgsim.loads(left, directory=FIRST_EDITION)
    single = kgsim.solve(written, structures=["bypass"], A=5).structures["bypass"]
    here = study.sel({"structure": "bypass", "US.icbm_only": 0.0, "A": 5.0})
    assert {str(name) for name in here.outcome.values[here.reached.values]} == set(single.outcomes)
    assert here.low.sel(player="ROK") == pytest.approx(single.values["ROK"][0])


def test_all_that_is_swept_differs_from_row_to_row(bypass) -> None:
    names = {"US.icbm_only.relief": [0, 0.5, 1], "ROK.hedge": [True, False], "A": [1, 2]}
    study = kgsim.sweep(bypass, structures=["bypass"], mixed="never", **names)
    stacked = study.complete.sel(structure="bypass").stack(row=list(names))
    rows = np.array([list(map(float, row)) for row in stacked.row.values])
    assert len(np.unique(rows, axis=0)) == 12


def test_a_parameter_off_is_zero_and_on_its_base(bypass) -> None:
    study = kgsim.sweep(bypass, structures=["bypass"], lull=[0, 1], A=["off", "on"])
    np.testing.assert_array_equal(study.A, [0.0, 20.0])


def test_a_move_that_no_structure_admits_is_idle(bypass) -> None:
    study = kgsim.sweep(bypass, structures=["empty_hands"], **{"US.icbm_only": ["on", "off"]})
    assert json.loads(study.attrs["idle"]) == ["US.icbm_only"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["US.icbm_onli.relief=0:1:3"], "Did you mean 'US.icbm_only.relief'"),
        (["US.icbm_only.relief=0:2:3"], "--beyond-range"),
        (["US.icbm_only=0:1:3"], "write US.icbm_only=on,off"),
        (["US.icbm_only=on"], "write US.icbm_only=on,off"),
        (["US.icbm_only.relief=on,of"], "expected numbers"),
        (["US.phased=on,off", "--structure", "front"], "no move but phased"),
        (["lull=on,off"], "more than once"),
    ],
)
def test_what_cannot_be_swept(arguments: list[str], words: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(
        main, ["sweep", str(FIRST_EDITION / "bypass.yaml"), "--param", *arguments, "--out", str(tmp_path / "out")]
    )
    assert result.exit_code == 2
    assert words in result.stderr
    assert not (tmp_path / "out").exists()
