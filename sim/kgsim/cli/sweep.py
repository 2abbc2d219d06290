"""``kgsim sweep``: every structure over ranges of parameters, as data and as maps."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kgsim.cli.examples import examples
from kgsim.cli.inputs import beyond_range_option, scenario_file, set_option, structures_named, values_set
from kgsim.cli.output import emit

if TYPE_CHECKING:
    from xarray import Dataset

    from kgsim.report.files import Destination, Inputs
    from kgsim.scenario.model import Scenario
    from kgsim.studies.design import Grid


@click.command(
    short_help="Solve a scenario over ranges of its parameters: data and regime maps.",
    epilog=examples(
        "kgsim sweep scenarios/bypass.yaml --param A=0:45:91",
        "kgsim sweep scenarios/bypass.yaml --param A=0:45:91 --param h=20:80:61",
        "kgsim sweep scenarios/bypass.yaml --param C_I=log:10:60:50 --structure bypass --set A=10",
    ),
)
@scenario_file
@click.option(
    "--param",
    "specifications",
    metavar="NAME=FROM:TO:COUNT",
    multiple=True,
    required=True,
    help="Sweep a parameter; also NAME=log:FROM:TO:COUNT or NAME=VALUE,VALUE,... May be repeated.",
)
@click.option(
    "--structure", "structures", metavar="NAME", multiple=True, help="Solve this structure only; may be repeated."
)
@set_option
@beyond_range_option
@click.option(
    "--mixed",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Whether points where mixed equilibria may add something go to the solver of single points: "
    "a few of them, all (slow), or none.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where study.nc, result.json and figures go.  [default: out/SCENARIO-sweep-NAMES]",
)
@click.option("--plots/--no-plots", default=True, show_default=True, help="Whether to draw figures (PNG and SVG).")
@click.option("--force", is_flag=True, help="Replace a different result that DIR holds.")
def sweep(
    file: Path,
    specifications: tuple[str, ...],
    structures: tuple[str, ...],
    settings: tuple[str, ...],
    beyond_range: bool,
    mixed: str,
    out: Path | None,
    plots: bool,
    force: bool,
) -> None:
    """Solve the scenario FILE at every point of a grid of parameter values.

    Finds all equilibria of every structure at every point, and says where it cannot be sure to have them all. Writes
    the study as NetCDF (kgsim.open_study reads it), and figures: lines and outcome strips for one parameter, regime
    maps for two, small multiples for three.
    """
    from kgsim.report.files import Destination
    from kgsim.scenario.load import load
    from kgsim.studies import design
    from kgsim.studies.study import sweep as swept

    scenario = load(file)
    axes = design.axes(specifications)
    fixed = values_set(scenario, settings, beyond_range=beyond_range)
    for name in fixed:
        if name in axes:
            raise click.UsageError(f"--set {name}: the parameter is swept too; leave one of the two out.")
    chosen = structures_named(scenario, structures)
    grid = design.grid(scenario, {**fixed, **axes}, beyond_range=beyond_range)
    directory = out or Path("out") / f"{scenario.name}-sweep-{'-'.join(axes)}"
    with Destination(directory, _inputs(scenario, grid, chosen), force=force) as destination:
        with _progress(grid.size) as bar:
            study = swept(
                scenario,
                structures=chosen,
                mixed=mixed,  # type: ignore[arg-type]
                beyond_range=beyond_range,
                command=" ".join(["kgsim", *sys.argv[1:]]),
                progress=bar and bar.update,
                **fixed,
                **axes,
            )
        emit(_told(study))
        _keep(study, grid, scenario, destination, plots)
    names = ", ".join(path.name for path in destination.paths)
    click.echo(f"wrote to {destination.directory}: {names}", err=True)


def _progress(points: int) -> AbstractContextManager[Any]:
    """A bar with the rate and the time left on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        return nullcontext()
    return click.progressbar(length=points, label="points", file=sys.stderr, show_pos=True)


def _inputs(scenario: Scenario, grid: Grid, structures: tuple[str, ...]) -> Inputs:
    from kgsim.report.files import Inputs
    from kgsim.report.provenance import kgsim_version

    values = {**scenario.base, **grid.fixed}
    for name, points in grid.axes.items():
        del values[name]
        values |= {
            f"{name} (first)": float(points[0]),
            f"{name} (last)": float(points[-1]),
            f"{name} (count)": float(len(points)),
            f"{name} (sum)": float(points.sum()),
        }
    return Inputs(scenario.name, scenario.digest, values, structures, kgsim_version())


def _told(study: Dataset) -> str:
    """How often each structure reaches which outcome, as text."""
    import json

    from kgsim.wording import percent

    size = study.complete[0].size
    lines = [f"{size:,} points"]
    for name in map(str, study.structure.values):
        one = study.sel(structure=name)
        shares = {str(outcome): float(one.reached.sel(outcome=outcome).mean()) for outcome in study.outcome.values}
        found = sorted(((share, outcome) for outcome, share in shares.items() if share), reverse=True)
        told = ", ".join(f"{outcome} at {percent(share)}" for share, outcome in found) or "no solution"
        lines.append(f"  {name}: {told}")
        missing = int((~one.complete & one.reached.any("outcome")).sum())
        if missing:
            lines.append(f"    at {missing:,} points further equilibria are not ruled out")
    for name in json.loads(study.attrs["idle"]):
        lines.append(f"{name} moves no payoff: every result is the same along it")
    return "\n".join(lines) + "\n"


def _keep(study: Dataset, grid: Grid, scenario: Scenario, destination: Destination, plots: bool) -> None:
    import json

    from kgsim.report.provenance import versions
    from kgsim.studies.study import study_bytes

    inputs = _inputs(scenario, grid, tuple(map(str, study.structure.values)))
    document = {
        "study": "study.nc",
        "scenario": {"name": scenario.name, "title": scenario.title, "digest": scenario.digest},
        "versions": versions(),
        "values": dict(inputs.values),
        "structures": list(inputs.structures),
        "command": study.attrs["command"],
    }
    destination.write("result.json", json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    destination.write("study.nc", study_bytes(study))
    if plots:
        from kgsim.report.study_figures import drawn

        for name, content in drawn(study):
            destination.write(name, content)
