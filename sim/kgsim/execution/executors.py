"""Who computes a study's chunks: processes of this machine, or the workers of a Dask cluster."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as Late
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any, Protocol, TypeAlias

from kgsim.errors import ExecutionError
from kgsim.execution.memory import keep_freed
from kgsim.versions import install

#: Seconds that a scheduler may take to answer.
CONNECT_TIMEOUT = 10.0

#: Seconds that a cluster may be without a worker.
WORKER_TIMEOUT = 60.0


#: A function of what all pieces of work share and of a piece's number.
Call: TypeAlias = Callable[[Any, int], Any]


class Backend(Protocol):
    """Something that computes."""

    def at_work(self, call: Call, order: object, /) -> AbstractContextManager[None]:
        """Be ready to compute ``call(order, piece)``; the order, which may be large, goes to each worker once."""
        ...

    @property
    def width(self) -> int:
        """How many pieces of work to have in flight."""
        ...

    def submit(self, piece: int, /) -> Future[Any]:
        """Hand a piece of work out."""
        ...

    def result(self, future: Future[Any], /) -> Any:
        """Wait for a piece of work; raises BrokenExecutor if it was lost with its worker."""
        ...

    def mend(self) -> None:
        """Replace what broke; all work in flight is lost."""
        ...

    def given_up(self, chunk: int, /) -> str:
        """What to tell the user when work is lost again and again."""
        ...


class Processes:
    """A pool of processes on this machine."""

    def __init__(self, workers: int) -> None:
        self._workers = workers

    @property
    def width(self) -> int:
        """Two chunks a process, so that none waits for this one."""
        return 2 * self._workers

    @contextmanager
    def at_work(self, call: Call, order: object, /) -> Iterator[None]:
        """See `Backend`."""
        self._work = call, order
        self._pool = self._opened()
        try:
            yield
        finally:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def submit(self, piece: int, /) -> Future[Any]:
        """See `Backend`."""
        try:
            return self._pool.submit(_do, piece)
        except BrokenExecutor as broken:
            # The pool broke since the last result; the loss is met where this piece of work is waited for.
            future: Future[Any] = Future()
            future.set_exception(broken)
            return future

    def result(self, future: Future[Any], /) -> Any:
        """See `Backend`."""
        return future.result()

    def mend(self) -> None:
        """See `Backend`."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = self._opened()

    def given_up(self, chunk: int, /) -> str:
        """See `Backend`."""
        return (
            f"worker processes keep dying before chunk {chunk} is done. If memory ran out, take fewer workers; in a "
            'script, keep what it does under `if __name__ == "__main__":`'
        )

    def _opened(self) -> Executor:
        context = multiprocessing.get_context(_START)
        if _START == "forkserver":
            context.set_forkserver_preload(["kgsim.execution.run"])
        return ProcessPoolExecutor(self._workers, mp_context=context, initializer=_begin, initargs=self._work)


# A fork of this process would be faster to start, and unsafe once it has threads, as notebooks and clusters do.
_START = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


_work: list[Callable[[int], Any]] = []


def _begin(call: Call, order: object) -> None:
    """Keep the work at hand in a new process; leave Ctrl-C to the one that started it, and end with that one."""
    _work[:] = [partial(call, order)]
    keep_freed()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _do(piece: int) -> Any:
    return _work[0](piece)


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
            raise ExecutionError(f"a scheduler needs Dask; install it with: {install('distributed')}") from None
        if "://" not in address:
            raise ExecutionError(f"{address!r} is no address of a scheduler; write it like tcp://127.0.0.1:8786")
        self._distributed: Any = distributed
        self._address = address

    @property
    def width(self) -> int:
        """Two chunks a thread of the workers there are now."""
        threads: int = sum(worker["nthreads"] for worker in self._workers().values())
        return max(4, 2 * threads)

    @contextmanager
    def at_work(self, call: Call, order: object, /) -> Iterator[None]:
        """See `Backend`."""
        # What Dask logs of a lost connection is told by the errors here.
        for name in ("distributed.client", "distributed.comm", "distributed.batched"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._client = self._connected()
        self._pool = self._client.get_executor(pure=False)
        self._call = call
        # As a task's result the order is handed from worker to worker, and made again if it is lost with one.
        self._order = self._client.submit(_same, order, pure=False)
        try:
            yield
        finally:
            self._pool.shutdown(wait=False)
            self._client.close(timeout=CONNECT_TIMEOUT)

    def submit(self, piece: int, /) -> Future[Any]:
        """See `Backend`."""
        future: Future[Any] = self._pool.submit(self._call, self._order, piece)
        return future

    def result(self, future: Future[Any], /) -> Any:
        """See `Backend`; the scheduler itself hands the work of a lost worker to another."""
        alone = time.monotonic()
        while True:
            try:
                return future.result(timeout=1.0)
            except Late:
                if future.done():  # what the work itself raised
                    raise
                if self._workers():
                    alone = time.monotonic()
                elif time.monotonic() - alone > WORKER_TIMEOUT:
                    raise ExecutionError(f"the scheduler at {self._address} has lost all its workers") from None
            except CancelledError as error:
                raise ExecutionError(f"the scheduler at {self._address} was lost") from error
            except self._distributed.KilledWorker as error:
                raise BrokenExecutor(str(error)) from error

    def mend(self) -> None:
        """See `Backend`; nothing to do here, the scheduler replaces workers."""

    def given_up(self, chunk: int, /) -> str:
        """See `Backend`."""
        return f"workers keep dying before chunk {chunk} is done; their logs say why, often for lack of memory"

    def _connected(self) -> Any:
        try:
            client = self._distributed.Client(self._address, timeout=CONNECT_TIMEOUT, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ExecutionError(
                f"no scheduler answers at {self._address} within {CONNECT_TIMEOUT:.0f} s; "
                "start one with: dask scheduler"
            ) from error
        try:
            client.wait_for_workers(1, timeout=CONNECT_TIMEOUT)
        except (TimeoutError, OSError) as error:
            client.close()
            raise ExecutionError(
                f"the scheduler at {self._address} has no workers; start some with: dask worker {self._address}"
            ) from error
        return client

    def _workers(self) -> dict[str, Any]:
        workers: dict[str, Any] = self._client.scheduler_info(n_workers=-1)["workers"]
        return workers


def _same(order: object) -> object:
    return order
