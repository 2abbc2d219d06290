"""``kgsim simulate`` and ``kgsim repeated``: what they print, write and refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import kgsim
from first_edition import FIRST_EDITION
from kgsim.cli import main

ROOT = Path(__file__).parents[2]


def run(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)))


def test_a_drifting_situation_is_simulated_told_and_drawn(tmp_path):
    command = ["simulate", FIRST_EDITION / "drift.yaml", "--structure", "bypass", "--set", "A=23", "--runs", "300",
               "--rounds", "12", "--seed", "3", "--grid", "9", "--out", tmp_path]  # fmt: skip
    done = run(*command)
    assert done.exit_code == 0, done.output
    names = {path.name for path in tmp_path.iterdir()}
    assert names >= {"simulation.nc", "result.json", "result.md", "fans.png", "fans.svg", "outcomes-by-round.png"}
    assert "unfinished" not in names
    assert "bypass deal" in done.output and "no probabilities" in done.output and "Round" in done.output
    document = json.loads((tmp_path / "result.json").read_text())
    shares = document["simulation"]["by_round"]["bypass"]["bypass deal"]
    assert shares[0] == 0.0 and 0.0 < shares[-1] < 1.0 and shares == sorted(shares)
    before = (tmp_path / "simulation.nc").read_bytes()
    assert run(*command, "--workers", "2", "--no-plots").exit_code == 0
    assert (tmp_path / "simulation.nc").read_bytes() == before
    assert run(*command[:-4], "--grid", "7", "--out", tmp_path, "--no-plots").exit_code == 0
    assert (tmp_path / "simulation.nc").read_bytes() != before


def test_automata_are_simulated_without_dynamics(tmp_path):
    done = run("simulate", FIRST_EDITION / "loudspeaker_reciprocity.yaml", "--policy", "automaton", "--game",
               "border_with_slips", "--runs", "400", "--out", tmp_path, "--tell", "7")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "Run 7 under grim" in done.output and "noise on both sides" in done.output
    assert not (tmp_path / "fans.png").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["bypass.yaml"], "no section `dynamics`"),
        (["drift.yaml", "--structure", "bypas"], "no structure 'bypas'"),
        (["drift.yaml", "--policy", "automaton"], "no automata to play"),
        (["drift.yaml", "--structure", "bypass", "--selection", "worst"], "first, uniform or best:PLAYER"),
        (["drift.yaml", "--structure", "coordinated", "--policy", "logit"], "no expected utility"),
        (["drift.yaml", "--runs", "5", "--tell", "6"], "there are 5 runs"),
        (["loudspeaker_reciprocity.yaml", "--policy", "automaton", "--game", "borde"], "Did you mean 'border'"),
    ],
)
def test_what_cannot_be_done_is_refused(tmp_path, arguments, says):
    done = run("simulate", FIRST_EDITION / arguments[0], *arguments[1:], "--grid", "3", "--out", tmp_path)
    assert done.exit_code == 2
    assert says.replace(" ", "") in done.output.replace(" ", "").replace("\n", "").replace("│", "")


def test_repeated_games_are_checked_and_told():
    done = run("repeated", FIRST_EDITION / "loudspeaker_reciprocity.yaml", "--game", "border", "--set", "patience=0.35")
    assert done.exit_code == 0, done.output
    assert "exactly 0.3333333333" in done.output and "0.35 beside this one" in done.output
    assert run("repeated", FIRST_EDITION / "bypass.yaml").exit_code == 2
    asked = ["--param", "patience", "--repeated", "border", "--profile", "grim", "--no-inverse"]
    threshold = run("threshold", FIRST_EDITION / "loudspeaker_reciprocity.yaml", *asked)
    assert "below 0.333333333 (down to 0.3), “grim” is no equilibrium of “" in threshold.output


def test_a_threshold_and_repeated_play_can_be_read_by_programs_and_kept(tmp_path):
    path = FIRST_EDITION / "loudspeaker_reciprocity.yaml"
    asked = [path, "--param", "patience", "--repeated", "border", "--profile", "grim", "--no-inverse"]
    threshold = json.loads(run("threshold", *asked, "--format", "json").stdout)["threshold"]
    assert threshold["boundaries"] == [pytest.approx(1 / 3)]
    assert [each["answer"] for each in threshold["segments"]] == ["fails", "holds"]
    checked = run("repeated", path, "--game", "border", "--out", tmp_path / "kept")
    assert checked.exit_code == 0 and "exactly 0.3333333333" in checked.output
    kept = json.loads((tmp_path / "kept" / "result.json").read_text())
    assert kept["repeated"]["border"]["grim"]["critical_discount"] == pytest.approx(1 / 3)
    assert run("threshold", *asked).output.startswith("With weight of the next round beside this one below 0.333333333")
    refused = run("threshold", *asked, "--out", tmp_path / "kept")
    assert refused.exit_code == 2 and "--force" in refused.output
    assert kept == json.loads((tmp_path / "kept" / "result.json").read_text())


def test_the_shares_told_of_drift_are_those_of_the_page():
    """docs/dynamics.md: the bypass in about a third of the runs, a front in all."""
    found = kgsim.simulate(
        kgsim.load(ROOT / "scenarios" / "drift.yaml"), kgsim.Options(runs=500, seed=3, grid=9),
        structures=["bypass", "coordinated"], A=28,
    )  # fmt: skip
    last = found.by_round.isel(round=-1)
    assert float(last.sel(structure="bypass", outcome="bypass deal")) == pytest.approx(0.34, abs=0.1)
    assert float(last.sel(structure="coordinated", outcome="front deal")) == pytest.approx(1)
