"""Outcomes by lenses: a mark where a solution concept admits an outcome, and how many do."""

from __future__ import annotations

from typing import Unpack

from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from kgsim.analysis.lenses import Lenses
from kgsim.plots.board import board, write
from kgsim.plots.sheet import MARGIN, SIZE, SMALL, Options, Sheet, on_sheet
from kgsim.plots.style import BLUE, FAINT, INK, LINE, SHADE
from kgsim.plots.text import drawable, line_height

ROW, RADIUS = 0.42, 0.09
LABEL, COUNT = 2.6, 0.75


@on_sheet
def lenses_figure(sheet: Sheet, result: Lenses, **options: Unpack[Options]) -> Figure:
    """Draw which lenses admit which outcomes.

    Parameters
    ----------
    result
        As `kgsim.lenses` gives it.

    Returns
    -------
    Figure
        A row an outcome, the most widely admitted ones first; a column a lens, filled where it admits the outcome, a
        ring where it does not; at the right, how many do.
    """
    views = result.seeing
    by = {outcome: result.admitted_by(outcome) for outcome in result.outcomes}
    outcomes = sorted(result.outcomes, key=lambda each: -len(by[each]))
    label = min(LABEL, 0.35 * sheet.room)
    across = (sheet.room - label - COUNT) / max(1, len(views))
    names = [drawable(view.label) for view in views]
    upright = max((sheet.ruler.width(name, SMALL) for name in names), default=0.0) + 0.2
    head = sheet.head(result.sentences[0], f"Structure of play: {result.label}")
    rows = [sheet.ruler.wrap(drawable(outcome), SIZE, label - 0.15, most=2) for outcome in outcomes]
    heights = [max(ROW, len(lines) * line_height(SIZE) + 0.1) for lines in rows]
    height = head.height + upright + sum(heights) + 0.25
    figure, axes = board(sheet, height, head)
    left, top = MARGIN + label, head.height + upright
    for place, name in enumerate(names):
        axes.text(left + (place + 0.5) * across, top - 0.1, name, size=SMALL, color=INK, rotation=90, ha="center")
    for place, (outcome, lines, high) in enumerate(zip(outcomes, rows, heights, strict=True)):
        if place % 2 == 0:
            axes.add_patch(Rectangle((MARGIN - 0.1, top), sheet.room + 0.2, high, facecolor=SHADE, lw=0))
        write(axes, MARGIN, top + (high - len(lines) * line_height(SIZE)) / 2, lines, SIZE)
        for column, view in enumerate(views):
            centre = (left + (column + 0.5) * across, top + high / 2)
            admitted = outcome in view.outcomes
            axes.add_patch(
                Circle(
                    centre, RADIUS, facecolor=BLUE if admitted else "white", edgecolor=INK if admitted else LINE, lw=1
                )
            )
        text = f"{len(by[outcome])} of {len(views)}"
        axes.text(MARGIN + sheet.room, top + high / 2, text, size=SMALL, color=FAINT, ha="right", va="center")
        top += high
    return figure
