"""A digest of everything that the score of a back-test depends on, so that a freeze can be verified and not only said.

It covers parameters with their ranges and distributions, quantities, terms, moves, types, outcomes, utilities, and the
structure or the repeated game that the history is scored in; labels, reasons, evidence and layout change nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from hashlib import sha256
from typing import Any

from kgsim.scenario.expressions import Expression
from kgsim.scenario.model import Backtest, Scenario

#: What is told of entries and decides nothing.
_WORDS = {"label", "says", "because", "certainty", "evidence", "unit"}


def frozen_digest(scenario: Scenario, test: Backtest) -> str:
    """SHA-256 of what a back-test's score depends on, in hexadecimal.

    Entries that are left at their default are left out, so that a digest outlives additions to the format.
    """
    structures = {name for name in (test.structure,) if name}
    if test.repeated:
        structures.add(scenario.repeated[test.repeated].stage)
    for name in list(structures):
        structures |= _fallen_back_on(scenario, name)
    parts = {
        "parameters": scenario.parameters,
        "quantities": scenario.quantities,
        "terms": sorted(scenario.terms),
        # A decision's actions name its moves; the mapping of moves holds nothing else but their labels.
        "decisions": {name: replace(each, moves={}) for name, each in scenario.decisions.items()},
        "types": scenario.types,
        "outcomes": scenario.outcomes,
        "utilities": scenario.utilities,
        "structures": {name: scenario.structures[name] for name in sorted(structures)},
        "repeated": {test.repeated: scenario.repeated[test.repeated]} if test.repeated else {},
        "strategies": scenario.strategies if test.repeated else {},
    }
    return sha256(json.dumps(_plain(parts), sort_keys=True).encode()).hexdigest()


def _fallen_back_on(scenario: Scenario, name: str) -> set[str]:
    """The structures whose values a structure's blocs fall back on, and those that these fall back on."""
    found: set[str] = set()
    for bloc in scenario.structures[name].blocs.values():
        if isinstance(bloc.disagreement, str) and bloc.disagreement not in found:
            found |= {bloc.disagreement} | _fallen_back_on(scenario, bloc.disagreement)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Expression):
        return " ".join(value.text.split())
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if is_dataclass(value):
        kept = (each for each in fields(value) if each.name not in _WORDS)
        found = {each.name: (getattr(value, each.name), each) for each in kept}
        return {name: _plain(own) for name, (own, each) in found.items() if own != _default(each)}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, (set, frozenset)):
        return sorted(map(str, value))
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)


def _default(field: Field[Any]) -> Any:
    return field.default_factory() if field.default_factory is not MISSING else field.default
