"""``kgsim export``: a structure of play as a game file that other programs read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kgsim.cli.examples import examples
from kgsim.cli.inputs import (
    beyond_range_option,
    complete_structures,
    scenario_argument,
    set_option,
    structures_named,
    values_set,
)
from kgsim.cli.output import emit

if TYPE_CHECKING:
    from kgsim.scenario.model import Scenario


@click.command(
    short_help="Write a structure of play as a Gambit file.",
    epilog=examples(
        "kgsim export scenarios/bypass.yaml --structure bypass --values 5 > bypass.efg",
        "kgsim export scenarios/drift.yaml --structure bypass --format nfg --set A=5 > bypass.nfg",
    ),
)
@scenario_argument
@click.option(
    "--structure",
    required=True,
    metavar="NAME",
    shell_complete=complete_structures,
    help="The structure of play to write.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["efg", "nfg"]),
    default="efg",
    show_default=True,
    help="efg, a tree; nfg, its reduced strategic form.",
)
@click.option(
    "--values",
    type=click.IntRange(min=2),
    metavar="N",
    help="Let every term from an interval take N even values; the game is another one then.",
)
@set_option
@beyond_range_option
def export(
    scenario: Scenario,
    structure: str,
    form: str,
    values: int | None,
    settings: tuple[str, ...],
    beyond_range: bool,
) -> None:
    """Print a structure of play of the scenario FILE as a game in one of Gambit's formats.

    Movers of one stage share information sets, so that they do not see each other's choice. A bloc of rule weighted
    becomes a player of its own; blocs of other rules cannot be written. Private types become a chance move of
    which each player sees its own part.
    """
    from kgsim.games.gambit_text import efg_text, nfg_text
    from kgsim.games.plans import named
    from kgsim.scenario.transforms import stepped
    from kgsim.structures.trees import tree

    (name,) = structures_named(scenario, [structure])
    listed = scenario if values is None else stepped(scenario, values)
    game = tree(listed, name, **values_set(scenario, settings, beyond_range=beyond_range))
    emit(efg_text(game) if form == "efg" else nfg_text(named(game)))
