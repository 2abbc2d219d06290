"""What the documentation shows works: its scenario, its Python, and the commands it names."""

from __future__ import annotations

import re
import tomllib

import pytest
from shown import PAGES, ROOT, blocks, read

import kgsim

README = read("README.md")
PROJECT = tomllib.loads(read("pyproject.toml"))


def test_the_example_of_the_format_page_loads_and_solves():
    """Cost of refusing makes acceptance strictly best at any offer, so the proposer keeps everything."""
    example = next(text for _, text in blocks(read("docs/scenario-format.md"), "yaml") if "kgsim: 1 " in text)
    result = kgsim.solve(kgsim.loads(example, name="example"))
    assert result.structures["ultimatum"].values == {"P": (10.0, 10.0), "R": (0.0, 0.0)}
    assert result.claims["greed"].verdict == "holds"


def test_the_python_of_the_readme_runs_and_says_what_its_comments_say(monkeypatch):
    monkeypatch.chdir(ROOT)
    (code,) = blocks(README, "python")
    names: dict[str, object] = {}
    exec(compile(code.text, "README.md", "exec"), names)
    result = names["result"]
    assert isinstance(result, kgsim.Result)
    assert result.structures["bypass"].values["US"] == pytest.approx((10.43, 10.43), abs=0.005)
    assert result.structures["coordinated"].complete


def test_the_readme_names_the_two_commands():
    commands = [line for block in blocks(README, "sh") for line in block.text.splitlines()]
    assert "pip install . && kgsim run scenarios/bypass.yaml" in commands
    assert "pip install '.[test]' && pytest" in commands


@pytest.mark.parametrize("page", PAGES)
def test_links_between_pages_lead_somewhere(page):
    path = ROOT / page
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_the_readme_tells_the_base_case_as_it_is():
    """The numbers of the tour, so that the text cannot drift from the model."""
    result = kgsim.solve(kgsim.load(ROOT / "scenarios" / "bypass.yaml"))
    verdicts = [claim.verdict for claim in result.claims.values()]
    words = {
        8: "Eight",
        9: "Nine",
        10: "Ten",
        11: "Eleven",
        12: "Twelve",
        13: "Thirteen",
        14: "Fourteen",
        15: "Fifteen",
    }
    assert f"{words[len(verdicts)]} claims are tested" in README
    assert f"{words[verdicts.count('holds')].lower()} hold" in re.sub(r"\s+", " ", README).lower()
    assert len(result.structures) == 12 and "twelve structures of play" in re.sub(r"\s+", " ", README)


def test_the_readme_names_every_extra():
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", README, re.MULTILINE)
    told = {extra for row in rows for extra in re.findall(r"`(\w+)`", row)}
    assert set(PROJECT["project"]["optional-dependencies"]) <= told


def test_the_architecture_lists_the_floors_as_they_are():
    """From the lowest up, as they are checked from the highest down."""
    floors = PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", read("docs/architecture.md"), re.MULTILINE)
    assert [floor for row in rows for floor in re.findall(r"`(\w+)`", row)] == floors[::-1]


def test_every_figure_is_in_the_reference_and_the_gallery():
    import kgsim.plots

    figures = {name for name in kgsim.plots.__all__ if name.endswith("_figure")}
    assert figures == set(re.findall(r"autofunction:: kgsim\.plots\.(\w+)", read("docs/reference.md")))
    assert figures - {"indices_figure"} == set(re.findall(r"kgsim\.plots\.(\w+)\(", read("docs/gallery.md")))


def test_every_public_name_is_in_the_reference():
    told = set(re.findall(r"auto\w+:: kgsim\.(\w+)(?:\(\))?$", read("docs/reference.md"), re.MULTILINE))
    assert set(kgsim.__all__) - {"__version__", "plots"} == told - {"plots"}
