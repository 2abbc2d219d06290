"""Back-tests: histories that name a structure, the outcomes they count as, and rivals that a model should rule out."""

from __future__ import annotations

from collections.abc import Sequence

from kgsim.scenario.evidence import check_date
from kgsim.scenario.model import Backtest, Evidence
from kgsim.scenario.names import suggestion
from kgsim.scenario.problems import Report
from kgsim.scenario.references import Declared
from kgsim.scenario.schema import ScenarioFile
from kgsim.scenario.sections.parameters import check_evidence
from kgsim.scenario.source import Key


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
        check_date((*key, "frozen"), entry.frozen, report, whole=True)
        if entry.structure not in declared.structures:
            remedy = suggestion(entry.structure, declared.structures, "structure")
            report.add((*key, "structure"), f"there is no structure named {entry.structure!r}", remedy)
        happened = _outcomes((*key, "happened"), entry.happened, declared, report)
        rival = _outcomes((*key, "rival"), entry.rival, declared, report)
        for both in sorted(set(happened) & set(rival)):
            report.add((*key, "rival"), f"{both!r} is what happened too", "A rival is what did not happen.")
        backtests[name] = Backtest(
            name, entry.says, entry.structure, happened, rival, entry.frozen, entry.because, tuple(entry.evidence)
        )
    return backtests


def _outcomes(key: Key, given: str | Sequence[str], declared: Declared, report: Report) -> tuple[str, ...]:
    outcomes = (given,) if isinstance(given, str) else tuple(given)
    if not outcomes:
        report.add(key, "no outcome is named", "Name one or more of the scenario's outcomes.")
    for outcome in outcomes:
        if outcome not in declared.outcomes:
            remedy = suggestion(outcome, declared.outcomes, "outcome")
            report.add(key, f"there is no outcome named {outcome!r}", remedy)
    return outcomes
