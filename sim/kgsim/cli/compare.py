"""``kgsim compare``: scenarios, or analysts' values, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgsim.cli.examples import examples
from kgsim.cli.study import deliver, force_option, format_option, plots_option, say_where

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from kgsim.analysis.comparison import Comparison
    from kgsim.report.files import Inputs
    from kgsim.scenario.model import Scenario


@click.command(
    short_help="Set scenarios, or analysts' values, side by side: where do they agree.",
    epilog=examples(
        "kgsim compare scenarios/bypass.yaml scenarios/coordinated_front.yaml scenarios/parallel_outreach.yaml",
        "kgsim compare scenarios/bypass.yaml --values hawk.yaml --values dove.yaml",
    ),
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--values",
    "value_files",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Somebody's values for a single scenario, as `values: {NAME: NUMBER}` with a `title`; may be repeated.",
)
@click.option(
    "--structure", "structures", metavar="NAME", multiple=True, help="Solve this structure only; may be repeated."
)
@click.option(
    "--beyond-range", is_flag=True, help="Let --values leave the ranges that the scenario gives as plausible."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where the figure, result.json and result.md go.  [default: out/compare-NAMES]",
)
@format_option
@plots_option
@force_option
def compare(
    files: tuple[Path, ...],
    value_files: tuple[Path, ...],
    structures: tuple[str, ...],
    beyond_range: bool,
    out: Path | None,
    form: str,
    plots: bool,
    force: bool,
) -> None:
    """Solve several scenario FILEs, or one with several analysts' values, on one table and one figure.

    Says which structures end alike and which claims get one verdict in all cases, where cases differ, which parameters
    differ, and which of these alone would turn the first case into another.
    """
    from kgsim.analysis.comparison import compare as compared
    from kgsim.report.comparison import of_comparison
    from kgsim.report.files import Destination
    from kgsim.report.provenance import versions
    from kgsim.scenario.load import load

    scenarios = [load(file) for file in files]
    sets = _sets(scenarios, value_files, beyond_range)
    depends = _inputs(scenarios, sets, structures)
    with Destination(out or Path("out") / depends.scenario, depends, force=force) as destination:
        result = compared(*scenarios, values=sets, structures=structures or None)
        document = {
            "versions": versions(),
            "scenario": {"name": depends.scenario, "digest": depends.digest},
            "values": dict(depends.values),
            "structures": list(depends.structures),
            "settings": dict(depends.settings),
            "comparison": result.to_dict(),
        }

        deliver(destination, document, of_comparison(result), (lambda: _figures(result)) if plots else None, form)
    say_where(destination)


def _figures(result: Comparison) -> Iterator[tuple[str, Figure]]:
    from kgsim.plots.comparison import comparison_figure

    yield "comparison", comparison_figure(result)


def _sets(scenarios: list[Scenario], files: tuple[Path, ...], beyond_range: bool) -> dict[str, dict[str, float]]:
    from kgsim.scenario.values import read_values

    if files and len(scenarios) > 1:
        raise click.UsageError("--values go with a single scenario FILE; leave the others out.")
    sets: dict[str, dict[str, float]] = {}
    for file in files:
        each = read_values(file, scenarios[0], beyond_range=beyond_range)
        if each.title in sets:
            raise click.UsageError(f"--values {file}: another set is called {each.title!r} too; give it another title.")
        sets[each.title] = dict(each.values)
    return sets


def _inputs(scenarios: list[Scenario], sets: dict[str, dict[str, float]], structures: tuple[str, ...]) -> Inputs:
    from kgsim.report.files import Inputs
    from kgsim.report.provenance import kgsim_version

    told = repr([(scenario.name, scenario.digest) for scenario in scenarios]) + repr(sets)
    names = "-".join(dict.fromkeys(scenario.name for scenario in scenarios))
    cases = ", ".join([*(scenario.name for scenario in scenarios), *sets])
    settings = {"study": "compare", "cases": cases}
    digest = sha256(told.encode()).hexdigest()
    return Inputs(f"compare-{names}", digest, {}, tuple(structures), kgsim_version(), settings)
