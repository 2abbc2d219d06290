"""A text in several languages: read in one of them, it knows the others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

#: The language in which a text without any stands, and that stands in for missing ones.
DEFAULT = "en"

T = TypeVar("T")

_CODE = re.compile("[a-z]{2}")


class Translated(str):
    """A text that knows itself in other languages; it reads, compares and hashes as the one it is in.

    Attributes
    ----------
    said
        Language to text.
    """

    said: Mapping[str, str]

    @classmethod
    def of(cls, said: Mapping[str, str], lang: str = DEFAULT) -> Translated:
        """Return the text in `lang`, else in English, else in the first language that it has."""
        text = cls(said.get(lang) or said.get(DEFAULT) or next(iter(said.values())))
        text.said = dict(said)
        return text


def by_language(value: object) -> bool:
    """Whether a value of a file is a text by language, such as ``{en: border calm, ko: 국경의 평온}``."""
    return isinstance(value, dict) and bool(value) and all(_CODE.fullmatch(str(key)) and key != "if" for key in value)


def english(text: str) -> str:
    """Return a text in English, whatever language it is in, if it knows it."""
    return text.said.get(DEFAULT, text) if isinstance(text, Translated) else text


def told_in(value: T, lang: str) -> T:
    """Return frozen data with every text that knows `lang` in it; what does not know it stays as it is."""
    found: Any = value
    if isinstance(value, Translated):
        found = Translated.of(value.said, lang)
    elif is_dataclass(value) and not isinstance(value, type):
        own = {each.name: getattr(value, each.name) for each in fields(value) if each.init}
        told = {name: told_in(each, lang) for name, each in own.items()}
        changed = {name: each for name, each in told.items() if each is not own[name]}
        found = replace(value, **changed) if changed else value
    elif isinstance(value, dict):
        entries = {key: told_in(each, lang) for key, each in value.items()}
        found = entries if any(entries[key] is not value[key] for key in entries) else value
    elif isinstance(value, (tuple, list)) and not hasattr(value, "_fields"):
        parts = [told_in(each, lang) for each in value]
        same = all(one is other for one, other in zip(parts, value, strict=True))
        found = value if same else type(value)(parts)
    return found  # type: ignore[no-any-return]


def languages_of(value: object) -> frozenset[str]:
    """The languages that texts anywhere within frozen data know."""
    if isinstance(value, Translated):
        return frozenset(value.said)
    if is_dataclass(value) and not isinstance(value, type):
        return frozenset().union(*(languages_of(getattr(value, each.name)) for each in fields(value)))
    if isinstance(value, dict):
        return frozenset().union(*map(languages_of, value.values()))
    if isinstance(value, (tuple, list)):
        return frozenset().union(*map(languages_of, value))
    return frozenset()
