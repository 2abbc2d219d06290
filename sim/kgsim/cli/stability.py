"""``kgsim stability``: which outcomes hold, by rankings alone (the graph model for conflict resolution)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgsim.cli.examples import examples
from kgsim.cli.inputs import STDIN, beyond_range_option, read_scenario, set_option, values_set
from kgsim.cli.study import Delivery, outputs, say_where

if TYPE_CHECKING:
    from kgsim.scenario.conflicts import StatedConflict
    from kgsim.scenario.model import Scenario


@click.command(
    short_help="Judge which outcomes are stable by rankings alone (graph model).",
    epilog=examples(
        "kgsim stability scenarios/bypass.yaml --structure parallel",
        'kgsim stability scenarios/bypass.yaml --from "border calm" --coalitions',
        'kgsim stability scenarios/bypass.yaml --make "front deal" --by seq',
        "kgsim stability dispute.yaml --format json",
    ),
)
@click.argument("file", metavar="FILE")
@click.option("--structure", metavar="NAME", help="The structure whose moves are meant.  [default: the first]")
@click.option("--coalitions", is_flag=True, help="Judge coalitions too.")
@click.option("--from", "start", metavar="OUTCOME", help="The outcome, or state, where things stand.")
@click.option("--make", metavar="OUTCOME", help="Say which smallest change of rankings would make it stable.")
@click.option(
    "--by",
    type=click.Choice(["nash", "seq", "smr", "gmr"]),
    default="seq",
    show_default=True,
    help="The stability that --make asks for.",
)
@click.option(
    "--attitude",
    type=click.Choice(["a", "b", "c", "d"]),
    default="b",
    show_default=True,
    help="Where preferences are not known: a leaves for what may be better, b counts what is known, c leaves for it "
    "and is deterred by it, d is deterred by it.",
)
@set_option
@beyond_range_option
@outputs("out/SCENARIO-stability")
def stability(
    file: str,
    structure: str | None,
    coalitions: bool,
    start: str | None,
    make: str | None,
    by: str,
    attitude: str,
    settings: tuple[str, ...],
    beyond_range: bool,
    to: Delivery,
) -> None:
    """Judge which outcomes of FILE, a scenario or a conflict in graph form, are stable, for whom and why.

    An outcome is stable for a player if it has nothing better to move to (Nash), or if the others could answer
    (GMR, SMR), or would for their own sake (SEQ), so that it gains nothing. Rankings alone count, not who moves when.
    """
    from kgsim.analysis.stability import stability as judged
    from kgsim.report.ownership import Maker
    from kgsim.report.stability import document, of_raising, of_stability

    conflict = _read(file)
    values = _values(conflict, settings, beyond_range)
    found = judged(conflict, values, structure=structure, coalitions=coalitions, start=start, attitude=attitude)
    blocks = of_stability(found)
    if make is not None:
        if make not in found.states_of:
            from kgsim.scenario.names import suggestion

            raise click.UsageError(
                f"--make {make}: no state here is such an outcome. {suggestion(make, found.states_of, 'outcome')}"
            )
        blocks[1:1] = of_raising(found, make, by)  # type: ignore[arg-type]  # click has checked the choice
    answer = document(found), blocks
    to.show(*answer)
    name = f"{found.name}-stability"
    with to.destination(name, Maker("stability", (str(Path(file).resolve()),))) as destination:
        to.keep(destination, *answer, tuple)
    say_where(destination)


def _read(file: str) -> Scenario | StatedConflict:
    from kgsim.scenario.conflicts import load_conflict

    return read_scenario(file) if file == STDIN else load_conflict(file)


def _values(conflict: Scenario | StatedConflict, settings: tuple[str, ...], beyond_range: bool) -> dict[str, float]:
    from kgsim.scenario.model import Scenario

    if isinstance(conflict, Scenario):
        return values_set(conflict, settings, beyond_range=beyond_range)
    if settings:
        raise click.UsageError("a conflict in graph form has no parameters: leave out --set.")
    return {}
