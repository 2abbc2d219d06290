"""kgsim: negotiations as games.

>>> import kgsim
>>> scenario = kgsim.load("scenarios/bypass.yaml")  # doctest: +SKIP
>>> result = kgsim.solve(scenario, A=5)  # doctest: +SKIP
>>> result.structures["bypass"].values["ROK"]  # doctest: +SKIP
(-32.5, -32.5)

Names are imported when they are first asked for (PEP 562), so that ``import kgsim`` costs next to nothing.
"""

from __future__ import annotations

# Not from typing, whose import would cost more than everything else here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from kgsim.analysis.backtests import backtest
    from kgsim.analysis.comparison import Comparison, compare
    from kgsim.analysis.deterrence import price_of_deterrence
    from kgsim.analysis.robustness import robustness
    from kgsim.analysis.robustness_result import Robustness
    from kgsim.analysis.sensitivity import Sensitivity, sensitivity
    from kgsim.analysis.thresholds import threshold
    from kgsim.automata.check import ProfileCheck, repeated
    from kgsim.briefing.brief import brief
    from kgsim.dynamics.simulate import Options, simulate
    from kgsim.errors import (
        ExecutionError,
        GameError,
        KgsimError,
        OutputError,
        Problem,
        ScenarioError,
        StructureError,
    )
    from kgsim.evaluate import solve
    from kgsim.explorer.explore import explore
    from kgsim.games.extensive import ExtensiveGame
    from kgsim.games.gambit import StrategicGame, read_game
    from kgsim.results import ClaimResult, Course, Equilibrium, Result, StructureSolution
    from kgsim.scenario.load import load, loads
    from kgsim.scenario.model import Scenario
    from kgsim.solvers.batch.nash_batch import nash_batch
    from kgsim.solvers.extensive.tree import TreeSolution, solve_tree
    from kgsim.solvers.strategic.nash import NashSet, nash
    from kgsim.structures.trees import tree
    from kgsim.studies.study import open_study, sweep

    __version__: str

_HOME = {
    "ExecutionError": "kgsim.errors",
    "GameError": "kgsim.errors",
    "KgsimError": "kgsim.errors",
    "OutputError": "kgsim.errors",
    "Problem": "kgsim.errors",
    "ScenarioError": "kgsim.errors",
    "StructureError": "kgsim.errors",
    "ProfileCheck": "kgsim.automata.check",
    "repeated": "kgsim.automata.check",
    "Options": "kgsim.dynamics.simulate",
    "simulate": "kgsim.dynamics.simulate",
    "solve": "kgsim.evaluate",
    "explore": "kgsim.explorer.explore",
    "tree": "kgsim.structures.trees",
    "ExtensiveGame": "kgsim.games.extensive",
    "StrategicGame": "kgsim.games.gambit",
    "read_game": "kgsim.games.gambit",
    "TreeSolution": "kgsim.solvers.extensive.tree",
    "solve_tree": "kgsim.solvers.extensive.tree",
    "ClaimResult": "kgsim.results",
    "Course": "kgsim.results",
    "Equilibrium": "kgsim.results",
    "Result": "kgsim.results",
    "StructureSolution": "kgsim.results",
    "load": "kgsim.scenario.load",
    "loads": "kgsim.scenario.load",
    "Scenario": "kgsim.scenario.model",
    "NashSet": "kgsim.solvers.strategic.nash",
    "nash": "kgsim.solvers.strategic.nash",
    "nash_batch": "kgsim.solvers.batch.nash_batch",
    "open_study": "kgsim.studies.study",
    "sweep": "kgsim.studies.study",
    "backtest": "kgsim.analysis.backtests",
    "Comparison": "kgsim.analysis.comparison",
    "compare": "kgsim.analysis.comparison",
    "brief": "kgsim.briefing.brief",
    "price_of_deterrence": "kgsim.analysis.deterrence",
    "Robustness": "kgsim.analysis.robustness_result",
    "robustness": "kgsim.analysis.robustness",
    "Sensitivity": "kgsim.analysis.sensitivity",
    "sensitivity": "kgsim.analysis.sensitivity",
    "threshold": "kgsim.analysis.thresholds",
}

__all__ = [
    "ClaimResult",
    "Comparison",
    "Course",
    "Equilibrium",
    "ExecutionError",
    "ExtensiveGame",
    "GameError",
    "KgsimError",
    "NashSet",
    "Options",
    "OutputError",
    "Problem",
    "ProfileCheck",
    "Result",
    "Robustness",
    "Scenario",
    "ScenarioError",
    "Sensitivity",
    "StrategicGame",
    "StructureError",
    "StructureSolution",
    "TreeSolution",
    "__version__",
    "backtest",
    "brief",
    "compare",
    "explore",
    "load",
    "loads",
    "nash",
    "nash_batch",
    "open_study",
    "price_of_deterrence",
    "read_game",
    "repeated",
    "robustness",
    "sensitivity",
    "simulate",
    "solve",
    "solve_tree",
    "sweep",
    "threshold",
    "tree",
]


def __getattr__(name: str) -> object:
    if name == "__version__":
        from kgsim.versions import kgsim_version

        value: object = kgsim_version()
    elif name in _HOME:
        from importlib import import_module

        value = getattr(import_module(_HOME[name]), name)
    else:
        raise AttributeError(f"module 'kgsim' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
