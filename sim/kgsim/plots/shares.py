"""Shares of draws in which outcomes are equilibrium outcomes: dots with their error, all ways of drawing in a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Unpack

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from kgsim.analysis.robustness import ORDINAL
from kgsim.analysis.robustness_result import PriorResult, Robustness, StructureShares
from kgsim.messages.draws import shares_message
from kgsim.plots.sheet import MARGIN, SIZE, SMALL, Options, Sheet, Sign, on_sheet
from kgsim.plots.style import FAINT, INK, LINE, outcome_marks
from kgsim.plots.text import Ruler, drawable, line_height
from kgsim.wording import percent

#: Heights of an outcome's row and of what stands above and below a panel, and the room for outcomes' names.
ROW, HEAD, NAME = 0.34, 0.7, 1.9

#: Least width of a sheet with two columns of panels.
BESIDE = 9.0

BELOW = "Shares of draws from the parameters' ranges, no probabilities of events."

_MARKERS = ("o", "s", "^")


@dataclass(frozen=True)
class _Way:
    """How one way of drawing looks."""

    drawn: PriorResult
    marker: str
    filled: bool


@on_sheet
def shares_figure(sheet: Sheet, result: Robustness, **options: Unpack[Options]) -> Figure:
    """Draw in which share of draws each outcome is an equilibrium outcome.

    Parameters
    ----------
    result
        As `kgsim.robustness` gives it.

    Returns
    -------
    Figure
        A panel a structure, a row an outcome, a mark a way of drawing with its 95 % interval; the line in the
        outcome's colour spans the priors. Outcomes that no draw reaches are left out. The draws not proven
        complete stand beside the structure's name.
    """
    ruler = sheet.ruler
    ways = [
        _Way(each, "D" if each.name == ORDINAL else _MARKERS[place % len(_MARKERS)], place == 0)
        for place, each in enumerate(result.drawn)
    ]
    names = list(ways[0].drawn.structures)
    rows = {name: _rows(result, ways, name) for name in names}
    beside = sheet.width >= BESIDE and len(names) > 1
    wide = sheet.room / (2 if beside else 1)
    heads = {name: _heading(ways, name, result.scenario.labels.structure(name), wide - 0.3, ruler) for name in names}
    deep = {
        name: HEAD - line_height(SIZE) + sum(line_height(size) for _, size, *_ in heads[name]) + ROW * len(rows[name])
        for name in names
    }
    columns = _split([deep[name] for name in names]) if beside else [list(range(len(names)))]
    tall = max(sum(deep[names[place]] for place in column) for column in columns)
    head = sheet.head(
        shares_message(result, sheet.words),
        "In which share of draws is an outcome an equilibrium outcome?",
        f"{result.scenario.title}. {BELOW}",
    )
    signs: list[Sign] = [
        (Line2D([], [], marker=way.marker, linestyle="none", markersize=8, markeredgecolor=INK,
                color=INK if way.filled else "white"), f"{way.drawn.name}: {way.drawn.draws:,} draws")
        for way in ways
    ]  # fmt: skip
    legend = sheet.legend(signs)
    figure = sheet.figure(head.height + tall + 0.3 + legend.height, head)
    for number, column in enumerate(columns):
        top, left = head.height, MARGIN + number * wide
        for place in column:
            name = names[place]
            y = top
            for text, size, weight, colour in heads[name]:
                y = sheet.lines(figure, left, y, [text], size, weight=weight, color=colour)
            if heads[name][-1][3] == INK:
                sheet.text(figure, left + wide - 0.3, top + 0.13, _open(ways, name), color=FAINT, ha="right")
            y += 0.1
            axes = sheet.axes(figure, (left + NAME, y, wide - NAME - 0.4, ROW * len(rows[name])))
            _panel(axes, ruler, result, ways, name, rows[name], place == column[-1])
            top += deep[name]
    sheet.sign(figure, legend, head.height + tall + 0.3)
    return figure


def _heading(
    ways: Sequence[_Way], name: str, label: str, room: float, ruler: Ruler
) -> list[tuple[str, float, str, str]]:
    """A structure's name in lines, and on one of its own, where it does not fit beside, what is not proven."""
    lines = ruler.wrap(drawable(label, name), SIZE, room, weight="bold", most=6)
    note = _open(ways, name)
    fits = ruler.width(lines[0], SIZE, "bold") + ruler.width(note, SMALL) + 0.3 <= room
    rest = [] if fits else [(note, SMALL, "normal", FAINT)]
    return [*((line, SIZE, "bold", INK) for line in lines), *rest]


def _rows(result: Robustness, ways: Sequence[_Way], structure: str) -> list[str]:
    found = [each.structures[structure] for way in ways if structure in (each := way.drawn).structures]
    names = [rule.name for rule in result.scenario.outcomes]
    return [name for name in names if max(each.outcomes[name].share for each in found) > 0.0] or names[-1:]


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
    told = ["\n".join(ruler.wrap(drawable(each), SMALL, NAME - 0.15, most=3)) for each in rows]
    axes.set_yticks(range(len(rows)), told, linespacing=0.95)
    axes.tick_params(labelsize=SMALL)
    axes.tick_params(axis="y", length=0)
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


def _split(heights: Sequence[float]) -> list[list[int]]:
    """Share panels out over two columns, in order, so that the taller is as low as can be."""
    cuts = range(1, len(heights))
    cut = min(cuts, key=lambda place: max(sum(heights[:place]), sum(heights[place:])))
    return [list(range(cut)), list(range(cut, len(heights)))]
