"""``kgsim robustness``: in which share of draws does an answer stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from kgsim.cli.drawing import drawn
from kgsim.cli.examples import examples
from kgsim.cli.inputs import scenario_argument
from kgsim.cli.study import Delivery, files_of, outputs, progress, say_where, unfinished

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
@drawn(30_000, "In all, shared evenly by the priors and the ordinal redraws.", several=True)
@click.option(
    "--ordinal/--no-ordinal", default=True, show_default=True, help="Whether to redraw payoffs keeping rankings too."
)
@outputs("out/SCENARIO-robustness")
def robustness(
    scenario: Scenario,
    ordinal: bool,
    values: Mapping[str, float],
    drawing: Mapping[str, Any],
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

    given = {
        "study": "robustness",
        "draws": drawing["draws"],
        "seed": drawing["seed"],
        "priors": " ".join(dict.fromkeys(drawing["priors"] or ())) or "default",
        "correlations": " ".join(
            sorted(f"{','.join(names)}={rank:g}" for names, rank in drawing["correlations"].items())
        )
        or "none",
        "sampling": drawing["sampling"],
        "ordinal": ordinal,
        "held": " ".join(sorted(values)) or "none",
    }
    goal = to.destination(f"{scenario.name}-robustness", Maker.of("robustness", scenario))
    with unfinished(goal.directory) as store, goal as destination:
        with progress("blocks of draws") as told:
            result = found_in(scenario, values, ordinal=ordinal, **drawing, store=store, progress=told)
        findings = {"robustness": result.to_dict()}
        answer = (
            of_study(scenario, {**scenario.base, **values}, drawing["structures"], given, findings),
            of_robustness(result),
        )
        to.show(*answer)
        to.keep(destination, *answer, lambda: files_of(_figures(result), scenario, values))
    say_where(destination)


def _figures(result: Robustness) -> Iterator[tuple[str, Figure]]:
    from kgsim.plots.claims import claims_figure
    from kgsim.plots.shares import shares_figure

    yield "shares", shares_figure(result)
    if any(each.claims for each in result.priors.values()):
        yield "claims", claims_figure(result)
