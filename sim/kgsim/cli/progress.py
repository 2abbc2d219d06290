"""How far a long command has come: a bar with the rate and the time left."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from time import monotonic

#: Seconds before which nobody wonders.
SHORT = 1.0


@contextmanager
def progress(label: str, size: int | None = None) -> Iterator[Callable[[int, int], None] | None]:
    """Show how far a study is, on a terminal and after a second; gives None where nobody watches.

    Parameters
    ----------
    label
        What is counted, such as ``points``.
    size
        How many of these there are; the number of chunks if not given.

    Yields
    ------
    callable or None
        To be told how many chunks are done and how many there are.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    begin = monotonic()
    first: int | None = None
    with ExitStack() as stack:
        update: Callable[[float], None] | None = None

        def told(done: int, of: int) -> None:
            nonlocal first, update
            each = 1.0 if size is None else size / of
            # What an earlier run has done says nothing of the rate.
            first = done if first is None else first
            if update is None:
                if done == of or monotonic() - begin < SHORT:
                    return
                update = stack.enter_context(_bar(label, of * each, first * each, begin))
            update(done * each)

        yield told


@contextmanager
def _bar(label: str, total: float, first: float, begin: float) -> Iterator[Callable[[float], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (
        TextColumn(label),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f}"),
        TextColumn("{task.fields[rate]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(label, total=total, completed=int(first), rate="")

        def update(done: float) -> None:
            rate = (done - first) / (monotonic() - begin)
            told = f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}"
            left = f", {_clock((total - done) / rate)} left" if rate else ""
            bars.update(task, completed=int(done), rate=f"{told} a second{left}")

        yield update


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
