"""``kgsim nash``: the equilibria of a game in one of Gambit's files."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kgsim.cli.examples import examples
from kgsim.cli.output import emit_blocks, emit_in_turn, emit_json
from kgsim.cli.study import format_option


@click.command(
    short_help="Solve a game from a Gambit file (.nfg, .efg).",
    epilog=examples(
        "kgsim nash game.nfg",
        "kgsim nash game.efg --format json > equilibria.json",
        "kgsim export scenarios/drift.yaml --structure bypass | kgsim nash -",
    ),
)
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@format_option
@click.option(
    "--time-limit",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="Stop after so long and tell what is known. Without it limits count work, so that answers depend on the game.",
)
def nash(file: Path, form: str, time_limit: float | None) -> None:
    """Find the equilibria of the game in FILE, or on standard input if that is "-".

    A strategic form (.nfg) is solved for Nash equilibria. A tree (.efg) is solved for Nash and for subgame-perfect
    equilibria, each Nash equilibrium is judged whether it is part of a sequential one, and the logit path selects one
    of those, with beliefs. Trees must be of perfect recall.
    """
    from kgsim.games.gambit import StrategicGame, read_game, read_stream
    from kgsim.report import document, games

    game = read_stream(sys.stdin.buffer, "standard input") if str(file) == "-" else read_game(file)
    if isinstance(game, StrategicGame):
        from kgsim.solvers.strategic.nash import nash as solve_form

        found = solve_form(game.payoffs, time_limit=time_limit)
        if form == "json":
            emit_json(document.dumps(games.document_of_strategic(game, found)))
        else:
            emit_blocks(games.of_strategic(game, found), form)
        return
    from kgsim.report import trees
    from kgsim.solvers.extensive.tree import TreeSearch, solve_tree

    if form == "json":
        emit_json(document.dumps(games.document_of_tree(solve_tree(game, time_limit=time_limit))))
    else:
        emit_in_turn(trees.of_tree(TreeSearch(game, time_limit)), form)
