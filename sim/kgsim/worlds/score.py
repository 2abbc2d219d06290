"""Scores of sealed predictions: hit, miss or silent, with baselines beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kgsim.analysis.plain import Plain, plain
from kgsim.errors import GameError
from kgsim.scenario.model import Scenario
from kgsim.showing import Told
from kgsim.wording import capital, counted, number
from kgsim.worlds.events import Events
from kgsim.worlds.sealed import Meaning, Says, Sealed, Statement, event_digest, meaning_of, seen_in

Verdict = Literal["hit", "miss", "silent"]


@dataclass(frozen=True)
class Tally(Plain):
    """How many statements hit, miss and commit to nothing; averages where several predictions are meant."""

    hits: float
    misses: float
    silent: float


@dataclass(frozen=True)
class Outturn(Plain):
    """One statement against what was seen: ``seen``, ``contrary``, or nothing where events do not tell."""

    name: str
    says: Says
    seen: str
    verdict: Verdict


@dataclass(frozen=True)
class PredictionScore(Told):
    """A sealed prediction held against later events.

    Attributes
    ----------
    counted
        Events that count: after the day of the seal, up to the day it speaks of.
    left_out
        Later entries of the events file that do not count, since their date is not within these days.
    verified
        Whether the scenario was compared with the digest.
    baselines
        ``no change``: what the last event known had seen is seen again; ``no deal``: nothing is agreed; ``a random
        structure``: the mean over the predictions of single structures.
    """

    sealed: Sealed
    counted: tuple[str, ...]
    left_out: tuple[str, ...]
    verified: bool
    outturns: tuple[Outturn, ...]
    own: Tally
    structures: Mapping[str, Tally]
    baselines: Mapping[str, Tally]

    def __repr__(self) -> str:
        return f"PredictionScore({self.sealed.scenario!r}, {self.own})"

    @property
    def sentences(self) -> tuple[str, ...]:
        """What there is to say, most important first."""
        own = self.own
        told = [
            f"Of {counted(len(self.outturns), 'statement')} sealed on {self.sealed.sealed} for {self.sealed.until}, "
            f"{number(own.hits)} hit, {number(own.misses)} miss and {number(own.silent)} are silent."
        ]
        told += [
            f"{capital(name)}: {number(each.hits)} hit, {number(each.misses)} miss."
            for name, each in self.baselines.items()
        ]
        if not self.counted:
            told.append("No event counts yet: none is dated after the seal and up to the day it speaks of.")
        if not self.verified:
            told.append("The scenario was not compared with the digest: name it with --scenario to verify it.")
        return tuple(told)

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {
            "scenario": self.sealed.scenario,
            "sealed": self.sealed.sealed,
            "until": self.sealed.until,
            "counted": list(self.counted),
            "left_out": list(self.left_out),
            "verified": self.verified,
            "statements": {each.name: each.to_dict() for each in self.outturns},
            "own": plain(self.own),
            "structures": plain(self.structures),
            "baselines": plain(self.baselines),
        }


def score(sealed: Sealed, events: Events, scenario: Scenario | None = None) -> PredictionScore:
    """Hold a sealed prediction against what happened since.

    Parameters
    ----------
    sealed
        As `kgsim.read_sealed` gives it, its seal verified.
    events
        The events known at the time, unchanged, and later ones.
    scenario
        To verify its digest too.

    Returns
    -------
    PredictionScore

    Raises
    ------
    GameError
        If an event known at the time is missing or changed, an event names what the prediction does not know, or the
        scenario is another.
    """
    if scenario is not None and scenario.digest != sealed.digest:
        raise GameError(
            f"scenario {scenario.name} is not the one that was sealed (digest {scenario.digest[:12]}, sealed "
            f"{sealed.digest[:12]}): take the text of that day, or leave it out"
        )
    for name, digest in sealed.events.items():
        if name not in events.events:
            raise GameError(f"event {name!r}, known when the prediction was sealed, is missing: put it back")
        if event_digest(events.events[name]) != digest:
            raise GameError(f"event {name!r} was changed after the prediction was sealed: put it back as it was")
    later = [each for each in events.events.values() if each.name not in sealed.events]
    counts = [each for each in later if sealed.sealed < (each.date or "") <= sealed.until]
    _check_known(sealed, events)
    seen = [meaning for each in counts if (meaning := meaning_of(each, sealed.outcomes, sealed.moves))]
    turned = {each.name: seen_in(each.meaning, seen) for each in sealed.statements}
    outturns = tuple(
        Outturn(each.name, each.says, turned[each.name], _verdict(each.says, turned[each.name]))
        for each in sealed.statements
    )
    names = list(dict.fromkeys(name for each in sealed.statements for name in each.structures))
    structures = {
        name: _tally({each.name: each.structures.get(name, "silent") for each in sealed.statements}, turned)
        for name in names
    }
    return PredictionScore(
        sealed=sealed,
        counted=tuple(each.name for each in counts),
        left_out=tuple(each.name for each in later if each not in counts),
        verified=scenario is not None,
        outturns=outturns,
        own=_tally({each.name: each.says for each in sealed.statements}, turned),
        structures=structures,
        baselines={
            "no change": _tally({each.name: _unchanged(sealed, each) for each in sealed.statements}, turned),
            "no deal": _tally({each.name: _quiet(sealed, each) for each in sealed.statements}, turned),
            "a random structure": _mean(list(structures.values())),
        },
    )


def _check_known(sealed: Sealed, events: Events) -> None:
    for event in events.events.values():
        condition = event.condition
        for name in sorted({*(condition.outcomes or ()), *condition.not_outcomes} - set(sealed.outcomes)):
            raise GameError(f"event {event.name!r}: the sealed prediction knows no outcome {name!r}")
        for boxes in (condition.moves, condition.not_moves):
            for decision, moves in boxes.items():
                for move in sorted(moves - set(sealed.moves.get(decision, ()))):
                    raise GameError(f"event {event.name!r}: the sealed prediction knows no move {decision}: {move}")


def _verdict(says: Says, seen: str) -> Verdict:
    if says not in ("expected", "excluded") or not seen:
        return "silent"
    return "hit" if (says == "expected") == (seen == "seen") else "miss"


def _tally(says: Mapping[str, Says], turned: Mapping[str, str]) -> Tally:
    verdicts = [_verdict(each, turned[name]) for name, each in says.items()]
    return Tally(*(float(verdicts.count(kind)) for kind in ("hit", "miss", "silent")))


def _mean(tallies: list[Tally]) -> Tally:
    count = max(len(tallies), 1)
    return Tally(*(sum(getattr(each, kind) for each in tallies) / count for kind in ("hits", "misses", "silent")))


def _unchanged(sealed: Sealed, statement: Statement) -> Says:
    return {"seen": "expected", "contrary": "excluded"}.get(sealed.known.get(statement.name, ""), "silent")  # type: ignore[return-value]


def _quiet(sealed: Sealed, statement: Statement) -> Says:
    nothing = Meaning(sealed.quiet, {})
    if nothing.implies(statement.meaning):
        return "expected"
    return "excluded" if nothing.denies(statement.meaning) else "silent"
