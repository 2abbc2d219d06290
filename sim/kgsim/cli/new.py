"""``kgsim new``: a scenario to start from."""

from __future__ import annotations

import shlex
from importlib.resources import files
from pathlib import Path

import click

from kgsim.cli.examples import examples
from kgsim.cli.study import PLACE
from kgsim.errors import OutputError
from kgsim.scenario.from_table import from_table

#: What a scenario may start from, each a file of the folder `templates`.
TEMPLATES = {
    "bypass": "three parties, two of whom can settle over the third's head",
    "bargain": "two parties, one deal, and who makes the offer",
    "types": "one party knows something that the other does not",
    "repeated": "the same again and again, kept by threats",
    "rankings": "who likes what better, and no numbers",
}


@click.command(
    short_help="Write a commented scenario to start from.",
    epilog=examples(
        "kgsim new my_talks",
        "kgsim new my_talks --template bargain",
        "kgsim new my_talks --table payoffs.csv",
        "kgsim run my_talks.yaml",
    ),
)
@click.argument("name")
@click.option(
    "--template",
    type=click.Choice(list(TEMPLATES)),
    help="What to start from: " + "; ".join(f"{name}, {what}" for name, what in TEMPLATES.items()) + ".  "
    "[default: bypass]",
)
@click.option(
    "--table",
    type=click.Path(path_type=Path),
    metavar="FILE.csv",
    help="Write the scenario from a table instead: columns of the players' moves, then `outcome`, then the same "
    "players with what each gets. * stands for any move.",
)
@click.option("--ranks", is_flag=True, help="The table holds places, 1 the best, instead of payoffs.")
@click.option(
    "--dir",
    "directory",
    type=PLACE,
    default=Path(),
    metavar="DIR",
    help="Where the file goes.  [default: the current directory]",
)
def new(name: str, template: str | None, table: Path | None, ranks: bool, directory: Path) -> None:
    """Write NAME.yaml, a small commented scenario that runs, to start your own from."""
    name = name.removesuffix(".yaml")
    if not name or Path(name).name != name or name.startswith("."):
        raise click.UsageError(
            f"{name!r} is not a file name; write a plain name such as my_talks, and --dir for a place."
        )
    if table is not None and template is not None:
        raise click.UsageError("--template and --table both say what to start from; give one of them.")
    if ranks and table is None:
        raise click.UsageError("--ranks says what the numbers of a table are; give --table FILE.csv too.")
    path = directory / f"{name}.yaml"
    text = from_table(table, ranks=ranks) if table is not None else _template(template or "bypass")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise OutputError(f"{path} exists already and is left as it is; choose another name.") from None
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}. Choose another place with --dir DIR.") from error
    click.echo(f"wrote {path}; now try: kgsim run {shlex.quote(str(path))}")


def _template(name: str) -> str:
    return files("kgsim.cli").joinpath("templates", f"{name}.yaml").read_text("utf-8")
