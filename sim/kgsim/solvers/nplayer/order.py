"""Support profiles of a game of given shape, smallest first, and what each player faces in them."""

from __future__ import annotations

import functools
from itertools import combinations, product
from math import comb, prod
from typing import NamedTuple

import numpy as np

from kgsim.solvers.nplayer.prune import WORD
from kgsim.solvers.nplayer.signs import sign_table
from kgsim.solvers.nplayer.work import Ints

MOST_ACTIONS = 62  # a support is a bit set in one signed word


class SupportList(NamedTuple):
    """Support profiles of one shape of game.

    Attributes
    ----------
    supports
        (profiles, players) bit sets of strategies, by total size, balanced ones first.
    faced
        (profiles, players, words) bit sets of the opponents' combinations that each player faces.
    undominated
        The `sign_table` of the profiles where that applies, to three players of two actions; otherwise empty.
    every
        Whether the list holds every support profile of the shape.
    largest
        Size of the largest support of each player.
    """

    supports: Ints
    faced: Ints
    undominated: Ints
    every: bool
    largest: tuple[int, ...]

    def part(self, begin: int, end: int) -> SupportList:
        """The profiles from ``begin`` to ``end``."""
        return self._replace(
            supports=self.supports[begin:end], faced=self.faced[begin:end], undominated=self.undominated >> begin
        )


@functools.lru_cache(maxsize=32)
def support_list(shape: tuple[int, ...], most: int) -> SupportList:
    """List the support profiles of a game of ``shape`` actions, whole size classes until ``most`` profiles."""
    sizes = sorted(product(*(range(1, k + 1) for k in shape)), key=lambda k: (sum(k), max(k) - min(k), k))
    chosen: list[tuple[int, ...]] = []
    total = 0
    for size in sizes:
        total += prod(comb(k, s) for k, s in zip(shape, size, strict=True))
        if chosen and total > most:
            break
        chosen.append(size)
    blocks = []
    for size in chosen:
        masks = [
            np.array([sum(1 << a for a in c) for c in combinations(range(k), s)], dtype=np.int64)
            for k, s in zip(shape, size, strict=True)
        ]
        blocks.append(np.stack([grid.ravel() for grid in np.meshgrid(*masks, indexing="ij")], axis=1))
    supports = np.concatenate(blocks)
    faced = _faced(shape, supports)
    return SupportList(
        supports,
        faced,
        sign_table(supports, faced) if shape == (2, 2, 2) else np.zeros((0, 0), dtype=np.int64),
        len(chosen) == len(sizes),
        tuple(max(size[i] for size in chosen) for i in range(len(shape))),
    )


def _faced(shape: tuple[int, ...], supports: Ints) -> Ints:
    """Bit sets of the opponents' supported combinations, numbered in order, as ``compare`` does."""
    players = len(shape)
    most = max(prod(shape) // k for k in shape)
    faced = np.zeros((len(supports), players, (most + WORD - 1) // WORD), dtype=np.int64)
    for i in range(players):
        others = [j for j in range(players) if j != i]
        for number, actions in enumerate(product(*(range(shape[j]) for j in others))):
            played = np.ones(len(supports), dtype=np.int64)
            for j, a in zip(others, actions, strict=True):
                played &= supports[:, j] >> a
            faced[:, i, number // WORD] |= (played & 1) << (number % WORD)
    return faced
