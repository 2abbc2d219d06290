"""Blocs that share gains alike over terms from intervals, against linear programmes for every reply."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog
from test_bargains_over_intervals import PLAYERS, SHIFT, answered

import kgsim
from kgsim.claims.at_points import AtPoints

RULES = {"kalai_smorodinsky": "", "egalitarian": ", weights: {A: 1, B: 2, C: 0.5}"}
WEIGHTS = np.array([1.0, 2.0, 0.5])


def shared(worth: np.ndarray, rule: str) -> kgsim.Scenario:
    """The game of `answered` under another rule, every player's payoff shifted by a parameter."""
    text = answered(worth).replace("rule: nash", f"rule: {rule}{RULES[rule]}")
    for player in (*PLAYERS, "D"):
        text = text.replace(f"\n  {player}: d0*", f"\n  {player}: shift{player} + d0*")
    shifts = "\n".join(f"  shift{player}: {SHIFT}" for player in (*PLAYERS, "D"))
    return kgsim.loads(text.replace("\nterms:", f"\nparameters:\n{shifts}\nterms:"))


def programme(objective: np.ndarray, gains: np.ndarray, keeps: np.ndarray, least: np.ndarray) -> float | None:
    """The most of an affine function of the terms where gains are no less than `least` and D keeps to its reply."""
    rows = np.vstack([gains, keeps])
    found = linprog(
        -objective[1:],
        A_ub=-rows[:, 1:],
        b_ub=rows[:, 0] - np.append(least, np.zeros(len(keeps))),
        bounds=[(0.0, 1.0)] * (rows.shape[1] - 1),
    )
    return objective[0] - found.fun if found.status == 0 else None


def expected(worth: np.ndarray, rule: str) -> tuple[float, np.ndarray]:
    """The largest smallest share over all replies, and what one point of each member counts for."""
    parts = [(own[:3], own[3] - np.delete(worth[3], r, axis=0)) for r, own in enumerate(worth.swapaxes(0, 1))]
    rates = WEIGHTS
    if rule == "kalai_smorodinsky":
        found = [max(programme(gains[i], gains, keeps, np.zeros(3)) or 0.0 for gains, keeps in parts) for i in range(3)]
        rates = np.array([1.0 / most if most > 1e-9 else 0.0 for most in found])
    best = -np.inf
    for gains, keeps in parts:
        rows = np.vstack([rates[:, None] * gains, keeps])
        counts = np.append(rates > 0.0, np.zeros(len(keeps)))
        signed = np.vstack([rows, gains])
        least = linprog(
            [*np.zeros(worth.shape[-1] - 1), -1.0],
            A_ub=np.column_stack([-signed[:, 1:], np.append(counts, np.zeros(3))]),
            b_ub=signed[:, 0],
            bounds=[*[(0.0, 1.0)] * (worth.shape[-1] - 1), (None, None)],
        )
        if least.status == 0:
            best = max(best, -least.fun)
    return best, rates


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", range(10))
def test_the_smallest_share_is_the_largest_of_all_offers_and_replies(rule: str, seed: int) -> None:
    draw = np.random.default_rng(seed)
    terms, replies = int(draw.integers(1, 4)), int(draw.integers(1, 4))
    worth = np.round(draw.uniform(-1.0, 1.0, (4, replies, 1 + terms)), 9)
    worth[:3, :, 0] += 0.4
    best, rates = expected(worth, rule)
    if best == -np.inf:
        assert kgsim.solve(shared(worth, rule)).structures["s"].unsolved
        return
    solution = kgsim.solve(shared(worth, rule)).structures["s"]
    assert solution.residual < 1e-9
    for each in solution.equilibria if solution.complete else ():
        gains = np.array([each.payoffs[player] for player in PLAYERS])
        assert (rates * gains)[rates > 0.0].min() == pytest.approx(best, abs=1e-9)
        for reply, own in enumerate(worth.swapaxes(0, 1)):
            keeps = own[3] - np.delete(worth[3], reply, axis=0)
            more = programme(own[:3].sum(axis=0), own[:3], keeps, gains)
            assert more is None or more <= gains.sum() + 1e-7


@pytest.mark.parametrize("rule", RULES)
def test_many_points_at_once_have_the_shares_of_single_points(rule: str) -> None:
    worth = np.round(np.random.default_rng(4).uniform(-0.8, 1.0, (4, 2, 3)), 9)
    scenario = shared(worth, rule)
    draw = np.random.default_rng(1)
    points = {f"shift{player}": draw.uniform(-0.5, 0.5, 20) for player in PLAYERS}
    sets = AtPoints(scenario, ("s",)).at(points).sets["s"]
    assert (sets.doubt == 0).mean() > 0.5
    for point in range(20):
        alone = kgsim.solve(scenario, {name: float(column[point]) for name, column in points.items()}).structures["s"]
        assert bool(alone.unsolved) == (not sets.some[point])
        if sets.doubt[point] == 0 and not alone.unsolved:
            assert alone.complete
            bounds = np.array(sets.values)[:, :, point].T
            np.testing.assert_allclose(bounds, list(alone.values.values()), atol=1e-9)


#: Two members' payoffs at the corners of what they can agree on, and what a rule picks from between them.
TEXTBOOK = {
    "a triangle": ([(0, 0), (10, 0), (0, 10)], {"kalai_smorodinsky": (5, 5), "egalitarian": (5, 5), "nash": (5, 5)}),
    "one has less": ([(0, 0), (10, 0), (0, 4)], {"kalai_smorodinsky": (5, 2), "nash": (5, 2)}),
    "even gains": ([(0, 0), (10, 0), (0, 4)], {"egalitarian": (20 / 7, 20 / 7)}),
    "a corner": (
        [(0, 0), (10, 0), (7, 7), (0, 10)],
        {"kalai_smorodinsky": (7, 7), "egalitarian": (7, 7), "nash": (7, 7)},
    ),
    "a corner of uneven shares": ([(0, 0), (2, 2), (8, 2)], {"egalitarian": (8, 2), "kalai_smorodinsky": (8, 2)}),
}


def between(corners: list[tuple[int, int]], rule: str, order: str = "xyz") -> str:
    """A and B choose a mixture of deals, the first of which is what they have without one."""
    named = order[: len(corners) - 1]
    extra = ", weights: {A: 1, B: 1}" if rule == "egalitarian" else ""
    worth = ["(" + " + ".join(f"{c[i]}*{t}" for c, t in zip(corners[1:], named, strict=True)) + ")" for i in (0, 1)]
    sum_ = " + ".join(named)
    menu = ", ".join(f"{t}: {{from: 0, to: 1}}" for t in sorted(named))
    return "\n".join(
        [
            "kgsim: 1", "title: Deals", "question: Which mixture?", "players: {A: A, B: B, C: C}",
            "terms: {taken: taken, " + ", ".join(f"{t}: {t}" for t in named) + "}", "moves:",
            "  A: {offer: {label: offer, menu: {" + menu + "}}}",
            "  B: {sign: sign}", "  C: {take: take, leave: leave}", "outcomes:",
            "  deal: {when: {C: take}, terms: {taken: 1, " + ", ".join(f"{t}: A.{t}" for t in named) + "}}",
            "  none: {otherwise: true}", "utilities:", f"  A: {worth[0]}", f"  B: {worth[1]}",
            f"  C: taken - ({sum_})", "structures:",
            f"  s: {{play: [A+B, C], blocs: {{A+B: {{rule: {rule}, disagreement: {{A: 0, B: 0}}{extra}}}}}}}",
        ]
    )  # fmt: skip


@pytest.mark.parametrize(("name", "rule"), [(name, rule) for name, (_, found) in TEXTBOOK.items() for rule in found])
@pytest.mark.parametrize("order", ["xyz", "zyx"])
def test_mixtures_of_deals_are_shared_as_in_textbooks(name: str, rule: str, order: str) -> None:
    corners, picked = TEXTBOOK[name]
    solution = kgsim.solve(kgsim.loads(between(corners, rule, order))).structures["s"]
    assert solution.complete
    found = np.array([[each.payoffs["A"], each.payoffs["B"]] for each in solution.equilibria])
    np.testing.assert_allclose(found, [picked[rule]] * len(found), atol=1e-9)


def test_what_makes_more_possible_for_one_costs_the_other_under_the_product_alone() -> None:
    """B could have 100 in both, and A too; in the second, which holds the first, A can at less cost to B.

    The counterexample of Kalai and Smorodinsky (1975) to monotonicity.
    """
    before, after = [(0, 0), (75, 75), (100, 0), (0, 100)], [(0, 0), (100, 0), (100, 70), (0, 100)]
    got = {
        rule: [
            kgsim.solve(kgsim.loads(between(corners, rule))).structures["s"].equilibria[0].payoffs["B"]
            for corners in (before, after)
        ]
        for rule in ("nash", "kalai_smorodinsky")
    }
    assert got["nash"][1] < got["nash"][0]
    assert got["kalai_smorodinsky"] == pytest.approx([75.0, 1000.0 / 13.0], abs=1e-9)


@pytest.mark.parametrize("rule", ["nash", "kalai_smorodinsky"])
@pytest.mark.parametrize("seed", [0, 4, 8, 11, 12])
def test_units_and_the_order_of_members_replies_and_terms_change_names_alone(rule: str, seed: int) -> None:
    draw = np.random.default_rng(seed)
    worth = np.round(draw.uniform(-1.0, 1.0, (4, 3, 4)), 9)
    worth[:3, :, 0] += 0.4
    members, replies, terms = draw.permutation(3), draw.permutation(3), draw.permutation(3)
    units = np.array([3.0, 0.25, 70.0])
    other = np.concatenate([units[:, None, None] * worth[members], worth[3:]])
    other = np.ascontiguousarray(other[:, replies][:, :, [0, *(1 + terms)]])
    before, after = (
        kgsim.solve(kgsim.loads(answered(each).replace("rule: nash", f"rule: {rule}"))).structures["s"]
        for each in (worth, other)
    )
    assert before.complete == after.complete
    assert before.values["D"] == pytest.approx(after.values["D"], rel=1e-8, abs=1e-8)
    for place, member in enumerate(members):
        expected = [units[place] * value for value in before.values[PLAYERS[member]]]
        assert after.values[PLAYERS[place]] == pytest.approx(expected, rel=1e-8, abs=1e-8)
