"""The figures of a result, as files' contents."""

from __future__ import annotations

import multiprocessing
import os
import warnings
from collections.abc import Iterator, Sequence
from io import BytesIO
from multiprocessing.connection import Connection
from typing import Any

from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from kgsim.plots.bargaining import bargaining_figure
from kgsim.plots.outcomes import outcomes_figure
from kgsim.plots.payoffs import payoffs_figure
from kgsim.plots.style import style
from kgsim.plots.tree import game_figure
from kgsim.report.credit import Credit, credit, credited
from kgsim.report.files import figure_files, figure_stems
from kgsim.results import Result

#: Fewer figures than this are not worth a second process.
FEW = 4


def drawn(result: Result) -> Iterator[tuple[str, bytes]]:
    """Yield every figure's file name and content, as PNG and as SVG; the same result gives the same bytes.

    Drawing takes most of a run's time, so where the system can fork, every second figure is drawn in a second process.
    """
    scenario = result.scenario
    solved = any(solution.equilibria for solution in result.structures.values())
    stems = figure_stems(tuple(result.structures), solved and len(scenario.players) > 1 and not scenario.types)
    apart = _drawing_apart(result, stems[1::2]) if len(stems) >= FEW and (os.cpu_count() or 1) > 1 else None
    files = {stem: _files(result, stem) for stem in stems[:: 1 if apart is None else 2]}
    if apart is not None:
        try:
            files.update(apart.recv())
        except EOFError:  # the second process was lost
            files.update({stem: _files(result, stem) for stem in stems[1::2]})
    for stem in stems:
        yield from files[stem]


def _drawing_apart(result: Result, stems: Sequence[str]) -> Connection | None:
    """Start drawing some figures in a forked process; None where the system has no fork."""
    try:
        context = multiprocessing.get_context("fork")
    except ValueError:
        return None
    receiver, sender = context.Pipe(duplex=False)
    with warnings.catch_warnings():
        # Idle threads of the linear algebra library are no reason not to fork: the child calls it from one thread.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.Process(target=_draw_apart, args=(result, stems, sender), daemon=True).start()
    sender.close()
    return receiver


def _draw_apart(result: Result, stems: Sequence[str], sender: Connection) -> None:
    try:
        sender.send({stem: _files(result, stem) for stem in stems})
    except BaseException:  # an interrupt or a fault: the first process meets it too, and tells of it
        os._exit(1)


def _files(result: Result, stem: str) -> list[tuple[str, bytes]]:
    if stem == "payoffs":
        figure = payoffs_figure(result)
    elif stem == "outcomes":
        figure = outcomes_figure(result)
    elif stem == "bargaining":
        figure = bargaining_figure(result)
    else:
        figure = game_figure(result, stem.removeprefix("game-"))
    return list(rendered(stem, figure, credit(result.scenario, result.values)))


def rendered(stem: str, figure: Figure, line: Credit) -> Iterator[tuple[str, bytes]]:
    """Yield a figure's file names and contents, as PNG and as SVG, with what it rests on in a line below it."""
    png, svg = figure_files(stem)
    with style():
        room = credited(figure, line)
    yield png, as_png(figure, room=room)
    yield svg, as_svg(figure, room)


def as_png(figure: Figure, dpi: float | None = None, room: Bbox | None = None) -> bytes:
    """Return a figure as PNG, at the style's resolution if no other is given, and of its own size unless `room` is."""
    # Level 1 takes a third of the time of the default and gives files a little larger.
    options: dict[str, Any] = {"metadata": {"Software": None}, "pil_kwargs": {"compress_level": 1}}
    options["bbox_inches"] = room
    return _saved(figure, "png", **options if dpi is None else {**options, "dpi": dpi})


def as_svg(figure: Figure, room: Bbox | None = None) -> bytes:
    """Return a figure as SVG in which text stays text."""
    return _saved(figure, "svg", metadata={"Date": None, "Creator": None}, bbox_inches=room)


def _saved(figure: Figure, form: str, **options: Any) -> bytes:
    buffer = BytesIO()
    with style():
        figure.savefig(buffer, format=form, **options)
    return buffer.getvalue()
