"""Payoffs redrawn so that only each player's ranking of deals stays.

A deal is an outcome on certain terms (`kgsim.scenario.deals`). At the base point each player ranks all deals, ties
included. A redraw keeps this ranking, and what the best and the worst deal are worth; the levels between are redrawn
uniformly, as the order statistics of independent uniform numbers, so that all payoffs of that ranking and range are
equally likely.

Subgame perfection among pure strategies depends on rankings alone; so does mutual veto over a fallback that is another
structure's value. Every other rule of a bloc weighs points of one player against points of another: rankings do not
decide it, and a redraw shows how much rests on the points. A fallback stated in points has no place in a ranking of
deals, so a structure with such a bloc is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from kgsim.arrays import Floats, Integers
from kgsim.errors import GameError
from kgsim.games.objectives import RULES
from kgsim.scenario.model import Scenario
from kgsim.structures.solution import fallback_structures
from kgsim.tolerances import RANKED_ALIKE

Rests: TypeAlias = Literal["rankings", "points", "stated"]

#: What a structure's equilibria rest on.
RESTS_ON = {
    "rankings": "players' rankings alone",
    "points": "points as well as rankings: a bloc weighs its members' points against each other",
    "stated": "a fallback stated in points, which a ranking of deals cannot place",
}

#: This share of the range is split evenly between the levels, so that no redraw brings two within rounding.
_APART = 1e-4


@dataclass(frozen=True, eq=False)
class Rankings:
    """Every player's weak order of the deals.

    Attributes
    ----------
    levels
        Place of each deal's level from the worst, 0, upwards; tied deals share one. Shape (players, deals).
    low, high
        What the worst and the best level are worth; shape (players,).
    """

    levels: Integers
    low: Floats
    high: Floats

    def redraw(self, generator: np.random.Generator, count: int) -> Floats:
        """Payoffs of that ranking and range, shape (players, deals, count)."""
        drawn = np.empty((*self.levels.shape, count))
        for player, levels in enumerate(self.levels):
            inner = max(int(levels.max()) - 1, 0)
            heights = np.sort(generator.random((count, inner)), axis=1).T
            even = np.linspace(0.0, 1.0, inner + 2)[:, None]
            heights = (1.0 - _APART) * np.vstack([np.zeros(count), heights, np.ones(count)]) + _APART * even
            drawn[player] = (self.low[player] + (self.high[player] - self.low[player]) * heights)[levels]
        return drawn


def rankings(payoffs: Floats) -> Rankings:
    """Rank deals by payoffs, shape (players, deals).

    Raises
    ------
    GameError
        If a payoff is not finite.
    """
    if not np.isfinite(payoffs).all():
        raise GameError("a payoff is not a finite number at the base point, so players have no ranking of deals")
    levels = np.empty(payoffs.shape, dtype=np.intp)
    for player, worth in enumerate(payoffs):
        order = np.argsort(worth, kind="stable")
        steps = np.diff(worth[order], prepend=worth[order[0]]) > RANKED_ALIKE * max(float(np.ptp(worth)), 1e-300)
        levels[player, order] = np.cumsum(steps)
    return Rankings(levels, payoffs.min(axis=1), payoffs.max(axis=1))


def rests_on(scenario: Scenario, structure: str) -> Rests:
    """What a structure's equilibria rest on: a key of `RESTS_ON`."""
    found: Rests = "rankings"
    for bloc in scenario.structures[structure].blocs.values():
        if bloc.disagreement is not None and not isinstance(bloc.disagreement, str):
            return "stated"
        if not RULES[bloc.rule].ordinal:
            found = "points"
    below = [rests_on(scenario, other) for other in fallback_structures(scenario.structures[structure])]
    return max([found, *below], key=list(RESTS_ON).index)
