"""Shares of draws with their Monte Carlo error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from kgsim.analysis.plain import Plain
from kgsim.wording import percent

Integers: TypeAlias = NDArray[np.integer[Any]]

#: Level of every interval.
LEVEL = 0.95


@dataclass(frozen=True)
class Share(Plain):
    """A share of draws.

    Attributes
    ----------
    share
        In [0, 1].
    low, high
        Its 95 % interval: what chance alone, in the choice of draws, leaves open.
    """

    share: float
    low: float
    high: float

    @property
    def error(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2.0

    def __str__(self) -> str:
        return percent(self.share)


def share(counts: Integers, sizes: Integers, *, replicates: bool) -> Share:
    """A share from the counts of blocks of draws.

    Parameters
    ----------
    counts, sizes
        Draws of each block that count, and all its draws; shape (blocks,).
    replicates
        Whether blocks are randomised designs of equal size whose scatter gives the error (Student's t on their
        means). Otherwise draws are independent and the interval is Wilson's (1927, J. Am. Stat. Assoc. 22), as it also
        is where the blocks do not differ, since no scatter is no proof of no error.
    """
    total, all_ = int(counts.sum()), int(sizes.sum())
    middle = total / all_
    if not replicates or len(sizes) < 2 or np.ptp(means := counts / sizes) == 0.0:
        return Share(middle, *wilson(total, all_))
    reach = float(stdtrit(len(means) - 1, (1.0 + LEVEL) / 2.0) * means.std(ddof=1) / np.sqrt(len(means)))
    return Share(middle, max(middle - reach, 0.0), min(middle + reach, 1.0))


def wilson(count: int, size: int) -> tuple[float, float]:
    """Wilson's score interval for a share of independent draws.

    >>> tuple(round(bound, 4) for bound in wilson(0, 100))
    (0.0, 0.037)
    """
    # Written out, since a result asks for hundreds and `scipy.stats.binomtest` takes a millisecond for each.
    z = float(ndtri((1.0 + LEVEL) / 2.0))
    share, weight = count / size, 1.0 + z**2 / size
    middle = (share + z**2 / (2.0 * size)) / weight
    reach = z / weight * float(np.sqrt(share * (1.0 - share) / size + z**2 / (4.0 * size**2)))
    return (0.0 if count == 0 else middle - reach), (1.0 if count == size else middle + reach)
