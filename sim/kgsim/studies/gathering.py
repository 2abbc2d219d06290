"""Gathering a sweep's chunks: into memory or a file, counted as they come, the open points settled at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kgsim.execution.run import Arrays, Progress, run
from kgsim.execution.store import Store
from kgsim.studies.points import Settled, Sweep
from kgsim.studies.table import REASONS

#: Points that ``mixed="auto"`` hands to the solver of single points, over all structures.
MOST_EXACT = 12


class Sink(Protocol):
    """Where results go."""

    def write(self, first: int, arrays: Arrays) -> None:
        """Take the points from number `first` on, the variables of `kgsim.studies.points.VARIABLES`."""
        ...

    def change(self, row: int, point: int, settled: Settled, reason: int) -> None:
        """Change what is known of one structure at one point."""
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
    reasons: list[str] = field(default_factory=lambda: list(REASONS))

    @classmethod
    def of(cls, job: Sweep) -> Tally:
        """Nothing yet."""
        lengths = job.lengths()
        return cls(
            0,
            np.zeros((lengths["structure"], lengths["outcome"]), dtype=np.int64),
            np.zeros(lengths["structure"], dtype=np.int64),
            np.zeros((lengths["claim"], 4), dtype=np.int64),
        )

    def add(self, arrays: Arrays) -> None:
        """Count a chunk in."""
        reached, complete = arrays["reached"], arrays["complete"]
        self.points += complete.shape[-1]
        self.reached += reached.sum(axis=-1)
        self.open += (reached.any(axis=1) & ~complete).sum(axis=-1)
        if "verdict" in arrays:
            self.verdicts += np.array([np.bincount(row, minlength=4) for row in arrays["verdict"]])

    def exchange(self, row: int, before: NDArray[np.bool_], settled: Settled) -> None:
        """Count what is now known of a point instead of the outcomes of `before`, which was not complete."""
        after = np.broadcast_to(settled.values["reached"], before.shape)
        self.reached[row] += after.astype(np.int64) - before
        self.open[row] += int(after.any() and not settled.values["complete"]) - int(before.any())

    def number(self, reason: str) -> int:
        """The number of a reason; a new one if it is not known."""
        if reason not in self.reasons:
            self.reasons.append(reason)
        return self.reasons.index(reason)

    def renumbered(self, arrays: Arrays) -> NDArray[np.int16]:
        """A chunk's reasons, in the numbers used here."""
        numbers = [*range(len(REASONS)), *(self.number(str(text)) for text in arrays["further"])]
        return np.array(numbers, dtype=np.int16)[arrays["reason"]]


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
    waiting = _Waiting([[] for _ in job.structures])
    for chunk, arrays in run(job, workers=workers, scheduler=scheduler, store=store, progress=progress):
        first, _ = job.bounds(chunk)
        known = {name: arrays[name] for name in job.variables()} | {"reason": tally.renumbered(arrays)}
        sink.write(first, known)
        tally.add(known)
        waiting.look(first, arrays)
    if job.mixed == "auto":
        for row, point, before in waiting.chosen(job):
            settled = job.settled(row, point)
            sink.change(row, point, settled, tally.number(settled.reason))
            tally.exchange(row, before, settled)
    return tally


@dataclass(eq=False)
class _Waiting:
    """The open points of structures that have few, each with the outcomes known there."""

    points: list[list[tuple[int, NDArray[np.bool_]]]]

    def look(self, first: int, arrays: Arrays) -> None:
        for row, points in enumerate(self.points):
            # One more than can be settled shows that they are too many.
            for point in np.flatnonzero(arrays["doubtful"][row])[: MOST_EXACT + 1 - len(points)].tolist():
                points.append((first + point, arrays["reached"][row, :, point].copy()))

    def chosen(self, job: Sweep) -> list[tuple[int, int, NDArray[np.bool_]]]:
        """The points to settle: structures with few first, each wholly or not at all."""
        left, chosen = MOST_EXACT, []
        rows = [row for row, points in enumerate(self.points) if points and job.quick(row)]
        for row in sorted(rows, key=lambda row: len(self.points[row])):
            if len(self.points[row]) <= left:
                left -= len(self.points[row])
                chosen += [(row, *each) for each in self.points[row]]
        return chosen


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

    def change(self, row: int, point: int, settled: Settled, reason: int) -> None:
        """See `Sink`."""
        settled.enter(self.arrays, row, point, reason)
