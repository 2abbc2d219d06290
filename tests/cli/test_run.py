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

import kgsim as package
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
    done = kgsim("run", talks, "--no-plots", "--full")
    assert done.exit_code == 0
    for said in (
        "“both payers at once, then the builder” ends in joint settlement or dam, depending on which equilibrium is",
        "Of 3 results, 2 hold at these values; they hold together in",
        "1 depends on the equilibrium played: “The payers stop the dam even if each acts for itself”.",
        "The set is complete",
        "both payers at once, then the builder apart",
    ):
        assert said in " ".join(done.stdout.split())
    assert "\x1b" not in done.stdout
    assert not set(done.stdout) & set("│┃─━┏└")


def test_the_first_screens_are_short_and_name_the_file_with_the_rest(kgsim, talks):
    done = kgsim("run", talks, "--no-plots")
    assert len(done.stdout.splitlines()) < 48 and "The set is complete" not in done.stdout
    assert "out/talks/result.md, or --full" in done.stderr


def test_a_claim_that_does_not_hold_is_no_error(kgsim, talks):
    talks.write_text(talks.read_text().replace("prob(apart, dam) == 0", "prob(apart, dam) > 1"))
    done = kgsim("run", talks, "--no-plots")
    assert done.exit_code == 0
    assert "The payers stop the dam even if each acts for itself. fails" in " ".join(done.stdout.split())


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
        [".kgsim.json", "result.json", "result.md"]
        + [
            f"{stem}.{kind}"
            for stem in ("payoffs", "outcomes", "bargaining", "game-in_turn")
            for kind in ("png", "svg")
        ]
    )
    assert "wrote to kept: result.json, result.md, 8 figures and other files" in done.stderr
    assert (Path("kept") / "payoffs.png").read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in (Path("kept") / "payoffs.svg").read_bytes()


def test_the_same_run_may_write_again_and_writes_the_same_bytes(kgsim, talks):
    kgsim("run", talks)
    first = contents(Path("out/talks"))
    again = kgsim("run", talks)
    assert again.exit_code == 0
    assert contents(Path("out/talks")) == first


EDITS = {
    "a remark": lambda text: f"{text}\n# a remark\n",
    "another value": lambda text: text.replace("value: 12,", "value: 10,", 1),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_an_edited_scenario_is_run_again_and_its_result_gives_way(kgsim, talks, edit):
    kgsim("run", talks, "--no-plots")
    talks.write_text(edit(talks.read_text()))
    again = kgsim("run", talks, "--no-plots", "--format", "json")
    assert again.exit_code == 0
    assert "in place of an earlier result" in again.stderr
    assert again.stdout == Path("out/talks/result.json").read_text()


@pytest.mark.parametrize("arguments", [["--set", "harm=10"], ["--structure", "apart"], ["--format", "markdown"]])
def test_another_question_to_the_same_file_needs_no_force(kgsim, talks, arguments):
    kgsim("run", talks)
    before = contents(Path("out/talks"))
    assert kgsim("run", talks, *arguments, "--no-plots").exit_code == 0
    after = contents(Path("out/talks"))
    assert set(after) == {".kgsim.json", "result.json", "result.md"}, "figures of the earlier result are gone"
    assert (after["result.json"] == before["result.json"]) is ("--format" in arguments)


@pytest.mark.parametrize("name", ["result.md", "payoffs.png", "result.json"])
def test_files_of_others_are_left_alone_and_the_answer_is_printed_all_the_same(kgsim, talks, name):
    Path("paper").mkdir()
    Path("paper", name).write_text("my own notes")
    refused = kgsim("run", talks, "--out", "paper", "--format", "json")
    assert refused.exit_code == 2
    assert f"paper/{name} is not a file that kgsim wrote" in refused.stderr and "--force" in refused.stderr
    assert contents(Path("paper")) == {name: b"my own notes"}
    assert json.loads(refused.stdout)["scenario"]["name"] == "talks"
    assert kgsim("run", talks, "--out", "paper", "--force").exit_code == 0
    assert contents(Path("paper"))[name] != b"my own notes"


def test_what_was_changed_since_it_was_written_is_left_alone(kgsim, talks):
    kgsim("run", talks, "--no-plots")
    Path("out/talks/result.md").write_text("with my remarks")
    refused = kgsim("run", talks, "--no-plots", "--set", "harm=10")
    assert refused.exit_code == 2
    assert "out/talks/result.md was changed since kgsim wrote it" in refused.stderr
    assert Path("out/talks/result.md").read_text() == "with my remarks"


def test_results_of_another_file_or_command_are_left_alone(kgsim, talks):
    kgsim("run", talks, "--no-plots", "--out", "here")
    Path("other").mkdir()
    Path("other/talks.yaml").write_text(talks.read_text() + "# mine\n")
    for command in (["run", "other/talks.yaml"], ["robustness", talks]):
        refused = kgsim(*command, "--no-plots", "--out", "here")
        assert refused.exit_code == 2
        assert "here/result.json is a result of kgsim run talks.yaml" in refused.stderr


def test_every_back_tested_file_has_a_place_of_its_own(kgsim):
    scenarios = Path(__file__).parents[2] / "scenarios"
    for name in ("hanoi_2019", "agreed_framework_1994"):
        done = kgsim("backtest", scenarios / f"{name}.yaml", "--draws", "10", "--no-plots")
        assert done.exit_code == 0, done.stderr
        assert Path(f"out/backtest-{name}/result.json").exists()


def test_a_folder_may_be_moved_with_its_results(kgsim, talks):
    Path("project").mkdir()
    talks.rename("project/talks.yaml")
    kgsim("run", "project/talks.yaml", "--no-plots", "--out", "project/out")
    Path("project").rename("moved")
    done = kgsim("run", "moved/talks.yaml", "--no-plots", "--out", "moved/out", "--set", "harm=10")
    assert done.exit_code == 0, done.stderr


def test_a_value_with_many_digits_is_known_again(kgsim, talks):
    for _ in range(2):
        assert kgsim("run", talks, "--set", "harm=10.12345678901234567", "--no-plots").exit_code == 0


def test_force_removes_figures_of_the_replaced_result_and_nothing_else(kgsim, talks):
    kgsim("run", talks)
    notes = Path("out/talks/notes.txt")
    notes.write_text("mine")
    kgsim("robustness", talks, "--no-plots", "--out", "out/talks", "--force")
    assert sorted(contents(Path("out/talks"))) == [".kgsim.json", "notes.txt", "result.json", "result.md"]


@pytest.mark.parametrize("option", ["run", "robustness", "brief", "compare", "backtest"])
def test_an_empty_place_is_no_place(kgsim, talks, option):
    refused = kgsim(option, talks, "--out", "")
    assert refused.exit_code == 2
    assert "name is empty" in refused.stderr
    assert [path.name for path in Path().iterdir()] == ["talks.yaml"]


def test_an_unwritable_place_is_an_error_before_a_study_is_computed(kgsim, talks, monkeypatch):
    Path("file").write_text("")
    Path("loop").symlink_to("loop")
    monkeypatch.setattr("kgsim.analysis.robustness.robustness", never)
    places = {
        "file": "is a file, not a directory",
        "file/below": "cannot write to file/below",
        "loop": "not a directory",
        "n" * 300: "File name too long",
    }
    for place, reason in places.items():
        refused = kgsim("robustness", talks, "--out", place)
        assert refused.exit_code == 2
        assert reason in refused.stderr and "--out" in refused.stderr and "Traceback" not in refused.stderr
    monkeypatch.setattr(files.tempfile, "mkdtemp", lambda **_: raise_os_error())
    refused = kgsim("robustness", talks, "--out", "a/b")
    assert refused.exit_code == 2
    assert "Permission denied" in refused.stderr
    assert not Path("a").exists(), "directories made on the way are removed again"


def test_a_run_prints_its_answer_before_it_finds_that_it_cannot_write(kgsim, talks):
    Path("file").write_text("")
    refused = kgsim("run", talks, "--out", "file/below", "--format", "json")
    assert refused.exit_code == 2 and "cannot write to file/below" in refused.stderr
    assert json.loads(refused.stdout)["scenario"]["name"] == "talks"


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
    assert "harm of the dam downstream = 10 (file: 12)" in done.stdout
    assert json.loads(Path("out/talks/result.json").read_text())["changed"] == {"harm": 10}


def test_a_value_beyond_its_range_is_marked_in_every_output(kgsim, talks):
    done = kgsim("run", talks, "--set", "harm=99", "--beyond-range", "--no-plots")
    assert done.exit_code == 0
    assert "beyond its range" in done.stdout
    assert "harm of the dam downstream = 99 lies outside the plausible range 6 to 20" in " ".join(done.stdout.split())
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
    assert "offer” is not solved; the reason" in " ".join(done.stdout.split())
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
    assert said.startswith("wrote to out/talks: result.json, result.md\n")


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


def test_a_time_limit_is_said_where_it_cut_something_short(kgsim, talks, monkeypatch):
    solved = kgsim_evaluate().solve_structure

    def slow(scenario, structure, *rest):
        while structure.name == "in_turn":
            pass
        return solved(scenario, structure, *rest)

    kgsim("run", talks, "--no-plots")  # what is imported and compiled once
    monkeypatch.setattr(kgsim_evaluate(), "solve_structure", slow)
    done = kgsim("run", talks, "--no-plots", "--time-limit", "2.5")
    assert done.exit_code == 0
    said = " ".join(done.stdout.split())
    assert said.count("is not solved") == 2
    assert "the time limit of 2.5 s was over" in Path("out/talks/result.md").read_text()
    document = json.loads(Path("out/talks/result.json").read_text())
    assert document["structures"]["apart"]["complete"] and not document["structures"]["in_turn"]["complete"]
    assert document["claims"]["leading_pays"]["verdict"] == "undecided"


def test_a_limit_that_is_not_reached_changes_nothing(kgsim, talks):
    free = kgsim("run", talks, "--no-plots").stdout
    assert kgsim("run", talks, "--no-plots", "--time-limit", "200").stdout == free


def test_progress_counts_structures(talks):
    told = []
    package.solve(package.load(talks), progress=lambda done, of: told.append((done, of)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
