"""Printing: what a command says on stdout, whoever reads it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from kgsim.errors import OutputError

if TYPE_CHECKING:
    from kgsim.report.content import Block


#: Signs of print, for outputs whose encoding lacks them.
_PLAIN = str.maketrans({"−": "-", "–": "-", "“": '"', "”": '"', "×": "*", "→": "->", "·": "-", "…": "..."})


def emit(text: str) -> None:
    """Print `text`; a reader that has seen enough (``kgsim run ... | head``) stops the printing and nothing else.

    Raises
    ------
    OutputError
        If there is no output or no room for it.
    """
    if sys.stdout is None:
        raise OutputError("the answer cannot be printed: standard output is closed. Send it to a file or to /dev/null.")
    encoding = sys.stdout.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_PLAIN).encode(encoding, "replace").decode(encoding)
    try:
        click.echo(text, nl=False)
        sys.stdout.flush()
    except BrokenPipeError:
        _print_no_more()
    except OSError as error:
        _print_no_more()
        raise OutputError(f"the answer cannot be printed: {error.strerror or error}.") from error


def emit_json(text: str) -> None:
    """Print JSON; letters that the output's encoding lacks are written as escapes."""
    try:
        text.encode(sys.stdout.encoding if sys.stdout is not None else "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(json.loads(text), indent=2) + "\n"
    emit(text)


def _print_no_more() -> None:
    """Let what waits to be printed go nowhere, so that the end of the program does not try again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def emit_in_turn(parts: Iterable[Sequence[Block]], form: str) -> None:
    """Print parts of one report, each as soon as it is there."""
    for number, blocks in enumerate(parts):
        if number and (form == "markdown" or not sys.stdout.isatty()):
            emit("\n")
        emit_blocks(blocks, form)


def emit_blocks(blocks: Sequence[Block], form: str = "table") -> None:
    """Print blocks: by rich on a terminal, as plain text elsewhere, or as Markdown."""
    if form == "markdown":
        from kgsim.report import markdown

        emit(markdown.render(blocks))
    elif sys.stdout is not None and sys.stdout.isatty():
        from rich.console import Console

        from kgsim.report import terminal

        terminal.render(blocks, Console(highlight=False))
    else:
        from kgsim.report import plain

        emit(plain.render(blocks))
