"""Gambit's files of games: .efg (a tree) and .nfg (a strategic form), read strictly (McKelvey, McLennan, Turocy).

Read are versions ``EFG 2`` and ``NFG 1``, the latter with a list of payoffs or of outcomes. Every error names the
line, what was expected and what was found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import BinaryIO, NoReturn

import numpy as np
from numpy.typing import NDArray

from kgsim.errors import GameError
from kgsim.games.extensive import ExtensiveGame, InformationSet, Node
from kgsim.games.strategic import LARGEST_PAYOFF
from kgsim.tolerances import SUM_TO_ONE
from kgsim.wording import counted

#: Largest file that is read, in bytes.
MOST_BYTES = 64 * 2**20

_TOKEN = re.compile(r'(?P<space>[\s,]+)|(?P<text>"(?:\\.|[^"\\])*")|(?P<brace>[{}])|(?P<word>[^\s,{}"]+)', re.DOTALL)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?(/\d+)?")


@dataclass(frozen=True, eq=False)
class StrategicGame:
    """A game in strategic form with names.

    Attributes
    ----------
    strategies
        For each player the names of its strategies.
    payoffs
        Shape (players, strategies of player 1, ..., strategies of the last).
    """

    title: str
    players: tuple[str, ...]
    strategies: tuple[tuple[str, ...], ...]
    payoffs: NDArray[np.float64]


def read_game(path: str | Path) -> ExtensiveGame | StrategicGame:
    """Read a game from one of Gambit's files; what it holds is told by its first word and not by its name.

    Parameters
    ----------
    path
        A file of format ``EFG 2`` or ``NFG 1``.

    Returns
    -------
    ExtensiveGame or StrategicGame

    Raises
    ------
    GameError
        If it cannot be read, with its line and what was expected there.
    """
    try:
        with Path(path).open("rb") as file:
            return read_stream(file, str(path))
    except OSError as error:
        raise GameError(f"{path}: cannot be read: {error.strerror or error}") from None


def read_stream(file: BinaryIO, name: str) -> ExtensiveGame | StrategicGame:
    """Read a game from an open file, such as standard input; `name` stands for it in errors, those of `read_game`."""
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise GameError(f"{name}: the file is larger than {MOST_BYTES // 2**20} MiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise GameError(f"{name}:{line}: this is not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    return parse_game(text, name)


def parse_game(text: str, name: str = "game") -> ExtensiveGame | StrategicGame:
    """Read a game from the text of a file; `name` stands for the file in errors, which are those of `read_game`."""
    source = _Source(text, name)
    kind = source.word()
    if kind not in ("EFG", "NFG"):
        source.fail("`EFG 2 R` or `NFG 1 R`, the head of a Gambit file", repr(kind))
    version = source.word()
    if version != {"EFG": "2", "NFG": "1"}[kind]:
        source.fail(f"version {2 if kind == 'EFG' else 1} of the format", repr(version))
    precision = source.word()
    if precision not in ("R", "D"):
        source.fail("R (or D) after the version", repr(precision))
    title = source.text("the title in double quotes")
    players = source.texts("the names of the players")
    if not players:
        source.fail("at least one player", "none")
    return _tree(source, title, players) if kind == "EFG" else _strategic(source, title, players)


class _Source:
    """The words of a file, read one by one; `tight` marks those that a comma alone parts from the word before."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.words: list[tuple[str, int]] = []
        self.tight: set[int] = set()
        self.place = 0
        line, at = 1, 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                self.words.append(('"', line))
                self.place = len(self.words)
                self.fail("a closing quotation mark", "the end of the file")
            if found.group() == ",":
                self.tight.add(len(self.words))
            if found.lastgroup != "space":
                self.words.append((found.group(), line))
            line += found.group().count("\n")
            at = found.end()
        self.final = line

    @property
    def left(self) -> int:
        return len(self.words) - self.place

    def peek(self) -> str | None:
        return self.words[self.place][0] if self.left else None

    def fail(self, expected: str, found: str) -> NoReturn:
        """Report what was expected at the word read last."""
        line = self.words[min(max(self.place - 1, 0), len(self.words) - 1)][1] if self.words else 1
        raise GameError(
            f"{self.name}:{line}: expected {expected}, found {found if len(found) < 80 else found[:77] + '...'}"
        )

    def next(self, expected: str) -> str:
        if not self.left:
            self.fail(expected, "the end of the file")
        self.place += 1
        return self.words[self.place - 1][0]

    def word(self) -> str:
        return self.next("more of the game")

    def text(self, expected: str) -> str:
        found = self.next(expected)
        if not found.startswith('"'):
            self.fail(expected, repr(found))
        return re.sub(r"\\(.)", r"\1", found[1:-1], flags=re.DOTALL)

    def brace(self, which: str, expected: str) -> None:
        found = self.next(f"`{which}` {expected}")
        if found != which:
            self.fail(f"`{which}` {expected}", repr(found))

    def texts(self, what: str) -> list[str]:
        self.brace("{", f"before {what}")
        found = []
        while self.peek() != "}":
            found.append(self.text(f"{what}, each in double quotes, and `}}`"))
        self.brace("}", f"after {what}")
        return found

    def number(self, expected: str) -> float:
        found = self.next(expected)
        if not _NUMBER.fullmatch(found):
            self.fail(expected, repr(found))
        above, _, below = found.partition("/")
        divisor = float(below) if below else 1.0
        value = float(above) / divisor if divisor else float("inf")
        if not abs(value) <= LARGEST_PAYOFF:
            self.fail(f"a finite number within ±{LARGEST_PAYOFF:g}", repr(found))
        return value

    def whole(self, expected: str) -> int:
        found = self.next(expected)
        if not re.fullmatch(r"[0-9]{1,9}", found):
            self.fail(expected, repr(found))
        return int(found)

    def numbers(self, count: int, expected: str) -> tuple[float, ...]:
        """Numbers up to a closing brace, all of them or none parted by mere commas."""
        first = self.place
        found = tuple(self.number(expected) for _ in range(count))
        closed = self.peek() == "}"
        commas = [place in self.tight for place in range(first + 1, self.place + (not closed))]
        if any(commas) and not (closed and all(commas)):
            self.refuse_decimal_comma(first + 1 + commas.index(True))
        self.brace("}", f"after {count} numbers")
        return found

    def refuse_decimal_commas(self) -> None:
        """Refuse mere commas in what is left, a list of numbers."""
        for place in range(self.place + 1, len(self.words)):
            if place in self.tight:
                self.refuse_decimal_comma(place)

    def refuse_decimal_comma(self, place: int) -> NoReturn:
        """Refuse what reads as two numbers and was meant as one; the comma stands before the word at `place`."""
        self.place = place + 1
        before, after = self.words[place - 1][0], self.words[place][0]
        self.fail(f"numbers parted by spaces, with a decimal point (such as {before}.{after})", f"{before},{after}")

    def comment(self) -> None:
        if (self.peek() or "").startswith('"'):
            self.place += 1


def _tree(source: _Source, title: str, players: list[str]) -> ExtensiveGame:
    source.comment()
    nodes: list[Node] = []
    sets: dict[tuple[int, int], int] = {}
    information: list[InformationSet] = []
    written: dict[tuple[int, int], tuple[str, ...]] = {}
    chances: dict[int, tuple[tuple[str, ...], tuple[float, ...]]] = {}
    outcomes: dict[int, tuple[str, tuple[float, ...]]] = {}
    # Nodes whose children are still to come, with the payoffs collected on the way to them.
    waiting: list[tuple[int, int, tuple[float, ...]]] = [(-1, 1, (0.0,) * len(players))]
    children: list[list[int]] = []
    while waiting:
        parent, left, collected = waiting.pop()
        if left > 1:
            waiting.append((parent, left - 1, collected))
        kind = source.next("a node: c (chance), p (player) or t (end)")
        if kind not in ("c", "p", "t"):
            source.fail("a node: c (chance), p (player) or t (end)", repr(kind))
        place = len(nodes)
        if parent >= 0:
            children[parent].append(place)
        children.append([])
        label = source.text("the node's name in double quotes")
        count = 0
        if kind == "c":
            node = _chance(source, chances)
            count = len(node.actions)
        elif kind == "p":
            node = _decision(source, players, sets, information, written)
            count = len(information[node.information or 0].actions)
        else:
            node = Node()
        name, payoffs, number = _outcome(source, players, outcomes)
        total = tuple(a + b for a, b in zip(collected, payoffs, strict=True))
        if max(map(abs, total)) > LARGEST_PAYOFF:
            source.fail(f"payoffs within ±{LARGEST_PAYOFF:g}", "a larger sum of outcomes")
        told = name or label or (f"outcome {number}" if number else "")
        nodes.append(replace(node, payoffs=total, label=told) if kind == "t" else node)
        if count:
            waiting.append((place, count, total))
    if source.left:
        found = source.word()
        source.fail("the end of the file: every node has its children", repr(found))
    complete = (replace(node, children=tuple(own)) for node, own in zip(nodes, children, strict=True))
    return ExtensiveGame(title, tuple(players), tuple(complete), tuple(information))


def _chance(source: _Source, known: dict[int, tuple[tuple[str, ...], tuple[float, ...]]]) -> Node:
    number = source.whole("the number of the chance move's information set")
    if (source.peek() or "").startswith('"') or source.peek() == "{":
        if source.peek() != "{":
            source.text("the information set's name")
        source.brace("{", "before the chance move's actions")
        actions, shares = [], []
        while source.peek() != "}":
            actions.append(source.text("an action in double quotes, or `}`"))
            shares.append(source.number("the action's probability"))
        source.brace("}", "after the chance move's actions")
        if not actions:
            source.fail("at least one action", "none")
        if min(shares) < 0 or abs(sum(shares) - 1) > SUM_TO_ONE:
            told = f"{len(shares)} that sum to {sum(shares):.9g}, the least {min(shares):.9g}"
            source.fail("probabilities of 0 or more that sum to 1 (write them as fractions, such as 1/6)", told)
        if number in known and known[number] != (tuple(actions), tuple(shares)):
            source.fail(f"the same actions as before for chance information set {number}", "others")
        known[number] = (tuple(actions), tuple(shares))
    elif number not in known:
        source.fail(f"the actions of chance information set {number}, at its first node", repr(source.peek()))
    actions_of, shares_of = known[number]
    return Node(actions=actions_of, probabilities=shares_of)


def _decision(
    source: _Source,
    players: list[str],
    sets: dict[tuple[int, int], int],
    information: list[InformationSet],
    written: dict[tuple[int, int], tuple[str, ...]],
) -> Node:
    player = source.whole("the number of the player who moves")
    if not 1 <= player <= len(players):
        source.fail(f"a player from 1 to {len(players)}", str(player))
    number = source.whole("the number of the information set")
    key = (player, number)
    named = (source.peek() or "").startswith('"')
    label = source.text("the information set's name") if named else ""
    if source.peek() == "{":
        actions = tuple(source.texts("the actions"))
        if not actions:
            source.fail("at least one action", "none")
        if written.setdefault(key, actions) != actions:
            source.fail(f"the same actions as before for information set {number} of player {player}", "others")
        if key not in sets:
            sets[key] = len(information)
            taken = {each.label for each in information if each.player == player - 1}
            told = f"{label} (set {number})" if label in taken else label or f"set {number}"
            information.append(InformationSet(player - 1, told, _told_apart(actions, "action ")))
    elif key not in sets:
        source.fail(
            f"the actions of information set {number} of player {player}, at its first node", repr(source.peek())
        )
    return Node(information=sets[key])


def _told_apart(names: Sequence[str], unnamed: str = "") -> tuple[str, ...]:
    """Names, with their number where a name is missing or shared."""
    return tuple(
        f"{unnamed}{number}" if not name else f"{name} ({number})" if names.count(name) > 1 else name
        for number, name in enumerate(names, 1)
    )


def _outcome(
    source: _Source, players: list[str], known: dict[int, tuple[str, tuple[float, ...]]]
) -> tuple[str, tuple[float, ...], int]:
    number = source.whole("the number of an outcome, or 0 for none")
    named = (source.peek() or "").startswith('"')
    label = source.text("the outcome's name") if named else ""
    if source.peek() == "{":
        source.brace("{", "before the payoffs")
        payoffs = source.numbers(len(players), f"the payoffs of {len(players)} players: {len(players)} numbers")
        if number in known and known[number][1] != payoffs:
            source.fail(f"the same payoffs as before for outcome {number}", "others")
        known[number] = (label, payoffs)
    if number == 0:
        return "", (0.0,) * len(players), 0
    if number not in known:
        source.fail(f"the payoffs of outcome {number}, at its first node", repr(source.peek()))
    return (*known[number], number)


def _strategic(source: _Source, title: str, players: list[str]) -> StrategicGame:
    source.brace("{", "before the players' strategies")
    strategies: list[tuple[str, ...]] = []
    while source.peek() != "}":
        if source.peek() == "{":
            strategies.append(_told_apart(source.texts("the strategies")))
        else:
            count = source.whole("a number of strategies, or their names in braces")
            # No more names are made than payoffs can follow.
            if count > source.left:
                source.fail("no more strategies than the file has payoffs", str(count))
            strategies.append(tuple(str(i + 1) for i in range(count)))
    source.brace("}", "after the players' strategies")
    if len(strategies) != len(players) or not all(strategies):
        source.fail(f"one or more strategies for each of {len(players)} players", f"{[len(s) for s in strategies]}")
    source.comment()
    shape = tuple(map(len, strategies))
    cells = prod(shape)
    if source.peek() == "{":
        rows = _listed(source, len(players), cells)
    else:
        source.refuse_decimal_commas()
        numbers, left = cells * len(players), source.left
        if numbers != left:
            source.place += left > 0
            source.fail(f"{cells} profiles x {len(players)} payoffs = {numbers} numbers", counted(left, "word"))
        rows = [tuple(source.number("a payoff") for _ in players) for _ in range(cells)]
    # The first player's strategies change fastest.
    payoffs = np.array(rows).reshape(*reversed(shape), len(players)).transpose(*reversed(range(len(shape) + 1)))
    return StrategicGame(title, tuple(players), tuple(strategies), np.ascontiguousarray(payoffs))


def _listed(source: _Source, players: int, cells: int) -> list[tuple[float, ...]]:
    """Payoffs of profiles that point into a list of outcomes; 0 is the outcome worth nothing."""
    source.brace("{", "before the outcomes")
    outcomes = [(0.0,) * players]
    while source.peek() != "}":
        source.brace("{", "before an outcome")
        source.comment()
        outcomes.append(source.numbers(players, f"{players} payoffs"))
    source.brace("}", "after the outcomes")
    source.refuse_decimal_commas()
    if cells != source.left:
        source.fail(f"{cells} numbers of outcomes, one for each profile", counted(source.left, "word"))
    rows = []
    for _ in range(cells):
        number = source.whole("the number of an outcome")
        if number >= len(outcomes):
            source.fail(f"an outcome from 0 to {len(outcomes) - 1}", str(number))
        rows.append(outcomes[number])
    return rows
