"""``kgsim repeated``: strategies for repeated play, checked by the one-shot deviation principle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kgsim.cli.examples import examples
from kgsim.cli.inputs import beyond_range_option, scenario_argument, set_option, values_set
from kgsim.cli.output import emit_blocks

if TYPE_CHECKING:
    from kgsim.scenario.model import Scenario


@click.command(
    short_help="Check strategies for repeated play: who would deviate, and from which discount on nobody.",
    epilog=examples(
        "kgsim repeated scenarios/loudspeaker_reciprocity.yaml",
        "kgsim repeated scenarios/loudspeaker_reciprocity.yaml --game border --set patience=0.4",
    ),
)
@scenario_argument
@click.option("--game", "games", metavar="NAME", multiple=True, help="Only this repeated game; may be repeated.")
@set_option
@beyond_range_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "markdown"]),
    default="table",
    show_default=True,
    help="Output form.",
)
def repeated(
    scenario: Scenario, games: tuple[str, ...], settings: tuple[str, ...], beyond_range: bool, form: str
) -> None:
    """Check every profile of the repeated games of the scenario FILE.

    A profile of automata is an equilibrium after every history exactly if nobody gains by deviating once in any joint
    state. Told are the largest gain and where, and every discount factor at which the profile is an equilibrium.
    """
    from kgsim.automata.check import game_of
    from kgsim.automata.check import repeated as check
    from kgsim.report.repeated import of_repeated

    values = values_set(scenario, settings, beyond_range=beyond_range)
    if not scenario.repeated:
        raise click.UsageError(f"{scenario.name}: the scenario has no section `repeated`; docs/repeated.md shows one.")
    for name in games:
        game_of(scenario, name)
    blocks = [
        block
        for name in scenario.repeated
        if not games or name in games
        for block in of_repeated(scenario, name, check(scenario, name, **values))
    ]
    emit_blocks(blocks, form)
