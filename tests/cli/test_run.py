"""`kgsim run`: what it prints, what it keeps, and what it refuses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import jsonschema
import pytest

import kgsim.evaluate
from kgsim.report import document, figures, files

COMMAND = [sys.executable, "-c", "from kgsim.cli import main; main()"]


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def never(*_: object, **__: object) -> NoReturn:
    raise AssertionError("nothing may be computed")


def interrupted(*_: object, **__: object) -> NoReturn:
    raise KeyboardInterrupt


def test_prints_a_plain_table_with_the_answer_first(kgsim, talks):
    done = kgsim("run", talks, "--no-plots")
    assert done.exit_code == 0
    for said in (
        "apart ends in joint settlement or dam, depending on which equilibrium is played.",
        "in_turn and together end in joint settlement.",
        "Of 3 claims, 2 hold; apart_saves_the_river depends on the equilibrium played.",
        "The set is complete",
    ):
        assert said in " ".join(done.stdout.split())
    assert "\x1b" not in done.stdout
    assert not set(done.stdout) & set("│┃─━┏└")


def test_a_claim_that_does_not_hold_is_no_error(kgsim, talks):
    talks.write_text(talks.read_text().replace("prob(apart, dam) == 0", "prob(apart, dam) > 1"))
    done = kgsim("run", talks, "--no-plots")
    assert done.exit_code == 0
    assert "apart_saves_the_river     fails" in done.stdout


def test_json_is_one_document_on_stdout_and_the_same_as_the_file(kgsim, talks):
    done = kgsim("run", talks, "--format", "json", "--no-plots")
    printed = json.loads(done.stdout, parse_constant=never)
    jsonschema.validate(printed, document.schema())
    assert printed["structures"]["apart"]["values"]["Donor"] == [-6, -4]
    assert done.stdout == Path("out/talks/result.json").read_text()


def test_markdown_is_the_same_as_the_file(kgsim, talks):
    done = kgsim("run", talks, "--format", "markdown", "--no-plots")
    assert done.stdout.startswith("# A dam on a shared river\n")
    assert done.stdout == Path("out/talks/result.md").read_text()


def test_keeps_results_and_figures_and_says_where(kgsim, talks):
    done = kgsim("run", talks, "--structure", "in_turn", "--out", "kept")
    assert sorted(contents(Path("kept"))) == sorted(
        ["result.json", "result.md"]
        + [f"{stem}.{kind}" for stem in ("payoffs", "outcomes", "game-in_turn") for kind in ("png", "svg")]
    )
    assert "wrote to kept: result.json, result.md, payoffs.png" in done.stderr
    assert (Path("kept") / "payoffs.png").read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in (Path("kept") / "payoffs.svg").read_bytes()


def test_the_same_run_may_write_again_and_writes_the_same_bytes(kgsim, talks):
    kgsim("run", talks)
    first = contents(Path("out/talks"))
    again = kgsim("run", talks)
    assert again.exit_code == 0
    assert contents(Path("out/talks")) == first


@pytest.mark.parametrize(
    ("arguments", "difference"),
    [
        (["--set", "harm=10"], "harm is 12, not 10"),
        (["--structure", "apart"], "of structures apart, in_turn, together, not apart"),
    ],
)
def test_a_different_result_is_not_overwritten_unless_told_to(kgsim, talks, monkeypatch, arguments, difference):
    kgsim("run", talks)
    before = contents(Path("out/talks"))
    with monkeypatch.context() as patch:
        patch.setattr(kgsim_evaluate(), "solve", never)
        refused = kgsim("run", talks, *arguments)
    assert refused.exit_code == 2
    assert difference in refused.stderr
    assert "--force" in refused.stderr and "--out" in refused.stderr and "out/talks" in refused.stderr
    assert contents(Path("out/talks")) == before
    assert kgsim("run", talks, *arguments, "--force").exit_code == 0
    assert contents(Path("out/talks"))["result.json"] != before["result.json"]


def test_a_value_with_many_digits_is_known_again(kgsim, talks):
    for _ in range(2):
        assert kgsim("run", talks, "--set", "harm=10.12345678901234567", "--no-plots").exit_code == 0


def test_an_edited_scenario_is_a_different_result(kgsim, talks):
    kgsim("run", talks, "--no-plots")
    talks.write_text(talks.read_text() + "\n# a remark\n")
    refused = kgsim("run", talks, "--no-plots")
    assert refused.exit_code == 2
    assert "another text of scenario talks" in refused.stderr


def test_force_removes_figures_of_the_replaced_result_and_nothing_else(kgsim, talks):
    kgsim("run", talks)
    notes = Path("out/talks/notes.txt")
    notes.write_text("mine")
    kgsim("run", talks, "--structure", "apart", "--no-plots", "--force")
    assert sorted(contents(Path("out/talks"))) == ["notes.txt", "result.json", "result.md"]


def test_a_foreign_result_is_not_overwritten(kgsim, talks):
    Path("here").mkdir()
    Path("here/result.json").write_text("[]")
    refused = kgsim("run", talks, "--out", "here")
    assert refused.exit_code == 2
    assert "not one that kgsim wrote" in refused.stderr


def test_an_unwritable_place_is_an_error_before_anything_is_computed(kgsim, talks, monkeypatch):
    Path("file").write_text("")
    monkeypatch.setattr(kgsim_evaluate(), "solve", never)
    for place, reason in (("file", "is a file, not a directory"), ("file/below", "cannot write to file/below")):
        refused = kgsim("run", talks, "--out", place)
        assert refused.exit_code == 2
        assert reason in refused.stderr and "--out" in refused.stderr
    monkeypatch.setattr(files.tempfile, "mkdtemp", lambda **_: raise_os_error())
    refused = kgsim("run", talks, "--out", "a/b")
    assert refused.exit_code == 2
    assert "Permission denied" in refused.stderr
    assert not Path("a").exists(), "directories made on the way are removed again"


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("harn=10", ["no parameter 'harn'", "Did you mean 'harm'?"]),
        ("harm", ["expected NAME=VALUE"]),
        ("=3", ["expected NAME=VALUE"]),
        ("harm=much", ["'much' is not a finite number"]),
        ("harm=nan", ["'nan' is not a finite number"]),
        ("harm=inf", ["'inf' is not a finite number"]),
        ("harm=", ["'' is not a finite number"]),
        ("harm=99", ["6 to 20", "plausible range of harm", "--beyond-range"]),
    ],
)
def test_a_setting_that_cannot_be_used_says_why_and_what_to_do(kgsim, talks, monkeypatch, setting, said):
    monkeypatch.setattr(kgsim_evaluate(), "solve", never)
    refused = kgsim("run", talks, "--set", setting)
    assert refused.exit_code == 2
    for words in said:
        assert words in refused.stderr
    assert not Path("out").exists()


def test_a_setting_is_used_and_told(kgsim, talks):
    done = kgsim("run", talks, "--set", "harm=7", "--set", "harm=10", "--no-plots")
    assert "harm = 10 (file: 12)" in done.stdout
    assert json.loads(Path("out/talks/result.json").read_text())["changed"] == {"harm": 10}


def test_a_value_beyond_its_range_is_marked_in_every_output(kgsim, talks):
    done = kgsim("run", talks, "--set", "harm=99", "--beyond-range", "--no-plots")
    assert done.exit_code == 0
    assert "beyond its range" in done.stdout
    assert "harm = 99 lies outside the plausible range 6 to 20" in " ".join(done.stdout.split())
    assert json.loads(Path("out/talks/result.json").read_text())["beyond_range"] == ["harm"]
    assert "beyond its range" in Path("out/talks/result.md").read_text()


def test_an_unknown_structure_suggests_the_nearest(kgsim, talks):
    refused = kgsim("run", talks, "--structure", "in_turns")
    assert refused.exit_code == 2
    assert "Did you mean 'in_turn'?" in refused.stderr


def test_a_structure_that_cannot_be_solved_says_so_and_the_rest_is_solved(kgsim, talks):
    worse = "{Donor: 0, Downstream: 0}"
    talks.write_text(talks.read_text().replace("{Donor: -concern, Downstream: -harm}", worse))
    done = kgsim("run", talks)
    assert done.exit_code == 0
    assert "together is not solved; the reason" in done.stdout
    assert json.loads(Path("out/talks/result.json").read_text())["structures"]["together"]["unsolved"]


def test_a_broken_scenario_tells_every_problem_with_its_place(kgsim, talks):
    text = talks.read_text().replace("pride*alone", "prid*alone").replace("power*dam", "powr*dam")
    talks.write_text(text)
    refused = kgsim("run", talks)
    assert refused.exit_code == 2
    assert "talks.yaml:" in refused.stderr and "prid" in refused.stderr and "powr" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""


def test_a_missing_file_is_an_error(kgsim):
    refused = kgsim("run", "nowhere.yaml")
    assert refused.exit_code == 2
    assert "nowhere.yaml" in refused.stderr


@pytest.mark.parametrize("moment", ["solving", "drawing", "moving"])
def test_an_interrupted_run_leaves_what_stood_there(kgsim, talks, monkeypatch, moment):
    kgsim("run", talks)
    before = contents(Path("out/talks"))
    if moment == "solving":
        monkeypatch.setattr(kgsim_evaluate(), "solve", interrupted)
    elif moment == "drawing":
        monkeypatch.setattr(figures, "game_figure", interrupted)
    else:
        monkeypatch.setattr(Path, "replace", interrupted)
    stopped = kgsim("run", talks)
    assert stopped.exit_code == 130
    assert "Interrupted" in stopped.stderr and "Traceback" not in stopped.stderr
    assert contents(Path("out/talks")) == before
    fresh = kgsim("run", talks, "--out", "fresh")
    assert fresh.exit_code == 130
    assert not Path("fresh").exists()


def test_a_full_disk_is_an_error_and_leaves_nothing(kgsim, talks, monkeypatch):
    monkeypatch.setattr(Path, "write_bytes", lambda *_: raise_os_error())
    refused = kgsim("run", talks, "--no-plots")
    assert refused.exit_code == 2
    assert "cannot write to out/talks" in refused.stderr
    assert not Path("out").exists()


def test_a_signal_stops_a_real_process_quietly(talks):
    code = (
        "import signal, kgsim.evaluate; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "kgsim.evaluate.solve = lambda *a, **k: signal.raise_signal(signal.SIGINT); "
        "from kgsim.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code, "run", talks], capture_output=True, text=True)
    assert done.returncode == 128 + signal.SIGINT
    assert done.stderr == "\nInterrupted; nothing was written.\n"
    assert not Path("out").exists()


def test_a_reader_that_stops_reading_stops_nothing_else(talks):
    with subprocess.Popen(
        [*COMMAND, "run", str(talks), "--no-plots"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode == 0
    assert said == "wrote to out/talks: result.json, result.md\n"


def test_warnings_are_errors_and_none_comes_in_a_real_process(talks):
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    done = subprocess.run([*COMMAND, "run", str(talks)], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("wrote to out/talks:")


def raise_os_error() -> NoReturn:
    raise PermissionError(13, "Permission denied")


def kgsim_evaluate():
    """The module, which the fixture's name hides."""
    return sys.modules[kgsim.evaluate.__name__]
