"""Negotiation over rounds: values known in closed form, policies by hand, and simulations that repeat themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import kgsim
from kgsim.dynamics.actors import Learners
from kgsim.dynamics.grid import StateGrid
from kgsim.dynamics.logit import solve_logit, tree_of
from kgsim.dynamics.markov import Selection, solve_markov
from kgsim.dynamics.play import Simulation
from kgsim.dynamics.shocks import drawn, nodes
from kgsim.dynamics.world import World
from kgsim.scenario.expressions import parse
from kgsim.scenario.rounds import Shock
from kgsim.structures.quantal import respond

#: Two players with two moves each and a parameter `x` that changes.
GAME = """
kgsim: 1
title: A game over rounds
question: What is played?
players: {{A: Anna, B: Bert}}
parameters:
  x: {{label: the state, value: {x}, range: [0, 1], because: test, certainty: judgement}}
  d: {{label: discount, value: {d}, range: [0, 1], because: test, certainty: judgement}}
terms: {{ll: both left, lr: Anna left, rl: Bert left, rr: both right}}
moves: {{A: {{l: left, r: right}}, B: {{l: left, r: right}}}}
outcomes:
  both left: {{when: {{A: l, B: l}}, terms: {{ll: 1}}}}
  anna left: {{when: {{A: l}}, terms: {{lr: 1}}}}
  bert left: {{when: {{B: l}}, terms: {{rl: 1}}}}
  both right: {{otherwise: true, terms: {{rr: 1}}}}
utilities:
  A: {A}
  B: {B}
structures:
  at_once: {{play: [[A, B]]}}
  in_turn: {{play: [A, B]}}
dynamics:
  states: {{x: {{update: {update}, bounds: [0, 1]{more}}}}}
  discount: d
  horizon: {horizon}
{rest}
claims: {{}}
"""

DILEMMA = {"A": "3*ll + 5*rl + 1*rr", "B": "3*ll + 5*lr + 1*rr"}
BATTLE = {"A": "2*ll + 1*rr", "B": "1*ll + 2*rr"}
PENNIES = {"A": "3*ll - 1*lr - 1*rl + 1*rr", "B": "-ll + lr + rl - rr"}


def game(*, x=0.5, d=0.9, A, B, update="x*1", horizon=4, more="", rest=""):
    text = GAME.format(x=float(x), d=float(d), A=A, B=B, update=update, horizon=horizon, more=more, rest=rest)
    return kgsim.loads(text, name="game")


def solved(scenario, structure="at_once", points=5, selection="first"):
    world = World.of(scenario, structure)
    grid = StateGrid.of(world.dynamics, points)
    return solve_markov(world, grid, Selection.read(selection, ("A", "B"))), grid


def test_a_repeated_dilemma_of_finite_length_unravels():
    policy, _ = solved(game(**DILEMMA, horizon=6))
    np.testing.assert_allclose(policy.values, sum(0.9**t for t in range(6)))
    assert policy.accuracy["off_grid"] == 0.0 and policy.accuracy["several"] == 0.0
    assert policy.deals is not None and (policy.deals == policy.deals[0, 0]).all()


@pytest.mark.parametrize(
    ("selection", "round_values"),
    [("first", (2.0, 1.0)), ("best:A", (2.0, 1.0)), ("best:B", (1.0, 2.0)), ("uniform", (1.5, 1.5))],
)
def test_the_selection_among_several_equilibria_is_the_one_named(selection, round_values):
    policy, _ = solved(game(**BATTLE, horizon=3), selection=selection)
    np.testing.assert_allclose(policy.values, np.tile(np.array(round_values) * (1 + 0.9 + 0.81), (5, 1)))
    assert policy.accuracy["several"] == 1.0
    assert policy.accuracy["open"] == 1.0  # the mixed equilibrium is worth something else


def test_an_unknown_selection_is_refused():
    with pytest.raises(kgsim.GameError, match="first, uniform or best"):
        Selection.read("worst", ("A", "B"))
    with pytest.raises(kgsim.GameError, match="no player 'C'"):
        Selection.read("best:C", ("A", "B"))


def test_a_two_state_problem_known_by_hand():
    """Anna decides: at x = 1 right yields 1 and keeps x, left yields 2 and loses it; at x = 0 left invests 0.3."""
    scenario = game(
        A="x*(rr + rl) + 2*x*(ll + lr) - 0.3*(1 - x)*(ll + lr)",
        B="0*x",
        update="x*(rl + rr) + (1 - x)*(ll + lr)",
        horizon=5,
        d=0.8,
    )
    policy, _ = solved(scenario, "in_turn", points=2)
    low, high = 0.0, 0.0
    for _ in range(5):
        low, high = max(0.8 * low, -0.3 + 0.8 * high), max(1 + 0.8 * high, 2 + 0.8 * low)
    np.testing.assert_allclose(policy.values[:, 0], [low, high], atol=1e-12)
    assert policy.values[0, 0] > 0.0  # it pays to invest and to cash in, again and again


def test_refining_the_grid_converges_at_the_rate_of_linear_interpolation():
    """Nobody's choice matters: V0(x) = sum of d^t x_t^2 with x_{t+1} = 0.6 x_t + 0.2."""
    scenario = game(A="x*x", B="-x*x", update="0.6*x + 0.2", horizon=8)
    errors = []
    for points in (11, 21, 41):
        policy, grid = solved(scenario, points=points)
        x, exact = grid.states["x"].copy(), 0.0
        for t in range(8):
            exact, x = exact + 0.9**t * x**2, 0.6 * x + 0.2
        errors.append(np.abs(policy.values[:, 0] - exact).max())
        assert policy.accuracy["off_grid"] < 10 * errors[0]
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.3) and errors[1] / errors[2] == pytest.approx(4, rel=0.3)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(-20, 20), min_size=16, max_size=16), st.integers(1, 5))
def test_a_game_on_two_states_agrees_with_backward_induction_by_hand(payoffs, horizon):
    """Anna moves, Bert answers; whether they agree moves the state. Ties are passed over."""
    table = np.array(payoffs, dtype=float).reshape(2, 2, 4)  # state, player, profile ll lr rl rr
    terms = ("ll", "lr", "rl", "rr")

    def utility(player):
        return " + ".join(
            f"{table[0, player, i]}*(1 - x)*{term} + {table[1, player, i]}*x*{term}" for i, term in enumerate(terms)
        )

    # Disagreement turns the state over, agreement on the right sets it to 1.
    update = "(1 - x)*(lr + rl) + x*ll + rr"
    values = np.zeros((2, 2))
    for _ in range(horizon):
        fresh = np.zeros((2, 2))
        for x in (0, 1):
            after = [x, 1 - x, 1 - x, 1]
            worth = np.array([[table[x, p, i] + 0.9 * values[after[i], p] for i in range(4)] for p in (0, 1)])
            replies = [2 * a + int(worth[1, 2 * a + 1] > worth[1, 2 * a]) for a in (0, 1)]
            assume(all(abs(worth[1, 2 * a] - worth[1, 2 * a + 1]) > 1e-6 for a in (0, 1)))
            assume(abs(worth[0, replies[0]] - worth[0, replies[1]]) > 1e-6)
            fresh[x] = worth[:, replies[int(worth[0, replies[1]] > worth[0, replies[0]])]]
        values = fresh
    policy, _ = solved(game(A=utility(0), B=utility(1), update=update, horizon=horizon), "in_turn", points=2)
    np.testing.assert_allclose(policy.values, values, atol=1e-9)


def test_with_one_round_the_stage_games_are_those_of_solve():
    scenario = game(A="x*ll + 2*rl + rr", B="2*ll + (1 - x)*lr + rr", horizon=1)
    policy, grid = solved(scenario, "in_turn", points=7)
    for state, values in zip(grid.states["x"], policy.values, strict=True):
        solution = kgsim.solve(scenario, x=state).structures["in_turn"]
        low, high = solution.values["A"]
        assert low - 1e-9 <= values[0] <= high + 1e-9


def test_outcomes_that_last_or_stop_count_as_they_should():
    lasting, _ = solved(game(**DILEMMA, horizon=6, rest="  end: {both right: lasts}"))
    np.testing.assert_allclose(lasting.values, sum(0.9**t for t in range(6)))
    stopping, _ = solved(game(A="ll", B="ll", horizon=6, rest="  end: {both left: stops}"))
    np.testing.assert_allclose(stopping.values, 1.0)
    found = kgsim.simulate(
        game(**DILEMMA, horizon=6, rest="  end: {both right: lasts}"),
        kgsim.Options(runs=3, grid=3), structures=["at_once"],
    )  # fmt: skip
    assert (found.outcome_index.values[..., 1:] == -1).all()
    np.testing.assert_allclose(found.total, sum(0.9**t for t in range(6)))
    assert np.isnan(found.x.values[..., 1:]).all()


def test_a_condition_on_the_next_state_ends_play():
    found = kgsim.simulate(
        game(A="x*1", B="0*x", update="x + 0.2", x=0.1, horizon=5, more=", outside: clamp",
             rest="  end_when: x >= 0.65"),
        kgsim.Options(runs=2, grid=5), structures=["in_turn"],
    )  # fmt: skip
    np.testing.assert_allclose(found.x.values[0, 0], [0.1, 0.3, 0.5, np.nan, np.nan])
    np.testing.assert_allclose(found.total.sel(player="A"), 0.1 + 0.9 * 0.3 + 0.81 * 0.5)
    waiting = {"update": "x + 0.2", "horizon": 5, "more": ", outside: clamp", "rest": "  end_when: x >= 0.65"}
    policy, grid = solved(game(A="x*1", B="0*x", **waiting), "in_turn", points=6)
    np.testing.assert_allclose(grid.states["x"], np.linspace(0, 1, 6))
    # From 0.4 the next state is 0.6 and goes on, from 0.6 it is 0.8 and does not.
    expected = [0.9 * 0.2 + 0.81 * 0.4 + 0.729 * 0.6, 0.2 + 0.9 * 0.4 + 0.81 * 0.6, 0.4 + 0.9 * 0.6, 0.6, 0.8, 1.0]
    np.testing.assert_allclose(policy.values[:, 0], expected, atol=1e-9)


SHOCKS = [
    Shock("s", "s", "normal", {"mean": parse("0.3"), "sd": parse("2")}),
    Shock("s", "s", "uniform", {"low": parse("-1"), "high": parse("2")}),
    Shock("s", "s", "triangular", {"low": parse("0"), "mode": parse("0.5"), "high": parse("3")}),
    Shock("s", "s", "triangular", {"low": parse("0"), "mode": parse("0"), "high": parse("1")}),
    Shock("s", "s", "discrete", {}, (parse("-1"), parse("4")), (parse("0.75"), parse("0.25"))),
]
MOMENTS = [(0.3, 4.0), (0.5, 0.75), (3.5 / 3, (0.25 + 9 - 1.5) / 18), (1 / 3, 1 / 18), (0.25, 4.6875)]


@pytest.mark.parametrize(("shock", "moments"), list(zip(SHOCKS, MOMENTS, strict=True)), ids=[s.shape for s in SHOCKS])
def test_shocks_have_the_moments_of_their_distribution(shock, moments):
    points, weights = nodes(shock, {})
    mean = (points * weights).sum()
    assert (mean, ((points - mean) ** 2 * weights).sum()) == pytest.approx(moments, rel=1e-9)
    draws = drawn(shock, {}, (np.arange(200_000) + 0.5) / 200_000)
    assert (draws.mean(), draws.var()) == pytest.approx(moments, rel=2e-3)


def test_logit_of_one_mover_after_another_is_softmax_backwards():
    scenario = game(A="2*ll + rl", B="ll + 3*rr + x*0", horizon=1)
    world = World.of(scenario, "in_turn")
    tree = tree_of(world)
    payoffs = world.engine.payoffs({"x": np.array([0.5])})
    share, residual = respond(tree, payoffs, 3.0)
    after_left, after_right = 1 / (1 + np.exp(-3 / 3)), 1 / (1 + np.exp(3 * 3 / 3))  # chance that Bert goes left
    left = 1 / (1 + np.exp(-3 * (2 * after_left - after_right) / 2))
    expected = [left * after_left, left * (1 - after_left), (1 - left) * after_right, (1 - left) * (1 - after_right)]
    np.testing.assert_allclose(share[:, 0], expected, atol=1e-12)
    assert residual[0] == 0.0


def test_logit_of_movers_at_once_is_a_fixed_point_whatever_the_units():
    """Asymmetric matching pennies (Goeree, Holt and Palfrey 2003), solved for by hand of a root finder."""
    from scipy.optimize import brentq

    precision = 4.0

    def gap(p):
        q = 1 / (1 + np.exp(-precision * (1 - 2 * p) * 2 / 2))  # Bert: worth of left minus right, over his range 2
        return 1 / (1 + np.exp(-precision * (6 * q - 2) / 4)) - p  # Anna: 3q - (1-q) against -q + (1-q), over 4

    p = brentq(gap, 0, 1)
    shares = []
    for scale in (1.0, 50.0):
        scenario = game(A=f"{scale}*({PENNIES['A']}) + 7", B=PENNIES["B"], horizon=1)
        world = World.of(scenario, "at_once")
        tree = tree_of(world)
        share, residual = respond(tree, world.engine.payoffs({"x": np.array([0.5])}), precision)
        shares.append(share[:, 0])
        assert residual[0] < 1e-8
    assert shares[0][:2].sum() == pytest.approx(p, abs=1e-7)
    np.testing.assert_allclose(shares[0], shares[1], atol=1e-9)
    np.testing.assert_allclose(respond(tree, world.engine.payoffs({"x": np.array([0.5])}), 0.0)[0][:, 0], 0.25)


def test_logit_approaches_the_equilibrium_of_the_dilemma():
    world = World.of(game(**DILEMMA, horizon=3), "at_once")
    grid = StateGrid.of(world.dynamics, 3)
    np.testing.assert_allclose(solve_logit(world, grid, 200.0).values, 1 + 0.9 + 0.81, atol=1e-6)
    with pytest.raises(kgsim.GameError, match="precision"):
        solve_logit(world, grid, -1.0)


def test_fictitious_play_of_matching_pennies_comes_to_the_mixed_equilibrium():
    """Robinson (1951): in zero-sum games frequencies converge."""
    zero_sum = {"A": "ll - lr - rl + rr", "B": "-ll + lr + rl - rr"}
    world = World.of(game(**zero_sum, horizon=900), "at_once")
    found = Simulation(world, Learners(world, "fictitious"), 5, 1)(0)
    left = np.isin(found["outcome"], [0, 1]).mean(axis=0)
    np.testing.assert_allclose(left, 0.5, atol=0.06)


def test_learners_know_the_history_and_reinforcement_finds_what_pays():
    rest = "  history: [{A: l, B: r}, {B: r}, {B: r}, {B: r}]"
    world = World.of(game(**BATTLE, horizon=30, rest=rest), "at_once")
    found = Simulation(world, Learners(world, "fictitious"), 3, 1)(0)
    assert (found["outcome"][-1] == 3).all()  # Bert was seen going right, so that is where they meet
    world = World.of(game(**DILEMMA, horizon=300), "at_once")
    found = Simulation(world, Learners(world, "reinforcement"), 200, 1)(0)
    assert (found["outcome"][-50:] == 3).mean() > (found["outcome"][:5] == 3).mean() + 0.2


REPEATED = """
repeated:
  pd:
    stage: at_once
    discount: d
    noise: 0.1
    cooperate: {A: l, B: l}
    defect: {A: r, B: r}
    profiles: {grim: grim, kind: tit_for_tat}
"""


def test_automata_play_for_what_the_value_system_says():
    """The average over runs against the linear system that `kgsim.repeated` solves."""
    scenario = game(**DILEMMA, d=0.5, horizon=40, rest=REPEATED)
    found = kgsim.simulate(scenario, kgsim.Options(policy="automaton", runs=20_000, seed=2))
    checks = kgsim.repeated(scenario, "pd")
    for profile, check in checks.items():
        mine = found.total.sel(structure=profile, player="A").values
        assert mine.mean() == pytest.approx(check.values["A"] / 0.5, abs=4 * mine.std() / np.sqrt(20_000))


def drifting(**changes):
    text = {
        "A": "ll + x*rr", "B": "ll + x*rr", "update": "x + shake", "more": ", outside: clamp",
        "rest": "  shocks: {shake: {shape: normal, mean: 0, sd: 0.2}}\n  end: {both right: stops}",
        "x": 0.2, "horizon": 7,
    }  # fmt: skip
    return game(**{**text, **changes})


def test_the_same_seed_gives_the_same_bytes_whatever_the_workers_and_the_interruptions(tmp_path):
    from kgsim.execution.store import Store
    from kgsim.studies.study import study_bytes

    options = kgsim.Options(runs=2500, seed=11, grid=11, selection="uniform")
    found = kgsim.simulate(drifting(), options)
    once = study_bytes(found)
    later = found.x.values[0, :, 1]
    assert len(np.unique(later[np.isfinite(later) & (later > 0) & (later < 1)])) > 1001  # chunks differ
    assert once == study_bytes(kgsim.simulate(drifting(), options, workers=2))

    def store(job):
        return Store(tmp_path, job.identity, job.chunks)

    kgsim.simulate(drifting(), options, store=store)
    next(tmp_path.glob("*/00000001.npz")).unlink()
    assert once == study_bytes(kgsim.simulate(drifting(), options, store=store))
    other = kgsim.Options(runs=2500, seed=12, grid=11, selection="uniform")
    assert once != study_bytes(kgsim.simulate(drifting(), other))


def test_shares_and_hazards_belong_together_and_structures_meet_the_same_shocks():
    found = kgsim.simulate(drifting(), kgsim.Options(policy="logit", precision=5, runs=3000, seed=4, grid=11))
    for way in found.structure.values:
        hazard = found.hazard.sel(structure=way, outcome="both right").values
        share = found.by_round.sel(structure=way, outcome="both right").values
        np.testing.assert_allclose(1 - np.cumprod(1 - hazard), share, atol=1e-12)
    both = np.isfinite(found.x.values).all(axis=(0, 2))
    np.testing.assert_array_equal(found.x.values[0, both], found.x.values[1, both])
    assert (
        (found.x.values[np.isfinite(found.x.values)] >= 0) & (found.x.values[np.isfinite(found.x.values)] <= 1)
    ).all()
    assert found.clamped.any()


def test_an_update_that_leaves_its_bounds_is_told_with_its_line_and_state():
    with pytest.raises(kgsim.StructureError, match=r":\d+: dynamics.states.x: after the outcome .* at x = .*clamp"):
        solved(game(**DILEMMA, update="x + 0.3"))


FAULTS = [
    ("unknown state variable", "{x: {update", "{y: {update", "dynamics.states.y", "no parameter named 'y'"),
    ("bounds upside down", "bounds: [0, 1]", "bounds: [1, 0]", "dynamics.states.x.bounds", "no room to change"),
    ("start outside", "bounds: [0, 1]", "bounds: [0, 0.1]", "dynamics.states.x.bounds", "outside its bounds"),
    ("unknown name in update", "update: x + shake", "update: x + shak", "dynamics.states.x.update", "named 'shak'"),
    ("never changes", "update: x + shake", "update: x", "dynamics.states.x.update", "never changes"),
    ("negative spread", "sd: 0.2", "sd: -0.2", "dynamics.shocks.shake.sd", "standard deviation is -0.2"),
    ("missing number", ", sd: 0.2", "", "dynamics.shocks.shake.sd", "needs 'sd'"),
    ("number too many", "sd: 0.2", "sd: 0.2, low: 1", "dynamics.shocks.shake.low", "no 'low'"),
    ("unknown end", "{both right: stops}", "{both wrong: stops}", "dynamics.end.both wrong", "no outcome named"),
    ("end that is none", "both right: stops", "both right: pauses", "dynamics.end.both right", "stops or lasts"),
    ("discount above 1", "discount: d", "discount: 1.2", "dynamics.discount", "the discount is 1.2"),
    ("player forgotten", "discount: d", "discount: {A: d}", "dynamics.discount", "B has no discount"),
    ("no rounds", "horizon: 7", "horizon: 0", "dynamics.horizon", ""),
    ("no states", "states: {x: {update: x + shake, bounds: [0, 1], outside: clamp}}", "", "dynamics.states",
     "lacks the key"),
    ("unknown key", "horizon: 7", "horizons: 7\n  horizon: 7", "dynamics.horizons", "no key"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "key", "says"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_broken_dynamics_are_told_with_their_place(name, old, new, key, says):
    fine = GAME.format(
        x=0.2, d=0.9, A="ll + x*rr", B="ll + x*rr", update="x + shake", horizon=7, more=", outside: clamp",
        rest="  shocks: {shake: {shape: normal, mean: 0, sd: 0.2}}\n  end: {both right: stops}",
    )  # fmt: skip
    kgsim.loads(fine)
    assert fine.count(old) == 1
    with pytest.raises(kgsim.ScenarioError) as error:
        kgsim.loads(fine.replace(old, new))
    assert any(problem.key == key and says in problem.message and problem.line for problem in error.value.problems), (
        error.value
    )


def test_what_cannot_be_simulated_is_refused_with_a_way_out():
    scenario = game(**{**PENNIES, "B": PENNIES["B"]})
    with pytest.raises(kgsim.StructureError, match="--policy logit"):
        kgsim.simulate(scenario, kgsim.Options(runs=1, grid=3), structures=["at_once"])
    with pytest.raises(kgsim.GameError, match="no automata"):
        kgsim.simulate(scenario, kgsim.Options(policy="automaton"))
    with pytest.raises(kgsim.GameError, match="no structure 'at_onc'"):
        kgsim.simulate(scenario, structures=["at_onc"])
