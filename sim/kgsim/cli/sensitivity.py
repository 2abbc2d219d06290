"""``kgsim sensitivity``: which few parameters move a value or turn an answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

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
from kgsim.cli.study import Delivery, files_of, outputs, progress, say_where, seed_option

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from kgsim.analysis.sensitivity import Sensitivity
    from kgsim.scenario.model import Scenario


@click.command(
    short_help="Which few parameters matter: tornado, Sobol' indices, boxes found by PRIM.",
    epilog=examples(
        'kgsim sensitivity scenarios/bypass.yaml --structure bypass --outcome "bypass deal"',
        "kgsim sensitivity scenarios/bypass.yaml --structure front --take low --set rate=1",
        "kgsim sensitivity scenarios/bypass.yaml --claim H6 --verdict fails --no-indices",
    ),
)
@scenario_argument
@click.option(
    "--structure",
    metavar="NAME",
    shell_complete=complete_structures,
    help="Whose values and outcomes to look at.  [default: the file's first]",
)
@click.option(
    "--outcome",
    metavar="NAME",
    help="Find boxes in which this is an equilibrium outcome of the structure.  [default: the one most in doubt]",
)
@click.option("--claim", metavar="NAME", help="Instead: find boxes in which this claim has the verdict.")
@click.option(
    "--verdict",
    type=click.Choice(["holds", "fails", "depends", "undecided", "vacuous"]),
    default="holds",
    show_default=True,
    help="With --claim.",
)
@click.option(
    "--take",
    type=click.Choice(["low", "middle", "high"]),
    default="middle",
    show_default=True,
    help="What Sobol' indices take of the interval of a player's values over all equilibria.",
)
@click.option("--indices/--no-indices", default=True, show_default=True, help="Whether to compute Sobol' indices.")
@click.option(
    "--density",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.8,
    show_default=True,
    help="Share of draws of interest asked of a box.",
)
@click.option(
    "--prior",
    type=click.Choice(["declared", "uniform", "triangular"]),
    default="uniform",
    show_default=True,
    help="How to draw parameters, independently.",
)
@click.option(
    "--draws",
    type=click.IntRange(1),
    default=20_000,
    show_default=True,
    help="For the indices and for the boxes, each.",
)
@seed_option
@set_option
@beyond_range_option
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="How many work at once.")
@outputs("out/SCENARIO-sensitivity")
def sensitivity(
    scenario: Scenario,
    structure: str | None,
    outcome: str | None,
    claim: str | None,
    verdict: str,
    take: str,
    indices: bool,
    density: float,
    prior: str,
    draws: int,
    seed: int,
    settings: tuple[str, ...],
    beyond_range: bool,
    workers: int,
    to: Delivery,
) -> None:
    """Find the parameters of the scenario FILE that matter.

    Three looks: a tornado (one parameter at a time over its range: how far each player's value moves, and which
    answers turn), Sobol' indices (whence the variance of a value comes), and scenario discovery by PRIM (boxes of
    parameters in which an outcome is an equilibrium outcome or a claim has a verdict). A parameter given with --set is
    held and not moved.
    """
    from kgsim.analysis.sensitivity import sensitivity as found_in
    from kgsim.report.ownership import Maker
    from kgsim.report.sensitivity import of_sensitivity
    from kgsim.report.study_document import of_study

    values = values_set(scenario, settings, beyond_range=beyond_range)
    if structure is not None:
        structures_named(scenario, [structure])
    asked: dict[str, Any] = {
        "structure": structure,
        "outcome": outcome,
        "claim": claim,
        "verdict": verdict,
        "take": take,
        "indices": indices,
        "density": density,
        "prior": prior,
        "draws": draws,
        "seed": seed,
    }
    given = {"study": "sensitivity", **asked, "held": " ".join(sorted(values)) or "none"}
    maker = Maker.of("sensitivity", scenario)
    with to.destination(f"{scenario.name}-sensitivity", maker) as destination:
        with progress("chunks of draws") as told:
            result = found_in(scenario, values, **asked, workers=workers, progress=told)
        findings = {"sensitivity": result.to_dict()}
        answer = (
            of_study(scenario, scenario.base | values, tuple(scenario.structures), given, findings),
            of_sensitivity(result),
        )
        to.show(*answer)
        to.keep(destination, *answer, lambda: files_of(_figures(result), scenario, values))
    say_where(destination)


def _figures(result: Sensitivity) -> Iterator[tuple[str, Figure]]:
    from kgsim.plots.boxes import discovery_figure
    from kgsim.plots.indices import indices_figure
    from kgsim.plots.tornado import tornado_figure

    yield "tornado", tornado_figure(result)
    if result.indices is not None:
        yield "indices", indices_figure(result)
    if result.discovery.boxes:
        yield "boxes", discovery_figure(result)
