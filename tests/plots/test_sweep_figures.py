"""Figures of studies, and the command that draws them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import kgsim
from first_edition import FIRST_EDITION
from kgsim.cli import main

pytest.importorskip("xarray")


@pytest.fixture(scope="module")
def bypass() -> kgsim.Scenario:
    return kgsim.load(FIRST_EDITION / "bypass.yaml")


def run(*arguments: str):
    return CliRunner().invoke(main, ["sweep", str(FIRST_EDITION / "bypass.yaml"), *arguments])


def test_a_map_has_a_panel_for_each_structure(bypass) -> None:
    from kgsim.plots.regimes import regime_figure

    study = kgsim.sweep(bypass, structures=["bypass", "front"], A=np.linspace(0, 45, 10), h=np.linspace(20, 80, 7))
    figure = regime_figure(study)
    names = [bypass.structures[name].label for name in ("bypass", "front")]
    assert [axes.get_label() for axes in figure.axes] == names
    labels = [text.get_text() for text in figure.texts]
    assert "bypass deal" in labels
    assert "plausible ranges" in labels


def test_a_map_of_three_parameters_has_a_panel_for_each_value_of_the_shortest(bypass) -> None:
    from kgsim.plots.regimes import regime_figure

    study = kgsim.sweep(bypass, structures=["bypass"], A=np.linspace(0, 45, 6), h=np.linspace(20, 80, 7), c_r=[20, 30])
    assert [axes.get_label() for axes in regime_figure(study).axes] == ["c_r = 20", "c_r = 30"]


def test_lines_are_broken_where_values_jump(bypass) -> None:
    from kgsim.plots.sweeps import sweep_figure

    study = kgsim.sweep(bypass, structures=["bypass"], A=np.linspace(0, 45, 90))
    washington, seoul, *_ = sweep_figure(study, "bypass").axes
    jumps = [np.abs(np.diff(line.get_ydata())).max() for line in seoul.lines if len(line.get_ydata()) > 2]
    assert max(jumps) < 1  # the payoff falls by 44 points at the border, and no line says anything in between
    assert len([line for line in washington.lines if len(line.get_ydata()) > 2]) == 2  # no jump: one line, low and high


def test_the_command_writes_data_and_figures(tmp_path: Path) -> None:
    result = run("--param", "A=0:45:5", "--param", "h=20:80:4", "--structure", "bypass", "--out", str(tmp_path))
    assert result.exit_code == 0, result.output
    assert {path.name for path in tmp_path.iterdir()} == {
        ".kgsim.json",
        "study.nc",
        "result.json",
        "regimes.png",
        "regimes.svg",
    }
    assert "bypass deal" in result.stdout
    assert kgsim.open_study(tmp_path).sizes["A"] == 5
    assert json.loads((tmp_path / "result.json").read_text())["structures"] == ["bypass"]


def test_the_command_never_replaces_another_study_untold(tmp_path: Path) -> None:
    arguments = ("--structure", "bypass", "--out", str(tmp_path), "--no-plots")
    assert run("--param", "A=0:45:5", *arguments).exit_code == 0
    assert run("--param", "A=0:45:5", *arguments).exit_code == 0
    assert run("--param", "A=0:45:6", *arguments).exit_code == 0
    assert kgsim.open_study(tmp_path).sizes["A"] == 6
    (tmp_path / "study.nc").write_bytes(b"somebody's own")
    refused = run("--param", "A=0:45:6", *arguments)
    assert refused.exit_code == 2 and "study.nc" in refused.stderr
    assert run("--param", "A=0:45:6", *arguments, "--force").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--param", "Q=0:1:3"], "no parameter 'Q'"),
        (["--param", "A=0:90:3"], "--beyond-range"),
        (["--param", "A=9:0:3"], "smaller end first"),
        (["--param", "A=0:9:3", "--set", "A=1"], "swept too"),
        (["--param", "A=0:9:3", "--structure", "bypas"], "Did you mean 'bypass'"),
        ([], "--param"),
    ],
)
def test_what_the_command_cannot_use(arguments: list[str], words: str, tmp_path: Path) -> None:
    result = run(*arguments, "--out", str(tmp_path / "out"))
    assert result.exit_code == 2
    assert words in result.stderr
    assert not (tmp_path / "out").exists()


def test_beyond_the_range_only_when_told(tmp_path: Path) -> None:
    result = run("--param", "A=0:60:4", "--beyond-range", "--structure", "front", "--no-plots", "--out", str(tmp_path))
    assert result.exit_code == 0
    assert json.loads(kgsim.open_study(tmp_path).attrs["beyond_range"]) == ["A"]
