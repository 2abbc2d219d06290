"""Regime maps: which outcomes are equilibria, over two parameters (or three, as small multiples).

A region has the colour of its equilibrium outcome, and the outcome's marker strewn over it, since colours repeat and
greyscale has none. Where several outcomes coexist they share the region: one colour hatched over the other, and the
markers take turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import ceil
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.path import Path
from numpy.typing import NDArray

from kgsim.language import Words, words
from kgsim.plots.size import Size, size_of
from kgsim.plots.style import INK, style
from kgsim.plots.sweeps import Look, looks, name_switch, note, parameter_label, sets_reached, switch_words, titles
from kgsim.plots.text import Ruler, drawable

if TYPE_CHECKING:
    from xarray import Dataset

Integers: TypeAlias = NDArray[np.intp]

#: Panels in a row, and the least width of one, in inches on a slide.
MOST_ACROSS = 5
LEAST_PANEL = 1.6


def regime_figure(
    study: Dataset,
    structures: Sequence[str] | None = None,
    *,
    size: str | Size = "slide",
    titled: bool = True,
    lang: str = "en",
) -> Figure:
    """Draw where which outcomes are equilibria.

    Parameters
    ----------
    study
        Of two swept parameters, one panel a structure; of three, one panel a value of the third (the one with fewest
        values) for a single structure.
    structures
        Names; all if not given.
    size
        `kgsim.plots.size`: slide, page, column or a size of your own.
    titled
        Whether the figure carries its own heading.
    lang
        Language of the legend.

    Returns
    -------
    Figure
        The cross is the base point, the dashed box the plausible ranges; dots mark points at which further equilibria
        are not ruled out, white is where a structure has no solution.

    Raises
    ------
    ValueError
        If the study has not two or three swept parameters.
    """
    chosen = list(study.structure.values) if structures is None else list(structures)
    swept = [str(name) for name in study.reached.dims[2:]]
    look = _Sheet(size_of(size), titled, words(lang))
    heading = look.words("figure.regimes")
    with style(look.size):
        if len(swept) == 2:
            panels = [(study.sel(structure=name), titles(study)[name]) for name in chosen]
            return _figure(study, panels, swept, heading, look)
        if len(swept) == 3 and len(chosen) == 1:
            third = min(swept, key=lambda name: study.sizes[name])
            values = study[third].values
            states = switch_words(study[third].attrs)
            shown = values[np.unique(np.linspace(0, len(values) - 1, min(len(values), 2 * MOST_ACROSS)).astype(int))]
            one = study.sel(structure=chosen[0])
            panels = [
                (one.sel({third: value}), f"{third} = {states.get(float(value), f'{value:g}')}") for value in shown
            ]
            left = [name for name in swept if name != third]
            return _figure(study, panels, left, f"{heading}: {titles(study)[chosen[0]]}", look)
    raise ValueError("a regime map needs two swept parameters, or three and a single structure")


@dataclass(frozen=True)
class _Sheet:
    """What a figure is drawn on: its size, whether it has a heading, and the words of its legend."""

    size: Size
    titled: bool
    words: Words


def _figure(study: Dataset, panels: list[tuple[Any, str]], swept: list[str], title: str, sheet: _Sheet) -> Figure:
    ruler = Ruler()
    size, k = sheet.size, sheet.size.scale
    room = max(1, int((size.width - 1.3 * k) / (LEAST_PANEL * k)))
    across = min(len(panels), MOST_ACROSS, room) if len(panels) != 4 else min(2, room)
    down = ceil(len(panels) / across)
    regimes = [sets_reached(panel) for panel, _ in panels]
    shown = {name for numbered, _ in regimes for names in numbered for name in names}
    palette = looks(study)
    signs = [(_entry(look), drawable(name)) for name, look in palette.items() if name in shown] + _signs(
        sheet.words,
        regimes,
        doubt=not all(panel.complete.values.all() for panel, _ in panels),
        base=all("base" in study[name].attrs for name in swept),
    )
    entry = max(ruler.width(label, size.small) for _, label in signs) + 0.75 * k
    columns = max(1, min(4, int((size.width - 0.2 * k) / entry)))
    legend = (0.3 * ceil(len(signs) / columns) + 0.2) * k
    head = (1.75 if sheet.titled else 0.45) * k
    height = max(size.height, head + (down * 2.2 + 0.5) * k + legend)
    figure = Figure(figsize=(size.width, height))
    if sheet.titled:
        note(figure, ruler, title, study, size)
    bottom, top, left, right, gap = legend + 0.75 * k, height - head, 1.15 * k, size.width - 0.35 * k, 0.3 * k
    panel_width = (right - left - gap * (across - 1)) / across
    panel_height = (top - bottom - 0.75 * k * (down - 1)) / down
    for place, ((panel, name), (numbered, number)) in enumerate(zip(panels, regimes, strict=True)):
        row, column = divmod(place, across)
        box = (
            (left + column * (panel_width + gap)) / size.width,
            (top - (row + 1) * panel_height - row * 0.75 * k) / height,
            panel_width / size.width,
            panel_height / height,
        )
        axes = figure.add_axes(box)
        colours = [tuple(palette[name] for name in names) for names in numbered]
        _panel(axes, panel, swept, colours, number, k)
        _strew(axes, colours, _upright(panel, swept, number), size)
        lines = ruler.wrap(name, size.text, panel_width, weight="bold", most=2)
        axes.set_title("\n".join(lines), size=size.text, pad=6 * k)
        if column:
            axes.set_yticklabels([])
        if row < down - 1 and place + across < len(panels):
            axes.set_xticklabels([])
    middle = (left + right) / 2 / size.width
    low = (legend + 0.22 * k) / height
    (below,) = ruler.wrap(parameter_label(study, swept[0]), size.text, right - left, most=1)
    beside = "\n".join(ruler.wrap(parameter_label(study, swept[1]), size.text, top - bottom, most=2))
    figure.text(middle, low, below, size=size.text, ha="center", color=INK)
    figure.text(
        0.3 * k / size.width,
        (bottom + top) / 2 / height,
        beside,
        size=size.text,
        ha="center",
        va="center",
        ma="center",
        rotation=90,
    )
    figure.legend(
        *zip(*signs, strict=True), loc="lower center", ncols=columns, bbox_to_anchor=(0.5, 0.0), fontsize=size.small
    )
    return figure


def _panel(
    axes: Axes, panel: Any, swept: list[str], colours: list[tuple[Look, ...]], number: Integers, k: float
) -> None:
    x, y = (panel[name].values for name in swept)
    grid = _upright(panel, swept, number)
    edges = _edges(x), _edges(y)
    first = ListedColormap([look[0].colour if look else "white" for look in colours])
    axes.pcolormesh(*edges, grid, cmap=first, vmin=-0.5, vmax=len(colours) - 0.5, rasterized=True)
    for index, look in enumerate(colours):
        if len(look) > 1 and (grid == index).any():
            _hatch(axes, *edges, grid == index, look)
    axes.add_collection(LineCollection(_borders(*edges, grid), colors=INK, linewidths=0.9 * k, capstyle="projecting"))
    doubt = ~_upright(panel, swept, panel.complete.values)
    rows, cols = np.nonzero(doubt & np.isin(grid, [index for index, look in enumerate(colours) if look]))
    axes.plot(x[cols], y[rows], ".", markersize=2.5 * k, color=INK, markeredgewidth=0)
    _base(axes, panel, swept, k)
    axes.set_xlim(edges[0][0], edges[0][-1])
    axes.set_ylim(edges[1][0], edges[1][-1])
    axes.grid(False)
    axes.locator_params(nbins=5)
    name_switch(axes, "x", panel[swept[0]].attrs)
    name_switch(axes, "y", panel[swept[1]].attrs)


def _borders(x: NDArray[np.float64], y: NDArray[np.float64], grid: Integers) -> list[list[tuple[float, float]]]:
    """The sides of cells at which one region ends and another begins."""
    beside = [
        [(x[column + 1], y[row]), (x[column + 1], y[row + 1])]
        for row, column in np.argwhere(grid[:, 1:] != grid[:, :-1])
    ]
    above = [
        [(x[column], y[row + 1]), (x[column + 1], y[row + 1])] for row, column in np.argwhere(grid[1:] != grid[:-1])
    ]
    return beside + above


def _upright(panel: Any, swept: list[str], values: NDArray[Any]) -> NDArray[Any]:
    """Rows along the second parameter, columns along the first."""
    return values.T if panel.complete.dims == tuple(swept) else values


def _strew(axes: Axes, colours: list[tuple[Look, ...]], grid: Integers, size: Size) -> None:
    """Put markers over the map, each that of an outcome at its place."""
    width = axes.get_position().width * size.width
    height = width * axes.bbox.height / axes.bbox.width
    across, down = max(3, round(width / (0.5 * size.scale))), max(3, round(height / (0.5 * size.scale)))
    places: dict[str, list[tuple[float, float]]] = {}
    for column, row in product(range(across), range(down)):
        share = ((column + 0.5) / across, (row + 0.5) / down)
        look = colours[grid[int(share[1] * grid.shape[0]), int(share[0] * grid.shape[1])]]
        if look:
            places.setdefault(look[(row + column) % len(look)].marker, []).append(share)
    for marker, shares in places.items():
        axes.plot(
            *zip(*shares, strict=True),
            marker=marker,
            linestyle="none",
            color="white",
            markeredgecolor=INK,
            markersize=5.5 * size.scale,
            markeredgewidth=0.7 * size.scale,
            transform=axes.transAxes,
            zorder=1.5,
        )


def _hatch(axes: Axes, x: Any, y: Any, where: NDArray[np.bool_], look: tuple[Look, ...]) -> None:
    """Hatch the cells of a region with the colours of its other outcomes, rows joined run by run."""
    boxes = []
    for row in np.flatnonzero(where.any(axis=1)):
        steps = np.flatnonzero(np.diff(np.concatenate([[0], where[row].astype(int), [0]])))
        boxes += [
            [(x[begin], y[row]), (x[end], y[row]), (x[end], y[row + 1]), (x[begin], y[row + 1]), (x[begin], y[row])]
            for begin, end in zip(steps[::2], steps[1::2], strict=True)
        ]
    region = Path.make_compound_path(*(Path(box, closed=True) for box in boxes))
    for extra, hatch in zip(look[1:], ("////", "\\\\\\\\", "....", "xxx"), strict=False):
        axes.add_artist(PathPatch(region, facecolor="none", edgecolor=extra.colour, hatch=hatch, linewidth=0))


def _base(axes: Axes, panel: Any, swept: list[str], k: float) -> None:
    about = [panel[name].attrs for name in swept]
    low, high = zip(*(np.asarray(each["plausible"], dtype=float) for each in about), strict=True)
    axes.add_artist(
        Rectangle(low, high[0] - low[0], high[1] - low[1], fill=False, edgecolor=INK, linewidth=1.5 * k, linestyle="--")
    )
    if not all("base" in each for each in about):  # what is chosen in the game has none
        return
    point = [float(each["base"]) for each in about]
    axes.plot(*point, marker="+", markersize=15 * k, markeredgewidth=5 * k, color="white")
    axes.plot(*point, marker="+", markersize=13 * k, markeredgewidth=2.2 * k, color="black")


def _edges(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cell borders half way between neighbouring values, the outer cells as wide as their inner halves."""
    values = np.asarray(values, dtype=float)
    middle = (values[1:] + values[:-1]) / 2
    return np.concatenate([[values[0]], middle, [values[-1]]])


def _entry(look: Look) -> tuple[Patch, Line2D]:
    marker = Line2D([], [], marker=look.marker, color="white", markeredgecolor=INK, linestyle="none", markersize=6)
    return Patch(facecolor=look.colour, edgecolor=INK, linewidth=0.6), marker


def _signs(
    words: Words, regimes: list[tuple[list[tuple[str, ...]], Integers]], *, doubt: bool, base: bool
) -> list[tuple[Any, str]]:
    signs: list[tuple[Any, str]] = [
        (Line2D([], [], color=INK, linewidth=1.5, linestyle="--"), words("figure.ranges")),
    ]
    if base:
        cross = Line2D([], [], marker="+", markersize=12, markeredgewidth=2.2, color="black", linestyle="none")
        signs.insert(0, (cross, words("figure.base")))
    if any(len(names) > 1 for numbered, _ in regimes for names in numbered):
        hatched = Patch(facecolor="white", edgecolor=INK, hatch="////", linewidth=0.6)
        signs.insert(0, (hatched, words("figure.coexist")))
    if doubt:
        signs.append((Line2D([], [], marker=".", color=INK, linestyle="none"), words("figure.doubt")))
    return signs
