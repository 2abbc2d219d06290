"""``kgsim explore``: a scenario as a page to play with."""

from __future__ import annotations

from functools import partial
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
from kgsim.language import LANGUAGES
from kgsim.language.texts import DEFAULT

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
        "kgsim explore scenarios/bypass.yaml --values hawk.yaml --values dove.yaml --lang ko",
        "kgsim explore scenarios/bypass.yaml --play DPRK --structure bypass",
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
@click.option(
    "--values",
    "files",
    metavar="FILE",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False),
    help="Somebody's values to choose from, as kgsim compare takes them; may be repeated.",
)
@beyond_range_option
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    default=DEFAULT,
    show_default=True,
    help="Language of the page; a text of the scenario that is not in it stands in English.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    help="Port on this machine; 0 takes a free one.",
)
@click.option(
    "--play",
    "player",
    metavar="PLAYER",
    help="Take this player's part instead: you move, the others answer by equilibrium or with noise.",
)
@click.option("--open/--no-open", "opened", default=False, show_default=True, help="Open the page in a browser.")
def explore(
    scenario: Scenario,
    axes: tuple[str, ...],
    structures: tuple[str, ...],
    settings: tuple[str, ...],
    files: tuple[str, ...],
    beyond_range: bool,
    lang: str,
    port: int,
    player: str | None,
    opened: bool,
) -> None:
    """Serve the scenario FILE as a page with sliders, regime maps, payoffs and verdicts that follow them.

    The address of the page holds all that is chosen, and the page shows the command that gives the same. It is on
    127.0.0.1, so no other machine can see it, and fetches nothing from anywhere else. Ctrl-C ends it. In a notebook,
    kgsim.explore(scenario) shows the same.

    With --play you take PLAYER's part move by move. Afterwards the page says what you left on the table: what you got,
    the best you could have got at each of your moves against the same play, and what the equilibrium gives you.
    """
    if axes and len(axes) != 2:
        raise click.UsageError("--axis: a map has two parameters; give --axis twice or not at all.")
    values = values_set(scenario, settings, beyond_range=beyond_range)
    chosen = structures_named(scenario, structures)
    if player is not None and (axes or files):
        raise click.UsageError("--play: a part has no map and no sets of values; leave --axis and --values out.")
    if player is not None:
        from kgsim.explorer.play.page import Table
        from kgsim.explorer.play.server import serve as serve_part

        serve_part(Table(scenario, player, values, chosen, lang), port=port, started=partial(_started, opened))
        return
    from kgsim.explorer.explore import needed
    from kgsim.scenario.values import read_values

    presets = [read_values(file, scenario, beyond_range=beyond_range) for file in files]

    with needed():
        from kgsim.explorer.server import serve

    both = (axes[0], axes[1]) if axes else None
    serve(scenario, chosen, both, values, lang=lang, presets=presets, port=port, started=partial(_started, opened))


def _started(opened: bool, address: str) -> None:
    click.echo(f"{address}\nPress Ctrl-C to end.")
    if opened:
        click.launch(address)
