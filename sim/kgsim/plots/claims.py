"""Shares of draws in which claims hold: bars cut by verdict."""

from __future__ import annotations

from typing import Unpack

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from kgsim.analysis.robustness_result import PriorResult, Robustness
from kgsim.messages.draws import claims_message
from kgsim.plots.shares import BELOW
from kgsim.plots.sheet import MARGIN, SMALL, Options, Sheet, Sign, on_sheet
from kgsim.plots.style import FAINT, INK, VERDICT_MARKS
from kgsim.plots.text import drawable, line_height

#: Least width of a sheet with claims beside their bars and not above them.
BESIDE = 9.0

BAR, PRIOR = 0.27, 0.45


@on_sheet
def claims_figure(sheet: Sheet, result: Robustness, **options: Unpack[Options]) -> Figure:
    """Draw in which share of draws each claim holds.

    Parameters
    ----------
    result
        As `kgsim.robustness` gives it.

    Returns
    -------
    Figure
        A group of bars a claim, one bar a prior, cut into the draws in which the claim holds, depends on which
        equilibrium is played, fails, cannot be decided, or is vacuous since its premise is met at no equilibrium.
    """
    ruler = sheet.ruler
    ways = list(result.priors.values())
    names = list(ways[0].claims)
    beside = sheet.width >= BESIDE
    room = 0.42 * sheet.width - MARGIN if beside else sheet.room
    told = {name: ruler.wrap(drawable(result.scenario.claims[name].says, name), SMALL, room, most=4)
            for name in names}  # fmt: skip
    bars = len(ways) * BAR
    heights = {name: len(lines) * line_height(SMALL) for name, lines in told.items()}
    each = {name: max(high, bars) + 0.2 if beside else high + bars + 0.25 for name, high in heights.items()}
    head = sheet.head(
        claims_message(result, sheet.words),
        "In which share of draws does a claim hold?",
        f"{result.scenario.title}. {BELOW}",
    )
    seen = [
        mark
        for verdict, mark in VERDICT_MARKS.items()
        if verdict != "vacuous" or any(getattr(way.claims[name], verdict).share for way in ways for name in names)
    ]
    signs: list[Sign] = [(Patch(facecolor=c, hatch=h, edgecolor=INK, lw=0.5), text) for c, h, text in seen]
    legend = sheet.legend(signs)
    notes = "; ".join(f"{way.name[:3]}: {way.name}, {way.draws:,} draws" for way in ways)
    note = ruler.wrap(
        f"{notes}; undecided: equilibria that might contradict are not ruled out", SMALL, sheet.room, most=4
    )
    foot = 0.4 + len(note) * line_height(SMALL) + 0.1 + legend.height
    figure = sheet.figure(head.height + sum(each.values()) + foot, head)
    left = (0.42 * sheet.width if beside else MARGIN) + PRIOR
    top = head.height
    for name in names:
        sheet.lines(figure, MARGIN, top + (max(bars - heights[name], 0.0) / 2 if beside else 0.0), told[name], SMALL)
        y = top + max(heights[name] - bars, 0.0) / 2 if beside else top + heights[name] + 0.05
        axes = sheet.axes(figure, (left, y, sheet.width - left - MARGIN, bars))
        for place, way in enumerate(ways):
            _bar(axes, place, way, name)
            sheet.text(figure, left - 0.08, y + (place + 0.5) * BAR, way.name[:3], color=FAINT, ha="right")
        axes.set_ylim(len(ways) - 0.5, -0.5)
        axes.set_xlim(0, 100)
        axes.set_yticks([])
        axes.set_xticks([])
        axes.grid(visible=False)
        for spine in axes.spines.values():
            spine.set_visible(False)
        top += each[name]
    wide = sheet.width - left - MARGIN
    for tick in (0, 25, 50, 75, 100) if wide > 2.8 else (0, 50, 100):
        sheet.text(figure, left + wide * tick / 100, top + 0.1, f"{tick} %", ha="center")
    end = sheet.lines(figure, MARGIN, top + 0.35, note, SMALL, color=FAINT)
    sheet.sign(figure, legend, end + 0.05)
    return figure


def _bar(axes: Axes, place: int, way: PriorResult, name: str) -> None:
    start = 0.0
    for verdict, (colour, hatch, _) in VERDICT_MARKS.items():
        share = 100 * float(getattr(way.claims[name], verdict).share)
        axes.barh(place, share, left=start, height=0.9, color=colour, hatch=hatch, edgecolor=INK, lw=0.5)
        start += share
