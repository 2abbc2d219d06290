"""What another way to play is worth to each player: from its payoff under one structure to that under another."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from kgsim.errors import GameError
from kgsim.language import Words, words
from kgsim.plots.size import Size, size_of
from kgsim.plots.style import FAINT, INK, LOTTERY, SHADE, PlayerMark, outcome_marks, player_marks, style
from kgsim.plots.text import Ruler, drawable, line_height
from kgsim.ranking import gain
from kgsim.results import Interval, Result, StructureSolution
from kgsim.scenario.names import suggestion
from kgsim.wording import number, signed

OFFSET = 0.22
"""How far from the middle of a row its two ends lie, in rows."""


def dumbbell_figure(
    result: Result, origin: str, to: str, *, size: str | Size = "slide", titled: bool = True, lang: str = "en"
) -> Figure:
    """Draw every player's payoffs under two structures, and the gain from one to the other.

    Parameters
    ----------
    result
        With both structures solved.
    origin, to
        The structure to start from (above, hollow label) and the one compared with it (below).
    size
        `kgsim.plots.size`: slide, page, column or a size of your own.
    titled
        Whether the figure carries its own heading.
    lang
        Language of the legend.

    Returns
    -------
    Figure
        One panel a player, on an axis of its own, since utilities of different players cannot be compared. A marker
        is an equilibrium, by its outcome; a bar spans all equilibria; the arrow leads from one structure to the other.

    Raises
    ------
    GameError
        If the result lacks one of the structures, or one of them has no solution.
    """
    for name in (origin, to):
        if name not in result.structures:
            raise GameError(f"there is no structure {name!r}. {suggestion(name, result.structures, 'structure')}")
        if not result.structures[name].equilibria:
            raise GameError(f"structure {name} has no solution, so nothing can be compared with it")
    sheet = size_of(size)
    with style(sheet):
        return _figure(result, (origin, to), sheet, titled, words(lang))


def _figure(result: Result, pair: tuple[str, str], size: Size, titled: bool, said: Words) -> Figure:
    k, ruler = size.scale, Ruler()
    players = result.scenario.players
    legend = _legend_rows(result, pair, size, ruler, said)
    foot = (0.62 + 0.3 * (len(legend) - 1)) * k
    top = (1.3 if titled else 0.25) * k
    least = (1.35 * len(players)) * k
    height = max(size.height, top + least + foot)
    figure = Figure(figsize=(size.width, height))
    if titled:
        heading = said("figure.worth", origin=_name(pair[0]), to=_name(pair[1]))
        (line,) = ruler.wrap(drawable(heading), size.title, size.width - 0.7 * k, weight="bold", most=1)
        x = 0.35 * k / size.width
        figure.text(x, 1 - 0.5 * k / height, line, size=size.title, weight="bold", color=INK)
        title = drawable(result.scenario.title, result.scenario.name)
        (below,) = ruler.wrap(title, size.text, size.width - 0.7 * k, most=1)
        figure.text(x, 1 - 0.85 * k / height, below, size=size.text, color=FAINT)
    left, right = min(2.5 * k, size.width * 0.28), 1.55 * k
    row = (height - top - foot) / len(players)
    marks = player_marks(result.scenario)
    names = [_name(name) for name in pair]
    for place, (player, label) in enumerate(players.items()):
        bottom = height - top - (place + 1) * row + 0.42 * k
        box = (left / size.width, bottom / height, (size.width - left - right) / size.width, (row - 0.5 * k) / height)
        axes = figure.add_axes(box)
        solutions = [result.structures[name] for name in pair]
        _panel(axes, result, player, marks[player], solutions, size)
        middle = (bottom + (row - 0.5 * k) / 2) / height
        _side_text(figure, ruler, drawable(label, player), names, left, middle, height, size)
        worth = gain(solutions[0].values[player], solutions[1].values[player])
        figure.text(
            1 - 0.2 * k / size.width,
            middle,
            said.interval(signed(worth[0]), signed(worth[1])),
            size=size.text * (1.25 if worth[0] == worth[1] else 1.0),
            weight="bold",
            color=marks[player].colour,
            ha="right",
            va="center",
        )
    _legend(figure, legend, size, height)
    return figure


def _panel(
    axes: Axes, result: Result, player: str, mark: PlayerMark, solutions: Sequence[StructureSolution], size: Size
) -> None:
    k = size.scale
    looks = outcome_marks(result.scenario)
    bounds = [solution.values[player] for solution in solutions]
    low, high = min(0.0, *(pair[0] for pair in bounds)), max(0.0, *(pair[1] for pair in bounds))
    margin = 0.16 * (high - low) or 1.0
    axes.set_xlim(low - margin, high + margin)
    axes.set_ylim(0.62, -0.62)
    axes.set_yticks([])
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.set_facecolor(SHADE)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10]))
    axes.tick_params(axis="x", labelsize=size.small)
    axes.axvline(0, color=FAINT, linewidth=1 * k, zorder=0.5)
    ends = [(sum(pair) / 2, place) for pair, place in zip(bounds, (-OFFSET, OFFSET), strict=True)]
    axes.annotate(
        "",
        xy=ends[1],
        xytext=ends[0],
        arrowprops={"arrowstyle": "-|>", "color": mark.colour, "linewidth": 2.5 * k, "shrinkA": 0, "shrinkB": 5 * k},
        zorder=1,
    )
    for solution, pair, place, other in zip(solutions, bounds, (-OFFSET, OFFSET), reversed(ends), strict=True):
        _end(axes, pair, place, mark, -1 if other[0] > sum(pair) / 2 else 1, k)
        for equilibrium in solution.equilibria:
            single = len(equilibrium.outcomes) == 1
            look = looks[next(iter(equilibrium.outcomes))] if single else LOTTERY
            axes.plot(
                equilibrium.payoffs[player],
                place,
                marker=look.marker,
                markersize=10 * k,
                markerfacecolor=look.colour,
                markeredgecolor=INK,
                markeredgewidth=1 * k,
                linestyle="none",
                clip_on=False,
                zorder=3,
            )


def _end(axes: Axes, bounds: Interval, place: float, mark: PlayerMark, outward: int, k: float) -> None:
    """Draw the span of payoffs, and write its ends beside it; a single one on the side where the arrow is not."""
    low, high = bounds
    if high > low:
        axes.add_artist(
            Rectangle((low, place - 0.09), high - low, 0.18, facecolor=mark.colour, alpha=0.35, edgecolor=INK, zorder=1)
        )
    for value, side in ((high, 1), (low, -1)) if high > low else ((high, outward),):
        axes.annotate(
            number(value),
            (value, place),
            xytext=(side * 9 * k, 0),
            textcoords="offset points",
            ha="left" if side > 0 else "right",
            va="center",
            size=12 * k,
            weight="bold",
            color=INK,
            zorder=4,
        )


def _side_text(
    figure: Figure,
    ruler: Ruler,
    label: str,
    names: Sequence[str],
    left: float,
    middle: float,
    height: float,
    size: Size,
) -> None:
    """Write the player's name, and which end is which, to the left of its panel."""
    k = size.scale
    room = left - 0.35 * k
    lines = [(line, size.text, "bold", INK) for line in ruler.wrap(label, size.text, room, weight="bold", most=2)]
    for arrow, name in zip(("", "→ "), names, strict=True):
        (line,) = ruler.wrap(arrow + drawable(name), size.small, room, most=1)
        lines.append((line, size.small, "normal", FAINT))
    y = middle + sum(line_height(points) for _, points, _, _ in lines) / 2 / height
    for line, points, weight, colour in lines:
        y -= line_height(points) / height
        figure.text(
            0.2 * k / size.width,
            y + line_height(points) / 2 / height,
            line,
            size=points,
            weight=weight,
            color=colour,
            va="center",
        )


def _name(structure: str) -> str:
    return structure.replace("_", " ")


Sign = tuple[str, str, str]


def _legend_rows(result: Result, pair: tuple[str, str], size: Size, ruler: Ruler, said: Words) -> list[list[Sign]]:
    """Break the outcomes that the two structures reach into rows of (marker, colour, label)."""
    marks = outcome_marks(result.scenario)
    found = [each for name in pair for each in result.structures[name].equilibria]
    reached = {outcome for each in found for outcome in each.outcomes if len(each.outcomes) == 1}
    signs = [
        (marks[rule.name].marker, marks[rule.name].colour, drawable(rule.label, rule.name))
        for rule in result.scenario.outcomes
        if rule.name in reached
    ]
    if any(len(each.outcomes) > 1 for each in found):
        signs.append((LOTTERY.marker, LOTTERY.colour, said("figure.lottery")))
    rows: list[list[Sign]] = [[]]
    used = 0.0
    for marker, colour, label in signs:
        (text,) = ruler.wrap(label, size.small, size.width - 1.2 * size.scale, most=1)
        width = ruler.width(text, size.small) + 0.7 * size.scale
        if rows[-1] and used + width > size.width - 0.4 * size.scale:
            rows.append([])
            used = 0.0
        rows[-1].append((marker, colour, text))
        used += width
    return rows


def _legend(figure: Figure, rows: list[list[Sign]], size: Size, height: float) -> None:
    k, ruler = size.scale, Ruler()
    y = (0.22 + 0.3 * (len(rows) - 1)) * k
    for row in rows:
        x = 0.3 * k
        for marker, colour, text in row:
            figure.add_artist(
                Line2D(
                    [x / size.width],
                    [y / height],
                    marker=marker,
                    markersize=9 * k,
                    markerfacecolor=colour,
                    markeredgecolor=INK,
                    markeredgewidth=1 * k,
                    linestyle="none",
                )
            )
            figure.text((x + 0.16 * k) / size.width, y / height, text, size=size.small, color=INK, va="center")
            x += ruler.width(text, size.small) + 0.7 * k
        y -= 0.3 * k
