"""A parameter may have the name of an argument: it is then given in a mapping, by every function that takes values."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import kgsim

SCENARIO = kgsim.loads(
    """
kgsim: 1
title: Awkward names
question: Do names collide?
players: {A: A}
parameters:
  structures: {label: x, value: 1, range: [0, 2], because: x, certainty: judgement}
  progress: {label: x, value: 1, range: [0, 2], because: x, certainty: judgement}
  claim: {label: x, value: 0, range: [0, 2], because: x, certainty: judgement}
  draws: {label: x, value: 0, range: [0, 2], because: x, certainty: judgement}
terms: {go: x}
moves:
  A: {go: go, stay: stay}
outcomes:
  gone: {when: {A: go}, terms: {go: 1}}
  stayed: {otherwise: true}
utilities:
  A: (structures + draws - 2*progress + claim)*go
structures:
  alone: {play: [A]}
claims:
  goes: {says: x, holds: 'reached(alone, gone)'}
""",
    name="awkward",
)


def test_solve_takes_a_mapping() -> None:
    assert kgsim.solve(SCENARIO).structures["alone"].outcomes == ("stayed",)
    assert kgsim.solve(SCENARIO, {"structures": 2, "claim": 1}, structures=["alone"]).values["structures"] == 2
    assert kgsim.solve(SCENARIO, {"structures": 2}, claim=1).structures["alone"].outcomes == ("gone",)


def test_studies_take_a_mapping() -> None:
    study = kgsim.sweep(SCENARIO, {"progress": np.linspace(0, 2, 5), "structures": 1})
    assert study.reached.sel(outcome="gone").values.ravel().tolist() == [True, True, False, False, False]
    found = kgsim.threshold(SCENARIO, "progress", {"structures": 2}, claim="goes", inverse=False)
    np.testing.assert_allclose(found.boundaries, 1.0, rtol=0, atol=1e-9)
    drawn = kgsim.robustness(SCENARIO, {"progress": 0, "draws": 1}, draws=300, ordinal=False)
    assert drawn.parameters == ("structures", "claim")
    assert drawn.priors["uniform"].claims["goes"].holds.share == 1.0
    held = {"progress": 0, "draws": 1, "claim": 1}
    assert kgsim.sensitivity(SCENARIO, held, draws=300, indices=False).parameters == ("structures",)


def test_what_is_given_twice_or_is_no_mapping_is_refused() -> None:
    with pytest.raises(kgsim.GameError, match="claim is given twice"):
        kgsim.solve(SCENARIO, {"claim": 1}, claim=2)
    with pytest.raises(kgsim.GameError, match="mapping"):
        kgsim.solve(SCENARIO, 5)
    with pytest.raises(kgsim.GameError, match="no parameter 'clam'"):
        kgsim.sweep(SCENARIO, {"clam": [1, 2]})


@pytest.mark.parametrize(
    "call",
    [
        kgsim.solve, kgsim.sweep, kgsim.robustness, kgsim.backtest, kgsim.compare, kgsim.simulate, kgsim.explore,
        lambda file: kgsim.brief(file, "talks.md"), lambda file: kgsim.threshold(file, "k"),
        lambda file: kgsim.repeated(file, "game"),
        lambda file: kgsim.tree(file, "alone"), lambda file: kgsim.sensitivity(file, structure="alone"),
        kgsim.price_of_deterrence,
    ],
)  # fmt: skip
@pytest.mark.parametrize("file", ["talks.yaml", Path("talks.yaml")])
def test_a_file_for_a_scenario_is_told_how_to_be_read(call, file) -> None:
    with pytest.raises(kgsim.GameError, match=r"kgsim\.load\('talks\.yaml'\)"):
        call(file)


def test_a_text_names_one_structure() -> None:
    assert list(kgsim.solve(SCENARIO, structures="alone").structures) == ["alone"]
    assert kgsim.sweep(SCENARIO, draws=[0, 1], structures="alone").structure.values.tolist() == ["alone"]
    assert kgsim.compare(SCENARIO, values={"more": {"claim": 1}}, structures="alone").structures[0].name == "alone"
    with pytest.raises(kgsim.GameError, match=r"no structure 'alnoe'\. Did you mean 'alone'"):
        kgsim.solve(SCENARIO, structures="alnoe")


def test_structure_for_structures_is_told() -> None:
    with pytest.raises(kgsim.GameError, match=r"Did you mean structures=\['alone'\]"):
        kgsim.solve(SCENARIO, structure="alone")


def test_results_are_looked_up_by_name_and_suggest_one() -> None:
    result = kgsim.solve(SCENARIO)
    for found, name, said in (
        (result.structures, "aolne", "there is no structure 'aolne'. Did you mean 'alone'?"),
        (pickle.loads(pickle.dumps(result.claims)), "gose", "there is no claim 'gose'. Did you mean 'goes'?"),
    ):
        assert name not in found and found.get(name) is None
        with pytest.raises(KeyError) as refused:
            found[name]
        assert isinstance(refused.value, kgsim.KgsimError) and str(refused.value) == said


def test_the_package_offers_its_names_and_nothing_else() -> None:
    assert {"solve", "plots", "GameError", "__version__"} <= set(dir(kgsim))
    assert {"annotations", "TYPE_CHECKING", "lazy_loader"}.isdisjoint(dir(kgsim))
    done = subprocess.run(
        [sys.executable, "-c", "import sys, kgsim; assert 'numpy' not in sys.modules; kgsim.plots.payoffs_figure"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for name in dir(kgsim):
        assert getattr(kgsim, name) is not None
