"""The scorecard of back-tests: how often each history and its rivals are equilibria over the parameter ranges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Unpack

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from kgsim.analysis.backtest_score import Score, Share
from kgsim.plots.board import board, write
from kgsim.plots.sheet import MARGIN, SIZE, SMALL, Options, Sheet, Sign, on_sheet
from kgsim.plots.style import BLUE, FAINT, GREY, INK, LINE, VERMILLION
from kgsim.plots.text import Ruler, drawable, line_height
from kgsim.wording import counted, percent

#: Least width of a sheet with histories beside their shares and not above them.
BESIDE = 9.0

VERDICT = 2.0
"""Room for the verdict at the right."""

WORDS = {"passes": "passes", "fails": "FAILS", "open": "open"}

NOTE = (
    "Filled circle: share of draws in which an equilibrium reaches what happened. Open diamond: one of the rivals. "
    "Bars: two standard errors, or the span left open by equilibria that may be missing. Grey tick: average share "
    "of outcomes admitted. A share of draws is not a probability of anything in the world."
)


@on_sheet
def backtest_figure(sheet: Sheet, scores: Sequence[Score], **options: Unpack[Options]) -> Figure:
    """Draw the scorecard.

    Parameters
    ----------
    scores
        As `kgsim.backtest` gives them.

    Returns
    -------
    Figure
        One row a history: a filled circle where an equilibrium reaches it, an open diamond where one reaches a rival,
        as shares of draws with twice the standard error; a tick at the average share of outcomes admitted; the
        verdict, and what it is worth.
    """
    ruler = sheet.ruler
    beside = sheet.width >= BESIDE
    scale = _Scale(0.4 * sheet.width if beside else MARGIN + 0.25, sheet.width - VERDICT - 0.45)
    passed = sum(score.verdict == "passes" for score in scores)
    most = max(score.draws for score in scores)
    head = sheet.head(
        f"{passed} of {counted(len(scores), 'history', 'histories')} admitted, with all rivals ruled out",
        f"Did the model admit what happened, and rule out what did not? Shares are of up to {most:,} draws.",
    )
    signs: list[Sign] = [
        (_sign("o", BLUE, BLUE), "what happened"),
        (_sign("D", VERMILLION, "white"), "a rival"),
        (_sign("|", GREY, GREY), "outcomes admitted on average"),
    ]
    legend = sheet.legend(signs)
    room = scale.left - MARGIN - 0.3 if beside else sheet.room
    texts = [_texts(ruler, score, room) for score in scores]
    heights = [len(title) * line_height(SIZE) + len(says) * line_height(SMALL) for title, says in texts]
    verdicts = [_verdict(ruler, score) for score in scores]
    deep = [line_height(SIZE) + len(lines) * line_height(SMALL) for lines in verdicts]
    rows = [
        max(high, low, 0.7) + 0.25 if beside else high + max(low, 0.7) + 0.2
        for high, low in zip(heights, deep, strict=True)
    ]
    note = ruler.wrap(NOTE, SMALL, sheet.room, most=9)
    top = head.height + legend.height + 0.4
    figure, axes = board(sheet, top + sum(rows) + 0.15 + len(note) * line_height(SMALL) + 0.15, head)
    sheet.sign(figure, legend, head.height)
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = scale.place(share)
        axes.plot([x, x], [top - 0.1, top + sum(rows)], color=LINE, linewidth=0.8, zorder=0)
        if share in (0.0, 0.5, 1.0) or scale.right - scale.left > 2.8:
            axes.text(x, top - 0.22, percent(share), size=SMALL, color=FAINT, ha="center", va="center")
    for score, (title, says), told, high, row in zip(scores, texts, verdicts, heights, rows, strict=True):
        axes.plot([MARGIN, sheet.width - MARGIN], [top, top], color=LINE, linewidth=0.8)
        if not beside:
            box = (0.0, top + 0.02), sheet.width, high + 0.1
            axes.add_artist(Rectangle(*box, facecolor="white", lw=0, zorder=0.5))
        below = write(axes, MARGIN, top + 0.1, title, SIZE, weight="bold")
        write(axes, MARGIN, below, says, SMALL, color=FAINT)
        _shares(axes, score, scale, top + row / 2 if beside else top + high + 0.45)
        failed = score.verdict != "passes"
        left, start = scale.right + 0.35, top + (0.1 if beside else high + 0.15)
        colour = VERMILLION if failed else INK
        below = write(axes, left, start, [WORDS[score.verdict]], SIZE, color=colour, weight="bold")
        write(axes, left, below, told, SMALL, color=FAINT)
        top += row
    write(axes, MARGIN, top + 0.15, note, SMALL, color=FAINT)
    return figure


@dataclass(frozen=True)
class _Scale:
    """Inches between which the shares from 0 to 100% are drawn."""

    left: float
    right: float

    def place(self, share: float) -> float:
        return self.left + share * (self.right - self.left)


def _texts(ruler: Ruler, score: Score, room: float) -> tuple[list[str], list[str]]:
    title = drawable(f"{score.scenario.name}: {score.backtest.name}")
    says = drawable(score.backtest.says, score.backtest.name)
    return ruler.wrap(title, SIZE, room, weight="bold", most=2), ruler.wrap(says, SMALL, room, most=4)


def _verdict(ruler: Ruler, score: Score) -> list[str]:
    """What is said below the verdict: how selective the model is, why a history fails, and what is no test of it."""
    room = VERDICT - 0.2
    fitted = f"{len(score.fitted)} of {len(score.scenario.parameters)} parameters fitted on it" if score.fitted else ""
    told = (
        f"success {score.success:.2f}, excludes {score.excluded} of {len(score.feasible)}",
        "cannot miss" if score.cannot_miss else "",
        drawable(score.why) if score.why else "",
        fitted,
        "" if score.frozen else "freeze not verified",
    )
    return [line for text in told if text for line in ruler.wrap(text, SMALL, room, most=6)]


def _sign(marker: str, colour: str, face: str) -> Line2D:
    return Line2D([], [], marker=marker, color=colour, markerfacecolor=face, markersize=9, markeredgewidth=2,
                  linestyle="none")  # fmt: skip


def _shares(axes: Axes, score: Score, scale: _Scale, middle: float) -> None:
    area = scale.place(score.area)
    axes.plot([area, area], [middle - 0.16, middle + 0.16], color=GREY, linewidth=3, zorder=1)
    _mark(axes, score.history, scale, middle - 0.12, BLUE, "o", BLUE)
    _mark(axes, score.rival, scale, middle + 0.14, VERMILLION, "D", "white")


def _mark(axes: Axes, share: Share, scale: _Scale, y: float, colour: str, marker: str, face: str) -> None:
    low, high = max(share.low - 2 * share.error, 0.0), min(share.high + 2 * share.error, 1.0)
    axes.plot([scale.place(low), scale.place(high)], [y, y], color=colour, linewidth=2, solid_capstyle="butt", zorder=2)
    middle = scale.place((share.low + share.high) / 2)
    axes.plot([middle], [y], marker, color=colour, markerfacecolor=face, markersize=9, zorder=3)
