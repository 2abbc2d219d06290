"""Gathering a sweep's chunks: into memory or a file, counted as they come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kgsim.execution.run import Arrays, Progress, run
from kgsim.execution.store import Store
from kgsim.results import VERDICTS
from kgsim.studies.points import Sweep


class Sink(Protocol):
    """Where results go."""

    def write(self, first: int, arrays: Arrays) -> None:
        """Take the points from number `first` on, the variables of `kgsim.studies.points.VARIABLES`."""
        ...


@dataclass(eq=False)
class Tally:
    """A sweep in numbers.

    Attributes
    ----------
    points
        How many.
    reached
        Points at which some equilibrium reaches an outcome; shape (structures, outcomes).
    open
        Points that have equilibria, of which further ones are not ruled out; shape (structures,).
    verdicts
        Points of each verdict, as `kgsim.claims.claimed` numbers them; shape (claims, 4).
    reasons
        What the variable ``reason`` stands for.
    """

    points: int
    reached: NDArray[np.int64]
    open: NDArray[np.int64]
    verdicts: NDArray[np.int64]

    @classmethod
    def of(cls, job: Sweep) -> Tally:
        """Nothing yet."""
        lengths = job.lengths()
        return cls(
            0,
            np.zeros((lengths["structure"], lengths["outcome"]), dtype=np.int64),
            np.zeros(lengths["structure"], dtype=np.int64),
            np.zeros((lengths["claim"], len(VERDICTS)), dtype=np.int64),
        )

    def add(self, arrays: Arrays) -> None:
        """Count a chunk in."""
        reached, complete = arrays["reached"], arrays["complete"]
        self.points += complete.shape[-1]
        self.reached += reached.sum(axis=-1)
        self.open += (reached.any(axis=1) & ~complete).sum(axis=-1)
        if "verdict" in arrays:
            self.verdicts += np.array([np.bincount(row, minlength=len(VERDICTS)) for row in arrays["verdict"]])


def gather(
    job: Sweep,
    sink: Sink,
    *,
    workers: int = 1,
    scheduler: str | None = None,
    store: Store | None = None,
    progress: Progress | None = None,
) -> Tally:
    """Compute a sweep into a sink; arguments as for `kgsim.execution.run.run`."""
    tally = Tally.of(job)
    for chunk, arrays in run(job, workers=workers, scheduler=scheduler, store=store, progress=progress):
        first, _ = job.bounds(chunk)
        sink.write(first, arrays)
        tally.add(arrays)
    return tally


class Memory:
    """A sink of arrays, the points of the grid along their last axis."""

    def __init__(self, job: Sweep) -> None:
        lengths = job.lengths()
        self.arrays: Arrays = {
            name: np.zeros((*(lengths[each] for each in variable.leading), job.grid.size), dtype=variable.dtype)
            for name, variable in job.variables().items()
        }

    def write(self, first: int, arrays: Arrays) -> None:
        """See `Sink`."""
        for name, array in arrays.items():
            self.arrays[name][..., first : first + array.shape[-1]] = array
