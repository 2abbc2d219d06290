"""Tables of coloured cells: rows with names, numbered columns with a key below, a word or a number in each cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from kgsim.plots.board import board, write
from kgsim.plots.sheet import MARGIN, SMALL, Head, Sheet
from kgsim.plots.style import FAINT, INK
from kgsim.plots.text import drawable, line_height

#: Height of a row, and the widest that a column becomes.
ROW, WIDEST = 0.4, 1.3

#: Room for the rows' names, as a share of the sheet, and at most.
NAMES, MOST_NAMES = 0.34, 3.2


@dataclass(frozen=True)
class Cell:
    """What a cell says and its colour."""

    text: str
    colour: str | tuple[float, float, float] = "white"


def shade(share: float, colour: str) -> tuple[float, float, float]:
    """White at 0, the colour at 1."""
    red, green, blue = (1.0 - share * (1.0 - each) for each in to_rgb(colour))
    return red, green, blue


def matrix(
    sheet: Sheet,
    head: Head,
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Sequence[Sequence[Cell]],
    key: Sequence[str],
    note: str,
) -> Figure:
    """Draw a table of coloured cells.

    Parameters
    ----------
    rows, columns
        Names of the rows, and short heads of the columns.
    cells
        One row of cells a row.
    key
        What the columns' heads mean, a line each.
    note
        What colours and words mean.
    """
    ruler = sheet.ruler
    names = min(NAMES * sheet.width, MOST_NAMES)
    told = [ruler.wrap(drawable(name.replace("_", " ")), SMALL, names - 0.1, most=10) for name in rows]
    wide = min((sheet.room - names) / max(len(columns), 1), WIDEST)
    foot = [line for each in (*key, note) for line in ruler.wrap(drawable(each), SMALL, sheet.room, most=12)]
    deep = [max(ROW, len(lines) * line_height(SMALL) + 0.08) for lines in told]
    top = head.height + line_height(SMALL) + 0.1
    figure, axes = board(sheet, top + sum(deep) + 0.2 + len(foot) * line_height(SMALL) + 0.2, head)
    left = MARGIN + names
    for place, column in enumerate(columns):
        axes.text(left + (place + 0.5) * wide, top - 0.15, column, size=SMALL, ha="center", va="center", color=FAINT)
    for lines, height, row in zip(told, deep, cells, strict=True):
        write(axes, MARGIN, top + (height - len(lines) * line_height(SMALL)) / 2, lines, SMALL)
        for place, cell in enumerate(row):
            x = left + place * wide
            box = Rectangle((x + 0.02, top + 0.02), wide - 0.04, height - 0.04, facecolor=cell.colour, lw=0)
            axes.add_artist(box)
            if cell.text and ruler.width(cell.text, SMALL) <= wide - 0.06:
                axes.text(x + wide / 2, top + height / 2, cell.text, size=SMALL, ha="center", va="center",
                          color=_ink(cell.colour))  # fmt: skip
        top += height
    write(axes, MARGIN, top + 0.2, foot, SMALL, color=FAINT)
    return figure


def _ink(colour: str | tuple[float, float, float]) -> str:
    """Black or white letters, by how light a colour looks (Rec. 709)."""
    red, green, blue = to_rgb(colour)
    return INK if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5 else "white"
