"""How long whole cold processes take, beside importing Nashpy: ``python benchmarks/startup.py [REPEATS]``.

Prints the least and the median wall time of each command over the repeats, and the goal it has to meet. The first,
unmeasured run of each command leaves compiled bytecode behind, as any earlier use would.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCENARIO = ROOT / "scenarios" / "bypass.yaml"
KGSIM = "from kgsim.cli import main; main()"
COMMANDS: tuple[tuple[str, float | None, list[str]], ...] = (
    ("python -c pass", None, ["-c", "pass"]),
    ("python -c 'import nashpy'", None, ["-c", "import nashpy"]),
    ("python -c 'import kgsim'", None, ["-c", "import kgsim"]),
    ("kgsim --help", 0.25, ["-c", KGSIM, "--help"]),
    ("kgsim check bypass.yaml", None, ["-c", KGSIM, "check", str(SCENARIO)]),
    ("kgsim run bypass.yaml --no-plots", 2.5, ["-c", KGSIM, "run", str(SCENARIO), "--no-plots"]),
    ("kgsim run bypass.yaml", 5.0, ["-c", KGSIM, "run", str(SCENARIO)]),
)


def seconds(arguments: list[str]) -> float:
    """Run one cold process in an empty directory; return its wall time."""
    with tempfile.TemporaryDirectory() as place:
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], cwd=place, check=True, capture_output=True)
        return time.perf_counter() - start


def main() -> None:
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(f"{'command':<36}{'least':>8}{'median':>8}{'goal':>8}")
    for name, goal, arguments in COMMANDS:
        seconds(arguments)
        times = [seconds(arguments) for _ in range(repeats)]
        aim = f"{goal:.2f}" if goal else "-"
        print(f"{name:<36}{min(times):>8.2f}{statistics.median(times):>8.2f}{aim:>8}")


if __name__ == "__main__":
    main()
