"""A blank figure measured in inches, y downwards, for diagrams and tables that are laid out and not plotted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kgsim.plots.sheet import Head, Sheet
from kgsim.plots.style import INK
from kgsim.plots.text import line_height


def board(sheet: Sheet, height: float, head: Head) -> tuple[Figure, Axes]:
    """Return a figure with its heading and an invisible axis over all of it, in inches from the top left."""
    figure = sheet.figure(height, head)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, sheet.width)
    axes.set_ylim(height, 0)
    axes.axis("off")
    return figure, axes


def write(
    axes: Axes, x: float, top: float, lines: Sequence[str], size: float, *, color: str = INK, **look: Any
) -> float:
    """Write lines of text downwards from `top`; return where they end."""
    for line in lines:
        axes.text(x, top + line_height(size) / 2, line, size=size, color=color, va="center", **look)
        top += line_height(size)
    return top
