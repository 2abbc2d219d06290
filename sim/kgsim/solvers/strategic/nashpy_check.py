"""Nashpy beside the engine: a second, independent opinion on two-player games.

Nashpy (Knight and Campbell 2018) enumerates vertices in floating point and compares with fixed tolerances.
So it is given payoffs between 1 and 2, and of what comes back only profiles that prove to be equilibria are
used.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kgsim.games.strategic import regrets
from kgsim.solvers.equilibria import Profile, RawEquilibria
from kgsim.tolerances import NASHPY_REGRET, NO_PROBABILITY, SAME_PROFILE


def nashpy_profiles(scaled: NDArray[np.float64]) -> list[Profile]:
    """Equilibria that Nashpy's vertex enumeration finds, cleaned and verified, each once.

    Parameters
    ----------
    scaled
        Shape (2, m, n) with at least two actions each, scaled to 0..1 per player.

    Returns
    -------
    list
        Possibly incomplete, and empty if Nashpy fails on the game.
    """
    import nashpy
    from scipy.spatial import QhullError

    found: list[Profile] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            candidates = list(nashpy.Game(scaled[0] + 1.0, scaled[1] + 1.0).vertex_enumeration())
        except (QhullError, ValueError, TypeError, np.linalg.LinAlgError):
            return []
    for candidate in candidates:
        profile = tuple(_clean(strategy) for strategy in candidate)
        if not np.all(regrets(scaled, profile) <= NASHPY_REGRET):
            continue
        if _match(profile, found) is None:
            found.append(profile)
    return found


def _clean(strategy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Clip the negative zeros that floating-point vertices carry, and make the probabilities sum to one."""
    clipped = np.where(strategy > NO_PROBABILITY, strategy, 0.0)
    cleaned: NDArray[np.float64] = clipped / clipped.sum()
    return cleaned


def _match(profile: Profile, others: Sequence[Profile]) -> int | None:
    for number, other in enumerate(others):
        if all(np.abs(a - b).max() <= SAME_PROFILE for a, b in zip(profile, other, strict=True)):
            return number
    return None


def cross_check(raw: RawEquilibria, profiles: Sequence[Profile], *, prefer_nashpy: bool) -> RawEquilibria:
    """Join the engine's equilibria with Nashpy's and say whether they agree.

    Parameters
    ----------
    raw
        The engine's answer.
    profiles
        What `nashpy_profiles` found in the same game.
    prefer_nashpy
        Report Nashpy's probabilities where both found an equilibrium, instead of the engine's.

    Returns
    -------
    RawEquilibria
        The union; complete only if the engine says so and Nashpy found nothing beyond.
    """
    matches = [_match(profile, profiles) for profile in raw.equilibria]
    beyond = [
        profile
        for number, profile in enumerate(profiles)
        if number not in matches and not any(_spans(raw, group, profile) for group in raw.components)
    ]
    missed = matches.count(None)
    if beyond:
        verdict = f"Nashpy disagrees: it found {len(beyond)} more, which are added."
    elif missed:
        verdict = f"Nashpy's vertex enumeration found {len(matches) - missed} of these {len(matches)}."
    else:
        verdict = "Nashpy's vertex enumeration agrees."
    equilibria = tuple(
        profiles[match] if prefer_nashpy and match is not None else profile
        for match, profile in zip(matches, raw.equilibria, strict=True)
    )
    return replace(
        raw,
        equilibria=equilibria + tuple(beyond),
        complete=raw.complete and not beyond,
        reason=f"{raw.reason} {verdict}",
        indices=raw.indices + (None,) * len(beyond),
    )


def _spans(raw: RawEquilibria, group: Sequence[int], profile: Profile) -> bool:
    """Whether a profile lies in the maximal Nash subset whose extreme equilibria are `group`."""
    from scipy.optimize import nnls

    for player, strategy in enumerate(profile):
        corners = np.unique([raw.equilibria[k][player] for k in group], axis=0)
        system = np.vstack([corners.T, np.ones(len(corners))])
        if nnls(system, np.append(strategy, 1.0))[1] > SAME_PROFILE:
            return False
    return True
