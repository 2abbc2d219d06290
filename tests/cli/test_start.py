"""What starting costs, pinned by what gets imported and not by a clock; and the public names."""

from __future__ import annotations

import subprocess
import sys

import pytest

import kgsim

HEAVY = ("numpy", "scipy", "pydantic", "matplotlib", "lark", "ruamel", "rich", "nashpy", "numba", "pandas")


def loaded_after(code: str) -> set[str]:
    """Top-level packages, and modules of kgsim and scipy, that a fresh process holds after `code`."""
    report = "import sys, atexit; atexit.register(lambda: print(*sys.modules, file=sys.stderr)); "
    done = subprocess.run([sys.executable, "-c", report + code], capture_output=True, text=True)
    modules = done.stderr.split()
    assert "kgsim" in modules, done.stderr
    return {name.partition(".")[0] for name in modules} | {
        name for name in modules if name.startswith(("kgsim", "scipy"))
    }


def test_importing_kgsim_imports_nothing_else() -> None:
    loaded = loaded_after("import kgsim")
    assert {name for name in loaded if name.startswith("kgsim")} == {"kgsim"}
    assert not loaded & {*HEAVY, "click", "importlib_metadata"}


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["--version"], ["explain", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    loaded = loaded_after(f"from kgsim.cli import main; main({arguments!r})")
    assert not loaded & set(HEAVY)


def test_a_run_without_draws_does_not_wait_for_scipy_stats() -> None:
    loaded = loaded_after("import kgsim.analysis.quick")
    assert "kgsim.analysis.robustness" in loaded and "scipy.stats" not in loaded


def test_public_names() -> None:
    assert set(kgsim.__all__) == {
        "ExecutionError",
        "ClaimResult",
        "Course",
        "Equilibrium",
        "GameError",
        "KgsimError",
        "NashSet",
        "Options",
        "OutputError",
        "Problem",
        "ProfileCheck",
        "Result",
        "Scenario",
        "ScenarioError",
        "StructureError",
        "StructureSolution",
        "__version__",
        "Comparison",
        "compare",
        "Robustness",
        "Sensitivity",
        "sensitivity",
        "backtest",
        "brief",
        "price_of_deterrence",
        "robustness",
        "explore",
        "load",
        "loads",
        "nash",
        "nash_batch",
        "open_study",
        "page",
        "plots",
        "repeated",
        "simulate",
        "solve",
        "tree",
        "ExtensiveGame",
        "StrategicGame",
        "read_game",
        "TreeSolution",
        "solve_tree",
        "sweep",
        "threshold",
        "Events",
        "Update",
        "load_events",
        "PredictionScore",
        "Sealed",
        "predict",
        "read_sealed",
        "score",
        "Advice",
        "advise",
        "NoisyPlay",
        "noisy_play",
        "Agreement",
        "from_table",
        "check_steps",
        "bargain",
        "BargainingSpace",
        "bargaining_space",
        "CorrelatedSet",
        "correlated",
        "Lenses",
        "lenses",
        "QuantalResponse",
        "qre",
        "Rationalizable",
        "rationalizable",
        "Stability",
        "stability",
        "update",
    }


@pytest.mark.parametrize("name", kgsim.__all__)
def test_every_public_name_resolves_and_is_listed(name: str) -> None:
    assert getattr(kgsim, name) is getattr(kgsim, name)
    assert name in dir(kgsim)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="sovle"):
        _ = kgsim.sovle  # type: ignore[attr-defined]
