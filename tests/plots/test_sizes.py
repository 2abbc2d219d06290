"""Every figure at every size: no text cut off or overlapping, none smaller than promised, none wider than asked."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

import kgsim
import kgsim.plots as plots
import made_up
from first_edition import FIRST_EDITION
from kgsim.dynamics.simulate import Options
from kgsim.plots.style import style


@cache
def load(name: str) -> Any:
    return kgsim.load(FIRST_EDITION / f"{name}.yaml")


@cache
def solved(name: str = "bypass") -> Any:
    return kgsim.solve(load(name))


@cache
def moved() -> Any:
    found = kgsim.sensitivity(load("freeze_for_freeze"), draws=256)
    assert found.discovery.boxes and found.indices
    return found


@cache
def drawn() -> Any:
    return kgsim.robustness(load("freeze_for_freeze"), draws=128)


@cache
def updated() -> Any:
    told = kgsim.load_events(FIRST_EDITION.parent / "events" / "korea_2025.yaml")
    return kgsim.update(load("bypass"), told, draws=64)


@cache
def advised() -> Any:
    found = kgsim.advise(load("bypass"), "ROK", draws=96, structures=FEW)
    assert any(each.kind == "parameter" for each in found.signposts)
    return found


@cache
def played() -> Any:
    return kgsim.simulate(load("drift"), Options(rounds=6, runs=40), structures=FEW)


@cache
def swept(*names: str) -> Any:
    ranges = {"A": np.linspace(0, 45, 8), "h": np.linspace(20, 80, 8)}
    return kgsim.sweep(load("bypass"), structures=FEW, **{name: ranges[name] for name in names})


@cache
def price() -> Any:
    return kgsim.price_of_deterrence(load("bypass"))


@cache
def scores() -> Any:
    return kgsim.backtest(load("freeze_for_freeze"), draws=40)


@cache
def compared() -> Any:
    return kgsim.compare(load("bypass"), values={"cheap": {"A": 5.0}, "dear": {"A": 40.0}}, structures=FEW)


@cache
def noisy() -> Any:
    return kgsim.noisy_play(load("bypass"), structure="through_seoul")


@cache
def seen() -> Any:
    return kgsim.lenses(load("bypass"), structure="through_seoul")


FEW = ["bypass", "coordinated"]
DRAW: dict[str, Callable[..., Figure]] = {
    "payoffs_figure": lambda **how: plots.payoffs_figure(solved(), **how),
    "outcomes_figure": lambda **how: plots.outcomes_figure(solved(), **how),
    "bargaining_figure": lambda **how: plots.bargaining_figure(solved(), **how),
    "game_figure": lambda **how: plots.game_figure(solved(), "coordinated_veto", **how),
    "game_figure of a lottery": lambda **how: plots.game_figure(solved("freeze_for_freeze"), "at_once", **how),
    "dumbbell_figure": lambda **how: plots.dumbbell_figure(solved(), "parallel", "coordinated_veto", **how),
    "sweep_figure": lambda **how: plots.sweep_figure(swept("A"), "bypass", **how),
    "regime_figure": lambda **how: plots.regime_figure(swept("A", "h"), **how),
    "price_figure": lambda **how: plots.price_figure(price(), **how),
    "tornado_figure": lambda **how: plots.tornado_figure(moved(), **how),
    "indices_figure": lambda **how: plots.indices_figure(moved(), **how),
    "discovery_figure": lambda **how: plots.discovery_figure(moved(), **how),
    "shares_figure": lambda **how: plots.shares_figure(drawn(), **how),
    "survival_figure": lambda **how: plots.survival_figure(updated(), **how),
    "hypotheses_figure": lambda **how: plots.hypotheses_figure(updated(), **how),
    "shifts_figure": lambda **how: plots.shifts_figure(updated(), **how),
    "regret_figure": lambda **how: plots.regret_figure(advised(), **how),
    "signposts_figure": lambda **how: plots.signposts_figure(advised(), **how),
    "claims_figure": lambda **how: plots.claims_figure(drawn(), **how),
    "lenses_figure": lambda **how: plots.lenses_figure(seen(), **how),
    "noisy_figure": lambda **how: plots.noisy_figure(noisy(), **how),
    "comparison_figure": lambda **how: plots.comparison_figure(compared(), **how),
    "backtest_figure": lambda **how: plots.backtest_figure(scores(), **how),
    "runs_figure": lambda **how: plots.runs_figure(played(), **how),
    "fan_figure": lambda **how: plots.fan_figure(played(), **how),
}
"""Every figure of a real result that is quick to have, and had only if it is drawn."""


NAMES = [name for name in plots.__all__ if name.endswith("_figure")] + ["game_figure of a lottery"]


def shown(figure: Figure) -> list[Text]:
    """All texts that are drawn: labels of ticks beyond an axis's limits are not."""
    hidden = set()
    for axes in figure.axes:
        for axis, place in ((axes.xaxis, 0), (axes.yaxis, 1)):
            low, high = sorted(axis.get_view_interval())
            slack = 1e-9 * (high - low)
            hidden |= {
                label for label in axis.get_ticklabels()
                if not axes.axison or not low - slack <= label.get_position()[place] <= high + slack
            }  # fmt: skip
    return [
        text for text in figure.findobj(Text) if text not in hidden and text.get_visible() and text.get_text().strip()
    ]


def check(figure: Figure, least: float) -> None:
    """Check that all texts lie inside, apart, and are no smaller than `least`."""
    with style():
        renderer = FigureCanvasAgg(figure).get_renderer()
        figure.draw(renderer)
        texts = shown(figure)
        boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in texts]
    width, height = figure.bbox.width, figure.bbox.height
    for text, box in boxes:
        assert box.x0 >= -0.5 and box.x1 <= width + 0.5, f"{text!r} leaves the figure at a side"
        assert box.y0 >= -0.5 and box.y1 <= height + 0.5, f"{text!r} leaves the figure above or below"
    for (one, a), (other, b) in combinations(boxes, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        along = min(a.y1, b.y1) - max(a.y0, b.y0)
        # Boxes include the space of ascenders and descenders: neighbouring lines may share a third of it.
        assert across <= 1 or along <= 0.35 * least * figure.dpi / 72, f"{one!r} overlaps {other!r}"
    assert min(text.get_fontsize() for text in texts) >= least - 1e-9


@pytest.mark.parametrize("size", plots.SIZES)
@pytest.mark.parametrize("name", NAMES)
def test_every_figure_is_legible_at_every_size(name: str, size: str) -> None:
    for titled in (True, False) if size == "page" else (True,):
        figure = DRAW[name](size=size, titled=titled)
        assert figure.get_size_inches()[0] == pytest.approx(plots.SIZES[size].width)
        check(figure, plots.SIZES[size].small)
        assert not any(text.get_text().endswith("…") for text in shown(figure)), "no name is cut"


def test_no_figure_is_left_out() -> None:
    assert set(DRAW) == set(NAMES)
    assert all(callable(getattr(plots, name)) for name in plots.__all__ if name.endswith("_figure"))


@pytest.mark.parametrize("name", [name for name in plots.__all__ if name.endswith("_figure")])
def test_every_figure_says_which_keywords_it_takes(name: str) -> None:
    function = getattr(plots, name)
    taken = inspect.signature(function).parameters
    keywords = [each.name for each in taken.values() if each.kind is each.KEYWORD_ONLY]
    told = str(inspect.getdoc(function)).split("\nReturns\n")[0].splitlines()
    assert keywords in (["size", "titled"], ["size", "titled", "lang"])
    assert [line for line in told if line in keywords] == keywords
    assert not {"sheet", "options"} & set(taken)
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        function(*(None for each in taken if each not in keywords), colour="red")


@pytest.mark.parametrize("size", ["page", "column"])  # slides: test_figures.py
@pytest.mark.parametrize("kind", ["six players", "twelve equilibria", "Hangul"])
def test_results_of_unusual_shape_fit_too(size: str, kind: str) -> None:
    six = {f"P{i}": f"Player number {i}" for i in range(6)}
    korean = {"US": "미국", "ROK": "대한민국", "DPRK": "조선민주주의인민공화국"}
    result = {
        "six players": lambda: made_up.result(six),
        "twelve equilibria": lambda: made_up.result(structures=10, equilibria=12),
        "Hangul": lambda: made_up.result(korean, label="협상"),
    }[kind]()
    for figure in (
        plots.payoffs_figure(result, size=size),
        plots.outcomes_figure(result, size=size),
        *(plots.game_figure(result, name, size=size) for name in list(result.structures)[:3]),
    ):
        check(figure, plots.SIZES[size].small)


def test_a_size_of_ones_own_and_an_unknown_one() -> None:
    figure = plots.payoffs_figure(made_up.result(), size=plots.Size("poster", 20.0, 10.0, 18))
    assert figure.get_size_inches()[0] == pytest.approx(20.0)
    assert min(text.get_fontsize() for text in shown(figure)) == pytest.approx(18)
    with pytest.raises(kgsim.GameError, match=r"no figure size 'huge'; there are slide, page, column"):
        plots.payoffs_figure(made_up.result(), size="huge")
