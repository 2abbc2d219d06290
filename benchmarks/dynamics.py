"""Time and memory of negotiation over rounds: a Markov policy on a fine grid, and runs played under it.

    python benchmarks/dynamics.py [--states 100000] [--structure bypass] [--rounds 20] [--runs 10000]

Memory is the largest resident size of this process so far. Processor seconds are those of this process, so that a busy
machine can be told from slow code.
"""

from __future__ import annotations

import argparse
import math
import resource
import time
from pathlib import Path

import kgsim
from kgsim.dynamics.actors import Follower, Learners
from kgsim.dynamics.grid import StateGrid
from kgsim.dynamics.logit import solve_logit
from kgsim.dynamics.markov import Selection, solve_markov
from kgsim.dynamics.play import Simulation
from kgsim.dynamics.world import World
from kgsim.execution.run import run

SCENARIO = Path(__file__).parents[1] / "scenarios" / "drift.yaml"


def say(what: str, start: tuple[float, float], games: int = 0) -> None:
    seconds, cpu = time.perf_counter() - start[0], time.process_time() - start[1]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rate = f"{games / cpu:,.0f} stage games a processor second" if games else ""
    print(f"{what:58s} {seconds:7.2f} s  {cpu:7.2f} s cpu {memory:7.0f} MB  {rate}", flush=True)


def now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--states", type=int, default=100_000)
    parser.add_argument("--structure", default="bypass")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    world = World.of(kgsim.load(SCENARIO), asked.structure, asked.rounds, A=23)
    side = math.isqrt(asked.states - 1) + 1
    grid = StateGrid.of(world.dynamics, side)
    start = now()
    policy = solve_markov(world, grid, Selection("first"))
    games = grid.size * asked.rounds
    say(f"markov policy, {grid.size:,} states x {asked.rounds} rounds ({asked.structure})", start, games)
    for actor in (Follower(policy), Learners(world, "fictitious"), Learners(world, "reinforcement")):
        for workers in (1, asked.workers):
            job = Simulation(world, actor, asked.runs, 3)
            start = now()
            for _ in run(job, workers=workers):
                pass
            how = actor.rule if isinstance(actor, Learners) else "following it"
            say(f"{asked.runs:,} runs of {asked.rounds} rounds, {how}, {workers} at once", start)
    coarse = StateGrid.of(world.dynamics, 21)
    start = now()
    solve_logit(world, coarse, 10.0)
    say(f"logit policy, {coarse.size:,} states x {asked.rounds} rounds ({asked.structure})", start)


if __name__ == "__main__":
    main()
