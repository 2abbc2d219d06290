"""Cases side by side on one page: outcomes by structure, verdicts on claims, and the parameters that differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Unpack

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from kgsim.analysis.comparison import Comparison, StructureRow
from kgsim.plots.board import board, write
from kgsim.plots.sheet import MARGIN, SIZE, SMALL, Box, Options, Sheet, on_sheet
from kgsim.plots.style import FAINT, INK, LINE, VERDICT_MARKS, OutcomeMark, outcome_marks
from kgsim.plots.text import Ruler, drawable, line_height
from kgsim.wording import number

#: Heights of rows and headings, the least width of a case's column, and from where outcomes stand side by side in it.
ROW, HEAD, LINE_ROW = 0.48, 0.5, 0.32
LEAST, ABREAST = 1.3, 3.2

NOTE = "Dark bar: cases differ. *: the set of equilibria may be incomplete. Empty: the case has none."


@dataclass(frozen=True)
class _Layout:
    """How wide the labels and the columns of cases are."""

    label: float
    across: float
    ruler: Ruler

    def box(self, place: int, top: float, high: float) -> Box:
        return MARGIN + self.label + place * self.across, top, self.across, high

    def lines(self, text: str) -> list[str]:
        """A row's label."""
        return self.ruler.wrap(drawable(text), SMALL, self.label - 0.2, most=9)

    def row(self, text: str, *deep: float) -> float:
        """The height of a row."""
        return max(ROW, len(self.lines(text)) * line_height(SMALL) + 0.1, *deep, 0.0)

    def stack(self, row: StructureRow) -> float:
        """The height of a structure's row, whose outcomes stand one above the other in narrow columns."""
        most = max((len(found) for found in row.outcomes.values() if found), default=1)
        return ROW * (most if self.across < ABREAST else 1)


@on_sheet
def comparison_figure(sheet: Sheet, result: Comparison, **options: Unpack[Options]) -> Figure:
    """Draw cases side by side.

    Parameters
    ----------
    result
        As `kgsim.compare` gives it.

    Returns
    -------
    Figure
        A column a case, below others where they do not fit side by side. A row a structure, its cell cut into the
        outcomes that equilibria reach; a row a claim with its verdict; a row a parameter that differs. A bar at the
        left marks rows on which cases differ, a star sets that may be incomplete.
    """
    label = min(4.4, 0.35 * sheet.room)
    abreast = min(len(result.cases), max(1, int((sheet.room - label) / LEAST)))
    layout = _Layout(label, (sheet.room - label) / abreast, sheet.ruler)
    blocks = [result.cases[start : start + abreast] for start in range(0, len(result.cases), abreast)]
    answers = [*(row.agree for row in result.structures), *(row.agree for row in result.claims)]
    shared = answers.count(True) + answers.count(False)
    head = sheet.head(
        f"The cases give one answer on {answers.count(True)} of {shared} structures and claims that they share",
        "Where do the cases agree?",
    )
    note = sheet.ruler.wrap(NOTE, SMALL, sheet.room, most=3)
    # Drawn twice: once on nothing, to learn how high it becomes.
    block = _block(None, layout, result, blocks[0], 0.0) + 0.2
    height = head.height + len(blocks) * block + len(note) * line_height(SMALL) + 0.2
    figure, axes = board(sheet, height, head)
    for place, cases in enumerate(blocks):
        _block(axes, layout, result, cases, head.height + place * block)
    write(axes, MARGIN, head.height + len(blocks) * block, note, SMALL, color=FAINT)
    return figure


def _block(axes: Axes | None, layout: _Layout, result: Comparison, cases: Sequence[str], top: float) -> float:
    """Draw all rows for some cases, if there are axes to draw on; return where they end."""
    marks: dict[str, OutcomeMark] = {}
    for each in reversed(list(result.results.values())):
        marks |= outcome_marks(each.scenario)
    room = layout.across - 0.15
    names = {case: layout.ruler.wrap(drawable(case.replace("_", " ")), SIZE, room, weight="bold", most=3)
             for case in result.cases}  # fmt: skip
    for place, case in enumerate(cases):
        if axes is not None:
            write(axes, layout.box(place, top, 0)[0] + 0.06, top, names[case], SIZE, weight="bold")
    top += max(len(lines) for lines in names.values()) * line_height(SIZE)
    top = _headed(axes, top, "Equilibrium outcomes by structure")
    for row in result.structures:
        name = drawable(result.label("structures", row.name))
        high = layout.row(name, layout.stack(row))
        if axes is not None:
            _label(axes, layout, name, top, high, agree=row.agree)
            for place, case in enumerate(cases):
                _outcomes(axes, layout.ruler, row, case, layout.box(place, top, high), marks)
        top += high
    if result.claims:
        top = _headed(axes, top, "Claims")
    for claim in result.claims:
        text = f"{claim.name}: {claim.says}"
        high = layout.row(text)
        if axes is not None:
            _label(axes, layout, text, top, high, agree=claim.agree)
            for place, case in enumerate(cases):
                verdict = claim.verdicts[case]
                if verdict is not None:
                    _cell(axes, layout.ruler, verdict, layout.box(place, top, high), *VERDICT_MARKS[verdict][:2])
        top += high
    if result.parameters:
        top = _headed(axes, top, "Parameters that differ")
    for parameter in result.parameters:
        text = drawable(f"{parameter.name}: {parameter.label}", parameter.name)
        lines = layout.ruler.wrap(text, SMALL, layout.label - 0.2, most=9)
        high = len(lines) * line_height(SMALL) + LINE_ROW - line_height(SMALL)
        if axes is not None:
            write(axes, MARGIN, top + 0.04, lines, SMALL)
            _numbers(axes, layout, cases, parameter.values, top, high)
        top += high
    return top


def _headed(axes: Axes | None, top: float, text: str) -> float:
    if axes is not None:
        write(axes, MARGIN, top + 0.14, [text], SIZE, weight="bold", color=FAINT)
    return top + HEAD


def _label(axes: Axes, layout: _Layout, text: str, top: float, high: float, *, agree: bool | None) -> None:
    if agree is False:
        axes.add_patch(Rectangle((MARGIN - 0.14, top + 0.05), 0.07, high - 0.1, facecolor=INK, lw=0))
    lines = layout.lines(text)
    write(axes, MARGIN, top + (high - len(lines) * line_height(SMALL)) / 2, lines, SMALL)


def _outcomes(
    axes: Axes,
    ruler: Ruler,
    row: StructureRow,
    case: str,
    box: Box,
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
        if wide < ABREAST:
            part = (left, top + place * high / len(found), wide, high / len(found))
        else:
            part = (left + place * wide / len(found), top, wide / len(found), high)
        _cell(axes, ruler, f"{outcome}{star}", part, marks[outcome].colour, "")


def _cell(axes: Axes, ruler: Ruler, text: str, box: Box, colour: str, hatch: str) -> None:
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


def _numbers(
    axes: Axes, layout: _Layout, cases: Sequence[str], values: Mapping[str, float | None], top: float, high: float
) -> None:
    given = [value for value in values.values() if value is not None]
    usual = max(given, key=given.count)
    for place, case in enumerate(cases):
        value = values[case]
        if value is not None:
            weight = "normal" if value == usual and given.count(usual) > 1 else "bold"
            write(axes, layout.box(place, top, high)[0] + 0.1, top + 0.04, [number(value)], SMALL, weight=weight)
    axes.plot([MARGIN, axes.get_xlim()[1] - MARGIN], [top + high] * 2, color=LINE, lw=0.6)
