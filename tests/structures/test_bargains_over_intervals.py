"""Blocs that bargain over terms from intervals, against programmes over the corners written independently."""

from __future__ import annotations

import tracemalloc
from itertools import product

import numpy as np
import pytest
from scipy.optimize import linprog, minimize

import kgsim
from kgsim.claims.at_points import AtPoints

PLAYERS = "ABC"

SHIFT = "{label: s, value: 0, range: [-1, 1], because: x, certainty: judgement}"


def bargain(worth: np.ndarray, members: int, terms: int) -> kgsim.Scenario:
    """A bloc of the first members signs one deal or none; `worth[i]` is i's constant, and a slope for each term."""
    names = "xyz"[:terms]
    utilities = [
        f"  {player}: shift{player} + deal*({constant}) + "
        + " + ".join(f"({slope})*{term}" for slope, term in zip(slopes, names, strict=True))
        for player, (constant, *slopes) in zip(PLAYERS, worth.tolist(), strict=True)
    ]
    bloc = "+".join(PLAYERS[:members])
    fallback = ", ".join(f"{player}: 0" for player in PLAYERS[:members])
    rest = "".join(f", {player}" for player in PLAYERS[members:])
    return kgsim.loads(
        "\n".join(
            [
                "kgsim: 1", "title: A bargain", "question: What is agreed?", "players: {A: A, B: B, C: C}",
                "parameters:", *(f"  shift{player}: {SHIFT}" for player in PLAYERS),
                "terms: {deal: deal, " + ", ".join(f"{t}: {t}" for t in names) + "}", "moves:",
                "  A: {hold: hold, offer: {label: offer, menu: {"
                + ", ".join(f"{t}: {{from: 0, to: 1}}" for t in names) + "}}}",
                "  B: {sign: sign}", "  C: {sign: sign}", "outcomes:",
                "  deal: {when: {A: offer}, terms: {deal: 1, " + ", ".join(f"{t}: A.{t}" for t in names) + "}}",
                "  none: {otherwise: true}", "utilities:", *utilities, "structures:",
                f"  s: {{play: [{bloc}{rest}], blocs: {{{bloc}: {{rule: nash, disagreement: {{{fallback}}}}}}}}}",
            ]
        )
    )  # fmt: skip


def ideals(gains: np.ndarray) -> np.ndarray | None:
    """The most of each member among mixtures of corners that leave nobody below 0; None if there are none."""
    found = [
        linprog(-own, A_ub=-gains.T, b_ub=np.zeros(gains.shape[1]), A_eq=np.ones((1, len(gains))), b_eq=[1.0])
        for own in gains.T
    ]
    return np.array([-each.fun for each in found]) if all(each.status == 0 for each in found) else None


def best_product(gains: np.ndarray) -> float:
    """The largest geometric mean of gains, by a general programme from several starts."""
    count, members = gains.shape
    best = 0.0
    for start in np.random.default_rng(0).dirichlet(np.ones(count), 12):
        found = minimize(
            lambda w: -np.log(np.maximum(w @ gains, 1e-12)).mean(),
            start,
            bounds=[(0.0, 1.0)] * count,
            constraints=[{"type": "eq", "fun": lambda w: w.sum() - 1.0}],
            options={"ftol": 1e-14, "maxiter": 500},
        )
        here = np.maximum(found.x, 0.0) / np.maximum(found.x, 0.0).sum() @ gains
        best = max(best, float(np.prod(np.maximum(here, 0.0)) ** (1.0 / members)))
    return best


@pytest.mark.parametrize("seed", range(24))
def test_what_two_or_three_agree_on_is_the_best_of_all_offers(seed: int) -> None:
    draw = np.random.default_rng(seed)
    members, terms = int(draw.integers(2, 4)), int(draw.integers(1, 4))
    worth = np.round(draw.uniform(-1.0, 1.0, (3, 1 + terms)), 9)
    worth[:, 0] -= 0.4 * (seed % 2)  # often nothing gains everybody something
    solution = kgsim.solve(bargain(worth, members, terms)).structures["s"]
    corners = np.array([worth @ [1.0, *place] for place in product((0.0, 1.0), repeat=terms)])[:, :members]
    found = np.array([[each.payoffs[player] for player in PLAYERS[:members]] for each in solution.equilibria])
    most = ideals(corners)
    assert (found >= 0.0).all()
    if most is not None and (best := best_product(corners)) > 1e-4:
        assert solution.complete
        np.testing.assert_allclose(np.prod(found, axis=1) ** (1.0 / members), best, rtol=1e-6)
        np.testing.assert_allclose(found, found[[0]].repeat(len(found), axis=0), atol=1e-9)
    elif solution.complete and len(found) == 1:
        # Signing nothing is as good for everybody as anything that leaves nobody below its fallback.
        np.testing.assert_allclose(found[0], np.zeros(members) if most is None else np.maximum(most, 0.0), atol=1e-9)
    elif solution.complete:
        assert members == 2
        np.testing.assert_allclose(found.max(axis=0), np.maximum(most, 0.0), atol=1e-9)


@pytest.mark.parametrize("members", [2, 3])
def test_many_points_at_once_have_the_bargains_of_single_points(members: int) -> None:
    draw = np.random.default_rng(members)
    scenario = bargain(np.round(draw.uniform(-0.8, 1.0, (3, 3)), 9), members, 2)
    points = {f"shift{player}": draw.uniform(-1.0, 1.0, 40) for player in PLAYERS}
    sets = AtPoints(scenario, ("s",)).at(points).sets["s"]
    assert (sets.doubt == 0).mean() > 0.5
    for point in np.flatnonzero(sets.doubt == 0):
        alone = kgsim.solve(scenario, {name: float(column[point]) for name, column in points.items()}).structures["s"]
        assert bool(alone.unsolved) == (not sets.some[point])
        if not alone.unsolved:
            bounds = np.array(sets.values)[:, :, point].T
            np.testing.assert_allclose(bounds, list(alone.values.values()), atol=1e-9)


def answered(worth: np.ndarray) -> str:
    """A, B and C offer together and D replies; `worth[i, reply]` is player i's constant, and a slope for each term."""
    everyone, names = [*PLAYERS, "D"], "xyzvw"[: worth.shape[-1] - 1]
    replies = [f"d{reply}" for reply in range(worth.shape[1])]
    utilities = [
        f"  {player}: "
        + " + ".join(
            f"{d}*({' + '.join(f'({c})*{t}' for c, t in zip(own, ('1', *names), strict=True))})"
            for d, own in zip(replies, rows, strict=True)
        )
        for player, rows in zip(everyone, worth.tolist(), strict=True)
    ]
    offered = ", ".join(f"{t}: A.{t}" for t in names)
    return "\n".join(
            [
                "kgsim: 1", "title: A bargain", "question: What is agreed?", "players: {A: A, B: B, C: C, D: D}",
                "terms: {" + ", ".join(f"{each}: {each}" for each in [*names, *replies]) + "}", "moves:",
                "  A: {offer: {label: offer, menu: {" + ", ".join(f"{t}: {{from: 0, to: 1}}" for t in names) + "}}}",
                "  B: {sign: sign}", "  C: {sign: sign}", "  D: {" + ", ".join(f"{d}: {d}" for d in replies) + "}",
                "outcomes:", *(f"  {d}: {{when: {{D: {d}}}, terms: {{{d}: 1, {offered}}}}}" for d in replies),
                "utilities:", *utilities, "structures:",
                "  s: {play: [A+B+C, D], blocs: {A+B+C: {rule: nash, disagreement: {A: 0, B: 0, C: 0}}}}",
            ]
    )  # fmt: skip


def best_if_answered(worth: np.ndarray) -> float:
    """The largest geometric mean of three gains: reply by reply, from where the worst-off gains most."""
    best = 0.0
    for reply, own in enumerate(worth[3]):
        gains, keeps = worth[:3, reply], own - np.delete(worth[3], reply, axis=0)
        terms, counts = worth.shape[-1] - 1, np.repeat([1.0, 0.0], [3, len(keeps)])
        bounds = [(0.0, 1.0)] * terms
        every = np.vstack([gains, keeps])
        start = linprog(
            [0.0] * terms + [-1.0],
            A_ub=np.column_stack([-every[:, 1:], counts]),
            b_ub=every[:, 0],
            bounds=[*bounds, (None, None)],
        )
        if start.status != 0 or start.x[-1] <= 1e-6:
            continue
        found = minimize(
            lambda x, gains=gains: -np.log(np.maximum(gains @ [1.0, *x], 1e-9)).mean(),
            start.x[:-1],
            bounds=bounds,
            constraints=[{"type": "ineq", "fun": lambda x, keeps=keeps: keeps @ [1.0, *x]}],
            options={"ftol": 1e-14, "maxiter": 500},
        )
        best = max(best, float(np.exp(-found.fun)))
    return best


@pytest.mark.parametrize(("seed", "replies", "terms"), [(0, 5, 3), (1, 5, 3), (5, 5, 3), (0, 4, 4), (2, 3, 5)])
def test_three_agree_before_an_answer_of_many(seed: int, replies: int, terms: int) -> None:
    """Answers that cut the box into many cells cost no more than the corners of each."""
    worth = np.round(np.random.default_rng(seed).uniform(-1.0, 1.0, (4, replies, 1 + terms)), 9)
    worth[:3, :, 0] += 0.5
    tracemalloc.start()
    solution = kgsim.solve(kgsim.loads(answered(worth))).structures["s"]
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    found = np.array([[each.payoffs[player] for player in PLAYERS] for each in solution.equilibria])
    assert len(found)
    np.testing.assert_allclose(np.prod(found, axis=1) ** (1 / 3), best_if_answered(worth), rtol=1e-6)
    assert most < 1e8
