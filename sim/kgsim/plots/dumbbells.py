"""What another way to play is worth to each player: from its payoff under one structure to that under another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from kgsim.errors import GameError
from kgsim.language import Words
from kgsim.messages.play import gains as gains_of
from kgsim.messages.play import worth_message
from kgsim.plots.sheet import SIZE, SMALL, Sheet, Sign, SpokenOptions, on_sheet, outcome_sign
from kgsim.plots.style import FAINT, INK, LOTTERY, SHADE, PlayerMark, outcome_marks, player_marks
from kgsim.plots.text import Ruler, drawable, line_height
from kgsim.results import Interval, Result, StructureSolution
from kgsim.scenario.names import suggestion
from kgsim.wording import NOISE, number, signed

OFFSET = 0.22
"""How far from the middle of a row its two ends lie, in rows."""

ROW = 1.3
"""Least height of a player's panel with its scale, in inches."""


@on_sheet
def dumbbell_figure(sheet: Sheet, result: Result, origin: str, to: str, **options: Unpack[SpokenOptions]) -> Figure:
    """Draw every player's payoffs under two structures, and the gain from one to the other.

    Parameters
    ----------
    result
        With both structures solved.
    origin, to
        The structure to start from (above, hollow label) and the one compared with it (below).

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
    pair = (origin, to)
    for name in pair:
        if name not in result.structures:
            raise GameError(f"there is no structure {name!r}. {suggestion(name, result.structures, 'structure')}")
        if not result.structures[name].equilibria:
            raise GameError(f"structure {name} has no solution, so nothing can be compared with it")
    said, ruler, players = sheet.words, sheet.ruler, result.scenario.players
    legend = sheet.legend(_signs(result, pair, said))
    names = [result.scenario.labels.structure(name) for name in pair]
    head = sheet.head(
        worth_message(result, origin, to, said),
        said("figure.worth", origin=names[0], to=names[1]),
        result.scenario.title,
    )
    labels = {player: _label(ruler, drawable(label, player), names, sheet.width) for player, label in players.items()}
    tallest = max(sum(line_height(size) for _, size, _, _ in lines) for lines in labels.values())
    row = max(ROW, tallest + 0.1, (sheet.least - head.height - legend.height) / len(players))
    figure = sheet.figure(head.height + row * len(players) + legend.height, head)
    marks = player_marks(result.scenario)
    solutions = [result.structures[name] for name in pair]
    gains = gains_of(result, origin, to)
    told = {player: said.interval(signed(worth[0]), signed(worth[1])) for player, worth in gains.items()}
    left = max(ruler.width(text, size, weight) for lines in labels.values() for text, size, weight, _ in lines) + 0.4
    right = max(ruler.width(text, SIZE, "bold") for text in told.values()) + 0.45
    wide = sheet.width - left - right
    for place, player in enumerate(players):
        top = head.height + place * row
        axes = sheet.axes(figure, (left, top + 0.04, wide, row - 0.44))
        _panel(axes, result, player, marks[player], solutions, wide)
        middle = top + 0.04 + (row - 0.44) / 2
        y = top + row / 2 - sum(line_height(size) for _, size, _, _ in labels[player]) / 2
        for text, size, weight, colour in labels[player]:
            y = sheet.lines(figure, 0.2, y, [text], size, weight=weight, color=colour)
        colour = marks[player].colour
        sheet.text(figure, sheet.width - 0.2, middle, told[player], weight="bold", color=colour, ha="right", size=SIZE)
    sheet.sign(figure, legend, head.height + row * len(players))
    return figure


def _label(ruler: Ruler, label: str, names: Sequence[str], width: float) -> list[tuple[str, float, str, str]]:
    """The player's name, and which end of its arrow is which, as lines that leave most of the width."""
    room = min(2.3, 0.27 * width)
    lines = [(line, SIZE, "bold", INK) for line in ruler.wrap(label, SIZE, room, weight="bold", most=4)]
    for arrow, name in zip(("", "→ "), names, strict=True):
        lines += [(line, SMALL, "normal", FAINT) for line in ruler.wrap(arrow + drawable(name), SMALL, room, most=6)]
    return lines


def _panel(
    axes: Axes, result: Result, player: str, mark: PlayerMark, solutions: Sequence[StructureSolution], wide: float
) -> None:
    looks = outcome_marks(result.scenario)
    bounds = [solution.values[player] for solution in solutions]
    low, high = min(0.0, *(pair[0] for pair in bounds)), max(0.0, *(pair[1] for pair in bounds))
    # Room for the numbers at the ends, in inches.
    room = 0.2 + max(Ruler().width(number(value), SMALL, "bold") for pair in bounds for value in pair)
    margin = (high - low) * max(0.16, room / (wide - 2 * room)) or 1.0
    axes.set_xlim(low - margin, high + margin)
    axes.set_ylim(0.62, -0.62)
    axes.set_yticks([])
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.set_facecolor(SHADE)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=min(7, max(2, int(wide / 0.6))), steps=[1, 2, 5, 10]))
    axes.tick_params(axis="x", labelsize=SMALL)
    axes.axvline(0, color=FAINT, linewidth=1, zorder=0.5)
    ends = [(sum(pair) / 2, place) for pair, place in zip(bounds, (-OFFSET, OFFSET), strict=True)]
    axes.annotate(
        "",
        xy=ends[1],
        xytext=ends[0],
        arrowprops={"arrowstyle": "-|>", "color": mark.colour, "linewidth": 2.5, "shrinkA": 0, "shrinkB": 5},
        zorder=1,
    )
    for solution, pair, place, other in zip(solutions, bounds, (-OFFSET, OFFSET), reversed(ends), strict=True):
        _end(axes, pair, place, mark, -1 if other[0] > sum(pair) / 2 else 1)
        for equilibrium in solution.equilibria:
            single = len(equilibrium.outcomes) == 1
            look = looks[next(iter(equilibrium.outcomes))] if single else LOTTERY
            axes.plot(
                equilibrium.payoffs[player],
                place,
                marker=look.marker,
                markersize=10,
                markerfacecolor=look.colour,
                markeredgecolor=INK,
                markeredgewidth=1,
                linestyle="none",
                clip_on=False,
                zorder=3,
            )


def _end(axes: Axes, bounds: Interval, place: float, mark: PlayerMark, outward: int) -> None:
    """Draw the span of payoffs, and write its ends beside it; a single one on the side where the arrow is not."""
    low, high = bounds
    spread = high - low > NOISE
    if spread:
        axes.add_artist(
            Rectangle((low, place - 0.09), high - low, 0.18, facecolor=mark.colour, alpha=0.35, edgecolor=INK, zorder=1)
        )
    for value, side in ((high, 1), (low, -1)) if spread else ((high, outward),):
        axes.annotate(
            number(value),
            (value, place),
            xytext=(side * 9, 0),
            textcoords="offset points",
            ha="left" if side > 0 else "right",
            va="center",
            size=12,
            weight="bold",
            color=INK,
            zorder=4,
        )


def _signs(result: Result, pair: tuple[str, str], said: Words) -> list[Sign]:
    """The outcomes that the two structures reach."""
    marks = outcome_marks(result.scenario)
    found = [each for name in pair for each in result.structures[name].equilibria]
    reached = {outcome for each in found for outcome in each.outcomes if len(each.outcomes) == 1}
    signs: list[Sign] = [
        (outcome_sign(marks[rule.name]), drawable(rule.label, rule.name))
        for rule in result.scenario.outcomes
        if rule.name in reached
    ]
    if any(len(each.outcomes) > 1 for each in found):
        signs.append((outcome_sign(LOTTERY), said("figure.lottery")))
    return signs
