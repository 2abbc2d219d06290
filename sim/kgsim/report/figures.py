"""The figures of a result, as files' contents."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from matplotlib.figure import Figure

from kgsim.plots.outcomes import outcomes_figure
from kgsim.plots.payoffs import payoffs_figure
from kgsim.plots.style import style
from kgsim.plots.tree import game_figure
from kgsim.report.files import figure_files, figure_stems
from kgsim.results import Result


def drawn(result: Result) -> Iterator[tuple[str, bytes]]:
    """Yield every figure's file name and content, as PNG and as SVG; the same result gives the same bytes."""
    names = tuple(result.structures)
    for stem in figure_stems(names):
        if stem == "payoffs":
            figure = payoffs_figure(result)
        elif stem == "outcomes":
            figure = outcomes_figure(result)
        else:
            figure = game_figure(result, stem.removeprefix("game-"))
        yield from rendered(stem, figure)


def rendered(stem: str, figure: Figure) -> Iterator[tuple[str, bytes]]:
    """Yield a figure's file names and contents, as PNG and as SVG."""
    png, svg = figure_files(stem)
    with style():
        # Level 1 takes a third of the time of the default and gives files a little larger.
        yield png, _saved(figure, "png", metadata={"Software": None}, pil_kwargs={"compress_level": 1})
        yield svg, _saved(figure, "svg", metadata={"Date": None, "Creator": None})


def _saved(figure: Figure, form: str, **options: Any) -> bytes:
    buffer = BytesIO()
    figure.savefig(buffer, format=form, **options)
    return buffer.getvalue()
