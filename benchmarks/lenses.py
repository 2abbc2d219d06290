"""How long the other lenses take, beside Gambit where it has the method: ``python benchmarks/lenses.py [REPEATS]``.

Prints the least and the median wall time over the repeats, and the goal. The graph of 3,000 states is one of four
players with moves at random, for which nothing but its definition helps; profiles of a scenario's actions are judged by
arrays.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np

import kgsim
from kgsim.games.conflict import Conflict, Moves
from kgsim.solvers.graph.stability import everybody, sides_of
from startup import KGSIM, seconds

SCENARIO = Path(__file__).resolve().parent.parent / "scenarios" / "bypass.yaml"
STATES, PLAYERS, SEED = 3_000, 4, 20250613


def random_conflict() -> Conflict:
    """Every player can move to ten states at random from each."""
    rng = np.random.default_rng(SEED)
    source = np.repeat(np.arange(STATES), 10)
    moves = tuple(Moves.of(STATES, source, rng.integers(0, STATES, len(source))) for _ in range(PLAYERS))
    names = tuple(map(str, range(STATES)))
    return Conflict(tuple("ABCD"), names, moves, rng.integers(0, STATES, (PLAYERS, STATES)))


def gambit_branch(game: np.ndarray) -> Callable[[], object]:
    import pygambit

    peer = pygambit.Game.from_arrays(*game)
    return lambda: pygambit.qre.logit_solve_branch(peer)


def tasks() -> Iterator[tuple[str, float | None, Callable[[], object]]]:
    """Name, goal in seconds, and what is timed."""
    conflict, game = random_conflict(), np.random.default_rng(SEED).normal(size=(3, 3, 3, 3))
    scenario = kgsim.load(SCENARIO)
    structure = next(iter(scenario.structures))
    yield "stability, 3,000 states, 4 players", 10.0, lambda: everybody(side.stable() for side in sides_of(conflict))
    yield "stability, bypass.yaml, parallel", None, lambda: kgsim.stability(scenario, structure="parallel")
    yield "stability, bypass.yaml, coordinated", None, lambda: kgsim.stability(scenario, structure="coordinated")
    yield "quantal response path, 3x3x3", 0.2, lambda: kgsim.qre(game)
    if find_spec("pygambit") is not None:
        yield "  Gambit logit_solve_branch", None, gambit_branch(game)
    yield (
        "lenses, bypass.yaml, cold process",
        10.0,
        lambda: seconds(["-c", KGSIM, "lenses", str(SCENARIO), "--structure", structure]),
    )
    yield (
        "lenses, the largest structure, cold",
        10.0,
        lambda: seconds(["-c", KGSIM, "lenses", str(SCENARIO), "--structure", "parallel"]),
    )


def main() -> None:
    """Time every task."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    print(f"{'task':<40}{'least':>8}{'median':>8}{'goal':>8}")
    for name, goal, task in tasks():
        times = []
        for _ in range(repeats):
            start = time.perf_counter()
            task()
            times.append(time.perf_counter() - start)
        aim = f"{goal:.2f}" if goal else "-"
        print(f"{name:<40}{min(times):>8.2f}{statistics.median(times):>8.2f}{aim:>8}", flush=True)


if __name__ == "__main__":
    main()
