"""Where in a box of offers later movers change their minds.

After an offer play goes on through stages of one mover each. What can end it are *bundles*: for each, the deals that it
is at the corners of the box, between which its worth is affine. A bundle that is worse for a mover, all over the box,
than everything another choice may lead to is never chosen; of the others, every two that may follow different choices
divide the box where they are worth the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from kgsim.arrays import Bools, Floats, Integers
from kgsim.tolerances import ROUNDED_WORTH

#: Bundles, shape (k,), and where each may end play, shape (k, points).
Ends: TypeAlias = tuple[Integers, Bools]


@dataclass(eq=False)
class _Induction:
    """What may end play, by backward induction on sets of bundles.

    Parameters
    ----------
    worths
        For each stage after the offer, what its mover makes of each bundle; (bundles, ..., points).
    """

    worths: Sequence[Floats]
    _solved: dict[tuple[int, bytes], Ends] = field(default_factory=dict, init=False)

    def gather(self, block: Integers, stage: int = 0) -> Ends:
        """What may end play after a history: bundles, and at which points; shapes (k,) and (k, points).

        `block` holds the bundle of each way to go on, one axis per stage.
        """
        if stage == len(self.worths):
            return block.reshape(1), np.ones((1, self.worths[0].shape[-1] if self.worths else 1), dtype=bool)
        key = stage, np.ascontiguousarray(block).tobytes()
        if key not in self._solved:
            parts = {np.ascontiguousarray(part).tobytes(): part for part in block}
            choices = [self.gather(part, stage + 1) for part in parts.values()]
            self._solved[key] = _united(choices, self._kept(choices, stage)) if len(choices) > 1 else choices[0]
        return self._solved[key]

    def _kept(self, choices: Sequence[Ends], stage: int) -> list[Bools]:
        """Which bundles of each of a stage's choices its mover may be willing to get."""
        raise NotImplementedError


def _united(choices: Sequence[Ends], kept: Sequence[Bools]) -> Ends:
    every = np.unique(np.concatenate([ids for ids, _ in choices]))
    alive = np.zeros((len(every), kept[0].shape[-1]), dtype=bool)
    for (ids, _), mask in zip(choices, kept, strict=True):
        alive[np.searchsorted(every, ids)] |= mask
    some = alive.any(axis=1)
    return every[some], alive[some]


@dataclass(eq=False)
class Answers(_Induction):
    """What may follow each of many offers, later movers knowing the offer.

    Parameters
    ----------
    worths
        Of each bundle, for each offer: shape (bundles, offers).
    mixing
        Whether to keep what is never chosen for certain and may still be one half of a mixture.
    """

    mixing: bool = False

    def _kept(self, choices: Sequence[Ends], stage: int) -> list[Bools]:
        """Those that are not surely worse than everything that some other choice may lead to."""
        worth = self.worths[stage]
        slack = ROUNDED_WORTH * np.abs(worth).max(axis=0)
        least = np.array([np.where(alive, worth[ids], np.inf).min(axis=0) for ids, alive in choices])
        first = least.argmax(axis=0)[None]
        best = np.take_along_axis(least, first, axis=0)[0]
        np.put_along_axis(least, first, -np.inf, axis=0)
        second = least.max(axis=0)
        kept = []
        for number, (ids, alive) in enumerate(choices):
            own = np.where(alive, worth[ids], -np.inf).max(axis=0) if self.mixing else worth[ids]
            kept.append(alive & (np.where(first[0] == number, second, best) - own <= slack))
        return kept


@dataclass(eq=False)
class Indifferences(_Induction):
    """Gathers the planes on which later movers are indifferent.

    Parameters
    ----------
    worths
        Of each bundle at each corner: shape (bundles, corners, points).
    """

    found: dict[tuple[int, int, int], tuple[Floats, Bools]] = field(default_factory=dict, init=False)

    def _kept(self, choices: Sequence[Ends], stage: int) -> list[Bools]:
        """Those that some offer may leave their mover willing to get; every two of different choices divide the box."""
        kept = [self._undominated(number, choices, stage) for number in range(len(choices))]
        for first, (ours, here) in enumerate(zip((ids for ids, _ in choices), kept, strict=True)):
            for (theirs, _), there in zip(choices[:first], kept[:first], strict=True):
                self._divide(stage, ours, here, theirs, there)
        return kept

    def _undominated(self, number: int, choices: Sequence[Ends], stage: int) -> Bools:
        worth = self.worths[stage]
        ids, alive = choices[number]
        slack = ROUNDED_WORTH * np.abs(worth).max(axis=(0, 1))
        kept = alive.copy()
        for other, (rivals, there) in enumerate(choices):
            if other != number:
                gap = (worth[rivals][None] - worth[ids][:, None]).min(axis=2)  # (ids, rivals, points)
                kept &= ~((gap > slack) | ~there[None]).all(axis=1)
        return kept

    def _divide(self, stage: int, ours: Integers, here: Bools, theirs: Integers, there: Bools) -> None:
        worth = self.worths[stage]
        for a, in_a in zip(ours, here, strict=True):
            for b, in_b in zip(theirs, there, strict=True):
                key = stage, int(min(a, b)), int(max(a, b))
                valid = in_a & in_b
                if a == b or not valid.any():
                    continue
                gap = worth[key[1]] - worth[key[2]]
                slack = ROUNDED_WORTH * np.maximum(np.abs(worth[a]), np.abs(worth[b])).max(axis=0)
                valid &= (gap.min(axis=0) < -slack) & (gap.max(axis=0) > slack)
                known = self.found.get(key)
                self.found[key] = gap, valid if known is None else known[1] | valid
