"""What is found of where an answer changes: stretches of one answer, and the smallest changes that turn it."""

from __future__ import annotations

from dataclasses import dataclass

from kgsim.results import Interval
from kgsim.showing import Told


@dataclass(frozen=True)
class Segment:
    """A stretch of a parameter's range with one answer.

    Attributes
    ----------
    low, high
        Its ends; equal for a single point.
    verdict
        Number of `kgsim.results.VERDICTS`.
    """

    low: float
    high: float
    verdict: int


@dataclass(frozen=True)
class Change:
    """A change of parameters that turns an answer.

    Attributes
    ----------
    values
        Parameter to the value at which the answer has just changed.
    size
        Length of the change, every parameter measured in widths of its range.
    verdict
        The new answer.
    """

    values: dict[str, float]
    size: float
    verdict: int


@dataclass(frozen=True)
class Threshold(Told):
    """Where an answer changes.

    Attributes
    ----------
    parameter, base
        The parameter moved, and its base value.
    segments
        The range cut at every boundary found.
    now
        The answer at the base point.
    alone
        For each parameter the smallest change that turns the answer by itself; None if none within its range does.
    together
        The smallest change found of all parameters at once; an upper bound, since the search is no proof.
    unsure
        Points of the grid at which the answer is undecided.
    sides
        For a claim, each side of what it compares: text to the interval of its values over all equilibria at the base
        value, at every boundary and at both ends of the range. Parameter value to these.
    sentences
        All of it as sentences.
    """

    parameter: str
    base: float
    segments: tuple[Segment, ...]
    now: int
    alone: dict[str, Change | None]
    together: Change | None
    unsure: int
    sides: dict[float, dict[str, Interval]]
    sentences: tuple[str, ...]

    @property
    def boundaries(self) -> tuple[float, ...]:
        """Where the answer changes, ascending."""
        return tuple(segment.low for segment in self.segments[1:])
