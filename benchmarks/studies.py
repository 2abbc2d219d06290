"""How long a regime map takes, and how that compares with solving one point at a time.

Run from the top of the repository: ``python benchmarks/studies.py``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

import kgsim

SCENARIO = "scenarios/bypass.yaml"


def timed(work: object) -> float:
    assert callable(work)
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def cold_map() -> float:
    command = "from kgsim.cli import main; main()"
    with tempfile.TemporaryDirectory() as out:
        arguments = ["sweep", SCENARIO, "--param", "A=0:45:91", "--param", "h=20:80:61", "--out", f"{out}/map"]
        return timed(
            lambda: subprocess.run([sys.executable, "-c", command, *arguments], check=True, capture_output=True)
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, nargs="+", default=[1_000, 10_000], help="sizes of random studies")
    parser.add_argument("--singles", type=int, default=5, help="points solved one at a time for comparison")
    arguments = parser.parse_args()
    scenario = kgsim.load(SCENARIO)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(
        f"regime map, 91 x 61 points, {len(scenario.structures)} structures, cold, figures included: {cold_map():.1f} s"
    )
    for points in arguments.points:
        values = np.linspace(0, 45, points)
        seconds = timed(lambda values=values: kgsim.sweep(scenario, mixed="never", A=values))
        print(f"{points:>9,} points along A: {seconds:6.2f} s, {1e3 * seconds / points:.3f} ms a point")
    values = np.linspace(0.3, 44.7, arguments.singles)
    seconds = timed(lambda: [kgsim.solve(scenario, A=float(value)) for value in values]) / len(values)
    print(f"one point at a time, by kgsim.solve: {1e3 * seconds:.0f} ms a point")


if __name__ == "__main__":
    main()
