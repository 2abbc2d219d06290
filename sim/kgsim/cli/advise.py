"""``kgsim advise``: which of a player's choices stands up over the worlds that survive what happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from kgsim.cli.drawing import drawn, events_option, until_option
from kgsim.cli.examples import examples
from kgsim.cli.inputs import scenario_argument
from kgsim.cli.study import Delivery, files_of, outputs, progress, say_where, unfinished

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from kgsim.scenario.model import Scenario
    from kgsim.worlds.advice import Advice
    from kgsim.worlds.events import Events


@click.command(
    short_help="Compare a player's choices over surviving worlds: worst case, regret, signposts.",
    epilog=examples(
        "kgsim advise scenarios/bypass.yaml --for ROK",
        "kgsim advise scenarios/bypass.yaml --for ROK --events events/korea_2025.yaml --lever k_K=4",
        "kgsim advise scenarios/bypass.yaml --for US --lever ratified --lever US.letter=off --take high",
    ),
)
@scenario_argument
@click.option("--for", "player", metavar="PLAYER", required=True, help="Whose choices are compared.")
@events_option
@until_option
@click.option(
    "--lever",
    "levers",
    metavar="NAME[=VALUE]",
    multiple=True,
    help="A lever that FILE gives the player, a parameter that it controls (both ends of its range without VALUE), or "
    "DECISION.MOVE=off for a move it could rule out; may be repeated. Committing to each of its moves is tried without "
    "being asked for.  [default: all levers that FILE gives the player]",
)
@click.option(
    "--take",
    type=click.Choice(["low", "high"]),
    default="low",
    show_default=True,
    help="Of several equilibria in a world, the worst or the best for the player counts.",
)
@drawn(2_000)
@outputs("out/SCENARIO-advise-PLAYER")
def advise(
    scenario: Scenario,
    player: str,
    events: Events | None,
    until: str | None,
    levers: tuple[str, ...],
    take: str,
    values: Mapping[str, float],
    drawing: Mapping[str, Any],
    to: Delivery,
) -> None:
    """Play each of a player's choices in every world of the scenario FILE that survives the events.

    Says what each gives in the worst world and at the median, how much it is regretted, in which share of worlds it is
    at least as good as leaving things as they are, which choice nobody would regret, and where another becomes best.
    """
    from kgsim.report.advice import of_advice
    from kgsim.report.ownership import Maker
    from kgsim.report.study_document import of_study
    from kgsim.worlds.advise import advise as advised
    from kgsim.worlds.levers import choices_of

    choices_of(scenario, player, levers)  # before a directory is named after a player that there is not
    goal = to.destination(f"{scenario.name}-advise-{player}", Maker.of("advise", scenario))
    with unfinished(goal.directory) as store, goal as destination:
        with progress("blocks of worlds") as told:
            result = advised(
                scenario,
                player,
                events,
                values,
                levers=levers,
                take=take,  # type: ignore[arg-type]
                until=until,
                **drawing,
                store=store,
                progress=told,
            )
        given = {
            "study": "advise",
            "player": player,
            "levers": " ".join(levers or scenario.levers.get(player, ())) or "none",
            "until": until or "all",
        }
        findings = {"advice": result.to_dict()}
        answer = of_study(scenario, {**scenario.base, **values}, result.structures, given, findings), of_advice(result)
        to.show(*answer)
        to.keep(destination, *answer, lambda: files_of(_figures(result), scenario, values))
    say_where(destination)


def _figures(result: Advice) -> Iterator[tuple[str, Figure]]:
    from kgsim.plots.advice import regret_figure, signposts_figure

    if result.worlds:
        yield "regret", regret_figure(result)
        yield "signposts", signposts_figure(result)
