"""Every block of code that a page shows is run, and every command is one that the command line takes."""

from __future__ import annotations

import doctest
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner
from shown import PAGES, Block, blocks, commands, laid_out, mentions, read

from kgsim.cli import main

TUTORIAL = "docs/tutorial.md"
SOMEBODYS = files("kgsim.cli").joinpath("templates", "bypass.yaml").read_text("utf-8")
"""A scenario of the reader's own."""


def having(language: str) -> list[str]:
    return [page for page in PAGES if blocks(read(page), language)]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(laid_out(tmp_path))
    return tmp_path


@pytest.mark.parametrize("page", [page for page in having("python") if page != TUTORIAL])
def test_python_runs(page, desk):
    names: dict[str, object] = {}
    for block in blocks(read(page), "python"):
        exec(compile(block.text, page, "exec"), names)


@pytest.mark.parametrize("page", having("pycon"))
def test_sessions_print_what_is_shown(page, desk):
    text = "\n".join(block.text for block in blocks(read(page), "pycon"))
    told: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE, verbose=False)
    result = runner.run(doctest.DocTestParser().get_doctest(text, {}, page, page, 0), out=told.append)
    assert result.attempted and not result.failed, "".join(told)


@pytest.mark.parametrize("page", having("sh"))
def test_commands_are_taken(page, desk):
    for block in blocks(read(page), "sh"):
        for name, *arguments in commands(block):
            for file in arguments:
                # Files of the reader's own, such as my_talks.yaml; options that name one to be written are not hurt.
                if file.endswith((".yaml", ".efg", ".nfg")) and not Path(file).exists():
                    Path(file).write_text(SOMEBODYS if file.endswith(".yaml") else "")
            command = main.get_command(main.make_context("kgsim", [name]), name)
            assert command is not None, name
            command.make_context(name, arguments)


@pytest.mark.parametrize("page", PAGES)
def test_commands_in_sentences_exist(page):
    for name, *words in mentions(read(page)):
        if name == "COMMAND":
            continue
        command = main.get_command(main.make_context("kgsim", [name]), name)
        assert command is not None, name
        options = {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
        assert {word.split("=")[0] for word in words if word.startswith("-")} <= options | {"--help"}, (name, words)


def test_a_command_with_a_wrong_option_is_not_taken():
    """So that the test above can fail."""
    (arguments,) = commands(Block("sh", "kgsim run scenarios/bypass.yaml --parm A=0:45:91 > x.txt"))
    assert arguments[-1] == "A=0:45:91"
    command = main.get_command(main.make_context("kgsim", ["run"]), "run")
    assert command is not None
    with pytest.raises(Exception, match="--parm"):
        command.make_context("run", arguments[1:])


def test_the_tutorial_goes_as_it_says(desk):
    """Commands are run, files saved under the name in their first line, and output shown is output printed."""
    names: dict[str, object] = {}
    printed = ""
    for block in blocks(read(TUTORIAL)):
        if block.language == "sh":
            printed = ""
            for arguments in commands(block):
                done = CliRunner().invoke(main, arguments)
                assert done.exit_code == 0, done.output
                printed += " ".join(done.output.split())
        elif block.language == "text":
            for line in block.text.splitlines():
                assert " ".join(line.split()) in printed, line
        elif block.language == "yaml":
            Path(block.text.split()[1]).write_text(block.text, encoding="utf-8")
        else:
            assert block.language == "python"
            exec(compile(block.text, TUTORIAL, "exec"), names)
    assert Path("talks.html").stat().st_size > 100_000
