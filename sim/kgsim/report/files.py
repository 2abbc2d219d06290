"""Writing outputs: all or nothing, one command at a time, and over nothing but what kgsim wrote itself.

Everything is first written into a hidden directory beside its destination and moved into place at the end, the result
document last. An interrupted run leaves what stood there before.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from kgsim.errors import OutputError
from kgsim.report.ownership import INDEX, Index, Maker, digest

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

RESULT = "result.json"
STAGING = ".kgsim-"
"""What the names of files on their way begin with."""


class Destination:
    """A directory that outputs go to; use as a context manager.

    Entering checks, before anything is computed, that the directory can be written to, that nobody else writes to it
    now, and that what is known to be written replaces only what the same maker wrote. Leaving without an exception
    checks the rest and moves what was written into place; leaving with one removes every trace.

    Parameters
    ----------
    directory
        Made if it does not exist.
    maker
        Whose outputs they are.
    names
        Outputs that are sure to be written.
    force
        Whether files of others may be replaced.

    Attributes
    ----------
    replaced
        Whether an earlier result gave way, once the outputs are in place.

    Raises
    ------
    OutputError
        If the directory cannot be written to, another command writes to it, or a file of others stands in the way.
    """

    def __init__(self, directory: Path, maker: Maker, *, names: Sequence[str] = (RESULT,), force: bool = False) -> None:
        self.directory = directory
        self.replaced = False
        self._maker = maker
        self._expected = names
        self._force = force
        self._names: list[str] = []
        self._made: list[Path] = []
        self._left = ExitStack()

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException as error:
            self._left.close()
            if isinstance(error, OSError):
                raise _unwritable(self.directory, error) from error
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._left:
            try:
                if kind is None:
                    self._move()
            except OSError as failure:
                raise _unwritable(self.directory, failure) from failure

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

    def _open(self) -> None:
        if os.path.lexists(self.directory) and not self.directory.is_dir():
            raise OutputError(f"{self.directory} is a file, not a directory; name another place with --out.")
        missing = [path for path in (self.directory, *self.directory.parents) if not path.exists()]
        # Deepest first; a directory that holds outputs is not empty and stays.
        self._left.callback(lambda: _remove_empty(missing))
        self.directory.mkdir(parents=True, exist_ok=True)
        self._left.enter_context(_alone(self.directory))
        self._index = Index(self.directory)
        self._check(dict.fromkeys(self._expected, ""))
        self._staging = Path(tempfile.mkdtemp(prefix=STAGING, dir=self.directory))
        self._left.callback(lambda: shutil.rmtree(self._staging, ignore_errors=True))

    def _check(self, written: Mapping[str, str]) -> None:
        hindrances = [self._index.hindrance(name, self._maker, content) for name, content in written.items()]
        if any(hindrances) and not self._force:
            raise OutputError(_refusal(hindrances, "DIRECTORY"))

    def _move(self) -> None:
        written = {name: digest(self._staging / name) for name in self._names}
        self._check(written)
        stale = self._index.left_over(written, self._maker)
        self.replaced = bool(self._index.entries.keys() & set(written))
        index = self._staging / INDEX
        index.write_bytes(self._index.content(written, self._maker, stale))
        with _uninterrupted():
            # What is replaced goes where the staging goes; only files can be moved over what stands there.
            for name in stale | {name for name in self._names if (self._staging / name).is_dir()}:
                with suppress(FileNotFoundError):
                    (self.directory / name).replace(self._staging / f"{name}.before")
            for name in sorted(self._names, key=lambda name: name == RESULT):
                (self._staging / name).replace(self.directory / name)
            index.replace(self.directory / INDEX)


def _remove_empty(directories: Sequence[Path]) -> None:
    for path in directories:
        with suppress(OSError):
            path.rmdir()


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Keep other commands from writing to a directory; clear away what a killed one left on its way.

    The lock is the system's and ends with the process that holds it, however that ends.
    """
    if fcntl is None:
        yield
        return
    handle = os.open(directory, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(
                f"another kgsim command is writing to {directory} now. Wait until it is done, or name another place "
                "with --out."
            ) from None
        except OSError:  # a file system without locks
            yield
            return
        for left in directory.glob(f"{STAGING}*"):
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
        yield
        # A process forked meanwhile shares the lock and may end later.
        fcntl.flock(handle, fcntl.LOCK_UN)
    finally:
        os.close(handle)


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


def in_place(contents: Mapping[Path, bytes], maker: Maker, *, force: bool = False) -> None:
    """Write files, all or none: first beside their places, then moved into them.

    Parameters
    ----------
    contents
        File to content; directories are made.
    maker
        Whose files they are.
    force
        Whether files of others may be replaced.

    Raises
    ------
    OutputError
        If a file of others stands in the way and `force` is not set, or one cannot be written. Nothing is changed then.
    """
    with ExitStack() as left:
        place = Path()
        try:
            indices: dict[Path, Index] = {}
            for place in dict.fromkeys(path.parent for path in contents):
                left.callback(_remove_empty, [path for path in (place, *place.parents) if not path.exists()])
                place.mkdir(parents=True, exist_ok=True)
                left.enter_context(_alone(place))
                indices[place] = Index(place)
            written = {path: sha256(content).hexdigest() for path, content in contents.items()}
            hindrances = [indices[path.parent].hindrance(path.name, maker, new) for path, new in written.items()]
            if any(hindrances) and not force:
                raise OutputError(_refusal(hindrances, "FILE"))
            whole = dict(contents)
            for place, index in indices.items():
                here = {path.name: new for path, new in written.items() if path.parent == place}
                whole[place / INDEX] = index.content(here, maker)
            staged = {path: _beside(path, content, left) for path, content in whole.items()}
            with _uninterrupted():
                for path, part in staged.items():
                    part.replace(path)
        except OSError as error:
            raise _unwritable(place, error, "FILE") from error


def _beside(path: Path, content: bytes, left: ExitStack) -> Path:
    """Write a file that is on its way to its place; it is gone when `left` closes, unless moved."""
    handle, name = tempfile.mkstemp(prefix=STAGING, dir=path.parent)
    left.callback(Path(name).unlink, missing_ok=True)
    os.close(handle)
    Path(name).write_bytes(content)
    Path(name).chmod(0o666 & ~_umask())
    return Path(name)


def _umask() -> int:
    """The permissions that new files do not get; the system tells only when it is set."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def figure_files(stem: str) -> tuple[str, str]:
    """Return the names under which a figure is kept."""
    return f"{stem}.png", f"{stem}.svg"


def figure_stems(structures: Sequence[str], bargaining: bool) -> tuple[str, ...]:
    """Return the stems of all figures of a result that has these structures, and perhaps a bargaining space."""
    space = ("bargaining",) if bargaining else ()
    return ("payoffs", "outcomes", *space, *(f"game-{name}" for name in structures))


def _refusal(hindrances: Sequence[str], what: str) -> str:
    told = [each for each in hindrances if each]
    more = f", and so on for {len(told) - 1} more" if len(told) > 1 else ""
    return f"{told[0]}{more}; nothing was written. Give --force to replace it, or --out {what} to keep both."


def _unwritable(directory: Path, error: OSError, what: str = "DIRECTORY") -> OutputError:
    reason = error.strerror or str(error)
    return OutputError(f"cannot write to {directory}: {reason}. Choose another place with --out {what}.")
