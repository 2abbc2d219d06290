"""The command line: one command a file, each imported when it is called for."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

from kgsim.cli.examples import examples
from kgsim.errors import KgsimError, ScenarioError

COMMANDS = (
    "run",
    "sweep",
    "threshold",
    "explore",
    "brief",
    "repeated",
    "simulate",
    "robustness",
    "sensitivity",
    "update",
    "advise",
    "predict",
    "score",
    "compare",
    "backtest",
    "check",
    "explain",
    "lenses",
    "stability",
    "bargain",
    "nash",
    "export",
    "new",
    "schema",
    "serve-mcp",
    "help",
)


class Commands(click.Group):
    """The group of commands: imports them lazily, and turns errors into messages and exit statuses."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the commands' names."""
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Import and return the command `name`."""
        if name not in COMMANDS:
            return None
        command = getattr(import_module(f"kgsim.cli.{name.replace('-', '_')}"), name.replace("-", "_"))
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is meant; a mistyped one is told with the nearest there is."""
        name = args[0]
        if name not in COMMANDS and not context.resilient_parsing and not name.startswith("-"):
            close = get_close_matches(name.casefold(), COMMANDS, n=1)
            remedy = f"Did you mean {close[0]!r}?" if close else f"The commands are {', '.join(COMMANDS)}."
            context.fail(f"No such command {name!r}. {remedy}")
        return super().resolve_command(context, args)

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> Any:
        """Run; exits with 0, with 2 if the user has something to mend, with 130 if interrupted."""
        options |= {"standalone_mode": False, "prog_name": "kgsim"}
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                # Better a question mark for a letter that the output's encoding lacks than no output.
                stream.reconfigure(errors="replace")
        try:
            status = super().main(args, *rest, **options)
        except (click.exceptions.Abort, KeyboardInterrupt):
            _say("Interrupted; nothing was written.")
            status = 130
        except click.ClickException as error:
            error.show()
            status = 2
        except ScenarioError as error:
            for problem in error.problems:
                _say(f"Error: {problem}")
            status = 2
        except KgsimError as error:
            _say(f"Error: {error}")
            status = 2
        sys.exit(status if isinstance(status, int) else 0)


def _say(text: str) -> None:
    click.echo(text, err=True)


def _version(context: click.Context, parameter: click.Parameter, asked: bool) -> None:
    if asked:
        from kgsim.versions import kgsim_version

        click.echo(f"kgsim {kgsim_version()}")
        context.exit()


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=examples(
        "kgsim new my_talks           write a commented scenario to start from",
        "kgsim check my_talks.yaml    find everything that is wrong with it",
        "kgsim run my_talks.yaml      solve it: tables, claims and figures",
        "kgsim explain my_talks.yaml  read it: every number with its reason",
        title="Start here",
    ),
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version and exit."
)
def main() -> None:
    """Game-theoretic negotiation simulator: what a deal looks like from every side.

    A scenario file says who can do what, what each outcome is worth to whom and why, and in which orders the game
    may be played. kgsim finds the equilibria of every order of play and tests the scenario's claims on them.
    """


def program() -> None:
    """Run the installed command: the group in a process of its own, set up to start and finish fast."""
    # The arrays of a run are small, so starting threads for linear algebra costs more than they give; and a run makes
    # many objects that live to its end, which frequent collections would walk through again and again.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ["MPLBACKEND"] = "agg"  # figures are written to files, whatever a notebook or a shell has set
    gc.set_threshold(200_000, 50, 50)
    main()
