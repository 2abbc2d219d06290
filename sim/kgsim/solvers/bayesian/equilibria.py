"""Equilibria of games with types as solvers hand them over: strategies, what has to be believed, and what is open."""

from __future__ import annotations

from dataclasses import dataclass

from kgsim.games.bayesian import Strategy
from kgsim.solvers.bayesian.beliefs import Supporting


@dataclass(frozen=True, eq=False)
class BayesianEquilibrium:
    """One equilibrium.

    Attributes
    ----------
    strategy
        What every mover does.
    beliefs
        (history, informed player's place) of a surprise to the beliefs that support the strategy.
    labels
        What it is called, such as one that fails the intuitive criterion (see `kgsim.solvers.bayesian.refinements`).
    remark
        How far it is told; empty if it is told with all beliefs that support it.
    """

    strategy: Strategy
    beliefs: Supporting
    labels: tuple[str, ...] = ()
    remark: str = ""


@dataclass(frozen=True)
class BayesianSet:
    """The equilibria found.

    Attributes
    ----------
    equilibria
        Some may differ only in what would follow moves that are not made.
    continua, convex
        Groups of places in `equilibria` between which there are more, and whether all mixtures of a group are.
    complete
        Whether each equilibrium's lottery over types and ends is listed or lies in a continuum.
    reasons
        Why it is complete, or why it may not be.
    """

    equilibria: tuple[BayesianEquilibrium, ...]
    continua: tuple[tuple[int, ...], ...]
    convex: tuple[bool, ...]
    complete: bool
    reasons: tuple[str, ...]
