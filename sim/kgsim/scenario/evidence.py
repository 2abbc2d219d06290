"""The evidence ledger: sources and facts that scenarios cite by id."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from kgsim.errors import Problem, ScenarioError
from kgsim.scenario.model import Evidence, Scenario
from kgsim.scenario.problems import Report
from kgsim.scenario.schema import EvidenceEntry, LedgerFile, ScenarioFile
from kgsim.scenario.schema_errors import check_shape
from kgsim.scenario.schema_events import EventsFile
from kgsim.scenario.source import RELATIVE, Key, Place, read_text, read_yaml

_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)


def read_ledger(path: Path) -> dict[str, Evidence]:
    """Read a ledger file.

    Raises
    ------
    ScenarioError
        With every problem of the file.
    """
    return _parse_ledger(read_text(path), path)


def _parse_ledger(text: str, path: Path) -> dict[str, Evidence]:
    report = Report(read_yaml(text, path))
    file = check_shape(LedgerFile, report)
    entries = _entries("entries", file.entries, report)
    report.raise_if_any()
    return entries


def read_evidence(file: ScenarioFile | EventsFile, directory: Path, report: Report) -> dict[str, Evidence] | None:
    """Gather a file's ledgers and its own entries; None if a ledger cannot be read."""
    found: dict[str, Evidence] = {}
    complete = report.sound("ledger", "evidence")
    read: set[str] = set()
    listed: list[tuple[Key, str]] = []
    if isinstance(file.ledger, str):
        listed = [(("ledger",), file.ledger)]
    elif file.ledger is not None:
        listed = [(("ledger", index), name) for index, name in enumerate(file.ledger)]
    for key, name in listed:
        writer = report.place(key).path
        path = (writer.parent if writer is not None else directory) / name
        if (real := os.path.realpath(path)) in read:
            continue
        read.add(real)
        try:
            text = read_text(path)
        except ScenarioError as error:
            first = error.problems[0]
            report.add(key, f"the ledger {name!r} cannot be read: {first.message}", f"{first.remedy} {RELATIVE}")
            complete = False
            continue
        try:
            _add(found, _parse_ledger(text, path), report, key)
        except ScenarioError as error:
            report.extend("ledger", error.problems)
            complete = False
    _add(found, _entries("evidence", file.evidence, report), report, ("evidence",))
    return found if complete else None


def _add(found: dict[str, Evidence], more: Mapping[str, Evidence], report: Report, key: Key) -> None:
    for name, entry in more.items():
        if name in found:
            place = found[name].place
            where = f" ({place.path}, line {place.line})" if place is not None else ""
            report.add(
                (*key, name) if key == ("evidence",) else key,
                f"evidence {name!r} is already in another ledger{where}",
                "Rename one of them, or delete it.",
            )
        else:
            found[name] = entry


def _entries(section: str, entries: Mapping[str, EvidenceEntry], report: Report) -> dict[str, Evidence]:
    evidence = {}
    for name, entry in entries.items():
        key: Key = (section, name)
        for required in ("title", "fact", "source"):
            if not getattr(entry, required).strip():
                report.add((*key, required), f"the {required} is empty", "Fill it in.")
        if entry.date is not None:
            check_date((*key, "date"), entry.date, report)
        if entry.url is not None and not re.match(r"https?://\S+$", entry.url):
            report.add((*key, "url"), f"{entry.url!r} is not a web address", "Start it with https://.")
        evidence[name] = Evidence(
            name,
            entry.title,
            entry.fact,
            entry.source,
            entry.certainty,
            entry.date,
            entry.url,
            entry.context,
            report.place(key, at_key=True),
        )
    return evidence


#: Unused entries of one ledger that are told one by one.
FEW_UNUSED = 3


def check_date(key: Key, text: str, report: Report, *, whole: bool = False) -> None:
    """Report what is not a date YYYY-MM-DD or, unless `whole`, YYYY-MM or YYYY."""
    form = "YYYY-MM-DD" if whole else "YYYY-MM-DD, YYYY-MM or YYYY"
    try:
        if not _DATE.fullmatch(text) or (whole and len(text) != 10):
            raise ValueError
        date.fromisoformat(text + "2000-01-01"[len(text) :])
    except ValueError:
        report.add(key, f"{text!r} is not a date", f"Write {form}.")


def unused_evidence(scenarios: Iterable[Scenario]) -> tuple[Problem, ...]:
    """Return what none of these scenarios cites and is not marked as context: a problem an entry, or one a ledger.

    Many unused entries mean that other scenarios share the ledger, which are not among these.
    """
    cited: set[str] = set()
    known: dict[str, Evidence] = {}
    for scenario in scenarios:
        known |= scenario.evidence
        for parameter in scenario.parameters.values():
            cited.update(parameter.evidence)
        for claim in scenario.claims.values():
            cited.update(claim.evidence)
        for backtest in scenario.backtests.values():
            cited.update(backtest.evidence)
        cited.update(name for own in scenario.levers.values() for lever in own.values() for name in lever.evidence)
    unused: dict[Path | None, list[Evidence]] = {}
    for name, entry in known.items():
        if name not in cited and not entry.context:
            unused.setdefault(entry.place.path if entry.place else None, []).append(entry)
    return tuple(problem for entries in unused.values() for problem in _unused(entries))


def _unused(entries: list[Evidence]) -> Iterator[Problem]:
    if len(entries) <= FEW_UNUSED:
        for entry in entries:
            message = f"no parameter, claim or back-test cites evidence {entry.id!r}"
            remedy = "Cite it, mark it `context: true`, or delete it."
            yield Problem(message, remedy, f"evidence.{entry.id}", *(entry.place or Place(None, 1, 1)))
        return
    names = ", ".join(entry.id for entry in entries)
    path = entries[0].place.path if entries[0].place else None
    yield Problem(
        f"{len(entries)} entries of the ledger are cited by nothing in the files given: {names}",
        "Check all scenarios that share the ledger at once, such as `kgsim check scenarios/*.yaml`.",
        "evidence",
        path,
        1,
        1,
    )
