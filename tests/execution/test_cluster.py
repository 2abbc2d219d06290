"""A real Dask scheduler and two workers on the loopback interface."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from jobs import Draws
from test_execution import drawn

import kgsim
from kgsim.execution.run import run

pytest.importorskip("distributed")

HERE = Path(__file__).parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def started(*arguments: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PYTHONPATH": str(HERE), "DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
    return subprocess.Popen(
        [sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:]],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    address = f"tcp://127.0.0.1:{free_port()}"
    scratch = str(tmp_path_factory.mktemp("dask"))
    scheduler = started(
        "dask_scheduler", "--host", "127.0.0.1", "--port", address.rsplit(":", 1)[1], "--no-dashboard", "--no-show"
    )
    workers = [
        started("dask_worker", address, "--no-nanny", "--nthreads", "1", "--no-dashboard", "--local-directory", scratch)
        for _ in range(2)
    ]
    yield address, workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


def answering(address: str) -> None:
    """Wait for a scheduler that is being started."""
    host, port = address.removeprefix("tcp://").split(":")
    for _ in range(150):
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the scheduler did not start")


def test_nothing_is_lost_when_a_worker_is_killed(cluster) -> None:
    address, workers = cluster
    answering(address)
    job = Draws(chunks=30, pause=0.05)
    results, killed = [], False
    for chunk, arrays in run(job, scheduler=address):
        results.append((chunk, arrays))
        by = {int(each["by"]) for _, each in results}
        if len(by) == 2 and chunk >= 6 and not killed:
            os.kill(workers[0].pid, signal.SIGKILL)
            killed = True
    assert killed
    assert drawn(results) == drawn(run(Draws(chunks=30)))
    last = {int(arrays["by"]) for _, arrays in results[-5:]}
    assert last == {workers[1].pid}


def test_a_scheduler_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kgsim.execution.executors.CONNECT_TIMEOUT", 0.5)
    with pytest.raises(kgsim.ExecutionError, match="no scheduler answers at tcp"):
        list(run(Draws(), scheduler=f"tcp://127.0.0.1:{free_port()}"))


@pytest.mark.parametrize("address", ["here", "127.0.0.1:8786"])
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(kgsim.ExecutionError, match="no address of a scheduler"):
        list(run(Draws(), scheduler=address))


def test_without_dask_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(kgsim.ExecutionError, match=r"pip install '\.\[distributed\]'"):
        list(run(Draws(), scheduler="tcp://127.0.0.1:1"))
