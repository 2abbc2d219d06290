"""The JSON Schema that editors read is generated from the models, complete, and in step with them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kgsim.scenario.schema import json_schema
from kgsim.scenario.source import read_text, read_yaml

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"


def test_the_published_schema_is_in_step() -> None:
    published = json.loads((ROOT / "docs" / "scenario.schema.json").read_text(encoding="utf-8"))
    assert published == json_schema(), "write it anew with `kgsim schema > docs/scenario.schema.json`"


def test_every_key_is_described_and_no_other_is_allowed() -> None:
    schema = json_schema()
    for entry in [schema, *schema["$defs"].values()]:
        assert entry["additionalProperties"] is False
        for name, field in entry["properties"].items():
            assert field.get("description") or "$ref" in field, name


def test_valid_scenarios_satisfy_it_and_misspelt_keys_do_not() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(json_schema())
    validator = jsonschema.Draft202012Validator(json_schema())
    path = DATA / "border.yaml"
    data = read_yaml(read_text(path), path).data
    assert list(validator.iter_errors(data)) == []
    assert list(validator.iter_errors({**data, "titel": "x"})) != []
    del data["players"]
    assert list(validator.iter_errors(data)) != []
    assert list(validator.iter_errors({**data, "extends": "border.yaml"})) == []


def test_overlays_may_be_partial_and_remove_entries_but_not_misspell() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json_schema())
    overlay = {"kgsim": 1, "extends": "border.yaml", "parameters": {"cost": {"value": 6}, "gain": None}, "claims": None}
    assert list(validator.iter_errors(overlay)) == []
    del overlay["extends"]
    assert list(validator.iter_errors(overlay)) != []
    overlay |= {"extends": "border.yaml", "parameters": {"cost": {"valeu": 6}}}
    assert list(validator.iter_errors(overlay)) != []


@pytest.mark.parametrize("path", sorted((ROOT / "scenarios").rglob("*.yaml")), ids=lambda path: path.name)
def test_shipped_scenarios_satisfy_it(path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json_schema())
    errors = [
        f"{list(error.absolute_path)}: {error.message}"
        for error in validator.iter_errors(read_yaml(read_text(path), path).data)
    ]
    assert errors == []
