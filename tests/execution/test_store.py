"""Studies that are interrupted, and go on."""

from __future__ import annotations

from pathlib import Path

import pytest
from jobs import Draws
from test_execution import drawn

import kgsim
from kgsim.execution.run import run
from kgsim.execution.store import Store


def opened(directory: Path, job: Draws, **how: bool) -> Store:
    return Store(directory, job.identity, job.chunks, **how)


@pytest.fixture
def half(tmp_path: Path) -> Path:
    """The store of a study that stopped in the middle."""
    job = Draws()
    results = run(job, store=opened(tmp_path / "chunks", job))
    for _ in range(6):
        next(results)
    results.close()
    return tmp_path / "chunks"


def test_an_interrupted_study_goes_on_and_gives_the_same_bytes(half: Path) -> None:
    job = Draws()
    store = opened(half, job, resume=True)
    assert store.kept() == frozenset(range(6))
    told: list[int] = []
    assert drawn(run(job, store=store, progress=lambda done, of: told.append(done))) == drawn(run(job))
    assert told == [6, 7, 8, 9, 10, 11, 12]
    assert store.kept() == frozenset(range(12))


def test_a_damaged_chunk_is_computed_again(half: Path) -> None:
    file = half / "00000003.npz"
    file.write_bytes(file.read_bytes()[:100])
    assert drawn(run(Draws(), store=opened(half, Draws(), resume=True))) == drawn(run(Draws()))


@pytest.mark.parametrize(
    ("job", "how", "words"),
    [
        (Draws(), {}, "holds 6 of 12 chunks of this very study.*--resume"),
        (Draws(seed=8), {"resume": True}, r"another study \(where seed is 7, not 8\)"),
        (Draws(chunks=13), {"resume": True}, r"another study \(where chunks is 12, not 13\)"),
    ],
)
def test_work_is_not_mixed_nor_thrown_away_unasked(half: Path, job: Draws, how: dict[str, bool], words: str) -> None:
    with pytest.raises(kgsim.OutputError, match=words):
        opened(half, job, **how)
    assert len(list(half.glob("*.npz"))) == 6


def test_force_starts_again(half: Path) -> None:
    assert opened(half, Draws(seed=8), force=True).kept() == frozenset()


def test_a_study_that_never_finished_a_chunk_stands_in_nobodys_way(tmp_path: Path) -> None:
    opened(tmp_path / "chunks", Draws())
    other = Draws(seed=8)
    assert drawn(run(other, store=opened(tmp_path / "chunks", other))) == drawn(run(other))


def test_files_of_somebody_else_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    for how in ({}, {"resume": True}, {"force": True}):
        with pytest.raises(kgsim.OutputError, match="no unfinished study"):
            opened(tmp_path, Draws(), **how)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_what_was_left_of_a_file_being_written_does_not_count(half: Path) -> None:
    (half / "00000006.part").write_bytes(b"half a file")
    assert opened(half, Draws(), resume=True).kept() == frozenset(range(6))


def test_a_discarded_store_is_gone(half: Path) -> None:
    opened(half, Draws(), resume=True).discard()
    assert not half.exists()
