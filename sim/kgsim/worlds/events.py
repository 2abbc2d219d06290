"""What happened, as an events file tells it: dated, sourced observations, competing readings, things to watch for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path

from kgsim.errors import GameError, Problem
from kgsim.scenario.evidence import check_date, read_evidence
from kgsim.scenario.model import Evidence
from kgsim.scenario.problems import Report
from kgsim.scenario.schema_errors import check_shape
from kgsim.scenario.schema_events import ConditionEntry, EventsFile, HypothesisEntry
from kgsim.scenario.sections.parameters import check_evidence
from kgsim.scenario.shipped import located
from kgsim.scenario.source import Key, Place, dotted, read_text, read_yaml
from kgsim.wording import counted

Names = frozenset[str]


@dataclass(frozen=True)
class Condition:
    """What was observed, as a condition on one play of a structure; all that is given is true together.

    Attributes
    ----------
    outcomes, not_outcomes
        It was one of these, and none of those; None where nothing is said.
    moves, not_moves
        Decision to the moves one of which, or none of which, was made.
    claim, holds
        A claim of the scenario that holds, or fails; it is then the whole condition.
    structures
        Structures that something is said about; None for all.
    """

    outcomes: Names | None = None
    not_outcomes: Names = frozenset()
    moves: Mapping[str, Names] = field(default_factory=dict)
    not_moves: Mapping[str, Names] = field(default_factory=dict)
    claim: str = ""
    holds: bool = True
    structures: Names | None = None


@dataclass(frozen=True)
class Observation:
    """An event, or something that could be seen next.

    Attributes
    ----------
    section
        ``events`` or ``watch``, where the file has it; ``outcomes`` if no file does.
    date
        When it was known, or by when it could be; None if nothing says so.
    """

    name: str
    says: str
    condition: Condition
    section: str = "events"
    date: str | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hypothesis:
    """A reading of the situation: the worlds that it allows.

    Attributes
    ----------
    structures
        Structures of play; None for all.
    claim, holds
        A claim that must hold, or fail; empty if none need.
    box
        Parameter to least and largest value.
    """

    name: str
    says: str
    structures: Names | None = None
    claim: str = ""
    holds: bool = True
    box: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Events:
    """Everything an events file says; whether a scenario has what it names is asked later.

    Attributes
    ----------
    events, hypotheses, watch
        By name; events in order of date.
    digest
        SHA-256 of the file's text.
    places
        Where entries are written, by dotted key.
    """

    title: str
    events: Mapping[str, Observation]
    hypotheses: Mapping[str, Hypothesis] = field(default_factory=dict)
    watch: Mapping[str, Observation] = field(default_factory=dict)
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    path: Path | None = None
    digest: str = ""
    places: Mapping[str, Place] = field(default_factory=dict, compare=False, repr=False)

    def __repr__(self) -> str:
        return f"Events({self.title!r}, {counted(len(self.events), 'event')})"

    def until(self, day: str | None) -> Events:
        """The same without what was known only after a day, YYYY-MM-DD.

        Raises
        ------
        GameError
            If it is no date.
        """
        if day is None:
            return self
        try:
            date.fromisoformat(day)
        except ValueError:
            raise GameError(f"{day!r} is not a date: write YYYY-MM-DD") from None
        return replace(self, events={name: each for name, each in self.events.items() if (each.date or "") <= day})

    def problem(self, key: Key, message: str, remedy: str) -> Problem:
        """What is wrong with an entry, with its place."""
        place = next(
            (self.places[dotted(key[:end])] for end in range(len(key), 0, -1) if dotted(key[:end]) in self.places),
            Place(self.path, 1, 1),
        )
        return Problem(message, remedy, dotted(key), *place)


#: Nothing has happened yet.
NO_EVENTS = Events("Nothing has happened yet", {})


def load_events(path: str | Path) -> Events:
    """Read and check an events file.

    Parameters
    ----------
    path
        A YAML file of events format 1, or the bare name of a shipped one; ledgers that it names are read too.

    Raises
    ------
    ScenarioError
        With every problem found, each with file, line, column, key and remedy.
    """
    path = located(path, "events")
    return _checked(read_text(path), path, path.parent)


def loads_events(text: str, *, directory: str | Path = ".") -> Events:
    """Read and check events from text; paths of ledgers start at `directory`.

    Raises
    ------
    ScenarioError
        As for `load_events`.
    """
    return _checked(text, None, Path(directory))


def _checked(text: str, path: Path | None, directory: Path) -> Events:
    report = Report(read_yaml(text, path))
    file = check_shape(EventsFile, report)
    evidence = read_evidence(file, directory, report)
    if not file.title.strip() and report.sound("title"):
        report.add(("title",), "the title is empty", "Fill it in.")
    events = {}
    latest = ""
    for name, entry in file.events.items():
        key: Key = ("events", name)
        check_date((*key, "date"), entry.date, report, whole=True)
        if entry.date < latest:
            report.add((*key, "date"), f"{entry.date} is before the event above ({latest})", "Order events by date.")
        latest = max(latest, entry.date)
        if not entry.evidence:
            report.add((*key, "evidence"), "the event has no source", "Cite evidence by its id, here or in the ledger.")
        check_evidence(key, entry.evidence, evidence, report)
        condition = _condition(key, entry, report)
        _check_says(key, entry.says, report)
        events[name] = Observation(name, entry.says, condition, "events", entry.date, tuple(entry.evidence))
    watch = {}
    for name, each in file.watch.items():
        if each.by is not None:
            check_date(("watch", name, "by"), each.by, report, whole=True)
        _check_says(("watch", name), each.says, report)
        watch[name] = Observation(name, each.says, _condition(("watch", name), each, report), "watch", each.by)
    hypotheses = {name: _hypothesis(name, entry, report) for name, entry in file.hypotheses.items()}
    report.raise_if_any()
    places = {dotted(key): place for key, place in report.source.keys.items() if 0 < len(key) <= 4}
    digest = sha256(text.encode()).hexdigest()
    return Events(file.title, events, hypotheses, watch, evidence or {}, path, digest, places)


def _check_says(key: Key, says: str, report: Report) -> None:
    if not says.strip():
        report.add((*key, "says"), "this says nothing", "State what was seen in a plain sentence.")


def _condition(key: Key, entry: ConditionEntry, report: Report) -> Condition:
    play = [name for name in _PLAY if getattr(entry, name)]
    claims = [name for name in ("claim", "not_claim") if getattr(entry, name)]
    if not play and not claims:
        report.add(
            key,
            "there is no condition on how play ends",
            "Say what was seen under `outcome`, `not outcome`, `moves`, `not moves`, `claim` or `not claim`.",
        )
    if len(claims) > 1 or (claims and play):
        report.add(key, "a claim is the whole of a condition", "Write two entries with the same date.")
    return Condition(
        _names(entry.outcome),
        _names(entry.not_outcome) or frozenset(),
        dict(_by_decision(entry.moves)),
        dict(_by_decision(entry.not_moves)),
        entry.claim or entry.not_claim or "",
        not entry.not_claim,
        _names(entry.inside),
    )


#: Keys of a condition that speak of one play.
_PLAY = ("outcome", "not_outcome", "moves", "not_moves")


def _hypothesis(name: str, entry: HypothesisEntry, report: Report) -> Hypothesis:
    key: Key = ("hypotheses", name)
    _check_says(key, entry.says, report)
    if entry.claim and entry.not_claim:
        report.add(key, "one claim is what a hypothesis takes", "Write two hypotheses.")
    box = {}
    for parameter, bounds in entry.box.items():
        if len(bounds) != 2 or bounds[0] > bounds[1]:
            report.add((*key, "box", parameter), "expected [low, high]", "Write two numbers, the smaller one first.")
            continue
        box[parameter] = (bounds[0], bounds[1])
    claim = entry.claim or entry.not_claim or ""
    return Hypothesis(name, entry.says, _names(entry.structures), claim, not entry.not_claim, box)


def _names(given: str | list[str] | None) -> Names | None:
    if given is None:
        return None
    return frozenset([given] if isinstance(given, str) else given)


def _by_decision(given: Mapping[str, str | list[str]]) -> Iterator[tuple[str, Names]]:
    for decision, moves in given.items():
        yield decision, frozenset([moves] if isinstance(moves, str) else moves)
