"""The page of a player's part: each address is a position, so that going back takes a move back and a link keeps it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl, urlencode

from kgsim.errors import GameError
from kgsim.explorer.play.part import Made, Part, Position, Turn, part, replay
from kgsim.language import Words, words
from kgsim.language.texts import told_in
from kgsim.scenario.labels import Labels
from kgsim.scenario.model import Scenario
from kgsim.scenario.names import suggestion
from kgsim.why_not.page import refused
from kgsim.wording import NOISE, number, signed, true_minus

#: Steps of a slider for a term.
STEPS = 100

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Asked:
    """What an address asks for."""

    structure: str
    equilibrium: int = 1
    noise: str = ""
    seed: int = 0
    picks: tuple[str, ...] = ()

    def query(self, picks: Sequence[str]) -> Pairs:
        """The same with other picks, as pairs of an address."""
        pairs = [("structure", self.structure), ("equilibrium", str(self.equilibrium))]
        pairs += [("noise", self.noise)] if self.noise else []
        return [*pairs, ("seed", str(self.seed)), *(("m", pick) for pick in picks)]


@dataclass(eq=False)
class Table:
    """A scenario laid out for one player to play.

    Raises
    ------
    GameError
        If there is no such player, or none of the structures can be played by it.
    """

    scenario: Scenario
    player: str
    values: Mapping[str, float] = field(default_factory=dict)
    structures: Sequence[str] = ()
    lang: str = "en"

    def __post_init__(self) -> None:
        self._parts: dict[tuple[str, int, float | None, int], Part] = {}
        if self.player not in self.scenario.players:
            hint = suggestion(self.player, self.scenario.players, "player")
            raise GameError(f"scenario {self.scenario.name} has no player {self.player!r}. {hint}")
        if not self.open:
            raise GameError(
                f"{self.player} moves in none of these structures, or none can be played: private types, chance and "
                "moves that are not seen are not played yet. Name another player or structure"
            )

    @property
    def said(self) -> Words:
        """The words of the page."""
        return words(self.lang)

    @cached_property
    def told(self) -> Scenario:
        """The scenario in the language of the page."""
        return told_in(self.scenario, self.lang)

    @cached_property
    def open(self) -> dict[str, str]:
        """Structure to label, of those in which the player moves and that can be played."""
        scenario = self.scenario
        if scenario.types:
            return {}
        return {
            name: self.told.labels.structure(name)
            for name in self.structures or scenario.structures
            if not (scenario.structures[name].seen_by or set(scenario.chance) - set(scenario.structures[name].fixed))
            and any(
                scenario.decisions[own].player == self.player
                for stage in scenario.structures[name].play
                for mover in stage
                for own in mover
            )
        }

    def part(self, asked: Asked) -> Part:
        """The part that an address asks for, kept."""
        try:
            precision = float(asked.noise) if asked.noise else None
        except ValueError:
            precision = math.nan
        if precision is not None and not 0.0 <= precision < math.inf:
            raise GameError("noise is a precision of at least 0, such as 10")
        key = (asked.structure, asked.equilibrium, precision, asked.seed)
        if key not in self._parts:
            self._parts[key] = part(
                self.scenario,
                asked.structure,
                self.player,
                self.values,
                equilibrium=asked.equilibrium - 1,
                precision=precision,
                seed=asked.seed,
            )
        return self._parts[key]


def read(query: str, table: Table) -> Asked:
    """Return what an address asks for; what is missing or not there is as at the beginning."""
    pairs = parse_qsl(query)
    found = dict(pairs)
    picks = [text for name, text in pairs if name == "m"]
    if "move" in found:
        terms = [(name.removeprefix("t."), text) for name, text in pairs if name.startswith("t.")]
        picks.append(f"{found['move']}({', '.join(f'{name}={text}' for name, text in terms)})")
    structure = found.get("structure", "")
    return Asked(
        structure if structure in table.open else next(iter(table.open)),
        _whole(found.get("equilibrium", ""), 1),
        found.get("noise", "").strip(),
        _whole(found.get("seed", ""), 0),
        tuple(picks),
    )


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 16 else otherwise


def page(table: Table, asked: Asked) -> str:
    """Return the page of a position as HTML; what cannot be played is said on it."""
    from jinja2 import Environment, StrictUndefined

    told, said = table.told, table.said
    context: dict[str, Any] = {
        "lang": table.lang,
        "said": said,
        "title": told.title,
        "question": told.question,
        "player": told.labels.player(table.player),
        "kicker": said("play.kicker", player=told.labels.player(table.player)),
        "css": files("kgsim.why_not").joinpath("page.css").read_text("utf-8"),
        "structures": table.open,
        "structure": asked.structure,
        "number": asked.equilibrium,
        "noise": asked.noise,
        "seed": asked.seed,
        "hidden": asked.query(asked.picks),
        "again": urlencode(asked.query(())),
        "undo": urlencode(asked.query(asked.picks[:-1])) if asked.picks else "",
        **dict.fromkeys(("equilibria", "notes", "made"), ()),
        **dict.fromkeys(("wrong", "turn", "ending"), ""),
    }
    try:
        context |= _position(table, asked)
    except GameError as error:
        context["wrong"] = said("play.wrong", why=str(error))
    room = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = files("kgsim.explorer.play").joinpath("page.html.jinja").read_text("utf-8")
    return room.from_string(template).render(context)


def _position(table: Table, asked: Asked) -> dict[str, Any]:
    own, said, labels = table.part(asked), table.said, table.told.labels
    solution = own.result.structures[asked.structure]
    if why := refused(own.result, solution, said):
        raise GameError(why)
    names = [labels.lottery(each.outcomes) for each in solution.equilibria]
    several = said("play.selection", number=asked.equilibrium, count=len(names), name=names[own.number])
    notes = [several if len(names) > 1 else said("play.sole")]
    if own.precision is not None:
        notes = [said("play.noisy", precision=number(own.precision), seed=own.seed)]
    found = replay(own, asked.picks)
    if found.turn is not None and found.turn.intervals:
        notes.append(said("play.offlist"))
    return {
        "equilibria": names,
        "notes": notes,
        "made": [_made(each, labels, said) for each in found.made],
        "turn": None if found.turn is None else _turn(found.turn, labels),
        "ending": None if found.turn is not None else _ending(own, found, labels, said),
    }


def _made(move: Made, labels: Labels, said: Words) -> tuple[str, str]:
    mover = labels.mover(move.mover)
    return said("play.you", mover=mover) if move.step else mover, _label(move.actions, labels)


def _label(actions: Mapping[str, str], labels: Labels) -> str:
    return true_minus(", ".join(labels.action(decision, action) for decision, action in actions.items()))


def _turn(turn: Turn, labels: Labels) -> dict[str, Any]:
    offers = [
        {
            "move": move,
            "label": labels.of("moves", f"{turn.mover}.{move}"),
            "terms": [
                {"name": term, "label": labels.term(term), "low": low, "high": high, "step": (high - low) / STEPS}
                for term, (low, high) in terms.items()
            ],
        }
        for move, terms in turn.intervals.items()
    ]
    moves = [(place, _label(actions, labels)) for place, actions in turn.moves.items()]
    return {"mover": labels.mover(turn.mover), "bloc": "+" in turn.mover, "offers": offers, "moves": moves}


def _ending(own: Part, found: Position, labels: Labels, said: Words) -> dict[str, Any]:
    """How play ended, and for each of the person's moves what was better."""
    assert found.payoffs is not None
    mine = [each for each in found.made if each.step is not None]
    got = said(
        "play.got",
        got=number(found.payoffs[own.player]),
        equilibrium=number(own.equilibrium.payoffs[own.player]),
    )
    lines = ["; ".join(f"{labels.player(name)} {number(value)}" for name, value in found.payoffs.items()) + ".", got]
    if mine:
        lines.append(said("play.best", best=number(best(mine[0], own.player)[1])))
    turns = [_left(each, own.player, labels, said) for each in mine]
    return {
        "title": said("play.ended", outcome=labels.outcome(found.outcome)),
        "lines": [true_minus(line) for line in lines],
        "turns": [true_minus(line) for line in turns],
    }


def best(made: Made, player: str) -> tuple[Mapping[str, str], float]:
    """The move at one of the person's turns that would have paid it most, as all play on, and that payoff."""
    assert made.step is not None
    top = max(made.step.moves, key=lambda move: move.answer.payoffs[player])
    return top.actions, top.answer.payoffs[player]


def _left(made: Made, player: str, labels: Labels, said: Words) -> str:
    better, worth = best(made, player)
    at = said("play.at", move=_label(made.actions, labels), got=number(made.expected))
    loss = worth - made.expected
    if loss <= NOISE:
        return said("play.nothing", at=at)
    told = _label(better, labels)
    return said("play.lost", at=at, better=told, best=number(worth), loss=signed(loss).removeprefix("+"))
