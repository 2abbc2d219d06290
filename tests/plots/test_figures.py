"""Figures: nothing overlaps, nothing is too small, nothing hides behind colour alone, whatever the result's size."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

import made_up
from kgsim.plots.outcomes import outcomes_figure
from kgsim.plots.paths import MOST_EQUILIBRIA, paths_of
from kgsim.plots.payoffs import payoffs_figure
from kgsim.plots.style import outcome_marks, player_marks, style
from kgsim.plots.text import Ruler, drawable
from kgsim.plots.tree import game_figure
from kgsim.report.figures import drawn
from kgsim.results import Result

LONG = "a label that goes on and on, with $ signs and a verylongwordwithoutanybreakinit, until it has to be wrapped"
SIX = {f"P{i}": f"Player number {i}" for i in range(6)}
RESULTS = {
    "usual": made_up.result(),
    "one structure, one equilibrium": made_up.result(structures=1, equilibria=1),
    "ten structures, twelve equilibria": made_up.result(structures=10, equilibria=12),
    "long labels": made_up.result(label=LONG),
    "Hangul": made_up.result({"US": "미국", "ROK": "대한민국", "DPRK": "조선"}, label="협상"),
    "six players": made_up.result(SIX),
    "Hangul ids": made_up.result({"미": "미국", "한": "대한민국", "조": "조선"}),
}


def figures(result: Result) -> list[Figure]:
    return [payoffs_figure(result), outcomes_figure(result), *(game_figure(result, name) for name in result.structures)]


def texts_of(figure: Figure) -> list[Text]:
    """All texts that are drawn: labels of ticks beyond an axis's limits are not."""
    hidden = {
        label
        for axes in figure.axes
        for label in (*axes.get_xticklabels(), *axes.get_yticklabels())
        if not axes.axison or not axes.get_xlim()[0] <= label.get_position()[0] <= axes.get_xlim()[1]
    }
    texts = (text for text in figure.findobj(Text) if text not in hidden)
    return [text for text in texts if text.get_visible() and text.get_text().strip()]


@pytest.fixture(params=RESULTS, scope="module")
def drawn_figures(request: pytest.FixtureRequest) -> list[Figure]:
    return figures(RESULTS[request.param])


def test_no_text_overlaps_another_or_leaves_the_figure(drawn_figures: list[Figure]) -> None:
    for figure in drawn_figures:
        with style():
            renderer = FigureCanvasAgg(figure).get_renderer()
            figure.draw(renderer)
            boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in texts_of(figure)]
        width, height = figure.bbox.width, figure.bbox.height
        for text, box in boxes:
            assert box.x0 >= 0 and box.x1 <= width and box.y0 >= 0 and box.y1 <= height, f"{text!r} leaves the figure"
        for (one, a), (other, b) in combinations(boxes, 2):
            across = min(a.x1, b.x1) - max(a.x0, b.x0)
            along = min(a.y1, b.y1) - max(a.y0, b.y0)
            # Boxes include the space of ascenders and descenders: neighbouring lines may share a few pixels of it.
            assert across <= 1 or along <= 4, f"{one!r} overlaps {other!r}"


def test_no_text_is_smaller_than_twelve_points(drawn_figures: list[Figure]) -> None:
    assert min(text.get_fontsize() for figure in drawn_figures for text in texts_of(figure)) >= 12


def test_figures_are_as_wide_as_a_slide(drawn_figures: list[Figure]) -> None:
    assert {round(figure.get_size_inches()[0], 2) for figure in drawn_figures} == {13.33}


def test_a_player_and_an_outcome_look_the_same_whatever_was_solved() -> None:
    few, many = made_up.result(structures=1), made_up.result(structures=10, equilibria=12)
    assert outcome_marks(few.scenario) == outcome_marks(many.scenario)
    assert player_marks(few.scenario) == player_marks(many.scenario)
    assert {name: (mark.colour, mark.marker) for name, mark in outcome_marks(few.scenario).items()} == {
        "bypass deal": ("#EEDD88", "s"),
        "front deal": ("#882255", "^"),
        "border calm": ("#99DDFF", "D"),
        "status quo": ("#9A9A9A", "o"),
    }
    assert {name: (mark.colour, mark.hatch) for name, mark in player_marks(few.scenario).items()} == {
        "US": ("#0072B2", "//"),
        "ROK": ("#D55E00", "\\\\"),
        "DPRK": ("#009E73", ".."),
    }


def test_a_country_has_one_colour_in_all_scenarios_and_no_outcome_has_it() -> None:
    scenarios = [
        made_up.scenario(dict.fromkeys(names, "a country"), outcomes=[f"outcome {i}" for i in range(40)])
        for names in (["US", "ROK", "DPRK"], ["DPRK", "US", "ROK"], ["JPN", "ROK", "PRC", "DPRK", "RUS", "US"])
    ]
    marks = [player_marks(each) for each in scenarios]
    assert all(own[name] == marks[0][name] for own in marks for name in marks[0])
    assert len({mark.colour for mark in marks[2].values()}) == len({mark.hatch for mark in marks[2].values()}) == 6
    outcomes = {mark.colour for mark in outcome_marks(scenarios[0]).values()}
    assert not outcomes & {mark.colour for mark in marks[2].values()}


def test_every_marker_of_an_outcome_is_one_that_the_explorer_draws() -> None:
    drawing = pytest.importorskip("kgsim.explorer.drawing")
    marks = outcome_marks(made_up.scenario(outcomes=[*(f"outcome {i}" for i in range(20)), "status quo"]))
    assert {mark.marker for mark in marks.values()} == set(drawing.MARKERS)
    looks = {(name, drawing.TURNS.get(mark, 0.0)) for mark, name in drawing.MARKERS.items()}
    assert len(looks) == len(drawing.MARKERS)


def test_every_outcome_has_a_pair_of_colour_and_marker_of_its_own() -> None:
    names = [f"outcome {i}" for i in range(60)]
    marks = outcome_marks(made_up.scenario(outcomes=(*names, "status quo")))
    assert len(set(marks.values())) == 61
    assert len({mark.marker for mark in list(marks.values())[:10]}) == 10, "markers alone tell ten outcomes apart"


def test_what_is_left_out_is_said() -> None:
    figure = game_figure(made_up.result(equilibria=12), "parallel")
    words = " ".join(text.get_text() for text in texts_of(figure))
    assert f"{12 - MOST_EQUILIBRIA} more equilibria are not shown" in words


def test_a_structure_without_solution_says_why() -> None:
    result = made_up.result()
    words = " ".join(text.get_text() for text in texts_of(game_figure(result, "simultaneous")))
    assert "Not solved" in words and "disagreement point" in words
    assert "not solved" in {text.get_text() for text in texts_of(payoffs_figure(result))}


def test_the_diagram_tells_moves_terms_and_payoffs() -> None:
    words = [text.get_text() for text in texts_of(game_figure(made_up.result(), "bypass"))]
    assert {"ICBM-only offer", "take the US offer", "bypass deal", "Stage 3"} <= set(words)
    assert any("relief 50%" in word.replace("\n", " ") for word in words)
    assert any("ROK\u00a0-32.5" in word for word in words)


def test_an_offer_from_an_interval_is_on_its_line() -> None:
    """It is none of the listed ones, and its move is the one that is played all the same."""
    result = made_up.result()
    (solution, equilibrium) = (result.structures["bypass"], result.structures["bypass"].equilibria[0])
    course = equilibrium.courses[0]
    moves = {**course.moves, "US": "icbm_only(relief=0.123, recognition=0.5)"}
    played = replace(equilibrium, courses=(replace(course, moves=moves),))
    path = paths_of(result.scenario, replace(solution, equilibria=(played,)))[0]
    assert path.steps["US"].move == "icbm_only"
    assert "relief 12%" in path.steps["US"].menu


def test_no_axis_is_shared_between_players() -> None:
    figure = payoffs_figure(made_up.result())
    limits = {axes.get_xlim() for axes in figure.axes}
    assert len(limits) == len(figure.axes) == 3
    assert not any(list(axes.get_shared_x_axes().get_siblings(axes))[1:] for axes in figure.axes)


def test_each_players_worst_outcome_is_framed() -> None:
    figure = outcomes_figure(made_up.result())
    frames = [patch for patch in figure.axes[0].patches if not patch.get_fill()]
    assert len(frames) == 3


def test_shades_grow_darker_with_the_rank_in_greyscale_too() -> None:
    figure = outcomes_figure(made_up.result(structures=1))
    cells = [patch for patch in figure.axes[0].patches if patch.get_fill()]
    second_column = sorted({patch.get_x() for patch in cells})[1]
    rows = sorted((patch for patch in cells if patch.get_x() == second_column), key=lambda patch: patch.get_y())
    by_row = [np.dot(to_rgb(patch.get_facecolor()), (0.3, 0.59, 0.11)) for patch in rows]
    # Seoul's ranks in the order of the rows: 4, 3, 1, 2.
    assert by_row[0] < by_row[1] < by_row[3] < by_row[2]


def test_the_same_result_gives_the_same_bytes() -> None:
    assert list(drawn(made_up.result(structures=2))) == list(drawn(made_up.result(structures=2)))


def test_figures_need_no_pyplot_and_save_nothing() -> None:
    code = (
        "import sys, made_up, kgsim.report.figures as f; list(f.drawn(made_up.result(structures=1))); "
        "print('matplotlib.pyplot' in sys.modules)"
    )
    tests = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=tests, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


EYE = "\U0001f9ff"
FAMILY = "\U0001faf1\U0001f3fd\u200d\U0001faf2"
ETHIOPIC = "\u1230\u120b\u121d"


@pytest.mark.parametrize(
    ("text", "instead", "drawn"),
    [
        ("plain", "", "plain"),
        ("é – → ±", "id", "é – → ±"),
        (f"talks {EYE}", "id", "talks"),
        (f"{EYE} talks {FAMILY} again", "id", "talks again"),
        (EYE, "id", "id"),
        (EYE, "", "□"),
        (f"a{ETHIOPIC}", "id", "id"),
        (f"a{ETHIOPIC} {EYE}", "", "a□□□"),
        (ETHIOPIC, f"{ETHIOPIC}2", "□□□"),
    ],
)
def test_what_no_font_has_is_left_out_or_gives_way_to_the_id_or_boxes(text: str, instead: str, drawn: str) -> None:
    """Neither DejaVu Sans nor any of the East Asian fonts has emoji of their kind, or Ethiopic."""
    assert drawable(text, instead) == drawn


def test_a_font_installed_since_matplotlib_looked_is_found_in_the_middle_of_a_figure(monkeypatch) -> None:
    """The font is DejaVu Sans Mono by another name; what matters is that it is added, asked for and measured anew."""
    import matplotlib as mpl
    from matplotlib import font_manager

    from kgsim.plots import text

    file = font_manager.findfont("DejaVu Sans Mono")
    known: list[str] = []
    monkeypatch.setattr(text, "_FILES", ("dejavusansmono",))
    monkeypatch.setattr(text, "_EAST_ASIAN", ("DejaVu Sans Mono",))
    monkeypatch.setattr(font_manager, "get_font_names", lambda: known)
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [file])
    monkeypatch.setattr(font_manager.fontManager, "addfont", lambda path: known.append("DejaVu Sans Mono"))
    caches = (text.families, text.look_for_fonts, text._characters)
    for each in caches:
        each.cache_clear()
    try:
        with style():
            assert mpl.rcParams["font.family"] == ["DejaVu Sans"]
            drawable(ETHIOPIC)
            assert mpl.rcParams["font.family"] == ["DejaVu Sans", "DejaVu Sans Mono"]
        assert "DejaVu Sans Mono" not in mpl.rcParams["font.family"]
    finally:
        for each in caches:
            each.cache_clear()


def test_the_users_own_settings_of_matplotlib_change_no_figure() -> None:
    import matplotlib as mpl

    def all_drawn() -> bytes:
        return b"".join(content for _, content in drawn(made_up.result(structures=1)))

    own = {"text.usetex": True, "savefig.bbox": "tight", "axes.linewidth": 9.0, "font.weight": "bold"}
    plain = all_drawn()
    with mpl.rc_context(own):
        assert all_drawn() == plain
        assert {name: mpl.rcParams[name] for name in own} == own


def test_wrapped_lines_fit_and_lose_no_word_without_saying_so() -> None:
    ruler = Ruler()
    with style():
        lines = ruler.wrap(LONG, 12, 2.0, most=20)
        assert "".join(lines).replace(" ", "") == LONG.replace(" ", "")
        assert all(ruler.width(line, 12) <= 2.0 for line in lines)
        cut = ruler.wrap(LONG, 12, 2.0, most=2)
        assert len(cut) == 2 and cut[-1].endswith("…")
