"""The server for assistants, asked by a real client over standard input and output."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import ClientSession, StdioServerParameters, stdio_client

FIRST_EDITION = Path(__file__).parents[1] / "fixtures" / "first_edition"

TALKS = """\
kgsim: 1
title: A small talk
question: Who gives in?
players: {a: A, b: B}
moves: {a: {ask: ask, wait: wait}, b: {give: give, hold: hold}}
terms: {x: what A gets}
outcomes: {given: {when: {a: ask, b: give}, terms: {x: 1}}, nothing: {otherwise: true}}
utilities: {a: x, b: 0.1 - x}
structures: {play: {play: [a, b]}}
claims: {no_gift: {says: B holds, holds: "not reached(play, given)"}}
"""


async def _asked(folder: Path, calls: list[tuple[str, dict[str, Any]]]) -> tuple[list[Any], list[str], str]:
    command = ["-m", "kgsim", "serve-mcp", "--folder", str(folder)]
    parameters = StdioServerParameters(command=sys.executable, args=command, cwd=str(folder), env=dict(os.environ))
    async with stdio_client(parameters) as (read, write), ClientSession(read, write) as session:
        await session.initialize()
        tools = [tool.name for tool in (await session.list_tools()).tools]
        listed = (await session.read_resource("kgsim://scenarios")).contents[0].text
        return [await session.call_tool(name, arguments) for name, arguments in calls], tools, listed


def told(result: Any) -> Any:
    return json.loads(result.content[0].text)


@pytest.fixture
def folder(tmp_path):
    desk = tmp_path / "desk"
    desk.mkdir()
    (desk / "talks.yaml").write_text(TALKS)
    (desk / "broken.yaml").write_text(TALKS.replace("b: 0.1 - x", "b: 0.1 - y"))
    (tmp_path / "secret.yaml").write_text(TALKS)
    (desk / "reaching.yaml").write_text("extends: ../secret.yaml\n" + TALKS.partition("players")[0])
    return desk


def test_an_assistant_checks_solves_and_is_told_no(folder):
    calls = [
        ("run", {"file": "talks.yaml"}),
        ("check", {"file": "broken.yaml"}),
        ("lenses", {"file": "talks.yaml"}),
        ("run", {"file": "../secret.yaml"}),
        ("run", {"file": "reaching.yaml"}),
        ("run", {"file": "talks.yaml", "values": {"A": 1}}),
        ("threshold", {"file": "letter_2025", "param": "nothing", "claim": "x"}),
    ]
    results, tools, listed = anyio.run(_asked, folder, calls)
    assert set(tools) == {"check", "run", "explain", "threshold", "lenses", "stability", "update"}
    assert "talks.yaml" in listed and "bypass" in listed and "secret" not in listed
    solved = told(results[0])
    assert solved["structures"]["play"]["complete"] and solved["claims"]["no_gift"]["verdict"] == "holds"
    problems = told(results[1])
    assert not problems["sound"] and "'y'" in problems["errors"][0] and "broken.yaml:8" in problems["errors"][0]
    assert told(results[2])["views"]["perfect"]["outcomes"] == ["nothing"]
    for result, message in zip(
        results[3:], ["outside the folder", "outside the folder", "no parameter 'A'", "no parameter"], strict=True
    ):
        assert result.is_error and message in result.content[0].text
