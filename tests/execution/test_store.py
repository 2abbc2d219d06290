"""Studies that are interrupted, and go on."""

from __future__ import annotations

from pathlib import Path

import pytest
from jobs import Draws
from test_execution import drawn

import kgsim
from kgsim.execution.run import run
from kgsim.execution.store import Store


def opened(place: Path, job: Draws) -> Store:
    return Store(place, job.identity, job.chunks)


@pytest.fixture
def half(tmp_path: Path) -> Path:
    """The stores' place after a study that stopped in the middle."""
    job = Draws()
    results = run(job, store=opened(tmp_path / "chunks", job))
    for _ in range(6):
        next(results)
    results.close()
    return tmp_path / "chunks"


def test_an_interrupted_study_goes_on_and_gives_the_same_bytes(half: Path) -> None:
    job = Draws()
    store = opened(half, job)
    assert store.kept() == frozenset(range(6))
    told: list[int] = []
    assert drawn(run(job, store=store, progress=lambda done, of: told.append(done))) == drawn(run(job))
    assert told == [6, 7, 8, 9, 10, 11, 12]
    assert store.kept() == frozenset(range(12))


def test_a_damaged_chunk_is_computed_again(half: Path) -> None:
    (file,) = half.glob("*/00000003.npz")
    file.write_bytes(file.read_bytes()[:100])
    assert drawn(run(Draws(), store=opened(half, Draws()))) == drawn(run(Draws()))


@pytest.mark.parametrize("other", [Draws(seed=8), Draws(chunks=13)], ids=["seed", "chunks"])
def test_studies_are_not_mixed_and_none_stands_in_the_way(half: Path, other: Draws) -> None:
    store = opened(half, other)
    assert store.kept() == frozenset()
    assert drawn(run(other, store=store)) == drawn(run(other))
    store.discard()
    assert opened(half, Draws()).kept() == frozenset(range(6))


def test_files_of_somebody_else_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    opened(tmp_path, Draws()).discard()
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_what_was_left_of_a_file_being_written_does_not_count(half: Path) -> None:
    store = opened(half, Draws())
    (store.directory / "00000006.part").write_bytes(b"half a file")
    assert store.kept() == frozenset(range(6))


def test_a_discarded_store_is_gone(half: Path) -> None:
    opened(half, Draws()).discard()
    assert not half.exists()


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(kgsim.OutputError, match=r"cannot write to .*--out"):
        opened(tmp_path / "file", Draws())
