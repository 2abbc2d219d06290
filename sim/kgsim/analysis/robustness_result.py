"""What is told of draws: in which share of them each outcome is reached and each claim stands, by way of drawing.

A share of draws describes a scenario's ranges. It is no probability of anything in the world.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kgsim.analysis.plain import Plain, plain
from kgsim.analysis.priors import Correlations
from kgsim.analysis.sampling import SAMPLINGS
from kgsim.analysis.shares import Share
from kgsim.results import VERDICTS
from kgsim.scenario.model import Scenario
from kgsim.showing import Told
from kgsim.wording import listed, percent, quoted


@dataclass(frozen=True)
class StructureShares(Plain):
    """How often a structure's answers occur.

    Attributes
    ----------
    outcomes
        Outcome to the share of draws in which some equilibrium reaches it; every outcome of the scenario is listed.
    only
        Outcome to the share of draws in which equilibria reach it and no other, with proof.
    unsolved
        Draws in which the structure has no solution.
    unproven
        Draws in which further equilibria are not ruled out: there, only what pure equilibria reach is counted, which
        may be nothing where all equilibria are mixed.
    """

    name: str
    label: str
    outcomes: Mapping[str, Share]
    only: Mapping[str, Share]
    unsolved: Share
    unproven: Share


@dataclass(frozen=True)
class ClaimShares(Plain):
    """How often a claim holds, fails, depends on which equilibrium is played, cannot be decided, or is vacuous.

    Attributes
    ----------
    undecided
        Where a structure has no solution, or equilibria that might contradict are not ruled out.
    vacuous
        Where its premise is met at no equilibrium.
    where_met
        Of the draws that are neither, which meet its premise, the share in which it holds; None for a claim without
        premise, or if there are none.
    """

    name: str
    says: str
    holds: Share
    fails: Share
    depends: Share
    undecided: Share
    vacuous: Share
    where_met: Share | None

    @property
    def span(self) -> str:
        """How often it holds: from the draws in which it surely does to those in which it may, if these differ."""
        least, most = (percent(each) for each in (self.holds.share, self.holds.share + self.undecided.share))
        return least if least == most else f"{least} to {most}"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {name: plain(getattr(self, name)) for name in ("says", *VERDICTS, "where_met")}


@dataclass(frozen=True)
class PriorResult(Plain):
    """What one way of drawing gives.

    Attributes
    ----------
    name, about
        The prior, or ``"ordinal"``; and what it means.
    draws
        How many.
    together
        Draws in which all claims of `Robustness.together` hold; None where there are none.
    """

    name: str
    about: str
    draws: int
    structures: Mapping[str, StructureShares]
    claims: Mapping[str, ClaimShares]
    together: Share | None = None


@dataclass(frozen=True)
class Robustness(Told):
    """Shares of draws, under each prior and with payoffs redrawn.

    Attributes
    ----------
    parameters
        The parameters drawn.
    values
        The others, and what they are held at.
    correlations
        Pairs of parameters to rank correlation; independent where none is stated.
    sampling, size, blocks
        How points are drawn: blocks of so many, as `kgsim.analysis.sampling` says.
    priors
        By name.
    ordinal
        Payoffs redrawn keeping each player's ranking; None if not asked for. It holds no claims, which may compare
        payoffs with numbers.
    rests_on
        Structure to what its equilibria rest on: ``"rankings"``, ``"points"`` or ``"stated"``; those of the last kind
        are not redrawn (see `kgsim.analysis.ordinal`).
    together
        The claims that are counted (`kgsim.scenario.model.counted_claims`) and hold where nothing is drawn.
    """

    scenario: Scenario
    parameters: tuple[str, ...]
    values: Mapping[str, float]
    correlations: Correlations
    sampling: str
    size: int
    blocks: int
    seed: int
    priors: Mapping[str, PriorResult]
    ordinal: PriorResult | None
    rests_on: Mapping[str, str]
    together: tuple[str, ...]

    @property
    def drawn(self) -> tuple[PriorResult, ...]:
        """All ways of drawing, the ordinal one last."""
        return (*self.priors.values(), *([self.ordinal] if self.ordinal else []))

    def __repr__(self) -> str:
        told = ", ".join(f"{each.name}: {each.draws:,} draws" for each in self.drawn)
        return f"Robustness(scenario={self.scenario.name!r}, {told})"

    @property
    def sentences(self) -> tuple[str, ...]:
        """The likeliest outcome of each structure and each claim, as sentences on shares of draws."""
        told, said = [], self.scenario.labels
        first, *others = self.priors.values()
        for name, structure in first.structures.items():
            outcome = max(structure.outcomes, key=lambda each: structure.outcomes[each].share)
            shares = [each.structures[name].outcomes[outcome] for each in (first, *others)]
            ending = f"{said.outcome(outcome)} is an equilibrium outcome in {self._spread(shares)}"
            told.append(f"{quoted(said.structure(name))}: {ending}.")
        for name in first.claims:
            shares = [each.claims[name].holds for each in self.priors.values()]
            met = [each.claims[name].where_met for each in self.priors.values()]
            of_these = f", and in {listed(map(str, met))} of those that meet its premise" if all(met) else ""
            open_ = [each.claims[name].undecided for each in self.priors.values()]
            left = f", and is undecided in {self._spread(open_)}" if any(each.share for each in open_) else ""
            told.append(f"{quoted(said.claim(name))} holds in {self._spread(shares)}{of_these}{left}.")
        jointly = [each.together for each in self.priors.values() if each.together is not None]
        if len(self.together) > 1:
            those = listed(quoted(said.claim(name)) for name in self.together)
            told.append(f"{those}, which hold at the base, hold together in {self._spread(jointly)}.")
        return tuple(told)

    def _spread(self, shares: Sequence[Share]) -> str:
        each = zip(self.priors, shares, strict=True)
        return listed(f"{share} of {name} draws" for name, share in each)

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {
            "parameters": list(self.parameters),
            "correlations": [[*pair, rank] for pair, rank in self.correlations.items()],
            "sampling": {"design": self.sampling, "about": SAMPLINGS[self.sampling], "block": self.size},
            "blocks": self.blocks,
            "seed": self.seed,
            "priors": plain(self.priors),
            "ordinal": plain(self.ordinal),
            "rests_on": dict(self.rests_on),
            "together": list(self.together),
        }
