"""``kgsim sweep``: every structure over ranges of parameters, as data and as maps."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kgsim.cli.examples import examples
from kgsim.cli.inputs import (
    STDIN,
    beyond_range_option,
    complete_parameters,
    scenario_argument,
    set_option,
    structures_named,
    structures_option,
    values_set,
)
from kgsim.cli.output import emit
from kgsim.cli.study import (
    force_option,
    out_option,
    plots_option,
    progress,
    say_where,
    scheduler_option,
    unfinished,
    workers_for,
    workers_option,
)

if TYPE_CHECKING:
    from kgsim.execution.store import Store
    from kgsim.report.files import Destination
    from kgsim.scenario.model import Scenario
    from kgsim.studies.gathering import Tally
    from kgsim.studies.points import Sweep


@click.command(
    short_help="Solve a scenario over ranges of its parameters: data and regime maps.",
    epilog=examples(
        "kgsim sweep scenarios/bypass.yaml --param A=0:45:91",
        "kgsim sweep scenarios/bypass.yaml --param A=0:45:91 --param h=20:80:61",
        "kgsim sweep scenarios/bypass.yaml --param C_I=log:10:60:50 --structure bypass --set A=10",
        "kgsim sweep scenarios/bypass.yaml --param US.limited.relief=0:1:41 --param ROK.hedge=on,off",
    ),
)
@scenario_argument
@click.option(
    "--param",
    "specifications",
    metavar="NAME=FROM:TO:COUNT",
    multiple=True,
    required=True,
    shell_complete=complete_parameters,
    help="Sweep a parameter; also NAME=log:FROM:TO:COUNT, NAME=VALUE,VALUE,... or NAME=on,off. NAME may be the term of "
    "a menu, DECISION.MOVE.TERM, or with on,off a move, DECISION.MOVE. May be repeated.",
)
@structures_option
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
@workers_option
@scheduler_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["netcdf", "zarr"]),
    help="One NetCDF file, or a Zarr directory that is written and read in blocks.  [default: by size]",
)
@out_option("out/SCENARIO-sweep-NAMES", "study.nc or study.zarr, result.json and figures")
@plots_option
@force_option
def sweep(
    scenario: Scenario,
    specifications: tuple[str, ...],
    structures: tuple[str, ...],
    settings: tuple[str, ...],
    beyond_range: bool,
    mixed: str,
    workers: int | None,
    scheduler: str | None,
    form: str | None,
    out: Path | None,
    plots: bool,
    force: bool,
) -> None:
    """Solve the scenario FILE at every point of a grid of parameter values.

    Finds all equilibria of every structure at every point, and says where it cannot be sure to have them all. Writes
    the study as NetCDF or Zarr (kgsim.open_study reads both), and figures: lines and outcome strips for one parameter,
    regime maps for two, small multiples for three. An interrupted study goes on where it stopped.
    """
    from kgsim.report.files import RESULT, Destination
    from kgsim.report.ownership import Maker
    from kgsim.studies import design
    from kgsim.studies.limits import LARGE, check_disk, check_netcdf, size, study_size
    from kgsim.studies.study import NETCDF, ZARR, planned

    axes = design.axes(specifications)
    fixed = values_set(scenario, settings, beyond_range=beyond_range)
    for name in fixed:
        if name in axes:
            raise click.UsageError(f"--set {name}: the parameter is swept too; leave one of the two out.")
    chosen = structures_named(scenario, structures)
    job = planned(
        scenario,
        {**fixed, **axes},
        structures=chosen,
        mixed=mixed,  # type: ignore[arg-type]
        beyond_range=beyond_range,
    )
    form = form or ("zarr" if study_size(job) > LARGE else "netcdf")
    directory = out or Path("out") / f"{scenario.name}-sweep-{'-'.join(axes)}"
    if study_size(job) > LARGE:
        click.echo(f"{job.grid.size:,} points in {job.chunks:,} chunks, about {size(study_size(job))}", err=True)
    check_disk(job, directory)
    if form == "netcdf":
        check_netcdf(job)
    names = (RESULT, NETCDF if form == "netcdf" else ZARR)
    with (
        unfinished(directory) as kept,
        Destination(directory, Maker.of("sweep", scenario), names=names, force=force) as destination,
    ):
        # A study of one chunk is a matter of a second, and what it would lose is no more.
        store = kept(job) if job.chunks > 1 or form == "zarr" else None
        command = _command(scenario, specifications, structures, settings, beyond_range, mixed)
        crew = {"workers": workers_for(job.chunks, workers, scheduler), "scheduler": scheduler}
        tally = _computed(job, form, command, destination, store, crew)
        emit(_told(job, tally))
        if plots:
            _draw(job, form, destination)
        destination.write("result.json", _document(scenario, job, form, command, tally))
    say_where(destination)


def _command(
    scenario: Scenario,
    specifications: Sequence[str],
    structures: Sequence[str],
    settings: Sequence[str],
    beyond_range: bool,
    mixed: str,
) -> str:
    """The command for the record: what the result depends on, and not who computed it or where it went."""
    from kgsim.wording import printable

    options = [("--param", specifications), ("--structure", structures), ("--set", settings), ("--mixed", [mixed])]
    words = [word for option, values in options for value in values for word in (option, value)]
    words += ["--beyond-range"] if beyond_range else []
    return shlex.join(["kgsim", "sweep", printable(str(scenario.path or STDIN)), *words])


def _computed(
    job: Sweep,
    form: str,
    command: str,
    destination: Destination,
    store: Store | None,
    crew: dict[str, Any],
) -> Tally:
    """Compute the study, and keep it in the form asked for."""
    from kgsim.studies.gathering import Memory, gather
    from kgsim.studies.layout import dataset
    from kgsim.studies.study import NETCDF, ZARR, stream, study_bytes

    with progress("points", job.grid.size) as told:
        options: dict[str, Any] = {**crew, "store": store, "progress": told}
        if form == "zarr":
            assert store is not None
            # Made where an interrupted study is found, and cleared away, by the next one.
            made = store.directory / ZARR
            shutil.rmtree(made, ignore_errors=True)
            tally = stream(job, made, command, **options)
            destination.take(ZARR, made)
            return tally
        memory = Memory(job)
        tally = gather(job, memory, **options)
    destination.write(NETCDF, study_bytes(dataset(job, memory, tally, command)))
    return tally


def _draw(job: Sweep, form: str, destination: Destination) -> None:
    from kgsim.report.credit import credit
    from kgsim.report.study_figures import drawn
    from kgsim.studies.study import NETCDF, ZARR, open_study

    study = open_study(destination.staged(ZARR if form == "zarr" else NETCDF))
    for name, content in drawn(study, job.scenario, credit(job.scenario, job.grid.fixed)):
        destination.write(name, content)


def _swept(scenario: Scenario, job: Sweep, form: str) -> tuple[dict[str, float], dict[str, str]]:
    """What the study depends on: values by name, those swept by first, last and count; and settings."""
    from kgsim.studies.points import digest

    values = {**scenario.base, **job.grid.fixed}
    settings = {"study": "sweep", "swept": " ".join(job.grid.coordinates), "mixed": job.mixed, "format": form}
    for name, points in job.grid.coordinates.items():
        values.pop(name, None)
        values |= {
            f"{name} (first)": float(points[0]),
            f"{name} (last)": float(points[-1]),
            f"{name} (count)": float(len(points)),
        }
        settings[f"values of {name}"] = digest(points)
    return values, settings


def _told(job: Sweep, tally: Tally) -> str:
    """How often each structure reaches which outcome, and each claim holds, as text."""
    from kgsim.studies.layout import idle_axes
    from kgsim.wording import percent, quoted

    said = job.scenario.labels
    outcomes = [said.outcome(rule.name) for rule in job.scenario.outcomes]
    lines = [f"{tally.points:,} points; shares of them:"]
    for name, reached, missing in zip(job.structures, tally.reached, tally.open, strict=True):
        shares = sorted(zip(reached / tally.points, outcomes, strict=True), reverse=True)
        told = ", ".join(f"{outcome} at {percent(float(share))}" for share, outcome in shares if share)
        lines.append(f"  {said.structure(name)}: {told or 'no solution'}")
        if missing:
            share = percent(float(missing / tally.points))
            lines.append(f"    at {missing:,} points ({share}) further equilibria are not ruled out")
    for name, counts in zip(job.claims, tally.verdicts, strict=True):
        words = ("fails", "holds", "depends on which equilibrium is played", "is undecided", "is vacuous")
        parts = [f"{word} at {percent(float(count / tally.points))}" for word, count in zip(words, counts, strict=True)]
        kept = [part for part, count in zip(parts, counts, strict=True) if count]
        lines.append(f"  {quoted(said.claim(name))} {', '.join(kept)}")
    idle = map(said.parameter, idle_axes(job))
    lines += [f"{name} moves no payoff and no claim: every result is the same along it" for name in idle]
    return "\n".join(lines) + "\n"


def _document(scenario: Scenario, job: Sweep, form: str, command: str, tally: Tally) -> str:
    from kgsim.report.document import dumps
    from kgsim.report.study_document import of_study
    from kgsim.results import VERDICTS
    from kgsim.studies.layout import idle_axes

    outcomes = [rule.name for rule in job.scenario.outcomes]
    findings = {
        "points": tally.points,
        "reached": {
            name: {outcome: int(count) for outcome, count in zip(outcomes, row, strict=True) if count}
            for name, row in zip(job.structures, tally.reached, strict=True)
        },
        "open": {name: int(count) for name, count in zip(job.structures, tally.open, strict=True)},
        "claims": {
            name: {verdict: int(count) for verdict, count in zip(VERDICTS, row, strict=True)}
            for name, row in zip(job.claims, tally.verdicts, strict=True)
        },
        "idle": idle_axes(job),
        "command": command,
    }
    values, settings = _swept(scenario, job, form)
    return dumps(of_study(scenario, values, job.structures, settings, findings))
