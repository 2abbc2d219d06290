"""``kgsim robustness``: in which share of draws does an answer stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

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
@click.option(
    "--correlate",
    "correlations",
    metavar="NAME,NAME=RANK",
    multiple=True,
    help="Spearman's rank correlation of two parameters; may be repeated. Others are drawn independently.",
)
@click.option(
    "--sampling",
    type=click.Choice(["sobol", "latin", "random"]),
    default="sobol",
    show_default=True,
    help="Scrambled Sobol' nets, Latin hypercubes or independent draws.",
)
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
                correlations=_pairs(correlations),
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
        to.keep(destination, *answer, lambda: files_of(_figures(result)))
    say_where(destination)


def _figures(result: Robustness) -> Iterator[tuple[str, Figure]]:
    from kgsim.plots.claims import claims_figure
    from kgsim.plots.shares import shares_figure

    yield "shares", shares_figure(result)
    if any(each.claims for each in result.priors.values()):
        yield "claims", claims_figure(result)


def _pairs(specifications: Sequence[str]) -> dict[tuple[str, str], float]:
    """Read ``NAME,NAME=RANK``."""
    found: dict[tuple[str, str], float] = {}
    for text in specifications:
        names, equals, rank = text.partition("=")
        pair = tuple(name.strip() for name in names.split(","))
        try:
            value = float(rank)
        except ValueError:
            equals = ""
        if not equals or len(pair) != 2 or not all(pair):
            raise click.UsageError(f"--correlate {text}: expected NAME,NAME=RANK, such as --correlate one,other=0.5.")
        one, other = pair
        if (one, other) in found or (other, one) in found:
            raise click.UsageError(f"--correlate {text}: the correlation of {one} and {other} is given twice.")
        found[one, other] = value
    return found
