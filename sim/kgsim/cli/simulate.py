"""``kgsim simulate``: a scenario played over rounds, many times."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from kgsim.cli.examples import examples
from kgsim.cli.inputs import beyond_range_option, complete_structures, scenario_argument, set_option, values_set
from kgsim.cli.study import Delivery, files_of, outputs, progress, say_where, seed_option, unfinished

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from xarray import Dataset

    from kgsim.dynamics.simulate import Options
    from kgsim.scenario.model import Scenario


@click.command(
    short_help="Play a scenario over rounds, many times: what comes about when, and how the situation drifts.",
    epilog=examples(
        "kgsim simulate scenarios/drift.yaml --structure bypass --structure parallel --runs 2000",
        "kgsim simulate scenarios/drift.yaml --structure bypass --policy logit --precision 20 --set A=23",
        "kgsim simulate scenarios/loudspeaker_reciprocity.yaml --policy automaton --game border_with_slips",
    ),
)
@scenario_argument
@click.option("--rounds", type=click.IntRange(1), help="Rounds of a run.  [default: the file's horizon]")
@click.option("--runs", type=click.IntRange(1), default=10_000, show_default=True, help="Number of runs.")
@seed_option
@click.option(
    "--policy",
    type=click.Choice(["markov", "logit", "adaptive", "automaton"]),
    default="markov",
    show_default=True,
    help="Markov-perfect equilibrium, quantal response, learning from what happened, or strategies for repeated play.",
)
@click.option(
    "--structure", "structures", metavar="NAME", multiple=True, shell_complete=complete_structures,
    help="Play this structure (for automata: this profile) only; may be repeated.",
)  # fmt: skip
@click.option(
    "--selection", default="first", show_default=True, metavar="RULE",
    help="markov: which of several equilibria is played: first, uniform or best:PLAYER.",
)  # fmt: skip
@click.option(
    "--precision", type=float, default=10.0, show_default=True,
    help="logit: 0 is chance, large is best responses; payoffs are scaled to each mover's range.",
)  # fmt: skip
@click.option(
    "--learning", type=click.Choice(["fictitious", "reinforcement"]), default="fictitious", show_default=True,
    help="adaptive: best responses to what was seen, or more of what has paid.",
)  # fmt: skip
@click.option("--memory", type=float, default=1.0, show_default=True, help="adaptive: weight of older rounds.")
@click.option("--game", metavar="NAME", help="automaton: the repeated game.  [default: the first]")
@click.option("--grid", type=click.IntRange(2), metavar="N", help="markov, logit: states along each axis.")
@click.option("--tell", type=click.IntRange(1), default=1, show_default=True, help="The run that is told in words.")
@set_option
@beyond_range_option
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="How many play at once.")
@outputs("out/SCENARIO-rounds")
def simulate(
    scenario: Scenario,
    structures: tuple[str, ...],
    settings: tuple[str, ...],
    beyond_range: bool,
    tell: int,
    workers: int,
    to: Delivery,
    **chosen: Any,
) -> None:
    """Play the scenario FILE over rounds, as its section `dynamics` says the situation moves.

    Told are the shares of runs in which outcomes come about, by round, what that is worth to each player, how exact the
    policy is, and one run round by round. Shares of runs are no probabilities of anything in the world. Everything is
    kept in simulation.nc, the same bytes for the same seed whatever the workers.
    """
    from kgsim.dynamics.simulate import Options, ways_to_play
    from kgsim.report.ownership import Maker
    from kgsim.report.simulation import of_simulation
    from kgsim.report.study_document import of_study
    from kgsim.studies.study import study_bytes

    values = values_set(scenario, settings, beyond_range=beyond_range)
    options = Options(**chosen)
    if tell > options.runs:
        raise click.UsageError(f"--tell {tell}: there are {options.runs} runs.")
    ways = ways_to_play(scenario, options, structures or None)
    given = {name: value for name, value in chosen.items() if value is not None}
    goal = to.destination(f"{scenario.name}-rounds", Maker.of("simulate", scenario))
    with unfinished(goal.directory) as store, goal as destination:
        found = _played(scenario, options, values, structures=ways, workers=workers, store=store)
        answer = (
            of_study(scenario, scenario.base | values, ways, given, _findings(found)),
            of_simulation(scenario, found, tell),
        )
        to.show(*answer)
        destination.write("simulation.nc", study_bytes(found))
        to.keep(destination, *answer, lambda: files_of(_figures(found), scenario, values))
    say_where(destination)


def _played(scenario: Scenario, options: Options, values: dict[str, Any], **how: Any) -> Dataset:
    from kgsim.dynamics.simulate import simulate as played

    with progress("rounds and chunks of runs") as bar:
        told: Callable[[str, int, int], None] | None = None if bar is None else lambda what, done, of: bar(done, of)
        return played(scenario, options, values, progress=told, **how)


def _findings(found: Dataset) -> dict[str, Any]:
    import json

    shares = {
        way: {
            str(outcome): [round(float(share), 12) for share in found.by_round.sel(structure=way, outcome=outcome)]
            for outcome in found.outcome.values
        }
        for way in map(str, found.structure.values)
    }
    policies = {
        way: {key: value for key, value in notes.items() if key != "deals"}
        for way, notes in json.loads(found.attrs["policies"]).items()
    }
    return {"simulation": {"data": "simulation.nc", "policies": policies, "by_round": shares}}


def _figures(found: Dataset) -> Iterator[tuple[str, Figure]]:
    from kgsim.plots.simulation import fan_figure, runs_figure

    yield "outcomes-by-round", runs_figure(found)
    if found.attrs["bounds"] != "{}":
        yield "fans", fan_figure(found)
