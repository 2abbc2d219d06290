"""Work that stops when its time is up, wherever it is."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from types import FrameType

#: Seconds until an alarm rings again that came at a bad moment.
SOON = 0.02


class TimeUpError(BaseException):
    """The time is up: no error of the work, which therefore has no chance to catch it by mistake."""


@contextmanager
def until(end: float | None) -> Iterator[None]:
    """Run the body until `end`, by the clock of `time.monotonic`; without an end, however long it takes.

    Only the main thread, on a system with alarms, can be stopped on the way; elsewhere the clock is looked at once, at
    the beginning.

    Raises
    ------
    TimeUpError
        In the body, when the time is up.
    """
    if end is None:
        yield
        return
    left = end - monotonic()
    if left <= 0:
        raise TimeUpError
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    with _alarm(left):
        yield


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise TimeUpError in so many seconds; an alarm that was set before is set again afterwards."""

    def ring(_: int, frame: FrameType | None) -> None:
        if not _imports(frame):
            raise TimeUpError
        # A module that is read in half would be broken for good.
        signal.setitimer(signal.ITIMER_REAL, SOON)

    begin = monotonic()
    before = signal.signal(signal.SIGALRM, ring)
    other, interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if other:
            signal.setitimer(signal.ITIMER_REAL, max(other - (monotonic() - begin), 1e-3), interval)


def _imports(frame: FrameType | None) -> bool:
    """Whether a module is being imported."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False
