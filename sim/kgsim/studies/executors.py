"""Who computes a study's chunks: processes of this machine, or the workers of a Dask cluster."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as Late
from typing import Any, Protocol, Self

from kgsim.errors import ExecutionError

#: Seconds that a scheduler may take to answer.
ANSWER = 10.0

#: Seconds that a cluster may be without a worker.
ALONE = 60.0


class Crew(Protocol):
    """Something that computes; a context manager. Raises BrokenExecutor for work that was lost with its worker."""

    @property
    def width(self) -> int:
        """How many pieces of work to have in flight."""
        ...

    def submit(self, call: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
        """Hand a piece of work out."""
        ...

    def result(self, future: Future[Any], /) -> Any:
        """Wait for a piece of work."""
        ...

    def mend(self) -> None:
        """Replace what broke; all work in flight is lost."""
        ...

    def given_up(self, chunk: int, /) -> str:
        """What to tell the user when work is lost again and again."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...


class Processes:
    """A pool of processes on this machine."""

    def __init__(self, workers: int) -> None:
        self._workers = workers

    @property
    def width(self) -> int:
        """Two chunks a process, so that none waits for this one."""
        return 2 * self._workers

    def __enter__(self) -> Self:
        self._pool = self._opened()
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown(wait=error[0] is None, cancel_futures=True)

    def submit(self, call: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
        """See `Crew`."""
        try:
            return self._pool.submit(call, *arguments)
        except BrokenExecutor as broken:
            # The pool broke since the last result; the loss is met where this piece of work is waited for.
            future: Future[Any] = Future()
            future.set_exception(broken)
            return future

    def result(self, future: Future[Any], /) -> Any:
        """See `Crew`."""
        return future.result()

    def mend(self) -> None:
        """See `Crew`."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = self._opened()

    def given_up(self, chunk: int, /) -> str:
        """See `Crew`."""
        return (
            f"worker processes keep dying before chunk {chunk} is done. If memory ran out, take fewer workers; in a "
            'script, keep what it does under `if __name__ == "__main__":`'
        )

    def _opened(self) -> Executor:
        context = multiprocessing.get_context(_START)
        if _START == "forkserver":
            context.set_forkserver_preload(["kgsim.studies.execution"])
        return ProcessPoolExecutor(self._workers, mp_context=context, initializer=_follow)


# A fork of this process would be faster to start, and unsafe once it has threads, as notebooks and clusters do.
_START = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


def _follow() -> None:
    """Leave Ctrl-C to the process that started this one, and end with it however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


class Cluster:
    """The workers of a Dask cluster that runs already.

    Parameters
    ----------
    address
        Of its scheduler, such as ``tcp://127.0.0.1:8786``.

    Raises
    ------
    ExecutionError
        If Dask is not installed or the address is none; on entering, if the scheduler does not answer or has no
        workers.
    """

    def __init__(self, address: str) -> None:
        try:
            import distributed
        except ImportError:
            raise ExecutionError("a scheduler needs Dask; install it with: pip install 'kgsim[distributed]'") from None
        if "://" not in address:
            raise ExecutionError(f"{address!r} is no address of a scheduler; write it like tcp://127.0.0.1:8786")
        self._distributed: Any = distributed
        self._address = address

    @property
    def width(self) -> int:
        """Two chunks a thread of the workers there are now."""
        threads: int = sum(worker["nthreads"] for worker in self._workers().values())
        return max(4, 2 * threads)

    def __enter__(self) -> Self:
        # What Dask logs of a lost connection is told by the errors here.
        for name in ("distributed.client", "distributed.comm", "distributed.batched"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            self._client = self._distributed.Client(self._address, timeout=ANSWER, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ExecutionError(
                f"no scheduler answers at {self._address} within {ANSWER:.0f} s; start one with: dask scheduler"
            ) from error
        try:
            self._client.wait_for_workers(1, timeout=ANSWER)
        except (TimeoutError, OSError) as error:
            self._client.close()
            raise ExecutionError(
                f"the scheduler at {self._address} has no workers; start some with: dask worker {self._address}"
            ) from error
        self._pool = self._client.get_executor(pure=False)
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown(wait=False)
        self._client.close(timeout=ANSWER)

    def submit(self, call: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
        """See `Crew`."""
        future: Future[Any] = self._pool.submit(call, *arguments)
        return future

    def result(self, future: Future[Any], /) -> Any:
        """See `Crew`; the scheduler itself hands the work of a lost worker to another."""
        alone = time.monotonic()
        while True:
            try:
                return future.result(timeout=1.0)
            except Late:
                if future.done():  # what the work itself raised
                    raise
                if self._workers():
                    alone = time.monotonic()
                elif time.monotonic() - alone > ALONE:
                    raise ExecutionError(f"the scheduler at {self._address} has lost all its workers") from None
            except CancelledError as error:
                raise ExecutionError(f"the scheduler at {self._address} was lost") from error
            except self._distributed.KilledWorker as error:
                raise BrokenExecutor(str(error)) from error

    def mend(self) -> None:
        """See `Crew`; nothing to do here, the scheduler replaces workers."""

    def given_up(self, chunk: int, /) -> str:
        """See `Crew`."""
        return f"workers keep dying before chunk {chunk} is done; their logs say why, often for lack of memory"

    def _workers(self) -> dict[str, Any]:
        workers: dict[str, Any] = self._client.scheduler_info(n_workers=-1)["workers"]
        return workers
