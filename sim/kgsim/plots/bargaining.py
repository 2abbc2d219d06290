"""The bargaining space: every deal by its worth to two players, what the others accept, and where play ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Polygon
from matplotlib.ticker import MaxNLocator

from kgsim.analysis.bargaining import BargainingSpace, bargaining_space
from kgsim.arrays import Floats
from kgsim.messages.bargaining import space_message
from kgsim.plots.sheet import SIZE, SMALL, Options, Sheet, Sign, on_sheet, outcome_sign
from kgsim.plots.style import FAINT, INK, LINE, OutcomeMark, outcome_marks
from kgsim.plots.text import drawable, line_height
from kgsim.results import Result
from kgsim.scenario.labels import Labels
from kgsim.wording import listed, number

LEFT, HEIGHT = 1.25, 4.6

#: How the rules are called that pick a deal.
RULES = {
    "nash": "Nash bargaining",
    "kalai_smorodinsky": "Kalai-Smorodinsky",
    "egalitarian": "the egalitarian rule",
    "utilitarian": "the utilitarian rule",
}

#: Width and height that the label of a ring takes.
LABEL = (0.6, 0.3)


@on_sheet
def bargaining_figure(
    sheet: Sheet,
    result: Result,
    players: tuple[str, str] | None = None,
    fallback: str | None = None,
    rates: Mapping[str, float] | None = None,
    **options: Unpack[Options],
) -> Figure:
    """Draw what there is to bargain over.

    Parameters
    ----------
    result
        As `kgsim.solve` gives it; without private types.
    players
        Two players; the members of the first bloc of two if not given, or the first two players.
    fallback
        What is played without agreement, a structure or an outcome; see `kgsim.bargaining_space`.
    rates
        What one point of each player counts for, for the rules that compare points.

    Returns
    -------
    Figure
        Every deal by its worth to the two. Deals that the other players accept are coloured and marked by outcome,
        others are pale; deals on terms from an interval fill an area with one mark. A black square is what the two have
        without agreement. Rings are equilibria, numbered, with their structures below.
    """
    scenario, space = result.scenario, bargaining_space(result, players, fallback=fallback, rates=rates)
    names = [drawable(scenario.players[player], player) for player in space.players]
    others = [drawable(label, player) for player, label in scenario.players.items() if player not in space.players]
    rings = _rings(space, scenario.labels)
    notes = [
        line
        for place, (worth, structures) in enumerate(rings.items(), start=1)
        for line in sheet.ruler.wrap(_told(place, worth, structures, names), SMALL, sheet.room, most=12)
    ]
    notes += [
        line
        for text in _picked(space, names, scenario.labels)
        for line in sheet.ruler.wrap(text, SMALL, sheet.room, most=6)
    ]
    known = space.without if space.without in result.structures else ""
    label = scenario.labels.structure(known) if known else scenario.labels.outcome(space.without)
    asked = f"What deals are worth to {listed(names)}"
    head = sheet.head(space_message(space, scenario.labels, label, sheet.words), asked, scenario.title)
    legend = sheet.legend(_signs(space, outcome_marks(scenario), others, label, scenario.outcomes))
    axis = sheet.ruler.wrap(f"{names[0]}, in its own points", SIZE, sheet.room, most=2)
    foot = 0.4 + len(axis) * line_height(SIZE) + 0.1 + legend.height + len(notes) * line_height(SMALL) + 0.2
    above = line_height(SIZE) + 0.1
    high = max(HEIGHT * min(1.0, sheet.width / 10), sheet.least - head.height - above - foot)
    figure = sheet.figure(head.height + above + high + foot, head)
    axes = sheet.axes(figure, (LEFT, head.height + above, sheet.width - LEFT - 0.4, high))
    _space(axes, space, outcome_marks(scenario))
    _ringed(axes, list(rings), (sheet.width - LEFT - 0.4, high))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=max(3, int((sheet.width - LEFT) / 1.1))))
    upright = sheet.ruler.wrap(f"{names[1]}, in its own points", SIZE, sheet.room, most=1)
    sheet.lines(figure, 0.35, head.height, upright, SIZE)
    end = sheet.lines(figure, sheet.width / 2, head.height + above + high + 0.35, axis, SIZE, ha="center")
    sheet.sign(figure, legend, end + 0.1)
    sheet.lines(figure, 0.35, end + 0.1 + legend.height, notes, SMALL)
    return figure


def _rings(space: BargainingSpace, labels: Labels) -> dict[tuple[float, float], list[str]]:
    """What equilibria are worth, each once, with the structures that lead there."""
    found: dict[tuple[float, float], list[str]] = {}
    for structure, worth in space.equilibria.items():
        for row in np.unique(np.round(worth, 9), axis=0):
            found.setdefault((float(row[0]), float(row[1])), []).append(labels.structure(structure))
    return found


def _picked(space: BargainingSpace, names: list[str], labels: Labels) -> list[str]:
    """What bargaining rules pick, each deal once."""
    by: dict[tuple[str, ...], list[str]] = {}
    for rule, each in space.settlements.items():
        worths = (f"{name} {number(each.worth[player])}" for name, player in zip(names, space.players, strict=True))
        by.setdefault((labels.outcome(each.outcome), *worths), []).append(RULES[rule])
    return [f"+  {listed(rules)}: {outcome}, {', '.join(worths)}" for (outcome, *worths), rules in by.items()]


def _told(place: int, worth: tuple[float, float], structures: list[str], names: list[str]) -> str:
    values = ", ".join(f"{name} {number(value)}" for name, value in zip(names, worth, strict=True))
    return f"{place}  {listed(structures)}: {values}"


def _space(axes: Axes, space: BargainingSpace, marks: Mapping[str, OutcomeMark]) -> None:
    """The deals and the fallback."""
    for region in space.regions:
        _area(axes, region.corners, facecolor="none", edgecolor=LINE, linewidth=1)
        look = marks[region.outcome]
        _area(axes, region.accepted, facecolor=look.colour, alpha=0.35, edgecolor=look.colour, linewidth=1.5)
        middle = region.accepted.mean(axis=0) if len(region.accepted) else None
        if middle is not None:
            _dot(axes, middle[None], look, 7)
    refused = space.worth[~space.accepted]
    axes.plot(refused[:, 0], refused[:, 1], ".", color=LINE, markersize=5, zorder=1.5)
    for outcome in dict.fromkeys(space.outcomes):
        here = space.accepted & np.array([each == outcome for each in space.outcomes])
        _dot(axes, space.worth[here], marks[outcome], 7)
    for x, y in space.fallback[:1]:
        axes.axvline(x, color=FAINT, linewidth=1, linestyle="--", zorder=1)
        axes.axhline(y, color=FAINT, linewidth=1, linestyle="--", zorder=1)
    for each in space.settlements.values():
        x, y = (each.worth[player] for player in space.players)
        axes.plot(x, y, "P", color="white", markeredgecolor=INK, markeredgewidth=1.2, markersize=10, zorder=3.8)
    axes.plot(space.fallback[:, 0], space.fallback[:, 1], "s", color=INK, markersize=10, linestyle="none", zorder=3.5)
    axes.margins(0.07)


def _dot(axes: Axes, worth: Floats, look: OutcomeMark, size: float) -> None:
    axes.plot(
        worth[:, 0], worth[:, 1], look.marker, color=look.colour, markeredgecolor=INK, markeredgewidth=0.7,
        markersize=size, linestyle="none", zorder=2.5,
    )  # fmt: skip


def _area(axes: Axes, corners: Floats, **look: object) -> None:
    """The mixtures of some corners: their hull, or the line or point that it shrinks to."""
    hull = _hull(corners)
    if len(hull) > 2:
        axes.add_patch(Polygon(hull, zorder=2, **look))  # type: ignore[arg-type]
    elif len(hull):
        axes.plot(hull[:, 0], hull[:, 1], color=look["edgecolor"], linewidth=2, zorder=2)
    axes.update_datalim(hull if len(hull) else np.empty((0, 2)))


def _hull(points: Floats) -> Floats:
    """The corners of the hull, counterclockwise (Andrew 1979)."""
    ordered = np.unique(points, axis=0)
    if len(ordered) < 3:
        return ordered

    def chain(rows: Floats) -> list[Floats]:
        kept: list[Floats] = []
        for row in rows:
            while len(kept) > 1 and np.linalg.det([kept[-1] - kept[-2], row - kept[-1]]) <= 0.0:
                kept.pop()
            kept.append(row)
        return kept[:-1]

    return np.array(chain(ordered) + chain(ordered[::-1]))


def _ringed(axes: Axes, points: list[tuple[float, float]], size: tuple[float, float]) -> None:
    """Ring equilibria; those too close for a number each, in axes of this size in inches, share a label."""
    labels: dict[tuple[float, float], list[int]] = {}
    for place, (x, y) in enumerate(points, start=1):
        axes.plot(x, y, "o", markerfacecolor="none", markeredgecolor=INK, markeredgewidth=2.2, markersize=17, zorder=4)
        near = [(distance, label) for label in labels if (distance := _apart(axes, label, (x, y), size)) < 1.0]
        labels.setdefault(min(near)[1] if near else (x, y), []).append(place)
    for (x, y), places in labels.items():
        axes.annotate(
            ", ".join(map(str, places)), (x, y), xytext=(12, 10), textcoords="offset points", size=SIZE, weight="bold",
            color=INK, bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 0.8}, zorder=4,
        )  # fmt: skip


def _apart(axes: Axes, one: tuple[float, float], other: tuple[float, float], size: tuple[float, float]) -> float:
    """How far two points lie apart, in shares of the room that a label takes."""
    spans = (np.ptp(axes.get_xlim()), np.ptp(axes.get_ylim()))
    gaps = zip(one, other, spans, size, LABEL, strict=True)
    return float(max(abs(a - b) / span * inches / room for a, b, span, inches, room in gaps))


def _signs(
    space: BargainingSpace, marks: Mapping[str, OutcomeMark], others: list[str], without: str, outcomes: object
) -> list[Sign]:
    labels = {rule.name: drawable(rule.label, rule.name) for rule in outcomes}  # type: ignore[attr-defined]
    listed_ones = {name for name, kept in zip(space.outcomes, space.accepted, strict=True) if kept}
    areas = {region.outcome for region in space.regions if len(region.accepted)}
    signs: list[Sign] = [(outcome_sign(marks[name]), labels[name]) for name in labels if name in listed_ones | areas]
    if others:
        refusing = f"deals that {listed(others, 'or')} would refuse"
        pale = Line2D([], [], marker=".", color=LINE, markersize=9, linestyle="none")
        signs.append((pale if not space.regions else Patch(facecolor="none", edgecolor=LINE), refusing))
    square = Line2D([], [], marker="s", color=INK, markersize=9, linestyle="none")
    ring = Line2D([], [], marker="o", markerfacecolor="none", markeredgecolor=INK, markersize=11, linestyle="none",
                  markeredgewidth=2)  # fmt: skip
    cross = Line2D([], [], marker="P", color="white", markeredgecolor=INK, markersize=9, linestyle="none")
    signs += [(square, f"without agreement: {drawable(without)}"), (ring, "equilibrium")]
    return [*signs, *([(cross, "picked by a bargaining rule")] if space.settlements else [])]
