"""A command runner, and the scenario that `kgsim new` writes, which every command can be tried on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kgsim.cli import main

Run = Callable[..., Result]


@pytest.fixture
def kgsim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line in an empty directory: ``kgsim("run", "talks.yaml").stdout``."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def talks(kgsim: Run, tmp_path: Path) -> Path:
    """A scenario that runs, in the current directory."""
    assert kgsim("new", "talks").exit_code == 0
    return tmp_path / "talks.yaml"
