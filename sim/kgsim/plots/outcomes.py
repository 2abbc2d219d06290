"""Outcomes as each player ranks them: the one comparison between capitals that needs no exchange rate."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from kgsim.plots.board import MARGIN, SIZE, SMALL, WIDTH, board, titled, write
from kgsim.plots.style import FAINT, INK, LINE, outcome_marks, player_marks, style
from kgsim.plots.text import Ruler, drawable, line_height
from kgsim.ranking import Rank, payoffs_of, ranks, reached_in, reached_payoffs, told, worst
from kgsim.results import Interval, Result
from kgsim.scenario.model import OutcomeRule
from kgsim.wording import interval

TOP = 1.15
RANK_SIZE = 16
PADDING = 0.1
FRAME = 0.04
FOOT = 0.75


@dataclass(frozen=True)
class _Columns:
    """Widths of the three kinds of columns, in inches."""

    outcome: float
    player: float
    reached: float

    @classmethod
    def of(cls, players: int) -> _Columns:
        player = min(2.2, 7.4 / players)
        rest = WIDTH - 2 * MARGIN - player * players
        return cls(rest * 0.5, player, rest * 0.5)


@dataclass(frozen=True)
class _Row:
    """One outcome's texts, wrapped."""

    outcome: str
    label: list[str]
    payoffs: dict[str, list[str]]
    reached: list[str]

    @property
    def height(self) -> float:
        """Height of the row, in inches."""
        cell = line_height(RANK_SIZE) + max(len(lines) for lines in self.payoffs.values()) * line_height(SMALL)
        label = len(self.label) * line_height(SIZE)
        return max(cell, label, len(self.reached) * line_height(SMALL)) + 2 * PADDING


def outcomes_figure(result: Result) -> Figure:
    """Draw the table of outcomes by players.

    Returns
    -------
    Figure
        Each cell holds the outcome's rank for the player (1 is best; a span where the outcome's terms decide) and the
        payoff over all terms; darker is worse, and the player's worst case is framed. The last column says in which
        structures an equilibrium reaches the outcome.
    """
    with style():
        return _figure(result)


def _figure(result: Result) -> Figure:
    players = tuple(result.scenario.players)
    columns = _Columns.of(len(players))
    measured = Ruler()
    payoffs = {player: payoffs_of(result, player) for player in players}
    rows = [_row(result, rule.name, payoffs, columns, measured) for rule in _rules(result)]
    names = {player: _heading(result, player, columns, measured) for player in players}
    header = max(len(lines) for lines in names.values()) * line_height(SIZE) + 2 * PADDING
    height = TOP + header + sum(row.height for row in rows) + FOOT
    figure, axes = board(height)
    titled(axes, measured, "Outcomes as each player ranks them", result)
    _header(axes, names, columns, header)
    ranked = {player: ranks(payoffs[player]) for player in players}
    lowest = {player: worst(payoffs[player]) for player in players}
    y = TOP + header
    for row in rows:
        _outcome(axes, result, row, columns, y)
        for column, player in enumerate(players):
            x = MARGIN + columns.outcome + column * columns.player
            box = (x, y, columns.player, row.height)
            shade = _shade(player_marks(result.scenario)[player].colour, ranked[player][row.outcome], len(rows))
            _cell(axes, box, told(ranked[player][row.outcome]), row.payoffs[player], shade)
            if row.outcome in lowest[player]:
                _frame(axes, box)
        _centred(axes, row.reached, WIDTH - MARGIN - columns.reached + 0.15, y + row.height / 2)
        y += row.height
    note = (
        "Large: rank, 1 is best; a span where the terms of the outcome decide. Small: payoff over all terms, and on "
        "those that an equilibrium settles on (played). Framed: worst case."
    )
    write(axes, MARGIN, y + 0.17, measured.wrap(note, SMALL, WIDTH - 2 * MARGIN), SMALL, color=FAINT)
    return figure


def _rules(result: Result) -> list[OutcomeRule]:
    return [rule for rule in result.scenario.outcomes if rule.name in result.outcome_payoffs]


def _row(
    result: Result, outcome: str, payoffs: dict[str, dict[str, Interval]], columns: _Columns, ruler: Ruler
) -> _Row:
    label = next(rule.label for rule in result.scenario.outcomes if rule.name == outcome)
    return _Row(
        outcome,
        ruler.wrap(drawable(label, outcome), SIZE, columns.outcome - 0.55),
        {
            player: [
                line
                for text in _payoff_texts(bounds[outcome], reached_payoffs(result, outcome, player))
                for line in ruler.wrap(text, SMALL, columns.player - 0.15, most=2)
            ]
            for player, bounds in payoffs.items()
        },
        ruler.wrap(drawable(", ".join(reached_in(result, outcome))), SMALL, columns.reached - 0.2, most=6),
    )


def _payoff_texts(bounds: Interval, reached: Interval | None) -> list[str]:
    """Return the payoff over all terms, and over those that equilibria settle on where that says more."""
    texts = [interval(bounds)]
    if reached is not None and interval(reached) != texts[0]:
        texts.append(f"played: {interval(reached)}")
    return texts


def _heading(result: Result, player: str, columns: _Columns, ruler: Ruler) -> list[str]:
    label = drawable(result.scenario.players[player], player)
    return ruler.wrap(label, SIZE, columns.player - 0.15, weight="bold", most=2)


def _header(axes: Axes, names: dict[str, list[str]], columns: _Columns, height: float) -> None:
    bottom = TOP + height - PADDING
    write(axes, MARGIN, bottom - line_height(SIZE), ["Outcome"], SIZE, weight="bold")
    for column, lines in enumerate(names.values()):
        middle = MARGIN + columns.outcome + (column + 0.5) * columns.player
        write(axes, middle, bottom - len(lines) * line_height(SIZE), lines, SIZE, weight="bold", ha="center")
    reached = WIDTH - MARGIN - columns.reached + 0.15
    write(axes, reached, bottom - line_height(SIZE), ["Reached in equilibrium in"], SIZE, weight="bold")


def _outcome(axes: Axes, result: Result, row: _Row, columns: _Columns, y: float) -> None:
    mark = outcome_marks(result.scenario)[row.outcome]
    middle = y + row.height / 2
    axes.plot(
        MARGIN + 0.15, middle, marker=mark.marker, markersize=11, markerfacecolor=mark.colour, markeredgecolor=INK
    )
    write(axes, MARGIN + 0.4, middle - len(row.label) * line_height(SIZE) / 2, row.label, SIZE)
    axes.plot([MARGIN, WIDTH - MARGIN], [y, y], color=LINE, linewidth=0.8, zorder=0)


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


def _centred(axes: Axes, lines: list[str], x: float, middle: float) -> None:
    """Write lines of small text around a height."""
    write(axes, x, middle - len(lines) * line_height(SMALL) / 2, lines, SMALL)
