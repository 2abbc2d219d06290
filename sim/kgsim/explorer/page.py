"""The explorer: widgets of Panel around a drawing, the same in a notebook and on a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from io import BytesIO
from math import floor, log10
from typing import Any

import panel as pn
from bokeh.events import Tap

from kgsim.errors import GameError
from kgsim.explorer import words
from kgsim.explorer.maps import MapPane, html, saved
from kgsim.explorer.state import State
from kgsim.explorer.views import MOVING, RESTING, Situation, Standing, Views
from kgsim.language import words as language
from kgsim.language.texts import DEFAULT, told_in
from kgsim.plots.style import outcome_marks, player_marks
from kgsim.scenario.model import Parameter, Scenario
from kgsim.scenario.values import ValueSet
from kgsim.wording import Interval

#: Milliseconds for which slider moves are gathered before the page follows, so that none queue up.
GATHER = 15

#: Milliseconds of rest after which the map becomes finer and everything else follows.
REST = 400

#: Steps of a slider, at least.
STEPS = 50

#: Parameters that come first, at most: those along whose range the chosen structure's outcomes change most often.
FEW = 8

#: Controls and what is shown stand side by side where there is room; on narrow screens one below the other.
CONTROLS = {"flex": "1 1 17rem", "max-width": "26rem", "min-width": "0"}
SHOWN = {"flex": "3 1 24rem", "min-width": "0"}
MAP = {"flex": "1 1 22rem", "min-width": "0"}

#: Titles of sliders wrap: a parameter's label is a phrase.
SLIDER_STYLE = ".bk-slider-title { white-space: normal; overflow: visible; line-height: 1.25; }"

#: Copies the text that a pane shows within its code element.
COPY = """
const read = (text) => new DOMParser().parseFromString(text, "text/html")
const shown = read(read(pane.text).body.textContent)
navigator.clipboard.writeText(shown.querySelector("code").textContent)
"""


class Explorer(pn.viewable.Viewer):
    """Sliders for parameters, a choice of structures, and regime maps, payoffs and verdicts that follow.

    Parameters
    ----------
    views
        The scenario, laid out.
    axes
        The two parameters of the map; the two that tell most if not given.
    values
        Parameters to start from another value than the scenario's.
    lang
        Language of the page.
    presets
        Sets of values to choose from.
    state
        What is chosen at first, instead of the first structure, `axes` and `values`.

    Attributes
    ----------
    sliders
        Parameter to its slider.
    structure, beside, horizontal, vertical
        Which structures the maps show (`beside` may be empty), and over which parameters.
    preset
        Which set of values is chosen, by place; 0 for the scenario's own.
    """

    def __init__(
        self,
        views: Views,
        axes: tuple[str, str] | None,
        values: Mapping[str, float],
        lang: str = DEFAULT,
        presets: Sequence[ValueSet] = (),
        state: State | None = None,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        state = state or State()
        self.views, self.scenario, self.said = views, told_in(views.scenario, lang), language(lang)
        self.presets = presets
        self._start = {**self.scenario.base, **values}
        self._marks = outcome_marks(self.scenario)
        self._colours = {name: mark.colour for name, mark in player_marks(self.scenario).items()}
        self._maps: list[MapPane] = []
        self._board = pn.FlexBox(flex_wrap="wrap", sizing_mode="stretch_width")
        self._scales: dict[str, tuple[float, float]] = {}
        self._standings: dict[str, Standing] = dict(views.base.standings)
        self._situation: Situation = views.base
        self._moves = 0
        self._waiting = self._quiet = False
        self._choices(state, axes)
        now = {**self._start, **state.changed}
        self.sliders = {name: self._slider(each, now[name]) for name, each in views.movable.items()}
        self._answer, self._table, self._claims, self._command = (html() for _ in range(4))
        self._few, self._others = pn.Column(), pn.Column()
        self._group()
        self._watch()
        self.refresh()

    def _choices(self, state: State, axes: tuple[str, str] | None) -> None:
        """Make the lists to choose from."""
        views, said, labels = self.views, self.said, self.scenario.labels
        chosen, beside = (*state.structures, *views.structures[:1], "")[0], (*state.structures, "", "")[1]
        x, y = state.axes or axes or views.telling(chosen, self._start)
        structures = _distinct({name: labels.structure(name) for name in views.structures})
        parameters = _distinct({name: labels.parameter(name) for name in views.movable})
        self.structure = _select(said("explore.choose"), structures, chosen)
        self.beside = _select(said("explore.beside"), {said("explore.alone"): "", **structures}, beside)
        self.horizontal = _select(said("explore.across"), parameters, x)
        self.vertical = _select(said("explore.up"), parameters, y)
        sets = {said("explore.file"): 0, **{each.title: place + 1 for place, each in enumerate(self.presets)}}
        self.preset = _select(said("explore.preset"), sets, 0)
        self.reset, self.shares, self._copy = (
            pn.widgets.Button(label=said(f"explore.{key}"), sizing_mode="stretch_width")
            for key in ("reset", "shares", "copy")
        )

    @property
    def values(self) -> dict[str, float]:
        """Every parameter's current value."""
        return {**self._start, **{name: float(slider.value) for name, slider in self.sliders.items()}}

    @property
    def changed(self) -> dict[str, float]:
        """The parameters that are not at their base values."""
        return {name: value for name, value in self.values.items() if value != self.scenario.parameters[name].value}

    @property
    def structures(self) -> tuple[str, ...]:
        """The structures of the maps."""
        shown = dict.fromkeys((self.structure.value, self.beside.value))
        return tuple(name for name in shown if name)

    @property
    def axes(self) -> tuple[str, str]:
        """The parameters of the maps."""
        return self.horizontal.value, self.vertical.value

    @property
    def state(self) -> State:
        """What is chosen."""
        return State(self.structures, self.axes, self.changed)

    @property
    def answer(self) -> str:
        """The sentences shown, as HTML."""
        return str(self._answer.object)

    @property
    def verdicts(self) -> Mapping[str, str]:
        """Claim to verdict, as of the last rest."""
        return self._situation.verdicts

    def refresh(self) -> None:
        """Solve at the sliders' values and show all that comes out."""
        self._at_once(RESTING)
        self._at_rest(self._moves)

    def _at_once(self, effort: float) -> None:
        """Answer for the structures of the maps, which is quick; the others wait for a rest."""
        self._waiting = False
        values = self.values
        self._standings |= {name: self.views.at(name, values) for name in self.structures}
        base, changed = self.views.base.standings, self.changed
        self._answer.object = "".join(
            words.answer(self.scenario, name, self._standings[name], base[name], changed, self.said)
            for name in self.structures
        )
        self._say(waiting=True)
        self._map(effort)
        self._tell_where()

    def _at_rest(self, move: int) -> None:
        """Sharpen the maps and solve every structure, unless something has moved since."""
        if move != self._moves:
            return
        self._map(RESTING)
        self._situation = self.views.everywhere(self.values)
        self._standings = dict(self._situation.standings)
        self._say()
        if not on_a_page():
            for each in self._maps:
                pn.io.push_notebook(each.figure)

    def _say(self, drawn: Any = None, waiting: bool = False) -> None:
        """Show the table and the claims."""
        # The scales only ever grow, so that a bar that moves is a payoff that moves.
        payoffs = [each.values for each in self._standings.values()]
        self._scales = words.scales([*payoffs, self._scales], self.scenario.players)
        scenario, base, said = self.scenario, self.views.base, self.said
        looks = (self._marks, self._colours, self._scales)
        self._table.object = words.table(
            scenario, self._standings, base.standings, self.structures, *looks, said, waiting
        )
        self._claims.object = words.claims(scenario, self._situation, base, drawn, said, waiting)

    def _map(self, effort: float) -> None:
        """Let a map for each chosen structure follow; the second one is made when it is first asked for."""
        for place, name in enumerate(self.structures):
            if place == len(self._maps):
                self._maps.append(MapPane(self.views, self._marks, self.said, self.scenario))
                self._maps[-1].drawing.figure.on_event(Tap, self._tapped)
            self._maps[place].follow(name, self.axes, self.values, effort)
        if len(self._board.objects) != len(self.structures):
            shown = self._maps[: len(self.structures)]
            self._board.objects = [pn.Column(each.figure, each.key, styles=MAP) for each in shown]

    def _tell_where(self) -> None:
        """Put what is chosen into the page's address and the command."""
        command = words.code(self.state.command(self.scenario), self.said)
        self._command.object = command
        location = pn.state.location
        if on_a_page() and location is not None:
            location.search = f"?{self.state.query}"

    def _follow(self) -> None:
        """Follow a move with a coarse map, and with all the rest if no other move comes soon."""
        self._at_once(MOVING)
        document = pn.state.curdoc
        if document is not None:
            document.add_timeout_callback(partial(self._at_rest, self._moves), REST)

    def _group(self) -> None:
        """Put the sliders that change the chosen structure's answer first."""
        turns = self.views.turns(self.structure.value, self._start)
        ranked = sorted((name for name, count in turns.items() if count), key=lambda name: -turns[name])[:FEW]
        few = ranked or list(self.sliders)[:FEW]
        self._few.objects = [self.sliders[name] for name in few]
        self._others.objects = [slider for name, slider in self.sliders.items() if name not in few]

    def __panel__(self) -> Any:
        """Return the layout."""
        said, others = self.said, len(self._others.objects)
        sliders = [html(f"<h2>{said('explore.few')}</h2>"), self._few]
        if others:
            title = said("explore.others", count=others)
            sliders.append(pn.Card(self._others, title=title, collapsed=True, sizing_mode="stretch_width"))
        chosen = [self.structure, self.beside, self.horizontal, self.vertical, *([self.preset] if self.presets else [])]
        controls = pn.Column(*chosen, self.reset, *sliders, styles=CONTROLS)
        shown = pn.Column(
            self._answer,
            self._board,
            self._claims,
            self._table,
            self._command,
            pn.FlexBox(self.shares, self._copy, self._save("png"), self._save("svg"), flex_wrap="wrap", gap="8px"),
            styles=SHOWN,
        )
        return pn.Column(
            html(words.heading(self.scenario)),
            pn.FlexBox(controls, shown, flex_wrap="wrap", sizing_mode="stretch_width", gap="12px"),
            margin=4,
            sizing_mode="stretch_width",
        )

    def _save(self, form: str) -> Any:
        return pn.widgets.FileDownload(
            callback=partial(self.save, form),
            filename=f"{self.scenario.name}-map.{form}",
            label=self.said(f"explore.{form}"),
        )

    def save(self, form: str) -> BytesIO:
        """Return the map as the file of a figure, ``png`` or ``svg``."""
        return saved(self.views, self.structures, self.axes, self.values, form, self.said.lang)

    def _slider(self, parameter: Parameter, value: float) -> Any:
        low, high = parameter.range
        start = self._start[parameter.name]
        return pn.widgets.FloatSlider(
            label=self.scenario.labels.parameter(parameter.name),
            start=min(low, start, value),
            end=max(high, start, value),
            value=value,
            step=step((low, high), start),
            format="0[.]0[00]",
            sizing_mode="stretch_width",
            css_classes=[f"parameter-{parameter.name}"],
            stylesheets=[SLIDER_STYLE],
        )

    def _watch(self) -> None:
        for widget in (*self.sliders.values(), self.structure, self.beside, self.horizontal, self.vertical):
            widget.param.watch(self._moved, "value")
        self.structure.param.watch(lambda _: self._group(), "value")
        self.preset.param.watch(lambda _: self._reset(None), "value")
        self.reset.on_click(self._reset)
        self.shares.on_click(self._draw)
        self._copy.js_on_click(args={"pane": self._command}, code=COPY)

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
            self.refresh()
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
        self._moves += 1
        self.refresh()

    def _reset(self, _: Any) -> None:
        """Go back to the values of the start, or to those of the set that is chosen."""
        place = self.preset.value
        values = {**self.scenario.base, **self.presets[place - 1].values} if place else self._start
        self._set({name: values[name] for name in self.sliders})

    def _draw(self, _: Any) -> None:
        """Show in which share of draws each claim holds, the changed parameters held: what `kgsim run` shows."""
        from kgsim.analysis.quick import quick_pass

        self._say(quick_pass(self.scenario, self.changed, self.views.structures))

    def _tapped(self, event: Any) -> None:
        """Go to where the map was clicked."""
        went = {}
        for widget, place in ((self.horizontal, event.x), (self.vertical, event.y)):
            slider = self.sliders[widget.value]
            if place is None or not slider.start <= place <= slider.end:
                return
            went[widget.value] = float(place)
        self._set(went)


def _select(label: str, options: Mapping[str, Any], value: Any) -> Any:
    return pn.widgets.Select(label=label, options=dict(options), value=value, sizing_mode="stretch_width")


def _distinct(labels: Mapping[str, str]) -> dict[str, str]:
    """Label to name; where two have the same label, the name is told too."""
    told = list(labels.values())
    return {label if told.count(label) == 1 else f"{label} ({name})": name for name, label in labels.items()}


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
    make: Callable[[Views, tuple[str, str] | None, Mapping[str, float]], Explorer] = Explorer,
) -> Explorer:
    """Make an explorer, of `views` if the scenario is laid out already."""
    views = views or Views(scenario, structures)
    for name in (*(axes or ()), *values):
        views.check(name)
    if axes is not None and (len(axes) != 2 or axes[0] == axes[1]):
        raise GameError(f"a map has two different parameters as its axes, not {', '.join(axes)}")
    return make(views, axes, values)


def prepare() -> None:
    """Make a notebook able to show an explorer; the scripts travel in the notebook, so that nothing is fetched."""
    if not on_a_page():
        pn.extension(inline=True)


def on_a_page() -> bool:
    """Whether a server's session, and not a notebook, is listening."""
    return bool(pn.state.curdoc and pn.state.curdoc.session_context)
