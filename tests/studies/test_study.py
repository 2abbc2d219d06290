"""Sweeps as data."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import kgsim
from first_edition import FIRST_EDITION

pytest.importorskip("xarray")


@pytest.fixture(scope="module")
def bypass() -> kgsim.Scenario:
    return kgsim.load(FIRST_EDITION / "bypass.yaml")


@pytest.fixture(scope="module")
def study(bypass):
    return kgsim.sweep(bypass, structures=["bypass", "front"], A=np.linspace(0, 45, 19), h=[40, 50, 60], command="x")


def test_the_bypass_ends_where_its_worth_to_washington_does(study) -> None:
    # The best bypass that Pyongyang accepts is worth 0.75 h - 15 - A to Washington, holding is worth nothing.
    reached = study.reached.sel(structure="bypass", outcome="bypass deal")
    for h in (40.0, 50.0, 60.0):
        np.testing.assert_array_equal(reached.sel(h=h), study.A.values <= 0.75 * h - 15)


def test_values_are_what_the_solver_of_single_points_gives(bypass, study) -> None:
    for A in (0.0, 12.5, 22.5, 40.0):
        single = kgsim.solve(bypass, structures=["bypass"], A=A, h=50)
        here = study.sel(structure="bypass", A=A, h=50)
        for player, (low, high) in single.structures["bypass"].values.items():
            assert here.low.sel(player=player) == pytest.approx(low)
            assert here.high.sel(player=player) == pytest.approx(high)
        assert here.complete == single.structures["bypass"].complete


def test_ties_show_as_several_outcomes(study) -> None:
    tie = study.sel(structure="bypass", A=22.5, h=50)
    assert [str(name) for name in tie.outcome.values[tie.reached.values]] == ["bypass deal", "border calm"]
    assert tie.equilibria == 2
    assert tie.low.sel(player="ROK") < tie.high.sel(player="ROK")


def test_a_study_is_read_back_as_it_was(study, tmp_path: Path) -> None:
    from kgsim.studies.study import save_study

    save_study(study, tmp_path / "study.nc")
    assert kgsim.open_study(tmp_path).identical(study)


def test_a_study_says_where_it_comes_from(bypass, study) -> None:
    assert study.attrs["scenario_digest"] == bypass.digest
    assert bypass.text[0] in study.attrs["scenario_text"]
    assert json.loads(study.attrs["versions"])["numpy"] == np.__version__
    assert study.attrs["command"] == "x"
    assert study.A.attrs["base"] == 20
    assert study.A.attrs["units"] == "US points"


@pytest.mark.parametrize("content", [b"", b"CDF\x02 no study", b"\x89HDF"])
def test_files_that_hold_no_study(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "study.nc").write_bytes(content)
    with pytest.raises(kgsim.OutputError, match="not a study"):
        kgsim.open_study(tmp_path)


def test_no_study_there(tmp_path: Path) -> None:
    with pytest.raises(kgsim.OutputError, match="no study"):
        kgsim.open_study(tmp_path)


def test_a_parameter_that_reaches_no_payoff_is_reported(bypass) -> None:
    study = kgsim.sweep(bypass, structures=["empty_hands"], rate=[0.5, 1, 2], A=[1, 2])
    assert json.loads(study.attrs["idle"]) == []  # rate weighs a bloc's members
    scenario = kgsim.loads(
        """
kgsim: 1
title: Nothing moves
question: Does x?
players: {A: A}
parameters:
  x: {label: x, value: 1, range: [0, 2], because: x, certainty: judgement}
  y: {label: y, value: 1, range: [0, 2], because: x, certainty: judgement}
terms: {go: x}
moves: {A: {stay: x, go: x}}
outcomes: {gone: {when: {A: go}, terms: {go: 1}}, here: {otherwise: true}}
utilities: {A: y*go + 0*x}
structures: {alone: {play: [A]}}
""",
        name="still",
    )
    assert json.loads(kgsim.sweep(scenario, x=[0, 1, 2]).attrs["idle"]) == ["x"]
    assert json.loads(kgsim.sweep(scenario, y=[0, 1, 2]).attrs["idle"]) == []


def test_a_grid_beyond_memory_is_refused_with_its_size(bypass) -> None:
    with pytest.raises(kgsim.GameError, match="GiB"):
        kgsim.sweep(bypass, A=np.linspace(0, 45, 30_000), h=np.linspace(20, 80, 30_000))


def test_open_points_are_settled_on_request(bypass) -> None:
    axes = {"A": [10.5, 22.5], "h": [34, 50]}
    left = kgsim.sweep(bypass, structures=["through_seoul"], mixed="never", **axes)
    done = kgsim.sweep(bypass, structures=["through_seoul"], mixed="auto", **axes)
    assert not left.complete.all()
    assert json.loads(left.attrs["reasons"])[int(left.reason.max())].startswith("mixed equilibria")
    assert done.complete.all()
    assert int(done.exact.sum()) == int((~left.complete).sum())
    assert (left.reached <= done.reached).all()
