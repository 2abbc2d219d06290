"""The explorer: widgets of Panel around a drawing, the same in a notebook and on a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor, log10
from typing import Any

import panel as pn
from bokeh.events import Tap

from kgsim.errors import GameError
from kgsim.explorer import words
from kgsim.explorer.drawing import Drawing
from kgsim.explorer.views import MOVING, RESTING, Views
from kgsim.plots.style import outcome_marks, player_marks
from kgsim.scenario.model import Parameter, Scenario
from kgsim.wording import Interval

#: Milliseconds for which slider moves are gathered before the page follows, so that none queue up.
GATHER = 15

#: Milliseconds of rest after which the map becomes finer.
REST = 400

#: Steps of a slider, at least.
STEPS = 50

#: What is shown takes the room beside the controls, or all of it below them.
SHOWN = {"flex": "1 1 24rem", "min-width": "18rem"}

#: Titles of sliders wrap: a parameter's label is a phrase.
SLIDER_STYLE = ".bk-slider-title { white-space: normal; overflow: visible; line-height: 1.25; }"


class Explorer(pn.viewable.Viewer):
    """Sliders for parameters, a choice of structures, and a regime map and payoffs that follow.

    Parameters
    ----------
    views
        The scenario, laid out.
    axes
        The two parameters of the map; the two that tell most if not given.
    values
        Parameters to start from another value than the scenario's.

    Attributes
    ----------
    sliders
        Parameter to its slider.
    structure, horizontal, vertical
        Which structure the map shows, and over which parameters.
    """

    def __init__(self, views: Views, axes: tuple[str, str] | None, values: Mapping[str, float]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.views, self.scenario = views, views.scenario
        self._start = {**self.scenario.base, **values}
        self._marks = outcome_marks(self.scenario)
        self._colours = {name: mark.colour for name, mark in player_marks(self.scenario).items()}
        self._drawing = Drawing(self._marks)
        self._scales: dict[str, tuple[float, float]] = {}
        self._mapped: tuple[object, int] = (None, 0)
        self._moves = 0
        self._waiting = self._quiet = False
        chosen = views.structures[0]
        x, y = axes or views.telling(chosen, self._start)
        labels = {name.replace("_", " "): name for name in views.structures}
        axis_labels = {f"{name}: {each.label}": name for name, each in views.movable.items()}
        self.structure = pn.widgets.Select(label="Structure of play", options=labels, value=chosen, width=300)
        self.horizontal = pn.widgets.Select(label="Map: across", options=axis_labels, value=x, width=300)
        self.vertical = pn.widgets.Select(label="Map: up", options=axis_labels, value=y, width=300)
        self.sliders = {name: self._slider(each) for name, each in views.movable.items()}
        self.reset = pn.widgets.Button(label="Back to the start", width=300)
        self._answer, self._table, self._key = (_html() for _ in range(3))
        self._figure = pn.pane.Bokeh(self._drawing.figure)
        self._watch()
        self.refresh()

    @property
    def values(self) -> dict[str, float]:
        """Every parameter's current value."""
        return {**self._start, **{name: float(slider.value) for name, slider in self.sliders.items()}}

    @property
    def answer(self) -> str:
        """The sentence shown, as HTML."""
        return str(self._answer.object)

    def refresh(self, effort: float = RESTING) -> None:
        """Solve at the sliders' values and show what comes out; `effort` says how fine a map."""
        self._waiting = False
        values, structure = self.values, self.structure.value
        standings = self.views.at(values)
        changed = {name: value for name, value in values.items() if value != self.scenario.parameters[name].value}
        self._answer.object = words.answer(self.scenario, structure, standings[structure], changed)
        # The scales only ever grow, so that a bar that moves is a payoff that moves.
        payoffs = [each.values for each in standings.values()]
        self._scales = words.scales([*payoffs, self._scales], self.scenario.players)
        self._table.object = words.table(self.scenario, standings, structure, self._marks, self._colours, self._scales)
        self._drawing.point(values[self.horizontal.value], values[self.vertical.value])
        self._map(effort)
        if not on_a_page():
            pn.io.push_notebook(self._figure)

    def _map(self, effort: float) -> None:
        """Draw the map, unless what it shows is what it would show."""
        structure, axes = self.structure.value, (self.horizontal.value, self.vertical.value)
        others = tuple(value for name, value in self.values.items() if name not in axes)
        fineness = self.views.side(structure, effort)
        shown, shown_fineness = self._mapped
        if shown == (structure, axes, others) and fineness <= shown_fineness:
            return
        regimes = self.views.map(structure, axes, self.values, effort)
        self._drawing.aim(*(self.scenario.parameters[name] for name in axes))
        self._drawing.show(regimes)
        self._key.object = words.key(regimes.regimes, self._marks)
        self._mapped = ((structure, axes, others), fineness)

    def _follow(self) -> None:
        """Follow a move with a coarse map, and sharpen it if no other move comes soon."""
        self.refresh(MOVING)
        document, move = pn.state.curdoc, self._moves
        if document is not None:
            document.add_timeout_callback(lambda: self._map(RESTING) if move == self._moves else None, REST)

    def __panel__(self) -> Any:
        """Return the layout."""
        controls = pn.Column(
            self.structure,
            self.horizontal,
            self.vertical,
            self.reset,
            pn.Column(*self.sliders.values(), height=520, width=330, scroll=True, css_classes=["parameters"]),
            width=340,
        )
        shown = pn.Column(self._answer, self._figure, self._key, self._table, sizing_mode="stretch_width", styles=SHOWN)
        return pn.Column(
            _html(words.heading(self.scenario)),
            # On narrow screens what is shown comes below the controls.
            pn.FlexBox(controls, shown, flex_wrap="wrap", sizing_mode="stretch_width"),
            margin=12,
            sizing_mode="stretch_width",
        )

    def _slider(self, parameter: Parameter) -> Any:
        low, high = parameter.range
        value = self._start[parameter.name]
        return pn.widgets.FloatSlider(
            label=f"{parameter.name}: {parameter.label}",
            start=min(low, value),
            end=max(high, value),
            value=value,
            step=step((low, high), value),
            format="0[.]0[00]",
            width=285,
            stylesheets=[SLIDER_STYLE],
        )

    def _watch(self) -> None:
        for widget in (*self.sliders.values(), self.structure, self.horizontal, self.vertical):
            widget.param.watch(self._moved, "value")
        self.reset.on_click(self._reset)
        self._drawing.figure.on_event(Tap, self._tapped)

    def _moved(self, event: Any) -> None:
        if self._quiet:
            return
        if self.horizontal.value == self.vertical.value:
            # The other axis takes the place that this one left.
            other = self.vertical if event.obj is self.horizontal else self.horizontal
            other.value = event.old
            return
        document = pn.state.curdoc
        self._moves += 1
        if document is None or not on_a_page():
            self.refresh(MOVING)
        elif not self._waiting:
            self._waiting = True
            document.add_timeout_callback(self._follow, GATHER)

    def _set(self, values: Mapping[str, float]) -> None:
        """Move several sliders and follow once."""
        self._quiet = True
        try:
            for name, value in values.items():
                self.sliders[name].value = value
        finally:
            self._quiet = False
        self.refresh()

    def _reset(self, _: Any) -> None:
        self._set({name: self._start[name] for name in self.sliders})

    def _tapped(self, event: Any) -> None:
        """Go to where the map was clicked."""
        went = {}
        for widget, place in ((self.horizontal, event.x), (self.vertical, event.y)):
            slider = self.sliders[widget.value]
            if place is None or not slider.start <= place <= slider.end:
                return
            went[widget.value] = float(place)
        self._set(went)


def step(bounds: Interval, value: float) -> float:
    """The largest round step that divides a range into `STEPS` or more and comes to its end and to the value.

    >>> step((35, 90), 60), step((0.05, 0.5), 0.25), step((0, 1), 1 / 3)
    (1.0, 0.005, 0.001)
    """
    low, high = bounds
    power = floor(log10((high - low) / STEPS))
    for exponent in (power, power - 1, power - 2):
        for digit in (5, 2, 1):
            size = float(f"{digit}e{exponent}")
            marks = [(each - low) / size for each in (high, value)]
            if size <= (high - low) / STEPS and all(abs(mark - round(mark)) < 1e-6 for mark in marks):
                return size
    return (high - low) / (20 * STEPS)


def explorer_of(
    scenario: Scenario,
    structures: str | Sequence[str] | None,
    axes: tuple[str, str] | None,
    values: Mapping[str, float],
    views: Views | None = None,
) -> Explorer:
    """Make an explorer, of `views` if the scenario is laid out already."""
    views = views or Views(scenario, structures)
    for name in (*(axes or ()), *values):
        views.check(name)
    if axes is not None and (len(axes) != 2 or axes[0] == axes[1]):
        raise GameError(f"a map has two different parameters as its axes, not {', '.join(axes)}")
    return Explorer(views, axes, values)


def prepare() -> None:
    """Make a notebook able to show an explorer; the scripts travel in the notebook, so that nothing is fetched."""
    if not on_a_page():
        pn.extension(inline=True)


def _html(text: str = "") -> Any:
    return pn.pane.HTML(text, stylesheets=[words.STYLE], sizing_mode="stretch_width", margin=(4, 8))


def on_a_page() -> bool:
    """Whether a server's session, and not a notebook, is listening."""
    return bool(pn.state.curdoc and pn.state.curdoc.session_context)
