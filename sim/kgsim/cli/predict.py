"""``kgsim predict``: what surviving worlds say of a day to come, sealed in a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kgsim.cli.drawing import drawn, events_option
from kgsim.cli.examples import examples
from kgsim.cli.inputs import scenario_argument
from kgsim.cli.output import emit_blocks
from kgsim.cli.study import PLACE, progress

if TYPE_CHECKING:
    from kgsim.scenario.model import Scenario
    from kgsim.worlds.events import Events


@click.command(
    short_help="Seal what surviving worlds expect and exclude by a day to come.",
    epilog=examples(
        "kgsim predict scenarios/bypass.yaml --events events/korea_2025.yaml --until 2027-06-30 --seal june_2027.json",
    ),
)
@scenario_argument
@events_option
@click.option("--until", metavar="DATE", required=True, help="The day by which it says something, YYYY-MM-DD.")
@click.option("--seal", "place", type=PLACE, metavar="OUT", required=True, help="The sealed file to write.")
@click.option(
    "--quiet",
    "quiet",
    metavar="OUTCOME",
    multiple=True,
    help="An outcome in which nothing is agreed, for the baseline that always says so; may be repeated.  [default: "
    "what happens otherwise]",
)
@drawn(20_000)
def predict(
    scenario: Scenario,
    events: Events | None,
    until: str,
    place: Path,
    quiet: tuple[str, ...],
    values: Mapping[str, float],
    drawing: Mapping[str, Any],
) -> None:
    """Write down what the worlds of the scenario FILE that survive the events say of a day to come.

    The file holds the digests of the scenario and of every event, the day, seed and draws, and what survivors expect,
    exclude and admit, all together and by structure. It is written once and never replaced; kgsim score holds it
    against later events.
    """
    from kgsim.errors import OutputError
    from kgsim.report.predictions import of_sealed
    from kgsim.worlds.events import NO_EVENTS
    from kgsim.worlds.predict import predict as predicted
    from kgsim.worlds.sealed import taken

    if place.exists():
        raise OutputError(taken(place))
    if not place.parent.is_dir():
        raise OutputError(f"there is no folder {place.parent} to write {place.name} into: make it first")
    with progress("blocks of worlds") as told:
        sealed = predicted(scenario, events or NO_EVENTS, until, quiet=quiet, given=values, **drawing, progress=told)
    sealed.write(place)
    emit_blocks(of_sealed(sealed), "table")
    click.echo(f"sealed in {place}", err=True)
