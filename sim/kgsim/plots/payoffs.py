"""Payoffs by structure of play: one panel per player, since utilities of different players cannot be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from kgsim.plots.style import (
    FAINT,
    INK,
    LOTTERY,
    SHADE,
    OutcomeMark,
    PlayerMark,
    outcome_marks,
    player_marks,
    style,
)
from kgsim.plots.text import Ruler, drawable, line_height
from kgsim.results import Equilibrium, Result, StructureSolution
from kgsim.wording import interval

WIDTH = 13.33
HEIGHT = 7.5
LEAST_ROW, MOST_ROW = 0.85, 1.3
LABEL, BAR, THICKNESS = 0.17, 0.16, 0.2
LEFT, RIGHT, GAP = 3.0, 0.35, 0.35
TOP = 1.65
SIZE = 13
SMALL = 12


def payoffs_figure(result: Result) -> Figure:
    """Draw each player's payoffs under each structure.

    Returns
    -------
    Figure
        One panel per player, on an axis of its own. A bar spans the player's payoffs over all equilibria of the
        structure; a point is one equilibrium, its marker and colour the outcome.
    """
    with style():
        return _figure(result)


def _figure(result: Result) -> Figure:
    names = tuple(result.structures)
    figure = Figure()
    ruler = Ruler()
    legend = _legend_rows(result, ruler)
    bottom = 0.75 + 0.3 * len(legend) + 0.35
    row = min(max((HEIGHT - TOP - bottom) / len(names), LEAST_ROW), MOST_ROW)
    height = TOP + row * len(names) + bottom
    figure.set_size_inches(WIDTH, height)
    figure.text(0.35 / WIDTH, 1 - 0.5 / height, "Payoffs by structure of play", size=20, weight="bold", color=INK)
    title = ruler.wrap(drawable(result.scenario.title, result.scenario.name), SIZE, WIDTH - 0.7, most=1)[0]
    figure.text(0.35 / WIDTH, 1 - 0.85 / height, title, size=SIZE, color=FAINT)
    players = result.scenario.players
    panel = (WIDTH - LEFT - RIGHT - GAP * (len(players) - 1)) / len(players)
    marks = player_marks(result.scenario)
    for place, (player, label) in enumerate(players.items()):
        left = LEFT + place * (panel + GAP)
        axes = figure.add_axes((left / WIDTH, bottom / height, panel / WIDTH, (height - TOP - bottom) / height))
        _panel(axes, result, player, marks[player], (panel, row), ruler)
        lines = ruler.wrap(drawable(label, player), 15, panel, weight="bold", most=2)
        axes.set_title("\n".join(lines), color=INK, pad=8)
        if place == 0:
            _structure_labels(axes, result, ruler, row)
    _legend(figure, legend, height)
    return figure


def _panel(axes: Axes, result: Result, player: str, mark: PlayerMark, size: tuple[float, float], ruler: Ruler) -> None:
    """Draw one player's panel; `size` is its width and the height of a row, in inches."""
    marks = outcome_marks(result.scenario)
    width, row_height = size
    rows = len(result.structures)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_yticks(range(rows), [""] * rows)
    axes.tick_params(axis="y", length=0)
    axes.grid(False, axis="y")
    lower, upper = _limits(result, player)
    axes.set_xlim(lower, upper)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=max(2, int(width / 0.55)), steps=[1, 2, 5, 10]))
    axes.spines["left"].set_visible(False)
    if lower < 0 < upper:
        axes.axvline(0, color=FAINT, linewidth=1, zorder=0.5)
    for row, solution in enumerate(result.structures.values()):
        shade = SHADE if row % 2 else "white"
        axes.axhspan(row - 0.5, row + 0.5, color=shade, zorder=-1)
        if not solution.equilibria:
            axes.text((lower + upper) / 2, row, "not solved", size=SMALL, color=FAINT, ha="center", va="center")
            continue
        bar = _Bar(row + BAR / row_height, THICKNESS / row_height)
        _interval(axes, bar, solution.values[player], mark)
        _label(axes, row - LABEL / row_height, solution.values[player], shade, width, ruler)
        for equilibrium, place in zip(solution.equilibria, bar.places(len(solution.equilibria)), strict=True):
            look = _look(equilibrium, marks)
            axes.plot(
                equilibrium.payoffs[player],
                place,
                marker=look.marker,
                markersize=9,
                markerfacecolor=look.colour,
                markeredgecolor=INK,
                markeredgewidth=1,
                linestyle="none",
                clip_on=False,
                zorder=3,
            )


@dataclass(frozen=True)
class _Bar:
    """Where a row's bar lies, in units of the vertical axis."""

    middle: float
    thickness: float

    def places(self, count: int) -> Sequence[float]:
        """Spread points over the bar's thickness, so that equal payoffs do not hide one another."""
        half = 0.0 if count == 1 else self.thickness / 2
        return tuple(np.linspace(self.middle - half, self.middle + half, count).tolist())


def _interval(axes: Axes, bar: _Bar, bounds: tuple[float, float], mark: PlayerMark) -> None:
    low, high = bounds
    if high > low:
        corner, length = (low, bar.middle - bar.thickness / 2), high - low
        axes.add_artist(
            Rectangle(corner, length, bar.thickness, facecolor=mark.colour, alpha=0.3, hatch=mark.hatch, edgecolor=INK)
        )
        axes.add_artist(Rectangle(corner, length, bar.thickness, fill=False, edgecolor=mark.colour, linewidth=1.5))


def _label(axes: Axes, place: float, bounds: tuple[float, float], shade: str, panel_width: float, ruler: Ruler) -> None:
    """Write the payoffs above their bar, kept inside the panel."""
    text = interval(bounds)
    lower, upper = axes.get_xlim()
    half = ruler.width(text, SMALL, "bold") / 2 / panel_width * (upper - lower)
    middle = min(max(sum(bounds) / 2, lower + half), upper - half)
    box = {"facecolor": shade, "edgecolor": "none", "pad": 1.5}
    axes.text(middle, place, text, size=SMALL, color=INK, ha="center", va="center", weight="bold", bbox=box)


def _limits(result: Result, player: str) -> tuple[float, float]:
    values = [bound for each in result.structures.values() if each.equilibria for bound in each.values[player]]
    low, high = min([0.0, *values]), max([0.0, *values])
    margin = 0.12 * (high - low) or 1.0
    return low - margin, high + margin


def _look(equilibrium: Equilibrium, marks: Mapping[str, OutcomeMark]) -> OutcomeMark:
    return marks[next(iter(equilibrium.outcomes))] if len(equilibrium.outcomes) == 1 else LOTTERY


def _structure_labels(axes: Axes, result: Result, ruler: Ruler, row_height: float) -> None:
    transform = axes.get_yaxis_transform()
    for row, solution in enumerate(result.structures.values()):
        name = ruler.wrap(drawable(solution.name), SIZE, LEFT - 0.5, weight="bold", most=1)
        notes = ruler.wrap(_note(solution), SMALL, LEFT - 0.5, most=2)
        lines = [(name[0], SIZE, "bold", INK), *((note, SMALL, "normal", FAINT) for note in notes)]
        y = -sum(line_height(size) for _, size, _, _ in lines) / 2
        for line, size, weight, colour in lines:
            y += line_height(size)
            axes.text(
                -0.03,
                row + (y - line_height(size) / 2) / row_height,
                line,
                size=size,
                weight=weight,
                color=colour,
                ha="right",
                va="center",
                transform=transform,
            )


def _note(solution: StructureSolution) -> str:
    if not solution.equilibria:
        return "not solved"
    count = len(solution.equilibria)
    text = "1 equilibrium" if count == 1 else f"{count} equilibria"
    text += ", continuum" if solution.continua else ""
    return text if solution.complete else f"{text}, maybe more"


def _legend_rows(result: Result, ruler: Ruler) -> list[list[tuple[OutcomeMark, str, float]]]:
    """Break the outcomes that equilibria reach into rows of (mark, label, width)."""
    marks = outcome_marks(result.scenario)
    found = [each for solution in result.structures.values() for each in solution.equilibria]
    reached = {outcome for each in found for outcome in each.outcomes if len(each.outcomes) == 1}
    entries = [
        (marks[rule.name], drawable(rule.label, rule.name)) for rule in result.scenario.outcomes if rule.name in reached
    ]
    if any(len(each.outcomes) > 1 for each in found):
        entries.append((LOTTERY, "a lottery over outcomes"))
    rows: list[list[tuple[OutcomeMark, str, float]]] = [[]]
    used = 0.0
    for mark, label in entries:
        text = ruler.wrap(label, SMALL, 5.0, most=1)[0]
        width = ruler.width(text, SMALL) + 0.75
        if rows[-1] and used + width > WIDTH - 0.7:
            rows.append([])
            used = 0.0
        rows[-1].append((mark, text, width))
        used += width
    return rows


def _legend(figure: Figure, rows: list[list[tuple[OutcomeMark, str, float]]], height: float) -> None:
    y = 0.35 + 0.3 * len(rows)
    for row in rows:
        x = 0.45
        for mark, text, width in row:
            figure.add_artist(
                Line2D(
                    [x / WIDTH],
                    [y / height],
                    marker=mark.marker,
                    markersize=9,
                    markerfacecolor=mark.colour,
                    markeredgecolor=INK,
                    linestyle="none",
                )
            )
            figure.text((x + 0.16) / WIDTH, y / height, text, size=SMALL, color=INK, va="center")
            x += width
        y -= 0.3
    note = "Point: an equilibrium, by its outcome. Bar: all equilibria. Utility points, not comparable between players."
    figure.text(0.35 / WIDTH, (0.3 - line_height(SMALL) / 2) / height, note, size=SMALL, color=FAINT)
