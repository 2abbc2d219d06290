"""Evidence ledgers: read with the same care as scenarios, and nothing in them forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgsim.errors import ScenarioError
from kgsim.scenario.evidence import read_ledger, unused_evidence
from kgsim.scenario.load import load, loads

DATA = Path(__file__).parents[1] / "data"
LEDGER = (DATA / "border_evidence.yaml").read_text(encoding="utf-8")


def test_a_ledger_and_inline_entries_add_up() -> None:
    scenario = load(DATA / "border.yaml")
    assert list(scenario.evidence) == ["E1", "E2", "note"]
    entry = scenario.evidence["E1"]
    assert (entry.title, entry.certainty, entry.date) == ("Report", "high", "2024-05")
    assert entry.place is not None
    assert entry.place.path == DATA / "border_evidence.yaml"


@pytest.mark.parametrize(
    ("old", "new", "key", "says"),
    [
        ("kgsim-evidence: 1", "kgsim-evidence: 2", "kgsim-evidence", "expected the number 1"),
        ("title: Report,", "", "entries.E1.title", "lacks the key 'title'"),
        ("title: Report,", "titel: x, title: Report,", "entries.E1.titel", "no key 'titel'"),
        ("title: Report,", 'title: "",', "entries.E1.title", "empty"),
        ("certainty: high", "certainty: sure", "entries.E1.certainty", "expected high"),
        ("date: 2024-05", "date: May 2024", "entries.E1.date", "not a date"),
        ("date: 2024-05", "date: 2024-13", "entries.E1.date", "not a date"),
        ('"https://example.org/report"', "example.org", "entries.E1.url", "not a web address"),
        ("  E2:", "  E1:", "entries.E1", "given twice"),
    ],
)
def test_broken_ledgers(old: str, new: str, key: str, says: str, tmp_path: Path) -> None:
    assert LEDGER.count(old) == 1
    path = tmp_path / "border_evidence.yaml"
    path.write_text(LEDGER.replace(old, new), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_ledger(path)
    (problem,) = caught.value.problems
    assert problem.key == key
    assert says in problem.message
    assert problem.path == path

    (tmp_path / "border.yaml").write_bytes((DATA / "border.yaml").read_bytes())
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path / "border.yaml")
    assert caught.value.problems == (problem,)


def test_what_no_scenario_cites_is_reported_unless_it_is_context() -> None:
    text = (DATA / "border.yaml").read_text(encoding="utf-8")
    sparing = text.replace("evidence: [E1, E2], certainty: low", "evidence: [E1], certainty: low")
    sparing = loads(sparing.replace(", evidence: [E2]}", "}"), directory=DATA)
    (problem,) = unused_evidence([sparing])
    assert problem.key == "evidence.E2"
    assert problem.path == DATA / "border_evidence.yaml"
    assert problem.line == 4
    assert unused_evidence([sparing, load(DATA / "border.yaml")]) == ()
