"""Sobol' indices: whose share of a value's variance each parameter is."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Unpack

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from kgsim.analysis.sensitivity import Sensitivity
from kgsim.analysis.sobol import TAKES, Index
from kgsim.messages.draws import indices_message
from kgsim.plots.sheet import MARGIN, SIZE, SMALL, Options, Sheet, Sign, on_sheet
from kgsim.plots.style import FAINT, INK, LINE, PlayerMark, player_marks
from kgsim.plots.text import drawable, line_height
from kgsim.plots.tornado import FEWEST, LEAST_PANEL, MOST, NAME, ROW
from kgsim.wording import percent


@on_sheet
def indices_figure(sheet: Sheet, result: Sensitivity, **options: Unpack[Options]) -> Figure:
    """Draw Sobol' indices of every player's value.

    Parameters
    ----------
    result
        As `kgsim.sensitivity` gives it.

    Returns
    -------
    Figure
        A panel a player, a row a parameter, largest total index first: the disc is the total index, the square the
        first-order one, each with its 95 % confidence interval.

    Raises
    ------
    ValueError
        If the result has no indices.
    """
    if result.indices is None:
        raise ValueError("the result has no Sobol' indices")
    ruler, found = sheet.ruler, result.indices
    assert found is not None
    across = min(len(found.players), max(1, int(sheet.room / LEAST_PANEL)))
    down = ceil(len(found.players) / across)
    labels = result.scenario.labels
    lines = {
        player: [ruler.wrap(drawable(labels.parameter(index.parameter)), SMALL, NAME - 0.1, most=8) for index in each]
        for player, each in found.players.items()
    }
    deep = max([ROW, *(len(own) * line_height(SMALL) + 0.08 for each in lines.values() for own in each[:FEWEST])])
    most = min(max(int((sheet.least - 3.1) / down / deep), FEWEST), MOST)
    shown = {player: each[:most] for player, each in found.players.items()}
    deep = max([ROW, *(len(own) * line_height(SMALL) + 0.08 for each in lines.values() for own in each[:most])])
    told = (
        f"Of a value interval, {TAKES[found.take]} is taken; it is no single value in {percent(found.several)} of "
        f"{found.draws:,} draws, and not proven complete in {percent(found.unproven)}. Prior: {found.prior}."
    )
    if any(len(each) > most for each in found.players.values()):
        told += f" Of each player's parameters, the {most} with the largest total index."
    note = ruler.wrap(told, SMALL, sheet.room, most=8)
    signs: list[Sign] = [
        (Line2D([], [], marker="o", color=INK, markersize=8, lw=1.2), "total: alone and with others"),
        (Line2D([], [], marker="s", color="white", markeredgecolor=INK, markersize=8, lw=0), "first order: alone"),
    ]
    legend = sheet.legend(signs)
    asked = f"What payoffs under {result.scenario.labels.structure(found.structure)} vary with: Sobol' indices"
    head = sheet.head(indices_message(result, sheet.words), asked, result.scenario.title)
    foot = legend.height + len(note) * line_height(SMALL) + 0.2
    wide = sheet.room / across
    players = result.scenario.players
    names = {player: ruler.wrap(drawable(players[player], player), SIZE, wide - 0.3, weight="bold", most=2)
             for player in shown}  # fmt: skip
    above = max(len(lines) for lines in names.values()) * line_height(SIZE) + 0.08
    rows = max([1, *(len(each) for each in shown.values())])
    block = above + rows * deep + 0.45
    height = head.height + down * block + foot
    figure = sheet.figure(height, head)
    marks = player_marks(result.scenario)
    for place, (player, indices) in enumerate(shown.items()):
        row, column = divmod(place, across)
        left, top = MARGIN + column * wide, head.height + row * block
        sheet.lines(figure, left, top, names[player], SIZE, weight="bold")
        axes = sheet.axes(figure, (left + NAME + 0.05, top + above, wide - NAME - 0.3, rows * deep))
        _dots(axes, indices, rows, marks[player])
        axes.set_yticks(range(len(indices)), ["\n".join(own) for own in lines[player][:most]], linespacing=1.1)
        if not indices:
            idle = ruler.wrap("the same value in all draws", SMALL, wide - 0.4, most=2)
            sheet.lines(figure, left + wide / 2, top + above, idle, SMALL, color=FAINT, ha="center")
            axes.set_axis_off()
    end = sheet.lines(figure, MARGIN, height - foot, note, SMALL, color=FAINT)
    sheet.sign(figure, legend, end + 0.05)
    return figure


def _dots(axes: Axes, indices: Sequence[Index], rows: int, mark: PlayerMark) -> None:
    for row, index in enumerate(indices):
        for value, error, y in (
            (index.first, index.first_error, row + 0.16),
            (index.total, index.total_error, row - 0.12),
        ):
            axes.plot((max(value - error, -0.1), min(value + error, 1.1)), (y, y), color=INK, lw=1.2, zorder=2)
        axes.barh(row, max(index.total, 0.0), height=0.62, color=mark.colour, alpha=0.35, zorder=1)
        axes.plot(index.total, row - 0.12, "o", color=INK, markersize=6.5, zorder=3, clip_on=False)
        axes.plot(
            index.first, row + 0.16, "s", color="white", markeredgecolor=INK, markersize=6, zorder=3, clip_on=False
        )
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_xlim(-0.1, 1.1)
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes.axvline(0, color=LINE, lw=1)
    axes.tick_params(axis="y", length=0, labelsize=SMALL)
    axes.tick_params(axis="x", labelsize=SMALL)
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)
