"""Several movers who offer from intervals at once, where what is made of one offer turns on another."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.optimize import linprog

import kgsim
from kgsim.errors import ScenarioError

PURE = ", ties: nearby, strategies: pure"

FRAME = """
kgsim: 1
title: Offers at once
question: What do several principals offer one agent?
players: {{{players}}}
{parameters}terms: {{{terms}}}
moves:
{moves}
outcomes:
{outcomes}
utilities:
{utilities}
structures:
  s: {{play: [[{first}], {later}]{options}}}
"""


def scenario(
    players: str, terms: str, moves: str, outcomes: str, utilities: str, options: str = PURE, parameters: str = ""
) -> kgsim.Scenario:
    """Players of one letter each; the first two, or three, offer at once, and the others follow in turn."""
    names = players.split()
    count = 3 if "P" in names else 2
    return kgsim.loads(
        FRAME.format(
            players=", ".join(f"{name}: {name}" for name in names),
            parameters=parameters,
            terms=", ".join(f"{term}: {term}" for term in terms.split()),
            moves=moves,
            outcomes=outcomes,
            utilities=utilities,
            first=", ".join(names[:count]),
            later=", ".join(names[count:]),
            options=options,
        )
    )


def payoffs(solution: kgsim.StructureSolution) -> np.ndarray:
    return np.array([list(each.payoffs.values()) for each in solution.equilibria])


def in_some_piece(solution: kgsim.StructureSolution, point: np.ndarray, within: float) -> bool:
    """Whether payoffs are close to a mixture of those of one continuum, or to an isolated equilibrium's."""
    every, pieces = payoffs(solution), [list(piece) for piece in solution.continua]
    alone = [[number] for number in range(len(every)) if not any(number in piece for piece in pieces)]

    def close(ends: np.ndarray) -> bool:
        limits = np.vstack([ends.T, -ends.T]), np.concatenate([point + within, within - point])
        found = linprog(np.zeros(len(ends)), *limits, np.ones((1, len(ends))), [1.0])
        return bool(found.status == 0)

    return any(close(every[piece]) for piece in [*pieces, *alone])


BUILDS = """  A: {offer: {label: offer, menu: {x: {from: 0, to: 1}}}}
  B: {offer: {label: offer, menu: {y: {from: 0, to: 1}}}}
  D: {act: act, leave: leave}"""


def building(a: str, b: str, options: str = PURE, parameters: str = "") -> kgsim.Scenario:
    """D builds at a cost of 1/2 if A and B pay that between them; it is worth a and b to them."""
    return scenario(
        "A B D",
        "x y done",
        BUILDS,
        "  built: {when: {D: act}, terms: {x: A.x, y: B.y, done: 1}}\n  nothing: {otherwise: true}",
        f"  A: {a}*done - x\n  B: {b}*done - y\n  D: x + y - 0.5*done",
        options,
        parameters,
    )


@pytest.mark.parametrize(
    ("a", "b", "ends"),
    [
        # They share the cost in every way that leaves each of them something.
        (0.6, 0.7, [(0.6, 0.2, 0), (0.1, 0.7, 0)]),
        (0.2, 0.9, [(0.2, 0.4, 0), (0, 0.6, 0)]),
        # Neither pays all of it for nothing, nor both together.
        (0.3, 0.1, [(0, 0, 0)]),
        # Each alone would not; together they may, or may both wait for the other.
        (0.4, 0.4, [(0.3, 0, 0), (0, 0.3, 0), (0, 0, 0)]),
    ],
)
def test_two_share_the_cost_of_a_third_ones_deed(a, b, ends):
    """The subscription game of Bagnoli and Lipman (1989) with two subscribers, by hand."""
    solution = kgsim.solve(building(str(a), str(b))).structures["s"]
    assert solution.complete and solution.residual <= 1e-12
    found = payoffs(solution)
    assert all(np.abs(found - end).max(axis=1).min() <= 1e-12 for end in np.array(ends))
    assert all(in_some_piece(solution, point, 1e-9) for point in np.array(ends, dtype=float))


def test_what_is_not_sought_is_said():
    """Lots and threats at exact indifference may add equilibria; nothing is called complete that leaves them open."""
    solution = kgsim.solve(building("0.6", "0.7", options="")).structures["s"]
    assert not solution.complete
    assert any("draw lots" in reason for reason in solution.reasons)
    assert any("threats" in reason for reason in solution.reasons)
    assert "nobody draws lots" in kgsim.solve(building("0.6", "0.7")).structures["s"].reasons[0]


def test_an_answer_that_is_best_only_inside_both_intervals_is_seen():
    """D's first answer is best only where x is between 0.3 and 0.7 and y between 0.4 and 0.6; A and B want it."""
    solution = kgsim.solve(
        scenario(
            "A B D",
            "x y r0 r1 r2 r3 r4",
            BUILDS.replace("{act: act, leave: leave}", "{d0: a, d1: b, d2: c, d3: d, d4: e}"),
            "\n".join(
                f"  o{k}: {{{when}, terms: {{x: A.x, y: B.y, r{k}: 1}}}}"
                for k, when in enumerate([*(f"when: {{D: d{k}}}" for k in range(4)), "otherwise: true"])
            ),
            "  A: r0\n  B: r0\n  D: r1*(x - 0.7) + r2*(0.3 - x) + r3*(y - 0.6) + r4*(0.4 - y)",
        )
    ).structures["s"]
    assert solution.values["A"] == (0.0, 1.0)
    assert solution.residual == 0.0


WORTHS = {"A": (0.9, 0.2), "B": (0.1, 0.5)}


def test_truthful_equilibria_of_a_menu_auction_are_among_them():
    """Bernheim and Whinston (1986, theorem 2): two principals bid for each of an agent's two deeds.

    In truthful equilibria the agent does what is best for all, here the first deed, and the principals' net gains n
    are those with n_A <= W - W_B, n_B <= W - W_A and n_A + n_B <= W - W_0 that neither can raise: W is what the best
    deed is worth to all, W_A and W_B to one principal with the agent alone, W_0 to the agent.
    """
    solution = kgsim.solve(
        scenario(
            "A B D",
            "xa xb ya yb first second",
            "  A: {bid: {label: bid, menu: {xa: {from: 0, to: 1}, xb: {from: 0, to: 1}}}}\n"
            "  B: {bid: {label: bid, menu: {ya: {from: 0, to: 1}, yb: {from: 0, to: 1}}}}\n"
            "  D: {one: one, two: two}",
            "  first deed: {when: {D: one}, terms: {xa: A.xa, ya: B.ya, first: 1}}\n"
            "  second deed: {otherwise: true, terms: {xb: A.xb, yb: B.yb, second: 1}}",
            "\n".join(
                f"  {p}: {v[0]}*first + {v[1]}*second - {t}a - {t}b"
                for (p, v), t in zip(WORTHS.items(), "xy", strict=True)
            )
            + "\n  D: xa + xb + ya + yb",
        )
    ).structures["s"]
    assert solution.complete and solution.residual <= 1e-12
    total = np.array(list(WORTHS.values())).sum(axis=0).max()
    limit = {"A": total - max(WORTHS["B"]), "B": total - max(WORTHS["A"])}
    # Both limits can be reached together, and leave the agent what is left.
    assert limit["A"] + limit["B"] <= total
    assert in_some_piece(solution, np.array([limit["A"], limit["B"], total - limit["A"] - limit["B"]]), 1e-9)


def test_three_principals_share_a_cost():
    """Whoever pays nothing gains, and all that the others pay is what is needed."""
    moves = BUILDS.replace("  D:", "  P: {offer: {label: offer, menu: {z: {from: 0, to: 1}}}}\n  D:")
    solution = kgsim.solve(
        scenario(
            "A B P D",
            "x y z done",
            moves,
            "  built: {when: {D: act}, terms: {x: A.x, y: B.y, z: P.z, done: 1}}\n  nothing: {otherwise: true}",
            "  A: 0.4*done - x\n  B: 0.4*done - y\n  P: 0.4*done - z\n  D: x + y + z - 0.9*done",
        )
    ).structures["s"]
    assert solution.complete
    for shares in itertools.permutations((0.4, 0.4, 0.1)):
        assert in_some_piece(solution, np.array([*(0.4 - each for each in shares), 0.0]), 1e-9)
    assert in_some_piece(solution, np.zeros(4), 1e-9)


class Random:
    """A at x and B at y offer at once, D answers in one of some ways, all payoffs being integers at (0, 0)."""

    def __init__(self, seed: int) -> None:
        draw = np.random.default_rng(seed)
        self.numbers = draw.integers(-3, 4, (3, int(draw.integers(2, 5)), 3)).astype(float)

    @property
    def tied(self) -> bool:
        """Whether D is indifferent between two answers all over, or at one end of an interval."""
        return any(np.count_nonzero(one - other) < 3 for one, other in itertools.combinations(self.numbers[2], 2))

    def scenario(self) -> kgsim.Scenario:
        count = self.numbers.shape[1]
        return scenario(
            "A B D",
            "x y " + " ".join(f"r{k}" for k in range(count)),
            BUILDS.replace("{act: act, leave: leave}", str({f"d{k}": f"answer {k}" for k in range(count)})),
            "\n".join(
                f"  o{k}: {{{f'when: {{D: d{k}}}' if k + 1 < count else 'otherwise: true'}, "
                f"terms: {{x: A.x, y: B.y, r{k}: 1}}}}"
                for k in range(count)
            ),
            "\n".join(
                f"  {player}: " + " + ".join(f"r{k}*({c} + ({a})*x + ({b})*y)" for k, (c, a, b) in enumerate(rows))
                for player, rows in zip("ABD", self.numbers, strict=True)
            ),
        )

    def play(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """What everybody gets at offers that D is not indifferent to."""
        x, y = np.broadcast_arrays(x, y)
        every = np.tensordot(self.numbers, np.stack([np.ones_like(x), x, y]), axes=1)
        return np.take_along_axis(every, every[2].argmax(axis=0)[None, None], axis=1)[:, 0]

    def most(self, mover: int, other: np.ndarray) -> np.ndarray:
        """The most a mover can get: next to an end, or to where D is indifferent."""
        tries, own, rest = [np.full_like(other, 1e-9), np.full_like(other, 1.0 - 1e-9)], 1 + mover, 2 - mover
        for gap in (one - two for one, two in itertools.combinations(self.numbers[2], 2)):
            if gap[own]:
                border = -(gap[0] + gap[rest] * other) / gap[own]
                tries += [np.clip(border + side, 1e-9, 1.0 - 1e-9) for side in (-1e-9, 1e-9)]
        own_offers = np.array(tries)
        return self.play(*((own_offers, other) if mover == 0 else (other, own_offers)))[mover].max(axis=0)

    def nearly_best(self, count: int = 160) -> tuple[np.ndarray, float]:
        """Payoffs at those offers of a grid by changing which nobody gains more than a step is worth, and that gain."""
        offers = np.concatenate([[1e-6], (np.arange(count) + 0.37) / count, [1.0 - 1e-6]])
        found = self.play(offers[:, None], offers[None, :])
        slack = 2.0 * np.abs(self.numbers[..., 1:]).max() / count
        best = (found[0] >= self.most(0, offers)[None, :] - slack) & (found[1] >= self.most(1, offers)[:, None] - slack)
        return found[:, best].T, slack


FEW = [seed for seed in range(40) if not Random(seed).tied]
MANY = [seed for seed in range(40, 600) if not Random(seed).tied]


@pytest.mark.parametrize("seed", [*FEW, *(pytest.param(seed, marks=pytest.mark.slow) for seed in MANY)])
def test_equilibria_are_the_limits_of_offers_that_are_nearly_best(seed):
    """Held against a grid on which gains are found by trying everything: each has the other's beside it."""
    game = Random(seed)
    solution = kgsim.solve(game.scenario()).structures["s"]
    nearly, slack = game.nearly_best()
    assert bool(solution.unsolved) == (len(nearly) == 0)
    if len(nearly):
        assert solution.complete and solution.residual <= 1e-9
        for point in payoffs(solution):
            assert np.abs(nearly - point).max(axis=1).min() <= 2 * slack
        for point in nearly[:: max(1, len(nearly) // 25)]:
            assert in_some_piece(solution, point, 12 * slack)


def test_studies_say_what_single_points_do():
    declared = "parameters:\n  worth: {label: worth, value: 0.6, range: [0, 1], because: x, certainty: judgement}\n"
    model = building("worth", "0.7", parameters=declared)
    values = [0.05, 0.3, 0.6, 0.9]
    study = kgsim.sweep(model, worth=values)
    for number, worth in enumerate(values):
        here = study.isel(worth=number, structure=0)
        found = [float(each.sel(player="A")) for each in (here.low, here.high)]
        assert bool(here.complete)
        assert found == pytest.approx(kgsim.solve(model, worth=worth).structures["s"].values["A"], abs=1e-12)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("{x: {from: 0, to: 1}}", "{x: [0, 1]}"), "several movers of the first stage offer from intervals"),
        (("D: x + y - 0.5*done", "D: x*y - 0.5*done"), "multiplies A.x by B.y"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(change, told):
    with pytest.raises(ScenarioError, match=told):
        scenario(
            "A B D",
            "x y done",
            BUILDS.replace(*change),
            "  built: {when: {D: act}, terms: {x: A.x, y: B.y, done: 1}}\n  nothing: {otherwise: true}",
            "  A: 0.6*done - x\n  B: 0.7*done - y\n  D: x + y - 0.5*done".replace(*change),
        )
