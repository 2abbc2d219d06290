"""``kgsim explain``: a scenario told, or one payoff taken apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kgsim.cli.examples import examples
from kgsim.cli.inputs import beyond_range_option, scenario_argument, set_option, values_set
from kgsim.cli.output import emit_blocks

if TYPE_CHECKING:
    from kgsim.scenario.model import Scenario


@click.command(
    short_help="Tell what a scenario says, or take one payoff apart.",
    epilog=examples(
        "kgsim explain scenarios/bypass.yaml",
        'kgsim explain scenarios/bypass.yaml --payoff ROK "bypass deal"',
        'kgsim explain scenarios/bypass.yaml --payoff US "bypass deal" --set A=5',
    ),
)
@scenario_argument
@click.option(
    "--payoff",
    nargs=2,
    metavar="PLAYER OUTCOME",
    help="Take one payoff apart: what OUTCOME is worth to PLAYER, term by term.",
)
@set_option
@beyond_range_option
def explain(scenario: Scenario, payoff: tuple[str, str] | None, settings: tuple[str, ...], beyond_range: bool) -> None:
    """Tell what the scenario FILE says, every number with its range, reason and sources."""
    from kgsim.report.story import of_scenario

    values = values_set(scenario, settings, beyond_range=beyond_range)
    if payoff is None:
        blocks = of_scenario(scenario, values)
    else:
        from kgsim.report.explain import explain_payoff, of_payoff

        blocks = of_payoff(scenario, explain_payoff(scenario, *payoff, values), values)
    emit_blocks(blocks)
