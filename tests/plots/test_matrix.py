"""Coloured cells: how strong a colour is, and what is written in them."""

from __future__ import annotations

import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

import kgsim.plots as plots
from kgsim.plots.matrix import Cell, matrix, shade
from kgsim.plots.sheet import Options, Sheet, on_sheet


def test_colours_run_from_white_to_the_whole() -> None:
    assert shade(0.0, "#0072B2") == (1.0, 1.0, 1.0)
    assert shade(1.0, "#0072B2") == pytest.approx(to_rgb("#0072B2"))


def test_each_cell_has_its_colour_and_its_word() -> None:
    @on_sheet
    def table(sheet: Sheet, **options: Options) -> object:
        """A table.

        Returns
        -------
        Figure
        """
        cells = [[Cell("1", "black"), Cell("2")], [Cell("3"), Cell("4", "#FF0000")]]
        return matrix(sheet, sheet.head("t", "u"), ["a", "b"], ["x", "y"], cells, ["x: first"], "A note.")

    figure = table(size=plots.SIZES["page"])
    boxes = [each.get_facecolor()[:3] for each in figure.axes[0].patches if isinstance(each, Rectangle)]
    assert boxes == [to_rgb(colour) for colour in ("black", "white", "white", "#FF0000")]
    words = {text.get_text(): text.get_color() for text in figure.axes[0].texts}
    assert {"1", "2", "3", "4", "x", "y", "a", "b", "x: first", "A note."} <= set(words)
    assert words["1"] == "white" != words["2"]
