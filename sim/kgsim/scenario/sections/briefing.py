"""The briefing section: what `kgsim brief` puts in the foreground."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kgsim.scenario.model import Ask, Briefing, Parameter, Price
from kgsim.scenario.names import suggestion
from kgsim.scenario.problems import Report
from kgsim.scenario.references import Declared
from kgsim.scenario.schema import AskEntry, CompareEntry, PriceEntry, ScenarioFile
from kgsim.scenario.source import Key

_SECTION = "briefing"


def read_briefing(
    file: ScenarioFile, parameters: Mapping[str, Parameter], declared: Declared, report: Report
) -> Briefing:
    """Read the section; names that do not exist and halves of questions are reported."""
    entry = file.briefing
    for place, name in enumerate(entry.map or ()):
        _named((_SECTION, "map", place), name, declared.parameters, "parameter", report)
    if entry.map and entry.map[0] == entry.map[1]:
        report.add((_SECTION, "map"), "a map needs two different parameters", "Replace one of them.")
    moved: tuple[tuple[Key, str | None], ...] = (
        *(((_SECTION, "map", place), name) for place, name in enumerate(entry.map or ())),
        ((_SECTION, "ask", "parameter"), entry.ask.parameter if entry.ask else None),
        ((_SECTION, "price", "along"), entry.price.along if entry.price else None),
    )
    for key, along in moved:
        if along is not None and along in parameters and parameters[along].range[0] == parameters[along].range[1]:
            report.add(key, f"the range of {along} is a single point", "Widen its range, or name another parameter.")
    if entry.today is not None:
        _named((_SECTION, "today"), entry.today, declared.outcomes, "outcome", report)
    return Briefing(
        ask=_ask(entry.ask, tuple(file.claims), declared, report) if entry.ask else None,
        compare=_compare(entry.compare, declared, report) if entry.compare else None,
        map=(entry.map[0], entry.map[1]) if entry.map else None,
        price=_price(entry.price, declared, report) if entry.price else None,
        today=entry.today or "",
        headline=_said(entry.headline),
        so_what=_said(entry.so_what),
        watch=_several(entry.watch),
        dissent=_said(entry.dissent),
        confidence=_said(entry.confidence),
        authors=_several(entry.authors),
    )


def _said(text: str) -> str:
    """The text as it is, in all its languages, unless it is blank."""
    return text if text.strip() else ""


def _several(given: str | Sequence[str]) -> tuple[str, ...]:
    return tuple(filter(None, map(_said, [given] if isinstance(given, str) else given)))


def _ask(entry: AskEntry, claims: tuple[str, ...], declared: Declared, report: Report) -> Ask:
    key = (_SECTION, "ask")
    by_outcome = entry.structure is not None and entry.outcome is not None
    halves = (entry.structure is None) != (entry.outcome is None)
    if halves or by_outcome == (entry.claim is not None):
        report.add(key, "ask one question: a claim, or a structure together with an outcome", "Give either, not both.")
    for part, name, known in (
        ("claim", entry.claim, claims),
        ("structure", entry.structure, declared.structures),
        ("outcome", entry.outcome, declared.outcomes),
        ("parameter", entry.parameter, declared.parameters),
    ):
        if name is not None:
            _named((*key, part), name, known, part, report)
    return Ask(entry.claim, entry.structure, entry.outcome, entry.parameter)


def _compare(entry: CompareEntry, declared: Declared, report: Report) -> tuple[str, str]:
    _pair((_SECTION, "compare"), entry, declared, report)
    return entry.from_, entry.to


def _price(entry: PriceEntry, declared: Declared, report: Report) -> Price | None:
    key = (_SECTION, "price")
    _pair(key, entry, declared, report)
    for part, name in (("payee", entry.payee), ("payer", entry.payer)):
        _named((*key, part), name, declared.players, "player", report)
    if entry.payee == entry.payer:
        report.add((*key, "payer"), "nobody pays itself", "Name another player as payer or payee.")
    _named((*key, "along"), entry.along, declared.parameters, "parameter", report)
    rate = report.formula(
        (*key, "rate"),
        entry.rate,
        {"parameter": declared.parameters, "quantity": declared.quantities},
        refused=declared.elsewhere(terms_allowed=False),
    )
    return Price(entry.from_, entry.to, entry.payee, entry.payer, rate, entry.along) if rate is not None else None


def _pair(key: Key, entry: CompareEntry | PriceEntry, declared: Declared, report: Report) -> None:
    for part, name in (("from", entry.from_), ("to", entry.to)):
        _named((*key, part), name, declared.structures, "structure", report)
    if entry.from_ == entry.to:
        report.add((*key, "to"), "a structure does not differ from itself", "Name two different structures.")


def _named(key: Key, name: str, known: Iterable[str], kind: str, report: Report) -> None:
    known = list(known)
    if name not in known:
        report.add(key, f"there is no {kind} named {name!r}", suggestion(name, known, kind))
