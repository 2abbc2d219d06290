"""Shares of draws: outcomes as dots with their error, claims as bars, every way of drawing side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from kgsim.analysis.robustness import ORDINAL, Drawn, Robustness, StructureShares
from kgsim.plots.style import FAINT, GREEN, GREY, INK, LINE, VERMILLION, YELLOW, outcome_marks, style
from kgsim.plots.text import Ruler, drawable
from kgsim.wording import percent

WIDTH = 13.33
SIZE, SMALL = 13, 12
MARGIN = 0.35

#: Outcomes that no way of drawing reaches in a larger share are not drawn.
LEAST = 0.005

ROW, HEAD = 0.3, 0.62

_MARKERS = ("o", "s", "^")
_VERDICTS = {
    "holds": (GREEN, "", "holds"),
    "depends": (YELLOW, "//", "depends on the equilibrium"),
    "fails": (VERMILLION, "..", "fails"),
    "undecided": (GREY, "xx", "undecided"),
}


@dataclass(frozen=True)
class _Way:
    """How one way of drawing looks."""

    drawn: Drawn
    marker: str
    filled: bool


def shares_figure(result: Robustness) -> Figure:
    """Draw in which share of draws each outcome is an equilibrium outcome.

    Returns
    -------
    Figure
        A panel a structure, a row an outcome, a mark a way of drawing with its 95 % interval; the line in the
        outcome's colour spans the priors. Outcomes below half a percent throughout are left out. The draws not proven
        complete stand beside the structure's name.
    """
    with style():
        return _shares(result)


def _shares(result: Robustness) -> Figure:
    ruler = Ruler()
    ways = [
        _Way(each, "D" if each.name == ORDINAL else _MARKERS[place % len(_MARKERS)], place == 0)
        for place, each in enumerate(result.drawn)
    ]
    names = list(ways[0].drawn.structures)
    rows = {name: _rows(result, ways, name) for name in names}
    columns = _split([HEAD + ROW * len(rows[name]) for name in names]) if len(names) > 2 else [list(range(len(names)))]
    tall = max(sum(HEAD + ROW * len(rows[names[place]]) for place in column) for column in columns)
    height = 1.25 + tall + 1.15
    figure = Figure(figsize=(WIDTH, height))
    _titled(figure, ruler, result, "In which share of draws is an outcome an equilibrium outcome?")
    across = (WIDTH - 2 * MARGIN) / len(columns)
    for number, column in enumerate(columns):
        top = 1.25
        for place in column:
            name = names[place]
            deep = ROW * len(rows[name])
            box = (
                (MARGIN + number * across + 2.0) / WIDTH,
                1 - (top + HEAD - 0.12 + deep) / height,
                (across - 2.45) / WIDTH,
                deep / height,
            )
            _panel(figure.add_axes(box), ruler, result, ways, name, rows[name], place == column[-1])
            left = (MARGIN + number * across) / WIDTH
            figure.text(left, 1 - (top + 0.36) / height, drawable(name.replace("_", " ")), size=SIZE, weight="bold")
            figure.text(
                (MARGIN + (number + 1) * across - 0.45) / WIDTH,
                1 - (top + 0.36) / height,
                _open(ways, name),
                size=SMALL,
                color=FAINT,
                ha="right",
            )
            top += HEAD + deep
    signs = [
        Line2D([], [], marker=way.marker, linestyle="none", markersize=8, markeredgecolor=INK,
               color=INK if way.filled else "white", label=f"{way.drawn.name}: {way.drawn.draws:,} draws")
        for way in ways
    ]  # fmt: skip
    figure.legend(handles=signs, loc="lower left", ncols=len(signs), bbox_to_anchor=(0.01, 0.0), fontsize=SMALL)
    return figure


def _rows(result: Robustness, ways: Sequence[_Way], structure: str) -> list[str]:
    found = [each.structures[structure] for way in ways if structure in (each := way.drawn).structures]
    names = [rule.name for rule in result.scenario.outcomes]
    return [name for name in names if max(each.outcomes[name].share for each in found) >= LEAST] or names[-1:]


def _panel(
    axes: Axes, ruler: Ruler, result: Robustness, ways: Sequence[_Way], name: str, rows: Sequence[str], last: bool
) -> None:
    marks = outcome_marks(result.scenario)
    found: list[StructureShares | None] = [way.drawn.structures.get(name) for way in ways]
    for row, outcome in enumerate(rows):
        priors = [
            each.outcomes[outcome].share
            for way, each in zip(ways, found, strict=True)
            if each and way.drawn.name != ORDINAL
        ]
        axes.plot(
            [100 * min(priors), 100 * max(priors)], [row, row], color=marks[outcome].colour, lw=7,
            solid_capstyle="round", alpha=0.75, zorder=1.5,
        )  # fmt: skip
        for way, each in zip(ways, found, strict=True):
            if each is None:
                continue
            share = each.outcomes[outcome]
            axes.plot([100 * share.low, 100 * share.high], [row, row], color=INK, lw=1.2, zorder=2.5)
            axes.plot(
                100 * share.share, row, marker=way.marker, markersize=7, color=INK if way.filled else "white",
                markeredgecolor=INK, markeredgewidth=1.1, zorder=3, clip_on=False,
            )  # fmt: skip
    axes.set_xlim(-3, 103)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [ruler.wrap(drawable(each), SMALL, 1.8, most=1)[0] for each in rows])
    axes.tick_params(axis="y", labelsize=SMALL, length=0)
    axes.set_xticks([0, 25, 50, 75, 100], [f"{tick} %" for tick in (0, 25, 50, 75, 100)] if last else [""] * 5)
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_color(LINE)
    axes.spines["bottom"].set_color(LINE)


def _open(ways: Sequence[_Way], name: str) -> str:
    shares = [
        way.drawn.structures[name].unproven.share
        for way in ways
        if name in way.drawn.structures and way.drawn.name != ORDINAL
    ]
    if max(shares) == 0.0:
        return "all proven complete"
    low, high = percent(min(shares)), percent(max(shares))
    return f"not proven complete: {low if low == high else f'{low} to {high}'}"


def claims_figure(result: Robustness) -> Figure:
    """Draw in which share of draws each claim holds.

    Returns
    -------
    Figure
        A group of bars a claim, one bar a prior, cut into the draws in which the claim holds, depends on which
        equilibrium is played, fails, or cannot be decided. At the right, the draws not proven.
    """
    with style():
        return _claims(result)


def _claims(result: Robustness) -> Figure:
    ruler = Ruler()
    ways = list(result.priors.values())
    names = list(ways[0].claims)
    bar = 0.27
    each = max(len(ways) * bar + 0.2, 0.72)
    height = 1.35 + each * len(names) + 1.15
    figure = Figure(figsize=(WIDTH, height))
    _titled(figure, ruler, result, "In which share of draws does a claim hold?")
    left, right = 6.0, WIDTH - 1.85
    axes = figure.add_axes((left / WIDTH, 1.1 / height, (right - left) / WIDTH, each * len(names) / height))
    for place, name in enumerate(names):
        for number, way in enumerate(ways):
            claim = way.claims[name]
            y = place + (number - (len(ways) - 1) / 2) * bar / each
            start = 0.0
            for verdict, (colour, hatch, _) in _VERDICTS.items():
                share = 100 * float(getattr(claim, verdict).share)
                axes.barh(
                    y, share, left=start, height=0.9 * bar / each, color=colour, hatch=hatch, edgecolor=INK, lw=0.5
                )
                start += share
            if claim.unproven.share:
                axes.text(102, y, f"open: {percent(claim.unproven.share)}", size=SMALL, color=FAINT, va="center")
            axes.text(-1.2, y, way.name[:3], size=SMALL, color=FAINT, va="center", ha="right")
        lines = ruler.wrap(drawable(f"{name}: {result.scenario.claims[name].says}", name), SMALL, left - 1.1, most=3)
        y = 1 - (1.4 + each * (place + 0.5)) / height
        figure.text(MARGIN / WIDTH, y, "\n".join(lines), size=SMALL, va="center", color=INK)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(0, 100)
    axes.set_yticks([])
    axes.set_xticks([0, 25, 50, 75, 100], [f"{tick} %" for tick in (0, 25, 50, 75, 100)])
    axes.grid(visible=False)
    signs = [Patch(facecolor=c, hatch=h, edgecolor=INK, lw=0.5, label=text) for c, h, text in _VERDICTS.values()]
    figure.legend(handles=signs, loc="lower left", ncols=4, bbox_to_anchor=(0.01, 0.0), fontsize=SMALL)
    notes = "; ".join(f"{way.name[:3]}: {way.name}, {way.draws:,} draws" for way in ways)
    figure.text(
        MARGIN / WIDTH, 0.5 / height, f"{notes}; open: further equilibria might change the verdict", size=SMALL,
        color=FAINT,
    )  # fmt: skip
    return figure


def _titled(figure: Figure, ruler: Ruler, result: Robustness, title: str) -> None:
    height = figure.get_size_inches()[1]
    figure.text(MARGIN / WIDTH, 1 - 0.5 / height, title, size=20, weight="bold", color=INK)
    below = f"{result.scenario.title}. Shares of draws from the parameters' ranges, no probabilities of events."
    line = ruler.wrap(drawable(below, result.scenario.name), SIZE, WIDTH - 2 * MARGIN, most=1)[0]
    figure.text(MARGIN / WIDTH, 1 - 0.85 / height, line, size=SIZE, color=FAINT)


def _split(heights: Sequence[float]) -> list[list[int]]:
    """Share panels out over two columns, in order, so that the taller is as low as can be."""
    cuts = range(1, len(heights))
    cut = min(cuts, key=lambda place: max(sum(heights[:place]), sum(heights[place:])))
    return [list(range(cut)), list(range(cut, len(heights)))]
