"""Finished chunks on disk, so that an interrupted study goes on where it stopped.

A store is a directory with a manifest, which says what the chunks belong to, and a file a chunk. Files come into being
whole: written beside their place, forced to disk, then renamed.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgsim.errors import OutputError
from kgsim.versions import versions_of

MANIFEST = "manifest.json"


class Store:
    """The finished chunks of one job.

    Parameters
    ----------
    directory
        Where they are kept; made if it does not exist.
    identity, chunks
        The job's, see `kgsim.execution.run.Job`.
    resume
        Whether chunks that the directory holds are to be used. If not, and there are any, they are not touched.
    force
        Whether what the directory holds may be thrown away.

    Raises
    ------
    OutputError
        If the directory cannot be written to, holds chunks of another job, or holds chunks and neither `resume` nor
        `force` is given.
    """

    def __init__(
        self, directory: Path, identity: Mapping[str, str], chunks: int, *, resume: bool = False, force: bool = False
    ) -> None:
        self.directory = directory
        manifest = {**identity, **versions_of("numpy"), "chunks": str(chunks)}
        try:
            if directory.exists():
                self._check(manifest, resume=resume, force=force)
            if not directory.exists():
                directory.mkdir(parents=True)
                self._keep(MANIFEST, json.dumps(manifest, indent=2, sort_keys=True).encode())
        except OSError as error:
            raise self._unwritable(error) from error

    def kept(self) -> frozenset[int]:
        """The chunks there are."""
        return frozenset(int(path.stem) for path in self.directory.glob("*.npz") if path.stem.isdecimal())

    def read(self, chunk: int) -> dict[str, NDArray[Any]] | None:
        """A chunk's arrays; None if its file is damaged."""
        try:
            with self._path(chunk).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                return {name: arrays[name] for name in arrays.files}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None

    def write(self, chunk: int, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep a chunk's arrays.

        Raises
        ------
        OutputError
            If they cannot be written.
        """
        part = self._path(chunk).with_suffix(".part")
        try:
            with part.open("wb") as file:
                np.savez(file, **arrays)  # type: ignore[arg-type]
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path(chunk))
        except OSError as error:
            raise self._unwritable(error) from error

    def discard(self) -> None:
        """Remove the directory, once the study stands elsewhere."""
        shutil.rmtree(self.directory, ignore_errors=True)

    def _path(self, chunk: int) -> Path:
        return self.directory / f"{chunk:08d}.npz"

    def _check(self, manifest: Mapping[str, str], *, resume: bool, force: bool) -> None:
        there = self._manifest()
        difference = "" if there is None else _difference(there, manifest)
        if there is not None and not difference and resume:
            return
        if force or there is None or self._empty():
            # Nothing is lost where no chunk was kept.
            shutil.rmtree(self.directory)
            return
        if difference:
            raise OutputError(
                f"{self.directory} holds the unfinished work of another study ({difference}). Give --force to throw it "
                "away, or --out DIRECTORY to keep both"
            )
        raise OutputError(
            f"{self.directory} holds {len(self.kept())} of {manifest['chunks']} chunks of this very study, which was "
            "interrupted. Give --resume to go on from there, or --force to start again"
        )

    def _empty(self) -> bool:
        return all(path.name == MANIFEST or path.suffix == ".part" for path in self.directory.iterdir())

    def _manifest(self) -> dict[str, str] | None:
        if not self.directory.is_dir():
            raise OutputError(f"{self.directory} is a file, not a directory; name another place with --out")
        if not any(self.directory.iterdir()):
            return None
        try:
            text = (self.directory / MANIFEST).read_text("utf-8")
        except FileNotFoundError:
            if self.kept() or any(path.suffix != ".part" for path in self.directory.iterdir()):
                raise OutputError(
                    f"{self.directory} holds files that are no unfinished study; name another place with --out"
                ) from None
            return None
        try:
            manifest = json.loads(text)
        except ValueError:
            manifest = None
        if not isinstance(manifest, dict):
            raise OutputError(f"{self.directory / MANIFEST} is damaged; give --out another place, or remove it")
        return manifest

    def _keep(self, name: str, content: bytes) -> None:
        part = self.directory / f"{name}.part"
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.directory / name)

    def _unwritable(self, error: OSError) -> OutputError:
        return OutputError(
            f"cannot write to {self.directory}: {error.strerror or error}. Choose another place with --out DIRECTORY"
        )


def _difference(there: Mapping[str, str], wanted: Mapping[str, str]) -> str:
    """Say the first way in which two manifests differ; empty if they do not."""
    for name in (*wanted, *there):
        old, new = there.get(name, "nothing"), wanted.get(name, "nothing")
        if old != new:
            long = len(old) > 40 or len(new) > 40
            return f"of another {name}" if long else f"where {name} is {old}, not {new}"
    return ""
