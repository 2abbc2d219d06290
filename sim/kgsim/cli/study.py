"""What the commands that draw and compare share: options, progress and the files they leave."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kgsim.cli.output import emit, emit_blocks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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


def out_option(what: str) -> Callable[[Any], Any]:
    """The option that says where results go."""
    return click.option(
        "--out",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help=f"Where figures, result.json and result.md go.  [default: out/SCENARIO-{what}]",
    )


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar with the time left, told how many are done and how many there are; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1, label=label, file=sys.stderr, show_pos=True) as bar:

        def told(done: int, all_: int) -> None:
            bar.length = all_
            bar.update(done - bar.pos)

        yield told


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

    text = dumps(document)
    if form == "json":
        emit(text)
    else:
        emit_blocks(blocks, form)
    destination.write("result.json", text)
    destination.write("result.md", markdown.render(blocks))
    if figures is not None:
        from kgsim.report.figures import rendered

        for stem, figure in figures():
            for name, content in rendered(stem, figure):
                destination.write(name, content)


def say_where(destination: Destination) -> None:
    """Tell which files were written."""
    names = ", ".join(path.name for path in destination.paths)
    click.echo(f"wrote to {destination.directory}: {names}", err=True)
