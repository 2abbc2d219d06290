"""What people read of the shipped bypass names nothing by an identifier that has a label."""

from __future__ import annotations

import re

import pytest

import kgsim
from kgsim.language.texts import told_in
from kgsim.report import names, plain, sections
from kgsim.report.content import Heading


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


SHIPPED = ("letter_2025", "hanoi_2019_known", "snap_back", "loudspeaker_reciprocity")


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_whole_report_names_what_has_a_label_by_it(name: str, lang: str) -> None:
    """Names stand in the appendix alone; a Korean report tells players, moves and outcomes in Korean."""
    told = told_in(kgsim.solve(kgsim.load(name)), lang)
    blocks = sections.of_result(told)
    appendix = next(place for place, block in enumerate(blocks) if block == Heading(names.TITLE))
    text = plain.render(blocks[:appendix])
    said = told.scenario.labels
    labelled = {own for section in ("structures", "claims", "parameters", "terms") for own in said.full[section]}
    telling = {own for own in labelled if "_" in own}
    assert telling and not telling & set(re.findall(r"\w+", text))
    if lang == "ko":
        outcomes = {said.outcome(outcome) for each in told.structures.values() for outcome in each.outcomes}
        assert not any(re.search("[A-Za-z]", outcome) for outcome in outcomes) and all(map(text.__contains__, outcomes))
