"""Running a study's chunks: here, in worker processes, or on a Dask cluster, always with the same result.

A study is a *job*: a number of chunks, and a pure function from a chunk's number to arrays. Whatever computes the
chunks, they are handed on in order and one at a time, so any reduction over them gives the same bytes; only a few are
in flight at once, so memory does not grow with the study. A chunk lost with its worker is computed again.
"""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Future
from contextlib import closing
from functools import lru_cache
from itertools import islice
from typing import Any, Protocol, TypeAlias

from numpy.typing import NDArray

from kgsim.errors import ExecutionError, GameError
from kgsim.execution.executors import Backend, Cluster, Processes
from kgsim.execution.store import Store
from kgsim.versions import kgsim_version

Arrays: TypeAlias = dict[str, NDArray[Any]]

#: Told how many of a job's chunks are done, and how many there are; first those that a store holds already.
Progress: TypeAlias = Callable[[int, int], None]

#: Times that a chunk may be lost with its worker before the study is given up.
MAX_RETRIES = 3


class Job(Protocol):
    """Work in independent chunks; picklable, and frozen once it runs."""

    @property
    def chunks(self) -> int:
        """How many chunks there are, numbered from 0."""
        ...

    @property
    def identity(self) -> Mapping[str, str]:
        """Everything the results depend on, by name; jobs of equal identity give equal bytes.

        Names are shown to the user where two identities differ, such as ``scenario`` or ``seed``; long values belong
        in as a digest.
        """
        ...

    def __call__(self, chunk: int, /) -> Arrays:
        """Compute a chunk; pure: randomness comes from ``SeedSequence((seed, chunk))`` or the like."""
        ...


def run(
    job: Job,
    *,
    workers: int = 1,
    scheduler: str | None = None,
    store: Store | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[int, Arrays]]:
    """Compute a job's chunks.

    Parameters
    ----------
    job
        What to compute.
    workers
        Processes on this machine; 1 computes in this process. A script that asks for more must keep what it does
        under ``if __name__ == "__main__":``, as always with `multiprocessing`.
    scheduler
        Address of a Dask scheduler, such as ``tcp://127.0.0.1:8786``, whose workers compute instead.
    store
        Keeps finished chunks; those that it holds already are read and not computed.
    progress
        Called at the start and after every chunk.

    Yields
    ------
    int, dict of str to ndarray
        Every chunk's number and arrays, in order.

    Raises
    ------
    GameError
        If `workers` is no positive number, or both it and a scheduler are given.
    ExecutionError
        If workers keep dying, or the scheduler does not answer, has no workers or is lost.
    OutputError
        If the store cannot be written to.
    """
    kept = store.kept() if store is not None else frozenset()
    missing = [chunk for chunk in range(job.chunks) if chunk not in kept]
    crew = _crew(workers, scheduler) if missing else None
    done = len(kept)
    if progress is not None:
        progress(done, job.chunks)
    with closing(_computed(job, missing, crew)) as fresh:
        for chunk in range(job.chunks):
            if store is not None and chunk in kept:
                # A chunk that cannot be read any more is computed again.
                yield chunk, store.read(chunk) or job(chunk)
                continue
            arrays = next(fresh)
            if store is not None:
                store.write(chunk, arrays)
            done += 1
            if progress is not None:
                progress(done, job.chunks)
            yield chunk, arrays


def _crew(workers: int, scheduler: str | None) -> Backend | None:
    """Whoever computes; None for this process."""
    if workers < 1:
        raise GameError(f"the number of workers must be 1 or more, not {workers}")
    if scheduler is None:
        return Processes(workers) if workers > 1 else None
    if workers > 1:
        raise GameError("give either a number of workers here or the scheduler of a cluster, not both")
    return Cluster(scheduler)


def _computed(job: Job, chunks: Iterable[int], crew: Backend | None) -> Generator[Arrays, None, None]:
    if crew is None:
        for chunk in chunks:
            yield job(chunk)
        return
    left = iter(chunks)
    flying: deque[tuple[int, Future[Arrays]]] = deque()
    lost = 0
    with crew.at_work(_compute, (pickle.dumps(job), kgsim_version())):
        while True:
            for chunk in islice(left, max(0, crew.width - len(flying))):
                flying.append((chunk, crew.submit(chunk)))
            if not flying:
                return
            chunk, future = flying[0]
            try:
                arrays = crew.result(future)
            except BrokenExecutor as error:
                lost += 1
                if lost == MAX_RETRIES:
                    raise ExecutionError(crew.given_up(chunk)) from error
                crew.mend()
                flying = deque((number, crew.submit(number)) for number, _ in flying)
                continue
            lost = 0
            flying.popleft()
            yield arrays


def _compute(order: tuple[bytes, str], chunk: int) -> Arrays:
    """Compute a chunk in a worker."""
    pickled, version = order
    if kgsim_version() != version:
        raise ExecutionError(f"a worker runs kgsim {kgsim_version()}, this is kgsim {version}: install the same on all")
    return _job(pickled)(chunk)


@lru_cache(maxsize=1)
def _job(pickled: bytes) -> Job:
    # What a job prepares once, such as an engine laid out for its scenario, serves all chunks of a worker.
    job: Job = pickle.loads(pickled)
    return job
