"""A scenario written from a table of moves and payoffs, or of moves and places: a game as a textbook prints it.

The columns are the players' moves, then ``outcome``, then the same players again with what each gets:

    Raider,Board,outcome,Raider,Board
    wait,*,no bid,1,3
    bid,agree,takeover,3,2
    bid,fight,poison pill,0,1

``*`` (or nothing) stands for any move. The result is an ordinary scenario file, to be read, corrected and gone on with.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise, product
from itertools import count as naturals
from pathlib import Path

from kgsim.errors import Problem, ScenarioError
from kgsim.scenario.names import fault_of_name, fault_of_outcome
from kgsim.wording import listed

ANY = ("", "*")

EXAMPLE = "The first line names players, then `outcome`, then the same players, such as `A,B,outcome,A,B`."


@dataclass(frozen=True)
class _Row:
    """One line of the table: whose moves lead to an outcome, and what it is worth to each player."""

    line: int
    moves: tuple[str, ...]
    outcome: str
    worth: tuple[float, ...]


@dataclass(frozen=True)
class _Outcome:
    """The moves of each player that lead to an outcome, and what it is worth to each."""

    moves: tuple[tuple[str, ...], ...]
    worth: tuple[float, ...]


def from_table(path: str | Path, *, ranks: bool = False) -> str:
    """Write a scenario from a file of comma-separated values (semicolons and tabs are understood too).

    Parameters
    ----------
    path
        The table. Every combination of moves must be in it once, alone or under a ``*``.
    ranks
        Whether numbers are places, 1 the best and equal numbers tied, instead of payoffs.

    Returns
    -------
    str
        The text of a scenario: all at once, and one after the other. Payoffs become parameters, each with a range that
        keeps the player's ranking; places stay plain numbers, of which the order alone counts.

    Raises
    ------
    ScenarioError
        With file and line, if it is no such table.
    """
    path = Path(path)
    players, rows = _read(path)
    moves = tuple(
        tuple(dict.fromkeys(row.moves[place] for row in rows if row.moves[place])) for place in range(len(players))
    )
    _check_moves(path, players, moves)
    outcomes = _outcomes(path, rows, players, moves)
    return _written(path, players, moves, outcomes, ranks)


def _fault(path: Path, line: int | None, message: str, remedy: str) -> ScenarioError:
    return ScenarioError([Problem(message, remedy, "", path, line)])


def _read(path: Path) -> tuple[tuple[str, ...], list[_Row]]:
    """The players and the lines that are not empty."""
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise _fault(path, None, f"the table cannot be read: {error.strerror}", "Check the path.") from error
    except UnicodeDecodeError as error:
        raise _fault(path, None, "the table is not UTF-8 text", "Save it as CSV in UTF-8.") from error
    first = text.partition("\n")[0]
    reader = csv.reader(text.splitlines(), delimiter=max(",;\t", key=first.count), skipinitialspace=True)
    lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader if any(map(str.strip, cells))]
    if not lines:
        raise _fault(path, None, "the table is empty", EXAMPLE)
    (number, header), *rest = lines
    at = header.index("outcome") if "outcome" in header else 0
    players, paid = header[:at], header[at + 1 :]
    if not players or sorted(players) != sorted(paid) or len(set(players)) < len(players):
        found = f"found {', '.join(header)}" if header else "found nothing"
        raise _fault(path, number, f"the columns are not those of a table of payoffs: {found}", EXAMPLE)
    if not rest:
        raise _fault(path, number, "the table has no line below its first", "Write one for every combination of moves.")
    return tuple(players), [_row(path, number, cells, header, players) for number, cells in rest]


def _row(path: Path, line: int, cells: Sequence[str], header: Sequence[str], players: Sequence[str]) -> _Row:
    if len(cells) != len(header):
        raise _fault(path, line, f"there are {len(cells)} cells, and {len(header)} columns", "Fill in or delete cells.")
    count = len(players)
    worth = {
        name: _number(path, line, name, cell)
        for name, cell in zip(header[count + 1 :], cells[count + 1 :], strict=True)
    }
    moves = tuple("" if cell in ANY else cell for cell in cells[:count])
    return _Row(line, moves, cells[count], tuple(worth[player] for player in players))


def _number(path: Path, line: int, player: str, cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _fault(path, line, f"what {player} gets is {cell!r}, and no number", "Write one such as 3 or -0.5.")
    return value


def _check_moves(path: Path, players: Sequence[str], moves: Sequence[Sequence[str]]) -> None:
    for player, own in zip(players, moves, strict=True):
        if not own:
            raise _fault(path, None, f"no line names a move of {player}", "Name each in one line at least.")


def _outcomes(
    path: Path, rows: Sequence[_Row], players: Sequence[str], moves: Sequence[Sequence[str]]
) -> dict[str, _Outcome]:
    taken: dict[tuple[str, ...], _Row] = {}
    for row in rows:
        for profile in product(*((move,) if move else own for move, own in zip(row.moves, moves, strict=True))):
            if profile in taken:
                told = listed(profile)
                message = f"{told} stands in line {taken[profile].line} already"
                raise _fault(path, row.line, message, "Each combination of moves leads to one outcome.")
            taken[profile] = row
    missing = next((profile for profile in product(*moves) if profile not in taken), None)
    if missing is not None:
        told = ", ".join(f"{player} {move}" for player, move in zip(players, missing, strict=True))
        raise _fault(path, None, f"no line says what follows from {told}", "Add it; * stands for any move.")
    return {name: _outcome(path, name, rows, taken, moves) for name in dict.fromkeys(row.outcome for row in rows)}


def _outcome(
    path: Path,
    name: str,
    rows: Sequence[_Row],
    taken: Mapping[tuple[str, ...], _Row],
    moves: Sequence[Sequence[str]],
) -> _Outcome:
    """What leads to an outcome; a rule of a scenario takes every combination of some moves of each player."""
    own = [row for row in rows if row.outcome == name]
    fault = fault_of_outcome(name)
    if fault is not None:
        raise _fault(path, own[0].line, f"{name!r} cannot name an outcome: {fault}", "Rename it.")
    profiles = [profile for profile, row in taken.items() if row.outcome == name]
    made = [{profile[place] for profile in profiles} for place in range(len(moves))]
    box = tuple(tuple(move for move in each if move in seen) for each, seen in zip(moves, made, strict=True))
    differ = next((row for row in own if row.worth != own[0].worth), None)
    if differ is not None or math.prod(map(len, box)) != len(profiles):
        message = f"the outcome {name!r} stands in several lines that are not one outcome"
        remedy = "Name outcomes apart where payoffs differ, or where what leads there is no combination of moves."
        raise _fault(path, (differ or own[-1]).line, message, remedy)
    return _Outcome(box, own[0].worth)


@dataclass(frozen=True)
class _Names:
    """What players, outcomes (as terms) and each player's moves are called in formulas."""

    players: Mapping[str, str]
    terms: Mapping[str, str]
    moves: tuple[Mapping[str, str], ...]


def _written(
    path: Path, players: Sequence[str], moves: Sequence[Sequence[str]], outcomes: Mapping[str, _Outcome], ranks: bool
) -> str:
    taken: set[str] = set()
    names = _Names(_ids(players, taken), _ids(outcomes, taken), tuple(_ids(own, set()) for own in moves))
    worth = {player: [each.worth[place] for each in outcomes.values()] for place, player in enumerate(players)}
    parameters, factors = _places(worth) if ranks else _parameters(path, names, worth)
    stages = ", ".join(names.players.values())
    note = ["# Places from the worst, 0, upwards: their order alone counts where nobody mixes."] if ranks else []
    sections = [
        [
            f"# Written from {path.name}: read it, correct it, and go on from here.",
            "kgsim: 1",
            f"title: {_text(path.stem.replace('_', ' '))}",
            "question: Where does this game end?",
        ],
        ["players:", *(f"  {name}: {_text(label)}" for label, name in names.players.items())],
        parameters,
        ["terms:", *(f"  {term}: {_text(name)}" for name, term in names.terms.items())],
        ["moves:", *_moves(names)],
        ["outcomes:", *(_rule(names, name, each) for name, each in outcomes.items())],
        [*note, "utilities:", *(_utility(names, player, own) for player, own in factors.items())],
        [
            "structures:",
            f"  at_once: {{label: all move at once, play: [[{stages}]]}}",
            f"  in_turn: {{label: {_text('they move in turn: ' + ', '.join(players))}, play: [{stages}]}}",
        ],
    ]
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _places(worth: Mapping[str, Sequence[float]]) -> tuple[list[str], dict[str, list[str]]]:
    """No parameter, and each outcome's place from the worst upwards."""
    order = {player: sorted(set(own), reverse=True) for player, own in worth.items()}
    return [], {player: [str(order[player].index(value)) for value in own] for player, own in worth.items()}


def _parameters(
    path: Path, names: _Names, worth: Mapping[str, Sequence[float]]
) -> tuple[list[str], dict[str, list[str]]]:
    """A parameter for what each outcome is worth to each player, and their names."""
    lines = [
        "# Ranges go half of the way to the player's next payoff, so that draws keep its ranking: put in your own.",
        "parameters:",
    ]
    called = {player: [f"{term}_{name}" for term in names.terms.values()] for player, name in names.players.items()}
    because = _text(f"As {path.name} has it.")
    for player, own in worth.items():
        margin = min((high - low for low, high in pairwise(sorted(set(own)))), default=2.0) / 2
        for outcome, name, value in zip(names.terms, called[player], own, strict=True):
            label = _text(f"worth of {outcome} to {player}")
            span = f"value: {value:.12g}, range: [{value - margin:.12g}, {value + margin:.12g}]"
            lines.append(f"  {name}: {{label: {label}, {span}, because: {because}, certainty: judgement}}")
    return lines, called


def _moves(names: _Names) -> Iterator[str]:
    for player, own in zip(names.players.values(), names.moves, strict=True):
        yield f"  {player}:"
        yield from (f"    {move}: {_text(label)}" for label, move in own.items())


def _rule(names: _Names, name: str, outcome: _Outcome) -> str:
    chosen = zip(names.players.values(), names.moves, outcome.moves, strict=True)
    when = {player: ", ".join(own[move] for move in each) for player, own, each in chosen if len(each) < len(own)}
    rule = ", ".join(f"{player}: [{each}]" if "," in each else f"{player}: {each}" for player, each in when.items())
    matches = f"when: {{{rule}}}" if when else "otherwise: true"
    return f"  {_text(name)}: {{{matches}, terms: {{{names.terms[name]}: 1}}}}"


def _utility(names: _Names, player: str, factors: Sequence[str]) -> str:
    total = " + ".join(f"{each}*{term}" for each, term in zip(factors, names.terms.values(), strict=True))
    return f"  {names.players[player]}: {total}"


def _ids(labels: Iterable[str], taken: set[str]) -> dict[str, str]:
    """A name for each label, as like it as names may be; `taken` grows by them."""
    found = {}
    for label in labels:
        base = re.sub(r"\W+", "_", label).strip("_")
        base = next((each for each in (base, f"m_{base}") if fault_of_name(each) is None), "m")
        name = next(each for each in chain([base], (f"{base}_{count}" for count in naturals(2))) if each not in taken)
        taken.add(name)
        found[label] = name
    return found


def _text(label: str) -> str:
    """A text as YAML: in quotes, unless it is words alone that YAML reads as they stand."""
    plain = re.fullmatch(r"[A-Za-z][\w ]*\w", label) and label.lower() not in {"null", "true", "false"}
    return label if plain else json.dumps(label, ensure_ascii=False)
