"""One structure's regime map with its key, which follows a point and is drawn anew only where it would differ."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import numpy as np
import panel as pn

from kgsim.explorer import words
from kgsim.explorer.drawing import Drawing
from kgsim.explorer.views import RESTING, Views
from kgsim.language import Words
from kgsim.plots.style import OutcomeMark
from kgsim.scenario.model import Scenario

#: Points a side of a map that is saved as a figure.
SAVED = 61


class MapPane:
    """A map, its key and what it shows.

    Attributes
    ----------
    drawing, figure, key
        The drawing, the pane around it, and the pane of its colours by name.
    """

    def __init__(self, views: Views, marks: Mapping[str, OutcomeMark], said: Words, told: Scenario) -> None:
        self._views, self._marks, self._said, self._told = views, marks, said, told
        self.drawing = Drawing(marks)
        self.figure = pn.pane.Bokeh(self.drawing.figure, sizing_mode="stretch_width")
        self.key = html()
        self._shown: tuple[object, int] = (None, 0)

    def follow(self, structure: str, axes: tuple[str, str], values: Mapping[str, float], effort: float) -> None:
        """Put the cross, and draw the map unless what it shows is what it would show."""
        scenario = self._told
        self.drawing.point(values[axes[0]], values[axes[1]])
        others = tuple(value for name, value in values.items() if name not in axes)
        fineness = self._views.side(structure, effort)
        shown, shown_fineness = self._shown
        if shown == (structure, axes, others) and fineness <= shown_fineness and effort < RESTING:
            return
        regimes = self._views.map(structure, axes, values, effort)
        self.drawing.aim(scenario.labels, *(scenario.parameters[name] for name in axes))
        self.drawing.show(regimes)
        self.drawing.border(*(self._views.borders(structure, axes, values) if effort >= RESTING else ([], [])))
        self.key.object = words.key(scenario, regimes.regimes, self._marks, self._said)
        self._shown = ((structure, axes, others), fineness)


def saved(
    views: Views, structures: tuple[str, ...], axes: tuple[str, str], values: Mapping[str, float], form: str, lang: str
) -> BytesIO:
    """The map as a figure's file, PNG or SVG, with its credit line: that of `kgsim sweep` over the two parameters."""
    from kgsim.plots.regimes import regime_figure
    from kgsim.report.credit import credit
    from kgsim.report.figures import rendered
    from kgsim.studies.study import sweep

    scenario = views.scenario
    side = min(SAVED, *(2 * views.side(name, RESTING) - 1 for name in structures))
    grid = {name: np.linspace(*scenario.parameters[name].range, side) for name in reversed(axes)}
    others = {
        name: value for name, value in values.items() if name not in axes and value != scenario.parameters[name].value
    }
    study = sweep(scenario, {**others, **grid}, structures=structures, beyond_range=True)
    files = rendered("map", regime_figure(study, lang=lang), credit(scenario, others, lang))
    return BytesIO(next(content for name, content in files if name.endswith(form)))


def html(text: str = "") -> Any:
    """A pane of HTML in the explorer's style."""
    return pn.pane.HTML(text, stylesheets=[words.STYLE], sizing_mode="stretch_width", margin=(4, 8))
