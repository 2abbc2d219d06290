"""Back-tests: is what history did among the equilibria, is the rival path outside, and how much does the model exclude?

With many equilibria nearly everything passes, so admitting history earns credit only against what else is admitted
(`kgsim.analysis.backtest_score`). And whoever knows how a history ended can choose numbers that end it so: a freeze is
therefore verified by a digest, and the score is told again without the events that the numbers were fitted on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from kgsim.analysis.backtest_score import LeftOut, Score, Share, fitted_on
from kgsim.analysis.evaluator import Evaluator
from kgsim.analysis.paths import admitted
from kgsim.analysis.priors import PriorName, default_priors, drawable, prior
from kgsim.arrays import Bools, Floats
from kgsim.errors import GameError
from kgsim.evaluate import solve
from kgsim.scenario.arguments import check_scenario
from kgsim.scenario.model import Backtest, Scenario, path_told
from kgsim.scenario.payoffs import outcomes_of
from kgsim.studies.limits import check_count, check_room

#: A share is then known to about a percentage point.
DRAWS = 2_000

#: Draws of a scenario with private types at most, since they are solved one by one.
MOST_PRIVATE = 100


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
    return tuple(
        _score(scenario, test, min(draws, MOST_PRIVATE) if scenario.types else draws, seed)
        for test in scenario.backtests.values()
    )


def _score(scenario: Scenario, test: Backtest, draws: int, seed: int) -> Score:
    predicted, feasible, complete = _at_base(scenario, test)
    names, chosen = drawable(scenario, {}), default_priors(scenario)[0]
    found = _looked(scenario, test, _drawn(scenario, chosen, names, draws, seed), draws)
    return Score(
        scenario,
        test,
        predicted,
        feasible,
        complete,
        _share(found.history, found.sure),
        _share(found.rival, found.sure),
        float(found.area.mean()),
        draws,
        chosen,
        tuple(_left_out(scenario, test, draws, seed)),
    )


def _at_base(scenario: Scenario, test: Backtest) -> tuple[dict[str, float], tuple[str, ...], bool]:
    """What is admitted at the file's values, what could have been, and whether nothing can be missing."""
    names = [rule.name for rule in scenario.outcomes]
    if test.repeated:
        # Of listed profiles no equilibrium is open.
        paths = admitted(scenario, test.repeated, len(test.happened), {})
        told = {path_told(names[code] for code in path): float(likely[0]) for path, likely in paths.items()}
        return {path: likely for path, likely in told.items() if likely > 0.0}, tuple(told), True
    solution = solve(scenario, structures=[test.structure]).structures[test.structure]
    predicted = {
        outcome: max(equilibrium.outcomes.get(outcome, 0.0) for equilibrium in solution.equilibria)
        for outcome in solution.outcomes
    }
    codes = np.unique(outcomes_of(scenario, scenario.structures[test.structure]))
    feasible = tuple(names[code] for code in codes if code >= 0)
    return predicted, feasible, solution.complete and not solution.unsolved


@dataclass(frozen=True, eq=False)
class _Looked:
    """What is found in some draws, shape (draws,) each.

    Attributes
    ----------
    history, rival
        Whether an equilibrium reaches what happened, and a rival.
    sure
        Whether no equilibrium can be missing.
    area
        Share of the feasible outcomes admitted; all of them where equilibria may be missing.
    """

    history: Bools
    rival: Bools
    sure: Bools
    area: Floats


def _looked(scenario: Scenario, test: Backtest, points: Mapping[str, Floats], draws: int) -> _Looked:
    names = [rule.name for rule in scenario.outcomes]
    if test.repeated:
        paths = admitted(scenario, test.repeated, len(test.happened), points)
        told = [path_told(names[code] for code in path) for path in paths]
        reached = np.array([np.broadcast_to(likely > 0.0, (draws,)) for likely in paths.values()])
        sure, feasible = np.ones(draws, dtype=bool), len(told)
    else:
        looks = Evaluator(scenario, (test.structure,), (), draws).at(points)
        told, reached, sure = names, looks.reached[0], looks.proven[0]
        feasible = int((np.unique(outcomes_of(scenario, scenario.structures[test.structure])) >= 0).sum())
    history, rival = (
        np.asarray(reached[[told.index(name) for name in some]].any(axis=0)) for some in (test.observed, test.rivals)
    )
    return _Looked(history, rival, sure, np.where(sure, reached.sum(axis=0), feasible) / feasible)


def _left_out(scenario: Scenario, test: Backtest, draws: int, seed: int) -> Iterator[LeftOut]:
    """The score without each event that parameters were fitted on, and without all of them."""
    events = tuple(each for each in test.evidence if fitted_on(scenario, (each,)))
    alone = [(each,) for each in events]
    for some in (*alone, *([events] if len(events) > 1 else [])):
        names = tuple(name for name in fitted_on(scenario, some) if name in drawable(scenario, {}))
        if not names:
            continue
        found = _looked(scenario, test, _drawn(scenario, "uniform", names, draws, seed), draws)
        history, rival = _share(found.history, found.sure), _share(found.rival, found.sure)
        yield LeftOut(some, names, history, rival, history.low - float(found.area.mean()))


def _share(found: Bools, sure: Bools) -> Share:
    low, high = float(found.mean()), float((found | ~sure).mean())
    widest = max(low * (1.0 - low), high * (1.0 - high))
    return Share(low, high, sqrt(widest / len(found)))


def _drawn(scenario: Scenario, how: PriorName, moved: Sequence[str], draws: int, seed: int) -> dict[str, Floats]:
    """Some parameters drawn, the others at the file's values; each has a stream of random numbers of its own."""
    streams = dict(zip(scenario.parameters, np.random.SeedSequence(seed).spawn(len(scenario.parameters)), strict=True))
    cube = [np.random.default_rng(streams[name]).random(draws) for name in moved]
    points = {name: np.full(draws, value) for name, value in scenario.base.items()}
    return points | (prior(scenario, how, moved).draw(np.column_stack(cube)) if moved else {})
