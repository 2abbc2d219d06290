"""Outcomes as each player ranks them: the one comparison between players that needs no exchange rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Unpack

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from kgsim.messages.play import ranks_message
from kgsim.plots.board import board, write
from kgsim.plots.sheet import MARGIN, SIZE, SMALL, Options, Sheet, on_sheet
from kgsim.plots.style import FAINT, INK, LINE, outcome_marks, player_marks
from kgsim.plots.text import Ruler, drawable, line_height
from kgsim.ranking import Rank, payoffs_of, ranks, reached_in, reached_payoffs, told, worst
from kgsim.results import Interval, Result
from kgsim.scenario.model import OutcomeRule
from kgsim.wording import interval

RANK_SIZE = 16.0
PADDING = 0.1
FRAME = 0.04

#: Least widths of a player's column, and of a sheet with a column of its own for structures.
LEAST_PLAYER, LEAST_WIDE = 0.95, 8.0

NOTE = (
    "Large: rank, 1 is best; a span where the terms of the outcome decide. Small: payoff over all terms, and on those "
    "that an equilibrium settles on (played). Framed: worst case."
)


@dataclass(frozen=True)
class _Columns:
    """Widths of the three kinds of columns, in inches, and how many players stand side by side.

    The last width is 0 where structures stand below the outcome.
    """

    outcome: float
    player: float
    reached: float
    across: int

    @classmethod
    def of(cls, players: int, sheet: Sheet) -> _Columns:
        share = 0.585 * sheet.room
        across = min(players, max(1, int(share / LEAST_PLAYER)))
        player = min(2.2, share / across)
        rest = sheet.room - player * across
        return cls(rest / 2, player, rest / 2, across) if sheet.width > LEAST_WIDE else cls(rest, player, 0.0, across)


@dataclass(frozen=True)
class _Row:
    """One outcome's texts, wrapped."""

    outcome: str
    label: list[str]
    below: list[str]
    payoffs: dict[str, list[str]]
    reached: list[str]

    @property
    def label_height(self) -> float:
        """Height of the label and what stands below it."""
        return len(self.label) * line_height(SIZE) + len(self.below) * line_height(SMALL)

    @property
    def height(self) -> float:
        """Height of the row, in inches."""
        cell = line_height(RANK_SIZE) + max(len(lines) for lines in self.payoffs.values()) * line_height(SMALL)
        return max(cell, self.label_height, len(self.reached) * line_height(SMALL)) + 2 * PADDING


@on_sheet
def outcomes_figure(sheet: Sheet, result: Result, **options: Unpack[Options]) -> Figure:
    """Draw the table of outcomes by players.

    Parameters
    ----------
    result
        As `kgsim.solve` gives it.

    Returns
    -------
    Figure
        Each cell holds the outcome's rank for the player (1 is best; a span where the outcome's terms decide) and the
        payoff over all terms; darker is worse, and the player's worst case is framed. The last column, or the lines
        below an outcome, say in which structures an equilibrium reaches it. Where players do not fit side by side, the
        table goes on below.
    """
    players = tuple(result.scenario.players)
    columns = _Columns.of(len(players), sheet)
    blocks = [players[start : start + columns.across] for start in range(0, len(players), columns.across)]
    ruler = sheet.ruler
    payoffs = {player: payoffs_of(result, player) for player in players}
    rows = [_row(result, rule.name, payoffs, columns, ruler) for rule in _rules(result)]
    names = {player: _heading(result, player, columns, ruler) for player in players}
    header = max(len(lines) for lines in names.values()) * line_height(SIZE) + 2 * PADDING
    head = sheet.head(ranks_message(result, sheet.words), "Outcomes as each player ranks them", result.scenario.title)
    note = ruler.wrap(NOTE, SMALL, sheet.room, most=6)
    block = header + sum(row.height for row in rows) + 0.17
    figure, axes = board(sheet, head.height + block * len(blocks) + len(note) * line_height(SMALL) + 0.2, head)
    ranked = {player: ranks(payoffs[player]) for player in players}
    lowest = {player: worst(payoffs[player]) for player in players}
    y = head.height
    for own in blocks:
        _header(axes, {player: names[player] for player in own}, columns, y + header)
        y += header
        for row in rows:
            _outcome(axes, result, row, columns, y)
            for column, player in enumerate(own):
                x = MARGIN + columns.outcome + column * columns.player
                box = (x, y, columns.player, row.height)
                shade = _shade(player_marks(result.scenario)[player].colour, ranked[player][row.outcome], len(rows))
                _cell(axes, box, told(ranked[player][row.outcome]), row.payoffs[player], shade)
                if row.outcome in lowest[player]:
                    _frame(axes, box)
            if columns.reached:
                left = MARGIN + columns.outcome + len(own) * columns.player + 0.15
                write(axes, left, y + (row.height - len(row.reached) * line_height(SMALL)) / 2, row.reached, SMALL)
            y += row.height
        y += 0.17
    write(axes, MARGIN, y, note, SMALL, color=FAINT)
    return figure


def _rules(result: Result) -> list[OutcomeRule]:
    return [rule for rule in result.scenario.outcomes if rule.name in result.outcome_payoffs]


def _row(
    result: Result, outcome: str, payoffs: dict[str, dict[str, Interval]], columns: _Columns, ruler: Ruler
) -> _Row:
    label = next(rule.label for rule in result.scenario.outcomes if rule.name == outcome)
    reached = drawable("; ".join(result.scenario.labels.structure(name) for name in reached_in(result, outcome)))
    beside = bool(columns.reached)
    return _Row(
        outcome,
        ruler.wrap(drawable(label, outcome), SIZE, columns.outcome - 0.55, most=5),
        [] if beside or not reached else ruler.wrap(f"in {reached}", SMALL, columns.outcome - 0.55, most=40),
        {
            player: [
                line
                for text in _payoff_texts(bounds[outcome], reached_payoffs(result, outcome, player))
                for line in ruler.wrap(text, SMALL, columns.player - 0.15, most=3)
            ]
            for player, bounds in payoffs.items()
        },
        ruler.wrap(reached, SMALL, columns.reached - 0.2, most=40) if beside else [],
    )


def _payoff_texts(bounds: Interval, reached: Interval | None) -> list[str]:
    """Return the payoff over all terms, and over those that equilibria settle on where that says more."""
    texts = [interval(bounds)]
    if reached is not None and interval(reached) != texts[0]:
        texts.append(f"played: {interval(reached)}")
    return texts


def _heading(result: Result, player: str, columns: _Columns, ruler: Ruler) -> list[str]:
    label = drawable(result.scenario.players[player], player)
    return ruler.wrap(label, SIZE, columns.player - 0.08, weight="bold", most=3)


def _header(axes: Axes, names: dict[str, list[str]], columns: _Columns, end: float) -> None:
    bottom = end - PADDING
    write(axes, MARGIN, bottom - line_height(SIZE), ["Outcome"], SIZE, weight="bold")
    for column, lines in enumerate(names.values()):
        middle = MARGIN + columns.outcome + (column + 0.5) * columns.player
        write(axes, middle, bottom - len(lines) * line_height(SIZE), lines, SIZE, weight="bold", ha="center")
    if columns.reached:
        left = MARGIN + columns.outcome + len(names) * columns.player + 0.15
        lines = Ruler().wrap("Reached in equilibrium in", SIZE, columns.reached - 0.15, weight="bold", most=2)
        write(axes, left, bottom - len(lines) * line_height(SIZE), lines, SIZE, weight="bold")


def _outcome(axes: Axes, result: Result, row: _Row, columns: _Columns, y: float) -> None:
    mark = outcome_marks(result.scenario)[row.outcome]
    middle = y + row.height / 2
    axes.plot(
        MARGIN + 0.15, middle, marker=mark.marker, markersize=11, markerfacecolor=mark.colour, markeredgecolor=INK
    )
    below = write(axes, MARGIN + 0.4, middle - row.label_height / 2, row.label, SIZE)
    write(axes, MARGIN + 0.4, below, row.below, SMALL, color=FAINT)
    axes.plot([MARGIN, axes.get_xlim()[1] - MARGIN], [y, y], color=LINE, linewidth=0.8, zorder=0)


def _cell(
    axes: Axes, box: tuple[float, float, float, float], rank: str, payoff: list[str], shade: tuple[float, float, float]
) -> None:
    x, y, width, height = box
    axes.add_artist(Rectangle((x, y), width, height, facecolor=shade, edgecolor="white", linewidth=1.5))
    used = line_height(RANK_SIZE) + len(payoff) * line_height(SMALL)
    top = y + (height - used) / 2
    top = write(axes, x + width / 2, top, [rank], RANK_SIZE, weight="bold", ha="center")
    write(axes, x + width / 2, top, payoff, SMALL, ha="center")


def _frame(axes: Axes, box: tuple[float, float, float, float]) -> None:
    x, y, width, height = box
    corner = (x + FRAME, y + FRAME)
    axes.add_artist(
        Rectangle(corner, width - 2 * FRAME, height - 2 * FRAME, fill=False, edgecolor=INK, linewidth=3, zorder=3)
    )


def _shade(colour: str, rank: Rank, count: int) -> tuple[float, float, float]:
    """Mix the player's colour into white: none for the best rank, half for the worst."""
    share = 0.5 * (sum(rank) / 2 - 1) / max(count - 1, 1)
    red, green, blue = (1 - share * (1 - channel) for channel in to_rgb(colour))
    return red, green, blue
