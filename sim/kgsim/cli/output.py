"""Printing: what a command says on stdout, whoever reads it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from kgsim.report.content import Block


def emit(text: str) -> None:
    """Print `text`; a reader that has seen enough (``kgsim run ... | head``) stops the printing and nothing else."""
    try:
        click.echo(text, nl=False)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def emit_blocks(blocks: Sequence[Block], form: str = "table") -> None:
    """Print blocks: by rich on a terminal, as plain text elsewhere, or as Markdown."""
    if form == "markdown":
        from kgsim.report import markdown

        emit(markdown.render(blocks))
    elif sys.stdout.isatty():
        from rich.console import Console

        from kgsim.report import terminal

        terminal.render(blocks, Console(highlight=False))
    else:
        from kgsim.report import plain

        emit(plain.render(blocks))
