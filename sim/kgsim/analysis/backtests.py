"""Back-tests: is what history did among the equilibria, is the rival path outside, and how much does the model exclude?

With many equilibria nearly everything passes, so admitting history earns credit only against what else is admitted.
That is Selten's measure of predictive success: the hit rate minus the area, here the share of the structure's outcomes
that the equilibrium set admits. A model that admits everything scores 0, one that admits history alone nearly 1, and
one that admits anything but history less than 0.

Source: R. Selten, Properties of a measure of predictive success, Mathematical Social Sciences 21 (1991), 153-167.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kgsim.analysis.evaluator import Evaluator
from kgsim.analysis.paths import admitted
from kgsim.analysis.priors import PriorName, default_priors, drawable, prior
from kgsim.errors import GameError
from kgsim.evaluate import solve
from kgsim.results import StructureSolution
from kgsim.scenario.arguments import check_scenario
from kgsim.scenario.model import Backtest, Scenario, path_told
from kgsim.scenario.payoffs import outcomes_of
from kgsim.showing import Shown
from kgsim.studies.limits import check_count, check_room

Verdict = Literal["passes", "fails", "open"]

#: A share is then known to about a percentage point.
DRAWS = 2_000

#: Draws of a scenario with private types at most, since they are solved one by one.
MOST_PRIVATE = 100


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
    def verdict(self) -> Verdict:
        """``passes`` if history is in the set and all rivals are outside, ``open`` where the set may be incomplete."""
        if self.admits_rival:
            return "fails"
        if not self.complete:
            return "open"
        return "passes" if self.admits_history else "fails"

    @property
    def why(self) -> str:
        """Why the verdict is no pass; empty if it is one."""
        if self.verdict == "passes":
            return ""
        if not self.admits_history:
            return "misses history" + (", admits a rival" if self.admits_rival else "")
        return "admits a rival too" if self.admits_rival else "may be incomplete"

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


def backtest(scenario: Scenario, *, draws: int = DRAWS, seed: int = 1) -> tuple[Score, ...]:
    """Hold a scenario against the histories it names.

    Parameters
    ----------
    scenario
        As `kgsim.load` gives it; its `backtests` section names the histories.
    draws
        Parameter points, at most `MOST_PRIVATE` for private types, drawn independently from the declared distributions,
        uniform over the range if none is.
    seed
        Of the draws; the same seed gives the same result.

    Returns
    -------
    tuple of Score
        In the file's order; empty if it names no history.

    Raises
    ------
    GameError
        If `draws` is less than 1.
    StructureError
        If payoffs are not finite at the file's values.
    """
    check_scenario(scenario)
    if draws < 1:
        raise GameError(f"draws: expected a whole number of 1 or more, got {draws}")
    check_count(draws, "draws")
    check_room(16.0 * draws * len(scenario.parameters), f"{draws:,} draws", "take fewer (--draws)")
    scores = []
    for test in scenario.backtests.values():
        if test.repeated:
            scores.append(_path_score(scenario, test, draws, seed))
            continue
        solution = solve(scenario, structures=[test.structure]).structures[test.structure]
        codes = np.unique(outcomes_of(scenario, scenario.structures[test.structure]))
        feasible = tuple(scenario.outcomes[code].name for code in codes if code >= 0)
        drawn = min(draws, MOST_PRIVATE) if scenario.types else draws
        reached, sure = _reached(scenario, test.structure, drawn, seed)
        scores.append(
            Score(
                scenario,
                test,
                _predicted(solution),
                feasible,
                solution.complete and not solution.unsolved,
                _share(_any(scenario, reached, test.happened), sure),
                _share(_any(scenario, reached, test.rival), sure),
                float(np.where(sure, reached.sum(axis=0), len(feasible)).mean() / len(feasible)),
                drawn,
                _prior(scenario),
            )
        )
    return tuple(scores)


def _path_score(scenario: Scenario, test: Backtest, draws: int, seed: int) -> Score:
    """The score of a path of repeated play among all paths of its length; of listed profiles no equilibrium is open."""
    names = [rule.name for rule in scenario.outcomes]
    rounds = len(test.happened)
    base = admitted(scenario, test.repeated, rounds, {})
    told = {path: path_told(names[code] for code in path) for path in base}
    drawn = admitted(scenario, test.repeated, rounds, _drawn(scenario, draws, seed))
    reached = np.array([np.broadcast_to(likely > 0.0, (draws,)) for likely in drawn.values()])
    sure = np.ones(draws, dtype=bool)
    observed, rival = (
        np.asarray(reached[[told[path] in wanted for path in base]].any(axis=0))
        for wanted in (test.observed, test.rivals)
    )
    return Score(
        scenario,
        test,
        {told[path]: float(likely[0]) for path, likely in base.items() if likely[0] > 0.0},
        tuple(told.values()),
        True,
        _share(observed, sure),
        _share(rival, sure),
        float(reached.mean()),
        draws,
        _prior(scenario),
    )


def _predicted(solution: StructureSolution) -> dict[str, float]:
    return {
        outcome: max(equilibrium.outcomes.get(outcome, 0.0) for equilibrium in solution.equilibria)
        for outcome in solution.outcomes
    }


def _reached(scenario: Scenario, structure: str, draws: int, seed: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which outcomes equilibria reach in every draw (outcomes, draws), and in which draws that is certain (draws,)."""
    looks = Evaluator(scenario, (structure,), (), draws).at(_drawn(scenario, draws, seed))
    return looks.reached[0], looks.proven[0]


def _any(scenario: Scenario, reached: NDArray[np.bool_], outcomes: Iterable[str]) -> NDArray[np.bool_]:
    names: Sequence[str] = [rule.name for rule in scenario.outcomes]
    return np.asarray(reached[[names.index(outcome) for outcome in outcomes]].any(axis=0))


def _share(found: NDArray[np.bool_], sure: NDArray[np.bool_]) -> Share:
    low, high = float(found.mean()), float((found | ~sure).mean())
    widest = max(low * (1.0 - low), high * (1.0 - high))
    return Share(low, high, sqrt(widest / len(found)))


def _drawn(scenario: Scenario, draws: int, seed: int) -> dict[str, NDArray[np.float64]]:
    """Points from the scenario's own distributions; each parameter has a stream of random numbers of its own."""
    streams = dict(zip(scenario.parameters, np.random.SeedSequence(seed).spawn(len(scenario.parameters)), strict=True))
    moved = drawable(scenario, {})
    cube = [np.random.default_rng(streams[name]).random(draws) for name in moved]
    points = {name: np.full(draws, value) for name, value in scenario.base.items()}
    if moved:
        points |= prior(scenario, _prior(scenario), moved).draw(np.column_stack(cube))
    return points


def _prior(scenario: Scenario) -> PriorName:
    return default_priors(scenario)[0]
