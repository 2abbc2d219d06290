"""How long studies take, how that grows with the points, and how it compares with one point at a time.

Run from the top of the repository: ``python benchmarks/studies.py``. A million draws are ``--draws 1000000``, larger
studies ``--sizes 10000 100000 1000000``. Other work on the machine shows in wall times; processor times suffer less.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from typing import NamedTuple

import nashpy
import numpy as np
from numpy.typing import NDArray

import kgsim
from kgsim.claims.at_points import AtPoints
from kgsim.engine.engine import CHUNK
from kgsim.scenario.model import Scenario
from kgsim.scenario.payoffs import payoffs_at
from kgsim.solvers.compiled import available

SCENARIO = "scenarios/bypass.yaml"
SEED = 7


class Cost(NamedTuple):
    """What a command took: seconds of wall and processor time (its own, not its workers'), and peak memory in MiB."""

    wall: float
    cpu: float
    memory: float


def timed(work: Callable[[], object]) -> float:
    """Seconds of processor time."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def command(*arguments: str) -> Cost:
    """One cold call of kgsim."""
    call = [sys.executable, "-c", "from kgsim.cli import main; main()", *arguments]
    begin = time.perf_counter()
    with subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"kgsim {' '.join(arguments)} failed")
    return Cost(time.perf_counter() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def load() -> str:
    """How many processes want the processor."""
    return f"load {os.getloadavg()[0]:.1f}"


def points_of(scenario: Scenario, count: int, chunk: int) -> dict[str, NDArray[np.float64]]:
    """A chunk of random points of all parameters."""
    draw = np.random.default_rng((SEED, chunk))
    return {name: draw.uniform(*parameter.range, count) for name, parameter in scenario.parameters.items()}


def solve_draws(scenario: Scenario, count: int, structures: Sequence[str], *, claims: bool, fast: bool) -> None:
    """Solve structures at random points; with `claims`, decide the claims on them too."""
    play = AtPoints(scenario, structures, scenario.claims if claims else (), fast=fast)
    for number in range(-(-count // CHUNK)):
        play.at(points_of(scenario, min(CHUNK, count - number * CHUNK), number))


def plain_loop(scenario: Scenario, count: int, method: str) -> None:
    """Structure parallel at a few points, one at a time: Pyongyang's answers, then the allies' game by Nashpy."""
    points = points_of(scenario, count, 0)
    for point in range(count):
        payoffs = payoffs_at(scenario, "parallel", {name: values[point : point + 1] for name, values in points.items()})
        washington, seoul, pyongyang = payoffs[0]
        answer = pyongyang.argmax(axis=-1)[..., None]
        game = nashpy.Game(*(np.take_along_axis(each, answer, axis=-1)[..., 0] for each in (washington, seoul)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            list(getattr(game, method)())


def show_commands(scenario: Scenario, draws: int, cores: int, out: str) -> None:
    """The regime map, and robustness under two priors and with payoffs redrawn."""
    grid = ("--param", "A=0:45:91", "--param", "h=20:80:61", "--out", f"{out}/map")
    cost = command("sweep", SCENARIO, *grid)
    print(
        f"regime map, 91 x 61 points, {len(scenario.structures)} structures, cold, figures included: {cost.wall:.1f} s "
        f"({cost.cpu:.1f} s of processor time; {load()})"
    )
    asked = ("robustness", SCENARIO, "--draws", str(draws), "--seed", str(SEED), "--no-plots", "--force")
    for label, options in (
        ("two priors and ordinal redraws", ()),
        ("one prior", ("--no-ordinal", "--prior", "uniform")),
    ):
        cost = command(*asked, *options, "--workers", str(cores), "--out", f"{out}/draws")
        largest = max(cost.memory, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
        print(
            f"robustness, {draws:,} draws in all ({label}), {len(scenario.structures)} structures and "
            f"{len(scenario.claims)} claims, {cores} workers, cold: {cost.wall:.1f} s "
            f"({draws / cost.wall:,.0f} draws/s; {load()}); largest process {largest:.0f} MiB"
        )


def show_workers(draws: int, repeats: int, out: str) -> None:
    """Two workers against one."""
    asked = ("robustness", SCENARIO, "--draws", str(draws), "--seed", str(SEED), "--no-plots", "--force")
    for _ in range(repeats):
        one, two = (command(*asked, "--workers", str(workers), "--out", f"{out}/workers") for workers in (1, 2))
        ratio = one.wall / two.wall
        print(
            f"{draws:,} draws: one worker {one.wall:.0f} s, two {two.wall:.0f} s, {ratio:.2f} times as fast ({load()})"
        )


def show_growth(sizes: Sequence[int], out: str) -> None:
    """Processor time a draw and memory, by the number of draws, in one process."""
    for size in sizes:
        asked = ("robustness", SCENARIO, "--draws", str(size), "--no-ordinal", "--no-plots", "--force")
        cost = command(*asked, "--out", f"{out}/growth")
        start = command("--version")
        each = 1e6 * (cost.cpu - start.cpu) / size
        print(
            f"{size:>11,} draws: {cost.cpu:8.1f} s, {each:6.1f} us a draw of processor time, peak {cost.memory:.0f} MiB"
        )


def show_structures(scenario: Scenario, each: int, singles: int) -> None:
    """Processor time by structure, compiled and not, and a plain loop with Nashpy."""
    ways = [(False, "arrays")] + [(True, "compiled")] * available()
    everything = tuple(scenario.structures)
    print(f"{'us a draw on one core':24}" + "".join(f"{label:>10}" for _, label in ways))
    for fast, _ in ways:
        solve_draws(scenario, CHUNK, everything, claims=True, fast=fast)
    rows = [(name, (name,), False) for name in everything]
    rows += [("all", everything, False), ("all, with claims", everything, True)]
    for label, structures, claims in rows:
        taken = [
            min(timed(lambda: solve_draws(scenario, each, structures, claims=claims, fast=fast)) for _ in range(2))  # noqa: B023
            for fast, _ in ways
        ]
        print(f"  {label:22}" + "".join(f"{1e6 * seconds / each:>10.0f}" for seconds in taken))
        if label == "parallel":
            ours = [seconds / each for seconds in taken]
    # Enumeration of vertices finds all equilibria of a game without ties, Lemke-Howson paths only some.
    for method in ("vertex_enumeration", "lemke_howson_enumeration"):
        theirs = timed(lambda: plain_loop(scenario, singles, method)) / singles  # noqa: B023
        for (_, label), one in zip(ways, ours, strict=True):
            print(
                f"structure parallel, {label}: {1e6 * one:.0f} us a draw; by a plain loop with Nashpy's {method} "
                f"{1e3 * theirs:.0f} ms, {theirs / one:,.0f} times as much"
            )
    seconds = timed(lambda: kgsim.solve(scenario))
    print(f"one point by kgsim.solve, every mixture settled where it can be: {1e3 * seconds:.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=100_000, help="draws of `kgsim robustness`")
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000], help="sizes of growing studies")
    parser.add_argument("--long", type=int, default=0, help="draws for two workers against one; 0 to leave it out")
    parser.add_argument("--repeats", type=int, default=1, help="times that two workers are held against one")
    parser.add_argument("--singles", type=int, default=3, help="points solved one at a time for comparison")
    parser.add_argument("--each", type=int, default=8_192, help="points for the time of each structure")
    arguments = parser.parse_args()
    scenario = kgsim.load(SCENARIO)
    cores = os.cpu_count() or 1
    compiler = "compiled kernels" if available() else "no compiler"
    print(f"Python {platform.python_version()}, numpy {np.__version__}, {compiler}; {cores} cores, {load()}")
    with tempfile.TemporaryDirectory() as out:
        show_commands(scenario, arguments.draws, cores, out)
        if arguments.long:
            show_workers(arguments.long, arguments.repeats, out)
        show_growth(arguments.sizes, out)
    show_structures(scenario, arguments.each, arguments.singles)


if __name__ == "__main__":
    main()
