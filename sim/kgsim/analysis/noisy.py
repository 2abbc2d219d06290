"""Noisy play of a structure against its precision: how likely each outcome is as better moves become likelier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kgsim.arrays import Floats
from kgsim.errors import GameError
from kgsim.scenario.arguments import together
from kgsim.scenario.deals import Deals, deals_of
from kgsim.scenario.model import Scenario
from kgsim.scenario.payoffs import structure_of
from kgsim.scenario.unfit import unfit_for_noise
from kgsim.structures.quantal import Tree, respond
from kgsim.tolerances import SETTLED_CHANCE

#: Precisions at which the shares are drawn, per range of each mover's payoffs.
DRAWN = tuple(float(f"{value:.4g}") for value in np.logspace(-1, 2.5, 29))


@dataclass(frozen=True, eq=False)
class NoisyPlay:
    """Quantal responses of one structure at several precisions.

    Attributes
    ----------
    scenario, structure
        What is played.
    precision
        Per range of each mover's payoffs, ascending; shape (points,).
    outcomes, shares
        Every outcome of the scenario, and its probability; shapes (outcomes,) and (outcomes, points).
    residual
        How far movers who choose at once are from the response to each other; shape (points,).
    """

    scenario: Scenario
    structure: str
    precision: Floats
    outcomes: tuple[str, ...]
    shares: Floats
    residual: Floats

    @property
    def settled(self) -> Floats:
        """The shares, nan where the responses did not settle."""
        return np.where(self.residual <= SETTLED_CHANCE, self.shares, np.nan)


def noisy_play(
    scenario: Scenario,
    values: Mapping[str, float] | None = None,
    *,
    structure: str | None = None,
    precisions: Sequence[float] = DRAWN,
    **more: float,
) -> NoisyPlay:
    """Follow a structure's noisy play over precisions (quantal response in agent form; McKelvey and Palfrey 1998).

    Parameters
    ----------
    scenario
        The scenario; terms from lists, and every bloc a weighted one.
    values, **more
        Parameter values; parameters left out stay at their base values.
    structure
        The structure of play; the first one if left out.
    precisions
        Per range of each mover's payoffs; 0 is even play.

    Raises
    ------
    GameError
        If a name is unknown, a precision is negative, or the structure is one that cannot be played so.
    """
    given = together(scenario, values, more)
    chosen = structure_of(scenario, structure or next(iter(scenario.structures)))
    unfit = unfit_for_noise(scenario, chosen)
    if unfit:
        raise GameError(unfit)
    sharp = np.unique(np.asarray(precisions, dtype=np.float64))
    if not len(sharp) or not np.isfinite(sharp).all() or sharp[0] < 0.0:
        raise GameError("precisions: expected numbers of at least 0, such as [0, 1, 10, 100]")
    return played(scenario, chosen.name, deals_of(scenario), given, sharp)


def played(
    scenario: Scenario, structure: str, deals: Deals, values: Mapping[str, float], precision: Floats
) -> NoisyPlay:
    """The same, once it is known that it can be played so."""
    payoffs = deals.payoffs(scenario, {name: np.array([value]) for name, value in values.items()})
    tree = Tree(scenario, structure, deals.labels[structure])
    chances, off = respond(tree, np.repeat(payoffs, len(precision), axis=2), precision)
    rows = range(len(scenario.outcomes))
    shares = np.array([chances[deals.outcomes == row].sum(axis=0) for row in rows])
    return NoisyPlay(scenario, structure, precision, tuple(rule.name for rule in scenario.outcomes), shares, off)
