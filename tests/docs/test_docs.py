"""What the documentation shows works: its scenario, its Python, and the commands it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import kgsim

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FORMAT = (ROOT / "docs" / "scenario-format.md").read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_example_of_the_format_page_loads_and_solves():
    """Cost of refusing makes acceptance strictly best at any offer, so the proposer keeps everything."""
    example = next(block for block in blocks(FORMAT, "yaml") if "kgsim: 1 " in block)
    result = kgsim.solve(kgsim.loads(example, name="example"))
    assert result.structures["ultimatum"].values == {"P": (10.0, 10.0), "R": (0.0, 0.0)}
    assert result.claims["greed"].verdict == "holds"


def test_the_python_of_the_readme_runs_and_says_what_its_comments_say(monkeypatch):
    monkeypatch.chdir(ROOT)
    (code,) = blocks(README, "python")
    names: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), names)
    result = names["result"]
    assert isinstance(result, kgsim.Result)
    assert result.structures["bypass"].values["US"] == (17.5, 17.5)
    assert result.structures["coordinated"].complete


def test_the_readme_names_the_two_commands():
    commands = [line for block in blocks(README, "sh") for line in block.splitlines()]
    assert "pip install . && kgsim run scenarios/bypass.yaml" in commands
    assert "pip install '.[test]' && pytest" in commands


@pytest.mark.parametrize("page", ["README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))])
def test_links_between_pages_lead_somewhere(page):
    path = ROOT / page
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_the_readme_tells_the_base_case_as_it_is():
    """The numbers of the tour, so that the text cannot drift from the model."""
    result = kgsim.solve(kgsim.load(ROOT / "scenarios" / "bypass.yaml"))
    verdicts = [claim.verdict for claim in result.claims.values()]
    words = {8: "Eight", 9: "Nine", 10: "Ten", 11: "Eleven", 12: "Twelve", 13: "Thirteen", 14: "Fourteen"}
    assert f"{words[len(verdicts)]} claims are tested" in README
    assert f"{words[verdicts.count('holds')].lower()} hold" in re.sub(r"\s+", " ", README).lower()
    assert len(result.structures) == 10 and "ten structures of play" in re.sub(r"\s+", " ", README)
