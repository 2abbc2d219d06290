"""The game of one structure, stage by stage, with the path of every equilibrium through it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch, Rectangle
from matplotlib.path import Path as Curve

from kgsim.messages.play import ending_message
from kgsim.plots.board import board, write
from kgsim.plots.paths import Lane, Path, head_of, lanes_of, paths_of
from kgsim.plots.rails import badge, foot_of, rails
from kgsim.plots.sheet import MARGIN, SIZE, SMALL, Options, Sheet, on_sheet
from kgsim.plots.style import FAINT, INK, LINE, SHADE, outcome_marks
from kgsim.plots.text import Ruler, drawable, line_height
from kgsim.plots.tree_layout import (
    BADGE,
    CARD_INDENT,
    CARD_WIDTH,
    PADDING,
    SLOT,
    Card,
    Node,
    cards_of,
    nodes_of,
    stack,
)
from kgsim.results import Result

HEADER = 0.95
FOOT = 0.6
LEAST_CONTENT = 3.2
START = 0.75
NODE_GAP = 0.16
CARD_GAP = 0.14

#: Least distance between decisions side by side; on narrower sheets they come one below the other.
LEAST_PITCH = 2.0

Point = tuple[float, float]


@on_sheet
def game_figure(sheet: Sheet, result: Result, structure: str, **options: Unpack[Options]) -> Figure:
    """Draw a structure's stages from left to right, each decision's moves from top to bottom.

    Parameters
    ----------
    result
        As `kgsim.solve` gives it.
    structure
        Name of one of its structures.

    Returns
    -------
    Figure
        A line with a number is an equilibrium's course of play (thinner lines, one for each course, if it is mixed),
        coloured by the outcome it ends in; on a move it states the terms chosen. Moves without a line are not played
        in any equilibrium shown. The cards at the right say what each equilibrium leads to and what it is worth.
        On narrow figures stages come from top to bottom, and an equilibrium is a line down through them with a dot on
        every move that it plays.
    """
    solution = result.structures[structure]
    ruler = sheet.ruler
    lanes = lanes_of(result.scenario, solution.name)
    paths = paths_of(result.scenario, solution)
    full = result.scenario.labels.structure(solution.name, full=True)
    head = sheet.head(ending_message(solution, result.scenario.labels, sheet.words), full, result.scenario.title)
    pitch = (sheet.room - START - CARD_WIDTH - 0.15) / len(lanes)
    if pitch < LEAST_PITCH:
        return rails(sheet, head, result, solution, lanes, paths)
    width = min(2.9, pitch - 0.5)
    columns = [nodes_of(lane, paths, width, ruler) for lane in lanes]
    cards = cards_of(result, solution, paths, ruler)
    content = max(*(stack(nodes, NODE_GAP) for nodes in columns), stack(cards, CARD_GAP), LEAST_CONTENT)
    foot = ruler.wrap(drawable(foot_of(result, solution)), SMALL, sheet.room, most=3)
    top = head.height
    figure, axes = board(sheet, top + HEADER + content + FOOT + (len(foot) - 1) * line_height(SMALL), head)
    lefts = [MARGIN + START + place * pitch for place in range(len(lanes))]
    _stages(axes, lanes, lefts, (top, width, content), ruler)
    _heads(axes, result, lanes, lefts, (top, width), ruler)
    middle = top + HEADER + content / 2
    tracks = _start(axes, paths, middle)
    for left, nodes in zip(lefts, columns, strict=True):
        _column(axes, nodes, (left, width), middle, tracks, paths)
    _ends(axes, result, cards, middle, tracks)
    _draw(axes, result, paths, tracks)
    if not solution.equilibria:
        reason = ruler.wrap(drawable(f"Not solved: {solution.unsolved}"), SIZE, CARD_WIDTH, most=9)
        write(axes, sheet.width - MARGIN - CARD_WIDTH, middle - len(reason) * line_height(SIZE) / 2, reason, SIZE)
    write(axes, MARGIN, top + HEADER + content + 0.22, foot, SMALL, color=FAINT)
    return figure


def _stages(
    axes: Axes, lanes: Sequence[Lane], lefts: Sequence[float], frame: tuple[float, float, float], ruler: Ruler
) -> None:
    """Shade and number the stages; `frame` is where they begin, a box's width and the diagram's height."""
    start, width, content = frame
    for stage in sorted({lane.stage for lane in lanes}):
        own = [place for place, lane in enumerate(lanes) if lane.stage == stage]
        left, right = lefts[own[0]] - 0.12, lefts[own[-1]] + width + 0.22
        axes.add_artist(Rectangle((left, start), right - left, HEADER + content + 0.12, facecolor=SHADE, zorder=-2))
        text = f"Stage {stage + 1}"
        if len(own) > 1:
            text += ": as one bloc" if len({lanes[place].mover for place in own}) == 1 else ": at once"
        write(axes, left + 0.12, start + 0.1, ruler.wrap(text, SMALL, right - left - 0.2, most=1), SMALL, color=FAINT)


def _heads(
    axes: Axes, result: Result, lanes: Sequence[Lane], lefts: Sequence[float], frame: tuple[float, float], ruler: Ruler
) -> None:
    """Name every decision by its player; `frame` is where the stages begin and a box's width."""
    top, width = frame[0] + 0.38, frame[1]
    for lane, left in zip(lanes, lefts, strict=True):
        label, mark = head_of(result.scenario, lane)
        lines = ruler.wrap(label, SIZE, width - 0.2, weight="bold", most=2)
        axes.add_artist(
            Rectangle(
                (left, top + 0.03),
                0.12,
                len(lines) * line_height(SIZE) - 0.06,
                facecolor=mark.colour,
                edgecolor=INK,
                hatch=mark.hatch,
                linewidth=0.8,
            )
        )
        write(axes, left + 0.2, top, lines, SIZE, weight="bold")


def _start(axes: Axes, paths: Sequence[Path], middle: float) -> list[list[Point]]:
    """Number the paths at their beginning; return each one's list of points, to be extended."""
    tracks = []
    top = middle - len(paths) * SLOT / 2
    x = MARGIN + START - 0.4
    for place, path in enumerate(paths):
        y = top + (place + 0.5) * SLOT
        badge(axes, x, y, path.number)
        if path.share:
            axes.text(x - 0.14, y, path.share, size=SMALL, color=INK, ha="right", va="center")
        tracks.append([(x + BADGE / 2, y)])
    return tracks


def _column(
    axes: Axes,
    nodes: Sequence[Node],
    span: tuple[float, float],
    middle: float,
    tracks: list[list[Point]],
    paths: Sequence[Path],
) -> None:
    """Draw a decision's moves, and lead the paths into and out of them."""
    left, width = span
    y = middle - stack(nodes, NODE_GAP) / 2
    for node in nodes:
        played = bool(node.slots)
        axes.add_artist(
            FancyBboxPatch(
                (left + 0.05, y + 0.05),
                width - 0.1,
                node.height - 0.1,
                boxstyle="round,pad=0.05,rounding_size=0.08",
                facecolor="white",
                edgecolor=INK if played else LINE,
                linewidth=1.6 if played else 1,
            )
        )
        weight, colour = ("bold", INK) if played else ("normal", FAINT)
        label = y + PADDING
        if node.beside:
            label = y + (node.height - len(node.label) * line_height(SMALL)) / 2
        below = write(axes, left + 0.12, label, node.label, SMALL, weight=weight, color=colour)
        top = y + PADDING if node.beside else below
        for slot in node.slots:
            centre = top + slot.height / 2
            write(axes, left + 0.12, centre - len(slot.menu) * line_height(SMALL) / 2, slot.menu, SMALL)
            badge(axes, left + width, centre, paths[slot.path].number)
            tracks[slot.path] += [(left, centre), (left + width + BADGE / 2, centre)]
            top += slot.height
        y += node.height + NODE_GAP


def _ends(axes: Axes, result: Result, cards: Sequence[Card], middle: float, tracks: list[list[Point]]) -> None:
    """Draw the cards, and lead the paths to them."""
    left = axes.get_xlim()[1] - MARGIN - CARD_WIDTH
    marks = outcome_marks(result.scenario)
    y = middle - stack(cards, CARD_GAP) / 2
    for card in cards:
        axes.add_artist(Rectangle((left, y), CARD_WIDTH, card.height, facecolor="white", edgecolor=INK, linewidth=1.2))
        centre = y + card.height / 2
        badge(axes, left + 0.2, centre, str(card.place + 1))
        top = centre - card.text_height / 2
        for outcome, lines in card.outcomes:
            axes.plot(
                left + CARD_INDENT - 0.15,
                top + line_height(SIZE) / 2,
                marker=marks[outcome].marker,
                markersize=9,
                markerfacecolor=marks[outcome].colour,
                markeredgecolor=INK,
            )
            top = write(axes, left + CARD_INDENT, top, lines, SIZE, weight="bold")
        write(axes, left + CARD_INDENT, top, card.lines, SMALL)
        for place, path in enumerate(card.paths):
            tracks[path].append((left, centre + (place - (len(card.paths) - 1) / 2) * SLOT))
        y += card.height + CARD_GAP


def _draw(axes: Axes, result: Result, paths: Sequence[Path], tracks: Sequence[Sequence[Point]]) -> None:
    """Draw each path as smooth lines between the boxes; a dark edge keeps light colours legible."""
    marks = outcome_marks(result.scenario)
    codes = [Curve.MOVETO, Curve.CURVE4, Curve.CURVE4, Curve.CURVE4]
    for path, track in zip(paths, tracks, strict=True):
        width = 2.0 if path.share else 3.2
        for (x0, y0), (x1, y1) in zip(track[::2], track[1::2], strict=True):
            bend = (x0 + x1) / 2
            curve = Curve([(x0, y0), (bend, y0), (bend, y1), (x1, y1)], codes)
            for colour, line in ((INK, width + 1.6), (marks[path.outcome].colour, width)):
                axes.add_artist(PathPatch(curve, fill=False, edgecolor=colour, linewidth=line, zorder=1.5))
