"""Whether a statement that is false at the ends of continua of equilibria is true inside: branch and bound.

Every equilibrium of a continuum is a mixture of its ends, so what a claim compares lies between the least and the
largest value at the ends. Where these bounds leave a doubt, a convex continuum (all of whose mixtures are equilibria)
is cut in two along its longest edge, and so on, until all parts are decided or an equilibrium is found where it is true
(Moore 1966; simplicial bisection as in Horst, Pardalos and Thoai 2000, section 3.4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from kgsim.arrays import Bools, Floats
from kgsim.tolerances import SHORTEST_EDGE

#: Parts that may be open at once, and combinations of continua that are looked at, per claim and point.
MOST_PARTS, MOST_COMBINATIONS = 512, 4096

#: Rounds of bisection. An edge is cut a few times in each ten, so that what remains is rounding.
ROUNDS = 200


@dataclass(frozen=True, eq=False)
class Face:
    """The equilibria that one structure may play: one, or the mixtures of several.

    Attributes
    ----------
    ends
        What each player has and how likely each outcome is, row by row; shape (ends, quantities).
    convex
        Whether all mixtures are equilibria.
    """

    ends: Floats
    convex: bool


#: From arrays (parts, ends, quantities), one for each structure, to what is surely and what is possibly true.
Judged: TypeAlias = Callable[[Mapping[str, Floats]], tuple[Bools, Bools]]


@dataclass(frozen=True, eq=False)
class Inside:
    """What was found inside continua.

    Attributes
    ----------
    decided
        Whether it is false at all of them, or one is known where it is true.
    found
        Structure to quantities at an equilibrium where it is true, if one was found.
    """

    decided: bool
    found: Mapping[str, Floats] | None = None


def look_inside(combinations: Iterable[Mapping[str, Face]], judged: Judged, equal: float) -> Inside:
    """Look for equilibria of some structures at which a statement is true.

    Parameters
    ----------
    combinations
        Structure to a face of its equilibria; of all structures the faces that go together.
    judged
        The statement on parts of them; where an array holds a single end, that equilibrium is meant. It is false at
        every end.
    equal
        The tolerance up to which its numbers are equal.
    """
    decided = True
    for looked_at, faces in enumerate(combinations):
        if looked_at == MOST_COMBINATIONS:
            return Inside(False)
        inside = _search(faces, judged, SHORTEST_EDGE * equal)
        if inside.found is not None:
            return inside
        decided &= inside.decided
    return Inside(decided)


def _search(faces: Mapping[str, Face], judged: Judged, shortest: float) -> Inside:
    parts = {name: face.ends[None] for name, face in faces.items()}
    if not judged(parts)[1].any():
        return Inside(True)
    if not all(face.convex or len(face.ends) == 1 for face in faces.values()):
        return Inside(False)
    scale = {name: np.maximum(np.ptp(face.ends, axis=0), 1e-300) for name, face in faces.items()}
    for _ in range(ROUNDS):
        middle = {name: ends.mean(axis=1, keepdims=True) for name, ends in parts.items()}
        surely, _ = judged(middle)
        true = np.flatnonzero(surely)
        if len(true):
            return Inside(True, {name: ends[true[0], 0] for name, ends in middle.items()})
        left = judged(parts)[1]
        if not left.any():
            return Inside(True)
        parts, longest = _halved({name: ends[left] for name, ends in parts.items()}, scale)
        kept = longest > shortest
        parts = {name: ends[kept] for name, ends in parts.items()}
        count = len(next(iter(parts.values())))
        if count == 0:
            return Inside(True)
        if count > MOST_PARTS:
            return Inside(False)
    return Inside(False)


def _halved(parts: Mapping[str, Floats], scale: Mapping[str, Floats]) -> tuple[dict[str, Floats], Floats]:
    """Cut every part at the middle of its longest edge; returns also how long that was, in shares of the whole."""
    lengths = {
        name: np.abs((ends[:, :, None] - ends[:, None]) / scale[name]).max(axis=-1) for name, ends in parts.items()
    }
    longest = np.array([each.max(axis=(1, 2)) for each in lengths.values()])
    halves = {name: (ends.copy(), ends.copy()) for name, ends in parts.items()}
    for place, (name, ends) in enumerate(parts.items()):
        here = np.flatnonzero(longest.argmax(axis=0) == place)
        count = ends.shape[1]
        one, other = np.divmod(lengths[name][here].reshape(len(here), count * count).argmax(axis=1), count)
        middle = (ends[here, one] + ends[here, other]) / 2
        halves[name][0][here, one] = middle
        halves[name][1][here, other] = middle
    joined = {name: np.concatenate(pair) for name, pair in halves.items()}
    return joined, np.tile(longest.max(axis=0), 2)
