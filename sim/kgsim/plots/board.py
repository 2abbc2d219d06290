"""A blank figure measured in inches, y downwards, for diagrams and tables that are laid out and not plotted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kgsim.plots.style import FAINT, INK
from kgsim.plots.text import Ruler, drawable, line_height
from kgsim.results import Result

WIDTH = 13.33
MARGIN = 0.35
TITLE_SIZES = (20, 17, 15)
SIZE = 13
SMALL = 12


def board(height: float) -> tuple[Figure, Axes]:
    """Return a figure of the slide's width and an invisible axis over all of it, in inches from the top left."""
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(height, 0)
    axes.axis("off")
    return figure, axes


def titled(axes: Axes, ruler: Ruler, title: str, result: Result) -> None:
    """Write the figure's title and the scenario's below it; they end 1.0 inch from the top."""
    room = WIDTH - 2 * MARGIN
    text = drawable(title)
    size = next((size for size in TITLE_SIZES if ruler.width(text, size, "bold") <= room), TITLE_SIZES[-1])
    top = 0.25 + line_height(TITLE_SIZES[0]) - line_height(size)
    write(axes, MARGIN, top, ruler.wrap(text, size, room, weight="bold", most=1), size, weight="bold")
    below = ruler.wrap(drawable(result.scenario.title, result.scenario.name), SIZE, room, most=1)
    write(axes, MARGIN, 0.68, below, SIZE, color=FAINT)


def write(
    axes: Axes, x: float, top: float, lines: Sequence[str], size: float, *, color: str = INK, **look: Any
) -> float:
    """Write lines of text downwards from `top`; return where they end."""
    for line in lines:
        axes.text(x, top + line_height(size) / 2, line, size=size, color=color, va="center", **look)
        top += line_height(size)
    return top
