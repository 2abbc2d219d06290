"""What the explorer shows is what the solvers find, and what it says is what it shows."""

from __future__ import annotations

import numpy as np
import pytest

import kgsim
from first_edition import FIRST_EDITION
from kgsim.explorer import words
from kgsim.explorer.page import Explorer, step
from kgsim.explorer.views import FEWEST, MOVING, RESTING, Views
from kgsim.plots.style import outcome_marks


@pytest.fixture(scope="module")
def views() -> Views:
    return Views(kgsim.load(FIRST_EDITION / "bypass.yaml"))


@pytest.fixture
def explorer(views: Views, monkeypatch: pytest.MonkeyPatch) -> Explorer:
    monkeypatch.setattr("panel.io.push_notebook", lambda *_: None)  # nobody listens
    return Explorer(views, ("h", "A"), {})


def test_a_point_is_what_the_exact_solver_finds(views):
    values = {**views.scenario.base, "A": 5.0}
    exact = kgsim.solve(views.scenario, structures=["bypass", "coordinated", "front"], A=5)
    for name, solution in exact.structures.items():
        standing = views.at(values)[name]
        assert set(standing.outcomes) == set(solution.outcomes)
        for player, bounds in solution.values.items():
            assert standing.values[player] == pytest.approx(bounds)


def test_the_map_turns_where_the_threshold_is(views):
    """At the base values the bypass is an equilibrium outcome below an alliance cost of 22.5, and at it."""
    regimes = views.map("bypass", ("A", "h"), views.scenario.base, RESTING)
    assert regimes.number.shape == (len(regimes.y), len(regimes.x))
    row = int(np.argmin(np.abs(regimes.y - 50)))
    assert regimes.y[row] == 50
    there = ["bypass deal" in regimes.regimes[number] for number in regimes.number[row]]
    assert there == [value <= 22.5 for value in regimes.x]


def test_a_moving_map_is_coarser_than_a_resting_one_where_solving_takes_long(views):
    assert views.side("coordinated", MOVING) == FEWEST < views.side("coordinated", RESTING)


def test_games_of_private_types_are_explored_on_the_coarsest_map():
    """Each point is the one that `kgsim.solve` finds there, the letter's equilibria among them."""
    scenario = kgsim.load(FIRST_EDITION / "letter_2025.yaml")
    views = Views(scenario, "letter")
    regimes = views.map("letter", ("q", "H"), scenario.base, MOVING)
    assert regimes.number.shape == (FEWEST, FEWEST) and regimes.complete.all()
    for row, column in ((0, 0), (5, 5), (10, 2)):
        exact = kgsim.solve(scenario, structures="letter", q=regimes.x[column], H=regimes.y[row])
        assert set(regimes.regimes[regimes.number[row, column]]) == set(exact.structures["letter"].outcomes)


def test_the_axes_offered_are_those_that_change_the_answer(views):
    first, second = views.telling("bypass", views.scenario.base)
    for name in (first, second):
        low, high = views.scenario.parameters[name].range
        found = {
            kgsim.solve(views.scenario, structures=["bypass"], **{name: value}).structures["bypass"].outcomes
            for value in np.linspace(low, high, 9)
        }
        assert len(found) > 1


def test_a_slider_moved_from_python_changes_answer_and_table(explorer):
    explorer.structure.value = "bypass"
    assert "bypass deal" in explorer.answer and "US 2.5" in explorer.answer
    explorer.sliders["A"].value = 30
    assert "bypass deal" not in explorer.answer and "A = 30 (base 20)" in explorer.answer
    explorer.reset.clicks += 1
    assert "bypass deal" in explorer.answer and "base value" in explorer.answer


def test_the_two_axes_of_the_map_stay_different(explorer):
    explorer.horizontal.value = "A"
    assert (explorer.horizontal.value, explorer.vertical.value) == ("A", "h")


def test_every_base_value_is_a_value_its_slider_can_show(explorer):
    for name, slider in explorer.sliders.items():
        marks = (slider.value - slider.start) / slider.step
        assert marks == pytest.approx(round(marks)), name


@pytest.mark.parametrize(
    "bounds, value, expected", [((35, 90), 60, 1), ((0.05, 0.5), 0.25, 0.005), ((-10, 20), 0, 0.5)]
)
def test_steps_are_round_and_reach_the_value(bounds, value, expected):
    assert step(bounds, value) == expected


def test_text_of_a_scenario_is_text_and_no_markup(views):
    text = (FIRST_EDITION / "bypass.yaml").read_text(encoding="utf-8")
    scenario = kgsim.loads(
        text.replace("title: Washington", "title: <script>alert(1)</script>"), name="hostile", directory=FIRST_EDITION
    )
    assert "<script>" not in words.heading(scenario) and "&lt;script&gt;" in words.heading(scenario)
    assert set(words.SIGNS) >= {mark.marker for mark in outcome_marks(scenario).values()}


def test_mistakes_are_told(views):
    scenario = views.scenario
    with pytest.raises(kgsim.GameError, match="no parameter 'AA'"):
        kgsim.explore(scenario, axes=("AA", "h"))
    with pytest.raises(kgsim.GameError, match="two different parameters"):
        kgsim.explore(scenario, axes=("h", "h"))
    with pytest.raises(kgsim.GameError, match="structure"):
        kgsim.explore(scenario, structures=["nothing"])


def test_a_missing_library_is_named_with_its_command(views, monkeypatch):
    import sys

    for name in [name for name in sys.modules if name.startswith(("kgsim.explorer.page", "kgsim.explorer.drawing"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "panel", None)
    with pytest.raises(kgsim.KgsimError, match=r"pip install '\.\[notebook\]'"):
        kgsim.explore(views.scenario)
