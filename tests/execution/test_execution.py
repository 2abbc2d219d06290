"""Chunks in order and with the same bytes, whoever computes them and whatever dies on the way."""

from __future__ import annotations

import os
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
