"""Paths of repeated play: which sequences of outcomes do the sustained profiles of strategies lead to?

A profile that is an equilibrium admits a path of outcomes if, from some joint state of its automata that some history
leads to, it plays that path with positive probability and without a slip (with slips anything can happen).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kgsim.automata.check import game_of
from kgsim.automata.critical import sustained
from kgsim.automata.joint import Joint, independent, joint, numbers
from kgsim.errors import GameError
from kgsim.scenario.model import Scenario
from kgsim.scenario.payoffs import outcomes_of

#: Paths of a length, at most.
MOST_PATHS = 20_000

#: A path of outcomes, by their places in the scenario.
Path = tuple[int, ...]


def admitted(
    scenario: Scenario, game: str, rounds: int, points: Mapping[str, ArrayLike]
) -> dict[Path, NDArray[np.float64]]:
    """Return every path of a length, with the largest probability that a sustained profile gives it.

    Parameters
    ----------
    scenario, game
        A scenario and one of its repeated games.
    rounds
        Length of the paths.
    points
        Parameter values, each a number or of shape (m,).

    Returns
    -------
    dict
        Path to probabilities, shape (m,); 0 where no sustained profile leads to it.

    Raises
    ------
    GameError
        If there are more than `MOST_PATHS` paths, or the game's numbers leave their limits.
    """
    chosen = game_of(scenario, game)
    table = outcomes_of(scenario, scenario.structures[chosen.stage])
    outcomes = tuple(int(code) for code in np.unique(table))
    if len(outcomes) ** rounds > MOST_PATHS:
        raise GameError(
            f"{len(outcomes)} outcomes in {rounds} rounds make more than {MOST_PATHS:,} paths; name fewer rounds"
        )
    paths = list(product(outcomes, repeat=rounds))
    found: dict[Path, NDArray[np.float64]] = {}
    for profile in chosen.profiles:
        run = joint(scenario, chosen, profile)
        at = numbers(scenario, run, points)
        stands = sustained(scenario, run, at)
        chance = independent(list(at.play))
        codes = _codes(scenario, run, table)
        for path in paths:
            ahead = np.ones(chance.shape[:2])
            for outcome in reversed(path):
                there = codes == outcome
                ahead = (chance[:, :, there] * ahead[:, run.following[:, there]]).sum(axis=2)
            likely = np.where(stands, ahead.max(axis=1), 0.0)
            found[path] = np.maximum(found.get(path, 0.0), likely)
    return found


def _codes(scenario: Scenario, run: Joint, table: NDArray[np.intp]) -> NDArray[np.intp]:
    """The outcome of each profile of moves of the stage, profiles in the order of the automata."""
    axes = [list(scenario.decisions).index(name) for name in run.moves]
    rest = [axis for axis in range(table.ndim) if axis not in axes]
    return np.asarray(table.transpose(*axes, *rest).reshape(-1))
