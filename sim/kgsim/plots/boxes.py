"""Scenario discovery: boxes of parameters in which an answer occurs, and the peeling behind them."""

from __future__ import annotations

from typing import Unpack

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kgsim.analysis.discovery import Discovery
from kgsim.analysis.prim import Box
from kgsim.analysis.sensitivity import Sensitivity
from kgsim.messages.draws import box_message
from kgsim.plots.sheet import MARGIN, SIZE, SMALL, Options, Sheet, on_sheet
from kgsim.plots.style import BLUE, FAINT, GREEN, INK, LINE, ORANGE, SHADE
from kgsim.plots.text import drawable, line_height
from kgsim.wording import number, percent

_BOX_COLOURS = (BLUE, ORANGE, GREEN)

#: Least width of a sheet on which the peeling and the boxes stand side by side.
BESIDE = 12.0

NAME, ROW, PEELING = 2.1, 0.62, 4.3


@on_sheet
def discovery_figure(sheet: Sheet, result: Sensitivity, **options: Unpack[Options]) -> Figure:
    """Draw the boxes in which an answer occurs, and the peeling behind them.

    Parameters
    ----------
    result
        As `kgsim.sensitivity` gives it.

    Returns
    -------
    Figure
        First, coverage against density along each peeling trajectory, the box taken marked. Then a row a restricted
        parameter over its range: the band is the box, the tick the value held, quasi-p values at its limits.

    Raises
    ------
    ValueError
        If no box was found.
    """
    if not result.discovery.boxes:
        raise ValueError("no box was found")
    ruler, found = sheet.ruler, result.discovery
    beside = sheet.width >= BESIDE
    left = MARGIN + PEELING + 1.4 if beside else MARGIN
    wide = sheet.width - MARGIN - left
    heads = [
        ruler.wrap(
            f"Box {place + 1}: density {percent(each.box.density)}, coverage {percent(each.box.coverage)}, "
            f"mass {percent(each.box.mass)}",
            SIZE, wide, weight="bold", most=3,
        )
        for place, each in enumerate(found.boxes)
    ]  # fmt: skip
    labels = result.scenario.labels
    rows = {
        name: ruler.wrap(drawable(labels.parameter(name), name), SMALL, NAME - 0.2, most=8)
        for each in found.boxes
        for name in each.box.limits
    }
    high = max(ROW, *(len(each) * line_height(SMALL) + 0.1 for each in rows.values()))
    deep = sum(
        len(lines) * line_height(SIZE) + 0.15 + high * len(each.box.limits)
        for lines, each in zip(heads, found.boxes, strict=True)
    )
    head = sheet.head(box_message(found), f"Where {found.question}", result.scenario.title)
    peeling = max(deep, 4.6) if beside else 3.0
    height = head.height + (max(peeling + 0.8, deep + 0.3) if beside else peeling + 0.95 + deep + 0.2)
    figure = sheet.figure(height, head)
    _trajectories(sheet.axes(figure, (1.0, head.height, PEELING if beside else sheet.width - 1.4, peeling)), found)
    top = head.height if beside else head.height + peeling + 0.95
    for place, (each, lines) in enumerate(zip(found.boxes, heads, strict=True)):
        top = sheet.lines(figure, left, top, lines, SIZE, weight="bold") + 0.15
        colour = _BOX_COLOURS[place % len(_BOX_COLOURS)]
        for name in each.box.limits:
            sheet.lines(figure, left, top, rows[name], SMALL)
            axes = sheet.axes(figure, (left + NAME, top, wide - NAME - 0.5, 0.3))
            _limits(axes, result, each.box, name, colour)
            sheet.text(figure, left + wide - 0.5, top + 0.43, _told(result, each.box, name), ha="right")
            top += high
    return figure


def _trajectories(axes: Axes, found: Discovery) -> None:
    for place, each in enumerate(found.boxes):
        colour = _BOX_COLOURS[place % len(_BOX_COLOURS)]
        coverage, density = (
            np.array([getattr(box, name) for box in each.trajectory]) for name in ("coverage", "density")
        )
        axes.plot(100 * coverage, 100 * density, "-", color=colour, lw=1.2, alpha=0.6)
        axes.plot(100 * coverage, 100 * density, ".", color=colour, markersize=6)
        axes.plot(
            100 * each.box.coverage, 100 * each.box.density, marker="*", markersize=17, color=colour,
            markeredgecolor=INK, clip_on=False, zorder=3,
        )  # fmt: skip
        axes.annotate(
            str(place + 1), (100 * each.box.coverage, 100 * each.box.density), xytext=(9, 5),
            textcoords="offset points", size=SIZE, weight="bold",
        )  # fmt: skip
    axes.axhline(100 * found.density, color=FAINT, lw=1.2, ls="--")
    axes.set_xlim(0, 102)
    axes.set_ylim(0, 102)
    axes.set_xlabel("coverage: % of all draws of interest", size=SMALL)
    axes.set_ylabel("density: % of the box of interest", size=SMALL)


def _limits(axes: Axes, result: Sensitivity, box: Box, name: str, colour: str) -> None:
    least, most = result.discovery.ranges[name]
    low, high = result.discovery.within(box, name)
    axes.barh(0, most - least, left=least, height=0.7, color=SHADE, edgecolor=LINE, lw=0.8)
    axes.barh(0, high - low, left=low, height=0.7, color=colour, alpha=0.75)
    axes.plot(
        result.scenario.parameters[name].value,
        0,
        "o",
        color="black",
        markeredgecolor="white",
        markersize=7,
        clip_on=False,
    )
    axes.set_xlim(least, most)
    axes.set_ylim(-0.5, 0.5)
    axes.axis("off")
    gap = 0.012 * (most - least)
    axes.text(least - gap, 0, number(least), size=SMALL, color=FAINT, va="center", ha="right")
    axes.text(most + gap, 0, number(most), size=SMALL, color=FAINT, va="center", ha="left")


def _told(result: Sensitivity, box: Box, name: str) -> str:
    """The limits that the box sets to a parameter, each with its quasi-p value."""
    bounds = zip(result.discovery.within(box, name), box.quasi_p[name], strict=True)
    return " to ".join(
        f"{number(bound)} (p {'< 0.001' if p < 0.001 else f'{p:.2g}'})" for bound, p in bounds if p is not None
    )
