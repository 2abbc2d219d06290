"""The scorecard of back-tests: how often each history and its rivals are equilibria over the parameter ranges."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kgsim.analysis.backtests import Score, Share
from kgsim.plots.board import MARGIN, SIZE, SMALL, TITLE_SIZES, WIDTH, board, write
from kgsim.plots.style import BLUE, FAINT, GREY, INK, LINE, VERMILLION, style
from kgsim.plots.text import Ruler, drawable
from kgsim.wording import percent

TOP = 1.55
ROW = 1.16
FOOT = 1.0
LEFT = 5.3
RIGHT = 10.6
"""Inches between which the shares from 0 to 100% are drawn."""

WORDS = {"passes": "passes", "fails": "FAILS", "open": "open"}


def backtest_figure(scores: Sequence[Score]) -> Figure:
    """Draw the scorecard.

    Returns
    -------
    Figure
        One row a history: a filled circle where an equilibrium reaches it, an open diamond where one reaches a rival,
        as shares of draws with twice the standard error; a tick at the average share of outcomes admitted; the verdict
        at the file's values.
    """
    with style():
        return _figure(scores)


def _figure(scores: Sequence[Score]) -> Figure:
    height = TOP + ROW * len(scores) + FOOT
    figure, axes = board(height)
    ruler = Ruler()
    write(axes, MARGIN, 0.25, ["Back-tests: did the model admit what happened, and rule out what did not?"],
          TITLE_SIZES[1], weight="bold")  # fmt: skip
    passed = sum(score.verdict == "passes" for score in scores)
    most = max(score.draws for score in scores)
    told = f"{passed} of {len(scores)} pass at the files' values. Shares are of up to {most:,} draws from the ranges."
    write(axes, MARGIN, 0.68, [told], SIZE, color=FAINT)
    bottom = TOP + ROW * len(scores)
    _legend(axes)
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = _place(share)
        axes.plot([x, x], [TOP - 0.1, bottom], color=LINE, linewidth=0.8, zorder=0)
        axes.text(x, TOP - 0.22, percent(share), size=SMALL, color=FAINT, ha="center", va="center")
    for place, score in enumerate(scores):
        _row(axes, ruler, score, TOP + ROW * place)
    note = (
        "Filled circle: share of draws in which an equilibrium reaches what happened. Open diamond: one of the rivals. "
        "Bars: two standard errors, or the span left open by equilibria that may be missing. Grey tick: average share "
        "of outcomes admitted. A share of draws is not a probability of anything in the world."
    )
    write(axes, MARGIN, bottom + 0.15, ruler.wrap(note, SMALL, WIDTH - 2 * MARGIN), SMALL, color=FAINT)
    return figure


def _legend(axes: Axes) -> None:
    y = 1.08
    for x, marker, colour, face, text in (
        (LEFT, "o", BLUE, BLUE, "what happened"),
        (LEFT + 1.8, "D", VERMILLION, "white", "a rival"),
        (LEFT + 2.9, "|", GREY, GREY, "outcomes admitted on average"),
    ):
        axes.plot([x], [y], marker, color=colour, markerfacecolor=face, markersize=9, markeredgewidth=2)
        axes.text(x + 0.15, y, text, size=SMALL, color=INK, va="center")


def _row(axes: Axes, ruler: Ruler, score: Score, top: float) -> None:
    middle = top + ROW / 2
    axes.plot([MARGIN, WIDTH - MARGIN], [top, top], color=LINE, linewidth=0.8)
    title = f"{score.scenario.name}: {score.backtest.name}"
    room = LEFT - MARGIN - 0.3
    below = write(axes, MARGIN, top + 0.1, ruler.wrap(title, SIZE, room, weight="bold", most=1), SIZE, weight="bold")
    said = drawable(score.backtest.says, score.backtest.name)
    write(axes, MARGIN, below, ruler.wrap(said, SMALL, room, most=3), SMALL, color=FAINT)
    area = _place(score.area)
    axes.plot([area, area], [middle - 0.16, middle + 0.16], color=GREY, linewidth=3, zorder=1)
    _mark(axes, score.history, middle - 0.12, BLUE, "o", BLUE)
    _mark(axes, score.rival, middle + 0.14, VERMILLION, "D", "white")
    left = RIGHT + 0.4
    failed = score.verdict != "passes"
    below = write(axes, left, top + 0.1, [WORDS[score.verdict]], SIZE,
                  color=VERMILLION if failed else INK, weight="bold")  # fmt: skip
    said_of_it = [f"excludes {score.excluded} of {len(score.feasible)}"]
    if score.why:
        said_of_it += ruler.wrap(score.why, SMALL, WIDTH - MARGIN - left, most=2)
    write(axes, left, below, said_of_it, SMALL, color=FAINT)


def _mark(axes: Axes, share: Share, y: float, colour: str, marker: str, face: str) -> None:
    low, high = max(share.low - 2 * share.error, 0.0), min(share.high + 2 * share.error, 1.0)
    axes.plot([_place(low), _place(high)], [y, y], color=colour, linewidth=2, solid_capstyle="butt", zorder=2)
    middle = (share.low + share.high) / 2
    axes.plot([_place(middle)], [y], marker, color=colour, markerfacecolor=face, markersize=9, zorder=3)


def _place(share: float) -> float:
    return LEFT + share * (RIGHT - LEFT)
