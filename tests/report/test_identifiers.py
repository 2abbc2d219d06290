"""What people read of the shipped bypass names nothing by an identifier that has a label."""

from __future__ import annotations

import re

import pytest

import kgsim
from kgsim.language.texts import told_in
from kgsim.report import plain, sections


@pytest.fixture(scope="module")
def result() -> kgsim.Result:
    return kgsim.solve(kgsim.load("bypass"))


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_labels_stand_for_names(result: kgsim.Result, lang: str) -> None:
    told = told_in(result, lang)
    text = plain.render(sections.in_brief(told)) + " ".join(claim.sentence for claim in told.claims.values())
    labelled = {*told.scenario.structures, *told.scenario.claims, *told.scenario.parameters}
    telling = {name for name in labelled if "_" in name}
    assert len(telling) > 10
    assert not telling & set(re.findall(r"\w+", text))
    if lang == "ko":
        sentences = " ".join(claim.sentence for claim in told.claims.values())
        assert not set(re.findall("[A-Za-z]{2,}", sentences)) - {"ICBM"}
