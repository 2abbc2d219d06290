"""``kgsim nash``: the equilibria of a game in one of Gambit's files."""

from __future__ import annotations

from pathlib import Path

import click

from kgsim.cli.examples import examples
from kgsim.cli.output import emit_blocks, emit_json
from kgsim.cli.study import format_option


@click.command(
    short_help="Solve a game from a Gambit file (.nfg, .efg).",
    epilog=examples(
        "kgsim nash game.nfg",
        "kgsim nash game.efg --format json > equilibria.json",
        "kgsim export scenarios/bypass.yaml --structure bypass > bypass.efg && kgsim nash bypass.efg",
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@format_option
@click.option(
    "--time-limit",
    type=click.FloatRange(0, min_open=True),
    help="Seconds after which a search stops. Without it the work done decides, which is the same on every machine.",
)
def nash(file: Path, form: str, time_limit: float | None) -> None:
    """Find the equilibria of the game in FILE.

    A strategic form (.nfg) is solved for Nash equilibria. A tree (.efg) is solved for Nash and for subgame-perfect
    equilibria, each Nash equilibrium is judged whether it is part of a sequential one, and the logit path selects one
    of those, with beliefs. Trees must be of perfect recall.
    """
    from kgsim.games.gambit import StrategicGame, read_game
    from kgsim.report import document, games

    game = read_game(file)
    if isinstance(game, StrategicGame):
        from kgsim.solvers.strategic.nash import nash as solve

        found = solve(game.payoffs, time_limit=time_limit)
        data, blocks = games.document_of_strategic(game, found), games.of_strategic(game, found)
    else:
        from kgsim.solvers.extensive.tree import solve_tree

        solution = solve_tree(game, time_limit=time_limit)
        data, blocks = games.document_of_tree(solution), games.of_tree(solution)
    if form == "json":
        emit_json(document.dumps(data))
    else:
        emit_blocks(blocks, form)
