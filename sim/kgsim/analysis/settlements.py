"""Which deal each bargaining rule picks, out of all deals on the table, terms from intervals being as they are.

A set of deals on terms from intervals is the mixtures of its corners, so a rule's best deal there is exact
(`kgsim.games.mixtures`); between sets the rule compares what it picked in each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kgsim.analysis.plain import Plain
from kgsim.arrays import Floats, Integers
from kgsim.games import mixtures
from kgsim.games.objectives import NashProduct, gains
from kgsim.scenario.deals import Deals, made_by
from kgsim.scenario.model import Scenario
from kgsim.tolerances import SAME_GAIN

#: Rules in the order in which they are told; the last two compare points of different players, and so need rates.
RULES = ("nash", "kalai_smorodinsky", "egalitarian", "utilitarian")


@dataclass(frozen=True)
class Settlement(Plain):
    """What a bargaining rule picks.

    Attributes
    ----------
    rule
        ``nash``, ``kalai_smorodinsky``, ``egalitarian`` or ``utilitarian``.
    outcome, terms
        The deal: its outcome, and each term that is chosen, by ``decision.term``.
    worth, gain
        Player to what it is worth, and party to what it gains over no agreement.
    """

    rule: str
    outcome: str
    terms: Mapping[str, float]
    worth: Mapping[str, float]
    gain: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class DealTable:
    """All deals on the table, by sets that are the mixtures of their corners.

    Attributes
    ----------
    scenario, deals
        The scenario and its deals.
    payoffs
        What every deal is worth to every player; shape (deals, players).
    cells
        Outcome and deals at the corners of each set.
    """

    scenario: Scenario
    deals: Deals
    payoffs: Floats
    cells: tuple[tuple[int, Integers], ...]

    def between(self, seats: Sequence[int]) -> DealTable:
        """The deals that some players can make by themselves (`kgsim.scenario.deals.made_by`)."""
        own = made_by(self.scenario, self.deals, [list(self.scenario.players)[seat] for seat in seats])
        return replace(self, cells=tuple(cell for cell in self.cells if own[cell[1]].all()))

    def settlements(
        self,
        seats: Sequence[int],
        fallback: Floats,
        rates: Sequence[float] | None = None,
        power: Sequence[float] | None = None,
    ) -> dict[str, Settlement]:
        """What each rule picks for some players who need each other's consent.

        Parameters
        ----------
        seats
            The parties, as numbers of players.
        fallback
            What each party has without agreement; shape (parties,).
        rates
            What one point of each party counts for; without them rules that compare points are left out.
        power
            The parties' bargaining powers, equal unless stated; they bend the Nash product.

        Returns
        -------
        dict
            Rule to what it picks; empty if no deal gives all parties more.
        """
        parties = list(seats)
        every = self._gains(parties, fallback)
        most = self.most(parties, fallback)
        if most is None:
            return {}
        shares = np.ones(len(parties)) if power is None else np.asarray(power, dtype=np.float64)
        product = NashProduct(tuple(range(len(parties))), np.zeros(len(parties)), shares)
        equal = np.divide(1.0, most, out=np.zeros_like(most), where=most > 0.0)
        found = [self._nash(parties, fallback, every, product)]
        if found[0] is None:
            return {}
        found.append(self._least("kalai_smorodinsky", parties, fallback, every, equal))
        if rates is not None:
            found.append(self._least("egalitarian", parties, fallback, every, np.asarray(rates)))
            found.append(self._sum(parties, fallback, every, np.asarray(rates)))
        return {each.rule: each for each in found if each is not None}

    def most(self, seats: Sequence[int], fallback: Floats) -> Floats | None:
        """The most that each party could gain in a deal that leaves no party worse off; None without such a deal."""
        ideals = [own for each in self._gains(seats, fallback) if (own := ideal(each)) is not None]
        return np.asarray(np.max(ideals, axis=0)) if ideals else None

    def _gains(self, seats: Sequence[int], fallback: Floats) -> list[Floats]:
        """What the parties gain at the corners of each set."""
        return [gains(self.payoffs[corners][:, list(seats)], fallback) for _, corners in self.cells]

    def _nash(
        self, parties: list[int], fallback: Floats, every: list[Floats], product: NashProduct
    ) -> Settlement | None:
        def score(gain: Floats) -> tuple[float, ...]:
            return (float(product.score(gain)),)

        found = self._best("nash", parties, fallback, every, product.mixture, score)
        return found if found is not None and min(found.gain.values()) > 0.0 else None

    def _least(
        self, rule: str, parties: list[int], fallback: Floats, every: list[Floats], rates: Floats
    ) -> Settlement | None:
        def score(gain: Floats) -> tuple[float, ...]:
            return tuple(float(f"{each:.9g}") for each in np.sort(rates * gain))

        return self._best(rule, parties, fallback, every, lambda each: mixtures.largest_least(each, rates), score)

    def _sum(self, parties: list[int], fallback: Floats, every: list[Floats], rates: Floats) -> Settlement | None:
        def score(gain: Floats) -> tuple[float, ...]:
            return (float(rates @ gain),)

        def pick(each: Floats) -> Floats | None:
            return mixtures.best(each @ rates, each)

        return self._best("utilitarian", parties, fallback, every, pick, score)

    def _best(
        self,
        rule: str,
        parties: list[int],
        fallback: Floats,
        every: list[Floats],
        mixture: Callable[[Floats], Floats | None],
        score: Callable[[Floats], tuple[float, ...]],
    ) -> Settlement | None:
        """The best of what a rule picks from each set; the first one at a tie."""
        chosen: tuple[tuple[float, ...], int, Floats] | None = None
        for number, each in enumerate(every):
            weights = alone(each) if len(each) == 1 else mixture(each)
            if weights is not None:
                value = score(weights @ each)
                if chosen is None or value > chosen[0]:
                    chosen = value, number, weights
        return None if chosen is None else self._told(rule, parties, fallback, *chosen[1:])

    def _told(self, rule: str, parties: list[int], fallback: Floats, number: int, weights: Floats) -> Settlement:
        outcome, corners = self.cells[number]
        players = list(self.scenario.players)
        worth = weights @ self.payoffs[corners]
        place = np.searchsorted(np.flatnonzero(self.deals.outcomes == outcome), corners)
        return Settlement(
            rule,
            self.scenario.outcomes[outcome].name,
            {name: float(weights @ values[place]) for name, values in self.deals.menus[outcome].items()},
            {player: float(own) for player, own in zip(players, worth, strict=True)},
            {players[seat]: float(worth[seat] - own) for seat, own in zip(parties, fallback, strict=True)},
        )


def ideal(each: Floats) -> Floats | None:
    """The most that each party gains in a mixture of corners that leaves nobody below 0; None if there is none."""
    if len(each) == 1:
        return each[0] if (each[0] >= 0.0).all() else None
    if (each.max(axis=0) < 0.0).any():
        return None
    return mixtures.ideal(each)


def alone(each: Floats) -> Floats | None:
    """The whole of a deal by itself, if nobody loses by it."""
    return np.ones(1) if (each[0] >= -SAME_GAIN * np.abs(each).max()).all() else None
