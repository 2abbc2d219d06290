"""The first page: what a reader with one minute needs, in the words of labels and without anybody's private points.

A sentence that a person wrote in the scenario's `briefing` section is signed; every other is computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kgsim.analysis.robustness_result import StructureShares
from kgsim.briefing import rounds
from kgsim.briefing.document import Point, Section
from kgsim.briefing.findings import Findings
from kgsim.language import Words
from kgsim.language.texts import english
from kgsim.messages.phrases import bounds, endings
from kgsim.messages.play import gains
from kgsim.ranking import gain
from kgsim.report.content import Cell, Column, Paragraph, Table, Tone
from kgsim.results import VERDICTS, Course, Interval
from kgsim.wording import NOISE, capital, number, percent

#: Parameters told of as what to watch, and deals told of for each way to play.
MOST_WATCHED, MOST_DEALS = 3, 2

#: Differences below this share of what a player has at stake are told as about the same.
ABOUT = 0.05


def headline(found: Findings, said: Words) -> str:
    """Return the bottom line: the author's, or else the computed one."""
    written = found.scenario.briefing.headline
    return _signed(found, said, written) if written else computed(found, said)


def computed(found: Findings, said: Words) -> str:
    """Return what the results answer, in a sentence or two and in the words of labels."""
    if not any(each.equilibria for each in found.result.structures.values()):
        return said("answer.unsolved")
    asked = _asked(found, said) if found.compare or found.scenario.briefing.ask or _claim(found) else ""
    of_rounds = rounds.headline(found, said)
    if of_rounds and not found.asks_of_rounds:
        return of_rounds
    return " ".join(filter(None, (asked, of_rounds or _compared(found, said))))


def first_page(found: Findings, said: Words) -> Section:
    """Return the first page: how sure, what deal, what decides, against today, what to watch, and dissent."""
    written = found.scenario.briefing
    points = [
        *_authors_own(found, said),
        *_points("confidence", said, _signed(found, said, written.confidence)),
        *_points("deal", said, _deal(found, said)),
        *_points("decides", said, _decides(found, said)),
        *_points("watch", said, _signed(found, said, " · ".join(written.watch)) or _watched(found, said)),
        *_points("dissent", said, _signed(found, said, written.dissent)),
    ]
    table = _table(found, said)
    blocks, note = (*points, *(() if table is None else (table,))), said("page.note")
    return Section("first-page", said("page.title"), _sure(found, said), blocks, (Paragraph(note),), notes=(note,))


def contradictions(found: Findings) -> tuple[str, ...]:
    """Return the labels of outcomes and structures that the written headline names although play reaches none of them.

    A sentence's sense is not understood: what it says of an outcome that is reached is not checked.
    """
    text = found.scenario.briefing.headline.casefold()
    reached = {outcome for each in found.result.structures.values() for outcome in each.outcomes}
    idle = [rule.label for rule in found.scenario.outcomes if rule.name not in reached]
    idle += [each.label for each in found.result.structures.values() if not each.equilibria]
    # A label within a longer one that is named and reached is no mention of its own.
    for label in sorted((found.labels.outcome(name, full=True) for name in reached), key=len, reverse=True):
        text = text.replace(label.casefold(), " ")
    return tuple(label for label in idle if label and label.casefold() in text)


def _signed(found: Findings, said: Words, text: str) -> str:
    if not text:
        return ""
    authors = said.listed(found.scenario.briefing.authors) or said("page.author")
    return said("page.signed", text=text.strip(), authors=authors)


def _points(key: str, said: Words, *texts: str) -> Iterator[Point]:
    text = " ".join(filter(None, texts))
    if text:
        yield Point(said(f"page.{key}"), text)


def _authors_own(found: Findings, said: Words) -> Iterator[Point]:
    """What the author adds to the bottom line, and what the results say beside a written one."""
    written = found.scenario.briefing
    yield from _points("so_what", said, _signed(found, said, written.so_what))
    if written.headline:
        yield from _points("computed", said, computed(found, said))
        if names := contradictions(found):
            told = said("page.contradicts", names=said.listed(f"“{name}”" for name in names))
            yield from _points("contradicted", said, told)


def _claim(found: Findings) -> str:
    return (found.ask.claim or "") if found.ask else ""


def _asked(found: Findings, said: Words) -> str:
    if found.ask is None or found.threshold is None:
        return ""
    word, ask = VERDICTS[found.threshold.now], found.ask
    if ask.claim is not None:
        return said(f"page.{word}_claim", claim=found.scenario.claims[ask.claim].says)
    assert ask.structure is not None and ask.outcome is not None
    if word == "holds" and found.result.structures[ask.structure].outcomes != (ask.outcome,):
        word = "depends"
    slots = {
        "outcome": found.labels.outcome(ask.outcome),
        "structure": found.labels.structure(ask.structure),
    }
    return said(f"page.{word}_outcome", **slots)


def _compared(found: Findings, said: Words) -> str:
    """What another way to play does to the outcome."""
    solved = {name: each for name, each in found.result.structures.items() if each.equilibria}
    if found.compare is None:
        name, solution = next(iter(solved.items()))
        return said("answer.single", origin=found.labels.structure(name), before=endings(said, solution, quoted=True))
    origin, to = (found.result.structures[name] for name in found.compare)
    before, after = (endings(said, each, quoted=True) for each in (origin, to))
    still = all(max(abs(bound) for bound in worth) < NOISE for worth in gains(found.result, *found.compare).values())
    key = "turns" if before != after else "same" if still else "shifts"
    return said(
        f"answer.{key}",
        origin=found.labels.structure(origin.name),
        to=found.labels.structure(to.name),
        before=before,
        after=after,
    )


def _sure(found: Findings, said: Words) -> str:
    """In which share of draws the answer that stands on the page is the answer."""
    drawn, ask = found.drawn, found.ask
    other = found.of_many_rounds and not found.asks_of_rounds
    if drawn is None or drawn.shares is None or ask is None or other:
        return said("page.judged")
    if ask.claim is not None:
        known = drawn.shares.claims.get(ask.claim)
        verdict = found.result.claims[ask.claim].verdict
        between = None if known is None else (getattr(known, verdict).share,) * 2
    else:
        between = stands(found, drawn.shares.structures.get(ask.structure or ""), ask.outcome or "")
    if between is None:
        return said("page.judged")
    share = said.interval(*map(percent, between))
    return said("page.share", share=share, draws=f"{drawn.draws:,}")


def stands(found: Findings, drawn: StructureShares | None, outcome: str) -> Interval | None:
    """The least and largest share of draws with the answer of the base values: ends in it, not in it, or in others too.

    Draws in which further equilibria are not ruled out lie between the two.
    """
    if drawn is None or outcome not in drawn.outcomes:
        return None
    open_, none = drawn.unproven.share, drawn.unsolved.share
    reached, only = drawn.outcomes[outcome].share, drawn.only[outcome].share
    now = found.result.structures[drawn.name].outcomes
    if not now:
        return none, none
    if now == (outcome,):
        return only, min(reached, only + open_)
    if outcome in now:
        return max(0.0, reached - only - open_), reached - only
    return max(0.0, 1.0 - reached - none - open_), 1.0 - reached - none


def _ways(found: Findings) -> list[str]:
    """The structures that the briefing is about, in the order in which it names them, those that have a solution."""
    asked = found.ask.structure if found.ask else None
    named_ones = dict.fromkeys(name for name in (asked, *(found.compare or ())) if name)
    solved = [name for name, each in found.result.structures.items() if each.equilibria]
    return [name for name in named_ones if name in solved] or solved[:1]


def _deal(found: Findings, said: Words) -> str:
    """What is on the table on the paths of play, outcome by outcome, in the words of terms."""
    told: list[str] = []
    if found.repeated:
        return ""
    for name in _ways(found):
        courses = [course for each in found.result.structures[name].equilibria for course in each.courses]
        deals = dict.fromkeys((found.labels.outcome(each.outcome), _terms(found, said, each)) for each in courses)
        told += [said("page.terms", outcome=outcome, terms=terms) for outcome, terms in list(deals)[:MOST_DEALS]]
    text = " ".join(dict.fromkeys(told))
    return capital(said("rounds.first", message=text)) if text and found.of_many_rounds else text


def _terms(found: Findings, said: Words, course: Course) -> str:
    """What an outcome holds; terms in full by their labels alone, parts of them with their size."""
    parts = []
    for name, value in course.terms.items():
        label = found.scenario.terms[name] or name
        size = "" if value == 1.0 else percent(value) if 0.0 < value < 1.0 else number(value)
        parts.append(said("page.part", label=label, size=size) if size else label)
    return "; ".join(parts) or said("page.no_terms")


def _decides(found: Findings, said: Words) -> str:
    """The threshold: as a ratio of two parameters with one unit, or else from where to where within its range."""
    told = found.number
    if told is None or found.threshold is None:
        return "" if found.threshold is None else said("page.nothing_decides")
    parameters, values = found.scenario.parameters, found.result.values
    label, other = parameters[told.parameter].label, _partner(found)
    if other:
        weight = values[other]
        shares = {"ratio": percent(told.value / weight), "now": percent(found.threshold.base / weight)}
        return said("page.ratio", label=label, other=parameters[other].label, **shares)
    spread = bounds(said, parameters[told.parameter].range)
    slots = {"label": label, "base": number(found.threshold.base), "value": number(told.value), "range": spread}
    return said("page.from_to", **slots)


def _partner(found: Findings) -> str:
    """A parameter in the same points as the number's, by which it can be measured; empty if there is none."""
    assert found.number is not None
    parameters, told = found.scenario.parameters, found.number
    unit = parameters[told.parameter].unit
    positive = min(told.value, found.result.values[told.parameter]) > NOISE
    if not positive or not unit or english(unit) in ("share", "probability"):
        return ""
    able = [
        name
        for name, each in parameters.items()
        if each.unit == unit and name != told.parameter and found.result.values[name] > NOISE
    ]
    if told.other in able:
        return told.other
    return max(able, key=lambda name: found.result.values[name], default="")


def _watched(found: Findings, said: Words) -> str:
    """The parameters that turn the answer after the shortest way, and in which direction."""
    if found.threshold is None:
        return ""
    turns = sorted(
        ((turn.size, name, turn.values[name]) for name, turn in found.threshold.alone.items() if turn is not None),
    )[:MOST_WATCHED]
    parts = (
        said(
            "page.rises" if value > found.result.values[name] else "page.falls",
            label=found.scenario.parameters[name].label,
        )
        for _, name, value in turns
    )
    listed = "; ".join(parts)
    return said("page.turns", parts=listed) if listed else ""


def _table(found: Findings, said: Words) -> Table | None:
    """Each player's order of the ways to play that the page names, against today or else against the first of them."""
    ways = _ways(found)
    columns: dict[str, Mapping[str, Interval]] = {}
    if found.today:
        columns[said("today.now", today=found.labels.outcome(found.today))] = found.result.outcome_payoffs[found.today]
    columns |= {found.labels.structure(name): found.result.structures[name].values for name in ways}
    if len(columns) < 2:
        return None
    base, *others = columns
    rows = []
    for player, label in found.scenario.players.items():
        worth = {column: values[player] for column, values in columns.items()}
        near = max(ABOUT * _stake(found, player), NOISE)
        places = {column: _place(said, worth, column, near) for column in columns}
        against = (_against(said, gain(worth[base], worth[each]), places[each], near) for each in others)
        rows.append((Cell(label), Cell(places[base] or "-"), *against))
    heads = (Column(said("page.who")), Column(capital(base)), *(Column(capital(each)) for each in others))
    return Table(heads, tuple(rows), said("page.table", base=base, about=percent(ABOUT)))


def _stake(found: Findings, player: str) -> float:
    """From the worst to the best that a player may get out of any outcome."""
    ends = [bound for payoffs in found.result.outcome_payoffs.values() for bound in payoffs[player]]
    return max(ends) - min(ends)


def _against(said: Words, worth: Interval, place: str, near: float) -> Cell:
    """A gain in words, and whether it makes the best or the worst of what the table shows."""
    low, high = worth
    word, tone = _sense(low, high, near)
    told = said(f"page.{word}")
    return Cell(said("page.extreme", told=told, place=place) if place else told, tone=tone)


def _sense(low: float, high: float, near: float) -> tuple[str, Tone]:
    if max(abs(low), abs(high)) <= near:
        return "same", ""
    if low > near:
        return "better", "good"
    if high < -near:
        return "worse", "bad"
    return ("no_worse" if low >= -near else "no_better" if high <= near else "open"), "unsure"


def _place(said: Words, worth: Mapping[str, Interval], column: str, near: float) -> str:
    """Whether nothing else in the table is better by more than about the same, and something surely worse; or worst."""
    low, high = worth[column]
    above, below = ([low - other[1] for other in worth.values()], [other[0] - high for other in worth.values()])
    for word, ahead in (("best", above), ("worst", below)):
        if min(each for name, each in zip(worth, ahead, strict=True) if name != column) >= -near and max(ahead) > near:
            return said(f"page.{word}")
    return ""
