"""Large two-player games, all equilibria: kgsim beside lrsnash and QuantEcon, ``python benchmarks/large.py [SECONDS]``.

Each solver has so many seconds (60 unless stated) for the games of a row, in a process of its own, one after the other.
Times are processor time, the mean over the games that kgsim and the solver both ended. "Found" counts profiles that are
equilibria and distinct, beside kgsim's in the same games.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import numpy as np

from peers import Contestant, able, unique, work

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

SEED = 20250613
GAMES = 2
SHAPES = [(12, 12), (14, 14), (16, 16), (30, 5), (60, 6)]
SOLVERS = ("lrsnash", "QuantEcon support")
KINDS: dict[str, Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]] = {
    "normal": lambda rng, shape: rng.normal(size=shape),
    "integers 0..9": lambda rng, shape: rng.integers(0, 10, shape).astype(float),
}


def rows(shape: tuple[int, int], kind: str, limit: float) -> list[list[str]]:
    """One row per solver; the first one is kgsim."""
    rng = np.random.default_rng(SEED)
    games = [KINDS[kind](rng, (2, *shape)) for _ in range(GAMES)]
    names = ["kgsim", *(name for name in able(2) if name in SOLVERS)]
    runs = {}
    for name in names:
        contestant = Contestant(work, name, games, limit)
        contestant.turn(limit)
        contestant.stop()
        runs[name] = contestant.run
    table = []
    for name, run in runs.items():
        ended = min(len(run.found), len(runs["kgsim"].found))
        label = ["×".join(map(str, shape)), kind, name]
        if not ended:
            table.append([*label, "", "", "", f"0 of {GAMES}", ""])
            continue
        cost, own = float(np.mean(run.times[:ended])), float(np.mean(runs["kgsim"].times[:ended]))
        found = sum(len(unique(games[g], run.found[g])) for g in range(ended))
        theirs = sum(len(unique(games[g], runs["kgsim"].found[g])) for g in range(ended))
        solved = f"{len(run.found)} of {GAMES}"
        table.append([*label, f"{cost:.3g}", f"{cost / own:.2g}", f"{run.memory:.0f}", solved, f"{found} of {theirs}"])
    return table


def main() -> None:
    limit = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    print("| size | payoffs | solver | s a game | times kgsim's | memory, MiB | solved in time | found, of kgsim's |")
    print("|" + "---|" * 8)
    for shape in SHAPES:
        for kind in KINDS:
            for row in rows(shape, kind, limit):
                print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
