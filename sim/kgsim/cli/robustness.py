"""``kgsim robustness``: in which share of draws does an answer stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgsim.cli.examples import examples
from kgsim.cli.inputs import beyond_range_option, scenario_file, set_option, structures_named, values_set
from kgsim.cli.study import (
    deliver,
    force_option,
    format_option,
    inputs,
    out_option,
    plots_option,
    progress,
    resume_option,
    say_where,
    seed_option,
    unfinished,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from kgsim.analysis.robustness_result import Robustness


@click.command(
    short_help="Draw parameters from their ranges: in which share of draws does an answer stand.",
    epilog=examples(
        "kgsim robustness scenarios/bypass.yaml",
        "kgsim robustness scenarios/bypass.yaml --draws 1000000 --seed 7 --workers 2",
        "kgsim robustness scenarios/bypass.yaml --structure bypass --correlate A,h=0.5 --set erosion=0.7",
    ),
)
@scenario_file
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
@click.option(
    "--structure", "structures", metavar="NAME", multiple=True, help="Solve this structure only; may be repeated."
)
@set_option
@beyond_range_option
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="How many work at once.")
@click.option("--scheduler", metavar="tcp://HOST:PORT", help="Compute on the workers of this Dask scheduler instead.")
@resume_option
@out_option("robustness")
@format_option
@plots_option
@force_option
def robustness(
    file: Path,
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
    resume: bool,
    out: Path | None,
    form: str,
    plots: bool,
    force: bool,
) -> None:
    """Draw the parameters of the scenario FILE and count where each answer stands.

    Says in which share of draws each outcome is an equilibrium outcome of each structure and each claim holds, under
    at least two priors side by side, and with payoffs redrawn that keep each player's ranking only. Shares of draws
    are no probabilities of anything in the world. A parameter given with --set is held and not drawn.
    """
    from kgsim.analysis.robustness import robustness as found_in
    from kgsim.report.files import Destination
    from kgsim.report.robustness import of_robustness
    from kgsim.report.study_document import of_study
    from kgsim.scenario.load import load

    scenario = load(file)
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
    depends = inputs(scenario, values, chosen, given)
    directory = out or Path("out") / f"{scenario.name}-robustness"
    with Destination(directory, depends, force=force) as destination:
        with unfinished(directory, resume=resume, force=force) as store, progress("blocks of draws") as told:
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
        document = of_study(scenario, depends, {"robustness": result.to_dict()})
        deliver(destination, document, of_robustness(result), (lambda: _figures(result)) if plots else None, form)
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
            raise click.UsageError(f"--correlate {text}: expected NAME,NAME=RANK, such as --correlate A,h=0.5.")
        one, other = pair
        if (one, other) in found or (other, one) in found:
            raise click.UsageError(f"--correlate {text}: the correlation of {one} and {other} is given twice.")
        found[one, other] = value
    return found
