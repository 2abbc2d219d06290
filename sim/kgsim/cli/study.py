"""What the commands share that print an answer and keep it: options, progress and the files they leave."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kgsim.cli.output import emit, emit_blocks, emit_json
from kgsim.cli.progress import progress as progress

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from kgsim.execution.run import Job
    from kgsim.execution.store import Store
    from kgsim.report.content import Block
    from kgsim.report.files import Destination
    from kgsim.report.ownership import Maker
    from kgsim.scenario.model import Scenario

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

#: Where an interrupted study keeps what is done, within its directory.
UNFINISHED = "unfinished"

#: Chunks from which on starting further processes is worth it.
LONG = 8

#: Letters without a font that are told.
MOST_LETTERS = 10

#: Names that the name of a directory is made of at most.
MOST_NAMES = 4

#: What every answer is kept in, figures aside; and other files that are named one by one at most.
FILES = ("result.json", "result.md")
MOST_FILES = 6


class Place(click.Path):
    """A file or directory to write: as `click.Path`, but an unset shell variable is no place."""

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> Any:
        """Return the path; fails on an empty text."""
        if not str(value):
            self.fail("the name is empty; leave the option out, or name a place.", parameter, context)
        return super().convert(value, parameter, context)


PLACE = Place(path_type=Path)

seed_option = click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the random numbers."
)
plots_option = click.option(
    "--plots/--no-plots", default=True, show_default=True, help="Whether to draw figures (PNG and SVG)."
)
force_option = click.option(
    "--force", is_flag=True, help="Replace files in DIR that others wrote or changed, and results of other commands."
)
format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    show_default=True,
    help="What to print.",
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


def out_option(default: str, what: str = "figures, result.json and result.md") -> Decorator:
    """The option that says where results go."""
    return click.option("--out", type=PLACE, metavar="DIR", help=f"Where {what} go.  [default: {default}]")


@dataclass(frozen=True)
class Delivery:
    """What is printed of an answer and where it is kept: the options of `outputs`."""

    out: Path | None
    form: str
    plots: bool
    force: bool

    def destination(self, default: str, maker: Maker) -> Destination:
        """The directory that the answer goes to."""
        from kgsim.report.files import Destination

        return Destination(self.out or Path("out") / default, maker, names=FILES, force=self.force)

    def show(self, document: Mapping[str, Any], blocks: Sequence[Block]) -> None:
        """Print the answer, before anything is drawn or kept."""
        from kgsim.report.document import dumps

        if self.form == "json":
            emit_json(dumps(dict(document)))
        else:
            emit_blocks(blocks, self.form)

    def keep(
        self,
        destination: Destination,
        document: Mapping[str, Any],
        blocks: Sequence[Block],
        figures: Callable[[], Iterable[tuple[str, bytes]]],
    ) -> None:
        """Keep the answer: result.json, result.md and figures, by file name."""
        from kgsim.report import markdown
        from kgsim.report.document import dumps

        destination.write("result.json", dumps(dict(document)))
        destination.write("result.md", markdown.render(blocks))
        if self.plots:
            for name, content in figures():
                destination.write(name, content)

    def hand_over(
        self, maker: Maker, document: Mapping[str, Any], blocks: Sequence[Block], text: str | None = None
    ) -> None:
        """Print the answer, as `text` if there is one and no other form is asked for; keep it if told where."""
        if text is not None and self.form == "table":
            emit(text)
        else:
            self.show(document, blocks)
        if self.out is None:
            return
        with self.destination("", maker) as destination:
            self.keep(destination, document, blocks, tuple)
        say_where(destination)


def handed_over(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a command that prints an answer, and keeps it if told where: it gets a `Delivery`, `to`."""

    @out_option("nowhere", "result.json and result.md")
    @format_option
    @force_option
    @wraps(command)
    def delivering(*, out: Path | None, form: str, force: bool, **rest: Any) -> Any:
        return command(to=Delivery(out, form, False, force), **rest)

    return delivering


def outputs(default: str) -> Decorator:
    """The options of a command that prints an answer and keeps it; the command gets them as a `Delivery`, `to`."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @out_option(default)
        @format_option
        @plots_option
        @force_option
        @wraps(command)
        def delivering(*, out: Path | None, form: str, plots: bool, force: bool, **rest: Any) -> Any:
            return command(to=Delivery(out, form, plots, force), **rest)

        return delivering

    return decorate


def joined(names: Sequence[str]) -> str:
    """Names as one name of a directory, of a length that every file system takes."""
    return "-".join(names) if len(names) <= MOST_NAMES else f"{names[0]}-and-{len(names) - 1}-more"


def files_of(
    figures: Iterable[tuple[str, Figure]],
    scenario: Scenario | Mapping[str, tuple[Scenario, Mapping[str, float]]],
    values: Mapping[str, float] | None = None,
) -> Iterator[tuple[str, bytes]]:
    """Figures by stem as files by name; below each the scenario and the values set, or several of them by name."""
    from kgsim.report.credit import credit, credit_of_several
    from kgsim.report.figures import rendered

    line = credit_of_several(scenario) if isinstance(scenario, Mapping) else credit(scenario, values)
    for stem, figure in figures:
        yield from rendered(stem, figure, line)


def say_where(destination: Destination) -> None:
    """Tell which files were written, and what the figures could not show."""
    named = [path.name for path in destination.paths]
    others = [name for name in named if name not in FILES]
    if len(others) > MOST_FILES:
        named = [*(name for name in FILES if name in named), f"{len(others)} figures and other files"]
    names = ", ".join(named)
    instead = " (in place of an earlier result)" if destination.replaced else ""
    click.echo(f"wrote to {destination.directory}{instead}: {names}", err=True)
    plots = sys.modules.get("kgsim.plots.text")
    if plots is not None and plots.UNDRAWN:
        letters = "".join(sorted(plots.UNDRAWN)[:MOST_LETTERS])
        click.echo(
            f"figures show boxes or names in place of letters that no installed font has, such as {letters}: install "
            "one, such as Noto Sans CJK for Korean",
            err=True,
        )


def workers_for(chunks: int, workers: int | None, scheduler: str | None) -> int:
    """How many processes to use where the user leaves it open."""
    if workers is not None:
        return workers
    return (os.cpu_count() or 1) if scheduler is None and chunks >= LONG else 1


@contextmanager
def unfinished(directory: Path) -> Iterator[Callable[[Job], Store]]:
    """Keep the finished chunks of a study until it is done: gives what makes the store, from the job.

    The same study, started again, goes on where it was interrupted; a finished one leaves nothing behind.
    """
    from kgsim.execution.store import Store

    made: list[Store] = []

    def store(job: Job) -> Store:
        made.append(Store(directory / UNFINISHED, job.identity, job.chunks))
        if kept := len(made[-1].kept()):
            click.echo(f"going on from {kept:,} of {job.chunks:,} chunks that an earlier run has finished", err=True)
        return made[-1]

    try:
        yield store
    except KeyboardInterrupt:
        if not (kept := sum(len(each.kept()) for each in made)):
            raise
        click.echo(
            f"\nInterrupted; {kept:,} finished chunks are kept in {made[0].directory}. Give the same command again to "
            "go on.",
            err=True,
        )
        raise click.exceptions.Exit(130) from None
    for each in made:
        each.discard()
