"""What the commands that draw parameters share: how they are drawn, and the events that worlds are held against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from kgsim.cli.inputs import beyond_range_option, set_option, structures_named, structures_option, values_set
from kgsim.cli.study import Decorator, scheduler_option, seed_option

if TYPE_CHECKING:
    from kgsim.scenario.model import Scenario

correlate_option = click.option(
    "--correlate",
    "correlations",
    metavar="NAME,NAME=RANK",
    multiple=True,
    help="Spearman's rank correlation of two parameters; may be repeated. Others are drawn independently.",
)
sampling_option = click.option(
    "--sampling",
    type=click.Choice(["sobol", "latin", "random"]),
    default="sobol",
    show_default=True,
    help="Scrambled Sobol' nets, Latin hypercubes or independent draws.",
)


class EventsFileType(click.ParamType):  # type: ignore[type-arg]  # generic for types alone
    """The name of an events file on the command line, as the events."""

    name = "file"

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> Any:
        """Read the events."""
        from kgsim.worlds.events import load_events

        return load_events(value) if isinstance(value, str) else value

    def shell_complete(
        self, context: click.Context, parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Let the shell complete names of files."""
        return [CompletionItem(incomplete, type="file")]


events_option = click.option(
    "--events", metavar="EVENTS", type=EventsFileType(), help="File of dated events that worlds must live with."
)

until_option = click.option(
    "--until", metavar="DATE", help="The last day whose events count, YYYY-MM-DD.  [default: all]"
)


def drawn(draws: int, told: str = "Worlds of each structure.", *, several: bool = False) -> Decorator:
    """The options that say what is drawn; the command gets them as `drawing`, keywords of the Python call.

    `draws` is how many there are unless the user says, `told` what they are, and `several` whether priors stand side by
    side.
    """
    default = "the file's distributions (uniform if it states none)" + (" and triangular" if several else "")

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @click.option("--draws", type=click.IntRange(1), default=draws, show_default=True, help=told)
        @seed_option
        @click.option(
            "--prior",
            "priors",
            type=click.Choice(["declared", "uniform", "triangular"]),
            multiple=several,
            help=f"How to draw parameters{'; may be repeated' if several else ''}.  [default: {default}]",
        )
        @correlate_option
        @sampling_option
        @structures_option
        @set_option
        @beyond_range_option
        @click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="How many work at once.")
        @scheduler_option
        @wraps(command)
        def drawing(
            *,
            scenario: Scenario,
            settings: tuple[str, ...],
            beyond_range: bool,
            structures: tuple[str, ...],
            correlations: tuple[str, ...],
            priors: str | tuple[str, ...] | None,
            **rest: Any,
        ) -> Any:
            values = values_set(scenario, settings, beyond_range=beyond_range)
            drawing = {name: rest.pop(name) for name in ("draws", "seed", "sampling", "workers", "scheduler")}
            drawing["priors" if several else "prior"] = priors or None
            drawing["structures"] = structures_named(scenario, structures)
            drawing["correlations"] = pairs(correlations)
            return command(scenario=scenario, values=values, drawing=drawing, **rest)

        return drawing

    return decorate


def pairs(specifications: Sequence[str]) -> dict[tuple[str, str], float]:
    """Read ``NAME,NAME=RANK``."""
    found: dict[tuple[str, str], float] = {}
    for text in specifications:
        names, equals, rank = text.partition("=")
        pair = tuple(name.strip() for name in names.split(","))
        try:
            value = float(rank)
        except ValueError:
            equals = ""
        if not equals or len(pair) != 2 or not all(pair):
            raise click.UsageError(f"--correlate {text}: expected NAME,NAME=RANK, such as --correlate one,other=0.5.")
        one, other = pair
        if (one, other) in found or (other, one) in found:
            raise click.UsageError(f"--correlate {text}: the correlation of {one} and {other} is given twice.")
        found[one, other] = value
    return found
