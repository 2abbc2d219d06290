"""``kgsim bargain``: what players could agree on, and how each rule of bargaining would divide it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from kgsim.cli.examples import examples
from kgsim.cli.inputs import beyond_range_option, scenario_argument, set_option, values_set
from kgsim.cli.study import Delivery, files_of, outputs, say_where

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from kgsim.analysis.agreement import Agreement
    from kgsim.scenario.model import Scenario


@click.command(
    short_help="Say what players could agree on, and what each bargaining rule picks.",
    epilog=examples(
        "kgsim bargain scenarios/bypass.yaml --structure bargain",
        "kgsim bargain scenarios/bypass.yaml --structure parallel --party US --party DPRK --power DPRK",
        "kgsim bargain scenarios/bypass.yaml --structure parallel --rate US=1 --rate ROK=1 --rate DPRK=1",
    ),
)
@scenario_argument
@click.option("--structure", metavar="NAME", help="The structure whose deals are on the table.  [default: the first]")
@click.option("--party", "parties", metavar="PLAYER", multiple=True, help="Who has to agree; repeat for each.")
@click.option("--fallback", metavar="NAME", help="The structure or outcome that is played without agreement.")
@click.option(
    "--rate", "rates", metavar="PLAYER=NUMBER", multiple=True,
    help="What one point of a player counts for, a number or a parameter; with one for each, coalitions are told.",
)  # fmt: skip
@click.option("--power", metavar="PLAYER", help="Vary this party's share of the bargaining power.")
@set_option
@beyond_range_option
@outputs("out/SCENARIO-bargain")
def bargain(
    scenario: Scenario,
    structure: str | None,
    parties: tuple[str, ...],
    fallback: str | None,
    rates: tuple[str, ...],
    power: str | None,
    settings: tuple[str, ...],
    beyond_range: bool,
    to: Delivery,
) -> None:
    """Say what players of the scenario FILE could agree on: fallbacks, zone of agreement, and each rule's choice.

    Deals are those of one structure of play, on terms from intervals too. The rules: Nash, Kalai-Smorodinsky, and, at
    stated rates of exchange, egalitarian and utilitarian. With a rate for every player, coalitions that can pay each
    other are told as well: what each is worth, the core, and Shapley's value with externalities.
    """
    from kgsim.analysis.agreement import bargain as settled
    from kgsim.report.agreement import document, of_agreement
    from kgsim.report.ownership import Maker

    values = values_set(scenario, settings, beyond_range=beyond_range)
    found = settled(
        scenario,
        values,
        structure=structure,
        parties=parties or None,
        fallback=fallback,
        rates=_rates(rates, {**scenario.base, **values}),
        power=power,
    )
    answer = document(found, scenario), of_agreement(found)
    to.show(*answer)
    with to.destination(f"{scenario.name}-bargain", Maker.of("bargain", scenario)) as destination:
        to.keep(destination, *answer, lambda: files_of(_figures(found), scenario, values))
    say_where(destination)


def _rates(stated: tuple[str, ...], values: dict[str, float]) -> dict[str, float] | None:
    """Player to rate, given as ``PLAYER=NUMBER`` or ``PLAYER=PARAMETER``."""
    found: dict[str, float] = {}
    for entry in stated:
        player, _, rate = entry.partition("=")
        try:
            found[player.strip()] = values[rate.strip()] if rate.strip() in values else float(rate)
        except ValueError:
            raise click.BadParameter(
                f"{entry!r} is not of the form PLAYER=NUMBER or PLAYER=PARAMETER, such as ROK=1", param_hint="--rate"
            ) from None
    return found or None


def _figures(found: Agreement) -> Iterator[tuple[str, Figure]]:
    from kgsim.plots.bargaining import bargaining_figure

    if len(found.parties) == 2:
        first, second = found.parties
        rates = None if found.coalitions is None else found.coalitions.rates
        yield "bargaining", bargaining_figure(found.result, (first, second), found.without, rates)
