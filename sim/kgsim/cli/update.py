"""``kgsim update``: which worlds survive what happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from kgsim.cli.drawing import drawn, events_option, until_option
from kgsim.cli.examples import examples
from kgsim.cli.inputs import scenario_argument
from kgsim.cli.study import Delivery, files_of, outputs, progress, say_where, unfinished

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from kgsim.scenario.model import Scenario
    from kgsim.worlds.events import Events
    from kgsim.worlds.result import Update


@click.command(
    short_help="Hold worlds against dated events: which readings still stand, what moved, what to watch.",
    epilog=examples(
        "kgsim update scenarios/bypass.yaml --events events/korea_2025.yaml",
        "kgsim update scenarios/bypass.yaml --events events/korea_2025.yaml --until 2025-08-31",
        "kgsim update scenarios/bypass.yaml --events events/korea_2025.yaml --draws 100000 --workers 2",
    ),
)
@scenario_argument
@events_option
@until_option
@drawn(20_000)
@outputs("out/SCENARIO-update")
def update(
    scenario: Scenario,
    events: Events | None,
    until: str | None,
    values: Mapping[str, float],
    drawing: Mapping[str, Any],
    to: Delivery,
) -> None:
    """Draw worlds of the scenario FILE, a structure of play and all parameters each, and hold them against events.

    A world survives while some equilibrium comes to every event. Says how many survive of each structure, event by
    event; what survivors say of parameters, claims and outcomes; which events are consistent with which hypotheses;
    and what would tell survivors apart next. Nothing is said of how probable anything is.
    """
    from kgsim.report.ownership import Maker
    from kgsim.report.study_document import of_study
    from kgsim.report.worlds import of_update
    from kgsim.worlds.update import update as updated

    goal = to.destination(f"{scenario.name}-update", Maker.of("update", scenario))
    with unfinished(goal.directory) as store, goal as destination:
        with progress("blocks of worlds") as told:
            result = updated(scenario, events, values, until=until, **drawing, store=store, progress=told)
        given = {"study": "update", "events": result.events.digest or "none", "until": until or "all"}
        findings = {"update": result.to_dict()}
        answer = of_study(scenario, {**scenario.base, **values}, result.structures, given, findings), of_update(result)
        to.show(*answer)
        to.keep(destination, *answer, lambda: files_of(_figures(result), scenario, values))
    say_where(destination)


def _figures(result: Update) -> Iterator[tuple[str, Figure]]:
    from importlib.util import find_spec

    from kgsim.plots.worlds import hypotheses_figure, shifts_figure, survival_figure

    if result.events.events:
        yield "survival", survival_figure(result)
        yield "hypotheses", hypotheses_figure(result)
        yield "shifts", shifts_figure(result)
        if find_spec("xarray") and not result.scenario.types:
            yield from _map(result)


def _map(result: Update) -> Iterator[tuple[str, Figure]]:
    """Survivors on the map of the two parameters of the briefing, or else of those that moved most."""
    import numpy as np

    from kgsim.plots.regimes import regime_figure
    from kgsim.studies.study import sweep

    moved = [each.parameter for each in result.beliefs[""]]
    axes = [name for name in result.scenario.briefing.map or moved[:2] if name in result.parameters]
    some = [name for name in result.structures if result.survival[name].last]
    fell = sorted(some, key=lambda name: result.survival[name].last)[:4]
    if len(axes) == 2 and fell:
        grid = {name: np.linspace(*result.scenario.parameters[name].range, 31) for name in axes}
        held = {name: value for name, value in result.values.items() if value != result.scenario.base[name]}
        study = sweep(result.scenario, {**held, **grid}, structures=fell)
        yield "survivors", regime_figure(study, survivors=result)
