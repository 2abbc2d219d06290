"""One briefing's findings and document, shared by all tests, and where they are written."""

from __future__ import annotations

import pytest

import kgsim
from first_edition import FIRST_EDITION
from kgsim.analysis.thresholds import EFFORT, WITH_TYPES
from kgsim.briefing.compose import compose
from kgsim.briefing.document import Document
from kgsim.briefing.findings import Findings, find


@pytest.fixture(scope="session", autouse=True)
def coarse():
    """A coarse map and few draws: what a briefing says of them is tested, not how fine they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kgsim.briefing.findings.MAP_POINTS", 11)
        patch.setattr("kgsim.briefing.findings.DRAWS", 40)
        patch.setattr("kgsim.briefing.findings.BOX_DRAWS", 300)
        patch.setattr("kgsim.briefing.findings.FEWER_POINTS", 3)
        patch.setattr("kgsim.briefing.findings.FEWER_DRAWS", 128)
        patch.setattr("kgsim.analysis.thresholds.EFFORT", EFFORT._replace(rounds=2))
        patch.setattr("kgsim.analysis.thresholds.WITH_TYPES", WITH_TYPES._replace(points=5, directions=4, rounds=1))
        yield


@pytest.fixture(scope="session")
def bypass() -> Findings:
    """Findings on the shipped scenario."""
    return find(kgsim.load(FIRST_EDITION / "bypass.yaml"))


@pytest.fixture(scope="session")
def document(bypass: Findings) -> Document:
    """The briefing on it, with a banner."""
    return compose(bypass, classification="FOR EXERCISE ONLY")
