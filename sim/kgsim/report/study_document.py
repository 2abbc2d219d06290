"""A study's result as one JSON document: strict JSON, the same bytes for the same inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kgsim.report.provenance import versions
from kgsim.scenario.model import Scenario
from kgsim.wording import rounded


def of_study(
    scenario: Scenario,
    values: Mapping[str, float],
    structures: Sequence[str],
    settings: Mapping[str, object],
    findings: Mapping[str, Any],
) -> dict[str, Any]:
    """Return findings with what they were found from: the scenario, values, structures and the study's settings."""
    return {
        "versions": versions(),
        "scenario": {"name": scenario.name, "title": scenario.title, "digest": scenario.digest},
        "values": {name: rounded(value) for name, value in values.items()},
        "structures": list(structures),
        "settings": {name: str(value) for name, value in settings.items()},
        **findings,
    }
