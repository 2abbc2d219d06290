"""Which parameters matter: Sobol' indices, and boxes in which an answer occurs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from kgsim.analysis.discovery import Discovery
from kgsim.analysis.prim import Box
from kgsim.analysis.sensitivity import Sensitivity
from kgsim.analysis.sobol import TAKES, Index
from kgsim.plots.style import BLUE, FAINT, GREEN, INK, LINE, ORANGE, SHADE, PlayerMark, player_marks, style
from kgsim.plots.text import Ruler, drawable
from kgsim.wording import number, percent

WIDTH = 13.33
SIZE, SMALL = 13, 12
MARGIN = 0.35

#: Parameters drawn, those that matter most.
MOST = 12

ROW = 0.36

_BOX_COLOURS = (BLUE, ORANGE, GREEN)


def indices_figure(result: Sensitivity) -> Figure:
    """Draw Sobol' indices of every player's value.

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
    with style():
        return _indices(result)


def _indices(result: Sensitivity) -> Figure:
    ruler = Ruler()
    found = result.indices
    assert found is not None
    rows = max(max((len(each[:MOST]) for each in found.players.values()), default=1), 1)
    height = 1.6 + ROW * rows + 1.65
    figure = Figure(figsize=(WIDTH, height))
    _titled(
        figure, ruler, result, f"Whence values vary in structure {found.structure.replace('_', ' ')}: Sobol' indices"
    )
    across = (WIDTH - 2 * MARGIN) / len(found.players)
    marks = player_marks(result.scenario)
    for place, (player, indices) in enumerate(found.players.items()):
        left = MARGIN + place * across + 1.4
        axes = figure.add_axes((left / WIDTH, 1.5 / height, (across - 1.7) / WIDTH, ROW * rows / height))
        _dots(axes, indices[:MOST], rows, marks[player])
        names = [index.parameter for index in indices[:MOST]]
        axes.set_yticks(range(len(names)), [ruler.wrap(drawable(each), SMALL, 1.4, most=1)[0] for each in names])
        label = ruler.wrap(drawable(result.scenario.players[player], player), SIZE, across - 0.3, weight="bold", most=1)
        figure.text((left - 1.35) / WIDTH, 1 - 1.35 / height, label[0], size=SIZE, weight="bold", color=INK)
        if not names:
            axes.text(
                0.5, 0.5, "the same value in all draws", size=SMALL, color=FAINT, ha="center", transform=axes.transAxes
            )
    signs = [
        Line2D([], [], marker="o", color=INK, markersize=8, lw=1.2, label="total: alone and with others"),
        Line2D([], [], marker="s", color="white", markeredgecolor=INK, markersize=8, lw=0, label="first order: alone"),
    ]
    figure.legend(handles=signs, loc="lower left", ncols=2, bbox_to_anchor=(0.01, 0.0), fontsize=SMALL)
    note = (
        f"Of a value interval, {TAKES[found.take]} is taken; it is no single value in {percent(found.several)} of "
        f"{found.draws:,} draws, and not proven complete in {percent(found.unproven)}. Prior: {found.prior}."
    )
    lines = ruler.wrap(note, SMALL, WIDTH - 2 * MARGIN, most=2)
    figure.text(MARGIN / WIDTH, 0.85 / height, "\n".join(lines), size=SMALL, color=FAINT, va="top")
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
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)


def discovery_figure(result: Sensitivity) -> Figure:
    """Draw the boxes in which an answer occurs, and the peeling behind them.

    Returns
    -------
    Figure
        Left, coverage against density along each peeling trajectory, the box taken marked. Right, a row a restricted
        parameter over its range: the band is the box, the tick the value held, quasi-p values at its limits.

    Raises
    ------
    ValueError
        If no box was found.
    """
    if not result.discovery.boxes:
        raise ValueError("no box was found")
    with style():
        return _discovery(result)


def _discovery(result: Sensitivity) -> Figure:
    ruler = Ruler()
    found = result.discovery
    rows = [(place, name) for place, each in enumerate(found.boxes) for name in each.box.limits]
    deep = 0.56 * len(rows) + 0.45 * len(found.boxes)
    height = 1.85 + max(deep, 4.6) + 1.0
    figure = Figure(figsize=(WIDTH, height))
    _titled(figure, ruler, result, f"Where {found.question}")
    inner = height - 1.85 - 1.0
    axes = figure.add_axes((0.95 / WIDTH, 1.0 / height, 4.3 / WIDTH, inner / height))
    _trajectories(axes, found)
    top = 1.75
    for place, each in enumerate(found.boxes):
        colour = _BOX_COLOURS[place % len(_BOX_COLOURS)]
        told = (
            f"Box {place + 1}: density {percent(each.box.density)}, coverage {percent(each.box.coverage)}, "
            f"mass {percent(each.box.mass)}"
        )
        figure.text(6.0 / WIDTH, 1 - (top + 0.2) / height, told, size=SIZE, weight="bold", color=INK)
        top += 0.45
        for name in each.box.limits:
            line = figure.add_axes((7.6 / WIDTH, 1 - (top + 0.4) / height, (WIDTH - 8.6) / WIDTH, 0.3 / height))
            _limits(line, result, each.box, name, colour)
            figure.text(6.0 / WIDTH, 1 - (top + 0.25) / height, drawable(name), size=SIZE, va="center")
            top += 0.56
    note = (
        f"{found.draws:,} draws ({found.prior}), of which {percent(found.share)} are of interest and "
        f"{percent(found.unproven)} not proven. Dots: base values. Grey: ends of the range. p: quasi-p of the limit."
    )
    line_ = ruler.wrap(note, SMALL, WIDTH - 2 * MARGIN, most=1)[0]
    figure.text(MARGIN / WIDTH, 0.2 / height, line_, size=SMALL, color=FAINT)
    return figure


def _trajectories(axes: Axes, found: Discovery) -> None:
    for place, each in enumerate(found.boxes):
        colour = _BOX_COLOURS[place % len(_BOX_COLOURS)]
        coverage, density = (
            np.array([getattr(box, name) for box in each.trajectory]) for name in ("coverage", "density")
        )
        axes.plot(100 * coverage, 100 * density, "-", color=colour, lw=1.2, alpha=0.6)
        axes.plot(100 * coverage, 100 * density, ".", color=colour, markersize=6)
        axes.plot(
            100 * each.box.coverage, 100 * each.box.density, marker="*", markersize=17, color=colour,
            markeredgecolor=INK, clip_on=False, zorder=3,
        )  # fmt: skip
        axes.annotate(
            str(place + 1), (100 * each.box.coverage, 100 * each.box.density), xytext=(9, 5),
            textcoords="offset points", size=SIZE, weight="bold",
        )  # fmt: skip
    axes.axhline(100 * found.density, color=FAINT, lw=1.2, ls="--")
    axes.set_xlim(0, 102)
    axes.set_ylim(0, 102)
    axes.set_xlabel("coverage: % of all draws of interest", size=SMALL)
    axes.set_ylabel("density: % of the box of interest", size=SMALL)


def _limits(axes: Axes, result: Sensitivity, box: Box, name: str, colour: str) -> None:
    least, most = result.discovery.ranges[name]
    low, high = result.discovery.within(box, name)
    axes.barh(0, most - least, left=least, height=0.7, color=SHADE, edgecolor=LINE, lw=0.8)
    axes.barh(0, high - low, left=low, height=0.7, color=colour, alpha=0.75)
    axes.plot(
        result.scenario.parameters[name].value,
        0,
        "o",
        color="black",
        markeredgecolor="white",
        markersize=7,
        clip_on=False,
    )
    axes.set_xlim(least, most)
    axes.set_ylim(-0.5, 0.5)
    axes.axis("off")
    gap = 0.012 * (most - least)
    axes.text(least - gap, 0, number(least), size=SMALL, color=FAINT, va="center", ha="right")
    axes.text(most + gap, 0, number(most), size=SMALL, color=FAINT, va="center", ha="left")
    for bound, p in zip((low, high), box.quasi_p[name], strict=True):
        if p is not None:
            told = f"{number(bound)}  (p {'< 0.001' if p < 0.001 else f'{p:.2g}'})"
            side = "left" if bound < (least + most) / 2 else "right"
            axes.text(bound, -0.62, told, size=SMALL, va="top", ha=side, color=INK)


def _titled(figure: Figure, ruler: Ruler, result: Sensitivity, title: str) -> None:
    height = figure.get_size_inches()[1]
    lines = ruler.wrap(drawable(title), 20, WIDTH - 2 * MARGIN, weight="bold", most=1)
    figure.text(MARGIN / WIDTH, 1 - 0.5 / height, lines[0], size=20, weight="bold", color=INK)
    below = ruler.wrap(drawable(result.scenario.title, result.scenario.name), SIZE, WIDTH - 2 * MARGIN, most=1)
    figure.text(MARGIN / WIDTH, 1 - 0.85 / height, below[0], size=SIZE, color=FAINT)
