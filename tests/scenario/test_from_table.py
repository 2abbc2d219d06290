"""Scenarios written from tables of payoffs and of places."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kgsim
from kgsim.errors import ScenarioError
from kgsim.scenario.from_table import from_table

TAKEOVER = """Raider,Board,outcome,Raider,Board
wait,*,no bid,1,3
bid,agree to it,takeover,3,2
bid,fight,poison pill,0,1
"""

# The same in places, 1 the best.
PLACES = """Raider;Board;outcome;Board;Raider
wait;;no bid;1;2
bid;agree to it;takeover;2;1
bid;fight;poison pill;3;3
"""


def written(folder: Path, text: str, *, ranks: bool = False) -> kgsim.Scenario:
    path = folder / "take_over.csv"
    path.write_text(text, "utf-8")
    return kgsim.loads(from_table(path, ranks=ranks))


def test_a_table_of_payoffs_is_solved_as_the_game_it_prints(tmp_path: Path) -> None:
    scenario = written(tmp_path, TAKEOVER)
    assert scenario.title == "take over"
    assert scenario.parameters["takeover_Raider"].range == (2.5, 3.5)  # its next payoff is 1 away
    assert scenario.decisions["Board"].moves["agree_to_it"] == "agree to it"
    result = kgsim.solve(scenario)
    assert [course.outcome for each in result.structures["in_turn"].equilibria for course in each.courses] == [
        "takeover"
    ]
    assert set(result.structures["at_once"].outcomes) == {"no bid", "takeover"}


def test_a_table_of_places_gives_the_same_answer_and_no_parameters(tmp_path: Path) -> None:
    scenario = written(tmp_path, PLACES, ranks=True)
    assert not scenario.parameters
    assert set(kgsim.solve(scenario).structures["in_turn"].outcomes) == {"takeover"}


@settings(max_examples=20, deadline=None)
@given(data=st.data(), sizes=st.lists(st.integers(1, 3), min_size=1, max_size=3))
def test_every_complete_table_gives_its_own_payoffs(
    data: st.DataObject, sizes: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    profiles = list(product(*(range(size) for size in sizes)))
    worth = {
        profile: data.draw(st.lists(st.integers(-3, 3), min_size=len(sizes), max_size=len(sizes)))
        for profile in profiles
    }
    head = [f"P{place}" for place in range(len(sizes))]
    rows = [
        [*(f"move {move}" for move in profile), f"end {number}", *map(str, worth[profile])]
        for number, profile in enumerate(profiles)
    ]
    text = "\n".join(",".join(row) for row in [[*head, "outcome", *head], *rows])
    result = kgsim.solve(written(tmp_path_factory.mktemp("table"), text), structures="in_turn")
    for number, profile in enumerate(profiles):
        told = result.outcome_payoffs[f"end {number}"]
        assert [told[player] for player in head] == [(value, value) for value in worth[profile]]


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("", None, "empty"),
        ("A,B,A,B\nx,y,1,2\n", 1, "columns"),
        ("A,B,outcome,A,C\nx,y,end,1,2\n", 1, "columns"),
        ("A,B,outcome,A,B\n", 1, "no line below"),
        ("A,B,outcome,A,B\nx,y,end,1\n", 2, "4 cells"),
        ("A,B,outcome,A,B\nx,y,end,1,many\n", 2, "'many'"),
        ("A,B,outcome,A,B\nx,y,end,1,nan\n", 2, "'nan'"),
        ("A,B,outcome,A,B\n*,y,end,1,2\n", None, "no line names a move of A"),
        ("A,B,outcome,A,B\nx,y,e,1,2\nx,*,f,1,2\n", 3, "line 2 already"),
        ("A,B,outcome,A,B\nx,y,e,1,2\nz,w,f,1,2\n", None, "A x, B w"),
        ("A,B,outcome,A,B\nx,y,e,1,2\nx,w,e,1,3\n", 3, "not one outcome"),
        ("A,B,outcome,A,B\nx,y,e,1,2\nz,w,e,1,2\nx,w,f,0,0\nz,y,g,0,0\n", 3, "not one outcome"),
        ("A,B,outcome,A,B\nx,y,otherwise,1,2\n", 2, "cannot name an outcome"),
    ],
)
def test_what_is_no_such_table_is_refused_with_its_line(tmp_path: Path, text: str, line: int | None, told: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        written(tmp_path, text)
    (problem,) = caught.value.problems
    assert problem.line == line
    assert told in problem.message
    assert problem.remedy
