"""``kgsim nash``: what is printed is readable at a glance, whatever is solved."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

import kgsim
from kgsim.cli import main
from kgsim.games.gambit_text import efg_text
from published_trees import ALL, BEER_QUICHE, POKER

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


def printed(*arguments: str, standard_input: str | None = None) -> str:
    done = CliRunner().invoke(main, ["nash", *arguments], input=standard_input)
    assert done.exit_code == 0, done.output
    return done.output


def exported(path: Path) -> dict[str, str]:
    """The structures that can be exported, without the first line, which has the scenario's title."""
    scenario, found = kgsim.load(path), {}
    for name in scenario.structures:
        try:
            found[name] = efg_text(kgsim.tree(scenario, name))
        except kgsim.StructureError:
            continue  # a bloc that maximises no expected payoff
    return found


@cache
def of_the_reference_model() -> frozenset[str]:
    return frozenset(text.partition("\n")[2] for text in exported(SCENARIOS[0].with_name("bypass.yaml")).values())


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_structure_that_can_be_exported_is_told_on_a_page(path: Path) -> None:
    for name, game in exported(path).items():
        if path.stem != "bypass" and game.partition("\n")[2] in of_the_reference_model():
            continue  # the same game, told once
        text = printed("-", standard_input=game)
        assert len(text.splitlines()) <= 40, name
        assert not re.search(r"(\d+, ){12}", text), name


def test_standard_input_is_named_in_errors() -> None:
    done = CliRunner().invoke(main, ["nash", "-"], input="EFG 3")
    assert done.exit_code == 2 and "standard input:1: expected version 2" in done.output


def test_small_shares_are_not_told_as_none() -> None:
    rare = POKER.replace('"red" 1/2 "black" 1/2', '"red" 1/1000 "black" 999/1000')
    text = printed("-", standard_input=rare)
    assert "<1%" in text and " 0%" not in text


def test_plans_that_lead_to_the_same_are_counted_and_not_listed() -> None:
    """A responder's plans after eleven offers that were not made."""
    names = " ".join(f'"{k}"' for k in range(12))
    lines = [f'EFG 2 R "Menu" {{ "P" "R" }} p "" 1 1 "" {{ {names} }} 0']
    for k in range(12):
        lines.append(
            f'p "" 2 {k + 1} "" {{ "yes" "no" }} 0 t "" {k + 1} "deal {k}" {{ {12 - k} {k} }} t "" 99 "none" {{ 0 0 }}'
        )
    text = printed("-", standard_input="\n".join(lines))
    assert len(text.splitlines()) <= 60 and "lead to the same" in text
    assert "off the path: 11 more decisions (--format json has them)" in text
    data = json.loads(printed("-", "--format", "json", standard_input="\n".join(lines)))
    assert len(data["subgame_perfect"]["equilibria"][0]["behaviour"]) == 13


def test_the_selection_is_told_by_the_equilibrium_that_it_is() -> None:
    text = printed("-", standard_input=BEER_QUICHE)
    assert re.search(r"selects a sequential\s+equilibrium that ends like No\. \d", text)
    assert "There is no proper subgame, so they are subgame perfect too." in text


def test_of_perfect_information_no_beliefs_are_told() -> None:
    text = printed("-", standard_input=ALL["crisis"])
    assert "Each is sequential too" in text and "believes" not in text and "logit" not in text


def test_a_time_limit_tells_what_was_not_done() -> None:
    text = printed("-", "--time-limit", "1e-9", standard_input=POKER)
    assert "the clock cut the search at the time limit of 1e-09 s" in " ".join(text.split())
