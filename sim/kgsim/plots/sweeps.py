"""Payoffs and outcomes along one swept parameter, and what figures of studies share."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Unpack

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from kgsim.plots.sheet import MARGIN, SIZE, SMALL, Options, Sheet, Sign, on_sheet
from kgsim.plots.style import FAINT, INK, marks_of_outcomes, marks_of_players
from kgsim.plots.text import drawable, line_height

if TYPE_CHECKING:
    from xarray import Dataset


#: The bounds of an interval, as studies name them.
ENDS = ("low", "high")


@dataclass(frozen=True)
class Look:
    """The colour and marker of an outcome."""

    colour: str
    marker: str


@on_sheet
def sweep_figure(sheet: Sheet, study: Dataset, structure: str, **options: Unpack[Options]) -> Figure:
    """Draw one structure along one parameter.

    Parameters
    ----------
    study
        Of one swept parameter.
    structure
        Name of one of its structures.

    Returns
    -------
    Figure
        A panel a player, on an axis of its own: a line where all equilibria are worth the same to the player, a band
        where they are not, broken where values jump between neighbouring points; then one for everything that is
        offered, if claims ask for it and some equilibrium here offers it. Below, a strip an outcome that shows
        where it is an equilibrium outcome; grey beneath marks points at which further equilibria are not ruled out.
    """
    ruler = sheet.ruler
    (name,) = (str(dimension) for dimension in study.reached.dims[2:])
    one = study.sel(structure=structure)
    x = one[name].values
    palette = looks(study)
    reached = [outcome for outcome in map(str, one.outcome.values) if one.reached.sel(outcome=outcome).values.any()]
    strip = 0.34 * max(len(reached), 1) + 0.12
    panels = _panels(study, one)
    head = sheet.head(f"Payoffs and outcomes: {titles(study)[structure]}", str(study.attrs["title"]))
    legend = sheet.legend(_signs(study, one, name))
    left = min(2.6, 0.36 * sheet.width)
    wide = sheet.width - left - 0.4
    below = ruler.wrap(parameter_label(study, name), SIZE, sheet.room, most=3)
    foot = strip + 0.45 + len(below) * line_height(SIZE) + 0.1 + legend.height
    each = max(1.1, (sheet.least - head.height - foot) / len(panels) - 0.3)
    figure = sheet.figure(head.height + len(panels) * (each + 0.3) + foot, head)
    for place, panel in enumerate(panels):
        top = head.height + place * (each + 0.3)
        axes = sheet.axes(figure, (left, top, wide, each))
        band(axes, x, panel.low, panel.high, panel.colour)
        axes.set_xlim(x[0], x[-1])
        axes.set_xticklabels([])
        axes.margins(y=0.12)
        axes.yaxis.set_major_locator(MaxNLocator(nbins=max(2, int(each / 0.4))))
        size, weight = (SIZE, "bold") if panel.of_player else (SMALL, "normal")
        lines = ruler.wrap(panel.label, size, left - 1.05, weight=weight, most=max(3, int(each / line_height(size))))
        sheet.lines(figure, MARGIN, top + (each - len(lines) * line_height(size)) / 2, lines, size, weight=weight)
        _base(axes, one[name].attrs, x)
    top = head.height + len(panels) * (each + 0.3)
    axes = sheet.axes(figure, (left, top, wide, strip))
    _strips(axes, one, x, reached, palette)
    _base(axes, one[name].attrs, x)
    axes.tick_params(labelsize=SMALL)
    axes.set_yticks(range(len(reached)), [ruler.wrap(drawable(each), SMALL, left - 0.5, most=1)[0] for each in reached])
    axes.xaxis.set_major_locator(MaxNLocator(nbins=max(3, int(wide / 0.7))))
    name_switch(axes, "x", one[name].attrs)
    end = sheet.lines(figure, sheet.width / 2, top + strip + 0.4, below, SIZE, ha="center")
    sheet.sign(figure, legend, end + 0.1)
    return figure


@dataclass(frozen=True, eq=False)
class _Panel:
    """What one panel shows along the parameter."""

    label: str
    colour: str
    low: NDArray[Any]
    high: NDArray[Any]
    of_player: bool


def _panels(study: Dataset, one: Any) -> list[_Panel]:
    """Every player's payoff, then every offer that some equilibrium makes."""
    players = json.loads(study.attrs["players"])
    marks = marks_of_players(list(players))
    found = []
    for player, label in players.items():
        low, high = (one[end].sel(player=player).values for end in ENDS)
        found.append(_Panel(drawable(label, player), marks[player].colour, low, high, True))
    for offer, label in json.loads(study.attrs.get("offers", "{}")).items():
        low, high = (one[f"offer_{end}"].sel(offer=offer).values for end in ENDS)
        if np.nanmax(np.abs([low, high]), initial=0.0) > 0.0:
            found.append(_Panel(drawable(label, offer), INK, low, high, False))
    return found


def _signs(study: Dataset, one: Any, name: str) -> list[Sign]:
    signs: list[Sign] = []
    if "base" in one[name].attrs:
        signs.append((Line2D([], [], color=INK, linewidth=1.4, linestyle=":"), "base"))
    if json.loads(study.attrs["beyond_range"]):
        signs.append((Line2D([], [], color=INK, linewidth=1.4, linestyle="--"), "plausible range"))
    if not one.complete.values.all():
        signs.append((Patch(facecolor=FAINT, alpha=0.35), "further equilibria not ruled out"))
    return signs


def band(axes: Axes, x: NDArray[Any], low: NDArray[Any], high: NDArray[Any], colour: str) -> None:
    """Draw values piece by piece: between two points that belong to different pieces nothing is drawn."""
    scale = float(np.nanmax(high) - np.nanmin(low)) if np.isfinite(low).any() else 1.0
    cuts = _jumps(x, low, scale) | _jumps(x, high, scale) | _split(low, high, scale)
    for piece in np.split(np.arange(len(x)), np.flatnonzero(cuts) + 1):
        if len(piece) == 1:
            axes.plot(x[piece], low[piece], ".", color=colour, markersize=5)
            axes.plot(x[piece], high[piece], ".", color=colour, markersize=5)
            if high[piece[0]] > low[piece[0]]:
                axes.plot(x[[piece[0]] * 2], [low[piece[0]], high[piece[0]]], color=colour, linewidth=1.2, alpha=0.5)
            continue
        axes.fill_between(x[piece], low[piece], high[piece], color=colour, alpha=0.22, linewidth=0)
        axes.plot(x[piece], low[piece], color=colour)
        axes.plot(x[piece], high[piece], color=colour)


def _jumps(x: NDArray[Any], values: NDArray[Any], scale: float) -> NDArray[np.bool_]:
    """Between which neighbours a curve jumps: where its slope is far from those on both sides."""
    step = np.abs(np.diff(values))
    slope = step / np.diff(x)
    before, after = np.concatenate([[np.inf], slope[:-1]]), np.concatenate([slope[1:], [np.inf]])
    near = np.fmax(np.where(np.isinf(before), 0.0, before), np.where(np.isinf(after), 0.0, after))
    return np.asarray((step > 0.01 * scale) & (slope > 4.0 * near)) | np.isnan(step)


def _split(low: NDArray[Any], high: NDArray[Any], scale: float) -> NDArray[np.bool_]:
    """Between which neighbours a single value turns into an interval, or back."""
    wide = high - low > 1e-9 * scale
    return np.asarray(wide[1:] != wide[:-1])


def _strips(axes: Axes, one: Any, x: NDArray[Any], reached: Sequence[str], palette: dict[str, Look]) -> None:
    edges = np.concatenate([[x[0]], (x[1:] + x[:-1]) / 2, [x[-1]]])
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(len(reached) - 0.5, -0.5)
    axes.grid(False)
    for row, outcome in enumerate(reached):
        for begin, end in _runs(one.reached.sel(outcome=outcome).values):
            width = edges[end] - edges[begin]
            axes.barh(row, width, left=edges[begin], height=0.7, color=palette[outcome].colour, edgecolor=INK, lw=0.6)
            middle = edges[begin] + width / 2
            axes.plot(middle, row, marker=palette[outcome].marker, color="white", markeredgecolor=INK, markersize=8)
    for begin, end in _runs(~one.complete.values):
        axes.axvspan(edges[begin], edges[end], color=FAINT, alpha=0.35, linewidth=0, zorder=0.5)


def _runs(where: NDArray[np.bool_]) -> list[tuple[int, int]]:
    steps = np.flatnonzero(np.diff(np.concatenate([[0], where.astype(int), [0]])))
    return [(int(begin), int(end)) for begin, end in zip(steps[::2], steps[1::2], strict=True)]


def _base(axes: Axes, about: dict[str, Any], x: NDArray[Any]) -> None:
    if "base" in about:
        axes.axvline(float(about["base"]), color=INK, linewidth=1.4, linestyle=":")
    low, high = np.asarray(about["plausible"], dtype=float)
    for bound in (low, high):
        if x[0] < bound < x[-1]:
            axes.axvline(bound, color=INK, linewidth=1.4, linestyle="--")


def looks(study: Dataset) -> dict[str, Look]:
    """Every outcome's colour and marker, the same as in all other figures of the scenario."""
    otherwise = set(json.loads(study.attrs["otherwise"]))
    names = [str(name) for name in study.outcome.values]
    return {name: Look(mark.colour, mark.marker) for name, mark in marks_of_outcomes(names, otherwise).items()}


def sets_reached(panel: Any) -> tuple[list[tuple[str, ...]], NDArray[np.intp]]:
    """The distinct sets of equilibrium outcomes of a map, and for each of its points the number of its set."""
    names = [str(name) for name in panel.outcome.values]
    return distinct_sets(names, panel.reached.transpose("outcome", ...).values)


def distinct_sets(names: Sequence[str], reached: NDArray[np.bool_]) -> tuple[list[tuple[str, ...]], NDArray[np.intp]]:
    """The distinct sets of outcomes reached, shape (outcomes, ...), and for each point the number of its set."""
    distinct, number = np.unique(reached.reshape(len(names), -1), axis=1, return_inverse=True)
    sets = [tuple(name for name, there in zip(names, column, strict=True) if there) for column in distinct.T]
    return sets, np.asarray(number, dtype=np.intp).reshape(reached.shape[1:])


def titles(study: Dataset) -> dict[str, str]:
    """Each structure's name as a heading."""
    return {str(name): str(name).replace("_", " ") for name in study.structure.values}


def switch_words(about: dict[str, Any]) -> dict[float, str]:
    """What the values of an axis are called, if it is one of flags (as the CF conventions have them)."""
    return dict(zip(map(float, about.get("flag_values", ())), about.get("flag_meanings", "").split(), strict=False))


def name_switch(axes: Axes, which: Literal["x", "y"], about: dict[str, Any]) -> None:
    """Label the x or y axis with its flags' names, if it has any."""
    words = switch_words(about)
    if words:
        axes.set(**{f"{which}ticks": list(words), f"{which}ticklabels": list(words.values())})


def parameter_label(study: Dataset, name: str) -> str:
    """A parameter as the label of an axis."""
    about = study[name].attrs
    unit = "" if about["units"] == "1" else f" [{about['units']}]"
    beyond = " (leaves the plausible range)" if name in json.loads(study.attrs["beyond_range"]) else ""
    return drawable(f"{name}: {about['long_name']}{unit}{beyond}", name)
