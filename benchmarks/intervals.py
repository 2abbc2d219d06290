"""What terms from intervals cost beside the same terms on grids: processor time a draw, and memory.

Run from the top of the repository: ``python benchmarks/intervals.py``. Every way of writing the terms is measured in a
process of its own, at the same draws of all parameters.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import kgsim
from kgsim.engine.engine import Engine
from kgsim.scenario.model import Scenario

FIXTURE = Path("tests/fixtures/first_edition")
STRUCTURES = ("parallel", "bypass", "coordinated_weighted", "front", "through_seoul")
STEPS = {"1/2": "0.5", "1/4": "0.25", "1/8": "0.125", "interval": ""}
SEED = 7


def scenario_with(step: str) -> Scenario:
    """The frozen model, its shares of relief and recognition in steps, or from intervals."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(FIXTURE, folder, dirs_exist_ok=True)
        path = Path(folder) / "scenarios" / "bypass.yaml"
        path.write_text(re.sub(r", step: 0\.25", f", step: {step}" if step else "", path.read_text("utf-8")), "utf-8")
        return kgsim.load(path)


def measured(step: str, draws: int) -> dict[str, float]:
    """Microseconds a draw of each structure, the least of three, and this process's peak memory in MiB."""
    scenario = scenario_with(step)
    draw = np.random.default_rng(SEED)
    points = {name: draw.uniform(*parameter.range, draws) for name, parameter in scenario.parameters.items()}
    found = {}
    for name in STRUCTURES:
        engine = Engine(scenario, (name,), whole=False)
        taken = []
        for _ in range(3):
            begin = time.process_time()
            engine.solve(points)
            taken.append(time.process_time() - begin)
        found[name] = 1e6 * min(taken) / draws
    return {**found, "peak memory, MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1024)
    parser.add_argument("--step", choices=STEPS, help="measure one way alone, and print it as JSON")
    arguments = parser.parse_args()
    if arguments.step:
        print(json.dumps(measured(STEPS[arguments.step], arguments.draws)))
        return
    call = [sys.executable, __file__, "--draws", str(arguments.draws), "--step"]
    ways = {step: json.loads(subprocess.check_output([*call, step], env={**os.environ})) for step in STEPS}
    print("| | " + " | ".join(f"step {step}" if "/" in step else step for step in STEPS) + " | interval : step 1/4 |")
    print("|---|" + "---|" * (len(STEPS) + 1))
    for row in ways["interval"]:
        numbers = [way[row] for way in ways.values()]
        cells = [f"{number:.0f}" for number in numbers] + [f"{numbers[-1] / numbers[1]:.1f}"]
        print(f"| {row} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
