"""Strict YAML: what scalars mean, where things stand, and how one file is laid over another."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from kgsim.errors import ScenarioError
from kgsim.scenario.extends import read_chain
from kgsim.scenario.load import load, loads
from kgsim.scenario.source import dotted, plain_scalar, read_text, read_yaml

DATA = Path(__file__).parents[1] / "data"

SCALARS = {
    "no": "no",
    "yes": "yes",
    "on": "on",
    "true": True,
    "False": False,
    "~": None,
    "null": None,
    "": None,
    "1e3": 1000.0,
    "1E-2": 0.01,
    ".5": 0.5,
    "5.": 5.0,
    "-3": -3,
    "+3": 3,
    "012": 12,
    "0o14": 12,
    "0x1F": 31,
    "1_000": "1_000",
    "0b11": "0b11",
    "12:30:45": "12:30:45",
    "2025-06-13": "2025-06-13",
    ".inf": math.inf,
    "-.INF": -math.inf,
    "1.2.3": "1.2.3",
    "e3": "e3",
    ".": ".",
    "-": "-",
    "٣": "٣",
}


@pytest.mark.parametrize("text", SCALARS)
def test_scalars_follow_the_core_schema(text: str) -> None:
    value = plain_scalar(text)
    assert value == SCALARS[text]
    assert type(value) is type(SCALARS[text])


def test_not_a_number() -> None:
    value = plain_scalar(".nan")
    assert isinstance(value, float)
    assert math.isnan(value)


def test_quoted_scalars_are_texts() -> None:
    source = read_yaml("a: '1'\nb: \"true\"\nc: |\n  1\n", None)
    assert source.data == {"a": "1", "b": "true", "c": "1\n"}


def test_places_of_keys_and_values() -> None:
    source = read_yaml("a:\n  b: [10, {c: 'x'}]\n", Path("file.yaml"))
    assert source.keys["a", "b"][1:] == (2, 3)
    assert source.values["a", "b"][1:] == (2, 6)
    assert source.values["a", "b", 0][1:] == (2, 7)
    assert source.keys["a", "b", 1, "c"][1:] == (2, 12)
    assert source.values["a", "b", 1, "c"] == (Path("file.yaml"), 2, 15)
    assert source.inset["a", "b", 1, "c"] == 1
    assert dotted(("a", "b", 1, "c")) == "a.b[1].c"


def test_all_duplicates_are_reported_at_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        read_yaml("a: 1\na: 2\nb: {c: 1, c: 2}\n", None)
    assert [(problem.line, problem.key) for problem in caught.value.problems] == [(2, "a"), (3, "b.c")]


@pytest.mark.parametrize(
    ("character", "code"),
    [("\\v", "U+000B"), ("\\x1b", "U+001B"), ("\\ud83d", "U+D83D"), ("\\uffff", "U+FFFF"), ("\\b", "U+0008")],
)
def test_characters_that_no_document_holds_are_told_with_their_place(character: str, code: str) -> None:
    """Escapes of YAML write what the file itself must not hold; XML, and so every SVG and slide, has no way to."""
    with pytest.raises(ScenarioError) as error:
        read_yaml(f'title: "talks"\nlabels: ["one", "two{character}"]\n"key{character}": 1\n', None)
    value, key = error.value.problems
    assert (value.line, value.column, value.key) == (2, 17, "labels[1]")
    assert code in value.message and "Delete it" in value.remedy
    assert key.line == 3 and code in key.message


@pytest.mark.parametrize("text", ["tab\there", "next\u0085line", "no\u00a0break", "\U0001f4e8", "서울"])
def test_other_characters_are_let_through(text: str) -> None:
    assert read_yaml(f"title: '{text}'", None).data == {"title": text.replace("\u0085", " ")}


def test_half_of_a_character_in_a_text_from_python_is_told() -> None:
    with pytest.raises(ScenarioError, match="not allowed in YAML"):
        loads("title: \ud83d")


def test_links_in_a_circle_are_told(tmp_path: Path) -> None:
    for name, target in {"loop.yaml": "loop.yaml", "ring.yaml": "loop.yaml"}.items():
        (tmp_path / name).symlink_to(tmp_path / target)
        with pytest.raises(ScenarioError, match="a link that leads back to itself"):
            load(tmp_path / name)
    text = (DATA / "border.yaml").read_text()
    for key in ("extends", "ledger"):
        (tmp_path / "child.yaml").write_text(f"{key}: ring.yaml\n" + text.replace("ledger:", "# "))
        with pytest.raises(ScenarioError, match="a link that leads back to itself"):
            load(tmp_path / "child.yaml")


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "windows.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: two\r\n")
    assert read_yaml(read_text(path), path).data == {"a": 1, "b": "two"}


def lay(parent: str, child: str, tmp_path: Path):
    (tmp_path / "parent.yaml").write_text(parent, encoding="utf-8")
    path = tmp_path / "child.yaml"
    path.write_text("extends: parent.yaml\n" + child, encoding="utf-8")
    return read_chain(read_text(path), path, tmp_path)


def test_mappings_merge_and_everything_else_replaces(tmp_path: Path) -> None:
    source = lay("a: {x: 1, y: [1, 2]}\nb: 1\n", "c: 3\na: {y: [3], z: 4}\n", tmp_path)
    assert source.data == {"a": {"x": 1, "y": [3], "z": 4}, "b": 1, "c": 3}
    assert list(source.data) == ["a", "b", "c"]
    assert list(source.data["a"]) == ["x", "y", "z"]


def test_entries_keep_the_place_where_they_were_written(tmp_path: Path) -> None:
    source = lay("a: {x: 1, y: 2}\n", "a: {y: 3}\n", tmp_path)
    assert source.values["a", "x"] == (tmp_path / "parent.yaml", 1, 8)
    assert source.values["a", "y"] == (tmp_path / "child.yaml", 2, 8)


def test_null_removes(tmp_path: Path) -> None:
    assert lay("a: {x: 1, y: 2}\nb: 1\n", "a: {x: ~}\nb:\n", tmp_path).data == {"a": {"y": 2}}


def test_null_for_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no inherited 'z' to remove"):
        lay("a: {x: 1}\n", "a: {z: ~}\n", tmp_path)


def test_new_outcomes_come_first_and_changed_ones_keep_their_place(tmp_path: Path) -> None:
    parent = "outcomes: {deal: {when: {A: x}}, rest: {otherwise: true}}\n"
    child = "outcomes: {deal: {label: Deal}, war: {when: {A: y}}, siege: {when: {A: z}}}\n"
    source = lay(parent, child, tmp_path)
    assert list(source.data["outcomes"]) == ["war", "siege", "deal", "rest"]
    assert source.data["outcomes"]["deal"] == {"when": {"A": "x"}, "label": "Deal"}


def test_ledgers_add_up_and_keep_their_places(tmp_path: Path) -> None:
    source = lay("ledger: one.yaml\n", "ledger: [two.yaml, three.yaml]\n", tmp_path)
    assert source.data["ledger"] == ["one.yaml", "two.yaml", "three.yaml"]
    assert source.values["ledger", 0].path == tmp_path / "parent.yaml"
    assert source.values["ledger", 2].path == tmp_path / "child.yaml"


def test_circles_are_told_in_full(tmp_path: Path) -> None:
    for name, parent in [("a", "b"), ("b", "c"), ("c", "a")]:
        (tmp_path / f"{name}.yaml").write_text(f"extends: {parent}.yaml\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"circle: a.yaml -> b.yaml -> c.yaml -> a.yaml"):
        load(tmp_path / "a.yaml")


def test_chains_are_bounded(tmp_path: Path) -> None:
    for number in range(13):
        text = f"extends: {number + 1}.yaml\n" if number < 12 else "kgsim: 1\n"
        (tmp_path / f"{number}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match="more than 10 files"):
        load(tmp_path / "0.yaml")


def test_a_child_of_a_valid_scenario(tmp_path: Path) -> None:
    text = f"""
extends: {(DATA / "border.yaml").as_posix()}
kgsim: 1
title: A dearer offer
parameters: {{cost: {{value: 6}}}}
claims: {{C1: ~}}
outcomes: {{silence: {{when: {{P: wait, N: accept}}, terms: {{alone: 0.25}}}}}}
"""
    scenario = loads(text, name="dearer")
    parent = load(DATA / "border.yaml")
    assert scenario.title == "A dearer offer"
    assert scenario.question == parent.question
    assert scenario.base == {**parent.base, "cost": 6.0}
    assert list(scenario.claims) == ["C2", "C3"]
    assert [rule.name for rule in scenario.outcomes][:2] == ["silence", "separate deal"]
    assert len(scenario.text) == 2
    assert scenario.digest != parent.digest
    assert scenario.evidence == parent.evidence


def test_problems_in_what_is_inherited_name_the_parent(tmp_path: Path) -> None:
    parent = tmp_path / "border.yaml"
    parent.write_bytes((DATA / "border.yaml").read_bytes())
    (tmp_path / "border_evidence.yaml").write_bytes((DATA / "border_evidence.yaml").read_bytes())
    child = tmp_path / "child.yaml"
    child.write_text("extends: border.yaml\nkgsim: 1\ntitle: x\nparameters: {cost: ~}\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(child)
    assert {problem.path for problem in caught.value.problems} == {parent}
    assert all("'cost'" in problem.message for problem in caught.value.problems)
