"""``kgsim serve-mcp``: kgsim as a referee for assistants."""

from __future__ import annotations

from pathlib import Path

import click

from kgsim.cli.examples import examples


@click.command(
    "serve-mcp",
    short_help="Answer assistants over the Model Context Protocol.",
    epilog=examples(
        "kgsim serve-mcp --folder my_scenarios",
        '# in an assistant: {"command": "kgsim", "args": ["serve-mcp", "--folder", "my_scenarios"]}',
    ),
)
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    show_default=True,
    help="The only folder whose files may be read.",
)
def serve_mcp(folder: Path) -> None:
    """Serve tools for assistants on standard input and output: check, run, explain, threshold, lenses, update.

    Language models write stories; this decides what follows from them. Files outside the folder are not read, apart
    from the shipped scenarios, and none is written.
    """
    from kgsim.errors import KgsimError
    from kgsim.versions import install

    try:
        from kgsim.assistants.server import server
    except ImportError:
        raise KgsimError(f"the server needs the MCP SDK; install it with: {install('mcp')}") from None
    server(folder).run("stdio")
