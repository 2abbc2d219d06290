"""``kgsim brief``: a scenario's answer as slides, pages or a web page."""

from __future__ import annotations

from datetime import date as Date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgsim.cli.examples import examples
from kgsim.cli.inputs import (
    beyond_range_option,
    lang_option,
    scenario_argument,
    set_option,
    structures_named,
    values_set,
)  # fmt: skip
from kgsim.cli.study import PLACE

if TYPE_CHECKING:
    from kgsim.scenario.model import Scenario


@click.command(
    short_help="Write a briefing: slides, PDF, web page or Markdown.",
    epilog=examples(
        "kgsim brief scenarios/bypass.yaml --out brief.pptx",
        "kgsim brief scenarios/bypass.yaml --out brief.pdf --paper letter --classification INTERNAL",
        "kgsim brief scenarios/bypass.yaml --out brief.html --set A=5 --lang ko",
        "kgsim brief scenarios/bypass.yaml --out page.html --one-page",
        "kgsim brief my_talks.yaml --out brief.md --figures figures --map gain cost",
    ),
)
@scenario_argument
@click.option(
    "--out",
    type=PLACE,
    required=True,
    metavar="FILE",
    help="Where it goes; the ending says the format: .pptx, .pdf, .html or .md.",
)
@click.option("--figures", type=PLACE, metavar="DIR", help="Keep the figures here too, as PNG and SVG.")
@click.option("--title", default="", metavar="TEXT", help="Title instead of the scenario's.")
@click.option("--classification", default="", metavar="TEXT", help="Banner at the top and bottom of every page.")
@click.option(
    "--date", default="", metavar="YYYY-MM-DD", help="Date instead of the scenario's; never today's by itself."
)
@lang_option("Language")
@click.option("--compare", nargs=2, metavar="FROM TO", help="Structures whose difference is shown.")
@click.option("--map", "axes", nargs=2, metavar="X Y", help="Parameters of the regime map.")
@click.option(
    "--template",
    type=PLACE,
    metavar="DIR",
    help="Directory with your own brief.html.jinja, brief.md.jinja, brief.typ (PDF) or brief.pptx (master).",
)
@click.option("--paper", type=click.Choice(["a4", "letter"]), default="a4", show_default=True, help="Paper of the PDF.")
@click.option("--one-page", is_flag=True, help="Write the first page alone.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of whatever is drawn.")
@set_option
@beyond_range_option
@click.option("--force", is_flag=True, help="Replace files that others wrote or changed.")
def brief(
    scenario: Scenario,
    out: Path,
    figures: Path | None,
    title: str,
    classification: str,
    date: str,
    lang: str,
    compare: tuple[str, str] | None,
    axes: tuple[str, str] | None,
    template: Path | None,
    paper: str,
    seed: int,
    one_page: bool,
    settings: tuple[str, ...],
    beyond_range: bool,
    force: bool,
) -> None:
    """Write a briefing on the scenario FILE: one sentence, one number with its range, what would change it, and why.

    What is told is computed from the results. A `briefing` section of the scenario says what matters most; whatever
    it leaves out is chosen from the results, and parts that do not apply are left out with the reason.
    """
    from kgsim.briefing.write import check

    check(out, template)
    if date:
        _check_date(date)
    values = values_set(scenario, settings, beyond_range=beyond_range)
    structures_named(scenario, compare or ())
    if compare and compare[0] == compare[1]:
        raise click.UsageError("--compare: a structure does not differ from itself; name two.")
    for name in axes or ():
        _check_axis(scenario.parameters, name)
    if axes and axes[0] == axes[1]:
        raise click.UsageError("--map: a map needs two different parameters.")
    from kgsim.briefing.brief import brief as write

    written = write(
        scenario,
        out,
        values=values,
        compare=compare or None,
        map=axes or None,
        figures=figures,
        title=title,
        classification=classification,
        date=date,
        lang=lang,
        template=template,
        paper=paper,
        seed=seed,
        one_page=one_page,
        force=force,
    )
    for path in written:
        click.echo(f"wrote {path}", err=True)


def _check_date(date: str) -> None:
    try:
        Date.fromisoformat(date)
    except ValueError:
        raise click.UsageError(f"--date {date}: expected a date such as 2025-06-13.") from None


def _check_axis(parameters: object, name: str) -> None:
    from kgsim.scenario.names import suggestion

    assert isinstance(parameters, dict)
    if name not in parameters:
        raise click.UsageError(
            f"--map {name}: the scenario has no parameter {name!r}. {suggestion(name, parameters, 'parameter')}"
        )
    low, high = parameters[name].range
    if not low < high:
        raise click.UsageError(f"--map {name}: its range is a single point, so there is nothing to map.")
