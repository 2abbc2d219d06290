"""Regime maps: which outcomes are equilibria, over two parameters (or three, as small multiples).

A region has the colour of its equilibrium outcome, and the outcome's marker strewn over it, since colours repeat and
greyscale has none. Where several outcomes coexist they share the region: one colour hatched over the other, and the
markers take turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import ceil
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.path import Path
from numpy.typing import NDArray

from kgsim.arrays import Floats, Integers
from kgsim.language import Words
from kgsim.messages.studies import map_message
from kgsim.plots.sheet import MARGIN, SIZE, SMALL, Sheet, Sign, SpokenOptions, on_sheet
from kgsim.plots.style import INK
from kgsim.plots.sweeps import Look, labels_of, looks, name_switch, parameter_label, sets_reached, switch_words
from kgsim.plots.text import drawable, line_height

if TYPE_CHECKING:
    from xarray import Dataset

    from kgsim.worlds.result import Update

#: Panels in a row, and the least width and height of one.
MOST_ACROSS = 5
LEAST_PANEL = 1.6
LEAST_DEEP = 2.2

GAP = 0.3


@on_sheet
def regime_figure(
    sheet: Sheet,
    study: Dataset,
    structures: Sequence[str] | None = None,
    survivors: Update | None = None,
    **options: Unpack[SpokenOptions],
) -> Figure:
    """Draw where which outcomes are equilibria.

    Parameters
    ----------
    study
        Of two swept parameters, one panel a structure; of three, one panel a value of the third (the one with fewest
        values) for a single structure.
    structures
        Names; all if not given.
    survivors
        As `kgsim.update` gives them: worlds that survive what happened, drawn in as white dots.

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
    if len(swept) == 2:
        panels = [(study.sel(structure=name), labels_of(study).structure(str(name))) for name in chosen]
        dots = [_points(survivors, name, swept) for name in chosen] if survivors is not None else []
        return _figure(sheet, study.sel(structure=chosen), panels, swept, "", dots)
    if len(swept) == 3 and len(chosen) == 1:
        third = min(swept, key=lambda name: study.sizes[name])
        values = study[third].values
        states = switch_words(study[third].attrs)
        shown = values[np.unique(np.linspace(0, len(values) - 1, min(len(values), 2 * MOST_ACROSS)).astype(int))]
        one = study.sel(structure=chosen[0])
        panels = [(one.sel({third: value}), f"{third} = {states.get(float(value), f'{value:g}')}") for value in shown]
        left = [name for name in swept if name != third]
        return _figure(sheet, study.sel(structure=chosen), panels, left, labels_of(study).structure(str(chosen[0])))
    raise ValueError("a regime map needs two swept parameters, or three and a single structure")


def _points(survivors: Update, structure: str, swept: list[str]) -> Floats:
    """Some surviving worlds of a structure, in the swept parameters; shape (2, worlds)."""
    return survivors.survivors[structure][:, [survivors.parameters.index(name) for name in swept]].T


def _figure(
    sheet: Sheet,
    study: Dataset,
    panels: list[tuple[Any, str]],
    swept: list[str],
    of: str,
    dots: Sequence[Floats] = (),
) -> Figure:
    ruler = sheet.ruler
    label = parameter_label(study, swept[1])
    # Low figures need more lines for what stands upright beside them.
    upright = len(ruler.wrap(label, SMALL, max(sheet.least - (3.4 if sheet.titled else 2.6), LEAST_DEEP), most=3))
    left, right = 0.95 + upright * line_height(SMALL), sheet.width - MARGIN
    room = max(1, int((right - left + GAP) / (LEAST_PANEL + GAP)))
    across = min(len(panels), MOST_ACROSS, room) if len(panels) != 4 else min(2, room)
    down = ceil(len(panels) / across)
    wide = (right - left - GAP * (across - 1)) / across
    regimes = [sets_reached(panel) for panel, _ in panels]
    shown = {name for numbered, _ in regimes for names in numbered for name in names}
    palette = looks(study)
    labels = labels_of(study)
    signs = [(_entry(look), labels.outcome(name)) for name, look in palette.items() if name in shown] + _signs(
        sheet.words,
        regimes,
        doubt=not all(panel.complete.values.all() for panel, _ in panels),
        base=all("base" in study[name].attrs for name in swept),
    )
    if dots:
        dot = Line2D([], [], marker="o", color="white", markeredgecolor=INK, markersize=4, linestyle="none")
        signs.append((dot, sheet.words("figure.survivors")))
    legend = sheet.legend(signs)
    of_what = map_message(study, swept, labels, sheet.words)
    head = sheet.head(of_what, sheet.words("figure.regimes"), of, str(study.attrs["title"]))
    names = [ruler.wrap(drawable(name), SIZE, wide, weight="bold", most=5) for _, name in panels]
    above = max(len(lines) for lines in names) * line_height(SIZE) + 0.1
    below = ruler.wrap(parameter_label(study, swept[0]), SMALL, right - left, most=2)
    foot = 0.45 + len(below) * line_height(SMALL) + 0.1 + legend.height
    spare = sheet.least - head.height - foot
    deep = max((spare - down * above) / down, LEAST_DEEP) - 0.1
    figure = sheet.figure(head.height + down * (deep + above + 0.1) + foot, head)
    top = head.height
    for place, ((panel, name), (numbered, number)) in enumerate(zip(panels, regimes, strict=True)):
        row, column = divmod(place, across)
        x, y = left + column * (wide + GAP), head.height + row * (deep + above + 0.1) + above
        axes = sheet.axes(figure, (x, y, wide, deep))
        axes.set_label(name)
        colours = [tuple(palette[name] for name in names) for names in numbered]
        _panel(axes, panel, swept, colours, number)
        if dots:
            axes.plot(*dots[place], "o", color="white", markeredgecolor=INK, markersize=3.5, markeredgewidth=0.7)
        else:
            _strew(axes, colours, _upright(panel, swept, number), (wide, deep))
        start = y - 0.08 - len(names[place]) * line_height(SIZE)
        sheet.lines(figure, x + wide / 2, start, names[place], SIZE, weight="bold", ha="center")
        if column:
            axes.set_yticklabels([])
        if row < down - 1 and place + across < len(panels):
            axes.set_xticklabels([])
        top = y + deep
    middle = (left + right) / 2
    end = sheet.lines(figure, middle, top + 0.4, below, SMALL, ha="center")
    beside = ruler.wrap(label, SMALL, top - head.height, most=3)
    centre = (head.height + above + top) / 2
    sheet.text(figure, 0.2, centre, "\n".join(beside), ha="left", ma="center", rotation=90)
    sheet.sign(figure, legend, end + 0.1)
    return figure


def _panel(axes: Axes, panel: Any, swept: list[str], colours: list[tuple[Look, ...]], number: Integers) -> None:
    x, y = (panel[name].values for name in swept)
    grid = _upright(panel, swept, number)
    edges = _edges(x), _edges(y)
    first = ListedColormap([look[0].colour if look else "white" for look in colours])
    axes.pcolormesh(*edges, grid, cmap=first, vmin=-0.5, vmax=len(colours) - 0.5, rasterized=True)
    for index, look in enumerate(colours):
        if len(look) > 1 and (grid == index).any():
            _hatch(axes, *edges, grid == index, look)
    axes.add_collection(LineCollection(_borders(*edges, grid), colors=INK, linewidths=0.9, capstyle="projecting"))
    doubt = ~_upright(panel, swept, panel.complete.values)
    rows, cols = np.nonzero(doubt & np.isin(grid, [index for index, look in enumerate(colours) if look]))
    axes.plot(x[cols], y[rows], ".", markersize=2.5, color=INK, markeredgewidth=0)
    _base(axes, panel, swept)
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


def _strew(axes: Axes, colours: list[tuple[Look, ...]], grid: Integers, size: tuple[float, float]) -> None:
    """Put markers over the map of a size in inches, each that of an outcome at its place."""
    across, down = (max(3, round(2 * length)) for length in size)
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
            markersize=5.5,
            markeredgewidth=0.7,
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


def _base(axes: Axes, panel: Any, swept: list[str]) -> None:
    about = [panel[name].attrs for name in swept]
    low, high = zip(*(np.asarray(each["plausible"], dtype=float) for each in about), strict=True)
    axes.add_artist(
        Rectangle(low, high[0] - low[0], high[1] - low[1], fill=False, edgecolor=INK, linewidth=1.5, linestyle="--")
    )
    if not all("base" in each for each in about):  # what is chosen in the game has none
        return
    point = [float(each["base"]) for each in about]
    axes.plot(*point, marker="+", markersize=15, markeredgewidth=5, color="white")
    axes.plot(*point, marker="+", markersize=13, markeredgewidth=2.2, color="black")


def _edges(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cell borders half way between neighbouring values, the outer cells as wide as their inner halves."""
    values = np.asarray(values, dtype=float)
    middle = (values[1:] + values[:-1]) / 2
    return np.concatenate([[values[0]], middle, [values[-1]]])


def _entry(look: Look) -> tuple[Patch, Line2D]:
    marker = Line2D([], [], marker=look.marker, color="white", markeredgecolor=INK, linestyle="none", markersize=6,
                    markeredgewidth=0.7)  # fmt: skip
    return Patch(facecolor=look.colour, edgecolor=INK, linewidth=0.6), marker


def _signs(
    words: Words, regimes: list[tuple[list[tuple[str, ...]], Integers]], *, doubt: bool, base: bool
) -> list[Sign]:
    signs: list[Sign] = [
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
