"""``kgsim threshold``: where an answer changes, and what it would take."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from kgsim.cli.examples import examples
from kgsim.cli.inputs import beyond_range_option, scenario_argument, set_option, values_set
from kgsim.cli.study import Delivery, handed_over

if TYPE_CHECKING:
    from kgsim.scenario.model import Scenario


@click.command(
    short_help="Find where an answer changes along a parameter, and the smallest change that turns it.",
    epilog=examples(
        'kgsim threshold scenarios/bypass.yaml --param A --structure bypass --outcome "bypass deal"',
        "kgsim threshold scenarios/bypass.yaml --param A --claim H6",
        "kgsim threshold scenarios/bypass.yaml --param h --claim H7 --set A=10 --format json",
    ),
)
@scenario_argument
@click.option("--param", metavar="NAME", required=True, help="The parameter to move over its range.")
@click.option(
    "--structure", metavar="NAME", help="With --outcome: whether this structure has that equilibrium outcome."
)
@click.option("--outcome", metavar="NAME", help="With --structure: the outcome to ask for.")
@click.option("--repeated", metavar="NAME", help="With --profile: whether the profile is an equilibrium of this game.")
@click.option("--profile", metavar="NAME", help="With --repeated: the profile of strategies to ask for.")
@click.option("--claim", metavar="NAME", help="Instead: whether this claim holds.")
@click.option(
    "--inverse/--no-inverse",
    default=True,
    show_default=True,
    help="Whether to search for the smallest changes of the other parameters too.",
)
@set_option
@beyond_range_option
@handed_over
def threshold(
    scenario: Scenario,
    param: str,
    structure: str | None,
    outcome: str | None,
    claim: str | None,
    repeated: str | None,
    profile: str | None,
    inverse: bool,
    settings: tuple[str, ...],
    beyond_range: bool,
    to: Delivery,
) -> None:
    """Find every value of a parameter at which an answer about the scenario FILE changes.

    The answer is whether an outcome is an equilibrium outcome of a structure, or whether a claim holds. Boundaries are
    exact to a billionth of the range. Also told: the smallest change of each parameter alone, and of all together,
    that turns the answer.
    """
    from kgsim.analysis.thresholds import threshold as find
    from kgsim.report.ownership import Maker
    from kgsim.report.study_document import of_study
    from kgsim.report.threshold import of_threshold

    fixed = values_set(scenario, settings, beyond_range=beyond_range)
    if sys.stderr is not None and sys.stderr.isatty() and inverse:
        click.echo("looking along every parameter ...", err=True)
    asked: dict[str, Any] = {"structure": structure, "outcome": outcome, "claim": claim, "inverse": inverse}
    asked |= {"repeated": repeated, "profile": profile}
    found = find(scenario, param, fixed, **asked)
    settled = {"study": "threshold", "parameter": param, **asked, "held": " ".join(sorted(fixed)) or "none"}
    structures = [structure] if structure is not None else []
    document = of_study(scenario, scenario.base | fixed, structures, settled, {"threshold": found.to_dict()})
    blocks = of_threshold(scenario, found, scenario.base | fixed)
    text = None if any(found.alone.values()) else f"{found}\n"
    to.hand_over(Maker.of("threshold", scenario), document, blocks, text)
