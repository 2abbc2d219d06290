"""What may be a name, and which known name a mistyped one probably means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import TypeVar

from kgsim.errors import UnknownNameError

Value = TypeVar("Value")

FUNCTIONS = ("min", "max", "abs", "exp", "log", "sqrt", "curve")
"""Functions that every expression may call."""

OFFER = "offer"
"""The function of claims that asks what is offered."""

CLAIM_FUNCTIONS = (
    "value",
    "prob",
    OFFER,
    "reached",
    "worst",
    "best",
    "rises",
    "falls",
    "sustained",
    "critical_discount",
    "stable",
    "zopa",
    "qre",
)
"""Functions that claims may call besides."""

GIVEN = ".given"
"""Ends the name of a menu value that was made a parameter; no name that a file can hold."""

_LATER = {"curve", OFFER, "stable", "zopa", "qre"}
"""Functions told from names by their brackets alone: files older than they are may have something of that name."""

INPUT_FUNCTIONS = ("worst", "best", "rises", "falls", "zopa")
"""Those of them whose value no play can change: they speak of payoffs and formulas alone."""

RESERVED = frozenset(
    {"and", "or", "not", "if", "else", "true", "false", "otherwise", *FUNCTIONS, *CLAIM_FUNCTIONS} - _LATER
)
"""Words that mean something in expressions and so cannot name anything."""

_IDENTIFIER = re.compile(r"[^\W\d_]\w*")
_OUTCOME = re.compile(r"[^\W\d_](?:[\w -]*\w)?")


def fault_of_name(name: str) -> str | None:
    """Say why `name` cannot be a name in expressions, or return None if it can."""
    if not _IDENTIFIER.fullmatch(name):
        return "a name starts with a letter and goes on with letters, digits and underscores"
    return _fault_of_characters(name) or _fault_of_meaning(name)


def fault_of_outcome(name: str) -> str | None:
    """Say why `name` cannot name an outcome (several words allowed), or return None if it can."""
    if not _OUTCOME.fullmatch(name):
        return (
            "the name of an outcome starts with a letter, goes on with letters, digits, spaces, hyphens and "
            "underscores, and ends with a letter or digit"
        )
    return _fault_of_characters(name) or _fault_of_meaning(name)


def _fault_of_characters(name: str) -> str | None:
    plain = unicodedata.normalize("NFKC", name)
    if plain != name:
        return f"it holds a character that merely looks like another; write {plain!r}"
    return None


def _fault_of_meaning(name: str) -> str | None:
    return f"{name!r} is a reserved word of expressions" if name in RESERVED else None


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name closest to `name`, or None if none is close."""
    import difflib

    known = list(known)
    folded = {candidate.casefold(): candidate for candidate in reversed(known)}
    if name.casefold() in folded:
        return folded[name.casefold()]
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return close[0] if close else None


def suggestion(name: str, known: Iterable[str], kind: str) -> str:
    """Say which known name is meant, or list the known ones; a remedy ready to print."""
    known = list(known)
    foreign = [character for character in name if ord(character) > 127]
    spelled = "".join(
        f"; {character!r} is {unicodedata.name(character, 'a character without a name')}" for character in foreign[:1]
    )
    close = nearest(name, known)
    if close is not None:
        return f"Did you mean {close!r}{spelled}?"
    if not known:
        return f"There is no {kind} to choose from{spelled}."
    shown = ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
    return f"Known: {shown}{spelled}."


class ByName(dict[str, Value]):
    """A mapping of names that says which one is meant when there is none of a name.

    Parameters
    ----------
    kind
        What it holds, such as ``structure``.
    entries
        Name to entry.
    """

    def __init__(self, kind: str, entries: Mapping[str, Value]) -> None:
        super().__init__(entries)
        self.kind = kind

    def __missing__(self, name: str) -> Value:
        raise UnknownNameError(f"there is no {self.kind} {name!r}. {suggestion(str(name), self, self.kind)}")
