"""Sealed predictions: what survivors say of a day to come, in a file that cannot be changed unnoticed.

A file holds all that a score needs, so that it stands by itself: the statements, what they mean in outcomes and moves,
the digests of the scenario and of every event known, and over all of this a digest of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, get_args

from kgsim.errors import GameError, OutputError
from kgsim.worlds.events import Observation

Says = Literal["expected", "excluded", "admitted", "silent"]

FORMAT = "kgsim-sealed"


@dataclass(frozen=True)
class Meaning:
    """What was seen, in the terms that two conditions are compared in.

    Attributes
    ----------
    outcomes
        Outcomes that play may have ended in.
    moves
        Decision to the moves of which one was made; decisions left out may have made any.
    """

    outcomes: tuple[str, ...]
    moves: Mapping[str, tuple[str, ...]]

    def implies(self, other: Meaning) -> bool:
        """Whether whoever sees this has seen the other."""
        within = all(name in self.moves and set(self.moves[name]) <= set(moves) for name, moves in other.moves.items())
        return set(self.outcomes) <= set(other.outcomes) and within

    def denies(self, other: Meaning) -> bool:
        """Whether whoever sees this has seen the contrary of the other."""
        apart = any(
            name in self.moves and not set(self.moves[name]) & set(moves) for name, moves in other.moves.items()
        )
        return not set(self.outcomes) & set(other.outcomes) or apart


@dataclass(frozen=True)
class Statement:
    """What survivors say of one observation by the day.

    Attributes
    ----------
    says
        ``expected`` if all survivors expect it, ``excluded`` if all exclude it, ``silent`` if it could come to nothing
        else, ``admitted`` otherwise, which commits to nothing.
    structures
        Structure to what its survivors say; those without survivors are left out.
    """

    name: str
    text: str
    meaning: Meaning
    says: Says
    structures: Mapping[str, Says]


@dataclass(frozen=True)
class Sealed:
    """A prediction as it stands in its file.

    Attributes
    ----------
    scenario, digest
        Name of the scenario, and the SHA-256 of its text.
    events
        Event known at the time to the SHA-256 of what it says.
    sealed, until
        The day it was written, and the day by which it says something.
    settings
        Draws, seed, prior and the like: with the scenario and the events, all that it takes to find it again.
    outcomes, moves
        The scenario's outcomes, and decision to moves.
    quiet
        Outcomes in which nothing is agreed, for the baseline.
    known
        Statement to whether the events known have seen it, ``seen`` or ``contrary``; left out where they do not tell.
    """

    scenario: str
    digest: str
    title: str
    events: Mapping[str, str]
    sealed: str
    until: str
    settings: Mapping[str, str]
    outcomes: tuple[str, ...]
    moves: Mapping[str, tuple[str, ...]]
    quiet: tuple[str, ...]
    known: Mapping[str, str]
    statements: tuple[Statement, ...]

    def text(self) -> str:
        """The file's text."""
        return json.dumps({FORMAT: 1, **_plain(self), "seal": _seal(_plain(self))}, indent=2, ensure_ascii=False) + "\n"

    def write(self, path: str | Path) -> None:
        """Write the file; one that is there stays.

        Raises
        ------
        OutputError
            If there is such a file already, or it cannot be written.
        """
        try:
            with Path(path).open("x", encoding="utf-8") as file:
                file.write(self.text())
        except FileExistsError:
            raise OutputError(taken(Path(path))) from None
        except OSError as error:
            raise OutputError(f"cannot write {path}: {error.strerror or error}") from error


def taken(path: Path) -> str:
    """Why a file that is there already is not written anew, and what to do."""
    other = path.with_name(f"{path.stem}-2{path.suffix}")
    try:
        there = read_sealed(path)
    except GameError:
        return f"{path} is there already: choose another name, such as {other}"
    return (
        f"{path} holds what was sealed on {there.sealed} of {there.scenario} by {there.until}, and a sealed file is "
        f"never replaced: seal under another name, such as {other}, and keep both, so that what was said first is "
        "still scored. To take it back, delete the file yourself"
    )


def read_sealed(path: str | Path) -> Sealed:
    """Read a sealed file and verify its seal.

    Raises
    ------
    GameError
        If it cannot be read, is none, or was edited after it was sealed.
    """
    try:
        data = json.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise GameError(f"cannot read {path}: {error.strerror or error}") from error
    except ValueError:
        raise GameError(f"{path} is no sealed prediction: write one with kgsim predict") from None
    if not isinstance(data, dict) or data.pop(FORMAT, None) != 1:
        raise GameError(f"{path} is no sealed prediction: write one with kgsim predict")
    seal = data.pop("seal", None)
    if seal != _seal(data):
        raise GameError(f"{path} was edited after it was sealed, so it is not scored: take the file as it was written")
    statements = tuple(
        Statement(each["name"], each["text"], _meaning(each["meaning"]), each["says"], each["structures"])
        for each in data.pop("statements")
    )
    assert all(each.says in get_args(Says) for each in statements)
    moves = {name: tuple(each) for name, each in data.pop("moves").items()}
    outcomes, quiet = tuple(data.pop("outcomes")), tuple(data.pop("quiet"))
    return Sealed(**data, outcomes=outcomes, quiet=quiet, moves=moves, statements=statements)


def event_digest(event: Observation) -> str:
    """The SHA-256 of an event's date and condition, which is what its later readings must keep."""
    condition = event.condition
    told = {
        "date": event.date,
        "outcomes": None if condition.outcomes is None else sorted(condition.outcomes),
        "not_outcomes": sorted(condition.not_outcomes),
        "moves": {name: sorted(moves) for name, moves in condition.moves.items()},
        "not_moves": {name: sorted(moves) for name, moves in condition.not_moves.items()},
        "claim": condition.claim,
        "holds": condition.holds,
        "structures": None if condition.structures is None else sorted(condition.structures),
    }
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def meaning_of(
    observation: Observation, outcomes: tuple[str, ...], moves: Mapping[str, tuple[str, ...]]
) -> Meaning | None:
    """What a condition means among these outcomes and moves; None if it is on a claim."""
    condition = observation.condition
    if condition.claim:
        return None
    ends = tuple(
        name
        for name in outcomes
        if (condition.outcomes is None or name in condition.outcomes) and name not in condition.not_outcomes
    )
    made = {
        name: tuple(
            move
            for move in every
            if move in condition.moves.get(name, every) and move not in condition.not_moves.get(name, ())
        )
        for name, every in moves.items()
        if name in condition.moves or name in condition.not_moves
    }
    return Meaning(ends, made)


def seen_in(meaning: Meaning, seen: list[Meaning]) -> str:
    """Whether observations have seen what is meant: ``seen``, ``contrary``, or nothing if they do not tell."""
    if any(each.implies(meaning) for each in seen):
        return "seen"
    return "contrary" if any(each.denies(meaning) for each in seen) else ""


def _meaning(data: Mapping[str, Any]) -> Meaning:
    return Meaning(tuple(data["outcomes"]), {name: tuple(moves) for name, moves in data["moves"].items()})


def _plain(sealed: Sealed) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(json.dumps(asdict(sealed)))
    return data


def _seal(data: Mapping[str, Any]) -> str:
    return sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
