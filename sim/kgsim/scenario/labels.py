"""From a name to the words that stand for it: the one place where faces of kgsim look a label up.

Two lengths: *short* where several stand beside each other (tables, axes, lists, titles) or within a sentence, *full*
where one is introduced or stands alone. A name without a label stands for itself, with blanks for its underscores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kgsim.wording import number, percent

if TYPE_CHECKING:
    from kgsim.scenario.schema import ScenarioFile

Names = Mapping[str, str]


@dataclass(frozen=True)
class Labels:
    """The words that stand for a scenario's names; those of a move are kept under ``decision.move``.

    Attributes
    ----------
    full, short
        Section of the file, such as ``outcomes``, to name to label.
    owners
        Decision to the player who takes it.
    """

    full: Mapping[str, Names] = field(default_factory=dict)
    short: Mapping[str, Names] = field(default_factory=dict)
    owners: Names = field(default_factory=dict)

    def of(self, section: str, name: str, *, full: bool = False) -> str:
        """Return the label of a name of a section."""
        known = self.full.get(section, {}).get(name) or name
        known = known.replace("_", " ") if known == name else known
        return known if full else self.short.get(section, {}).get(name) or known

    def within(self, *sections: str) -> dict[str, dict[str, Names]]:
        """Return the labels of some sections as plain mappings, from which they can be built again."""
        lengths = {"full": self.full, "short": self.short}
        return {length: {each: dict(known.get(each, {})) for each in sections} for length, known in lengths.items()}

    def player(self, name: str, *, full: bool = False) -> str:
        """Return a player's label."""
        return self.of("players", name, full=full)

    def outcome(self, name: str, *, full: bool = False) -> str:
        """Return an outcome's label."""
        return self.of("outcomes", name, full=full)

    def structure(self, name: str, *, full: bool = False) -> str:
        """Return a structure's label."""
        return self.of("structures", name, full=full)

    def parameter(self, name: str, *, full: bool = False) -> str:
        """Return a parameter's label."""
        return self.of("parameters", name, full=full)

    def term(self, name: str, *, full: bool = False) -> str:
        """Return a term's label."""
        return self.of("terms", name, full=full)

    def claim(self, name: str, *, full: bool = False) -> str:
        """Return what a claim says."""
        return self.of("claims", name, full=full)

    def value(self, parameter: str, value: float) -> str:
        """Return a parameter with a value, such as ``what a crisis costs = 60``."""
        return f"{self.parameter(parameter)} = {number(value)}"

    def mover(self, name: str) -> str:
        """Return who moves at a decision, or in a bloc such as ``US+ROK``; a chance event goes by its name."""
        owners = (self.owners.get(each) or each for each in name.split("+"))
        return " + ".join(dict.fromkeys(self.player(each) for each in owners))

    def kind(self, player: str, name: str) -> str:
        """Return one of a player's types in words."""
        return self.of("types", f"{player}.{name}")

    def decided(self, decision: str, action: str) -> str:
        """Return a move with who makes it, such as ``North Korea: refuse``."""
        return f"{self.mover(decision)}: {self.action(decision, action)}"

    def action(self, decision: str, action: str, *, full: bool = False) -> str:
        """Return a move in words, with what of its menu is not 0, such as ``an offer (recognition 25%)``."""
        move = self.of("moves", f"{decision}.{move_and_menu(action)[0]}", full=full)
        told = ", ".join(self.menu(action))
        return f"{move} ({told})" if told else move

    def menu(self, action: str) -> list[str]:
        """Return what of a move's menu is not 0, such as ``recognition 25%``."""
        terms = move_and_menu(action)[1]
        return [f"{self.term(term)} {_size(value)}".rstrip() for term, value in terms.items() if value]

    def much(self, term: str, value: float) -> str:
        """Return so much of a term, such as ``recognition 25%`` or ``no relief``."""
        return f"no {self.term(term)}" if value == 0.0 else f"{self.term(term)} {_size(value)}".rstrip()

    def lottery(self, outcomes: Mapping[str, float]) -> str:
        """Return an outcome that is certain, or each with its probability."""
        if len(outcomes) == 1:
            return self.outcome(next(iter(outcomes)))
        return ", ".join(f"{self.outcome(name)} {percent(chance)}" for name, chance in outcomes.items())


def move_and_menu(action: str) -> tuple[str, dict[str, float]]:
    """Return the move and the terms that an action's name tells, such as ``icbm_only(relief=0.25)``."""
    move, _, menu = action.removesuffix(")").partition("(")
    pairs = (each.partition("=") for each in menu.split(", ") if menu)
    return move, {term: float(value) for term, _, value in pairs}


def _size(value: float) -> str:
    """How much of a term: nothing where it is all of it."""
    return "" if value == 1.0 else percent(value) if 0.0 < value < 1.0 else number(value)


def label_of(entry: object) -> str:
    """Return the label of an entry that is either a text or has one."""
    label: str = entry if isinstance(entry, str) else entry.label  # type: ignore[attr-defined]
    return label


def read_shorts(file: ScenarioFile) -> dict[str, dict[str, str]]:
    """Return section to name to short label, of the entries that have one."""
    entries: dict[str, Iterable[tuple[str, object]]] = {
        section: getattr(file, section).items()
        for section in ("players", "parameters", "terms", "outcomes", "structures", "claims")
    }
    entries["moves"] = ((f"{own}.{name}", each) for own, moves in file.moves.items() for name, each in moves.items())
    found = {
        section: {name: short for name, entry in own if (short := getattr(entry, "short", ""))}
        for section, own in entries.items()
    }
    return {section: own for section, own in found.items() if own}
