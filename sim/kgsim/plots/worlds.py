"""What happened, drawn: survivors by event, the inconsistency table, and how far parameters have moved."""

from __future__ import annotations

from typing import Unpack

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from kgsim.messages.worlds import hypotheses_message, shifts_message, survival_message
from kgsim.plots.matrix import Cell, matrix, shade
from kgsim.plots.sheet import MARGIN, SMALL, Options, Sheet, Sign, on_sheet
from kgsim.plots.style import BLUE, FAINT, GREY, INK, LINE, SHADE, VERMILLION
from kgsim.plots.text import drawable, line_height
from kgsim.wording import counted, percent
from kgsim.worlds.result import Answers, Update
from kgsim.worlds.spread import Belief, Spread

NO_PROBABILITY = "Shares of draws from the parameters' ranges, no probabilities of events."

#: Parameters drawn, those that moved most, and heights of a row and of what is beside.
MOST_SHIFTS = 12
ROW = 0.42


@on_sheet
def survival_figure(sheet: Sheet, result: Update, **options: Unpack[Options]) -> Figure:
    """Draw the share of each structure's worlds that survive, event by event.

    Parameters
    ----------
    result
        As `kgsim.update` gives it.

    Returns
    -------
    Figure
        A row a structure, a column an event in order of date, in each cell the percentage of worlds left.
    """
    asked = "Which readings still stand?"
    head = sheet.head(survival_message(result), asked, f"{result.scenario.title}. {result.events.title}.")
    cells = [
        [Cell(_hundredths(share.share), shade(share.share, BLUE)) for share in each.left.values()]
        for each in result.survival.values()
    ]
    note = (
        "Percentage of a structure's worlds left after each event: those in which some equilibrium comes to it and to "
        f"every event before. {NO_PROBABILITY}"
    )
    names = [result.scenario.labels.structure(name) for name in result.survival]
    return matrix(sheet, head, names, _numbers(result), cells, _key(result), note)


@on_sheet
def hypotheses_figure(sheet: Sheet, result: Update, **options: Unpack[Options]) -> Figure:
    """Draw the table of competing hypotheses: which event is inconsistent with which.

    Parameters
    ----------
    result
        As `kgsim.update` gives it.

    Returns
    -------
    Figure
        A row a hypothesis, fewest inconsistencies first; a column an event, by itself; in each cell the percentage of
        the hypothesis's worlds that admit it, blue if all do, red if none does, a dash where it says nothing.
    """
    head = sheet.head(
        hypotheses_message(result),
        "Which events speak against which hypothesis?",
        f"{result.scenario.title}. {result.events.title}.",
    )
    ranked = sorted(result.hypotheses.values(), key=lambda each: (each.inconsistent, -each.left))
    cells = [[*map(_answer, each.events.values()), Cell(_hundredths(each.left), SHADE)] for each in ranked]
    note = (
        "Percentage of the worlds of a hypothesis that admit the event by itself: blue where all do, red where none "
        "does, a dash where play could not have come to anything else. A column without red tints tells no hypothesis "
        f"from another. Last column (all): worlds that survive everything. {NO_PROBABILITY}"
    )
    names = [result.scenario.labels.structure(each.name) for each in ranked]
    return matrix(sheet, head, names, [*_numbers(result), "all"], cells, _key(result), note)


@on_sheet
def shifts_figure(sheet: Sheet, result: Update, structure: str = "", **options: Unpack[Options]) -> Figure:
    """Draw how survivors have moved away from all worlds, parameter by parameter.

    Parameters
    ----------
    result
        As `kgsim.update` gives it.
    structure
        Whose survivors; those of all structures, counted alike, if not given.

    Returns
    -------
    Figure
        A row a parameter, largest shift first: quartiles and median within its range, before (grey) and after (blue).
    """
    shown = [each for each in result.beliefs[structure] if each.after is not None][:MOST_SHIFTS]
    labels = result.scenario.labels
    of = labels.structure(structure) if structure else "All structures"
    head = sheet.head(
        shifts_message(shown, labels),
        "What do survivors say of the parameters?",
        f"{of}, {counted(len(result.events.events), 'event')}. {result.events.title}.",
    )
    signs: list[Sign] = [(_bar(GREY), "all worlds"), (_bar(BLUE), "survivors")]
    legend = sheet.legend(signs)
    ruler = sheet.ruler
    note = ruler.wrap(
        "Bars: quartiles, marks: medians, on the range of each parameter. Largest shift first. "
        + (NO_PROBABILITY if shown else "No world survives."),
        SMALL, sheet.room, most=12,
    )  # fmt: skip
    names = min(0.34 * sheet.width, 3.2)
    told = [
        ruler.wrap(drawable(labels.parameter(each.parameter), each.parameter), SMALL, names - 0.15, most=8)
        for each in shown
    ]
    deep = [max(ROW, len(lines) * line_height(SMALL) + 0.12) for lines in told]
    foot = legend.height + len(note) * line_height(SMALL) + 0.2
    figure = sheet.figure(head.height + sum(deep) + foot + 0.2, head)
    top, edge = head.height, 0.75
    for belief, lines, height in zip(shown, told, deep, strict=True):
        sheet.lines(figure, MARGIN, top + (height - len(lines) * line_height(SMALL)) / 2, lines, SMALL)
        low, high = result.scenario.parameters[belief.parameter].range
        left, right = MARGIN + names + edge, sheet.width - MARGIN - edge
        sheet.text(figure, left - 0.1, top + height / 2, f"{low:g}", ha="right", color=FAINT)
        sheet.text(figure, right + 0.1, top + height / 2, f"{high:g}", ha="left", color=FAINT)
        axes = sheet.axes(figure, (left, top + height / 2 - ROW / 2, right - left, ROW))
        _shift(axes, belief, (low, high))
        top += height
    end = sheet.lines(figure, MARGIN, top + 0.15, note, SMALL, color=FAINT)
    sheet.sign(figure, legend, end + 0.05)
    return figure


def _numbers(result: Update) -> list[str]:
    return [str(place) for place in range(1, len(result.events.events) + 1)]


def _key(result: Update) -> list[str]:
    events = result.events.events.values()
    return [f"{place}: {each.date}, {each.name.replace('_', ' ')}" for place, each in enumerate(events, 1)]


def _hundredths(share: float) -> str:
    return percent(share).removesuffix("%")


def _answer(answers: Answers) -> Cell:
    word = answers.word
    if word == "says nothing":
        return Cell("–")
    if word == "consistent":
        return Cell("100", shade(0.5, BLUE))
    share = answers.have / (1.0 - answers.silent)
    return Cell(_hundredths(share), shade(0.85 * (1.0 - share), VERMILLION))


def _bar(colour: str) -> tuple[Line2D, Line2D]:
    return Line2D([], [], color=colour, lw=7), Line2D([], [], color=INK, marker="|", markersize=10, linestyle="none",
                                                      markeredgewidth=2)  # fmt: skip


def _shift(axes: Axes, belief: Belief, limits: tuple[float, float]) -> None:
    assert belief.after is not None
    axes.axhline(0.0, color=LINE, lw=0.8, zorder=0)
    _quartiles(axes, belief.before, 0.5, GREY)
    _quartiles(axes, belief.after, -0.5, BLUE)
    axes.set_xlim(*limits)
    axes.set_ylim(-1.2, 1.2)
    axes.axis("off")


def _quartiles(axes: Axes, spread: Spread, y: float, colour: str) -> None:
    axes.plot([spread.quarter, spread.three_quarters], [y, y], color=colour, lw=7, solid_capstyle="butt")
    axes.plot(spread.median, y, color=INK, marker="|", markersize=9, markeredgewidth=2)
