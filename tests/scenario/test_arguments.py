"""A parameter may have the name of an argument: it is then given in a mapping, by every function that takes values."""

from __future__ import annotations

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
