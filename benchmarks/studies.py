"""How long studies take, how that grows with the points, and how it compares with one point at a time.

Run from the top of the repository: ``python benchmarks/studies.py``; a million draws are ``--draws 1000000``.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import nashpy
import numpy as np
from numpy.typing import NDArray

import kgsim
from kgsim.scenario.model import Scenario
from kgsim.scenario.payoffs import payoffs_at
from kgsim.studies.claimed import ClaimsAtPoints
from kgsim.studies.engine import CHUNK, Engine

SCENARIO = "scenarios/bypass.yaml"
SEED = 7


def timed(work: Callable[[], object]) -> float:
    """Seconds of wall time."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def command(*arguments: str) -> float:
    """Seconds that one cold call of kgsim takes."""
    call = [sys.executable, "-c", "from kgsim.cli import main; main()", *arguments]
    return timed(lambda: subprocess.run(call, check=True, capture_output=True))


def points_of(scenario: Scenario, count: int, chunk: int) -> dict[str, NDArray[np.float64]]:
    """A chunk of random points of all parameters."""
    draw = np.random.default_rng((SEED, chunk))
    return {name: draw.uniform(*parameter.range, count) for name, parameter in scenario.parameters.items()}


def solve_draws(scenario: Scenario, count: int, structures: Sequence[str], threads: int, *, claims: bool) -> None:
    """Solve structures at random points; with `claims`, decide the claims on them too."""
    engine = Engine(scenario, tuple(structures))
    decider = ClaimsAtPoints(scenario, engine)

    def chunk(number: int) -> None:
        points = points_of(scenario, min(CHUNK, count - number * CHUNK), number)
        payoffs = engine.payoffs(points)
        solved = engine.solve(points, payoffs)
        if claims:
            decider.at(points, payoffs, solved)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(chunk, range(-(-count // CHUNK))))


def plain_loop(scenario: Scenario, count: int) -> None:
    """Structure parallel at a few points, one at a time: Pyongyang's answers, then the allies' game by Nashpy."""
    points = points_of(scenario, count, 0)
    for point in range(count):
        payoffs = payoffs_at(scenario, "parallel", {name: values[point : point + 1] for name, values in points.items()})
        washington, seoul, pyongyang = payoffs[0]
        answer = pyongyang.argmax(axis=-1)[..., None]
        game = nashpy.Game(*(np.take_along_axis(each, answer, axis=-1)[..., 0] for each in (washington, seoul)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            list(game.lemke_howson_enumeration())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, nargs="+", default=[10_000, 100_000], help="sizes of random studies")
    parser.add_argument("--draws", type=int, default=100_000, help="draws of `kgsim robustness`")
    parser.add_argument("--singles", type=int, default=3, help="points solved one at a time for comparison")
    parser.add_argument("--each", type=int, default=8_192, help="points for the time of each structure")
    arguments = parser.parse_args()
    scenario = kgsim.load(SCENARIO)
    everything = tuple(scenario.structures)
    cores = os.cpu_count() or 1
    print(f"{cores} cores, load {os.getloadavg()[0]:.1f}; {len(scenario.parameters)} parameters drawn")
    with tempfile.TemporaryDirectory() as out:
        grid = ("--param", "A=0:45:91", "--param", "h=20:80:61", "--out", f"{out}/map")
        seconds = command("sweep", SCENARIO, *grid)
        print(f"regime map, 91 x 61 points, {len(everything)} structures, cold, figures included: {seconds:.1f} s")
        drawn = ("--draws", str(arguments.draws), "--seed", str(SEED), "--workers", str(cores))
        seconds = command("robustness", SCENARIO, *drawn, "--no-ordinal", "--no-plots", "--out", f"{out}/draws")
        largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        rate = arguments.draws / seconds
        print(
            f"robustness, {arguments.draws:,} draws, {len(everything)} structures and {len(scenario.claims)} claims, "
            f"{cores} workers, cold: {seconds:.1f} s ({rate:,.0f} draws/s); largest process {largest:.0f} MiB"
        )
    for name in everything:
        seconds = timed(lambda name=name: solve_draws(scenario, arguments.each, [name], 1, claims=False))
        print(f"  {name:22}{arguments.each / seconds:>9,.0f} draws/s on one core, payoffs and fallback included")
    for threads in range(1, cores + 1):
        seconds = timed(lambda threads=threads: solve_draws(scenario, arguments.each, everything, threads, claims=True))
        print(f"  all, with claims      {arguments.each / seconds:>9,.0f} draws/s on {threads} threads")
    for count in arguments.points:
        seconds = timed(lambda count=count: solve_draws(scenario, count, everything, cores, claims=True))
        print(f"{count:>9,} draws, all structures and claims: {seconds:6.1f} s, {1e6 * seconds / count:.0f} us a draw")
    ours = timed(lambda: solve_draws(scenario, arguments.each, ["parallel"], cores, claims=False)) / arguments.each
    theirs = timed(lambda: plain_loop(scenario, arguments.singles)) / arguments.singles
    print(
        f"structure parallel: {1e6 * ours:.0f} us a draw; by a plain loop with Nashpy's Lemke-Howson enumeration "
        f"{1e3 * theirs:.0f} ms, {theirs / ours:,.0f} times as much"
    )
    seconds = timed(lambda: kgsim.solve(scenario))
    print(f"one point by kgsim.solve, every mixture settled where it can be: {1e3 * seconds:.0f} ms")


if __name__ == "__main__":
    main()
