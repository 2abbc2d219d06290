"""The one family of errors that kgsim raises on purpose.

Every message is written for the person who has to mend something: where it is (file, line, key), what was
expected and what to do. The command line prints them as they stand and exits with status 2; anything that is
not one of these is a fault of kgsim itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


class KgsimError(Exception):
    """Base class of every error that a user can cause and mend."""


class GameError(KgsimError, ValueError):
    """A game, payoff array or solver argument is not one that kgsim can work with."""


class UnknownNameError(GameError, KeyError):
    """Nothing of that name is there."""

    def __str__(self) -> str:
        return str(self.args[0])  # a KeyError would show its message in quotes


class StructureError(KgsimError):
    """A structure of play cannot be applied at these parameter values."""


class ExecutionError(KgsimError):
    """The workers or the scheduler that a study was handed to failed; finished chunks of a kept study are safe."""


class OutputError(KgsimError):
    """A result cannot be written where it was asked to go."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a file, and how to mend it.

    Attributes
    ----------
    message
        What is wrong and what was expected, as one sentence.
    remedy
        What to do about it; may be empty where the message says it all.
    key
        Dotted path of the entry, such as ``parameters.A.range``.
    path, line, column
        Where the entry stands; line and column count from 1, None where the file as a whole is meant.
    """

    message: str
    remedy: str = ""
    key: str = ""
    path: Path | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.path, self.line, self.column) if part is not None)
        head = ": ".join(part for part in (place, self.key) if part)
        text = f"{head}: {self.message}" if head else self.message
        return f"{text}\n    {self.remedy}" if self.remedy else text


class ScenarioError(KgsimError):
    """A scenario or evidence file is not valid; carries every problem found, not the first alone.

    Attributes
    ----------
    problems
        All problems, in the order of the file.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
