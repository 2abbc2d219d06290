"""Strict YAML 1.2 to plain data, with the place where every key and value was written.

Only what a scenario needs is let through: mappings, lists, texts, numbers, true, false and null. Anchors,
aliases, tags, merge keys, directives and several documents are refused, as are duplicate keys. Scalars
follow the core schema of YAML 1.2, so that ``no`` is a text, ``1e3`` a number and a date a text.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from os import sep
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from kgsim.errors import Problem, ScenarioError
from kgsim.wording import unprintable

MAX_BYTES = 1 << 20
MAX_DEPTH = 20
MAX_ENTRIES = 20_000

_ALLOWED: ContextVar[tuple[Path, ...]] = ContextVar("allowed", default=())

RELATIVE = "A path in a file starts at the folder of that file."
"""Remedy for what another file names and is not there."""

Key = tuple[str | int, ...]
"""Path of an entry: keys of mappings and indices of lists, from the top of the file."""


class Place(NamedTuple):
    """Where something is written; line and column count from 1, path is None for text without a file."""

    path: Path | None
    line: int
    column: int


@dataclass(frozen=True)
class Source:
    """A file's data and the places of all its entries.

    Attributes
    ----------
    data
        Plain dicts, lists, texts, numbers, booleans and None.
    keys, values
        Place of every entry's key (for an item of a list, of the item) and of its value.
    inset
        For a text that stands in the file letter by letter on one line, how many columns after its place it
        starts (1 if it is quoted).
    texts
        The file's text, and those of the files it extends, nearest first.
    """

    data: Any
    keys: dict[Key, Place]
    values: dict[Key, Place]
    inset: dict[Key, int]
    texts: tuple[str, ...] = ()


def dotted(key: Key) -> str:
    """Write a path as people do: ``structures.parallel.play[0]``."""
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


@contextmanager
def confined(*folders: Path) -> Iterator[None]:
    """Read no file outside some folders meanwhile, whatever a file names."""
    token = _ALLOWED.set(tuple(folder.resolve() for folder in folders))
    try:
        yield
    finally:
        _ALLOWED.reset(token)


def read_text(path: Path) -> str:
    """Return a file's text.

    Raises
    ------
    ScenarioError
        If there is no such file, it is not a readable file of UTF-8 text, or it is larger than 1 MiB.
    """
    allowed = _ALLOWED.get()
    if allowed and not any(path.resolve().is_relative_to(folder) for folder in allowed):
        _refuse(path, "this file lies outside the folders that may be read", "Put it into the folder that is served.")
    try:
        if path.is_dir():
            _refuse(path, "this is a directory, not a file", "Name the scenario file in it.")
        if path.exists() and not path.is_file():
            _refuse(path, "this is not a regular file", "Name a YAML file.")
        if path.stat().st_size > MAX_BYTES:
            _refuse(path, "the file is larger than 1 MiB", ("A scenario is a short text; is this the right file?"))
        content = path.read_bytes()
    except FileNotFoundError:
        _refuse(path, "there is no such file", _similar_files(path))
    except NotADirectoryError:
        _refuse(path, "there is no such file; a part of its path is not a directory", "Check the path.")
    except PermissionError:
        _refuse(path, "the file may not be read", "Give yourself permission to read it.")
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno == errno.ELOOP:
            _refuse(path, "this is a link that leads back to itself", "Name the file that is meant.")
        _refuse(path, f"the file cannot be read ({error})", "Check the path.")
    return decode(content, path)


def decode(content: bytes, path: Path | None) -> str:
    """Decode UTF-8, with a byte order mark or without one."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        problem = Problem(
            "the file is not UTF-8 text",
            "Save it as UTF-8; if it is not a text at all, name the right file.",
            path=path,
            line=line,
        )
        raise ScenarioError([problem]) from None
    if "\0" in text:
        _refuse(path, "the file is binary, not text", "Name a YAML file.")
    return text


def _similar_files(path: Path) -> str:
    from kgsim.scenario.names import nearest
    from kgsim.scenario.shipped import shipped_names

    if "\\" in str(path) and sep == "/":
        return "Write / between folders."
    try:
        siblings = [entry.name for entry in path.parent.iterdir() if entry.suffix in {".yaml", ".yml"}]
    except OSError:
        return "Check the path."
    close = nearest(path.name, siblings)
    if not close and path.name == str(path) and not path.suffix:
        names = shipped_names()
        close = nearest(path.name, names)
        return f"Did you mean {close!r}?" if close else f"Name a file, or a shipped scenario: {', '.join(names)}."
    return f"Did you mean {str(path.parent / close)!r}?" if close else "Check the path."


def _refuse(path: Path | None, message: str, remedy: str) -> NoReturn:
    raise ScenarioError([Problem(message, remedy, path=path)])


def read_yaml(text: str, path: Path | None) -> Source:
    """Read one YAML document whose top level is a mapping.

    Raises
    ------
    ScenarioError
        With every duplicate key and forbidden construct, or the first point that is not YAML at all.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLStreamError
    from ruamel.yaml.reader import ReaderError

    if len(text.encode(errors="surrogatepass")) > MAX_BYTES:
        _refuse(path, "the text is larger than 1 MiB", "A scenario is a short text; is this the right file?")
    reader = _Reader(path)
    try:
        data = reader.document(YAML(typ="safe", pure=True).parse(text))
    except MarkedYAMLError as error:
        raise ScenarioError([*reader.problems, _syntax_problem(error, path)]) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problem = Problem(
            f"the character with code {error.character} is not allowed in YAML",
            "Delete it.",
            path=path,
            line=line,
        )
        raise ScenarioError([*reader.problems, problem]) from None
    except YAMLStreamError as error:
        raise ScenarioError([Problem(f"this is not YAML: {error}", path=path)]) from None
    if reader.problems:
        raise ScenarioError(reader.problems)
    if not isinstance(data, dict):
        found = "the file is empty" if data is None else "the top level of the file is not a mapping of keys"
        raise ScenarioError([Problem(found, "Start with `kgsim: 1` and `title: ...`.", path=path, line=1)])
    return Source(data, reader.keys, reader.values, reader.inset, (text,))


_SYNTAX_REMEDIES = (
    ("mapping values are not allowed", "Put a text that contains a colon in quotes; check the indentation."),
    ("cannot start any token", "Indent with spaces, not tabs; put a text that starts with a sign in quotes."),
    (
        "but got '<scalar>'",
        "Inside {…} or […] put a formula or a text in single quotes, or on a line of its own; close every bracket and "
        "quotation mark.",
    ),
    ("expected ',' or", "Check that every bracket is closed and that commas stand between entries."),
    ("unexpected end of stream", "Check that every quotation mark is closed."),
    ("could not find expected ':'", "Write `key: value`; check the indentation."),
    ("expected <block end>", "Check the indentation: entries of one level start in one column."),
)


def _syntax_problem(error: Any, path: Path | None) -> Problem:
    mark = error.problem_mark or error.context_mark
    said = " ".join(str(part) for part in (error.context, error.problem) if part)
    remedy = next((cure for sign, cure in _SYNTAX_REMEDIES if sign in said), ("Check the line and the one above."))
    where = {"line": mark.line + 1, "column": mark.column + 1} if mark is not None else {}
    return Problem(f"this is not valid YAML: {error.problem or said}", remedy, path=path, **where)


_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"([-+]?)\.(inf|Inf|INF|nan|NaN|NAN)")


def plain_scalar(text: str) -> str | float | bool | None:
    """Resolve an unquoted scalar by the core schema of YAML 1.2 (section 10.3)."""
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text.lower() == "true"
    if _INT.fullmatch(text) and len(text) <= 20:
        return int(text)
    if _BASED.fullmatch(text) and len(text) <= 20:
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text)
    if special := _SPECIAL.fullmatch(text):
        return float(special[1] + special[2])
    return text


@dataclass
class _Reader:
    """Builds data from YAML events and writes down places and problems on the way."""

    path: Path | None
    keys: dict[Key, Place] = field(default_factory=dict)
    values: dict[Key, Place] = field(default_factory=dict)
    inset: dict[Key, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def document(self, events: Iterator[Any]) -> Any:
        from ruamel.yaml import events as kinds

        data: Any = None
        documents = 0
        for event in events:
            if isinstance(event, kinds.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._report(
                        event, (), "a second document starts here", ("Keep one scenario a file; delete `---`.")
                    )
                    return data
                if event.version is not None or event.tags:
                    self._report(
                        event, (), "YAML directives are not used here", ("Delete the line that starts with %.")
                    )
            elif isinstance(event, (kinds.StreamStartEvent, kinds.DocumentEndEvent, kinds.StreamEndEvent)):
                continue
            else:
                data = self._node(event, events, ())
        return data

    def _node(self, event: Any, events: Iterator[Any], key: Key) -> Any:
        from ruamel.yaml import events as kinds

        if len(key) > MAX_DEPTH:
            self._report(event, key, f"entries are nested more than {MAX_DEPTH} deep", "No entry needs that depth.")
            raise ScenarioError(self.problems)
        if len(self.values) > MAX_ENTRIES:
            self._report(event, key, f"the file has more than {MAX_ENTRIES} entries", "Is this the right file?")
            raise ScenarioError(self.problems)
        place = self._place(event)
        if isinstance(event, kinds.ScalarEvent) and event.style is None and not event.value:
            place = self.keys.get(key, place)  # the parser places what is left out at the next entry
        self.values[key] = place
        self.keys.setdefault(key, place)
        if isinstance(event, kinds.AliasEvent):
            self._report(
                event,
                key,
                f"the alias *{event.anchor} is not allowed",
                "Write the value out, or name it as a quantity.",
            )
            return None
        self._refuse_decoration(event, key)
        if isinstance(event, kinds.ScalarEvent):
            quotes = 0 if event.style is None else 1
            if event.end_mark.index - event.start_mark.index == len(event.value) + 2 * quotes:
                self.inset[key] = quotes
            return plain_scalar(event.value) if event.style is None else event.value
        if isinstance(event, kinds.SequenceStartEvent):
            return self._sequence(events, key)
        return self._mapping(events, key)

    def _sequence(self, events: Iterator[Any], key: Key) -> list[Any]:
        from ruamel.yaml.events import SequenceEndEvent

        items: list[Any] = []
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            items.append(self._node(event, events, (*key, len(items))))
        return items

    def _mapping(self, events: Iterator[Any], key: Key) -> dict[str, Any]:
        from ruamel.yaml.events import MappingEndEvent, ScalarEvent

        entries: dict[str, Any] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            if not isinstance(event, ScalarEvent):
                self._report(event, key, "a key must be a plain word", "Write `word: value`.")
                self._node(event, events, (*key, "?"))
                name = "?"
            else:
                name = event.value
                self._refuse_decoration(event, (*key, name))
            entry = (*key, name)
            if name == "<<" and event.style is None:
                self._report(
                    event,
                    entry,
                    "merge keys (<<) are not allowed",
                    "Write the entries out, or use `extends`.",
                )
            elif name in entries and name != "?":
                first = self.keys[entry].line
                self._report(
                    event,
                    entry,
                    f"the key {name!r} is given twice; the first is on line {first}",
                    "Rename or delete one of them.",
                )
            self.keys.setdefault(entry, self._place(event))
            entries[name] = self._node(next(events), events, entry)
        return entries

    def _refuse_decoration(self, event: Any, key: Key) -> None:
        if event.anchor:
            self._report(event, key, f"the anchor &{event.anchor} is not allowed", "Delete it.")
        if event.tag is not None:
            self._report(event, key, f"the tag {event.tag} is not allowed", "Delete it; tags are not used here.")
        if code := unprintable(getattr(event, "value", "")):
            self._report(event, key, f"this holds the character {code}, which no document can show", "Delete it.")

    def _place(self, event: Any) -> Place:
        return Place(self.path, event.start_mark.line + 1, event.start_mark.column + 1)

    def _report(self, event: Any, key: Key, message: str, remedy: str) -> None:
        _, line, column = self._place(event)
        self.problems.append(Problem(message, remedy, dotted(key), self.path, line, column))
