"""``kgsim schema``: the format of scenario files, for editors."""

from __future__ import annotations

import click

from kgsim.cli.examples import examples
from kgsim.cli.output import emit


@click.command(
    short_help="Print the JSON Schema of scenarios or events, for editors.",
    epilog=examples(
        "kgsim schema > scenario.schema.json",
        "# first line of a scenario:",
        "# yaml-language-server: $schema=scenario.schema.json",
        "kgsim schema --events > events.schema.json",
    ),
)
@click.option("--events", is_flag=True, help="Print that of events files instead.")
def schema(events: bool) -> None:
    """Print the JSON Schema of scenario files.

    Editors use it to complete keys and to underline mistakes while you type. Save it beside your scenarios and name
    it in their first line.
    """
    import json

    from kgsim.scenario import schema as scenarios
    from kgsim.scenario import schema_events

    found = (schema_events if events else scenarios).json_schema()
    emit(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
