"""What a game diagram holds and how much room each part takes, in inches, before anything is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kgsim.plots.paths import Lane, Path, likeliest, shown
from kgsim.plots.sheet import SIZE, SMALL
from kgsim.plots.text import Ruler, drawable, line_height
from kgsim.results import Equilibrium, Result, StructureSolution
from kgsim.wording import counted, number, percent

CARD_WIDTH = 3.1
CARD_INDENT = 0.6
BADGE = 0.2
SLOT = 0.26
PADDING = 0.08

#: Lines that an offer takes at most: what is offered is what a reader looks for.
LONGEST_MENU = 8


@dataclass(frozen=True)
class Slot:
    """Where a path goes through a move: the terms it chooses there, wrapped (empty for a move without a menu)."""

    path: int
    menu: list[str]

    @property
    def height(self) -> float:
        """Height of the slot."""
        return max(SLOT, len(self.menu) * line_height(SMALL) + 0.04)


@dataclass(frozen=True)
class Node:
    """A move's box: its label, and one slot for every path that goes through it."""

    label: list[str]
    slots: tuple[Slot, ...]

    @property
    def beside(self) -> bool:
        """Whether the slots hold no text, and so have room beside the label."""
        return not any(slot.menu for slot in self.slots)

    @property
    def height(self) -> float:
        """Height of the box."""
        label = len(self.label) * line_height(SMALL)
        slots = sum(slot.height for slot in self.slots)
        return (max(label, slots) if self.beside else label + slots) + 2 * PADDING


@dataclass(frozen=True)
class Card:
    """An equilibrium at the end of its paths: its outcomes, each with its lines, what it is worth, and notes."""

    place: int
    outcomes: tuple[tuple[str, list[str]], ...]
    lines: list[str]
    paths: tuple[int, ...]

    @property
    def text_height(self) -> float:
        """Height of all lines."""
        title = sum(len(lines) for _, lines in self.outcomes)
        return title * line_height(SIZE) + len(self.lines) * line_height(SMALL)

    @property
    def height(self) -> float:
        """Height of the card."""
        return max(self.text_height, len(self.paths) * SLOT) + 2 * PADDING


def stack(boxes: Sequence[Node] | Sequence[Card], gap: float) -> float:
    """Return the height of boxes one below the other."""
    return sum(box.height for box in boxes) + gap * max(len(boxes) - 1, 0)


def nodes_of(lane: Lane, paths: Sequence[Path], width: float, ruler: Ruler) -> list[Node]:
    """Lay out a decision's moves in boxes of a given width."""
    room = width - BADGE - 0.15
    nodes = []
    for move, label in lane.moves.items():
        through = [i for i, path in enumerate(paths) if path.steps[lane.decision].move == move]
        menus = [drawable(paths[i].steps[lane.decision].menu) for i in through]
        slots = tuple(
            Slot(i, ruler.wrap(menu, SMALL, room, most=LONGEST_MENU) if menu else [])
            for i, menu in zip(through, menus, strict=True)
        )
        weight = "bold" if through else "normal"
        nodes.append(Node(ruler.wrap(drawable(label, move), SMALL, room, weight=weight, most=8), slots))
    return nodes


def cards_of(
    result: Result, solution: StructureSolution, paths: Sequence[Path], ruler: Ruler, width: float = CARD_WIDTH
) -> list[Card]:
    """Lay out the cards of the equilibria shown, of a width."""
    labels = {rule.name: drawable(rule.label, rule.name) for rule in result.scenario.outcomes}
    room = width - CARD_INDENT - 0.08
    cards = []
    for place, equilibrium in enumerate(shown(solution)):
        sure = len(equilibrium.outcomes) == 1
        titles = {
            outcome: labels[outcome] if sure else f"{percent(share)} {labels[outcome]}"
            for outcome, share in equilibrium.outcomes.items()
        }
        outcomes = tuple(
            (outcome, ruler.wrap(title, SIZE, room, weight="bold", most=2)) for outcome, title in titles.items()
        )
        lines = [line for note in _notes(equilibrium) for line in ruler.wrap(note, SMALL, room)]
        own = tuple(i for i, path in enumerate(paths) if path.equilibrium == place)
        cards.append(Card(place, outcomes, lines, own))
    return cards


def _notes(equilibrium: Equilibrium) -> list[str]:
    # No-break spaces keep a player and the payoff on one line.
    notes = [", ".join(f"{drawable(player)}\u00a0{number(value)}" for player, value in equilibrium.payoffs.items())]
    hidden = len(equilibrium.courses) - len(likeliest(equilibrium.courses))
    if hidden:
        notes.append(f"and {counted(hidden, 'further course')} of the lottery")
    if equilibrium.alternatives_count:
        notes.append(f"or by {counted(equilibrium.alternatives_count, 'other course')} of play")
    return notes
