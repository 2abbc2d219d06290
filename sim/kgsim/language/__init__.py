"""What kgsim says, in each language: strings as data, one file a language, the same keys in all.

A further language is a further file in this folder: `LANGUAGES` are the files that are there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from kgsim.errors import GameError
from kgsim.language.particles import particle
from kgsim.language.texts import DEFAULT

_HERE = files("kgsim.language")

#: The languages there are strings for, English first.
LANGUAGES = (
    DEFAULT,
    *sorted({each.name[:2] for each in _HERE.iterdir() if each.name.endswith(".toml")} - {DEFAULT}),
)


class _Count(int):
    """A whole number that, asked for ``one|many``, gives the form that goes with it."""

    def __format__(self, form: str) -> str:
        return form.split("|")[self != 1] if "|" in form else super().__format__(form)


class _Word(str):
    """A text that, asked for ``closed|open``, gives the particle that follows its last sound, and not itself.

    Asked for ``'s``, it gives its possessive.
    """

    def __format__(self, form: str) -> str:
        if form == "'s":
            named = f"the {self[4:]}" if self.startswith("The ") else self
            return f"{named}'" if named.endswith("s") else f"{named}'s"
        return particle(self, *form.split("|", 1)) if "|" in form else super().__format__(form)


def _slot(value: object) -> object:
    return _Count(value) if isinstance(value, int) else _Word(value) if isinstance(value, str) else value


@dataclass(frozen=True)
class Words:
    """The strings of one language.

    Attributes
    ----------
    lang
        ``en`` or ``ko``.
    strings
        Key, such as ``map.title``, to a string with named slots in braces.
    """

    lang: str
    strings: Mapping[str, str]

    def __call__(self, key: str, **slots: object) -> str:
        """Return the string of `key` with its slots filled; a slot's own braces stay as they are.

        A whole number chooses between two forms, ``{count} {count:claim|claims}``, and a text between two Korean
        particles, ``{player}{player:이|가}``.
        """
        return self.strings[key].format_map({name: _slot(value) for name, value in slots.items()})

    def listed(self, parts: Iterable[str], by: str = "and") -> str:
        """Return parts as an enumeration, joined last by the language's word for `by` (``and`` or ``or``)."""
        several = list(parts)
        if len(several) < 2:
            return "".join(several)
        return f"{', '.join(several[:-1])}{self.strings[f'list.{by}']}{several[-1]}"

    def interval(self, low: str, high: str) -> str:
        """Return two numbers as a range, or one where both read the same."""
        return low if low == high else self("interval", low=low, high=high)


@cache
def words(lang: str = "en") -> Words:
    """Return the strings of a language.

    Raises
    ------
    GameError
        If it is not one of `LANGUAGES`.
    """
    if lang not in LANGUAGES:
        raise GameError(f"there is no language {lang!r}; there are {', '.join(LANGUAGES)}")
    read = tomllib.loads(_HERE.joinpath(f"{lang}.toml").read_text("utf-8"))
    return Words(lang, {f"{section}.{key}" if key else section: text for section, key, text in _flat(read)})


def _flat(read: Mapping[str, object]) -> Iterable[tuple[str, str, str]]:
    for section, entries in read.items():
        if isinstance(entries, dict):
            yield from ((section, key, text) for key, text in entries.items())
        else:
            yield section, "", str(entries)
