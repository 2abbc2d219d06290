"""Back-tests: histories that name a structure, the outcomes they count as, and rivals that a model should rule out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kgsim.scenario.evidence import check_date
from kgsim.scenario.model import Backtest, Evidence
from kgsim.scenario.names import suggestion
from kgsim.scenario.problems import Report
from kgsim.scenario.references import Declared
from kgsim.scenario.schema import BacktestEntry, ScenarioFile
from kgsim.scenario.sections.parameters import check_evidence
from kgsim.scenario.source import Key

_DIGEST = re.compile(r"[0-9a-f]{64}")


def read_backtests(
    file: ScenarioFile, declared: Declared, evidence: dict[str, Evidence] | None, report: Report
) -> dict[str, Backtest]:
    """Check that every back-test names what there is, and sets what happened against something else."""
    backtests = {}
    for name, entry in file.backtests.items():
        key: Key = ("backtests", name)
        check_evidence(key, entry.evidence, evidence, report)
        if not entry.says.strip():
            report.add((*key, "says"), "the back-test says nothing", "State what happened in a plain sentence.")
        frozen, digest = _frozen((*key, "frozen"), entry, report)
        _check_where(key, entry, declared, report)
        happened = _outcomes((*key, "happened"), entry.happened, declared, report)
        rival = _outcomes((*key, "rival"), entry.rival, declared, report)
        backtest = Backtest(
            name=name,
            says=entry.says,
            structure=entry.structure,
            happened=happened,
            rival=rival,
            frozen=frozen,
            digest=digest,
            because=entry.because,
            evidence=tuple(entry.evidence),
            repeated=entry.repeated,
        )
        for both in sorted(set(backtest.observed) & set(backtest.rivals)):
            report.add((*key, "rival"), f"{both!r} is what happened too", "A rival is what did not happen.")
        if entry.repeated and len(rival) != len(happened):
            count = len(happened)
            report.add(
                (*key, "rival"),
                f"the rival path has {len(rival)} rounds and what happened has {count}",
                f"Name {count} outcomes, one for each round, in order.",
            )
        backtests[name] = backtest
    return backtests


def _frozen(key: Key, entry: BacktestEntry, report: Report) -> tuple[str, str]:
    """The date of the freeze, and the digest that proves it if one is stated."""
    if isinstance(entry.frozen, str):
        check_date(key, entry.frozen, report, whole=True)
        return entry.frozen, ""
    check_date((*key, "date"), entry.frozen.date, report, whole=True)
    if not _DIGEST.fullmatch(entry.frozen.digest):
        remedy = "Copy the 64 digits that `kgsim backtest --digest` prints."
        report.add((*key, "digest"), "this is not a SHA-256 digest", remedy)
    return entry.frozen.date, entry.frozen.digest


def _check_where(key: Key, entry: BacktestEntry, declared: Declared, report: Report) -> None:
    if bool(entry.structure) == bool(entry.repeated):
        report.add(
            key,
            "the back-test names " + ("both a structure and" if entry.structure else "neither a structure nor")
            + " a repeated game",
            "Say under `structure` or under `repeated` in which one history is scored.",
        )  # fmt: skip
    for kind, name, known in (
        ("structure", entry.structure, declared.structures),
        ("repeated", entry.repeated, tuple(declared.repeated)),
    ):
        if name and name not in known:
            noun = "structure" if kind == "structure" else "repeated game"
            report.add((*key, kind), f"there is no {noun} named {name!r}", suggestion(name, known, noun))


def _outcomes(key: Key, given: str | Sequence[str], declared: Declared, report: Report) -> tuple[str, ...]:
    outcomes = (given,) if isinstance(given, str) else tuple(given)
    if not outcomes:
        report.add(key, "no outcome is named", "Name one or more of the scenario's outcomes.")
    for outcome in outcomes:
        if outcome not in declared.outcomes:
            remedy = suggestion(outcome, declared.outcomes, "outcome")
            report.add(key, f"there is no outcome named {outcome!r}", remedy)
    return outcomes
