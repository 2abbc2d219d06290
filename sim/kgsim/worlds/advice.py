"""What choices give a player over surviving worlds: frozen results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kgsim.analysis.plain import Plain, plain
from kgsim.scenario.labels import Labels
from kgsim.scenario.model import Scenario
from kgsim.showing import Told
from kgsim.wording import counted, listed, number, percent, quoted
from kgsim.worlds.events import Events


@dataclass(frozen=True)
class Prospect(Plain):
    """What one choice gives the player, over the surviving worlds in which all choices can be told.

    Attributes
    ----------
    possible
        Share of these worlds whose structure leaves the choice; elsewhere play goes on as it is.
    worst, median, best
        Of the player's payoff.
    most_regret, mean_regret
        Regret: what the best choice in the same world would have given beyond this one; the largest and the mean.
    as_good, better
        Share of worlds in which it gives at least as much, and more, than leaving things as they are.
    within
        Structure to the mean regret among its survivors.
    """

    name: str
    says: str
    possible: float
    worst: float
    median: float
    best: float
    most_regret: float
    mean_regret: float
    as_good: float
    better: float
    within: Mapping[str, float]

    @property
    def idle(self) -> bool:
        """Whether it moves nothing: it gives what leaving things as they are gives, in every world."""
        return self.as_good == 1.0 and self.better == 0.0


@dataclass(frozen=True)
class Signpost(Plain):
    """Where the choice of least mean regret switches.

    Attributes
    ----------
    kind
        ``parameter``, ``structure`` or ``observation``.
    name
        Of the parameter, the structure or what could be seen.
    threshold
        The parameter's value; None for the others.
    choices
        The best choice below and above the threshold; or in the structure alone; or if it is seen, and if its contrary
        is.
    gain
        By how much the mean regret of all survivors falls if the switch is made; for an observation that of the
        survivors left if it is seen and if it is not, the larger.
    share
        Of survivors below the threshold, in the structure, or left if it is seen.
    """

    kind: str
    name: str
    threshold: float | None
    choices: tuple[str, ...]
    gain: float
    share: float


@dataclass(frozen=True)
class Advice(Told):
    """What a player's choices give over the surviving worlds.

    Attributes
    ----------
    take
        Which equilibrium counts where there are several: ``low``, the worst for the player, or ``high``, the best.
    worlds, left_out
        Surviving worlds compared, and those left out since some choice has no solution there.
    unproven
        Share of the worlds compared in which some choice's equilibria may not all be known.
    prospects
        Choice to what it gives; the first is leaving things as they are.
    signposts
        Thresholds and structures, then observations; largest gain first.
    """

    scenario: Scenario
    events: Events
    player: str
    take: str
    structures: tuple[str, ...]
    prior: str
    draws: int
    seed: int
    worlds: int
    left_out: int
    unproven: float
    prospects: Mapping[str, Prospect]
    signposts: tuple[Signpost, ...]

    def __repr__(self) -> str:
        return f"Advice(scenario={self.scenario.name!r}, player={self.player!r}, {self.worlds:,} worlds)"

    @property
    def ranked(self) -> tuple[Prospect, ...]:
        """Prospects, least mean regret first."""
        return tuple(sorted(self.prospects.values(), key=lambda each: (each.mean_regret, each.most_regret)))

    @property
    def unregretted(self) -> tuple[str, ...]:
        """Choices that nobody would regret: in no surviving world would another have given more."""
        return tuple(each.name for each in self.prospects.values() if self.worlds and each.most_regret == 0.0)

    @property
    def idle(self) -> tuple[str, ...]:
        """Choices that move nothing."""
        return tuple(each.name for each in list(self.prospects.values())[1:] if each.idle)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What there is to say, most important first."""
        if not self.worlds:
            return ("No world survives what happened, so nothing can be advised.",)
        first = self.ranked[0]
        best = max(self.prospects.values(), key=lambda each: each.worst)
        told = [
            f"Over {counted(self.worlds, 'surviving world')}, least regretted by {self.scenario.players[self.player]}: "
            f"{first.name} (mean regret {number(first.mean_regret)}, largest {number(first.most_regret)}; at least as "
            f"good as leaving things as they are in {percent(first.as_good)}).",
            f"Best in its worst world: {best.name} ({number(best.worst)}).",
        ]
        if self.unregretted:
            told.append(f"In no world would anything else have been better than {listed(self.unregretted, 'or')}.")
        else:
            told.append("Every choice is regretted in some world.")
        if self.idle:
            told.append(f"{listed(self.idle)} {'moves' if len(self.idle) == 1 else 'move'} nothing.")
        if self.signposts:
            told.append(f"First signpost: {signpost_told(self.signposts[0], self.scenario.labels)}.")
        return tuple(told)

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {
            "player": self.player,
            "take": self.take,
            "events": self.events.digest,
            "prior": self.prior,
            "draws": self.draws,
            "seed": self.seed,
            "worlds": self.worlds,
            "left_out": self.left_out,
            "unproven": plain(self.unproven),
            "choices": {name: {**each.to_dict(), "idle": each.idle} for name, each in self.prospects.items()},
            "unregretted": list(self.unregretted),
            "signposts": [{"name": each.name, **each.to_dict()} for each in self.signposts],
        }


def signpost_told(signpost: Signpost, said: Labels) -> str:
    """A signpost as a clause."""
    if signpost.kind == "structure":
        return f"under {quoted(said.structure(signpost.name))} “{signpost.choices[0]}” is regretted least"
    if signpost.kind == "observation":
        seen, other = signpost.choices
        what = quoted(said.outcome(signpost.name))
        return f"“{seen}” is regretted least if {what} is seen, “{other}” if something else is"
    below, above = signpost.choices
    assert signpost.threshold is not None
    border = said.value(signpost.name, signpost.threshold)
    return f"“{below}” is regretted least below {border}, “{above}” above"
