"""Every equilibrium of stages of movers who begin play at once, against the solver of single points."""

from __future__ import annotations

import numpy as np
import pytest
from test_engine import assert_agree

import kgsim
from first_edition import FIRST_EDITION
from kgsim.engine import mixed
from kgsim.engine.engine import Engine
from kgsim.engine.solutions import DOUBTS, MIXTURES, OPEN_FALLBACK
from three_players import three_by_two

INSPECTION = """
kgsim: 1
title: Inspection
question: How often does the inspector come?
players: {I: Inspector, F: Factory, N: Neighbour}
parameters:
  fine: {label: x, value: 4, range: [2, 8], because: x, certainty: judgement}
  cost: {label: x, value: 1, range: [0.5, 1.5], because: x, certainty: judgement}
  smell: {label: x, value: 3, range: [1, 5], because: x, certainty: judgement}
terms: {visit: x, waste: x, caught: x, smoke: x}
moves: {I: {go: x, stay: x}, F: {dump: x, burn: x, store: x}, N: {wait: x}}
outcomes:
  caught_dumping: {when: {I: go, F: dump}, terms: {visit: 1, caught: 1}}
  caught_burning: {when: {I: go, F: burn}, terms: {visit: 1, caught: 1, smoke: 1}}
  seen_clean: {when: {I: go, F: store}, terms: {visit: 1}}
  dumped: {when: {I: stay, F: dump}, terms: {waste: 1}}
  burned: {when: {I: stay, F: burn}, terms: {waste: 1, smoke: 1}}
  quiet: {otherwise: true}
utilities:
  I: 2*caught - cost*visit - waste
  F: waste - fine*caught
  N: 10 - smell*smoke
structures:
  at_once: {play: [[I, F], N]}
  together: {play: [I+F, N], blocs: {I+F: {rule: nash, disagreement: at_once}}}
"""


def draws(scenario: kgsim.Scenario, count: int, seed: int) -> dict[str, np.ndarray]:
    draw = np.random.default_rng(seed)
    return {name: draw.uniform(*parameter.range, count) for name, parameter in scenario.parameters.items()}


def test_a_mixed_equilibrium_is_listed_and_fallen_back_on() -> None:
    """The factory dumps or burns, which is one to both movers and not to the neighbour: so both ways are listed."""
    scenario = kgsim.loads(INSPECTION, name="inspection")
    points = draws(scenario, 20, 1)
    engine = Engine(scenario, tuple(scenario.structures))
    ends = engine.solve(points)["at_once"]
    assert ends.listed.all() and not ends.doubt.any() and not ends.inner.any() and ends.some.all()
    fine, cost, smell = points["fine"], points["cost"], points["smell"]
    # The inspector comes so often that a crime pays nothing, and the factory's crimes just pay a visit.
    crime, visit = cost / 3.0, 1.0 / (1.0 + fine)
    low, high = ends.values
    np.testing.assert_allclose([low[0], high[0]], np.tile(-crime, (2, 1)), atol=1e-12)
    np.testing.assert_allclose([low[1], high[1]], 0.0, atol=1e-12)
    np.testing.assert_allclose([low[2], high[2]], [10.0 - smell * crime, np.full(20, 10.0)], atol=1e-12)
    rule = [outcome.name for outcome in scenario.outcomes].index("burned")
    np.testing.assert_allclose(
        [bound[rule] for bound in ends.chances], [np.zeros(20), crime * (1.0 - visit)], atol=1e-12
    )
    assert (np.bincount(ends.mixed.point) == 2).all() and (ends.mixed.group == 0).all()
    assert_agree(scenario, points, ("at_once", "together"))


@pytest.mark.parametrize("name", ["bypass", "freeze_for_freeze", "loudspeaker_reciprocity"])
def test_shipped_scenarios_leave_nothing_open(name: str) -> None:
    scenario = kgsim.load(FIRST_EDITION / f"{name}.yaml")
    structures = tuple(each for each, structure in scenario.structures.items() if len(structure.play[0]) == 2)
    points = draws(scenario, 60, 2)
    solved = Engine(scenario, structures).solve(points)
    assert any(ends.listed.any() for ends in solved.values())
    assert not any(ends.doubt.any() for ends in solved.values())
    assert_agree(scenario, {each: values[:6] for each, values in points.items()}, structures)


def test_several_isolated_equilibria_to_fall_back_on_close_the_set_and_continua_do_not() -> None:
    scenario = three_by_two()
    draw = np.random.default_rng(4)
    points = {name: draw.integers(0, 6, 150).astype(float) for name in scenario.parameters}
    solved = Engine(scenario, ("veto_over",)).solve(points)
    other, own = solved["pair_then_one"], solved["veto_over"]
    continua = np.zeros(150, dtype=bool)
    continua[other.mixed.point[other.mixed.group >= 0]] = True
    solvable = own.failure == 0
    assert (own.doubt[continua & solvable] == DOUBTS.index(OPEN_FALLBACK)).all() and (continua & solvable).any()
    closed = np.flatnonzero(other.listed & solvable & (own.doubt == 0))
    assert len(closed)
    assert (np.bincount(other.mixed.point, minlength=150)[closed] > 1).any()
    for point in closed:
        values = {name: float(column[point]) for name, column in points.items()}
        assert kgsim.solve(scenario, values, structures=["veto_over"]).structures["veto_over"].complete


@pytest.mark.parametrize("top", [4, 20])
def test_three_movers_at_once(top: int) -> None:
    scenario = three_by_two()
    draw = np.random.default_rng(7)
    points = {name: draw.integers(0, top, 40).astype(float) for name in scenario.parameters}
    ends = Engine(scenario, ("at_once",)).solve(points)["at_once"]
    assert np.count_nonzero(ends.listed) > 2 and (ends.mixed.group == -1).all()
    assert_agree(scenario, points, ("at_once",))


def test_what_plain_python_leaves_stays_doubtful(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = kgsim.loads(INSPECTION, name="inspection")
    points = draws(scenario, 20, 1)
    engine = Engine(scenario, ("at_once",))
    monkeypatch.setattr(mixed, "POINTS_PLAIN", 3)
    monkeypatch.setattr(mixed, "available", lambda: False)
    ends = engine.solve(points)["at_once"]
    np.testing.assert_array_equal(np.flatnonzero(ends.listed), [0, 1, 2])
    assert (ends.doubt[3:] == DOUBTS.index(MIXTURES)).all() and not ends.some[3:].any()
    monkeypatch.setattr(mixed, "MOST_PLAIN", 1)
    assert not engine.solve(points)["at_once"].listed.any()
