"""``kgsim score``: a sealed prediction against what happened since."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgsim.cli.drawing import events_option
from kgsim.cli.examples import examples
from kgsim.cli.inputs import ScenarioFile
from kgsim.cli.output import emit_blocks, emit_json
from kgsim.cli.study import PLACE, format_option

if TYPE_CHECKING:
    from kgsim.scenario.model import Scenario
    from kgsim.worlds.events import Events


@click.command(
    short_help="Score a sealed prediction: hit, miss or silent, with baselines beside it.",
    epilog=examples(
        "kgsim score june_2027.json --events events/korea_2025.yaml",
        "kgsim score june_2027.json --events events/korea_2025.yaml --scenario scenarios/bypass.yaml",
    ),
)
@click.argument("sealed", metavar="SEALED", type=PLACE)
@events_option
@click.option(
    "--scenario", metavar="FILE", type=ScenarioFile(), help="The scenario, to verify that it is the one sealed."
)
@format_option
def score(sealed: Path, events: Events | None, scenario: Scenario | None, form: str) -> None:
    """Hold the prediction SEALED against events that happened since.

    The events file keeps what was known then, unchanged, and adds what came later; events dated after the seal and up
    to the day it speaks of count. A sealed file that was edited is refused, and so are events that were.
    """
    from kgsim.report.document import dumps
    from kgsim.report.predictions import of_score
    from kgsim.worlds.events import NO_EVENTS
    from kgsim.worlds.score import score as scored
    from kgsim.worlds.sealed import read_sealed

    result = scored(read_sealed(sealed), events or NO_EVENTS, scenario)
    if form == "json":
        emit_json(dumps(result.to_dict()))
    else:
        emit_blocks(of_score(result), form)
