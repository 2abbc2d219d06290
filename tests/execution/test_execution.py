"""Chunks in order and with the same bytes, whoever computes them and whatever dies on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from jobs import Deadly, Draws, Faulty

import kgsim
from kgsim.execution.run import run


def drawn(results) -> bytes:
    """All numbers drawn, after a look at the chunks' order."""
    results = list(results)
    assert [chunk for chunk, _ in results] == list(range(len(results)))
    return b"".join(arrays["drawn"].tobytes() for _, arrays in results)


def test_workers_give_the_bytes_that_this_process_gives() -> None:
    here = list(run(Draws()))
    there = list(run(Draws(), workers=2))
    assert drawn(here) == drawn(there)
    assert {int(arrays["by"]) for _, arrays in here} == {os.getpid()}
    assert os.getpid() not in {int(arrays["by"]) for _, arrays in there}


def test_every_chunk_draws_numbers_of_its_own() -> None:
    rows = np.array([arrays["drawn"] for _, arrays in run(Draws())])
    assert len(np.unique(rows)) == rows.size


def test_a_worker_that_dies_costs_nothing(tmp_path: Path) -> None:
    assert drawn(run(Deadly(once=tmp_path / "died"), workers=2)) == drawn(run(Draws()))
    assert (tmp_path / "died").exists()


def test_work_that_kills_every_worker_is_given_up() -> None:
    with pytest.raises(kgsim.ExecutionError, match=r"keep dying .* fewer workers"):
        list(run(Deadly(), workers=2))


STUDY = """
from jobs import Draws
from kgsim.execution.run import run

if __name__ == "__main__":
    for _, arrays in run(Draws(chunks=2000, pause=0.02), workers=2):
        print(int(arrays["by"]), flush=True)
"""


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{process}/stat")
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


@pytest.mark.skipif(sys.platform == "win32", reason="kills as Unix does")
@pytest.mark.parametrize("first", ["worker", "study"])
def test_whoever_is_killed_leaves_no_worker_behind(tmp_path: Path, first: str) -> None:
    """The system kills, for lack of memory say, without asking: a worker, whose place is filled, or the study."""
    (tmp_path / "study.py").write_text(STUDY)
    paths = [str(Path(__file__).parent), *sys.path]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    with subprocess.Popen(
        [sys.executable, tmp_path / "study.py"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as study:
        assert study.stdout is not None
        workers = {int(study.stdout.readline()) for _ in range(20)}
        if first == "worker":
            gone = workers.copy()
            os.kill(next(iter(workers)), signal.SIGKILL)
            for line in study.stdout:
                workers.add(int(line))
                if len(workers) > len(gone):
                    break
            assert len(workers) > len(gone), "the study went on with another worker"
        study.kill()
    end = time.monotonic() + 30
    while any(map(alive, workers)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(map(alive, workers))


def test_an_error_in_a_worker_is_the_error_here() -> None:
    seen = []
    with pytest.raises(kgsim.StructureError, match="no answer"):
        seen.extend(chunk for chunk, _ in run(Faulty(), workers=2))
    assert seen == list(range(5))


def test_progress_counts_chunks() -> None:
    told: list[tuple[int, int]] = []
    list(run(Draws(chunks=3), progress=lambda done, of: told.append((done, of))))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_only_a_few_chunks_are_in_flight() -> None:
    tracemalloc.start()
    try:
        for _ in run(Draws(chunks=40), workers=2):
            pass
        few = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        for _ in run(Draws(chunks=4000), workers=2):
            pass
        many = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert many < 1.5 * few + 500_000


@pytest.mark.parametrize("options", [{"workers": 0}, {"workers": 2, "scheduler": "tcp://127.0.0.1:1"}])
def test_workers_that_make_no_sense(options) -> None:
    with pytest.raises(kgsim.GameError, match="workers"):
        list(run(Draws(), **options))
