"""Cases side by side on one page: outcomes by structure, verdicts on claims, and the parameters that differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from kgsim.analysis.comparison import Comparison, StructureRow
from kgsim.plots.board import MARGIN, SIZE, SMALL, WIDTH, board, write
from kgsim.plots.style import FAINT, GREEN, GREY, INK, LINE, VERMILLION, YELLOW, OutcomeMark, outcome_marks, style
from kgsim.plots.text import Ruler, drawable, line_height
from kgsim.wording import number

LABEL = 4.4
TOP = 1.15
ROW = 0.48
HEAD = 0.5

_VERDICTS = {"holds": (GREEN, ""), "depends": (YELLOW, "//"), "fails": (VERMILLION, ".."), "undecided": (GREY, "xx")}


def comparison_figure(result: Comparison) -> Figure:
    """Draw cases side by side.

    Returns
    -------
    Figure
        A column a case. A row a structure, its cell cut into the outcomes that equilibria reach; a row a claim with its
        verdict; a row a parameter that differs. A bar at the left marks rows on which cases differ, a star sets that
        may be incomplete.
    """
    with style():
        return _figure(result)


def _figure(result: Comparison) -> Figure:
    ruler = Ruler()
    across = (WIDTH - 2 * MARGIN - LABEL) / len(result.cases)
    deep = [
        ROW * max((len(found) if across < 3.2 else 1 for found in row.outcomes.values() if found), default=1)
        for row in result.structures
    ]
    blocks = [sum(deep), ROW * len(result.claims), 0.32 * len(result.parameters)]
    height = TOP + HEAD + sum(HEAD + block for block in blocks if block) + 0.55
    figure, axes = board(height)
    write(axes, MARGIN, 0.25, ["Where do the cases agree?"], 20, weight="bold")
    answers = [*(row.agree for row in result.structures), *(row.agree for row in result.claims)]
    shared = answers.count(True) + answers.count(False)
    told = f"One answer in all cases: {answers.count(True)} of {shared} structures and claims that cases share"
    write(axes, MARGIN, 0.68, [told], SIZE, color=FAINT)
    for place, case in enumerate(result.cases):
        lines = ruler.wrap(drawable(case.replace("_", " ")), SIZE, across - 0.15, weight="bold", most=2)
        write(axes, MARGIN + LABEL + place * across + 0.06, TOP, lines, SIZE, weight="bold")
    marks: dict[str, OutcomeMark] = {}
    for each in reversed(list(result.results.values())):
        marks |= outcome_marks(each.scenario)
    top = _headed(axes, TOP + HEAD, "Equilibrium outcomes by structure")
    for row, high in zip(result.structures, deep, strict=True):
        _label(axes, ruler, row.name.replace("_", " "), top, high, agree=row.agree)
        for place, case in enumerate(result.cases):
            box = (MARGIN + LABEL + place * across, top, across, high)
            _outcomes(axes, ruler, row, case, box, marks)
        top += high
    if result.claims:
        top = _headed(axes, top, "Claims")
        for claim in result.claims:
            _label(axes, ruler, f"{claim.name}: {claim.says}", top, ROW, agree=claim.agree)
            for place, case in enumerate(result.cases):
                verdict = claim.verdicts[case]
                box = (MARGIN + LABEL + place * across, top, across, ROW)
                if verdict is not None:
                    colour, hatch = _VERDICTS[verdict]
                    _cell(axes, ruler, verdict, box, colour, hatch)
            top += ROW
    if result.parameters:
        top = _headed(axes, top, "Parameters that differ")
        for parameter in result.parameters:
            text = ruler.wrap(
                drawable(f"{parameter.name}: {parameter.label}", parameter.name), SMALL, LABEL - 0.2, most=1
            )
            write(axes, MARGIN, top + 0.04, text, SMALL)
            _numbers(axes, result.cases, parameter.values, across, top)
            top += 0.32
    note = "Dark bar: cases differ. *: the set of equilibria may be incomplete. Empty: the case has none."
    write(axes, MARGIN, height - 0.35, [note], SMALL, color=FAINT)
    return figure


def _headed(axes: Axes, top: float, text: str) -> float:
    write(axes, MARGIN, top + 0.14, [text], SIZE, weight="bold", color=FAINT)
    return top + HEAD


def _label(axes: Axes, ruler: Ruler, text: str, top: float, high: float, *, agree: bool | None) -> None:
    if agree is False:
        axes.add_patch(Rectangle((MARGIN - 0.14, top + 0.05), 0.07, high - 0.1, facecolor=INK, lw=0))
    lines = ruler.wrap(drawable(text), SMALL, LABEL - 0.2, most=2)
    write(axes, MARGIN, top + (high - len(lines) * line_height(SMALL)) / 2, lines, SMALL)


def _outcomes(
    axes: Axes,
    ruler: Ruler,
    row: StructureRow,
    case: str,
    box: tuple[float, float, float, float],
    marks: Mapping[str, OutcomeMark],
) -> None:
    found = row.outcomes[case]
    if found is None:
        return
    star = "" if row.complete[case] else " *"
    left, top, wide, high = box
    if not found:
        _cell(axes, ruler, f"no solution{star}", box, "white", "")
    for place, outcome in enumerate(found):
        # Narrow columns stack the outcomes, wide ones set them side by side.
        if wide < 3.2:
            part = (left, top + place * high / len(found), wide, high / len(found))
        else:
            part = (left + place * wide / len(found), top, wide / len(found), high)
        _cell(axes, ruler, f"{outcome}{star}", part, marks[outcome].colour, "")


def _cell(axes: Axes, ruler: Ruler, text: str, box: tuple[float, float, float, float], colour: str, hatch: str) -> None:
    left, top, wide, high = box
    pale = tuple(0.45 * part + 0.55 for part in to_rgb(colour))
    axes.add_patch(
        Rectangle((left + 0.03, top + 0.03), wide - 0.06, high - 0.06, facecolor=pale, edgecolor=colour, lw=1.2)
    )
    if hatch:
        # The hatch at the cell's end, so that it crosses no word.
        axes.add_patch(
            Rectangle(
                (left + wide - 0.4, top + 0.03), 0.37, high - 0.06, facecolor=colour, edgecolor=INK, lw=0, hatch=hatch
            )
        )
    lines = ruler.wrap(drawable(text), SMALL, wide - (0.55 if hatch else 0.2), most=1)
    write(axes, left + 0.1, top + (high - line_height(SMALL)) / 2, lines, SMALL)


def _numbers(axes: Axes, cases: Sequence[str], values: Mapping[str, float | None], across: float, top: float) -> None:
    given = [value for value in values.values() if value is not None]
    usual = max(given, key=given.count)
    for place, case in enumerate(cases):
        value = values[case]
        if value is not None:
            weight = "normal" if value == usual and given.count(usual) > 1 else "bold"
            left = MARGIN + LABEL + place * across + 0.1
            write(axes, left, top + 0.04, [number(value)], SMALL, weight=weight)
    axes.plot([MARGIN, WIDTH - MARGIN], [top + 0.32] * 2, color=LINE, lw=0.6)
