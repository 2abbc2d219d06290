"""``kgsim run``: solve a scenario, print the answer, keep tables and figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgsim.cli.examples import examples
from kgsim.cli.inputs import (
    all_values,
    beyond_range_option,
    scenario_file,
    set_option,
    structures_named,
    values_set,
)
from kgsim.cli.output import emit, emit_blocks

if TYPE_CHECKING:
    from kgsim.report.files import Destination
    from kgsim.results import Result


@click.command(
    short_help="Solve a scenario: tables, claims and figures.",
    epilog=examples(
        "kgsim run scenarios/bypass.yaml",
        "kgsim run scenarios/bypass.yaml --set A=5 --out out/cheap_bypass",
        "kgsim run scenarios/bypass.yaml --structure parallel --structure coordinated --no-plots",
        "kgsim run scenarios/bypass.yaml --format json > result.json",
    ),
)
@scenario_file
@click.option(
    "--structure", "structures", metavar="NAME", multiple=True, help="Solve this structure only; may be repeated."
)
@set_option
@beyond_range_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where figures, result.json and result.md go.  [default: out/SCENARIO]",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    show_default=True,
    help="What to print.",
)
@click.option("--plots/--no-plots", default=True, show_default=True, help="Whether to draw figures (PNG and SVG).")
@click.option("--force", is_flag=True, help="Replace a different result that DIR holds.")
def run(
    file: Path,
    structures: tuple[str, ...],
    settings: tuple[str, ...],
    beyond_range: bool,
    out: Path | None,
    form: str,
    plots: bool,
    force: bool,
) -> None:
    """Solve the scenario FILE and test its claims.

    Prints which structure of play ends where, what it is worth to each player, every equilibrium and each claim's
    verdict. Writes the same as result.md and result.json, and figures, into DIR. A claim that fails is an answer and
    not an error.
    """
    from kgsim.report.files import Destination, Inputs
    from kgsim.report.provenance import kgsim_version
    from kgsim.scenario.load import load

    scenario = load(file)
    changed = values_set(scenario, settings, beyond_range=beyond_range)
    chosen = structures_named(scenario, structures)
    inputs = Inputs(scenario.name, scenario.digest, all_values(scenario, changed), chosen, kgsim_version())
    with Destination(out or Path("out") / scenario.name, inputs, force=force) as destination:
        from kgsim.evaluate import solve

        result = solve(scenario, changed, structures=chosen)
        _print(result, form)
        _keep(result, destination, plots)
    names = ", ".join(path.name for path in destination.paths)
    click.echo(f"wrote to {destination.directory}: {names}", err=True)


def _print(result: Result, form: str) -> None:
    from kgsim.report import document, sections

    if form == "json":
        emit(document.dumps(document.of_result(result)))
    else:
        emit_blocks(sections.of_result(result), form)


def _keep(result: Result, destination: Destination, plots: bool) -> None:
    from kgsim.report import document, markdown, sections

    destination.write("result.json", document.dumps(document.of_result(result)))
    destination.write("result.md", markdown.render(sections.of_result(result)))
    if plots:
        from kgsim.report.figures import drawn

        for name, content in drawn(result):
            destination.write(name, content)
