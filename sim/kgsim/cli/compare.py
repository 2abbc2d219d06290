"""``kgsim compare``: scenarios, or analysts' values, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgsim.cli.examples import examples
from kgsim.cli.inputs import ScenarioFile, structures_option
from kgsim.cli.study import Delivery, files_of, joined, outputs, say_where

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from kgsim.analysis.comparison import Comparison
    from kgsim.scenario.model import Scenario


@click.command(
    short_help="Set scenarios, or analysts' values, side by side: where do they agree.",
    epilog=examples(
        "kgsim compare scenarios/bypass.yaml scenarios/coordinated_front.yaml scenarios/parallel_outreach.yaml",
        "kgsim compare scenarios/bypass.yaml --values hawk.yaml --values dove.yaml",
    ),
)
@click.argument("scenarios", metavar="FILE...", nargs=-1, required=True, type=ScenarioFile())
@click.option(
    "--values",
    "value_files",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Somebody's values for a single scenario, as `values: {NAME: NUMBER}` with a `title`; may be repeated.",
)
@structures_option
@click.option(
    "--beyond-range", is_flag=True, help="Let --values leave the ranges that the scenario gives as plausible."
)
@outputs("out/compare-NAMES")
def compare(
    scenarios: tuple[Scenario, ...],
    value_files: tuple[Path, ...],
    structures: tuple[str, ...],
    beyond_range: bool,
    to: Delivery,
) -> None:
    """Solve several scenario FILEs, or one with several analysts' values, on one table and one figure.

    Says which structures end alike and which claims get one verdict in all cases, where cases differ, which parameters
    differ, and which of these alone would turn the first case into another.
    """
    from kgsim.analysis.comparison import compare as compared
    from kgsim.report.comparison import of_comparison
    from kgsim.report.ownership import Maker
    from kgsim.report.provenance import versions

    sets = _sets(scenarios, value_files, beyond_range)
    result = compared(*scenarios, values=sets, structures=structures or None)
    names = list(dict.fromkeys(scenario.name for scenario in scenarios))
    told = repr([(scenario.name, scenario.digest) for scenario in scenarios]) + repr(sets)
    cases = ", ".join([*(scenario.name for scenario in scenarios), *sets])
    document = {
        "versions": versions(),
        "scenario": {"name": f"compare-{'-'.join(names)}", "digest": sha256(told.encode()).hexdigest()},
        "values": {},
        "structures": list(structures),
        "settings": {"study": "compare", "cases": cases},
        "comparison": result.to_dict(),
    }
    answer = document, of_comparison(result)
    settings: dict[str, tuple[Scenario, dict[str, float]]] = {each.name: (each, {}) for each in scenarios}
    settings |= {title: (scenarios[0], values) for title, values in sets.items()}
    to.show(*answer)
    with to.destination(f"compare-{joined(names)}", Maker.of("compare", *scenarios)) as destination:
        to.keep(destination, *answer, lambda: files_of(_figures(result), settings))
    say_where(destination)


def _figures(result: Comparison) -> Iterator[tuple[str, Figure]]:
    from kgsim.plots.comparison import comparison_figure

    yield "comparison", comparison_figure(result)


def _sets(scenarios: Sequence[Scenario], files: tuple[Path, ...], beyond_range: bool) -> dict[str, dict[str, float]]:
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
