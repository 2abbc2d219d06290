"""``kgsim help``: what ``--help`` says."""

from __future__ import annotations

import click

from kgsim.cli.examples import examples


@click.command(
    short_help="Show this help, or that of a command.",
    epilog=examples("kgsim help", "kgsim help run"),
)
@click.argument("command", required=False)
@click.pass_context
def help(context: click.Context, command: str | None) -> None:
    """Show what there is, or what COMMAND does."""
    above = context.find_root()
    assert isinstance(above.command, click.Group)
    if command is None:
        click.echo(above.get_help())
        return
    name, found, _ = above.command.resolve_command(above, [command])
    assert name is not None and found is not None
    with found.make_context(name, [], parent=above, resilient_parsing=True) as asked:
        click.echo(found.get_help(asked))
