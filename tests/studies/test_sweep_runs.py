"""``kgsim sweep`` interrupted, resumed, spread over workers: the same bytes."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import kgsim
from first_edition import FIRST_EDITION
from kgsim.cli import main

pytest.importorskip("xarray")

SWEEP = ["sweep", str(FIRST_EDITION / "bypass.yaml"), "--structure", "bypass", "--no-plots"]
GRID = ["--param", "A=0:45:40", "--param", "h=20:80:30"]


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kgsim.studies.points.POINTS", 100)


def run(*arguments: str):
    return CliRunner().invoke(main, [*SWEEP, *arguments])


def content(directory: Path) -> dict[str, str]:
    """Digest of every file of a result."""
    return {
        str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("form", ["netcdf", "zarr"])
def test_workers_change_no_byte(small_chunks: None, form: str, tmp_path: Path) -> None:
    for name, workers in (("one", "1"), ("two", "2")):
        done = run(*GRID, "--format", form, "--workers", workers, "--out", str(tmp_path / name))
        assert done.exit_code == 0, done.output
        assert not (tmp_path / name / "unfinished").exists()
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_both_formats_say_the_same(small_chunks: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("kgsim.studies.zarr_sink.BLOCK", 250)  # blocks that end neither with chunks nor with rows
    studies = []
    for form in ("netcdf", "zarr"):
        run("--structure", "through_seoul", *GRID, "--format", form, "--out", str(tmp_path / form))
        studies.append(kgsim.open_study(tmp_path / form).load())
    one, other = studies
    assert one.sizes == other.sizes
    for name in one.variables:
        assert one[name].dims == other[name].dims
        np.testing.assert_array_equal(one[name].values, other[name].values)
    assert one.attrs == other.attrs


COMMAND = """
import sys, time
import kgsim.studies.points as points
points.POINTS = 100
solve = points.Sweep.__call__
def slow(job, chunk):
    time.sleep(0.25)
    return solve(job, chunk)
points.Sweep.__call__ = slow
from kgsim.cli import main
main(sys.argv[1:])
"""


def started(out: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, *SWEEP, *GRID, "--out", str(out), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def stopped(out: Path, how: signal.Signals, *arguments: str) -> str:
    """Start a sweep, stop it when it has kept some chunks, and return what it said."""
    process = started(out, *arguments)
    for _ in range(3000):
        if len(list(out.glob("unfinished/*/*.npz"))) >= 3:
            break
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.send_signal(how)
    _, said = process.communicate(timeout=60)
    assert process.returncode in {-how, 130}
    assert 3 <= len(list(out.glob("unfinished/*/*.npz"))) < 12
    return said


@pytest.mark.parametrize("form", ["netcdf", "zarr"])
def test_killed_at_once_and_resumed(small_chunks: None, form: str, tmp_path: Path) -> None:
    stopped(tmp_path / "killed", signal.SIGKILL, "--format", form)
    resumed = run(*GRID, "--format", form, "--out", str(tmp_path / "killed"))
    assert resumed.exit_code == 0 and "going on from" in resumed.stderr
    assert run(*GRID, "--format", form, "--out", str(tmp_path / "whole")).exit_code == 0
    assert content(tmp_path / "killed") == content(tmp_path / "whole")


def test_interrupted_it_says_how_to_go_on(tmp_path: Path) -> None:
    said = stopped(tmp_path / "out", signal.SIGINT, "--workers", "2")
    assert "finished chunks are kept" in said
    assert "the same command again" in said
    assert "Traceback" not in said
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["unfinished"]


def test_a_replaced_study_leaves_nothing_behind(tmp_path: Path) -> None:
    assert run("--param", "A=1,2", "--out", str(tmp_path)).exit_code == 0
    assert run("--param", "A=1,2", "--format", "zarr", "--out", str(tmp_path)).exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} == {".kgsim.json", "study.zarr", "result.json"}
    assert run("--param", "A=1,3", "--format", "zarr", "--out", str(tmp_path)).exit_code == 0
    np.testing.assert_array_equal(kgsim.open_study(tmp_path).A, [1, 3])


@pytest.mark.parametrize(
    ("form", "words"), [("netcdf", "one NetCDF file"), ("zarr", "GiB of disk"), (None, "GiB of disk")]
)
def test_room_is_estimated_first(form: str | None, words: str, tmp_path: Path) -> None:
    big = ["--param", "A=0:45:30000", "--param", "h=20:80:30000", "--param", "c_r=20:30:1000"]
    if form == "netcdf":
        big = ["--param", "A=0:45:8000", "--param", "h=20:80:8000"]
    refused = run(*big, *(["--format", form] if form else []), "--out", str(tmp_path / "out"))
    assert refused.exit_code == 2
    assert words in refused.stderr and "GiB" in refused.stderr
    assert not (tmp_path / "out").exists()


def test_a_study_in_python_may_go_to_disk(tmp_path: Path) -> None:
    scenario = kgsim.load(FIRST_EDITION / "bypass.yaml")
    study = kgsim.sweep(scenario, structures=["bypass"], A=[1, 2, 30], path=tmp_path / "a.zarr")
    assert study.sizes["A"] == 3
    with pytest.raises(kgsim.OutputError, match="there already"):
        kgsim.sweep(scenario, structures=["bypass"], A=[1, 2], path=tmp_path / "a.zarr")
