"""``kgsim robustness``: in which share of draws does an answer stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from kgsim.cli.drawing import correlate_option, pairs, sampling_option
from kgsim.cli.examples import examples
from kgsim.cli.inputs import (
    beyond_range_option,
    scenario_argument,
    set_option,
    structures_named,
    structures_option,
    values_set,
)
from kgsim.cli.study import (
    Delivery,
    files_of,
    outputs,
    progress,
    say_where,
    scheduler_option,
    seed_option,
    unfinished,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from kgsim.analysis.robustness_result import Robustness
    from kgsim.scenario.model import Scenario


@click.command(
    short_help="Draw parameters from their ranges: in which share of draws does an answer stand.",
    epilog=examples(
        "kgsim robustness scenarios/bypass.yaml",
        "kgsim robustness scenarios/bypass.yaml --draws 1000000 --seed 7 --workers 2",
        "kgsim robustness scenarios/bypass.yaml --structure bypass --correlate A,h=0.5 --set erosion=0.7",
    ),
)
@scenario_argument
@click.option(
    "--draws",
    type=click.IntRange(1),
    default=30_000,
    show_default=True,
    help="In all, shared evenly by the priors and the ordinal redraws.",
)
@seed_option
@click.option(
    "--prior",
    "priors",
    type=click.Choice(["declared", "uniform", "triangular"]),
    multiple=True,
    help="How to draw parameters; may be repeated.  [default: the file's distributions (uniform if it states none) "
    "and triangular]",
)
@correlate_option
@sampling_option
@click.option(
    "--ordinal/--no-ordinal", default=True, show_default=True, help="Whether to redraw payoffs keeping rankings too."
)
@structures_option
@set_option
@beyond_range_option
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="How many work at once.")
@scheduler_option
@outputs("out/SCENARIO-robustness")
def robustness(
    scenario: Scenario,
    draws: int,
    seed: int,
    priors: tuple[str, ...],
    correlations: tuple[str, ...],
    sampling: str,
    ordinal: bool,
    structures: tuple[str, ...],
    settings: tuple[str, ...],
    beyond_range: bool,
    workers: int,
    scheduler: str | None,
    to: Delivery,
) -> None:
    """Draw the parameters of the scenario FILE and count where each answer stands.

    Says in which share of draws each outcome is an equilibrium outcome of each structure and each claim holds, under
    at least two priors side by side, and with payoffs redrawn that keep each player's ranking only. Shares of draws
    are no probabilities of anything in the world. A parameter given with --set is held and not drawn.
    """
    from kgsim.analysis.robustness import robustness as found_in
    from kgsim.report.ownership import Maker
    from kgsim.report.robustness import of_robustness
    from kgsim.report.study_document import of_study

    values = values_set(scenario, settings, beyond_range=beyond_range)
    chosen = structures_named(scenario, structures)
    given = {
        "study": "robustness",
        "draws": draws,
        "seed": seed,
        "priors": " ".join(dict.fromkeys(priors)) or "default",
        "correlations": " ".join(sorted(correlations)) or "none",
        "sampling": sampling,
        "ordinal": ordinal,
        "held": " ".join(sorted(values)) or "none",
    }
    goal = to.destination(f"{scenario.name}-robustness", Maker.of("robustness", scenario))
    with unfinished(goal.directory) as store, goal as destination:
        with progress("blocks of draws") as told:
            result = found_in(
                scenario,
                values,
                draws=draws,
                seed=seed,
                structures=chosen,
                priors=priors or None,
                correlations=pairs(correlations),
                sampling=sampling,  # type: ignore[arg-type]
                ordinal=ordinal,
                workers=workers,
                scheduler=scheduler,
                store=store,
                progress=told,
            )
        findings = {"robustness": result.to_dict()}
        answer = of_study(scenario, scenario.base | values, chosen, given, findings), of_robustness(result)
        to.show(*answer)
        to.keep(destination, *answer, lambda: files_of(_figures(result), scenario, values))
    say_where(destination)


def _figures(result: Robustness) -> Iterator[tuple[str, Figure]]:
    from kgsim.plots.claims import claims_figure
    from kgsim.plots.shares import shares_figure

    yield "shares", shares_figure(result)
    if any(each.claims for each in result.priors.values()):
        yield "claims", claims_figure(result)
