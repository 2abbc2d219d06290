"""``kgsim lenses``: one situation through several solution concepts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from kgsim.cli.examples import examples
from kgsim.cli.inputs import beyond_range_option, scenario_argument, set_option, values_set
from kgsim.cli.study import Delivery, files_of, outputs, say_where

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from kgsim.analysis.lenses import Lenses
    from kgsim.scenario.model import Scenario


@click.command(
    short_help="Look at a scenario through several solution concepts.",
    epilog=examples(
        "kgsim lenses scenarios/bypass.yaml --structure parallel",
        "kgsim lenses scenarios/bypass.yaml --lens perfect --lens seq --lens noisy",
        "kgsim lenses scenarios/bypass.yaml --set A=30 --format json",
    ),
)
@scenario_argument
@click.option("--structure", metavar="NAME", help="The structure of play.  [default: the first]")
@click.option("--lens", "names", metavar="NAME", multiple=True, help="This lens only; may be repeated.")
@set_option
@beyond_range_option
@outputs("out/SCENARIO-lenses")
def lenses(
    scenario: Scenario,
    structure: str | None,
    names: tuple[str, ...],
    settings: tuple[str, ...],
    beyond_range: bool,
    to: Delivery,
) -> None:
    """Say which outcomes of the scenario FILE each solution concept admits, and whether the answer depends on it.

    The lenses: perfect (subgame perfection), noisy (quantal response), nash, seq and gmr (stability by rankings alone),
    core, bargain and shares (Nash and Kalai-Smorodinsky bargaining), rational (rationalizable), mediated (correlated
    equilibrium), cautious (maximin), regret (minimax regret) and thinking (levels 1 to 3).
    """
    from kgsim.analysis.lenses import lenses as looked
    from kgsim.report.lenses import document, of_lenses
    from kgsim.report.ownership import Maker

    values = values_set(scenario, settings, beyond_range=beyond_range)
    found = looked(scenario, values, structure=structure, lens=names or None)
    answer = document(found, scenario), of_lenses(found)
    to.show(*answer)
    with to.destination(f"{scenario.name}-lenses", Maker.of("lenses", scenario)) as destination:
        to.keep(destination, *answer, lambda: files_of(_figures(found, scenario, values), scenario, values))
    say_where(destination)


def _figures(found: Lenses, scenario: Scenario, values: dict[str, float]) -> Iterator[tuple[str, Figure]]:
    from kgsim.analysis.noisy import noisy_play
    from kgsim.plots.lenses import lenses_figure
    from kgsim.plots.noisy import noisy_figure

    if found.seeing:
        yield "lenses", lenses_figure(found)
    if any(view.name == "noisy" for view in found.seeing) and not found.stepped:
        yield "noisy", noisy_figure(noisy_play(scenario, values, structure=found.structure))
