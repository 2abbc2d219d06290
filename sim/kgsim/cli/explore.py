"""``kgsim explore``: a scenario as a page to play with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kgsim.cli.examples import examples
from kgsim.cli.inputs import (
    beyond_range_option,
    complete_parameters,
    scenario_argument,
    set_option,
    structures_named,
    structures_option,
    values_set,
)

if TYPE_CHECKING:
    from kgsim.scenario.model import Scenario

#: Where the page is if nothing else is asked for.
PORT = 5017


@click.command(
    short_help="Play with a scenario in the browser: sliders, a regime map and payoffs that follow.",
    epilog=examples(
        "kgsim explore scenarios/bypass.yaml",
        "kgsim explore scenarios/bypass.yaml --axis h --axis A --structure bypass --structure coordinated",
        "kgsim explore scenarios/bypass.yaml --set A=5 --port 8080 --open",
    ),
)
@scenario_argument
@click.option(
    "--axis",
    "axes",
    metavar="NAME",
    multiple=True,
    shell_complete=complete_parameters,
    help="Parameters of the map, across and up; give two.",
)
@structures_option
@set_option
@beyond_range_option
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    help="Port on this machine; 0 takes a free one.",
)
@click.option("--open/--no-open", "opened", default=False, show_default=True, help="Open the page in a browser.")
def explore(
    scenario: Scenario,
    axes: tuple[str, ...],
    structures: tuple[str, ...],
    settings: tuple[str, ...],
    beyond_range: bool,
    port: int,
    opened: bool,
) -> None:
    """Serve the scenario FILE as a page with sliders, a regime map and payoffs that follow them.

    The page is on 127.0.0.1, so no other machine can see it, and fetches nothing from anywhere else. Ctrl-C ends it. In
    a notebook, kgsim.explore(scenario) shows the same.
    """
    if axes and len(axes) != 2:
        raise click.UsageError("--axis: a map has two parameters; give --axis twice or not at all.")
    values = values_set(scenario, settings, beyond_range=beyond_range)
    chosen = structures_named(scenario, structures)
    from kgsim.explorer.explore import needed

    with needed():
        from kgsim.explorer.server import serve

    def started(address: str) -> None:
        click.echo(f"{address}\nPress Ctrl-C to end.", err=False)
        if opened:
            click.launch(address)

    serve(scenario, chosen, (axes[0], axes[1]) if axes else None, values, port=port, started=started)
