"""``kgsim backtest``: scenarios held against what history did."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgsim.cli.examples import examples
from kgsim.cli.output import emit, emit_blocks

if TYPE_CHECKING:
    from kgsim.analysis.backtests import Score
    from kgsim.scenario.model import Scenario


@click.command(
    short_help="Hold scenarios against what history did: the scorecard, failures shown.",
    epilog=examples(
        "kgsim backtest scenarios/",
        "kgsim backtest scenarios/agreed_framework_1994.yaml --draws 10000 --seed 7",
    ),
)
@click.argument("paths", metavar="FILE|DIR...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--draws", type=click.IntRange(min=1), default=2_000, show_default=True, help="Parameter points drawn.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the draws.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", default=Path("out") / "backtest", show_default=True,
    help="Where result.json, result.md and the scorecard go.",
)  # fmt: skip
@click.option(
    "--format", "form", type=click.Choice(["table", "markdown", "json"]), default="table", show_default=True,
    help="What is printed.",
)  # fmt: skip
@click.option(
    "--plots/--no-plots", default=True, show_default=True, help="Whether to draw the scorecard (PNG and SVG)."
)
@click.option("--force", is_flag=True, help="Replace a different result that DIR holds.")
def backtest(paths: tuple[Path, ...], draws: int, seed: int, out: Path, form: str, plots: bool, force: bool) -> None:
    """Score the histories that scenario FILEs name, or those of all scenarios in DIR.

    For each history: is what happened among the equilibria, are the rivals outside, how many outcomes are excluded,
    and in which share of the parameter ranges does that stand. A history that fails is an answer and not an error.
    """
    from kgsim.analysis.backtests import backtest as score
    from kgsim.errors import GameError, StructureError
    from kgsim.report import backtests, markdown
    from kgsim.report.document import dumps
    from kgsim.report.files import Destination, Inputs
    from kgsim.report.provenance import kgsim_version

    scenarios = _scenarios(paths)
    digest = sha256("\0".join(scenario.digest for scenario in scenarios).encode()).hexdigest()
    names = tuple(scenario.name for scenario in scenarios)
    inputs = Inputs("back-tests", digest, {"draws": float(draws), "seed": float(seed)}, names, kgsim_version())
    with Destination(out, inputs, force=force) as destination:
        scores: list[Score] = []
        for scenario in scenarios:
            try:
                scores += score(scenario, draws=draws, seed=seed)
            except (GameError, StructureError) as error:
                raise GameError(f"{scenario.path or scenario.name}: {error}") from None
        blocks = backtests.of_scores(scores, seed)
        document = {
            **backtests.document(scores, seed),
            "scenario": {"name": inputs.scenario, "digest": digest},
            "values": dict(inputs.values),
            "structures": list(names),
        }
        if form == "json":
            emit(dumps(document))
        else:
            emit_blocks(blocks, form)
        destination.write("result.json", dumps(document))
        destination.write("result.md", markdown.render(blocks))
        if plots:
            from kgsim.plots.backtests import backtest_figure
            from kgsim.report.figures import rendered

            for name, content in rendered("scorecard", backtest_figure(scores)):
                destination.write(name, content)
    written = ", ".join(path.name for path in destination.paths)
    click.echo(f"wrote to {destination.directory}: {written}", err=True)


def _scenarios(paths: tuple[Path, ...]) -> list[Scenario]:
    """Load the scenarios; those without a history are left out, told unless they came with a directory."""
    from kgsim.errors import GameError
    from kgsim.scenario.load import load

    found = []
    for path in paths:
        for file in sorted(path.glob("*.yaml")) if path.is_dir() else [path]:
            scenario = load(file)
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
