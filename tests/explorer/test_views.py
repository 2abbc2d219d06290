"""What the explorer shows is what the solvers find, and what it says is what it shows."""

from __future__ import annotations

import numpy as np
import pytest

import kgsim
from first_edition import FIRST_EDITION
from kgsim.explorer import words
from kgsim.explorer.borders import borders
from kgsim.explorer.page import FEW, Explorer, step
from kgsim.explorer.state import State, read
from kgsim.explorer.views import FEWEST, MOVING, RESTING, RegimeMap, Views
from kgsim.plots.style import outcome_marks
from kgsim.scenario.values import ValueSet


@pytest.fixture(scope="module")
def views() -> Views:
    return Views(kgsim.load(FIRST_EDITION / "bypass.yaml"))


@pytest.fixture(scope="module")
def few() -> Views:
    return Views(kgsim.load(FIRST_EDITION / "bypass.yaml"), ["bypass", "front"])


@pytest.fixture
def explorer(few: Views, monkeypatch: pytest.MonkeyPatch) -> Explorer:
    monkeypatch.setattr("panel.io.push_notebook", lambda *_: None)  # nobody listens
    return Explorer(few, ("h", "A"), {})


def test_a_point_is_what_the_exact_solver_finds(views):
    values = {**views.scenario.base, "A": 5.0}
    exact = kgsim.solve(views.scenario, structures=["bypass", "coordinated", "front"], A=5)
    for name, solution in exact.structures.items():
        standing = views.at(name, values)
        assert standing == views.everywhere(values).standings[name]
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
    assert "<b>bypass deal</b>" in explorer.answer and "United States 2.5" in explorer.answer
    explorer.sliders["A"].value = 30
    assert "<b>bypass deal</b>" not in explorer.answer and "= 30 instead of 20" in explorer.answer
    assert "At the base values it ends in bypass deal" in explorer.answer
    explorer.reset.clicks += 1
    assert "<b>bypass deal</b>" in explorer.answer and "base value" in explorer.answer


def test_verdicts_are_those_of_solve_and_what_turned_is_marked(explorer):
    explorer.sliders["A"].value = 30
    scenario, chosen = explorer.views.scenario, explorer.views.structures
    claims = kgsim.solve(scenario, structures=chosen, A=30).claims
    assert explorer.verdicts == {name: claims[name].verdict for name in explorer.verdicts}
    base = kgsim.solve(scenario, structures=chosen).claims
    turned = [name for name in explorer.verdicts if claims[name].verdict != base[name].verdict]
    shown = str(explorer._claims.object)
    assert turned and shown.count('class="moved"') == len(turned)
    assert shown.startswith("<h2>Claims</h2>") and f"{len(turned)} verdict" in shown
    explorer.shares.clicks += 1
    assert "of draws" in str(explorer._claims.object)


def test_the_border_on_the_map_is_where_the_threshold_is(views):
    """At the base values the answer to a bypass turns at an alliance cost of 22.5, for any weight of the ICBMs."""
    regimes = RegimeMap(
        np.array([20.0, 25.0, 30.0]),
        np.array([45.0, 50.0, 55.0]),
        (("bypass deal",), ("status quo",)),
        np.array([[0, 1, 1]] * 3),
        np.ones((3, 3), dtype=bool),
    )

    def reached(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        columns = {name: np.full(len(x), value) for name, value in views.scenario.base.items()}
        return views.reached("bypass", {**columns, "A": x, "h": np.full(len(x), 50.0)})

    xs, ys = borders(regimes, reached)
    assert np.concatenate(xs) == pytest.approx(22.5, abs=0.01)
    assert sorted({y for line in ys for y in line}) == [45.0, 50.0, 55.0]


def test_regimes_that_meet_are_joined_at_one_point():
    grid = np.array([0.0, 1.0])
    regimes = RegimeMap(grid, grid, ((), ("a",), ("b",)), np.array([[0, 1], [2, 2]]), np.ones((2, 2), dtype=bool))
    xs, ys = borders(regimes, lambda x, y: np.array([(y < 0.5) & (x >= 0.5), y >= 0.5]))
    assert len(xs) == 3
    assert len({(line[1], other[1]) for line, other in zip(xs, ys, strict=True)}) == 1


def test_a_link_holds_all_that_is_chosen_and_leaves_out_what_is_not_there(views):
    state = State(("bypass", "parallel"), ("h", "A"), {"A": 5.0, "omega": 0.5})
    assert read(f"?{state.query}", views) == (state, ())
    assert state.command(views.scenario).endswith("--structure bypass --structure parallel --set A=5 --set omega=0.5")
    broken = "structure=nowhere&axis=h&axis=h&set=A=1e9&set=A=x&set=B=2&utm=1&set=h=60"
    assert read(broken, views) == (State(changed={"h": 60.0}), ("nowhere", "A=1e9", "A=x", "B=2"))


def test_two_structures_are_shown_side_by_side_and_a_preset_moves_the_sliders(few, monkeypatch):
    monkeypatch.setattr("panel.io.push_notebook", lambda *_: None)
    sets = [ValueSet("dove", "A <b>dove</b>", {"A": 40.0})]
    explorer = Explorer(few, ("h", "A"), {}, "ko", sets, State(("bypass", "front")))
    assert explorer.answer.count('role="status"') == 2 and "균형 결과" in explorer.answer
    explorer.preset.value = 1
    assert explorer.changed == {"A": 40.0} and explorer.state.structures == ("bypass", "front")


def test_the_map_is_saved_as_a_figure(explorer):
    explorer.structure.value = "bypass"
    assert explorer.save("png").read(4) == b"\x89PNG" and b"<svg" in explorer.save("svg").read(2000)


def test_the_parameters_that_change_the_answer_come_first(explorer):
    explorer.structure.value = "bypass"
    few = [slider.label for slider in explorer._few.objects]
    assert explorer.scenario.labels.parameter("A") in few and 0 < len(few) <= FEW
    assert len(few) + len(explorer._others.objects) == len(explorer.sliders)


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
