"""A study's result as one JSON document: strict JSON, the same bytes for the same inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kgsim.report.files import Inputs
from kgsim.report.provenance import versions
from kgsim.scenario.model import Scenario
from kgsim.wording import rounded


def of_study(scenario: Scenario, inputs: Inputs, findings: Mapping[str, Any]) -> dict[str, Any]:
    """Return findings with what they were found from; a directory that holds them is known by `Inputs`."""
    return {
        "versions": versions(),
        "scenario": {"name": scenario.name, "title": scenario.title, "digest": scenario.digest},
        "values": {name: rounded(value) for name, value in inputs.values.items()},
        "structures": list(inputs.structures),
        "settings": dict(inputs.settings),
        **findings,
    }
