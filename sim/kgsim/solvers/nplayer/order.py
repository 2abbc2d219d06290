"""Support profiles of a game of given shape, smallest first, and what each player faces in them.

They are numbered, and made from their numbers where they are wanted, since a large game has more than can be kept.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from itertools import combinations
from math import comb, prod
from typing import NamedTuple

import numpy as np

from kgsim.solvers.nplayer.prune import WORD
from kgsim.solvers.nplayer.signs import sign_table
from kgsim.solvers.nplayer.work import Ints

MOST_ACTIONS = 62  # a support is a bit set in one signed word
MOST_KEPT = 50_000  # support profiles of one shape that are made once for all games


class Supports(NamedTuple):
    """Some support profiles of one shape of game.

    Attributes
    ----------
    supports
        (profiles, players) bit sets of strategies, by total size, balanced ones first.
    faced
        (profiles, players, words) bit sets of the opponents' combinations that each player faces.
    undominated
        The `sign_table` of the profiles where that applies, to three players of two actions; otherwise empty.
    """

    supports: Ints
    faced: Ints
    undominated: Ints


class SupportList:
    """Support profiles of one shape: whole classes of equal sizes, the smallest first, until `most` profiles.

    Attributes
    ----------
    every
        Whether these are all support profiles of the shape.
    largest
        Size of the largest support of each player.
    words
        Words of the bit sets in `Supports.faced`.
    """

    def __init__(self, shape: tuple[int, ...], most: int) -> None:
        self.shape = shape
        self.words = (max(prod(shape) // k for k in shape) + WORD - 1) // WORD
        self._sizes: list[tuple[int, ...]] = []
        starts = [0]
        for size in _sizes(shape):
            total = starts[-1] + prod(comb(k, s) for k, s in zip(shape, size, strict=True))
            if self._sizes and total > most:
                break
            self._sizes.append(size)
            starts.append(total)
        self._starts = np.array(starts)
        self.every = self._sizes[-1] == shape
        self.largest = tuple(max(own) for own in zip(*self._sizes, strict=True))

    def __len__(self) -> int:
        return int(self._starts[-1])

    def part(self, begin: int, end: int) -> Supports:
        """The profiles from ``begin`` to ``end``."""
        if len(self) > MOST_KEPT:
            return self._make(begin, end)
        whole = self._whole
        return Supports(whole.supports[begin:end], whole.faced[begin:end], whole.undominated >> begin)

    @functools.cached_property
    def _whole(self) -> Supports:
        return self._make(0, len(self))

    def _make(self, begin: int, end: int) -> Supports:
        first, last = np.searchsorted(self._starts, [begin, end - 1], side="right") - 1
        blocks = []
        for k in range(first, max(first, last) + 1):
            masks = [_masks(count, size) for count, size in zip(self.shape, self._sizes[k], strict=True)]
            numbers = np.arange(max(begin, self._starts[k]), min(end, self._starts[k + 1])) - self._starts[k]
            places = np.unravel_index(numbers, tuple(map(len, masks)))
            blocks.append(np.stack([own[place] for own, place in zip(masks, places, strict=True)], axis=1))
        supports = np.concatenate(blocks)
        faced = _faced(self.shape, supports, self.words)
        signs = sign_table(supports, faced) if self.shape == (2, 2, 2) else np.zeros((0, 0), dtype=np.int64)
        return Supports(supports, faced, signs)


@functools.lru_cache(maxsize=32)
def support_list(shape: tuple[int, ...], most: int) -> SupportList:
    """The support profiles of a game of ``shape`` actions, whole size classes until ``most`` profiles."""
    return SupportList(shape, most)


def _sizes(shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Sizes of the players' supports by their sum, balanced ones first."""
    for total in range(len(shape), sum(shape) + 1):
        yield from sorted(_summing(shape, total), key=lambda size: (max(size) - min(size), size))


def _summing(shape: tuple[int, ...], total: int) -> Iterator[tuple[int, ...]]:
    """All sizes of a given sum."""
    if len(shape) == 1:
        yield (total,)
        return
    rest = shape[1:]
    for first in range(max(1, total - sum(rest)), min(shape[0], total - len(rest)) + 1):
        for others in _summing(rest, total - first):
            yield (first, *others)


@functools.lru_cache(maxsize=512)
def _masks(actions: int, size: int) -> Ints:
    return np.array([sum(1 << a for a in chosen) for chosen in combinations(range(actions), size)], dtype=np.int64)


def _faced(shape: tuple[int, ...], supports: Ints, words: int) -> Ints:
    """Bit sets of the opponents' supported combinations, numbered in order, as ``compare`` does."""
    players = len(shape)
    faced = np.zeros((len(supports), players, words), dtype=np.int64)
    played = [supports[:, j, None] >> np.arange(k) & 1 for j, k in enumerate(shape)]
    for i in range(players):
        combined = np.ones((len(supports), 1), dtype=np.int64)
        for j in range(players):
            if j != i:
                width = combined.shape[1] * shape[j]
                combined = (combined[:, :, None] * played[j][:, None, :]).reshape(len(supports), width)
        bits = np.arange(combined.shape[1])
        for word in range((combined.shape[1] + WORD - 1) // WORD):
            own = slice(word * WORD, (word + 1) * WORD)
            faced[:, i, word] = (combined[:, own] << bits[own] % WORD).sum(axis=1)
    return faced
