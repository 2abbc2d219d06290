"""`kgsim update`: the answer, its files, and errors."""

from __future__ import annotations

import json
from pathlib import Path

from kgsim import load as kgsim_scenario

EVENTS = """
kgsim-events: 1
title: A dry year
evidence: {s: {title: a paper, fact: it says so, source: the paper, certainty: high}}
events:
  built: {date: 2025-01-01, says: "No dam is built", evidence: [s], not outcome: OUTCOME}
"""


def test_it_tells_and_keeps_what_survives(kgsim, talks, tmp_path):
    first = kgsim_scenario(talks).outcomes[0].name
    (tmp_path / "events.yaml").write_text(EVENTS.replace("OUTCOME", first))
    done = kgsim("update", talks, "--events", "events.yaml", "--draws", 256, "--out", "u")
    assert done.exit_code == 0, done.output
    assert "no probabilities of anything" in " ".join(done.stdout.split())
    kept = json.loads(Path("u/result.json").read_text())
    assert kept["update"]["events"]["built"]["date"] == "2025-01-01"
    assert set(kept["update"]["survival"]) == set(kept["structures"])
    assert not Path("u/unfinished").exists()
    again = kgsim("update", talks, "--events", "events.yaml", "--draws", 256, "--out", "v", "--workers", 2)
    assert again.exit_code == 0 and Path("v/result.json").read_bytes() == Path("u/result.json").read_bytes()


def test_without_events_it_says_what_to_watch(kgsim, talks):
    done = kgsim("update", talks, "--draws", 256, "--no-plots", "--out", "u")
    assert done.exit_code == 0 and "What to watch" in done.stdout


def test_errors_name_the_place(kgsim, talks, tmp_path):
    (tmp_path / "events.yaml").write_text(EVENTS.replace("OUTCOME", "no such thing"))
    done = kgsim("update", talks, "--events", "events.yaml", "--out", "u")
    assert done.exit_code == 2
    assert "events.yaml:6:" in done.stderr and "no outcome 'no such thing'" in done.stderr
    assert kgsim("update", talks, "--events", talks).exit_code == 2
    assert not Path("u/result.json").exists()
