"""The figures of a study, as files' contents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from kgsim.plots.regimes import regime_figure
from kgsim.plots.sweeps import sweep_figure
from kgsim.report.credit import Credit
from kgsim.report.figures import rendered

if TYPE_CHECKING:
    from xarray import Dataset

    from kgsim.scenario.model import Scenario


def drawn(study: Dataset, scenario: Scenario, line: Credit) -> Iterator[tuple[str, bytes]]:
    """Yield every figure's file name and content, as PNG and as SVG; none if more than three parameters are swept."""
    for stem, figure in _figures(study, scenario):
        yield from rendered(stem, figure, line)


def _figures(study: Dataset, scenario: Scenario) -> Iterator[tuple[str, Figure]]:
    swept = study.complete.ndim - 1
    if swept == 2:
        yield "regimes", regime_figure(study)
        return
    for name in map(str, study.structure.values):
        if swept == 1:
            yield f"sweep-{name}", sweep_figure(study, name, scenario)
        elif swept == 3:
            yield f"regimes-{name}", regime_figure(study, [name])
