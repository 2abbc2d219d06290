"""`kgsim advise`: the answer, its files, and errors."""

from __future__ import annotations

import json
from pathlib import Path


def test_it_tells_and_keeps_what_choices_give(kgsim, talks):
    done = kgsim("advise", talks, "--for", "Donor", "--draws", 64, "--out", "a")
    assert done.exit_code == 0, done.output
    kept = json.loads(Path("a/result.json").read_text())["advice"]
    assert kept["player"] == "Donor" and "as it is" in kept["choices"]
    assert {"regret.png", "signposts.svg", "result.md"} <= {path.name for path in Path("a").iterdir()}
    assert "none counts" not in done.stdout and "No world counts as likelier" in " ".join(done.stdout.split())


def test_errors_say_who_and_what_there_is(kgsim, talks):
    assert "no player 'Doner'" in kgsim("advise", talks, "--for", "Doner").stderr
    refused = kgsim("advise", talks, "--for", "Donor", "--lever", "nothing")
    assert refused.exit_code == 2 and "no parameter 'nothing'" in refused.stderr
    assert not Path("out").exists()
