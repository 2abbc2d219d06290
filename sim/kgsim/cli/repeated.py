"""``kgsim repeated``: strategies for repeated play, checked by the one-shot deviation principle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kgsim.cli.examples import examples
from kgsim.cli.inputs import beyond_range_option, scenario_argument, set_option, values_set
from kgsim.cli.study import Delivery, handed_over

if TYPE_CHECKING:
    from kgsim.scenario.model import Scenario


@click.command(
    short_help="Check strategies for repeated play: who would deviate, and from which discount on nobody.",
    epilog=examples(
        "kgsim repeated scenarios/loudspeaker_reciprocity.yaml",
        "kgsim repeated scenarios/loudspeaker_reciprocity.yaml --game border --set patience=0.4",
        "kgsim repeated scenarios/loudspeaker_reciprocity.yaml --format json",
    ),
)
@scenario_argument
@click.option("--game", "games", metavar="NAME", multiple=True, help="Only this repeated game; may be repeated.")
@set_option
@beyond_range_option
@handed_over
def repeated(
    scenario: Scenario, games: tuple[str, ...], settings: tuple[str, ...], beyond_range: bool, to: Delivery
) -> None:
    """Check every profile of the repeated games of the scenario FILE.

    A profile of automata is an equilibrium after every history exactly if nobody gains by deviating once in any joint
    state. Told are the largest gain and where, and every discount factor at which the profile is an equilibrium.
    """
    from kgsim.automata.check import game_of
    from kgsim.automata.check import repeated as check
    from kgsim.report.ownership import Maker
    from kgsim.report.repeated import of_repeated
    from kgsim.report.study_document import of_study

    values = values_set(scenario, settings, beyond_range=beyond_range)
    if not scenario.repeated:
        raise click.UsageError(f"{scenario.name}: the scenario has no section `repeated`; docs/repeated.md shows one.")
    for name in games:
        game_of(scenario, name)
    checks = {name: check(scenario, name, **values) for name in scenario.repeated if not games or name in games}
    findings = {game: {name: each.to_dict() for name, each in profiles.items()} for game, profiles in checks.items()}
    document = of_study(
        scenario, scenario.base | values, sorted({scenario.repeated[game].stage for game in checks}),
        {"study": "repeated", "held": " ".join(sorted(values)) or "none"}, {"repeated": findings},
    )  # fmt: skip
    blocks = [block for game, profiles in checks.items() for block in of_repeated(scenario, game, profiles)]
    to.hand_over(Maker.of("repeated", scenario), document, blocks)
