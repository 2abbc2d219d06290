"""The events that are shipped: they fit the reference model, cite what there is, and tell its structures apart."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema

import kgsim
from kgsim.scenario.schema_events import json_schema
from kgsim.scenario.source import read_text, read_yaml

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "events" / "korea_2025.yaml"


def test_the_published_schema_is_in_step_and_the_events_satisfy_it() -> None:
    schema = json_schema()
    published = json.loads((ROOT / "docs" / "events.schema.json").read_text("utf-8"))
    assert published == schema, "write it anew with `kgsim schema --events > docs/events.schema.json`"
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    data = read_yaml(read_text(EVENTS), EVENTS).data
    assert not list(validator.iter_errors(data))
    assert list(validator.iter_errors({**data, "titel": "x"}))


def test_events_are_sourced_and_dated() -> None:
    told = kgsim.load_events(EVENTS)
    for event in told.events.values():
        assert "2025-06" <= event.date <= "2025-11" and event.evidence
    cited = {name for event in told.events.values() for name in event.evidence}
    own = [each for each in told.evidence.values() if each.place and each.place.path == EVENTS]
    assert own and {each.id for each in own} <= cited
    assert all(each.url for each in own)


def test_they_leave_worlds_of_the_reference_model_and_move_what_they_should() -> None:
    """No deal all summer speaks for an arsenal that is dearer to Pyongyang, whatever the structure."""
    scenario = kgsim.load(ROOT / "scenarios" / "bypass.yaml")
    result = kgsim.update(scenario, kgsim.load_events(EVENTS), draws=512)
    assert 0.1 < result.left < 0.9
    assert result.discriminates("no_deal") and result.spread("no_deal") > 0.1
    hypotheses = result.hypotheses
    assert hypotheses["arsenal_dear"].left > hypotheses["arsenal_for_sale"].left


def test_the_sealed_prediction_is_as_it_was_written_and_what_was_known_still_stands() -> None:
    """It speaks of a day to come and is never edited; the events file is only carried on."""
    sealed = kgsim.read_sealed(ROOT / "predictions" / "korea_2027_06.json")
    assert (sealed.scenario, sealed.sealed, sealed.until) == ("bypass", "2026-12-01", "2027-06-30")
    score = kgsim.score(sealed, kgsim.load_events(EVENTS))
    assert len(score.outturns) == len(sealed.outcomes)
    assert {"no change", "no deal", "a random structure"} == set(score.baselines)
    assert any(each.structures["bypass"] == "excluded" for each in sealed.statements), "single readings commit"
