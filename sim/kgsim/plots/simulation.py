"""Figures of a simulation: fans of the state variables, and in which share of runs outcomes come about, by round."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, PercentFormatter

from kgsim.plots.style import BLUE, FAINT, INK, style
from kgsim.plots.sweeps import SIZE, SMALL, WIDTH, looks, note
from kgsim.plots.text import Ruler, drawable

if TYPE_CHECKING:
    from xarray import Dataset

#: Ways to play that one figure shows side by side.
MOST = 4

_BANDS = ((0.05, 0.95, 0.18), (0.25, 0.75, 0.36))


def fan_figure(found: Dataset) -> Figure:
    """Draw how the state variables spread: a row a variable, a column a way to play (the first `MOST`).

    Parameters
    ----------
    found
        What `kgsim.simulate` returns, with at least one state variable.
    """
    with style():
        bounds = json.loads(found.attrs["bounds"])
        ways = [str(way) for way in found.structure.values][:MOST]
        figure, ruler, grid = _frame(
            found, "How the situation spreads over the rounds, while play goes on", len(bounds), ways, 2.6
        )
        for row, (name, limits) in enumerate(bounds.items()):
            for column, way in enumerate(ways):
                axes = grid[row][column]
                _fan(axes, found, name, way, limits)
                if column == 0:
                    label = drawable(f"{name}: {found[name].attrs['long_name']}", name)
                    axes.set_ylabel("\n".join(ruler.wrap(label, SMALL, 2.2, most=2)), size=SMALL)
                else:
                    axes.set_yticklabels([])
                if row == len(bounds) - 1:
                    axes.set_xlabel("round", size=SIZE)
        figure.legend(
            handles=[
                Line2D([], [], color=BLUE, label="median"),
                Patch(facecolor=BLUE, alpha=0.5, label="half of the runs"),
                Patch(facecolor=BLUE, alpha=0.18, label="nine tenths"),
                Line2D([], [], color=INK, linestyle="--", label="bounds"),
                Line2D([], [], color=FAINT, linestyle=":", label="no run is left after this round"),
            ],
            loc="lower left", ncols=5, bbox_to_anchor=(0.02, 0.0), fontsize=SMALL,
        )  # fmt: skip
    return figure


def _fan(axes: Axes, found: Dataset, name: str, way: str, limits: list[float]) -> None:
    values = found[name].sel(structure=way).values
    rounds = found["round"].values
    some = np.isfinite(values).any(axis=0)
    x, table = rounds[some], values[:, some]
    for low, high, alpha in _BANDS:
        ends = np.nanquantile(table, [low, high], axis=0)
        axes.fill_between(x, *ends, color=BLUE, alpha=alpha, linewidth=0)
    axes.plot(x, np.nanmedian(table, axis=0), color=BLUE, marker="." if len(x) == 1 else None)
    for limit in limits:
        axes.axhline(limit, color=INK, linewidth=1.0, linestyle="--")
    if len(x) < len(rounds):
        axes.axvline(x[-1], color=FAINT, linewidth=1.2, linestyle=":")
    axes.set_xlim(rounds[0], max(rounds[-1], rounds[0] + 1))
    axes.set_ylim(limits[0] - 0.06 * (limits[1] - limits[0]), limits[1] + 0.06 * (limits[1] - limits[0]))
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))


def runs_figure(found: Dataset) -> Figure:
    """Draw in which share of runs outcomes come about: above by each round, below the hazard; a column a way to play.

    Parameters
    ----------
    found
        What `kgsim.simulate` returns.
    """
    with style():
        ways = [str(way) for way in found.structure.values][:MOST]
        figure, _, grid = _frame(found, "In which share of simulated runs an outcome comes about", 2, ways, 2.7)
        palette = looks(found)
        # An outcome is drawn only if some run reaches it; all that do stay the same in every panel.
        reached = [
            str(outcome) for outcome in found.outcome.values
            if found.by_round.sel(structure=ways, outcome=outcome).values.any()
        ]  # fmt: skip
        tops = [0.0, 0.0]
        every = max(1, len(found["round"]) // 8)
        for row, (variable, title) in enumerate((("by_round", "reached by the round"), ("hazard", "hazard"))):
            for column, way in enumerate(ways):
                axes = grid[row][column]
                for place, outcome in enumerate(reached):
                    values = found[variable].sel(structure=way, outcome=outcome).values
                    # What surely comes in the first round has no hazard worth a scale.
                    if not np.nan_to_num(values).any() or (row == 1 and values[0] == 1.0):
                        continue
                    tops[row] = max(tops[row], float(np.nanmax(values)))
                    axes.plot(
                        found["round"].values, values, color=palette[outcome].colour, marker=palette[outcome].marker,
                        markersize=6, markevery=(place % every, every) if len(values) > 8 else 1,
                        markeredgecolor=INK, markeredgewidth=0.5,
                    )  # fmt: skip
                rounds = found["round"].values
                axes.set_xlim(rounds[0] - 0.3, rounds[-1] + 0.3)
                axes.yaxis.set_major_formatter(PercentFormatter(1.0))
                axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
                if column == 0:
                    axes.set_ylabel(title, size=SMALL)
                else:
                    axes.set_yticklabels([])
                if row == 1:
                    axes.set_xlabel("round", size=SIZE)
        for axes in (*grid[0], *grid[1]):
            top = 1.0 if axes in grid[0] else tops[1] or 1.0
            axes.set_ylim(-0.03 * top, 1.05 * top)
        handles = [
            Line2D(
                [], [], color=palette[outcome].colour, marker=palette[outcome].marker, markeredgecolor=INK,
                markeredgewidth=0.5, label=drawable(outcome),
            )
            for outcome in reached
        ]  # fmt: skip
        figure.legend(handles=handles, loc="lower left", ncols=6, bbox_to_anchor=(0.02, 0.0), fontsize=SMALL)
    return figure


def _frame(
    found: Dataset, title: str, rows: int, ways: list[str], each: float
) -> tuple[Figure, Ruler, list[list[Axes]]]:
    """A figure with title, a heading over every column, and its axes by row and column."""
    height = 1.75 + rows * (each + 0.35) + 0.85
    figure = Figure(figsize=(WIDTH, height))
    ruler = Ruler()
    note(figure, ruler, title, found)
    left, right, gap = 1.3, 0.3, 0.3
    width = (WIDTH - left - right - gap * (len(ways) - 1)) / len(ways)
    grid: list[list[Axes]] = []
    for row in range(rows):
        bottom = height - 1.6 - (row + 1) * each - row * 0.35
        grid.append(
            [
                figure.add_axes(((left + place * (width + gap)) / WIDTH, bottom / height, width / WIDTH, each / height))
                for place in range(len(ways))
            ]
        )
    for place, way in enumerate(ways):
        text = ruler.wrap(drawable(way.replace("_", " ")), SIZE, width, weight="bold", most=1)[0]
        figure.text((left + place * (width + gap)) / WIDTH, 1 - 1.45 / height, text, size=SIZE, weight="bold")
    return figure, ruler, grid
