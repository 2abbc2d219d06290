"""What the commands share: reading a scenario and the values set on the command line."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from kgsim.errors import ScenarioError

if TYPE_CHECKING:
    from kgsim.scenario.model import Scenario

STDIN = "-"


def read_scenario(file: str | Path) -> Scenario:
    """Read a scenario from a file, or from standard input if the file is called ``-``.

    Raises
    ------
    ScenarioError
        As `kgsim.load`.
    """
    from kgsim.scenario.load import load, loads

    if str(file) != STDIN:
        return load(file)
    return loads(sys.stdin.buffer.read() if sys.stdin else b"", name="stdin")


class ScenarioFile(click.ParamType):  # type: ignore[type-arg]  # generic for types alone
    """The name of a scenario's file on the command line, as the scenario."""

    name = "file"

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> Any:
        """Read the scenario."""
        return read_scenario(value) if isinstance(value, str) else value

    def shell_complete(
        self, context: click.Context, parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Let the shell complete names of files."""
        return [CompletionItem(incomplete, type="file")]


def _completing(names: Callable[[Scenario], Iterable[str]]) -> Callable[..., list[CompletionItem]]:
    """Complete names of the scenario that stands on the command line already."""

    def complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        scenario = context.params.get("scenario") or _scenario_among(context.args)
        known = () if scenario is None else names(scenario)
        return [CompletionItem(name) for name in known if name.startswith(incomplete)]

    return complete


def _scenario_among(words: Sequence[str]) -> Scenario | None:
    """The scenario that one of the words names: while an option waits for its value, words are not sorted out."""
    for word in words:
        with suppress(ScenarioError):
            if Path(word).is_file():
                return read_scenario(word)
    return None


scenario_argument = click.argument("scenario", metavar="FILE", type=ScenarioFile())

complete_structures = _completing(lambda scenario: scenario.structures)
complete_parameters = _completing(lambda scenario: scenario.parameters)

structures_option = click.option(
    "--structure",
    "structures",
    metavar="NAME",
    multiple=True,
    shell_complete=complete_structures,
    help="Solve this structure only; may be repeated.",
)

set_option = click.option(
    "--set",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    shell_complete=_completing(lambda scenario: [f"{name}=" for name in scenario.parameters]),
    help="Give a parameter another value than the file does; may be repeated.",
)

beyond_range_option = click.option(
    "--beyond-range",
    is_flag=True,
    help="Let --set leave the range that the file gives as plausible; outputs say so.",
)


def lang_option(of: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the option for the language of something that is named."""
    from kgsim.language import LANGUAGES

    return click.option(
        "--lang",
        type=click.Choice(LANGUAGES),
        default="en",
        show_default=True,
        help=f"{of}; a text of the scenario that is not in it stands in English.",
    )


def values_set(scenario: Scenario, settings: Sequence[str], *, beyond_range: bool) -> dict[str, float]:
    """Read ``NAME=VALUE`` settings; the last one of a name counts.

    Raises
    ------
    click.UsageError
        If one is malformed, names no parameter, is not a finite number, or leaves the range without leave.
    """
    from kgsim.scenario.names import suggestion
    from kgsim.wording import number

    values: dict[str, float] = {}
    for setting in settings:
        name, equals, text = (part.strip() for part in setting.partition("="))
        if not equals or not name:
            raise click.UsageError(f"--set {setting}: expected NAME=VALUE, such as --set {_example(scenario)}.")
        if name not in scenario.parameters:
            remedy = suggestion(name, scenario.parameters, "parameter")
            raise click.UsageError(f"--set {setting}: the scenario has no parameter {name!r}. {remedy}")
        value = _finite(text)
        if value is None:
            raise click.UsageError(f"--set {setting}: {text!r} is not a finite number. Write it like 12 or 0.25.")
        lower, upper = scenario.parameters[name].range
        if not lower <= value <= upper and not beyond_range:
            raise click.UsageError(
                f"--set {setting}: the scenario gives {number(lower)} to {number(upper)} as the plausible range of "
                f"{name}. Stay within it, or add --beyond-range if leaving it is what you mean."
            )
        values[name] = value
    return values


def structures_named(scenario: Scenario, names: Sequence[str]) -> tuple[str, ...]:
    """Return the structures asked for, in the scenario's order; all if none is named.

    Raises
    ------
    click.UsageError
        If the scenario has no structure of that name.
    """
    from kgsim.scenario.names import suggestion

    for name in names:
        if name not in scenario.structures:
            remedy = suggestion(name, scenario.structures, "structure")
            raise click.UsageError(f"--structure {name}: the scenario has no structure {name!r}. {remedy}")
    return tuple(name for name in scenario.structures if not names or name in names)


def _finite(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _example(scenario: Scenario) -> str:
    from kgsim.wording import number

    return next((f"{name}={number(each.value)}" for name, each in scenario.parameters.items()), "NAME=1")
