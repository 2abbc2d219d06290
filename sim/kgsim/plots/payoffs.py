"""Payoffs by structure of play: one panel per player, since utilities of different players cannot be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Unpack

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from kgsim.messages.play import play_message
from kgsim.plots.sheet import MARGIN, SIZE, SMALL, Options, Sheet, Sign, on_sheet, outcome_sign
from kgsim.plots.style import FAINT, INK, LOTTERY, SHADE, OutcomeMark, PlayerMark, outcome_marks, player_marks
from kgsim.plots.text import Ruler, drawable, line_height
from kgsim.results import Equilibrium, Result, StructureSolution
from kgsim.wording import interval

LEAST_ROW, MOST_ROW = 0.85, 1.3
LABEL, BAR, THICKNESS = 0.17, 0.16, 0.2
LEFT, RIGHT, GAP = 3.0, 0.35, 0.25
LEAST_PANEL = 1.05
NOTE = "Point: an equilibrium, by its outcome. Bar: all equilibria. Utility points, not comparable between players."
HEADING = 15.0

#: A text to be written: what, its size, its weight and its colour.
Line = tuple[str, float, str, str]


@on_sheet
def payoffs_figure(sheet: Sheet, result: Result, **options: Unpack[Options]) -> Figure:
    """Draw each player's payoffs under each structure.

    Parameters
    ----------
    result
        As `kgsim.solve` gives it.

    Returns
    -------
    Figure
        One panel per player, on an axis of its own. A bar spans the player's payoffs over all equilibria of the
        structure; a point is one equilibrium, its marker and colour the outcome.
    """
    ruler, players = sheet.ruler, result.scenario.players
    left = min(LEFT, 0.34 * sheet.width)
    labels = [_structure_label(result, solution, ruler, left - 0.45) for solution in result.structures.values()]
    texts = [
        interval(bounds) for each in result.structures.values() if each.equilibria for bounds in each.values.values()
    ]
    least = max([LEAST_PANEL, *(ruler.width(text, SMALL, "bold") + 0.1 for text in texts)])
    across = min(len(players), max(1, int((sheet.width - left - RIGHT + GAP) / (least + GAP))))
    down = ceil(len(players) / across)
    panel = (sheet.width - left - RIGHT - GAP * (across - 1)) / across
    headings = {player: ruler.wrap(drawable(label, player), HEADING, panel, weight="bold", most=3)
                for player, label in players.items()}  # fmt: skip
    above = max(len(lines) for lines in headings.values()) * line_height(HEADING) + 0.15
    head = sheet.head(play_message(result, sheet.words), "Payoffs by structure of play", result.scenario.title)
    legend = sheet.legend(_signs(result))
    note = ruler.wrap(NOTE, SMALL, sheet.room, most=4)
    foot = legend.height + len(note) * line_height(SMALL) + 0.2
    rows = len(labels)
    lowest = max(LEAST_ROW, *(sum(line_height(size) for _, size, _, _ in lines) + 0.12 for lines in labels))
    spare = (sheet.least - head.height - foot) / down - above - 0.55
    row = min(max(spare / rows, lowest), max(MOST_ROW, lowest))
    block = above + rows * row + 0.55
    height = head.height + down * block + foot
    figure = sheet.figure(height, head)
    marks = player_marks(result.scenario)
    for place, player in enumerate(players):
        line, column = divmod(place, across)
        x, y = left + column * (panel + GAP), head.height + line * block + above
        axes = sheet.axes(figure, (x, y, panel, rows * row))
        _panel(axes, result, player, marks[player], (panel, row), ruler)
        start = y - 0.1 - len(headings[player]) * line_height(HEADING)
        sheet.lines(figure, x + panel / 2, start, headings[player], HEADING, weight="bold", ha="center")
        if column == 0:
            for number, lines in enumerate(labels):
                top = y + (number + 0.5) * row - sum(line_height(size) for _, size, _, _ in lines) / 2
                for text, size, weight, colour in lines:
                    top = sheet.lines(figure, left - 0.12, top, [text], size, weight=weight, color=colour, ha="right")
    sheet.sign(figure, legend, height - foot)
    sheet.lines(figure, MARGIN, height - foot + legend.height, note, SMALL, color=FAINT)
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


def _structure_label(result: Result, solution: StructureSolution, ruler: Ruler, room: float) -> list[Line]:
    name = ruler.wrap(drawable(result.scenario.labels.structure(solution.name)), SIZE, room, weight="bold", most=8)
    notes = ruler.wrap(_note(solution), SMALL, room, most=3)
    return [*((line, SIZE, "bold", INK) for line in name), *((line, SMALL, "normal", FAINT) for line in notes)]


def _note(solution: StructureSolution) -> str:
    if not solution.equilibria:
        return "not solved"
    count = len(solution.equilibria)
    text = "1 equilibrium" if count == 1 else f"{count} equilibria"
    text += ", continuum" if solution.continua else ""
    return text if solution.complete else f"{text}, maybe more"


def _signs(result: Result) -> list[Sign]:
    """The outcomes that equilibria reach."""
    marks = outcome_marks(result.scenario)
    found = [each for solution in result.structures.values() for each in solution.equilibria]
    reached = {outcome for each in found for outcome in each.outcomes if len(each.outcomes) == 1}
    signs = [
        (outcome_sign(marks[rule.name]), drawable(rule.label, rule.name))
        for rule in result.scenario.outcomes
        if rule.name in reached
    ]
    if any(len(each.outcomes) > 1 for each in found):
        signs.append((outcome_sign(LOTTERY), "a lottery over outcomes"))
    return [*signs]
