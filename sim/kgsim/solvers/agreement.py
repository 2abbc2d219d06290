"""Whether some mixture of deals gives everybody at the table more than having none."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from kgsim.arrays import Bools, Floats
from kgsim.tolerances import POSITIVE


def agreeable(gains: Floats) -> Bools:
    """Where some mixture of the corners of a set of deals gives every party a gain.

    Parameters
    ----------
    gains
        What each party gains at each corner; shape (parties, corners, points). A set of one corner has no mixtures.

    Returns
    -------
    ndarray
        Flags, shape (points,). Where gains are not known, there is none.
    """
    found: Bools = np.asarray((gains > 0.0).all(axis=0).any(axis=0))
    if gains.shape[1] == 1:
        return found
    left = np.flatnonzero(~found & (gains > 0.0).any(axis=1).all(axis=0) & np.isfinite(gains).all(axis=(0, 1)))
    if len(gains) == 2:
        found[left] = _of_two(*gains[:, :, left])
    else:
        found[left] = [_mixed(gains[..., point]) for point in left]
    return found


def _of_two(one: Floats, other: Floats) -> Bools:
    """Whether the segment from a corner that is good for one to one that is good for the other passes above 0."""
    gained = np.maximum(one, 0.0)[:, None] * np.maximum(other, 0.0)
    lost = np.maximum(-other, 0.0)[:, None] * np.maximum(-one, 0.0)
    size = np.abs(one).max(axis=0) * np.abs(other).max(axis=0)
    return np.asarray((gained - lost > POSITIVE * size).any(axis=(0, 1)))


def _mixed(gains: Floats) -> bool:
    """The largest share of its best gain that a mixture can give everybody, by a linear programme."""
    parties, corners = gains.shape
    shares = gains / gains.max(axis=1, keepdims=True)
    best = linprog(
        np.append(np.zeros(corners), -1.0),
        A_ub=np.column_stack([-shares, np.ones(parties)]),
        b_ub=np.zeros(parties),
        A_eq=np.append(np.ones(corners), 0.0)[None],
        b_eq=[1.0],
        bounds=[*[(0.0, None)] * corners, (None, None)],
    )
    return bool(best.status == 0 and -best.fun > POSITIVE)
