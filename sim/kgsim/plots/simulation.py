"""Figures of a simulation: fans of the state variables, and in which share of runs outcomes come about, by round."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Unpack

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, PercentFormatter

from kgsim.messages.studies import runs_message, spread_message
from kgsim.plots.sheet import MARGIN, SIZE, SMALL, Options, Sheet, Sign, on_sheet
from kgsim.plots.style import BLUE, FAINT, INK
from kgsim.plots.sweeps import labels_of, looks
from kgsim.plots.text import drawable, line_height

if TYPE_CHECKING:
    from xarray import Dataset

#: Ways to play that one figure shows, and the least width of one.
MOST = 4
LEAST = 2.2

GAP, LEFT = 0.35, 1.3

#: The hazard is drawn while at least one in so many runs is open.
FEW = 100

_BANDS = ((0.05, 0.95, 0.18), (0.25, 0.75, 0.36))


@on_sheet
def fan_figure(sheet: Sheet, found: Dataset, **options: Unpack[Options]) -> Figure:
    """Draw how the state variables spread: a row a variable, a column a way to play (the first `MOST`).

    Parameters
    ----------
    found
        What `kgsim.simulate` returns, with at least one state variable.
    """
    bounds: dict[str, list[float]] = json.loads(found.attrs["bounds"])

    def panel(axes: Axes, row: int, way: str) -> None:
        name, limits = list(bounds.items())[row]
        _fan(axes, found, name, way, limits)

    own = labels_of(found)
    labels = [own.parameter(name) if own.full else found[name].attrs["long_name"] for name in bounds]
    signs: list[Sign] = [
        (Line2D([], [], color=BLUE), "median"),
        (Patch(facecolor=BLUE, alpha=0.5), "half of the runs"),
        (Patch(facecolor=BLUE, alpha=0.18), "nine tenths"),
        (Line2D([], [], color=INK, linestyle="--"), "bounds"),
        (Line2D([], [], color=FAINT, linestyle=":"), "no run is left after this round"),
    ]
    asked = "How the situation spreads over the rounds, while play goes on"
    return _grid(sheet, found, (spread_message(found, bounds, own), asked), labels, panel, signs)


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


@on_sheet
def runs_figure(sheet: Sheet, found: Dataset, **options: Unpack[Options]) -> Figure:
    """Draw in which share of runs outcomes come about: above by each round, below the hazard; a column a way to play.

    Parameters
    ----------
    found
        What `kgsim.simulate` returns.
    """
    ways, own = _ways(found), labels_of(found)
    palette = looks(found)
    # An outcome is drawn only if some run reaches it; all that do stay the same in every panel.
    reached = [
        str(outcome) for outcome in found.outcome.values
        if found.by_round.sel(structure=ways, outcome=outcome).values.any()
    ]  # fmt: skip
    curves = [
        {
            (way, outcome): found[variable].sel(structure=way, outcome=outcome).values
            for way in ways
            for outcome in reached
        }
        for variable in ("by_round", "hazard")
    ]
    # What surely comes in the first round has no hazard worth a scale, and that of a handful of runs says nothing.
    least = max(1, len(found.run) // FEW)
    curves[1] = {
        (way, outcome): np.where(found.open.sel(structure=way, outcome=outcome).values >= least, values, np.nan)
        for (way, outcome), values in curves[1].items()
        if values[0] != 1.0
    }
    hazards = [float(np.nanmax(values)) for values in curves[1].values() if np.isfinite(values).any()]
    tops = (1.0, max(hazards, default=0.0) or 1.0)

    def panel(axes: Axes, row: int, way: str) -> None:
        rounds = found["round"].values
        every = max(1, len(rounds) // 8)
        for place, outcome in enumerate(reached):
            values = curves[row].get((way, outcome))
            if values is None or not np.nan_to_num(values).any():
                continue
            axes.plot(
                rounds, values, color=palette[outcome].colour, marker=palette[outcome].marker, markersize=6,
                markevery=(place % every, every) if len(values) > 8 else 1, markeredgecolor=INK, markeredgewidth=0.5,
            )  # fmt: skip
        axes.set_xlim(rounds[0] - 0.3, rounds[-1] + 0.3)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
        axes.set_ylim(-0.03 * tops[row], 1.05 * tops[row])
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))

    signs: list[Sign] = [
        (Line2D([], [], color=palette[outcome].colour, marker=palette[outcome].marker, markeredgecolor=INK,
                markeredgewidth=0.5), own.outcome(outcome))
        for outcome in reached
    ]  # fmt: skip
    asked = "In which share of simulated runs an outcome comes about"
    labels = ["reached by the round", "hazard" if least == 1 else f"hazard, of {least} runs or more"]
    # Where every run ends in the first round there is no hazard to show.
    labels = labels if hazards else labels[:1]
    return _grid(sheet, found, (runs_message(found, ways, own), asked), labels, panel, signs)


def _ways(found: Dataset) -> list[str]:
    return [str(way) for way in found.structure.values][:MOST]


def _grid(
    sheet: Sheet,
    found: Dataset,
    title: tuple[str, str],
    labels: Sequence[str],
    panel: Callable[[Axes, int, str], None],
    signs: Sequence[Sign],
) -> Figure:
    """Panels in rows, each with its label at the left, and in columns, each a way to play under its name.

    Where the columns do not fit side by side, the rows come again below for the ways that are left.
    """
    ruler, ways = sheet.ruler, _ways(found)
    across = min(len(ways), max(1, int((sheet.width - LEFT - MARGIN + GAP) / (LEAST + GAP))))
    wide = (sheet.width - LEFT - MARGIN - GAP * (across - 1)) / across
    blocks = [ways[start : start + across] for start in range(0, len(ways), across)]
    head = sheet.head(*title, str(found.attrs["title"]))
    legend = sheet.legend(signs)
    own_labels = labels_of(found)
    names = {
        way: ruler.wrap(drawable(own_labels.structure(way), way), SIZE, wide, weight="bold", most=4) for way in ways
    }
    above = max(len(lines) for lines in names.values()) * line_height(SIZE) + 0.1
    spare = (sheet.least - head.height - legend.height) / len(blocks) - above - 0.65
    each = max(spare / len(labels) - GAP, 1.6)
    block = above + len(labels) * (each + GAP) + 0.65 - GAP
    figure = sheet.figure(head.height + len(blocks) * block + legend.height, head)
    for number, own in enumerate(blocks):
        top = head.height + number * block
        for row, label in enumerate(labels):
            y = top + above + row * (each + GAP)
            lines = ruler.wrap(drawable(label), SMALL, each, most=3)
            sheet.text(figure, 0.12, y + each / 2, "\n".join(lines), rotation=90, ha="left", ma="center")
            for column, way in enumerate(own):
                axes = sheet.axes(figure, (LEFT + column * (wide + GAP), y, wide, each))
                panel(axes, row, way)
                axes.tick_params(labelsize=SMALL)
                if column:
                    axes.set_yticklabels([])
                if row < len(labels) - 1:
                    axes.set_xticklabels([])
        for column, way in enumerate(own):
            sheet.lines(figure, LEFT + column * (wide + GAP), top, names[way], SIZE, weight="bold")
            middle = LEFT + column * (wide + GAP) + wide / 2
            sheet.text(figure, middle, top + block - 0.27, "round", size=SMALL, ha="center")
    sheet.sign(figure, legend, head.height + len(blocks) * block)
    return figure
