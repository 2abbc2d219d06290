"""Tornadoes: how far each parameter alone moves each player's value."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import ceil
from typing import Any, Unpack

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from kgsim.analysis.sensitivity import Sensitivity
from kgsim.analysis.tornado import Bar
from kgsim.language import Words
from kgsim.messages.draws import movers_message
from kgsim.plots.sheet import MARGIN, SIZE, SMALL, Sheet, Sign, SpokenOptions, on_sheet
from kgsim.plots.style import FAINT, INK, PlayerMark, player_marks
from kgsim.plots.text import drawable, line_height
from kgsim.wording import NOISE

#: Parameters drawn, those that matter most: as many as the figure's height has room for, within these bounds.
FEWEST, MOST = 6, 12

#: Room for a parameter's name, and the least width of a panel with it.
NAME = 2.3
LEAST_PANEL = 4.0

ROW = 0.5


@on_sheet
def tornado_figure(
    sheet: Sheet, result: Sensitivity, structure: str | None = None, **options: Unpack[SpokenOptions]
) -> Figure:
    """Draw how far each parameter alone moves each player's value in one structure.

    Parameters
    ----------
    result
        As `kgsim.sensitivity` gives it.
    structure
        A structure of the scenario; the result's own if not given.

    Returns
    -------
    Figure
        A panel a player on an axis of its own, a row a parameter, largest swing first: the bar spans all values on the
        parameter's range, the discs show the value interval at the ends of the range, the line the one at the values
        held. A star marks parameters that turn an outcome of the structure by themselves.
    """
    structure = structure or result.structure
    said, ruler = sheet.words, sheet.ruler
    players = result.scenario.players
    moved = {player: [bar for bar in result.tornado.bars[structure][player] if bar.swing > NOISE] for player in players}
    across = min(len(players), max(1, int(sheet.room / LEAST_PANEL)))
    down = ceil(len(players) / across)
    most = min(max(int((sheet.least - 3.1) / down / ROW), FEWEST), MOST)
    bars = {player: each[:most] for player, each in moved.items()}
    flipping = {flip.parameter for flip in result.tornado.flips if flip.question.startswith(f"{structure}: ")}
    lines = {
        player: [
            ruler.wrap(drawable(_named(result, bar.parameter, flipping)), SMALL, NAME - 0.1, most=8) for bar in each
        ]
        for player, each in bars.items()
    }
    least = max([ROW, *(len(own) * line_height(SMALL) + 0.08 for each in lines.values() for own in each)])
    told = [said("figure.tornado_note")]
    if any(bar.parameter in flipping for each in bars.values() for bar in each):
        told.append(said("figure.tornado_flips"))
    if any(len(each) > most for each in moved.values()):
        count = len({bar.parameter for each in moved.values() for bar in each})
        told.append(said("figure.tornado_most", count=count))
    note = ruler.wrap(" ".join(told), SMALL, sheet.room, most=6)
    legend = sheet.legend(_signs(said))
    asked = said("figure.tornado", structure=result.scenario.labels.structure(structure))
    head = sheet.head(movers_message(result, structure, said), asked, result.scenario.title)
    foot = legend.height + len(note) * line_height(SMALL) + 0.2
    wide = sheet.room / across
    names = {player: ruler.wrap(drawable(label, player), SIZE, wide - 0.3, weight="bold", most=2)
             for player, label in players.items()}  # fmt: skip
    above = max(len(lines) for lines in names.values()) * line_height(SIZE) + 0.08
    rows = [max([1, *(len(bars[player]) for player in list(players)[row * across : (row + 1) * across])])
            for row in range(down)]  # fmt: skip
    spare = sheet.least - head.height - foot - down * (above + 0.45)
    deep = max(least, min(spare / sum(rows), 1.6 * ROW))
    height = head.height + sum(rows) * deep + down * (above + 0.45) + foot
    figure = sheet.figure(height, head)
    marks = player_marks(result.scenario)
    top = head.height
    for place, player in enumerate(players):
        row, column = divmod(place, across)
        if place and not column:
            top += above + rows[row - 1] * deep + 0.45
        left = MARGIN + column * wide
        sheet.lines(figure, left, top, names[player], SIZE, weight="bold")
        axes = sheet.axes(figure, (left + NAME + 0.05, top + above, wide - NAME - 0.3, rows[row] * deep))
        _bars(axes, bars[player], rows[row], result.tornado.base[structure][player], marks[player])
        axes.set_yticks(range(len(lines[player])), ["\n".join(own) for own in lines[player]], linespacing=1.1)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=max(2, int((wide - NAME) / 0.6))))
        if not lines[player]:
            idle = ruler.wrap(said("figure.tornado_idle"), SMALL, wide - 0.4, most=2)
            sheet.lines(figure, left + wide / 2, top + above, idle, SMALL, color=FAINT, ha="center")
            axes.set_axis_off()
    end = sheet.lines(figure, MARGIN, height - foot, note, SMALL, color=FAINT)
    sheet.sign(figure, legend, end + 0.05)
    return figure


def _named(result: Sensitivity, parameter: str, flipping: Collection[str]) -> str:
    """A parameter's label, with a star if it turns an outcome by itself."""
    label = result.scenario.labels.parameter(parameter)
    return f"{label} *" if parameter in flipping else label


def _signs(said: Words) -> list[Sign]:
    disc: Mapping[str, Any] = {"marker": "o", "linestyle": "none", "markersize": 7, "markeredgecolor": INK,
                                  "markeredgewidth": 1.0}  # fmt: skip
    return [
        (Patch(facecolor=FAINT, alpha=0.35), said("figure.tornado_range")),
        (Line2D([], [], color="white", **disc), said("figure.tornado_low")),
        (Line2D([], [], color=INK, **disc), said("figure.tornado_high")),
        (Line2D([], [], color=INK, lw=1.4, ls=":"), said("figure.tornado_held")),
    ]


def _bars(axes: Axes, bars: Sequence[Bar], rows: int, base: tuple[float, float] | None, mark: PlayerMark) -> None:
    for row, bar in enumerate(bars):
        low, high = bar.span
        axes.barh(row, high - low, left=low, height=0.62, color=mark.colour, alpha=0.4, edgecolor=mark.colour, lw=0.8)
        # The low end a little above the high end, so that neither hides the other.
        for ends, colour, y in ((bar.at_low, "white", row - 0.13), (bar.at_high, INK, row + 0.13)):
            if ends is None:
                continue
            axes.plot(ends, (y, y), color=INK, lw=1.2, zorder=2.5)
            axes.plot(
                ends, (y, y), "o", color=colour, markeredgecolor=INK, markersize=5.5, mew=1.0, zorder=3, clip_on=False
            )
    for value in set(base or ()):
        axes.axvline(value, color=INK, lw=1.4, ls=":", zorder=2)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.use_sticky_edges = False  # a disc at an end is not to touch the names
    axes.margins(x=0.09)
    axes.tick_params(axis="y", length=0, labelsize=SMALL)
    axes.tick_params(axis="x", labelsize=SMALL)
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)
