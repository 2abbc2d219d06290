"""What a call gives: a scenario, names of structures, and values of parameters in a mapping, by keyword, or both.

A parameter may have any name, that of an argument such as ``structures`` or ``progress`` included. Such a one goes into
the mapping.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from kgsim.errors import GameError
from kgsim.scenario.model import Scenario
from kgsim.scenario.payoffs import structure_of

Value = TypeVar("Value")


def together(scenario: Scenario, given: Mapping[str, Value] | None, named: Mapping[str, Value]) -> dict[str, Value]:
    """Join the values that a call gives for a scenario's parameters.

    Raises
    ------
    GameError
        If the first argument is no scenario, the second no mapping of names, or a parameter is in both.
    """
    check_scenario(scenario)
    if "structure" in named and "structure" not in scenario.parameters:
        raise GameError(f"there is no parameter 'structure'. Did you mean structures=[{named['structure']!r}]?")
    if given is None:
        return dict(named)
    if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given):
        raise GameError(f"values are given as a mapping of parameters' names, such as {{'A': 5}}, not as {given!r}")
    twice = [name for name in named if name in given]
    if twice:
        raise GameError(f"parameter {twice[0]} is given twice: in the mapping and by keyword")
    return {**given, **named}


def check_scenario(scenario: object) -> None:
    """Raise GameError unless this is a scenario, such as where a file's name is given for one."""
    if not isinstance(scenario, Scenario):
        read = f"kgsim.load({str(scenario)!r})" if hasattr(scenario, "__fspath__") or isinstance(scenario, str) else ""
        raise GameError(f"expected a scenario, got {scenario!r}. {'Read it' if read else 'Read one'} with "
                        f"{read or 'kgsim.load(FILE)'}.")  # fmt: skip


def structures_given(scenario: Scenario, names: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the structures that a call names, each once; all if it names none. A text is the name of one.

    Raises
    ------
    GameError
        If there is no structure of that name.
    """
    if names is None:
        return tuple(scenario.structures)
    wanted = dict.fromkeys((names,) if isinstance(names, str) else names)
    return tuple(structure_of(scenario, name).name for name in wanted)
