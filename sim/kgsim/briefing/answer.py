"""The answer: one number with its range, and what would change it; all computed, none canned."""

from __future__ import annotations

from kgsim.analysis.threshold_result import is_point
from kgsim.briefing.document import Fact, Section
from kgsim.briefing.findings import Findings
from kgsim.briefing.phrases import unit, verdict
from kgsim.language import Words
from kgsim.messages.phrases import bounds, same
from kgsim.messages.play import gains
from kgsim.report.content import Column, Table, cells
from kgsim.wording import capital, number, percent, quoted

#: Parameters told of as what would change the answer.
MOST_CHANGES = 7


def answer(found: Findings, said: Words) -> Section | None:
    """Return the number and what it means; None if there is nothing to ask about."""
    if found.threshold is None or found.ask is None:
        return None
    now = capital(said("answer.now", now=verdict(said, found, found.threshold.now)))
    notes = [now, said("answer.points")]
    if found.compare and not same(gains(found.result, *found.compare).values()):
        notes.append(said("answer.several"))
    if found.number is None:
        able = sum(turn is not None for turn in found.threshold.alone.values())
        told = said("answer.number_none", able=able, count=len(found.threshold.alone))
        fact = Fact(str(able), told, (now,))
        return Section("answer", said("answer.title"), said("answer.message_none"), (fact,), notes=tuple(notes))
    name = found.number.parameter
    value = number(found.number.value) + unit(found, name)
    label = said("answer.number", label=found.scenario.parameters[name].label)
    lines = (_sides(found, said), now, _base(found, said), *_span(found, said))
    message = said("answer.message", name=found.scenario.parameters[name].label, value=value)
    return Section(
        "answer",
        said("answer.title"),
        message,
        (Fact(value, label, lines),),
        notes=(*notes, *_together(found, said)),
    )


def _sides(found: Findings, said: Words) -> str:
    """What the answer is on either side of the number."""
    assert found.threshold is not None and found.number is not None
    value, cuts = found.number.value, found.threshold.boundaries
    place = min(range(len(cuts)), key=lambda each: abs(cuts[each] - value))
    below, above = found.threshold.segments[place : place + 2]
    segments = found.threshold.segments
    first, last = (
        below is segments[0] and is_point(below, segments),
        above is segments[-1] and is_point(above, segments),
    )
    at_end = "_low" if first else "_high" if last else ""
    return said(
        f"answer.sides{at_end}",
        value=number(value),
        below=verdict(said, found, below.verdict),
        above=verdict(said, found, above.verdict),
    )


def _base(found: Findings, said: Words) -> str:
    assert found.threshold is not None and found.number is not None
    parameter = found.scenario.parameters[found.number.parameter]
    distance = abs(found.number.value - found.threshold.base)
    return said(
        "answer.base",
        base=number(found.threshold.base),
        range=bounds(said, parameter.range),
        distance=number(distance),
        share=percent(distance / (parameter.range[1] - parameter.range[0])),
    )


def _span(found: Findings, said: Words) -> list[str]:
    told = found.number
    assert told is not None
    if told.span is None:
        return []
    met, tried = told.met
    low, high = (number(bound) for bound in told.span)
    return [
        said(
            "answer.span" if met == tried else "answer.span_part",
            label=found.scenario.parameters[told.parameter].label,
            other=found.scenario.parameters[told.other].label,
            low=low,
            high=high,
            out=tried - met,
            tried=tried,
        )
    ]


def changes(found: Findings, said: Words) -> Section | None:
    """Return which parameters turn the answer alone, the shortest ways first; None if nothing was asked."""
    if found.threshold is None:
        return None
    turns = sorted(
        ((turn.size, name, turn) for name, turn in found.threshold.alone.items() if turn is not None),
        key=lambda each: each[:2],
    )
    heading = said("change.title")
    if not turns:
        return None
    parameters = found.scenario.parameters
    then = [verdict(said, found, turn.verdict) for _, _, turn in turns[:MOST_CHANGES]]
    alike = len(set(then)) == 1
    rows = tuple(
        cells(
            parameters[name].label,
            number(found.result.values[name]),
            number(turn.values[name]),
            percent(size),
            *(() if alike else (after,)),
        )
        for (size, name, turn), after in zip(turns, then, strict=False)
    )
    columns = (
        Column(said("change.parameter")),
        Column(said("change.now"), "right"),
        Column(said("change.threshold"), "right"),
        Column(said("change.share"), "right"),
        *(() if alike else (Column(said("change.then")),)),
    )
    note = said("change.note")
    if alike:
        note += " " + said("change.alike", then=then[0])
    if len(turns) > MOST_CHANGES:
        note += " " + said("change.more", count=len(turns) - MOST_CHANGES)
    message = capital(said("change.message", name=parameters[turns[0][1]].label, share=percent(turns[0][0])))
    idle = [quoted(found.labels.parameter(name)) for name, turn in found.threshold.alone.items() if turn is None]
    notes = [said("answer.notes_others", names=", ".join(idle))] if idle else []
    return Section("change", heading, message, (Table(columns, rows, note),), notes=(*notes, *_together(found, said)))


def _together(found: Findings, said: Words) -> tuple[str, ...]:
    assert found.threshold is not None
    together = found.threshold.together
    if together is None or len(together.values) < 2:
        return ()
    return (said("answer.notes_together", size=number(together.size)),)
