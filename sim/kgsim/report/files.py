"""Writing outputs: all or nothing, and never over a different result unless told to.

Everything is first written into a hidden directory beside its destination and moved into place at the end, the result
document last. An interrupted run leaves what stood there before.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kgsim.errors import OutputError
from kgsim.wording import number, rounded

RESULT = "result.json"


@dataclass(frozen=True)
class Inputs:
    """What a result depends on: two runs with equal inputs give the same result.

    Attributes
    ----------
    scenario, digest
        The scenario's name and the SHA-256 of its text.
    values
        Every parameter's value.
    structures
        The structures solved.
    version
        kgsim's version.
    settings
        What else the result depends on, such as a study's seed.
    """

    scenario: str
    digest: str
    values: Mapping[str, float]
    structures: tuple[str, ...]
    version: str
    settings: Mapping[str, str] = field(default_factory=dict)


class Destination:
    """A directory that outputs go to; use as a context manager.

    Entering checks, before anything is computed, that the directory can be written to and holds no other result.
    Leaving without an exception moves what was written into place; leaving with one removes every trace.

    Parameters
    ----------
    directory
        Made if it does not exist.
    inputs
        What the result to be written depends on.
    force
        Whether a result of other inputs may be replaced.

    Attributes
    ----------
    directory
        Where the files go.

    Raises
    ------
    OutputError
        If the directory cannot be written to, or holds a result of other inputs and `force` is not set.
    """

    def __init__(self, directory: Path, inputs: Inputs, *, force: bool = False) -> None:
        self.directory = directory
        self._inputs = inputs
        self._force = force
        self._names: list[str] = []
        self._made: list[Path] = []
        self._stale: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        self._check()
        missing = [path for path in (self.directory, *self.directory.parents) if not path.exists()]
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            self._made = missing
            self._staging = Path(tempfile.mkdtemp(prefix=".kgsim-", dir=self.directory))
        except OSError as error:
            self._remove_made()
            raise _unwritable(self.directory, error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._move()
        except OSError as failure:
            raise _unwritable(self.directory, failure) from failure
        finally:
            shutil.rmtree(self._staging, ignore_errors=True)
            self._remove_made()

    def write(self, name: str, content: str | bytes) -> None:
        """Keep a file's content, to be moved into place at the end."""
        try:
            (self._staging / name).write_bytes(content.encode() if isinstance(content, str) else content)
        except OSError as error:
            raise _unwritable(self.directory, error) from error
        self._names.append(name)

    def take(self, name: str, path: Path) -> None:
        """Keep a file or directory that was made elsewhere on the same disk."""
        try:
            path.replace(self._staging / name)
        except OSError as error:
            raise _unwritable(self.directory, error) from error
        self._names.append(name)

    def staged(self, name: str) -> Path:
        """Where something that was written can be read before it is in place."""
        return self._staging / name

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files written, in the order of writing."""
        return tuple(self.directory / name for name in self._names)

    def _check(self) -> None:
        if self.directory.exists() and not self.directory.is_dir():
            raise OutputError(f"{self.directory} is a file, not a directory; name another place with --out.")
        existing = self.directory / RESULT
        if not existing.exists():
            return
        document = _read(existing)
        difference = _difference(document, self._inputs)
        if difference and not self._force:
            raise OutputError(
                f"{self.directory} already holds another result ({difference}). "
                "Give --force to replace it, or --out DIRECTORY to keep both."
            )
        if difference:
            self._stale = (RESULT, *_outputs(document))

    def _move(self) -> None:
        with _uninterrupted():
            # What is replaced goes where the staging goes; only files can be moved over what stands there.
            for name in {*self._stale, *(name for name in self._names if (self._staging / name).is_dir())}:
                with suppress(FileNotFoundError):
                    (self.directory / name).replace(self._staging / f"{name}.before")
            for name in sorted(self._names, key=lambda name: name == RESULT):
                (self._staging / name).replace(self.directory / name)

    def _remove_made(self) -> None:
        # Deepest first; a directory that holds outputs is not empty and stays.
        for path in self._made:
            with suppress(OSError):
                path.rmdir()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let the few milliseconds of moving finish when Ctrl-C is pressed; only the main thread may decide that."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def in_place(contents: Mapping[Path, bytes], *, force: bool = False) -> None:
    """Write files, all or none: first beside their places, then moved into them.

    Parameters
    ----------
    contents
        File to content; directories are made. A file that holds the same already is left alone.
    force
        Whether files that hold something else may be replaced.

    Raises
    ------
    OutputError
        If a file exists with other content and `force` is not set, or cannot be written. Nothing is changed then.
    """
    changed = {path: content for path, content in contents.items() if not _holds(path, content)}
    standing = [path for path in changed if path.exists()]
    if standing and not force:
        raise OutputError(
            f"{standing[0]} exists already and holds something else. Give --force to replace it, or another name with "
            "--out to keep both."
        )
    made: list[Path] = []
    staged: dict[Path, Path] = {}
    place = Path()
    try:
        for place, content in changed.items():
            made += [path for path in place.parents if not path.exists()]
            place.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=".kgsim-", dir=place.parent)
            os.close(handle)
            staged[place] = Path(name)
            staged[place].write_bytes(content)
            staged[place].chmod(0o666 & ~_umask())
        with _uninterrupted():
            for place, written in staged.items():
                written.replace(place)
    except OSError as error:
        raise _unwritable(place.parent, error) from error
    finally:
        for written in staged.values():
            written.unlink(missing_ok=True)
        for path in sorted(made, key=lambda path: -len(path.parts)):
            with suppress(OSError):
                path.rmdir()


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except OSError:
        return False


def _umask() -> int:
    """The permissions that new files do not get; the system tells only when it is set."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def figure_files(stem: str) -> tuple[str, str]:
    """Return the names under which a figure is kept."""
    return f"{stem}.png", f"{stem}.svg"


def figure_stems(structures: Sequence[str]) -> tuple[str, ...]:
    """Return the stems of all figures of a result that has these structures."""
    return ("payoffs", "outcomes", *(f"game-{name}" for name in structures))


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _difference(document: Any, inputs: Inputs) -> str:
    """Say how the result of a directory differs from the one to be written; empty if it does not."""
    try:
        name, digest = document["scenario"]["name"], document["scenario"]["digest"]
        values, structures = dict(document["values"]), tuple(document["structures"])
        version = document["versions"]["kgsim"]
    except (KeyError, TypeError, ValueError):
        return f"its {RESULT} is not one that kgsim wrote"
    if name != inputs.scenario:
        return f"of scenario {name}, not {inputs.scenario}"
    if digest != inputs.digest:
        return f"of another text of scenario {name}"
    for parameter, value in inputs.values.items():
        if values.get(parameter) != rounded(value):
            there = values.get(parameter)
            told = number(there) if isinstance(there, int | float) else "missing"
            return f"where {parameter} is {told}, not {number(value)}"
    if structures != inputs.structures:
        return f"of structures {', '.join(structures)}, not {', '.join(inputs.structures)}"
    settings = document.get("settings", {})
    for name in {**settings, **inputs.settings}:
        there, wanted = settings.get(name, "not set"), inputs.settings.get(name, "not set")
        if there != wanted:
            return f"with {name} {there}, not {wanted}"
    if version != inputs.version:
        return f"made by kgsim {version}, not {inputs.version}"
    return ""


def _outputs(document: Any) -> list[str]:
    """Return the files that belong to the result which a directory holds, going by its document."""
    try:
        stems = figure_stems(tuple(map(str, document["structures"])))
    except (KeyError, TypeError):
        return []
    # A study says itself which files it has.
    named = document.get("files", [])
    names = ["result.md", *(name for stem in stems for name in figure_files(stem)), *map(str, named)]
    return [name for name in names if Path(name).name == name]


def _unwritable(directory: Path, error: OSError) -> OutputError:
    reason = error.strerror or str(error)
    return OutputError(f"cannot write to {directory}: {reason}. Choose another place with --out DIRECTORY.")
