"""What an expression refers to: are its names declared, and if not, what was meant?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kgsim.scenario.expressions import Expression
from kgsim.scenario.names import FUNCTIONS, suggestion
from kgsim.scenario.nodes import Call, Name, Node, children
from kgsim.wording import listed


@dataclass(frozen=True)
class Declared:
    """Every name that the file declares, section by section, sound or not.

    `owners` maps every decision there may be to its player: one named like each player, and the further ones.
    `decisions` holds those of them that have moves. A chance event is among them, with nobody as its
    player and what may happen as its moves.
    """

    players: tuple[str, ...]
    parameters: tuple[str, ...]
    quantities: tuple[str, ...]
    terms: tuple[str, ...]
    owners: Mapping[str, str]
    decisions: Mapping[str, str]
    moves: Mapping[str, tuple[str, ...]]
    outcomes: tuple[str, ...]
    structures: tuple[str, ...]
    repeated: Mapping[str, tuple[str, ...]]
    strategies: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    chance: tuple[str, ...] = ()
    menus: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Declared:
        """Gather the names from a file's data, whatever else may be wrong with it."""
        players = _names(data, "players")
        further = {name: str(player) for name, player in _mapping(data, "decisions").items()}
        chance = {name: own for name, own in _mapping(data, "chance").items() if isinstance(own, dict)}
        moves = {**_mapping(data, "moves"), **chance}
        owners = {player: player for player in players}
        owners |= {name: player for name, player in further.items() if name not in players}
        owners |= {name: "" for name in chance if name not in owners}
        return cls(
            players=players,
            parameters=_names(data, "parameters"),
            quantities=_names(data, "quantities"),
            terms=_names(data, "terms"),
            owners=owners,
            decisions={name: player for name, player in owners.items() if name in moves},
            moves={name: tuple(choices) for name, choices in moves.items() if isinstance(choices, dict)},
            outcomes=_names(data, "outcomes"),
            structures=_names(data, "structures"),
            repeated={
                name: _names(game, "profiles")
                for name, game in _mapping(data, "repeated").items()
                if isinstance(game, dict)
            },
            strategies=_names(data, "strategies"),
            chance=tuple(chance),
            types=tuple(
                name
                for kinds in _mapping(data, "types").values()
                if isinstance(kinds, dict)
                for name in kinds
                if isinstance(name, str)
            ),
            menus={
                name: tuple(dict.fromkeys(term for move in choices.values() for term in _menu(move)))
                for name, choices in moves.items()
                if isinstance(choices, dict)
            },
        )

    def elsewhere(self, *, terms_allowed: bool) -> dict[str, str]:
        """Return names that expressions cannot use though they are declared, each with the reason."""
        reasons = dict.fromkeys(self.outcomes, "is an outcome")
        reasons |= dict.fromkeys(self.structures, "is a structure")
        reasons |= dict.fromkeys(self.types, "is a player's type, which only payoffs depend on")
        reasons |= dict.fromkeys(self.owners, "is a player or decision")
        if not terms_allowed:
            reasons |= dict.fromkeys(self.terms, "is a term, which has a value only within an outcome's payoffs")
        return reasons

    def unknown_decision(self, name: str) -> tuple[str, str] | None:
        """Return message and remedy if there can be no decision `name`; whether it has moves is another matter."""
        if name in self.owners:
            return None
        return f"there is no player or decision named {name!r}", suggestion(name, self.decisions, "decision")


def _mapping(data: Mapping[str, Any], section: str) -> dict[str, Any]:
    found = data.get(section)
    return found if isinstance(found, dict) else {}


def _menu(move: Any) -> tuple[str, ...]:
    return _names(move, "menu") if isinstance(move, dict) else ()


def _names(data: Mapping[str, Any], section: str) -> tuple[str, ...]:
    return tuple(_mapping(data, section))


def plain_names(node: Node) -> Iterator[Name]:
    """Yield the names of a tree in the order of the text, except those inside calls of claims' functions."""
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, Name):
            yield current
        elif not (isinstance(current, Call) and current.function not in FUNCTIONS):
            pending.extend(reversed(children(current)))


def unknown_names(
    node: Node, known: Mapping[str, Iterable[str]], refused: Mapping[str, str]
) -> Iterator[tuple[Name, str, str]]:
    """Yield every undeclared name of a tree once, with a message and a remedy.

    `known` holds the usable names by kind, `refused` those that exist but have no place here, with the
    reason.
    """
    usable = [name for names in known.values() for name in names]
    allowed = listed([f"{kind}s" if not kind.endswith("y") else f"{kind[:-1]}ies" for kind in known])
    seen: set[str] = set()
    for found in plain_names(node):
        name = found.name
        if name in seen or name in usable:
            continue
        seen.add(name)
        if name in refused:
            yield found, f"{name!r} {refused[name]}", f"Only {allowed} may stand here."
        else:
            message = f"there is no {listed(known, 'or')} named {name!r}"
            yield found, message, suggestion(name, usable, "name")


def expand(expression: Expression, quantities: Mapping[str, Expression]) -> frozenset[str]:
    """Return the names that an expression depends on, directly or through quantities, quantities included."""
    found: set[str] = set()
    pending = list(expression.names)
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            if name in quantities:
                pending.extend(quantities[name].names)
    return frozenset(found)
