"""Cases side by side."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from small import offer

import kgsim
from first_edition import FIRST_EDITION
from kgsim.cli import main
from kgsim.scenario.values import read_values

TEXT = offer().text[0]


def test_analysts_who_agree_and_differ() -> None:
    # The offer is taken where x + y > 1; the base values are 0.8 and 0.8.
    found = kgsim.compare(offer(), values={"sure": {"x": 0.9}, "doubter": {"x": 0.1}, "torn": {"x": 0.5, "y": 0.4}})
    assert found.cases == ("file", "sure", "doubter", "torn")
    row = next(row for row in found.structures if row.name == "offer")
    assert row.outcomes["file"] == row.outcomes["sure"] == ("deal",)
    assert "deal" not in row.outcomes["doubter"]
    assert row.agree is False
    assert row.turned_by == {"doubter": ("x",), "torn": ()}  # 0.5 + 0.8 and 0.8 + 0.4 are both above 1
    taken, low = found.claims
    assert taken.verdicts == {"file": "holds", "sure": "holds", "doubter": "fails", "torn": "fails"}
    assert low.verdicts["doubter"] == "holds" and low.agree is False
    assert {row.name: dict(row.values) for row in found.parameters} == {
        "x": {"file": 0.8, "sure": 0.9, "doubter": 0.1, "torn": 0.5},
        "y": {"file": 0.8, "sure": 0.8, "doubter": 0.8, "torn": 0.4},
    }
    assert any("differ on" in sentence and "offer" in sentence for sentence in found.sentences)


def test_every_case_is_what_the_solver_gives() -> None:
    bypass, front = (kgsim.load(FIRST_EDITION / f"{name}.yaml") for name in ("bypass", "coordinated_front"))
    found = kgsim.compare(bypass, front, structures=["bypass", "front"])
    for name, scenario in {"bypass": bypass, "coordinated_front": front}.items():
        single = kgsim.solve(scenario, structures=["bypass", "front"])
        for row in found.structures:
            assert set(row.outcomes[name]) == set(single.structures[row.name].outcomes)
            assert row.values[name] == single.structures[row.name].values
    for row in found.parameters:
        assert bypass.parameters[row.name].value != front.parameters[row.name].value


def test_what_one_case_lacks_is_no_disagreement() -> None:
    other = kgsim.loads(
        TEXT.replace("  offer: {play", "  talks: {play").replace("offer, deal", "talks, deal"), name="t"
    )
    found = kgsim.compare(offer(), other)
    rows = {row.name: row for row in found.structures}
    assert rows["offer"].agree is None and rows["offer"].outcomes["t"] is None
    assert rows["union"].agree is True
    assert "offer" not in " ".join(found.sentences)


def test_equal_cases_agree_on_everything_and_names_stay_apart() -> None:
    found = kgsim.compare(offer(), offer())
    assert found.cases == ("offer", "offer (2)")
    assert all(row.agree for row in (*found.structures, *found.claims))
    assert found.parameters == () and "No parameter differs." in found.sentences


@pytest.mark.parametrize(
    ("count", "asked", "message"),
    [
        (1, {}, "nothing to compare"),
        (0, {}, "nothing to compare"),
        (2, {"values": {"a": {"x": 1.0}}}, "single scenario"),
        (1, {"values": {"a": {"z": 1.0}}}, "no parameter 'z'"),
        (1, {"values": {"file": {"x": 1.0}}}, "cannot be called"),
        (2, {"structures": ["ofer"]}, "offer"),
    ],
)
def test_what_cannot_be_compared(count, asked, message) -> None:
    with pytest.raises(kgsim.GameError, match=message):
        kgsim.compare(*[offer()] * count, **asked)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("values: {z: 1}", 1, "no parameter 'z'"),
        ("title: A\nvalues:\n  x: much", 3, "finite number"),
        ("values:\n  x: 0.5\n  y: 7", 3, "leaves the range"),
        ("title: A", None, "no values are given"),
        ("valeus: {x: 1}\nvalues: {x: 1}", 1, "has no 'valeus'"),
        ("title: 3\nvalues: {x: 1}", 1, "expected a text"),
        ("values: {x: yes}", 1, "finite number"),
        ("values: {x: true}", 1, "finite number"),
    ],
)
def test_broken_files_of_values(text: str, line: int | None, message: str, tmp_path: Path) -> None:
    file = tmp_path / "v.yaml"
    file.write_text(text)
    with pytest.raises(kgsim.ScenarioError, match=message) as caught:
        read_values(file, offer())
    assert caught.value.problems[0].path == file
    assert line is None or caught.value.problems[0].line == line


def test_values_beyond_the_range_need_leave(tmp_path: Path) -> None:
    file = tmp_path / "far.yaml"
    file.write_text("because: To see.\nvalues: {x: 7}")
    found = read_values(file, offer(), beyond_range=True)
    assert (found.name, found.title, found.values) == ("far", "far", {"x": 7.0})


def test_the_command(tmp_path: Path) -> None:
    (tmp_path / "offer.yaml").write_text(TEXT)
    (tmp_path / "low.yaml").write_text("title: A doubter\nvalues: {x: 0.1}")
    command = ["compare", str(tmp_path / "offer.yaml"), "--values", str(tmp_path / "low.yaml")]
    done = CliRunner().invoke(main, [*command, "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert "A doubter" in done.output
    document = json.loads((tmp_path / "out" / "result.json").read_text())["comparison"]
    assert document["structures"]["offer"]["agree"] is False
    assert document["parameters"]["x"]["values"] == {"file": 0.8, "A doubter": 0.1}
    assert (tmp_path / "out" / "comparison.svg").exists()
    (tmp_path / "low.yaml").write_text("title: A doubter\nvalues: {x: 0.2}")
    again = CliRunner().invoke(main, [*command, "--out", str(tmp_path / "out")])
    assert again.exit_code == 0, again.output
    document = json.loads((tmp_path / "out" / "result.json").read_text())["comparison"]
    assert document["parameters"]["x"]["values"] == {"file": 0.8, "A doubter": 0.2}
    twice = CliRunner().invoke(main, [*command, "--values", str(tmp_path / "low.yaml")])
    assert twice.exit_code == 2 and "another title" in twice.output
