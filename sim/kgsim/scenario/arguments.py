"""Values of parameters as a call gives them: in a mapping, by keyword, or both.

A parameter may have any name, that of an argument such as ``structures`` or ``progress`` included. Such a one goes into
the mapping.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from kgsim.errors import GameError

Value = TypeVar("Value")


def together(given: Mapping[str, Value] | None, named: Mapping[str, Value]) -> dict[str, Value]:
    """Join the two.

    Raises
    ------
    GameError
        If the first is no mapping of names, or a parameter is in both.
    """
    if given is None:
        return dict(named)
    if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given):
        raise GameError(f"values are given as a mapping of parameters' names, such as {{'A': 5}}, not as {given!r}")
    twice = [name for name in named if name in given]
    if twice:
        raise GameError(f"parameter {twice[0]} is given twice: in the mapping and by keyword")
    return {**given, **named}
