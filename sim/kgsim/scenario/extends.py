"""One scenario laid over another: what `extends` means."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from kgsim.errors import Problem, ScenarioError
from kgsim.language.texts import DEFAULT, by_language
from kgsim.scenario.source import RELATIVE, Key, Place, Source, dotted, read_text, read_yaml

MAX_CHAIN = 10


def read_chain(text: str, path: Path | None, directory: Path) -> Source:
    """Read a scenario and all the files it extends, merged into one.

    Parameters
    ----------
    text, path
        The scenario's text and, if it has one, its file.
    directory
        Where relative paths in `text` start.

    Raises
    ------
    ScenarioError
        If any of the files cannot be read, or they extend each other in a circle or too deeply.
    """
    return _read(text, path, directory, (_real(path),) if path is not None else ())


def _read(text: str, path: Path | None, directory: Path, seen: tuple[Path, ...]) -> Source:
    source = read_yaml(text, path)
    if "extends" not in source.data:
        return source
    named = source.data.pop("extends")
    place = source.values["extends",]
    if not isinstance(named, str) or not named.strip():
        _refuse(place, "`extends` must be the path of one scenario file", "Write `extends: other.yaml`.")
    parent = directory / named
    target = _real(parent)
    if target in seen:
        circle = " -> ".join(file.name for file in (*seen[seen.index(target) :], target))
        _refuse(
            place,
            f"these files extend each other in a circle: {circle}",
            ("Let one of them stand on its own."),
        )
    if len(seen) > MAX_CHAIN:
        _refuse(place, f"more than {MAX_CHAIN} files extend each other", "Shorten the chain.")
    try:
        parent_text = read_text(parent)
    except ScenarioError as error:
        first = error.problems[0]
        _refuse(place, f"the file to extend, {named!r}, cannot be read: {first.message}", f"{first.remedy} {RELATIVE}")
    inherited = _read(parent_text, parent, parent.parent, (*seen, target))
    merged, problems = lay_over(source, inherited)
    if problems:
        raise ScenarioError(problems)
    return merged


def _real(path: Path) -> Path:
    # Unlike Path.resolve, it leaves links that go in circles to be met, and told, on reading.
    return Path(os.path.realpath(path))


def _refuse(place: Place, message: str, remedy: str) -> NoReturn:
    raise ScenarioError([Problem(message, remedy, "extends", place.path, place.line, place.column)])


def lay_over(child: Source, parent: Source) -> tuple[Source, list[Problem]]:
    """Lay a file over the one it extends, key by key.

    Mappings merge, everything else replaces, null removes what was inherited; a text by language adds its languages to
    an inherited text without any. Inherited keys come first and
    new ones after them, except among outcomes, where the child's new rules are tried before the parent's;
    ledgers add up. Every entry keeps the place where it was written.

    Returns
    -------
    merged, problems
        Problems are keys that remove nothing.
    """
    merged = Source(None, {}, {}, {}, (*child.texts, *parent.texts))
    problems: list[Problem] = []

    def take(source: Source, key: Key, at: Key) -> Any:
        """Copy an entry of `source`, its places included, to the path `at` of the merged file."""
        merged.keys[at], merged.values[at] = source.keys[key], source.values[key]
        if key in source.inset:
            merged.inset[at] = source.inset[key]
        value = _at(source.data, key)
        if isinstance(value, dict):
            return {name: take(source, (*key, name), (*at, name)) for name in value}
        if isinstance(value, list):
            return [take(source, (*key, i), (*at, i)) for i in range(len(value))]
        return value

    def merge(key: Key) -> dict[str, Any]:
        below: Mapping[str, Any] = _at(parent.data, key)
        above: Mapping[str, Any] = _at(child.data, key)
        new = [name for name in above if name not in below]
        order = [*new, *below] if key == ("outcomes",) else [*below, *new]
        entries: dict[str, Any] = {}
        merged.keys[key], merged.values[key] = child.keys[key], child.values[key]
        for name in order:
            entry = (*key, name)
            if name not in above:
                entries[name] = take(parent, entry, entry)
            elif above[name] is None:
                if name not in below:
                    _, line, column = child.keys[entry]
                    problems.append(
                        Problem(
                            f"there is no inherited {name!r} to remove",
                            "Give it a value, or delete the line.",
                            dotted(entry),
                            child.keys[entry].path,
                            line,
                            column,
                        )
                    )
            elif isinstance(above[name], dict) and isinstance(below.get(name), dict):
                entries[name] = merge(entry)
            elif by_language(above[name]) and isinstance(below.get(name), str):
                plain: Key = (*entry, DEFAULT)
                merged.keys[plain], merged.values[plain] = parent.keys[entry], parent.values[entry]
                entries[name] = {DEFAULT: below[name], **take(child, entry, entry)}
            elif entry == ("ledger",) and name in below:
                entries[name] = ledgers()
            else:
                entries[name] = take(child, entry, entry)
        return entries

    def ledgers() -> list[Any]:
        top: Key = ("ledger",)
        merged.keys[top], merged.values[top] = child.keys[top], child.values[top]
        listed: list[Any] = []
        for source in (parent, child):
            value = source.data["ledger"]
            items = [(*top, i) for i in range(len(value))] if isinstance(value, list) else [top]
            for item in items:
                listed.append(take(source, item, (*top, len(listed))))
        return listed

    data = merge(())
    return Source(data, merged.keys, merged.values, merged.inset, merged.texts), problems


def _at(data: Any, key: Key) -> Any:
    for part in key:
        data = data[part]
    return data
