"""Random games in which one player offers terms from intervals, and linear programmes that solve them independently."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import linprog

import kgsim

TERMS = "xyzvw"


@dataclass(frozen=True)
class OfferGame:
    """P offers terms or not, D replies, R reacts; payoffs are affine in the terms.

    `worth[i, reply, reaction]` holds player i's payoff as a constant and a slope for each term; `outside` what
    everybody has if nothing is offered.
    """

    worth: np.ndarray
    outside: np.ndarray

    @property
    def terms(self) -> int:
        return self.worth.shape[-1] - 1

    def text(self, menu: str = "{from: 0, to: 1}", extra: str = "") -> str:
        """The game as a scenario; `menu` for each of the terms."""
        _, replies, reactions, _ = self.worth.shape
        names = TERMS[: self.terms]
        ends = list(product(range(replies), range(reactions)))
        offered = ", ".join(f"{term}: P.{term}" for term in names)
        rules = [
            f"  o{r}{s}: {{when: {{P: offer, D: d{r}, R: r{s}}}, terms: {{k{r}{s}: 1, {offered}}}}}" for r, s in ends
        ]
        utilities = []
        for player, worth, none in zip("PDR", self.worth.tolist(), self.outside.tolist(), strict=True):
            parts = [
                f"k{r}{s}*({' + '.join(f'({c})*{t}' for c, t in zip(worth[r][s], ('1', *names), strict=True))})"
                for r, s in ends
            ]
            utilities.append(f"  {player}: ({none})*none + shift{player} + " + " + ".join(parts))
        lines = [
            "kgsim: 1", "title: Offers", "question: What is offered?", "players: {P: P, D: D, R: R}", "parameters:",
            *(f"  shift{p}: {{label: s, value: 0, range: [-1, 1], because: x, certainty: judgement}}" for p in "PDR"),
            "terms: {none: none, " + ", ".join(f"{t}: {t}" for t in [*names, *(f"k{r}{s}" for r, s in ends)]) + "}",
            "moves:", "  P:", "    hold: hold",
            "    offer: {label: offer, menu: {" + ", ".join(f"{t}: {menu}" for t in names) + "}}",
            "  D: {" + ", ".join(f"d{r}: d{r}" for r in range(replies)) + "}",
            "  R: {" + ", ".join(f"r{s}: r{s}" for s in range(reactions)) + "}",
            "outcomes:", *rules, "  nothing: {otherwise: true, terms: {none: 1}}", "utilities:", *utilities,
            "structures:", "  s: {play: [P, D, R]}", extra,
        ]  # fmt: skip
        return "\n".join(lines)

    def by_linear_programmes(self) -> np.ndarray:
        """Everybody's payoff in the equilibrium, if it is unique: a programme for each way to reply and react."""
        best = self.outside
        _, replies, reactions, _ = self.worth.shape
        for reaction in product(range(reactions), repeat=replies):
            for reply in range(replies):
                own = self.worth[:, np.arange(replies), reaction]
                gains = [own[1, reply] - own[1, other] for other in range(replies) if other != reply]
                gains += [
                    self.worth[2, r, reaction[r]] - self.worth[2, r, other]
                    for r in range(replies)
                    for other in range(reactions)
                    if other != reaction[r]
                ]
                found = linprog(
                    -own[0, reply, 1:],
                    A_ub=-np.array([gain[1:] for gain in gains]),
                    b_ub=np.array([gain[0] for gain in gains]),
                    bounds=[(0.0, 1.0)] * self.terms,
                )
                if found.success and own[0, reply] @ [1.0, *found.x] > best[0]:
                    best = own[:, reply] @ np.array([1.0, *found.x])
        return best


def random_offer_game(seed: int, most_replies: int = 4, terms: int = 0) -> OfferGame:
    """Payoffs without ties: numbers drawn from an interval; so many terms, up to three if none are asked for."""
    draw = np.random.default_rng(seed)
    some, replies, reactions = (int(draw.integers(*ends)) for ends in ((1, 4), (2, most_replies + 1), (1, 4)))
    terms = terms or some
    worth = np.round(draw.uniform(-1.0, 1.0, (3, replies, reactions, 1 + terms)), 12)
    return OfferGame(worth, np.round(draw.uniform(-1.0, 0.5, 3), 12))


def solved(game: OfferGame, **values: float) -> kgsim.results.StructureSolution:
    """The solution of the game's structure."""
    return kgsim.solve(kgsim.loads(game.text()), values).structures["s"]
