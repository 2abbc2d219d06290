"""Work that stops when its time is up."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path

import pytest

from kgsim.execution.deadline import TimeUpError, until


def test_work_without_an_end_is_left_alone() -> None:
    with until(None):
        pass


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="a system without alarms")
def test_work_is_stopped_in_the_middle_and_cannot_catch_it_as_an_error() -> None:
    begin = time.monotonic()
    with pytest.raises(TimeUpError), until(begin + 0.1):
        while True:
            try:
                time.sleep(0.01)
            except Exception:
                pytest.fail("the time being up is no error of the work")
    assert 0.1 <= time.monotonic() - begin < 5


def test_an_import_is_finished_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "slowly_read.py").write_text("import time\ntime.sleep(0.3)\nread = True\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(TimeUpError), until(time.monotonic() + 0.05):
        import slowly_read

        time.sleep(5)
    assert slowly_read.read


def test_work_that_would_begin_too_late_does_not_begin() -> None:
    with pytest.raises(TimeUpError), until(time.monotonic()):
        pytest.fail("began")


def test_an_alarm_that_was_set_before_rings_all_the_same() -> None:
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(True))
    other = signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with until(time.monotonic() + 60):
            pass
        assert signal.getitimer(signal.ITIMER_REAL)[0] <= 0.2
        time.sleep(0.4)
        assert rung
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, *other)


def test_other_threads_are_let_finish() -> None:
    done = []

    def work() -> None:
        with until(time.monotonic() + 0.01):
            time.sleep(0.1)
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done
