"""A threshold told in sentences."""

from __future__ import annotations

import numpy as np

from kgsim.analysis.questions import Question
from kgsim.analysis.threshold_result import Segment, Threshold, is_point
from kgsim.claims.sentences import side_told
from kgsim.results import Interval
from kgsim.scenario.model import Scenario
from kgsim.wording import capital, sentence


def told(question: Question, found: Threshold, base: dict[str, float]) -> tuple[str, ...]:
    """Tell where an answer changes, what is compared there, and what else would change it."""
    said = question.scenario.labels
    name = said.parameter(found.parameter)
    lines = [
        sentence(f"{_where(name, segment, found.segments)} {question.says(segment.verdict)}")
        for segment in found.segments
    ]
    lines.append(sentence(f"with {name} at its base value of {_exact(found.base)}, {question.says(found.now)}"))
    for value, sides in found.sides.items():
        if sides:
            compared = ", ".join(f"{_side(question, text)} is {_interval(bounds)}" for text, bounds in sides.items())
            lines.append(sentence(f"with {name} at {_exact(value)}, {compared}"))
    if found.unsure:
        lines.append(
            sentence(
                f"at {found.unsure} of the points looked at, equilibria that might change the answer are not ruled out"
            )
        )
    for other, change in sorted(found.alone.items(), key=lambda item: item[1].size if item[1] else np.inf):
        if change is None:
            continue
        moved = _moved(said.parameter(other), base[other], change.values[other], change.size)
        lines.append(sentence(f"{moved}: {question.says(change.verdict)}"))
    unable = [said.parameter(other) for other, change in found.alone.items() if change is None]
    if found.alone and unable:
        lines.append(sentence(f"no value in its range changes this for {'; '.join(unable)} alone"))
    if found.together is not None and len(found.together.values) > 1:
        scenario, values = question.scenario, found.together.values
        ranked = sorted(values.items(), key=lambda item: -abs(item[1] - base[item[0]]) / width(scenario, item[0]))
        most = ", ".join(
            f"{said.parameter(other)} {_exact(base[other])} to {value:.4g}"
            for other, value in ranked[:6]
            if f"{value:.4g}" != f"{base[other]:.4g}"
        )
        lines.append(
            sentence(
                f"all together, a change of length {found.together.size:.4f} in widths of the ranges is enough "
                f"(largest moves: {most}): {question.says(found.together.verdict)}; "
                "an upper bound from a search over directions"
            )
        )
    return tuple(dict.fromkeys(map(capital, lines)))


def _side(question: Question, text: str) -> str:
    """What a claim compares, in words."""
    claim = getattr(question, "claim", None)
    return text if claim is None else side_told(question.scenario, claim, text)


def _moved(name: str, base: float, value: float, size: float) -> str:
    """A parameter's smallest change; one too small to be seen is a step over the border that its value is on."""
    if _exact(value) == _exact(base):
        return f"{name} is on the border: anything {'above' if value > base else 'below'} {_exact(base)} is enough"
    way = "raising" if value > base else "lowering"
    return f"{way} {name} alone from {_exact(base)} to {_exact(value)} ({size:.1%} of its range)"


def _where(name: str, segment: Segment, segments: tuple[Segment, ...]) -> str:
    """A stretch of the range; the range's own ends are told as what they are, and not as boundaries."""
    first, last = segment is segments[0], segment is segments[-1]
    low, high = _exact(segment.low), _exact(segment.high)
    if first and last:
        return f"with {name} anywhere from {low} to {high},"
    if is_point(segment, segments):
        return f"with {name} at exactly {_exact((segment.low + segment.high) / 2)},"
    if first:
        return f"with {name} below {high} (down to {low}),"
    return f"with {name} above {low} (up to {high})," if last else f"with {name} between {low} and {high},"


def _interval(bounds: Interval) -> str:
    low, high = (f"{round(end, 7) + 0.0:.6g}" for end in bounds)
    return low if low == high else f"{low} to {high}, depending on the equilibrium"


def _exact(value: float) -> str:
    """A number with as many digits as a boundary's precision carries."""
    return f"{value:.9g}"


def width(scenario: Scenario, name: str) -> float:
    """The width of a parameter's range, 1 if it has none."""
    low, high = scenario.parameters[name].range
    return high - low or 1.0
