"""What the commands that draw and compare share: options, progress and the files they leave."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kgsim.cli.output import emit, emit_blocks
from kgsim.cli.progress import progress as progress

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from kgsim.execution.run import Job
    from kgsim.execution.store import Store
    from kgsim.report.content import Block
    from kgsim.report.files import Destination, Inputs
    from kgsim.scenario.model import Scenario

seed_option = click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the random numbers."
)
plots_option = click.option(
    "--plots/--no-plots", default=True, show_default=True, help="Whether to draw figures (PNG and SVG)."
)
force_option = click.option("--force", is_flag=True, help="Replace a different result that DIR holds.")
format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    show_default=True,
    help="What to print.",
)

resume_option = click.option(
    "--resume", is_flag=True, help="Go on with a study that was interrupted; its finished chunks are in DIR."
)

#: Where an interrupted study keeps what is done, within its directory.
UNFINISHED = "unfinished"


def out_option(what: str) -> Callable[[Any], Any]:
    """The option that says where results go."""
    return click.option(
        "--out",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help=f"Where figures, result.json and result.md go.  [default: out/SCENARIO-{what}]",
    )


workers_option = click.option(
    "--workers",
    type=click.IntRange(1),
    metavar="N",
    help="Processes that compute at once.  [default: all processors for long studies, else 1]",
)
scheduler_option = click.option(
    "--scheduler", metavar="tcp://HOST:PORT", help="Compute on the workers of this Dask scheduler instead."
)

#: Chunks from which on starting further processes is worth it.
LONG = 8


def workers_for(chunks: int, workers: int | None, scheduler: str | None) -> int:
    """How many processes to use where the user leaves it open."""
    if workers is not None:
        return workers
    return (os.cpu_count() or 1) if scheduler is None and chunks >= LONG else 1


def inputs(
    scenario: Scenario, values: Mapping[str, float], structures: Sequence[str], settings: Mapping[str, object]
) -> Inputs:
    """What a study depends on, `settings` beside the scenario."""
    from kgsim.report.files import Inputs
    from kgsim.report.provenance import kgsim_version

    told = {name: str(value) for name, value in settings.items()}
    used = {**scenario.base, **values}
    return Inputs(scenario.name, scenario.digest, used, tuple(structures), kgsim_version(), told)


def deliver(
    destination: Destination,
    document: dict[str, Any],
    blocks: Sequence[Block],
    figures: Callable[[], Iterable[tuple[str, Figure]]] | None,
    form: str,
) -> None:
    """Print a study and keep it: result.json, result.md and figures, by stem."""
    from kgsim.report import markdown
    from kgsim.report.document import dumps

    files: dict[str, bytes] = {"result.md": markdown.render(blocks).encode()}
    if figures is not None:
        from kgsim.report.figures import rendered

        for stem, figure in figures():
            files |= rendered(stem, figure)
    text = dumps({**document, "files": list(files)})
    if form == "json":
        emit(text)
    else:
        emit_blocks(blocks, form)
    for name, content in files.items():
        destination.write(name, content)
    destination.write("result.json", text)


def say_where(destination: Destination) -> None:
    """Tell which files were written."""
    names = ", ".join(path.name for path in destination.paths)
    click.echo(f"wrote to {destination.directory}: {names}", err=True)


@contextmanager
def unfinished(directory: Path, *, resume: bool, force: bool) -> Iterator[Callable[[Job], Store]]:
    """Keep the finished chunks of a study until it is done: gives what makes the store, from the job.

    An interrupted study says how it goes on; a finished one leaves nothing behind.
    """
    from kgsim.execution.store import Store

    made: list[Store] = []

    def store(job: Job) -> Store:
        made.append(Store(directory / UNFINISHED, job.identity, job.chunks, resume=resume, force=force))
        return made[-1]

    try:
        yield store
    except KeyboardInterrupt:
        if not made or not made[0].kept():
            raise
        click.echo(
            f"\nInterrupted; {len(made[0].kept())} finished chunks are kept in {made[0].directory}. Give the same "
            "command with --resume to go on.",
            err=True,
        )
        raise click.exceptions.Exit(130) from None
    for each in made:
        each.discard()
