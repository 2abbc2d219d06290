"""What a history held against its scenario shows: verdict, selectivity, shares of draws, and what was fitted on it.

Selten's measure of predictive success is the hit rate minus the area, here the share of the structure's outcomes that
the equilibrium set admits: 1 at most, 0 for a model that admits everything, less than 0 for one that admits anything
but history.

Source: R. Selten, Properties of a measure of predictive success, Mathematical Social Sciences 21 (1991), 153-167.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kgsim.analysis.priors import PriorName
from kgsim.scenario.freezing import frozen_digest
from kgsim.scenario.model import Backtest, Evidence, Scenario
from kgsim.showing import Shown

Verdict = Literal["passes", "fails", "open"]


@dataclass(frozen=True)
class Share:
    """A share of draws, as bounds where equilibria may be missing from some.

    Attributes
    ----------
    low, high
        Draws of which it is certain, and of which it is not ruled out, over all draws.
    error
        Standard error of either bound through the finite number of draws.
    """

    low: float
    high: float
    error: float


@dataclass(frozen=True)
class LeftOut:
    """A history scored without events that it was fitted on.

    Attributes
    ----------
    events
        Ids of ledger entries that the back-test cites.
    parameters
        Those whose value rests on one of them: they are drawn from their whole ranges, uniformly, and the others kept
        at the file's values.
    history, rival
        Share of these draws in which an equilibrium reaches what happened, and one of the rivals.
    success
        Selten's measure averaged over them.
    """

    events: tuple[str, ...]
    parameters: tuple[str, ...]
    history: Share
    rival: Share
    success: float


@dataclass(frozen=True)
class Score(Shown):
    """One history held against its scenario.

    Attributes
    ----------
    predicted
        Outcome to the largest probability that any equilibrium gives it, at the file's values; outcomes that none
        reaches are left out.
    feasible
        Outcomes that some play of the structure leads to; of a repeated game, all paths of as many rounds as history's.
    complete
        Whether the set behind `predicted` is complete.
    history, rival
        Share of draws in which an equilibrium reaches what happened, and one of the rivals.
    area
        Share of the feasible outcomes that equilibria reach, averaged over the draws; where equilibria may be missing,
        all outcomes count as reached.
    draws
        Parameter points drawn from their ranges.
    prior
        How: one of `kgsim.analysis.priors.PRIORS`.
    left_out
        The score without each event that some parameter was fitted on, and without all of them if there are several;
        empty if no parameter's evidence is an event that the back-test cites.
    """

    scenario: Scenario
    backtest: Backtest
    predicted: Mapping[str, float]
    feasible: tuple[str, ...]
    complete: bool
    history: Share
    rival: Share
    area: float
    draws: int
    prior: PriorName
    left_out: tuple[LeftOut, ...] = ()

    def __repr__(self) -> str:
        return f"Score({self.scenario.name!r}, {self.backtest.name!r}, {self.verdict})"

    @property
    def admits_history(self) -> bool:
        """Whether an equilibrium reaches what happened, at the file's values."""
        return any(outcome in self.predicted for outcome in self.backtest.observed)

    @property
    def admits_rival(self) -> bool:
        """Whether an equilibrium reaches a rival, at the file's values."""
        return any(outcome in self.predicted for outcome in self.backtest.rivals)

    @property
    def outdone(self) -> bool:
        """Whether a rival is certainly admitted in more draws than history."""
        return self.rival.low > self.history.high

    @property
    def cannot_miss(self) -> bool:
        """Whether history is admitted in every draw, so that scoring it is no test."""
        return self.history.low == 1.0

    @property
    def verdict(self) -> Verdict:
        """Whether the model stands the test.

        ``passes`` if, at the file's values, history is in the set and all rivals are outside, and no rival is admitted
        in more draws than history; ``open`` where equilibria that may be missing could change that.
        """
        if self.admits_rival or self.outdone or (self.complete and not self.admits_history):
            return "fails"
        return "passes" if self.complete and self.rival.high <= self.history.low else "open"

    @property
    def why(self) -> str:
        """Why the verdict is no pass; empty if it is one."""
        if self.verdict == "passes":
            return ""
        if not self.admits_history:
            return "misses history" + (", admits a rival" if self.admits_rival else "")
        if self.admits_rival:
            return "admits a rival too"
        return "admits a rival in more draws" if self.outdone else "may be incomplete"

    @property
    def frozen(self) -> bool:
        """Whether what the score depends on has the digest that the file states, and nothing gives the date the lie."""
        return self.backtest.digest == frozen_digest(self.scenario, self.backtest) and not self.later

    @property
    def later(self) -> tuple[str, ...]:
        """Ledger entries that parameters rest on and that are dated after the freeze, which cannot be true then."""
        cited = dict.fromkeys(name for each in self.scenario.parameters.values() for name in each.evidence)
        return tuple(name for name in cited if self._after_freeze(name))

    @property
    def hindsight(self) -> bool:
        """Whether what happened has a date in the ledger, and the freeze is no earlier than the last of these."""
        dated = [name for name in self.backtest.evidence if name in self._ledger and self._ledger[name].date]
        return bool(dated) and not any(self._after_freeze(name) for name in dated)

    @property
    def _ledger(self) -> Mapping[str, Evidence]:
        return self.scenario.evidence or {}

    def _after_freeze(self, name: str) -> bool:
        date = (self._ledger[name].date if name in self._ledger else None) or ""
        return date > self.backtest.frozen[: len(date)]

    @property
    def fitted(self) -> tuple[str, ...]:
        """Parameters whose evidence is an event that the back-test cites."""
        return fitted_on(self.scenario, self.backtest.evidence)

    @property
    def excluded(self) -> int:
        """How many feasible outcomes no equilibrium reaches, at the file's values."""
        return len(self.feasible) - len(self.predicted)

    @property
    def success(self) -> float:
        """Selten's measure at the file's values."""
        return float(self.admits_history) - len(self.predicted) / len(self.feasible)

    @property
    def mean_success(self) -> float:
        """Selten's measure averaged over the draws, counting only the draws that certainly admit history."""
        return self.history.low - self.area


def fitted_on(scenario: Scenario, events: tuple[str, ...]) -> tuple[str, ...]:
    """The parameters whose evidence is one of some ledger entries."""
    return tuple(name for name, each in scenario.parameters.items() if set(each.evidence) & set(events))
