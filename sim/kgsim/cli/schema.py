"""``kgsim schema``: the format of scenario files, for editors."""

from __future__ import annotations

import click

from kgsim.cli.examples import examples
from kgsim.cli.output import emit


@click.command(
    short_help="Print the JSON Schema of scenarios, for editors.",
    epilog=examples(
        "kgsim schema > scenario.schema.json",
        "# first line of a scenario:",
        "# yaml-language-server: $schema=scenario.schema.json",
    ),
)
def schema() -> None:
    """Print the JSON Schema of scenario files.

    Editors use it to complete keys and to underline mistakes while you type. Save it beside your scenarios and name
    it in their first line.
    """
    import json

    from kgsim.scenario.schema import json_schema

    emit(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n")
