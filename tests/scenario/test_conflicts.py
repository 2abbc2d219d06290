"""Conflicts in graph form: what a file says, and what is said of a file that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgsim.errors import ScenarioError
from kgsim.scenario.conflicts import StatedConflict, load_conflict, read_conflict
from kgsim.scenario.load import load

SOUND = """\
kgsim: 1
title: A dispute over a dam
graph:
  players: {up: Upstream, down: Downstream}
  options:
    up: {build: build the dam, share: share the water}
    down: {sue: go to court}
  irreversible: [build]
  infeasible: ["NY-"]
  preferences:
    up: [YNN, YYN, [NNN, NNY], YYY, YNY]
  priorities:
    down: [not build > 0, share, not (sue and not build)]
  unknown:
    down: [[YNN, YNY]]
  status_quo: NNN
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "dam.yaml"
    path.write_text(text)
    return path


SOUND = SOUND.replace("not build > 0", "not build")


def test_options_give_states_moves_and_words(tmp_path):
    found = read_conflict(written(tmp_path, SOUND))
    assert list(found.states) == ["NNN", "NNY", "YNN", "YNY", "YYN", "YYY"]
    assert found.states["YYN"] == ("build the dam, share the water", "")
    assert set(found.moves["down"]) == {(a + b, a + c) for a in ("NN", "YN", "YY") for b, c in ("NY", "YN")}
    assert ("YNN", "YYN") in found.moves["up"] and ("YNN", "NNN") not in found.moves["up"]
    assert found.ranking["up"][2] == ("NNN", "NNY")
    assert found.ranking["down"] == (("NNN",), ("NNY",), ("YYN", "YYY"), ("YNN", "YNY"))
    assert found.unknown["down"] == (("YNN", "YNY"),)
    assert found.status_quo == "NNN"


def test_states_may_leave_options_open(tmp_path):
    text = SOUND.replace('infeasible: ["NY-"]', 'states: {none: NNN, dam: YNN, trial: "--Y"}')
    head, _, _ = text.partition("  preferences:")
    ranks = "  preferences: {up: [dam, none, trial], down: [none, trial, dam]}\n"
    found = read_conflict(written(tmp_path, head + ranks))
    assert found.moves["down"] == (("none", "trial"), ("dam", "trial"), ("trial", "none"), ("trial", "dam"))
    assert found.moves["up"] == (("none", "dam"),)


FAULTS = [
    ("build]", "bild]", "graph.irreversible[0]", "no option named 'bild'", "'build'"),
    ('"NY-"', '"NY"', "graph.infeasible[0]", "expected 3 letters", "build, share, sue"),
    ('"NY-"', '"---"', "graph.infeasible", "0 states are left", "feasible"),
    ("YYY, YNY]", "YYY]", "graph.preferences.up", "does not rank YNY", "every state once"),
    ("YYY, YNY]", "YYY, YNY, YNN]", "graph.preferences.up[5]", "run in a circle", "once"),
    ("YYY, YNY]", "YYY, YNX]", "graph.preferences.up[4]", "no state named 'YNX'", "Did you mean"),
    ("    down: [not", "    dawn: [not", "graph.priorities.dawn", "no player named 'dawn'", "'down'"),
    ("[not build", "[not bild", "graph.priorities.down[0]", "bild", "build"),
    ("status_quo: NNN", "status_quo: NYN", "graph.status_quo", "no state named 'NYN'", "Did you mean"),
    ("  irreversible", "  irreversable", "graph.irreversable", "no key 'irreversable'", "'irreversible'"),
    ("down: {sue", "down: {build", "graph.options.down", "stands twice", "of its own"),
]


@pytest.mark.parametrize(("before", "after", "key", "message", "remedy"), FAULTS)
def test_a_fault_is_told_with_its_place_and_a_remedy(tmp_path, before, after, key, message, remedy):
    assert before in SOUND
    with pytest.raises(ScenarioError) as caught:
        read_conflict(written(tmp_path, SOUND.replace(before, after)))
    told = {problem.key: problem for problem in caught.value.problems}
    assert message in told[key].message and remedy in told[key].remedy and told[key].line


def test_a_conflict_in_which_nobody_can_move_is_refused(tmp_path):
    text = "kgsim: 1\ntitle: t\ngraph: {players: {a: A}, states: {s: one, t: two}, preferences: {a: [s, t]}}\n"
    with pytest.raises(ScenarioError, match="nobody can move"):
        read_conflict(written(tmp_path, text))


def test_a_conflict_is_no_scenario_and_a_scenario_no_conflict(tmp_path):
    path = written(tmp_path, SOUND)
    assert isinstance(load_conflict(path), StatedConflict)
    assert load_conflict("bypass").digest == load("bypass").digest, "a shipped scenario by its bare name"
    with pytest.raises(ScenarioError, match="kgsim stability"):
        load(path)
