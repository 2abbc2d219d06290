"""Names: well-formed, not reserved, and each standing for one thing only."""

from __future__ import annotations

from kgsim.scenario.names import fault_of_name, fault_of_outcome
from kgsim.scenario.problems import Report
from kgsim.scenario.references import Declared
from kgsim.scenario.source import Key

_KINDS = {
    "players": "a player",
    "decisions": "a decision",
    "parameters": "a parameter",
    "quantities": "a quantity",
    "terms": "a term",
    "chance": "a chance event",
}


def check_names(declared: Declared, report: Report) -> None:
    """Report names that cannot be names, and names that stand for two things."""
    data = report.source.data
    taken: dict[str, str] = {}
    for section, kind in _KINDS.items():
        for name in data.get(section) or () if isinstance(data.get(section), dict) else ():
            _check(report, (section, name), name)
            if name in taken:
                report.add(
                    (section, name),
                    f"{name!r} is already {taken[name]}",
                    "Rename one of the two; a name stands for one thing.",
                    at_key=True,
                )
            else:
                taken[name] = kind
    for player, kinds in (data.get("types") or {}).items() if isinstance(data.get("types"), dict) else ():
        for name in kinds if isinstance(kinds, dict) else ():
            _check(report, ("types", player, name), name)
            if name in taken:
                message = f"{name!r} is already {taken[name]}"
                report.add(("types", player, name), message, "Rename one of the two.", at_key=True)
            taken[name] = "a type"
    for name in declared.structures:
        _check(report, ("structures", name), name)
    for name in data.get("claims") or () if isinstance(data.get("claims"), dict) else ():
        _check(report, ("claims", name), name)
    for decision, moves in declared.moves.items():
        for move in moves:
            _check(report, ("moves", decision, move), move)
    for name in declared.outcomes:
        fault = fault_of_outcome(name)
        if fault is not None:
            report.add(("outcomes", name), f"{name!r} cannot name an outcome: {fault}", "Rename it.", at_key=True)


def _check(report: Report, key: Key, name: str) -> None:
    fault = fault_of_name(name)
    if fault is not None:
        report.add(key, f"{name!r} cannot be a name: {fault}", "Rename it.", at_key=True)
