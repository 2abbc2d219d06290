"""Which files of a directory are kgsim's own, to be replaced: a hidden index tells them from everybody else's.

The index names each file's maker, a command and the files it read, and a digest of what was written. A later run of the
same maker replaces what is still as it was written. What other hands wrote, or changed since, and the results of other
makers stand until the user says otherwise.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path

from kgsim.scenario.model import Scenario

INDEX = ".kgsim.json"


@dataclass(frozen=True)
class Maker:
    """Who makes a result.

    Attributes
    ----------
    command
        Name of the command, such as ``run``.
    sources
        What it reads: absolute paths of files, or the names of scenarios that came without one.
    """

    command: str
    sources: tuple[str, ...]

    @classmethod
    def of(cls, command: str, *scenarios: Scenario) -> Maker:
        """The maker of a command's result on scenarios."""
        sources = (each.name if each.path is None else os.path.realpath(each.path) for each in scenarios)
        return cls(command, tuple(sources))

    def seen_from(self, directory: Path) -> Maker:
        """The same with paths relative to a directory, so that a folder may be moved with its results."""
        here = os.path.realpath(directory)
        return Maker(self.command, tuple(_relative(source, here) for source in self.sources))

    def __str__(self) -> str:
        return f"kgsim {self.command} {' '.join(Path(source).name for source in self.sources)}"


@dataclass(frozen=True)
class Entry:
    """A file that kgsim wrote: by whom, sources seen from its directory, and with which content."""

    maker: Maker
    digest: str


class Index:
    """The files of one directory that kgsim wrote, by name; nobody's where there is no readable index."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.entries: dict[str, Entry] = {}
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            for name, entry in json.loads((directory / INDEX).read_text("utf-8")).items():
                maker = Maker(str(entry["command"]), tuple(map(str, entry["of"])))
                self.entries[name] = Entry(maker, str(entry["sha256"]))

    def hindrance(self, name: str, maker: Maker, content: str = "") -> str:
        """Say why a maker may not replace a file, going by the digest of what it would write; empty if it may."""
        path, entry = self.directory / name, self.entries.get(name)
        if not os.path.lexists(path) or digest(path) == content:
            return ""
        if entry is None:
            return f"{path} is not a file that kgsim wrote"
        if not self._as_written(name):
            return f"{path} was changed since kgsim wrote it"
        return "" if entry.maker == maker.seen_from(self.directory) else f"{path} is a result of {entry.maker}"

    def left_over(self, names: Iterable[str], maker: Maker) -> set[str]:
        """The other files, still as they were written, of a maker and of whoever else made those named."""
        makers = {self.entries[name].maker for name in names if name in self.entries}
        makers.add(maker.seen_from(self.directory))
        others = set(self.entries) - set(names)
        return {name for name in others if self.entries[name].maker in makers and self._as_written(name)}

    def content(self, written: Mapping[str, str], maker: Maker, gone: Iterable[str] = ()) -> bytes:
        """The index as it will be: with files that are written, by name to digest, and without those gone."""
        kept = {name: entry for name, entry in self.entries.items() if name not in gone}
        here = maker.seen_from(self.directory)
        entries = kept | {name: Entry(here, content) for name, content in written.items()}
        told = {
            name: {"command": entry.maker.command, "of": entry.maker.sources, "sha256": entry.digest}
            for name, entry in sorted(entries.items())
        }
        return (json.dumps(told, indent=1) + "\n").encode()

    def _as_written(self, name: str) -> bool:
        return digest(self.directory / name) == self.entries[name].digest


def digest(path: Path) -> str:
    """SHA-256 of a file's content, of a directory's names and sizes; of nothing if it cannot be read."""
    try:
        if path.is_dir():
            inside = sorted((each.relative_to(path).as_posix(), each.stat().st_size) for each in path.rglob("*"))
            return sha256(repr(inside).encode()).hexdigest()
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _relative(source: str, here: str) -> str:
    try:
        return Path(os.path.relpath(source, here)).as_posix() if os.path.isabs(source) else source  # noqa: PTH117
    except ValueError:  # another drive
        return source
