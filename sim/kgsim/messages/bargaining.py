"""What a bargaining space says: whether two players can both gain by a deal that the others accept."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from kgsim.analysis.bargaining import BargainingSpace
from kgsim.arrays import Floats
from kgsim.language import Words
from kgsim.scenario.labels import Labels
from kgsim.wording import NOISE, capital


def space_message(space: BargainingSpace, labels: Labels, without: str, said: Words) -> str:
    """Say whether some deal that the others accept is better for both than no agreement, however they disagree."""
    fallback = space.fallback.max(axis=0)
    listed = space.worth[space.accepted]
    gains = bool((listed > fallback + NOISE).all(axis=1).any()) or any(
        _both_gain(region.accepted, fallback) for region in space.regions
    )
    one, other = (labels.player(name, full=True) for name in space.players)
    return capital(said("space.gain" if gains else "space.none", one=one, other=other, without=without))


def _both_gain(corners: Floats, fallback: Floats) -> bool:
    """Whether some mixture of the corners, shape (corners, 2), gives both more than `fallback`."""
    if not len(corners):
        return False
    # The mixture whose lesser gain is largest: maximise t with t <= gain of either.
    rows = np.column_stack([-(corners - fallback).T, np.ones(2)])
    found = linprog(
        [*np.zeros(len(corners)), -1.0],
        A_ub=rows,
        b_ub=np.zeros(2),
        A_eq=[[*np.ones(len(corners)), 0.0]],
        b_eq=[1.0],
        bounds=[(0.0, None)] * len(corners) + [(None, None)],
    )
    return bool(-found.fun > NOISE)
