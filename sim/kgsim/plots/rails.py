"""The game of one structure on a narrow sheet: stages from top to bottom, equilibria as lines down through them."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from kgsim.plots.board import board, write
from kgsim.plots.paths import Lane, Path, head_of, shown
from kgsim.plots.sheet import MARGIN, SIZE, SMALL, Head, Sheet
from kgsim.plots.style import FAINT, INK, SHADE, outcome_marks
from kgsim.plots.text import Ruler, drawable, line_height
from kgsim.plots.tree_layout import BADGE, CARD_INDENT, PADDING, SLOT, Card, cards_of
from kgsim.results import Result, StructureSolution

#: Lines are drawn as long as they take less than this share of the width.
SHARE = 0.4

TITLE, GAP = 0.34, 0.12


def rails(
    sheet: Sheet,
    head: Head,
    result: Result,
    solution: StructureSolution,
    lanes: Sequence[Lane],
    paths: Sequence[Path],
) -> Figure:
    """Draw a structure's decisions one below the other, and courses of play as lines with dots on their moves."""
    ruler = sheet.ruler
    drawn = paths[: max(1, int(SHARE * sheet.room / SLOT))]
    left = MARGIN + SLOT * max(len(drawn), 1) + 0.15
    room = sheet.width - MARGIN - left
    rows = {(lane.decision, move): _row(lane, move, label, drawn, room, ruler)
            for lane in lanes for move, label in lane.moves.items()}  # fmt: skip
    cards = cards_of(result, solution, paths, ruler, sheet.room)
    hidden = len(paths) - len(drawn)
    told = foot_of(result, solution) + (f" {hidden} more courses of play are not drawn." if hidden else "")
    if not solution.equilibria:
        told = f"Not solved: {solution.unsolved}"
    foot = ruler.wrap(drawable(told), SMALL, sheet.room, most=9)
    top = head.height + (0.85 if any(path.share for path in drawn) else 0.3)
    decisions = {lane.decision: TITLE + sum(_high(rows[lane.decision, move]) for move in lane.moves) for lane in lanes}
    content = sum(decisions.values()) + GAP * len(lanes)
    ends = sum(card.height + GAP for card in cards)
    figure, axes = board(sheet, top + content + ends + len(foot) * line_height(SMALL) + 0.3, head)
    _lines(axes, result, drawn, top, top + content - GAP)
    y = top
    for lane in lanes:
        bottom = y + decisions[lane.decision]
        axes.add_artist(Rectangle((left - 0.08, y), room + 0.08, bottom - y, facecolor=SHADE, zorder=-2))
        _head(axes, result, lane, lanes, (left, y, room), ruler)
        y += TITLE
        for move in lane.moves:
            lines = rows[lane.decision, move]
            played = [place for place, path in enumerate(drawn) if path.steps[lane.decision].move == move]
            middle = y + _high(lines) / 2
            start = middle - len(lines) * line_height(SMALL) / 2
            for text, weight in lines:
                start = write(axes, left + 0.1, start, [text], SMALL, color=INK if played else FAINT, weight=weight)
            for place in played:
                x = MARGIN + SLOT * (place + 0.5)
                axes.plot(x, middle, "o", markersize=9, markerfacecolor="white", markeredgecolor=INK, zorder=4)
            y += _high(lines)
        y = bottom + GAP
    for card in cards:
        _card(axes, result, card, y, sheet.room)
        y += card.height + GAP
    write(axes, MARGIN, y + 0.05, foot, SMALL, color=FAINT)
    return figure


def _lines(axes: Axes, result: Result, paths: Sequence[Path], top: float, bottom: float) -> None:
    """Number the courses of play and draw their lines; a dark edge keeps light colours legible."""
    marks = outcome_marks(result.scenario)
    for place, path in enumerate(paths):
        x = MARGIN + SLOT * (place + 0.5)
        badge(axes, x, top - 0.15, path.number)
        if path.share:
            axes.text(x, top - 0.32, path.share, size=SMALL, color=INK, ha="center", va="bottom", rotation=90)
        for colour, width in ((INK, 4.4), (marks[path.outcome].colour, 2.8)):
            axes.plot([x, x], [top, bottom], color=colour, linewidth=width, zorder=1, solid_capstyle="butt")


def _row(lane: Lane, move: str, label: str, paths: Sequence[Path], room: float, ruler: Ruler) -> list[tuple[str, str]]:
    """A move's label, bold if it is played, and the terms that each equilibrium chooses."""
    through = [path for path in paths if path.steps[lane.decision].move == move]
    weight = "bold" if through else "normal"
    menus = dict.fromkeys(
        f"{path.number}: {menu}" for path in through if (menu := drawable(path.steps[lane.decision].menu))
    )
    lines = [(line, weight) for line in ruler.wrap(drawable(label, move), SMALL, room - 0.2, weight=weight, most=8)]
    return [*lines, *((line, "normal") for menu in menus for line in ruler.wrap(menu, SMALL, room - 0.2, most=8))]


def _high(lines: Sequence[object]) -> float:
    return max(SLOT, len(lines) * line_height(SMALL)) + PADDING


def _head(
    axes: Axes, result: Result, lane: Lane, lanes: Sequence[Lane], box: tuple[float, float, float], ruler: Ruler
) -> None:
    """Name a decision by its player and its stage."""
    left, top, room = box
    label, mark = head_of(result.scenario, lane)
    own = [each for each in lanes if each.stage == lane.stage]
    stage = f"stage {lane.stage + 1}"
    if len(own) > 1:
        stage += ", as one bloc" if len({each.mover for each in own}) == 1 else ", at once"
    axes.add_artist(
        Rectangle((left, top + 0.07), 0.12, 0.2, facecolor=mark.colour, edgecolor=INK, hatch=mark.hatch, lw=0.8)
    )
    lines = ruler.wrap(label, SIZE, room - ruler.width(stage, SMALL) - 0.5, weight="bold", most=1)
    write(axes, left + 0.2, top + 0.05, lines, SIZE, weight="bold")
    axes.text(left + room - 0.08, top + 0.17, stage, size=SMALL, color=FAINT, ha="right", va="center")


def _card(axes: Axes, result: Result, card: Card, top: float, room: float) -> None:
    """Say what an equilibrium leads to and what it is worth."""
    marks = outcome_marks(result.scenario)
    axes.add_artist(Rectangle((MARGIN, top), room, card.height, facecolor="white", edgecolor=INK, linewidth=1.2))
    centre = top + card.height / 2
    badge(axes, MARGIN + 0.2, centre, str(card.place + 1))
    y = centre - card.text_height / 2
    for outcome, lines in card.outcomes:
        mark = marks[outcome]
        axes.plot(
            MARGIN + CARD_INDENT - 0.15, y + line_height(SIZE) / 2, marker=mark.marker, markersize=9,
            markerfacecolor=mark.colour, markeredgecolor=INK,
        )  # fmt: skip
        y = write(axes, MARGIN + CARD_INDENT, y, lines, SIZE, weight="bold")
    write(axes, MARGIN + CARD_INDENT, y, card.lines, SMALL)


def badge(axes: Axes, x: float, y: float, text: str) -> None:
    """Number an equilibrium."""
    axes.plot(x, y, marker="o", markersize=BADGE * 72 + 2, markerfacecolor="white", markeredgecolor=INK, zorder=4)
    axes.text(x, y, text, size=SMALL, color=INK, ha="center", va="center_baseline", weight="bold", zorder=5)


def foot_of(result: Result, solution: StructureSolution) -> str:
    """What the diagram does not show, as sentences."""
    parts = ["Numbered lines: equilibria, coloured by outcome. Moves in grey are on no line shown."]
    hidden = len(solution.equilibria) - len(shown(solution))
    if hidden:
        parts.append(f"{hidden} more {'equilibrium is' if hidden == 1 else 'equilibria are'} not shown.")
    fixed = result.scenario.structures[solution.name].fixed
    if fixed:
        parts.append(f"Given: {', '.join(f'{name} {action.name}' for name, action in fixed.items())}.")
    return " ".join(parts)
