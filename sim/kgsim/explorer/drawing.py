"""The regime map as a Bokeh figure that is drawn once; afterwards only its data change."""

from __future__ import annotations

from collections.abc import Mapping
from math import pi
from textwrap import fill
from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource, Range1d
from bokeh.plotting import figure
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from kgsim.explorer.views import RegimeMap
from kgsim.plots.style import INK, OutcomeMark
from kgsim.scenario.labels import Labels
from kgsim.scenario.model import Parameter

#: Bokeh's name of each marker of outcomes in `kgsim.plots.style`.
MARKERS = {
    "o": "circle",
    "s": "square",
    "^": "triangle",
    "D": "diamond",
    "v": "inverted_triangle",
    "P": "plus",
    "X": "plus",
    "<": "triangle",
    ">": "triangle",
    "h": "hex",
    "*": "star",
}

#: How far a marker is turned, in radians.
TURNS = {"<": pi / 2, ">": -pi / 2, "X": pi / 4}

#: Characters of a line of an axis's label.
LINE = 44


class Drawing:
    """A regime map with a cross at the current point.

    Attributes
    ----------
    figure
        The Bokeh figure.
    """

    def __init__(self, marks: Mapping[str, OutcomeMark]) -> None:
        self.marks = marks
        self.figure: Any = figure(
            sizing_mode="stretch_width",
            min_width=200,
            max_width=760,
            height=430,
            toolbar_location=None,
            tools="",
            x_range=Range1d(start=0, end=1),
            y_range=Range1d(start=0, end=1),
        )
        self._cells, self._coexist, self._lines, self._signs, self._doubts, self._base, self._point = (
            ColumnDataSource() for _ in range(7)
        )
        self.figure.image_rgba(source=self._cells, image="image", x="x", y="y", dw="dw", dh="dh")
        self.figure.quad(
            source=self._coexist,
            left="left",
            right="right",
            bottom="bottom",
            top="top",
            fill_alpha=0,
            line_alpha=0,
            hatch_color="colour",
            hatch_pattern="right_diagonal_line",
            hatch_scale=10,
            hatch_weight=3,
        )
        for colour, width in (("white", 4), (INK, 1.5)):
            self.figure.multi_line(source=self._lines, xs="xs", ys="ys", line_color=colour, line_width=width)
        self.figure.scatter(
            source=self._signs, x="x", y="y", marker="marker", angle="angle", size=8, fill_color="white", line_color=INK
        )
        self.figure.scatter(source=self._doubts, x="x", y="y", marker="circle", size=2, color=INK)
        for colour, width in (("white", 5), (INK, 2)):
            self.figure.scatter(
                source=self._base, x="x", y="y", marker="circle", size=13, fill_color=None, line_color=colour,
                line_width=width,
            )  # fmt: skip
        for colour, size, width in (("white", 24, 7), ("black", 21, 3)):
            self.figure.scatter(
                source=self._point, x="x", y="y", marker="cross", size=size, line_color=colour, line_width=width
            )
        self.figure.grid.visible = False
        for axis in self.figure.axis:
            axis.axis_label_text_font_style = "normal"
            axis.axis_label_text_font_size = axis.major_label_text_font_size = "13px"

    def aim(self, labels: Labels, x: Parameter, y: Parameter) -> None:
        """Name the axes, set their ranges, and mark the base values."""
        for parameter, axis, span in (
            (x, self.figure.xaxis, self.figure.x_range),
            (y, self.figure.yaxis, self.figure.y_range),
        ):
            axis.axis_label = fill(labels.parameter(parameter.name), LINE)
            span.update(start=parameter.range[0], end=parameter.range[1])
        self._base.data = {"x": [x.value], "y": [y.value]}

    def point(self, x: float, y: float) -> None:
        """Put the cross."""
        self._point.data = {"x": [x], "y": [y]}

    def border(self, xs: list[list[float]], ys: list[list[float]]) -> None:
        """Draw where the answer changes."""
        self._lines.data = {"xs": xs, "ys": ys}

    def show(self, regimes: RegimeMap) -> None:
        """Change the map."""
        looks = [[self.marks[name] for name in names] for names in regimes.regimes]
        colours = np.array([_rgba(look[0].colour if look else "white") for look in looks], dtype=np.uint32)
        wide, high = (values[1] - values[0] for values in (regimes.x, regimes.y))
        # A point stands for the cell around it; the cells at the ends reach beyond the figure by half.
        self._cells.data = {
            "image": [colours[regimes.number]],
            "x": [regimes.x[0] - wide / 2],
            "y": [regimes.y[0] - high / 2],
            "dw": [wide * len(regimes.x)],
            "dh": [high * len(regimes.y)],
        }
        runs = [run for index, look in enumerate(looks) if len(look) > 1 for run in _runs(regimes.number == index)]
        rows, begin, end = (np.array([run[place] for run in runs], dtype=float) for place in range(3))
        self._coexist.data = {
            "left": regimes.x[0] + (begin - 0.5) * wide,
            "right": regimes.x[0] + (end - 0.5) * wide,
            "bottom": regimes.y[0] + (rows - 0.5) * high,
            "top": regimes.y[0] + (rows + 0.5) * high,
            "colour": [looks[regimes.number[row, first]][1].colour for row, first, _ in runs],
        }
        rows, columns = np.nonzero(~regimes.complete & np.array([bool(look) for look in looks])[regimes.number])
        self._doubts.data = {"x": regimes.x[columns], "y": regimes.y[rows]}
        self._strew(regimes, looks)

    def _strew(self, regimes: RegimeMap, looks: list[list[OutcomeMark]]) -> None:
        """Put markers over the map, each that of an outcome at its place, since colours alone do not reach all eyes."""
        step = max(1, len(regimes.x) // 9)
        places = [
            (regimes.x[column], regimes.y[row], look[(row + column) // step % len(look)].marker)
            for row in range(1, len(regimes.y) - 1, step)
            for column in range(1, len(regimes.x) - 1, step)
            if (look := looks[regimes.number[row, column]])
        ]
        self._signs.data = {
            "x": [place[0] for place in places],
            "y": [place[1] for place in places],
            "marker": [MARKERS[place[2]] for place in places],
            "angle": [TURNS.get(place[2], 0.0) for place in places],
        }


def _runs(where: NDArray[np.bool_]) -> list[tuple[int, int, int]]:
    """Runs of true cells along rows: row, first column, and the column after the last."""
    steps = np.diff(np.pad(where.astype(int), ((0, 0), (1, 1))), axis=1)
    begins, ends = np.argwhere(steps == 1), np.argwhere(steps == -1)
    return [(int(row), int(first), int(last)) for (row, first), (_, last) in zip(begins, ends, strict=True)]


def _rgba(colour: str) -> int:
    """A colour as Bokeh's 32 bits."""
    red, green, blue = (round(255 * channel) for channel in to_rgb(colour))
    return 255 << 24 | blue << 16 | green << 8 | red
