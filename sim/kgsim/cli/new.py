"""``kgsim new``: a scenario to start from."""

from __future__ import annotations

import shlex
from importlib.resources import files
from pathlib import Path

import click

from kgsim.cli.examples import examples
from kgsim.cli.study import PLACE
from kgsim.errors import OutputError


@click.command(
    short_help="Write a commented scenario to start from.",
    epilog=examples(
        "kgsim new my_talks",
        "kgsim run my_talks.yaml",
    ),
)
@click.argument("name")
@click.option(
    "--dir",
    "directory",
    type=PLACE,
    default=Path(),
    metavar="DIR",
    help="Where the file goes.  [default: the current directory]",
)
def new(name: str, directory: Path) -> None:
    """Write NAME.yaml, a small commented scenario that runs, to start your own from."""
    name = name.removesuffix(".yaml")
    if not name or Path(name).name != name or name.startswith("."):
        raise click.UsageError(
            f"{name!r} is not a file name; write a plain name such as my_talks, and --dir for a place."
        )
    path = directory / f"{name}.yaml"
    template = files("kgsim.cli").joinpath("template.yaml").read_text("utf-8")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(template)
    except FileExistsError:
        raise OutputError(f"{path} exists already and is left as it is; choose another name.") from None
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}. Choose another place with --dir DIR.") from error
    click.echo(f"wrote {path}; now try: kgsim run {shlex.quote(str(path))}")
