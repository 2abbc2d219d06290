"""Choices over surviving worlds, drawn: the heat map of regret, and where the best choice switches."""

from __future__ import annotations

from typing import Unpack

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from kgsim.messages.worlds import choice_label, regret_message, signposts_message
from kgsim.plots.board import board, write
from kgsim.plots.matrix import Cell, matrix, shade
from kgsim.plots.sheet import MARGIN, SMALL, Options, Sheet, on_sheet
from kgsim.plots.style import BLUE, FAINT, INK, ORANGE, VERMILLION
from kgsim.plots.text import drawable, line_height
from kgsim.wording import counted, number
from kgsim.worlds.advice import Advice, Signpost

NO_PROBABILITY = "Worlds are draws from the parameters' ranges; none counts as likelier than another."

#: Signposts drawn, those that take off most regret.
MOST_SIGNPOSTS = 6


@on_sheet
def regret_figure(sheet: Sheet, result: Advice, **options: Unpack[Options]) -> Figure:
    """Draw how much each choice is regretted, structure by structure.

    Parameters
    ----------
    result
        As `kgsim.advise` gives it.

    Returns
    -------
    Figure
        A row a choice, least regretted first; a column a structure, and all of them; in each cell the mean regret.
    """
    player = result.scenario.players[result.player]
    head = sheet.head(
        regret_message(result),
        f"What would {player} regret?",
        f"{counted(result.worlds, 'surviving world')}. {result.events.title}.",
    )
    names = [name for name in result.structures if any(name in each.within for each in result.prospects.values())]
    most = max((value for each in result.prospects.values() for value in each.within.values()), default=0.0) or 1.0
    cells = [
        [
            *(Cell(f"{each.within[name]:.1f}", shade(each.within[name] / most, VERMILLION)) for name in names),
            Cell(f"{each.mean_regret:.1f}", shade(each.mean_regret / most, VERMILLION)),
        ]
        for each in result.ranked
    ]
    key = [f"{place}: {result.scenario.labels.structure(name)}" for place, name in enumerate(names, 1)]
    note = (
        "Mean regret in the player's points: what the best choice in the same world gives beyond this one. Last column "
        f"(all): survivors of all structures. {NO_PROBABILITY}"
    )
    columns = [*map(str, range(1, len(names) + 1)), "all"]
    return matrix(sheet, head, [choice_label(result, each.name) for each in result.ranked], columns, cells, key, note)


@on_sheet
def signposts_figure(sheet: Sheet, result: Advice, **options: Unpack[Options]) -> Figure:
    """Draw where the least regretted choice switches along a parameter.

    Parameters
    ----------
    result
        As `kgsim.advise` gives it.

    Returns
    -------
    Figure
        A bar for each parameter's range, cut at the threshold, with the best choice on either side; those cuts first
        that take most off the mean regret.
    """
    ruler = sheet.ruler
    head = sheet.head(
        signposts_message(result),
        "When would another choice be best?",
        f"{result.scenario.players[result.player]}. {result.events.title}.",
    )
    some = [each for each in result.signposts if each.kind == "parameter"][:MOST_SIGNPOSTS]
    labels = [
        ruler.wrap(drawable(result.scenario.labels.parameter(each.name), each.name), SMALL, sheet.room, most=4)
        for each in some
    ]
    text = (
        f"Bars: the parameters' ranges, cut where the choice of least mean regret switches. {NO_PROBABILITY}"
        if some
        else f"No cut of a parameter's range turns the least regretted choice. {NO_PROBABILITY}"
    )
    note = ruler.wrap(text, SMALL, sheet.room, most=12)
    sides = [_sides(sheet, result, each) for each in some]
    deep = [
        len(label) * line_height(SMALL) + 0.45 + max(map(len, told)) * line_height(SMALL) + 0.25
        for label, told in zip(labels, sides, strict=True)
    ]
    figure, axes = board(sheet, head.height + sum(deep) + len(note) * line_height(SMALL) + 0.3, head)
    top = head.height
    for each, label, told, height in zip(some, labels, sides, deep, strict=True):
        low, high = result.scenario.parameters[each.name].range
        assert each.threshold is not None
        cut = MARGIN + sheet.room * (each.threshold - low) / (high - low)
        y = write(axes, MARGIN, top, label, SMALL)
        for left, right, colour in ((MARGIN, cut, ORANGE), (cut, sheet.width - MARGIN, BLUE)):
            axes.add_artist(Rectangle((left, y + 0.05), right - left, 0.3, facecolor=shade(0.5, colour), lw=0))
        axes.text(min(max(cut, MARGIN + 0.4), sheet.width - MARGIN - 0.4), y + 0.2, number(each.threshold), size=SMALL,
                  ha="center", va="center", color=INK)  # fmt: skip
        for lines, x, side in zip(told, (MARGIN, sheet.width - MARGIN), ("left", "right"), strict=True):
            write(axes, x, y + 0.4, lines, SMALL, color=FAINT, ha=side)
        top += height
    write(axes, MARGIN, top + 0.05, note, SMALL, color=FAINT)
    return figure


def _sides(sheet: Sheet, result: Advice, signpost: Signpost) -> tuple[list[str], list[str]]:
    """What is best below and above, each in half of the room."""
    told = (drawable(choice_label(result, name)) for name in signpost.choices)
    below, above = (sheet.ruler.wrap(text, SMALL, sheet.room / 2 - 0.2, most=8) for text in told)
    return below, above
