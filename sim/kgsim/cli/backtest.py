"""``kgsim backtest``: scenarios held against what history did."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgsim.cli.examples import examples
from kgsim.cli.inputs import read_scenario
from kgsim.cli.output import emit
from kgsim.cli.study import Delivery, files_of, joined, outputs, say_where

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from kgsim.analysis.backtest_score import Score
    from kgsim.scenario.model import Scenario


@click.command(
    short_help="Hold scenarios against what history did: the scorecard, failures shown.",
    epilog=examples(
        "kgsim backtest scenarios/",
        "kgsim backtest scenarios/agreed_framework_1994.yaml --draws 10000 --seed 7",
        "kgsim backtest scenarios/agreed_framework_1994.yaml --digest",
    ),
)
@click.argument("paths", metavar="FILE|DIR...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--draws", type=click.IntRange(min=1), default=2_000, show_default=True, help="Parameter points drawn.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the draws.")
@click.option("--digest", is_flag=True, help="Print the digests that freeze the histories now, and score nothing.")
@outputs("out/backtest-NAMES")
def backtest(paths: tuple[Path, ...], draws: int, seed: int, digest: bool, to: Delivery) -> None:
    """Score the histories that scenario FILEs name, or those of all scenarios in DIR.

    For each history: is what happened among the equilibria, are the rivals outside, how many outcomes are excluded,
    and in which share of the parameter ranges does that stand? Told too: which parameters were fitted on the history,
    and whether a digest proves that nothing was touched since. A history that fails is an answer and not an error.
    """
    from kgsim.report import backtests
    from kgsim.report.ownership import Maker

    scenarios = _scenarios(paths)
    if digest:
        _print_digests(scenarios)
        return
    scores = _scored(scenarios, draws, seed)
    document = {
        **backtests.document(scores, seed),
        "scenario": {
            "name": "back-tests",
            "digest": sha256("\0".join(scenario.digest for scenario in scenarios).encode()).hexdigest(),
        },
        "values": {"draws": float(draws), "seed": float(seed)},
        "structures": [scenario.name for scenario in scenarios],
    }
    answer = document, backtests.of_scores(scores, seed)
    to.show(*answer)
    places = [Path(os.path.realpath(path)) for path in paths]
    maker = Maker("backtest", tuple(map(str, places)))
    with to.destination(f"backtest-{joined([place.stem for place in places])}", maker) as destination:
        to.keep(destination, *answer, lambda: files_of(_figures(scores), {each.name: (each, {}) for each in scenarios}))
    say_where(destination)


def _print_digests(scenarios: Sequence[Scenario]) -> None:
    """Print, for every history, the digest to be written under `frozen`."""
    from kgsim.scenario.freezing import frozen_digest

    for scenario in scenarios:
        for name, test in scenario.backtests.items():
            emit(f"{scenario.name}: {name}: {frozen_digest(scenario, test)}\n")


def _scored(scenarios: Sequence[Scenario], draws: int, seed: int) -> list[Score]:
    from kgsim.analysis.backtests import backtest as score
    from kgsim.errors import GameError, StructureError

    scores: list[Score] = []
    for scenario in scenarios:
        try:
            scores += score(scenario, draws=draws, seed=seed)
        except (GameError, StructureError) as error:
            raise GameError(f"{scenario.path or scenario.name}: {error}") from None
    return scores


def _figures(scores: Sequence[Score]) -> Iterator[tuple[str, Figure]]:
    from kgsim.plots.backtests import backtest_figure

    yield "scorecard", backtest_figure(scores)


def _scenarios(paths: tuple[Path, ...]) -> list[Scenario]:
    """Load the scenarios; those without a history are left out, told unless they came with a directory."""
    from kgsim.errors import GameError

    found = []
    for path in paths:
        for file in sorted(path.glob("*.yaml")) if path.is_dir() else [path]:
            scenario = read_scenario(file)
            if scenario.backtests:
                found.append(scenario)
            elif not path.is_dir():
                click.echo(f"{file} names no history: add a `backtests` section to score it", err=True)
    if not found:
        raise GameError(
            f"no scenario in {', '.join(map(str, paths))} names a history: a `backtests` section says what happened, "
            "in which structure, and which rival a good model rules out"
        )
    return found
