"""The program around the commands: how it is called, what it says to mistakes, outputs that take little or nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from kgsim.cli import COMMANDS, main
from kgsim.versions import install

PROGRAM = [sys.executable, "-m", "kgsim"]


def program(*arguments: object, **options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*PROGRAM, *map(os.fsencode, map(str, arguments))], capture_output=True, **options)  # type: ignore[call-overload,no-any-return]


def test_the_module_is_the_program(talks):
    done = program("check", talks)
    assert done.returncode == 0 and b"talks.yaml: OK" in done.stdout


@pytest.mark.parametrize(("typed", "meant"), [("rnu", "run"), ("Check", "check"), ("treshold", "threshold")])
def test_a_mistyped_command_is_told_with_the_nearest(kgsim, typed, meant):
    refused = kgsim(typed, "talks.yaml")
    assert refused.exit_code == 2
    assert f"No such command {typed!r}. Did you mean {meant!r}?" in refused.stderr


def test_a_command_like_none_is_told_with_all(kgsim):
    refused = kgsim("xyzzy")
    assert refused.exit_code == 2
    assert all(command in refused.stderr for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_is_what_its_option_says(kgsim, command):
    assert kgsim("help", command).stdout.split() == kgsim(command, "--help").stdout.split()


def test_help_alone_is_that_of_the_program(kgsim):
    assert kgsim("help").stdout.split() == kgsim("--help").stdout.split()
    assert "Did you mean 'run'?" in kgsim("help", "rnu").stderr


@pytest.mark.parametrize(
    ("words", "begun", "completed"),
    [
        (["run", "talks.yaml", "--structure"], "", {"apart", "in_turn", "together"}),
        (["run", "talks.yaml", "--set", "harm=10", "--structure"], "a", {"apart"}),
        (["sweep", "talks.yaml", "--param"], "p", {"power", "pride"}),
        (["threshold", "talks.yaml", "--set"], "p", {"power=", "pride="}),
        (["run", "nowhere.yaml", "--structure"], "", set()),
        ([], "ex", {"explore", "explain", "export"}),
    ],
)
def test_shells_complete_commands_and_names_of_the_scenario(talks, words, begun, completed):
    found = ShellComplete(main, {}, "kgsim", "_KGSIM_COMPLETE").get_completions(words, begun)
    assert {item.value for item in found} == completed


@pytest.mark.parametrize("command", [["run", "--no-plots"], ["check"], ["explain"]])
def test_a_scenario_comes_from_standard_input(kgsim, talks, command):
    name, *options = command
    there = CliRunner().invoke(main, [name, "-", *options], input=talks.read_text())
    assert there.exit_code == 0, there.stderr
    here = kgsim(name, talks, *options).stdout
    assert there.stdout.replace("stdin", "talks") == here.replace(str(talks), "-")
    assert Path("out/stdin/result.json").exists() is (name == "run")


@pytest.mark.parametrize("text", ["", "title: [", "\N{SNOWMAN}"])
def test_what_is_no_scenario_on_standard_input_is_told(kgsim, text):
    refused = CliRunner().invoke(main, ["run", "-"], input=text)
    assert refused.exit_code == 2
    assert "Error:" in refused.stderr and "Traceback" not in refused.stderr


TITLE = "Ein Damm \N{SNOWMAN} 서울 \N{EARTH GLOBE ASIA-AUSTRALIA}"


@pytest.mark.parametrize(("encoding", "shown"), [("cp437", False), ("cp949", True), ("utf-8", True)])
@pytest.mark.parametrize("command", ["run", "explain"])
def test_letters_that_an_output_lacks_do_not_stop_it(talks, encoding, shown, command):
    talks.write_text(talks.read_text().replace("A dam on a shared river", TITLE))
    done = program(command, talks, env={**os.environ, "PYTHONIOENCODING": encoding})
    assert done.returncode == 0, done.stderr
    said = done.stdout.decode(encoding)
    assert "Ein Damm" in said
    assert ("서울" in said) is shown


@pytest.mark.parametrize("encoding", ["cp437", "cp949", "utf-8"])
def test_json_holds_every_letter_in_every_encoding(talks, encoding):
    talks.write_text(talks.read_text().replace("A dam on a shared river", TITLE))
    done = program("run", talks, "--no-plots", "--format", "json", env={**os.environ, "PYTHONIOENCODING": encoding})
    assert json.loads(done.stdout.decode(encoding))["scenario"]["title"] == TITLE


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("command", [["run", "--no-plots"], ["explain"], ["export", "--structure", "apart"]])
def test_an_output_without_room_is_told_in_a_sentence(talks, command):
    name, *options = command
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*PROGRAM, name, talks, *options], stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr == b"Error: the answer cannot be printed: No space left on device.\n"


@pytest.mark.parametrize("command", ["run {} --no-plots", "explain {}", "export {} --structure apart"])
def test_a_closed_output_is_told_in_a_sentence(talks, command):
    line = f"{sys.executable} -m kgsim {command.format(talks)} >&-"
    done = subprocess.run(line, shell=True, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert b"standard output is closed" in done.stderr and b"Traceback" not in done.stderr


def test_a_closed_error_output_changes_nothing(talks):
    line = f"{sys.executable} -m kgsim run {talks} --no-plots 2>&-"
    done = subprocess.run(line, shell=True, stdout=subprocess.PIPE)
    assert done.returncode == 0 and done.stdout.startswith(b"A dam")


def test_a_name_that_is_no_text_is_taken(talks):
    name = b"\xb1\xe2.yaml"  # Hangul in CP949, as old archives have it
    try:
        Path(os.fsdecode(name)).write_bytes(talks.read_bytes())
    except OSError:
        pytest.skip("this file system takes no such name")
    for command in (["run"], ["check"], ["sweep", "--param", "power=4:10:3"]):
        done = subprocess.run([*PROGRAM, command[0], name, *command[1:]], capture_output=True)
        assert done.returncode == 0, done.stderr
    assert Path("out/\ufffd\ufffd/result.json").exists()


def test_a_backend_that_does_not_exist_hurts_nobody(talks):
    done = program("run", talks, "--structure", "apart", env={**os.environ, "MPLBACKEND": "nonsense"})
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sweep", "--param", "power=4:10:100000000000"], "100,000,000,000 values of one parameter"),
        (["sweep", "--param", f"power=log:4:10:{'9' * 30}"], "more than a study takes"),
        (["sweep", "--param", "power=4:10:9000000", "--param", "pride=0:1:9000000"], "GiB of disk"),
        (["robustness", "--draws", "100000000000000"], "100,000,000,000,000 draws"),
        (["sensitivity", "--draws", "100000000000000"], "100,000,000,000,000 draws"),
        (["sensitivity", "--draws", "900000000"], "GiB of memory"),
    ],
)
def test_a_study_of_any_size_is_refused_before_it_is_computed(kgsim, talks, arguments, words):
    refused = kgsim(arguments[0], talks, *arguments[1:], "--beyond-range")
    assert refused.exit_code == 2
    assert words in refused.stderr
    assert not Path("out").exists()


def test_what_to_install_is_told_by_packages_away_from_the_repository(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "kgsim.versions.requires",
        lambda name: [
            "click>=8.1",
            "zarrs>=1; extra == 'data'",
            'zarr>=3.0.1 ; extra == "data"',
            "x; extra == 'database'",
        ],
    )
    monkeypatch.chdir(tmp_path)
    assert install("data") == "pip install 'zarrs>=1' 'zarr>=3.0.1'"
    monkeypatch.chdir(Path(__file__).parents[2])
    assert install("data") == "pip install '.[data]'"
