"""What worlds say after what happened: frozen results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kgsim.analysis.plain import Plain, plain
from kgsim.analysis.shares import Share
from kgsim.arrays import Floats
from kgsim.results import VERDICTS
from kgsim.scenario.labels import Labels
from kgsim.scenario.model import Scenario
from kgsim.showing import Told
from kgsim.wording import counted, listed, percent, quoted
from kgsim.worlds.conditions import ANSWERS
from kgsim.worlds.events import Events
from kgsim.worlds.spread import Belief

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Survival(Plain):
    """How many worlds of a structure survive, event by event.

    Attributes
    ----------
    left
        Event to the share of worlds that exclude neither it nor an earlier one.
    open
        Event to the part of `left` that is open on one of these: equilibria that might exclude or admit it may be
        missing, or the structure has no solution there.
    unsolved, unproven
        Worlds without a solution; with a set of equilibria that may be incomplete.
    """

    name: str
    label: str
    left: Mapping[str, Share]
    open: Mapping[str, Share]
    unsolved: Share
    unproven: Share

    @property
    def last(self) -> float:
        """The share that survives everything."""
        return list(self.left.values())[-1].share if self.left else 1.0


@dataclass(frozen=True)
class Answers(Plain):
    """What some worlds make of one observation, as shares of them; the five add up to 1."""

    excludes: float
    admits: float
    expects: float
    open: float
    silent: float

    @property
    def have(self) -> float:
        """The share that admits it, or even expects it."""
        return self.admits + self.expects

    @property
    def word(self) -> str:
        """In one word: is the observation consistent with these worlds?"""
        if self.silent == 1.0:
            return "says nothing"
        if self.excludes == 0.0 and self.open == 0.0:
            return "consistent"
        if self.excludes + self.silent == 1.0:
            return "inconsistent"
        return "in part" if self.excludes else "open"


@dataclass(frozen=True)
class Standing(Plain):
    """How a hypothesis stands against every event.

    Attributes
    ----------
    worlds, left
        Worlds that it allows, and the share of them that survive everything; 0 of 0 is 0.
    events
        Event to what its worlds make of that event alone.
    """

    name: str
    says: str
    worlds: int
    left: float
    events: Mapping[str, Answers]

    @property
    def inconsistent(self) -> int:
        """Events that none of its worlds admits."""
        return sum(each.word == "inconsistent" for each in self.events.values())


@dataclass(frozen=True)
class Signal(Plain):
    """Something that could be seen next, and what it would tell.

    Attributes
    ----------
    by
        The day by which it could be seen; None if nothing says so.
    among
        What the survivors of all structures, counted alike, make of it.
    structures
        Structure to what its survivors make of it; those without survivors are left out.
    """

    name: str
    says: str
    by: str | None
    among: Answers
    structures: Mapping[str, Answers]

    @property
    def telling(self) -> float:
        """The least share of survivors that falls, whether it is seen or its contrary is."""
        return min(self.among.excludes, self.among.expects)

    @property
    def split(self) -> float:
        """The largest share of survivors that falls in one of these cases, unless all do."""
        return max(share for share in (0.0, self.among.excludes, self.among.expects) if share < 1.0)


@dataclass(frozen=True)
class Conflict(Plain):
    """The fewest events that no world of a structure can have together; `structure` is empty for all worlds."""

    structure: str
    events: tuple[str, ...]


@dataclass(frozen=True)
class Update(Told):
    """Worlds held against what happened.

    Attributes
    ----------
    draws
        Worlds of each structure.
    values
        Parameters that are not drawn, and what they are held at.
    survival
        By structure.
    hypotheses
        The inconsistency table: every structure, then those that the events file names.
    beliefs
        Structure, or "" for all structures counted alike, to what survivors say of the parameters, largest shift first.
    outcomes
        Structure to outcome to the share of worlds in which some equilibrium reaches it, among all and among survivors.
    claims
        Claim to verdict to shares of worlds: among all draws, and among the survivors of all structures counted alike.
    claims_within
        Structure to claim to the share of its survivors in which it holds.
    watch
        What could be seen next, most telling first.
    conflicts
        Where no world survives, the fewest events that rule everything out.
    survivors
        Structure to some of its surviving worlds, the parameters in the order of `parameters`; shape (worlds,
        parameters).
    """

    scenario: Scenario
    events: Events
    structures: tuple[str, ...]
    parameters: tuple[str, ...]
    values: Mapping[str, float]
    prior: str
    sampling: str
    draws: int
    seed: int
    survival: Mapping[str, Survival]
    hypotheses: Mapping[str, Standing]
    beliefs: Mapping[str, tuple[Belief, ...]]
    outcomes: Mapping[str, Mapping[str, tuple[float, float | None]]]
    claims: Mapping[str, Mapping[str, tuple[float, float | None]]]
    claims_within: Mapping[str, Mapping[str, float]]
    watch: tuple[Signal, ...]
    conflicts: tuple[Conflict, ...]
    survivors: Mapping[str, Floats]

    def __repr__(self) -> str:
        told = f"{counted(len(self.events.events), 'event')}, {self.draws:,} draws"
        return f"Update(scenario={self.scenario.name!r}, {told})"

    @property
    def left(self) -> float:
        """The share of the worlds of all structures, counted alike, that survives everything."""
        return sum(each.last for each in self.survival.values()) / len(self.survival)

    def discriminates(self, event: str) -> bool:
        """Whether some world excludes an event: one that no world excludes tells none from another."""
        return any(self.hypotheses[name].events[event].excludes > 0.0 for name in self.structures)

    def spread(self, event: str) -> float:
        """How far hypotheses differ on an event: the largest difference of the shares of their worlds that exclude it.

        Hypotheses on which it says nothing, or which allow no world, are left out.
        """
        shares = [
            each.events[event].excludes
            for each in self.hypotheses.values()
            if each.worlds and each.events[event].silent < 1.0
        ]
        return max(shares) - min(shares) if shares else 0.0

    @property
    def sentences(self) -> tuple[str, ...]:
        """What there is to say, most important first."""
        said = self.scenario.labels
        told = [f"{percent(self.left)} of all worlds survive {counted(len(self.events.events), 'event')}."]
        if self.events.events:
            told += self._of_structures()
        moved = [each for each in self.beliefs[""] if each.after is not None and each.shift > 0.0][:3]
        if moved and self.events.events:
            shifts = (
                f"{said.parameter(each.parameter)} ({each.before.median:.3g} → {each.after.median:.3g})"
                for each in moved
                if each.after
            )
            told.append(f"Survivors differ most in {listed(shifts)}, medians before → after.")
        idle = [name for name in self.events.events if not self.discriminates(name)]
        if idle:
            it = "it discriminates" if len(idle) == 1 else "they discriminate"
            told.append(f"No world excludes {listed(idle)}: {it} nothing.")
        if self.watch and self.watch[0].split > 0.0:
            told.append(f"Most telling to watch: {said.outcome(self.watch[0].name)}.")
        return (*told, *(_clash(each, said) for each in self.conflicts))

    def _of_structures(self) -> list[str]:
        ranked = sorted(self.survival.values(), key=lambda each: -each.last)
        first, last = ranked[0], ranked[-1]
        if len(ranked) == 1 or first.last == last.last:
            return []
        most, least = (quoted(self.scenario.labels.structure(each.name)) for each in (first, last))
        return [f"Most survive under {most} ({percent(first.last)}), fewest under {least} "
                f"({percent(last.last)})."]  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {
            "title": self.events.title,
            "digest": self.events.digest,
            "events": {
                name: {
                    "date": each.date,
                    "says": each.says,
                    "evidence": list(each.evidence),
                    "discriminates": self.discriminates(name),
                    "spread": plain(self.spread(name)),
                }
                for name, each in self.events.events.items()
            },
            "parameters": list(self.parameters),
            "prior": self.prior,
            "sampling": self.sampling,
            "draws": self.draws,
            "seed": self.seed,
            "left": plain(self.left),
            "survival": plain(self.survival),
            "hypotheses": {name: {**each.to_dict(), "inconsistent": each.inconsistent}
                           for name, each in self.hypotheses.items()},
            "beliefs": {name or "all": {each.parameter: each.to_dict() for each in some}
                        for name, some in self.beliefs.items()},
            "outcomes": plain(self.outcomes),
            "claims": plain(self.claims),
            "claims_within": plain(self.claims_within),
            "watch": {each.name: {**each.to_dict(), "telling": plain(each.telling)} for each in self.watch},
            "conflicts": [
                {"structure": each.structure or "all", "events": list(each.events)} for each in self.conflicts
            ],
        }  # fmt: skip

    def to_dataset(self) -> xr.Dataset:
        """Return the shares and quartiles as an xarray Dataset; needs xarray."""
        from kgsim.worlds.dataset import of_update

        return of_update(self)


def answers_of(counts: np.ndarray) -> Answers:
    """Shares from counts in the order of `ANSWERS`; all silent if there is no world."""
    total = int(counts.sum())
    shares = (counts / total).tolist() if total else [0.0, 0.0, 0.0, 0.0, 1.0]
    return Answers(**dict(zip(ANSWERS, shares, strict=True)))


def verdict_shares(counts: np.ndarray) -> dict[str, float] | None:
    """Verdict to share; None if there is no world."""
    total = int(counts.sum())
    return dict(zip(VERDICTS, (counts / total).tolist(), strict=True)) if total else None


def _clash(conflict: Conflict, said: Labels) -> str:
    where = f"under {quoted(said.structure(conflict.structure))}" if conflict.structure else "at all"
    if len(conflict.events) == 1:
        return f"No world {where} admits {conflict.events[0]}."
    return f"No world {where} admits {listed(conflict.events)} together; no smaller set rules everything out."
