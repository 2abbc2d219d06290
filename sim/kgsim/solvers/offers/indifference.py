"""Where in a box of offers later movers change their minds.

After an offer play goes on through stages of one mover each. What can end it are *bundles*: for each, the deals that it
is at the corners of the box, between which its worth is affine. A bundle that is worse for a mover, all over the box,
than everything another choice may lead to is never chosen; of the others, every two that may follow different choices
divide the box where they are worth the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from kgsim.arrays import Bools, Floats, Integers
from kgsim.tolerances import ROUNDED_WORTH


@dataclass(eq=False)
class Indifferences:
    """Gathers the planes on which later movers are indifferent.

    Parameters
    ----------
    worths
        For each stage after the offer, what its mover makes of each bundle at each corner; (bundles, corners, points).
    mixing
        Whether to keep what is never chosen for certain and may still be one half of a mixture.
    """

    worths: Sequence[Floats]
    mixing: bool = False
    found: dict[tuple[int, int, int], tuple[Floats, Bools]] = field(default_factory=dict)
    _solved: dict[tuple[int, bytes], tuple[Integers, Bools]] = field(default_factory=dict)

    def gather(self, block: Integers, stage: int = 0) -> tuple[Integers, Bools]:
        """What may end play after a history: bundles, and at which points; shapes (k,) and (k, points).

        `block` holds the bundle of each way to go on, one axis per stage.
        """
        if stage == len(self.worths):
            return block.reshape(1), np.ones((1, self.worths[0].shape[-1] if self.worths else 1), dtype=bool)
        key = stage, np.ascontiguousarray(block).tobytes()
        if key not in self._solved:
            choices = {self._key(stage + 1, part): part for part in block}
            self._solved[key] = self._chosen([self.gather(part, stage + 1) for part in choices.values()], stage)
        return self._solved[key]

    def _key(self, stage: int, block: Integers) -> bytes:
        return np.ascontiguousarray(block).tobytes()

    def _chosen(self, choices: Sequence[tuple[Integers, Bools]], stage: int) -> tuple[Integers, Bools]:
        if len(choices) == 1:
            return choices[0]
        kept = [self._undominated(number, choices, stage) for number in range(len(choices))]
        for first, (ours, here) in enumerate(zip((ids for ids, _ in choices), kept, strict=True)):
            for (theirs, _), there in zip(choices[:first], kept[:first], strict=True):
                self._divide(stage, ours, here, theirs, there)
        every = np.unique(np.concatenate([ids for ids, _ in choices]))
        alive = np.zeros((len(every), kept[0].shape[-1]), dtype=bool)
        for (ids, _), mask in zip(choices, kept, strict=True):
            alive[np.searchsorted(every, ids)] |= mask
        some = alive.any(axis=1)
        return every[some], alive[some]

    def _undominated(self, number: int, choices: Sequence[tuple[Integers, Bools]], stage: int) -> Bools:
        """Which bundles of a choice some offer may leave its mover willing to get."""
        worth = self.worths[stage]
        ids, alive = choices[number]
        slack = ROUNDED_WORTH * np.abs(worth).max(axis=(0, 1))
        kept = alive.copy()
        for other, (rivals, there) in enumerate(choices):
            if other != number:
                gap = (worth[rivals][None] - worth[ids][:, None]).min(axis=2)  # (ids, rivals, points)
                worse = ((gap > slack) | ~there[None]).all(axis=1)
                kept &= ~((worse | ~alive).all(axis=0) if self.mixing else worse)
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
