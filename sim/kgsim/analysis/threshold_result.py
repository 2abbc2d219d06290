"""What is found of where an answer changes: stretches of one answer, and the smallest changes that turn it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kgsim.results import VERDICTS, Interval
from kgsim.showing import Told
from kgsim.wording import rounded


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


def is_point(segment: Segment, segments: tuple[Segment, ...]) -> bool:
    """Whether a stretch is a single point but for the precision of boundaries."""
    return segment.high - segment.low <= 1e-8 * (segments[-1].high - segments[0].low)


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

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data, answers by their names in `kgsim.results.VERDICTS`."""
        return {
            "parameter": self.parameter,
            "base": rounded(self.base),
            "answer": VERDICTS[self.now],
            "boundaries": [rounded(value) for value in self.boundaries],
            "segments": [
                {"low": rounded(each.low), "high": rounded(each.high), "answer": VERDICTS[each.verdict]}
                for each in self.segments
            ],
            "alone": {name: None if each is None else _changed(each) for name, each in self.alone.items()},
            "together": None if self.together is None else _changed(self.together),
            "undecided_points": self.unsure,
            "sides": [
                {"at": rounded(value), "spans": {text: [rounded(end) for end in span] for text, span in spans.items()}}
                for value, spans in self.sides.items()
            ],
            "sentences": list(self.sentences),
        }


def _changed(change: Change) -> dict[str, Any]:
    values = {name: rounded(value) for name, value in change.values.items()}
    return {"values": values, "size": rounded(change.size), "answer": VERDICTS[change.verdict]}
