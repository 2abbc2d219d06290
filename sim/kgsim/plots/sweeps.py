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

from kgsim.analysis.stretches import Stretch, refined, stretches
from kgsim.messages.studies import sweep_message
from kgsim.plots.sheet import MARGIN, SIZE, SMALL, Options, Sheet, Sign, on_sheet
from kgsim.plots.style import FAINT, INK, marks_of_outcomes, marks_of_players
from kgsim.plots.text import drawable, line_height
from kgsim.scenario.labels import Labels
from kgsim.wording import interval, number

if TYPE_CHECKING:
    from xarray import Dataset

    from kgsim.scenario.model import Scenario


#: The bounds of an interval, as studies name them.
ENDS = ("low", "high")


@dataclass(frozen=True)
class Look:
    """The colour and marker of an outcome."""

    colour: str
    marker: str


@on_sheet
def sweep_figure(
    sheet: Sheet, study: Dataset, structure: str, scenario: Scenario | None = None, **options: Unpack[Options]
) -> Figure:
    """Draw one structure along one parameter.

    Parameters
    ----------
    study
        Of one swept parameter.
    structure
        Name of one of its structures.
    scenario
        That the study is of: lines and bars are then cut exactly where outcomes turn, and else half-way between the
        points around.

    Returns
    -------
    Figure
        A panel a player, on an axis of its own: a line where all equilibria are worth the same to the player, a band
        where they are not, broken where values jump between neighbouring points; then one for everything that is
        offered, if claims ask for it and some equilibrium here offers it. Below, a strip an outcome that shows
        where it is an equilibrium outcome; grey beneath marks points at which further equilibria are not ruled out.
        The values at both ends, and those of the parameter at which outcomes turn, are written.
    """
    ruler = sheet.ruler
    (name,) = (str(dimension) for dimension in study.reached.dims[2:])
    one = refined(study, structure, scenario)
    x, labels, runs = one[name].values, labels_of(study), stretches(one, name)
    palette = looks(study)
    reached = [outcome for outcome in map(str, one.outcome.values) if one.reached.sel(outcome=outcome).values.any()]
    strip = 0.34 * max(len(reached), 1) + 0.12
    panels = _panels(study, one)
    asked = f"Payoffs and outcomes under {labels.structure(structure)}"
    head = sheet.head(sweep_message(one, runs, labels, sheet.words), asked, str(study.attrs["title"]))
    legend = sheet.legend(_signs(study, one, name))
    left = min(2.6, 0.36 * sheet.width)
    ends = {panel.label: panel.told_at_ends() for panel in panels}
    right = 0.25 + max(ruler.width(told, SMALL) for _, told in ends.values())
    wide = sheet.width - left - right
    below = ruler.wrap(parameter_label(study, name), SIZE, sheet.room, most=3)
    foot = strip + 0.45 + len(below) * line_height(SIZE) + 0.1 + legend.height
    turns = line_height(SMALL) if len(runs) > 1 else 0.0
    each = max(1.1, (sheet.least - head.height - turns - foot) / len(panels) - 0.3)
    figure = sheet.figure(head.height + turns + len(panels) * (each + 0.3) + foot, head)
    ticks = MaxNLocator(nbins=max(3, int(wide / 0.7)))

    def along(axes: Axes) -> None:
        axes.set_xlim(x[0], x[-1])
        axes.xaxis.set_major_locator(ticks)
        name_switch(axes, "x", one[name].attrs)
        _base(axes, one[name].attrs, x)
        for run in runs[1:]:
            axes.axvline(run.low, color=FAINT, linewidth=0.8)

    begin = head.height + turns
    _write_turns(sheet, figure, runs, (left, wide), begin)
    for place, panel in enumerate(panels):
        top = begin + place * (each + 0.3)
        axes = sheet.axes(figure, (left, top, wide, each))
        band(axes, x, panel.low, panel.high, panel.colour)
        along(axes)
        axes.tick_params(labelbottom=False)
        _scale(axes, panel, each)
        _write_ends(axes, x, panel, *ends[panel.label])
        size, weight = (SIZE, "bold") if panel.of_player else (SMALL, "normal")
        lines = ruler.wrap(panel.label, size, left - 1.05, weight=weight, most=max(3, int(each / line_height(size))))
        sheet.lines(figure, MARGIN, top + (each - len(lines) * line_height(size)) / 2, lines, size, weight=weight)
    top = begin + len(panels) * (each + 0.3)
    axes = sheet.axes(figure, (left, top, wide, strip))
    _strips(axes, one, x, reached, palette)
    along(axes)
    axes.tick_params(labelsize=SMALL)
    named = [ruler.wrap(drawable(labels.outcome(each), each), SMALL, left - 0.5, most=1)[0] for each in reached]
    axes.set_yticks(range(len(reached)), named)
    end = sheet.lines(figure, sheet.width / 2, top + strip + 0.4, below, SIZE, ha="center")
    sheet.sign(figure, legend, end + 0.1)
    return figure


def _write_turns(
    sheet: Sheet, figure: Figure, runs: Sequence[Stretch], across: tuple[float, float], bottom: float
) -> None:
    """Write above the panels where outcomes turn, as far as the numbers do not touch."""
    left, wide = across
    span, free = runs[-1].high - runs[0].low, 0.0
    for run in runs[1:]:
        told = number(run.low)
        half = sheet.ruler.width(told, SMALL, "bold") / 2
        x = left + wide * (run.low - runs[0].low) / span
        if x - half >= free:
            sheet.text(figure, x, bottom - line_height(SMALL) / 2, told, weight="bold", ha="center")
            free = x + half + 0.1


def _scale(axes: Axes, panel: _Panel, height: float) -> None:
    """Choose the ticks of values; one that never changes has a single tick."""
    low, high = float(np.nanmin(panel.low)), float(np.nanmax(panel.high))
    if high - low <= 1e-9 * max(1.0, abs(high)):
        axes.set_ylim(low - 1.0, low + 1.0)
        axes.set_yticks([low], [number(low)])
        return
    axes.margins(y=0.2)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=max(3, int(height / 0.4)), steps=[1, 2, 5, 10]))


def _write_ends(axes: Axes, x: NDArray[Any], panel: _Panel, first: str, last: str) -> None:
    """Write a panel's values at both ends: the first above its line, or below it near the top; the last beside it."""
    if first:
        lower, upper = axes.get_ylim()
        high = panel.high[0] > lower + 0.6 * (upper - lower)
        near, side, va = (panel.low[0], -1, "top") if high else (panel.high[0], 1, "bottom")
        axes.annotate(
            first, (x[0], near), xytext=(4, 4 * side), textcoords="offset points", va=va, size=SMALL, color=INK
        )
    if last:
        middle = (panel.low[-1] + panel.high[-1]) / 2
        axes.annotate(
            last, (x[-1], middle), xytext=(5, 0), textcoords="offset points", va="center", size=SMALL, color=INK
        )


@dataclass(frozen=True, eq=False)
class _Panel:
    """What one panel shows along the parameter."""

    label: str
    colour: str
    low: NDArray[Any]
    high: NDArray[Any]
    of_player: bool

    def told_at_ends(self) -> tuple[str, str]:
        """The values at both ends as text; empty where nothing is solved."""
        first, last = ((float(self.low[place]), float(self.high[place])) for place in (0, -1))
        return _told(first), _told(last)


def _told(bounds: tuple[float, float]) -> str:
    return interval(bounds) if np.isfinite(bounds).all() else ""


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
    axes.grid(False, axis="y")
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


def labels_of(study: Dataset) -> Labels:
    """The labels of a study's scenario; those of an older study are its names."""
    return Labels(**json.loads(study.attrs.get("labels", "{}")))


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
