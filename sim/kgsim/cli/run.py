"""``kgsim run``: solve a scenario, print the answer, keep tables and figures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from kgsim.cli.examples import examples
from kgsim.cli.inputs import (
    beyond_range_option,
    lang_option,
    scenario_argument,
    set_option,
    structures_named,
    structures_option,
    values_set,
)
from kgsim.cli.progress import progress
from kgsim.cli.study import Delivery, outputs, say_where

if TYPE_CHECKING:
    from kgsim.scenario.model import Scenario


@click.command(
    short_help="Solve a scenario: tables, claims and figures.",
    epilog=examples(
        "kgsim run scenarios/bypass.yaml",
        "kgsim run scenarios/bypass.yaml --full | less",
        "kgsim run scenarios/bypass.yaml --set A=5 --out out/cheap_bypass",
        "kgsim run scenarios/bypass.yaml --page --lang ko --no-plots",
        "kgsim run scenarios/bypass.yaml --structure parallel --structure coordinated --no-plots",
        "kgsim run scenarios/bypass.yaml --no-draws --format json > result.json",
        "sed 's/value: 20/value: 5/' my_talks.yaml | kgsim run -",
    ),
)
@scenario_argument
@structures_option
@set_option
@beyond_range_option
@click.option(
    "--time-limit",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="For all structures together; the result says which were cut short.  [default: none]",
)
@click.option("--full", is_flag=True, help="Print all of it, and not the first screen or two alone.")
@click.option("--page", "with_page", is_flag=True, help="Write page.html too: what any other move would lead to.")
@lang_option("Language of page.html")
@click.option("--no-draws", is_flag=True, help="Leave out the quick pass over draws that goes with the claims.")
@outputs("out/SCENARIO")
def run(
    scenario: Scenario,
    structures: tuple[str, ...],
    settings: tuple[str, ...],
    beyond_range: bool,
    time_limit: float | None,
    full: bool,
    with_page: bool,
    lang: str,
    no_draws: bool,
    to: Delivery,
) -> None:
    """Solve the scenario FILE, or standard input if FILE is -, and test its claims.

    Prints the bottom line, which structure of play ends where and what it is worth to each player, and each claim's
    verdict with the share of draws from the parameter ranges in which it holds: those of kgsim robustness, for few
    draws. Every equilibrium, the numbers behind claims and the names to type are printed with --full; result.md and
    result.json in DIR hold all of it, beside the figures. A claim that fails is an answer and not an error.
    """
    changed = values_set(scenario, settings, beyond_range=beyond_range)
    chosen = structures_named(scenario, structures)
    from kgsim.analysis.quick import quick_pass
    from kgsim.evaluate import solve
    from kgsim.report import document, sections
    from kgsim.report.ownership import Maker

    with progress("structures") as told:
        result = solve(scenario, changed, structures=chosen, time_limit=time_limit, progress=told)

    drawn = None if no_draws else quick_pass(scenario, changed, chosen)

    def figures() -> Iterable[tuple[str, bytes]]:
        from kgsim.report.figures import drawn

        return drawn(result)

    answer = document.of_result(result, drawn), sections.of_result(result, drawn)
    to.show(answer[0], answer[1] if full or to.form != "table" else sections.in_brief(result, drawn))
    with to.destination(scenario.name, Maker.of("run", scenario)) as destination:
        to.keep(destination, *answer, figures)
        if with_page:
            from kgsim.why_not.page import page

            destination.write("page.html", page(result, lang))
    say_where(destination)
    if not full and to.form == "table":
        click.echo(
            f"every equilibrium and what claims rest on: {destination.directory / 'result.md'}, or --full", err=True
        )
