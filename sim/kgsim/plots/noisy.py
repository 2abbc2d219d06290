"""Noisy play: how likely each outcome is as better moves become likelier."""

from __future__ import annotations

from typing import Unpack

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

from kgsim.analysis.noisy import NoisyPlay
from kgsim.plots.sheet import SIZE, Options, Sheet, on_sheet, outcome_sign
from kgsim.plots.style import INK, outcome_marks
from kgsim.plots.text import drawable, line_height
from kgsim.wording import number, percent

LEFT, HEIGHT = 0.95, 3.9

#: Outcomes that stay below this share are not drawn.
LEAST = 0.03

BELOW = "Precision, per range of payoffs: from even play to ever better responses"


@on_sheet
def noisy_figure(sheet: Sheet, result: NoisyPlay, **options: Unpack[Options]) -> Figure:
    """Draw how likely each outcome is against the precision of play.

    Parameters
    ----------
    result
        As `kgsim.noisy_play` gives it.

    Returns
    -------
    Figure
        A line an outcome, broken where responses did not settle. Outcomes below three percent throughout are left out.
    """
    rules = result.scenario.outcomes
    shown = [row for row, shares in enumerate(result.shares) if shares.max() >= LEAST]
    marks = outcome_marks(result.scenario)
    last = max(shown, key=lambda row: result.shares[row, -1])
    likeliest = drawable(rules[last].label, rules[last].name)
    head = sheet.head(
        f"Where play is most precise, {likeliest} is the likeliest, at {percent(result.shares[last, -1])}",
        f"Structure of play: {result.scenario.structures[result.structure].label}",
    )
    legend = sheet.legend(
        [(outcome_sign(marks[rules[row].name]), drawable(rules[row].label, rules[row].name)) for row in shown]
    )
    below = sheet.ruler.wrap(BELOW, SIZE, sheet.room, most=2)
    foot = 0.45 + len(below) * line_height(SIZE) + 0.1 + legend.height
    high = max(HEIGHT * min(1.0, sheet.width / 10), sheet.least - head.height - foot)
    figure = sheet.figure(head.height + 0.1 + high + foot, head)
    axes = sheet.axes(figure, (LEFT, head.height + 0.1, sheet.width - LEFT - 0.4, high))
    drawn: set[str] = set()
    for row in shown:
        look = marks[rules[row].name]
        # There are fewer marks than a scenario may have outcomes: a second line with one is dashed.
        line = "--" if look.marker in drawn else "-"
        drawn.add(look.marker)
        axes.plot(
            result.precision, 100 * result.settled[row], look.marker, color=look.colour, markeredgecolor=INK,
            markeredgewidth=0.6, markersize=6, linestyle=line, linewidth=2, markevery=(2 + row % 4, 4),
        )  # fmt: skip
    axes.set_xscale("log")
    axes.set_xlim(result.precision[result.precision > 0.0][0], result.precision[-1])
    axes.set_ylim(0, None)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    axes.yaxis.set_major_formatter(PercentFormatter(decimals=0))
    end = sheet.lines(figure, sheet.width / 2, head.height + 0.1 + high + 0.35, below, SIZE, ha="center")
    sheet.sign(figure, legend, end + 0.1)
    return figure
