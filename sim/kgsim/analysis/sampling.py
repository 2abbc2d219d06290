"""Points of the unit cube in independent blocks: plain draws, Latin hypercubes or scrambled Sobol' nets.

A block is a pure function of the seed and its number, so blocks can be made anywhere and in any order. For the two
designs that spread points more evenly than chance, every block is a randomised design of its own (a replicate): the
blocks' estimates are then independent, and their scatter gives the error (Owen 1997, SIAM J. Numer. Anal. 34, for
scrambled nets; McKay, Beckman and Conover 1979, Technometrics 21, for Latin hypercubes).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from kgsim.arrays import Floats
from kgsim.errors import GameError

Sampling: TypeAlias = Literal["sobol", "latin", "random"]

#: Each design with what it means.
SAMPLINGS = {
    "sobol": "scrambled Sobol' nets",
    "latin": "Latin hypercubes",
    "random": "independent draws",
}

#: Draws in a block, at most.
LARGEST = 4096

#: Blocks are made smaller to get at least so many, since fewer do not tell an error.
FEWEST = 16

#: Blocks of fewer draws are looked at together, up to so many: a look has its cost however few they are.
TOGETHER = 256

#: Draws that tell an error, at least.
FEWEST_DRAWS = 2 * FEWEST


@dataclass(frozen=True)
class SampleDesign:
    """Blocks of points of the unit cube.

    Attributes
    ----------
    sampling
        One of `SAMPLINGS`.
    dimensions
        Of the cube.
    size, blocks
        Points in a block (a power of two for Sobol' nets), and how many blocks there are.
    last
        Points in the last block; fewer than `size` for independent draws alone.
    seed, stream
        Blocks of different streams are independent.
    """

    sampling: str
    dimensions: int
    size: int
    blocks: int
    last: int
    seed: int
    stream: int = 0

    @property
    def draws(self) -> int:
        """Points of all blocks."""
        return self.size * (self.blocks - 1) + self.last

    def block(self, number: int) -> Floats:
        """Points of one block, shape (size, dimensions), in [0, 1)."""
        generator, count = self.generator(number), self.count(number)
        if self.sampling == "random":
            return generator.random((count, self.dimensions))
        from scipy.stats import qmc

        if self.sampling == "latin":
            return np.asarray(qmc.LatinHypercube(self.dimensions, seed=generator).random(count))
        return np.asarray(qmc.Sobol(self.dimensions, seed=generator).random(count))

    @property
    def groups(self) -> int:
        """How many groups of blocks there are that are looked at together."""
        return -(-self.blocks // self._grouped)

    def group(self, number: int) -> Floats:
        """Points of the blocks of one group, one after the other; shape (points, dimensions)."""
        return np.concatenate([self.block(block) for block in self._blocks(number)])

    def sizes(self, number: int) -> list[int]:
        """Points in each block of a group."""
        return [self.count(block) for block in self._blocks(number)]

    def _blocks(self, number: int) -> range:
        return range(self.blocks)[number * self._grouped :][: self._grouped]

    @property
    def _grouped(self) -> int:
        return max(1, TOGETHER // self.size)

    def count(self, number: int) -> int:
        """Points in one block."""
        return self.last if number == self.blocks - 1 else self.size

    def generator(self, number: int) -> np.random.Generator:
        """The random numbers of one block."""
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(self.stream, number)))


def cubes(sampling: str, dimensions: int, draws: int, seed: int, stream: int = 0) -> SampleDesign:
    """Lay out at least so many points; exactly so many if they are independent.

    Raises
    ------
    GameError
        If the sampling is unknown, or the numbers are not usable.
    """
    if sampling not in SAMPLINGS:
        raise GameError(f"there is no sampling {sampling!r}: choose {', '.join(SAMPLINGS)}")
    if draws < FEWEST_DRAWS:
        raise GameError(f"{draws} draws are too few to tell an error: take {FEWEST_DRAWS} or more")
    if seed < 0:
        raise GameError(f"the seed is {seed}: it must be 0 or more")
    if sampling == "random":
        size = min(LARGEST, -(-draws // FEWEST))
        blocks = -(-draws // size)
        return SampleDesign(sampling, dimensions, size, blocks, draws - size * (blocks - 1), seed, stream)
    size = min(LARGEST, 2 ** int(np.log2(draws // FEWEST)))
    return SampleDesign(sampling, dimensions, size, -(-draws // size), size, seed, stream)
