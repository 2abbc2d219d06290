"""`kgsim predict` and `kgsim score`: one file, written once, and refused when it was edited."""

from __future__ import annotations

import json
from pathlib import Path

EVENTS = """
kgsim-events: 1
title: A dry year
evidence: {s: {title: a paper, fact: it says so, source: the paper, certainty: high}}
events:
  built: {date: 2025-01-01, says: "No dam is built", evidence: [s], not outcome: dam}
"""


def test_a_prediction_is_sealed_and_scored(kgsim, talks, tmp_path):
    (tmp_path / "events.yaml").write_text(EVENTS)
    asked = ["predict", talks, "--events", "events.yaml", "--until", "2999-12-31", "--seal", "s.json", "--draws", 64]
    done = kgsim(*asked)
    assert done.exit_code == 0, done.output
    assert "Prediction: talks, by 2999-12-31" in done.stdout
    again = kgsim(*asked)
    assert again.exit_code == 2 and "never replaced" in again.stderr
    scored = kgsim("score", "s.json", "--events", "events.yaml", "--scenario", talks, "--format", "json")
    assert scored.exit_code == 0, scored.output
    assert json.loads(scored.stdout)["own"]["misses"] == 0 and json.loads(scored.stdout)["verified"]
    assert "No event counts yet" in kgsim("score", "s.json", "--events", "events.yaml").stdout
    Path("s.json").write_text(Path("s.json").read_text().replace("2999", "2998"))
    refused = kgsim("score", "s.json", "--events", "events.yaml")
    assert refused.exit_code == 2 and "edited after it was sealed" in refused.stderr


def test_a_day_that_is_past_is_none_to_predict(kgsim, talks):
    refused = kgsim("predict", talks, "--until", "2020-01-01", "--seal", "s.json", "--draws", 64)
    assert refused.exit_code == 2 and "for a later day" in refused.stderr and not Path("s.json").exists()


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_drawn(kgsim, talks):
    """A folder that is not there, and a file that is no prediction, cost nobody a long wait."""
    refused = kgsim("predict", talks, "--until", "2999-12-31", "--seal", "missing/s.json", "--draws", 10**9)
    assert refused.exit_code == 2 and "there is no folder missing" in refused.stderr
    Path("notes.json").write_text("mine")
    refused = kgsim("predict", talks, "--until", "2999-12-31", "--seal", "notes.json", "--draws", 10**9)
    assert refused.exit_code == 2 and "such as notes-2.json" in refused.stderr
    assert Path("notes.json").read_text() == "mine"
