"""Finished chunks on disk, so that an interrupted study goes on where it stopped.

Every study has a directory of its own within the one where they are kept, named by a digest of all that its chunks
depend on, so that chunks of different studies never meet. Files come into being whole: written beside their place,
forced to disk, then renamed.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgsim.errors import OutputError
from kgsim.versions import versions_of

MANIFEST = "manifest.json"


class Store:
    """The finished chunks of one job, those of an earlier run included.

    Parameters
    ----------
    place
        Directory of all stores; made if it does not exist.
    identity, chunks
        The job's, see `kgsim.execution.run.Job`.

    Attributes
    ----------
    directory
        Where this job's chunks are.

    Raises
    ------
    OutputError
        If the directory cannot be written to.
    """

    def __init__(self, place: Path, identity: Mapping[str, str], chunks: int) -> None:
        manifest = {**identity, **versions_of("numpy"), "chunks": str(chunks)}
        told = json.dumps(manifest, indent=2, sort_keys=True).encode()
        self.directory = place / sha256(told).hexdigest()[:16]
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            (self.directory / MANIFEST).write_bytes(told)
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
        """Remove the chunks, once the study stands elsewhere; those of other studies stay."""
        shutil.rmtree(self.directory, ignore_errors=True)
        with suppress(OSError):
            self.directory.parent.rmdir()

    def _path(self, chunk: int) -> Path:
        return self.directory / f"{chunk:08d}.npz"

    def _unwritable(self, error: OSError) -> OutputError:
        return OutputError(
            f"cannot write to {self.directory}: {error.strerror or error}. Choose another place with --out DIRECTORY"
        )
